//! Network interfaces, which come with what needs them, and the addresses of subnets.

use super::describe::Description;
use super::range::Range;
use crate::fake::Call;
use crate::fake::params::invalid;
use crate::fake::world::{ACCOUNT, Outcome, refuse, texts_at};
use serde_json::{Value as Json, json};

pub(super) const INTERFACES: Description = Description {
    kind: "network-interface",
    set: "networkInterfaceSet",
    ids: "NetworkInterfaceId",
    filters: &[
        ("attachment.instance-id", "attachment.instanceId"),
        ("group-id", "groupSet.groupId"),
        ("network-interface-id", "networkInterfaceId"),
        ("private-ip-address", "privateIpAddress"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ],
};

/// An interface to be made.
pub(super) struct Wanted {
    pub(super) subnet: String,
    /// The default group of the VPC where there are none.
    pub(super) groups: Vec<String>,
    /// A free one where none is asked for.
    pub(super) address: Option<String>,
    pub(super) description: String,
}

/// Makes an interface that goes with its owner.
pub(super) fn make(call: &mut Call<'_>, owner: &str, wanted: Wanted) -> Outcome<String> {
    let subnet = call.at("subnet", &wanted.subnet)?.body.clone();
    let vpc = subnet["vpcId"].as_str().unwrap_or_default().to_owned();
    let groups = groups(call, &vpc, wanted.groups)?;
    let private = address(call, &wanted.subnet, wanted.address.as_deref(), &[])?;
    Ok(call.made_with("network-interface", owner, |id| {
        json!({"networkInterfaceId": id, "subnetId": wanted.subnet, "vpcId": vpc, "ownerId": ACCOUNT,
            "availabilityZone": subnet["availabilityZone"], "description": wanted.description,
            "status": "in-use", "sourceDestCheck": true, "groupSet": groups, "privateIpAddress": private,
            "privateIpAddressesSet": [{"privateIpAddress": private, "primary": true}], "ipv6AddressesSet": []})
    }))
}

/// Security groups of a VPC, as descriptions list them.
pub(super) fn groups(call: &mut Call<'_>, vpc: &str, ids: Vec<String>) -> Outcome<Vec<Json>> {
    let is_default = |thing: &crate::fake::world::Thing| {
        thing.text("vpcId") == vpc && thing.text("groupName") == "default"
    };
    let default = call.world.all("security-group", call.region).find(|(_, thing)| is_default(thing));
    let default = default.map(|(id, _)| id.clone());
    let ids = if ids.is_empty() { default.into_iter().collect() } else { ids };
    let mut groups = Vec::new();
    for id in ids {
        let group = call.at("security-group", &id)?;
        if group.text("vpcId") != vpc {
            let message = format!("The security group '{id}' does not exist in VPC '{vpc}'");
            return Err(refuse("InvalidGroup.NotFound", message));
        }
        groups.push(json!({"groupId": id, "groupName": group.text("groupName")}));
    }
    Ok(groups)
}

/// An address of a subnet: the one asked for, if it is free, or the first free one. `besides` are about to be taken.
pub(super) fn address(
    call: &mut Call<'_>,
    subnet: &str,
    asked: Option<&str>,
    besides: &[String],
) -> Outcome<String> {
    let range = Range::read(call.at("subnet", subnet)?.text("cidrBlock"))?;
    let here =
        call.world.things.values().filter(|thing| thing.text("subnetId") == subnet && !thing.is_over());
    let mut taken: Vec<String> = besides.to_vec();
    for thing in here {
        taken.extend(texts_at(&thing.body, "privateIpAddressesSet.privateIpAddress"));
        taken.extend(texts_at(&thing.body, "natGatewayAddressSet.privateIp"));
    }
    let Some(asked) = asked else {
        let full = || {
            let message = format!("{subnet} has insufficient free addresses to satisfy the request.");
            refuse("InsufficientFreeAddressesInSubnet", message)
        };
        return range.hosts().find(|host| !taken.contains(host)).ok_or_else(full);
    };
    let is_here = Range::read(&format!("{asked}/32")).is_ok_and(|asked| range.holds(asked));
    if !is_here || !range.hosts().any(|host| host == asked) {
        return Err(invalid("address: it does not fall within the subnet's address range", asked));
    }
    if taken.iter().any(|taken| taken == asked) {
        return Err(refuse("InvalidIPAddress.InUse", format!("Address {asked} is in use.")));
    }
    Ok(asked.to_owned())
}
