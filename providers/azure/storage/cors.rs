//! Which pages of other sites may ask a service of an account: blocks `cors_rule`.

use crate::arm::document::Document;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fields, Object};
use trueup_value::Value;

const RULES: &str = "/properties/cors/corsRules";

/// Lists of a rule.
const LISTS: [(&str, &str); 4] = [
    ("allowed_headers", "/allowedHeaders"),
    ("allowed_methods", "/allowedMethods"),
    ("allowed_origins", "/allowedOrigins"),
    ("exposed_headers", "/exposedHeaders"),
];

/// Brings the service's document to what the block that has the rules says.
pub(super) fn edit(block: &Value, service: &mut Json) {
    let rules = block.items("cors_rule").iter().map(|rule| {
        let mut out = json!({"maxAgeInSeconds": rule.integer("max_age_in_seconds")});
        for (name, path) in LISTS {
            out.set(path, Some(json!(rule.texts(name))));
        }
        out
    });
    let rules: Json = rules.collect();
    service.set(RULES, Some(rules));
}

pub(super) fn fill(block: &mut Object, service: &Json) {
    let blank = block.blank_item("cors_rule");
    let rules = service.array(RULES).iter().map(|rule| {
        let mut out = blank.clone();
        out.put_integer("max_age_in_seconds", rule.count("/maxAgeInSeconds"));
        for (name, path) in LISTS {
            out.put_texts(name, rule.words(path));
        }
        out
    });
    block.put_items("cors_rule", rules);
}
