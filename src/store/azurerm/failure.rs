//! What the service says went wrong, in words that tell what to do.

use super::wire;
use crate::{ErrorKind, StoreError};
use trueup_login::{Answer, is_late};
use trueup_provider_kit::{Fault, FaultKind};

const HINT_OF_ACCESS: &str = "With use_azuread_auth whoever signs in needs the role Storage Blob Data Contributor on the \
    container; a shared access signature needs the permissions read, add, create, write, delete and list on the container.";
const HINT_OF_CREDENTIALS: &str = "Check access_key (ARM_ACCESS_KEY), sas_token (ARM_SAS_TOKEN) and that the latter has \
    not expired; or sign in and set use_azuread_auth. The clock of this machine has to be right.";
const HINT_OF_NETWORK: &str =
    "Check storage_account_name and environment in the backend block, and that the network lets you through.";
/// What being told a key needs.
pub(super) const HINT_OF_LOOKUP: &str = "To be told a key, whoever signs in needs Microsoft.Storage/storageAccounts/\
    listKeys/action (Storage Account Key Operator Service Role) on the account; or set use_azuread_auth, which needs no key.";

/// What was tried, on what.
pub(super) struct Attempt<'a> {
    pub(super) verb: &'static str,
    pub(super) object: String,
    pub(super) container: &'a str,
}

/// The code of a refusal.
pub(super) fn code(answer: &Answer) -> String {
    let code = answer.header("x-ms-error-code").map(str::to_owned);
    code.unwrap_or_else(|| wire::refusal(&answer.body).0)
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

/// A call to the management API that failed.
pub(super) fn of_account(object: String, fault: &Fault) -> StoreError {
    let attempt = Attempt { verb: "look up", object, container: "" };
    match fault.kind {
        FaultKind::Denied => {
            let failure =
                StoreError::new(ErrorKind::Credentials, attempt.verb, attempt.object, fault.to_string());
            failure.hint(HINT_OF_LOOKUP)
        }
        FaultKind::NotFound => {
            StoreError::new(ErrorKind::NotFound, attempt.verb, attempt.object, fault.to_string())
                .hint("Check storage_account_name, resource_group_name and subscription_id.")
        }
        _ => unanswered(&attempt, fault),
    }
}

/// A refusal.
pub(super) fn refused(attempt: &Attempt<'_>, answer: &Answer) -> StoreError {
    let code = code(answer);
    let message = match wire::refusal(&answer.body).1 {
        message if message.is_empty() => format!("status {}", answer.status),
        message => message,
    };
    let failure = |kind, cause: String| StoreError::new(kind, attempt.verb, &attempt.object, cause);
    match (code.as_str(), answer.status) {
        ("ContainerNotFound" | "ContainerBeingDeleted" | "ContainerDisabled", _) => {
            failure(ErrorKind::NotFound, format!("there is no container \"{}\" ({code})", attempt.container))
                .hint("Make the container first, or check container_name and storage_account_name.")
        }
        ("LeaseIdMissing", _) => {
            failure(ErrorKind::Locked(None), "someone holds its lock (LeaseIdMissing)".into())
                .hint("Wait for that run to end. Without -lock=false it would be said who holds the lock.")
        }
        (
            "LeaseIdMismatchWithBlobOperation"
            | "LeaseIdMismatchWithLeaseOperation"
            | "LeaseLost"
            | "LeaseNotPresentWithBlobOperation"
            | "LeaseNotPresentWithLeaseOperation"
            | "LeaseNotPresentWithContainerOperation",
            _,
        ) => failure(ErrorKind::Conflict, format!("the lock is no longer ours: someone broke it ({code})")),
        ("AuthenticationFailed" | "InvalidAuthenticationInfo" | "NoAuthenticationInformation", _)
        | (_, 401) => {
            failure(ErrorKind::Credentials, format!("the credentials were refused: {message} ({code})"))
                .hint(HINT_OF_CREDENTIALS)
        }
        ("KeyBasedAuthenticationNotPermitted", _) => {
            failure(ErrorKind::Credentials, format!("the account takes no keys: {message} ({code})"))
                .hint("Set use_azuread_auth = true, and sign in.")
        }
        ("AuthorizationFailure" | "IpAuthorizationFailed" | "PublicAccessNotPermitted", _) => {
            let cause = format!("the account lets nobody in from here or with this: {message} ({code})");
            failure(ErrorKind::Credentials, cause)
                .hint(format!("Look at the account's network rules first. {HINT_OF_ACCESS}"))
        }
        (_, 403) => {
            failure(ErrorKind::Credentials, format!("the credentials don't allow it: {message} ({code})"))
                .hint(HINT_OF_ACCESS)
        }
        (_, 409 | 412) => failure(
            ErrorKind::Conflict,
            format!("it is not the one that was expected: something else wrote it ({code})"),
        ),
        (_, 404) => failure(ErrorKind::NotFound, format!("{message} ({code})")),
        (_, status @ (429 | 500..)) => {
            failure(ErrorKind::Io, format!("Azure answered {status} again and again: {message} ({code})"))
                .hint("Azure itself has trouble, or the account more calls than it takes: run again later.")
        }
        (_, status) => failure(ErrorKind::Io, format!("Azure answered {status}: {message} ({code})")),
    }
}
