//! The disks of a machine: the one that it starts from, further ones, and those that are lost when it is.

use crate::account::site::Site;
use crate::codec::{self, Field};
use crate::compute::disk::DISK_TYPES;
use crate::compute::{DISKS, image, machine, there};
use crate::links;
use crate::places::{Collection, Place};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use trueup_provider_kit::{Fault, Fields, Object};
use trueup_value::{Type, Value};

static SNAPSHOTS: Collection = Collection::global("snapshots");
static STORAGE_POOLS: Collection = Collection::zonal("storagePools");

/// Where the disk itself stands in what was read of a machine.
const ITSELF: &str = "trueup_disk";

static KEY: &[Field] = &[
    Field::new("kms_key_self_link").at("kmsKeyName"),
    Field::new("kms_key_service_account"),
    Field::new("raw_key").sent(),
    Field::new("rsa_encrypted_key").sent(),
    Field::new("sha256").told(),
];

/// What a disk is made with, as the request for a machine has it.
static INITIALIZE: Field = Field::one(
    "initialize_params",
    &[
        Field::new("architecture"),
        Field::new("enable_confidential_compute"),
        Field::new("image").at("sourceImage"),
        Field::new("labels"),
        Field::new("provisioned_iops"),
        Field::new("provisioned_throughput"),
        Field::new("replica_zones"),
        Field::new("resource_manager_tags").sent(),
        Field::new("resource_policies"),
        Field::new("size").at("diskSizeGb"),
        Field::new("snapshot").at("sourceSnapshot").link(&SNAPSHOTS),
        Field::one("source_image_encryption_key", KEY).sent(),
        Field::one("source_snapshot_encryption_key", KEY).sent(),
        Field::new("storage_pool").link(&STORAGE_POOLS),
        Field::new("type").at("diskType").short(&DISK_TYPES),
    ],
);

static BOOT: &[Field] = &[Field::one(
    "boot_disk",
    &[
        Field::new("auto_delete"),
        Field::new("device_name"),
        Field::new("disk_encryption_key_raw").at("diskEncryptionKey.rawKey").sent(),
        Field::new("disk_encryption_key_rsa").at("diskEncryptionKey.rsaEncryptedKey").sent(),
        Field::new("disk_encryption_key_sha256").at("diskEncryptionKey.sha256").told(),
        Field::new("disk_encryption_service_account").at("diskEncryptionKey.kmsKeyServiceAccount"),
        Field::new("force_attach").sent(),
        INITIALIZE,
        Field::new("interface"),
        Field::new("kms_key_self_link").at("diskEncryptionKey.kmsKeyName"),
        Field::new("mode"),
        Field::new("source").link(&DISKS),
    ],
)];

pub(super) static ATTACHED: &[Field] = &[Field::many(
    "attached_disk",
    &[
        Field::new("device_name"),
        Field::new("disk_encryption_key_raw").at("diskEncryptionKey.rawKey").sent(),
        Field::new("disk_encryption_key_rsa").at("diskEncryptionKey.rsaEncryptedKey").sent(),
        Field::new("disk_encryption_key_sha256").at("diskEncryptionKey.sha256").told(),
        Field::new("disk_encryption_service_account").at("diskEncryptionKey.kmsKeyServiceAccount"),
        Field::new("force_attach").sent(),
        Field::new("kms_key_self_link").at("diskEncryptionKey.kmsKeyName"),
        Field::new("mode"),
        Field::new("source").link(&DISKS),
    ],
)];

static SCRATCH: &[Field] = &[Field::many(
    "scratch_disk",
    &[Field::new("device_name"), Field::new("interface"), Field::new("size").at("diskSizeGb")],
)];

/// Adds the disks to the request for a machine.
pub(super) async fn body(site: &Site, object: &Object, out: &mut Json) -> Result<(), Fault> {
    let place = Place::of(object);
    let mut boot = codec::body(object, BOOT, &place)["bootDisk"].take();
    boot["boot"] = json!(true);
    if let Some(params) = boot.get_mut("initializeParams") {
        if let Some(name) = params["sourceImage"].as_str() {
            params["sourceImage"] = image::resolve(site, &place.project, name).await?.into();
        }
        if let Some(params) = params.as_object_mut() {
            params.retain(|_, value| !value.is_null());
        }
    }
    let block = object.item("boot_disk");
    let features = block.map(|block| block.texts("guest_os_features")).unwrap_or_default();
    if !features.is_empty() {
        boot["guestOsFeatures"] = features.iter().map(|name| json!({"type": name})).collect();
    }
    let mut disks = vec![boot];
    for mut scratch in array(codec::body(object, SCRATCH, &place)["scratchDisk"].take()) {
        let size = scratch.as_object_mut().and_then(|scratch| scratch.remove("diskSizeGb"));
        scratch["type"] = json!("SCRATCH");
        scratch["autoDelete"] = json!(true);
        scratch["initializeParams"] = json!({"diskType": DISK_TYPES.linked(&place, "local-ssd")});
        if let Some(size) = size.filter(|size| *size != 375) {
            scratch["diskSizeGb"] = size;
        }
        disks.push(scratch);
    }
    disks.extend(array(codec::body(object, ATTACHED, &place)["attachedDisk"].take()));
    out["disks"] = Json::Array(disks);
    Ok(())
}

fn array(json: Json) -> Vec<Json> {
    match json {
        Json::Array(all) => all,
        _ => Vec::new(),
    }
}

/// Puts the disks that machines start from with what was read of them: sizes and images stand there.
pub(super) async fn gather(site: &Site, found: &mut BTreeMap<String, Json>) -> Result<(), Fault> {
    let source = |disk: &Json| links::path(disk["source"].as_str().unwrap_or_default()).to_owned();
    let disks = found.values().flat_map(|machine| machine["disks"].as_array().into_iter().flatten());
    let paths: BTreeSet<String> = disks.filter(|disk| disk["boot"] == true).map(source).collect();
    let themselves = there(site, paths).await?;
    for machine in found.values_mut() {
        let disks = machine["disks"].as_array_mut().into_iter().flatten();
        for disk in disks.filter(|disk| disk["boot"] == true) {
            disk[ITSELF] = themselves.get(&source(disk)).cloned().unwrap_or_default();
        }
    }
    Ok(())
}

/// Takes over the disks of a machine.
pub(super) fn fill(object: &mut Object, machine: &Json) {
    let disks: Vec<&Json> = machine["disks"].as_array().into_iter().flatten().collect();
    let is_scratch = |disk: &&&Json| disk["type"] == "SCRATCH";
    let boot = disks.iter().find(|disk| disk["boot"] == true);
    let mut boot = boot.map(|disk| (**disk).clone()).unwrap_or_default();
    let itself = boot[ITSELF].take();
    boot["initializeParams"] = json!({
        "architecture": itself["architecture"], "enableConfidentialCompute": itself["enableConfidentialCompute"],
        "sourceImage": itself["sourceImage"], "labels": itself["labels"],
        "provisionedIops": itself["provisionedIops"], "provisionedThroughput": itself["provisionedThroughput"],
        "replicaZones": itself["replicaZones"], "resourcePolicies": itself["resourcePolicies"],
        "diskSizeGb": itself["sizeGb"], "sourceSnapshot": itself["sourceSnapshot"],
        "storagePool": itself["storagePool"], "diskType": itself["type"],
    });
    let scratch: Vec<&Json> = disks.iter().filter(is_scratch).copied().collect();
    let attached: Vec<&Json> =
        disks.iter().filter(|disk| !is_scratch(disk) && disk["boot"] != true).copied().collect();
    let attached = in_order(object, attached);
    codec::fill(object, &json!({"bootDisk": boot}), BOOT);
    let features = boot["guestOsFeatures"].as_array().into_iter().flatten();
    let features = features.filter_map(|feature| feature["type"].as_str()).map(Value::from);
    let block = object.item("boot_disk").cloned();
    if let Some(block) = block {
        let block = machine::with(&block, "guest_os_features", &Value::list(Type::String, features));
        let element = object.type_of("boot_disk").element().cloned().unwrap_or(Type::Dynamic);
        object.put("boot_disk", Value::list(element, [block]));
    }
    codec::fill(object, &json!({"scratchDisk": scratch}), SCRATCH);
    codec::fill(object, &json!({"attachedDisk": attached}), ATTACHED);
}

/// Further disks in the order of the configuration; those that it doesn't know come last.
fn in_order<'a>(object: &Object, mut disks: Vec<&'a Json>) -> Vec<&'a Json> {
    let known = object.items("attached_disk").iter().filter_map(|block| block.text("source"));
    let known: Vec<&str> = known.collect();
    let place = |disk: &&Json| {
        let source = disk["source"].as_str().unwrap_or_default();
        known.iter().position(|known| links::is_same_link(known, source)).unwrap_or(known.len())
    };
    disks.sort_by_key(place);
    disks
}
