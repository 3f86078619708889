//! `google_compute_image`: one image, by its name, its family or a filter.

use crate::account::site::Site;
use crate::codec::{self, Field};
use crate::data::project;
use crate::links::{self, segment};
use async_trait::async_trait;
use serde_json::Value as Json;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{DataSource, Fault, FaultKind, Fields, Object};

/// `google_compute_image`
pub(crate) struct Image;

static FIELDS: &[Field] = &[
    Field::new("archive_size_bytes"),
    Field::new("creation_timestamp"),
    Field::new("description"),
    Field::new("disk_size_gb"),
    Field::new("family"),
    Field::new("image_encryption_key_sha256").at("imageEncryptionKey.sha256"),
    Field::new("image_id").at("id"),
    Field::new("label_fingerprint"),
    Field::new("labels"),
    Field::new("licenses"),
    Field::new("name"),
    Field::new("self_link"),
    Field::new("source_disk"),
    Field::new("source_disk_encryption_key_sha256").at("sourceDiskEncryptionKey.sha256"),
    Field::new("source_disk_id"),
    Field::new("source_image_id"),
    Field::new("status"),
];

/// What says which one: one of these.
const QUERY: [&str; 3] = ["name", "family", "filter"];

#[async_trait]
impl DataSource<Site> for Image {
    fn validate(&self, config: &Object) -> Diagnostics {
        let given = QUERY.iter().filter(|name| config.is_set(name)).count();
        let is_open = QUERY.iter().any(|name| config.is_unknown(name));
        if given == 1 || (given == 0 && is_open) {
            return Diagnostics::new();
        }
        let detail = "An image is named by one of name, family and filter.";
        Diagnostic::error("Invalid combination of arguments", detail).into()
    }

    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let project = project(site, object)?;
        let images = format!("projects/{}/global/images", segment(&project));
        let image = match (object.text("name"), object.text("family"), object.text("filter")) {
            (Some(name), ..) => site.compute.get(&format!("{images}/{}", segment(name))).await?,
            (None, Some(family), _) => {
                site.compute.get(&format!("{images}/family/{}", segment(family))).await?
            }
            (None, None, Some(filter)) => {
                let all = site.compute.list(&images, &[("filter", filter)]).await?;
                one_of(all, object.flag("most_recent") == Some(true))?
            }
            (None, None, None) => {
                let message = "neither name nor family nor filter says which image is meant";
                return Err(Fault::new(FaultKind::Invalid, message));
            }
        };
        codec::fill(object, &image, FIELDS);
        let path = links::path(image["selfLink"].as_str().unwrap_or_default()).to_owned();
        object.put_text("project", Some(links::after(&path, "projects").unwrap_or(&project)));
        object.put_text("id", Some(path));
        Ok(())
    }
}

/// The only one, or the newest where that is wanted.
fn one_of(mut all: Vec<Json>, is_newest_wanted: bool) -> Result<Json, Fault> {
    // Times of one form and offset sort as texts.
    all.sort_by(|one, other| one["creationTimestamp"].as_str().cmp(&other["creationTimestamp"].as_str()));
    if all.len() > 1 && !is_newest_wanted {
        let message = format!("{} images fit, and only one can be taken", all.len());
        let hint = "Narrow the filter, or set most_recent to take the newest.";
        return Err(Fault::new(FaultKind::Invalid, message).hint(hint));
    }
    all.pop()
        .ok_or_else(|| Fault::new(FaultKind::NotFound, "no image fits").hint("Check filter and project."))
}
