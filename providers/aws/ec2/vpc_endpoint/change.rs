//! Requests that make and change VPC endpoints.

use crate::account::site::Site;
use crate::fault::Attempt;
use aws_sdk_ec2::types::{DnsOptionsSpecification, SubnetConfiguration, VpcEndpoint as Description};
use trueup_provider_kit::{Fault, FaultKind, Fields, Object};

/// What makes a change of the endpoint itself.
const CHANGED: [&str; 8] = [
    "dns_options",
    "ip_address_type",
    "policy",
    "private_dns_enabled",
    "route_table_ids",
    "security_group_ids",
    "subnet_configuration",
    "subnet_ids",
];

pub(super) fn dns_options(object: &Object) -> Option<DnsOptionsSpecification> {
    let block = object.item("dns_options")?;
    let only = block.flag("private_dns_only_for_inbound_resolver_endpoint");
    let options = DnsOptionsSpecification::builder()
        .set_dns_record_ip_type(block.text("dns_record_ip_type").map(Into::into))
        .set_private_dns_only_for_inbound_resolver_endpoint(only);
    Some(options.build())
}

pub(super) fn subnet_configurations(object: &Object) -> Option<Vec<SubnetConfiguration>> {
    let blocks = object.items("subnet_configuration").iter().map(|block| {
        SubnetConfiguration::builder()
            .set_subnet_id(block.owned("subnet_id"))
            .set_ipv4(block.owned("ipv4"))
            .set_ipv6(block.owned("ipv6"))
            .build()
    });
    let blocks: Vec<SubnetConfiguration> = blocks.collect();
    (!blocks.is_empty()).then_some(blocks)
}

/// Brings the endpoint from `prior` to `object` in one call; says whether there was something to do.
pub(super) async fn modify(site: &Site, prior: &Object, object: &Object) -> Result<bool, Fault> {
    if !object.differs_in(prior, &CHANGED) {
        return Ok(false);
    }
    let is_new = |name: &str| object.differs(prior, name);
    let without = |name: &str, one: &Object, other: &Object| {
        let left = other.texts(name);
        let texts: Vec<String> = one.texts(name).into_iter().filter(|text| !left.contains(text)).collect();
        (!object.is_unknown(name) && !texts.is_empty()).then_some(texts)
    };
    let added = |name: &str| without(name, object, prior);
    let removed = |name: &str| without(name, prior, object);
    let policy = object.owned("policy").filter(|_| is_new("policy"));
    let request = site
        .ec2
        .modify_vpc_endpoint()
        .vpc_endpoint_id(prior.id_or_empty())
        .set_reset_policy((is_new("policy") && policy.is_none()).then_some(true))
        .set_policy_document(policy)
        .set_add_route_table_ids(added("route_table_ids"))
        .set_remove_route_table_ids(removed("route_table_ids"))
        .set_add_subnet_ids(added("subnet_ids"))
        .set_remove_subnet_ids(removed("subnet_ids"))
        .set_add_security_group_ids(added("security_group_ids"))
        .set_remove_security_group_ids(removed("security_group_ids"))
        .set_ip_address_type(
            object.text("ip_address_type").filter(|_| is_new("ip_address_type")).map(Into::into),
        )
        .set_dns_options(dns_options(object).filter(|_| is_new("dns_options")))
        .set_private_dns_enabled(object.flag("private_dns_enabled").filter(|_| is_new("private_dns_enabled")))
        .set_subnet_configurations(subnet_configurations(object).filter(|_| is_new("subnet_configuration")));
    request.send().await.attempt("changing the VPC endpoint")?;
    Ok(true)
}

/// Accepts the connection to an endpoint service of the same account.
pub(super) async fn accept(site: &Site, endpoint: &Description) -> Result<(), Fault> {
    let name = endpoint.service_name().unwrap_or_default();
    let answer = site.ec2.describe_vpc_endpoint_services().service_names(name).send().await;
    let answer = answer.attempt("looking for the service to accept the VPC endpoint")?;
    let service = answer.service_details().iter().find_map(|service| service.service_id());
    let service = service.ok_or_else(|| {
        Fault::new(FaultKind::NotFound, format!("the service {name} can't be found"))
            .hint("auto_accept works for endpoint services of the same account.")
    })?;
    let request = site.ec2.accept_vpc_endpoint_connections().service_id(service);
    let request = request.set_vpc_endpoint_ids(endpoint.vpc_endpoint_id().map(|id| vec![id.to_owned()]));
    let outcome = request.send().await.attempt("accepting the VPC endpoint")?;
    match outcome.unsuccessful().iter().find_map(|item| item.error()) {
        Some(error) => {
            let message = error.message().unwrap_or("the API refuses without a reason");
            Err(Fault::new(FaultKind::Other, message).during("accepting the VPC endpoint"))
        }
        None => Ok(()),
    }
}
