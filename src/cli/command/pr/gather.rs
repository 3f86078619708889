//! What a run over the stacks of a pull request tells, on the screen and for its comment.

use crate::command::accounts::Accounts;
use crate::command::telling::{Asked, Telling};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use trueup_diag::{Diagnostic, Diagnostics};
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
    shown: Option<Shown>,
    refusals: Mutex<Vec<Refusal>>,
}

/// What is kept of a stack.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) report: Option<Report>,
    pub(super) stack: Option<ShownStack>,
    /// Its first plan is told to its end; what comes later is what was done.
    is_planned: bool,
}

impl Gather {
    pub(super) fn new(telling: Telling, repository: &Repository, shown: Option<Shown>) -> Gather {
        let accounts = Accounts::new(repository, Asked::of(Operation::Plan));
        Gather { telling, accounts, stacks: Mutex::default(), shown, refusals: Mutex::default() }
    }

    pub(super) fn telling(&self) -> &Telling {
        &self.telling
    }

    /// What was gathered, by the stacks' names.
    pub(super) fn take(&self) -> BTreeMap<String, Gathered> {
        let mut stacks = std::mem::take(&mut *self.stacks());
        for (name, report) in self.accounts.take() {
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

    fn planned(&self, stack: &str, plan: &Plan) {
        let print = trueup_plan::file::fingerprint(plan).ok().filter(|_| !plan.errored);
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

    fn refuse(&self, refusals: Vec<Refusal>) {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).extend(refusals);
    }
}

impl Reporter for Gather {
    fn event(&self, stack: &str, event: &Event<'_>) {
        self.accounts.event(stack, event);
        match event {
            Event::Planned { plan, .. } => self.planned(stack, plan),
            Event::Found(found, _) | Event::Deferred(found, _) => self.found(stack, found),
            Event::Ended(_) => self.stacks().entry(stack.to_owned()).or_default().is_planned = true,
            _ => {}
        }
        self.telling.event(stack, event);
    }

    fn approve(&self, question: Question<'_>) -> Result<bool, Box<Diagnostic>> {
        let refusals = match (question, &self.shown) {
            (Question::All(_), Some(shown)) => self.judged(shown),
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
