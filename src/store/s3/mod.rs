//! State in an S3 bucket, laid out as Terraform lays it out: conditional puts keep writers apart.

mod bucket;
mod client;
mod failure;
mod held;
mod journal;
mod settings;

pub use settings::S3Settings;

use crate::config::check_workspace;
use crate::store::Version;
use crate::{DEFAULT_WORKSPACE, ErrorKind, Lock, LockInfo, Snapshot, Store, StoreError};
use async_trait::async_trait;
use bucket::{Bucket, Condition, Put};
use std::sync::Arc;
use trueup_state::{Entry, Record, State, wire};

/// State, lock and journal as objects beside each other.
pub struct S3Store {
    bucket: Arc<Bucket>,
    workspace: String,
    key: String,
    journal: journal::JournalObjects,
}

impl S3Store {
    /// Makes a client; no request is made yet.
    pub async fn open(settings: S3Settings, workspace: &str) -> Result<S3Store, StoreError> {
        let client = client::make(&settings).await?;
        Ok(S3Store::new(Arc::new(Bucket::new(client, settings)), workspace))
    }

    fn new(bucket: Arc<Bucket>, workspace: &str) -> S3Store {
        let key = key_of(&bucket.settings, workspace);
        let journal = journal::JournalObjects::new(bucket.clone(), &key);
        S3Store { bucket, workspace: workspace.into(), key, journal }
    }

    fn workspaces_prefix(&self) -> String {
        format!("{}/", self.bucket.settings.workspace_key_prefix)
    }
}

/// The key of a workspace's state.
fn key_of(settings: &S3Settings, workspace: &str) -> String {
    if workspace == DEFAULT_WORKSPACE {
        return settings.key.clone();
    }
    if settings.workspace_key_prefix.is_empty() {
        return format!("{workspace}/{}", settings.key);
    }
    format!("{}/{workspace}/{}", settings.workspace_key_prefix, settings.key)
}

fn record_key(key: &str) -> String {
    format!("{key}.trueup.json")
}

fn lock_key(key: &str) -> String {
    format!("{key}.tflock")
}

#[async_trait]
impl Store for S3Store {
    fn describe(&self) -> String {
        self.bucket.object(&self.key)
    }

    fn workspace(&self) -> &str {
        &self.workspace
    }

    async fn read(&self) -> Result<Option<Snapshot>, StoreError> {
        let Some(got) = self.bucket.get("read", &self.key).await? else { return Ok(None) };
        if got.bytes.is_empty() {
            return Err(StoreError::new(ErrorKind::Corrupt, "read", self.describe(), "the object is empty")
                .hint("Restore an earlier version of the object from the bucket's version history."));
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
        let error = match self.bucket.put(put).await {
            Ok(tag) => return Ok(Version::tag(tag)),
            Err(error) => error,
        };
        if error.kind != ErrorKind::Conflict {
            return Err(error);
        }
        // A put whose answer got lost is sent again and then finds its own object.
        match self.bucket.get("read", &self.key).await? {
            Some(got) if got.bytes == bytes => Ok(Version::tag(got.tag)),
            _ => Err(error.hint("Run again: the plan is made anew from what is there now.")),
        }
    }

    async fn lock(&self, mut info: LockInfo) -> Result<Lock, StoreError> {
        info.path = format!("{}/{}", self.bucket.settings.bucket, self.key);
        held::lock(&self.bucket, &self.key, info).await
    }

    async fn read_lock(&self) -> Result<Option<LockInfo>, StoreError> {
        held::holder(&self.bucket, &self.key).await
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StoreError> {
        held::unlock(&self.bucket, &self.key, id).await
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
        let key = record_key(&self.key);
        let Some(got) = self.bucket.get("read", &key).await? else { return Ok(None) };
        let damaged = |cause| StoreError::damaged_record(self.bucket.object(&key), cause);
        wire::record::read(&got.bytes).map(Some).map_err(damaged)
    }

    async fn write_record(&self, record: &Record) -> Result<bool, StoreError> {
        let (key, bytes) = (record_key(&self.key), wire::record::write(record).into_bytes());
        let put = Put { verb: "write", key: &key, bytes, condition: Condition::None };
        self.bucket.put(put).await.map(|_| true)
    }

    async fn workspaces(&self) -> Result<Vec<String>, StoreError> {
        let prefix = self.workspaces_prefix();
        let keys = self.bucket.list(if prefix == "/" { "" } else { &prefix }).await?;
        let suffix = format!("/{}", self.bucket.settings.key);
        let mut names: Vec<String> = keys
            .iter()
            .filter_map(|key| key.strip_prefix(prefix.trim_start_matches('/'))?.strip_suffix(&suffix))
            .filter(|name| !name.is_empty() && !name.contains('/'))
            .map(Into::into)
            .collect();
        names.sort();
        names.retain(|name| name != DEFAULT_WORKSPACE);
        names.insert(0, DEFAULT_WORKSPACE.into());
        Ok(names)
    }

    fn in_workspace(&self, name: &str) -> Result<Box<dyn Store>, StoreError> {
        check_workspace(name)?;
        Ok(Box::new(S3Store::new(self.bucket.clone(), name)))
    }

    async fn create_workspace(&self, name: &str, empty: &State) -> Result<(), StoreError> {
        check_workspace(name)?;
        let key = key_of(&self.bucket.settings, name);
        let bytes = wire::v4::write(empty).into_bytes();
        let put = Put { verb: "create", key: &key, bytes, condition: Condition::Absent };
        self.bucket.put(put).await.map(drop)
    }

    async fn delete_workspace(&self, name: &str) -> Result<(), StoreError> {
        check_workspace(name)?;
        if name == DEFAULT_WORKSPACE {
            let cause = "the default workspace is always there";
            return Err(StoreError::new(ErrorKind::Config, "delete", "the workspace \"default\"", cause));
        }
        let key = key_of(&self.bucket.settings, name);
        journal::JournalObjects::new(self.bucket.clone(), &key).clear().await?;
        self.bucket.delete(&record_key(&key), Condition::None).await?;
        self.bucket.delete(&key, Condition::None).await
    }
}
