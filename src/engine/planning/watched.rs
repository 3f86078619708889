//! Telling whoever watches which objects are read.

use crate::world::Refreshed;
use crate::{Event, Observer};
use trueup_schema::Schema;
use trueup_state::Object;
use trueup_value::{Path, PathStep};

/// Objects of one provider that are being read.
#[must_use]
pub(super) struct Watched<'a> {
    pub(super) observer: &'a dyn Observer,
    pub(super) provider: String,
    pub(super) objects: Vec<Refreshed>,
}

impl Watched<'_> {
    /// They are about to be read.
    pub(super) fn begin(self) -> Self {
        if !self.objects.is_empty() {
            let (provider, objects) = (self.provider.clone(), self.objects.clone());
            self.observer.event(&Event::Refreshing { provider, objects });
        }
        self
    }

    /// They were read.
    pub(super) fn over(self) {
        if !self.objects.is_empty() {
            self.observer.event(&Event::Refreshed { provider: self.provider, objects: self.objects });
        }
    }
}

/// The `id` of a stored object, for people; none where it is sensitive.
pub(super) fn shown_id(object: &Object, schema: &Schema) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Identified {
        id: Option<String>,
    }
    let hidden = |path: &Path| match path.0.first() {
        Some(PathStep::Attribute(name)) => &**name == "id",
        _ => true,
    };
    let sensitive = schema.block.attributes.get("id").is_some_and(|attribute| attribute.sensitive);
    if sensitive || object.sensitive.iter().any(hidden) {
        return None;
    }
    // An id that is not text is not shown; nothing else depends on it.
    serde_json::from_str::<Identified>(&object.attributes).ok()?.id
}
