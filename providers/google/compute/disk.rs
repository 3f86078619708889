//! `google_compute_disk`

use crate::account::site::Site;
use crate::codec::Field;
use crate::compute::change::Change;
use crate::compute::{DISKS, Kind, image, operation};
use crate::fault::found;
use crate::links;
use crate::places::Collection;
use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning};

/// `google_compute_disk`
pub(crate) struct Disk;

pub(crate) static DISK_TYPES: Collection = Collection::zonal("diskTypes");
static SNAPSHOTS: Collection = Collection::global("snapshots");
static INSTANT_SNAPSHOTS: Collection = Collection::zonal("instantSnapshots");
static STORAGE_POOLS: Collection = Collection::zonal("storagePools");

static KEY: &[Field] = &[
    Field::new("kms_key_self_link").at("kmsKeyName"),
    Field::new("kms_key_service_account"),
    Field::new("raw_key").sent(),
    Field::new("rsa_encrypted_key").sent(),
    Field::new("sha256").told(),
];

static FIELDS: &[Field] = &[
    Field::new("access_mode"),
    Field::new("architecture"),
    Field::one("async_primary_disk", &[Field::new("disk").link(&DISKS)]),
    Field::new("creation_timestamp").told(),
    Field::new("description"),
    Field::one("disk_encryption_key", KEY),
    Field::new("disk_id").at("id").told(),
    Field::new("enable_confidential_compute"),
    Field::many("guest_os_features", &[Field::new("type")]),
    Field::new("image").at("sourceImage"),
    Field::new("label_fingerprint").told(),
    Field::new("last_attach_timestamp").told(),
    Field::new("last_detach_timestamp").told(),
    Field::new("licenses"),
    Field::one("params", &[Field::new("resource_manager_tags")]).sent(),
    Field::new("physical_block_size_bytes"),
    Field::new("provisioned_iops"),
    Field::new("provisioned_throughput"),
    Field::new("size").at("sizeGb"),
    Field::new("snapshot").at("sourceSnapshot").link(&SNAPSHOTS),
    Field::new("source_disk").link(&DISKS),
    Field::new("source_disk_id").told(),
    Field::one("source_image_encryption_key", KEY),
    Field::new("source_image_id").told(),
    Field::new("source_instant_snapshot").link(&INSTANT_SNAPSHOTS),
    Field::new("source_instant_snapshot_id").told(),
    Field::one("source_snapshot_encryption_key", KEY),
    Field::new("source_snapshot_id").told(),
    Field::new("source_storage_object"),
    Field::new("storage_pool").link(&STORAGE_POOLS),
    Field::new("type").short(&DISK_TYPES),
    Field::new("users").told(),
];

/// What is changed with one call, which names what it changes.
const PATCHED: [(&str, &str); 3] = [
    ("access_mode", "accessMode"),
    ("provisioned_iops", "provisionedIops"),
    ("provisioned_throughput", "provisionedThroughput"),
];

#[async_trait]
impl Kind for Disk {
    fn collection(&self) -> &'static Collection {
        &DISKS
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        // Disks grow in place and never shrink.
        let size = |object: &Object| object.integer("size");
        if let (Some(old), Some(new)) = (planning.prior.and_then(size), size(&planning.planned))
            && new < old
        {
            planning.replace("size");
        }
    }

    async fn body(&self, site: &Site, object: &Object, body: &mut Json) -> Result<(), Fault> {
        if let Some(name) = object.text("image") {
            let project = object.text("project").unwrap_or_default();
            body["sourceImage"] = image::resolve(site, project, name).await?.into();
        }
        Ok(())
    }

    async fn update(&self, change: &Change<'_>) -> Result<(), Fault> {
        if let Some(body) = change.of(&["size"]) {
            change.post("resize", &body).await?;
        }
        for (name, at) in PATCHED {
            let Some(mut body) = change.of(&[name]) else { continue };
            body["name"] = change.object.text("name").into();
            change.send(Method::PATCH, &format!("?paths={at}"), &body).await?;
        }
        Ok(())
    }

    /// Machines let it go first, and a snapshot is kept where one is asked for.
    async fn unmake(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let Some(disk) = found(call.site.compute.get(object.id_or_empty()).await)? else { return Ok(()) };
        if object.flag("create_snapshot_before_destroy") == Some(true) {
            keep_snapshot(call, object).await?;
        }
        let users = disk["users"].as_array().into_iter().flatten().filter_map(Json::as_str);
        for machine in users.map(links::path).filter(|path| path.contains("/instances/")) {
            detach(call, machine, object.id_or_empty()).await?;
        }
        Ok(())
    }
}

/// Makes a snapshot whose name tells the attempts of one deletion from others.
async fn keep_snapshot(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    const NAME_MAX: usize = 63;
    let unique =
        format!("-{}", call.token.chars().filter(char::is_ascii_hexdigit).take(14).collect::<String>());
    let prefix =
        object.text("create_snapshot_before_destroy_prefix").or(object.text("name")).unwrap_or_default();
    let prefix: String = prefix.chars().take(NAME_MAX - unique.len()).collect();
    let body = json!({"name": format!("{prefix}{}", unique.to_lowercase())});
    let path = format!("{}/createSnapshot", object.id_or_empty());
    match call.site.compute.put(Method::POST, &path, Some(&body)).await {
        Ok(operation) => operation::finish(call, operation).await,
        // An attempt before this one has made it.
        Err(fault) if fault.kind == trueup_provider_kit::FaultKind::Exists => Ok(()),
        Err(fault) => Err(fault.during("keeping a snapshot of the disk")),
    }
}

async fn detach(call: &Call<'_, Site>, machine: &str, disk: &str) -> Result<(), Fault> {
    let Some(found) = found(call.site.compute.get(machine).await)? else { return Ok(()) };
    let disks = found["disks"].as_array().into_iter().flatten();
    let is_it =
        |attached: &&Json| attached["source"].as_str().is_some_and(|source| links::path(source) == disk);
    for attached in disks.filter(is_it) {
        let device = links::segment(attached["deviceName"].as_str().unwrap_or_default());
        let path = format!("{machine}/detachDisk?deviceName={device}");
        let operation = call.site.compute.put(Method::POST, &path, None).await?;
        operation::finish(call, operation).await?;
    }
    Ok(())
}
