//! Types of Microsoft.Storage.

mod access;
mod blobs;
mod container_place;
mod cors;
mod encryption;
mod files;
pub(crate) mod identity;
mod network;
pub(crate) mod settings;
mod shares;
pub(crate) mod storage_account;
pub(crate) mod storage_container;

pub(crate) use container_place::Accounts;

/// The version of the API of Microsoft.Storage.
const VERSION: &str = "2023-05-01";
