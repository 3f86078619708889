//! The journal: small numbered objects beside the state, a batch of entries each.

use super::{Condition, Objects, Put};
use crate::{ErrorKind, StoreError};
use futures::stream::{self, StreamExt, TryStreamExt};
use std::sync::Arc;
use tokio::sync::Mutex;
use trueup_state::Entry;
use trueup_state::wire::journal;

/// How many objects are got or deleted at once.
const CONCURRENCY: usize = 16;
/// `00000007.cleared`: the batches up to number 7 are over.
const CLEARED: &str = ".cleared";

pub(super) struct JournalObjects {
    objects: Arc<dyn Objects>,
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
    pub(super) fn new(objects: Arc<dyn Objects>, key: &str) -> JournalObjects {
        JournalObjects { objects, prefix: format!("{key}.trueup-journal/"), place: Mutex::new(None) }
    }

    async fn found(&self) -> Result<Found, StoreError> {
        let mut found = Found::default();
        for key in self.objects.list(&self.prefix).await? {
            let Some(rest) = key.strip_prefix(&self.prefix) else { continue };
            if let Some(number) = rest.strip_suffix(CLEARED).and_then(|number| number.parse().ok()) {
                found.cleared = found.cleared.max(number);
                found.marks.push(key);
            } else if let Some(place) = Place::parse(rest) {
                found.batches.push((place, key));
            }
        }
        found.batches.sort_by_key(|(place, _)| place.number);
        Ok(found)
    }

    pub(super) async fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let mut place = self.place.lock().await;
        let last = if let Some(last) = place.take() {
            last
        } else {
            let mut found = self.found().await?;
            let none = Place { run: String::new(), number: found.cleared };
            found.batches.pop().map_or(none, |(place, _)| place)
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
        if let Err(error) = self.objects.put(put).await {
            let ours = error.kind == ErrorKind::Conflict
                && self.objects.get("read", &key).await?.is_some_and(|got| got.bytes == bytes);
            if !ours {
                return Err(error);
            }
        }
        *place = Some(next);
        Ok(())
    }

    pub(super) async fn read(&self) -> Result<Vec<Entry>, StoreError> {
        let found = self.found().await?;
        let live: Vec<String> = found
            .batches
            .into_iter()
            .filter(|(place, _)| place.number > found.cleared)
            .map(|(_, key)| key)
            .collect();
        let batches: Vec<Vec<Entry>> =
            stream::iter(live).map(|key| self.batch(key)).buffered(CONCURRENCY).try_collect().await?;
        Ok(batches.into_iter().flatten().collect())
    }

    async fn batch(&self, key: String) -> Result<Vec<Entry>, StoreError> {
        let corrupt = |cause: String| {
            StoreError::new(ErrorKind::Corrupt, "replay", self.objects.object(&key), cause).hint(
                "The journal says what the last run did and is damaged. Keep a copy; if you remove it, the next plan \
                 finds what it can by reading the real objects.",
            )
        };
        let Some(got) = self.objects.get("read", &key).await? else {
            return Err(corrupt("it was there and is gone".into()));
        };
        let journal = journal::read(&got.bytes).map_err(|error| corrupt(error.to_string()))?;
        // A put is all or nothing: an object is never torn.
        if journal.torn { Err(corrupt("its end is missing".into())) } else { Ok(journal.entries) }
    }

    /// Puts a mark first that ends the journal at one stroke: whoever dies over the deletions leaves no holes.
    pub(super) async fn clear(&self) -> Result<(), StoreError> {
        let mut place = self.place.lock().await;
        *place = None;
        let mut found = self.found().await?;
        if let Some((last, _)) = found.batches.last() {
            let mark = format!("{}{:08}{CLEARED}", self.prefix, last.number);
            let put = Put { verb: "clear", key: &mark, bytes: b"{}".to_vec(), condition: Condition::None };
            self.objects.put(put).await?;
            if !found.marks.contains(&mark) {
                found.marks.push(mark);
            }
        }
        self.delete(found.batches.into_iter().map(|(_, key)| key).collect()).await?;
        self.delete(found.marks).await
    }

    async fn delete(&self, keys: Vec<String>) -> Result<(), StoreError> {
        stream::iter(keys)
            .map(|key| async move { self.objects.delete(&key).await })
            .buffer_unordered(CONCURRENCY)
            .try_collect::<Vec<()>>()
            .await?;
        Ok(())
    }
}

/// What lies under the prefix.
#[derive(Default)]
struct Found {
    /// The batches and their keys in order.
    batches: Vec<(Place, String)>,
    /// Batches up to this number are no longer part of the journal.
    cleared: u64,
    /// The keys of the marks that say so.
    marks: Vec<String>,
}

impl Place {
    /// From `RUN/NUMBER.jsonl`.
    fn parse(text: &str) -> Option<Place> {
        let (run, name) = text.split_once('/')?;
        let number = name.strip_suffix(".jsonl")?.parse().ok()?;
        Some(Place { run: run.into(), number })
    }
}
