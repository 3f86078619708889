//! Requests to Microsoft.Compute as models of the crate `azure_mgmt_compute`.
//!
//! What comes from the crate: the models of all that is sent to make a disk or a machine, with every name, type and
//! choice of words in them, and those of the answers about power states and sizes. What doesn't:
//!
//! - Calls. Its clients send through a pipeline of their own, whose retries know nothing of what is safe to repeat here;
//!   its pollers look every 30 seconds where the API gives no pause, send a machine's whole request again until it
//!   answers 200, and know no end of a deletion. `arm` carries the models' JSON instead.
//! - Documents of what exists. They are read and changed as JSON: a model drops what it doesn't know, and writing it
//!   back would take that away from others; it can't say null or an empty list; a word that is new in a closed choice,
//!   such as the caching of disks, fails the whole document.
//! - Identities. The model of user assigned ones has no members.
//!
//! It was measured before it was taken: 67 seconds of one core in a first build without optimization, with all that it
//! depends on. No stack of TLS comes with it, for no call goes through it.

pub(super) use azure_mgmt_compute::package_2024_07_01::models;

use crate::arm::document::Document;
use models::SubResource;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fault, FaultKind};

/// A model as the document that is sent. Times that aren't said are null in models, and not in documents.
pub(super) fn document(model: &impl Serialize) -> Json {
    let mut document = serde_json::to_value(model).expect("models have no keys other than texts");
    drop_nulls(&mut document);
    document
}

fn drop_nulls(document: &mut Json) {
    match document {
        Json::Object(fields) => {
            fields.retain(|_, part| !part.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Json::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// An answer as a model.
pub(super) fn answer<T: DeserializeOwned>(document: Json) -> Result<T, Fault> {
    serde_json::from_value(document).map_err(|error| {
        Fault::new(FaultKind::Unanswered, format!("the API's answer can't be understood: {error}"))
    })
}

/// A word as a choice of a model. Most choices take words that are newer than the crate; closed ones don't.
pub(super) fn choice<T: DeserializeOwned>(word: Option<&str>) -> Result<Option<T>, Fault> {
    let Some(word) = word else { return Ok(None) };
    serde_json::from_value(json!(word)).map(Some).map_err(|error| {
        Fault::new(FaultKind::Invalid, format!("{word:?} is not what Azure knows: {error}"))
            .hint("Check the argument's page for what it may be.")
    })
}

/// A reference to another resource.
pub(super) fn reference(id: Option<&str>) -> Option<SubResource> {
    id.map(|id| SubResource { id: Some(id.to_owned()) })
}

/// Brings a document to what a request says in some places. What the request leaves out there becomes null, and an
/// empty list where there was a list.
pub(super) fn carry(request: &Json, places: &[&str], document: &mut Json) {
    for place in places {
        let wanted = match (request.at(place), document.at(place)) {
            (Some(wanted), _) => wanted.clone(),
            (None, Some(Json::Array(_))) => json!([]),
            (None, Some(_)) => Json::Null,
            (None, None) => continue,
        };
        document.set(place, Some(wanted));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use models::{Caching, Disk, Resource, disk_sku};

    #[test]
    fn models_become_documents_and_keep_new_words() {
        let name: Option<disk_sku::Name> = choice(Some("Newest_LRS")).expect("an open choice");
        let mut disk = Disk::new(Resource::new("westeurope".into()));
        disk.sku = Some(models::DiskSku { name, tier: None });
        assert_eq!(document(&disk), json!({"location": "westeurope", "sku": {"name": "Newest_LRS"}}));
        assert_eq!(choice::<Caching>(None), Ok(None));
        assert!(choice::<Caching>(Some("Sometimes")).is_err_and(|fault| fault.message.contains("Sometimes")));
    }

    #[test]
    fn what_is_not_said_is_taken_away_in_the_places_named() {
        let request = json!({"a": {"b": 1}, "d": []});
        let mut document = json!({"a": {"b": 2, "c": 3}, "d": [1], "e": [2], "f": {"g": 4}, "kept": 5});
        carry(&request, &["/a/b", "/d", "/e", "/f/g", "/none/at/all"], &mut document);
        assert_eq!(document, json!({"a": {"b": 1, "c": 3}, "d": [], "e": [], "f": {"g": null}, "kept": 5}));
    }
}
