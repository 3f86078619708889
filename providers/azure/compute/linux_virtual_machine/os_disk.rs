//! The disk that the operating system of a machine is on.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::Id;
use crate::arm::write::change;
use crate::compute::model::{choice, models, reference};
use crate::compute::{DISK, TOLD_OF_DISKS, sendable};
use models::{
    DiffDiskSettings, DiskEncryptionSetParameters, ManagedDiskParameters, OsDisk, SubResource,
    VmDiskSecurityProfile,
};
use serde_json::Value as Json;
use trueup_provider_kit::{Call, Fault, Fields, Object};
use trueup_value::Value;

/// Where documents of machines have it.
pub(super) const PLACE: &str = "/properties/storageProfile/osDisk";

/// What documents of disks tell that follows from the size.
const FOLLOWING: [&str; 5] = [
    "/properties/diskIOPSReadOnly",
    "/properties/diskIOPSReadWrite",
    "/properties/diskMBpsReadOnly",
    "/properties/diskMBpsReadWrite",
    "/properties/tier",
];

/// What the request for a machine says of it.
pub(super) fn disk(object: &Object) -> Result<OsDisk, Fault> {
    let nothing = Value::object::<&str>([]);
    let block = object.item("os_disk").unwrap_or(&nothing);
    // What the cloud tells besides is known of machines that are there; images are named at their creation.
    let is_attached =
        object.item("source_image_reference").is_none() && object.text("source_image_id").is_none();
    let option = choice(Some(if is_attached { "Attach" } else { "FromImage" }))?.expect("a word is a choice");
    let mut disk = OsDisk::new(option);
    disk.os_type = choice(Some("Linux"))?;
    disk.name = block.owned("name");
    disk.caching = choice(block.text("caching"))?;
    disk.write_accelerator_enabled = block.flag("write_accelerator_enabled").filter(|on| *on);
    disk.disk_size_gb = block.small("disk_size_gb");
    if let Some(settings) = block.item("diff_disk_settings") {
        disk.diff_disk_settings = Some(DiffDiskSettings {
            option: choice(settings.text("option"))?,
            placement: choice(settings.text("placement"))?,
        });
    }
    let key = |name: &str| {
        let sub_resource = SubResource { id: block.owned(name) };
        block.text(name).map(|_| DiskEncryptionSetParameters { sub_resource })
    };
    let kind = block.text("security_encryption_type");
    let security = VmDiskSecurityProfile {
        security_encryption_type: choice(kind)?,
        disk_encryption_set: key("secure_vm_disk_encryption_set_id"),
    };
    disk.managed_disk = Some(ManagedDiskParameters {
        sub_resource: reference(object.text("os_managed_disk_id").filter(|_| is_attached))
            .unwrap_or_default(),
        storage_account_type: choice(block.text("storage_account_type"))?,
        disk_encryption_set: key("disk_encryption_set_id"),
        security_profile: kind.map(|_| security),
    });
    Ok(disk)
}

/// Whether a block says that the disk is on the host alone, and gone when the machine is off.
pub(super) fn is_ephemeral(object: &Object) -> bool {
    object.item("os_disk").is_some_and(|disk| disk.item("diff_disk_settings").is_some())
}

/// Whether the disk itself is to be changed: its size or its key.
pub(super) fn differs(prior: &Object, object: &Object) -> bool {
    let of = |object: &Object, name: &str| object.item("os_disk").and_then(|disk| disk.field(name).cloned());
    let is_told = |name: &str| of(object, name).is_some_and(|value| value.is_known() && !value.is_null());
    ["disk_size_gb", "disk_encryption_set_id"]
        .iter()
        .any(|name| is_told(name) && of(prior, name) != of(object, name))
}

/// Brings size and key of the disk to what the block says.
pub(super) async fn update(call: &Call<'_, Site>, id: &Id, object: &Object) -> Result<(), Fault> {
    let Some(block) = object.item("os_disk") else { return Ok(()) };
    let edit = |disk: &mut Json| {
        if let Some(size) = block.integer("disk_size_gb") {
            disk.set("/properties/diskSizeGB", Some(size));
            // What follows from the size is told anew.
            for place in FOLLOWING {
                disk.set(place, None::<&str>);
            }
        }
        if let Some(set) = block.text("disk_encryption_set_id") {
            disk.set("/properties/encryption/diskEncryptionSetId", Some(set));
            disk.set("/properties/encryption/type", Some("EncryptionAtRestWithCustomerKey"));
        }
        sendable(&TOLD_OF_DISKS, disk);
        Ok(())
    };
    change(call, id, edit).await.map(drop)
}

/// The disk's id, as the document of its machine has it.
pub(super) fn id(machine: &Json) -> Option<Id> {
    DISK.parse(machine.at(PLACE)?.word("/managedDisk/id")?)
}

/// Fills the block in from the machine, and from the disk where there is one: while a machine is deallocated, it tells
/// neither size nor sort.
pub(super) fn fill(object: &mut Object, machine: &Json, disk: Option<&Json>) {
    let Some(own) = machine.at(PLACE) else { return };
    let mut block = object.blank_item("os_disk");
    let from = |disk_path: &str, own_path: &str| {
        disk.and_then(|disk| disk.word(disk_path)).or(own.word(own_path)).map(str::to_owned)
    };
    block.put_text("caching", Some(own.word("/caching").unwrap_or("None")));
    let key = from("/properties/encryption/diskEncryptionSetId", "/managedDisk/diskEncryptionSet/id");
    block.put_text("disk_encryption_set_id", key);
    let size = disk.and_then(|disk| disk.count("/properties/diskSizeGB")).or(own.count("/diskSizeGB"));
    block.put_integer("disk_size_gb", size);
    block.put_text("id", own.word("/managedDisk/id"));
    block.put_text("name", own.word("/name"));
    let key = own.word("/managedDisk/securityProfile/diskEncryptionSet/id");
    block.put_text("secure_vm_disk_encryption_set_id", key);
    let kind = own.word("/managedDisk/securityProfile/securityEncryptionType");
    block.put_text("security_encryption_type", kind);
    block.put_text("storage_account_type", from("/sku/name", "/managedDisk/storageAccountType"));
    let is_fast = own.switch("/writeAcceleratorEnabled").unwrap_or(false);
    block.put_flag("write_accelerator_enabled", Some(is_fast));
    let settings = own.at("/diffDiskSettings").map(|settings| {
        let mut inner = block.blank_item("diff_disk_settings");
        inner.put_text("option", settings.word("/option"));
        inner.put_text("placement", Some(settings.word("/placement").unwrap_or("CacheDisk")));
        inner
    });
    block.put_items("diff_disk_settings", settings);
    object.put_items("os_disk", [block]);
}
