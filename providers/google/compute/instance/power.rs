//! Machines on and off: what is wanted of them, and changes that they have to be stopped for.

use crate::compute::change::Change;
use std::future::Future;
use trueup_provider_kit::{Call, Deadline, Fault, FaultKind, Fields};

/// Which state is wanted.
pub(super) const WANTED: &str = "desired_status";

/// Does work on a machine that has to be stopped for it. One that ran is started again, whatever came of the work and of
/// stopping it, unless it is to be off.
pub(super) async fn stopped(
    change: &Change<'_>,
    work: impl Future<Output = Result<(), Fault>> + Send,
) -> Result<(), Fault> {
    // What it was at the last look may be on its way to something else.
    let status = status(change).await?;
    let off = async { if is_down(&status) { Ok(()) } else { change.turn("stop").await } };
    if matches!(change.object.text(WANTED), None | Some("RUNNING")) {
        let on = |deadline| start(change, deadline);
        change.call.site.switched_off.during((change.path(), runs(&status)), off, work, on).await?;
    } else {
        off.await?;
        work.await?;
    }
    turn(change).await
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

/// Starts a machine that was stopped here.
async fn start(change: &Change<'_>, deadline: Deadline) -> Result<(), Fault> {
    let call = Call { site: change.call.site, token: change.call.token, deadline };
    let late = Change { call: &call, ..*change };
    match late.turn("start").await {
        Err(fault) if fault.kind != FaultKind::Unanswered => match status(&late).await {
            // It may never have been stopped.
            Ok(status) if status == "RUNNING" => Ok(()),
            _ => Err(fault.during("starting the machine")),
        },
        outcome => outcome,
    }
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
