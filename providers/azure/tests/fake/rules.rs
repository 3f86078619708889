//! What the API does with documents beyond their shape: what it refuses, and what it fills in.

use super::store::{Refusal, refuse};
use super::{TENANT, World, disks, machines};
use serde_json::{Value as Json, json};

/// Judges a document that is to be written, and fills it in.
pub(super) fn prepare(world: &World, id: &str, path: &str, body: &mut Json) -> Result<(), Refusal> {
    match path.rsplit('/').next().unwrap_or_default() {
        "virtualNetworks" => network(world, id, body),
        "subnets" => subnet(world, id, body),
        "securityRules" => rule(world, id, body),
        "publicIPAddresses" => address(world, id, body),
        "networkInterfaces" => interface(world, id, body),
        "routes" => route(body),
        "disks" => disks::judge(world, id, body),
        "virtualMachines" => machines::judge(world, id, body),
        "userAssignedIdentities" => {
            let properties = &mut body["properties"];
            properties["clientId"] = json!(world.guid(&format!("client of {id}")));
            properties["principalId"] = json!(world.guid(id));
            properties["tenantId"] = json!(TENANT);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn bad(code: &str, message: String) -> Result<(), Refusal> {
    Err(refuse(400, code, message))
}

fn has(body: &Json, path: &str) -> bool {
    body.pointer(path)
        .is_some_and(|part| !part.is_null() && part.as_array().is_none_or(|all| !all.is_empty()))
}

fn network(world: &World, id: &str, body: &mut Json) -> Result<(), Refusal> {
    let space = "/properties/addressSpace";
    let has_both = has(body, &format!("{space}/addressPrefixes"))
        && has(body, &format!("{space}/ipamPoolPrefixAllocations"));
    let has_either = has(body, &format!("{space}/addressPrefixes"))
        || has(body, &format!("{space}/ipamPoolPrefixAllocations"));
    if has_both || !has_either {
        return bad("InvalidRequestFormat", "an address space has ranges or pools".into());
    }
    if body
        .pointer("/properties/flowTimeoutInMinutes")
        .and_then(Json::as_i64)
        .is_some_and(|n| !(4..=30).contains(&n))
    {
        return bad("InvalidFlowTimeout", "the flow timeout is between 4 and 30".into());
    }
    allocate(&mut body["properties"]["addressSpace"]);
    body["properties"]["resourceGuid"] = json!(world.guid(id));
    Ok(())
}

/// Gives pools' ranges.
fn allocate(holder: &mut Json) {
    for pool in holder["ipamPoolPrefixAllocations"].as_array_mut().into_iter().flatten() {
        pool["allocatedAddressPrefixes"] = json!(["10.200.0.0/24"]);
    }
    if holder["ipamPoolPrefixAllocations"].is_null()
        && let Some(fields) = holder.as_object_mut()
    {
        fields.remove("ipamPoolPrefixAllocations");
    }
}

fn subnet(world: &World, id: &str, body: &mut Json) -> Result<(), Refusal> {
    let properties = &body["properties"];
    if has(properties, "/addressPrefix") && has(properties, "/addressPrefixes") {
        return bad("InvalidRequestFormat", "a subnet has addressPrefix or addressPrefixes".into());
    }
    if !["/addressPrefix", "/addressPrefixes", "/ipamPoolPrefixAllocations"]
        .iter()
        .any(|path| has(properties, path))
    {
        return bad("InvalidRequestFormat", "a subnet needs a range".into());
    }
    let own = ranges(properties);
    for other in world.parts_of(id) {
        if ranges(&other["properties"]).iter().any(|range| own.contains(range)) {
            return bad("NetcfgSubnetRangesOverlap", format!("{id} overlaps {}", other["id"]));
        }
    }
    for delegation in body["properties"]["delegations"].as_array_mut().into_iter().flatten() {
        let service = delegation["properties"]["serviceName"].as_str().unwrap_or_default().to_owned();
        delegation["properties"]["actions"] = json!([format!("{service}/action")]);
        delegation["properties"]["provisioningState"] = json!("Succeeded");
    }
    allocate(&mut body["properties"]);
    Ok(())
}

fn ranges(properties: &Json) -> Vec<String> {
    let several = properties["addressPrefixes"].as_array().into_iter().flatten();
    several.chain([&properties["addressPrefix"]]).filter_map(Json::as_str).map(str::to_owned).collect()
}

fn rule(world: &World, id: &str, body: &mut Json) -> Result<(), Refusal> {
    let properties = &body["properties"];
    let priority = properties["priority"].as_i64().unwrap_or_default();
    if !(100..=4096).contains(&priority) {
        return bad("SecurityRuleInvalidPriority", format!("{id} has the priority {priority}"));
    }
    for of in ["source", "destination"] {
        let (one, several) = (format!("/{of}AddressPrefix"), format!("/{of}AddressPrefixes"));
        let groups = format!("/{of}ApplicationSecurityGroups");
        let given = [&one, &several, &groups].into_iter().filter(|path| has(properties, path)).count();
        let ports = [format!("/{of}PortRange"), format!("/{of}PortRanges")];
        let ports = ports.iter().filter(|path| has(properties, path)).count();
        if given != 1 || ports != 1 {
            return bad("SecurityRuleParameterContainsUnsupportedValue", format!("{id}: {of}"));
        }
    }
    for other in world.parts_of(id) {
        let is_same = |name: &str| other["properties"][name] == properties[name];
        if is_same("priority") && is_same("direction") {
            return bad("SecurityRuleConflict", format!("{id} conflicts with {}", other["id"]));
        }
    }
    Ok(())
}

fn route(body: &Json) -> Result<(), Refusal> {
    let properties = &body["properties"];
    let is_appliance = properties["nextHopType"] == json!("VirtualAppliance");
    if is_appliance != has(properties, "/nextHopIpAddress") {
        return bad(
            "NextHopIpAddressInvalid",
            "an address goes with VirtualAppliance, and with nothing else".into(),
        );
    }
    Ok(())
}

fn address(world: &World, id: &str, body: &mut Json) -> Result<(), Refusal> {
    let location = body["location"].as_str().unwrap_or_default().to_owned();
    let name = body["sku"]["name"].as_str().unwrap_or_default().to_owned();
    let properties = &mut body["properties"];
    let is_static = properties["publicIPAllocationMethod"] == json!("Static");
    if name == "Standard" && !is_static {
        return bad("StandardSkuPublicIPAddressesMustBeStatic", id.to_owned());
    }
    if has(properties, "/ddosSettings/ddosProtectionPlan")
        && properties["ddosSettings"]["protectionMode"] != json!("Enabled")
    {
        return bad("DdosProtectionPlanNotAllowed", id.to_owned());
    }
    if is_static {
        properties["ipAddress"] = json!(format!("20.0.{}.4", world.number(id)));
    }
    if let Some(label) = properties.pointer("/dnsSettings/domainNameLabel").and_then(Json::as_str) {
        let name = format!("{label}.{location}.cloudapp.azure.com");
        properties["dnsSettings"]["fqdn"] = json!(name);
    }
    properties["resourceGuid"] = json!(world.guid(id));
    Ok(())
}

fn interface(world: &World, id: &str, body: &mut Json) -> Result<(), Refusal> {
    let properties = &mut body["properties"];
    let count = properties["ipConfigurations"].as_array().map_or(0, Vec::len);
    if count == 0 {
        return bad("NetworkInterfaceMustHaveAtLeastOneIpConfiguration", id.to_owned());
    }
    let has_primary = properties["ipConfigurations"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|one| one["properties"]["primary"] == json!(true));
    for (index, one) in properties["ipConfigurations"].as_array_mut().into_iter().flatten().enumerate() {
        let name = one["name"].as_str().unwrap_or_default().to_owned();
        one["id"] = json!(format!("{id}/ipConfigurations/{name}"));
        let inner = &mut one["properties"];
        let is_six = inner["privateIPAddressVersion"] == json!("IPv6");
        if !has(inner, "/subnet/id") {
            return bad("SubnetIsRequired", name);
        }
        let is_static = inner["privateIPAllocationMethod"] == json!("Static");
        if is_static && !has(inner, "/privateIPAddress") {
            return bad("PrivateIPAddressIsMissing", name);
        }
        if !is_static {
            let subnet = inner["subnet"]["id"].as_str().unwrap_or_default();
            let number = world.number(&format!("{id}{name}{subnet}"));
            inner["privateIPAddress"] =
                json!(if is_six { format!("fd00::{number}") } else { format!("10.77.{number}.4") });
        }
        if inner["primary"].is_null() {
            inner["primary"] = json!(!has_primary && index == 0);
        }
        if inner["privateIPAddressVersion"].is_null() {
            inner["privateIPAddressVersion"] = json!("IPv4");
        }
        inner["provisioningState"] = json!("Succeeded");
    }
    let settings = &mut properties["dnsSettings"];
    settings["appliedDnsServers"] = settings["dnsServers"].clone();
    settings["internalDomainNameSuffix"] = json!("fake.internal.cloudapp.net");
    Ok(())
}
