//! The request that makes a disk, of which changes carry over what they may.

use crate::arm::document::Document;
use crate::compute::managed_disk::TRUSTED;
use crate::compute::model::{self, choice, models};
use models::{
    CreationData, Disk, DiskProperties, DiskSecurityProfile, DiskSku, Encryption,
    EncryptionSettingsCollection, EncryptionSettingsElement, ImageDiskReference, KeyVaultAndKeyReference,
    KeyVaultAndSecretReference, Resource, SourceVault,
};
use serde_json::Value as Json;
use trueup_provider_kit::{Fault, Fields, Object};
use trueup_value::Value;

/// Sorts of disks whose performance is told, and not that of their size.
const TUNED: [&str; 2] = ["PremiumV2_LRS", "UltraSSD_LRS"];

/// The request, but for edge zone and tags.
pub(super) fn document(object: &Object) -> Result<Json, Fault> {
    let mut disk = Disk::new(Resource::new(object.text("location").unwrap_or_default().to_owned()));
    disk.sku = Some(DiskSku { name: choice(object.text("storage_account_type"))?, tier: None });
    disk.zones = object.owned("zone").into_iter().collect();
    disk.properties = Some(properties(object)?);
    Ok(model::document(&disk))
}

fn properties(object: &Object) -> Result<DiskProperties, Fault> {
    let sort = object.text("storage_account_type").unwrap_or_default();
    let tuned = |name: &str| object.integer(name).filter(|_| TUNED.contains(&sort));
    let is_public = object.flag("public_network_access_enabled") != Some(false);
    let mut properties = DiskProperties::new(creation(object)?);
    properties.os_type = choice(object.text("os_type"))?;
    properties.hyper_v_generation = choice(object.text("hyper_v_generation"))?;
    properties.disk_size_gb = object.small("disk_size_gb");
    properties.disk_iops_read_write = tuned("disk_iops_read_write");
    properties.disk_m_bps_read_write = tuned("disk_mbps_read_write");
    properties.disk_iops_read_only = tuned("disk_iops_read_only");
    properties.disk_m_bps_read_only = tuned("disk_mbps_read_only");
    properties.max_shares = object.small("max_shares");
    properties.network_access_policy = choice(object.text("network_access_policy"))?;
    properties.disk_access_id = object.owned("disk_access_id");
    properties.public_network_access = choice(Some(if is_public { "Enabled" } else { "Disabled" }))?;
    properties.tier = object.owned("tier").filter(|_| sort.starts_with("Premium_"));
    properties.bursting_enabled = object.flag("on_demand_bursting_enabled");
    properties.optimized_for_frequent_attach =
        object.flag("optimized_frequent_attach_enabled").filter(|on| *on);
    properties.security_profile = security(object)?;
    properties.encryption_settings_collection = object.item("encryption_settings").map(settings);
    if let Some(set) = object.owned("disk_encryption_set_id") {
        properties.encryption = Some(Encryption {
            disk_encryption_set_id: Some(set),
            type_: choice(Some("EncryptionAtRestWithCustomerKey"))?,
        });
    }
    Ok(properties)
}

fn creation(object: &Object) -> Result<CreationData, Fault> {
    let option = object.text("create_option").unwrap_or_default();
    let mut creation = CreationData::new(choice(Some(option))?.expect("a word is a choice"));
    let image = |name: &str| ImageDiskReference { id: object.owned(name), ..ImageDiskReference::default() };
    creation.image_reference = object.text("image_reference_id").map(|_| image("image_reference_id"));
    creation.gallery_image_reference = object.text("gallery_image_reference_id").map(gallery);
    creation.storage_account_id = object.owned("storage_account_id");
    creation.source_uri = object.owned("source_uri");
    creation.source_resource_id = object.owned("source_resource_id");
    creation.upload_size_bytes = object.integer("upload_size_bytes");
    creation.logical_sector_size = object.small("logical_sector_size");
    creation.performance_plus = object.flag("performance_plus_enabled").filter(|on| *on);
    Ok(creation)
}

/// An image of a gallery of one's own, of a shared one or of a community's.
fn gallery(id: &str) -> ImageDiskReference {
    let (low, id) = (id.to_lowercase(), Some(id.to_owned()));
    let mut image = ImageDiskReference::default();
    if low.starts_with("/communitygalleries/") {
        image.community_gallery_image_id = id;
    } else if low.starts_with("/sharedgalleries/") {
        image.shared_gallery_image_id = id;
    } else {
        image.id = id;
    }
    image
}

fn security(object: &Object) -> Result<Option<DiskSecurityProfile>, Fault> {
    let trusted = object.flag("trusted_launch_enabled").filter(|on| *on).map(|_| TRUSTED);
    let Some(word) = trusted.or(object.text("security_type")) else { return Ok(None) };
    Ok(Some(DiskSecurityProfile {
        security_type: choice(Some(word))?,
        secure_vm_disk_encryption_set_id: object.owned("secure_vm_disk_encryption_set_id"),
    }))
}

fn settings(block: &Value) -> EncryptionSettingsCollection {
    let vault = |key: &Value| SourceVault { id: key.owned("source_vault_id") };
    let url = |key: &Value, name: &str| key.owned(name).unwrap_or_default();
    let secret = block.item("disk_encryption_key");
    let key = block.item("key_encryption_key");
    let element = EncryptionSettingsElement {
        disk_encryption_key: secret
            .map(|key| KeyVaultAndSecretReference::new(vault(key), url(key, "secret_url"))),
        key_encryption_key: key.map(|key| KeyVaultAndKeyReference::new(vault(key), url(key, "key_url"))),
    };
    let mut settings = EncryptionSettingsCollection::new(true);
    settings.encryption_settings = vec![element];
    settings
}

/// What of the request a change carries over.
const PLACES: [&str; 17] = [
    "/properties/burstingEnabled",
    "/properties/diskAccessId",
    "/properties/diskIOPSReadOnly",
    "/properties/diskIOPSReadWrite",
    "/properties/diskMBpsReadOnly",
    "/properties/diskMBpsReadWrite",
    "/properties/diskSizeGB",
    "/properties/encryption/diskEncryptionSetId",
    "/properties/encryption/type",
    "/properties/encryptionSettingsCollection",
    "/properties/maxShares",
    "/properties/networkAccessPolicy",
    "/properties/optimizedForFrequentAttach",
    "/properties/osType",
    "/properties/publicNetworkAccess",
    "/properties/tier",
    "/sku/name",
];

/// Brings the document of a disk to what a request says.
pub(super) fn carry(request: &Json, disk: &mut Json) {
    // What isn't said is said no more; the key that Azure has by itself stays.
    let own = disk.at("/properties/encryption").cloned();
    model::carry(request, &PLACES, disk);
    if request.at("/properties/encryption").is_none() {
        disk.set("/properties/encryption", own);
    }
}
