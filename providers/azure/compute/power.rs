//! Machines that have to be off for a change.

use crate::account::site::Site;
use crate::arm::id::Id;
use crate::compute::model::{answer, models};
use models::VirtualMachineInstanceView;
use std::future::Future;
use trueup_login::azure::is_passing;
use trueup_provider_kit::{Call, Deadline, Fault};

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
pub(super) async fn deallocated(
    call: &Call<'_, Site>,
    machine: &Id,
    work: impl Future<Output = Result<(), Fault>> + Send,
) -> Result<(), Fault> {
    let _turn = call.site.arm.turn_of(format!("{} power", machine.root())).await;
    let before = power(call, machine).await?;
    let off = async {
        match before {
            Power::Away => Ok(()),
            Power::On | Power::Off => act(call, (machine, "deallocate"), call.deadline).await,
        }
    };
    let on = |deadline| act(call, (machine, "start"), deadline);
    call.site.switched_off.during((&machine.to_string(), before == Power::On), off, work, on).await
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
