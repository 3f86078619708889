//! The journal of a run: entries of many steps gathered into one durable write.

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;

use crate::ledger::store_diagnostic;
use async_trait::async_trait;
use std::sync::{Arc, Weak};
use tokio::sync::{mpsc, oneshot};
use trueup_apply::Journal;
use trueup_diag::Diagnostic;
use trueup_state::Entry;
use trueup_store::{ErrorKind, Lock, Store, StoreError};

/// Entries to be written at one stroke.
struct Arrival {
    entries: Vec<Entry>,
    acknowledge: oneshot::Sender<Result<(), Box<Diagnostic>>>,
}

/// Appends to a store; while one write is under way, what comes in is gathered for the next.
pub(crate) struct StoreJournal {
    queue: mpsc::UnboundedSender<Arrival>,
}

impl StoreJournal {
    /// Where a lock is held, nothing is taken up once it is lost: somebody else may be at work. What steps under way
    /// have done is written down all the same.
    pub(crate) fn new(store: Arc<dyn Store>, lock: Option<&Arc<Lock>>) -> StoreJournal {
        let lock = lock.map(Arc::downgrade);
        let (queue, mut arrivals) = mpsc::unbounded_channel::<Arrival>();
        tokio::spawn(async move {
            while let Some(arrival) = arrivals.recv().await {
                let mut batch = vec![arrival];
                while let Ok(arrival) = arrivals.try_recv() {
                    batch.push(arrival);
                }
                write(&*store, lock.as_ref(), batch).await;
            }
        });
        StoreJournal { queue }
    }
}

async fn write(store: &dyn Store, lock: Option<&Weak<Lock>>, mut batch: Vec<Arrival>) {
    if let Err(lost) = check(lock, &batch).await {
        // Whoever has the lock now has a journal of its own in the same place.
        let taken = matches!(lost.kind, ErrorKind::Locked(_));
        let refused = batch.extract_if(.., |arrival| taken || needs_lock(&arrival.entries));
        refused.for_each(|arrival| tell(arrival, Err(store_diagnostic(&lost))));
    }
    let entries: Vec<Entry> =
        batch.iter_mut().flat_map(|arrival| std::mem::take(&mut arrival.entries)).collect();
    if entries.is_empty() {
        return;
    }
    let written = store.append(&entries).await.map_err(|error| store_diagnostic(&error));
    for arrival in batch {
        tell(arrival, written.clone());
    }
}

fn tell(arrival: Arrival, written: Result<(), Box<Diagnostic>>) {
    // Who no longer waits was cut off; the entry is durable all the same.
    let _ = arrival.acknowledge.send(written);
}

async fn check(lock: Option<&Weak<Lock>>, batch: &[Arrival]) -> Result<(), StoreError> {
    let needed = batch.iter().any(|arrival| needs_lock(&arrival.entries));
    match lock.and_then(Weak::upgrade).filter(|_| needed) {
        Some(lock) => lock.check().await,
        None => Ok(()),
    }
}

/// Whether a run or a step begins with it, or a run ends. Everything else tells what the world has become.
fn needs_lock(entries: &[Entry]) -> bool {
    entries
        .iter()
        .any(|entry| !matches!(entry, Entry::Done { .. } | Entry::Failed { .. } | Entry::Changed(_)))
}

#[async_trait]
impl Journal for StoreJournal {
    async fn append(&self, entries: Vec<Entry>) -> Result<(), Box<Diagnostic>> {
        if entries.is_empty() {
            return Ok(());
        }
        let (acknowledge, answer) = oneshot::channel();
        let arrival = Arrival { entries, acknowledge };
        assert!(self.queue.send(arrival).is_ok(), "the writer lives as long as the journal");
        answer.await.expect("the writer answers everything it takes")
    }
}
