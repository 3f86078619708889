//! What a run over the stacks of a pull request tells, on the screen and for its comment.

use super::page;
use crate::command::accounts::Accounts;
use crate::command::telling::{Asked, Telling};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::Session;
use trueup_forge::{Comment, Kind, Mark, says};
use trueup_plan::Plan;
use trueup_pulls::{Refusal, Shown, ShownStack, judge_plans};
use trueup_run::{Event, Operation, Question, Reporter, Repository};
use trueup_view::report::Report;

/// Shows a run and keeps what comments need of it.
pub(super) struct Gather {
    telling: Telling,
    accounts: Accounts,
    stacks: Mutex<BTreeMap<String, Gathered>>,
    /// What may be applied; None where nothing is.
    expected: Option<Expected>,
    refusals: Mutex<Vec<Refusal>>,
}

/// What the comment shows.
pub(super) struct Expected {
    pub(super) shown: Shown,
    pub(super) mark: Mark,
    pub(super) comment: Comment,
    pub(super) kind: Kind,
}

/// What is kept of a stack.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    pub(super) report: Option<Report>,
    pub(super) stack: Option<ShownStack>,
    /// Its first plan is told to its end; what comes later is what was done.
    is_planned: bool,
}

impl Gather {
    pub(super) fn new(telling: Telling, repository: &Repository, expected: Option<Expected>) -> Gather {
        let accounts = Accounts::new(repository, Asked::of(Operation::Plan));
        Gather { telling, accounts, stacks: Mutex::default(), expected, refusals: Mutex::default() }
    }

    pub(super) fn telling(&self) -> &Telling {
        &self.telling
    }

    /// What was gathered, by the stacks' names.
    pub(super) fn gathered(&self) -> BTreeMap<String, Gathered> {
        let mut stacks = self.stacks().clone();
        for (name, report) in self.accounts.reports() {
            stacks.entry(name).or_default().report = Some(report);
        }
        stacks
    }

    /// Why it was not applied.
    pub(super) fn refusals(&self) -> Vec<Refusal> {
        std::mem::take(&mut *self.refusals.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn stacks(&self) -> MutexGuard<'_, BTreeMap<String, Gathered>> {
        self.stacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn planned(&self, stack: &str, plan: &Plan, session: &Session) {
        let print = trueup_plan::file::fingerprint(plan, &session.snapshot()).ok().filter(|_| !plan.errored);
        let (serial, lineage) = (plan.prior.serial, &plan.prior.lineage);
        let shown = ShownStack {
            serial,
            state: ShownStack::state_of(lineage, serial),
            plan: print,
            changes: plan.has_changes(),
        };
        let mut stacks = self.stacks();
        let gathered = stacks.entry(stack.to_owned()).or_default();
        if !gathered.is_planned {
            gathered.stack = Some(shown);
        }
    }

    fn found(&self, stack: &str, found: &Diagnostics) {
        let mut stacks = self.stacks();
        let gathered = stacks.entry(stack.to_owned()).or_default();
        if gathered.is_planned || !found.has_errors() {
            return;
        }
        if let Some(stack) = &mut gathered.stack {
            stack.plan = None;
        }
    }

    /// What is planned now against what was shown.
    fn judged(&self, shown: &Shown) -> Vec<Refusal> {
        let failed = || ShownStack { serial: 0, state: String::new(), plan: None, changes: false };
        let stacks = self.stacks();
        let now = stacks.iter().map(|(name, one)| (name.clone(), one.stack.clone().unwrap_or_else(failed)));
        judge_plans(shown, &now.collect())
    }

    /// What is against applying what is planned now, all in all.
    fn against(&self, expected: &Expected) -> Vec<Refusal> {
        let refusals = self.judged(&expected.shown);
        if !refusals.is_empty() {
            return refusals;
        }
        // People have approved what they have read.
        let text = page::text(expected.kind, (&expected.shown, &expected.mark), &self.gathered());
        let is_same = text.is_ok_and(|text| says(&expected.comment, &text));
        if is_same { Vec::new() } else { vec![Refusal::OtherText] }
    }

    fn refuse(&self, refusals: Vec<Refusal>) {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).extend(refusals);
    }
}

impl Reporter for Gather {
    fn event(&self, stack: &str, event: &Event<'_>) {
        self.accounts.event(stack, event);
        match event {
            Event::Planned { plan, session, .. } => self.planned(stack, plan, session),
            Event::Found(found, _) | Event::Deferred(found, _) => self.found(stack, found),
            Event::Ended(_) => self.stacks().entry(stack.to_owned()).or_default().is_planned = true,
            _ => {}
        }
        self.telling.event(stack, event);
    }

    fn approve(&self, question: Question<'_>) -> Result<bool, Box<Diagnostic>> {
        let refusals = match (question, &self.expected) {
            (Question::All(_), Some(expected)) => self.against(expected),
            (Question::All(_), None) => vec![Refusal::NothingShown],
            // Nothing is corrected here, so nobody asks for that.
            (Question::Anew(stack) | Question::Correct(stack), _) => {
                vec![Refusal::OtherAfterOthers(stack.to_owned())]
            }
        };
        let is_fine = refusals.is_empty();
        self.refuse(refusals);
        Ok(is_fine)
    }
}
