//! State in an S3 bucket, laid out as Terraform lays it out.

mod bucket;
mod client;
mod failure;
mod held;
mod settings;

pub use settings::S3Settings;

use crate::StoreError;
use crate::objects::ObjectStore;
use bucket::Bucket;
use std::sync::Arc;

/// Opens the store of the backend `s3`; no request is made yet.
pub async fn open(settings: S3Settings, workspace: &str) -> Result<ObjectStore, StoreError> {
    let client = client::make(&settings).await?;
    Ok(ObjectStore::new(Arc::new(Bucket::new(client, settings)), workspace))
}
