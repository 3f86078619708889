//! Failures of the SDK as faults.

use crate::account::traffic::THROTTLED;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use std::error::Error;
use trueup_provider_kit::{Fault, FaultKind};

/// Says what a call of the SDK was for, should it fail.
pub(crate) trait Attempt<T> {
    /// `what` reads on from "while": `creating EC2 Subnet`.
    fn attempt(self, what: &str) -> Result<T, Fault>;

    /// For calls whose purpose the operation around them names well enough.
    fn plain(self) -> Result<T, Fault>
    where
        Self: Sized,
    {
        self.attempt("")
    }
}

impl<T, E> Attempt<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    fn attempt(self, what: &str) -> Result<T, Fault> {
        self.map_err(|error| fault(&error).during(what))
    }
}

/// Part of a request; that something required is missing is the configuration's fault.
pub(crate) fn built<T>(outcome: Result<T, BuildError>) -> Result<T, Fault> {
    outcome.map_err(|error| Fault::new(FaultKind::Invalid, error.to_string()))
}

/// Nothing instead of a failure that says that the thing isn't there.
pub(crate) fn found<T>(outcome: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn fault<E>(error: &SdkError<E, HttpResponse>) -> Fault
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        // An answer of success that can't be read: what was asked for may have been done.
        SdkError::ServiceError(service) if is_told(service.err(), service.raw()) => {
            answered(service.err(), service.raw())
        }
        SdkError::TimeoutError(_) => Fault::new(FaultKind::Unanswered, "the API did not answer in time"),
        SdkError::ResponseError(_) | SdkError::ServiceError(_) => {
            let message = format!("the API's answer can't be understood: {}", chain(error));
            Fault::new(FaultKind::Unanswered, message)
        }
        SdkError::ConstructionFailure(_) => Fault::new(FaultKind::Invalid, chain(error)),
        _ => unsent(error),
    }
}

/// Whether an answer says what went wrong; some do with a status of success.
fn is_told<E: ProvideErrorMetadata>(error: &E, response: &HttpResponse) -> bool {
    !response.status().is_success() || error.meta().code().is_some()
}

fn answered<E: ProvideErrorMetadata>(error: &E, response: &HttpResponse) -> Fault {
    let status = response.status().as_u16();
    let meta = error.meta();
    let code = meta.code().unwrap_or_default();
    let kind = match (kind(code), status) {
        (FaultKind::Other, 404) => FaultKind::NotFound,
        (FaultKind::Other, 403) => FaultKind::Denied,
        (FaultKind::Other, 401) => FaultKind::Unauthenticated,
        (FaultKind::Other, 429 | 503) => FaultKind::Throttled,
        // A server that stumbles may have done what it was asked for.
        (FaultKind::Other, 500..) => FaultKind::Unanswered,
        (kind, _) => kind,
    };
    let message = meta.message().map_or_else(|| format!("HTTP status {status}"), str::to_owned);
    let id = meta.extra("aws_request_id").or_else(|| response.headers().get("x-amz-request-id"));
    let fault = Fault { code: code.to_owned(), request_id: id.map(Into::into), ..Fault::new(kind, message) };
    match hint(code) {
        Some(hint) => fault.hint(hint),
        None if kind == FaultKind::Unanswered => fault.hint("AWS itself had trouble: run again."),
        None => fault,
    }
}

/// What to do about codes that say more than their sort of failure.
fn hint(code: &str) -> Option<&'static str> {
    match code {
        "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" => {
            Some("The bucket is in another region: set the argument region of the resource to that one.")
        }
        "InvalidAMIID.NotFound" | "InvalidAMIID.Malformed" => {
            Some("Images differ from region to region: look the image up with the data source aws_ami.")
        }
        "RequestLimitExceeded" => None,
        _ if code.ends_with("LimitExceeded") || code == "TooManyBuckets" => {
            Some("Remove what isn't needed any more, or ask AWS for a higher quota.")
        }
        _ => None,
    }
}

/// The request didn't get out, or nothing came back.
fn unsent<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> Fault {
    let mut source = error.source();
    while let Some(inner) = source {
        if inner.is::<CredentialsError>() {
            let message = format!("no credentials could be loaded: {}", chain(inner));
            return Fault::new(FaultKind::Unauthenticated, message).hint(CREDENTIALS_HINT);
        }
        source = inner.source();
    }
    Fault::new(FaultKind::Unanswered, format!("the API can't be reached: {}", chain(error)))
}

pub(crate) const CREDENTIALS_HINT: &str = "Set access_key and secret_key or profile in the provider block, set \
    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE in the environment, sign in with \
    `aws sso login`, or run where a role gives credentials.";

/// The messages of an error and of what caused it, each said once.
fn chain(error: &dyn Error) -> String {
    let mut messages: Vec<String> = vec![error.to_string()];
    let mut source = error.source();
    while let Some(inner) = source {
        let message = inner.to_string();
        if !messages.iter().any(|said| said.contains(&message)) {
            messages.push(message);
        }
        source = inner.source();
    }
    messages.join(": ")
}

/// What an error code means for the reaction. The codes are those of the API references of the services.
fn kind(code: &str) -> FaultKind {
    match code {
        "NoSuchBucket"
        | "NoSuchEntity"
        | "NoSuchKey"
        | "NoSuchTagSet"
        | "NoSuchVersion"
        | "NotFound"
        | "ResourceNotFoundException"
        | "TableNotFoundException" => FaultKind::NotFound,
        "ConcurrentModification"
        | "DeleteConflict"
        | "DependencyViolation"
        | "EntityTemporarilyUnmodifiable"
        | "OperationAborted"
        | "ResourceInUse"
        | "ResourceInUseException"
        | "VolumeInUse" => FaultKind::InUse,
        _ if THROTTLED.contains(&code) => FaultKind::Throttled,
        "AuthFailure"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken" => FaultKind::Unauthenticated,
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" | "OptInRequired" => {
            FaultKind::Denied
        }
        "BucketAlreadyExists" | "BucketAlreadyOwnedByYou" | "EntityAlreadyExists" | "RouteAlreadyExists" => {
            FaultKind::Exists
        }
        _ if ["NotFound", "NotFoundException", ".Unknown"].iter().any(|end| code.ends_with(end)) => {
            FaultKind::NotFound
        }
        _ if code.ends_with(".InUse") => FaultKind::InUse,
        _ if code.starts_with("Expired") || code == "RequestExpired" => FaultKind::Unauthenticated,
        _ if [".AlreadyExistsException", ".Conflict", ".Duplicate"].iter().any(|end| code.ends_with(end)) => {
            FaultKind::Exists
        }
        _ if code.starts_with("Invalid") || code.starts_with("Missing") || code == "ValidationError" => {
            FaultKind::Invalid
        }
        "MalformedPolicyDocument" | "ValidationException" => FaultKind::Invalid,
        _ => FaultKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        let cases = [
            ("InvalidVpcID.NotFound", FaultKind::NotFound),
            ("InvalidSecurityGroupRuleId.NotFound", FaultKind::NotFound),
            ("InvalidLaunchTemplateName.NotFoundException", FaultKind::NotFound),
            ("NoSuchKey", FaultKind::NotFound),
            ("DependencyViolation", FaultKind::InUse),
            ("InvalidGroup.InUse", FaultKind::InUse),
            ("InvalidIPAddress.InUse", FaultKind::InUse),
            ("VolumeInUse", FaultKind::InUse),
            ("InvalidSubnet.Conflict", FaultKind::Exists),
            ("InvalidPermission.Duplicate", FaultKind::Exists),
            ("InvalidGroup.Duplicate", FaultKind::Exists),
            ("InvalidLaunchTemplateName.AlreadyExistsException", FaultKind::Exists),
            ("InvalidSubnet.Range", FaultKind::Invalid),
            ("RequestLimitExceeded", FaultKind::Throttled),
            ("SlowDown", FaultKind::Throttled),
            ("ExpiredToken", FaultKind::Unauthenticated),
            ("UnauthorizedOperation", FaultKind::Denied),
            ("InternalError", FaultKind::Other),
            ("NoSuchEntity", FaultKind::NotFound),
            ("ResourceNotFoundException", FaultKind::NotFound),
            ("DeleteConflict", FaultKind::InUse),
            ("EntityAlreadyExists", FaultKind::Exists),
            ("ValidationException", FaultKind::Invalid),
        ];
        for (code, expected) in cases {
            assert_eq!(kind(code), expected, "{code}");
        }
    }
}
