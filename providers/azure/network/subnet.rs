//! `azurerm_subnet`: a subnet of a virtual network.

use crate::account::site::Site;
use crate::arm::bulk::read_parts;
use crate::arm::document::{Document, references};
use crate::arm::id::{Id, Kind};
use crate::arm::mark::resembles;
use crate::arm::place::fill_names;
use crate::arm::write::{HALF_HOUR, change, create, delete};
use crate::network::virtual_network::NETWORK;
use crate::network::{either, holds, kind};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, Fields, Object, Readings, Resource};
use trueup_value::Value;

/// `azurerm_subnet`
pub(crate) struct Subnet;

/// Subnets.
pub(crate) const SUBNET: Kind = kind(&["virtualNetworks", "subnets"]);
/// Where virtual networks have them.
pub(crate) const SUBNETS: &str = "/properties/subnets";

const DELEGATIONS: &str = "/properties/delegations";
const ENDPOINTS: &str = "/properties/serviceEndpoints";
const POLICIES: &str = "/properties/serviceEndpointPolicies";
const POOLS: &str = "/properties/ipamPoolPrefixAllocations";

#[async_trait]
impl Resource<Site> for Subnet {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        either(config, ["address_prefixes", "ip_address_pool"], "A subnet")
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read_parts(site, (SUBNET, NETWORK, SUBNETS), objects, fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(call.site, object);
        let mut body = json!({"name": id.name(), "properties": {}});
        edit(object, &mut body);
        body.set("/properties/sharingScope", object.text("sharing_scope"));
        create(call, &id, object, &body).await?;
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = SUBNET.given(prior.id_or_empty())?;
        let edit = |subnet: &mut Json| {
            edit(object, subnet);
            subnet.set("/properties/sharingScope", object.text("sharing_scope"));
            Ok(())
        };
        change(call, &id, edit).await?;
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        delete(call, &SUBNET.given(object.id_or_empty())?).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(SUBNET.given(id)?.to_string()));
        Ok(())
    }

    /// A subnet has no tags: one that is just as planned is taken for the one that was made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let id = id(call.site, object);
        let found = call.site.arm.rest((&id, SUBNET.version), call.deadline).await?;
        let Some(subnet) = found else { return Ok(false) };
        let mut found = object.clone();
        fill(&mut found, &id, &subnet);
        Ok(object.identify(resembles(object, &found).then(|| id.to_string())))
    }
}

fn id(site: &Site, object: &Object) -> Id {
    let name = |name| object.text(name).unwrap_or_default();
    site.id(SUBNET, name("resource_group_name"), &[name("virtual_network_name"), name("name")])
}

/// Brings a document to what the attributes say that a subnet has whether it stands alone or in its network.
pub(crate) fn edit(fields: &impl Fields, subnet: &mut Json) {
    let prefixes = fields.texts("address_prefixes");
    let pools = fields.items("ip_address_pool");
    if !prefixes.is_empty() && self::prefixes(subnet) != prefixes {
        let single = (prefixes.len() == 1).then(|| prefixes[0].clone());
        subnet.set("/properties/addressPrefixes", single.is_none().then(|| json!(prefixes)));
        subnet.set("/properties/addressPrefix", single);
    }
    if !pools.is_empty() || subnet.at(POOLS).is_some() {
        edit_pools(POOLS, pools, subnet);
    }
    subnet.set("/properties/defaultOutboundAccess", fields.flag("default_outbound_access_enabled"));
    subnet
        .set("/properties/privateEndpointNetworkPolicies", fields.text("private_endpoint_network_policies"));
    let links = fields.flag("private_link_service_network_policies_enabled");
    subnet.set("/properties/privateLinkServiceNetworkPolicies", links.map(policy));
    let endpoints = fields.texts("service_endpoints");
    if !holds(subnet, (ENDPOINTS, "/service"), &endpoints) {
        let all: Json = endpoints.iter().map(|service| json!({"service": service})).collect();
        subnet.set(ENDPOINTS, Some(all));
    }
    let policies = fields.texts("service_endpoint_policy_ids");
    if !holds(subnet, (POLICIES, "/id"), &policies) {
        subnet.set(POLICIES, Some(references(&policies)));
    }
    edit_delegations(fields.items("delegation"), subnet);
}

/// The API speaks of policies as words.
fn policy(is_on: bool) -> &'static str {
    if is_on { "Enabled" } else { "Disabled" }
}

/// Ranges that an address manager's pools give.
pub(crate) fn edit_pools(path: &str, pools: &[Value], document: &mut Json) {
    let wanted: Vec<(Option<&str>, Option<&str>)> =
        pools.iter().map(|pool| (pool.text("id"), pool.text("number_of_ip_addresses"))).collect();
    let there: Vec<(Option<&str>, Option<&str>)> = document
        .array(path)
        .iter()
        .map(|pool| (pool.word("/pool/id"), pool.word("/numberOfIpAddresses")))
        .collect();
    if wanted != there {
        let all: Json = wanted
            .iter()
            .map(|(id, count)| json!({"pool": {"id": id}, "numberOfIpAddresses": count}))
            .collect();
        document.set(path, Some(all));
    }
}

fn edit_delegations(blocks: &[Value], subnet: &mut Json) {
    let service = |block: &Value| block.item("service_delegation").and_then(|inner| inner.owned("name"));
    let wanted: Vec<(Option<String>, Option<String>)> =
        blocks.iter().map(|block| (block.owned("name"), service(block))).collect();
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let there = subnet.array(DELEGATIONS).iter();
    let there: Vec<(Option<String>, Option<String>)> =
        there.map(|one| (owned(one.word("/name")), owned(one.word("/properties/serviceName")))).collect();
    if wanted != there {
        let all: Json = wanted
            .iter()
            .map(|(name, service)| json!({"name": name, "properties": {"serviceName": service}}))
            .collect();
        subnet.set(DELEGATIONS, Some(all));
    }
}

/// The ranges of a subnet, of which the API holds a single one apart.
pub(crate) fn prefixes(subnet: &Json) -> Vec<String> {
    let several = subnet.words("/properties/addressPrefixes");
    if !several.is_empty() {
        return several;
    }
    subnet.word("/properties/addressPrefix").map(str::to_owned).into_iter().collect()
}

fn fill(object: &mut Object, id: &Id, subnet: &Json) {
    fill_names(object, id, subnet);
    object.put_text("virtual_network_name", Some(id.parent_name()));
    let delegations = delegations(object, subnet);
    object.put_items("delegation", delegations);
    let pools = pools(object, POOLS, subnet);
    let has_pools = !pools.is_empty();
    object.put_items("ip_address_pool", pools);
    object.put_text("sharing_scope", subnet.word("/properties/sharingScope"));
    object.put_texts("service_endpoint_policy_ids", subnet.words_in(POLICIES, "/id"));
    object.put_texts("service_endpoints", subnet.words_in(ENDPOINTS, "/service"));
    fill_settings(object, subnet);
    // Ranges that a pool gave stand with the pool.
    if has_pools {
        object.put_null("address_prefixes");
    }
}

/// Fills in what the data source has too.
pub(crate) fn fill_settings(object: &mut Object, subnet: &Json) {
    object.put_texts("address_prefixes", prefixes(subnet));
    let outbound = subnet.switch("/properties/defaultOutboundAccess").unwrap_or(true);
    object.put_flag("default_outbound_access_enabled", Some(outbound));
    let endpoints = subnet.word("/properties/privateEndpointNetworkPolicies").unwrap_or("Disabled");
    object.put_text("private_endpoint_network_policies", Some(endpoints));
    let links = subnet.word("/properties/privateLinkServiceNetworkPolicies");
    object.put_flag("private_link_service_network_policies_enabled", Some(links != Some("Disabled")));
}

/// The services that a subnet is given to. What they may do there is their own choice, and stands as it was written.
pub(crate) fn delegations(object: &Object, subnet: &Json) -> Vec<Object> {
    let before = |name: Option<&str>| {
        let block = object.items("delegation").iter().find(|block| block.text("name") == name)?;
        Some(block.item("service_delegation")?.field("actions")?.clone())
    };
    let block = |one: &Json| {
        let mut block = object.blank_item("delegation");
        let mut service = block.blank_item("service_delegation");
        service.put_text("name", one.word("/properties/serviceName"));
        match before(one.word("/name")).filter(Value::is_known) {
            Some(actions) => service.put("actions", actions),
            None => service.put_null("actions"),
        }
        block.put_text("name", one.word("/name"));
        block.put_items("service_delegation", [service]);
        block
    };
    subnet.array(DELEGATIONS).iter().map(block).collect()
}

/// The blocks of ranges that pools give.
pub(crate) fn pools(object: &Object, path: &str, document: &Json) -> Vec<Object> {
    let block = |one: &Json| {
        let mut block = object.blank_item("ip_address_pool");
        block.put_text("id", one.word("/pool/id"));
        block.put_text("number_of_ip_addresses", one.word("/numberOfIpAddresses"));
        block.put_texts("allocated_ip_address_prefixes", one.words("/allocatedAddressPrefixes"));
        block
    };
    document.array(path).iter().map(block).collect()
}
