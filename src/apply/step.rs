//! One step's call: planned again where something became known, journalled before and after.

use crate::journal::Journal;
use crate::work::{Made, Outcome, Stage, Work};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_diff::ignore_changes;
use trueup_plan::Part;
use trueup_provider::{ApplyRequest, DataRequest, PlanRequest, Private, SettleRequest};
use trueup_schema::{apply_errors, final_plan_errors, proposed_new, without_write_only};
use trueup_state::{Action, Begun, Change, Entry, Object, Status};
use trueup_value::{Marks, Path, Value, msgpack};

/// Carries one step out.
pub(crate) async fn carry_out(work: Box<Work>, journal: &dyn Journal) -> Stage {
    let over = |outcome| Stage::Over(Box::new(outcome));
    if work.part == Part::Read {
        return over(read(*work, journal).await);
    }
    let (work, made) = match call(work, journal).await {
        Ok(made) => made,
        Err(outcome) => return Stage::Over(outcome),
    };
    let whole = !made.diagnostics.has_errors() && !made.state.is_null();
    if !work.provisioned || !whole {
        return over(finish(&work, made, journal).await);
    }
    // Until its provisioners are through the object is not fit for use: a run that is stopped leaves it tainted.
    let mut found = Diagnostics::new();
    let unfinished = change_of(&work, &made.state, made.private.clone(), (true, &mut found));
    let noted = journal.append(unfinished.into_iter().map(Entry::Changed).collect()).await;
    match noted {
        Ok(()) => Stage::Made(work, Box::new(made)),
        Err(problem) => {
            let mut diagnostics = made.diagnostics;
            diagnostics.push(*problem);
            over(finish(&work, Made { diagnostics, ..made }, journal).await)
        }
    }
}

/// The end of a step whose call came back.
pub(crate) async fn finish(work: &Work, made: Made, journal: &dyn Journal) -> Outcome {
    let Made { state, private, mut diagnostics } = made;
    let failed = diagnostics.has_errors();
    let change = change_of(work, &state, private, (failed, &mut diagnostics));
    end(work, journal, state, change, diagnostics).await
}

/// Makes the call and gives what came back, or the outcome where there is nothing to be made of it.
async fn call(mut work: Box<Work>, journal: &dyn Journal) -> Result<(Box<Work>, Made), Box<Outcome>> {
    let mut diagnostics = Diagnostics::new();
    if work.part == Part::Forget {
        let change =
            Change::Remove { address: work.addr.clone(), deposed: work.deposed.clone().map(Into::into) };
        let nothing = Value::null(work.prior.ty());
        return Err(Box::new(end(&work, journal, nothing, Some(change), diagnostics).await));
    }
    if work.replan {
        match replan(&work).await {
            Ok((planned, private)) => (work.planned, work.planned_private) = (planned, private),
            Err(found) => return Err(Box::new(failed(&work, found))),
        }
    }
    if let Err(problem) = journal.append(beginning(&work)).await {
        diagnostics.push(*problem);
        return Err(Box::new(failed(&work, diagnostics)));
    }
    let answer = work.provider.apply(request(&work)).await;
    let nothing_known = answer.diagnostics.has_errors() && answer.state.is_null();
    let open = work.part == Part::Create && nothing_known && answer.end_unknown;
    diagnostics.extend(answer.diagnostics.into_iter().map(|d| name(d, &work)));
    let state = without_write_only(&work.schema.block, &answer.state);
    if !answer.legacy && !diagnostics.has_errors() && work.part != Part::Delete {
        let wrong = apply_errors(&work.schema.block, &work.planned, &state);
        diagnostics.extend(wrong.into_iter().map(|(path, message)| inconsistent(&work, &path, &message)));
    }
    if open {
        return Err(Box::new(left_open(&work, state, diagnostics)));
    }
    Ok((work, Made { state, private: answer.private, diagnostics }))
}

/// A creation of unknown end gets none in the journal: whoever replays it looks for what was made.
fn left_open(work: &Work, value: Value, diagnostics: Diagnostics) -> Outcome {
    let changes = deposing(work).collect();
    Outcome { node: work.node, value, good: false, diagnostics, changes, open: true }
}

/// What is in the journal since the step began.
fn deposing(work: &Work) -> impl Iterator<Item = Change> {
    work.depose.iter().map(|key| Change::Depose { address: work.addr.clone(), key: key.as_str().into() })
}

fn name(diagnostic: Diagnostic, work: &Work) -> Diagnostic {
    Diagnostic { address: diagnostic.address.clone().or_else(|| Some(work.addr.to_string())), ..diagnostic }
}

fn inconsistent(work: &Work, path: &Path, message: &str) -> Diagnostic {
    Diagnostic::error(
        "Provider produced inconsistent result after apply",
        format!("When applying changes to {}, the provider answered an object that isn't the one planned: {path}: {message}.", work.addr),
    )
    .on(work.addr.to_string())
    .hint("this is a defect of the provider: report it there; the object was recorded as it was answered")
}

/// The configuration as it is known now must lead to a plan that keeps what was promised.
async fn replan(work: &Work) -> Result<(Value, Private), Diagnostics> {
    let config = ignore_changes(&work.config.without_marks(), &work.prior, &work.ignore);
    let lasting = without_write_only(&work.schema.block, &config);
    let proposed = proposed_new(&work.schema.block, &work.prior, &lasting);
    let request = PlanRequest {
        kind: work.addr.resource.kind.clone(),
        prior: work.prior.clone(),
        proposed,
        config,
        private: work.prior_private.clone(),
    };
    let answer = work.provider.plan(request).await;
    let mut diagnostics: Diagnostics = answer.diagnostics.into_iter().map(|d| name(d, work)).collect();
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    if !answer.legacy {
        for (path, message) in final_plan_errors(&work.schema.block, &work.planned, &answer.planned) {
            diagnostics.push(
                Diagnostic::error(
                    "Provider produced inconsistent final plan",
                    format!(
                        "When what was unknown became known, the plan for {} changed: {path}: {message}.",
                        work.addr
                    ),
                )
                .on(work.addr.to_string())
                .hint("plan again: the new values will be planned from the start"),
            );
        }
    }
    let planned = without_write_only(&work.schema.block, &answer.planned);
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok((planned, answer.private)) }
}

/// What is on disk before the call.
fn beginning(work: &Work) -> Vec<Entry> {
    let mut entries = Vec::new();
    entries.extend(deposing(work).map(Entry::Changed));
    let ty = work.schema.block.value_type();
    let planned = if work.planned.is_null() { None } else { msgpack::encode(&work.planned, &ty).ok() };
    let action = match work.part {
        Part::Create => Action::Create,
        Part::Update => Action::Update,
        Part::Delete => Action::Delete,
        Part::Read => Action::Read,
        Part::Forget => Action::Forget,
    };
    entries.push(Entry::Begin(Begun {
        step: work.step,
        address: work.addr.clone(),
        deposed: work.deposed.clone().map(Into::into),
        action,
        token: work.token.clone(),
        provider: work.provider_addr.clone(),
        schema_version: work.schema.version,
        planned: planned.map(Into::into),
        dependencies: work.dependencies.clone(),
        create_before_destroy: work.create_before_destroy,
        prior_present: !work.prior.is_null() || work.depose.is_some(),
    }));
    entries
}

fn request(work: &Work) -> ApplyRequest {
    let deleting = work.part == Part::Delete;
    let nothing = || Value::null(work.schema.block.value_type());
    ApplyRequest {
        kind: work.addr.resource.kind.clone(),
        prior: work.prior.clone(),
        planned: if deleting { nothing() } else { work.planned.clone() },
        config: if deleting { nothing() } else { work.config.without_marks() },
        private: if deleting { work.prior_private.clone() } else { work.planned_private.clone() },
        token: work.token.clone(),
    }
}

/// What the state is told, also after a failure: as far as the provider got.
fn change_of(
    work: &Work,
    state: &Value,
    private: Private,
    (failed, diagnostics): (bool, &mut Diagnostics),
) -> Option<Change> {
    let deposed = work.deposed.clone().map(Into::into);
    if state.is_null() {
        return match (&work.depose, work.part) {
            (Some(key), Part::Create) => {
                Some(Change::Restore { address: work.addr.clone(), key: key.as_str().into() })
            }
            (None, Part::Create) => None,
            _ => Some(Change::Remove { address: work.addr.clone(), deposed }),
        };
    }
    if work.part == Part::Delete && failed && *state == work.prior {
        return None;
    }
    let known = if state.is_wholly_known() { state.clone() } else { nulled(state) };
    match Object::encode(&work.dressed(&known), &work.schema) {
        Ok(object) => {
            let unfit = work.part == Part::Create || (work.part == Part::Delete && work.was_tainted);
            let status = if failed && unfit { Status::Tainted } else { Status::Ready };
            let object = Object {
                status,
                private,
                dependencies: work.dependencies.clone(),
                create_before_destroy: work.create_before_destroy,
                ..object
            };
            Some(Change::Set {
                address: work.addr.clone(),
                deposed,
                provider: work.provider_addr.clone(),
                object,
            })
        }
        Err(error) => {
            diagnostics.push(
                Diagnostic::error(
                    "Object can't be stored",
                    format!("The object of {} can't be stored: {error}.", work.addr),
                )
                .on(work.addr.to_string()),
            );
            None
        }
    }
}

/// What is still unknown after a failure is stored as null, as Terraform does.
fn nulled(value: &Value) -> Value {
    let walked = value.transform::<std::convert::Infallible>(&mut |_, v: Value| {
        Ok(if v.is_known() { v } else { Value::null(v.ty()) })
    });
    match walked {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

async fn read(work: Work, journal: &dyn Journal) -> Outcome {
    let kind = work.addr.resource.kind.clone();
    let (config, marks) = work.config.unmark_deep();
    let mut diagnostics = work.provider.validate_data(&kind, &config).await;
    if diagnostics.has_errors() {
        let diagnostics = diagnostics.into_iter().map(|d| name(d, &work)).collect();
        return failed(&work, diagnostics);
    }
    let answer = work.provider.read_data(DataRequest { kind, config }).await;
    diagnostics.append(answer.diagnostics);
    let mut diagnostics: Diagnostics = diagnostics.into_iter().map(|d| name(d, &work)).collect();
    if diagnostics.has_errors() {
        return failed(&work, diagnostics);
    }
    let value = answer.state.mark_paths(&marks);
    let change = match Object::encode(&value, &work.schema) {
        Ok(object) => Some(Change::Set {
            address: work.addr.clone(),
            deposed: None,
            provider: work.provider_addr.clone(),
            object,
        }),
        Err(error) => {
            diagnostics.push(
                Diagnostic::error("Object can't be stored", format!("{error}.")).on(work.addr.to_string()),
            );
            None
        }
    };
    let entries = change.clone().map(Entry::Changed).into_iter().collect();
    if let Err(problem) = journal.append(entries).await {
        diagnostics.push(*problem);
    }
    let good = !diagnostics.has_errors();
    let changes = change.into_iter().collect();
    Outcome { node: work.node, value, good, diagnostics, changes, open: false }
}

/// A step that never reached its call: nothing happened and nothing is journalled.
pub(crate) fn failed(work: &Work, diagnostics: Diagnostics) -> Outcome {
    let (value, changes) = (work.prior.clone(), Vec::new());
    Outcome { node: work.node, value, good: false, diagnostics, changes, open: false }
}

/// The creation is on record: nobody has to look for it any more.
async fn settle(work: &Work, value: &Value) -> Diagnostics {
    let request = SettleRequest {
        kind: work.addr.resource.kind.clone(),
        state: value.without_marks(),
        token: work.token.clone(),
    };
    work.provider.settle(request).await
}

/// The end of a step, on disk before anything follows from it.
async fn end(
    work: &Work,
    journal: &dyn Journal,
    value: Value,
    change: Option<Change>,
    mut diagnostics: Diagnostics,
) -> Outcome {
    let failed = diagnostics.has_errors();
    let entry = if work.part == Part::Forget {
        change.clone().map(Entry::Changed)
    } else if failed {
        let reason = diagnostics.iter().find(|d| d.is_error()).map(|d| d.summary.to_string());
        Some(Entry::Failed { step: work.step, change: change.clone(), message: reason.unwrap_or_default() })
    } else {
        Some(Entry::Done { step: work.step, change: change.clone() })
    };
    // What is not on record must not be built upon.
    let recorded = journal.append(entry.into_iter().collect()).await;
    if recorded.is_ok() && work.part == Part::Create && !value.is_null() {
        diagnostics.extend(settle(work, &value).await.into_iter().map(|d| name(d, work)));
    }
    let good = !failed && recorded.is_ok();
    diagnostics.extend(recorded.err().map(|problem| *problem));
    let changes = deposing(work).chain(change).collect();
    let marks: Vec<(Path, Marks)> = work.marked.iter().map(|path| (path.clone(), Marks::SENSITIVE)).collect();
    let value = if value.is_null() { value } else { value.mark_paths(&marks) };
    Outcome { node: work.node, value, good, diagnostics, changes, open: false }
}
