//! Elastic IP addresses. What one leads to stands with the interface or NAT gateway that it leads to.

use super::describe::{self, Description};
use super::{done, specified};
use crate::fake::Call;
use crate::fake::world::{ACCOUNT, Outcome, Thing, World, merge, refuse};
use serde_json::{Value as Json, json};

pub(super) const ADDRESSES: Description = Description {
    kind: "elastic-ip",
    set: "addressesSet",
    ids: "AllocationId",
    filters: &[
        ("allocation-id", "allocationId"),
        ("association-id", "associationId"),
        ("domain", "domain"),
        ("instance-id", "instanceId"),
        ("network-interface-id", "networkInterfaceId"),
        ("public-ip", "publicIp"),
    ],
};

pub(super) fn allocate(call: &mut Call<'_>) -> Outcome<Json> {
    call.params.word("Domain", &["vpc"])?;
    let (asked, pool) = (call.params.take("Address"), call.params.take("PublicIpv4Pool"));
    let (own_pool, ipam) = (call.params.take("CustomerOwnedIpv4Pool"), call.params.take("IpamPoolId"));
    let border = call.params.take("NetworkBorderGroup").unwrap_or_else(|| call.region.to_owned());
    let tags = specified(&mut call.params, "elastic-ip")?;
    call.params.done()?;
    for pool in [&own_pool, &ipam, &pool].into_iter().flatten() {
        if !pool.starts_with("ipam-pool-") {
            return Err(refuse("InvalidPoolId", format!("The pool ID '{pool}' does not exist")));
        }
    }
    if !border.starts_with(call.region) {
        return Err(refuse("InvalidParameterValue", format!("Invalid network border group '{border}'")));
    }
    let is_taken = |ip: &str| call.world.things.values().any(|thing| thing.has("publicIp", ip));
    if asked.as_deref().is_some_and(is_taken) {
        return Err(refuse("InvalidAddress.NotFound", "The address can't be recovered"));
    }
    let body = |id: &str| {
        let number = u64::from_str_radix(id.rsplit('-').next().unwrap_or_default(), 16).unwrap_or_default();
        let public = asked.unwrap_or_else(|| format!("198.51.{}.{}", number / 250, number % 250 + 1));
        json!({"allocationId": id, "publicIp": public, "domain": "vpc", "networkBorderGroup": border,
            "publicIpv4Pool": pool.or(ipam).unwrap_or_else(|| "amazon".into())})
    };
    let id = call.made("elastic-ip", body, tags);
    describe::one(call, &id)
}

/// What an address leads to: the association with its interface and private address.
fn holder(world: &World, allocation: &str) -> Option<Json> {
    world.things.values().filter(|thing| !thing.is_over()).find_map(|thing| match thing.kind {
        "network-interface" => {
            let mut items = thing.body["privateIpAddressesSet"].as_array()?.iter();
            let item = items.find(|item| item["association"]["allocationId"] == allocation)?;
            Some(json!({"associationId": item["association"]["associationId"], "networkInterfaceOwnerId": ACCOUNT,
                "networkInterfaceId": thing.body["networkInterfaceId"],
                "privateIpAddress": item["privateIpAddress"], "instanceId": thing.body["attachment"]["instanceId"]}))
        }
        "natgateway" if thing.text("state") != "failed" => {
            let mut items = thing.body["natGatewayAddressSet"].as_array()?.iter();
            let item = items.find(|item| item["allocationId"] == allocation)?;
            Some(json!({"associationId": item["associationId"], "networkInterfaceOwnerId": ACCOUNT,
                "networkInterfaceId": item["networkInterfaceId"], "privateIpAddress": item["privateIp"]}))
        }
        _ => None,
    })
}

pub(super) fn show(world: &World, id: &str, description: &mut Json) {
    if let Some(association) = holder(world, id) {
        merge(description, association);
    }
}

/// The public address of an allocation that leads nowhere yet.
pub(super) fn free(call: &mut Call<'_>, allocation: &str) -> Outcome<String> {
    let public = call.at("elastic-ip", allocation)?.text("publicIp").to_owned();
    if holder(call.world, allocation).is_some() {
        let message = format!("resource {allocation} is already associated");
        return Err(refuse("Resource.AlreadyAssociated", message));
    }
    Ok(public)
}

/// Whether a VPC has a way out.
pub(super) fn has_gateway(call: &Call<'_>, vpc: &str) -> bool {
    call.world
        .all("internet-gateway", call.region)
        .any(|(_, gateway)| gateway.has("attachmentSet.vpcId", vpc))
}

/// Whether something in a VPC has a public address.
pub(super) fn has_public(call: &Call<'_>, vpc: &str) -> bool {
    let is_public = |thing: &Thing| match thing.kind {
        "network-interface" => {
            thing.inner.get("isPublic") == Some(&json!(true))
                || thing.body["privateIpAddressesSet"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .any(|item| !item["association"].is_null())
        }
        "natgateway" => !thing.is_over() && thing.text("connectivityType") == "public",
        _ => false,
    };
    call.world.things.values().any(|thing| thing.text("vpcId") == vpc && is_public(thing))
}

/// `DescribeAddressesAttribute`: no address here has reverse DNS.
pub(super) fn attribute(call: &mut Call<'_>) -> Outcome<Json> {
    call.params.word("Attribute", &["domain-name"])?;
    let ids = call.params.list("AllocationId")?;
    if call.params.number("MaxResults")?.is_some_and(|limit| !(1..=1000).contains(&limit)) {
        return Err(refuse("InvalidParameterValue", "MaxResults must be from 1 to 1000"));
    }
    call.params.done()?;
    let mut told = Vec::new();
    for id in ids {
        told.push(json!({"allocationId": id, "publicIp": call.at("elastic-ip", &id)?.text("publicIp")}));
    }
    Ok(json!({"addressSet": told}))
}

/// The interface that an address is to lead to.
fn target(call: &mut Call<'_>) -> Outcome<String> {
    match (call.params.take("InstanceId"), call.params.take("NetworkInterfaceId")) {
        (Some(id), None) => {
            let instance = call.at("instance", &id)?;
            if !["running", "stopped"].iter().any(|state| instance.has("instanceState.name", state)) {
                let message =
                    format!("The pending instance '{id}' is not in a valid state for this operation.");
                return Err(refuse("InvalidInstanceID", message));
            }
            let mut all = call.world.all("network-interface", call.region);
            let found = all.find(|(_, eni)| eni.has("attachment.instanceId", &id));
            Ok(found.expect("an instance has an interface").0.clone())
        }
        (None, Some(id)) => call.at("network-interface", &id).map(|_| id.clone()),
        _ => Err(refuse("InvalidParameterCombination", "Either an instance or a network interface")),
    }
}

pub(super) fn associate(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("elastic-ip", "AllocationId")?;
    let may_move = call.params.flag("AllowReassociation")?.unwrap_or(true);
    let private = call.params.take("PrivateIpAddress");
    let eni = target(call)?;
    call.params.done()?;
    let public = call.at("elastic-ip", &id)?.text("publicIp").to_owned();
    if !may_move {
        free(call, &id)?;
    }
    let vpc = call.at("network-interface", &eni)?.text("vpcId").to_owned();
    if !has_gateway(call, &vpc) {
        let message = format!("Network {vpc} is not attached to any internet gateway");
        return Err(refuse("Gateway.NotAttached", message));
    }
    leave(call, |association| association["allocationId"] == id.as_str());
    let association = call.world.new_id("eipassoc");
    let items = call.at("network-interface", &eni)?.body["privateIpAddressesSet"].as_array_mut();
    let is_it = |item: &&mut Json| match &private {
        Some(private) => item["privateIpAddress"] == *private,
        None => item["primary"] == json!(true),
    };
    let Some(item) = items.into_iter().flatten().find(is_it) else {
        return Err(refuse("InvalidParameterValue", format!("The private address isn't one of {eni}")));
    };
    if !item["association"].is_null() && !may_move {
        return Err(refuse("Resource.AlreadyAssociated", format!("resource {eni} is already associated")));
    }
    item["association"] =
        json!({"allocationId": id, "associationId": association, "publicIp": public, "ipOwnerId": ACCOUNT});
    Ok(json!({"associationId": association, "return": true}))
}

/// Ends the associations of interfaces that are meant; says whether there were any.
fn leave(call: &mut Call<'_>, is_it: impl Fn(&Json) -> bool) -> bool {
    let mut is_found = false;
    for thing in call.world.things.values_mut().filter(|thing| thing.kind == "network-interface") {
        for item in thing.body["privateIpAddressesSet"].as_array_mut().into_iter().flatten() {
            if is_it(&item["association"]) {
                item["association"] = Json::Null;
                is_found = true;
            }
        }
    }
    is_found
}

pub(super) fn disassociate(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.params.need("AssociationId")?;
    call.params.done()?;
    if leave(call, |association| association["associationId"] == id.as_str()) {
        return Ok(done());
    }
    if call
        .world
        .all("natgateway", call.region)
        .any(|(_, nat)| nat.has("natGatewayAddressSet.associationId", &id))
    {
        return Err(refuse("AuthFailure", "You do not have permission to access the specified resource."));
    }
    Err(refuse("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist")))
}

pub(super) fn release(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("elastic-ip", "AllocationId")?;
    let border = call.params.take("NetworkBorderGroup");
    call.params.done()?;
    let address = call.at("elastic-ip", &id)?;
    if border.is_some_and(|border| !address.has("networkBorderGroup", &border)) {
        return Err(refuse("InvalidParameterCombination", "The address is in another network border group"));
    }
    if holder(call.world, &id).is_some() {
        return Err(refuse("InvalidIPAddress.InUse", format!("The address with allocation {id} is in use")));
    }
    call.world.remove(&id);
    Ok(done())
}
