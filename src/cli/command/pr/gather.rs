//! What a run over the stacks of a pull request tells, on the screen and for its comment.

use crate::command::telling::Telling;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::Session;
use trueup_plan::{Plan, PlanMode};
use trueup_pulls::{Refusal, Shown, ShownStack, judge_plans};
use trueup_run::{Event, Question, Reporter, Repository};
use trueup_source::within;
use trueup_view::report::{Report, Scene, Subject};

/// Shows a run and keeps what comments need of it.
pub(super) struct Gather {
    telling: Telling,
    /// Where each stack lies in the repository.
    directories: BTreeMap<String, String>,
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
        let top = within(&repository.root).unwrap_or_default();
        let directory = |directory: &str| match (top.as_str(), directory) {
            ("", directory) => directory.to_owned(),
            (top, "") => top.to_owned(),
            (top, directory) => format!("{top}/{directory}"),
        };
        let directories = repository
            .stacks
            .stacks
            .iter()
            .map(|stack| (stack.name.to_string(), stack.directory().map(directory).unwrap_or_default()))
            .collect();
        Gather { telling, directories, stacks: Mutex::default(), shown, refusals: Mutex::default() }
    }

    pub(super) fn telling(&self) -> &Telling {
        &self.telling
    }

    /// What was gathered, by the stacks' names.
    pub(super) fn take(&self) -> BTreeMap<String, Gathered> {
        std::mem::take(&mut *self.stacks())
    }

    /// Why it was not applied.
    pub(super) fn refusals(&self) -> Vec<Refusal> {
        std::mem::take(&mut *self.refusals.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn stacks(&self) -> MutexGuard<'_, BTreeMap<String, Gathered>> {
        self.stacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn directory(&self, stack: &str) -> &str {
        self.directories.get(stack).map_or("", String::as_str)
    }

    fn planned(&self, stack: &str, plan: &Plan, session: &Session) {
        let scene = Scene {
            program: session.program(),
            sources: &session.sources,
            schemas: &**session.providers(),
            directory: self.directory(stack),
        };
        let report = Report::of_plan(plan, &scene).map_err(|problem| Diagnostics::from(*problem));
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
            gathered.report = Some(report.unwrap_or_else(|found| {
                let place = (&session.sources, self.directory(stack));
                Report::failed(Subject::Plan(PlanMode::Normal), &found, place)
            }));
            gathered.stack = Some(shown);
        }
    }

    fn found(&self, stack: &str, found: &Diagnostics, sources: &Sources) {
        let place = (sources, self.directory(stack));
        let mut stacks = self.stacks();
        let gathered = stacks.entry(stack.to_owned()).or_default();
        if gathered.is_planned {
            return;
        }
        match &mut gathered.report {
            Some(report) => report.diagnose(found, place),
            None if found.has_errors() => {
                gathered.report = Some(Report::failed(Subject::Plan(PlanMode::Normal), found, place));
            }
            None => {}
        }
        if let Some(stack) = gathered.stack.as_mut().filter(|_| found.has_errors()) {
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
        match event {
            Event::Planned { plan, session, .. } => self.planned(stack, plan, session),
            Event::Found(found, sources) | Event::Deferred(found, sources) => {
                self.found(stack, found, sources);
            }
            Event::Ended(_) => self.stacks().entry(stack.to_owned()).or_default().is_planned = true,
            _ => {}
        }
        self.telling.event(stack, event);
    }

    fn approve(&self, question: Question<'_>) -> Result<bool, Box<Diagnostic>> {
        let refusals = match (question, &self.shown) {
            (Question::All(_), Some(shown)) => self.judged(shown),
            (Question::All(_), None) => vec![Refusal::NothingShown],
            (Question::Anew(stack), _) => vec![Refusal::OtherAfterOthers(stack.to_owned())],
        };
        let is_fine = refusals.is_empty();
        self.refuse(refusals);
        Ok(is_fine)
    }
}
