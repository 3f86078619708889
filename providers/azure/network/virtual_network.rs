//! `azurerm_virtual_network`: a virtual network, and the subnets that are written inside it.

use crate::arm::document::{Document, reference};
use crate::arm::id::{Kind, is_same};
use crate::arm::tracked::Tracked;
use crate::element::{Defaults, normal, with};
use crate::network::subnet::{self, SUBNETS, edit_pools, pools};
use crate::network::{either, kind};
use serde_json::{Value as Json, json};
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Fault, Fields, Object, Planning};
use trueup_value::{Type, Value};

/// `azurerm_virtual_network`
pub(crate) struct VirtualNetwork;

/// Virtual networks.
pub(crate) const NETWORK: Kind = kind(&["virtualNetworks"]);

/// Where they have their ranges.
pub(crate) const RANGES: &str = "/properties/addressSpace/addressPrefixes";
const POOLS: &str = "/properties/addressSpace/ipamPoolPrefixAllocations";
/// What a subnet written inside has where nothing is said.
const SUBNET_DEFAULTS: &Defaults =
    &[("default_outbound_access_enabled", true), ("private_link_service_network_policies_enabled", true)];

impl Tracked for VirtualNetwork {
    fn kind(&self) -> Kind {
        NETWORK
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        either(config, ["address_space", "ip_address_pool"], "A virtual network")
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_subnets(planning);
    }

    fn body(&self, object: &Object) -> Result<Json, Fault> {
        let mut body = json!({"properties": {}});
        edit(object, &mut body);
        if object.is_set("subnet") {
            edit_subnets(object.items("subnet"), &mut body);
        }
        Ok(body)
    }

    fn edit(&self, prior: &Object, object: &Object, network: &mut Json) {
        edit(object, network);
        if object.is_set("subnet") && object.differs(prior, "subnet") {
            edit_subnets(object.items("subnet"), network);
        }
    }

    fn fill(&self, object: &mut Object, network: &Json) {
        // Ranges that a pool gave stand with the pool.
        let own = if network.array(POOLS).is_empty() { network.words(RANGES) } else { Vec::new() };
        object.put_texts("address_space", own);
        object.put_text("bgp_community", network.word("/properties/bgpCommunities/virtualNetworkCommunity"));
        object.put_texts("dns_servers", network.words("/properties/dhcpOptions/dnsServers"));
        object.put_integer("flow_timeout_in_minutes", network.count("/properties/flowTimeoutInMinutes"));
        object.put_text("guid", network.word("/properties/resourceGuid"));
        let policies = network.word("/properties/privateEndpointVNetPolicies").unwrap_or("Disabled");
        object.put_text("private_endpoint_vnet_policies", Some(policies));
        let pools = pools(object, POOLS, network);
        object.put_items("ip_address_pool", pools);
        let plan = network.word("/properties/ddosProtectionPlan/id").map(|plan| {
            let mut block = object.blank_item("ddos_protection_plan");
            block.put_text("id", Some(plan));
            block.put_flag(
                "enable",
                Some(network.switch("/properties/enableDdosProtection").unwrap_or(false)),
            );
            block
        });
        object.put_items("ddos_protection_plan", plan);
        let is_encrypted = network.switch("/properties/encryption/enabled") == Some(true);
        let enforcement = network.word("/properties/encryption/enforcement").filter(|_| is_encrypted);
        let encryption = enforcement.map(|enforcement| {
            let mut block = object.blank_item("encryption");
            block.put_text("enforcement", Some(enforcement));
            block
        });
        object.put_items("encryption", encryption);
        fill_subnets(object, network);
    }
}

/// Subnets that stay keep their ids, new ones get theirs from the API.
fn plan_subnets(planning: &mut Planning<'_>) {
    if planning.config.field("subnet").is_none_or(Value::is_null) || !planning.planned.is_set("subnet") {
        return;
    }
    let before = planning.prior.map(|prior| prior.items("subnet")).unwrap_or_default();
    let wanted = planning.planned.field("subnet").expect("the schema has subnets");
    let wanted = normal(wanted, SUBNET_DEFAULTS);
    let placed = |item: &Value| {
        let item = match item.field("private_endpoint_network_policies") {
            Some(policies) if policies.as_str() == Some("") => {
                with(item, "private_endpoint_network_policies", &Value::from("Disabled"))
            }
            _ => item.clone(),
        };
        let same =
            before.iter().find(|old| old.text("name").is_some() && old.text("name") == item.text("name"));
        let id =
            same.and_then(|old| old.field("id").cloned()).unwrap_or_else(|| Value::unknown(Type::String));
        with(&item, "id", &id)
    };
    let ty = wanted.ty().element().cloned().unwrap_or(Type::Dynamic);
    let items: Vec<Value> = wanted.as_sequence().unwrap_or_default().iter().map(placed).collect();
    planning.planned.put("subnet", Value::set(ty, items));
}

/// Brings a document to what the attributes say, but for the subnets.
fn edit(object: &Object, network: &mut Json) {
    let mut ranges = object.texts("address_space");
    let mut there = network.words(RANGES);
    ranges.sort();
    there.sort();
    if !ranges.is_empty() && ranges != there {
        network.set(RANGES, Some(json!(ranges)));
    }
    let pools = object.items("ip_address_pool");
    if !pools.is_empty() || network.at(POOLS).is_some() {
        edit_pools(POOLS, pools, network);
    }
    let community = object.text("bgp_community");
    let community = community.map(|community| json!({"virtualNetworkCommunity": community}));
    network.set("/properties/bgpCommunities", community);
    let plan = object.item("ddos_protection_plan");
    network.set("/properties/ddosProtectionPlan", reference(plan.and_then(|plan| plan.text("id"))));
    let is_protected = plan.and_then(|plan| plan.flag("enable")).unwrap_or(false);
    network.set("/properties/enableDdosProtection", Some(is_protected));
    if object.is_set("dns_servers") {
        network.set("/properties/dhcpOptions/dnsServers", Some(json!(object.texts("dns_servers"))));
    }
    let encryption = object.item("encryption").and_then(|block| block.text("enforcement"));
    let encryption = encryption.map(|enforcement| json!({"enabled": true, "enforcement": enforcement}));
    network.set("/properties/encryption", encryption);
    network.set("/properties/flowTimeoutInMinutes", object.integer("flow_timeout_in_minutes"));
    // The API's own choice is the same, and older places don't know the property.
    let policies = object.text("private_endpoint_vnet_policies").filter(|policies| *policies != "Disabled");
    let had_policies = network.at("/properties/privateEndpointVNetPolicies").is_some();
    let policies = policies.or_else(|| had_policies.then_some("Disabled"));
    network.set("/properties/privateEndpointVNetPolicies", policies);
}

/// Brings the subnets of a document to those that are written, keeping what Git doesn't say of those that stay.
fn edit_subnets(items: &[Value], network: &mut Json) {
    let there: Vec<Json> = network.array(SUBNETS).to_vec();
    let edited = |item: &Value| {
        let name = item.text("name").unwrap_or_default();
        let is_it = |subnet: &&Json| subnet.word("/name").is_some_and(|of| is_same(of, name));
        let mut subnet =
            there.iter().find(is_it).cloned().unwrap_or_else(|| json!({"name": name, "properties": {}}));
        subnet::edit(item, &mut subnet);
        subnet.set("/properties/networkSecurityGroup", reference(item.text("security_group")));
        subnet.set("/properties/routeTable", reference(item.text("route_table_id")));
        subnet
    };
    let all: Json = items.iter().map(edited).collect();
    network.set(SUBNETS, Some(all));
}

fn fill_subnets(object: &mut Object, network: &Json) {
    let element = |subnet: &Json| {
        let mut item = object.blank_item("subnet");
        let name = subnet.word("/name").unwrap_or_default();
        item.put_text("id", Some(format!("{}/subnets/{name}", object.id_or_empty())));
        item.put_text("name", Some(name));
        // Of what services may do in a subnet the state keeps what was written.
        if let Some(old) = object.items("subnet").iter().find(|old| old.text("name") == Some(name)) {
            item.put("delegation", old.field("delegation").cloned().expect("the schema has delegations"));
        }
        let delegations = subnet::delegations(&item, subnet);
        item.put_items("delegation", delegations);
        item.put_text("route_table_id", subnet.word("/properties/routeTable/id"));
        item.put_text("security_group", subnet.word("/properties/networkSecurityGroup/id"));
        item.put_texts(
            "service_endpoint_policy_ids",
            subnet.words_in("/properties/serviceEndpointPolicies", "/id"),
        );
        item.put_texts("service_endpoints", subnet.words_in("/properties/serviceEndpoints", "/service"));
        subnet::fill_settings(&mut item, subnet);
        item
    };
    let items: Vec<Object> = network.array(SUBNETS).iter().map(element).collect();
    object.put_items("subnet", items);
    let found = object.field("subnet").expect("the schema has subnets");
    let found = normal(found, SUBNET_DEFAULTS);
    object.put("subnet", found);
}
