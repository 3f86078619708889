//! Where state lives. In: a backend block's configuration. Out: a [`Store`] that keeps state, lock and journal.
//!
//! Stores keep bytes and never decide what a state should be: state changes only by replay of the journal, which is
//! the engine's. Clock, ids and the names of user and machine come in with [`LockInfo`] and [`World`].

#[cfg(feature = "azurerm")]
mod azurerm;
mod azurerm_schema;
mod config;
mod error;
#[cfg(feature = "gcs")]
mod gcs;
mod gcs_schema;
mod local;
mod lock;
#[cfg(any(feature = "azurerm", feature = "gcs", feature = "s3"))]
mod objects;
mod private_file;
#[cfg(feature = "s3")]
mod s3;
mod s3_schema;
#[cfg(any(feature = "azurerm", feature = "gcs", feature = "s3"))]
mod secret;
mod store;

#[cfg(feature = "azurerm")]
pub use azurerm::{AzurermSettings, open as open_azurerm};
pub use config::{Backup, KINDS, World, is_workspace_name, open, schema};
pub use error::{ErrorKind, StoreError};
#[cfg(feature = "gcs")]
pub use gcs::{GcsSettings, open as open_gcs};
pub use local::{LocalPaths, LocalStore};
pub use lock::{Held, Lock, LockInfo, lock_waiting};
#[cfg(any(feature = "azurerm", feature = "gcs", feature = "s3"))]
pub use objects::ObjectStore;
pub use private_file::write_private;
#[cfg(feature = "s3")]
pub use s3::{S3Settings, open as open_s3};
pub use store::{DEFAULT_WORKSPACE, Snapshot, Store, Version};
pub use trueup_provider_kit::Outside;
