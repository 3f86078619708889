//! The trait that every backend implements.

use crate::{Lock, LockInfo, StoreError};
use async_trait::async_trait;
use trueup_state::{Entry, Record, State};

/// The workspace that is always there.
pub const DEFAULT_WORKSPACE: &str = "default";

/// Which state document was read or written; opaque.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(Option<String>);

impl Version {
    /// There is no document yet.
    pub const ABSENT: Version = Version(None);

    /// The document that this tag (an `ETag`, a digest) names.
    pub fn tag(tag: impl Into<String>) -> Version {
        Version(Some(tag.into()))
    }

    /// By the document's bytes.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Version {
        if bytes.is_empty() {
            return Version::ABSENT;
        }
        Version::tag(trueup_state::wire::hex_digest(bytes))
    }

    /// The tag; `None` where there is no document.
    pub fn as_tag(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// A state document as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// What it says.
    pub state: State,
    /// Which it was: give it to [`Store::write`].
    pub version: Version,
}

/// One workspace of one backend: its state document, its lock and its journal.
#[async_trait]
pub trait Store: Send + Sync {
    /// What it is, for people: `the state file terraform.tfstate`.
    fn describe(&self) -> String;

    /// The workspace.
    fn workspace(&self) -> &str;

    /// Reads the document; `None` where there is none yet.
    async fn read(&self) -> Result<Option<Snapshot>, StoreError>;

    /// Writes the document in place of the expected one; a [`crate::ErrorKind::Conflict`] where another is there.
    /// It is durable, and whole whatever happens, when this returns.
    async fn write(&self, state: &State, expected: &Version) -> Result<Version, StoreError>;

    /// Takes the lock, or tells who has it ([`crate::ErrorKind::Locked`]) without waiting.
    async fn lock(&self, info: LockInfo) -> Result<Lock, StoreError>;

    /// Who has the lock.
    async fn read_lock(&self) -> Result<Option<LockInfo>, StoreError>;

    /// Breaks the lock with this id, left by a process that is gone.
    async fn force_unlock(&self, id: &str) -> Result<(), StoreError>;

    /// Adds entries to the journal: durable when this returns, all of them or none.
    async fn append(&self, entries: &[Entry]) -> Result<(), StoreError>;

    /// The journal's entries; a torn end is left out.
    async fn journal(&self) -> Result<Vec<Entry>, StoreError>;

    /// Ends the journal: the document holds all it says.
    async fn clear_journal(&self) -> Result<(), StoreError>;

    /// The record beside the document; `None` where there is none, or where the backend keeps none.
    async fn read_record(&self) -> Result<Option<Record>, StoreError> {
        Ok(None)
    }

    /// Puts a record in place of the one that is there, which whoever holds the lock may do. False where the backend
    /// keeps none.
    async fn write_record(&self, _record: &Record) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// The names of all workspaces in order, the default one first.
    async fn workspaces(&self) -> Result<Vec<String>, StoreError>;

    /// The same backend for another workspace, which need not be there yet.
    fn in_workspace(&self, name: &str) -> Result<Box<dyn Store>, StoreError>;

    /// Makes a workspace. `empty` is written as its first state where the backend has no other way to keep a name.
    async fn create_workspace(&self, name: &str, empty: &State) -> Result<(), StoreError>;

    /// Deletes a workspace with its state; not the default one.
    async fn delete_workspace(&self, name: &str) -> Result<(), StoreError>;
}
