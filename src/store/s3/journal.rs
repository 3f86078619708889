//! The journal: small numbered objects beside the state, a batch of entries each.

use super::bucket::{Bucket, Condition, Put};
use crate::{ErrorKind, StoreError};
use futures::stream::{self, StreamExt, TryStreamExt};
use std::sync::Arc;
use tokio::sync::Mutex;
use trueup_state::Entry;
use trueup_state::wire::journal;

/// How many objects are got or deleted at once.
const CONCURRENCY: usize = 16;

pub(super) struct JournalObjects {
    bucket: Arc<Bucket>,
    prefix: String,
    /// Where the next batch goes, once known.
    place: Mutex<Option<Place>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    run: String,
    /// Counts through all runs, so that it alone tells the order.
    number: u64,
}

impl JournalObjects {
    pub(super) fn new(bucket: Arc<Bucket>, key: &str) -> JournalObjects {
        JournalObjects { bucket, prefix: format!("{key}.trueup-journal/"), place: Mutex::new(None) }
    }

    /// The keys of all batches in order.
    async fn keys(&self) -> Result<Vec<(Place, String)>, StoreError> {
        let keys = self.bucket.list(&self.prefix).await?;
        let place = |key: &str| {
            let (run, name) = key.strip_prefix(&self.prefix)?.split_once('/')?;
            let number = name.strip_suffix(".jsonl")?.parse().ok()?;
            Some(Place { run: run.into(), number })
        };
        let mut found: Vec<_> = keys.into_iter().filter_map(|key| Some((place(&key)?, key))).collect();
        found.sort_by_key(|(place, _)| place.number);
        Ok(found)
    }

    pub(super) async fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let mut place = self.place.lock().await;
        let last = match place.take() {
            Some(last) => last,
            None => {
                let last = self.keys().await?.pop().map(|(place, _)| place);
                last.unwrap_or(Place { run: String::new(), number: 0 })
            }
        };
        let started = entries.iter().find_map(|entry| match entry {
            Entry::Start(start) => Some(start.run.clone()),
            _ => None,
        });
        let next = Place { run: started.unwrap_or(last.run), number: last.number + 1 };
        let run = if next.run.is_empty() { "run" } else { &next.run };
        let key = format!("{}{run}/{:08}.jsonl", self.prefix, next.number);
        let bytes = journal::write(entries).into_bytes();
        let put = Put { verb: "write", key: &key, bytes: bytes.clone(), condition: Condition::Absent };
        if let Err(error) = self.bucket.put(put).await {
            let ours = error.kind == ErrorKind::Conflict
                && self.bucket.get("read", &key).await?.is_some_and(|got| got.bytes == bytes);
            if !ours {
                return Err(error);
            }
        }
        *place = Some(next);
        Ok(())
    }

    pub(super) async fn read(&self) -> Result<Vec<Entry>, StoreError> {
        let keys = self.keys().await?;
        let batches: Vec<Vec<Entry>> =
            stream::iter(keys).map(|(_, key)| self.batch(key)).buffered(CONCURRENCY).try_collect().await?;
        Ok(batches.into_iter().flatten().collect())
    }

    async fn batch(&self, key: String) -> Result<Vec<Entry>, StoreError> {
        let corrupt = |cause: String| {
            StoreError::new(ErrorKind::Corrupt, "read", self.bucket.object(&key), cause).hint(
                "The journal says what the last run did and is damaged. Keep a copy; if you remove it, the next plan \
                 finds what it can by reading the real objects.",
            )
        };
        let Some(got) = self.bucket.get("read", &key).await? else {
            return Err(corrupt("it was there and is gone".into()));
        };
        let journal = journal::read(&got.bytes).map_err(|error| corrupt(error.to_string()))?;
        // A put is all or nothing: an object is never torn.
        if journal.torn { Err(corrupt("its end is missing".into())) } else { Ok(journal.entries) }
    }

    pub(super) async fn clear(&self) -> Result<(), StoreError> {
        let mut place = self.place.lock().await;
        let keys = self.keys().await?;
        // The last first: a journal cut from behind is still one that was whole once.
        for chunk in keys.rchunks(CONCURRENCY) {
            stream::iter(chunk.iter().rev())
                .map(|(_, key)| self.bucket.delete(key, Condition::None))
                .buffered(CONCURRENCY)
                .try_collect::<Vec<()>>()
                .await?;
        }
        *place = None;
        Ok(())
    }
}
