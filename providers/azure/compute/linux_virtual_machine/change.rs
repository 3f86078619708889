//! Changes of machines, while they are off where Azure wants it so.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::{Id, is_same};
use crate::arm::write::change;
use crate::compute::linux_virtual_machine::{body, network, os_disk};
use crate::compute::model::{self, answer, models};
use crate::compute::power::deallocated;
use crate::compute::{DISK, TOLD_OF_MACHINES, sendable};
use models::VirtualMachineSizeListResult;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Call, Fault, Fields, Object};

/// What Azure doesn't change on a machine that is on.
const RESTING: [&str; 9] = [
    "additional_capabilities",
    "capacity_reservation_group_id",
    "dedicated_host_group_id",
    "dedicated_host_id",
    "disk_controller_type",
    "encryption_at_host_enabled",
    "max_bid_price",
    "network_interface_ids",
    "proximity_placement_group_id",
];

/// What of the request a change carries over.
const PLACES: [&str; 17] = [
    "/identity",
    "/properties/applicationProfile/galleryApplications",
    "/properties/billingProfile/maxPrice",
    "/properties/capacityReservation",
    "/properties/extensionsTimeBudget",
    "/properties/hardwareProfile/vmSize",
    "/properties/host",
    "/properties/hostGroup",
    "/properties/osProfile/allowExtensionOperations",
    "/properties/osProfile/linuxConfiguration/patchSettings",
    "/properties/osProfile/secrets",
    "/properties/proximityPlacementGroup",
    "/properties/storageProfile/diskControllerType",
    "/properties/storageProfile/osDisk/caching",
    "/properties/storageProfile/osDisk/diskSizeGB",
    "/properties/storageProfile/osDisk/writeAcceleratorEnabled",
    "/properties/virtualMachineScaleSet",
];

/// What is turned off where it isn't said, for it stays otherwise: the place, and the switches in it.
const SWITCHED: [(&str, &[&str]); 4] = [
    ("/properties/additionalCapabilities", &["hibernationEnabled", "ultraSSDEnabled"]),
    ("/properties/diagnosticsProfile/bootDiagnostics", &["enabled"]),
    ("/properties/scheduledEventsProfile/osImageNotificationProfile", &["enable"]),
    ("/properties/scheduledEventsProfile/terminateNotificationProfile", &["enable"]),
];

/// Changes a machine in place.
pub(super) async fn update(
    call: &Call<'_, Site>,
    id: &Id,
    prior: &Object,
    object: &Object,
) -> Result<(), Fault> {
    let request = body::document(object)?;
    let edit = |machine: &mut Json| {
        edit(&request, (prior, object), machine);
        Ok(())
    };
    let changes_disk = os_disk::differs(prior, object) && !os_disk::is_ephemeral(object);
    let work = async {
        if let Some(disk) = disk(prior).filter(|_| changes_disk) {
            os_disk::update(call, &disk, object).await?;
        }
        change(call, id, edit).await.map(drop)
    };
    if rests(call, id, (prior, object)).await? { deallocated(call, id, work).await } else { work.await }
}

/// The disk of a machine as it was last read.
fn disk(prior: &Object) -> Option<Id> {
    DISK.parse(prior.item("os_disk")?.text("id")?)
}

fn edit(request: &Json, (prior, object): (&Object, &Object), machine: &mut Json) {
    model::carry(request, &PLACES, machine);
    if request.at("/identity").is_none() && machine.get("identity").is_some() {
        machine.set("/identity", Some(json!({"type": "None"})));
    }
    for (place, switches) in SWITCHED {
        if let Some(wanted) = request.at(place) {
            machine.set(place, Some(wanted.clone()));
            continue;
        }
        for path in switches.iter().map(|switch| format!("{place}/{switch}")) {
            if machine.at(&path).is_some() {
                machine.set(&path, Some(false));
            }
        }
    }
    let host = "/properties/securityProfile/encryptionAtHost";
    if object.differs(prior, "encryption_at_host_enabled") || machine.at(host).is_some() {
        machine.set(host, Some(object.flag("encryption_at_host_enabled").unwrap_or(false)));
    }
    let license = object.text("license_type");
    if license.is_some() || machine.at("/properties/licenseType").is_some() {
        machine.set("/properties/licenseType", Some(license.unwrap_or("None")));
    }
    // Documents tell it only when they are asked for it, and what is left out stays.
    if let Some(data) = object.text("user_data").or(prior.text("user_data").map(|_| "")) {
        machine.set("/properties/userData", Some(data));
    }
    let key = "/properties/storageProfile/osDisk/managedDisk/diskEncryptionSet";
    if let Some(set) = request.at(key) {
        machine.set(key, Some(set.clone()));
    }
    network::edit(object, machine);
    machine.set("/tags", Some(json!(object.map("tags"))));
    sendable(&TOLD_OF_MACHINES, machine);
}

/// Whether the machine has to be off. One whose disk is on the host alone can't be: Azure judges its changes.
async fn rests(call: &Call<'_, Site>, id: &Id, (prior, object): (&Object, &Object)) -> Result<bool, Fault> {
    if os_disk::is_ephemeral(object) {
        return Ok(false);
    }
    if object.differs_in(prior, &RESTING) || os_disk::differs(prior, object) {
        return Ok(true);
    }
    let size = object.text("size").unwrap_or_default();
    if prior.text("size").is_some_and(|before| is_same(before, size)) {
        return Ok(false);
    }
    let path = format!("{id}/vmSizes");
    let Some(found) = call.site.arm.get(path, id.kind.version).await? else { return Ok(false) };
    let sizes: VirtualMachineSizeListResult = answer(found)?;
    let is_it = |name: &str| is_same(name, size);
    Ok(!sizes.value.iter().filter_map(|size| size.name.as_deref()).any(is_it))
}
