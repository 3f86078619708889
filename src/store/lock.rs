//! Locks: who holds a state, and the duty to let go of it.

use crate::{ErrorKind, Store, StoreError};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// Who holds a lock; the JSON that Terraform keeps in lock files and lock objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LockInfo {
    /// A UUID made for this lock.
    #[serde(rename = "ID")]
    pub id: String,
    /// `OperationTypeApply` and the like.
    pub operation: String,
    /// Anything more to say.
    pub info: String,
    /// `user@host`
    pub who: String,
    /// The version of the program.
    pub version: String,
    /// When, in RFC 3339.
    pub created: String,
    /// What is locked; the store fills it in.
    pub path: String,
}

impl LockInfo {
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings can be serialized")
    }

    pub(crate) fn from_json(bytes: &[u8]) -> Option<LockInfo> {
        serde_json::from_slice(bytes).ok()
    }
}

/// `OperationTypeApply by user@host since 2026-01-01T00:00:00Z (version 1.11.4, ID 1-2-3)`
impl fmt::Display for LockInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} by {} since {} (version {}, ID {})",
            self.operation, self.who, self.created, self.version, self.id
        )
    }
}

/// How one kind of store holds a lock.
#[async_trait]
pub trait Held: Send + Sync {
    /// Makes sure that the lock is still ours: [`ErrorKind::Locked`] where somebody else has it by now,
    /// [`ErrorKind::Conflict`] where it is merely gone.
    async fn check(&self) -> Result<(), StoreError>;

    /// Lets go.
    async fn release(self: Box<Self>) -> Result<(), StoreError>;
}

/// A lock that is held. Dropped without [`Lock::release`] it stays until the process ends or someone breaks it.
#[must_use = "a lock is to be released"]
pub struct Lock {
    info: LockInfo,
    held: Box<dyn Held>,
}

impl Lock {
    /// For those who implement a store.
    pub fn new(info: LockInfo, held: Box<dyn Held>) -> Lock {
        Lock { info, held }
    }

    /// What others are told.
    pub fn info(&self) -> &LockInfo {
        &self.info
    }

    /// Makes sure that the lock is still ours, as [`Held::check`]; do so before a write.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.held.check().await
    }

    /// Lets go.
    pub async fn release(self) -> Result<(), StoreError> {
        self.held.release().await
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").field("info", &self.info).finish_non_exhaustive()
    }
}

/// Takes the lock, trying again for as long as `patience` while someone else has it; `waiting` is told each time.
pub async fn lock_waiting(
    store: &dyn Store,
    info: &LockInfo,
    patience: Duration,
    waiting: impl Fn(&StoreError),
) -> Result<Lock, StoreError> {
    const PAUSE_MAX: Duration = Duration::from_secs(5);
    let mut waited = Duration::ZERO;
    let mut pause = Duration::from_millis(200);
    loop {
        match store.lock(info.clone()).await {
            Err(error) if matches!(error.kind, ErrorKind::Locked(_)) && waited < patience => {
                waiting(&error);
                pause = pause.min(patience.saturating_sub(waited)).max(Duration::from_millis(1));
                tokio::time::sleep(pause).await;
                waited += pause;
                pause = (pause * 2).min(PAUSE_MAX);
            }
            outcome => return outcome,
        }
    }
}
