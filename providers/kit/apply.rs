//! Writes: create, update and delete with waiting, partial success and recovery.

use crate::plan::is_same;
use crate::read::{finish, read_one};
use crate::{
    Backoff, Call, Cloud, Deadline, Entry, Fault, FaultKind, Fields, Object, Resource, parse_duration,
};
use std::sync::Arc;
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics, Severity};
use trueup_provider::{ApplyAnswer, ApplyRequest, Private, RecoverAnswer, RecoverRequest, SettleRequest};
use trueup_value::Value;

/// How long a new object may stay invisible to reads.
const APPEAR: Duration = Duration::from_secs(90);
/// How long reads may lag behind writes before they are believed.
const SETTLE: Duration = Duration::from_secs(20);

/// How long what an unanswered creation made may stay hidden.
const SEEK: Duration = Duration::from_secs(10);

type ResourceEntry<S> = Entry<dyn Resource<S>>;

/// One write: the type, the cloud and where in it.
struct Write<'a, C: Cloud> {
    cloud: &'a C,
    entry: &'a ResourceEntry<C::Site>,
    site: Arc<C::Site>,
    token: &'a str,
    deadline: Deadline,
}

/// Creates, updates or deletes.
pub(crate) async fn apply<C: Cloud>(
    cloud: &C,
    entry: &ResourceEntry<C::Site>,
    request: ApplyRequest,
) -> ApplyAnswer {
    let (prior, planned) = (entry.object(&request.prior), entry.object(&request.planned));
    let (operation, about) = match (&prior, &planned) {
        (None, None) => return answer(entry.null(), request.private, Diagnostics::new()),
        (None, Some(planned)) => ("create", planned),
        (Some(_), Some(planned)) => ("update", planned),
        (Some(prior), None) => ("delete", prior),
    };
    let token = request.token.clone();
    let write = match Write::open(cloud, entry, about, (operation, &token)) {
        Ok(write) => write,
        Err(fault) => return answer(request.prior, request.private, fault.diagnostic().into()),
    };
    let (state, diagnostics) = match (prior, planned) {
        (None, Some(planned)) => write.create(planned).await,
        (Some(prior), Some(planned)) => write.update(prior, planned).await,
        (Some(prior), None) => write.delete(prior).await,
        (None, None) => unreachable!("answered above"),
    };
    answer(state, request.private, diagnostics)
}

/// Looks for what a creation of unknown end may have made.
pub(crate) async fn recover<C: Cloud>(
    cloud: &C,
    entry: &ResourceEntry<C::Site>,
    request: RecoverRequest,
) -> RecoverAnswer {
    let Some(planned) = entry.object(&request.planned) else { return RecoverAnswer::Absent };
    let found = async {
        let write = Write::open(cloud, entry, &planned, ("create", &request.token))?;
        write.find(&planned).await
    };
    match found.await {
        Ok(Some(object)) => RecoverAnswer::Found(Box::new(object.value()), Private::from([])),
        Ok(None) => RecoverAnswer::Absent,
        Err(fault) => {
            let doing = format!("looking for what the creation of {} may have made", entry.noun);
            RecoverAnswer::Unknown(fault.during(doing).diagnostic().into())
        }
    }
}

/// Takes away what only recovery needed; what stays is told as a warning.
pub(crate) async fn settle<C: Cloud>(
    cloud: &C,
    entry: &ResourceEntry<C::Site>,
    request: SettleRequest,
) -> Diagnostics {
    let Some(object) = entry.object(&request.state) else { return Diagnostics::new() };
    let settled = async {
        let site = cloud.site(object.text("region"))?;
        entry.code.settle(&site, &object).await
    };
    match settled.await {
        Ok(()) => Diagnostics::new(),
        Err(fault) if fault.is_not_found() => Diagnostics::new(),
        Err(fault) => {
            let reason = fault.during(format!("finishing the creation of {}", entry.noun)).diagnostic();
            Diagnostic { severity: Severity::Warning, ..reason }.into()
        }
    }
}

fn answer(state: Value, private: Private, diagnostics: Diagnostics) -> ApplyAnswer {
    ApplyAnswer { state, private, diagnostics, legacy: false }
}

impl<'a, C: Cloud> Write<'a, C> {
    fn open(
        cloud: &'a C,
        entry: &'a ResourceEntry<C::Site>,
        object: &Object,
        (operation, token): (&str, &'a str),
    ) -> Result<Write<'a, C>, Fault> {
        let site = cloud.site(object.text("region"))?;
        let written = object.field("timeouts").and_then(|timeouts| timeouts.text(operation));
        let patience = match written {
            None => entry.code.patience(),
            Some(text) => parse_duration(text).ok_or_else(|| {
                Fault::new(FaultKind::Invalid, format!("the {operation} timeout {text:?} is not a duration"))
                    .hint("Write durations as numbers with units, such as 90s, 10m or 1h30m.")
            })?,
        };
        Ok(Write { cloud, entry, site, token, deadline: Deadline::after(patience) })
    }

    fn call(&self) -> Call<'_, C::Site> {
        Call { site: &self.site, token: self.token, deadline: self.deadline }
    }

    async fn create(&self, planned: Object) -> (Value, Diagnostics) {
        let doing = format!("creating {}", self.entry.noun);
        let mut object = planned.clone();
        let made = self.entry.code.create(&self.call(), &mut object).await;
        let outcome = match made {
            Ok(()) => self.settle(object.clone(), &planned).await,
            Err(fault) => Err(fault),
        };
        let fault = match outcome {
            Ok(object) => return (object.value(), Diagnostics::new()),
            Err(fault) => fault,
        };
        let mut diagnostics = Diagnostics::from(fault.clone().during(&doing).diagnostic());
        if object.id().is_some() {
            object.settle_unknowns(&self.entry.empty);
            let kept = self.read_back(object.clone()).await.unwrap_or(object);
            return (kept.value(), diagnostics);
        }
        if fault.kind != FaultKind::Unanswered {
            return (self.entry.null(), diagnostics);
        }
        match self.seek(&planned).await {
            Ok(Some(found)) => self.complete(found, &planned, &doing).await,
            Ok(None) => (self.entry.null(), diagnostics),
            Err(second) => {
                diagnostics.push(lost(self.entry.noun, &second));
                (self.entry.null(), diagnostics)
            }
        }
    }

    /// Looks for what an unanswered creation may have made, until reads are unlikely to lag behind it.
    async fn seek(&self, planned: &Object) -> Result<Option<Object>, Fault> {
        let (deadline, mut backoff) = (Deadline::after(SEEK), Backoff::short());
        loop {
            match self.find(planned).await? {
                None if !deadline.is_past() => backoff.pause().await,
                found => return Ok(found),
            }
        }
    }

    /// Goes on with a creation whose answer was lost: what it made is there, and what it had still to set is set now.
    async fn complete(&self, found: Object, planned: &Object, doing: &str) -> (Value, Diagnostics) {
        let mut object = planned.clone();
        object.fill_unknowns(&found);
        let made = if agrees(planned, &found) {
            Ok(())
        } else {
            self.entry.code.update(&self.call(), &found, &mut object).await
        };
        let outcome = match made {
            Ok(()) => self.settle(object, planned).await,
            Err(fault) => Err(fault),
        };
        match outcome {
            Ok(object) => (object.value(), Diagnostics::new()),
            Err(fault) => (found.value(), fault.during(doing).diagnostic().into()),
        }
    }

    async fn update(&self, prior: Object, planned: Object) -> (Value, Diagnostics) {
        let mut object = planned.clone();
        let made = self.entry.code.update(&self.call(), &prior, &mut object).await;
        let outcome = match made {
            Ok(()) => self.settle(object, &planned).await,
            Err(fault) => Err(fault),
        };
        match outcome {
            Ok(object) => (object.value(), Diagnostics::new()),
            Err(fault) => {
                let doing = format!("updating {} ({})", self.entry.noun, prior.id_or_empty());
                let state = self.read_back(prior.clone()).await.unwrap_or(prior);
                (state.value(), fault.during(doing).diagnostic().into())
            }
        }
    }

    async fn delete(&self, prior: Object) -> (Value, Diagnostics) {
        let call = self.call();
        let is_busy = |fault: &Fault| fault.kind == FaultKind::InUse;
        let deleted = self.deadline.retry(is_busy, || self.entry.code.delete(&call, &prior)).await;
        match deleted {
            Err(fault) if !fault.is_not_found() => {
                let doing = format!("deleting {} ({})", self.entry.noun, prior.id_or_empty());
                (prior.value(), fault.during(doing).diagnostic().into())
            }
            _ => (self.entry.null(), Diagnostics::new()),
        }
    }

    /// Looks for what a creation may have made, and reads it.
    async fn find(&self, planned: &Object) -> Result<Option<Object>, Fault> {
        let mut object = planned.clone();
        if !self.entry.code.recover(&self.call(), &mut object).await? {
            return Ok(None);
        }
        object.settle_unknowns(&self.entry.empty);
        let fresh = read_one(self.entry, &self.site, object.clone()).await?;
        Ok(fresh.map(|mut fresh| {
            self.finish(&object, &mut fresh);
            fresh
        }))
    }

    /// Reads what was written until reads show it: a new object may be invisible at first, and reads may lag.
    /// What they show in the end is the truth.
    async fn settle(&self, mut object: Object, planned: &Object) -> Result<Object, Fault> {
        object.settle_unknowns(&self.entry.empty);
        let (appear, settle) = (Deadline::after(APPEAR), Deadline::after(SETTLE));
        let mut backoff = Backoff::short();
        loop {
            match read_one(self.entry, &self.site, object.clone()).await? {
                Some(mut fresh) => {
                    self.finish(&object, &mut fresh);
                    fresh.settle_unknowns(&self.entry.empty);
                    if agrees(planned, &fresh) || settle.is_past() {
                        return Ok(fresh);
                    }
                }
                None if appear.is_past() => {
                    let message = format!("{} was written but can't be found since", object.id_or_empty());
                    return Err(Fault::new(FaultKind::NotFound, message));
                }
                None => {}
            }
            backoff.pause().await;
        }
    }

    async fn read_back(&self, object: Object) -> Option<Object> {
        let mut fresh = read_one(self.entry, &self.site, object.clone()).await.ok()??;
        self.finish(&object, &mut fresh);
        Some(fresh)
    }

    fn finish(&self, before: &Object, fresh: &mut Object) {
        finish(self.entry, before, fresh, (self.cloud.tags(), self.cloud.region()));
    }
}

/// Whether everything that the plan knew has come true.
fn agrees(planned: &Object, fresh: &Object) -> bool {
    planned.names().all(|name| match (planned.field(name), fresh.field(name)) {
        (Some(planned), Some(fresh)) => !planned.is_wholly_known() || is_same(planned, fresh),
        _ => true,
    })
}

fn lost(noun: &str, fault: &Fault) -> Diagnostic {
    Diagnostic::error(
        format!("{noun} may exist without being recorded"),
        format!("The creation was not answered, and looking for what it made failed too: {fault}."),
    )
    .hint("Run apply again: it looks for the object before it creates another.")
}
