//! `azurerm_network_interface`: a network interface with its addresses.

use crate::arm::document::{Document, reference};
use crate::arm::id::{Kind, is_same};
use crate::arm::tracked::Tracked;
use crate::element::with;
use crate::network::kind;
use serde_json::{Value as Json, json};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fault, Fields, Object, Planning};
use trueup_value::{Type, Value};

/// `azurerm_network_interface`
pub(crate) struct NetworkInterface;

/// Network interfaces.
pub(crate) const INTERFACE: Kind = kind(&["networkInterfaces"]);

const CONFIGURATIONS: &str = "/properties/ipConfigurations";
const BALANCER: &str = "gateway_load_balancer_frontend_ip_configuration_id";

/// What an address inside a configuration follows from.
const SOURCES: [&str; 4] =
    ["name", "private_ip_address_allocation", "private_ip_address_version", "subnet_id"];

impl Tracked for NetworkInterface {
    fn kind(&self) -> Kind {
        INTERFACE
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        for block in config.items("ip_configuration") {
            let is_static = block.text("private_ip_address_allocation") == Some("Static");
            if is_static && block.field("private_ip_address").is_none_or(Value::is_null) {
                let detail = "An ip_configuration whose private_ip_address_allocation is Static needs a private_ip_address.";
                out.push(Diagnostic::error("Missing required argument", detail));
            }
        }
        out
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.changes("dns_servers") {
            planning.unsettle(&["applied_dns_servers"]);
        }
        plan_addresses(planning);
    }

    fn body(&self, object: &Object) -> Result<Json, Fault> {
        let mut body = json!({"properties": {}});
        edit(object, &mut body);
        Ok(body)
    }

    fn edit(&self, _prior: &Object, object: &Object, interface: &mut Json) {
        edit(object, interface);
    }

    fn fill(&self, object: &mut Object, interface: &Json) {
        let flag = |path: &str| Some(interface.switch(path).unwrap_or(false));
        object.put_flag("accelerated_networking_enabled", flag("/properties/enableAcceleratedNetworking"));
        object.put_texts("applied_dns_servers", interface.words("/properties/dnsSettings/appliedDnsServers"));
        let aside = |path: &str| interface.word(path).filter(|word| *word != "None");
        object.put_text("auxiliary_mode", aside("/properties/auxiliaryMode"));
        object.put_text("auxiliary_sku", aside("/properties/auxiliarySku"));
        object.put_texts("dns_servers", interface.words("/properties/dnsSettings/dnsServers"));
        let dns = |name: &str| interface.word(&format!("/properties/dnsSettings/{name}"));
        object.put_text("internal_dns_name_label", dns("internalDnsNameLabel"));
        object.put_text("internal_domain_name_suffix", dns("internalDomainNameSuffix"));
        object.put_flag("ip_forwarding_enabled", flag("/properties/enableIPForwarding"));
        object.put_text("mac_address", interface.word("/properties/macAddress"));
        let addresses = interface.words_in(CONFIGURATIONS, "/properties/privateIPAddress");
        object.put_text("private_ip_address", addresses.first());
        object.put_texts("private_ip_addresses", addresses);
        object.put_text("virtual_machine_id", interface.word("/properties/virtualMachine/id"));
        let configuration = |one: &Json| {
            let mut block = object.blank_item("ip_configuration");
            block.put_text(BALANCER, one.word("/properties/gatewayLoadBalancer/id"));
            block.put_text("name", one.word("/name"));
            block.put_flag("primary", Some(one.switch("/properties/primary").unwrap_or(false)));
            block.put_text("private_ip_address", one.word("/properties/privateIPAddress"));
            block
                .put_text("private_ip_address_allocation", one.word("/properties/privateIPAllocationMethod"));
            block.put_text("private_ip_address_version", one.word("/properties/privateIPAddressVersion"));
            block.put_text("public_ip_address_id", one.word("/properties/publicIPAddress/id"));
            block.put_text("subnet_id", one.word("/properties/subnet/id"));
            block
        };
        let blocks: Vec<Object> = interface.array(CONFIGURATIONS).iter().map(configuration).collect();
        object.put_items("ip_configuration", blocks);
    }
}

/// Addresses that Azure gives are given anew where what they follow from changes.
fn plan_addresses(planning: &mut Planning<'_>) {
    let Some(prior) = planning.prior else { return };
    if !planning.changes("ip_configuration") {
        return;
    }
    let unknown = Value::unknown(Type::String);
    let blocks = planning.planned.items("ip_configuration").iter().enumerate().map(|(index, block)| {
        let before = prior.items("ip_configuration").get(index);
        let stays =
            before.is_some_and(|before| SOURCES.iter().all(|name| before.field(name) == block.field(name)));
        let config = planning.config.items("ip_configuration").get(index);
        let is_told =
            config.and_then(|config| config.field("private_ip_address")).is_some_and(|ip| !ip.is_null());
        if stays || is_told { block.clone() } else { with(block, "private_ip_address", &unknown) }
    });
    let blocks: Vec<Value> = blocks.collect();
    let ty = planning.planned.type_of("ip_configuration").element().cloned().unwrap_or(Type::Dynamic);
    planning.planned.put("ip_configuration", Value::list(ty, blocks));
    planning.unsettle(&["private_ip_address", "private_ip_addresses"]);
}

/// Brings a document to what the attributes say.
fn edit(object: &Object, interface: &mut Json) {
    let flags = [
        ("accelerated_networking_enabled", "/properties/enableAcceleratedNetworking"),
        ("ip_forwarding_enabled", "/properties/enableIPForwarding"),
    ];
    for (name, path) in flags {
        interface.set(path, object.flag(name));
    }
    interface.set("/properties/auxiliaryMode", object.text("auxiliary_mode"));
    interface.set("/properties/auxiliarySku", object.text("auxiliary_sku"));
    interface.set("/properties/dnsSettings/dnsServers", Some(json!(object.texts("dns_servers"))));
    interface.set("/properties/dnsSettings/internalDnsNameLabel", object.text("internal_dns_name_label"));
    let there: Vec<Json> = interface.array(CONFIGURATIONS).to_vec();
    let edited = |block: &Value| {
        let name = block.text("name").unwrap_or_default();
        let is_it = |one: &&Json| one.word("/name").is_some_and(|of| is_same(of, name));
        let new = || json!({"name": name, "properties": {}});
        let mut one = there.iter().find(is_it).cloned().unwrap_or_else(new);
        edit_configuration(block, &mut one);
        one
    };
    let all: Json = object.items("ip_configuration").iter().map(edited).collect();
    interface.set(CONFIGURATIONS, Some(all));
}

/// What others add to a configuration, such as the pools of load balancers, stays.
fn edit_configuration(block: &Value, one: &mut Json) {
    let allocation = block.text("private_ip_address_allocation");
    one.set("/properties/privateIPAllocationMethod", allocation);
    one.set("/properties/privateIPAddressVersion", block.text("private_ip_address_version"));
    one.set("/properties/publicIPAddress", reference(block.text("public_ip_address_id")));
    one.set("/properties/subnet", reference(block.text("subnet_id")));
    one.set("/properties/gatewayLoadBalancer", reference(block.text(BALANCER)));
    if let Some(primary) = block.flag("primary") {
        one.set("/properties/primary", Some(primary));
    }
    let is_given = allocation == Some("Static");
    if is_given || block.text("private_ip_address").is_none() {
        one.set("/properties/privateIPAddress", block.text("private_ip_address").filter(|_| is_given));
    }
}
