//! `azurerm_network_security_group`: a network security group, and the rules that are written inside it.

use crate::arm::document::Document;
use crate::arm::id::{Kind, is_same};
use crate::arm::tracked::Tracked;
use crate::element::normal;
use crate::network::{kind, plan_elements, rule};
use serde_json::{Value as Json, json};
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Fault, Fields, Object, Planning};
use trueup_value::Value;

/// `azurerm_network_security_group`
pub(crate) struct NetworkSecurityGroup;

/// Network security groups.
pub(crate) const SECURITY_GROUP: Kind = kind(&["networkSecurityGroups"]);
/// Where they have their rules.
pub(crate) const RULES: &str = "/properties/securityRules";

impl Tracked for NetworkSecurityGroup {
    fn kind(&self) -> Kind {
        SECURITY_GROUP
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        for item in config.items("security_rule") {
            out.append(rule::complaints(item));
        }
        out
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_elements(planning, "security_rule");
    }

    fn body(&self, object: &Object) -> Result<Json, Fault> {
        let mut body = json!({"properties": {}});
        edit_rules(object.items("security_rule"), &mut body);
        Ok(body)
    }

    fn edit(&self, prior: &Object, object: &Object, group: &mut Json) {
        if object.is_set("security_rule") && object.differs(prior, "security_rule") {
            edit_rules(object.items("security_rule"), group);
        }
    }

    fn fill(&self, object: &mut Object, group: &Json) {
        let element = |document: &Json| {
            let mut item = object.blank_item("security_rule");
            item.put_text("name", document.word("/name"));
            rule::fill(&mut item, document);
            item
        };
        let items: Vec<Object> = group.array(RULES).iter().map(element).collect();
        object.put_items("security_rule", items);
        let found = normal(object.field("security_rule").expect("the schema has rules"), &[]);
        object.put("security_rule", found);
    }
}

/// Brings the rules of a document to those that are written, keeping what Git doesn't say of those that stay.
fn edit_rules(items: &[Value], group: &mut Json) {
    let there: Vec<Json> = group.array(RULES).to_vec();
    let edited = |item: &Value| {
        let name = item.text("name").unwrap_or_default();
        let is_it = |rule: &&Json| rule.word("/name").is_some_and(|of| is_same(of, name));
        let new = || json!({"name": name, "properties": {}});
        let mut document = there.iter().find(is_it).cloned().unwrap_or_else(new);
        rule::edit(item, &mut document);
        document
    };
    let all: Json = items.iter().map(edited).collect();
    group.set(RULES, Some(all));
}
