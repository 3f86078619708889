//! What happens in a run, for whoever shows it, and what became of each stack.

use std::collections::BTreeSet;
use std::path::PathBuf;
use trueup_addr::{Mode, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_diff::Action;
use trueup_drift::{Correction, Judged};
use trueup_engine::{ApplyOutcome, Session};
use trueup_plan::{Part, Plan};
use trueup_value::Name;

/// Something that happened to a stack.
pub enum Event<'a> {
    /// Work on it begins.
    Began,
    /// It was planned, if not without errors.
    Planned {
        /// The plan; with errors as far as it came.
        plan: &'a Plan,
        /// Whose plan it is.
        session: &'a Session,
        /// What differs between Git, the state and the world, judged by `trueup.hcl`, where that was asked.
        drift: Option<&'a Judged>,
    },
    /// Something was found; with errors among it the stack failed.
    Found(&'a Diagnostics, &'a Sources),
    /// It can't be planned before others are applied, since this is wrong until then.
    Deferred(&'a Diagnostics, &'a Sources),
    /// Something happened on the way, as the engine tells it.
    Step(&'a trueup_engine::Event),
    /// Its plan was carried out, if not to its end.
    Applied(&'a ApplyOutcome),
    /// What drifted is about to be brought back, as far as that is allowed.
    Correcting {
        /// What is to be done; none where nothing is.
        plan: Option<&'a Plan>,
        /// Whose plan it is.
        session: &'a Session,
        /// What is left as it is, or why all is.
        correction: &'a Correction,
    },
    /// What drifted was brought back, if not all of it.
    Corrected {
        /// What was done and what wasn't.
        correction: &'a Correction,
        /// What differed before.
        judged: &'a Judged,
        /// The plan that this was compared with.
        plan: &'a Plan,
    },
    /// Work on it ended. A stack that is applied is planned first, and begins and ends twice.
    Ended(&'a StackReport),
}

/// What a person is asked.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// Whether all that was planned is to be applied.
    All(&'a [StackReport]),
    /// Whether a stack that was planned anew is to be applied, since this plan does other things than the one before
    /// showed, or there was none before.
    Anew(&'a str),
    /// Whether what drifted in a stack is to be brought back, by the plan that was told last.
    Correct(&'a str),
}

/// Is told what happens, from many tasks, and asks.
pub trait Reporter: Send + Sync {
    /// Something happened to a stack.
    fn event(&self, stack: &str, event: &Event<'_>);

    /// Whether to go on. Not asked where approval was given beforehand.
    ///
    /// # Errors
    /// Why nobody could be asked.
    fn approve(&self, question: Question<'_>) -> Result<bool, Box<Diagnostic>>;
}

/// How a stack failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Something is wrong.
    Error,
    /// Somebody else holds the lock on its state.
    Locked,
    /// It was applied or corrected in part.
    Partly,
}

/// What became of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is nothing to do.
    Unchanged,
    /// There is something to apply.
    Changes,
    /// The world was changed behind its back.
    Drifted,
    /// It was applied.
    Applied,
    /// All that drifted was brought back.
    Corrected,
    /// Some of what drifted was brought back, and some was left.
    CorrectedInPart,
    /// The rules allow no correction here and now.
    Denied,
    /// It can't be planned before others are applied.
    Deferred,
    /// Something went wrong.
    Failed(Failure),
    /// These, which it depends on, failed or were left out.
    LeftOut(BTreeSet<Name>),
    /// The run was stopped before it came to it.
    Stopped,
    /// Nobody approved of it.
    Declined,
}

/// How many objects are added, changed, replaced...
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New, without those that replace others.
    pub add: usize,
    /// Changed in place.
    pub change: usize,
    /// Destroyed and made anew.
    pub replace: usize,
    /// Destroyed for good.
    pub destroy: usize,
    /// Imported.
    pub import: usize,
    /// No longer managed.
    pub forget: usize,
}

impl Counts {
    /// Those of a plan: data sources are not counted.
    pub fn of(plan: &Plan) -> Counts {
        Counts::of_these(plan, |_| true)
    }

    /// Those of some objects of a plan.
    pub(crate) fn of_these(plan: &Plan, these: impl Fn(&ResourceInstance) -> bool) -> Counts {
        let mut counts = Counts::default();
        let managed = plan.changes.iter().filter(|one| one.addr.resource.mode == Mode::Managed);
        for one in managed.filter(|one| these(&one.addr)) {
            counts.import += usize::from(one.importing.is_some());
            match one.change.action {
                Action::Create => counts.add += 1,
                Action::Update => counts.change += 1,
                Action::Delete => counts.destroy += 1,
                Action::Forget => counts.forget += 1,
                action if action.is_replace() => counts.replace += 1,
                _ => {}
            }
        }
        counts
    }

    /// Those of what was done of a plan that did not come to its end: an object that was to be replaced counts as
    /// destroyed, and as new once it is made again.
    pub(crate) fn done(outcome: &ApplyOutcome) -> Counts {
        let of = |part| outcome.done.get(&part).copied().unwrap_or(0);
        Counts {
            add: of(Part::Create),
            change: of(Part::Update),
            destroy: of(Part::Delete),
            forget: of(Part::Forget),
            ..Counts::default()
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Counts) -> Counts {
        Counts {
            add: self.add + other.add,
            change: self.change + other.change,
            replace: self.replace + other.replace,
            destroy: self.destroy + other.destroy,
            import: self.import + other.import,
            forget: self.forget + other.forget,
        }
    }
}

/// What became of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackReport {
    /// Which.
    pub name: Name,
    /// What became of it.
    pub outcome: Outcome,
    /// What is planned, or was done.
    pub counts: Counts,
    /// How many objects were changed behind its back.
    pub drift: usize,
    /// What was brought back and what wasn't, where that was asked for and something drifted.
    pub correction: Option<Correction>,
    /// Where its plan was saved.
    pub plan_file: Option<PathBuf>,
    /// Stacks whose outputs it takes that are not known before they are applied: its plan can't be saved.
    pub awaits: BTreeSet<Name>,
}

impl StackReport {
    pub(crate) fn new(name: &Name, outcome: Outcome) -> StackReport {
        StackReport {
            name: name.clone(),
            outcome,
            counts: Counts::default(),
            drift: 0,
            correction: None,
            plan_file: None,
            awaits: BTreeSet::new(),
        }
    }

    /// Whether it is not as it was asked to be.
    pub fn is_failure(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::Failed(_) | Outcome::LeftOut(_) | Outcome::Stopped | Outcome::Declined
        )
    }
}

/// What became of all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In order of name.
    pub stacks: Vec<StackReport>,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There was nothing to do.
    Nothing,
    /// What drifted was brought back.
    Corrected,
    /// There are changes or drift, or there were and they are applied.
    Different,
    /// A stack failed, and nothing was changed.
    Failed,
    /// Somebody else holds locks, and that is all that is wrong.
    Locked,
    /// Rules allow no correction here and now, and nothing was brought back.
    Denied,
    /// Some of it was applied or brought back, and some failed or was left.
    Partly,
}

impl Report {
    /// The worst of all stacks.
    pub fn verdict(&self) -> Verdict {
        let any = |wanted: &[Outcome]| self.stacks.iter().any(|stack| wanted.contains(&stack.outcome));
        if self.stacks.iter().any(StackReport::is_failure) {
            let locked = Outcome::Failed(Failure::Locked);
            let others = [Outcome::Failed(Failure::Error), Outcome::Stopped, Outcome::Declined];
            let done = [Outcome::Applied, Outcome::Corrected, Outcome::CorrectedInPart];
            return if any(&done) || any(&[Outcome::Failed(Failure::Partly)]) {
                Verdict::Partly
            } else if any(&[locked]) && !any(&others) {
                Verdict::Locked
            } else {
                Verdict::Failed
            };
        }
        let corrected = any(&[Outcome::Corrected]);
        if any(&[Outcome::CorrectedInPart]) || (corrected && any(&[Outcome::Drifted, Outcome::Denied])) {
            return Verdict::Partly;
        }
        if any(&[Outcome::Denied]) {
            return Verdict::Denied;
        }
        if any(&[Outcome::Changes, Outcome::Drifted, Outcome::Applied, Outcome::Deferred]) {
            Verdict::Different
        } else if corrected {
            Verdict::Corrected
        } else {
            Verdict::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, Outcome, Report, StackReport, Verdict};

    #[test]
    fn the_worst_of_all_stacks_counts() {
        let check = |outcomes: &[Outcome], wanted: Verdict| {
            let stacks = outcomes.iter().map(|one| StackReport::new(&"a".into(), one.clone())).collect();
            assert_eq!(Report { stacks }.verdict(), wanted, "{outcomes:?}");
        };
        let left_out = Outcome::LeftOut(["b".into()].into());
        let failed = Outcome::Failed(Failure::Error);
        let locked = Outcome::Failed(Failure::Locked);
        check(&[], Verdict::Nothing);
        check(&[Outcome::Unchanged, Outcome::Unchanged], Verdict::Nothing);
        check(&[Outcome::Unchanged, Outcome::Changes], Verdict::Different);
        check(&[Outcome::Drifted], Verdict::Different);
        check(&[failed.clone(), left_out.clone(), Outcome::Changes], Verdict::Failed);
        check(&[locked.clone(), left_out.clone(), Outcome::Changes], Verdict::Locked);
        check(&[locked.clone(), failed.clone()], Verdict::Failed);
        check(&[locked, Outcome::Applied, left_out], Verdict::Partly);
        check(&[Outcome::Failed(Failure::Partly), Outcome::Unchanged], Verdict::Partly);
        check(&[Outcome::Stopped, Outcome::Unchanged], Verdict::Failed);
        check(&[Outcome::Declined, Outcome::Unchanged], Verdict::Failed);
        check(&[failed.clone(), Outcome::Applied], Verdict::Partly);
        let (drifted, denied) = (Outcome::Drifted, Outcome::Denied);
        check(&[Outcome::Corrected, Outcome::Unchanged], Verdict::Corrected);
        check(&[Outcome::Corrected, Outcome::CorrectedInPart], Verdict::Partly);
        check(&[Outcome::Corrected, drifted.clone()], Verdict::Partly);
        check(&[Outcome::Corrected, denied.clone()], Verdict::Partly);
        check(&[failed.clone(), Outcome::Corrected], Verdict::Partly);
        check(&[denied.clone(), drifted, Outcome::Unchanged], Verdict::Denied);
        check(&[denied, failed], Verdict::Failed);
    }
}
