//! `aws_vpc_endpoint`: a private way from a VPC to a service.

mod change;

use crate::account::site::Site;
use crate::ec2::{FILTER_MAX, PAGE_MAX, filter, mark_filter, marked, tags, unmark, update_tags};
use crate::fault::{Attempt, found};
use async_trait::async_trait;
use aws_sdk_ec2::types::{
    NetworkInterface, PrefixList, ResourceType, State, VpcEndpoint as Description, VpcEndpointType,
};
use change::{accept, dns_options, modify, subnet_configurations};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{
    Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, described, keyed, unread,
};

/// `aws_vpc_endpoint`
pub(crate) struct VpcEndpoint;

/// What an endpoint leads to; it is exactly one of them.
const TARGETS: [&str; 3] = ["resource_configuration_arn", "service_name", "service_network_arn"];

#[async_trait]
impl Resource<Site> for VpcEndpoint {
    fn patience(&self) -> Duration {
        Duration::from_mins(10)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let count = TARGETS.iter().filter(|name| config.is_set(name)).count();
        let may_be_set = TARGETS.iter().any(|name| config.is_unknown(name));
        if count > 1 || (count == 0 && !may_be_set) {
            let detail = format!("Exactly one of {} must be set; {count} are.", TARGETS.join(", "));
            return Diagnostic::error("Invalid combination of arguments", detail).into();
        }
        Diagnostics::new()
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.changes_any(&["subnet_ids", "subnet_configuration", "ip_address_type"]) {
            planning.unsettle(&["dns_entry", "network_interface_ids", "subnet_ids"]);
            if planning.config.items("subnet_configuration").is_empty() {
                planning.planned.put_unknown("subnet_configuration");
            }
        }
        if planning.changes_any(&["private_dns_enabled", "dns_options"]) {
            planning.unsettle(&["dns_entry"]);
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        match read(site, &objects).await {
            Ok(found) => objects
                .into_iter()
                .map(|mut object| {
                    Ok(found.endpoints.get(object.id_or_empty()).map(|endpoint| {
                        fill(site, &mut object, endpoint);
                        fill_lists(&mut object, endpoint, &found);
                        object
                    }))
                })
                .collect(),
            Err(fault) => unread(&objects, &fault),
        }
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let some = |texts: Vec<String>| (!texts.is_empty()).then_some(texts);
        let request = call
            .site
            .ec2
            .create_vpc_endpoint()
            .client_token(call.token)
            .set_vpc_endpoint_type(object.text("vpc_endpoint_type").map(VpcEndpointType::from))
            .set_vpc_id(object.owned("vpc_id"))
            .set_service_name(object.owned("service_name"))
            .set_service_network_arn(object.owned("service_network_arn"))
            .set_resource_configuration_arn(object.owned("resource_configuration_arn"))
            .set_service_region(object.owned("service_region"))
            .set_policy_document(object.owned("policy"))
            .set_route_table_ids(some(object.texts("route_table_ids")))
            .set_subnet_ids(some(object.texts("subnet_ids")))
            .set_security_group_ids(some(object.texts("security_group_ids")))
            .set_ip_address_type(object.text("ip_address_type").map(Into::into))
            .set_dns_options(dns_options(object))
            .set_subnet_configurations(subnet_configurations(object))
            .set_private_dns_enabled(has_private_names(object))
            .set_tag_specifications(marked(ResourceType::VpcEndpoint, object, call.token));
        let made = request.send().await.plain()?;
        object.put_text("id", made.vpc_endpoint().and_then(Description::vpc_endpoint_id));
        let id = object.id_or_empty().to_owned();
        let endpoint = wait_ready(call, &id).await?;
        accept_if_asked(call, &endpoint, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = prior.id_or_empty();
        if modify(call.site, prior, object).await? {
            wait_ready(call, id).await?;
        }
        if object.differs(prior, "auto_accept") && object.flag("auto_accept") == Some(true) {
            let endpoint = wait_ready(call, id).await?;
            accept_if_asked(call, &endpoint, object).await?;
        }
        update_tags(call.site, id, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = object.id_or_empty();
        let outcome = call.site.ec2.delete_vpc_endpoints().vpc_endpoint_ids(id).send().await.plain()?;
        let errors = outcome.unsuccessful().iter().filter_map(|item| item.error());
        if let Some(error) = errors.into_iter().next() {
            let code = error.code().unwrap_or_default();
            if code.ends_with("NotFound") {
                return Ok(());
            }
            let kind = if code.contains("InUse") { FaultKind::InUse } else { FaultKind::Other };
            let fault = Fault::new(kind, error.message().unwrap_or("the API refuses without a reason"));
            return Err(Fault { code: code.to_owned(), ..fault });
        }
        let gone = || async { Ok(describe(call.site, vec![id.to_owned()]).await?.is_empty().then_some(())) };
        call.deadline.until("the VPC endpoint to go", gone).await
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let request = call.site.ec2.describe_vpc_endpoints().filters(mark_filter(call.token));
        let made = request.send().await.plain()?;
        let mut made = made.vpc_endpoints().iter().filter(|endpoint| !is_gone(endpoint));
        Ok(object.identify(made.find_map(Description::vpc_endpoint_id)))
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, object.id_or_empty()).await
    }
}

/// Whether private names are to lead to the endpoint: not unless it is asked for, other than the API has it.
fn has_private_names(object: &Object) -> Option<bool> {
    let is_gateway = object.text("vpc_endpoint_type") == Some("Gateway");
    object.flag("private_dns_enabled").or((!is_gateway).then_some(false))
}

/// What several calls tell about endpoints.
struct Found {
    endpoints: BTreeMap<String, Description>,
    /// By the name of the service.
    prefix_lists: BTreeMap<String, PrefixList>,
    /// By id.
    interfaces: BTreeMap<String, NetworkInterface>,
}

/// Deleted endpoints are told for a while.
fn is_gone(endpoint: &Description) -> bool {
    endpoint.state().is_some_and(|state| state.as_str().eq_ignore_ascii_case("deleted"))
}

async fn read(site: &Site, objects: &[Object]) -> Result<Found, Fault> {
    let ids = objects.iter().filter_map(Object::id).map(str::to_owned);
    let endpoints = described(ids, FILTER_MAX, |ids| describe(site, ids)).await?;
    let services: BTreeSet<String> = endpoints
        .values()
        .filter(|endpoint| endpoint.vpc_endpoint_type() == Some(&VpcEndpointType::Gateway))
        .filter_map(|endpoint| endpoint.service_name().map(str::to_owned))
        .collect();
    let prefix_lists = described(services, FILTER_MAX, |names| prefix_lists(site, names)).await?;
    let ids = endpoints.values().flat_map(|endpoint| endpoint.network_interface_ids().iter().cloned());
    let ids: Vec<String> = ids.collect();
    let interfaces = described(ids, FILTER_MAX, |ids| interfaces(site, ids)).await?;
    Ok(Found { endpoints, prefix_lists, interfaces })
}

/// Describes endpoints by their ids. One that doesn't exist fails a call by ids, and is left out of one by filter.
async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Description)>, Fault> {
    let by_ids = site.ec2.describe_vpc_endpoints().set_vpc_endpoint_ids(Some(ids.clone()));
    let pages = by_ids.into_paginator();
    let answer: Result<Vec<Description>, Fault> =
        pages.items().send().collect::<Result<_, _>>().await.plain();
    let endpoints = match found(answer)? {
        Some(endpoints) => endpoints,
        None if ids.len() == 1 => Vec::new(),
        None => {
            let request = site.ec2.describe_vpc_endpoints().filters(filter("vpc-endpoint-id", ids));
            let pages = request.max_results(PAGE_MAX).into_paginator();
            pages.items().send().collect::<Result<_, _>>().await.plain()?
        }
    };
    let there = endpoints.into_iter().filter(|endpoint| !is_gone(endpoint));
    Ok(there.filter_map(|endpoint| Some((endpoint.vpc_endpoint_id.clone()?, endpoint))).collect())
}

async fn prefix_lists(site: &Site, names: Vec<String>) -> Result<Vec<(String, PrefixList)>, Fault> {
    let request = site.ec2.describe_prefix_lists().filters(filter("prefix-list-name", names));
    let pages = request.into_paginator();
    let lists: Vec<PrefixList> =
        pages.items().send().collect::<Result<_, _>>().await.attempt("reading the ranges of services")?;
    Ok(keyed(lists, |list| list.prefix_list_name.clone()))
}

async fn interfaces(site: &Site, ids: Vec<String>) -> Result<Vec<(String, NetworkInterface)>, Fault> {
    let request = site.ec2.describe_network_interfaces().filters(filter("network-interface-id", ids));
    let pages = request.into_paginator();
    let found: Vec<NetworkInterface> =
        pages.items().send().collect::<Result<_, _>>().await.attempt("reading addresses of endpoints")?;
    Ok(keyed(found, |found| found.network_interface_id.clone()))
}

/// Waits until it works, or waits itself for someone to accept it.
async fn wait_ready(call: &Call<'_, Site>, id: &str) -> Result<Description, Fault> {
    let ready = || async {
        let Some((_, endpoint)) = describe(call.site, vec![id.to_owned()]).await?.into_iter().next() else {
            return Ok(None);
        };
        let state = endpoint.state().map(State::as_str).unwrap_or_default().to_lowercase();
        match state.as_str() {
            "available" | "pendingacceptance" => Ok(Some(endpoint)),
            "failed" | "rejected" | "expired" | "partial" => {
                let error = endpoint.last_error().and_then(|error| error.message());
                let reason = error.or(endpoint.failure_reason()).unwrap_or("no reason is told");
                Err(Fault::new(FaultKind::Other, format!("the VPC endpoint {id} is {state}: {reason}")))
            }
            _ => Ok(None),
        }
    };
    call.deadline.until("the VPC endpoint to become available", ready).await
}

async fn accept_if_asked(
    call: &Call<'_, Site>,
    endpoint: &Description,
    object: &Object,
) -> Result<(), Fault> {
    let state = endpoint.state().map(State::as_str).unwrap_or_default();
    if object.flag("auto_accept") != Some(true) || !state.eq_ignore_ascii_case("pendingAcceptance") {
        return Ok(());
    }
    accept(call.site, endpoint).await?;
    let id = endpoint.vpc_endpoint_id().unwrap_or_default();
    let accepted = || async {
        let endpoint = wait_ready(call, id).await?;
        let state = endpoint.state().map(State::as_str).unwrap_or_default();
        Ok(state.eq_ignore_ascii_case("available").then_some(()))
    };
    call.deadline.until("the accepted VPC endpoint to become available", accepted).await
}

fn fill(site: &Site, object: &mut Object, endpoint: &Description) {
    let id = endpoint.vpc_endpoint_id().unwrap_or_default();
    let owner = endpoint.owner_id().unwrap_or_default();
    object.put_text("arn", Some(site.arn("ec2", owner, &format!("vpc-endpoint/{id}"))));
    object.put_text("ip_address_type", endpoint.ip_address_type());
    object.put_text("owner_id", endpoint.owner_id());
    object.put_text("policy", endpoint.policy_document());
    object.put_flag("private_dns_enabled", Some(endpoint.private_dns_enabled().unwrap_or(false)));
    object.put_flag("requester_managed", Some(endpoint.requester_managed().unwrap_or(false)));
    object.put_text("resource_configuration_arn", endpoint.resource_configuration_arn());
    object.put_text("service_name", endpoint.service_name());
    object.put_text("service_network_arn", endpoint.service_network_arn());
    object.put_text("service_region", Some(endpoint.service_region().unwrap_or(&site.region)));
    object.put_text("state", endpoint.state());
    object.put_text("vpc_endpoint_type", endpoint.vpc_endpoint_type());
    object.put_text("vpc_id", endpoint.vpc_id());
    object.put_map("tags_all", &tags(endpoint.tags()));
}

fn fill_lists(object: &mut Object, endpoint: &Description, found: &Found) {
    object.put_texts("network_interface_ids", endpoint.network_interface_ids());
    object.put_texts("route_table_ids", endpoint.route_table_ids());
    object.put_texts("security_group_ids", endpoint.groups().iter().filter_map(|group| group.group_id()));
    object.put_texts("subnet_ids", endpoint.subnet_ids());
    let list = endpoint.service_name().and_then(|name| found.prefix_lists.get(name));
    object.put_texts("cidr_blocks", list.map(PrefixList::cidrs).unwrap_or_default());
    object.put_text("prefix_list_id", list.and_then(PrefixList::prefix_list_id));
    let entries = endpoint.dns_entries().iter().map(|told| {
        let mut item = object.blank_item("dns_entry");
        item.put_text("dns_name", told.dns_name());
        item.put_text("hosted_zone_id", told.hosted_zone_id());
        item
    });
    let entries: Vec<Object> = entries.collect();
    object.put_items("dns_entry", entries);
    let options = endpoint.dns_options().map(|told| {
        let mut item = object.blank_item("dns_options");
        item.put_text("dns_record_ip_type", told.dns_record_ip_type());
        let only = told.private_dns_only_for_inbound_resolver_endpoint();
        item.put_flag("private_dns_only_for_inbound_resolver_endpoint", only);
        item
    });
    object.put_items("dns_options", options);
    let interfaces = endpoint.network_interface_ids().iter().filter_map(|id| found.interfaces.get(id));
    let configurations = interfaces.map(|interface| {
        let mut item = object.blank_item("subnet_configuration");
        item.put_text("subnet_id", interface.subnet_id());
        item.put_text("ipv4", interface.private_ip_address());
        item.put_text("ipv6", interface.ipv6_addresses().iter().find_map(|address| address.ipv6_address()));
        item
    });
    let configurations: Vec<Object> = configurations.collect();
    object.put_items("subnet_configuration", configurations);
}
