//! Types of Microsoft.Storage.

mod access;
mod blobs;
mod container_place;
mod identity;
mod network;
mod settings;
pub(crate) mod storage_account;
pub(crate) mod storage_container;

/// The version of the API of Microsoft.Storage.
const VERSION: &str = "2023-05-01";
