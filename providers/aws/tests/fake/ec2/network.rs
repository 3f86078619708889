//! VPCs, subnets and internet gateways.

use super::range::Range;
use super::{describe, done, specified};
use crate::fake::Call;
use crate::fake::params::invalid;
use crate::fake::world::{ACCOUNT, Outcome, refuse};
use serde_json::{Value as Json, json};

const VPC_FLAGS: [(&str, &str, bool); 3] = [
    ("EnableDnsHostnames", "enableDnsHostnames", false),
    ("EnableDnsSupport", "enableDnsSupport", true),
    ("EnableNetworkAddressUsageMetrics", "enableNetworkAddressUsageMetrics", false),
];

pub(super) fn create_vpc(call: &mut Call<'_>) -> Outcome<Json> {
    let text = match (call.params.take("Ipv4IpamPoolId"), call.params.number("Ipv4NetmaskLength")?) {
        (Some(_), Some(bits)) => format!("10.77.0.0/{bits}"),
        _ => call.params.need("CidrBlock")?,
    };
    let range = Range::read(&text)?;
    if !range.is_v4() || !(16..=28).contains(&range.bits) {
        return Err(refuse("InvalidVpc.Range", format!("The CIDR '{text}' is invalid.")));
    }
    let tenancy = call.params.word("InstanceTenancy", &["default", "dedicated"])?;
    let wanted = wanted_range(call)?;
    let tags = specified(&mut call.params, "vpc")?;
    call.params.done()?;
    let association = call.world.new_id("vpc-cidr-assoc");
    let id = call.made(
        "vpc",
        |id| {
            json!({
                "vpcId": id, "ownerId": ACCOUNT, "state": "pending", "cidrBlock": text,
                "cidrBlockAssociationSet": [
                    {"associationId": association, "cidrBlock": text, "cidrBlockState": {"state": "associated"}}],
                "ipv6CidrBlockAssociationSet": [], "dhcpOptionsId": "dopt-default",
                "instanceTenancy": tenancy.as_deref().unwrap_or("default"), "isDefault": false})
        },
        tags,
    );
    let vpc = call.world.things.get_mut(&id).expect("it was just made");
    vpc.later.push_back(json!({"state": "available"}));
    for (_, name, initial) in VPC_FLAGS {
        vpc.inner.insert(name.into(), json!(initial));
    }
    if let Some(wanted) = wanted {
        give_range(call, &id, &wanted);
    }
    furnish(call, &id, &text);
    Ok(json!({"vpc": describe::one(call, &id)?}))
}

/// What a VPC has from the start.
fn furnish(call: &mut Call<'_>, vpc: &str, range: &str) {
    let group = call.made_with("security-group", vpc, |id| {
        json!({"groupId": id, "groupName": "default", "groupDescription": "default VPC security group",
            "vpcId": vpc, "ownerId": ACCOUNT})
    });
    super::groups::let_out(call, &group);
    let association = call.world.new_id("rtbassoc");
    call.made_with("route-table", vpc, |id| {
        json!({"routeTableId": id, "vpcId": vpc, "ownerId": ACCOUNT, "propagatingVgwSet": [],
            "routeSet": [super::routes::local(range)],
            "associationSet": [{"routeTableAssociationId": association, "routeTableId": id, "main": true,
                "associationState": {"state": "associated"}}]})
    });
    call.made_with("network-acl", vpc, |id| {
        json!({"networkAclId": id, "vpcId": vpc, "ownerId": ACCOUNT, "default": true, "associationSet": [],
            "entrySet": []})
    });
}

pub(super) fn vpc_attribute(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("vpc", "VpcId")?;
    let name = call.params.need("Attribute")?;
    call.params.done()?;
    let vpc = call.at("vpc", &id)?;
    match vpc.inner.get(&name) {
        Some(value) => Ok(json!({"vpcId": id, name: {"value": value}})),
        None => Err(invalid("Attribute", &name)),
    }
}

pub(super) fn modify_vpc(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("vpc", "VpcId")?;
    let mut changes = Vec::new();
    for (parameter, name, _) in VPC_FLAGS {
        changes.extend(call.params.flag(&format!("{parameter}.Value"))?.map(|flag| (name, flag)));
    }
    call.params.done()?;
    let [(name, flag)] = changes[..] else {
        return Err(refuse("InvalidParameterCombination", "Exactly one attribute can be modified at a time"));
    };
    let vpc = call.at("vpc", &id)?;
    let is_on = |name: &str| vpc.inner[name] == json!(true);
    let breaks = (name == "enableDnsHostnames" && flag && !is_on("enableDnsSupport"))
        || (name == "enableDnsSupport" && !flag && is_on("enableDnsHostnames"));
    if breaks {
        return Err(refuse("InvalidParameterCombination", "DNS host names need DNS support"));
    }
    vpc.inner.insert(name.into(), json!(flag));
    Ok(done())
}

pub(super) fn modify_tenancy(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("vpc", "VpcId")?;
    call.params.word("InstanceTenancy", &["default"])?;
    call.params.done()?;
    call.at("vpc", &id)?.body["instanceTenancy"] = json!("default");
    Ok(json!({"returnValue": true}))
}

pub(super) fn delete_vpc(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("vpc", "VpcId")?;
    call.params.done()?;
    call.at("vpc", &id)?;
    call.unused(&id, &[])?;
    call.world.remove(&id);
    Ok(done())
}

/// An IPv6 range as it is asked for: of Amazon's, or from a pool.
struct WantedRange {
    range: Option<String>,
    pool: String,
    border: String,
}

fn wanted_range(call: &mut Call<'_>) -> Outcome<Option<WantedRange>> {
    let is_amazons = call.params.flag("AmazonProvidedIpv6CidrBlock")?.unwrap_or(false);
    let (pool, range) = (call.params.take("Ipv6IpamPoolId"), call.params.take("Ipv6CidrBlock"));
    let bits = call.params.number("Ipv6NetmaskLength")?;
    let border = call.params.take("Ipv6CidrBlockNetworkBorderGroup");
    let border = border.unwrap_or_else(|| call.region.to_owned());
    match pool {
        None if range.is_some() || bits.is_some() => {
            Err(refuse("MissingParameter", "A range is chosen from a pool"))
        }
        None => Ok(is_amazons.then(|| WantedRange { range: None, pool: "Amazon".into(), border })),
        Some(_) if is_amazons || range.is_some() == bits.is_some() => {
            let message =
                "From a pool comes the range or the length that is asked for, and nothing of Amazon's";
            Err(refuse("InvalidParameterCombination", message))
        }
        Some(pool) => Ok(Some(WantedRange { range, pool, border })),
    }
}

/// Gives a VPC a range, which it has with the look after the next.
fn give_range(call: &mut Call<'_>, vpc: &str, wanted: &WantedRange) -> Json {
    let association = call.world.new_id("vpc-cidr-assoc");
    let number = call.world.things.len();
    let range = wanted.range.clone().unwrap_or_else(|| format!("2600:1f18:{number:x}::/56"));
    let given = json!({"associationId": association, "ipv6CidrBlock": range,
        "ipv6CidrBlockState": {"state": "associating"}, "ipv6Pool": wanted.pool,
        "networkBorderGroup": wanted.border});
    associating(call, vpc, &given);
    given
}

/// Adds the one IPv6 range of a thing.
fn associating(call: &mut Call<'_>, id: &str, given: &Json) {
    let thing = call.world.things.get_mut(id).expect("it is there");
    let mut associated = given.clone();
    associated["ipv6CidrBlockState"] = json!({"state": "associated"});
    thing.body["ipv6CidrBlockAssociationSet"] = json!([given]);
    thing.later.push_back(json!({"ipv6CidrBlockAssociationSet": [associated]}));
}

pub(super) fn associate_vpc_range(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("vpc", "VpcId")?;
    let wanted = wanted_range(call)?;
    call.params.done()?;
    let missing = || refuse("MissingParameter", "The request must say which range to associate");
    let wanted = wanted.ok_or_else(missing)?;
    let vpc = call.at("vpc", &id)?;
    if vpc.body["ipv6CidrBlockAssociationSet"].as_array().is_some_and(|list| !list.is_empty()) {
        return Err(refuse("CidrLimitExceeded", "The VPC has an IPv6 range"));
    }
    let given = give_range(call, &id, &wanted);
    Ok(json!({"vpcId": id, "ipv6CidrBlockAssociation": given}))
}

pub(super) fn disassociate_vpc_range(call: &mut Call<'_>) -> Outcome<Json> {
    disassociate(call, "vpc", "InvalidVpcCidrBlockAssociationID.NotFound")
}

pub(super) fn disassociate_subnet_range(call: &mut Call<'_>) -> Outcome<Json> {
    disassociate(call, "subnet", "InvalidSubnetCidrBlockAssociationID.NotFound")
}

fn disassociate(call: &mut Call<'_>, kind: &'static str, code: &str) -> Outcome<Json> {
    let association = call.params.need("AssociationId")?;
    call.params.done()?;
    let path = "ipv6CidrBlockAssociationSet.associationId";
    let holder = call.world.all(kind, call.region).find(|(_, thing)| thing.has(path, &association));
    let Some((id, thing)) = holder.map(|(id, thing)| (id.clone(), thing.clone())) else {
        return Err(refuse(code, format!("The association '{association}' does not exist")));
    };
    let has_ranges = |of: &crate::fake::world::Thing| {
        of.body["ipv6CidrBlockAssociationSet"].as_array().is_some_and(|list| !list.is_empty())
    };
    let is_needed = kind == "vpc"
        && call
            .world
            .all("subnet", call.region)
            .any(|(_, subnet)| subnet.text("vpcId") == id && has_ranges(subnet));
    if is_needed || (kind == "subnet" && thing.has("assignIpv6AddressOnCreation", "true")) {
        return Err(refuse("DependencyViolation", "The range is in use"));
    }
    let thing = call.at(kind, &id)?;
    thing.body["ipv6CidrBlockAssociationSet"][0]["ipv6CidrBlockState"] = json!({"state": "disassociating"});
    thing.later.push_back(json!({"ipv6CidrBlockAssociationSet": []}));
    Ok(json!({}))
}

const ZONES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// The zone of a letter, with its id.
pub(super) fn zone(region: &str, name: Option<&str>, id: Option<&str>) -> Outcome<(String, String)> {
    let zones = ZONES.iter().enumerate();
    let mut zones =
        zones.map(|(index, letter)| (format!("{region}{letter}"), format!("use1-az{}", index + 1)));
    let is_it = |(zone, zone_id): &(String, String)| {
        name.is_none_or(|name| name == zone) && id.is_none_or(|id| id == zone_id)
    };
    zones.find(is_it).ok_or_else(|| invalid("availabilityZone", name.or(id).unwrap_or_default()))
}

pub(super) fn create_subnet(call: &mut Call<'_>) -> Outcome<Json> {
    let vpc = call.named("vpc", "VpcId")?;
    let text = call.params.take("CidrBlock");
    let text_v6 = call.params.take("Ipv6CidrBlock");
    let is_native = call.params.flag("Ipv6Native")?.unwrap_or(false);
    let (name, zone_id) = (call.params.take("AvailabilityZone"), call.params.take("AvailabilityZoneId"));
    let outpost = call.params.take("OutpostArn");
    let tags = specified(&mut call.params, "subnet")?;
    call.params.done()?;
    if name.is_some() && zone_id.is_some() {
        return Err(refuse("InvalidParameterCombination", "A zone is given by name or id, not both"));
    }
    if text.is_none() != is_native || (is_native && text_v6.is_none()) {
        return Err(refuse("MissingParameter", "Either cidrBlock or ipv6Native should be provided."));
    }
    let (name, zone_id) = zone(call.region, name.as_deref(), zone_id.as_deref())?;
    let within = call.at("vpc", &vpc)?.clone();
    if let Some(text) = &text {
        let range = Range::read(text)?;
        if !(16..=28).contains(&range.bits) || !Range::read(within.text("cidrBlock"))?.holds(range) {
            return Err(refuse("InvalidSubnet.Range", format!("The CIDR '{text}' is invalid.")));
        }
        free(call, &vpc, range, text)?;
    }
    let mut ranges = Vec::new();
    if let Some(text) = &text_v6 {
        ranges.push(v6_range(call, &vpc, text)?);
    }
    let id = call.made(
        "subnet",
        |id| {
            json!({
                "subnetId": id, "subnetArn": format!("arn:aws:ec2:{}:{ACCOUNT}:subnet/{id}", within.region),
                "vpcId": vpc, "ownerId": ACCOUNT, "state": "pending", "cidrBlock": text,
                "availabilityZone": name, "availabilityZoneId": zone_id, "availableIpAddressCount": 251,
                "defaultForAz": false, "mapPublicIpOnLaunch": false, "mapCustomerOwnedIpOnLaunch": false,
                "assignIpv6AddressOnCreation": is_native, "enableDns64": false, "ipv6Native": is_native,
                "ipv6CidrBlockAssociationSet": ranges, "outpostArn": outpost,
                "privateDnsNameOptionsOnLaunch": {"hostnameType": if is_native { "resource-name" } else { "ip-name" },
                    "enableResourceNameDnsARecord": false, "enableResourceNameDnsAAAARecord": false}})
        },
        tags,
    );
    call.world.things.get_mut(&id).expect("made").later.push_back(json!({"state": "available"}));
    Ok(json!({"subnet": describe::one(call, &id)?}))
}

fn free(call: &Call<'_>, vpc: &str, range: Range, text: &str) -> Outcome<()> {
    for (_, other) in call.world.all("subnet", call.region).filter(|(_, other)| other.text("vpcId") == vpc) {
        let v6 = crate::fake::world::texts_at(&other.body, "ipv6CidrBlockAssociationSet.ipv6CidrBlock");
        let ranges = v6.into_iter().chain(other.body["cidrBlock"].as_str().map(str::to_owned));
        for taken in ranges {
            if Range::read(&taken)?.overlaps(range) {
                let message = format!("The CIDR '{text}' conflicts with another subnet");
                return Err(refuse("InvalidSubnet.Conflict", message));
            }
        }
    }
    Ok(())
}

fn v6_range(call: &mut Call<'_>, vpc: &str, text: &str) -> Outcome<Json> {
    let range = Range::read(text)?;
    let thing = call.at("vpc", vpc)?;
    let of_vpc = crate::fake::world::texts_at(&thing.body, "ipv6CidrBlockAssociationSet.ipv6CidrBlock");
    let is_within = of_vpc.iter().any(|of| Range::read(of).is_ok_and(|of| of.holds(range)));
    if range.is_v4() || range.bits != 64 || !is_within {
        return Err(refuse("InvalidSubnet.Range", format!("The CIDR '{text}' is invalid.")));
    }
    free(call, vpc, range, text)?;
    let association = call.world.new_id("subnet-cidr-assoc");
    Ok(
        json!({"associationId": association, "ipv6CidrBlock": text, "ipv6CidrBlockState": {"state": "associated"}}),
    )
}

pub(super) fn associate_subnet_range(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("subnet", "SubnetId")?;
    let text = call.params.need("Ipv6CidrBlock")?;
    call.params.done()?;
    let subnet = call.at("subnet", &id)?;
    if subnet.body["ipv6CidrBlockAssociationSet"].as_array().is_some_and(|list| !list.is_empty()) {
        return Err(refuse("CidrLimitExceeded", "The subnet has an IPv6 range"));
    }
    let vpc = subnet.text("vpcId").to_owned();
    let mut given = v6_range(call, &vpc, &text)?;
    given["ipv6CidrBlockState"] = json!({"state": "associating"});
    associating(call, &id, &given);
    Ok(json!({"subnetId": id, "ipv6CidrBlockAssociation": given}))
}

const SUBNET_FLAGS: [(&str, &str); 5] = [
    ("AssignIpv6AddressOnCreation", "assignIpv6AddressOnCreation"),
    ("EnableDns64", "enableDns64"),
    ("EnableResourceNameDnsARecordOnLaunch", "enableResourceNameDnsARecord"),
    ("EnableResourceNameDnsAAAARecordOnLaunch", "enableResourceNameDnsAAAARecord"),
    ("MapPublicIpOnLaunch", "mapPublicIpOnLaunch"),
];

pub(super) fn modify_subnet(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("subnet", "SubnetId")?;
    let mut changes: Vec<(&str, Json)> = Vec::new();
    for (parameter, name) in SUBNET_FLAGS {
        changes.extend(call.params.flag(&format!("{parameter}.Value"))?.map(|flag| (name, json!(flag))));
    }
    let kind = call.params.word("PrivateDnsHostnameTypeOnLaunch", &["ip-name", "resource-name"])?;
    changes.extend(kind.map(|kind| ("hostnameType", json!(kind))));
    let index = call.params.number("EnableLniAtDeviceIndex")?.map(|n| json!(n));
    let is_off = call.params.flag("DisableLniAtDeviceIndex.Value")? == Some(true);
    changes.extend(index.or(is_off.then_some(Json::Null)).map(|n| ("enableLniAtDeviceIndex", n)));
    let pool = call.params.take("CustomerOwnedIpv4Pool");
    let is_pooled = call.params.flag("MapCustomerOwnedIpOnLaunch.Value")?;
    if pool.is_some() != (is_pooled == Some(true)) {
        return Err(refuse("InvalidParameterCombination", "A pool goes with MapCustomerOwnedIpOnLaunch"));
    }
    changes.extend(is_pooled.map(|flag| ("mapCustomerOwnedIpOnLaunch", json!(flag))));
    call.params.done()?;
    let [(name, value)] = &changes[..] else {
        return Err(refuse("InvalidParameterCombination", "Exactly one attribute can be modified at a time"));
    };
    let subnet = call.at("subnet", &id)?;
    let has_v6 = subnet.body["ipv6CidrBlockAssociationSet"].as_array().is_some_and(|list| !list.is_empty());
    let needs_v6 = ["assignIpv6AddressOnCreation", "enableDns64", "enableResourceNameDnsAAAARecord"];
    if needs_v6.contains(name) && *value == json!(true) && !has_v6 {
        return Err(refuse("InvalidParameterCombination", "The subnet has no IPv6 range"));
    }
    if ["enableLniAtDeviceIndex", "mapCustomerOwnedIpOnLaunch"].contains(name)
        && !subnet.body["outpostArn"].is_string()
    {
        return Err(refuse("InvalidParameterCombination", "The subnet is on no Outpost"));
    }
    if *name == "mapCustomerOwnedIpOnLaunch" {
        subnet.body["customerOwnedIpv4Pool"] = json!(pool);
    }
    let into = if ["hostnameType", "enableResourceNameDnsARecord", "enableResourceNameDnsAAAARecord"]
        .contains(name)
    {
        &mut subnet.body["privateDnsNameOptionsOnLaunch"]
    } else {
        &mut subnet.body
    };
    into[*name] = value.clone();
    Ok(done())
}

pub(super) fn delete_subnet(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("subnet", "SubnetId")?;
    call.params.done()?;
    call.at("subnet", &id)?;
    // Associations with route tables and network ACLs end with the subnet.
    call.unused(&id, &["route-table", "network-acl"])?;
    call.world.remove(&id);
    for thing in call.world.things.values_mut() {
        if let Some(list) = thing.body.get_mut("associationSet").and_then(Json::as_array_mut) {
            list.retain(|association| association["subnetId"] != id.as_str());
        }
    }
    Ok(done())
}

pub(super) fn create_gateway(call: &mut Call<'_>) -> Outcome<Json> {
    let tags = specified(&mut call.params, "internet-gateway")?;
    call.params.done()?;
    let body = |id: &str| json!({"internetGatewayId": id, "ownerId": ACCOUNT, "attachmentSet": []});
    let id = call.made("internet-gateway", body, tags);
    Ok(json!({"internetGateway": describe::one(call, &id)?}))
}

pub(super) fn attach_gateway(call: &mut Call<'_>) -> Outcome<Json> {
    let (id, vpc) = (call.named("internet-gateway", "InternetGatewayId")?, call.named("vpc", "VpcId")?);
    call.params.done()?;
    call.at("vpc", &vpc)?;
    let has_one = call
        .world
        .all("internet-gateway", call.region)
        .any(|(_, other)| other.has("attachmentSet.vpcId", &vpc));
    let gateway = call.at("internet-gateway", &id)?;
    if has_one || gateway.body["attachmentSet"].as_array().is_some_and(|list| !list.is_empty()) {
        let message = format!("resource {id} is already attached, or {vpc} has a gateway");
        return Err(refuse("Resource.AlreadyAssociated", message));
    }
    gateway.body["attachmentSet"] = json!([{"vpcId": vpc, "state": "available"}]);
    Ok(done())
}

pub(super) fn detach_gateway(call: &mut Call<'_>) -> Outcome<Json> {
    let (id, vpc) = (call.named("internet-gateway", "InternetGatewayId")?, call.named("vpc", "VpcId")?);
    call.params.done()?;
    let gateway = call.at("internet-gateway", &id)?;
    if !gateway.has("attachmentSet.vpcId", &vpc) {
        let message = format!("resource {id} is not attached to network {vpc}");
        return Err(refuse("Gateway.NotAttached", message));
    }
    if super::addresses::has_public(call, &vpc) {
        let message = format!("Network {vpc} has some mapped public address(es)");
        return Err(refuse("DependencyViolation", message));
    }
    call.at("internet-gateway", &id)?.body["attachmentSet"] = json!([]);
    Ok(done())
}

pub(super) fn delete_gateway(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("internet-gateway", "InternetGatewayId")?;
    call.params.done()?;
    let gateway = call.at("internet-gateway", &id)?;
    if gateway.body["attachmentSet"].as_array().is_some_and(|list| !list.is_empty()) {
        return Err(refuse("DependencyViolation", format!("The internetGateway '{id}' has dependencies")));
    }
    call.world.remove(&id);
    Ok(done())
}
