//! A store that dies with its process: from one of its writes on nothing gets through any more.

use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;
use trueup_state::{Entry, Record, State};
use trueup_store::{ErrorKind, Lock, LockInfo, Snapshot, Store, StoreError, Version};

/// Where the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// When this write, from 1, is about to be made.
    Before(usize),
    /// When this write was made and nobody was told yet.
    After(usize),
    /// This write fails, and tells so.
    Fails(usize),
    /// This write and all after it fail, and tell so.
    FailsFrom(usize),
    /// It lives.
    Never,
}

/// Counts the writes and dies at one of them.
pub(crate) struct Cutting {
    inner: Arc<dyn Store>,
    cut: Cut,
    writes: Arc<AtomicUsize>,
    dead: Arc<Notify>,
}

impl Cutting {
    /// `writes` counts, and `dead` is told of the death.
    pub(crate) fn around(
        inner: Arc<dyn Store>,
        cut: Cut,
        writes: &Arc<AtomicUsize>,
        dead: &Arc<Notify>,
    ) -> Arc<dyn Store> {
        Arc::new(Cutting { inner, cut, writes: writes.clone(), dead: dead.clone() })
    }

    async fn pass<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let number = self.writes.fetch_add(1, Ordering::Relaxed) + 1;
        let fails = match self.cut {
            Cut::Fails(at) => number == at,
            Cut::FailsFrom(at) => number >= at,
            _ => false,
        };
        if fails {
            let cause = "the disk is full";
            return Err(StoreError::new(ErrorKind::Io, "write", self.describe(), cause));
        }
        let (dies, late) = match self.cut {
            Cut::Before(at) => (number >= at, false),
            Cut::After(at) => (number >= at, number == at),
            Cut::Fails(_) | Cut::FailsFrom(_) | Cut::Never => (false, false),
        };
        if !dies {
            return work.await;
        }
        if late {
            drop(work.await);
        }
        self.dead.notify_one();
        std::future::pending().await
    }
}

#[async_trait]
impl Store for Cutting {
    fn describe(&self) -> String {
        self.inner.describe()
    }

    fn workspace(&self) -> &str {
        self.inner.workspace()
    }

    async fn read(&self) -> Result<Option<Snapshot>, StoreError> {
        self.inner.read().await
    }

    async fn write(&self, state: &State, expected: &Version) -> Result<Version, StoreError> {
        self.pass(self.inner.write(state, expected)).await
    }

    async fn lock(&self, info: LockInfo) -> Result<Lock, StoreError> {
        self.inner.lock(info).await
    }

    async fn read_lock(&self) -> Result<Option<LockInfo>, StoreError> {
        self.inner.read_lock().await
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StoreError> {
        self.inner.force_unlock(id).await
    }

    async fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        self.pass(self.inner.append(entries)).await
    }

    async fn journal(&self) -> Result<Vec<Entry>, StoreError> {
        self.inner.journal().await
    }

    async fn clear_journal(&self) -> Result<(), StoreError> {
        self.pass(self.inner.clear_journal()).await
    }

    async fn read_record(&self) -> Result<Option<Record>, StoreError> {
        self.inner.read_record().await
    }

    async fn write_record(&self, record: &Record) -> Result<bool, StoreError> {
        self.inner.write_record(record).await
    }

    async fn workspaces(&self) -> Result<Vec<String>, StoreError> {
        self.inner.workspaces().await
    }

    fn in_workspace(&self, name: &str) -> Result<Box<dyn Store>, StoreError> {
        self.inner.in_workspace(name)
    }

    async fn create_workspace(&self, name: &str, empty: &State) -> Result<(), StoreError> {
        self.inner.create_workspace(name, empty).await
    }

    async fn delete_workspace(&self, name: &str) -> Result<(), StoreError> {
        self.inner.delete_workspace(name).await
    }
}
