//! Rules of a security group as the API keeps them: one peer each, compared and changed one by one.
//!
//! A configuration writes several peers in one rule, and the API answers peers grouped its own way; taking rules
//! apart makes them comparable, whatever the grouping.

use super::{Direction, is_early};
use crate::account::site::Site;
use crate::fault::{Attempt, found};
use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroup as Description, UserIdGroupPair,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, Fields, Object};
use trueup_value::{Type, Value};

/// What one rule lets through: protocol and ports, and one peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Atom {
    service: Service,
    peer: Peer,
}

/// Protocol, first and last port.
type Service = (String, i32, i32);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    Ipv4(String),
    Ipv6(String),
    PrefixList(String),
    Group(String),
}

/// Rules with their descriptions.
pub(super) type Atoms = BTreeMap<Atom, String>;

/// The name that the API gives a protocol (IANA protocol numbers).
pub(crate) fn protocol(written: &str) -> String {
    let written = written.to_lowercase();
    match written.as_str() {
        "all" | "-1" => "-1".into(),
        "1" => "icmp".into(),
        "6" => "tcp".into(),
        "17" => "udp".into(),
        "58" => "icmpv6".into(),
        _ => written,
    }
}

/// Rules with empty parts for what isn't set, as they are stored.
pub(super) fn normal(rules: Option<&Value>) -> Value {
    let rules = rules.expect("the schema has rules");
    let Some(items) = rules.as_sequence() else { return rules.clone() };
    let filled = |item: &Value| {
        let Some(fields) = item.as_mapping() else { return item.clone() };
        let part = |(name, value): (&trueup_value::Name, &Value)| {
            let value = if value.is_null() { nothing(value) } else { value.clone() };
            (name.clone(), value)
        };
        Value::object(fields.iter().map(part))
    };
    let element = rules.ty().element().cloned().unwrap_or(Type::Dynamic);
    Value::set(element, items.iter().map(filled))
}

fn nothing(null: &Value) -> Value {
    match null.ty() {
        Type::String => Value::from(""),
        Type::Bool => Value::from(false),
        Type::Number => Value::from(0),
        Type::List(ty) => Value::list((*ty).clone(), []),
        Type::Set(ty) => Value::set((*ty).clone(), []),
        _ => null.clone(),
    }
}

/// Takes written rules apart; `group` is the security group they belong to.
pub(super) fn atoms(rules: &Value, group: &str) -> Atoms {
    let items = rules.as_sequence().unwrap_or_default();
    items.iter().flat_map(|item| atoms_of(item, group)).collect()
}

fn atoms_of(item: &Value, group: &str) -> Atoms {
    let service = service(item.text("protocol"), item.small("from_port"), item.small("to_port"));
    let description = item.owned("description").unwrap_or_default();
    let own = (item.flag("self") == Some(true)).then(|| Peer::Group(group.to_owned()));
    let peers = item.texts("cidr_blocks").into_iter().map(Peer::Ipv4);
    let peers = peers.chain(item.texts("ipv6_cidr_blocks").into_iter().map(Peer::Ipv6));
    let peers = peers.chain(item.texts("prefix_list_ids").into_iter().map(Peer::PrefixList));
    let peers = peers.chain(item.texts("security_groups").into_iter().map(Peer::Group)).chain(own);
    peers.map(|peer| (Atom { service: service.clone(), peer }, description.clone())).collect()
}

/// "All" has no ports; they are told apart nowhere.
fn service(written: Option<&str>, from: Option<i32>, to: Option<i32>) -> Service {
    let protocol = protocol(written.unwrap_or("-1"));
    if protocol == "-1" { (protocol, 0, 0) } else { (protocol, from.unwrap_or(0), to.unwrap_or(0)) }
}

/// The rules that the API tells of a group.
pub(super) fn remote(group: &Description, direction: Direction) -> Atoms {
    let permissions = match direction {
        Direction::Ingress => group.ip_permissions(),
        Direction::Egress => group.ip_permissions_egress(),
    };
    let owner = group.owner_id().unwrap_or_default();
    permissions.iter().flat_map(|permission| remote_of(permission, owner)).collect()
}

fn remote_of(permission: &IpPermission, owner: &str) -> Vec<(Atom, String)> {
    let service = service(permission.ip_protocol(), permission.from_port(), permission.to_port());
    let mut out = Vec::new();
    let mut add = |peer: Option<Peer>, description: Option<&str>| {
        let atom = peer.map(|peer| Atom { service: service.clone(), peer });
        out.extend(atom.map(|atom| (atom, description.unwrap_or_default().to_owned())));
    };
    for range in permission.ip_ranges() {
        add(range.cidr_ip().map(|range| Peer::Ipv4(range.into())), range.description());
    }
    for range in permission.ipv6_ranges() {
        add(range.cidr_ipv6().map(|range| Peer::Ipv6(range.into())), range.description());
    }
    for list in permission.prefix_list_ids() {
        add(list.prefix_list_id().map(|list| Peer::PrefixList(list.into())), list.description());
    }
    for pair in permission.user_id_group_pairs() {
        add(pair.group_id().map(|id| Peer::Group(group_name(pair, id, owner))), pair.description());
    }
    out
}

/// Groups of peered VPCs of other accounts carry the account.
fn group_name(pair: &UserIdGroupPair, id: &str, owner: &str) -> String {
    match pair.user_id().filter(|user| *user != owner && pair.vpc_peering_connection_id().is_some()) {
        Some(user) => format!("{user}/{id}"),
        None => id.to_owned(),
    }
}

/// The rules of the API in the grouping that `object` has them in; those it doesn't have, in a grouping of ours.
pub(super) fn shown(object: &Object, name: &str, remote: &Atoms) -> Value {
    let element = object.type_of(name).element().cloned().expect("rules are a set");
    let group = object.id_or_empty();
    let is_there = |item: &&Value| {
        let atoms = atoms_of(item, group);
        !atoms.is_empty() && atoms.iter().all(|(atom, description)| remote.get(atom) == Some(description))
    };
    let mut items: Vec<Value> = object.items(name).iter().filter(is_there).cloned().collect();
    let covered: BTreeSet<Atom> = items.iter().flat_map(|item| atoms_of(item, group).into_keys()).collect();
    let mut left: BTreeMap<(&Service, &String), Vec<&Peer>> = BTreeMap::new();
    for (atom, description) in remote.iter().filter(|(atom, _)| !covered.contains(atom)) {
        left.entry((&atom.service, description)).or_default().push(&atom.peer);
    }
    for ((service, description), peers) in left {
        items.push(item(object.blank_item(name), service, description, (&peers, group)));
    }
    Value::set(element, items)
}

fn item(mut item: Object, service: &Service, description: &str, (peers, group): (&[&Peer], &str)) -> Value {
    let (protocol, from, to) = service;
    let texts = |pick: fn(&Peer) -> Option<&String>| peers.iter().filter_map(move |peer| pick(peer));
    item.put("description", Value::from(description));
    item.put("protocol", Value::from(protocol.as_str()));
    item.put_integer("from_port", Some(*from));
    item.put_integer("to_port", Some(*to));
    item.put_texts("cidr_blocks", texts(|peer| if let Peer::Ipv4(text) = peer { Some(text) } else { None }));
    item.put_texts(
        "ipv6_cidr_blocks",
        texts(|peer| if let Peer::Ipv6(text) = peer { Some(text) } else { None }),
    );
    item.put_texts(
        "prefix_list_ids",
        texts(|peer| if let Peer::PrefixList(text) = peer { Some(text) } else { None }),
    );
    let groups: Vec<&String> =
        texts(|peer| if let Peer::Group(text) = peer { Some(text) } else { None }).collect();
    item.put_flag("self", Some(groups.iter().any(|id| *id == group)));
    item.put_texts("security_groups", groups.into_iter().filter(|id| *id != group));
    item.value()
}

/// Brings the rules of a group from `before` to `wanted`: first what is new, then descriptions, then what goes, so
/// that traffic allowed both before and after is allowed in between.
pub(super) async fn change(
    call: &Call<'_, Site>,
    group: &str,
    direction: Direction,
    (before, wanted): (&Atoms, &Atoms),
) -> Result<(), Fault> {
    let pick = |keep: &dyn Fn(&Atom, &String) -> bool, from: &Atoms| -> Atoms {
        from.iter().filter(|(atom, text)| keep(atom, text)).map(|(a, t)| (a.clone(), t.clone())).collect()
    };
    let new = pick(&|atom, _| !before.contains_key(atom), wanted);
    let renamed = pick(&|atom, text| before.get(atom).is_some_and(|old| old != text), wanted);
    let old = pick(&|atom, _| !wanted.contains_key(atom), before);
    if !new.is_empty() {
        authorize(call, group, direction, &new).await?;
    }
    if !renamed.is_empty() {
        describe(call.site, group, direction, &renamed).await?;
    }
    if !old.is_empty() {
        found(revoke(call.site, group, direction, &old).await)?;
    }
    Ok(())
}

async fn authorize(
    call: &Call<'_, Site>,
    group: &str,
    direction: Direction,
    atoms: &Atoms,
) -> Result<(), Fault> {
    let ec2 = &call.site.ec2;
    let deadline = call.deadline.within(Duration::from_mins(1));
    let attempt = || async {
        let permissions = Some(permissions(atoms));
        let what = "adding rules to the security group";
        match direction {
            Direction::Ingress => {
                let request = ec2.authorize_security_group_ingress().group_id(group);
                request.set_ip_permissions(permissions).send().await.attempt(what).map(drop)
            }
            Direction::Egress => {
                let request = ec2.authorize_security_group_egress().group_id(group);
                request.set_ip_permissions(permissions).send().await.attempt(what).map(drop)
            }
        }
    };
    match deadline.retry(is_early, attempt).await {
        // Another attempt at the same step has added them.
        Err(fault) if fault.code == "InvalidPermission.Duplicate" && atoms.len() == 1 => Ok(()),
        outcome => outcome,
    }
}

async fn revoke(site: &Site, group: &str, direction: Direction, atoms: &Atoms) -> Result<(), Fault> {
    let permissions = Some(permissions(atoms));
    let what = "removing rules from the security group";
    match direction {
        Direction::Ingress => {
            let request = site.ec2.revoke_security_group_ingress().group_id(group);
            request.set_ip_permissions(permissions).send().await.attempt(what).map(drop)
        }
        Direction::Egress => {
            let request = site.ec2.revoke_security_group_egress().group_id(group);
            request.set_ip_permissions(permissions).send().await.attempt(what).map(drop)
        }
    }
}

async fn describe(site: &Site, group: &str, direction: Direction, atoms: &Atoms) -> Result<(), Fault> {
    let permissions = Some(permissions(atoms));
    let what = "describing rules of the security group";
    match direction {
        Direction::Ingress => {
            let request = site.ec2.update_security_group_rule_descriptions_ingress().group_id(group);
            request.set_ip_permissions(permissions).send().await.attempt(what).map(drop)
        }
        Direction::Egress => {
            let request = site.ec2.update_security_group_rule_descriptions_egress().group_id(group);
            request.set_ip_permissions(permissions).send().await.attempt(what).map(drop)
        }
    }
}

/// Rules as requests carry them: one permission for each protocol and ports.
fn permissions(atoms: &Atoms) -> Vec<IpPermission> {
    let mut by_service: BTreeMap<&Service, Vec<(&Peer, &String)>> = BTreeMap::new();
    for (atom, description) in atoms {
        by_service.entry(&atom.service).or_default().push((&atom.peer, description));
    }
    by_service.into_iter().map(|(service, peers)| permission(service, &peers)).collect()
}

fn permission((protocol, from, to): &Service, peers: &[(&Peer, &String)]) -> IpPermission {
    let has_ports = protocol != "-1";
    let mut permission = IpPermission::builder()
        .ip_protocol(protocol)
        .set_from_port(has_ports.then_some(*from))
        .set_to_port(has_ports.then_some(*to));
    for (peer, description) in peers {
        let description = Some((*description).clone()).filter(|text| !text.is_empty());
        permission = match peer {
            Peer::Ipv4(range) => {
                permission.ip_ranges(IpRange::builder().cidr_ip(range).set_description(description).build())
            }
            Peer::Ipv6(range) => permission
                .ipv6_ranges(Ipv6Range::builder().cidr_ipv6(range).set_description(description).build()),
            Peer::PrefixList(id) => permission.prefix_list_ids(
                PrefixListId::builder().prefix_list_id(id).set_description(description).build(),
            ),
            Peer::Group(name) => {
                let (user, id) =
                    name.split_once('/').map_or((None, name.as_str()), |(user, id)| (Some(user), id));
                let pair = UserIdGroupPair::builder().group_id(id).set_user_id(user.map(str::to_owned));
                permission.user_id_group_pairs(pair.set_description(description).build())
            }
        };
    }
    permission.build()
}
