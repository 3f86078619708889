//! `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`: one rule of a security group.

use crate::account::site::Site;
use crate::ec2::security_group::{Direction, is_early, protocol, range};
use crate::ec2::{PAGE_MAX, by_id, filter, tagged, tags, update_tags};
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, ResourceType, SecurityGroupRule as Description,
    SecurityGroupRuleRequest, SecurityGroupRuleUpdate, UserIdGroupPair,
};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning, Readings, Resource, keyed};

/// `aws_vpc_security_group_ingress_rule` or `aws_vpc_security_group_egress_rule`
pub(crate) struct VpcSecurityGroupRule(Direction);

/// `aws_vpc_security_group_ingress_rule`
pub(crate) static INGRESS: VpcSecurityGroupRule = VpcSecurityGroupRule(Direction::Ingress);
/// `aws_vpc_security_group_egress_rule`
pub(crate) static EGRESS: VpcSecurityGroupRule = VpcSecurityGroupRule(Direction::Egress);

/// The kinds of peers; a rule has exactly one.
const PEERS: [&str; 4] = ["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"];
/// What makes up a rule, apart from its description.
const CONTENT: [&str; 7] = [
    "cidr_ipv4",
    "cidr_ipv6",
    "prefix_list_id",
    "referenced_security_group_id",
    "ip_protocol",
    "from_port",
    "to_port",
];

#[async_trait]
impl Resource<Site> for VpcSecurityGroupRule {
    fn validate(&self, config: &Object) -> Diagnostics {
        let count = PEERS.iter().filter(|name| config.is_set(name)).count();
        let may_be_set = PEERS.iter().any(|name| config.is_unknown(name));
        if count > 1 || (count == 0 && !may_be_set) {
            let detail = format!("Exactly one of {} must be set; {count} are.", PEERS.join(", "));
            return Diagnostic::error("Invalid Attribute Combination", detail).into();
        }
        Diagnostics::new()
    }

    /// A rule can't change from one kind of peer to another.
    fn plan(&self, planning: &mut Planning<'_>) {
        for name in PEERS {
            let has = |object: &Object| object.is_set(name) || object.is_unknown(name);
            if planning.prior.is_some_and(|prior| has(prior) != has(&planning.planned)) {
                planning.replace(name);
            }
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        by_id(objects, |ids| describe(site, ids), |object, found| fill(site, object, found)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let deadline = call.deadline.within(Duration::from_mins(1));
        let id = deadline.retry(is_early, || authorize(call.site, self.0, object)).await?;
        object.put_text("id", id.as_ref());
        object.put_text("security_group_rule_id", id.as_ref());
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = prior.id_or_empty();
        if object.differs(prior, "description") || object.differs_in(prior, &CONTENT) {
            let update = SecurityGroupRuleUpdate::builder()
                .security_group_rule_id(id)
                .security_group_rule(rule_request(object))
                .build();
            let request = call.site.ec2.modify_security_group_rules();
            let request =
                request.set_group_id(object.owned("security_group_id")).security_group_rules(update);
            request.send().await.plain()?;
        }
        update_tags(call.site, id, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let (id, group) = (object.id_or_empty(), object.owned("security_group_id"));
        match self.0 {
            Direction::Ingress => {
                let request = call.site.ec2.revoke_security_group_ingress().set_group_id(group);
                request.security_group_rule_ids(id).send().await.plain()?;
            }
            Direction::Egress => {
                let request = call.site.ec2.revoke_security_group_egress().set_group_id(group);
                request.security_group_rule_ids(id).send().await.plain()?;
            }
        }
        Ok(())
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(id));
        object.put_text("security_group_rule_id", Some(id));
        Ok(())
    }

    /// A group has no two rules of the same content.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let group = filter("group-id", [object.text("security_group_id").unwrap_or_default()]);
        let pages = call.site.ec2.describe_security_group_rules().filters(group).into_paginator();
        let rules: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
        let is_egress = self.0 == Direction::Egress;
        let is_ours = |rule: &&Description| {
            let mut found = object.clone();
            fill(call.site, &mut found, rule);
            rule.is_egress() == Some(is_egress) && !found.differs_in(object, &CONTENT)
        };
        let id = rules.iter().find(is_ours).and_then(Description::security_group_rule_id);
        object.put_text("security_group_rule_id", id);
        Ok(object.identify(id))
    }
}

async fn authorize(site: &Site, direction: Direction, object: &Object) -> Result<Option<String>, Fault> {
    let (group, permission) = (object.owned("security_group_id"), permission(object));
    let tags = tagged(ResourceType::SecurityGroupRule, object);
    let rules = match direction {
        Direction::Ingress => {
            let request = site.ec2.authorize_security_group_ingress().set_group_id(group);
            let request = request.ip_permissions(permission).set_tag_specifications(tags);
            request.send().await.plain()?.security_group_rules
        }
        Direction::Egress => {
            let request = site.ec2.authorize_security_group_egress().set_group_id(group);
            let request = request.ip_permissions(permission).set_tag_specifications(tags);
            request.send().await.plain()?.security_group_rules
        }
    };
    Ok(rules.unwrap_or_default().into_iter().next().and_then(|rule| rule.security_group_rule_id))
}

fn permission(object: &Object) -> IpPermission {
    let description = object.owned("description");
    let mut permission = IpPermission::builder()
        .ip_protocol(protocol(object.text("ip_protocol").unwrap_or("-1")))
        .set_from_port(object.small("from_port"))
        .set_to_port(object.small("to_port"));
    if let Some(range) = object.text("cidr_ipv4") {
        permission = permission
            .ip_ranges(IpRange::builder().cidr_ip(range).set_description(description.clone()).build());
    }
    if let Some(range) = object.text("cidr_ipv6") {
        let range = Ipv6Range::builder().cidr_ipv6(range).set_description(description.clone()).build();
        permission = permission.ipv6_ranges(range);
    }
    if let Some(list) = object.text("prefix_list_id") {
        let list = PrefixListId::builder().prefix_list_id(list).set_description(description.clone()).build();
        permission = permission.prefix_list_ids(list);
    }
    if let Some(group) = object.text("referenced_security_group_id") {
        let (user, id) =
            group.split_once('/').map_or((None, group), |(user, id)| (Some(user.to_owned()), id));
        let pair =
            UserIdGroupPair::builder().group_id(id).set_user_id(user).set_description(description).build();
        permission = permission.user_id_group_pairs(pair);
    }
    permission.build()
}

fn rule_request(object: &Object) -> SecurityGroupRuleRequest {
    let group = object.text("referenced_security_group_id");
    let group = group.map(|group| group.split_once('/').map_or(group, |(_, id)| id).to_owned());
    SecurityGroupRuleRequest::builder()
        .ip_protocol(protocol(object.text("ip_protocol").unwrap_or("-1")))
        .set_from_port(object.small("from_port"))
        .set_to_port(object.small("to_port"))
        .set_cidr_ipv4(object.owned("cidr_ipv4"))
        .set_cidr_ipv6(object.owned("cidr_ipv6"))
        .set_prefix_list_id(object.owned("prefix_list_id"))
        .set_referenced_group_id(group)
        .set_description(object.owned("description"))
        .build()
}

async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Description)>, Fault> {
    let request = site.ec2.describe_security_group_rules().filters(filter("security-group-rule-id", ids));
    let pages = request.max_results(PAGE_MAX).into_paginator();
    let found: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    Ok(keyed(found, |rule| rule.security_group_rule_id.clone()))
}

fn fill(site: &Site, object: &mut Object, rule: &Description) {
    let id = rule.security_group_rule_id().unwrap_or_default();
    let owner = rule.group_owner_id().unwrap_or_default();
    let arn = site.arn("ec2", owner, &format!("security-group-rule/{id}"));
    object.put_text("arn", Some(rule.security_group_rule_arn().unwrap_or(&arn)));
    // Written with host bits or in another form it is the same range.
    for (name, told) in [("cidr_ipv4", rule.cidr_ipv4()), ("cidr_ipv6", rule.cidr_ipv6())] {
        if object.text(name).map(range).as_deref() != told.map(range).as_deref() {
            object.put_text(name, told);
        }
    }
    object.put_text("description", rule.description());
    object.put_text("prefix_list_id", rule.prefix_list_id());
    object.put_text("security_group_id", rule.group_id());
    object.put_text("security_group_rule_id", Some(id));
    object.put_map("tags_all", &tags(rule.tags()));
    let told = rule.ip_protocol().unwrap_or("-1");
    // Written as a number or in capitals it is the same protocol.
    if object.text("ip_protocol").map(protocol).as_deref() != Some(told) {
        object.put_text("ip_protocol", Some(told));
    }
    // The API tells -1 for the ports of "all"; the configuration leaves them out.
    let is_all = told == "-1";
    object.put_integer("from_port", rule.from_port().filter(|port| !is_all || *port != -1));
    object.put_integer("to_port", rule.to_port().filter(|port| !is_all || *port != -1));
    let group = rule.referenced_group_info();
    let is_other = |user: &&str| ![owner, ""].contains(user) && !owner.is_empty();
    let user = group.and_then(|group| group.user_id()).filter(is_other);
    let id = group.and_then(|group| group.group_id());
    // The id says which group it is, with or without the account before it.
    let is_it = |written: &str| Some(written.split_once('/').map_or(written, |(_, id)| id)) == id;
    if !object.text("referenced_security_group_id").is_some_and(is_it) {
        let name = id.map(|id| user.map_or_else(|| id.to_owned(), |user| format!("{user}/{id}")));
        object.put_text("referenced_security_group_id", name);
    }
}
