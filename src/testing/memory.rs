//! A state that only this process holds.

use async_trait::async_trait;
use std::sync::{Mutex, MutexGuard, PoisonError};
use trueup_state::{Entry, State};
use trueup_store::{DEFAULT_WORKSPACE, ErrorKind, Lock, LockInfo, Snapshot, Store, StoreError, Version};

/// Keeps a state and its journal in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    state: Option<State>,
    writes: u64,
    journal: Vec<Entry>,
}

impl MemoryStore {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refused(verb: &'static str) -> StoreError {
    let cause = "only one run has it, in one workspace";
    StoreError::new(ErrorKind::Config, verb, "the state of a test", cause)
}

#[async_trait]
impl Store for MemoryStore {
    fn describe(&self) -> String {
        "the state of a test".into()
    }

    fn workspace(&self) -> &str {
        DEFAULT_WORKSPACE
    }

    async fn read(&self) -> Result<Option<Snapshot>, StoreError> {
        let kept = self.kept();
        let version = Version::tag(kept.writes.to_string());
        Ok(kept.state.clone().map(|state| Snapshot { state, version }))
    }

    async fn write(&self, state: &State, _expected: &Version) -> Result<Version, StoreError> {
        let mut kept = self.kept();
        kept.state = Some(state.clone());
        kept.writes += 1;
        Ok(Version::tag(kept.writes.to_string()))
    }

    async fn lock(&self, _info: LockInfo) -> Result<Lock, StoreError> {
        Err(refused("lock"))
    }

    async fn read_lock(&self) -> Result<Option<LockInfo>, StoreError> {
        Ok(None)
    }

    async fn force_unlock(&self, _id: &str) -> Result<(), StoreError> {
        Err(refused("unlock"))
    }

    async fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        self.kept().journal.extend_from_slice(entries);
        Ok(())
    }

    async fn journal(&self) -> Result<Vec<Entry>, StoreError> {
        Ok(self.kept().journal.clone())
    }

    async fn clear_journal(&self) -> Result<(), StoreError> {
        self.kept().journal.clear();
        Ok(())
    }

    async fn workspaces(&self) -> Result<Vec<String>, StoreError> {
        Ok(vec![DEFAULT_WORKSPACE.into()])
    }

    fn in_workspace(&self, _name: &str) -> Result<Box<dyn Store>, StoreError> {
        Err(refused("change the workspace of"))
    }

    async fn create_workspace(&self, _name: &str, _empty: &State) -> Result<(), StoreError> {
        Err(refused("make another workspace of"))
    }

    async fn delete_workspace(&self, _name: &str) -> Result<(), StoreError> {
        Err(refused("delete a workspace of"))
    }
}
