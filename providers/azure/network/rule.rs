//! What a security rule says, whether it stands alone or in its group.

use crate::arm::document::{Document, references};
use crate::network::{holds, set_words};
use serde_json::Value as Json;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, Object};

/// Attributes that hold a text, and where documents have it.
const TEXTS: [(&str, &str); 8] = [
    ("access", "/properties/access"),
    ("description", "/properties/description"),
    ("destination_address_prefix", "/properties/destinationAddressPrefix"),
    ("destination_port_range", "/properties/destinationPortRange"),
    ("direction", "/properties/direction"),
    ("protocol", "/properties/protocol"),
    ("source_address_prefix", "/properties/sourceAddressPrefix"),
    ("source_port_range", "/properties/sourcePortRange"),
];
/// The same for several texts.
const LISTS: [(&str, &str); 4] = [
    ("destination_address_prefixes", "/properties/destinationAddressPrefixes"),
    ("destination_port_ranges", "/properties/destinationPortRanges"),
    ("source_address_prefixes", "/properties/sourceAddressPrefixes"),
    ("source_port_ranges", "/properties/sourcePortRanges"),
];
/// The same for references to application security groups.
const GROUPS: [(&str, &str); 2] = [
    ("destination_application_security_group_ids", "/properties/destinationApplicationSecurityGroups"),
    ("source_application_security_group_ids", "/properties/sourceApplicationSecurityGroups"),
];
/// Attributes of which a rule has one at most.
const EITHER: [[&str; 2]; 4] = [
    ["destination_address_prefix", "destination_address_prefixes"],
    ["destination_port_range", "destination_port_ranges"],
    ["source_address_prefix", "source_address_prefixes"],
    ["source_port_range", "source_port_ranges"],
];

/// Brings a document to what the attributes say.
pub(crate) fn edit(fields: &impl Fields, rule: &mut Json) {
    for (name, path) in TEXTS {
        rule.set(path, fields.text(name));
    }
    for (name, path) in LISTS {
        set_words(rule, path, &fields.texts(name));
    }
    for (name, path) in GROUPS {
        let ids = fields.texts(name);
        if !holds(rule, (path, "/id"), &ids) {
            rule.set(path, Some(references(&ids)));
        }
    }
    rule.set("/properties/priority", fields.integer("priority"));
}

/// Fills in what a document says.
pub(crate) fn fill(object: &mut Object, rule: &Json) {
    for (name, path) in TEXTS {
        object.put_text(name, rule.word(path));
    }
    for (name, path) in LISTS {
        object.put_texts(name, rule.words(path));
    }
    for (name, path) in GROUPS {
        object.put_texts(name, rule.words_in(path, "/id"));
    }
    object.put_integer("priority", rule.count("/properties/priority"));
}

/// Complaints about what a rule says; may see unknowns.
pub(crate) fn complaints(fields: &impl Fields) -> Diagnostics {
    let mut out = Diagnostics::new();
    let has = |name: &str| fields.text(name).is_some() || !fields.texts(name).is_empty();
    for [one, several] in EITHER {
        if has(one) && has(several) {
            let detail = format!("The arguments {one} and {several} of a security rule exclude each other.");
            out.push(Diagnostic::error("Conflicting configuration arguments", detail));
        }
    }
    if let Some(priority) = fields.integer("priority").filter(|priority| !(100..=4096).contains(priority)) {
        let detail = format!("The priority of a security rule is between 100 and 4096, not {priority}.");
        out.push(Diagnostic::error("Invalid value for \"priority\"", detail));
    }
    out
}
