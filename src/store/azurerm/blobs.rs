//! One container: blobs got, put on a condition, listed and deleted.
//!
//! Whoever takes or leaves a lock changes a blob's etag and not what it holds. So a state is told from another by the
//! MD5 of its bytes, and a put names the etag that was there with them a moment before.

use super::client::{Call, Client};
use super::failure::{self, Attempt};
use super::{AzurermSettings, held, wire};
use crate::objects::{Condition, Got, Objects, Put};
use crate::{DEFAULT_WORKSPACE, ErrorKind, Lock, LockInfo, StoreError};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use trueup_login::{Answer, Method};

/// The slowest upload that is put up with, in bytes a second, on top of the time any call has.
const UPLOAD_RATE_MIN: usize = 128 * 1024;
const METADATA: &str = "x-ms-meta-";

/// A container.
pub(super) struct Container {
    client: Client,
    settings: AzurermSettings,
    /// The leases that are held here, by blob.
    leases: Mutex<BTreeMap<String, String>>,
}

/// What a blob is like.
pub(super) struct Properties {
    pub(super) etag: String,
    pub(super) length: u64,
    /// The MD5 of its bytes in base64, where it was put whole.
    pub(super) digest: Option<String>,
    /// By headers' names.
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) is_leased: bool,
}

impl Properties {
    fn of(answer: &Answer) -> Properties {
        let header = |name: &str| answer.header(name).unwrap_or_default().to_owned();
        let metadata = answer.headers.iter().filter(|(name, _)| name.as_str().starts_with(METADATA));
        Properties {
            etag: header("etag"),
            length: header("content-length").parse().unwrap_or(0),
            digest: answer.header("content-md5").map(str::to_owned),
            metadata: metadata
                .map(|(name, value)| {
                    (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect(),
            is_leased: matches!(answer.header("x-ms-lease-state"), Some("leased" | "breaking")),
        }
    }
}

fn digest(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}

impl Container {
    pub(super) fn new(client: Client, settings: AzurermSettings) -> Container {
        Container { client, settings, leases: Mutex::default() }
    }

    /// The lease of a blob that is held here.
    pub(super) fn lease(&self, key: &str) -> Option<String> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Keeps a lease in mind, or forgets it; answers with the one before.
    pub(super) fn keep(&self, key: &str, lease: Option<&str>) -> Option<String> {
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        match lease {
            Some(lease) => leases.insert(key.to_owned(), lease.to_owned()),
            None => leases.remove(key),
        }
    }

    pub(super) fn attempt(&self, verb: &'static str, key: &str) -> Attempt<'_> {
        Attempt { verb, object: self.object(key), container: &self.settings.container }
    }

    /// A call to a blob, before it is made.
    pub(super) fn call(&self, method: Method, key: &str) -> Call<'static> {
        Call::new(method, format!("{}/{key}", self.settings.container))
    }

    /// Makes a call; answers whatever status came.
    pub(super) async fn send(
        &self,
        (verb, key): (&'static str, &str),
        call: &Call<'_>,
    ) -> Result<Answer, StoreError> {
        self.client.send(call).await.map_err(|fault| failure::unanswered(&self.attempt(verb, key), &fault))
    }

    /// Makes a call that has to succeed.
    pub(super) async fn succeed(
        &self,
        (verb, key): (&'static str, &str),
        call: &Call<'_>,
    ) -> Result<Answer, StoreError> {
        let answer = self.send((verb, key), call).await?;
        match answer.status {
            200..300 => Ok(answer),
            _ => Err(failure::refused(&self.attempt(verb, key), &answer)),
        }
    }

    /// What a blob is like; `None` where there is none.
    pub(super) async fn look(&self, verb: &'static str, key: &str) -> Result<Option<Properties>, StoreError> {
        let answer = self.send((verb, key), &self.call(Method::HEAD, key)).await?;
        match answer.status {
            200 => Ok(Some(Properties::of(&answer))),
            _ if is_missing(&answer) => Ok(None),
            _ => Err(failure::refused(&self.attempt(verb, key), &answer)),
        }
    }

    /// What a put of this depends on, and what it must not lose.
    async fn meet(
        &self,
        put: &Put<'_>,
        is_empty_absent: bool,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let Put { verb, key, .. } = *put;
        let lease = self.lease(key);
        let none = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let looks = lease.is_some() || is_empty_absent || matches!(put.condition, Condition::Unchanged(_));
        let there = if looks { self.look(verb, key).await? } else { None };
        let Some(there) = there else {
            return match put.condition {
                Condition::None => Ok(BTreeMap::new()),
                Condition::Absent => Ok(none("if-none-match", "*")),
                Condition::Unchanged(_) => Err(self.conflict(verb, key, "it is gone")),
            };
        };
        let is_met = match &put.condition {
            Condition::None => true,
            // What somebody locked before there was a state is an empty blob.
            Condition::Absent => there.length == 0,
            Condition::Unchanged(tag) => match &there.digest {
                Some(digest) => digest == tag,
                None => self.get(verb, key).await?.is_some_and(|got| got.tag == *tag),
            },
        };
        if !is_met {
            return Err(self.conflict(
                verb,
                key,
                "it is not the one that was expected: something else wrote it",
            ));
        }
        if self.settings.snapshot && there.length > 0 {
            let mut call = self.call(Method::PUT, key);
            call.query = vec![("comp", "snapshot")];
            call.headers.extend(lease.clone().map(|lease| ("x-ms-lease-id".to_owned(), lease)));
            self.succeed(("take a snapshot of", key), &call).await?;
        }
        let mut headers = there.metadata;
        headers.insert("if-match".into(), there.etag);
        headers.extend(lease.map(|lease| ("x-ms-lease-id".to_owned(), lease)));
        Ok(headers)
    }

    fn conflict(&self, verb: &'static str, key: &str, cause: &str) -> StoreError {
        StoreError::new(ErrorKind::Conflict, verb, self.object(key), cause)
    }

    async fn put_met(&self, put: &Put<'_>, is_empty_absent: bool) -> Result<String, StoreError> {
        let Put { verb, key, bytes, .. } = put;
        let headers = self.meet(put, is_empty_absent).await?;
        let tag = digest(bytes);
        let seconds = u64::try_from(bytes.len() / UPLOAD_RATE_MIN).unwrap_or(u64::MAX);
        let mut call = self
            .call(Method::PUT, key)
            .header("content-md5", &tag)
            .header("content-type", "application/json")
            .header("x-ms-blob-type", "BlockBlob");
        call.headers.extend(headers);
        call.body = Some(bytes.clone());
        call.answer_max = Some(self.settings.patience + Duration::from_secs(seconds));
        self.succeed((verb, key), &call).await.map(|_| tag)
    }
}

/// Whether there is no such blob, as told from there being no such container.
pub(super) fn is_missing(answer: &Answer) -> bool {
    let code = failure::code(answer);
    answer.status == 404 && (code == "BlobNotFound" || code.is_empty())
}

#[async_trait]
impl Objects for Container {
    fn object(&self, key: &str) -> String {
        let AzurermSettings { account, container, .. } = &self.settings;
        format!("the blob {key} in the container {container} of {account}")
    }

    async fn get(&self, verb: &'static str, key: &str) -> Result<Option<Got>, StoreError> {
        let mut call = self.call(Method::GET, key);
        call.answer_max = Some(self.settings.patience * 20);
        let answer = self.send((verb, key), &call).await?;
        if is_missing(&answer) {
            return Ok(None);
        }
        if answer.status != 200 {
            return Err(failure::refused(&self.attempt(verb, key), &answer));
        }
        let tag = digest(&answer.body);
        if answer.header("content-md5").is_some_and(|told| told != tag) {
            let cause = "the bytes that came are not those that were put: their MD5 differs";
            return Err(StoreError::new(ErrorKind::Io, verb, self.object(key), cause).hint("Run again."));
        }
        // Whoever locks what isn't there yet puts an empty blob.
        Ok(Some(Got { bytes: answer.body, tag }).filter(|got| !got.bytes.is_empty()))
    }

    async fn put(&self, put: Put<'_>) -> Result<String, StoreError> {
        match self.put_met(&put, false).await {
            Err(error) if error.kind == ErrorKind::Conflict && matches!(put.condition, Condition::Absent) => {
                self.put_met(&put, true).await
            }
            outcome => outcome,
        }
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let mut call = self.call(Method::DELETE, key).header("x-ms-delete-snapshots", "include");
        call.headers.extend(self.lease(key).map(|lease| ("x-ms-lease-id".to_owned(), lease)));
        let answer = self.send(("delete", key), &call).await?;
        if !(200..300).contains(&answer.status) && !is_missing(&answer) {
            return Err(failure::refused(&self.attempt("delete", key), &answer));
        }
        self.keep(key, None);
        Ok(())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let what = format!("{prefix}*");
        let (mut all, mut next) = (Vec::new(), Some(String::new()));
        while let Some(marker) = next {
            let mut call = Call::new(Method::GET, &self.settings.container);
            call.query = vec![("comp", "list"), ("prefix", prefix), ("restype", "container")];
            if !marker.is_empty() {
                call.query.push(("marker", &marker));
            }
            let answer = self.succeed(("list", &what), &call).await?;
            let page = wire::names(&answer.body).map_err(|cause| {
                let cause = format!("the list can't be understood: {cause}");
                StoreError::new(ErrorKind::Io, "list", self.object(&what), cause)
            })?;
            all.extend(page.0);
            next = page.1;
        }
        all.sort();
        Ok(all)
    }

    fn state_key(&self, workspace: &str) -> String {
        let key = &self.settings.key;
        if workspace == DEFAULT_WORKSPACE { key.clone() } else { format!("{key}env:{workspace}") }
    }

    /// Behind a slash, for what has none counts as a workspace.
    fn record_key(&self, key: &str) -> String {
        format!("{key}.trueup/record.json")
    }

    fn place(&self, key: &str) -> String {
        format!("{}/{key}", self.settings.container)
    }

    async fn workspaces(&self) -> Result<Vec<String>, StoreError> {
        let prefix = format!("{}env:", self.settings.key);
        let keys = self.list(&prefix).await?;
        let names = keys.iter().filter_map(|key| key.strip_prefix(&prefix));
        Ok(names.filter(|name| !name.is_empty() && !name.contains('/')).map(str::to_owned).collect())
    }

    async fn lock(self: Arc<Self>, key: &str, info: LockInfo) -> Result<Lock, StoreError> {
        held::lock(self, key, info).await
    }

    async fn holder(&self, key: &str) -> Result<Option<LockInfo>, StoreError> {
        held::holder(self, key).await
    }

    async fn unlock(&self, key: &str, id: &str) -> Result<(), StoreError> {
        held::unlock(self, key, id).await
    }
}
