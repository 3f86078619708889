//! Operations that take their time: what an answer says of how to follow them, and following them to their end.
//!
//! An answer names the place of the operation's status (`Azure-AsyncOperation`), or a place that answers 202 until it is
//! over (`Location`), or neither, and the resource's own `provisioningState` tells.

use crate::arm::Arm;
use crate::arm::document::Document;
use reqwest::{Method, Url};
use serde_json::Value as Json;
use std::fmt::Display;
use std::time::Duration;
use trueup_login::azure::{failed, success};
use trueup_login::{Answer, Request};
use trueup_provider_kit::{Backoff, Deadline, Fault, FaultKind};

/// How often a thing that is being deleted may say that it has failed before it is believed: it may be of what came
/// before the deletion.
const FAILURES_MAX: u32 = 3;

/// A write that was accepted.
#[must_use = "the write isn't over before it is settled"]
pub(crate) struct Underway {
    /// What came with the acceptance.
    pub(crate) answer: Json,
    follow: Follow,
    is_deletion: bool,
    pause: Option<Duration>,
}

/// How to tell that it is over.
enum Follow {
    /// It is.
    Nothing,
    /// A document with the operation's status.
    Status(Url),
    /// A place that answers 202 until then.
    Place(Url),
    /// The resource says so itself.
    Resource,
    /// The resource is no longer there.
    Gone,
}

impl Underway {
    pub(super) fn after(arm: &Arm, method: &Method, answer: &Answer) -> Result<Underway, Fault> {
        let (body, pause) = (answer.json()?, answer.pause());
        let at = |name: &str| answer.header(name).map(|text| arm.own(text)).transpose();
        let is_ended = state(&body).is_none_or(|state| is_terminal(state) && !is_failure(state));
        let follow = if let Some(url) = at("azure-asyncoperation")? {
            Follow::Status(url)
        } else if let Some(url) = at("location")?.filter(|_| answer.status == 202) {
            Follow::Place(url)
        } else if *method == Method::DELETE {
            if answer.status == 202 { Follow::Gone } else { Follow::Nothing }
        } else if *method != Method::POST && (answer.status == 202 || !is_ended) {
            Follow::Resource
        } else {
            Follow::Nothing
        };
        Ok(Underway { answer: body, follow, is_deletion: *method == Method::DELETE, pause })
    }

    /// Waits for its end; answers the resource where there is one at `path`. Where the API has forgotten the operation,
    /// which it may before its end, the resource itself tells.
    pub(crate) async fn settle(
        self,
        arm: &Arm,
        (path, version): (impl Display, &str),
        deadline: Deadline,
    ) -> Result<Json, Fault> {
        let path = path.to_string();
        let mut wait = Wait { deadline, pause: self.pause, backoff: Backoff::short() };
        let told = match self.follow {
            Follow::Nothing => return Ok(self.answer),
            Follow::Status(url) => arm.status(url, &mut wait).await,
            Follow::Place(url) => arm.place(url, &mut wait).await,
            Follow::Resource => return arm.ready((&path, version), &mut wait).await,
            Follow::Gone => return arm.gone((&path, version), &mut wait).await,
        };
        match told {
            Ok(last) if last.at("/id").is_some() => Ok(last),
            Ok(last) => Ok(arm.get(path, version).await?.unwrap_or(last)),
            Err(fault) if !fault.is_not_found() => Err(fault),
            Err(_) if self.is_deletion => arm.gone((&path, version), &mut wait).await,
            Err(_) => arm.ready((&path, version), &mut wait).await,
        }
    }
}

impl Arm {
    /// Waits until nothing is under way any more with what a path leads to; answers it as it is then, whether its last
    /// operation succeeded or not. None where nothing is there.
    pub(crate) async fn rest(
        &self,
        (path, version): (impl Display, &str),
        deadline: Deadline,
    ) -> Result<Option<Json>, Fault> {
        let path = path.to_string();
        let mut wait = Wait { deadline, pause: None, backoff: Backoff::short() };
        loop {
            let found = self.get(&path, version).await?;
            if found.as_ref().and_then(state).is_none_or(is_terminal) {
                return Ok(found);
            }
            wait.more("the operation that is under way").await?;
        }
    }
}

/// What the last operation of a resource says, where it failed.
pub(crate) fn failure(body: &Json) -> Option<Fault> {
    state(body).filter(|state| is_failure(state)).map(|state| failed(body, state))
}

/// Waiting between looks: as long as the API asks for, or longer each time.
struct Wait {
    deadline: Deadline,
    pause: Option<Duration>,
    backoff: Backoff,
}

impl Wait {
    async fn more(&mut self, what: &str) -> Result<(), Fault> {
        if self.deadline.is_past() {
            let message = format!("{what} did not end in time");
            return Err(Fault::new(FaultKind::TimedOut, message));
        }
        match self.pause {
            Some(pause) if !pause.is_zero() => tokio::time::sleep(pause).await,
            _ => self.backoff.pause().await,
        }
        Ok(())
    }
}

impl Arm {
    async fn status(&self, url: Url, wait: &mut Wait) -> Result<Json, Fault> {
        loop {
            wait.more("the operation").await?;
            let answer = success(self.send(Request::new(Method::GET, url.clone())).await?)?;
            wait.pause = answer.pause();
            let body = answer.json()?;
            let status = body.word("/status").unwrap_or("Succeeded").to_owned();
            if is_failure(&status) {
                return Err(failed(&body, &status));
            }
            if is_terminal(&status) {
                return Ok(Json::Null);
            }
        }
    }

    async fn place(&self, mut url: Url, wait: &mut Wait) -> Result<Json, Fault> {
        loop {
            wait.more("the operation").await?;
            let answer = success(self.send(Request::new(Method::GET, url.clone())).await?)?;
            if answer.status != 202 {
                return answer.json();
            }
            wait.pause = answer.pause();
            if let Some(next) = answer.header("location") {
                url = self.own(next)?;
            }
        }
    }

    /// Reads a resource until it is no longer there, or says that it could not be deleted.
    async fn gone(&self, (path, version): (&str, &str), wait: &mut Wait) -> Result<Json, Fault> {
        let mut failures = 0;
        while let Some(body) = self.get(path, version).await? {
            if let Some(fault) = failure(&body) {
                failures += 1;
                if failures == FAILURES_MAX {
                    return Err(fault);
                }
            }
            wait.more("the deletion").await?;
        }
        Ok(Json::Null)
    }

    /// Reads a resource until it says that it is ready.
    async fn ready(&self, (path, version): (impl Display, &str), wait: &mut Wait) -> Result<Json, Fault> {
        let path = path.to_string();
        loop {
            wait.more("the operation").await?;
            // What was accepted a moment ago may not be shown yet.
            let Some(body) = self.get(&path, version).await? else { continue };
            match state(&body) {
                Some(state) if is_failure(state) => return Err(failed(&body, state)),
                Some(state) if !is_terminal(state) => {}
                _ => return Ok(body),
            }
        }
    }
}

fn state(body: &Json) -> Option<&str> {
    body.word("/properties/provisioningState")
}

fn is_terminal(state: &str) -> bool {
    state.eq_ignore_ascii_case("Succeeded") || is_failure(state)
}

fn is_failure(state: &str) -> bool {
    ["Failed", "Canceled", "Cancelled"].iter().any(|word| state.eq_ignore_ascii_case(word))
}
