//! Disks (Microsoft.Compute 2024-03-02, and "Managed disks" in the documentation of virtual machines).

use super::World;
use super::store::{Refusal, refuse};
use serde_json::{Value as Json, json};

pub(super) const SHAPE: &str = "~id ~name ~type !location tags<> ~managedBy ~managedByExtended[] zones[]
    extendedLocation{!name !type=EdgeZone} sku{!name=Standard_LRS|Premium_LRS|StandardSSD_LRS|UltraSSD_LRS|Premium_ZRS|StandardSSD_ZRS|PremiumV2_LRS
    ~tier} !properties{!creationData{!createOption=Empty|Attach|FromImage|Import|Copy|Restore|Upload|CopyStart|ImportSecure|UploadPreparedSecure
    storageAccountId imageReference{id sharedGalleryImageId communityGalleryImageId lun#}
    galleryImageReference{id sharedGalleryImageId communityGalleryImageId lun#} sourceUri sourceResourceId ~sourceUniqueId
    uploadSizeBytes# logicalSectorSize# securityDataUri performancePlus?} osType=Windows|Linux hyperVGeneration=V1|V2 diskSizeGB#
    ~diskSizeBytes# ~uniqueId ~timeCreated ~diskState encryptionSettingsCollection{!enabled? encryptionSettingsVersion
    encryptionSettings[{diskEncryptionKey{!sourceVault{!id} !secretUrl} keyEncryptionKey{!sourceVault{!id} !keyUrl}}]}
    diskIOPSReadWrite# diskMBpsReadWrite# diskIOPSReadOnly# diskMBpsReadOnly# maxShares# tier burstingEnabled?
    encryption{diskEncryptionSetId type=EncryptionAtRestWithPlatformKey|EncryptionAtRestWithCustomerKey|EncryptionAtRestWithPlatformAndCustomerKeys}
    networkAccessPolicy=AllowAll|AllowPrivate|DenyAll diskAccessId publicNetworkAccess=Enabled|Disabled
    dataAccessAuthMode=AzureActiveDirectory|None optimizedForFrequentAttach? securityProfile{securityType=TrustedLaunch|ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey|ConfidentialVM_DiskEncryptedWithPlatformKey|ConfidentialVM_DiskEncryptedWithCustomerKey
    secureVMDiskEncryptionSetId} supportsHibernation? ~provisioningState}";

pub(super) const DEFAULTS: &str = r#"{"sku": {"name": "Standard_LRS"}, "properties": {
    "encryption": {"type": "EncryptionAtRestWithPlatformKey"}, "networkAccessPolicy": "AllowAll",
    "publicNetworkAccess": "Enabled"}}"#;

/// What can't be changed.
pub(super) const FIXED: &[&str] = &[
    "/extendedLocation",
    "/properties/creationData",
    "/properties/hyperVGeneration",
    "/properties/securityProfile",
    "/zones",
];

/// What can't be changed on a disk of a machine that is on.
const RESTING: [&str; 7] = [
    "/properties/burstingEnabled",
    "/properties/encryption",
    "/properties/encryptionSettingsCollection",
    "/properties/maxShares",
    "/properties/osType",
    "/properties/tier",
    "/sku/name",
];

/// What the ways of creation need.
const NEEDS: [(&str, &str); 8] = [
    ("Copy", "/creationData/sourceResourceId"),
    ("Empty", "/diskSizeGB"),
    ("Import", "/creationData/sourceUri"),
    ("Import", "/creationData/storageAccountId"),
    ("ImportSecure", "/creationData/sourceUri"),
    ("Restore", "/creationData/sourceResourceId"),
    ("Upload", "/creationData/uploadSizeBytes"),
    ("UploadPreparedSecure", "/creationData/uploadSizeBytes"),
];

const TIERS: [(i64, &str); 8] =
    [(4, "P1"), (8, "P2"), (16, "P3"), (32, "P4"), (64, "P6"), (128, "P10"), (256, "P15"), (512, "P20")];

fn bad(message: impl Into<String>) -> Refusal {
    refuse(400, "InvalidParameter", message)
}

/// Judges a disk and fills it in.
pub(super) fn judge(world: &World, id: &str, body: &mut Json) -> Result<(), Refusal> {
    let old = world.documents.get(&id.to_lowercase()).map(|document| document.body.clone());
    let sort = body["sku"]["name"].as_str().unwrap_or_default().to_owned();
    let option = body["properties"]["creationData"]["createOption"].as_str().unwrap_or_default().to_owned();
    body["sku"]["tier"] = json!(sort.split('_').next());
    let properties = &mut body["properties"];
    for (_, path) in NEEDS.iter().filter(|(of, _)| *of == option) {
        if properties.pointer(path).is_none() {
            return Err(bad(format!("Required parameter 'disk{path}' is missing (null).")));
        }
    }
    let creation = &properties["creationData"];
    let has_image = ["imageReference", "galleryImageReference"].iter().any(|name| !creation[*name].is_null());
    if option == "FromImage" && !has_image && old.is_none() {
        return Err(bad("Required parameter 'imageReference' is missing (null)."));
    }
    judge_security(properties)?;
    let before = old.as_ref().map_or(0, |old| old["properties"]["diskSizeGB"].as_i64().unwrap_or_default());
    let size = properties["diskSizeGB"].as_i64().unwrap_or(if before > 0 { before } else { 30 });
    if size < before {
        return Err(bad(format!("New disk size {size} is less than the current size {before}.")));
    }
    properties["diskSizeGB"] = json!(size);
    properties["diskSizeBytes"] = json!(size << 30);
    properties["uniqueId"] = json!(world.guid(id));
    judge_speed(properties, (&sort, size), old.as_ref())?;
    let was_own =
        old.as_ref().is_some_and(|old| !old["properties"]["encryption"]["diskEncryptionSetId"].is_null());
    if was_own && properties["encryption"]["diskEncryptionSetId"].is_null() {
        return Err(bad("A disk can't go back to a key of the platform."));
    }
    let Some(old) = old else { return Ok(()) };
    let differs = |path: &&str| {
        old.pointer(path).filter(|part| !part.is_null()) != body.pointer(path).filter(|part| !part.is_null())
    };
    if world.is_on_with(id) && RESTING.iter().any(differs) {
        return Err(refuse(
            409,
            "OperationNotAllowed",
            format!("{id} is attached to a machine that is running"),
        ));
    }
    Ok(())
}

fn judge_security(properties: &Json) -> Result<(), Refusal> {
    let security = &properties["securityProfile"];
    let is_customer = security["securityType"] == "ConfidentialVM_DiskEncryptedWithCustomerKey";
    if is_customer == security["secureVMDiskEncryptionSetId"].is_null() && !security.is_null() {
        return Err(bad("A key goes with the disks of confidential machines that a customer encrypts."));
    }
    if !properties["diskAccessId"].is_null() && properties["networkAccessPolicy"] != "AllowPrivate" {
        return Err(bad("diskAccessId goes with AllowPrivate."));
    }
    let encryption = &properties["encryption"];
    let is_own = encryption["type"] != "EncryptionAtRestWithPlatformKey";
    if is_own == encryption["diskEncryptionSetId"].is_null() {
        return Err(bad("A disk encryption set goes with a key of a customer."));
    }
    Ok(())
}

/// Performance is told of some sorts, and follows from the size of others.
fn judge_speed(properties: &mut Json, (sort, size): (&str, i64), old: Option<&Json>) -> Result<(), Refusal> {
    let is_tuned = ["UltraSSD_LRS", "PremiumV2_LRS"].contains(&sort);
    for (name, own) in [
        ("diskIOPSReadWrite", 500),
        ("diskMBpsReadWrite", 60),
        ("diskIOPSReadOnly", 0),
        ("diskMBpsReadOnly", 0),
    ] {
        let before = old.map_or(Json::Null, |old| old["properties"][name].clone());
        if !is_tuned && !properties[name].is_null() && properties[name] != before {
            return Err(bad(format!("{name} can't be set on {sort}.")));
        }
        if !is_tuned {
            properties[name] = if own > 0 { json!(own + size) } else { Json::Null };
        } else if properties[name].is_null() {
            properties[name] = json!(own + 100);
        }
    }
    if is_tuned && properties["creationData"]["logicalSectorSize"].is_null() {
        properties["creationData"]["logicalSectorSize"] = json!(4096);
    }
    let is_premium = sort.starts_with("Premium_");
    if !is_premium && !properties["tier"].is_null() {
        return Err(bad(format!("{sort} has no tiers.")));
    }
    if is_premium && properties["tier"].is_null() {
        let tier = TIERS.iter().find(|(most, _)| size <= *most).map_or("P30", |(_, tier)| tier);
        properties["tier"] = json!(tier);
    }
    Ok(())
}
