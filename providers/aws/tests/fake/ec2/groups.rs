//! Security groups and their rules. A rule is a thing of its own that goes with its group.

use super::range::Range;
use super::{describe, done, missing, specified};
use crate::fake::Call;
use crate::fake::params::{Params, invalid};
use crate::fake::world::{ACCOUNT, Outcome, World, refuse};
use serde_json::{Value as Json, json};

/// Where a rule says whom it is for: in its own description, in permissions, and in a permission's entries.
const PEERS: [(&str, &str, &str); 4] = [
    ("cidrIpv4", "ipRanges", "cidrIp"),
    ("cidrIpv6", "ipv6Ranges", "cidrIpv6"),
    ("prefixListId", "prefixListIds", "prefixListId"),
    ("referencedGroupInfo", "groups", "groupId"),
];

pub(super) fn create(call: &mut Call<'_>) -> Outcome<Json> {
    let (name, description) = (call.params.need("GroupName")?, call.params.need("GroupDescription")?);
    let vpc = call.named("vpc", "VpcId")?;
    let tags = specified(&mut call.params, "security-group")?;
    call.params.done()?;
    if name.starts_with("sg-") || name.len() > 255 {
        return Err(invalid("groupName", &name));
    }
    call.at("vpc", &vpc)?;
    let is_taken = call
        .world
        .all("security-group", call.region)
        .any(|(_, g)| g.text("groupName") == name && g.text("vpcId") == vpc);
    if is_taken {
        let message = format!("The security group '{name}' already exists for VPC '{vpc}'");
        return Err(refuse("InvalidGroup.Duplicate", message));
    }
    let body = |id: &str| json!({"groupId": id, "groupName": name, "groupDescription": description, "vpcId": vpc, "ownerId": ACCOUNT});
    let id = call.made("security-group", body, tags);
    let_out(call, &id);
    Ok(json!({"groupId": id, "return": true}))
}

/// The rule that every new group has.
pub(super) fn let_out(call: &mut Call<'_>, group: &str) {
    call.made_with("security-group-rule", group, |id| {
        json!({"securityGroupRuleId": id, "groupId": group, "groupOwnerId": ACCOUNT, "isEgress": true,
            "ipProtocol": "-1", "fromPort": -1, "toPort": -1, "cidrIpv4": "0.0.0.0/0"})
    });
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("security-group", "GroupId")?;
    call.params.done()?;
    let group = call.at("security-group", &id)?;
    if group.text("groupName") == "default" {
        return Err(refuse("CannotDelete", "the specified group: the name \"default\" is reserved"));
    }
    call.unused(&id, &[])?;
    call.world.remove(&id);
    Ok(done())
}

/// One rule as a permission of a request asks for it.
fn rules(call: &mut Call<'_>) -> Outcome<Vec<Json>> {
    let mut rules = Vec::new();
    for mut permission in call.params.items("IpPermissions")? {
        let service = service(&mut permission)?;
        let mut peers = Vec::new();
        for (list, entry, name) in [
            ("IpRanges", "CidrIp", "cidrIpv4"),
            ("Ipv6Ranges", "CidrIpv6", "cidrIpv6"),
            ("PrefixListIds", "PrefixListId", "prefixListId"),
        ] {
            for mut item in permission.items(list)? {
                let peer = json!({name: item.need(entry)?});
                peers.push((peer, item.take("Description")));
                item.done()?;
            }
        }
        for mut item in permission.items("Groups")? {
            let user = item.take("UserId").unwrap_or_else(|| ACCOUNT.into());
            let peer = json!({"referencedGroupInfo": {"groupId": item.need("GroupId")?, "userId": user}});
            peers.push((peer, item.take("Description")));
            item.done()?;
        }
        permission.done()?;
        for (peer, description) in peers {
            check_peer(call, &peer)?;
            let mut rule = service.clone();
            crate::fake::world::merge(&mut rule, peer);
            rule["description"] = json!(description);
            rules.push(rule);
        }
    }
    if rules.is_empty() {
        return Err(refuse("MissingParameter", "The request must contain rules with peers"));
    }
    Ok(rules)
}

/// Protocol and ports, as the API tells them.
fn service(params: &mut Params) -> Outcome<Json> {
    let written = params.need("IpProtocol")?;
    let protocol = match written.as_str() {
        "1" => "icmp",
        "6" => "tcp",
        "17" => "udp",
        "58" => "icmpv6",
        other => other,
    };
    let (from, to) = (params.number("FromPort")?, params.number("ToPort")?);
    let number = protocol.parse::<i64>();
    if !["tcp", "udp", "icmp", "icmpv6", "-1"].contains(&protocol)
        && !number.is_ok_and(|n| (0..=255).contains(&n))
    {
        return Err(invalid("IpProtocol", &written));
    }
    let is_by_port = ["tcp", "udp"].contains(&protocol);
    let is_good = |port: i64| (0..=65535).contains(&port);
    if is_by_port && !(from.is_some_and(is_good) && to.is_some_and(is_good) && from <= to) {
        return Err(refuse(
            "InvalidParameterValue",
            format!("Invalid value for portRange: {from:?} to {to:?}"),
        ));
    }
    let port = |port: Option<i64>| port.filter(|_| protocol != "-1").unwrap_or(-1);
    Ok(json!({"ipProtocol": protocol, "fromPort": port(from), "toPort": port(to)}))
}

fn check_peer(call: &mut Call<'_>, peer: &Json) -> Outcome<()> {
    for (name, is_v4) in [("cidrIpv4", true), ("cidrIpv6", false)] {
        if let Some(text) = peer[name].as_str()
            && Range::read(text)?.is_v4() != is_v4
        {
            return Err(refuse("InvalidParameterValue", format!("CIDR block {text} is malformed")));
        }
    }
    match peer["referencedGroupInfo"]["groupId"].as_str() {
        Some(group) => call.at("security-group", group).map(drop),
        None => Ok(()),
    }
}

/// What makes two rules the same: all but their description.
fn is_same(one: &Json, other: &Json) -> bool {
    let names = ["ipProtocol", "fromPort", "toPort"].into_iter().chain(PEERS.map(|(name, _, _)| name));
    names.into_iter().all(|name| one[name] == other[name])
}

/// The rule of a group that is the same as another.
fn position(world: &World, group: &str, is_egress: bool, rule: &Json) -> Option<String> {
    let is_it =
        |body: &Json| body["groupId"] == group && body["isEgress"] == json!(is_egress) && is_same(body, rule);
    let mut all = world.things.iter().filter(|(_, thing)| thing.kind == "security-group-rule");
    all.find(|(_, thing)| is_it(&thing.body)).map(|(id, _)| id.clone())
}

pub(super) fn authorize(call: &mut Call<'_>, is_egress: bool) -> Outcome<Json> {
    let group = call.named("security-group", "GroupId")?;
    let tags = specified(&mut call.params, "security-group-rule")?;
    let rules = rules(call)?;
    call.params.done()?;
    call.at("security-group", &group)?;
    let mut made = Vec::new();
    for rule in rules {
        if position(call.world, &group, is_egress, &rule).is_some() {
            return Err(refuse("InvalidPermission.Duplicate", "the specified rule already exists"));
        }
        let id = call.made(
            "security-group-rule",
            |id| {
                let mut body = json!({"securityGroupRuleId": id, "groupId": group, "groupOwnerId": ACCOUNT,
                    "isEgress": is_egress});
                crate::fake::world::merge(&mut body, rule);
                body
            },
            tags.clone(),
        );
        call.world.things.get_mut(&id).expect("it was just made").owner = Some(group.clone());
        made.push(describe::one(call, &id)?);
    }
    Ok(json!({"return": true, "securityGroupRuleSet": made}))
}

pub(super) fn revoke(call: &mut Call<'_>, is_egress: bool) -> Outcome<Json> {
    let group = call.named("security-group", "GroupId")?;
    let ids = call.params.list("SecurityGroupRuleId")?;
    let rules = if ids.is_empty() { rules(call)? } else { Vec::new() };
    call.params.done()?;
    call.at("security-group", &group)?;
    // What the group shows can be revoked; what is named must be found.
    for rule in rules {
        let id = position(call.world, &group, is_egress, &rule);
        let none = || {
            refuse("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        };
        call.world.remove(&id.ok_or_else(none)?);
    }
    for id in ids {
        let rule = call.at("security-group-rule", &id)?;
        if rule.text("groupId") != group || rule.body["isEgress"] != json!(is_egress) {
            return Err(missing("security-group-rule", &id));
        }
        call.world.remove(&id);
    }
    Ok(done())
}

/// `UpdateSecurityGroupRuleDescriptionsIngress` and `-Egress`
pub(super) fn describe_rules(call: &mut Call<'_>, is_egress: bool) -> Outcome<Json> {
    let group = call.named("security-group", "GroupId")?;
    let rules = rules(call)?;
    call.params.done()?;
    call.at("security-group", &group)?;
    for rule in rules {
        let Some(id) = position(call.world, &group, is_egress, &rule) else {
            return Err(refuse("InvalidPermission.NotFound", "The specified rule does not exist"));
        };
        let thing = call.world.things.get_mut(&id).expect("it was found there");
        thing.body["description"] = rule["description"].clone();
    }
    Ok(done())
}

pub(super) fn modify(call: &mut Call<'_>) -> Outcome<Json> {
    let group = call.named("security-group", "GroupId")?;
    let mut changes = Vec::new();
    for mut item in call.params.items("SecurityGroupRule")? {
        let id = item.need("SecurityGroupRuleId")?;
        let mut wanted = item.inner("SecurityGroupRule").unwrap_or_default();
        item.done()?;
        let mut rule = service(&mut wanted)?;
        for (parameter, name) in
            [("CidrIpv4", "cidrIpv4"), ("CidrIpv6", "cidrIpv6"), ("PrefixListId", "prefixListId")]
        {
            if let Some(text) = wanted.take(parameter) {
                rule[name] = json!(text);
            }
        }
        if let Some(text) = wanted.take("ReferencedGroupId") {
            rule["referencedGroupInfo"] = json!({"groupId": text, "userId": ACCOUNT});
        }
        rule["description"] = json!(wanted.take("Description"));
        wanted.done()?;
        check_peer(call, &rule)?;
        changes.push((id, rule));
    }
    call.params.done()?;
    call.at("security-group", &group)?;
    for (id, rule) in changes {
        let before = call.at("security-group-rule", &id)?.body.clone();
        if before["groupId"] != group.as_str() {
            return Err(missing("security-group-rule", &id));
        }
        let has_other_peer = PEERS.iter().any(|(name, _, _)| before[name].is_null() != rule[name].is_null());
        if has_other_peer {
            return Err(refuse("InvalidParameterValue", "The kind of a rule's peer can't be changed"));
        }
        let same = position(call.world, &group, before["isEgress"] == json!(true), &rule);
        if same.is_some_and(|same| same != id) {
            return Err(refuse("InvalidPermission.Duplicate", "the specified rule already exists"));
        }
        crate::fake::world::merge(&mut call.at("security-group-rule", &id)?.body, rule);
    }
    Ok(done())
}

/// Adds a group's rules to its description, one permission for each protocol and ports.
pub(super) fn show_rules(world: &World, group: &str, description: &mut Json) {
    for (set, is_egress) in [("ipPermissions", false), ("ipPermissionsEgress", true)] {
        let mut permissions: Vec<Json> = Vec::new();
        let rules = world
            .things
            .values()
            .filter(|thing| thing.kind == "security-group-rule")
            .map(|thing| &thing.body);
        for rule in rules.filter(|rule| rule["groupId"] == group && rule["isEgress"] == json!(is_egress)) {
            let same = |permission: &Json| {
                ["ipProtocol", "fromPort", "toPort"].iter().all(|name| permission[*name] == rule[*name])
            };
            let at = permissions.iter().position(same).unwrap_or_else(|| {
                permissions.push(json!({"ipProtocol": rule["ipProtocol"], "fromPort": rule["fromPort"],
                    "toPort": rule["toPort"], "ipRanges": [], "ipv6Ranges": [], "prefixListIds": [], "groups": []}));
                permissions.len() - 1
            });
            for (name, list, entry) in PEERS.iter().filter(|(name, _, _)| !rule[name].is_null()) {
                let mut item = match *entry {
                    "groupId" => rule[name].clone(),
                    entry => json!({entry: rule[name]}),
                };
                item["description"] = rule["description"].clone();
                permissions[at][*list].as_array_mut().expect("a list").push(item);
            }
        }
        // "All" has no ports.
        for permission in permissions.iter_mut().filter(|permission| permission["ipProtocol"] == "-1") {
            let parts = permission.as_object_mut().expect("an object");
            parts.remove("fromPort");
            parts.remove("toPort");
        }
        description[set] = json!(permissions);
    }
}
