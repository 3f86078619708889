//! States kept as objects beside one another: what the backends on object stores share. Conditional puts keep writers
//! apart.

#[cfg(any(feature = "gcs", feature = "s3"))]
mod held;
mod journal;

#[cfg(any(feature = "gcs", feature = "s3"))]
pub(crate) use held::{LockObjects, holder, lock, unlock};

use crate::config::check_workspace;
use crate::store::Version;
use crate::{DEFAULT_WORKSPACE, ErrorKind, Lock, LockInfo, Snapshot, Store, StoreError};
use async_trait::async_trait;
use std::sync::Arc;
use trueup_state::{Entry, Record, State, wire};

/// An object that was got.
pub(crate) struct Got {
    pub(crate) bytes: Vec<u8>,
    /// By which a put tells whether it is still the same.
    pub(crate) tag: String,
}

/// What must be there for a put.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// Anything.
    None,
    /// Nothing.
    Absent,
    /// The object with this tag.
    Unchanged(String),
}

/// An object to put.
pub(crate) struct Put<'a> {
    /// For messages.
    pub(crate) verb: &'static str,
    pub(crate) key: &'a str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) condition: Condition,
}

/// Where objects are: a bucket, a container.
#[async_trait]
pub(crate) trait Objects: Send + Sync + 'static {
    /// An object, for messages.
    fn object(&self, key: &str) -> String;

    /// `None` where there is no such object.
    async fn get(&self, verb: &'static str, key: &str) -> Result<Option<Got>, StoreError>;

    /// Answers with the new tag; a [`ErrorKind::Conflict`] where the condition isn't met.
    async fn put(&self, put: Put<'_>) -> Result<String, StoreError>;

    /// Nothing happens where there is no such object.
    async fn delete(&self, key: &str) -> Result<(), StoreError>;

    /// The keys that start with `prefix`, all of them, in order.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError>;

    /// The key of a workspace's state.
    fn state_key(&self, workspace: &str) -> String;

    /// The key of the record beside a state.
    fn record_key(&self, key: &str) -> String;

    /// What is locked, for others to read.
    fn place(&self, key: &str) -> String;

    /// The workspaces that have a state; the default one may be among them.
    async fn workspaces(&self) -> Result<Vec<String>, StoreError>;

    /// Takes the lock of a state.
    async fn lock(self: Arc<Self>, key: &str, info: LockInfo) -> Result<Lock, StoreError>;

    /// Who has the lock of a state.
    async fn holder(&self, key: &str) -> Result<Option<LockInfo>, StoreError>;

    /// Breaks the lock of a state, if it has this id.
    async fn unlock(&self, key: &str, id: &str) -> Result<(), StoreError>;
}

/// State, lock and journal as objects beside each other.
pub struct ObjectStore {
    objects: Arc<dyn Objects>,
    workspace: String,
    key: String,
    journal: journal::JournalObjects,
}

impl ObjectStore {
    pub(crate) fn new(objects: Arc<dyn Objects>, workspace: &str) -> ObjectStore {
        let key = objects.state_key(workspace);
        let journal = journal::JournalObjects::new(objects.clone(), &key);
        ObjectStore { objects, workspace: workspace.into(), key, journal }
    }
}

#[async_trait]
impl Store for ObjectStore {
    fn describe(&self) -> String {
        self.objects.object(&self.key)
    }

    fn workspace(&self) -> &str {
        &self.workspace
    }

    async fn read(&self) -> Result<Option<Snapshot>, StoreError> {
        let Some(got) = self.objects.get("read", &self.key).await? else { return Ok(None) };
        if got.bytes.is_empty() {
            return Err(StoreError::new(ErrorKind::Corrupt, "read", self.describe(), "the object is empty")
                .hint("Restore an earlier version of the object from its version history."));
        }
        let state = wire::read(&got.bytes).map_err(|error| {
            let failure = StoreError::new(ErrorKind::Corrupt, "read", self.describe(), error.to_string());
            StoreError { hint: error.hint, ..failure }
        })?;
        Ok(Some(Snapshot { state, version: Version::tag(got.tag) }))
    }

    async fn write(&self, state: &State, expected: &Version) -> Result<Version, StoreError> {
        let bytes = wire::v4::write(state).into_bytes();
        let condition = match expected.as_tag() {
            Some(tag) => Condition::Unchanged(tag.into()),
            None => Condition::Absent,
        };
        let put = Put { verb: "write", key: &self.key, bytes: bytes.clone(), condition };
        let error = match self.objects.put(put).await {
            Ok(tag) => return Ok(Version::tag(tag)),
            Err(error) => error,
        };
        if error.kind != ErrorKind::Conflict {
            return Err(error);
        }
        // A put whose answer got lost is sent again and then finds its own object.
        match self.objects.get("read", &self.key).await? {
            Some(got) if got.bytes == bytes => Ok(Version::tag(got.tag)),
            _ => Err(error.hint("Run again: the plan is made anew from what is there now.")),
        }
    }

    async fn lock(&self, mut info: LockInfo) -> Result<Lock, StoreError> {
        info.path = self.objects.place(&self.key);
        self.objects.clone().lock(&self.key, info).await
    }

    async fn read_lock(&self) -> Result<Option<LockInfo>, StoreError> {
        self.objects.holder(&self.key).await
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StoreError> {
        self.objects.unlock(&self.key, id).await
    }

    async fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        self.journal.append(entries).await
    }

    async fn journal(&self) -> Result<Vec<Entry>, StoreError> {
        self.journal.read().await
    }

    async fn clear_journal(&self) -> Result<(), StoreError> {
        self.journal.clear().await
    }

    async fn read_record(&self) -> Result<Option<Record>, StoreError> {
        let key = self.objects.record_key(&self.key);
        let Some(got) = self.objects.get("read", &key).await? else { return Ok(None) };
        let damaged = |cause| StoreError::damaged_record(self.objects.object(&key), cause);
        wire::record::read(&got.bytes).map(Some).map_err(damaged)
    }

    async fn write_record(&self, record: &Record) -> Result<bool, StoreError> {
        let (key, bytes) = (self.objects.record_key(&self.key), wire::record::write(record).into_bytes());
        let put = Put { verb: "write", key: &key, bytes, condition: Condition::None };
        self.objects.put(put).await.map(|_| true)
    }

    async fn workspaces(&self) -> Result<Vec<String>, StoreError> {
        let mut names = self.objects.workspaces().await?;
        names.sort();
        names.retain(|name| name != DEFAULT_WORKSPACE);
        names.insert(0, DEFAULT_WORKSPACE.into());
        Ok(names)
    }

    fn in_workspace(&self, name: &str) -> Result<Box<dyn Store>, StoreError> {
        check_workspace(name)?;
        Ok(Box::new(ObjectStore::new(self.objects.clone(), name)))
    }

    async fn create_workspace(&self, name: &str, empty: &State) -> Result<(), StoreError> {
        check_workspace(name)?;
        let key = self.objects.state_key(name);
        let bytes = wire::v4::write(empty).into_bytes();
        let put = Put { verb: "create", key: &key, bytes, condition: Condition::Absent };
        self.objects.put(put).await.map(drop)
    }

    async fn delete_workspace(&self, name: &str) -> Result<(), StoreError> {
        check_workspace(name)?;
        if name == DEFAULT_WORKSPACE {
            let cause = "the default workspace is always there";
            return Err(StoreError::new(ErrorKind::Config, "delete", "the workspace \"default\"", cause));
        }
        let key = self.objects.state_key(name);
        journal::JournalObjects::new(self.objects.clone(), &key).clear().await?;
        self.objects.delete(&self.objects.record_key(&key)).await?;
        self.objects.delete(&key).await
    }
}
