//! Describing: by identifiers, by filters, page by page.

use super::{addresses, groups, instances, missing, volumes};
use crate::fake::Call;
use crate::fake::params::invalid;
use crate::fake::world::{Outcome, Thing, World, merge, refuse, texts_at};
use serde_json::{Value as Json, json};

/// How an operation describes things of a kind.
pub(super) struct Description {
    pub(super) kind: &'static str,
    /// The list in the answer.
    pub(super) set: &'static str,
    /// The parameter with identifiers.
    pub(super) ids: &'static str,
    /// Filters, and where in a description their values stand.
    pub(super) filters: &'static [(&'static str, &'static str)],
}

pub(super) const VPCS: Description = Description {
    kind: "vpc",
    set: "vpcSet",
    ids: "VpcId",
    filters: &[
        ("cidr", "cidrBlock"),
        ("cidr-block-association.cidr-block", "cidrBlockAssociationSet.cidrBlock"),
        ("is-default", "isDefault"),
        ("owner-id", "ownerId"),
        ("state", "state"),
        ("vpc-id", "vpcId"),
    ],
};

pub(super) const SUBNETS: Description = Description {
    kind: "subnet",
    set: "subnetSet",
    ids: "SubnetId",
    filters: &[
        ("availability-zone", "availabilityZone"),
        ("availability-zone-id", "availabilityZoneId"),
        ("cidr-block", "cidrBlock"),
        ("default-for-az", "defaultForAz"),
        ("ipv6-cidr-block-association.ipv6-cidr-block", "ipv6CidrBlockAssociationSet.ipv6CidrBlock"),
        ("state", "state"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ],
};

pub(super) const GATEWAYS: Description = Description {
    kind: "internet-gateway",
    set: "internetGatewaySet",
    ids: "InternetGatewayId",
    filters: &[
        ("attachment.vpc-id", "attachmentSet.vpcId"),
        ("attachment.state", "attachmentSet.state"),
        ("internet-gateway-id", "internetGatewayId"),
    ],
};

pub(super) const TABLES: Description = Description {
    kind: "route-table",
    set: "routeTableSet",
    ids: "RouteTableId",
    filters: &[
        ("association.gateway-id", "associationSet.gatewayId"),
        ("association.main", "associationSet.main"),
        ("association.route-table-association-id", "associationSet.routeTableAssociationId"),
        ("association.subnet-id", "associationSet.subnetId"),
        ("route-table-id", "routeTableId"),
        ("vpc-id", "vpcId"),
    ],
};

pub(super) const ACLS: Description = Description {
    kind: "network-acl",
    set: "networkAclSet",
    ids: "NetworkAclId",
    filters: &[
        ("association.association-id", "associationSet.networkAclAssociationId"),
        ("association.subnet-id", "associationSet.subnetId"),
        ("default", "default"),
        ("network-acl-id", "networkAclId"),
        ("vpc-id", "vpcId"),
    ],
};

pub(super) const GROUPS: Description = Description {
    kind: "security-group",
    set: "securityGroupInfo",
    ids: "GroupId",
    filters: &[
        ("description", "groupDescription"),
        ("group-id", "groupId"),
        ("group-name", "groupName"),
        ("vpc-id", "vpcId"),
    ],
};

pub(super) const KEYS: Description = Description {
    kind: "key-pair",
    set: "keySet",
    ids: "KeyPairId",
    filters: &[("fingerprint", "keyFingerprint"), ("key-name", "keyName"), ("key-pair-id", "keyPairId")],
};

pub(super) const RULES: Description = Description {
    kind: "security-group-rule",
    set: "securityGroupRuleSet",
    ids: "SecurityGroupRuleId",
    filters: &[("group-id", "groupId"), ("security-group-rule-id", "securityGroupRuleId")],
};

/// How many things a page has at most, however many were asked for: the API may answer fewer.
const PAGE_MAX: usize = 3;

/// Carries out a `Describe` operation.
pub(super) fn things(call: &mut Call<'_>, how: &Description) -> Outcome<Json> {
    let ids = call.params.list(how.ids)?;
    let filters = filters(call, how)?;
    let limit = call.params.number("MaxResults")?;
    if limit.is_some_and(|limit| !(5..=1000).contains(&limit)) || (limit.is_some() && !ids.is_empty()) {
        return Err(refuse(
            "InvalidParameterValue",
            "MaxResults must be from 5 to 1000, and without identifiers",
        ));
    }
    let from = call.params.take("NextToken");
    call.params.done()?;
    for id in &ids {
        call.at(how.kind, id)?;
    }
    let region = call.region;
    let candidates: Vec<(String, Json)> = call
        .world
        .all(how.kind, region)
        .filter(|(id, _)| ids.is_empty() || ids.contains(id))
        .map(|(id, thing)| (id.clone(), shown(call, id, thing)))
        .collect();
    let mut found = Vec::new();
    for (id, description) in candidates {
        let is_it = filters.iter().all(|(path, wanted)| matches(&description, path, wanted));
        if is_it && call.world.look(how.kind, region, &id).is_some() {
            found.push((id, description));
        }
    }
    if let Some(from) = from {
        found.retain(|(id, _)| *id > from);
    }
    let mut next = Json::Null;
    if limit.is_some() && found.len() > PAGE_MAX {
        found.truncate(PAGE_MAX);
        next = json!(found.last().map(|(id, _)| id));
    }
    found.iter().for_each(|(id, _)| age(call.world, id));
    let list: Vec<Json> = found.into_iter().map(|(_, description)| description).collect();
    Ok(json!({how.set: list, "nextToken": next}))
}

fn shown(call: &Call<'_>, id: &str, thing: &Thing) -> Json {
    let mut description = thing.described();
    match thing.kind {
        "elastic-ip" => addresses::show(call.world, id, &mut description),
        "instance" => instances::show(call.world, id, &mut description),
        "security-group" => groups::show_rules(call.world, id, &mut description),
        "volume" => volumes::show(call.world, id, &mut description),
        _ => {}
    }
    description
}

/// One more look at a thing: what was to become of it does. What went with it goes when it is over.
pub(crate) fn age(world: &mut World, id: &str) {
    let Some(thing) = world.things.get_mut(id) else { return };
    match thing.later.pop_front() {
        None => return,
        Some(Json::Null) => return world.remove(id),
        Some(patch) => merge(&mut thing.body, patch),
    }
    if thing.is_over() {
        let owned = world.things.iter().filter(|(_, thing)| thing.owner.as_deref() == Some(id));
        let owned: Vec<String> = owned.map(|(id, _)| id.clone()).collect();
        owned.iter().for_each(|id| world.remove(id));
        volumes::let_go(world, id);
    }
}

/// Filters as paths and the values looked for.
fn filters(call: &mut Call<'_>, how: &Description) -> Outcome<Vec<(String, Vec<String>)>> {
    let mut filters = Vec::new();
    for mut filter in call.params.items("Filter")? {
        let name = filter.need("Name")?;
        let values = filter.list("Value")?;
        filter.done()?;
        if values.len() > 200 {
            return Err(refuse("FilterLimitExceeded", "A filter has at most 200 values"));
        }
        let path = how.filters.iter().find(|(of, _)| *of == name).map(|(_, path)| (*path).to_owned());
        let path = match name.strip_prefix("tag:") {
            Some(key) => Some(format!("tag:{key}")),
            None if name == "tag-key" => Some("tagSet.key".into()),
            None => path,
        };
        filters.push((path.ok_or_else(|| invalid("Filter.Name", &name))?, values));
    }
    Ok(filters)
}

fn matches(description: &Json, path: &str, wanted: &[String]) -> bool {
    let found = match path.strip_prefix("tag:") {
        Some(key) => {
            let tags = description["tagSet"].as_array().map(Vec::as_slice).unwrap_or_default();
            tags.iter().filter(|tag| tag["key"] == key).flat_map(|tag| texts_at(tag, "value")).collect()
        }
        None => texts_at(description, path),
    };
    found.iter().any(|text| wanted.contains(text))
}

/// One thing by its identifier, as it is described; for answers of creations.
pub(super) fn one(call: &Call<'_>, id: &str) -> Outcome<Json> {
    let thing = call.world.things.get(id).ok_or_else(|| missing("vpc", id))?;
    Ok(shown(call, id, thing))
}
