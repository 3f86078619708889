//! `aws_subnet`: a range of addresses of a VPC in one availability zone.

use crate::account::site::Site;
use crate::ec2::{FILTER_MAX, PAGE_MAX, by_id, filter, has_planned_tags, tagged, tags, update_tags};
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::operation::modify_subnet_attribute::builders::ModifySubnetAttributeFluentBuilder as Modify;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, Filter, HostnameType, ResourceType, Subnet as Description,
    SubnetCidrBlockStateCode as State, SubnetState,
};
use std::collections::{BTreeMap, BTreeSet};
use trueup_provider_kit::{
    Call, Fault, Fields, Object, Planning, Readings, Resource, described, keyed, unread,
};

/// `aws_subnet`
pub(crate) struct Subnet;

/// The attributes that are bools and set one call each, with what the API starts them with: false.
const FLAGS: [&str; 5] = [
    "assign_ipv6_address_on_creation",
    "enable_dns64",
    "enable_resource_name_dns_a_record_on_launch",
    "enable_resource_name_dns_aaaa_record_on_launch",
    "map_public_ip_on_launch",
];
/// Whether interfaces get an address of the customer's, and from which pool.
const POOLED: [&str; 2] = ["map_customer_owned_ip_on_launch", "customer_owned_ipv4_pool"];

#[async_trait]
impl Resource<Site> for Subnet {
    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.changes("ipv6_cidr_block") {
            let assigns = |object: &Object| object.flag("assign_ipv6_address_on_creation") == Some(true);
            if planning.prior.is_some_and(|prior| assigns(prior) && prior.is_set("ipv6_cidr_block")) {
                planning.replace("ipv6_cidr_block");
            }
            planning.unsettle(&["ipv6_cidr_block_association_id"]);
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let known = match network_by_network(site, &objects).await {
            Ok(known) => known,
            Err(fault) => return unread(&objects, &fault),
        };
        let known = &known;
        let describe = |ids: Vec<String>| async move {
            let (seen, unseen): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| known.contains_key(id));
            let mut found: Vec<_> = seen.into_iter().map(|id| (id.clone(), known[&id].clone())).collect();
            if !unseen.is_empty() {
                found.extend(describe(site, filter("subnet-id", unseen)).await?);
            }
            Ok(found)
        };
        by_id(objects, describe, |object, found| fill(site, object, found)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let site = call.site;
        let request = site
            .ec2
            .create_subnet()
            .set_vpc_id(object.owned("vpc_id"))
            .set_cidr_block(object.owned("cidr_block"))
            .set_ipv6_cidr_block(object.owned("ipv6_cidr_block"))
            .set_ipv6_native(object.flag("ipv6_native").filter(|flag| *flag))
            .set_availability_zone(object.owned("availability_zone"))
            .set_availability_zone_id(object.owned("availability_zone_id"))
            .set_outpost_arn(object.owned("outpost_arn"))
            .set_tag_specifications(tagged(ResourceType::Subnet, object));
        let made = request.send().await.plain()?;
        object.put_text("id", made.subnet().and_then(Description::subnet_id));
        let id = object.id_or_empty().to_owned();
        wait_available(call, &id).await?;
        modify(site, &id, None, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let (site, id) = (call.site, prior.id_or_empty());
        if object.differs(prior, "ipv6_cidr_block") {
            update_ipv6(call, id, prior, object).await?;
        }
        modify(site, id, Some(prior), object).await?;
        update_tags(site, id, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        call.site.ec2.delete_subnet().subnet_id(object.id_or_empty()).send().await.plain()?;
        Ok(())
    }

    /// Ranges of a VPC don't overlap: VPC and range name the subnet.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let range = match (object.text("cidr_block"), object.text("ipv6_cidr_block")) {
            (Some(range), _) => filter("cidr-block", [range]),
            (None, Some(range)) => filter("ipv6-cidr-block-association.ipv6-cidr-block", [range]),
            (None, None) => return Ok(false),
        };
        let vpc = filter("vpc-id", [object.text("vpc_id").unwrap_or_default()]);
        let found = call.site.ec2.describe_subnets().filters(vpc).filters(range).send().await.plain()?;
        let made = found.subnets().iter().find(|subnet| has_planned_tags(object, subnet.tags()));
        Ok(object.identify(made.and_then(Description::subnet_id)))
    }
}

async fn wait_available(call: &Call<'_, Site>, id: &str) -> Result<(), Fault> {
    let state = || async {
        let found =
            call.site.ec2.describe_subnets().filters(filter("subnet-id", [id])).send().await.plain()?;
        let is_available =
            found.subnets().first().and_then(Description::state) == Some(&SubnetState::Available);
        Ok(is_available.then_some(()))
    };
    call.deadline.until("the subnet to become available", state).await
}

/// Sets what differs from `prior`, or from what a new subnet starts with.
async fn modify(site: &Site, id: &str, prior: Option<&Object>, object: &Object) -> Result<(), Fault> {
    let request = || site.ec2.modify_subnet_attribute().subnet_id(id);
    for name in FLAGS {
        let before = prior.and_then(|prior| prior.flag(name)).unwrap_or(false);
        let Some(wanted) = object.flag(name).filter(|wanted| *wanted != before) else { continue };
        let request = set_flag(request(), name, wanted);
        request.send().await.attempt(&format!("setting {name} of the subnet"))?;
    }
    change_pool(site, id, prior, object).await?;
    let is_new = |name: &str| prior.is_none_or(|prior| prior.differs(object, name));
    if let Some(kind) = object.text("private_dns_hostname_type_on_launch")
        && is_new("private_dns_hostname_type_on_launch")
    {
        let request = request().private_dns_hostname_type_on_launch(HostnameType::from(kind));
        request.send().await.attempt("setting private_dns_hostname_type_on_launch of the subnet")?;
    }
    let index = object.small("enable_lni_at_device_index");
    if is_new("enable_lni_at_device_index") && (index.is_some() || prior.is_some()) {
        let off = AttributeBooleanValue::builder().value(true).build();
        let request = match index {
            Some(index) => request().enable_lni_at_device_index(index),
            None => request().disable_lni_at_device_index(off),
        };
        request.send().await.attempt("setting enable_lni_at_device_index of the subnet")?;
    }
    Ok(())
}

/// Says from which pool of the customer's new interfaces get an address, if from any: both in one call.
async fn change_pool(site: &Site, id: &str, prior: Option<&Object>, object: &Object) -> Result<(), Fault> {
    let is_on = |object: &Object| object.flag(POOLED[0]) == Some(true);
    let was_on = prior.is_some_and(is_on);
    let is_changed = prior.is_none_or(|prior| object.differs_in(prior, &POOLED));
    if !is_changed || !(was_on || is_on(object)) {
        return Ok(());
    }
    let flag = AttributeBooleanValue::builder().value(is_on(object)).build();
    let pool = object.owned(POOLED[1]).filter(|_| is_on(object));
    let request = site.ec2.modify_subnet_attribute().subnet_id(id).map_customer_owned_ip_on_launch(flag);
    let outcome = request.set_customer_owned_ipv4_pool(pool).send().await;
    outcome.attempt("setting map_customer_owned_ip_on_launch of the subnet")?;
    Ok(())
}

fn set_flag(request: Modify, name: &str, flag: bool) -> Modify {
    let value = AttributeBooleanValue::builder().value(flag).build();
    match name {
        "assign_ipv6_address_on_creation" => request.assign_ipv6_address_on_creation(value),
        "enable_dns64" => request.enable_dns64(value),
        "enable_resource_name_dns_a_record_on_launch" => {
            request.enable_resource_name_dns_a_record_on_launch(value)
        }
        "enable_resource_name_dns_aaaa_record_on_launch" => {
            request.enable_resource_name_dns_aaaa_record_on_launch(value)
        }
        "map_public_ip_on_launch" => request.map_public_ip_on_launch(value),
        other => unreachable!("{other} is not among the flags"),
    }
}

async fn update_ipv6(call: &Call<'_, Site>, id: &str, prior: &Object, object: &Object) -> Result<(), Fault> {
    if let Some(association) = prior.text("ipv6_cidr_block_association_id") {
        let request = call.site.ec2.disassociate_subnet_cidr_block().association_id(association);
        request.send().await.attempt("taking the IPv6 range from the subnet")?;
        let gone = || async { Ok(ranges(call.site, id).await?.is_empty().then_some(())) };
        call.deadline.until("the subnet to lose its IPv6 range", gone).await?;
    }
    if let Some(range) = object.text("ipv6_cidr_block") {
        let request = call.site.ec2.associate_subnet_cidr_block().subnet_id(id).ipv6_cidr_block(range);
        request.send().await.attempt("giving the subnet an IPv6 range")?;
        let has = || async { Ok(ranges(call.site, id).await?.contains(&State::Associated).then_some(())) };
        call.deadline.until("the subnet to have its IPv6 range", has).await?;
    }
    Ok(())
}

/// The states of the IPv6 ranges that the subnet has, or is about to have or lose.
async fn ranges(site: &Site, id: &str) -> Result<Vec<State>, Fault> {
    let found = site.ec2.describe_subnets().filters(filter("subnet-id", [id])).send().await.plain()?;
    let subnets = found.subnets().iter();
    let associations = subnets.flat_map(Description::ipv6_cidr_block_association_set);
    let states = associations.filter_map(|range| range.ipv6_cidr_block_state()?.state().cloned());
    Ok(states.filter(|state| !matches!(state, State::Disassociated | State::Failed)).collect())
}

/// The subnets of the VPCs that the objects are in, where listing these takes fewer calls than asking for each subnet
/// by its id: a page of a list holds more than a filter. Subnets that aren't there are asked for by id all the same.
async fn network_by_network(site: &Site, objects: &[Object]) -> Result<BTreeMap<String, Description>, Fault> {
    let vpcs: Option<BTreeSet<&str>> = objects.iter().map(|object| object.text("vpc_id")).collect();
    let Some(vpcs) = vpcs.filter(|vpcs| vpcs.len() < objects.len().div_ceil(FILTER_MAX)) else {
        return Ok(BTreeMap::new());
    };
    let vpcs = vpcs.into_iter().map(str::to_owned);
    described(vpcs, FILTER_MAX, |vpcs| describe(site, filter("vpc-id", vpcs))).await
}

async fn describe(site: &Site, filter: Filter) -> Result<Vec<(String, Description)>, Fault> {
    let pages = site.ec2.describe_subnets().filters(filter).max_results(PAGE_MAX).into_paginator();
    let found: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    Ok(keyed(found, |subnet| subnet.subnet_id.clone()))
}

/// The IPv6 range with its association.
fn ipv6(subnet: &Description) -> Option<(&str, &str)> {
    let associations = subnet.ipv6_cidr_block_association_set();
    associations.iter().find_map(|association| {
        let state = association.ipv6_cidr_block_state().and_then(|state| state.state())?;
        matches!(state.as_str(), "associated" | "associating")
            .then_some((association.ipv6_cidr_block()?, association.association_id()?))
    })
}

fn fill(site: &Site, object: &mut Object, subnet: &Description) {
    fill_attributes(site, object, subnet);
    object.put_map("tags_all", &tags(subnet.tags()));
}

/// Fills in what the resource and the data source have in common.
pub(crate) fn fill_attributes(site: &Site, object: &mut Object, subnet: &Description) {
    let owner = subnet.owner_id().unwrap_or_default();
    let arn = site.arn("ec2", owner, &format!("subnet/{}", subnet.subnet_id().unwrap_or_default()));
    object.put_text("arn", Some(subnet.subnet_arn().unwrap_or(&arn)));
    object.put_flag("assign_ipv6_address_on_creation", subnet.assign_ipv6_address_on_creation());
    object.put_text("availability_zone", subnet.availability_zone());
    object.put_text("availability_zone_id", subnet.availability_zone_id());
    object.put_text("cidr_block", subnet.cidr_block());
    object.put_text("customer_owned_ipv4_pool", subnet.customer_owned_ipv4_pool());
    object.put_flag("enable_dns64", Some(subnet.enable_dns64().unwrap_or(false)));
    object.put_integer("enable_lni_at_device_index", subnet.enable_lni_at_device_index());
    object.put_text("ipv6_cidr_block", ipv6(subnet).map(|(range, _)| range));
    object.put_text("ipv6_cidr_block_association_id", ipv6(subnet).map(|(_, id)| id));
    object.put_flag("ipv6_native", Some(subnet.ipv6_native().unwrap_or(false)));
    object.put_flag("map_customer_owned_ip_on_launch", subnet.map_customer_owned_ip_on_launch());
    object.put_flag("map_public_ip_on_launch", subnet.map_public_ip_on_launch());
    object.put_text("outpost_arn", subnet.outpost_arn());
    object.put_text("owner_id", subnet.owner_id());
    object.put_text("vpc_id", subnet.vpc_id());
    let names = subnet.private_dns_name_options_on_launch();
    let a =
        names.and_then(aws_sdk_ec2::types::PrivateDnsNameOptionsOnLaunch::enable_resource_name_dns_a_record);
    let aaaa = names
        .and_then(aws_sdk_ec2::types::PrivateDnsNameOptionsOnLaunch::enable_resource_name_dns_aaaa_record);
    object.put_flag("enable_resource_name_dns_a_record_on_launch", Some(a.unwrap_or(false)));
    object.put_flag("enable_resource_name_dns_aaaa_record_on_launch", Some(aaaa.unwrap_or(false)));
    let kind = names.and_then(|names| names.hostname_type()).map(HostnameType::as_str);
    object.put_text("private_dns_hostname_type_on_launch", kind);
}
