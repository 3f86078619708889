//! Machines: what they are when nothing is said, the disks that come with them, and their methods.

use crate::fake::methods::known;
use crate::fake::sorts::put;
use crate::fake::world::{Refusal, refuse};
use serde_json::{Value as Json, json};

/// What requests for machines may say.
pub(crate) const MACHINE: &[&str] = &[
    "name",
    "description",
    "machineType",
    "labels",
    "tags",
    "metadata",
    "disks",
    "networkInterfaces",
    "scheduling",
    "serviceAccounts",
    "canIpForward",
    "deletionProtection",
    "minCpuPlatform",
    "hostname",
    "guestAccelerators",
    "shieldedInstanceConfig",
    "advancedMachineFeatures",
    "confidentialInstanceConfig",
    "displayDevice",
    "resourcePolicies",
    "reservationAffinity",
    "networkPerformanceConfig",
    "keyRevocationActionType",
    "instanceEncryptionKey",
    "workloadIdentityConfig",
    "params",
];

/// A machine when nothing is said.
pub(crate) fn machine(new: &mut Json) {
    put(new, "status", json!("RUNNING"));
    put(new, "cpuPlatform", json!("Intel Broadwell"));
    put(new, "canIpForward", json!(false));
    put(new, "deletionProtection", json!(false));
    put(new, "keyRevocationActionType", json!("NONE"));
    put(
        new,
        "shieldedInstanceConfig",
        json!({"enableSecureBoot": false, "enableVtpm": true, "enableIntegrityMonitoring": true}),
    );
    put(&mut new["scheduling"], "onHostMaintenance", json!("MIGRATE"));
    put(&mut new["scheduling"], "automaticRestart", json!(true));
    put(&mut new["scheduling"], "preemptible", json!(false));
    put(&mut new["scheduling"], "provisioningModel", json!("STANDARD"));
    interfaces(new);
    for (index, disk) in new["disks"].as_array_mut().into_iter().flatten().enumerate() {
        put(disk, "type", json!("PERSISTENT"));
        put(disk, "mode", json!("READ_WRITE"));
        put(disk, "boot", json!(false));
        put(disk, "autoDelete", json!(false));
        put(disk, "interface", json!("SCSI"));
        put(disk, "deviceName", json!(format!("persistent-disk-{index}")));
    }
}

/// A template when nothing is said.
pub(crate) fn template(new: &mut Json) {
    put(&mut new["properties"], "keyRevocationActionType", json!("NONE"));
    for disk in new["properties"]["disks"].as_array_mut().into_iter().flatten() {
        put(disk, "type", json!("PERSISTENT"));
        put(disk, "mode", json!("READ_WRITE"));
        put(disk, "interface", json!("SCSI"));
    }
    for (index, interface) in
        new["properties"]["networkInterfaces"].as_array_mut().into_iter().flatten().enumerate()
    {
        interface["name"] = json!(format!("nic{index}"));
    }
}

fn interfaces(new: &mut Json) {
    for (index, interface) in new["networkInterfaces"].as_array_mut().into_iter().flatten().enumerate() {
        interface["name"] = json!(format!("nic{index}"));
        interface["fingerprint"] = json!("f1");
        put(interface, "networkIP", json!("10.1.0.9"));
        put(interface, "stackType", json!("IPV4_ONLY"));
        for config in interface["accessConfigs"].as_array_mut().into_iter().flatten() {
            put(config, "natIP", json!("34.9.9.9"));
            put(config, "networkTier", json!("PREMIUM"));
        }
    }
}

/// The disks that a machine comes with: by their names, and what they are like. They are its sources from then on.
pub(crate) fn disks(new: &mut Json, zone: &str) -> Vec<(String, Json)> {
    let name = new["name"].as_str().unwrap_or_default().to_owned();
    let mut made = Vec::new();
    for (index, disk) in new["disks"].as_array_mut().into_iter().flatten().enumerate() {
        let params = disk.as_object_mut().and_then(|disk| disk.remove("initializeParams"));
        let Some(params) = params.filter(|_| disk["type"] != "SCRATCH") else { continue };
        let own = params["diskName"]
            .as_str()
            .map_or_else(|| if index == 0 { name.clone() } else { format!("{name}-{index}") }, str::to_owned);
        disk["source"] = json!(format!("{zone}/disks/{own}"));
        let mut body = json!({"name": own});
        for (to, from) in [
            ("sourceImage", "sourceImage"),
            ("type", "diskType"),
            ("sizeGb", "diskSizeGb"),
            ("labels", "labels"),
        ] {
            if !params[from].is_null() {
                body[to] = params[from].clone();
            }
        }
        put(&mut body, "sizeGb", json!("10"));
        put(&mut body, "type", json!(format!("{zone}/diskTypes/pd-standard")));
        made.push((own, body));
    }
    made
}

/// What a method of a machine changes.
pub(crate) fn change(
    method: &str,
    there: &Json,
    body: &Json,
    query: &[(String, String)],
) -> Result<Json, Refusal> {
    let asked = |name: &str| {
        query.iter().find(|(of, _)| of == name).map(|(_, text)| text.as_str()).unwrap_or_default()
    };
    let is_stopped = there["status"] == "TERMINATED";
    let stopped = [
        "setMachineType",
        "setMinCpuPlatform",
        "setServiceAccount",
        "updateShieldedInstanceConfig",
        "updateDisplayDevice",
    ];
    if stopped.contains(&method) && !is_stopped {
        return refuse(400, "resourceNotReady", "The instance must be stopped before that can be changed");
    }
    let marked = |at: &str| {
        if body["fingerprint"] == there[at]["fingerprint"] {
            Ok(json!({at: {"items": body["items"]}}))
        } else {
            refuse(
                412,
                "conditionNotMet",
                format!("{at} fingerprint either invalid or resource {at} have changed"),
            )
        }
    };
    match method {
        "setMetadata" => known(body, &["items", "fingerprint"]).and_then(|()| marked("metadata")),
        "setTags" => known(body, &["items", "fingerprint"]).and_then(|()| marked("tags")),
        "setDeletionProtection" => Ok(json!({"deletionProtection": asked("deletionProtection") == "true"})),
        "setScheduling" => Ok(json!({"scheduling": body})),
        "setMachineType" => known(body, &["machineType"]).map(|()| body.clone()),
        "setMinCpuPlatform" => known(body, &["minCpuPlatform"]).map(|()| body.clone()),
        "setServiceAccount" => known(body, &["email", "scopes"]).map(|()| {
            let none = body["scopes"].as_array().is_none_or(Vec::is_empty);
            json!({"serviceAccounts": if none { json!([]) } else { json!([body]) }})
        }),
        "updateShieldedInstanceConfig" => Ok(json!({"shieldedInstanceConfig": body})),
        "updateDisplayDevice" => Ok(json!({"displayDevice": body})),
        "stop" => Ok(json!({"status": "TERMINATED"})),
        "suspend" => Ok(json!({"status": "SUSPENDED"})),
        "start" | "resume" => Ok(json!({"status": "RUNNING"})),
        _ => part(method, there, body, query),
    }
}

/// What a method changes of a list that is part of a machine.
fn part(method: &str, there: &Json, body: &Json, query: &[(String, String)]) -> Result<Json, Refusal> {
    let asked = |name: &str| {
        query.iter().find(|(of, _)| of == name).map(|(_, text)| text.as_str()).unwrap_or_default()
    };
    match method {
        "attachDisk" => {
            let mut all = there["disks"].as_array().cloned().unwrap_or_default();
            // The same disk again is no harm here: it is attached by its name.
            all.retain(|disk| disk["deviceName"] != body["deviceName"] || body["deviceName"].is_null());
            all.push(body.clone());
            Ok(json!({"disks": all}))
        }
        "detachDisk" => {
            let mut all = there["disks"].as_array().cloned().unwrap_or_default();
            all.retain(|disk| disk["deviceName"] != asked("deviceName"));
            Ok(json!({"disks": all}))
        }
        "addAccessConfig" | "deleteAccessConfig" => {
            let mut all = there["networkInterfaces"].clone();
            for interface in all.as_array_mut().into_iter().flatten() {
                if interface["name"] == asked("networkInterface") {
                    interface["accessConfigs"] =
                        if method == "addAccessConfig" { json!([body]) } else { json!([]) };
                }
            }
            Ok(json!({"networkInterfaces": all}))
        }
        "updateNetworkInterface" => {
            let mut all = there["networkInterfaces"].clone();
            for interface in all.as_array_mut().into_iter().flatten() {
                if interface["name"] == asked("networkInterface") {
                    trueup_provider_walk::merge(interface, body);
                }
            }
            Ok(json!({"networkInterfaces": all}))
        }
        "addResourcePolicies" => {
            let mut all = there["resourcePolicies"].as_array().cloned().unwrap_or_default();
            all.extend(body["resourcePolicies"].as_array().cloned().unwrap_or_default());
            Ok(json!({"resourcePolicies": all}))
        }
        "removeResourcePolicies" => {
            let gone = body["resourcePolicies"].as_array().cloned().unwrap_or_default();
            let mut all = there["resourcePolicies"].as_array().cloned().unwrap_or_default();
            all.retain(|policy| !gone.contains(policy));
            Ok(json!({"resourcePolicies": all}))
        }
        _ => refuse(404, "notFound", format!("no method {method}")),
    }
}
