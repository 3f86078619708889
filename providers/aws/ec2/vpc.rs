//! `aws_vpc`: a virtual network.

use crate::account::site::Site;
use crate::ec2::{PAGE_MAX, by_id, filter, mark_filter, marked, tags, unmark, update_tags};
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Tenancy, Vpc as Description, VpcAttributeName,
    VpcCidrBlockStateCode as State, VpcIpv6CidrBlockAssociation, VpcState, VpcTenancy,
};
use futures::stream::{self, StreamExt, TryStreamExt};
use std::collections::BTreeMap;
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource};

/// `aws_vpc`
pub(crate) struct Vpc;

/// What several calls tell about one VPC.
struct Found {
    vpc: Description,
    route_table: Option<String>,
    security_group: Option<String>,
    network_acl: Option<String>,
    flags: Flags,
}

/// Attributes that the API tells one VPC and one attribute at a time.
#[derive(Clone, Copy, Default)]
pub(crate) struct Flags {
    pub(crate) dns_support: Option<bool>,
    pub(crate) dns_hostnames: Option<bool>,
    pub(crate) usage_metrics: Option<bool>,
}

const IPV6: [&str; 5] = [
    "assign_generated_ipv6_cidr_block",
    "ipv6_cidr_block",
    "ipv6_cidr_block_network_border_group",
    "ipv6_ipam_pool_id",
    "ipv6_netmask_length",
];

#[async_trait]
impl Resource<Site> for Vpc {
    fn patience(&self) -> Duration {
        Duration::from_mins(5)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.changes("instance_tenancy")
            && planning.planned.text("instance_tenancy") != Some("default")
        {
            planning.replace("instance_tenancy");
        }
        if planning.changes_any(&IPV6) {
            planning.unsettle(&[
                "ipv6_association_id",
                "ipv6_cidr_block",
                "ipv6_cidr_block_network_border_group",
            ]);
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        by_id(objects, |ids| describe(site, ids), |object, found| fill(site, object, found)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let site = call.site;
        let mut request = site
            .ec2
            .create_vpc()
            .set_cidr_block(object.owned("cidr_block"))
            .set_ipv4_ipam_pool_id(object.owned("ipv4_ipam_pool_id"))
            .set_ipv4_netmask_length(object.small("ipv4_netmask_length"))
            .set_instance_tenancy(object.text("instance_tenancy").map(Tenancy::from))
            .set_tag_specifications(marked(ResourceType::Vpc, object, call.token));
        if object.flag("assign_generated_ipv6_cidr_block") == Some(true) || object.is_set("ipv6_ipam_pool_id")
        {
            request = request
                .set_amazon_provided_ipv6_cidr_block(object.flag("assign_generated_ipv6_cidr_block"))
                .set_ipv6_cidr_block(object.owned("ipv6_cidr_block"))
                .set_ipv6_ipam_pool_id(object.owned("ipv6_ipam_pool_id"))
                .set_ipv6_netmask_length(object.small("ipv6_netmask_length"))
                .set_ipv6_cidr_block_network_border_group(
                    object.owned("ipv6_cidr_block_network_border_group"),
                );
        }
        let made = request.send().await.plain()?;
        object.put_text("id", made.vpc().and_then(Description::vpc_id));
        let id = object.id_or_empty().to_owned();
        wait_available(call, &id).await?;
        let fresh = Flags { dns_support: Some(true), dns_hostnames: Some(false), usage_metrics: Some(false) };
        set_flags(site, &id, fresh, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let (site, id) = (call.site, prior.id_or_empty());
        let flags = Flags {
            dns_support: prior.flag("enable_dns_support"),
            dns_hostnames: prior.flag("enable_dns_hostnames"),
            usage_metrics: prior.flag("enable_network_address_usage_metrics"),
        };
        set_flags(site, id, flags, object).await?;
        if object.differs(prior, "instance_tenancy") {
            let request = site.ec2.modify_vpc_tenancy().vpc_id(id).instance_tenancy(VpcTenancy::Default);
            request.send().await.attempt("changing the tenancy of the VPC")?;
        }
        if object.differs_in(prior, &IPV6) {
            update_ipv6(call, id, prior, object).await?;
        }
        update_tags(site, id, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        call.site.ec2.delete_vpc().vpc_id(object.id_or_empty()).send().await.plain()?;
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let found = call.site.ec2.describe_vpcs().filters(mark_filter(call.token)).send().await.plain()?;
        Ok(object.identify(found.vpcs().first().and_then(Description::vpc_id)))
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, object.id_or_empty()).await
    }
}

async fn wait_available(call: &Call<'_, Site>, id: &str) -> Result<(), Fault> {
    let state = || async {
        let found = call.site.ec2.describe_vpcs().filters(filter("vpc-id", [id])).send().await.plain()?;
        let is_available = found.vpcs().first().and_then(Description::state) == Some(&VpcState::Available);
        Ok(is_available.then_some(()))
    };
    call.deadline.until("the VPC to become available", state).await
}

/// Sets what differs. Host names need DNS support, so it is switched on first and off last.
async fn set_flags(site: &Site, id: &str, before: Flags, object: &Object) -> Result<(), Fault> {
    let on = |flag: Option<bool>| flag.map(|flag| AttributeBooleanValue::builder().value(flag).build());
    let wanted = |name: &str, before: Option<bool>| object.flag(name).filter(|flag| Some(*flag) != before);
    let support = wanted("enable_dns_support", before.dns_support);
    let hostnames = wanted("enable_dns_hostnames", before.dns_hostnames);
    let metrics = wanted("enable_network_address_usage_metrics", before.usage_metrics);
    let request = || site.ec2.modify_vpc_attribute().vpc_id(id);
    let set_hostnames = async {
        let request = request().set_enable_dns_hostnames(on(hostnames));
        request.send().await.attempt("setting enable_dns_hostnames of the VPC")
    };
    if support == Some(false) {
        if hostnames.is_some() {
            set_hostnames.await?;
        }
        let request = request().set_enable_dns_support(on(support));
        request.send().await.attempt("setting enable_dns_support of the VPC")?;
    } else {
        if support.is_some() {
            let request = request().set_enable_dns_support(on(support));
            request.send().await.attempt("setting enable_dns_support of the VPC")?;
        }
        if hostnames.is_some() {
            set_hostnames.await?;
        }
    }
    if metrics.is_some() {
        let request = request().set_enable_network_address_usage_metrics(on(metrics));
        request.send().await.attempt("setting enable_network_address_usage_metrics of the VPC")?;
    }
    Ok(())
}

/// A VPC gets another IPv6 range when the one that it had is gone.
async fn update_ipv6(call: &Call<'_, Site>, id: &str, prior: &Object, object: &Object) -> Result<(), Fault> {
    let site = call.site;
    if let Some(association) = prior.text("ipv6_association_id") {
        let request = site.ec2.disassociate_vpc_cidr_block().association_id(association);
        request.send().await.attempt("taking the IPv6 range from the VPC")?;
        let gone = || async { Ok(ranges(site, id).await?.is_empty().then_some(())) };
        call.deadline.until("the VPC to lose its IPv6 range", gone).await?;
    }
    if object.flag("assign_generated_ipv6_cidr_block") != Some(true) && !object.is_set("ipv6_ipam_pool_id") {
        return Ok(());
    }
    let request = site
        .ec2
        .associate_vpc_cidr_block()
        .vpc_id(id)
        .set_amazon_provided_ipv6_cidr_block(object.flag("assign_generated_ipv6_cidr_block"))
        .set_ipv6_cidr_block(object.owned("ipv6_cidr_block"))
        .set_ipv6_ipam_pool_id(object.owned("ipv6_ipam_pool_id"))
        .set_ipv6_netmask_length(object.small("ipv6_netmask_length"))
        .set_ipv6_cidr_block_network_border_group(object.owned("ipv6_cidr_block_network_border_group"));
    request.send().await.attempt("giving the VPC an IPv6 range")?;
    let has = || async { Ok(ranges(site, id).await?.contains(&State::Associated).then_some(())) };
    call.deadline.until("the VPC to have its IPv6 range", has).await
}

/// The states of the IPv6 ranges that the VPC has, or is about to have or lose.
async fn ranges(site: &Site, id: &str) -> Result<Vec<State>, Fault> {
    let found = site.ec2.describe_vpcs().filters(filter("vpc-id", [id])).send().await.plain()?;
    let associations = found.vpcs().iter().flat_map(Description::ipv6_cidr_block_association_set);
    let states = associations.filter_map(|range| range.ipv6_cidr_block_state()?.state().cloned());
    Ok(states.filter(|state| !matches!(state, State::Disassociated | State::Failed)).collect())
}

async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Found)>, Fault> {
    let pages =
        site.ec2.describe_vpcs().filters(filter("vpc-id", ids)).max_results(PAGE_MAX).into_paginator();
    let vpcs: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    let ids: Vec<String> = vpcs.iter().filter_map(|vpc| vpc.vpc_id().map(str::to_owned)).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (mut tables, mut groups, mut acls, flags) = futures::try_join!(
        main_tables(site, &ids),
        default_groups(site, &ids),
        default_acls(site, &ids),
        all_flags(site, &ids)
    )?;
    let found = vpcs.into_iter().zip(ids).map(|(vpc, id)| {
        let found = Found {
            route_table: tables.remove(&id),
            security_group: groups.remove(&id),
            network_acl: acls.remove(&id),
            flags: flags.get(&id).copied().unwrap_or_default(),
            vpc,
        };
        (id, found)
    });
    Ok(found.collect())
}

/// Identifiers by VPC.
pub(crate) type ByVpc = BTreeMap<String, String>;

fn by_vpc(pairs: impl IntoIterator<Item = (Option<String>, Option<String>)>) -> ByVpc {
    pairs.into_iter().filter_map(|(vpc, id)| Some((vpc?, id?))).collect()
}

/// The main route tables of VPCs.
pub(crate) async fn main_tables(site: &Site, vpcs: &[String]) -> Result<ByVpc, Fault> {
    let filters = vec![filter("vpc-id", vpcs), filter("association.main", ["true"])];
    let pages = site.ec2.describe_route_tables().set_filters(Some(filters)).into_paginator();
    let found: Vec<_> =
        pages.items().send().collect::<Result<_, _>>().await.attempt("reading main route tables")?;
    Ok(by_vpc(found.into_iter().map(|table| (table.vpc_id, table.route_table_id))))
}

async fn default_groups(site: &Site, vpcs: &[String]) -> Result<ByVpc, Fault> {
    let filters = vec![filter("vpc-id", vpcs), filter("group-name", ["default"])];
    let pages = site.ec2.describe_security_groups().set_filters(Some(filters)).into_paginator();
    let found: Vec<_> =
        pages.items().send().collect::<Result<_, _>>().await.attempt("reading default security groups")?;
    Ok(by_vpc(found.into_iter().map(|group| (group.vpc_id, group.group_id))))
}

async fn default_acls(site: &Site, vpcs: &[String]) -> Result<ByVpc, Fault> {
    let filters = vec![filter("vpc-id", vpcs), filter("default", ["true"])];
    let pages = site.ec2.describe_network_acls().set_filters(Some(filters)).into_paginator();
    let found: Vec<_> =
        pages.items().send().collect::<Result<_, _>>().await.attempt("reading default network ACLs")?;
    Ok(by_vpc(found.into_iter().map(|acl| (acl.vpc_id, acl.network_acl_id))))
}

/// What is told one VPC and one attribute at a time.
pub(crate) async fn all_flags(site: &Site, vpcs: &[String]) -> Result<BTreeMap<String, Flags>, Fault> {
    let read = |id: &String| {
        let id = id.clone();
        async move {
            let (dns_support, dns_hostnames, usage_metrics) = futures::try_join!(
                flag(site, &id, VpcAttributeName::EnableDnsSupport),
                flag(site, &id, VpcAttributeName::EnableDnsHostnames),
                flag(site, &id, VpcAttributeName::EnableNetworkAddressUsageMetrics),
            )?;
            Ok((id, Flags { dns_support, dns_hostnames, usage_metrics }))
        }
    };
    stream::iter(vpcs.iter().map(read)).buffer_unordered(8).try_collect().await
}

/// A VPC that vanished meanwhile has no attributes; the next read finds it gone.
async fn flag(site: &Site, id: &str, name: VpcAttributeName) -> Result<Option<bool>, Fault> {
    let request = site.ec2.describe_vpc_attribute().vpc_id(id).attribute(name.clone());
    match request.send().await.attempt("reading an attribute of the VPC") {
        Ok(found) => {
            let value = match name {
                VpcAttributeName::EnableDnsSupport => found.enable_dns_support(),
                VpcAttributeName::EnableDnsHostnames => found.enable_dns_hostnames(),
                _ => found.enable_network_address_usage_metrics(),
            };
            Ok(value.and_then(AttributeBooleanValue::value))
        }
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn fill(site: &Site, object: &mut Object, found: &Found) {
    let Found { vpc, flags, .. } = found;
    let id = vpc.vpc_id().unwrap_or_default();
    let owner = vpc.owner_id().unwrap_or_default();
    object.put_text("arn", Some(site.arn("ec2", owner, &format!("vpc/{id}"))));
    object.put_text("cidr_block", vpc.cidr_block());
    object.put_text("default_network_acl_id", found.network_acl.as_deref());
    object.put_text("default_route_table_id", found.route_table.as_deref());
    object.put_text("default_security_group_id", found.security_group.as_deref());
    object.put_text("dhcp_options_id", vpc.dhcp_options_id());
    object.put_flag("enable_dns_hostnames", flags.dns_hostnames);
    object.put_flag("enable_dns_support", flags.dns_support);
    object.put_flag("enable_network_address_usage_metrics", flags.usage_metrics);
    object.put_text("instance_tenancy", vpc.instance_tenancy());
    object.put_text("main_route_table_id", found.route_table.as_deref());
    object.put_text("owner_id", vpc.owner_id());
    object.put_map("tags_all", &tags(vpc.tags()));
    fill_ipv6(object, ipv6(vpc));
}

/// The association of the IPv6 range.
pub(crate) fn ipv6(vpc: &Description) -> Option<&VpcIpv6CidrBlockAssociation> {
    vpc.ipv6_cidr_block_association_set().iter().find(|association| {
        let state = association.ipv6_cidr_block_state().and_then(|state| state.state());
        state.is_some_and(|state| matches!(state.as_str(), "associated" | "associating"))
    })
}

fn fill_ipv6(object: &mut Object, association: Option<&VpcIpv6CidrBlockAssociation>) {
    let pool = association.and_then(|association| association.ipv6_pool());
    object.put_flag("assign_generated_ipv6_cidr_block", Some(pool == Some("Amazon")));
    object.put_text("ipv6_association_id", association.and_then(|a| a.association_id()));
    object.put_text("ipv6_cidr_block", association.and_then(|a| a.ipv6_cidr_block()));
    object
        .put_text("ipv6_cidr_block_network_border_group", association.and_then(|a| a.network_border_group()));
    object.put_text("ipv6_ipam_pool_id", pool.filter(|pool| pool.starts_with("ipam-pool-")));
}
