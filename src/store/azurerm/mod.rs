//! State in a container of Azure Blob Storage, laid out as Terraform lays it out: a state is a blob, and its lock is an
//! infinite lease of that blob whose holder stands in its metadata.

mod account;
mod blobs;
mod client;
mod failure;
mod held;
mod settings;
mod wire;

pub use settings::AzurermSettings;

use crate::StoreError;
use crate::objects::ObjectStore;
use blobs::Container;
use std::sync::Arc;

/// Opens the store of the backend `azurerm`. The account is asked for its key or its address where the settings say so.
pub async fn open(settings: AzurermSettings, workspace: &str) -> Result<ObjectStore, StoreError> {
    let client = account::reach(&settings).await?;
    Ok(ObjectStore::new(Arc::new(Container::new(client, settings)), workspace))
}
