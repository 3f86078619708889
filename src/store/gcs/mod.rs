//! State in a bucket of Google Cloud Storage, laid out as Terraform lays it out: generations keep writers apart.

mod bucket;
mod client;
mod failure;
mod settings;

pub use settings::GcsSettings;

use crate::StoreError;
use crate::objects::ObjectStore;
use bucket::Bucket;
use client::Client;
use std::sync::Arc;

/// Opens the store of the backend `gcs`; no request is made yet.
pub async fn open(settings: GcsSettings, workspace: &str) -> Result<ObjectStore, StoreError> {
    let client = Client::make(&settings)?;
    Ok(ObjectStore::new(Arc::new(Bucket::new(client, settings)), workspace))
}
