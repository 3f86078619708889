//! The data sources, one file each.

pub(crate) mod client_config;
pub(crate) mod resource_group;
pub(crate) mod subnet;
pub(crate) mod subscription;
pub(crate) mod virtual_network;

use crate::account::site::Site;
use crate::arm::id::Id;
use serde_json::Value as Json;
use trueup_provider_kit::{Fault, FaultKind};

/// What an id names; `noun` is what it is.
async fn there(site: &Site, id: &Id, noun: &str) -> Result<Json, Fault> {
    let found = site.arm.get(id, id.kind.version).await?;
    found.ok_or_else(|| {
        Fault::new(FaultKind::NotFound, format!("{noun} {:?} was not found: {id}", id.name()))
            .hint("Check the name, the resource group and the subscription.")
    })
}
