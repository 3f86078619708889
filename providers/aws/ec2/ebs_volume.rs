//! `aws_ebs_volume`: a block storage volume.

use crate::account::site::Site;
use crate::ec2::volume_change::VolumeChange;
use crate::ec2::{PAGE_MAX, by_id, filter, mark_filter, marked, tags, unmark, update_tags};
use crate::fault::{Attempt, found};
use async_trait::async_trait;
use aws_sdk_ec2::primitives::{DateTime, DateTimeFormat};
use aws_sdk_ec2::types::{
    ResourceType, Snapshot, SnapshotState, Volume as Description, VolumeState as State, VolumeType,
};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource};

/// `aws_ebs_volume`
pub(crate) struct EbsVolume;

/// A volume and the account that owns it.
struct Found {
    volume: Description,
    owner: String,
}

/// How long a snapshot is looked for that may have been made.
const ECHO: Duration = Duration::from_secs(12);
/// What one call changes in place.
const PERFORMANCE: [&str; 4] = ["iops", "size", "throughput", "type"];

#[async_trait]
impl Resource<Site> for EbsVolume {
    fn patience(&self) -> Duration {
        Duration::from_mins(5)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let is_missing = |name: &str| !config.is_set(name) && !config.is_unknown(name);
        if is_missing("size") && is_missing("snapshot_id") {
            let detail =
                "One of size and snapshot_id must be set: how large the volume is, or what it starts from.";
            diagnostics.push(Diagnostic::error("Missing required argument", detail));
        }
        if config.is_set("volume_initialization_rate") && is_missing("snapshot_id") {
            let detail =
                "The argument volume_initialization_rate needs snapshot_id: only a snapshot is loaded.";
            diagnostics.push(Diagnostic::error("Missing required argument", detail));
        }
        if let Some(key) = config.text("kms_key_id").filter(|key| !key.starts_with("arn:")) {
            let detail = format!("The argument kms_key_id takes the ARN of a key, not {key:?}.");
            diagnostics.push(Diagnostic::error("Invalid argument value", detail));
        }
        diagnostics.extend(performance_complaint(config));
        diagnostics
    }

    /// What the cloud decides on follows the type, and the size of gp2.
    fn plan(&self, planning: &mut Planning<'_>) {
        let is_gp2 = planning.planned.text("type") == Some("gp2");
        if planning.changes("type") || (is_gp2 && planning.changes("size")) {
            planning.unsettle(&["iops", "throughput"]);
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        by_id(objects, |ids| describe(site, ids), |object, found| fill(site, object, found)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let request = call
            .site
            .ec2
            .create_volume()
            .client_token(call.token)
            .set_availability_zone(object.owned("availability_zone"))
            .set_encrypted(object.flag("encrypted"))
            .set_iops(object.small("iops"))
            .set_kms_key_id(object.owned("kms_key_id"))
            .set_multi_attach_enabled(object.flag("multi_attach_enabled"))
            .set_outpost_arn(object.owned("outpost_arn"))
            .set_size(object.small("size"))
            .set_snapshot_id(object.owned("snapshot_id"))
            .set_throughput(object.small("throughput"))
            .set_volume_initialization_rate(object.small("volume_initialization_rate"))
            .set_volume_type(object.text("type").map(VolumeType::from))
            .set_tag_specifications(marked(ResourceType::Volume, object, call.token));
        let made = request.send().await.plain()?;
        object.put_text("id", made.volume_id());
        let id = object.id_or_empty().to_owned();
        wait_available(call, &id).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = prior.id_or_empty();
        if object.differs_in(prior, &PERFORMANCE) {
            modify(call, id, prior, object).await?;
        }
        update_tags(call.site, id, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = object.id_or_empty();
        let snapshot = match object.flag("final_snapshot") {
            Some(true) => Some(snapshot(call, object).await?),
            _ => None,
        };
        found(call.site.ec2.delete_volume().volume_id(id).send().await.plain())?;
        let gone = || async { Ok(describe(call.site, vec![id.to_owned()]).await?.is_empty().then_some(())) };
        call.deadline.until("the volume to go", gone).await?;
        match snapshot {
            Some(snapshot) => unmark(call.site, &snapshot).await,
            None => Ok(()),
        }
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let request = call.site.ec2.describe_volumes().filters(mark_filter(call.token));
        let made = request.send().await.plain()?.volumes.unwrap_or_default();
        let made = made.iter().find(|volume| !is_gone(volume));
        let Some(id) = made.and_then(Description::volume_id) else { return Ok(false) };
        object.put_text("id", Some(id));
        wait_available(call, id).await?;
        Ok(true)
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, object.id_or_empty()).await
    }
}

/// Performance that a type must be given, or can't have.
fn performance_complaint(config: &Object) -> Option<Diagnostic> {
    if config.is_unknown("type") {
        return None;
    }
    let kind = config.text("type").unwrap_or("gp2");
    let has = |name: &str| config.integer(name).is_some_and(|number| number != 0);
    let needs_iops = matches!(kind, "io1" | "io2");
    let detail = if needs_iops && !has("iops") && !config.is_unknown("iops") {
        format!("'iops' must be set when 'type' is '{kind}'.")
    } else if has("iops") && !needs_iops && kind != "gp3" {
        format!("'iops' must not be set when 'type' is '{kind}'.")
    } else if has("throughput") && kind != "gp3" {
        format!("'throughput' must not be set when 'type' is '{kind}'.")
    } else {
        return None;
    };
    Some(Diagnostic::error("Invalid combination of arguments", detail))
}

/// Changes size, type and performance, and waits until the volume has them.
async fn modify(call: &Call<'_, Site>, id: &str, prior: &Object, object: &Object) -> Result<(), Fault> {
    let changed = |name: &str| object.small(name).filter(|_| object.differs(prior, name));
    // A new type is told its performance even where the number stays.
    let is_new_type = object.differs(prior, "type");
    let performance = |name: &str| changed(name).or(object.small(name).filter(|_| is_new_type));
    let change = VolumeChange {
        size: changed("size"),
        kind: object.text("type").filter(|_| is_new_type).map(VolumeType::from),
        iops: performance("iops"),
        throughput: performance("throughput"),
    };
    change.apply(call, id).await
}

/// Makes the snapshot that stays when the volume goes, once for each deletion however often it is tried.
async fn snapshot(call: &Call<'_, Site>, object: &Object) -> Result<String, Fault> {
    let (ec2, volume) = (&call.site.ec2, object.id_or_empty());
    let made = || async {
        let request = ec2.describe_snapshots().owner_ids("self").filters(filter("volume-id", [volume]));
        let request = request.filters(mark_filter(call.token));
        let found = request.send().await.attempt("looking for the final snapshot of the volume")?;
        Ok(found.snapshots().first().and_then(Snapshot::snapshot_id).map(str::to_owned))
    };
    let id = if let Some(id) = made().await? {
        id
    } else {
        let tags = marked(ResourceType::Snapshot, object, call.token);
        let request = ec2.create_snapshot().volume_id(volume).set_tag_specifications(tags);
        match request.send().await.attempt("making the final snapshot of the volume") {
            Ok(made) => made.snapshot_id.unwrap_or_default(),
            // It may have been made, and not be seen yet.
            Err(fault) if fault.kind == FaultKind::Unanswered => {
                let found = call.deadline.within(ECHO).until("the final snapshot of the volume", made).await;
                found.map_err(|_| fault)?
            }
            Err(fault) => return Err(fault),
        }
    };
    let state = || async {
        let request = ec2.describe_snapshots().filters(filter("snapshot-id", [&id]));
        let found = request.send().await.attempt("reading the final snapshot of the volume")?;
        match found.snapshots().first().and_then(Snapshot::state) {
            Some(SnapshotState::Completed) => Ok(Some(())),
            Some(SnapshotState::Error) => {
                Err(Fault::new(FaultKind::Other, format!("the final snapshot {id} of the volume failed")))
            }
            _ => Ok(None),
        }
    };
    call.deadline.until("the final snapshot of the volume", state).await?;
    Ok(id)
}

async fn wait_available(call: &Call<'_, Site>, id: &str) -> Result<(), Fault> {
    let state = || async {
        let found = describe(call.site, vec![id.to_owned()]).await?;
        match found.first().and_then(|(_, found)| found.volume.state()) {
            Some(State::Available | State::InUse) => Ok(Some(())),
            Some(State::Error) => Err(Fault::new(FaultKind::Other, "the volume could not be made")),
            _ => Ok(None),
        }
    };
    call.deadline.until("the volume to become available", state).await
}

/// Deleted volumes are told for a while; they are gone all the same.
fn is_gone(volume: &Description) -> bool {
    matches!(volume.state(), Some(State::Deleted | State::Deleting))
}

/// Describes volumes by their ids.
pub(crate) async fn volumes(site: &Site, ids: Vec<String>) -> Result<Vec<Description>, Fault> {
    let request = site.ec2.describe_volumes().filters(filter("volume-id", ids));
    let pages = request.max_results(PAGE_MAX).into_paginator();
    let mut found: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    found.retain(|volume| !is_gone(volume));
    Ok(found)
}

async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Found)>, Fault> {
    let mut all = Vec::new();
    for volume in volumes(site, ids).await? {
        let owner = match volume.owner_id() {
            Some(owner) => owner.to_owned(),
            None => site.account().await?.to_owned(),
        };
        all.extend(volume.volume_id.clone().map(|id| (id, Found { volume, owner })));
    }
    Ok(all)
}

fn fill(site: &Site, object: &mut Object, Found { volume, owner }: &Found) {
    let id = volume.volume_id().unwrap_or_default();
    object.put_text("arn", Some(site.arn("ec2", owner, &format!("volume/{id}"))));
    object.put_text("availability_zone", volume.availability_zone());
    // Whole seconds, as the Terraform provider has it.
    let made =
        volume.create_time().and_then(|at| DateTime::from_secs(at.secs()).fmt(DateTimeFormat::DateTime).ok());
    object.put_text("create_time", made);
    object.put_flag("encrypted", Some(volume.encrypted().unwrap_or(false)));
    object.put_integer("iops", volume.iops());
    object.put_text("kms_key_id", volume.kms_key_id());
    object.put_flag("multi_attach_enabled", Some(volume.multi_attach_enabled().unwrap_or(false)));
    object.put_text("outpost_arn", volume.outpost_arn());
    object.put_integer("size", volume.size());
    object.put_text("snapshot_id", volume.snapshot_id());
    object.put_integer("throughput", volume.throughput());
    object.put_text("type", volume.volume_type());
    object.put_integer("volume_initialization_rate", volume.volume_initialization_rate());
    object.put_map("tags_all", &tags(volume.tags()));
}
