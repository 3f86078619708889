//! The journal of a run: entries of many steps gathered into one durable write.

use crate::ledger::store_diagnostic;
use async_trait::async_trait;
use std::sync::{Arc, Weak};
use tokio::sync::{mpsc, oneshot};
use trueup_apply::Journal;
use trueup_diag::Diagnostic;
use trueup_state::Entry;
use trueup_store::{Lock, Store};

type Acknowledge = oneshot::Sender<Result<(), Box<Diagnostic>>>;

/// Appends to a store; while one write is under way, what comes in is gathered for the next.
pub(crate) struct StoreJournal {
    queue: mpsc::UnboundedSender<(Vec<Entry>, Acknowledge)>,
}

impl StoreJournal {
    /// Where a lock is held, no step begins once it is lost: somebody else may be at work.
    pub(crate) fn new(store: Arc<dyn Store>, lock: Option<&Arc<Lock>>) -> StoreJournal {
        let lock = lock.map(Arc::downgrade);
        let (queue, mut arrivals) = mpsc::unbounded_channel::<(Vec<Entry>, Acknowledge)>();
        tokio::spawn(async move {
            while let Some((mut batch, acknowledge)) = arrivals.recv().await {
                let mut waiting = vec![acknowledge];
                while let Ok((entries, acknowledge)) = arrivals.try_recv() {
                    batch.extend(entries);
                    waiting.push(acknowledge);
                }
                let written = append(&*store, lock.as_ref(), &batch).await;
                for acknowledge in waiting {
                    // Who no longer waits was cut off; the entry is durable all the same.
                    let _ = acknowledge.send(written.clone());
                }
            }
        });
        StoreJournal { queue }
    }
}

async fn append(
    store: &dyn Store,
    lock: Option<&Weak<Lock>>,
    batch: &[Entry],
) -> Result<(), Box<Diagnostic>> {
    let begins = batch.iter().any(|entry| matches!(entry, Entry::Begin(_)));
    if let Some(lock) = lock.and_then(Weak::upgrade).filter(|_| begins) {
        lock.check().await.map_err(|error| store_diagnostic(&error))?;
    }
    store.append(batch).await.map_err(|error| store_diagnostic(&error))
}

#[async_trait]
impl Journal for StoreJournal {
    async fn append(&self, entries: Vec<Entry>) -> Result<(), Box<Diagnostic>> {
        if entries.is_empty() {
            return Ok(());
        }
        let (acknowledge, answer) = oneshot::channel();
        self.queue.send((entries, acknowledge)).expect("the writer lives as long as the journal");
        answer.await.expect("the writer answers everything it takes")
    }
}
