//! The journal: what was begun and what was done, and what state follows from it.

use crate::{Change, ChangeError, Output, State};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use trueup_addr::{ConfigResource, Name, ProviderConfigAddr, ResourceInstance};

/// One line of the journal. An entry is durable before what comes after it happens.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A run takes up its work.
    Start(Start),
    /// A step's call to the provider is about to be made.
    Begin(Begun),
    /// A step was carried out.
    Done {
        /// Which.
        step: u32,
        /// What it changed; `None` for a step that leaves the state alone.
        change: Option<Change>,
    },
    /// A step failed.
    Failed {
        /// Which.
        step: u32,
        /// What it changed all the same.
        change: Option<Change>,
        /// Why; holds no sensitive value.
        message: String,
    },
    /// A change outside of any step: what a refresh saw, a move, state surgery.
    Changed(Change),
    /// All outputs of the root module.
    Outputs(BTreeMap<Name, Output>),
    /// The check results as compact JSON.
    Checks(Option<Arc<str>>),
    /// The state as it follows from all entries before this one is about to be written.
    Checkpoint(Checkpoint),
    /// The run is over.
    End {
        /// Nothing failed.
        ok: bool,
    },
}

/// The first entry of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The run's id.
    pub run: String,
    /// `apply`, `destroy`, `refresh`, `import` ...
    pub operation: String,
    /// The lineage of the state it stands on.
    pub lineage: String,
    /// The serial of the state it stands on.
    pub serial: u64,
    /// The hash of the plan that is carried out; empty where there is none.
    pub plan_hash: String,
    /// The commit of the configuration, where it lies in a Git repository.
    pub commit: Option<Commit>,
    /// When, in RFC 3339.
    pub time: String,
}

/// Where a configuration comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// The commit's id in hexadecimal.
    pub hash: String,
    /// The branch, where one is checked out.
    pub branch: Option<String>,
    /// The files differ from the commit.
    pub dirty: bool,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Makes an object.
    Create,
    /// Changes an object in place.
    Update,
    /// Destroys an object.
    Delete,
    /// Reads a data source.
    Read,
    /// Drops an object from the state.
    Forget,
    /// Takes an existing object into the state.
    Import,
}

/// A step whose call is about to be made: all that recovery needs if its end is never seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The step's number in the plan.
    pub step: u32,
    /// The instance.
    pub address: ResourceInstance,
    /// The deposed key of the object it is about; `None` for the current one.
    pub deposed: Option<Name>,
    /// What it does.
    pub action: Action,
    /// The token the provider is called with.
    pub token: Arc<str>,
    /// Who carries it out.
    pub provider: ProviderConfigAddr,
    /// The schema version of `planned`.
    pub schema_version: u64,
    /// The planned object in msgpack of the schema's type, unknowns and all; `None` for a deletion.
    pub planned: Option<Arc<[u8]>>,
    /// Whether the state had an object here before.
    pub prior_present: bool,
    /// What the object is to be destroyed before, as [`crate::Object::dependencies`].
    pub dependencies: Arc<[ConfigResource]>,
    /// As [`crate::Object::create_before_destroy`].
    pub create_before_destroy: bool,
}

/// Which state document is about to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its serial.
    pub serial: u64,
    /// Its [`State::digest`].
    pub digest: String,
}

impl Checkpoint {
    /// For a state that is about to be written.
    pub fn of(state: &State) -> Checkpoint {
        Checkpoint { serial: state.serial, digest: state.digest() }
    }
}

/// What follows from a state document and the journal beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// The state after all entries. Its serial is the document's; see [`State::finish`].
    pub state: State,
    /// The last run's first entry.
    pub start: Option<Start>,
    /// Steps that were begun and whose end is not known, in the order of their beginning.
    pub in_flight: Vec<Begun>,
    /// Creations of the last run that ended, in the order of their ends. Their providers may not have been told so.
    pub made: Vec<Begun>,
    /// The last run came to its end.
    pub complete: bool,
    /// How many entries the document lacks.
    pub pending: usize,
}

/// Why a journal can't be replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayError {
    /// The journal stands on another state than the one given.
    Foreign {
        /// Lineage and serial that it stands on.
        journal: (String, u64),
        /// Lineage and serial of the state.
        state: (String, u64),
    },
    /// An entry stands where it can't.
    Order {
        /// Which entry, from 0.
        index: usize,
        /// What is wrong.
        reason: String,
    },
    /// A change doesn't fit the state.
    Change {
        /// Which entry, from 0.
        index: usize,
        /// What is wrong.
        error: ChangeError,
    },
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplayError::Foreign { journal, state } => write!(
                f,
                "the journal stands on serial {} of lineage \"{}\", the state is serial {} of lineage \"{}\": \
                 something else wrote the state since",
                journal.1, journal.0, state.1, state.0
            ),
            ReplayError::Order { index, reason } => write!(f, "journal entry {}: {reason}", index + 1),
            ReplayError::Change { index, error } => write!(f, "journal entry {}: {error}", index + 1),
        }
    }
}

impl std::error::Error for ReplayError {}

/// Replays a journal onto the state document it stands beside. Entries that the document already holds (it was
/// written at a checkpoint and the journal not yet cleared) are not made twice.
pub fn replay(state: State, entries: impl IntoIterator<Item = Entry>) -> Result<Replayed, ReplayError> {
    let entries: Vec<Entry> = entries.into_iter().collect();
    let held = entries_held(&state, &entries);
    let mut player = Player::new(state);
    for (index, entry) in entries.into_iter().enumerate() {
        player.play(index, entry, index < held)?;
    }
    Ok(player.replayed)
}

/// How many entries from the front the document already holds.
fn entries_held(state: &State, entries: &[Entry]) -> usize {
    let mut digest = None;
    let is_document = |entry: &Entry| match entry {
        Entry::Checkpoint(point) if point.serial == state.serial => {
            point.digest == *digest.get_or_insert_with(|| state.digest())
        }
        _ => false,
    };
    entries.iter().rposition(is_document).map_or(0, |index| index + 1)
}

struct Player {
    replayed: Replayed,
    /// The serial that the next run has to stand on.
    serial: u64,
}

impl Player {
    fn new(state: State) -> Player {
        let serial = state.serial;
        let replayed = Replayed {
            state,
            start: None,
            in_flight: Vec::new(),
            made: Vec::new(),
            complete: true,
            pending: 0,
        };
        Player { replayed, serial }
    }

    fn play(&mut self, index: usize, entry: Entry, held: bool) -> Result<(), ReplayError> {
        let order = |reason: &str| ReplayError::Order { index, reason: reason.into() };
        if self.replayed.start.is_none() && !matches!(entry, Entry::Start(_)) {
            return Err(order("the journal doesn't begin with a start"));
        }
        let replayed = &mut self.replayed;
        replayed.pending += usize::from(!held);
        let change = match entry {
            Entry::Start(start) => return self.start(index, start, held),
            Entry::Begin(begun) => {
                if replayed.in_flight.iter().any(|other| other.step == begun.step) {
                    return Err(order("a step begins twice"));
                }
                replayed.in_flight.push(begun);
                None
            }
            Entry::Done { step, change } | Entry::Failed { step, change, .. } => {
                let ended = replayed.in_flight.extract_if(.., |begun| begun.step == step);
                replayed.made.extend(ended.filter(|begun| begun.action == Action::Create));
                change
            }
            Entry::Changed(change) => Some(change),
            Entry::Outputs(outputs) => {
                if !held {
                    replayed.state.outputs = outputs;
                }
                None
            }
            Entry::Checks(checks) => {
                if !held {
                    replayed.state.checks = checks;
                }
                None
            }
            Entry::Checkpoint(point) => {
                self.serial = point.serial;
                None
            }
            Entry::End { .. } => {
                replayed.complete = replayed.in_flight.is_empty();
                None
            }
        };
        match change {
            Some(change) if !held => {
                self.replayed.state.apply(&change).map_err(|error| ReplayError::Change { index, error })
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, index: usize, start: Start, held: bool) -> Result<(), ReplayError> {
        let replayed = &mut self.replayed;
        if !replayed.in_flight.is_empty() {
            let reason = "a run starts while steps of the run before it are in flight".into();
            return Err(ReplayError::Order { index, reason });
        }
        let state = &mut replayed.state;
        let fresh = state.lineage.is_empty() && state.is_empty();
        if fresh {
            state.lineage.clone_from(&start.lineage);
        }
        if state.lineage != start.lineage || (!held && self.serial != start.serial) {
            return Err(ReplayError::Foreign {
                journal: (start.lineage, start.serial),
                state: (state.lineage.clone(), state.serial),
            });
        }
        replayed.start = Some(start);
        replayed.complete = false;
        Ok(())
    }
}
