//! One run over many stacks, from the first to the last.

use crate::applying::{Second, apply};
use crate::choose::Repository;
use crate::comparing::Comparing;
use crate::order::{Turn, in_order};
use crate::outputs::Board;
use crate::planning::{First, Kept, plan};
use crate::report::{Event, Outcome, Question, Report, Reporter, StackReport};
use crate::site::{Ground, Sites};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::{Interrupt, LockOptions};
use trueup_stacks::{Cycle, SETTINGS_FILE, Stack, order};
use trueup_value::Name;

/// What is done to each stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is planned.
    Plan,
    /// It is planned, and applied once all are planned and that was approved.
    Apply,
    /// What Git says, the state saw and the world holds is compared, and brought back where that is asked for.
    Drift,
}

/// How stacks are run.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is done.
    pub operation: Operation,
    /// How many stacks are worked on at once.
    pub at_once: usize,
    /// How many calls each of them has in flight.
    pub calls: usize,
    /// How their states are locked.
    pub locking: LockOptions,
    /// A directory for a file with the plan of each.
    pub out: Option<PathBuf>,
    /// Nobody is asked before they are applied or corrected.
    pub approved: bool,
    /// With [`Operation::Drift`].
    pub comparing: Comparing,
}

/// A run on its way.
pub(crate) struct Run {
    pub(crate) repository: Arc<Repository>,
    /// Which of the repository's stacks each job is about, in order of name.
    pub(crate) jobs: Vec<usize>,
    /// The jobs that each waits for.
    pub(crate) waits: Vec<BTreeSet<usize>>,
    pub(crate) sites: Sites,
    pub(crate) board: Board,
    pub(crate) options: Options,
    pub(crate) reporter: Arc<dyn Reporter>,
    /// Jobs that are to be applied, as far as is known: what they hand on is not final.
    pub(crate) pending: Mutex<BTreeSet<usize>>,
    /// One question at a time.
    pub(crate) asking: Mutex<()>,
}

impl Run {
    pub(crate) fn stack(&self, at: usize) -> &Stack {
        &self.repository.stacks.stacks[self.jobs[at]]
    }

    pub(crate) fn tell(&self, at: usize, event: &Event<'_>) {
        self.reporter.event(&self.stack(at).name, event);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        *self.sites.world().interrupt.borrow() != Interrupt::None
    }

    /// Those that a job waits for which are to be applied.
    pub(crate) fn pending_before(&self, at: usize) -> BTreeSet<usize> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        self.waits[at].intersection(&pending).copied().collect()
    }

    pub(crate) fn names(&self, jobs: impl IntoIterator<Item = usize>) -> BTreeSet<Name> {
        jobs.into_iter().map(|at| self.stack(at).name.clone()).collect()
    }

    /// What becomes of a job that was not begun.
    fn unbegun<T>(&self, at: usize, turn: &Turn<T>) -> StackReport {
        let outcome = match turn {
            Turn::LeftOut(failed) => Outcome::LeftOut(self.names(failed.iter().copied())),
            Turn::Done(_) | Turn::Stopped => Outcome::Stopped,
        };
        let report = StackReport::new(&self.stack(at).name, outcome);
        self.tell(at, &Event::Ended(&report));
        report
    }
}

/// Runs the stacks of these names in the order of their dependencies. Every stack that is chosen is told of by the
/// reporter and is in the report.
///
/// # Errors
/// Stacks that depend on one another in a circle, and why nobody could be asked for approval.
pub async fn run(
    repository: Arc<Repository>,
    chosen: &BTreeSet<String>,
    ground: Ground,
    options: Options,
    reporter: Arc<dyn Reporter>,
) -> Result<Report, Diagnostics> {
    let (jobs, waits) = jobs(&repository, chosen)?;
    // What Git says of the tree was asked when the repository was opened.
    ground.world.tree.get_or_init(|| repository.commit.clone());
    let run = Arc::new(Run {
        sites: Sites::new(&repository.root, ground),
        board: Board::new(repository.clone()),
        repository,
        jobs,
        waits,
        options,
        reporter,
        pending: Mutex::default(),
        asking: Mutex::default(),
    });
    let at_once = run.options.at_once;
    let planning = run.clone();
    let work = move |at| plan(planning.clone(), at);
    let turns = in_order(&run.waits, at_once, || run.is_stopped(), work).await;
    let mut firsts = Vec::with_capacity(turns.len());
    for (at, turn) in turns.into_iter().enumerate() {
        firsts.push(match turn {
            Turn::Done(first) => first,
            unbegun => First { report: run.unbegun(at, &unbegun), kept: Kept::Nothing },
        });
    }
    if run.options.operation != Operation::Apply {
        return Ok(Report { stacks: firsts.into_iter().map(|first| first.report).collect() });
    }
    carry_out(run, firsts).await
}

/// Asks, and applies what was planned.
async fn carry_out(run: Arc<Run>, firsts: Vec<First>) -> Result<Report, Diagnostics> {
    let mut reports: Vec<StackReport> = firsts.iter().map(|first| first.report.clone()).collect();
    let is_pending = |report: &StackReport| matches!(report.outcome, Outcome::Changes | Outcome::Deferred);
    // A state that would only take in what the world changed is written along with what was asked for, and for nothing
    // else.
    if !reports.iter().any(is_pending) {
        return Ok(Report { stacks: reports });
    }
    let approved =
        run.options.approved || run.reporter.approve(Question::All(&reports)).map_err(|problem| *problem)?;
    if !approved {
        for report in reports.iter_mut().filter(|report| is_pending(report)) {
            report.outcome = Outcome::Declined;
        }
        return Ok(Report { stacks: reports });
    }
    // What failed so far stays out, and what depends on it is out already.
    let taken: Vec<usize> = (0..firsts.len()).filter(|at| !firsts[*at].report.is_failure()).collect();
    let places: BTreeMap<usize, usize> = taken.iter().enumerate().map(|(place, at)| (*at, place)).collect();
    let waits: Vec<BTreeSet<usize>> = taken
        .iter()
        .map(|at| run.waits[*at].iter().filter_map(|before| places.get(before).copied()).collect())
        .collect();
    let second = Arc::new(Second::new(run.clone(), firsts));
    let chosen = taken.clone();
    let work = move |place: usize| apply(second.clone(), chosen[place]);
    let turns = in_order(&waits, run.options.at_once, || run.is_stopped(), work).await;
    for (place, turn) in turns.into_iter().enumerate() {
        let at = taken[place];
        reports[at] = match turn {
            Turn::Done(report) => report,
            Turn::LeftOut(failed) => {
                run.unbegun::<()>(at, &Turn::LeftOut(failed.iter().map(|place| taken[*place]).collect()))
            }
            Turn::Stopped => run.unbegun::<()>(at, &Turn::Stopped),
        };
    }
    Ok(Report { stacks: reports })
}

/// The chosen stacks by their places in the repository's list, and which of these each waits for.
fn jobs(
    repository: &Repository,
    chosen: &BTreeSet<String>,
) -> Result<(Vec<usize>, Vec<BTreeSet<usize>>), Diagnostics> {
    let all = &repository.stacks.stacks;
    let names: BTreeSet<&str> = chosen.iter().map(String::as_str).collect();
    let order = order(all, &names).map_err(|cycle| circle(repository, &cycle))?;
    let jobs: Vec<usize> = (0..all.len()).filter(|at| names.contains(&*all[*at].name)).collect();
    let places: BTreeMap<&str, usize> =
        jobs.iter().enumerate().map(|(place, at)| (&*all[*at].name, place)).collect();
    let waits = jobs.iter().map(|at| {
        let before = order.get(&*all[*at].name).into_iter().flatten();
        before.filter_map(|name| places.get(name).copied()).collect()
    });
    let waits = waits.collect();
    Ok((jobs, waits))
}

fn circle(repository: &Repository, cycle: &Cycle) -> Diagnostics {
    let names: Vec<String> =
        cycle.0.iter().chain(cycle.0.first()).map(|name| format!("\"{name}\"")).collect();
    let detail = format!(
        "These stacks of {} depend on one another in a circle: {}.",
        repository.root.join(SETTINGS_FILE).display(),
        names.join(", then ")
    );
    let wrong = Diagnostic::error("Cycle", detail);
    wrong.hint("take one of the dependencies out: depends_on, or an output that inputs refer to").into()
}
