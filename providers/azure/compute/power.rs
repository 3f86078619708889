//! Machines that have to be off for a change.

use crate::account::site::Site;
use crate::arm::id::Id;
use crate::compute::model::{answer, models};
use models::VirtualMachineInstanceView;
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::MutexGuard;
use std::time::Duration;
use trueup_login::azure::is_passing;
use trueup_provider_kit::{Call, Deadline, Fault, FaultKind};

/// How long starting a machine may take, whatever is left of the time for what it was off for.
const START_MAX: Duration = Duration::from_mins(15);

/// Where a machine is between on and off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    On,
    /// Off, and in its place all the same.
    Off,
    /// Without a place on any host.
    Away,
}

/// Does work on a machine that has to be deallocated for it. One that ran is started again, whatever came of the work and
/// of switching it off; others that need it off wait until then.
///
/// That it ran is kept beyond this call: where it is made again after one that was never answered, the machine is off
/// already, and is to be on again all the same.
pub(super) async fn deallocated(
    call: &Call<'_, Site>,
    machine: &Id,
    work: impl Future<Output = Result<(), Fault>> + Send,
) -> Result<(), Fault> {
    let _turn = call.site.arm.turn_of(format!("{} power", machine.root())).await;
    let before = power(call, machine).await?;
    let key = machine.key();
    if before == Power::On {
        switched_off(call.site).insert(key.clone());
    }
    let ran = switched_off(call.site).contains(&key);
    let off = match before {
        Power::Away => Ok(()),
        Power::On | Power::Off => act(call, (machine, "deallocate"), call.deadline).await,
    };
    let outcome = match off {
        Ok(()) => work.await,
        Err(fault) => Err(fault),
    };
    if !ran {
        return outcome;
    }
    let started = start(call, machine).await;
    if started.is_ok() {
        switched_off(call.site).remove(&key);
    }
    both(machine, outcome, started)
}

/// Starts a machine that was switched off here, in a time of its own.
async fn start(call: &Call<'_, Site>, machine: &Id) -> Result<(), Fault> {
    let deadline = Deadline::after(START_MAX);
    deadline.retry(is_unanswered, || act(call, (machine, "start"), deadline)).await
}

fn is_unanswered(fault: &Fault) -> bool {
    fault.kind == FaultKind::Unanswered
}

/// What came of the work and of starting the machine after it: each failure is told. It is none without an answer, after
/// which a look at the machine could find all as it was planned, but for its being off.
fn both(machine: &Id, outcome: Result<(), Fault>, started: Result<(), Fault>) -> Result<(), Fault> {
    let Err(unstarted) = started else { return outcome };
    let hint = format!("The machine was switched off for a change: start it. Its id is {machine}.");
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

fn switched_off(site: &Site) -> MutexGuard<'_, BTreeSet<String>> {
    site.switched_off.lock().expect("no holder of this lock panics")
}

/// Stops a machine without asking its operating system.
pub(super) async fn stop(call: &Call<'_, Site>, machine: &Id) -> Result<(), Fault> {
    let action = ("powerOff", &[("skipShutdown", "true")][..]);
    act_with(call, machine, action, call.deadline).await
}

/// Calls an action that does nothing when it comes a second time, and waits for its end.
async fn act(call: &Call<'_, Site>, (machine, action): (&Id, &str), deadline: Deadline) -> Result<(), Fault> {
    act_with(call, machine, (action, &[]), deadline).await
}

/// The same with what the action is told besides.
async fn act_with(
    call: &Call<'_, Site>,
    machine: &Id,
    (action, parameters): (&str, &[(&str, &str)]),
    deadline: Deadline,
) -> Result<(), Fault> {
    let (arm, version) = (&call.site.arm, machine.kind.version);
    let path = format!("{machine}/{action}");
    let attempt = || async {
        let underway = arm.act(&path, (version, parameters)).await?;
        underway.settle(arm, (machine, version), deadline).await
    };
    let doing = || format!("calling {action} of the machine");
    deadline.retry(is_passing, attempt).await.map(drop).map_err(|fault| fault.during(doing()))
}

async fn power(call: &Call<'_, Site>, machine: &Id) -> Result<Power, Fault> {
    let path = format!("{machine}/instanceView");
    let Some(found) = call.site.arm.get(path, machine.kind.version).await? else { return Ok(Power::Away) };
    let view: VirtualMachineInstanceView = answer(found)?;
    let codes = view.statuses.iter().filter_map(|status| status.code.as_deref());
    let state = codes.filter_map(|code| code.strip_prefix("PowerState/")).next_back();
    Ok(match state {
        Some("deallocated") => Power::Away,
        Some("running" | "starting") => Power::On,
        _ => Power::Off,
    })
}
