//! A thin client of the management API: reads, lists, writes with conditions, and operations that take their time
//! (Azure Resource Manager, "REST API reference" and "Asynchronous operations").

pub(crate) mod bulk;
pub(crate) mod document;
pub(crate) mod id;
mod locks;
pub(crate) mod mark;
mod operation;
pub(crate) mod place;
mod register;
pub(crate) mod tracked;
pub(crate) mod write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use document::Document;
use id::leads_elsewhere;
use locks::Locks;
use operation::Underway;
use reqwest::{Method, Url};
use serde_json::Value as Json;
use std::fmt::Display;
use trueup_login::azure::{Environment, Tokens, success};
use trueup_login::{Answer, Request, Traffic};
use trueup_provider_kit::{Fault, FaultKind};

/// A client of the management API of one cloud.
#[derive(Debug)]
pub(crate) struct Arm {
    base: Url,
    audience: String,
    traffic: Traffic,
    tokens: Tokens,
    /// Further tenants whose tokens go with every call: what it refers to may be theirs.
    auxiliary: Vec<String>,
    /// Goes with every call, for Azure's support.
    correlation: Option<String>,
    /// Resource providers may be registered when a call needs it.
    registers: bool,
    locks: Locks,
}

/// On what a write depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition<'a> {
    /// There is nothing of the name yet.
    New,
    /// What is there is as it was read, by its etag; where the API gives none, on nothing.
    Unchanged(Option<&'a str>),
}

/// What a call asks for: in which version of the API, and what besides, by names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    version: &'a str,
    parameters: &'a [(&'a str, &'a str)],
}

impl<'a> From<&'a str> for Asked<'a> {
    fn from(version: &'a str) -> Asked<'a> {
        Asked { version, parameters: &[] }
    }
}

impl<'a> From<(&'a str, &'a [(&'a str, &'a str)])> for Asked<'a> {
    fn from((version, parameters): (&'a str, &'a [(&'a str, &'a str)])) -> Asked<'a> {
        Asked { version, parameters }
    }
}

impl Arm {
    pub(crate) fn new(environment: &Environment, traffic: Traffic, tokens: Tokens) -> Result<Arm, Fault> {
        let bad = |_| Fault::new(FaultKind::Invalid, format!("{} is no address", environment.manager));
        let base = Url::parse(&environment.manager).map_err(bad)?;
        let audience = environment.audience.clone();
        let locks = Locks::default();
        let auxiliary = Vec::new();
        Ok(Arm { base, audience, traffic, tokens, auxiliary, correlation: None, registers: false, locks })
    }

    /// How many calls were made.
    pub(crate) fn calls(&self) -> u64 {
        self.traffic.calls()
    }

    /// Sends an id with every call, by which Azure's support finds them.
    pub(crate) fn correlate(&mut self, id: &str) {
        self.correlation = Some(id.to_owned());
    }

    /// Sends tokens of further tenants with every call.
    pub(crate) fn vouch_in(&mut self, tenants: &[String]) {
        self.auxiliary = tenants.to_vec();
    }

    /// Reads what a path leads to; None where nothing is there.
    pub(crate) async fn get<'a>(
        &self,
        path: impl Display,
        asked: impl Into<Asked<'a>>,
    ) -> Result<Option<Json>, Fault> {
        let request = Request::new(Method::GET, self.url(path, asked)?);
        match success(self.send(request).await?) {
            Ok(answer) => answer.json().map(Some),
            Err(fault) if fault.is_not_found() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Lists all pages of what a path leads to; nothing where what it is in isn't there.
    pub(crate) async fn list<'a>(
        &self,
        path: impl Display,
        asked: impl Into<Asked<'a>>,
    ) -> Result<Vec<Json>, Fault> {
        let mut url = self.url(path, asked)?;
        let mut all = Vec::new();
        loop {
            let mut page = match success(self.send(Request::new(Method::GET, url)).await?) {
                Ok(answer) => answer.json()?,
                Err(fault) if fault.is_not_found() => return Ok(all),
                Err(fault) => return Err(fault),
            };
            if let Some(items) = page.pointer_mut("/value").and_then(Json::as_array_mut) {
                all.append(items);
            }
            match page.word("/nextLink").filter(|next| !next.is_empty()) {
                Some(next) => url = self.own(next)?,
                None => return Ok(all),
            }
        }
    }

    /// Lists the first pages of what a path leads to, and says whether that is all.
    pub(crate) async fn list_some<'a>(
        &self,
        path: impl Display,
        asked: impl Into<Asked<'a>>,
        pages_max: usize,
    ) -> Result<(Vec<Json>, bool), Fault> {
        let mut url = self.url(path, asked)?;
        let mut all = Vec::new();
        for _ in 0..pages_max {
            let mut page = success(self.send(Request::new(Method::GET, url)).await?)?.json()?;
            if let Some(items) = page.pointer_mut("/value").and_then(Json::as_array_mut) {
                all.append(items);
            }
            match page.word("/nextLink").filter(|next| !next.is_empty()) {
                Some(next) => url = self.own(next)?,
                None => return Ok((all, true)),
            }
        }
        Ok((all, false))
    }

    /// Writes a whole document.
    pub(crate) async fn put(
        &self,
        (path, version): (impl Display, &str),
        body: &Json,
        condition: Condition<'_>,
    ) -> Result<Underway, Fault> {
        let mut request = Request::new(Method::PUT, self.url(path, version)?).json(body);
        match condition {
            Condition::New => {
                request = request.header("if-none-match", "*")?;
                request.is_repeatable = false;
            }
            Condition::Unchanged(Some(etag)) => request = request.header("if-match", etag)?,
            Condition::Unchanged(None) => {}
        }
        let answer = self.send(request).await?;
        let may_be_own = answer.is_doubtful && condition == Condition::New;
        let answer = success(answer).map_err(|fault| match fault.kind {
            // What is there may be what the attempt without an answer has made.
            FaultKind::Exists if may_be_own => Fault { kind: FaultKind::Unanswered, ..fault },
            _ => fault,
        })?;
        Underway::after(self, &Method::PUT, &answer)
    }

    /// Writes parts of a document.
    pub(crate) async fn patch(
        &self,
        (path, version): (impl Display, &str),
        body: &Json,
    ) -> Result<Underway, Fault> {
        let request = Request::new(Method::PATCH, self.url(path, version)?).json(body);
        let answer = success(self.send(request).await?)?;
        Underway::after(self, &Method::PATCH, &answer)
    }

    /// Deletes what a path leads to; None where nothing is there.
    pub(crate) async fn delete<'a>(
        &self,
        (path, asked): (impl Display, impl Into<Asked<'a>>),
    ) -> Result<Option<Underway>, Fault> {
        let request = Request::new(Method::DELETE, self.url(path, asked)?);
        match success(self.send(request).await?) {
            Ok(answer) => Underway::after(self, &Method::DELETE, &answer).map(Some),
            Err(fault) if fault.is_not_found() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Calls an action that changes nothing.
    pub(crate) async fn ask(&self, path: impl Display, version: &str) -> Result<Json, Fault> {
        let mut request = Request::new(Method::POST, self.url(path, version)?);
        request.is_repeatable = true;
        success(self.send(request).await?)?.json()
    }

    /// Calls an action that takes its time, and that does nothing when it comes a second time.
    pub(crate) async fn act<'a>(
        &self,
        path: impl Display,
        asked: impl Into<Asked<'a>>,
    ) -> Result<Underway, Fault> {
        let mut request = Request::new(Method::POST, self.url(path, asked)?);
        request.is_repeatable = true;
        let answer = success(self.send(request).await?)?;
        Underway::after(self, &Method::POST, &answer)
    }

    /// Calls an action.
    pub(crate) async fn post(
        &self,
        (path, version): (impl Display, &str),
        body: &Json,
    ) -> Result<Underway, Fault> {
        let request = Request::new(Method::POST, self.url(path, version)?).json(body);
        let answer = success(self.send(request).await?)?;
        Underway::after(self, &Method::POST, &answer)
    }

    /// What the token says of whom it is for. It isn't checked: the API does that.
    pub(crate) async fn claims(&self) -> Result<Json, Fault> {
        let token = self.tokens.get(&self.audience).await?;
        let middle = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        middle.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(|| {
            Fault::new(FaultKind::Other, "the token doesn't tell whom it is for")
                .hint("Sign in to Entra: other tokens don't say whose they are.")
        })
    }

    /// Sends a call with a token. One that the API refuses is made anew once: it may have been withdrawn.
    async fn send(&self, request: Request) -> Result<Answer, Fault> {
        let answer = self.traffic.send(&self.signed(&request).await?).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        self.tokens.forget(&self.audience).await;
        self.traffic.send(&self.signed(&request).await?).await
    }

    async fn signed(&self, request: &Request) -> Result<Request, Fault> {
        let token = self.tokens.get(&self.audience).await?;
        let mut request = request.clone().header("authorization", &format!("Bearer {token}"))?;
        let mut others = Vec::new();
        for tenant in &self.auxiliary {
            let token = self.tokens.of_tenant(&self.audience, Some(tenant)).await?;
            others.push(format!("Bearer {token}"));
        }
        if !others.is_empty() {
            request = request.header("x-ms-authorization-auxiliary", &others.join(", "))?;
        }
        match &self.correlation {
            Some(id) => request.header("x-ms-correlation-request-id", id),
            None => Ok(request),
        }
    }

    fn url<'a>(&self, path: impl Display, asked: impl Into<Asked<'a>>) -> Result<Url, Fault> {
        let (path, Asked { version, parameters }) = (path.to_string(), asked.into());
        if let Some(part) = path.split('/').find(|part| leads_elsewhere(part)) {
            let message = format!("{part:?} in {path} can't be the name of anything in Azure");
            return Err(Fault::new(FaultKind::Invalid, message).hint("Give the name without it."));
        }
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| Fault::new(FaultKind::Invalid, format!("{} has no paths", self.base)))?
            .pop_if_empty()
            .extend(path.split('/').filter(|part| !part.is_empty()));
        url.query_pairs_mut().extend_pairs(parameters).append_pair("api-version", version);
        // Filters have blanks, which not every part of the API reads as forms write them.
        let query = url.query().map(|query| query.replace('+', "%20"));
        url.set_query(query.as_deref());
        Ok(url)
    }

    /// An address that the API answered: tokens go to the API alone.
    fn own(&self, text: &str) -> Result<Url, Fault> {
        let bad = || {
            let message = format!("the API points to {text}, which is not part of it");
            Fault::new(FaultKind::Other, message)
        };
        let url = self.base.join(text).map_err(|_| bad())?;
        if url.origin() == self.base.origin() { Ok(url) } else { Err(bad()) }
    }
}
