//! Machines that have to be off for a change.

use crate::account::site::Site;
use crate::arm::id::Id;
use crate::compute::model::{answer, models};
use models::VirtualMachineInstanceView;
use std::future::Future;
use trueup_login::azure::is_passing;
use trueup_provider_kit::{Call, Fault};

/// Where a machine is between on and off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    On,
    /// Off, and in its place all the same.
    Off,
    /// Without a place on any host.
    Away,
}

/// Does work on a machine that has to be deallocated for it. One that ran is started again, whatever came of the work;
/// others that need it off wait until then.
pub(super) async fn deallocated(
    call: &Call<'_, Site>,
    machine: &Id,
    work: impl Future<Output = Result<(), Fault>> + Send,
) -> Result<(), Fault> {
    let _turn = call.site.arm.turn_of(format!("{} power", machine.root())).await;
    let before = power(call, machine).await?;
    if before != Power::Away {
        act(call, machine, "deallocate").await?;
    }
    let outcome = work.await;
    if before == Power::On {
        let started = act(call, machine, "start").await;
        outcome?;
        return started;
    }
    outcome
}

/// Stops a machine without asking its operating system.
pub(super) async fn stop(call: &Call<'_, Site>, machine: &Id) -> Result<(), Fault> {
    act(call, machine, "powerOff?skipShutdown=true").await
}

/// Calls an action that does nothing when it comes a second time, and waits for its end.
async fn act(call: &Call<'_, Site>, machine: &Id, action: &str) -> Result<(), Fault> {
    let (arm, version) = (&call.site.arm, machine.kind.version);
    let path = format!("{machine}/{action}");
    let attempt = || async {
        let underway = arm.act(&path, version).await?;
        underway.settle(arm, (machine, version), call.deadline).await
    };
    let doing = || format!("calling {} of the machine", action.split('?').next().unwrap_or_default());
    call.deadline.retry(is_passing, attempt).await.map(drop).map_err(|fault| fault.during(doing()))
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
