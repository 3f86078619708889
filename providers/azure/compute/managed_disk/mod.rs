//! `azurerm_managed_disk`: a disk that machines can have.

mod body;
mod change;
mod judge;

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind};
use crate::arm::tracked::Tracked;
use crate::compute::DISK;
use async_trait::async_trait;
use serde_json::Value as Json;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, Object, Planning};

pub(super) use judge::{refuse_no_key, refuse_shrinking};

/// `azurerm_managed_disk`
pub(crate) struct ManagedDisk;

/// The security of disks that machines with trusted launch start from; that of confidential machines is told by words.
const TRUSTED: &str = "TrustedLaunch";

#[async_trait]
impl Tracked for ManagedDisk {
    fn kind(&self) -> Kind {
        DISK
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        judge::validate(config)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        judge::plan(planning);
    }

    fn body(&self, object: &Object) -> Result<Json, Fault> {
        body::document(object)
    }

    async fn update(
        &self,
        call: &Call<'_, Site>,
        id: &Id,
        (prior, object): (&Object, &mut Object),
    ) -> Result<(), Fault> {
        change::update(call, id, prior, object).await
    }

    fn fill(&self, object: &mut Object, disk: &Json) {
        fill(object, disk);
    }
}

/// Attributes that are texts, and where documents have them.
const TEXTS: [(&str, &str); 11] = [
    ("create_option", "/properties/creationData/createOption"),
    ("disk_access_id", "/properties/diskAccessId"),
    ("disk_encryption_set_id", "/properties/encryption/diskEncryptionSetId"),
    ("hyper_v_generation", "/properties/hyperVGeneration"),
    ("image_reference_id", "/properties/creationData/imageReference/id"),
    ("os_type", "/properties/osType"),
    ("source_resource_id", "/properties/creationData/sourceResourceId"),
    ("source_uri", "/properties/creationData/sourceUri"),
    ("storage_account_id", "/properties/creationData/storageAccountId"),
    ("storage_account_type", "/sku/name"),
    ("tier", "/properties/tier"),
];
/// Numbers.
const NUMBERS: [(&str, &str); 8] = [
    ("disk_iops_read_only", "/properties/diskIOPSReadOnly"),
    ("disk_iops_read_write", "/properties/diskIOPSReadWrite"),
    ("disk_mbps_read_only", "/properties/diskMBpsReadOnly"),
    ("disk_mbps_read_write", "/properties/diskMBpsReadWrite"),
    ("disk_size_gb", "/properties/diskSizeGB"),
    ("logical_sector_size", "/properties/creationData/logicalSectorSize"),
    ("max_shares", "/properties/maxShares"),
    ("upload_size_bytes", "/properties/creationData/uploadSizeBytes"),
];
/// Switches that are off where documents don't tell.
const SWITCHES: [(&str, &str); 3] = [
    ("on_demand_bursting_enabled", "/properties/burstingEnabled"),
    ("optimized_frequent_attach_enabled", "/properties/optimizedForFrequentAttach"),
    ("performance_plus_enabled", "/properties/creationData/performancePlus"),
];
/// The places of an image of a gallery: one's own, one that is shared, one of a community.
const GALLERY: [&str; 3] = ["id", "sharedGalleryImageId", "communityGalleryImageId"];

fn fill(object: &mut Object, disk: &Json) {
    for (name, path) in TEXTS {
        object.put_text(name, disk.word(path));
    }
    for (name, path) in NUMBERS {
        object.put_integer(name, disk.count(path));
    }
    for (name, path) in SWITCHES {
        object.put_flag(name, Some(disk.switch(path).unwrap_or(false)));
    }
    let image = disk.at("/properties/creationData/galleryImageReference");
    let image = GALLERY.iter().find_map(|place| image?.word(&format!("/{place}")));
    object.put_text("gallery_image_reference_id", image);
    let policy = disk.word("/properties/networkAccessPolicy").unwrap_or("AllowAll");
    object.put_text("network_access_policy", Some(policy));
    let public = disk.word("/properties/publicNetworkAccess");
    object.put_flag("public_network_access_enabled", Some(public.is_none_or(|word| word == "Enabled")));
    let security = disk.word("/properties/securityProfile/securityType");
    object.put_flag("trusted_launch_enabled", Some(security == Some(TRUSTED)));
    object.put_text("security_type", security.filter(|word| word.starts_with("ConfidentialVM")));
    let key = disk.word("/properties/securityProfile/secureVMDiskEncryptionSetId");
    object.put_text("secure_vm_disk_encryption_set_id", key);
    object.put_text("zone", disk.words("/zones").first());
    fill_encryption(object, disk);
}

fn fill_encryption(object: &mut Object, disk: &Json) {
    let settings = "/properties/encryptionSettingsCollection";
    let is_on = disk.switch(&format!("{settings}/enabled")) == Some(true);
    let first = disk.array(&format!("{settings}/encryptionSettings")).first().filter(|_| is_on);
    let block = first.map(|first| {
        let mut block = object.blank_item("encryption_settings");
        for (name, url, place) in [
            ("disk_encryption_key", "secret_url", "/diskEncryptionKey"),
            ("key_encryption_key", "key_url", "/keyEncryptionKey"),
        ] {
            let path = if url == "secret_url" { "/secretUrl" } else { "/keyUrl" };
            let key = first.at(place).map(|key| {
                let mut inner = block.blank_item(name);
                inner.put_text(url, key.word(path));
                inner.put_text("source_vault_id", key.word("/sourceVault/id"));
                inner
            });
            block.put_items(name, key);
        }
        block
    });
    object.put_items("encryption_settings", block);
}
