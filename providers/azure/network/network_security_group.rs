//! `azurerm_network_security_group`: a network security group, and the rules that are written inside it.

use crate::account::site::Site;
use crate::arm::bulk::read_many;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind, is_same};
use crate::arm::mark::{self, marked, tags, unmark};
use crate::arm::write::{HALF_HOUR, change, create, delete};
use crate::element::normal;
use crate::network::{fill_names, kind, plan_elements, plan_location, rule};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning, Readings, Resource};
use trueup_value::Value;

/// `azurerm_network_security_group`
pub(crate) struct NetworkSecurityGroup;

/// Network security groups.
pub(crate) const SECURITY_GROUP: Kind = kind(&["networkSecurityGroups"]);
/// Where they have their rules.
pub(crate) const RULES: &str = "/properties/securityRules";

#[async_trait]
impl Resource<Site> for NetworkSecurityGroup {
    /// Rules are an attribute written as blocks: unset parts are empty.
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        for item in config.items("security_rule") {
            out.append(rule::complaints(item));
        }
        out
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_location(planning);
        plan_elements(planning, "security_rule");
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read_many(site, SECURITY_GROUP, objects, fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(call.site, object);
        let mut body = json!({"properties": {}, "tags": marked(object, call.token)});
        body.set("/location", object.text("location"));
        edit_rules(object.items("security_rule"), &mut body);
        create(call, &id, object, &body).await?;
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = SECURITY_GROUP.given(prior.id_or_empty())?;
        let has_other_rules = object.is_set("security_rule") && object.differs(prior, "security_rule");
        let edit = |group: &mut Json| {
            group.set("/tags", Some(json!(object.map("tags"))));
            if has_other_rules {
                edit_rules(object.items("security_rule"), group);
            }
            Ok(())
        };
        change(call, &id, edit).await?;
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        delete(call, &SECURITY_GROUP.given(object.id_or_empty())?).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(SECURITY_GROUP.given(id)?.to_string()));
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        mark::recover(call, &id(call.site, object), object).await
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, &SECURITY_GROUP.given(object.id_or_empty())?).await
    }
}

fn id(site: &Site, object: &Object) -> Id {
    let name = |name| object.text(name).unwrap_or_default();
    site.id(SECURITY_GROUP, name("resource_group_name"), &[name("name")])
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

fn fill(object: &mut Object, id: &Id, group: &Json) {
    fill_names(object, id, group);
    object.put_text("location", group.word("/location"));
    object.put_map("tags", &tags(group));
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
