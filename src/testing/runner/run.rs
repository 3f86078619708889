//! One run: its module staged, planned, applied, and held against what is expected of it.

use super::Setting;
use super::assertion::{judge, outputs, variables};
use super::expectation::{before_apply, settle};
use super::inputs::{Given, given};
use crate::file::{Command, Run, TestFile};
use crate::mock::Stage;
use crate::program::stage;
use crate::report::Status;
use crate::values::Sight;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::{PlanOptions, Planned, Providers, Session, Trial, apply};
use trueup_evaluate::Input;
use trueup_plan::Plan;
use trueup_resolve::Program;
use trueup_state::State;
use trueup_store::Store;
use trueup_value::{Name, Value};

/// How a state came to be, and with what it can be destroyed.
#[derive(Clone)]
pub(crate) struct Last {
    pub(crate) run: Name,
    pub(crate) program: Arc<Program>,
    pub(crate) inputs: BTreeMap<Name, Input>,
    pub(crate) stage: Arc<Stage>,
}

/// What a run showed.
pub(crate) enum Shown {
    Plan(Box<Plan>, Arc<Program>, Arc<Providers>),
    State(Box<State>, Arc<Providers>),
}

/// What came of a run.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) status: Status,
    pub(crate) diagnostics: Diagnostics,
    /// Its outputs, once it came so far that there are any.
    pub(crate) outputs: Option<Value>,
    /// Set where it may have changed its state.
    pub(crate) last: Option<Last>,
    pub(crate) shown: Option<Shown>,
}

/// One run on its state.
pub(crate) struct Work<'a> {
    pub(crate) setting: &'a Setting<'a>,
    pub(crate) tested: &'a Arc<Program>,
    pub(crate) file: &'a TestFile,
    pub(crate) run: &'a Run,
    /// The file stands in the tests' directory.
    pub(crate) in_directory: bool,
    pub(crate) store: Arc<dyn Store>,
}

impl Work<'_> {
    /// Carries the run out; `runs` are the outputs of those before it.
    pub(crate) async fn carry_out(&self, runs: &BTreeMap<Name, Value>) -> Outcome {
        let mut outcome = Outcome { status: Status::Error, ..Outcome::default() };
        match self.opened(runs, &mut outcome.diagnostics).await {
            Ok((session, last, sight)) => self.work(session, last, sight, &mut outcome).await,
            Err(found) => outcome.diagnostics.append(found),
        }
        outcome
    }

    async fn opened(
        &self,
        runs: &BTreeMap<Name, Value>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Session, Last, Sight), Diagnostics> {
        let base = match self.setting.modules.of(self.file, self.run) {
            None => self.tested,
            Some(Ok(program)) => program,
            Some(Err(found)) => return Err(found.clone()),
        };
        let Given { inputs, sight, warnings } =
            given(self.setting, (self.file, self.run), self.in_directory, runs, base)?;
        diagnostics.append(warnings);
        let around = (self.setting.world, self.setting.sources);
        let (staged, found) = stage(base, (self.file, self.run), &sight, around);
        if found.has_errors() {
            return Err(found);
        }
        diagnostics.append(found);
        let last = Last {
            run: self.run.name.clone(),
            program: Arc::new(staged.program),
            inputs,
            stage: Arc::new(staged.stage),
        };
        let session = Session::trial(self.setting.world, last.trial(self.store.clone())).await?;
        Ok((session, last, sight))
    }

    async fn work(&self, mut session: Session, last: Last, sight: Sight, outcome: &mut Outcome) {
        let Planned { plan, diagnostics } = session.plan(&self.options()).await;
        let expected = &self.run.expect_failures;
        if self.run.command == Command::Plan {
            outcome.diagnostics.append(settle(diagnostics, expected));
            let schemas = session.providers().clone();
            outcome.shown = Some(Shown::Plan(Box::new(plan), session.program().clone(), schemas));
        } else {
            let failed = diagnostics.has_errors();
            outcome.diagnostics.append(before_apply(diagnostics, expected));
            if failed {
                return;
            }
            outcome.last = Some(last);
            let applied = apply(&mut session, &plan, "", self.setting.options.parallelism).await;
            outcome.diagnostics.append(settle(applied.diagnostics, expected));
            if applied.interrupted {
                outcome.diagnostics.push(stopped());
            }
            let state = Box::new(session.state().clone());
            outcome.shown = Some(Shown::State(state, session.providers().clone()));
        }
        if outcome.diagnostics.has_errors() {
            return;
        }
        let mut sight = Sight { asserting: true, ..sight };
        sight.variables.extend(variables(&mut session));
        outcome.outputs = Some(outputs(&mut session));
        outcome.status = judge(&mut session, &self.run.asserts, &sight, &mut outcome.diagnostics);
    }

    fn options(&self) -> PlanOptions {
        let options = &self.run.options;
        PlanOptions {
            mode: options.mode,
            refresh: options.refresh,
            targets: options.targets.iter().cloned().collect(),
            replace: options.replace.iter().cloned().collect(),
            parallelism: self.setting.options.parallelism,
            ..PlanOptions::default()
        }
    }
}

/// What a run came to when a person stopped it says nothing.
fn stopped() -> Diagnostic {
    let detail = "The run was stopped before its plan was carried out whole. What it made is destroyed now.";
    Diagnostic::error("Operation canceled", detail)
}

impl Last {
    /// A session on the state, with the same configuration.
    pub(crate) fn trial(&self, store: Arc<dyn Store>) -> Trial {
        Trial {
            program: self.program.clone(),
            inputs: self.inputs.clone(),
            store,
            stand_ins: self.stage.clone(),
        }
    }
}
