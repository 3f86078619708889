//! Changes of a machine in place: some while it runs, others while it is stopped.

use crate::codec;
use crate::compute::change::Change;
use crate::compute::instance::disks::ATTACHED;
use crate::compute::instance::power;
use crate::compute::{SUBNETWORKS, machine};
use crate::links;
use reqwest::Method;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fault, Fields, Object};
use trueup_value::Value;

/// What can only be changed while the machine is stopped.
pub(super) const STOPPED: [&str; 9] = [
    "advanced_machine_features",
    "can_ip_forward",
    "enable_display",
    "instance_encryption_key",
    "key_revocation_action_type",
    "machine_type",
    "min_cpu_platform",
    "service_account",
    "shielded_instance_config",
];
/// What of that has no method of its own: all of the machine is written.
const WHOLE: [&str; 5] = [
    "advanced_machine_features",
    "can_ip_forward",
    "instance_encryption_key",
    "key_revocation_action_type",
    "workload_identity_config",
];

/// Whether a machine is or may be stopped for a change.
pub(super) fn may_stop(prior: &Object, planned: &Object) -> bool {
    let is_down = ["TERMINATED", "SUSPENDED"].contains(&prior.text("current_status").unwrap_or_default());
    is_down
        || planned.flag("allow_stopping_for_update") == Some(true)
        || planned.text(power::WANTED) == Some("TERMINATED")
}

/// Whether interfaces come or go, or one gets another internal address in the network that it is in: machines that are
/// there can't have that.
pub(super) fn is_other_interface(prior: &Object, planned: &Object) -> bool {
    const NAME: &str = "network_interface";
    let Some(new) = planned.field(NAME).and_then(Value::as_sequence) else { return false };
    let old = prior.items(NAME);
    let is_readdressed = |(old, new): (&Value, &Value)| {
        let differs = |part: &str| new.is_set(part) && old.field(part) != new.field(part);
        differs("network_ip") && !["network", "subnetwork", "subnetwork_project"].into_iter().any(differs)
    };
    old.len() != new.len() || old.iter().zip(new).any(is_readdressed)
}

pub(super) async fn update(change: &Change<'_>) -> Result<(), Fault> {
    running(change).await?;
    disks(change).await?;
    interfaces(change).await?;
    if !change.has(&STOPPED) {
        if change.has(&["workload_identity_config"]) {
            whole(change).await?;
        }
        return power::turn(change).await;
    }
    power::stopped(change, stopped(change)).await
}

/// What can be changed at any time.
async fn running(change: &Change<'_>) -> Result<(), Fault> {
    if change.has(&["metadata", "metadata_startup_script"]) {
        let body = json!({"items": machine::metadata(change.object)});
        change.marked(Method::POST, "setMetadata", ("metadata.fingerprint", body)).await?;
    }
    if change.has(&["tags"]) {
        let body = json!({"items": change.object.texts("tags")});
        change.marked(Method::POST, "setTags", ("tags.fingerprint", body)).await?;
    }
    if change.has(&["deletion_protection"]) {
        let on = change.object.flag("deletion_protection").unwrap_or(false);
        change.post(&format!("setDeletionProtection?deletionProtection={on}"), &Json::Null).await?;
    }
    if change.has(&["scheduling"]) {
        let mut body =
            codec::body(change.object, &[machine::SCHEDULING], &change.place())["scheduling"].take();
        if let Some(body) = body.as_object_mut() {
            body.retain(|_, value| *value != 0);
        }
        change.post("setScheduling", &body).await?;
    }
    if change.has(&["resource_policies"]) {
        let (old, new) = (change.prior.texts("resource_policies"), change.object.texts("resource_policies"));
        let gone: Vec<&String> = old.iter().filter(|policy| !new.contains(policy)).collect();
        if !gone.is_empty() {
            change.post("removeResourcePolicies", &json!({"resourcePolicies": gone})).await?;
        }
        let added: Vec<&String> = new.iter().filter(|policy| !old.contains(policy)).collect();
        if !added.is_empty() {
            change.post("addResourcePolicies", &json!({"resourcePolicies": added})).await?;
        }
    }
    Ok(())
}

/// What takes a stopped machine.
async fn stopped(change: &Change<'_>) -> Result<(), Fault> {
    if let Some(body) = change.of(&["machine_type"]) {
        change.post("setMachineType", &body).await?;
    }
    if change.has(&["min_cpu_platform"]) {
        let platform = change.object.text("min_cpu_platform").unwrap_or_default();
        change.post("setMinCpuPlatform", &json!({"minCpuPlatform": platform})).await?;
    }
    if change.has(&["service_account"]) {
        let block = change.object.item("service_account");
        let email = block.and_then(|block| block.text("email")).unwrap_or_default();
        let scopes = block.map(|block| block.texts("scopes")).unwrap_or_default();
        change.post("setServiceAccount", &json!({"email": email, "scopes": scopes})).await?;
    }
    if change.has(&["enable_display"]) {
        let on = change.object.flag("enable_display").unwrap_or(false);
        change.send(Method::PATCH, "updateDisplayDevice", &json!({"enableDisplay": on})).await?;
    }
    if change.has(&["shielded_instance_config"]) {
        let body = codec::body(change.object, &[machine::SHIELDED], &change.place());
        change.send(Method::PATCH, "updateShieldedInstanceConfig", &body["shieldedInstanceConfig"]).await?;
    }
    whole(change).await
}

/// Writes all of the machine as it is now, with what changes.
async fn whole(change: &Change<'_>) -> Result<(), Fault> {
    let Some(changes) = change.of(&WHOLE) else { return Ok(()) };
    let mut body = change.current().await?;
    for (name, value) in changes.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    change.send(Method::PUT, "?mostDisruptiveAllowedAction=REFRESH", &body).await
}

/// Further disks: those that go are detached, those that come are attached.
async fn disks(change: &Change<'_>) -> Result<(), Fault> {
    if !change.has(&["attached_disk"]) {
        return Ok(());
    }
    let place = change.place();
    let all = |object: &Object| match codec::body(object, ATTACHED, &place)["attachedDisk"].take() {
        Json::Array(all) => all,
        _ => Vec::new(),
    };
    let (old, new) = (all(change.prior), all(change.object));
    let is_same = |one: &Json, other: &Json| {
        let source = |disk: &Json| disk["source"].as_str().unwrap_or_default().to_owned();
        links::is_same_link(&source(one), &source(other)) && one["mode"] == other["mode"]
    };
    let gone = old.iter().filter(|disk| !new.iter().any(|other| is_same(disk, other)));
    for disk in gone {
        let device = disk["deviceName"].as_str().unwrap_or_default();
        change.post(&format!("detachDisk?deviceName={device}"), &Json::Null).await?;
    }
    for disk in new.iter().filter(|disk| !old.iter().any(|other| is_same(disk, other))) {
        change.post("attachDisk", disk).await?;
    }
    Ok(())
}

/// Addresses of the interfaces, and where they belong to.
async fn interfaces(change: &Change<'_>) -> Result<(), Fault> {
    if !change.has(&["network_interface"]) {
        return Ok(());
    }
    let (old, new) = (change.prior.items("network_interface"), change.object.items("network_interface"));
    for (index, (old, new)) in old.iter().zip(new).enumerate() {
        let name = old.text("name").map_or_else(|| format!("nic{index}"), str::to_owned);
        moved(change, index, (&name, old, new)).await?;
        addresses(change, index, (&name, old, new)).await?;
    }
    Ok(())
}

/// Ranges, and the network that the interface belongs to.
async fn moved(
    change: &Change<'_>,
    index: usize,
    (name, old, new): (&str, &Value, &Value),
) -> Result<(), Fault> {
    let differs =
        |part: &&str| new.field(part).is_some_and(Value::is_known) && old.field(part) != new.field(part);
    let parts = ["alias_ip_range", "network", "network_ip", "stack_type", "subnetwork", "igmp_query"];
    if !parts.iter().any(differs) {
        return Ok(());
    }
    let wanted = codec::body(change.object, &[machine::NETWORK_INTERFACE], &change.place());
    let wanted = &wanted["networkInterfaces"][index];
    let mut body = json!({});
    for (part, at) in [
        ("alias_ip_range", "aliasIpRanges"),
        ("network", "network"),
        ("network_ip", "networkIP"),
        ("stack_type", "stackType"),
        ("subnetwork", "subnetwork"),
        ("igmp_query", "igmpQuery"),
    ] {
        if differs(&part) {
            let none = if part == "alias_ip_range" { json!([]) } else { Json::Null };
            body[at] = wanted.get(at).cloned().unwrap_or(none);
        }
    }
    if let Some(name) = new.text("subnetwork").filter(|_| differs(&"subnetwork")) {
        body["subnetwork"] = SUBNETWORKS.linked(&change.place(), name).into();
    }
    let below = format!("updateNetworkInterface?networkInterface={name}");
    let current = change.current().await?;
    body["fingerprint"] = current["networkInterfaces"][index]["fingerprint"].clone();
    change.send(Method::PATCH, &below, &body).await
}

/// External addresses.
async fn addresses(
    change: &Change<'_>,
    index: usize,
    (name, old, new): (&str, &Value, &Value),
) -> Result<(), Fault> {
    let is_known = new.field("access_config").is_some_and(Value::is_known);
    if !is_known || old.field("access_config") == new.field("access_config") {
        return Ok(());
    }
    let current = change.current().await?;
    let there = current["networkInterfaces"][index]["accessConfigs"].as_array().cloned().unwrap_or_default();
    for config in there {
        let config = config["name"].as_str().unwrap_or("External NAT");
        let below = format!("deleteAccessConfig?networkInterface={name}&accessConfig={config}");
        change.post(&below, &Json::Null).await?;
    }
    let mut wanted = codec::body(change.object, &[machine::NETWORK_INTERFACE], &change.place());
    machine::body(change.object, &mut wanted);
    for config in wanted["networkInterfaces"][index]["accessConfigs"].as_array().into_iter().flatten() {
        change.post(&format!("addAccessConfig?networkInterface={name}"), config).await?;
    }
    Ok(())
}
