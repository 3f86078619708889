//! Reading instances: many with a call each for instances and their volumes; what the API tells one instance and one
//! attribute at a time, only where it is looked at.

use crate::account::site::Site;
use crate::ec2::{FILTER_MAX, filter, tags};
use crate::fault::{Attempt, found};
use aws_sdk_ec2::types::{
    Instance as Description, InstanceAttributeName as Name, InstanceNetworkInterface as Interface,
    InstanceStateName as State, Volume,
};
use aws_smithy_types::base64;
use std::collections::BTreeMap;
use trueup_provider_kit::{Fault, Fields, Object, Readings, described, each};
use trueup_value::Value;

/// An instance with the account that owns it and its volumes by device name.
struct Found {
    instance: Description,
    owner: String,
    volumes: BTreeMap<String, Volume>,
}

/// Reads instances of one region.
pub(super) async fn read_many(site: &Site, objects: Vec<Object>) -> Readings {
    let ids = objects.iter().filter_map(Object::id).map(str::to_owned);
    let found = match described(ids, FILTER_MAX, |ids| describe(site, ids)).await {
        Ok(found) => found,
        Err(fault) => return objects.iter().map(|_| Err(fault.clone())).collect(),
    };
    let found = &found;
    each(objects, |mut object| async move {
        let Some(found) = found.get(object.id_or_empty()) else { return Ok(None) };
        let was_read = object.is_set("arn");
        fill(site, &mut object, found);
        fill_network(&mut object, &found.instance);
        fill_options(&mut object, &found.instance);
        fill_volumes(&mut object, found, was_read);
        fill_attributes(site, &mut object).await?;
        Ok(Some(object))
    })
    .await
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
    object.put_text("placement_group", placement.and_then(|p| p.group_name()));
    object.put_text("placement_group_id", placement.and_then(|p| p.group_id()));
    object.put_integer(
        "placement_partition_number",
        placement.and_then(aws_sdk_ec2::types::Placement::partition_number),
    );
    object.put_text("tenancy", placement.and_then(|p| p.tenancy()));
}

fn fill_network(object: &mut Object, instance: &Description) {
    object.put_text("private_dns", instance.private_dns_name());
    object.put_text("private_ip", instance.private_ip_address());
    object.put_text("public_dns", instance.public_dns_name());
    object.put_text("public_ip", instance.public_ip_address());
    object.put_text("subnet_id", instance.subnet_id());
    let primary = instance.network_interfaces().iter().find(|interface| {
        interface.attachment().and_then(aws_sdk_ec2::types::InstanceNetworkInterfaceAttachment::device_index)
            == Some(0)
    });
    object.put_text("primary_network_interface_id", primary.and_then(|p| p.network_interface_id()));
    // Asked for and not given yet is not the same as not asked for: an instance that is stopped has no address.
    if !object.is_set("associate_public_ip_address") {
        object.put_flag("associate_public_ip_address", Some(instance.public_ip_address().is_some()));
    }
    let is_checked = instance.source_dest_check().or(primary.and_then(Interface::source_dest_check));
    object.put_flag("source_dest_check", is_checked.or(object.flag("source_dest_check")));
    let addresses: Vec<&str> = primary
        .map(|p| p.ipv6_addresses().iter().filter_map(|a| a.ipv6_address()).collect())
        .unwrap_or_default();
    object.put_integer("ipv6_address_count", i32::try_from(addresses.len()).ok());
    object.put_texts("ipv6_addresses", addresses);
    let addresses =
        primary.map(aws_sdk_ec2::types::InstanceNetworkInterface::private_ip_addresses).unwrap_or_default();
    let secondary = addresses.iter().filter(|address| address.primary() != Some(true));
    object.put_texts("secondary_private_ips", secondary.filter_map(|address| address.private_ip_address()));
    let groups = instance.security_groups();
    object.put_texts("vpc_security_group_ids", groups.iter().filter_map(|group| group.group_id()));
    let by_name = !object.texts("security_groups").is_empty();
    let names = groups.iter().filter_map(|group| group.group_name()).filter(|_| by_name);
    object.put_texts("security_groups", names);
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
            if let Some(before) = object.items(name).iter().find(is_it) {
                fill_volume_tags(&mut block, before, volume);
            }
            fill_volume(&mut block, volume);
        }
        if device == root {
            roots.push(block);
        } else if kept.as_ref().is_none_or(|kept| kept.iter().any(|name| name == device)) {
            others.push(block);
        }
    }
    object.put_items("root_block_device", roots);
    object.put_items("ebs_block_device", others);
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

/// Attributes that the API tells one at a time. Those at their initial value and never set otherwise are asked for
/// once, when the object is new; termination protection always.
async fn fill_attributes(site: &Site, object: &mut Object) -> Result<(), Fault> {
    let id = object.id_or_empty().to_owned();
    let termination = attribute(site, &id, Name::DisableApiTermination).await?;
    object.put_flag("disable_api_termination", termination.map(|text| text == "true"));
    if object.flag("disable_api_stop") != Some(false) {
        let stop = attribute(site, &id, Name::DisableApiStop).await?;
        object.put_flag("disable_api_stop", Some(stop.as_deref() == Some("true")));
    }
    if object.text("instance_initiated_shutdown_behavior") != Some("stop") {
        let behavior = attribute(site, &id, Name::InstanceInitiatedShutdownBehavior).await?;
        object.put_text("instance_initiated_shutdown_behavior", behavior);
    }
    if object.item("credit_specification").is_some() {
        let credits = credits(site, &id).await?;
        let mut block = object.blank_item("credit_specification");
        block.put_text("cpu_credits", credits);
        object.put_items("credit_specification", [block]);
    }
    let (text, encoded) = (object.owned("user_data"), object.owned("user_data_base64"));
    if text.is_some()
        || encoded.is_some()
        || object.field("user_data").is_some_and(trueup_value::Value::is_null)
    {
        let data = attribute(site, &id, Name::UserData).await?;
        fill_user_data(object, data.filter(|data| !data.is_empty()), encoded.is_some());
    }
    Ok(())
}

async fn credits(site: &Site, id: &str) -> Result<Option<String>, Fault> {
    let filter = filter("instance-id", [id]);
    let answer = site.ec2.describe_instance_credit_specifications().filters(filter).send().await;
    let answer = answer.attempt("reading the CPU credits of the instance")?;
    let found = answer.instance_credit_specifications().first();
    Ok(found.and_then(|found| found.cpu_credits()).map(str::to_owned))
}

/// Kept in the form that the configuration uses; bytes that aren't text only fit base64.
fn fill_user_data(object: &mut Object, data: Option<String>, is_encoded: bool) {
    let bytes = data.as_ref().and_then(|data| base64::decode(data.as_str()).ok());
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|_| !is_encoded);
    object.put_text("user_data_base64", data.filter(|_| text.is_none()));
    object.put_text("user_data", text);
}

async fn attribute(site: &Site, id: &str, name: Name) -> Result<Option<String>, Fault> {
    let request = site.ec2.describe_instance_attribute().instance_id(id).attribute(name.clone());
    let answer = request.send().await.attempt(&format!("reading {} of the instance", name.as_str()));
    let Some(answer) = found(answer)? else { return Ok(None) };
    let flag = |flag: Option<&aws_sdk_ec2::types::AttributeBooleanValue>| {
        flag.and_then(aws_sdk_ec2::types::AttributeBooleanValue::value).map(|f| f.to_string())
    };
    let text =
        |text: Option<&aws_sdk_ec2::types::AttributeValue>| text.and_then(|t| t.value()).map(str::to_owned);
    Ok(match name {
        Name::DisableApiTermination => flag(answer.disable_api_termination()),
        Name::DisableApiStop => flag(answer.disable_api_stop()),
        Name::InstanceInitiatedShutdownBehavior => text(answer.instance_initiated_shutdown_behavior()),
        _ => text(answer.user_data()),
    })
}
