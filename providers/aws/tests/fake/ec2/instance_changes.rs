//! What becomes of instances: their states, and what can be changed of them.

use super::instances::{metadata, state};
use super::{done, interfaces};
use crate::fake::Call;
use crate::fake::params::{Params, invalid};
use crate::fake::world::{Outcome, Refusal, refuse};
use serde_json::{Value as Json, json};

/// A way from one state to another.
pub(super) struct Switch {
    /// States that it starts from, and those that it leaves alone.
    from: &'static [&'static str],
    kept: &'static [&'static str],
    /// The state on the way, and where it leads.
    through: &'static str,
    to: &'static str,
    /// The attribute that forbids it.
    lock: &'static str,
}

pub(super) const START: Switch =
    Switch { from: &["stopped"], kept: &["pending", "running"], through: "pending", to: "running", lock: "" };

pub(super) const STOP: Switch = Switch {
    from: &["running"],
    kept: &["stopped", "stopping"],
    through: "stopping",
    to: "stopped",
    lock: "disableApiStop",
};

pub(super) const TERMINATE: Switch = Switch {
    from: &["pending", "running", "stopped", "stopping"],
    kept: &["shutting-down", "terminated"],
    through: "shutting-down",
    to: "terminated",
    lock: "disableApiTermination",
};

fn wrong_state(id: &str) -> Refusal {
    let message = format!("The instance '{id}' is not in a state from which it can be changed so.");
    refuse("IncorrectInstanceState", message)
}

/// `StartInstances`, `StopInstances` and `TerminateInstances`
pub(super) fn switch(call: &mut Call<'_>, way: &Switch) -> Outcome<Json> {
    let ids = call.params.list("InstanceId")?;
    call.params.done()?;
    if ids.is_empty() {
        return Err(refuse("MissingParameter", "The request must contain the parameter InstanceId"));
    }
    let mut changes = Vec::new();
    for id in ids {
        let instance = call.at("instance", &id)?;
        let before = instance.body["instanceState"].clone();
        let now = before["name"].as_str().unwrap_or_default();
        if way.from.contains(&now) {
            if instance.inner.get(way.lock) == Some(&json!(true)) {
                let message = format!("The instance '{id}' may not be changed so: see '{}'", way.lock);
                return Err(refuse("OperationNotPermitted", message));
            }
            crate::fake::world::merge(&mut instance.body, state(way.through));
            if way.to == "running" {
                // Each start is another launch.
                let starts = instance.inner.get("starts").and_then(Json::as_i64).unwrap_or(0) + 1;
                instance.inner.insert("starts".into(), json!(starts));
                instance.body["launchTime"] = json!(format!("2026-01-02T00:{starts:02}:00.000Z"));
            }
            let mut end = state(way.to);
            if way.to == "terminated" {
                end["subnetId"] = Json::Null;
                end["vpcId"] = Json::Null;
            }
            instance.later.clear();
            instance.later.push_back(end);
        } else if !way.kept.contains(&now) {
            return Err(wrong_state(&id));
        }
        changes.push(json!({"instanceId": id, "previousState": before,
            "currentState": instance.body["instanceState"]}));
    }
    Ok(json!({"instancesSet": changes}))
}

/// Flags and texts: the parameter, the name, and whether the instance has to be stopped.
const FLAGS: [(&str, &str, bool); 4] = [
    ("DisableApiStop", "disableApiStop", false),
    ("DisableApiTermination", "disableApiTermination", false),
    ("EbsOptimized", "ebsOptimized", true),
    ("SourceDestCheck", "sourceDestCheck", false),
];
const TEXTS: [(&str, &str, bool); 3] = [
    ("InstanceInitiatedShutdownBehavior", "instanceInitiatedShutdownBehavior", false),
    ("InstanceType", "instanceType", true),
    ("UserData", "userData", true),
];

/// The attributes to change, and whether the instance has to be stopped.
fn changes(params: &mut Params) -> Outcome<Vec<(&'static str, Json, bool)>> {
    let mut changes = Vec::new();
    for (parameter, name, stops) in FLAGS {
        changes.extend(params.flag(&format!("{parameter}.Value"))?.map(|flag| (name, json!(flag), stops)));
    }
    for (parameter, name, stops) in TEXTS {
        changes.extend(params.take(&format!("{parameter}.Value")).map(|text| (name, json!(text), stops)));
    }
    let groups = params.list("GroupId")?;
    if !groups.is_empty() {
        changes.push(("groupSet", json!(groups), false));
    }
    for mut mapping in params.items("BlockDeviceMapping")? {
        let device = mapping.need("DeviceName")?;
        let goes = mapping.flag("Ebs.DeleteOnTermination")?;
        mapping.done()?;
        changes.push(("blockDeviceMapping", json!({"device": device, "goes": goes}), false));
    }
    Ok(changes)
}

/// `ModifyInstanceAttribute`
pub(super) fn modify(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("instance", "InstanceId")?;
    let changes = changes(&mut call.params)?;
    call.params.done()?;
    let [(name, value, stops)] = &changes[..] else {
        return Err(refuse("InvalidParameterCombination", "Exactly one attribute can be modified at a time"));
    };
    let instance = call.at("instance", &id)?;
    if instance.is_leaving() || (*stops && !instance.has("instanceState.name", "stopped")) {
        return Err(wrong_state(&id));
    }
    let vpc = instance.text("vpcId").to_owned();
    match *name {
        "instanceType" | "ebsOptimized" => instance.body[*name] = value.clone(),
        "sourceDestCheck" => interface(call, &id)["sourceDestCheck"] = value.clone(),
        "groupSet" => {
            let ids = value.as_array().into_iter().flatten().filter_map(Json::as_str);
            let groups = interfaces::groups(call, &vpc, ids.map(str::to_owned).collect())?;
            interface(call, &id)["groupSet"] = json!(groups);
        }
        "blockDeviceMapping" => keep_volume(call, &id, value)?,
        "instanceInitiatedShutdownBehavior" if !["stop", "terminate"].iter().any(|word| *value == *word) => {
            return Err(invalid(name, &value.to_string()));
        }
        _ => drop(instance.inner.insert((*name).into(), value.clone())),
    }
    Ok(done())
}

/// The description of an instance's interface.
fn interface<'a>(call: &'a mut Call<'_>, id: &str) -> &'a mut Json {
    let mut all = call.world.things.values_mut();
    let found = all.find(|thing| thing.kind == "network-interface" && thing.has("attachment.instanceId", id));
    &mut found.expect("an instance has an interface").body
}

/// Says whether a volume goes with its instance.
fn keep_volume(call: &mut Call<'_>, id: &str, change: &Json) -> Outcome<()> {
    let is_it = |thing: &&mut crate::fake::world::Thing| {
        let attachment = &thing.body["attachmentSet"][0];
        thing.kind == "volume" && attachment["instanceId"] == id && attachment["device"] == change["device"]
    };
    let found = call.world.things.values_mut().find(is_it);
    let missing = || refuse("InvalidInstanceAttributeValue", "No device is currently mapped there");
    let volume = found.ok_or_else(missing)?;
    volume.body["attachmentSet"][0]["deleteOnTermination"] = change["goes"].clone();
    volume.owner = (change["goes"] == json!(true)).then(|| id.to_owned());
    Ok(())
}

/// `DescribeInstanceAttribute`
pub(super) fn attribute(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("instance", "InstanceId")?;
    let name = call.params.need("Attribute")?;
    call.params.done()?;
    match call.at("instance", &id)?.inner.get(&name) {
        Some(Json::Null) => Ok(json!({"instanceId": id, name: {}})),
        Some(value) => Ok(json!({"instanceId": id, name: {"value": value}})),
        None => Err(invalid("attribute", &name)),
    }
}

/// `ModifyInstanceMetadataOptions`
pub(super) fn modify_metadata(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("instance", "InstanceId")?;
    let before = call.at("instance", &id)?.body["metadataOptions"].clone();
    let options = metadata(&mut call.params, &before)?;
    call.params.done()?;
    let instance = call.at("instance", &id)?;
    if instance.is_leaving() {
        return Err(wrong_state(&id));
    }
    instance.body["metadataOptions"] = options.clone();
    Ok(json!({"instanceId": id, "instanceMetadataOptions": options}))
}
