//! VPC endpoints: gateways in route tables, and interfaces in subnets.

use super::describe::{self, Description};
use super::interfaces::{self, Wanted};
use super::specified;
use crate::fake::Call;
use crate::fake::params::{Params, invalid};
use crate::fake::world::{ACCOUNT, Outcome, Refusal, Thing, World, merge, refuse, texts_at};
use serde_json::{Value as Json, json};

pub(super) const ENDPOINTS: Description = Description {
    kind: "vpc-endpoint",
    set: "vpcEndpointSet",
    ids: "VpcEndpointId",
    filters: &[
        ("service-name", "serviceName"),
        ("vpc-endpoint-id", "vpcEndpointId"),
        ("vpc-endpoint-state", "state"),
        ("vpc-endpoint-type", "vpcEndpointType"),
        ("vpc-id", "vpcId"),
    ],
};

/// Services, with the list of ranges of those that have gateways.
const SERVICES: [(&str, Option<&str>); 5] = [
    ("dynamodb", Some("pl-02cd2c6b")),
    ("ec2", None),
    ("s3", Some("pl-63a5400a")),
    ("sqs", None),
    ("ssm", None),
];

const POLICY: &str = "{\n\t\"Statement\": [\n\t\t{\n\t\t\t\"Action\": \"*\", \n\t\t\t\"Effect\": \"Allow\", \n\t\t\t\
    \"Principal\": \"*\", \n\t\t\t\"Resource\": \"*\"\n\t\t}\n\t]\n}";

const ADDRESS_TYPES: [&str; 3] = ["dualstack", "ipv4", "ipv6"];
const RECORD_TYPES: [&str; 4] = ["dualstack", "ipv4", "ipv6", "service-defined"];

fn bad(message: impl Into<String>) -> Refusal {
    refuse("InvalidParameter", message)
}

/// The last part of a service's name, and its list of ranges.
fn service(region: &str, name: &str) -> Outcome<(&'static str, Option<&'static str>)> {
    let of = |(service, list): &(&'static str, Option<&'static str>)| {
        (name == format!("com.amazonaws.{region}.{service}")).then_some((*service, *list))
    };
    let unknown =
        || refuse("InvalidServiceName", format!("The Vpc Endpoint Service '{name}' does not exist"));
    SERVICES.iter().find_map(of).ok_or_else(unknown)
}

/// `DescribePrefixLists`
pub(super) fn prefix_lists(call: &mut Call<'_>) -> Outcome<Json> {
    let mut names = None;
    for mut filter in call.params.items("Filter")? {
        let name = filter.need("Name")?;
        if name != "prefix-list-name" {
            return Err(invalid("Filter.Name", &name));
        }
        names = Some(filter.list("Value")?);
    }
    call.params.done()?;
    let list = |(service, list): &(&str, Option<&str>)| {
        let name = format!("com.amazonaws.{}.{service}", call.region);
        let is_meant = names.as_ref().is_none_or(|names| names.contains(&name));
        let told =
            |id: &str| json!({"prefixListId": id, "prefixListName": name, "cidrSet": ["198.18.0.0/16"]});
        list.filter(|_| is_meant).map(told)
    };
    let all: Vec<Json> = SERVICES.iter().filter_map(list).collect();
    Ok(json!({"prefixListSet": all}))
}

fn policy(params: &mut Params) -> Outcome<Option<String>> {
    let Some(text) = params.take("PolicyDocument") else { return Ok(None) };
    let is_policy = serde_json::from_str::<Json>(&text).is_ok_and(|json| !json["Statement"].is_null());
    if is_policy { Ok(Some(text)) } else { Err(refuse("InvalidPolicyDocument", "The policy is malformed")) }
}

/// What is said of names and address families; what isn't stays as it is `before`.
fn options(params: &mut Params, before: &Json) -> Outcome<Json> {
    let family = params.word("IpAddressType", &ADDRESS_TYPES)?;
    let family = family.as_deref().or(before["ipAddressType"].as_str()).unwrap_or("ipv4").to_owned();
    let mut dns = params.inner("DnsOptions").unwrap_or_default();
    let records = dns.word("DnsRecordIpType", &RECORD_TYPES)?;
    let records = records.as_deref().or(before["dnsOptions"]["dnsRecordIpType"].as_str()).unwrap_or("ipv4");
    let name = "privateDnsOnlyForInboundResolverEndpoint";
    let is_inbound = dns.flag("PrivateDnsOnlyForInboundResolverEndpoint")?;
    dns.done()?;
    let is_inbound = is_inbound.or(before["dnsOptions"][name].as_bool()).unwrap_or(false);
    if records != family && family != "dualstack" && records != "service-defined" {
        return Err(bad(format!("DNS records of {records} don't go with addresses of {family}")));
    }
    Ok(json!({"ipAddressType": family, "dnsOptions": {"dnsRecordIpType": records, name: is_inbound}}))
}

/// Private addresses that are asked for, by subnet.
fn configured(params: &mut Params) -> Outcome<Vec<(String, Option<String>)>> {
    let mut all = Vec::new();
    for mut item in params.items("SubnetConfiguration")? {
        all.push((item.need("SubnetId")?, item.take("Ipv4")));
        item.take("Ipv6");
        item.done()?;
    }
    Ok(all)
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome<Json> {
    if let Some(id) = call.repeated()? {
        return Ok(json!({"vpcEndpoint": describe::one(call, &id)?}));
    }
    let kind = call.params.word("VpcEndpointType", &["Gateway", "Interface"])?;
    let kind = kind.unwrap_or_else(|| "Gateway".into());
    let vpc = call.named("vpc", "VpcId")?;
    let name = call.params.need("ServiceName")?;
    let region = call.params.take("ServiceRegion").unwrap_or_else(|| call.region.to_owned());
    let (_, list) = service(&region, &name)?;
    let tags = specified(&mut call.params, "vpc-endpoint")?;
    let policy = policy(&mut call.params)?;
    call.at("vpc", &vpc)?;
    let mut body = json!({"vpcEndpointType": kind, "vpcId": vpc, "serviceName": name, "ownerId": ACCOUNT,
        "serviceRegion": region, "policyDocument": policy.as_deref().unwrap_or(POLICY), "requesterManaged": false,
        "routeTableIdSet": [], "subnetIdSet": [], "groupSet": [], "networkInterfaceIdSet": [], "dnsEntrySet": []});
    if kind == "Gateway" {
        let tables = call.params.list("RouteTableId")?;
        call.params.done().map_err(|_| bad("That is for interface endpoints"))?;
        let list = list.ok_or_else(|| bad(format!("{name} has no gateways")))?;
        merge(&mut body, json!({"privateDnsEnabled": false, "state": "available"}));
        let id = make(call, body, tags);
        tables.iter().try_for_each(|table| enter(call, &id, table, list))?;
        call.remember(&id);
        return Ok(json!({"vpcEndpoint": describe::one(call, &id)?}));
    }
    let (subnets, groups) = (call.params.list("SubnetId")?, call.params.list("SecurityGroupId")?);
    let is_private = call.params.flag("PrivateDnsEnabled")?.unwrap_or(true);
    let configured = configured(&mut call.params)?;
    merge(&mut body, options(&mut call.params, &Json::Null)?);
    call.params.done().map_err(|_| bad("That is for gateway endpoints"))?;
    let groups = interfaces::groups(call, &vpc, groups)?;
    if is_private {
        check_names(call, "", &body)?;
    }
    merge(&mut body, json!({"groupSet": groups, "privateDnsEnabled": is_private, "state": "pending"}));
    let id = make(call, body, tags);
    for subnet in subnets {
        place(call, &id, &subnet, &configured)?;
    }
    show_names(call, &id);
    call.world.things.get_mut(&id).expect("made").later.push_back(json!({"state": "available"}));
    call.remember(&id);
    Ok(json!({"vpcEndpoint": describe::one(call, &id)?}))
}

fn make(call: &mut Call<'_>, mut body: Json, tags: super::Tags) -> String {
    call.made(
        "vpc-endpoint",
        |id| {
            body["vpcEndpointId"] = json!(id);
            body
        },
        tags,
    )
}

/// The endpoint's description, which can be written to.
fn body<'a>(call: &'a mut Call<'_>, id: &str) -> &'a mut Json {
    &mut call.world.things.get_mut(id).expect("it was found").body
}

fn texts<'a>(call: &'a mut Call<'_>, id: &str, name: &str) -> &'a mut Vec<Json> {
    body(call, id)[name].as_array_mut().expect("a list")
}

/// Leads a route table to a gateway endpoint.
fn enter(call: &mut Call<'_>, id: &str, table: &str, list: &str) -> Outcome<()> {
    let vpc = body(call, id)["vpcId"].clone();
    let thing = call.at("route-table", table)?;
    if thing.body["vpcId"] != vpc {
        return Err(bad(format!("Route table {table} belongs to another network")));
    }
    if thing.has("routeSet.destinationPrefixListId", list) {
        let message =
            format!("route table {table} already has a route with destination-prefix-list-id {list}");
        return Err(refuse("RouteAlreadyExists", message));
    }
    let route =
        json!({"destinationPrefixListId": list, "gatewayId": id, "state": "active", "origin": "CreateRoute"});
    thing.body["routeSet"].as_array_mut().expect("a list").push(route);
    texts(call, id, "routeTableIdSet").push(json!(table));
    Ok(())
}

/// Leads a route table no longer to an endpoint.
fn leave(world: &mut World, id: &str, table: &str) {
    if let Some(table) = world.things.get_mut(table) {
        table.body["routeSet"].as_array_mut().expect("a list").retain(|route| route["gatewayId"] != id);
    }
}

/// Gives an interface endpoint an interface in a subnet; there is one a zone.
fn place(
    call: &mut Call<'_>,
    id: &str,
    subnet: &str,
    configured: &[(String, Option<String>)],
) -> Outcome<()> {
    let thing = call.at("subnet", subnet)?.body.clone();
    let described = body(call, id).clone();
    if thing["vpcId"] != described["vpcId"] {
        return Err(bad(format!("The subnet {subnet} is not in the VPC of the endpoint")));
    }
    for other in texts_at(&described["subnetIdSet"], "") {
        if call.at("subnet", &other)?.body["availabilityZone"] == thing["availabilityZone"] {
            let message = format!("Found another VPC endpoint subnet in the availability zone of {subnet}.");
            return Err(refuse("DuplicateSubnetsInSameZone", message));
        }
    }
    let has_v6 = thing["ipv6CidrBlockAssociationSet"].as_array().is_some_and(|list| !list.is_empty());
    if described["ipAddressType"] != "ipv4" && !has_v6 {
        return Err(bad(format!("The subnet {subnet} has no IPv6 range")));
    }
    let address = configured.iter().find(|(of, _)| of == subnet).and_then(|(_, address)| address.clone());
    let wanted = Wanted {
        subnet: subnet.to_owned(),
        groups: texts_at(&described["groupSet"], "groupId"),
        address,
        description: format!("VPC Endpoint Interface {id}"),
    };
    let eni = interfaces::make(call, id, wanted)?;
    texts(call, id, "subnetIdSet").push(json!(subnet));
    texts(call, id, "networkInterfaceIdSet").push(json!(eni));
    Ok(())
}

/// Takes the interface in a subnet from an endpoint.
fn displace(call: &mut Call<'_>, id: &str, subnet: &str) -> Outcome<()> {
    let is_it = |thing: &Thing| thing.owner.as_deref() == Some(id) && thing.has("subnetId", subnet);
    let found = call.world.all("network-interface", call.region).find(|(_, thing)| is_it(thing));
    let Some(eni) = found.map(|(eni, _)| eni.clone()) else {
        return Err(bad(format!("The endpoint isn't in the subnet {subnet}")));
    };
    call.world.remove(&eni);
    texts(call, id, "subnetIdSet").retain(|other| other != subnet);
    texts(call, id, "networkInterfaceIdSet").retain(|other| *other != eni.as_str());
    Ok(())
}

/// Private names need a VPC with names, and are one endpoint's.
fn check_names(call: &mut Call<'_>, id: &str, body: &Json) -> Outcome<()> {
    let vpc = body["vpcId"].as_str().unwrap_or_default().to_owned();
    let thing = call.at("vpc", &vpc)?;
    if ["enableDnsHostnames", "enableDnsSupport"].iter().any(|name| thing.inner[*name] != json!(true)) {
        let message =
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes";
        return Err(bad(message));
    }
    let is_other = |(of, thing): (&String, &Thing)| {
        of != id
            && thing.has("privateDnsEnabled", "true")
            && thing.has("vpcId", &vpc)
            && thing.body["serviceName"] == body["serviceName"]
    };
    if call.world.all("vpc-endpoint", call.region).any(is_other) {
        return Err(bad(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain",
        ));
    }
    Ok(())
}

/// The names of an interface endpoint.
fn show_names(call: &mut Call<'_>, id: &str) {
    let region = call.region.to_owned();
    let body = body(call, id);
    let name = body["serviceName"].as_str().and_then(|name| name.rsplit('.').next()).unwrap_or_default();
    let mut names =
        vec![json!({"dnsName": format!("{id}.{name}.{region}.vpce.amazonaws.com"), "hostedZoneId": "Z7"})];
    if body["privateDnsEnabled"] == json!(true) {
        names.push(json!({"dnsName": format!("{name}.{region}.amazonaws.com"), "hostedZoneId": "Z8"}));
    }
    body["dnsEntrySet"] = json!(names);
}

/// The lists of what is to be added and taken away.
fn lists(params: &mut Params, name: &str) -> Outcome<(Vec<String>, Vec<String>)> {
    Ok((params.list(&format!("Add{name}"))?, params.list(&format!("Remove{name}"))?))
}

pub(super) fn modify(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("vpc-endpoint", "VpcEndpointId")?;
    let endpoint = call.at("vpc-endpoint", &id)?;
    let before = endpoint.body.clone();
    if endpoint.text("state") != "available" {
        return Err(refuse("IncorrectState", format!("The endpoint {id} is not available")));
    }
    if let Some(policy) = policy(&mut call.params)? {
        body(call, &id)["policyDocument"] = json!(policy);
    }
    if call.params.flag("ResetPolicy")? == Some(true) {
        body(call, &id)["policyDocument"] = json!(POLICY);
    }
    if before["vpcEndpointType"] == "Gateway" {
        modify_gateway(call, &id)?;
    } else {
        modify_interface(call, &id, &before)?;
    }
    Ok(json!({"return": true}))
}

fn modify_gateway(call: &mut Call<'_>, id: &str) -> Outcome<()> {
    let (added, removed) = lists(&mut call.params, "RouteTableId")?;
    call.params.done().map_err(|_| bad("That is for interface endpoints"))?;
    for table in removed {
        if !texts(call, id, "routeTableIdSet").contains(&json!(table)) {
            return Err(bad(format!("The endpoint isn't in the route table {table}")));
        }
        leave(call.world, id, &table);
        texts(call, id, "routeTableIdSet").retain(|other| *other != table.as_str());
    }
    let name = body(call, id)["serviceName"].as_str().unwrap_or_default().to_owned();
    let (_, list) = service(call.region, &name)?;
    added.iter().try_for_each(|table| enter(call, id, table, list.unwrap_or_default()))
}

fn modify_interface(call: &mut Call<'_>, id: &str, before: &Json) -> Outcome<()> {
    let (added, removed) = lists(&mut call.params, "SubnetId")?;
    let (mut joining, leaving) = lists(&mut call.params, "SecurityGroupId")?;
    let is_private = call.params.flag("PrivateDnsEnabled")?;
    let configured = configured(&mut call.params)?;
    let options = options(&mut call.params, before)?;
    call.params.done().map_err(|_| bad("That is for gateway endpoints"))?;
    merge(body(call, id), options);
    let vpc = before["vpcId"].as_str().unwrap_or_default().to_owned();
    let mut groups = texts_at(&before["groupSet"], "groupId");
    if let Some(group) = leaving.iter().find(|group| !groups.contains(group)) {
        return Err(bad(format!("The endpoint isn't in the security group {group}")));
    }
    if let Some(group) = joining.iter().find(|group| groups.contains(group)) {
        return Err(bad(format!("The endpoint is in the security group {group} already")));
    }
    groups.append(&mut joining);
    groups.retain(|group| !leaving.contains(group));
    if groups.is_empty() {
        return Err(bad("An interface endpoint has a security group"));
    }
    let groups = interfaces::groups(call, &vpc, groups)?;
    for thing in call.world.things.values_mut().filter(|thing| thing.owner.as_deref() == Some(id)) {
        thing.body["groupSet"] = json!(groups);
    }
    body(call, id)["groupSet"] = json!(groups);
    removed.iter().try_for_each(|subnet| displace(call, id, subnet))?;
    added.iter().try_for_each(|subnet| place(call, id, subnet, &configured))?;
    // A new address in a subnet is a new interface.
    for (subnet, address) in
        configured.iter().filter(|(subnet, address)| !added.contains(subnet) && address.is_some())
    {
        let is_there = |thing: &Thing| {
            thing.owner.as_deref() == Some(id)
                && thing.has("privateIpAddress", address.as_deref().unwrap_or_default())
        };
        if !call.world.things.values().any(is_there) {
            displace(call, id, subnet)?;
            place(call, id, subnet, &configured)?;
        }
    }
    if let Some(is_private) = is_private {
        if is_private {
            check_names(call, id, before)?;
        }
        body(call, id)["privateDnsEnabled"] = json!(is_private);
        show_names(call, id);
    }
    let endpoint = call.world.things.get_mut(id).expect("it was found");
    endpoint.body["state"] = json!("pending");
    endpoint.later.push_back(json!({"state": "available"}));
    Ok(())
}

/// What can't be deleted is told one by one.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome<Json> {
    let ids = call.params.list("VpcEndpointId")?;
    call.params.done()?;
    let mut unsuccessful = Vec::new();
    for id in ids {
        let Ok(endpoint) = call.at("vpc-endpoint", &id) else {
            let error =
                json!({"code": "InvalidVpcEndpoint.NotFound", "message": "The endpoint does not exist"});
            unsuccessful.push(json!({"resourceId": id, "error": error}));
            continue;
        };
        endpoint.body["state"] = json!("deleting");
        endpoint.later.clear();
        endpoint.later.push_back(Json::Null);
        for table in texts_at(&endpoint.body["routeTableIdSet"], "") {
            leave(call.world, &id, &table);
            body(call, &id)["routeTableIdSet"] = json!([]);
        }
    }
    Ok(json!({"unsuccessful": unsuccessful}))
}
