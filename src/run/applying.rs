//! One stack applied: by the plan that was shown, or by a new one where others were applied before it.

use crate::foreseen::Foreseen;
use crate::outputs::stored;
use crate::planning::{First, Kept};
use crate::report::{Counts, Event, Failure, Outcome, Question, StackReport};
use crate::run::Run;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use trueup_diag::Diagnostics;
use trueup_engine::{NotOpened, Planned, Session, apply as carry_out};
use trueup_plan::{Plan, Snapshot};
use trueup_value::Value;

/// The second half of a run.
pub(crate) struct Second {
    run: Arc<Run>,
    firsts: Vec<First>,
    /// Jobs whose stacks were applied: what depends on them is planned anew.
    moved: Mutex<BTreeSet<usize>>,
}

impl Second {
    pub(crate) fn new(run: Arc<Run>, firsts: Vec<First>) -> Second {
        Second { run, firsts, moved: Mutex::default() }
    }
}

/// What is applied.
enum Way<'a> {
    /// The plan that was shown.
    Saved(Box<(Plan, Snapshot)>),
    /// A new one, held against what was shown; none where nothing was.
    Anew(Option<&'a Foreseen>),
}

/// Applies a stack; says besides whether others may go on from it.
pub(crate) async fn apply(second: Arc<Second>, at: usize) -> (StackReport, bool) {
    let run = &second.run;
    let Some(way) = second.way(at) else {
        return (second.firsts[at].report.clone(), true);
    };
    run.tell(at, &Event::Began);
    let ended = match way {
        Ok(way) => second.work(at, way).await,
        Err(refused) => Err(refused),
    };
    let report = ended.unwrap_or_else(|refused| {
        run.tell(at, &Event::Found(&refused.diagnostics, &refused.sources));
        let failure = if refused.locked { Failure::Locked } else { Failure::Error };
        StackReport::new(&run.stack(at).name, Outcome::Failed(failure))
    });
    run.tell(at, &Event::Ended(&report));
    let good = !report.is_failure();
    (report, good)
}

impl Second {
    /// How a stack is applied; not at all where there is nothing to do.
    fn way(&self, at: usize) -> Option<Result<Way<'_>, NotOpened>> {
        let moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let is_stale = !self.run.waits[at].is_disjoint(&moved);
        drop(moved);
        let nothing = const { &Foreseen::nothing() };
        Some(match &self.firsts[at].kept {
            Kept::Nothing if !is_stale => return None,
            Kept::Nothing => Ok(Way::Anew(Some(nothing))),
            Kept::Plan { shown, .. } if is_stale => Ok(Way::Anew(Some(shown))),
            Kept::Plan { bytes, .. } => match trueup_plan::file::read(bytes) {
                Ok(saved) => Ok(Way::Saved(Box::new(saved))),
                Err(error) => Err(Box::new(error.diagnostic()).into()),
            },
            Kept::Anew { shown } => Ok(Way::Anew(shown.as_ref())),
        })
    }

    async fn work(&self, at: usize, way: Way<'_>) -> Result<StackReport, NotOpened> {
        let run = &self.run;
        let (saved, snapshot, shown) = match way {
            Way::Saved(saved) => (Some(saved.0), Some(saved.1), None),
            Way::Anew(shown) => (None, None, shown),
        };
        let mut session = run.open(at, snapshot).await?;
        let worked = match saved {
            Some(plan) => Ok(self.carry_out(at, &mut session, &plan).await),
            None => self.anew(at, &mut session, shown).await,
        };
        let (sources, closing) = (session.sources.clone(), session.close().await);
        let report = worked.map_err(|diagnostics| NotOpened {
            locked: false,
            sources: sources.clone(),
            diagnostics,
        })?;
        if closing.has_errors() {
            run.tell(at, &Event::Found(&closing, &sources));
            let done = report.outcome == Outcome::Applied;
            let failure = if done { Failure::Partly } else { Failure::Error };
            return Ok(StackReport { outcome: Outcome::Failed(failure), ..report });
        }
        Ok(report)
    }

    /// Plans again, now that those before it are applied.
    async fn anew(
        &self,
        at: usize,
        session: &mut Session,
        shown: Option<&Foreseen>,
    ) -> Result<StackReport, Diagnostics> {
        let run = &self.run;
        let Planned { plan, diagnostics } = session.plan(&run.plan_options()).await;
        run.tell(at, &Event::Planned { plan: &plan, session, drift: None });
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        run.tell(at, &Event::Found(&diagnostics, &session.sources));
        let is_other = shown.is_none_or(|shown| !shown.covers(&plan));
        if plan.has_changes() && is_other && !run.options.approved && !self.is_approved(at)? {
            run.board.note(run.stack(at), Value::object(stored(session.state())));
            let declined = StackReport::new(&run.stack(at).name, Outcome::Declined);
            return Ok(StackReport { counts: Counts::of(&plan), ..declined });
        }
        Ok(self.carry_out(at, session, &plan).await)
    }

    fn is_approved(&self, at: usize) -> Result<bool, Diagnostics> {
        let _alone = self.run.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let question = Question::Anew(&self.run.stack(at).name);
        self.run.reporter.approve(question).map_err(|problem| Diagnostics::from(*problem))
    }

    async fn carry_out(&self, at: usize, session: &mut Session, plan: &Plan) -> StackReport {
        let run = &self.run;
        let drift = self.firsts[at].report.drift;
        let report = |outcome, counts| {
            let awaits = BTreeSet::new();
            StackReport { counts, drift, awaits, ..StackReport::new(&run.stack(at).name, outcome) }
        };
        let hash = match trueup_plan::file::hash(plan) {
            Ok(hash) => hash,
            Err(error) => {
                run.tell(at, &Event::Found(&error.diagnostic().into(), &session.sources));
                return report(Outcome::Failed(Failure::Error), Counts::default());
            }
        };
        let outcome = carry_out(session, plan, &hash, run.options.calls).await;
        run.board.note(run.stack(at), Value::object(stored(session.state())));
        run.tell(at, &Event::Found(&outcome.diagnostics, &session.sources));
        run.tell(at, &Event::Applied(&outcome));
        let steps: usize = outcome.done.values().sum();
        if steps > 0 || plan.has_changes() {
            self.moved.lock().unwrap_or_else(PoisonError::into_inner).insert(at);
        }
        if outcome.diagnostics.has_errors() || outcome.interrupted {
            let failure = if steps > 0 { Failure::Partly } else { Failure::Error };
            return report(Outcome::Failed(failure), Counts::done(&outcome));
        }
        let done = if plan.has_changes() { Outcome::Applied } else { Outcome::Unchanged };
        report(done, Counts::of(plan))
    }
}
