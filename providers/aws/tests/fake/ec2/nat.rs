//! NAT gateways, zonal and regional, and their addresses (EC2 API reference, `NatGateway` and the actions on it).

use super::describe::{self, Description};
use super::interfaces::{self, Wanted};
use super::{addresses, done, network, specified};
use crate::fake::Call;
use crate::fake::params::Params;
use crate::fake::world::{Outcome, refuse};
use serde_json::{Value as Json, json};

pub(super) const GATEWAYS: Description = Description {
    kind: "natgateway",
    set: "natGatewaySet",
    ids: "NatGatewayId",
    filters: &[
        ("nat-gateway-id", "natGatewayId"),
        ("state", "state"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ],
};

fn combination<T>(message: &str) -> Outcome<T> {
    Err(refuse("InvalidParameterCombination", message))
}

/// A new address that is on its way in: with an allocation, with a private address, or with both.
fn address(call: &mut Call<'_>, allocation: Option<&str>, status: &str) -> Outcome<Json> {
    let mut address = json!({"status": status, "isPrimary": false});
    if let Some(allocation) = allocation {
        let public = addresses::free(call, allocation)?;
        let association = call.world.new_id("eipassoc");
        address["allocationId"] = json!(allocation);
        address["associationId"] = json!(association);
        address["publicIp"] = json!(public);
    }
    Ok(address)
}

/// Addresses in a subnet, each with a private address, asked for or free. No allocation comes twice.
fn zonal(
    call: &mut Call<'_>,
    subnet: &str,
    (allocations, private, count): (&[String], &[String], usize),
    status: &str,
) -> Outcome<Vec<Json>> {
    let mut all: Vec<Json> = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    for n in 0..allocations.len().max(private.len()).max(count) {
        let mut one = address(call, allocations.get(n).map(String::as_str), status)?;
        let ip = interfaces::address(call, subnet, private.get(n).map(String::as_str), &taken)?;
        one["privateIp"] = json!(ip);
        taken.push(ip);
        all.push(one);
    }
    Ok(all)
}

/// The name and the id of the zone that parameters name.
fn zone(call: &Call<'_>, params: &mut Params) -> Outcome<Option<(String, String)>> {
    match (params.take("AvailabilityZone"), params.take("AvailabilityZoneId")) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => combination("A zone is given by name or id, not both"),
        (name, id) => network::zone(call.region, name.as_deref(), id.as_deref()).map(Some),
    }
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome<Json> {
    if let Some(id) = call.repeated()? {
        return Ok(json!({"natGateway": describe::one(call, &id)?}));
    }
    let mode = call.params.word("AvailabilityMode", &["regional", "zonal"])?;
    let kind = call.params.word("ConnectivityType", &["private", "public"])?;
    let kind = kind.unwrap_or_else(|| "public".into());
    let tags = specified(&mut call.params, "natgateway")?;
    let body =
        if mode.as_deref() == Some("regional") { regional(call, &kind)? } else { in_zone(call, &kind)? };
    let subnet = body["subnetId"].as_str().map(str::to_owned);
    let vpc = body["vpcId"].as_str().unwrap_or_default().to_owned();
    let problem = match &subnet {
        _ if kind == "public" && !addresses::has_gateway(call, &vpc) => {
            Some(("Gateway.NotAttached", format!("Network {vpc} has no Internet gateway attached")))
        }
        Some(subnet) => full(call, subnet, &body),
        None => None,
    };
    let id = call.made(
        "natgateway",
        |id| {
            let mut body = body;
            body["natGatewayId"] = json!(id);
            body["state"] = json!("pending");
            body["connectivityType"] = json!(kind);
            body["createTime"] = json!(super::volumes::MADE);
            body
        },
        tags,
    );
    let end = if let Some((code, message)) = problem {
        json!({"state": "failed", "failureCode": code, "failureMessage": message})
    } else {
        attach(call, &id, subnet)?;
        json!({"state": "available"})
    };
    let gateway = call.world.things.get_mut(&id).expect("it was just made");
    gateway.later.push_back(end);
    call.remember(&id);
    Ok(json!({"natGateway": describe::one(call, &id)?}))
}

/// Why a subnet can't take the gateway in: it has no address left for it.
fn full(call: &mut Call<'_>, subnet: &str, body: &Json) -> Option<(&'static str, String)> {
    let is_there = body["natGatewayAddressSet"].as_array().is_some_and(|list| !list.is_empty());
    let message = format!("Subnet {subnet} has insufficient free addresses to create this NAT gateway");
    (!is_there && call.at("subnet", subnet).is_ok()).then_some(("InsufficientFreeAddressesInSubnet", message))
}

/// Gives the gateway its interface, with the primary private address.
fn attach(call: &mut Call<'_>, id: &str, subnet: Option<String>) -> Outcome<()> {
    let Some(subnet) = subnet else { return Ok(()) };
    let primary = call.world.things[id].body["natGatewayAddressSet"][0]["privateIp"].clone();
    // The address is taken over from the gateway.
    call.world.things.get_mut(id).expect("it is there").body["natGatewayAddressSet"][0]["privateIp"] =
        Json::Null;
    let wanted = Wanted {
        subnet,
        groups: Vec::new(),
        address: primary.as_str().map(str::to_owned),
        description: format!("Interface for NAT Gateway {id}"),
    };
    let eni = interfaces::make(call, id, wanted)?;
    call.world.things.get_mut(&eni).expect("it was just made").body["groupSet"] = json!([]);
    let gateway = call.world.things.get_mut(id).expect("it is there");
    for address in gateway.body["natGatewayAddressSet"].as_array_mut().into_iter().flatten() {
        address["networkInterfaceId"] = json!(eni);
    }
    gateway.body["natGatewayAddressSet"][0]["privateIp"] = primary;
    Ok(())
}

/// What a gateway in a subnet is like. One that finds no address has none, and is to fail.
fn in_zone(call: &mut Call<'_>, kind: &str) -> Outcome<Json> {
    let subnet = call.named("subnet", "SubnetId")?;
    let (allocation, private) = (call.params.take("AllocationId"), call.params.take("PrivateIpAddress"));
    let mut allocations: Vec<String> = allocation.into_iter().collect();
    let mut others = call.params.list("SecondaryAllocationId")?;
    let mut more = call.params.list("SecondaryPrivateIpAddress")?;
    let count = call.params.number("SecondaryPrivateIpAddressCount")?;
    call.params.done()?;
    let is_public = kind == "public";
    if is_public == allocations.is_empty() {
        return combination("A public gateway has an address, a private one none");
    }
    if (!others.is_empty() && !is_public) || (count.is_some() && (is_public || !more.is_empty())) {
        return combination("These secondary addresses don't go together");
    }
    if is_public && !more.is_empty() && more.len() != others.len() {
        return combination("Each secondary private address goes with a secondary allocation");
    }
    let vpc = call.at("subnet", &subnet)?.body["vpcId"].clone();
    allocations.append(&mut others);
    let mut wanted: Vec<String> = private.into_iter().collect();
    if !more.is_empty() && wanted.is_empty() {
        wanted.push(interfaces::address(call, &subnet, None, &more)?);
    }
    wanted.append(&mut more);
    let count = 1 + usize::try_from(count.unwrap_or(0)).unwrap_or(0);
    let found = match zonal(call, &subnet, (&allocations, &wanted, count), "succeeded") {
        Err(refusal) if refusal.code == "InsufficientFreeAddressesInSubnet" => Vec::new(),
        outcome => outcome?,
    };
    let mut body = json!({"subnetId": subnet, "vpcId": vpc, "natGatewayAddressSet": found});
    if !found.is_empty() {
        body["natGatewayAddressSet"][0]["isPrimary"] = json!(true);
    }
    Ok(body)
}

/// What a gateway for all zones of a VPC is like.
fn regional(call: &mut Call<'_>, kind: &str) -> Outcome<Json> {
    let vpc = call.named("vpc", "VpcId")?;
    let zones = call.params.items("AvailabilityZoneAddress")?;
    // What is left over is for zonal gateways.
    if call.params.done().is_err() || kind != "public" {
        return combination("That is for zonal gateways");
    }
    call.at("vpc", &vpc)?;
    let is_manual = !zones.is_empty();
    let mut all = Vec::new();
    for mut params in zones {
        let Some(zone) = zone(call, &mut params)? else { return combination("Which zone?") };
        let allocations = params.list("AllocationId")?;
        params.done()?;
        all.extend(zoned(call, &zone, &allocations, "succeeded")?);
    }
    if !is_manual {
        // AWS gets an address of its own, which isn't the account's.
        let (name, id) = network::zone(call.region, None, None)?;
        let number = call.world.new_id("eipassoc");
        all.push(json!({"status": "succeeded", "allocationId": format!("eipalloc-auto-{number}"),
            "associationId": number, "publicIp": "203.0.113.1", "availabilityZone": name, "availabilityZoneId": id}));
    }
    let auto = if is_manual { "disabled" } else { "enabled" };
    Ok(json!({"vpcId": vpc, "availabilityMode": "regional", "routeTableId": "rtb-of-gateway",
        "autoScalingIps": auto, "autoProvisionZones": auto, "natGatewayAddressSet": all}))
}

/// Addresses in a zone of a regional gateway.
fn zoned(
    call: &mut Call<'_>,
    (name, id): &(String, String),
    allocations: &[String],
    status: &str,
) -> Outcome<Vec<Json>> {
    let mut all = Vec::new();
    for allocation in allocations {
        let mut one = address(call, Some(allocation), status)?;
        one["isPrimary"] = Json::Null;
        one["availabilityZone"] = json!(name);
        one["availabilityZoneId"] = json!(id);
        all.push(one);
    }
    Ok(all)
}

/// The gateway that the request names, its changes done.
fn named(call: &mut Call<'_>) -> Outcome<(String, Json)> {
    let id = call.named("natgateway", "NatGatewayId")?;
    let gateway = call.at("natgateway", &id)?;
    if gateway.is_over() {
        return Err(super::missing("natgateway", &id));
    }
    Ok((id, gateway.body.clone()))
}

/// Puts the list of addresses as it is now, and says what will have become of it when it is looked at again.
fn put(call: &mut Call<'_>, id: &str, list: &[Json]) -> Outcome<Json> {
    let mut settled = list.to_vec();
    let is_leaving =
        |address: &Json| ["disassociating", "unassigning"].iter().any(|s| address["status"] == *s);
    settled.retain(|address| !is_leaving(address));
    settled.iter_mut().for_each(|address| address["status"] = json!("succeeded"));
    let gateway = call.at("natgateway", id)?;
    if gateway.text("state") != "available" {
        return Err(refuse("InvalidParameter", format!("The NAT gateway {id} is not available")));
    }
    gateway.body["natGatewayAddressSet"] = json!(list);
    gateway.later.clear();
    gateway.later.push_back(json!({"natGatewayAddressSet": settled}));
    Ok(json!({"natGatewayId": id, "natGatewayAddressSet": list}))
}

fn list(body: &Json) -> Vec<Json> {
    body["natGatewayAddressSet"].as_array().cloned().unwrap_or_default()
}

pub(super) fn associate(call: &mut Call<'_>) -> Outcome<Json> {
    let (id, body) = named(call)?;
    let allocations = call.params.list("AllocationId")?;
    let private = call.params.list("PrivateIpAddress")?;
    let mut params = std::mem::take(&mut call.params);
    let zone = zone(call, &mut params)?;
    params.done()?;
    let is_regional = body["availabilityMode"] == "regional";
    let is_good =
        body["connectivityType"] == "public" && zone.is_some() == is_regional && !allocations.is_empty();
    if !is_good || private.len() > allocations.len() || (is_regional && !private.is_empty()) {
        return combination("This gateway doesn't take such an address");
    }
    let mut all = list(&body);
    let joining = if let Some(zone) = &zone {
        zoned(call, zone, &allocations, "associating")?
    } else {
        let subnet = body["subnetId"].as_str().unwrap_or_default();
        let mut joining = zonal(call, subnet, (&allocations, &private, 0), "associating")?;
        joining.iter_mut().for_each(|one| one["networkInterfaceId"] = all[0]["networkInterfaceId"].clone());
        joining
    };
    all.extend(joining);
    put(call, &id, &all)
}

pub(super) fn disassociate(call: &mut Call<'_>) -> Outcome<Json> {
    let (id, body) = named(call)?;
    let associations = call.params.list("AssociationId")?;
    call.params.number("MaxDrainDurationSeconds")?;
    call.params.done()?;
    let mut all = list(&body);
    for association in associations {
        match all.iter_mut().find(|address| address["associationId"] == association.as_str()) {
            Some(address) if address["isPrimary"] == json!(true) => {
                return Err(refuse("InvalidParameter", "You cannot disassociate the primary address"));
            }
            Some(address) => address["status"] = json!("disassociating"),
            None => {
                let message = format!("The association ID '{association}' does not exist");
                return Err(refuse("InvalidAssociationID.NotFound", message));
            }
        }
    }
    put(call, &id, &all)
}

pub(super) fn assign(call: &mut Call<'_>) -> Outcome<Json> {
    let (id, body) = named(call)?;
    let private = call.params.list("PrivateIpAddress")?;
    let count = usize::try_from(call.params.number("PrivateIpAddressCount")?.unwrap_or(0)).unwrap_or(0);
    call.params.done()?;
    if body["connectivityType"] != "private" || private.is_empty() == (count == 0) {
        return combination("A private gateway takes addresses, or a number of them");
    }
    let mut all = list(&body);
    let subnet = body["subnetId"].as_str().unwrap_or_default();
    let mut joining = zonal(call, subnet, (&[], &private, count), "assigning")?;
    joining.iter_mut().for_each(|one| one["networkInterfaceId"] = all[0]["networkInterfaceId"].clone());
    all.extend(joining);
    put(call, &id, &all)
}

pub(super) fn unassign(call: &mut Call<'_>) -> Outcome<Json> {
    let (id, body) = named(call)?;
    let private = call.params.list("PrivateIpAddress")?;
    call.params.number("MaxDrainDurationSeconds")?;
    call.params.done()?;
    if body["connectivityType"] != "private" {
        return combination("The gateway is public");
    }
    let mut all = list(&body);
    for private in private {
        let is_it = |one: &&mut Json| one["privateIp"] == private.as_str() && one["isPrimary"] != json!(true);
        match all.iter_mut().find(is_it) {
            Some(address) => address["status"] = json!("unassigning"),
            None => return Err(refuse("InvalidParameterValue", format!("No secondary address {private}"))),
        }
    }
    put(call, &id, &all)
}

/// A gateway is told of for about an hour after it went.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome<Json> {
    let (id, _) = named(call)?;
    call.params.done()?;
    let gateway = call.at("natgateway", &id)?;
    gateway.body["state"] = json!("deleting");
    gateway.later.clear();
    gateway.later.push_back(json!({"state": "deleted"}));
    let mut answer = done();
    answer["natGatewayId"] = json!(id);
    Ok(answer)
}
