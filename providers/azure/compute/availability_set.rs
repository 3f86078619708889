//! `azurerm_availability_set`: machines that don't fail together.

use crate::account::site::Site;
use crate::arm::document::{Document, reference};
use crate::arm::id::{Id, Kind};
use crate::arm::tracked::Tracked;
use crate::compute::kind;
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Call, Fault, Fields, Object};

/// `azurerm_availability_set`
pub(crate) struct AvailabilitySet;

/// Availability sets.
const SET: Kind = kind(&["availabilitySets"]);

/// The sizes of sets for machines with managed disks, and for others.
const ALIGNED: &str = "Aligned";
const CLASSIC: &str = "Classic";

#[async_trait]
impl Tracked for AvailabilitySet {
    fn kind(&self) -> Kind {
        SET
    }

    fn body(&self, object: &Object) -> Result<Json, Fault> {
        let sku = if object.flag("managed") == Some(false) { CLASSIC } else { ALIGNED };
        let mut body = json!({"properties": {}, "sku": {"name": sku}});
        let counts = [
            ("platform_fault_domain_count", "/properties/platformFaultDomainCount"),
            ("platform_update_domain_count", "/properties/platformUpdateDomainCount"),
        ];
        for (name, path) in counts {
            body.set(path, object.integer(name));
        }
        let group = reference(object.text("proximity_placement_group_id"));
        body.set("/properties/proximityPlacementGroup", group);
        Ok(body)
    }

    /// Its tags alone can be changed in place.
    async fn update(
        &self,
        call: &Call<'_, Site>,
        id: &Id,
        (_prior, object): (&Object, &mut Object),
    ) -> Result<(), Fault> {
        let path = (id, SET.version);
        let _turn = call.site.arm.turn(id).await;
        let underway = call.site.arm.patch(path, &json!({"tags": object.map("tags")})).await?;
        underway.settle(&call.site.arm, path, call.deadline).await.map(drop)
    }

    fn fill(&self, object: &mut Object, set: &Json) {
        object.put_flag("managed", Some(set.word("/sku/name") == Some(ALIGNED)));
        let count = |path: &str| set.count(path);
        object.put_integer("platform_fault_domain_count", count("/properties/platformFaultDomainCount"));
        object.put_integer("platform_update_domain_count", count("/properties/platformUpdateDomainCount"));
        let group = set.word("/properties/proximityPlacementGroup/id");
        object.put_text("proximity_placement_group_id", group);
    }
}
