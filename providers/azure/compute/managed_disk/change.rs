//! Changes of disks, with the machines that have them off where Azure wants it so.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::Id;
use crate::arm::write::change;
use crate::compute::managed_disk::body;
use crate::compute::power::deallocated;
use crate::compute::{DISK, MACHINE, TOLD_OF_DISKS, sendable};
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Call, Fault, Fields, Object};

/// What Azure doesn't change on a disk of a machine that is on.
const RESTING: [&str; 6] = [
    "disk_encryption_set_id",
    "encryption_settings",
    "max_shares",
    "on_demand_bursting_enabled",
    "storage_account_type",
    "tier",
];
/// Disks don't grow beyond this on a machine that is on.
const ONLINE_MAX_GIB: i64 = 4095;

/// Changes a disk in place.
pub(super) async fn update(
    call: &Call<'_, Site>,
    id: &Id,
    prior: &Object,
    object: &Object,
) -> Result<(), Fault> {
    let request = body::document(object)?;
    let edit = |disk: &mut Json| {
        body::carry(&request, disk);
        sendable(&TOLD_OF_DISKS, disk);
        disk.set("/tags", Some(json!(object.map("tags"))));
        Ok(())
    };
    let work = async { change(call, id, edit).await.map(drop) };
    if !rests(call.site, prior, object) {
        return work.await;
    }
    let disk = call.site.arm.get(id, DISK.version).await?;
    match disk.as_ref().and_then(|disk| MACHINE.parse(disk.word("/managedBy")?)) {
        Some(machine) => deallocated(call, &machine, work).await,
        None => work.await,
    }
}

/// Whether a machine has to be off for the change.
fn rests(site: &Site, prior: &Object, object: &Object) -> bool {
    object.differs_in(prior, &RESTING)
        || (object.differs(prior, "disk_size_gb") && !grows_online(site, prior, object))
}

/// Whether a disk can grow while a machine has it ("Expand virtual hard disks on a Linux VM"): a data disk that isn't
/// shared, and not over the line of 4 TiB.
fn grows_online(site: &Site, prior: &Object, object: &Object) -> bool {
    let size = |of: &Object| of.integer("disk_size_gb").unwrap_or_default();
    let is_over = size(prior) <= ONLINE_MAX_GIB && size(object) > ONLINE_MAX_GIB;
    let is_shared = prior.integer("max_shares").is_some_and(|count| count > 1);
    site.features.grows_disks_online && !is_over && !is_shared && prior.text("os_type").is_none()
}
