//! Route tables, their routes and who uses them.

use super::range::Range;
use super::{describe, done, kind_of_id, specified};
use crate::fake::Call;
use crate::fake::world::{ACCOUNT, Outcome, Refusal, refuse};
use serde_json::{Value as Json, json};

/// The route of a VPC's own range.
pub(super) fn local(range: &str) -> Json {
    json!({"destinationCidrBlock": range, "gatewayId": "local", "state": "active", "origin": "CreateRouteTable"})
}

pub(super) fn create_table(call: &mut Call<'_>) -> Outcome<Json> {
    let vpc = call.named("vpc", "VpcId")?;
    let tags = specified(&mut call.params, "route-table")?;
    if let Some(id) = call.repeated()? {
        return Ok(json!({"routeTable": describe::one(call, &id)?}));
    }
    call.params.done()?;
    let range = call.at("vpc", &vpc)?.text("cidrBlock").to_owned();
    let body = |id: &str| {
        json!({"routeTableId": id, "vpcId": vpc, "ownerId": ACCOUNT, "propagatingVgwSet": [],
            "associationSet": [], "routeSet": [local(&range)]})
    };
    let id = call.made("route-table", body, tags);
    call.remember(&id);
    Ok(json!({"routeTable": describe::one(call, &id)?}))
}

pub(super) fn delete_table(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("route-table", "RouteTableId")?;
    call.params.done()?;
    let is_entered = call.world.all("vpc-endpoint", call.region).any(|(_, e)| e.has("routeTableIdSet", &id));
    let table = call.at("route-table", &id)?;
    if is_entered || table.body["associationSet"].as_array().is_some_and(|list| !list.is_empty()) {
        let message = format!("The routeTable '{id}' has dependencies and cannot be deleted.");
        return Err(refuse("DependencyViolation", message));
    }
    call.world.remove(&id);
    Ok(done())
}

const DESTINATIONS: [(&str, &str); 3] = [
    ("DestinationCidrBlock", "destinationCidrBlock"),
    ("DestinationIpv6CidrBlock", "destinationIpv6CidrBlock"),
    ("DestinationPrefixListId", "destinationPrefixListId"),
];

const TARGETS: [(&str, &str); 10] = [
    ("CarrierGatewayId", "carrierGatewayId"),
    ("CoreNetworkArn", "coreNetworkArn"),
    ("EgressOnlyInternetGatewayId", "egressOnlyInternetGatewayId"),
    ("GatewayId", "gatewayId"),
    ("LocalGatewayId", "localGatewayId"),
    ("NatGatewayId", "natGatewayId"),
    ("NetworkInterfaceId", "networkInterfaceId"),
    ("TransitGatewayId", "transitGatewayId"),
    ("VpcEndpointId", "gatewayId"),
    ("VpcPeeringConnectionId", "vpcPeeringConnectionId"),
];

/// Targets that are there and that no operation here makes.
const FOREIGN: [&str; 9] = [
    "arn:aws:networkmanager::123456789012:core-network/core-network-1",
    "cagw-1",
    "eigw-1",
    "eigw-2",
    "lgw-1",
    "pcx-1",
    "tgw-1",
    "tgw-2",
    "vpce-1",
];

/// Exactly one of some parameters: its name in descriptions, and its value.
fn one_of(call: &mut Call<'_>, names: &[(&str, &'static str)]) -> Outcome<(&'static str, String)> {
    let mut given = Vec::new();
    for (parameter, name) in names {
        given.extend(call.params.take(parameter).map(|text| (*name, text)));
    }
    match <[_; 1]>::try_from(given) {
        Ok([one]) => Ok(one),
        Err(given) => {
            let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
            let message = format!("{} of {} are given, not one", given.len(), names.join(", "));
            Err(refuse("InvalidParameterCombination", message))
        }
    }
}

fn destination(call: &mut Call<'_>) -> Outcome<(&'static str, String)> {
    let (name, text) = one_of(call, &DESTINATIONS)?;
    if name != "destinationPrefixListId" {
        let range = Range::read(&text)?;
        if range.is_v4() != (name == "destinationCidrBlock") {
            return Err(refuse("InvalidParameterValue", format!("Value ({text}) is of the other family")));
        }
    }
    Ok((name, text))
}

fn no_route(text: &str) -> Refusal {
    refuse("InvalidRoute.NotFound", format!("no route with destination-cidr-block {text} in the route table"))
}

/// `CreateRoute` and `ReplaceRoute`
pub(super) fn put_route(call: &mut Call<'_>, replaces: bool) -> Outcome<Json> {
    let id = call.named("route-table", "RouteTableId")?;
    let (name, text) = destination(call)?;
    let (target, to) = one_of(call, &TARGETS)?;
    call.params.done()?;
    let vpc = call.at("route-table", &id)?.text("vpcId").to_owned();
    let extra = check_target(call, &vpc, &to)?;
    let routes = call.at("route-table", &id)?.body["routeSet"].as_array_mut().expect("a list");
    let found = routes.iter().position(|route| route[name] == text.as_str());
    match (found, replaces) {
        (Some(_), false) => {
            return Err(refuse(
                "RouteAlreadyExists",
                format!("The route identified by {text} already exists."),
            ));
        }
        (None, true) => return Err(no_route(&text)),
        _ => {}
    }
    let origin = found.map_or(json!("CreateRoute"), |at| routes[at]["origin"].clone());
    let mut route = json!({name: text, target: to, "state": "active", "origin": origin});
    crate::fake::world::merge(&mut route, extra);
    match found {
        Some(at) => routes[at] = route,
        None => routes.push(route),
    }
    Ok(done())
}

/// The target must be there, and in the VPC or attached to it; gives what routes to it show besides.
fn check_target(call: &mut Call<'_>, vpc: &str, id: &str) -> Outcome<Json> {
    if id == "local" || FOREIGN.contains(&id) {
        return Ok(json!({}));
    }
    let Some((kind, _, _)) = kind_of_id(id) else {
        return Err(refuse("InvalidParameterValue", format!("invalid target '{id}'")));
    };
    let thing = call.at(kind, id)?;
    let is_near = thing.has("vpcId", vpc) || thing.has("attachmentSet.vpcId", vpc);
    if !is_near {
        let message = format!("route table and {id} belong to different networks");
        return Err(refuse("InvalidParameterValue", message));
    }
    let instance = &thing.body["attachment"]["instanceId"];
    if instance.is_null() {
        return Ok(json!({}));
    }
    Ok(json!({"instanceId": instance, "instanceOwnerId": ACCOUNT}))
}

pub(super) fn delete_route(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("route-table", "RouteTableId")?;
    let (name, text) = destination(call)?;
    call.params.done()?;
    let routes = call.at("route-table", &id)?.body["routeSet"].as_array_mut().expect("a list");
    let Some(at) = routes.iter().position(|route| route[name] == text.as_str()) else {
        return Err(no_route(&text));
    };
    if routes[at]["gatewayId"] == "local" && routes[at]["origin"] == "CreateRouteTable" {
        return Err(refuse(
            "InvalidParameterValue",
            format!("cannot remove local route {text} in route table {id}"),
        ));
    }
    routes.remove(at);
    Ok(done())
}

pub(super) fn associate(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("route-table", "RouteTableId")?;
    let (name, user) = one_of(call, &[("SubnetId", "subnetId"), ("GatewayId", "gatewayId")])?;
    call.params.done()?;
    let kind = if name == "subnetId" { "subnet" } else { "internet-gateway" };
    let vpc = call.at("route-table", &id)?.text("vpcId").to_owned();
    let thing = call.at(kind, &user)?;
    if !thing.has("vpcId", &vpc) && !thing.has("attachmentSet.vpcId", &vpc) {
        let message = format!("Route table {id} and {user} belong to different networks");
        return Err(refuse("InvalidParameterValue", message));
    }
    let path = format!("associationSet.{name}");
    if call.world.all("route-table", call.region).any(|(_, table)| table.has(&path, &user)) {
        let message = format!("the specified association for {user} conflicts with an existing one");
        return Err(refuse("Resource.AlreadyAssociated", message));
    }
    let association = call.world.new_id("rtbassoc");
    add(call, &id, json!({"routeTableAssociationId": association, name: user}))?;
    Ok(json!({"associationId": association, "associationState": {"state": "associated"}}))
}

fn add(call: &mut Call<'_>, table: &str, mut association: Json) -> Outcome<()> {
    association["routeTableId"] = json!(table);
    association["associationState"] = json!({"state": "associated"});
    if association["main"].is_null() {
        association["main"] = json!(false);
    }
    call.at("route-table", table)?.body["associationSet"].as_array_mut().expect("a list").push(association);
    Ok(())
}

/// The table that an association belongs to, and the association.
fn find(call: &Call<'_>, id: &str) -> Outcome<(String, Json)> {
    for (table, thing) in call.world.all("route-table", call.region) {
        let list = thing.body["associationSet"].as_array().expect("a list");
        if let Some(association) = list.iter().find(|item| item["routeTableAssociationId"] == id) {
            return Ok((table.clone(), association.clone()));
        }
    }
    Err(refuse("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist")))
}

fn take(call: &mut Call<'_>, table: &str, id: &str) -> Outcome<()> {
    let list = call.at("route-table", table)?.body["associationSet"].as_array_mut().expect("a list");
    list.retain(|item| item["routeTableAssociationId"] != id);
    Ok(())
}

pub(super) fn replace_association(call: &mut Call<'_>) -> Outcome<Json> {
    let (old, table) = (call.params.need("AssociationId")?, call.named("route-table", "RouteTableId")?);
    call.params.done()?;
    let (from, association) = find(call, &old)?;
    call.at("route-table", &table)?;
    let mut association = association;
    let new = call.world.new_id("rtbassoc");
    association["routeTableAssociationId"] = json!(new);
    take(call, &from, &old)?;
    add(call, &table, association)?;
    Ok(json!({"newAssociationId": new, "associationState": {"state": "associated"}}))
}

pub(super) fn disassociate(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.params.need("AssociationId")?;
    call.params.done()?;
    let (table, association) = find(call, &id)?;
    if association["main"] == json!(true) {
        return Err(refuse("InvalidParameterValue", "cannot disassociate the main route table association"));
    }
    take(call, &table, &id)?;
    Ok(done())
}

/// `EnableVgwRoutePropagation` and `DisableVgwRoutePropagation`; gateways are there whatever they are called.
pub(super) fn propagate(call: &mut Call<'_>, enables: bool) -> Outcome<Json> {
    let id = call.named("route-table", "RouteTableId")?;
    let gateway = call.params.need("GatewayId")?;
    call.params.done()?;
    let list = call.at("route-table", &id)?.body["propagatingVgwSet"].as_array_mut().expect("a list");
    list.retain(|item| item["gatewayId"] != gateway.as_str());
    if enables {
        list.push(json!({"gatewayId": gateway}));
    }
    Ok(done())
}
