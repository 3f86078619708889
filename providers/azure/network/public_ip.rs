//! `azurerm_public_ip`: a public address.

use crate::arm::document::{Document, reference};
use crate::arm::id::Kind;
use crate::arm::tracked::Tracked;
use crate::network::kind;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fault, Fields, Object, Planning, Tags};

/// `azurerm_public_ip`
pub(crate) struct PublicIp;

/// Public addresses.
const ADDRESS: Kind = kind(&["publicIPAddresses"]);

const DDOS_MODE: &str = "/properties/ddosSettings/protectionMode";
const DDOS_PLAN: &str = "/properties/ddosSettings/ddosProtectionPlan";
/// What the address is called in DNS, and where documents have it.
const DNS: [(&str, &str); 3] = [
    ("domain_name_label", "/properties/dnsSettings/domainNameLabel"),
    ("domain_name_label_scope", "/properties/dnsSettings/domainNameLabelScope"),
    ("reverse_fqdn", "/properties/dnsSettings/reverseFqdn"),
];

impl Tracked for PublicIp {
    fn kind(&self) -> Kind {
        ADDRESS
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.changes_any(&["domain_name_label", "domain_name_label_scope"]) {
            planning.unsettle(&["fqdn"]);
        }
        if planning.changes("allocation_method") {
            planning.unsettle(&["ip_address"]);
        }
    }

    fn body(&self, object: &Object) -> Result<Json, Fault> {
        let mut body = json!({"properties": {}});
        body.set("/properties/publicIPAddressVersion", object.text("ip_version"));
        body.set("/properties/publicIPPrefix", reference(object.text("public_ip_prefix_id")));
        body.set("/sku/name", object.text("sku"));
        body.set("/sku/tier", object.text("sku_tier"));
        let zones = object.texts("zones");
        body.set("/zones", (!zones.is_empty()).then(|| json!(zones)));
        let ip_tags = object.map("ip_tags");
        let ip_tags: Json =
            ip_tags.iter().map(|(kind, tag)| json!({"ipTagType": kind, "tag": tag})).collect();
        body.set("/properties/ipTags", Some(ip_tags));
        edit(object, &mut body);
        Ok(body)
    }

    fn edit(&self, _prior: &Object, object: &Object, address: &mut Json) {
        edit(object, address);
    }

    fn fill(&self, object: &mut Object, address: &Json) {
        object.put_text("allocation_method", address.word("/properties/publicIPAllocationMethod"));
        object.put_text(
            "ddos_protection_mode",
            Some(address.word(DDOS_MODE).unwrap_or("VirtualNetworkInherited")),
        );
        object.put_text("ddos_protection_plan_id", address.at(DDOS_PLAN).and_then(|plan| plan.word("/id")));
        for (name, path) in DNS {
            object.put_text(name, address.word(path));
        }
        object.put_text("fqdn", address.word("/properties/dnsSettings/fqdn"));
        object.put_integer("idle_timeout_in_minutes", address.count("/properties/idleTimeoutInMinutes"));
        object.put_text("ip_address", address.word("/properties/ipAddress"));
        let ip_tags = address.array("/properties/ipTags").iter();
        let ip_tags: Tags = ip_tags
            .filter_map(|tag| Some((tag.word("/ipTagType")?.to_owned(), tag.word("/tag")?.to_owned())))
            .collect();
        object.put_map("ip_tags", &ip_tags);
        object.put_text("ip_version", address.word("/properties/publicIPAddressVersion"));
        object.put_text("public_ip_prefix_id", address.word("/properties/publicIPPrefix/id"));
        object.put_text("sku", address.word("/sku/name"));
        object.put_text("sku_tier", Some(address.word("/sku/tier").unwrap_or("Regional")));
        object.put_texts("zones", address.words("/zones"));
    }
}

/// Brings a document to what the attributes say that can be changed in place.
fn edit(object: &Object, address: &mut Json) {
    address.set("/properties/publicIPAllocationMethod", object.text("allocation_method"));
    address.set("/properties/idleTimeoutInMinutes", object.integer("idle_timeout_in_minutes"));
    address.set(DDOS_MODE, object.text("ddos_protection_mode"));
    address.set(DDOS_PLAN, reference(object.text("ddos_protection_plan_id")));
    for (name, path) in DNS {
        address.set(path, object.text(name));
    }
    // Without a name there is nothing to say of DNS, and the API takes no settings that say nothing.
    if DNS.iter().all(|(name, _)| object.text(name).is_none()) {
        address.set("/properties/dnsSettings", None::<Json>);
    }
}
