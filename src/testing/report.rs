//! What happens in a suite, for whoever shows it.

use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_diag::{Diagnostics, Sources};
use trueup_engine::Providers;
use trueup_plan::Plan;
use trueup_resolve::Program;
use trueup_state::State;

/// How a run or a file came out; the worst of several counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It was not looked at.
    #[default]
    Pending,
    /// It was left out, since something before it went wrong.
    Skip,
    /// All as it should be.
    Pass,
    /// An assertion doesn't hold.
    Fail,
    /// It could not be carried out.
    Error,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStage {
    /// Its first run is about to begin.
    Starting,
    /// What it made is about to be destroyed.
    Teardown,
    /// All is over.
    Complete(Status),
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStage {
    /// It begins.
    Starting,
    /// It is over.
    Complete(Status),
    /// What it made is about to be destroyed.
    Teardown,
}

/// An object that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its address.
    pub instance: String,
    /// The key of a deposed object.
    pub deposed: Option<String>,
    /// Its `id`, where it has one that is not sensitive.
    pub id: Option<String>,
}

/// How many runs came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The worst of all files.
    pub status: Status,
    /// Runs that passed.
    pub passed: usize,
    /// Runs with an assertion that doesn't hold.
    pub failed: usize,
    /// Runs that could not be carried out.
    pub errored: usize,
    /// Runs that were left out.
    pub skipped: usize,
}

impl Totals {
    /// Counts a run.
    pub(crate) fn count(&mut self, status: Status) {
        match status {
            Status::Pending => {}
            Status::Skip => self.skipped += 1,
            Status::Pass => self.passed += 1,
            Status::Fail => self.failed += 1,
            Status::Error => self.errored += 1,
        }
    }
}

/// Something that happened.
pub enum Event<'e> {
    /// What will be run: files with the names of their runs.
    Abstract(&'e BTreeMap<String, Vec<String>>),
    /// About a file.
    File {
        /// Its path.
        file: &'e str,
        /// How far it is.
        stage: FileStage,
    },
    /// About a run.
    Run {
        /// The file's path.
        file: &'e str,
        /// The run's name.
        run: &'e str,
        /// How far it is.
        stage: RunStage,
        /// How many assertions it has.
        asserts: usize,
    },
    /// The plan of a run.
    Plan {
        /// The file's path.
        file: &'e str,
        /// The run's name.
        run: &'e str,
        /// The plan.
        plan: &'e Plan,
        /// What was planned.
        program: &'e Arc<Program>,
        /// The schemas.
        providers: &'e Arc<Providers>,
    },
    /// The state after a run.
    State {
        /// The file's path.
        file: &'e str,
        /// The run's name.
        run: &'e str,
        /// The state.
        state: &'e State,
        /// The schemas.
        providers: &'e Arc<Providers>,
    },
    /// What was found, in a run unless it is about a file, or about everything.
    Diagnostics {
        /// The file's path.
        file: Option<&'e str>,
        /// The run's name.
        run: Option<&'e str>,
        /// What was found.
        diagnostics: &'e Diagnostics,
        /// The texts.
        sources: &'e Sources,
    },
    /// Objects of a run that could not be destroyed.
    Cleanup {
        /// The file's path.
        file: &'e str,
        /// The run's name.
        run: &'e str,
        /// Why.
        diagnostics: &'e Diagnostics,
        /// The texts.
        sources: &'e Sources,
        /// What is still there.
        left: &'e [Left],
        /// The file that their state was written to.
        kept_in: Option<&'e str>,
    },
    /// All is over.
    Summary(Totals),
}

/// Is told what happens, in order.
pub trait Reporter: Send + Sync {
    /// Something happened.
    fn event(&self, event: &Event<'_>);
}
