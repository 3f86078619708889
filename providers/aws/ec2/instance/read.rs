//! Reading instances: many with a call each for instances, their volumes and what else is looked at of some of them.

use super::{attributes, network, options, volume_tags};
use crate::account::site::Site;
use crate::ec2::{FILTER_MAX, filter, tags};
use crate::fault::Attempt;
use aws_sdk_ec2::types::{Instance as Description, InstanceStateName as State, SpotInstanceRequest, Volume};
use std::collections::BTreeMap;
use trueup_provider_kit::{Fault, Fields, Object, Readings, Tags, described, each, keyed, unread};
use trueup_value::Value;

/// An instance with the account that owns it, and its volumes by device name.
struct Found {
    instance: Description,
    owner: String,
    volumes: BTreeMap<String, Volume>,
}

/// What is told of some instances, by their ids.
#[derive(Default)]
struct Besides {
    credits: BTreeMap<String, String>,
    spot_requests: BTreeMap<String, SpotInstanceRequest>,
}

/// Reads instances of one region.
pub(super) async fn read_many(site: &Site, objects: Vec<Object>) -> Readings {
    let ids = objects.iter().filter_map(Object::id).map(str::to_owned);
    let found = match described(ids, FILTER_MAX, |ids| describe(site, ids)).await {
        Ok(found) => found,
        Err(fault) => return unread(&objects, &fault),
    };
    let besides = match besides(site, &objects, &found).await {
        Ok(besides) => besides,
        Err(fault) => return unread(&objects, &fault),
    };
    let (found, besides) = (&found, &besides);
    each(objects, |mut object| async move {
        let Some(found) = found.get(object.id_or_empty()) else { return Ok(None) };
        let (was_read, is_known) = (object.is_set("arn"), object.is_set("instance_state"));
        fill(site, &mut object, found);
        network::fill(&mut object, &found.instance);
        fill_options(&mut object, &found.instance);
        let spot = besides.spot_requests.get(object.id_or_empty());
        options::fill(&mut object, &found.instance, spot);
        fill_credits(&mut object, besides);
        fill_volumes(&mut object, found, was_read);
        attributes::fill(site, &mut object, &found.instance, is_known).await?;
        Ok(Some(object))
    })
    .await
}

/// Reads CPU credits of those whose configuration gives them, and the requests behind spot instances.
async fn besides(site: &Site, objects: &[Object], found: &BTreeMap<String, Found>) -> Result<Besides, Fault> {
    let with_credits = objects.iter().filter(|object| object.item("credit_specification").is_some());
    let with_credits = with_credits.filter_map(Object::id).filter(|id| found.contains_key(*id));
    let with_credits: Vec<String> = with_credits.map(str::to_owned).collect();
    let spot: Vec<String> = found
        .values()
        .filter_map(|found| found.instance.spot_instance_request_id().map(str::to_owned))
        .collect();
    let (credits, requests) = futures::try_join!(
        described(with_credits, FILTER_MAX, |ids| credits(site, ids)),
        described(spot, FILTER_MAX, |ids| spot_requests(site, ids))
    )?;
    let by_instance = |request: SpotInstanceRequest| Some((request.instance_id.clone()?, request));
    Ok(Besides { credits, spot_requests: requests.into_values().filter_map(by_instance).collect() })
}

async fn credits(site: &Site, ids: Vec<String>) -> Result<Vec<(String, String)>, Fault> {
    let request = site.ec2.describe_instance_credit_specifications().filters(filter("instance-id", ids));
    let pages = request.into_paginator();
    let found: Vec<_> =
        pages.items().send().collect::<Result<_, _>>().await.attempt("reading CPU credits of instances")?;
    Ok(found.into_iter().filter_map(|found| Some((found.instance_id?, found.cpu_credits?))).collect())
}

async fn spot_requests(site: &Site, ids: Vec<String>) -> Result<Vec<(String, SpotInstanceRequest)>, Fault> {
    let request = site.ec2.describe_spot_instance_requests();
    let pages = request.filters(filter("spot-instance-request-id", ids)).into_paginator();
    let found: Vec<SpotInstanceRequest> =
        pages.items().send().collect::<Result<_, _>>().await.attempt("reading spot requests of instances")?;
    Ok(keyed(found, |found| found.spot_instance_request_id.clone()))
}

fn fill_credits(object: &mut Object, besides: &Besides) {
    if object.item("credit_specification").is_some() {
        let mut block = object.blank_item("credit_specification");
        block.put_text("cpu_credits", besides.credits.get(object.id_or_empty()));
        object.put_items("credit_specification", [block]);
    }
}

/// Terminated instances are told for about an hour; they are gone all the same.
pub(super) fn is_gone(instance: &Description) -> bool {
    let state = instance.state().and_then(|state| state.name());
    matches!(state, Some(State::Terminated | State::ShuttingDown))
}

async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Found)>, Fault> {
    let pages = site.ec2.describe_instances().filters(filter("instance-id", ids)).into_paginator();
    let reservations: Vec<_> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    let mut all = BTreeMap::new();
    for reservation in reservations {
        let owner = reservation.owner_id.unwrap_or_default();
        for instance in reservation.instances.unwrap_or_default().into_iter().filter(|i| !is_gone(i)) {
            let id = instance.instance_id.clone().unwrap_or_default();
            all.insert(id, Found { instance, owner: owner.clone(), volumes: BTreeMap::new() });
        }
    }
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let attached = filter("attachment.instance-id", all.keys());
    let pages = site.ec2.describe_volumes().filters(attached).into_paginator();
    let volumes: Vec<Volume> =
        pages.items().send().collect::<Result<_, _>>().await.attempt("reading the volumes of instances")?;
    for volume in volumes {
        for attachment in volume.attachments() {
            let instance = attachment.instance_id().and_then(|id| all.get_mut(id));
            if let (Some(found), Some(device)) = (instance, attachment.device()) {
                found.volumes.insert(device.to_owned(), volume.clone());
            }
        }
    }
    Ok(all.into_iter().collect())
}

fn fill(site: &Site, object: &mut Object, found: &Found) {
    let instance = &found.instance;
    let id = instance.instance_id().unwrap_or_default();
    object.put_text("arn", Some(site.arn("ec2", &found.owner, &format!("instance/{id}"))));
    object.put_text("ami", instance.image_id());
    object.put_flag("ebs_optimized", Some(instance.ebs_optimized().unwrap_or(false)));
    let profile = instance.iam_instance_profile().and_then(|profile| profile.arn());
    object.put_text("iam_instance_profile", profile.and_then(|arn| arn.rsplit('/').next()));
    object.put_text("instance_lifecycle", instance.instance_lifecycle());
    object.put_text("instance_state", instance.state().and_then(|s| s.name()));
    object.put_text("instance_type", instance.instance_type());
    object.put_text("key_name", instance.key_name());
    let monitoring = instance.monitoring().and_then(|monitoring| monitoring.state());
    object.put_flag(
        "monitoring",
        Some(monitoring.is_some_and(|v| matches!(v.as_str(), "enabled" | "pending"))),
    );
    object.put_text("outpost_arn", instance.outpost_arn());
    object.put_text("spot_instance_request_id", instance.spot_instance_request_id());
    object.put_map("tags_all", &tags(instance.tags()));
    let hibernation =
        instance.hibernation_options().and_then(aws_sdk_ec2::types::HibernationOptions::configured);
    object.put_flag("hibernation", hibernation.filter(|is_on| *is_on || object.is_set("hibernation")));
    let placement = instance.placement();
    object.put_text("availability_zone", placement.and_then(|p| p.availability_zone()));
    object.put_text("host_id", placement.and_then(|p| p.host_id()));
    object.put_text("host_resource_group_arn", placement.and_then(|p| p.host_resource_group_arn()));
    object.put_text("placement_group", placement.and_then(|p| p.group_name()));
    object.put_text("placement_group_id", placement.and_then(|p| p.group_id()));
    object.put_integer(
        "placement_partition_number",
        placement.and_then(aws_sdk_ec2::types::Placement::partition_number),
    );
    object.put_text("tenancy", placement.and_then(|p| p.tenancy()));
}

fn fill_options(object: &mut Object, instance: &Description) {
    if let Some(options) = instance.metadata_options() {
        let mut block = object.blank_item("metadata_options");
        block.put_text("http_endpoint", options.http_endpoint());
        block.put_text(
            "http_protocol_ipv6",
            Some(options.http_protocol_ipv6().map_or("disabled", |v| v.as_str())),
        );
        block.put_integer("http_put_response_hop_limit", options.http_put_response_hop_limit());
        block.put_text("http_tokens", options.http_tokens());
        let tags = options.instance_metadata_tags().map_or("disabled", |v| v.as_str());
        block.put_text("instance_metadata_tags", Some(tags));
        object.put_items("metadata_options", [block]);
    }
    if let Some(options) = instance.cpu_options() {
        let mut block = object.blank_item("cpu_options");
        block.put_text("amd_sev_snp", options.amd_sev_snp());
        block.put_integer("core_count", options.core_count());
        block.put_integer("threads_per_core", options.threads_per_core());
        object.put_items("cpu_options", [block]);
    }
    if let Some(options) = instance.enclave_options() {
        let mut block = object.blank_item("enclave_options");
        block.put_flag("enabled", Some(options.enabled().unwrap_or(false)));
        object.put_items("enclave_options", [block]);
    }
}

fn fill_volumes(object: &mut Object, found: &Found, was_read: bool) {
    let root = found.instance.root_device_name().unwrap_or_default();
    let written: Vec<String> =
        object.items("ebs_block_device").iter().filter_map(|item| item.owned("device_name")).collect();
    // An instance read for the first time without a written volume has those of its image; later ones are attached by
    // others, and belong to them.
    let kept = (!written.is_empty() || was_read).then_some(written);
    let mut roots = Vec::new();
    let mut others = Vec::new();
    for mapping in found.instance.block_device_mappings() {
        let (Some(device), Some(ebs)) = (mapping.device_name(), mapping.ebs()) else { continue };
        let name = if device == root { "root_block_device" } else { "ebs_block_device" };
        let mut block = object.blank_item(name);
        block.put_text("device_name", Some(device));
        block.put_text("volume_id", ebs.volume_id());
        block.put_flag("delete_on_termination", ebs.delete_on_termination());
        if let Some(volume) = found.volumes.get(device) {
            // A root volume that was never read has no device name yet.
            let is_it = |item: &&Value| device == root || item.text("device_name") == Some(device);
            let before = object.items(name).iter().find(is_it);
            if let Some(before) = before {
                fill_volume_tags(&mut block, before, volume);
            }
            fill_volume(&mut block, volume);
            // A key written by its id or an alias is told by its ARN; the key of a volume never changes.
            let key =
                before.and_then(|before| before.text("kms_key_id")).filter(|key| !key.contains(":key/"));
            if let Some(key) = key.filter(|_| volume.kms_key_id().is_some()) {
                block.put_text("kms_key_id", Some(key));
            }
        }
        if device == root {
            roots.push(block);
        } else if kept.as_ref().is_none_or(|kept| kept.iter().any(|name| name == device)) {
            others.push(block);
        }
    }
    object.put_items("root_block_device", roots);
    object.put_items("ebs_block_device", others);
    fill_shared_tags(object, found);
}

fn fill_volume(block: &mut Object, volume: &Volume) {
    block.put_flag("encrypted", Some(volume.encrypted().unwrap_or(false)));
    block.put_integer("iops", volume.iops());
    block.put_text("kms_key_id", volume.kms_key_id());
    block.put_integer("throughput", volume.throughput());
    block.put_integer("volume_size", volume.size());
    block.put_text("volume_type", volume.volume_type());
    if block.has("snapshot_id") {
        block.put_text("snapshot_id", volume.snapshot_id());
    }
}

/// Tags of all volumes together, where the configuration gives them together: what they differ in shows.
fn fill_shared_tags(object: &mut Object, found: &Found) {
    let written = volume_tags(object);
    if written.is_empty() {
        return;
    }
    let all: Vec<Tags> = found.volumes.values().map(|volume| tags(volume.tags())).collect();
    let other = all.into_iter().map(|mut all| {
        all.retain(|key, _| !key.starts_with("aws:"));
        all
    });
    if let Some(other) = other.into_iter().find(|all| *all != written) {
        object.put_map("volume_tags", &other);
    }
}

/// Tags of volumes are looked at where the configuration gives them here.
fn fill_volume_tags(block: &mut Object, before: &Value, volume: &Volume) {
    if before.map("tags_all").is_empty() {
        return;
    }
    let mut all = tags(volume.tags());
    all.retain(|key, _| !key.starts_with("aws:"));
    block.put_map("tags_all", &all);
    let own = before.map("tags");
    if own.is_empty() {
        block.put("tags", before.field("tags").expect("a block of a volume has tags").clone());
    } else {
        all.retain(|key, _| own.contains_key(key));
        block.put_map("tags", &all);
    }
}
