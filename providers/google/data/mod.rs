//! Data sources.

pub(crate) mod client_config;
pub(crate) mod image;
pub(crate) mod project;
pub(crate) mod zones;

use crate::account::site::Site;
use trueup_provider_kit::{Fault, FaultKind, Fields, Object};

/// The project that an object names, or else the provider block's.
fn project(site: &Site, object: &Object) -> Result<String, Fault> {
    let own = || site.settings.project.clone();
    object.owned("project").or_else(own).ok_or_else(|| {
        Fault::new(FaultKind::Invalid, "project is needed and nothing sets it")
            .hint("Set project in the data source or in the provider block.")
    })
}
