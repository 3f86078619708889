//! Where things are, between attributes and documents: names, resource groups, locations, edge zones.

use crate::arm::document::Document;
use crate::arm::id::Id;
use crate::meaning::location;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fields, Object, Planning};

/// Locations stand in plans and states as ARM answers them.
pub(crate) fn plan_location(planning: &mut Planning<'_>) {
    if let Some(place) = planning.planned.text("location").map(location) {
        planning.planned.put_text("location", Some(place));
    }
}

/// Fills in what all things of a resource group have: id, name and group.
pub(crate) fn fill_names(object: &mut Object, id: &Id, document: &Json) {
    object.put_text("id", Some(id.to_string()));
    object.put_text("name", Some(document.word("/name").unwrap_or(id.name())));
    if !id.kind.is_group() {
        object.put_text("resource_group_name", Some(&id.group));
    }
}

/// The edge zone that a thing is in, as documents hold it.
pub(crate) fn edge_zone(object: &Object) -> Option<Json> {
    object.text("edge_zone").map(|name| json!({"name": location(name), "type": "EdgeZone"}))
}
