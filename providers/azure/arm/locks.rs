//! One write at a time to each resource and what is part of it: the API refuses a second one while the first is under
//! way, and what is read, changed and written back must not be changed in between.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// The turns of resources, by the keys of what they are part of.
#[derive(Default)]
pub(super) struct Locks {
    turns: Mutex<BTreeMap<String, Arc<Turn<()>>>>,
}

impl fmt::Debug for Locks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locks")
    }
}

impl Locks {
    /// Waits for the turn of a key; it is over when what is answered is dropped.
    pub(super) async fn turn(&self, key: String) -> OwnedMutexGuard<()> {
        let turn = self.turns.lock().expect("no holder of this lock panics").entry(key).or_default().clone();
        turn.lock_owned().await
    }
}
