//! `aws_security_group_rule`: one or more rules of a security group with the same protocol and ports.

use crate::account::site::Site;
use crate::ec2::security_group::change::{authorize, describe as describe_rules, revoke_ids};
use crate::ec2::security_group::permissions::{Atom, Atoms, Peer, atoms_of, remote_rule};
use crate::ec2::security_group::{Direction, protocol};
use crate::ec2::{FILTER_MAX, PAGE_MAX, filter};
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::SecurityGroupRule as Description;
use std::collections::BTreeMap;
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{
    Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, described, unread,
};
use trueup_value::Value;

/// `aws_security_group_rule`
pub(crate) struct SecurityGroupRule;

/// The attributes of peers; a rule has some.
const PEERS: [&str; 5] =
    ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "self", "source_security_group_id"];
/// Lists of peers, whose order means nothing.
const LISTS: [&str; 3] = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"];
const SOURCE: &str = "source_security_group_id";

/// What a group has: its rules with description and id, by direction.
type Found = BTreeMap<(bool, Atom), (String, String)>;

#[async_trait]
impl Resource<Site> for SecurityGroupRule {
    fn patience(&self) -> Duration {
        Duration::from_mins(5)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let is_given = |name: &&str| {
            let value = config.field(name);
            config.is_unknown(name)
                || value.is_some_and(|value| match value.as_sequence() {
                    Some(items) => !items.is_empty(),
                    None => !value.is_null() && value.as_bool() != Some(false),
                })
        };
        if !PEERS.iter().any(is_given) {
            let detail = format!("At least one of {} must be set.", PEERS.join(", "));
            diagnostics.push(Diagnostic::error("Missing required argument", detail));
        }
        if is_given(&SOURCE) {
            for other in ["cidr_blocks", "ipv6_cidr_blocks", "self"].iter().filter(|name| is_given(name)) {
                let detail = format!("The arguments {SOURCE} and {other} exclude each other.");
                diagnostics.push(
                    Diagnostic::error("Conflicting configuration arguments", detail)
                        .hint("Write a rule of its own for each."),
                );
            }
        }
        if let Some(written) = config.text("type").filter(|written| direction(written).is_none()) {
            let detail = format!("The type of a rule is ingress or egress, not {written:?}.");
            diagnostics.push(Diagnostic::error("Invalid rule type", detail));
        }
        diagnostics
    }

    /// The order of peers and the spelling of ranges and protocols mean nothing.
    fn plan(&self, planning: &mut Planning<'_>) {
        let Some(prior) = planning.prior else { return };
        for name in LISTS {
            let peers = |object: &Object| -> Vec<Peer> {
                let lists = object.field(name).filter(|value| value.is_wholly_known());
                let alone = lists.map(|value| Value::object([(name, value.clone())]));
                alone
                    .map(|alone| atoms_of(&alone, SOURCE, "").into_keys().map(|atom| atom.peer).collect())
                    .unwrap_or_default()
            };
            if planning.changes(name)
                && !planning.planned.is_unknown(name)
                && peers(prior) == peers(&planning.planned)
            {
                planning.planned.put(name, prior.field(name).cloned().expect("the schema has it"));
            }
        }
        let spelt = |object: &Object| object.text("protocol").map(protocol);
        if spelt(prior) == spelt(&planning.planned) {
            planning.planned.put("protocol", prior.field("protocol").cloned().expect("the schema has it"));
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let groups = objects.iter().filter_map(|object| object.owned("security_group_id"));
        match described(groups, FILTER_MAX, |groups| describe(site, groups)).await {
            Ok(found) => objects
                .into_iter()
                .map(|mut object| {
                    let rules = found.get(object.text("security_group_id").unwrap_or_default());
                    Ok(rules.is_some_and(|rules| fill(&mut object, rules)).then_some(object))
                })
                .collect(),
            Err(fault) => unread(&objects, &fault),
        }
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let group = object.owned("security_group_id").unwrap_or_default();
        let made = authorize(call, &group, way(object), (&atoms(object), None)).await;
        made.map_err(|fault| match fault.code.as_str() {
            "InvalidPermission.Duplicate" => fault.hint(
                "The group has such a rule already: import it, or take it out of what else manages the group.",
            ),
            _ => fault,
        })?;
        object.put_text("id", Some(id(object)));
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let group = object.owned("security_group_id").unwrap_or_default();
        if object.differs(prior, "description") {
            describe_rules(call.site, &group, way(object), &atoms(object)).await?;
        }
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let group = object.owned("security_group_id").unwrap_or_default();
        let mut ids: Vec<String> = object.owned("security_group_rule_id").into_iter().collect();
        if ids.is_empty() {
            for (_, rules) in describe(call.site, vec![group.clone()]).await? {
                ids.extend(matching(object, &rules).map(|(_, (_, id))| id.clone()));
            }
        }
        if ids.is_empty() {
            return Ok(());
        }
        revoke_ids(call.site, &group, way(object), ids).await
    }

    /// `sg-1_ingress_tcp_80_80_10.0.0.0/8`, with further peers after further underscores.
    async fn import(&self, _site: &Site, written: &str, object: &mut Object) -> Result<(), Fault> {
        let parts: Vec<&str> = written.split('_').collect();
        let bad = || {
            Fault::new(FaultKind::Invalid, format!("{written:?} does not name a rule")).hint(
                "Write SECURITYGROUP_TYPE_PROTOCOL_FROMPORT_TOPORT_SOURCE, with more sources after further \
                 underscores: sg-1_ingress_tcp_80_80_10.0.0.0/8.",
            )
        };
        let [group, kind, protocol, from, to, sources @ ..] = parts.as_slice() else { return Err(bad()) };
        let ports = [from, to].map(|port| port.parse::<i32>().ok());
        let [Some(from), Some(to)] = ports else { return Err(bad()) };
        if direction(kind).is_none() || sources.is_empty() || !group.starts_with("sg-") {
            return Err(bad());
        }
        object.put_text("security_group_id", Some(group));
        object.put_text("type", Some(kind));
        object.put_text("protocol", Some(protocol));
        object.put_integer("from_port", Some(from));
        object.put_integer("to_port", Some(to));
        let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for source in sources.iter().copied() {
            match source {
                "self" => object.put_flag("self", Some(true)),
                _ if source.contains("sg-") => object.put_text(SOURCE, Some(source)),
                _ if source.starts_with("pl-") => lists.entry(LISTS[2]).or_default().push(source),
                _ if source.contains(':') => lists.entry(LISTS[1]).or_default().push(source),
                _ => lists.entry(LISTS[0]).or_default().push(source),
            }
        }
        for (name, list) in lists {
            object.put_texts(name, list);
        }
        object.put_text("id", Some(id(object)));
        Ok(())
    }

    /// A group has no two rules of the same content.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let group = object.owned("security_group_id").unwrap_or_default();
        let found = describe(call.site, vec![group]).await?;
        let wanted = atoms(object);
        let is_made = found.iter().any(|(_, rules)| {
            let made: Atoms =
                matching(object, rules).map(|((_, atom), (text, _))| (atom.clone(), text.clone())).collect();
            made == wanted
        });
        if is_made {
            object.put_text("id", Some(id(object)));
        }
        Ok(is_made)
    }
}

fn direction(written: &str) -> Option<Direction> {
    match written {
        "ingress" => Some(Direction::Ingress),
        "egress" => Some(Direction::Egress),
        _ => None,
    }
}

/// The direction of a rule whose type has been validated.
fn way(object: &Object) -> Direction {
    object.text("type").and_then(direction).unwrap_or(Direction::Ingress)
}

/// The rules that the API makes of it.
fn atoms(object: &Object) -> Atoms {
    let group = object.text("security_group_id").unwrap_or_default();
    // With `self` the source is the group itself, whether or not it is named as well.
    atoms_of(object, SOURCE, group)
}

/// The rules of a group that belong to it.
fn matching<'a>(
    object: &Object,
    rules: &'a Found,
) -> impl Iterator<Item = (&'a (bool, Atom), &'a (String, String))> {
    let is_egress = way(object) == Direction::Egress;
    let keys: Vec<(bool, Atom)> = atoms(object).into_keys().map(|atom| (is_egress, atom)).collect();
    keys.into_iter().filter_map(|key| rules.get_key_value(&key))
}

/// The id that stands for its rules: a checksum of them.
fn id(object: &Object) -> String {
    let mut text = format!("{} {}", object.text("security_group_id").unwrap_or_default(), way(object).name());
    for atom in atoms(object).into_keys() {
        text = format!("{text} {atom}");
    }
    format!("sgrule-{}", crc32fast::hash(text.as_bytes()))
}

async fn describe(site: &Site, groups: Vec<String>) -> Result<Vec<(String, Found)>, Fault> {
    let request = site.ec2.describe_security_group_rules().filters(filter("group-id", groups));
    let pages = request.max_results(PAGE_MAX).into_paginator();
    let rules: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    let mut groups: BTreeMap<String, Found> = BTreeMap::new();
    for rule in rules {
        let Some((atom, description)) = remote_rule(&rule) else { continue };
        let key = (rule.is_egress() == Some(true), atom);
        let id = rule.security_group_rule_id.unwrap_or_default();
        groups.entry(rule.group_id.unwrap_or_default()).or_default().insert(key, (description, id));
    }
    Ok(groups.into_iter().collect())
}

/// Leaves what the group still has of it; false when it has nothing any more.
fn fill(object: &mut Object, rules: &Found) -> bool {
    let found: Vec<_> =
        matching(object, rules).map(|((_, atom), told)| (atom.clone(), told.clone())).collect();
    let Some((_, (description, id))) = found.first() else { return false };
    let left = |peer: &Peer| found.iter().any(|(atom, _)| atom.peer == *peer);
    for name in LISTS {
        let texts: Vec<String> = object.texts(name);
        let is_left = |text: &&String| {
            let alone = Value::object([(
                name,
                Value::list(trueup_value::Type::String, [Value::from(text.as_str())]),
            )]);
            atoms_of(&alone, SOURCE, "").keys().all(|atom| left(&atom.peer))
        };
        let kept: Vec<&String> = texts.iter().filter(is_left).collect();
        if kept.len() != texts.len() {
            object.put_texts(name, kept);
        }
    }
    let is_left =
        |group: &str| left(&Peer::Group(crate::ec2::security_group::permissions::Group::parse(group)));
    let group = object.owned("security_group_id").unwrap_or_default();
    if object.flag("self") == Some(true) && !is_left(&group) {
        object.put_flag("self", Some(false));
    }
    if object.text(SOURCE).is_some_and(|source| !is_left(source)) {
        object.put_null(SOURCE);
    }
    // Those of one resource have one description; another one among them is a difference to be put right.
    let own = object.owned("description").unwrap_or_default();
    let told = found.iter().map(|(_, (text, _))| text).find(|text| **text != own).unwrap_or(description);
    object.put_text("description", Some(told));
    object.put_text("security_group_rule_id", Some(id).filter(|_| found.len() == 1));
    true
}
