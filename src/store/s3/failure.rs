//! What the SDK says went wrong, in words that tell what to do.

use super::S3Settings;
use crate::{ErrorKind, StoreError};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use std::error::Error;

const CREDENTIALS_HINT: &str = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary \
                                ones), or AWS_PROFILE, or profile in the backend block; after aws sso login where \
                                single sign-on is used.";

/// The failure of one request.
pub(super) fn of<E>(
    settings: &S3Settings,
    verb: &'static str,
    object: &str,
    error: &SdkError<E>,
) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let failure = |kind, cause: String| StoreError::new(kind, verb, object, cause);
    match error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or_default().to_owned();
            let message = service.err().message().unwrap_or_default().to_owned();
            let status = service.raw().status().as_u16();
            service_failure(settings, failure, Service { code, message, status })
        }
        SdkError::TimeoutError(_) => failure(
            ErrorKind::Timeout,
            format!("no answer from {} within {} seconds", settings.place(), settings.patience.as_secs()),
        )
        .hint("Check the endpoint and region in the backend block, and that the network lets you through."),
        _ if has_source::<CredentialsError>(error) => {
            let cause = "no credentials were found that could sign the request";
            failure(ErrorKind::Credentials, cause.into()).hint(CREDENTIALS_HINT)
        }
        SdkError::DispatchFailure(dispatch) if dispatch.is_timeout() => {
            failure(ErrorKind::Timeout, format!("{} could not be reached in time", settings.place())).hint(
                "Check the endpoint and region in the backend block, and that the network lets you through.",
            )
        }
        SdkError::DispatchFailure(_) => failure(
            ErrorKind::Io,
            format!("{} could not be reached: {}", settings.place(), innermost(error)),
        )
        .hint("Check the endpoint and region in the backend block, and that the network lets you through."),
        _ => failure(ErrorKind::Io, DisplayErrorContext(error).to_string()),
    }
}

/// What the service answered.
struct Service {
    code: String,
    message: String,
    status: u16,
}

fn service_failure(
    settings: &S3Settings,
    failure: impl Fn(ErrorKind, String) -> StoreError,
    service: Service,
) -> StoreError {
    let Service { code, message, status } = service;
    match (code.as_str(), status) {
        ("NoSuchBucket", _) => {
            failure(ErrorKind::NotFound, format!("there is no bucket \"{}\"", settings.bucket)).hint(
                "Make the bucket first, or check its name, its region and the account that the credentials belong to.",
            )
        }
        ("PreconditionFailed" | "ConditionalRequestConflict", _) | (_, 409 | 412) => {
            failure(ErrorKind::Conflict, "it is not the one that was expected: something else wrote it".into())
        }
        ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken" | "InvalidToken", _) => {
            failure(ErrorKind::Credentials, format!("the credentials were refused: {message} ({code})"))
                .hint(CREDENTIALS_HINT)
        }
        (_, 401 | 403) => {
            failure(ErrorKind::Credentials, format!("the credentials don't allow it: {message} ({code})")).hint(
                "They need s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on the \
                 state's key, its .tflock and its .trueup-journal/.",
            )
        }
        ("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException", _) => {
            failure(ErrorKind::Config, format!("the bucket is in another region: {message} ({code})"))
                .hint("Name the bucket's region in the backend block.")
        }
        _ => failure(ErrorKind::Io, format!("{} answered {status}: {message} ({code})", settings.place())),
    }
}

fn has_source<T: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    sources(error).any(<dyn Error>::is::<T>)
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    sources(error).last().map(ToString::to_string).unwrap_or_default()
}

fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let current = next?;
        next = current.source();
        Some(current)
    })
}
