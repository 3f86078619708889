//! Types of Microsoft.Storage.

mod access;
mod blobs;
mod identity;
mod network;
mod settings;
pub(crate) mod storage_account;

/// The version of the API of Microsoft.Storage.
const VERSION: &str = "2023-05-01";
