//! What the service says went wrong, in words that tell what to do.

use crate::{ErrorKind, StoreError};
use serde_json::Value as Json;
use trueup_login::google::CREDENTIALS_HINT;
use trueup_login::{Answer, is_late};
use trueup_provider_kit::{Fault, FaultKind};

const HINT_OF_ACCESS: &str = "Whoever signs in needs storage.objects.get, create, delete and list on the bucket, which \
    the role Storage Object User (roles/storage.objectUser) has.";
const HINT_OF_NETWORK: &str =
    "Check storage_custom_endpoint in the backend block, and that the network lets you through.";

/// What was tried, on what.
pub(super) struct Attempt<'a> {
    pub(super) verb: &'static str,
    pub(super) object: String,
    pub(super) bucket: &'a str,
}

/// What a refusal says, in JSON or as plain text.
pub(super) fn message(answer: &Answer) -> String {
    let json: Option<Json> = serde_json::from_slice(&answer.body).ok();
    let told = json.as_ref().and_then(|json| json.pointer("/error/message")?.as_str());
    let text = String::from_utf8_lossy(&answer.body);
    let plain = text.lines().next().unwrap_or_default().trim();
    match told {
        Some(told) => told.trim_end_matches('.').to_owned(),
        None if plain.is_empty() || plain.starts_with('<') => format!("status {}", answer.status),
        None => plain.trim_end_matches('.').to_owned(),
    }
}

/// A call that was not answered.
pub(super) fn unanswered(attempt: &Attempt<'_>, fault: &Fault) -> StoreError {
    let kind = match fault.kind {
        _ if is_late(fault) => ErrorKind::Timeout,
        FaultKind::Unauthenticated | FaultKind::Denied => ErrorKind::Credentials,
        FaultKind::Invalid => ErrorKind::Config,
        _ => ErrorKind::Io,
    };
    let hint = match kind {
        ErrorKind::Timeout | ErrorKind::Io => Some(HINT_OF_NETWORK.to_owned()),
        _ => fault.hint.clone(),
    };
    let failure = StoreError::new(kind, attempt.verb, &attempt.object, fault.to_string());
    StoreError { hint, ..failure }
}

/// There is no such bucket.
pub(super) fn no_bucket(attempt: &Attempt<'_>) -> StoreError {
    let cause = format!("there is no bucket \"{}\"", attempt.bucket);
    StoreError::new(ErrorKind::NotFound, attempt.verb, &attempt.object, cause)
        .hint("Make the bucket first, or check its name in the backend block.")
}

/// A refusal.
pub(super) fn refused(attempt: &Attempt<'_>, answer: &Answer) -> StoreError {
    let message = message(answer);
    let failure = |kind, cause: String| StoreError::new(kind, attempt.verb, &attempt.object, cause);
    match answer.status {
        404 => no_bucket(attempt),
        401 => failure(ErrorKind::Credentials, format!("the credentials were refused: {message}"))
            .hint(CREDENTIALS_HINT),
        403 => failure(ErrorKind::Credentials, format!("the credentials don't allow it: {message}"))
            .hint(HINT_OF_ACCESS),
        409 | 412 => failure(
            ErrorKind::Conflict,
            "it is not the one that was expected: something else wrote it".into(),
        ),
        400 if message.contains("encrypt") => failure(ErrorKind::Config, message)
            .hint("Check encryption_key (GOOGLE_ENCRYPTION_KEY) in the backend block."),
        status @ (429 | 500..) => {
            failure(ErrorKind::Io, format!("Google answered {status} again and again: {message}"))
                .hint("Google itself has trouble, or the object more calls than it takes: run again later.")
        }
        status => failure(ErrorKind::Io, format!("Google answered {status}: {message}")),
    }
}
