//! Every attempt of every call passes here: how many are under way, what is throttled, and what must not be repeated.
//!
//! The SDK repeats what it takes for a passing failure, whatever the call. A creation whose answer was lost may have
//! been carried out, though, and a second one would make a second object: such a call is left unanswered here, and
//! what it made is looked for instead. Calls that were refused or never sent are repeated, and so are those that change
//! nothing when they come twice.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextMut, InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::config_bag::ConfigBag;
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use trueup_provider_kit::{Limiter, Passage};

/// Calls of one service under way at the start and at most.
const CALLS_START: u16 = 16;
const CALLS_MAX: u16 = 64;
/// The same for services that take fewer.
const SLOW: [(&str, u16, u16); 1] = [("cloudtrail", 1, 2)];
/// Pauses that a server asks for are kept to this.
const PAUSE_MAX: Duration = Duration::from_mins(1);
/// Errors are small; what is longer isn't one that says "too many".
const ERROR_BYTES_MAX: u64 = 64 * 1024;

/// Error codes of calls refused because there are too many (SDKs and tools reference guide, "Retry behavior").
pub(crate) const THROTTLED: [&str; 14] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// First words of operations that make something each time they are called.
const MAKERS: [&str; 17] = [
    "Accept",
    "Add",
    "Allocate",
    "Assign",
    "Associate",
    "Attach",
    "Authorize",
    "Copy",
    "Create",
    "Import",
    "Provision",
    "Purchase",
    "Register",
    "Replace",
    "Request",
    "Restore",
    "Run",
];

/// Operations that begin like those and still can be called twice.
const REPEATABLE: [&str; 11] = [
    "AddTags",
    "AddTagsToResource",
    "AttachGroupPolicy",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "CreateMultipartUpload",
    "CreateOrUpdateTags",
    "CreateSession",
    "CreateTags",
    "ReplaceNetworkAclEntry",
    "ReplaceRoute",
];

/// Operations that begin like others that can be called twice, and fail where what they ask for is so already.
const ONCE: [&str; 3] = ["ModifyVpcEndpoint", "UpdateTable", "UpdateTimeToLive"];

/// What services call the token by which they know a request again.
const TOKENS: [&str; 4] = ["ClientToken", "IdempotencyToken", "ClientRequestToken", "CallerReference"];

/// The name of the operation, on its request.
#[derive(Clone, Debug)]
struct Operation(String);

/// On an answer: the call must not be made again.
#[derive(Clone, Copy, Debug)]
struct Last;

/// Calls of one service.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    inner: SharedHttpClient,
    limiter: Arc<Limiter>,
}

impl Traffic {
    /// That of services by their names, each with a limit of its own.
    pub(crate) fn of(services: &[&'static str], inner: &SharedHttpClient) -> BTreeMap<&'static str, Traffic> {
        let traffic = |service: &str| {
            let slow = SLOW.iter().find(|(name, ..)| *name == service);
            let (start, max) = slow.map_or((CALLS_START, CALLS_MAX), |(_, start, max)| (*start, *max));
            Traffic { inner: inner.clone(), limiter: Limiter::new(start, max) }
        };
        services.iter().map(|service| (*service, traffic(service))).collect()
    }

    /// How many calls were made.
    pub(crate) fn calls(&self) -> u64 {
        self.limiter.calls()
    }
}

impl HttpClient for Traffic {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Lane { inner, limiter: self.limiter.clone() })
    }
}

/// One connector of a service.
#[derive(Debug)]
struct Lane {
    inner: SharedHttpConnector,
    limiter: Arc<Limiter>,
}

impl HttpConnector for Lane {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, limiter) = (self.inner.clone(), self.limiter.clone());
        let is_repeatable = is_repeatable(&request);
        HttpConnectorFuture::new(async move {
            let passage = limiter.enter().await;
            match inner.call(request).await {
                Ok(response) => Ok(judged(response, passage, is_repeatable).await),
                Err(error) if is_repeatable || was_unsent(&error) => Err(error),
                // Of the kinds of failure this is the one that the SDK doesn't repeat.
                Err(error) => Err(ConnectorError::other(error.into(), None)),
            }
        })
    }
}

/// Says to the limiter how the call went, and on the answer what follows from it.
async fn judged(mut response: HttpResponse, passage: Passage, is_repeatable: bool) -> HttpResponse {
    let status = response.status().as_u16();
    if is_throttled(&mut response).await {
        let pause = pause(&response);
        passage.throttled(pause);
        if let Some(pause) = pause {
            // The SDK knows only the header of its own, in milliseconds.
            response.headers_mut().insert("x-amz-retry-after", pause.as_millis().to_string());
        }
        return response;
    }
    passage.answered();
    if !is_repeatable && status >= 500 {
        response.add_extension(Last);
    }
    response
}

/// What the header Retry-After asks for, in seconds; dates are left alone, for clocks differ.
fn pause(response: &HttpResponse) -> Option<Duration> {
    let seconds: u64 = response.headers().get("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(PAUSE_MAX))
}

/// Some services refuse with 429 or 503, others with 400 and a code inside the body.
async fn is_throttled(response: &mut HttpResponse) -> bool {
    match response.status().as_u16() {
        429 | 503 => return true,
        400 => {}
        _ => return false,
    }
    if response.body().content_length().is_some_and(|length| length > ERROR_BYTES_MAX) {
        return false;
    }
    let Ok(bytes) = ByteStream::new(response.take_body()).collect().await else { return false };
    let bytes = bytes.into_bytes();
    let text = String::from_utf8_lossy(&bytes);
    let is_throttled = THROTTLED.iter().any(|code| {
        text.contains(&format!("<Code>{code}</Code>"))
            || text.contains(&format!("\"{code}\""))
            || text.contains(&format!("#{code}\""))
    });
    *response.body_mut() = SdkBody::from(bytes);
    is_throttled
}

/// Whether nothing happens a second time when the request comes a second time.
fn is_repeatable(request: &HttpRequest) -> bool {
    let Some(Operation(name)) = request.extension::<Operation>() else { return true };
    let makes = MAKERS.iter().any(|word| begins_with(name, word)) && !REPEATABLE.contains(&name.as_str());
    !(makes || ONCE.contains(&name.as_str())) || has_token(request)
}

/// Whether the first word of a name, `CreateVpc`, is this one.
fn begins_with(name: &str, word: &str) -> bool {
    name.strip_prefix(word).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Whether the request carries a token by which the service knows it again.
fn has_token(request: &HttpRequest) -> bool {
    let Some(bytes) = request.body().bytes() else { return false };
    let text = String::from_utf8_lossy(bytes);
    TOKENS.iter().any(|name| text.contains(&format!("{name}=")) || text.contains(&format!("\"{name}\":")))
}

/// Whether the failure came before the request could reach anyone: no connection was made.
fn was_unsent(error: &ConnectorError) -> bool {
    let mut source: Option<&dyn Error> = Some(error);
    while let Some(inner) = source {
        let text = inner.to_string();
        if text.contains("(Connect)") || text.contains("connect timeout") {
            return true;
        }
        source = inner.source();
    }
    error.is_user()
}

/// Writes the operation's name on its request, and keeps the SDK from repeating what is marked as the last attempt.
#[derive(Debug)]
pub(crate) struct Guard;

#[dyn_dispatch_hint]
impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "Guard"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            context.request_mut().add_extension(Operation(metadata.name().to_owned()));
        }
        Ok(())
    }
}

impl ClassifyRetry for Guard {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let is_last = context.response().is_some_and(|response| response.extension::<Last>().is_some());
        if is_last { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "Guard"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_that_make_something_are_not_repeated() {
        let cases = [
            ("CreateVpc", "", false),
            ("CreateVpc", "Action=CreateVpc&ClientToken=x", true),
            ("RunInstances", "Action=RunInstances&ClientToken=x", true),
            ("CreateTable", r#"{"ClientRequestToken":"x"}"#, true),
            ("AllocateAddress", "", false),
            ("AuthorizeSecurityGroupIngress", "", false),
            ("AssumeRole", "", true),
            ("CreateTags", "", true),
            ("AttachRolePolicy", "", true),
            ("CreateBucket", "", false),
            ("ReplaceRouteTableAssociation", "", false),
            ("ReplaceRoute", "", true),
            ("DescribeVpcs", "", true),
            ("DeleteVpc", "", true),
            ("ModifyVpcAttribute", "", true),
            ("ModifyVpcEndpoint", "", false),
            ("UpdateTable", "", false),
            ("PutObject", "", true),
        ];
        for (name, body, expected) in cases {
            let mut request = HttpRequest::new(SdkBody::from(body));
            request.add_extension(Operation(name.to_owned()));
            assert_eq!(is_repeatable(&request), expected, "{name} {body}");
        }
    }

    #[tokio::test]
    async fn refusals_are_told_from_answers() {
        let cases = [
            (429, "", true),
            (503, "", true),
            (400, "<Error><Code>Throttling</Code></Error>", true),
            (400, r#"{"__type":"com.amazonaws.x#ThrottlingException"}"#, true),
            (400, r#"{"__type":"ThrottlingException"}"#, true),
            (400, "<Error><Code>InvalidParameter</Code></Error>", false),
            (500, "<Error><Code>Throttling</Code></Error>", false),
            (200, "<Code>Throttling</Code>", false),
        ];
        for (status, body, expected) in cases {
            let status = status.try_into().expect("a status");
            let mut response = HttpResponse::new(status, SdkBody::from(body));
            assert_eq!(is_throttled(&mut response).await, expected, "{status:?} {body}");
            assert_eq!(response.body().bytes(), Some(body.as_bytes()), "the body is still there");
        }
    }
}
