//! Every attempt of every call passes here: how many are under way, what is throttled, and what must not be repeated.
//!
//! A creation whose answer was lost may have been carried out, and a second one would find the thing there: such a call
//! is left unanswered, and what it made is looked for instead. Calls that were refused or never sent are repeated, and
//! so are those that change nothing when they come twice.

use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Url};
use serde_json::Value as Json;
use std::sync::Arc;
use std::time::Duration;
use trueup_provider_kit::{Backoff, Deadline, Fault, FaultKind, Limiter};

/// Calls under way at the start and at most.
const CALLS_START: u16 = 16;
const CALLS_MAX: u16 = 64;
/// Pauses that a server asks for are kept to this.
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// What is put up with.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long a connection may take.
    pub connect_max: Duration,
    /// How long an answer may take.
    pub answer_max: Duration,
    /// How long a call may be tried again.
    pub call_max: Duration,
    /// How often a call is tried in all.
    pub attempts_max: u32,
}

impl Default for Patience {
    /// That of those who have come to do much.
    fn default() -> Patience {
        Patience {
            connect_max: Duration::from_secs(10),
            answer_max: Duration::from_mins(1),
            call_max: Duration::from_mins(10),
            attempts_max: 10,
        }
    }
}

/// A call to be made.
#[derive(Clone)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where.
    pub url: Url,
    /// What goes with it.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What is sent.
    pub body: Option<Vec<u8>>,
    /// Nothing happens a second time when it comes a second time.
    pub is_repeatable: bool,
    /// How long the whole answer may take where much is sent or comes, instead of what others may.
    pub answer_max: Option<Duration>,
}

/// What came back.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// What came with it.
    pub headers: HeaderMap,
    /// What it holds.
    pub body: Vec<u8>,
    /// An earlier attempt may have been carried out: a refusal may be its doing.
    pub is_doubtful: bool,
}

/// The calls of one block.
#[derive(Clone, Debug)]
pub struct Traffic {
    client: reqwest::Client,
    limiter: Arc<Limiter>,
    patience: Patience,
}

impl Request {
    /// A call without a body. All but POST do no harm twice.
    pub fn new(method: Method, url: Url) -> Request {
        let is_repeatable = method != Method::POST;
        Request { method, url, headers: Vec::new(), body: None, is_repeatable, answer_max: None }
    }

    /// Adds a header whose value is ours or checked before.
    pub fn header(mut self, name: &str, value: &str) -> Result<Request, Fault> {
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            Fault::new(
                FaultKind::Invalid,
                format!("what is to be sent as {name} has characters that no header has"),
            )
        })?;
        value.set_sensitive(name.contains("authorization") || name == "x-identity-header");
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Fault::new(FaultKind::Invalid, format!("{name:?} can be the name of no header")))?;
        self.headers.push((name, value));
        Ok(self)
    }

    /// Gives it a JSON body.
    pub fn json(mut self, body: &Json) -> Request {
        self.headers.push((reqwest::header::CONTENT_TYPE, HeaderValue::from_static("application/json")));
        self.body = Some(body.to_string().into_bytes());
        self
    }

    /// Gives it the fields of a form as its body.
    pub fn form(mut self, fields: &[(&str, &str)]) -> Request {
        let mut encoder = Url::parse("http://form").expect("an address");
        encoder.query_pairs_mut().extend_pairs(fields);
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        self.headers.push((reqwest::header::CONTENT_TYPE, kind));
        self.body = Some(encoder.query().unwrap_or_default().as_bytes().to_vec());
        self
    }
}

impl Answer {
    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What the header Retry-After asks for, in seconds; dates are left alone, for clocks differ.
    pub fn pause(&self) -> Option<Duration> {
        let seconds: u64 = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds).min(PAUSE_MAX))
    }

    /// The body; null where there is none.
    pub fn json(&self) -> Result<Json, Fault> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Json::Null);
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            Fault::new(FaultKind::Unanswered, format!("the API's answer can't be understood: {error}"))
        })
    }
}

impl Traffic {
    /// Calls that introduce themselves like this.
    pub fn new(agent: &str) -> Result<Traffic, Fault> {
        Traffic::patient(agent, Patience::default())
    }

    /// The same with another patience.
    pub fn patient(agent: &str, patience: Patience) -> Result<Traffic, Fault> {
        let client = reqwest::Client::builder()
            .user_agent(agent)
            .connect_timeout(patience.connect_max)
            .timeout(patience.answer_max)
            .read_timeout(patience.answer_max)
            // Operations say where they go on; a token must not follow wherever a redirect leads.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| {
                Fault::new(FaultKind::Other, format!("no HTTP client can be made: {}", chain(&error)))
            })?;
        Ok(Traffic { client, limiter: Limiter::new(CALLS_START, CALLS_MAX), patience })
    }

    /// How many calls were made.
    pub fn calls(&self) -> u64 {
        self.limiter.calls()
    }

    /// Makes a call, again where that is safe; answers whatever status came in the end.
    pub async fn send(&self, request: &Request) -> Result<Answer, Fault> {
        let deadline = Deadline::after(self.patience.call_max);
        let mut backoff = Backoff::short();
        let mut is_doubtful = false;
        for attempt in 1.. {
            let is_last = attempt == self.patience.attempts_max || deadline.is_past();
            let passage = self.limiter.enter().await;
            match self.attempt(request).await {
                Ok(answer) if is_throttled(answer.status) => {
                    // 503 says that it wasn't taken; where it is wrong, the mark of a creation tells.
                    is_doubtful |= answer.status == 503;
                    passage.throttled(answer.pause());
                    if is_last {
                        return Ok(Answer { is_doubtful, ..answer });
                    }
                }
                Ok(answer) => {
                    passage.answered();
                    let stumbled = answer.status == 408 || answer.status >= 500;
                    if is_last || !stumbled || !request.is_repeatable {
                        return Ok(Answer { is_doubtful, ..answer });
                    }
                    is_doubtful = true;
                }
                Err(error) => {
                    drop(passage);
                    let was_sent = !error.is_connect();
                    if is_last || (was_sent && !request.is_repeatable) {
                        return Err(unsent(error, is_doubtful || was_sent));
                    }
                    is_doubtful |= was_sent;
                }
            }
            backoff.pause().await;
        }
        unreachable!("the last attempt returns")
    }

    async fn attempt(&self, request: &Request) -> Result<Answer, reqwest::Error> {
        let mut made = self.client.request(request.method.clone(), request.url.clone());
        for (name, value) in &request.headers {
            made = made.header(name, value);
        }
        if let Some(limit) = request.answer_max {
            made = made.timeout(limit);
        }
        match request.body.as_ref().filter(|body| !body.is_empty()) {
            Some(body) => made = made.body(body.clone()),
            // Azure wants to be told that nothing comes, which clients leave out.
            None if request.method == Method::PUT || request.method == Method::POST => {
                made = made.header(CONTENT_LENGTH, "0");
            }
            None => {}
        }
        let response = made.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        Ok(Answer { status, headers, body, is_doubtful: false })
    }
}

/// Why a call has no answer that had long enough for one.
const LATE: &str = "it did not answer in time";

/// Whether a call was given up because no answer came in time.
pub fn is_late(fault: &Fault) -> bool {
    fault.message.ends_with(LATE)
}

fn is_throttled(status: u16) -> bool {
    matches!(status, 429 | 503)
}

fn unsent(error: reqwest::Error, may_be_done: bool) -> Fault {
    let host = error.url().and_then(Url::host_str).unwrap_or("the API").to_owned();
    let error = error.without_url();
    let reason = if error.is_timeout() { LATE.to_owned() } else { chain(&error) };
    let kind = if may_be_done { FaultKind::Unanswered } else { FaultKind::Other };
    Fault::new(kind, format!("{host} can't be reached: {reason}"))
        .hint("Check the network, the proxy and the endpoint, then run again.")
}

/// The messages of an error and of what caused it, each said once.
pub fn chain(error: &dyn std::error::Error) -> String {
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
