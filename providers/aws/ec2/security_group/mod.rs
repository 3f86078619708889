//! `aws_security_group`: a security group with the rules written inside it.

pub(crate) mod change;
pub(crate) mod permissions;
mod service;

use crate::account::site::Site;
use crate::ec2::{by_id, filter, has_planned_tags, tagged, tags, update_tags};
use crate::fault::{Attempt, found};
use crate::names::{self, NAME};
use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, SecurityGroup as Description};
use change::change;
use permissions::{Atoms, atoms, complaints, normal, remote, shown};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, keyed};
use trueup_value::Value;

pub(crate) use service::{protocol, range};

/// `aws_security_group`
pub(crate) struct SecurityGroup;

/// Traffic in or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    const BOTH: [Direction; 2] = [Direction::Ingress, Direction::Egress];

    /// The attribute of its rules.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        }
    }
}

#[async_trait]
impl Resource<Site> for SecurityGroup {
    /// Rules are an attribute written as blocks: unset parts are empty.
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(15)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = validate_rules(config);
        diagnostics.extend(names::conflict(config, NAME));
        diagnostics
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_rules(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        by_id(objects, |ids| describe(site, ids), |object, found| fill(site, object, found)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let name = names::made(object, NAME, call.token);
        let request = call
            .site
            .ec2
            .create_security_group()
            .group_name(&name)
            .set_description(object.owned("description"))
            .set_vpc_id(object.owned("vpc_id"))
            .set_tag_specifications(tagged(ResourceType::SecurityGroup, object));
        let made = request.send().await.plain()?;
        object.put_text("id", made.group_id());
        object.put_text("name", Some(name));
        let id = object.id_or_empty().to_owned();
        // A new group lets everything out; what the configuration doesn't say goes.
        let group = wait_described(call, &id).await?;
        replace_rules(call, &group, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        update_rules(call, prior, object).await?;
        update_tags(call.site, prior.id_or_empty(), prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = object.id_or_empty();
        if object.flag("revoke_rules_on_delete") == Some(true) {
            for (_, group) in describe(call.site, vec![id.to_owned()]).await? {
                found(revoke_rules(call, &group).await)?;
            }
        }
        call.site.ec2.delete_security_group().group_id(id).send().await.plain()?;
        Ok(())
    }

    /// Names are unique in a VPC.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let name = filter("group-name", [names::made(object, NAME, call.token)]);
        let mut request = call.site.ec2.describe_security_groups().filters(name);
        if let Some(vpc) = object.text("vpc_id") {
            request = request.filters(filter("vpc-id", [vpc]));
        }
        let made = request.send().await.plain()?;
        let ours = made.security_groups().iter().find(|group| has_planned_tags(object, group.tags()));
        Ok(object.identify(ours.and_then(Description::group_id)))
    }
}

/// Complaints about the rules of a configuration.
pub(crate) fn validate_rules(config: &Object) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for name in Direction::BOTH.map(Direction::name) {
        diagnostics.append(config.field(name).map(|rules| complaints(name, rules)).unwrap_or_default());
    }
    diagnostics
}

/// Rules that come to the same are no change, however they are grouped.
pub(crate) fn plan_rules(planning: &mut Planning<'_>) {
    for name in Direction::BOTH.map(Direction::name) {
        if planning.config.field(name).is_some_and(Value::is_null) {
            continue;
        }
        let wanted = normal(planning.planned.field(name));
        let group = planning.prior.and_then(Object::id).unwrap_or_default().to_owned();
        let is_met = |prior: &&Object| {
            let before = normal(prior.field(name));
            before == wanted
                || (before.is_wholly_known()
                    && wanted.is_wholly_known()
                    && atoms(&before, &group) == atoms(&wanted, &group))
        };
        match planning.prior.filter(is_met) {
            Some(prior) => {
                let rules = prior.field(name).cloned().expect("the schema has rules");
                planning.planned.put(name, rules);
            }
            None => planning.planned.put(name, wanted),
        }
    }
}

/// Brings the rules that a group has, whosever they are, to those of `object`.
pub(crate) async fn replace_rules(
    call: &Call<'_, Site>,
    group: &Description,
    object: &Object,
) -> Result<(), Fault> {
    let id = group.group_id().unwrap_or_default();
    for direction in Direction::BOTH {
        let wanted = wanted(object, direction);
        change(call, id, direction, (&remote(group, direction), &wanted)).await?;
    }
    Ok(())
}

/// Brings the rules from those of `prior` to those of `object`.
pub(crate) async fn update_rules(
    call: &Call<'_, Site>,
    prior: &Object,
    object: &Object,
) -> Result<(), Fault> {
    for direction in Direction::BOTH {
        let (before, wanted) = (wanted(prior, direction), wanted(object, direction));
        change(call, prior.id_or_empty(), direction, (&before, &wanted)).await?;
    }
    Ok(())
}

fn wanted(object: &Object, direction: Direction) -> Atoms {
    object.field(direction.name()).map(|rules| atoms(rules, object.id_or_empty())).unwrap_or_default()
}

async fn revoke_rules(call: &Call<'_, Site>, group: &Description) -> Result<(), Fault> {
    for direction in Direction::BOTH {
        let id = group.group_id().unwrap_or_default();
        change(call, id, direction, (&remote(group, direction), &Atoms::new())).await?;
    }
    Ok(())
}

async fn wait_described(call: &Call<'_, Site>, id: &str) -> Result<Description, Fault> {
    let state = || async {
        let found = describe(call.site, vec![id.to_owned()]).await?;
        Ok(found.into_iter().next().map(|(_, group)| group))
    };
    call.deadline.until("the security group to appear", state).await
}

/// Describes security groups by their ids.
pub(crate) async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Description)>, Fault> {
    let request = site.ec2.describe_security_groups().filters(filter("group-id", ids));
    let pages = request.max_results(crate::ec2::PAGE_MAX).into_paginator();
    let found: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    Ok(keyed(found, |group| group.group_id.clone()))
}

/// What the API tells of a group.
pub(crate) fn fill(site: &Site, object: &mut Object, group: &Description) {
    let id = group.group_id().unwrap_or_default();
    let owner = group.owner_id().unwrap_or_default();
    let arn = site.arn("ec2", owner, &format!("security-group/{id}"));
    object.put_text("arn", Some(group.security_group_arn().unwrap_or(&arn)));
    object.put_text("description", group.description());
    object.put_text("name", group.group_name());
    object.put_text("name_prefix", group.group_name().and_then(names::prefix));
    object.put_text("owner_id", group.owner_id());
    object.put_text("vpc_id", group.vpc_id());
    object.put_map("tags_all", &tags(group.tags()));
    for direction in Direction::BOTH {
        let items = shown(object, direction.name(), &remote(group, direction));
        object.put(direction.name(), items);
    }
}

/// Whether a failure says that the security group isn't known everywhere yet.
pub(crate) fn is_early(fault: &Fault) -> bool {
    fault.kind == FaultKind::NotFound
}
