//! Writes: create, update and delete with waiting, partial success and recovery.

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;

use crate::notes;
use crate::plan::is_same;
use crate::read::{finish, read_one};
use crate::{Backoff, Call, Cloud, Deadline, Entry, Fault, FaultKind, Fields, Object, Resource, duration};
use std::sync::Arc;
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics, Severity};
use trueup_provider::{ApplyAnswer, ApplyRequest, Private, RecoverAnswer, RecoverRequest, SettleRequest};
use trueup_schema::apply_errors;
use trueup_value::{Name, Path, PathStep, Value};

/// How long a new object may stay invisible to reads.
const APPEAR: Duration = Duration::from_secs(90);
/// How long reads may lag behind writes before they are believed.
const SETTLE: Duration = Duration::from_secs(20);
/// How long what a call of unknown end has made is looked for before it is taken not to be there.
const ECHO: Duration = Duration::from_secs(12);
/// How long what a deletion didn't find may be shown still, and is deleted anew.
const VANISH: Duration = Duration::from_secs(90);
/// How often a write is tried that ends without an answer.
const ATTEMPTS_MAX: usize = 3;

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
    let object = |value: &Value| Some(entry.object(value)?.noted(&request.private));
    let (prior, planned) = (object(&request.prior), object(&request.planned));
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
    let Came { object, diagnostics, end_unknown } = match (prior, planned) {
        (None, Some(planned)) => write.create(planned).await,
        (Some(prior), Some(planned)) => write.update(prior, planned).await,
        (Some(prior), None) => write.delete(prior).await,
        (None, None) => unreachable!("answered above"),
    };
    let answer = match object {
        Some(object) => {
            let private = notes::write(&request.private, object.notes());
            answer(object.value(), private, diagnostics)
        }
        None => answer(entry.null(), request.private, diagnostics),
    };
    ApplyAnswer { end_unknown, ..answer }
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
    ApplyAnswer { state, private, diagnostics, legacy: false, end_unknown: false }
}

/// What came of a write.
struct Came {
    /// As it is now; nothing where there is none, or none is known.
    object: Option<Object>,
    diagnostics: Diagnostics,
    /// It may be there all the same.
    end_unknown: bool,
}

impl Came {
    fn known(object: Option<Object>, diagnostics: Diagnostics) -> Came {
        Came { object, diagnostics, end_unknown: false }
    }
}

/// Why a creation failed.
struct Unmade {
    diagnostics: Diagnostics,
    /// A call got no answer, and nothing that it made was found. It may be there all the same.
    unanswered: bool,
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
            Some(text) => duration(text).ok_or_else(|| {
                Fault::new(FaultKind::Invalid, format!("the {operation} timeout {text:?} is not a duration"))
                    .hint("Write durations as numbers with units, such as 90s, 10m or 1h30m.")
            })?,
        };
        Ok(Write { cloud, entry, site, token, deadline: Deadline::after(patience) })
    }

    fn call(&self) -> Call<'_, C::Site> {
        Call { site: &self.site, token: self.token, deadline: self.deadline }
    }

    async fn create(&self, planned: Object) -> Came {
        let mut object = planned.clone();
        let Unmade { diagnostics, unanswered } = match self.make(&mut object, &planned).await {
            Ok(object) => return Came::known(Some(object), Diagnostics::new()),
            Err(unmade) => unmade,
        };
        if object.id().is_none() {
            return Came { object: None, diagnostics, end_unknown: unanswered };
        }
        object.settle_unknowns(&self.entry.empty);
        let kept = self.read_back(object.clone()).await.unwrap_or(object);
        Came::known(Some(kept), diagnostics)
    }

    /// Makes it. What a call of unknown end has made is looked for and gone on from; only when there is nothing is it
    /// made again. `object` is what is known of it, should it fail.
    async fn make(&self, object: &mut Object, planned: &Object) -> Result<Object, Unmade> {
        let failed = |fault: &Fault, unanswered: bool| {
            let doing = format!("creating {}", self.entry.noun);
            Unmade { diagnostics: fault.clone().during(doing).diagnostic().into(), unanswered }
        };
        let mut attempts = 1;
        loop {
            *object = planned.clone();
            let outcome = match self.entry.code.create(&self.call(), object).await {
                Ok(()) => self.settle(object.clone(), planned).await,
                Err(fault) => Err(fault),
            };
            let fault = match outcome {
                Ok(object) => return Ok(object),
                Err(fault) if fault.kind == FaultKind::Unanswered => fault,
                // A refusal is an end; but after a call without an answer it may be that one's doing.
                Err(fault) if is_echo(&fault, attempts) && object.id().is_none() => fault,
                Err(fault) => return Err(failed(&fault, attempts > 1)),
            };
            if object.id().is_none() {
                let found = self.locate_late(planned).await.map_err(|second| {
                    // Under its name is something else, so it was not made.
                    let mut unmade = failed(&fault, second.kind != FaultKind::Exists);
                    unmade.diagnostics.push(lost(self.entry.noun, &second));
                    unmade
                })?;
                match found {
                    Some(found) => *object = found,
                    None if attempts == ATTEMPTS_MAX || is_echo(&fault, attempts) => {
                        return Err(failed(&fault, true));
                    }
                    None => {
                        attempts += 1;
                        continue;
                    }
                }
            }
            return self.carry_on(object, planned).await.map_err(|fault| failed(&fault, false));
        }
    }

    /// Goes on with a creation from what is there by now.
    async fn carry_on(&self, object: &mut Object, planned: &Object) -> Result<Object, Fault> {
        object.settle_unknowns(&self.entry.empty);
        let mut there = self.appear(object).await?;
        *object = there.clone();
        if self.agrees(planned, &there) {
            return Ok(there);
        }
        let mut wanted = planned.clone();
        wanted.fill_unknowns(&there);
        self.change(&mut there, &wanted).await
    }

    async fn update(&self, mut prior: Object, planned: Object) -> Came {
        match self.change(&mut prior, &planned).await {
            Ok(object) => Came::known(Some(object), Diagnostics::new()),
            Err(fault) => {
                let doing = format!("updating {} ({})", self.entry.noun, prior.id_or_empty());
                let state = self.read_back(prior.clone()).await.unwrap_or(prior);
                Came::known(Some(state), fault.during(doing).diagnostic().into())
            }
        }
    }

    /// Changes it in place. After a call of unknown end it goes on from what is there then.
    async fn change(&self, prior: &mut Object, planned: &Object) -> Result<Object, Fault> {
        let mut attempts = 1;
        loop {
            let mut object = planned.clone();
            let fault = match self.entry.code.update(&self.call(), prior, &mut object).await {
                Ok(()) => return self.settle(object, planned).await,
                Err(fault) if fault.kind != FaultKind::Unanswered || attempts == ATTEMPTS_MAX => {
                    return Err(fault);
                }
                Err(fault) => fault,
            };
            attempts += 1;
            let there = match self.read_back(prior.clone()).await {
                Some(there) => Some(there),
                // Its identifier may have changed with it.
                None => self.find(planned).await?,
            };
            *prior = there.ok_or(fault)?;
            if self.agrees(planned, prior) {
                return Ok(prior.clone());
            }
        }
    }

    async fn delete(&self, prior: Object) -> Came {
        match self.unmake(&prior).await {
            Err(fault) => {
                let doing = format!("deleting {} ({})", self.entry.noun, prior.id_or_empty());
                Came::known(Some(prior), fault.during(doing).diagnostic().into())
            }
            Ok(()) => Came::known(None, Diagnostics::new()),
        }
    }

    /// Deletes it. That something wasn't found may be said of what it takes to delete it: it counts as deleted once a
    /// look doesn't find it.
    async fn unmake(&self, prior: &Object) -> Result<(), Fault> {
        let call = self.call();
        let is_busy = |fault: &Fault| fault.kind == FaultKind::InUse;
        let vanishing = self.deadline.within(VANISH);
        let mut backoff = Backoff::short();
        let mut attempts = 1;
        loop {
            let outcome = self.deadline.retry(is_busy, || self.entry.code.delete(&call, prior)).await;
            let Err(fault) = outcome else { return Ok(()) };
            if fault.is_not_found() {
                if read_one(self.entry, &self.site, prior.clone()).await?.is_none() {
                    return Ok(());
                }
                if vanishing.is_past() {
                    return Err(fault);
                }
                backoff.pause().await;
            } else if fault.kind == FaultKind::Unanswered && attempts < ATTEMPTS_MAX {
                // Deleting twice does no harm.
                attempts += 1;
            } else {
                return Err(fault);
            }
        }
    }

    /// Looks for what a creation may have made, and reads it.
    async fn find(&self, planned: &Object) -> Result<Option<Object>, Fault> {
        let Some(object) = self.locate(planned).await? else { return Ok(None) };
        let fresh = read_one(self.entry, &self.site, object.clone()).await?;
        Ok(fresh.map(|mut fresh| {
            self.finish(&object, &mut fresh);
            fresh
        }))
    }

    /// Looks for what a creation may have made.
    async fn locate(&self, planned: &Object) -> Result<Option<Object>, Fault> {
        let mut object = planned.clone();
        if !self.entry.code.recover(&self.call(), &mut object).await? {
            return Ok(None);
        }
        object.settle_unknowns(&self.entry.empty);
        Ok(Some(object))
    }

    /// The same right after the creation, when what it made may be invisible still.
    async fn locate_late(&self, planned: &Object) -> Result<Option<Object>, Fault> {
        let deadline = Deadline::after(ECHO);
        let mut backoff = Backoff::short();
        loop {
            let found = self.locate(planned).await?;
            if found.is_some() || deadline.is_past() {
                return Ok(found);
            }
            backoff.pause().await;
        }
    }

    /// Reads what was made until reads show it.
    async fn appear(&self, object: &Object) -> Result<Object, Fault> {
        let deadline = Deadline::after(APPEAR);
        let mut backoff = Backoff::short();
        loop {
            if let Some(mut fresh) = read_one(self.entry, &self.site, object.clone()).await? {
                self.finish(object, &mut fresh);
                fresh.settle_unknowns(&self.entry.empty);
                return Ok(fresh);
            }
            if deadline.is_past() {
                let message = format!("{} was written but can't be found since", object.id_or_empty());
                return Err(Fault::new(FaultKind::NotFound, message));
            }
            backoff.pause().await;
        }
    }

    /// Reads what was written until reads show it: a new object may be invisible at first, and reads may lag.
    /// What they show in the end is the truth.
    async fn settle(&self, mut object: Object, planned: &Object) -> Result<Object, Fault> {
        object.settle_unknowns(&self.entry.empty);
        let deadline = Deadline::after(SETTLE);
        let mut backoff = Backoff::short();
        loop {
            let fresh = self.appear(&object).await?;
            if self.agrees(planned, &fresh) || deadline.is_past() {
                return Ok(fresh);
            }
            backoff.pause().await;
        }
    }

    async fn read_back(&self, object: Object) -> Option<Object> {
        let mut fresh = read_one(self.entry, &self.site, object.clone()).await.ok()??;
        self.finish(&object, &mut fresh);
        Some(fresh)
    }

    /// Whether everything that the plan knew has come true.
    fn agrees(&self, planned: &Object, fresh: &Object) -> bool {
        let mut partly: Vec<&Name> = Vec::new();
        for name in planned.names() {
            let (Some(plan), Some(real)) = (planned.field(name), fresh.field(name)) else { continue };
            if plan.is_wholly_known() {
                if !is_same(plan, real) {
                    return false;
                }
            } else if plan.is_known() {
                partly.push(name);
            }
        }
        let is_one_of = |path: &Path| {
            let Some(PathStep::Attribute(first)) = path.0.first() else { return false };
            partly.contains(&first)
        };
        partly.is_empty()
            || !apply_errors(&self.entry.schema.block, &planned.value(), &fresh.value())
                .iter()
                .any(|(path, _)| is_one_of(path))
    }

    fn finish(&self, before: &Object, fresh: &mut Object) {
        finish(self.entry, before, fresh, (self.cloud.tags(), self.cloud.region()));
    }
}

/// Whether a refusal may be the doing of an attempt before it that got no answer.
fn is_echo(fault: &Fault, attempts: usize) -> bool {
    fault.kind == FaultKind::Exists && attempts > 1
}

fn lost(noun: &str, fault: &Fault) -> Diagnostic {
    if fault.kind == FaultKind::Exists {
        return fault.diagnostic();
    }
    Diagnostic::error(
        format!("{noun} may exist without being recorded"),
        format!("The creation was not answered, and looking for what it made failed too: {fault}."),
    )
    .hint("Run apply again: it looks for the object before it creates another.")
}
