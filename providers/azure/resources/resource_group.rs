//! `azurerm_resource_group`: a resource group.

use crate::account::site::Site;
use crate::arm::bulk::read_many;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind};
use crate::arm::mark::{self, marked, tags, unmark};
use crate::arm::write::{change, create, delete};
use crate::network::plan_location;
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource};

/// `azurerm_resource_group`
pub(crate) struct ResourceGroup;

/// Resource groups.
pub(crate) const GROUP: Kind = Kind { provider: "", path: &[], version: "2024-08-01" };

#[async_trait]
impl Resource<Site> for ResourceGroup {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(90)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_location(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read_many(site, GROUP, objects, fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(call.site, object);
        let mut body = json!({"tags": marked(object, call.token)});
        body.set("/location", object.text("location"));
        body.set("/managedBy", object.text("managed_by"));
        create(call, &id, object, &body).await?;
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = GROUP.given(prior.id_or_empty())?;
        let edit = |group: &mut Json| {
            group.set("/managedBy", object.text("managed_by"));
            group.set("/tags", Some(json!(object.map("tags"))));
            Ok(())
        };
        change(call, &id, edit).await?;
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = GROUP.given(object.id_or_empty())?;
        if call.site.features.keeps_full_groups {
            refuse_full(call.site, &id).await?;
        }
        delete(call, &id).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(GROUP.given(id)?.to_string()));
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        mark::recover(call, &id(call.site, object), object).await
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, &GROUP.given(object.id_or_empty())?).await
    }
}

fn id(site: &Site, object: &Object) -> Id {
    site.id(GROUP, object.text("name").unwrap_or_default(), &[])
}

/// A group is deleted with all that is in it: what this program doesn't know of is not to go that way.
async fn refuse_full(site: &Site, id: &Id) -> Result<(), Fault> {
    let inside = site.arm.list(format!("{id}/resources"), GROUP.version).await?;
    if inside.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = inside.iter().filter_map(|one| one.word("/id")).take(20).collect();
    let message = format!("the Resource Group still contains Resources: {}", ids.join(", "));
    Err(Fault::new(FaultKind::Invalid, message).hint(
        "Delete them first, or let them go with the group: features { resource_group { \
         prevent_deletion_if_contains_resources = false } } in the provider block.",
    ))
}

/// Fills in what the resource and the data source have in common.
pub(crate) fn fill(object: &mut Object, id: &Id, group: &Json) {
    object.put_text("id", Some(id.to_string()));
    object.put_text("location", group.word("/location"));
    object.put_text("managed_by", group.word("/managedBy"));
    object.put_text("name", Some(group.word("/name").unwrap_or(id.name())));
    object.put_map("tags", &tags(group));
}
