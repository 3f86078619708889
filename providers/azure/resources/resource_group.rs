//! `azurerm_resource_group`: a resource group.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind};
use crate::arm::tracked::Tracked;
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object};

/// `azurerm_resource_group`
pub(crate) struct ResourceGroup;

/// Resource groups.
pub(crate) const GROUP: Kind = Kind { provider: "", path: &[], version: "2024-08-01" };

#[async_trait]
impl Tracked for ResourceGroup {
    fn kind(&self) -> Kind {
        GROUP
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(90)
    }

    fn body(&self, object: &Object) -> Result<Json, Fault> {
        let mut body = json!({});
        body.set("/managedBy", object.text("managed_by"));
        Ok(body)
    }

    fn edit(&self, _prior: &Object, object: &Object, group: &mut Json) {
        group.set("/managedBy", object.text("managed_by"));
    }

    async fn unmake(&self, call: &Call<'_, Site>, id: &Id, _object: &Object) -> Result<(), Fault> {
        if call.site.features.keeps_full_groups {
            refuse_full(call.site, id).await?;
        }
        Ok(())
    }

    fn fill(&self, object: &mut Object, group: &Json) {
        object.put_text("managed_by", group.word("/managedBy"));
    }
}

/// A group is deleted with all that is in it: what this program doesn't know of is not to go that way.
async fn refuse_full(site: &Site, id: &Id) -> Result<(), Fault> {
    let inside = site.arm.list(format!("{id}/resources"), GROUP.version).await?;
    if inside.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = inside.iter().filter_map(|one| one.word("/id")).take(20).collect();
    let message = format!("there is still something in the group: {}", ids.join(", "));
    Err(Fault::new(FaultKind::Invalid, message).hint(
        "Delete them first, or let them go with the group: features { resource_group { \
         prevent_deletion_if_contains_resources = false } } in the provider block.",
    ))
}
