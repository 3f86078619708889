//! One service: every attempt of every call passes here. How many are under way, what is throttled, and what must not be
//! repeated.
//!
//! Google's JSON APIs answer failures as `{"error": {"code", "message", "errors": [{"reason"}]}}`. Calls that were refused
//! or never sent are made again, and so are those that change nothing when they come twice; a creation whose answer was lost
//! is left unanswered here unless the API knows its request id again.

use crate::account::settings::{Service, Settings};
use crate::fault::answered;
use crate::links;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value as Json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;
use trueup_login::chain;
use trueup_login::google::Identity;
use trueup_provider_kit::{Backoff, Fault, FaultKind, Limiter, Passage};

/// Calls of one service under way at the start and at most.
const CALLS_START: u16 = 16;
const CALLS_MAX: u16 = 64;
/// How often a call is tried in all: when it is refused because there are too many, and when it isn't answered.
const REFUSALS_MAX: u32 = 12;
const FAILURES_MAX: u32 = 4;
/// Pauses that a server asks for are kept to this.
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// The calls of one service.
#[derive(Debug)]
pub(crate) struct Api {
    client: Client,
    base: String,
    identity: Arc<Identity>,
    settings: Arc<Settings>,
    limiter: Arc<Limiter>,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    /// Below the service's address, its parts encoded: `projects/p/global/networks`.
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: Option<&'a Json>,
    /// Whether nothing happens a second time when it comes a second time.
    pub(crate) is_repeatable: bool,
}

impl<'a> Request<'a> {
    /// One without a body that does no harm when it comes twice.
    pub(crate) fn of(method: Method, path: &'a str) -> Request<'a> {
        Request { method, path, query: &[], headers: &[], body: None, is_repeatable: true }
    }
}

/// How a service lists things.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing {
    /// What the things stand under.
    pub(crate) items: &'static str,
    /// The parameter that says how many a page holds at most, and how many.
    pub(crate) page: (&'static str, &'static str),
}

/// The lists of Compute Engine.
pub(crate) const COMPUTE_LISTING: Listing = Listing { items: "items", page: ("maxResults", "500") };

impl Api {
    pub(crate) fn new(
        service: &Service,
        client: &Client,
        identity: &Arc<Identity>,
        settings: &Arc<Settings>,
    ) -> Api {
        Api {
            client: client.clone(),
            base: settings.endpoint(service),
            identity: identity.clone(),
            settings: settings.clone(),
            limiter: Limiter::new(CALLS_START, CALLS_MAX),
        }
    }

    /// How many calls were made.
    pub(crate) fn calls(&self) -> u64 {
        self.limiter.calls()
    }

    /// Asks for one thing.
    pub(crate) async fn get(&self, path: &str) -> Result<Json, Fault> {
        self.send(&Request::of(Method::GET, path)).await
    }

    /// Asks for all things of a list of Compute Engine.
    pub(crate) async fn list(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<Json>, Fault> {
        let mut all = Vec::new();
        let mut token = None;
        loop {
            let page = self.page(path, query, (&COMPUTE_LISTING, token.as_deref())).await?;
            all.extend(page.0);
            token = page.1;
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    /// Asks for a page of a list, the first one without a token; gives its things and the token of the next page.
    pub(crate) async fn page(
        &self,
        path: &str,
        query: &[(&str, &str)],
        (listing, token): (&Listing, Option<&str>),
    ) -> Result<(Vec<Json>, Option<String>), Fault> {
        let mut asked = vec![listing.page];
        asked.extend_from_slice(query);
        asked.extend(token.map(|token| ("pageToken", token)));
        let mut page = self.send(&Request { query: &asked, ..Request::of(Method::GET, path) }).await?;
        let items = match page[listing.items].take() {
            Json::Array(items) => items,
            _ => Vec::new(),
        };
        let next = page["nextPageToken"].as_str().filter(|token| !token.is_empty());
        Ok((items, next.map(str::to_owned)))
    }

    /// Changes something in a way that does no harm when it comes twice.
    pub(crate) async fn put(&self, method: Method, path: &str, body: Option<&Json>) -> Result<Json, Fault> {
        self.send(&Request { body, ..Request::of(method, path) }).await
    }

    /// Waits until one more call may be under way, for calls that another client makes.
    pub(crate) async fn passage(&self) -> Passage {
        self.limiter.enter().await
    }

    /// Makes a call, again where it must and may be.
    pub(crate) async fn send(&self, request: &Request<'_>) -> Result<Json, Fault> {
        let (mut refusals, mut failures) = (0, 0);
        let mut backoff = Backoff::short();
        loop {
            let passage = self.limiter.enter().await;
            let fault = match self.attempt(request).await {
                Ok(response) => match judged(response, passage).await {
                    Ok(answer) => return Ok(answer),
                    Err((fault, _)) if fault.kind == FaultKind::Throttled && refusals < REFUSALS_MAX => {
                        refusals += 1;
                        backoff.pause().await;
                        continue;
                    }
                    Err((fault, pause)) => {
                        if let Some(pause) =
                            pause.filter(|_| request.is_repeatable && failures < FAILURES_MAX)
                        {
                            sleep(pause).await;
                        }
                        fault
                    }
                },
                Err(Missed { fault, was_sent }) => {
                    if !was_sent && failures < FAILURES_MAX && fault.kind == FaultKind::Unanswered {
                        failures += 1;
                        backoff.pause().await;
                        continue;
                    }
                    fault
                }
            };
            if fault.kind != FaultKind::Unanswered || !request.is_repeatable || failures >= FAILURES_MAX {
                return Err(fault);
            }
            failures += 1;
            backoff.pause().await;
        }
    }

    async fn attempt(&self, request: &Request<'_>) -> Result<Response, Missed> {
        let unsent = |fault: Fault| Missed { fault, was_sent: false };
        if let Some(part) = links::leading_elsewhere(request.path) {
            let message =
                format!("{part:?} in {} can't be the name of anything in Google Cloud", request.path);
            return Err(unsent(Fault::new(FaultKind::Invalid, message).hint("Name the thing itself.")));
        }
        let token = self.identity.token().await.map_err(unsent)?;
        let url = format!("{}/{}", self.base, request.path);
        let mut call =
            self.client.request(request.method.clone(), url).bearer_auth(token).query(request.query);
        if let Some(project) = self.paying(request.path) {
            call = call.header("x-goog-user-project", project);
        }
        if let Some(reason) = &self.settings.request_reason {
            call = call.header("x-goog-request-reason", reason);
        }
        for (name, text) in request.headers {
            call = call.header(*name, *text);
        }
        if let Some(body) = request.body {
            call = call.header("content-type", "application/json").body(body.to_string());
        }
        call.send().await.map_err(|error| missed(&error))
    }

    /// The project that a call is charged to, where the provider block says so.
    fn paying<'a>(&'a self, path: &'a str) -> Option<&'a str> {
        let own = links::after(path, "projects").or(self.settings.project.as_deref());
        self.settings.is_project_overridden.then(|| self.settings.billing_project.as_deref().or(own))?
    }
}

/// A call without an answer.
struct Missed {
    fault: Fault,
    was_sent: bool,
}

fn missed(error: &reqwest::Error) -> Missed {
    let kind = if error.is_builder() { FaultKind::Invalid } else { FaultKind::Unanswered };
    let message = if error.is_timeout() {
        "the API did not answer in time".to_owned()
    } else {
        format!("the API can't be reached: {}", chain(error))
    };
    Missed { fault: Fault::new(kind, message), was_sent: !(error.is_connect() || error.is_builder()) }
}

/// Says to the limiter how the call went, and what the answer says. With a failure comes the pause that the server asks
/// for.
async fn judged(response: Response, passage: Passage) -> Result<Json, (Fault, Option<Duration>)> {
    let status = response.status();
    let pause = pause(&response);
    let bytes = match response.bytes().await {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("the API's answer broke off: {}", chain(&error));
            return Err((Fault::new(FaultKind::Unanswered, message), None));
        }
    };
    if status.is_success() {
        passage.answered();
        if bytes.is_empty() {
            return Ok(Json::Null);
        }
        return serde_json::from_slice(&bytes).map_err(|error| {
            let message = format!("the API's answer can't be understood: {error}");
            (Fault::new(FaultKind::Unanswered, message), None)
        });
    }
    let body: Json = serde_json::from_slice(&bytes).unwrap_or_default();
    let fault = answered(status, &body);
    if fault.kind == FaultKind::Throttled || status == StatusCode::SERVICE_UNAVAILABLE {
        passage.throttled(pause);
    } else {
        passage.answered();
    }
    Err((fault, pause))
}

/// What the header Retry-After asks for, in seconds; dates are left alone, for clocks differ.
fn pause(response: &Response) -> Option<Duration> {
    let seconds: u64 = response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(PAUSE_MAX))
}
