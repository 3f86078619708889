//! Where state lives. In: a backend block's configuration. Out: a [`Store`] that keeps state, lock and journal.
//!
//! Stores keep bytes and never decide what a state should be: state changes only by replay of the journal, which is
//! the engine's. Clock, ids and the names of user and machine come in with [`LockInfo`].

mod config;
mod error;
mod local;
mod lock;
mod private_file;
#[cfg(feature = "s3")]
mod s3;
mod s3_schema;
mod store;

pub use config::{Backup, KINDS, World, is_workspace_name, open, schema};
pub use error::{ErrorKind, StoreError};
pub use local::{LocalPaths, LocalStore};
pub use lock::{Held, Lock, LockInfo, lock_waiting};
pub use private_file::write_private;
#[cfg(feature = "s3")]
pub use s3::{S3Settings, S3Store};
pub use store::{DEFAULT_WORKSPACE, Snapshot, Store, Version};
