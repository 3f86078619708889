//! Where every attempt of every call passes: who asks, what is tried again and when, pages, errors.

use crate::call::{Call, Paging};
use crate::error::{ForgeError, ForgeErrorKind};
use crate::fields::{Gap, id, items, may_text};
use crate::forge::Person;
use crate::kind::Kind;
use crate::pace::Pace;
use crate::place::Token;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response, Url};
use serde_json::Value as Json;
use std::time::Duration;
use tokio::sync::OnceCell;

/// How often a call is tried again: when it is refused because there are too many, and when it isn't answered.
const REFUSALS_MAX: u32 = 6;
const FAILURES_MAX: u32 = 3;
/// Longer than this is not waited in all for one call.
const PAUSES_MAX: Duration = Duration::from_mins(15);
/// What GitHub asks to wait at least where it names no time.
const PAUSE_UNNAMED: Duration = Duration::from_mins(1);
/// More pages than any repository has.
const PAGES_MAX: usize = 10_000;
const REDIRECTS_MAX: usize = 5;
const TOLD_CHARS_MAX: usize = 400;

/// The API of one repository's forge.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) kind: Kind,
    pub(crate) pace: Pace,
    client: Client,
    base: String,
    token: Token,
    me: OnceCell<Option<String>>,
}

/// An answer that isn't a failure.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A failed attempt, and when it may be made again.
struct Failed {
    error: ForgeError,
    again: Again,
}

#[derive(Clone, Copy)]
enum Again {
    Never,
    /// It was refused because there are too many: after this pause.
    Later(Option<Duration>),
    /// It was never sent.
    Unsent,
    /// It may have been done.
    Unanswered(Option<Duration>),
}

#[derive(Default)]
struct Tries {
    refusals: u32,
    failures: u32,
    waited: Duration,
}

impl Api {
    pub(crate) fn new(kind: Kind, base: &str, token: Token, pace: Pace) -> Result<Api, ForgeError> {
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(20))
            .timeout(Duration::from_mins(2))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("trueup/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                let cause = format!("no HTTP client can be had: {}", chain(&error));
                ForgeError::unconfigured(Some(kind), "speak to the forge", cause)
            })?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Api { kind, pace, client, base, token, me: OnceCell::new() })
    }

    /// Makes a call and reads its answer.
    pub(crate) async fn read<T>(
        &self,
        call: &Call,
        read: impl FnOnce(&Json) -> Result<T, Gap>,
    ) -> Result<T, ForgeError> {
        let answer = self.send(call).await?;
        read(&self.json(call, &answer)?).map_err(|gap| self.gap(call, &gap))
    }

    /// Asks for all pages of a list and reads each item; those that are None are left out.
    pub(crate) async fn list<T>(
        &self,
        call: Call,
        paging: Paging,
        read: impl Fn(&Json) -> Result<Option<T>, Gap>,
    ) -> Result<Vec<T>, ForgeError> {
        let mut found = Vec::new();
        let mut call = call;
        let mut skipped = 0;
        for _ in 0..PAGES_MAX {
            let answer = self.send(&call).await?;
            let json = self.json(&call, &answer)?;
            let page = match paging {
                Paging::Link => items(&json, ""),
                Paging::Next => items(&json, "/values"),
                Paging::Skip(_) | Paging::Once => items(&json, "/value"),
            };
            for item in page {
                found.extend(read(item).map_err(|gap| self.gap(&call, &gap))?);
            }
            let next = match paging {
                Paging::Link => link_next(&answer.headers),
                Paging::Next => may_text(&json, "/next"),
                Paging::Skip(top) if page.len() == top => {
                    skipped += page.len();
                    call = call.query("$skip", skipped.to_string());
                    continue;
                }
                Paging::Skip(_) | Paging::Once => None,
            };
            let Some(next) = next else { return Ok(found) };
            // Only the query of the address is taken over: whatever it names, the next page comes from here.
            let Ok(next) = Url::parse(&next) else {
                return Err(self.gap(&call, &Gap("an address of the next page")));
            };
            call.query = next.query_pairs().map(|(name, text)| (name.into(), text.into())).collect();
        }
        Err(self.gap(&call, &Gap("a last page")))
    }

    /// A file's text; None where there is none.
    pub(crate) async fn text(&self, call: &Call) -> Result<Option<String>, ForgeError> {
        match self.send(call).await {
            Ok(answer) => Ok(Some(String::from_utf8_lossy(&answer.body).into_owned())),
            Err(error) if error.kind == ForgeErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether somebody is who the token belongs to, by the first of some calls that tells an id, each with where that
    /// stands; None where the forge tells a program's token by none of them.
    pub(crate) async fn is_me(
        &self,
        person: &Person,
        calls: &[(Call, &'static str)],
    ) -> Result<Option<bool>, ForgeError> {
        let ask = || async {
            for (call, at) in calls {
                match self.read(call, |json| Ok(id(json, at).ok())).await {
                    Ok(None) => {}
                    Ok(told) => return Ok(told),
                    Err(error)
                        if matches!(error.kind, ForgeErrorKind::Forbidden | ForgeErrorKind::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(None)
        };
        let me = self.me.get_or_try_init(ask).await?;
        Ok(me.as_ref().map(|me| *me == person.id))
    }

    pub(crate) fn gap(&self, call: &Call, gap: &Gap) -> ForgeError {
        let cause = format!("the answer of {} lacks {}", self.kind.name(), gap.0);
        ForgeError::new(ForgeErrorKind::Unintelligible, Some(self.kind), &call.what, cause)
            .hint("check that the address is that of the forge's API, and its version")
    }

    fn json(&self, call: &Call, answer: &Answer) -> Result<Json, ForgeError> {
        if answer.body.is_empty() {
            return Ok(Json::Null);
        }
        serde_json::from_slice(&answer.body).map_err(|error| {
            let cause = format!("the answer of {} is not JSON: {error}", self.kind.name());
            ForgeError::new(ForgeErrorKind::Unintelligible, Some(self.kind), &call.what, cause)
                .hint("check that the address is that of the forge's API")
        })
    }

    /// Makes a call, again where it must and may be.
    pub(crate) async fn send(&self, call: &Call) -> Result<Answer, ForgeError> {
        let mut tries = Tries::default();
        loop {
            let failed = match self.attempt(call).await {
                Ok(answer) if (200..300).contains(&answer.status) && answer.status != 203 => {
                    return Ok(answer);
                }
                Ok(answer) => self.judge(call, &answer),
                Err(failed) => failed,
            };
            let Some(pause) = tries.next(failed.again, call.is_repeatable) else {
                return Err(failed.error);
            };
            self.pace.pause(pause).await;
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, Failed> {
        let mut url = self.url(call)?;
        for _ in 0..REDIRECTS_MAX {
            let answer = self.attempt_at(call, url.clone()).await?;
            let Some(location) = header(&answer.headers, "location") else { return Ok(answer) };
            let keeps = call.method == Method::GET || matches!(answer.status, 307 | 308);
            if !(300..400).contains(&answer.status) {
                return Ok(answer);
            }
            match url.join(location) {
                Ok(next) if keeps && next.origin() == url.origin() => url = next,
                Ok(next) => return Err(self.moved(call, &next)),
                Err(_) => return Ok(answer),
            }
        }
        let cause = "it is sent from one address to the next without end";
        Err(self.never(call, ForgeErrorKind::Refused, cause, None))
    }

    fn url(&self, call: &Call) -> Result<Url, Failed> {
        let text = format!("{}{}", self.base, call.path);
        let mut url = Url::parse(&text).map_err(|error| {
            let hint = Some("give the forge's address as https://HOST".to_owned());
            self.never(
                call,
                ForgeErrorKind::Unconfigured,
                format!("{} is no address: {error}", self.base),
                hint,
            )
        })?;
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        Ok(url)
    }

    async fn attempt_at(&self, call: &Call, url: Url) -> Result<Answer, Failed> {
        let mut request = self.client.request(call.method.clone(), url);
        for (name, text) in self.token.headers() {
            request = request.header(name, text);
        }
        let usual = match self.kind {
            Kind::GitHub => "application/vnd.github+json",
            _ => "application/json",
        };
        request = request.header("accept", call.accept.unwrap_or(usual));
        if self.kind == Kind::GitHub {
            request = request.header("x-github-api-version", "2022-11-28");
        }
        if let Some(body) = &call.body {
            request = request.header("content-type", call.content).body(body.to_string());
        }
        let response = request.send().await.map_err(|error| self.missed(call, &error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = whole(response).await.map_err(|error| self.missed(call, &error))?;
        Ok(Answer { status, headers, body })
    }

    /// What an answer says that isn't a success.
    fn judge(&self, call: &Call, answer: &Answer) -> Failed {
        let told = self.token.scrub(&told(&answer.body));
        let name = self.kind.name();
        let said = if told.is_empty() { String::new() } else { format!(": {told}") };
        let status = answer.status;
        let is_limited = is_limited(answer, &told);
        let (kind, cause) = match status {
            _ if is_limited => (
                ForgeErrorKind::Throttled,
                format!("{name} limits how many requests are made ({status}{said})"),
            ),
            203 | 302 | 401 => (ForgeErrorKind::Unauthorized, format!("{name} doesn't take the token{said}")),
            403 => (ForgeErrorKind::Forbidden, format!("{name} doesn't permit it{said}")),
            404 | 410 => (ForgeErrorKind::NotFound, format!("{name} doesn't find it{said}")),
            500.. => (ForgeErrorKind::Unanswered, format!("{name} failed ({status}{said})")),
            _ => (ForgeErrorKind::Refused, format!("{name} refuses it ({status}{said})")),
        };
        let hint = match kind {
            ForgeErrorKind::Throttled => {
                "try again later, or with a token that has a larger allowance".into()
            }
            ForgeErrorKind::Unauthorized => self.token.renew_hint(self.kind),
            ForgeErrorKind::Forbidden => format!("grant the token: {}", call.needs),
            ForgeErrorKind::NotFound => {
                format!(
                    "check the repository and the number; what a token may not see isn't found: {}",
                    call.needs
                )
            }
            _ => String::new(),
        };
        let mut failed = self.never(call, kind, cause, Some(hint).filter(|hint| !hint.is_empty()));
        failed.again = match kind {
            ForgeErrorKind::Throttled => Again::Later(self.pause_asked(answer)),
            ForgeErrorKind::Unanswered => Again::Unanswered(retry_after(&answer.headers)),
            _ => Again::Never,
        };
        failed
    }

    /// How long a forge that refuses because of too many requests asks to wait.
    fn pause_asked(&self, answer: &Answer) -> Option<Duration> {
        let until_reset = || {
            let number = |name: &str| header(&answer.headers, name)?.trim().parse::<i64>().ok();
            let is_used_up = number("x-ratelimit-remaining").or(number("ratelimit-remaining"))? == 0;
            let reset = number("x-ratelimit-reset").or(number("ratelimit-reset"))?;
            // The server's own clock says what time it is.
            let date = jiff::fmt::rfc2822::parse(header(&answer.headers, "date")?).ok()?;
            let seconds = u64::try_from(reset - date.timestamp().as_second()).unwrap_or(0);
            is_used_up.then(|| Duration::from_secs(seconds + 1))
        };
        let unnamed = || (self.kind == Kind::GitHub).then_some(PAUSE_UNNAMED);
        retry_after(&answer.headers).or_else(until_reset).or_else(unnamed)
    }

    fn moved(&self, call: &Call, next: &Url) -> Failed {
        let host = next.host_str().unwrap_or_default();
        let signs_in = ["/_signin", "/login", "/signin", "/users/sign_in", "/user/login"];
        if signs_in.iter().any(|page| next.path().contains(page)) {
            let cause = format!("{} asks to sign in", self.kind.name());
            let hint = Some(self.token.renew_hint(self.kind));
            return self.never(call, ForgeErrorKind::Unauthorized, cause, hint);
        }
        let cause =
            format!("{} sends it to {host}{}, where the token isn't carried", self.kind.name(), next.path());
        let hint = "name the repository and the forge by the address that they have now";
        self.never(call, ForgeErrorKind::Refused, cause, Some(hint.to_owned()))
    }

    fn missed(&self, call: &Call, error: &reqwest::Error) -> Failed {
        let cause = if error.is_timeout() {
            format!("{} did not answer in time", self.kind.name())
        } else {
            format!("{} can't be reached: {}", self.kind.name(), self.token.scrub(&chain(error)))
        };
        let hint = Some("check the forge's address and the network".to_owned());
        let mut failed = self.never(call, ForgeErrorKind::Unanswered, cause, hint);
        failed.again = if error.is_connect() { Again::Unsent } else { Again::Unanswered(None) };
        failed
    }

    fn never(
        &self,
        call: &Call,
        kind: ForgeErrorKind,
        cause: impl Into<String>,
        hint: Option<String>,
    ) -> Failed {
        let error = ForgeError::new(kind, Some(self.kind), &call.what, cause);
        Failed { error: ForgeError { hint, ..error }, again: Again::Never }
    }
}

impl Tries {
    /// The pause before the next try; None where there is none.
    fn next(&mut self, again: Again, is_repeatable: bool) -> Option<Duration> {
        let growing = |tries: u32| Duration::from_secs(1 << tries.min(6));
        let pause = match again {
            Again::Later(asked) if self.refusals < REFUSALS_MAX => {
                self.refusals += 1;
                asked.unwrap_or_else(|| growing(self.refusals))
            }
            Again::Unsent if self.failures < FAILURES_MAX => {
                self.failures += 1;
                growing(self.failures - 1)
            }
            Again::Unanswered(asked) if is_repeatable && self.failures < FAILURES_MAX => {
                self.failures += 1;
                asked.unwrap_or_else(|| growing(self.failures - 1))
            }
            _ => return None,
        };
        self.waited += pause;
        (self.waited <= PAUSES_MAX).then_some(pause)
    }
}

/// Whether an answer says that there were too many requests. GitHub says so with 403, too, which otherwise is about
/// permissions.
fn is_limited(answer: &Answer, told: &str) -> bool {
    let is_used_up = || header(&answer.headers, "x-ratelimit-remaining") == Some("0");
    let named = || told.to_ascii_lowercase().contains("rate limit");
    let is_named = || header(&answer.headers, "retry-after").is_some() || is_used_up() || named();
    answer.status == 429 || (answer.status == 403 && is_named())
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    header(headers, "retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The address of the next page, as RFC 8288 has it: `<https://...>; rel="next", <...>; rel="last"`.
fn link_next(headers: &HeaderMap) -> Option<String> {
    let is_next = |link: &&str| link.split(';').skip(1).any(|one| one.trim() == "rel=\"next\"");
    let link = header(headers, "link")?.split(',').find(is_next)?;
    let (_, address) = link.split(';').next()?.split_once('<')?;
    Some(address.split_once('>')?.0.to_owned())
}

async fn whole(response: Response) -> Result<Vec<u8>, reqwest::Error> {
    Ok(response.bytes().await?.to_vec())
}

/// What a forge says of a failure, in one line.
fn told(body: &[u8]) -> String {
    let Ok(json) = serde_json::from_slice::<Json>(body) else { return String::new() };
    let mut texts = Vec::new();
    for at in ["/message", "/error/message", "/error/detail", "/error", "/error_description", "/errors"] {
        if let Some(found) = json.pointer(at) {
            gather(found, &mut texts);
        }
    }
    texts.dedup();
    let line = texts.join("; ");
    let is_plain = |c: char| if c.is_control() { ' ' } else { c };
    line.chars().take(TOLD_CHARS_MAX).map(is_plain).collect::<String>().trim_end_matches('.').to_owned()
}

fn gather(json: &Json, texts: &mut Vec<String>) {
    match json {
        Json::String(text) if !texts.contains(text) => texts.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Json::Object(fields) => {
            for (name, inside) in fields.iter().filter(|(name, _)| !name.contains("url")) {
                match inside {
                    Json::String(text) if ["field", "code", "resource"].contains(&name.as_str()) => {
                        texts.push(format!("{name} {text}"));
                    }
                    inside => gather(inside, texts),
                }
            }
        }
        _ => {}
    }
}

/// The whole chain of causes of an error of a call, one line, without its address, which may hold secrets.
pub fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        let line = cause.to_string();
        if !line.is_empty() && !text.contains(&line) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&line);
        }
        next = cause.source();
    }
    if text.is_empty() { "the connection broke off".into() } else { text.replace('\n', " ") }
}
