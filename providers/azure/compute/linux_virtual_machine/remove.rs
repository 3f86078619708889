//! The end of machines, and of the disks that their operating systems are on.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::Id;
use crate::arm::write::delete as delete_thing;
use crate::compute::linux_virtual_machine::fill::ATTACHED;
use crate::compute::linux_virtual_machine::os_disk;
use crate::compute::power::stop;
use crate::compute::{DISK, MACHINE};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object};

/// How often a disk is deleted whose deletion fails in the end.
const ATTEMPTS_MAX: u32 = 3;

/// Deletes a machine, and its disk where it was made with it and the features don't keep it.
pub(super) async fn delete(call: &Call<'_, Site>, id: &Id, object: &Object) -> Result<(), Fault> {
    rest(call, id).await?;
    // A machine whose creation failed may get its disk late.
    let machine = call.site.arm.get(id, MACHINE.version).await?;
    let attached = machine.as_ref().and_then(|machine| machine.at(os_disk::PLACE)?.word("/createOption"));
    let is_own = attached.map_or(object.note(ATTACHED).is_none(), |option| option != "Attach");
    if machine.is_some() {
        end(call, id).await?;
    }
    let known = object.item("os_disk").and_then(|disk| DISK.parse(disk.text("id")?));
    let disk = machine.as_ref().and_then(os_disk::id).or(known);
    let is_kept = !call.site.features.deletes_os_disks || !is_own || os_disk::is_ephemeral(object);
    match disk.filter(|_| !is_kept) {
        Some(disk) => delete_disk(call, &disk).await,
        None => Ok(()),
    }
}

/// Deletes the disk of a machine that is gone. Nothing else would do it later: with the machine it goes out of the state.
async fn delete_disk(call: &Call<'_, Site>, disk: &Id) -> Result<(), Fault> {
    let mut attempts = 1;
    loop {
        match delete_thing(call, disk).await {
            Err(fault) if attempts < ATTEMPTS_MAX && fault.kind == FaultKind::Other => attempts += 1,
            Err(fault) => {
                let doing = format!("deleting {disk}, which was the disk of the machine");
                return Err(fault.during(doing));
            }
            Ok(()) => return Ok(()),
        }
    }
}

/// Stops a machine, unless it is to go by force.
async fn rest(call: &Call<'_, Site>, id: &Id) -> Result<(), Fault> {
    if call.site.features.deletes_by_force {
        return Ok(());
    }
    match stop(call, id).await {
        Err(fault) if !fault.is_not_found() => Err(fault),
        _ => Ok(()),
    }
}

async fn end(call: &Call<'_, Site>, id: &Id) -> Result<(), Fault> {
    let arm = &call.site.arm;
    let _turn = arm.turn(id).await;
    let parameters: &[_] =
        if call.site.features.deletes_by_force { &[("forceDeletion", "true")] } else { &[] };
    if let Some(underway) = arm.delete((id, (MACHINE.version, parameters))).await? {
        underway.settle(arm, (id, MACHINE.version), call.deadline).await?;
    }
    Ok(())
}
