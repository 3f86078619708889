//! Adding, describing and removing rules of a security group.

use super::permissions::{Atom, Atoms, Peer, remote};
use super::service::{Service, has_ports};
use super::{Direction, describe as describe_groups, is_early};
use crate::account::site::Site;
use crate::fault::{Attempt, found};
use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroupRule, TagSpecification, UserIdGroupPair,
};
use std::collections::BTreeMap;
use std::time::Duration;
use trueup_provider_kit::{Call, Fault};

/// Brings the rules of a group from `before` to `wanted`. Where the group turns out to have others than `before`, by
/// another attempt at the same step or by others, goes on from those that it has.
pub(crate) async fn change(
    call: &Call<'_, Site>,
    group: &str,
    direction: Direction,
    (before, wanted): (&Atoms, &Atoms),
) -> Result<(), Fault> {
    match change_from(call, group, direction, (before, wanted)).await {
        Err(fault) if fault.code.starts_with("InvalidPermission.") => {
            let told = describe_groups(call.site, vec![group.to_owned()]).await?;
            let Some((_, told)) = told.first() else { return Err(fault) };
            change_from(call, group, direction, (&remote(told, direction), wanted)).await
        }
        outcome => outcome,
    }
}

/// First what is new, then descriptions, then what goes, so that traffic allowed both before and after is allowed in
/// between.
async fn change_from(
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
        authorize(call, group, direction, (&new, None)).await?;
    }
    if !renamed.is_empty() {
        describe(call.site, group, direction, &renamed).await?;
    }
    if !old.is_empty() {
        revoke(call.site, group, direction, &old).await?;
    }
    Ok(())
}

/// Adds rules, with tags where given; answers them as made.
pub(crate) async fn authorize(
    call: &Call<'_, Site>,
    group: &str,
    direction: Direction,
    (atoms, tags): (&Atoms, Option<Vec<TagSpecification>>),
) -> Result<Vec<SecurityGroupRule>, Fault> {
    let ec2 = &call.site.ec2;
    let deadline = call.deadline.within(Duration::from_mins(1));
    let attempt = || async {
        let (permissions, tags) = (Some(permissions(atoms)), tags.clone());
        let what = "adding rules to the security group";
        let made = match direction {
            Direction::Ingress => {
                let request = ec2.authorize_security_group_ingress().group_id(group);
                let request = request.set_ip_permissions(permissions).set_tag_specifications(tags);
                request.send().await.attempt(what)?.security_group_rules
            }
            Direction::Egress => {
                let request = ec2.authorize_security_group_egress().group_id(group);
                let request = request.set_ip_permissions(permissions).set_tag_specifications(tags);
                request.send().await.attempt(what)?.security_group_rules
            }
        };
        Ok(made.unwrap_or_default())
    };
    deadline.retry(is_early, attempt).await
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

/// Removes rules by their ids; those that are gone count as removed.
pub(crate) async fn revoke_ids(
    site: &Site,
    group: &str,
    direction: Direction,
    ids: Vec<String>,
) -> Result<(), Fault> {
    let what = "removing rules from the security group";
    let outcome = match direction {
        Direction::Ingress => {
            let request = site.ec2.revoke_security_group_ingress().group_id(group);
            request.set_security_group_rule_ids(Some(ids)).send().await.attempt(what).map(drop)
        }
        Direction::Egress => {
            let request = site.ec2.revoke_security_group_egress().group_id(group);
            request.set_security_group_rule_ids(Some(ids)).send().await.attempt(what).map(drop)
        }
    };
    found(outcome).map(drop)
}

/// Gives rules other descriptions; an empty one is taken away.
pub(crate) async fn describe(
    site: &Site,
    group: &str,
    direction: Direction,
    atoms: &Atoms,
) -> Result<(), Fault> {
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
    let has_ports = has_ports(protocol);
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
            Peer::Group(group) => {
                let pair = UserIdGroupPair::builder().group_id(&group.id).set_user_id(group.account.clone());
                permission.user_id_group_pairs(pair.set_description(description).build())
            }
        };
    }
    permission.build()
}
