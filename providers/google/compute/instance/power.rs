//! Machines on and off: what is wanted of them, and changes that they have to be stopped for.

use crate::account::site::Site;
use crate::compute::change::Change;
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::MutexGuard;
use std::time::Duration;
use trueup_provider_kit::{Call, Deadline, Fault, FaultKind, Fields};

/// Which state is wanted.
pub(super) const WANTED: &str = "desired_status";
/// How long starting a machine may take, whatever is left of the time for what it was stopped for.
const START_MAX: Duration = Duration::from_mins(15);

/// Does work on a machine that has to be stopped for it. One that ran is started again, whatever came of the work and of
/// stopping it, unless it is to be off.
///
/// That it ran is kept beyond this call: where it is made again after one that was never answered, the machine is off
/// already, and is to run again all the same.
pub(super) async fn stopped(
    change: &Change<'_>,
    work: impl Future<Output = Result<(), Fault>> + Send,
) -> Result<(), Fault> {
    let (site, machine) = (change.call.site, change.path());
    // What it was at the last look may be on its way to something else.
    let status = status(change).await?;
    let is_to_run = matches!(change.object.text(WANTED), None | Some("RUNNING"));
    if is_to_run && runs(&status) {
        stopped_here(site).insert(machine.to_owned());
    }
    let ran = is_to_run && stopped_here(site).contains(machine);
    let off = if is_down(&status) { Ok(()) } else { change.turn("stop").await };
    let outcome = match off {
        Ok(()) => work.await,
        Err(fault) => Err(fault),
    };
    if !ran {
        outcome?;
        return turn(change).await;
    }
    let started = start(change).await;
    if started.is_ok() {
        stopped_here(site).remove(machine);
    }
    both(machine, outcome, started)
}

/// Brings it into the state that is wanted, where one is.
pub(super) async fn turn(change: &Change<'_>) -> Result<(), Fault> {
    let Some(wanted) = change.object.text(WANTED) else { return Ok(()) };
    let status = status(change).await?;
    let method = match (wanted, status.as_str()) {
        ("RUNNING", "SUSPENDED") => "resume",
        ("RUNNING", status) if status != "RUNNING" => "start",
        ("TERMINATED", status) if !is_down(status) => "stop",
        ("SUSPENDED", status) if !is_down(status) => "suspend",
        _ => return Ok(()),
    };
    change.turn(method).await
}

/// Starts a machine that was stopped here, in a time of its own.
async fn start(change: &Change<'_>) -> Result<(), Fault> {
    let deadline = Deadline::after(START_MAX);
    let call = Call { site: change.call.site, token: change.call.token, deadline };
    let late = Change { call: &call, ..*change };
    let attempt = || async {
        match late.turn("start").await {
            // It may never have been stopped.
            Err(fault) if !is_unanswered(&fault) && status(&late).await.as_deref() == Ok("RUNNING") => Ok(()),
            outcome => outcome,
        }
    };
    deadline.retry(is_unanswered, attempt).await.map_err(|fault| fault.during("starting the machine"))
}

fn is_unanswered(fault: &Fault) -> bool {
    fault.kind == FaultKind::Unanswered
}

/// What came of the work and of starting the machine after it: each failure is told. It is none without an answer, after
/// which a look at the machine could find all as it was planned, but for its being off.
fn both(machine: &str, outcome: Result<(), Fault>, started: Result<(), Fault>) -> Result<(), Fault> {
    let Err(unstarted) = started else { return outcome };
    let hint = format!("The machine was stopped for a change: start it. It is {machine}.");
    let fault = match outcome {
        Ok(()) => unstarted,
        Err(fault) => {
            let message = format!("{}; and the machine is off, for {unstarted}", fault.message);
            Fault { message, ..fault }
        }
    };
    let kind = if is_unanswered(&fault) { FaultKind::Other } else { fault.kind };
    Err(Fault { kind, hint: Some(hint), ..fault })
}

fn stopped_here(site: &Site) -> MutexGuard<'_, BTreeSet<String>> {
    site.stopped.lock().expect("no holder of this lock panics")
}

async fn status(change: &Change<'_>) -> Result<String, Fault> {
    Ok(change.current().await?["status"].as_str().unwrap_or_default().to_owned())
}

/// Whether a machine in this state runs, and isn't being stopped by someone else.
fn runs(status: &str) -> bool {
    !is_down(status) && !["PENDING_STOP", "STOPPING", "SUSPENDING"].contains(&status)
}

/// Whether a machine in this state doesn't run.
fn is_down(status: &str) -> bool {
    ["STOPPED", "SUSPENDED", "TERMINATED"].contains(&status)
}
