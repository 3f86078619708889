//! A state that is held: its document, what an interrupted run left beside it, and the lock.
//!
//! Every change of a state goes through here: the journal says it first, the lock is looked at, the document is
//! written in place of the one that was read, and the journal ends.

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;

use crate::backend::{Chosen, open_store};
use crate::world::{Event, World};
use std::sync::Arc;
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_state::{Action, Begun, Change, Checkpoint, Entry, Output, Replayed, Start, State, replay};
use trueup_store::{Backup, ErrorKind, Lock, LockInfo, Store, StoreError, Version, lock_waiting};
use trueup_value::Name;

/// How the state is locked.
#[derive(Clone, Copy, Debug)]
pub struct LockOptions {
    /// Hold a lock.
    pub lock: bool,
    /// Try again for so long while somebody else holds it.
    pub timeout: Duration,
}

/// How a state is taken in hand.
#[derive(Clone, Debug)]
pub struct Holding {
    /// What the lock calls it: `OperationTypePlan`, `OperationTypeApply`, `state-mv`.
    pub operation: String,
    /// Lock or not.
    pub locking: LockOptions,
    /// Where a local backend keeps the state as it was.
    pub backup: Backup,
}

/// Why a state was not taken in hand.
#[derive(Debug)]
pub(crate) struct NotHeld {
    /// Somebody else holds the lock.
    pub(crate) locked: bool,
    pub(crate) diagnostic: Box<Diagnostic>,
}

impl From<Box<Diagnostic>> for NotHeld {
    fn from(diagnostic: Box<Diagnostic>) -> NotHeld {
        NotHeld { locked: false, diagnostic }
    }
}

impl From<NotHeld> for Box<Diagnostic> {
    fn from(refused: NotHeld) -> Box<Diagnostic> {
        refused.diagnostic
    }
}

/// What becomes of the journal once the document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Journal {
    /// The document holds all it says.
    Ends,
    /// It names steps that are in flight, for the next run.
    Stays,
}

/// A state with its lock.
pub struct Ledger {
    pub(crate) store: Arc<dyn Store>,
    /// Shared with the journal of a run only.
    pub(crate) lock: Option<Arc<Lock>>,
    /// The document in the store.
    pub(crate) document: State,
    pub(crate) version: Version,
    /// The document with the journal of an interrupted run replayed onto it.
    pub(crate) state: State,
    pub(crate) in_flight: Vec<Begun>,
    /// Creations of an interrupted run that are on record, but whose providers may not know so.
    pub(crate) made: Vec<Begun>,
    /// A journal of an interrupted run is there; what it says may not be in the document yet.
    pub(crate) unsettled: bool,
    /// The document is that of another store, and this one gets it once something is done.
    borrowed: bool,
}

impl Ledger {
    /// Opens a backend's store in the selected workspace, locks it and replays what an interrupted run left.
    pub(crate) async fn open(world: &World, chosen: &Chosen, holding: &Holding) -> Result<Ledger, NotHeld> {
        let store: Arc<dyn Store> = open_store(world, chosen, &holding.backup).await?;
        let taken = Ledger::of(world, store, holding).await;
        taken.map_err(
            |diagnostic| if chosen.kind == "local" { unlockable(diagnostic, holding) } else { diagnostic },
        )
    }

    /// Takes `out` in hand with the state of `source`, which is only read.
    pub(crate) async fn open_elsewhere(
        world: &World,
        source: &Chosen,
        out: &Chosen,
        holding: &Holding,
    ) -> Result<Ledger, NotHeld> {
        let unlocked = LockOptions { lock: false, ..holding.locking };
        let source = Ledger::open(world, source, &Holding { locking: unlocked, ..holding.clone() }).await?;
        let mut ledger = Ledger::open(world, out, holding).await?;
        if source.unsettled || ledger.unsettled {
            let detail = "An earlier run on one of the two states was stopped, and what it did isn't written down yet.";
            let diagnostic = Diagnostic::error("An interrupted run is not settled yet", detail);
            // Why the states can't be used is what is told.
            drop(ledger.close().await);
            return Err(
                Box::new(diagnostic.hint("run \"trueup apply\" on that state, without -state-out")).into()
            );
        }
        ledger.document = source.document;
        ledger.state = source.state;
        ledger.borrowed = true;
        Ok(ledger)
    }

    /// Writes a document that came from another store, before anything is done to it.
    pub(crate) async fn take_over(&mut self, world: &World) -> Result<(), Box<Diagnostic>> {
        if !self.borrowed {
            return Ok(());
        }
        let mut document = self.document.clone();
        if document.lineage.is_empty() {
            document.lineage = world.uuid();
        }
        self.version =
            self.store.write(&document, &self.version).await.map_err(|error| store_diagnostic(&error))?;
        self.state.lineage.clone_from(&document.lineage);
        self.document = document;
        self.borrowed = false;
        Ok(())
    }

    /// Takes a store in hand.
    pub(crate) async fn of(
        world: &World,
        store: Arc<dyn Store>,
        holding: &Holding,
    ) -> Result<Ledger, NotHeld> {
        let lock = if holding.locking.lock { Some(acquire(world, &store, holding).await?) } else { None };
        match read_state(&store).await {
            Ok((document, version, replayed)) => Ok(Ledger {
                store,
                lock: lock.map(Arc::new),
                document,
                version,
                unsettled: replayed.start.is_some(),
                state: replayed.state,
                in_flight: replayed.in_flight,
                made: replayed.made,
                borrowed: false,
            }),
            Err(diagnostic) => {
                release(lock).await;
                Err(diagnostic.into())
            }
        }
    }

    /// The state as it stands in the store, with an interrupted run's journal replayed.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether there is a state at all.
    pub fn exists(&self) -> bool {
        self.version != Version::ABSENT || self.unsettled
    }

    /// Refuses to go on while nobody knows what an interrupted run made: only a plan can find out.
    pub(crate) fn refuse_in_flight(&self) -> Result<(), Box<Diagnostic>> {
        let made: Vec<String> = self
            .in_flight
            .iter()
            .filter(|begun| begun.action == Action::Create)
            .map(|begun| begun.address.to_string())
            .collect();
        if made.is_empty() {
            return Ok(());
        }
        let detail = format!(
            "An earlier run began to create {} and did not learn how that ended: whether it was made is not known yet. Until it is, the state can't be changed by hand.",
            made.join(", ")
        );
        let diagnostic = Diagnostic::error("An interrupted run is not settled yet", detail);
        Err(Box::new(diagnostic.hint("run \"trueup plan\": it finds out, and writes down what it found")))
    }

    /// Writes what an interrupted run left and clears its journal; gives the steps that it was about.
    pub(crate) async fn settle(&mut self, world: &World) -> Result<Vec<Begun>, Box<Diagnostic>> {
        if !self.unsettled {
            return Ok(Vec::new());
        }
        let state = self.state.clone();
        self.write(world, state, Journal::Ends).await?;
        self.unsettled = false;
        Ok(self.in_flight.drain(..).chain(self.made.drain(..)).collect())
    }

    /// Writes a new document: the journal says which before, and is cleared after unless steps are in flight.
    pub(crate) async fn write(
        &mut self,
        world: &World,
        mut state: State,
        journal: Journal,
    ) -> Result<bool, Box<Diagnostic>> {
        if state.lineage.is_empty() {
            state.lineage = world.uuid();
        }
        let changed = state.finish(&self.document);
        let failed = |error: StoreError| store_diagnostic(&error);
        if changed || journal == Journal::Ends {
            self.check_lock().await?;
        }
        if changed {
            if self.unsettled {
                let checkpoint = Entry::Checkpoint(Checkpoint::of(&state));
                self.store.append(&[checkpoint]).await.map_err(failed)?;
            }
            self.version = self.store.write(&state, &self.version).await.map_err(failed)?;
        }
        if journal == Journal::Ends {
            self.store.clear_journal().await.map_err(failed)?;
        }
        self.document = state.clone();
        self.state = state;
        Ok(changed)
    }

    /// Puts another document in place of the whole state, with its own lineage and serial. Where an interrupted run
    /// made something, its journal stays for the next run, which tells the providers.
    pub(crate) async fn replace(&mut self, world: &World, state: State) -> Result<(), Box<Diagnostic>> {
        let failed = |error: StoreError| store_diagnostic(&error);
        let same = state.lineage == self.state.lineage;
        if self.unsettled && same && !(self.in_flight.is_empty() && self.made.is_empty()) {
            let checkpoint = Entry::Checkpoint(Checkpoint::of(&state));
            self.store.append(&[checkpoint]).await.map_err(failed)?;
        } else {
            self.settle(world).await?;
        }
        self.check_lock().await?;
        self.version = self.store.write(&state, &self.version).await.map_err(failed)?;
        self.document = state.clone();
        self.state = state;
        Ok(())
    }

    /// Makes changes outside of any plan: state surgery and imports. All of them are made, or none.
    pub(crate) async fn record(
        &mut self,
        world: &World,
        operation: &str,
        record: Record,
    ) -> Result<(), Box<Diagnostic>> {
        self.refuse_in_flight()?;
        self.take_over(world).await?;
        self.settle(world).await?;
        let mut state = self.state.clone();
        for change in &record.changes {
            state.apply(change).map_err(|error| {
                Box::new(Diagnostic::error("Error changing the state", format!("{error}.")))
            })?;
        }
        if state.lineage.is_empty() {
            state.lineage = world.uuid();
        }
        let start = Start {
            run: world.uuid(),
            operation: operation.into(),
            lineage: state.lineage.clone(),
            serial: self.document.serial,
            time: (world.clock)(),
            ..Start::default()
        };
        let mut entries = vec![Entry::Start(start)];
        entries.extend(record.changes.into_iter().map(Entry::Changed));
        if let Some(outputs) = record.outputs {
            state.outputs.clone_from(&outputs);
            entries.push(Entry::Outputs(outputs));
        }
        entries.push(Entry::End { ok: true });
        self.check_lock().await?;
        self.store.append(&entries).await.map_err(|error| store_diagnostic(&error))?;
        self.unsettled = true;
        self.write(world, state, Journal::Ends).await?;
        self.unsettled = false;
        Ok(())
    }

    /// Makes sure that the lock, where one is held, is still ours.
    pub(crate) async fn check_lock(&self) -> Result<(), Box<Diagnostic>> {
        match &self.lock {
            Some(lock) => lock.check().await.map_err(|error| store_diagnostic(&error)),
            None => Ok(()),
        }
    }

    /// Gives the lock back.
    pub async fn close(mut self) -> Diagnostics {
        let Some(lock) = self.lock.take() else { return Diagnostics::new() };
        let Some(lock) = Arc::into_inner(lock) else {
            let detail = "A step is still being written down, so the lock stays.";
            return Diagnostic::error("Error releasing the state lock", detail).into();
        };
        match lock.release().await {
            Ok(()) => Diagnostics::new(),
            Err(error) => Diagnostics::from(*store_diagnostic(&error)),
        }
    }
}

/// What is changed at one stroke.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) changes: Vec<Change>,
    /// The root outputs, where they are new.
    pub(crate) outputs: Option<std::collections::BTreeMap<Name, Output>>,
}

impl From<Vec<Change>> for Record {
    fn from(changes: Vec<Change>) -> Record {
        Record { changes, outputs: None }
    }
}

/// How often a state is read where a run begins or ends in the middle of it.
const READS_MAX: usize = 5;

/// The document of a store, and what follows from it and the journal beside it. Who reads without the lock gets what
/// was true at one moment, also while a run writes.
pub(crate) async fn read_state(
    store: &Arc<dyn Store>,
) -> Result<(State, Version, Replayed), Box<Diagnostic>> {
    let mut reads = 1;
    loop {
        match read_once(store).await {
            Err(Unread::Torn(_)) if reads < READS_MAX => reads += 1,
            Err(Unread::Torn(diagnostic) | Unread::Failed(diagnostic)) => return Err(diagnostic),
            Ok(read) => return Ok(read),
        }
    }
}

/// Why a state was not read.
enum Unread {
    /// The journal is damaged or doesn't fit the document; or a run has ended or begun since the journal was read.
    Torn(Box<Diagnostic>),
    Failed(Box<Diagnostic>),
}

/// Reads the journal first: what leaves it afterwards is in the document by then, and a document that a later run
/// wrote doesn't fit. The other way round an old document without any journal would look whole.
async fn read_once(store: &Arc<dyn Store>) -> Result<(State, Version, Replayed), Unread> {
    let entries = store.journal().await;
    let snapshot = store.read().await.map_err(|error| Unread::Failed(store_diagnostic(&error)))?;
    let (document, version) = match snapshot {
        Some(snapshot) => (snapshot.state, snapshot.version),
        None => (State::default(), Version::ABSENT),
    };
    let entries = entries.map_err(|error| match error.kind {
        ErrorKind::Corrupt => Unread::Torn(store_diagnostic(&error)),
        _ => Unread::Failed(store_diagnostic(&error)),
    })?;
    let replayed = replay(document.clone(), entries).map_err(|error| {
        let diagnostic =
            Diagnostic::error("Journal doesn't fit the state", format!("An interrupted run left a journal, but {error}."))
                .hint("if the state was restored or pushed on purpose, remove the journal beside it; its steps are then lost");
        Unread::Torn(Box::new(diagnostic))
    })?;
    Ok((document, version, replayed))
}

/// Terraform can't lock a state file that it can't read.
fn unlockable(refused: NotHeld, holding: &Holding) -> NotHeld {
    if !holding.locking.lock || refused.diagnostic.summary != "Unsupported state file format" {
        return refused;
    }
    let summary = "Error acquiring the state lock".into();
    Box::new(Diagnostic { summary, ..*refused.diagnostic }).into()
}

async fn acquire(world: &World, store: &Arc<dyn Store>, holding: &Holding) -> Result<Lock, NotHeld> {
    let info = LockInfo {
        id: world.uuid(),
        operation: holding.operation.clone(),
        info: String::new(),
        who: world.who.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        created: (world.clock)(),
        path: String::new(),
    };
    let waiting = |error: &StoreError| world.observer.event(&Event::Waiting(error.to_string()));
    let locked = lock_waiting(&**store, &info, holding.locking.timeout, waiting).await;
    locked.map_err(|error| NotHeld {
        locked: matches!(error.kind, ErrorKind::Locked(_)),
        diagnostic: store_diagnostic(&error),
    })
}

async fn release(lock: Option<Lock>) {
    if let Some(lock) = lock {
        // The run fails for another reason, which is reported; a lock that stays is found by the next run.
        drop(lock.release().await);
    }
}

/// A store's error as a diagnostic: verb, object, cause and hint are its own.
pub(crate) fn store_diagnostic(error: &StoreError) -> Box<Diagnostic> {
    Box::new(error.diagnostic())
}
