//! `azurerm_network_security_rule`: one rule of a network security group.

use crate::account::site::Site;
use crate::arm::bulk::read_parts;
use crate::arm::id::{Id, Kind};
use crate::arm::mark::resembles;
use crate::arm::place::fill_names;
use crate::arm::write::{HALF_HOUR, change, create, delete};
use crate::network::network_security_group::{RULES, SECURITY_GROUP};
use crate::network::{kind, rule};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, Fields, Object, Readings, Resource};

/// `azurerm_network_security_rule`
pub(crate) struct NetworkSecurityRule;

/// Rules of network security groups.
const RULE: Kind = kind(&["networkSecurityGroups", "securityRules"]);

#[async_trait]
impl Resource<Site> for NetworkSecurityRule {
    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        rule::complaints(config)
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read_parts(site, (RULE, SECURITY_GROUP, RULES), objects, fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(call.site, object);
        let mut body = json!({"name": id.name(), "properties": {}});
        rule::edit(object, &mut body);
        create(call, &id, object, &body).await?;
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = RULE.given(prior.id_or_empty())?;
        let edit = |document: &mut Json| {
            rule::edit(object, document);
            Ok(())
        };
        change(call, &id, edit).await?;
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        delete(call, &RULE.given(object.id_or_empty())?).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(RULE.given(id)?.to_string()));
        Ok(())
    }

    /// A rule has no tags: one that is just as planned is taken for the one that was made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let id = id(call.site, object);
        let found = call.site.arm.rest((&id, RULE.version), call.deadline).await?;
        let Some(document) = found else { return Ok(false) };
        let mut found = object.clone();
        fill(&mut found, &id, &document);
        Ok(object.identify(resembles(object, &found).then(|| id.to_string())))
    }
}

fn id(site: &Site, object: &Object) -> Id {
    let name = |name| object.text(name).unwrap_or_default();
    site.id(RULE, name("resource_group_name"), &[name("network_security_group_name"), name("name")])
}

fn fill(object: &mut Object, id: &Id, document: &Json) {
    fill_names(object, id, document);
    object.put_text("network_security_group_name", Some(id.parent_name()));
    rule::fill(object, document);
}
