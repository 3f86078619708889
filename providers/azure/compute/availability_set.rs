//! `azurerm_availability_set`: machines that don't fail together.

use crate::account::site::Site;
use crate::arm::bulk::read_many;
use crate::arm::document::{Document, reference};
use crate::arm::id::{Id, Kind};
use crate::arm::mark::{self, marked, tags, unmark};
use crate::arm::write::{create, delete};
use crate::compute::kind;
use crate::network::{fill_names, plan_location};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning, Readings, Resource};

/// `azurerm_availability_set`
pub(crate) struct AvailabilitySet;

/// Availability sets.
const SET: Kind = kind(&["availabilitySets"]);

/// The sizes of sets for machines with managed disks, and for others.
const ALIGNED: &str = "Aligned";
const CLASSIC: &str = "Classic";

#[async_trait]
impl Resource<Site> for AvailabilitySet {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(30)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_location(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read_many(site, SET, objects, fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(call.site, object);
        let sku = if object.flag("managed") == Some(false) { CLASSIC } else { ALIGNED };
        let mut body = json!({"properties": {}, "sku": {"name": sku}, "tags": marked(object, call.token)});
        body.set("/location", object.text("location"));
        let counts = [
            ("platform_fault_domain_count", "/properties/platformFaultDomainCount"),
            ("platform_update_domain_count", "/properties/platformUpdateDomainCount"),
        ];
        for (name, path) in counts {
            body.set(path, object.integer(name));
        }
        let group = reference(object.text("proximity_placement_group_id"));
        body.set("/properties/proximityPlacementGroup", group);
        create(call, &id, object, &body).await?;
        Ok(())
    }

    /// Its tags alone can be changed in place.
    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = SET.given(prior.id_or_empty())?;
        let path = (&id, SET.version);
        let _turn = call.site.arm.turn(&id).await;
        let underway = call.site.arm.patch(path, &json!({"tags": object.map("tags")})).await?;
        underway.settle(&call.site.arm, path, call.deadline).await?;
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        delete(call, &SET.given(object.id_or_empty())?).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(SET.given(id)?.to_string()));
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        mark::recover(call, &id(call.site, object), object).await
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, &SET.given(object.id_or_empty())?).await
    }
}

fn id(site: &Site, object: &Object) -> Id {
    let name = |name| object.text(name).unwrap_or_default();
    site.id(SET, name("resource_group_name"), &[name("name")])
}

fn fill(object: &mut Object, id: &Id, set: &Json) {
    fill_names(object, id, set);
    object.put_text("location", set.word("/location"));
    object.put_flag("managed", Some(set.word("/sku/name") == Some(ALIGNED)));
    let count = |path: &str| set.count(path);
    object.put_integer("platform_fault_domain_count", count("/properties/platformFaultDomainCount"));
    object.put_integer("platform_update_domain_count", count("/properties/platformUpdateDomainCount"));
    let group = set.word("/properties/proximityPlacementGroup/id");
    object.put_text("proximity_placement_group_id", group);
    object.put_map("tags", &tags(set));
}
