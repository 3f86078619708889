//! A change in place: what differs, and the calls that bring it about.

use crate::account::Request;
use crate::account::site::Site;
use crate::codec::{self, Field, field};
use crate::compute::{is_not_ready, operation, request_id};
use crate::labels;
use crate::places::Place;
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::sync::atomic::Ordering;
use trueup_provider_kit::{Call, Fault, Fields, Object};

/// How often a write is made again that something else came before.
const OVERTAKEN_MAX: usize = 5;

/// A change under way.
pub(crate) struct Change<'a> {
    pub(crate) call: &'a Call<'a, Site>,
    pub(crate) prior: &'a Object,
    pub(crate) object: &'a Object,
    pub(crate) fields: &'static [Field],
}

impl Change<'_> {
    /// Whether one of the attributes is to change; what isn't known is not.
    pub(crate) fn has(&self, names: &[&str]) -> bool {
        let is_known = |name: &&&str| self.object.field(name).is_some_and(trueup_value::Value::is_known);
        names.iter().filter(is_known).any(|name| self.object.differs(self.prior, name))
    }

    /// What of a request with these attributes changes; None where nothing does.
    pub(crate) fn of(&self, names: &[&str]) -> Option<Json> {
        let fields: Vec<Field> = names.iter().map(|name| *field(self.fields, name)).collect();
        codec::changes(self.prior, self.object, &fields, &self.place())
    }

    /// Where it is.
    pub(crate) fn place(&self) -> Place {
        Place::of(self.prior)
    }

    /// Its path.
    pub(crate) fn path(&self) -> &str {
        self.prior.id_or_empty()
    }

    /// It as it is now.
    pub(crate) async fn current(&self) -> Result<Json, Fault> {
        self.call.site.compute.get(self.path()).await
    }

    /// Sets all labels where one changes.
    pub(crate) async fn labels(&self) -> Result<(), Fault> {
        if !self.object.has(labels::ALL) || !self.has(&[labels::ALL]) {
            return Ok(());
        }
        let labels = json!({"labels": self.object.map(labels::ALL)});
        self.marked(Method::POST, "setLabels", ("labelFingerprint", labels)).await
    }

    /// Calls one of its methods: `setLabels`.
    pub(crate) async fn post(&self, method: &str, body: &Json) -> Result<(), Fault> {
        self.send(Method::POST, method, body).await
    }

    /// Calls a method that a change may have to call several times, such as `stop`: each is a call of its own, and no
    /// repetition of the one before.
    pub(crate) async fn turn(&self, method: &str) -> Result<(), Fault> {
        let number = self.call.site.turns.fetch_add(1, Ordering::Relaxed);
        self.send_numbered(Method::POST, method, &Json::Null, &number.to_string()).await
    }

    /// Makes a call and waits for its end. The API knows it again when it comes twice.
    pub(crate) async fn send(&self, method: Method, below: &str, body: &Json) -> Result<(), Fault> {
        self.send_numbered(method, below, body, "").await
    }

    async fn send_numbered(
        &self,
        method: Method,
        below: &str,
        body: &Json,
        number: &str,
    ) -> Result<(), Fault> {
        let path = match below.chars().next() {
            None | Some('?') => format!("{}{below}", self.path()),
            Some(_) => format!("{}/{below}", self.path()),
        };
        let (path, mut query) = asked(&path);
        let id = request_id(self.call, &format!("{method} {path} {body}{number}"));
        // Labels of what is everywhere are set without an id: their mark keeps them from being set twice.
        if !(path.contains("/global/") && path.ends_with("/setLabels")) {
            query.push(("requestId", &id));
        }
        let body = Some(body).filter(|body| !body.is_null());
        let request = Request { query: &query, body, ..Request::of(method, path) };
        let attempt = || self.call.site.compute.send(&request);
        let operation = self.call.deadline.retry(is_not_ready, attempt).await?;
        operation::finish(self.call, operation).await
    }

    /// Makes a call that says which state of the thing it is meant for, with the mark that stands at `mark` in what is
    /// there now. Where something else came before, it is made again.
    pub(crate) async fn marked(
        &self,
        method: Method,
        below: &str,
        (mark, body): (&str, Json),
    ) -> Result<(), Fault> {
        let mut body = body;
        let last = mark.rsplit('.').next().unwrap_or(mark);
        for _ in 1..OVERTAKEN_MAX {
            body[last] = codec::at(&self.current().await?, mark).clone();
            match self.send(method.clone(), below, &body).await {
                Err(fault) if is_overtaken(&fault) => {}
                outcome => return outcome,
            }
        }
        body[last] = codec::at(&self.current().await?, mark).clone();
        self.send(method, below, &body).await
    }
}

/// A path and what it asks for besides.
fn asked(path: &str) -> (&str, Vec<(&str, &str)>) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    (path, query.split('&').filter_map(|pair| pair.split_once('=')).collect())
}

fn is_overtaken(fault: &Fault) -> bool {
    ["conditionNotMet", "CONDITION_NOT_MET"].contains(&fault.code.as_str())
}
