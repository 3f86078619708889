//! Rules of a security group as the API keeps them: one peer each, compared one by one.
//!
//! A configuration writes several peers in one rule, and the API answers peers grouped its own way; taking rules
//! apart makes them comparable, whatever the grouping.

use super::Direction;
use super::service::{Service, range, service};
use aws_sdk_ec2::types::{IpPermission, SecurityGroup as Description, SecurityGroupRule};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, Object};
use trueup_value::{Type, Value};

/// What one rule lets through: protocol and ports, and one peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Atom {
    pub(crate) service: Service,
    pub(crate) peer: Peer,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    Ipv4(String),
    Ipv6(String),
    PrefixList(String),
    Group(Group),
}

/// A security group as a peer. Its id says which it is; requests name the account too where it is another one.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) account: Option<String>,
}

/// Rules with their descriptions.
pub(crate) type Atoms = BTreeMap<Atom, String>;

impl Group {
    /// As configurations write it: `sg-1` or `123456789012/sg-1`.
    pub(crate) fn parse(written: &str) -> Group {
        match written.split_once('/') {
            Some((account, id)) => Group { id: id.to_owned(), account: Some(account.to_owned()) },
            None => Group { id: written.to_owned(), account: None },
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.account {
            Some(account) => write!(f, "{account}/{}", self.id),
            None => f.write_str(&self.id),
        }
    }
}

impl Ord for Group {
    fn cmp(&self, other: &Group) -> Ordering {
        self.id.cmp(&other.id)
    }
}

impl PartialOrd for Group {
    fn partial_cmp(&self, other: &Group) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Group {
    fn eq(&self, other: &Group) -> bool {
        self.id == other.id
    }
}

impl Eq for Group {}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (protocol, from, to) = &self.service;
        match &self.peer {
            Peer::Ipv4(peer) | Peer::Ipv6(peer) | Peer::PrefixList(peer) => {
                write!(f, "{protocol} {from}-{to} {peer}")
            }
            Peer::Group(group) => write!(f, "{protocol} {from}-{to} {group}"),
        }
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

/// Complaints about written rules that can't become true as they stand.
pub(super) fn complaints(name: &str, rules: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut complain = |detail: String| {
        diagnostics.push(Diagnostic::error(format!("Invalid {name} rule"), detail));
    };
    let mut seen = Atoms::new();
    for item in rules.as_sequence().unwrap_or_default().iter().filter(|item| item.is_wholly_known()) {
        let ports = [item.integer("from_port"), item.integer("to_port")];
        let is_all = super::protocol(item.text("protocol").unwrap_or("-1")) == "-1";
        if is_all && ports.iter().flatten().any(|port| *port != 0) {
            complain("With the protocol \"-1\" (all), from_port and to_port must both be 0.".into());
        }
        for group in item.texts("security_groups").iter().filter(|group| !group.contains("sg-")) {
            complain(format!("{group:?} in security_groups is not the id of a security group."));
        }
        for (atom, description) in atoms_of(item, "security_groups", "self") {
            if seen.get(&atom).is_some_and(|other| *other != description) {
                complain(format!("The rule {atom} is written twice with different descriptions."));
            }
            seen.insert(atom, description);
        }
    }
    diagnostics
}

/// Takes written rules apart; `group` is the security group they belong to.
pub(super) fn atoms(rules: &Value, group: &str) -> Atoms {
    let items = rules.as_sequence().unwrap_or_default();
    items.iter().flat_map(|item| atoms_of(item, "security_groups", group)).collect()
}

/// Takes one written rule apart; `groups` is the attribute of the groups among its peers.
pub(crate) fn atoms_of(item: &impl Fields, groups: &str, group: &str) -> Atoms {
    let service = service(item.text("protocol"), item.small("from_port"), item.small("to_port"));
    let description = item.owned("description").unwrap_or_default();
    let own = (item.flag("self") == Some(true)).then(|| Peer::Group(Group::parse(group)));
    let groups = item.texts(groups).into_iter().chain(item.owned(groups));
    let peers = item.texts("cidr_blocks").into_iter().map(|text| Peer::Ipv4(range(&text)));
    let peers = peers.chain(item.texts("ipv6_cidr_blocks").into_iter().map(|text| Peer::Ipv6(range(&text))));
    let peers = peers.chain(item.texts("prefix_list_ids").into_iter().map(Peer::PrefixList));
    let peers = peers.chain(groups.map(|text| Peer::Group(Group::parse(&text)))).chain(own);
    peers.map(|peer| (Atom { service: service.clone(), peer }, description.clone())).collect()
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
    for told in permission.ip_ranges() {
        add(told.cidr_ip().map(|text| Peer::Ipv4(range(text))), told.description());
    }
    for told in permission.ipv6_ranges() {
        add(told.cidr_ipv6().map(|text| Peer::Ipv6(range(text))), told.description());
    }
    for list in permission.prefix_list_ids() {
        add(list.prefix_list_id().map(|list| Peer::PrefixList(list.into())), list.description());
    }
    for pair in permission.user_id_group_pairs() {
        let group = pair.group_id().map(|id| peer_group(id, pair.user_id(), owner));
        add(group, pair.description());
    }
    out
}

/// Groups of other accounts carry the account.
fn peer_group(id: &str, account: Option<&str>, owner: &str) -> Peer {
    let is_other = |account: &&str| ![owner, ""].contains(account) && !owner.is_empty();
    let account = account.filter(is_other).map(str::to_owned);
    Peer::Group(Group { id: id.to_owned(), account })
}

/// One rule as the API tells it by itself.
pub(crate) fn remote_rule(rule: &SecurityGroupRule) -> Option<(Atom, String)> {
    let service = service(rule.ip_protocol(), rule.from_port(), rule.to_port());
    let owner = rule.group_owner_id().unwrap_or_default();
    let group = rule.referenced_group_info();
    let group = group.and_then(|group| group.group_id().map(|id| peer_group(id, group.user_id(), owner)));
    let peer = group
        .or(rule.prefix_list_id().map(|list| Peer::PrefixList(list.into())))
        .or(rule.cidr_ipv6().map(|text| Peer::Ipv6(range(text))))
        .or(rule.cidr_ipv4().map(|text| Peer::Ipv4(range(text))))?;
    Some((Atom { service, peer }, rule.description().unwrap_or_default().to_owned()))
}

/// The rules of the API in the grouping that `object` has them in; those it doesn't have, in a grouping of ours.
/// A written rule without a peer lets nothing through, which is true whatever the API tells.
pub(super) fn shown(object: &Object, name: &str, remote: &Atoms) -> Value {
    let element = object.type_of(name).element().cloned().expect("rules are a set");
    let group = object.id_or_empty();
    let is_there = |item: &&Value| {
        let atoms = atoms_of(*item, "security_groups", group);
        atoms.iter().all(|(atom, description)| remote.get(atom) == Some(description))
    };
    let mut items: Vec<Value> = object.items(name).iter().filter(is_there).cloned().collect();
    let covered: BTreeSet<Atom> =
        items.iter().flat_map(|item| atoms_of(item, "security_groups", group).into_keys()).collect();
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
    let groups: Vec<&Group> = peers
        .iter()
        .filter_map(|peer| if let Peer::Group(group) = peer { Some(group) } else { None })
        .collect();
    item.put_flag("self", Some(groups.iter().any(|other| other.id == group)));
    let others = groups.iter().filter(|other| other.id != group).map(ToString::to_string);
    item.put_texts("security_groups", others);
    item.value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{IpRange, UserIdGroupPair};

    fn rule(protocol: &str, peers: &[(&str, &str)]) -> Value {
        let list = |name: &str| {
            Value::list(
                Type::String,
                peers.iter().filter(|(kind, _)| *kind == name).map(|(_, v)| Value::from(*v)),
            )
        };
        let groups = peers.iter().filter(|(kind, _)| *kind == "group").map(|(_, v)| Value::from(*v));
        Value::object([
            ("cidr_blocks", list("ipv4")),
            ("description", Value::from("")),
            ("from_port", Value::from(80)),
            ("ipv6_cidr_blocks", list("ipv6")),
            ("prefix_list_ids", list("list")),
            ("protocol", Value::from(protocol)),
            ("security_groups", Value::set(Type::String, groups)),
            ("self", Value::from(false)),
            ("to_port", Value::from(80)),
        ])
    }

    /// An object with ingress rules alone.
    fn group(rules: &[Value]) -> Object {
        let element = rule("tcp", &[]).ty();
        let value = Value::object([
            ("id", Value::from("sg-1")),
            ("ingress", Value::set(element, rules.iter().cloned())),
        ]);
        let Type::Object(ty) = value.ty() else { panic!("an object") };
        Object::of(&ty, &value).expect("an object")
    }

    fn told(peers: &[&str], groups: &[(&str, &str)]) -> Atoms {
        let ranges = peers.iter().map(|range| IpRange::builder().cidr_ip(*range).build()).collect();
        let pairs = groups
            .iter()
            .map(|(account, id)| UserIdGroupPair::builder().user_id(*account).group_id(*id).build());
        let permission = IpPermission::builder().ip_protocol("tcp").from_port(80).to_port(80);
        let permission =
            permission.set_ip_ranges(Some(ranges)).set_user_id_group_pairs(Some(pairs.collect()));
        remote_of(&permission.build(), "111111111111").into_iter().collect()
    }

    #[test]
    fn what_the_api_answers_in_its_own_form_is_no_difference() {
        let written = [
            vec![
                rule("TCP", &[("ipv4", "10.1.2.3/8"), ("group", "222222222222/sg-2")]),
                rule("6", &[("ipv4", "1.0.0.0/8")]),
            ],
            vec![
                rule("tcp", &[("ipv4", "1.0.0.0/8"), ("ipv4", "10.0.0.0/8"), ("group", "sg-2")]),
                rule("tcp", &[]),
            ],
        ];
        let remote = told(&["1.0.0.0/8", "10.0.0.0/8"], &[("222222222222", "sg-2")]);
        for rules in written {
            let object = group(&rules);
            assert_eq!(Some(&shown(&object, "ingress", &remote)), object.field("ingress"));
        }
    }

    #[test]
    fn real_changes_show() {
        let rules = [rule("tcp", &[("ipv4", "10.0.0.0/8"), ("group", "sg-2")])];
        let cases = [
            told(&[], &[("111111111111", "sg-2")]),
            told(&["10.0.0.0/8"], &[("111111111111", "sg-3")]),
            told(&["10.0.0.0/8", "11.0.0.0/8"], &[("111111111111", "sg-2")]),
            told(&["10.0.0.0/9"], &[("111111111111", "sg-2")]),
        ];
        for remote in cases {
            let object = group(&rules);
            assert_ne!(Some(&shown(&object, "ingress", &remote)), object.field("ingress"), "{remote:?}");
        }
    }

    #[test]
    fn rules_that_cannot_come_true_are_complained_about() {
        let mut described = rule("tcp", &[("ipv4", "10.9.0.0/8")]).as_mapping().expect("an object").clone();
        described.insert("description".into(), Value::from("web"));
        let cases = [
            (vec![rule("tcp", &[("ipv4", "10.0.0.0/8")]), rule("udp", &[("ipv4", "10.0.0.0/8")])], ""),
            (vec![rule("-1", &[("ipv4", "10.0.0.0/8")])], "must both be 0"),
            (vec![rule("tcp", &[("group", "default")])], "not the id of a security group"),
            (
                vec![rule("tcp", &[("ipv4", "10.0.0.0/8")]), Value::object(described)],
                "tcp 80-80 10.0.0.0/8 is written twice",
            ),
        ];
        for (rules, word) in cases {
            let told = complaints("ingress", group(&rules).field("ingress").expect("rules"));
            assert_eq!(told.is_empty(), word.is_empty(), "{told:?}");
            assert!(format!("{told:?}").contains(word), "{told:?}");
        }
    }
}
