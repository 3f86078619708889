//! `azurerm_user_assigned_identity`: an identity that machines and services take on.

use crate::account::site::Site;
use crate::arm::bulk::read_many;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind};
use crate::arm::mark::{self, marked, tags, unmark};
use crate::arm::write::{HALF_HOUR, change, create, delete};
use crate::network::{fill_names, plan_location};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning, Readings, Resource};

/// `azurerm_user_assigned_identity`
pub(crate) struct UserAssignedIdentity;

/// Identities.
const IDENTITY: Kind =
    Kind { provider: "Microsoft.ManagedIdentity", path: &["userAssignedIdentities"], version: "2023-01-31" };

/// Attributes that Azure fills in, and where documents have them.
const TEXTS: [(&str, &str); 3] = [
    ("client_id", "/properties/clientId"),
    ("principal_id", "/properties/principalId"),
    ("tenant_id", "/properties/tenantId"),
];

#[async_trait]
impl Resource<Site> for UserAssignedIdentity {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_location(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read_many(site, IDENTITY, objects, fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(call.site, object);
        let mut body = json!({"tags": marked(object, call.token)});
        body.set("/location", object.text("location"));
        create(call, &id, object, &body).await?;
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = IDENTITY.given(prior.id_or_empty())?;
        let edit = |identity: &mut Json| {
            identity.set("/tags", Some(json!(object.map("tags"))));
            Ok(())
        };
        change(call, &id, edit).await?;
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        delete(call, &IDENTITY.given(object.id_or_empty())?).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(IDENTITY.given(id)?.to_string()));
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        mark::recover(call, &id(call.site, object), object).await
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, &IDENTITY.given(object.id_or_empty())?).await
    }
}

fn id(site: &Site, object: &Object) -> Id {
    let name = |name| object.text(name).unwrap_or_default();
    site.id(IDENTITY, name("resource_group_name"), &[name("name")])
}

fn fill(object: &mut Object, id: &Id, identity: &Json) {
    fill_names(object, id, identity);
    object.put_text("location", identity.word("/location"));
    for (name, path) in TEXTS {
        object.put_text(name, identity.word(path));
    }
    object.put_map("tags", &tags(identity));
}
