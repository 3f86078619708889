//! One stack planned or compared.

use crate::foreseen::Foreseen;
use crate::outputs::{Reckoning, planned};
use crate::report::{Counts, Event, Failure, Outcome, Reporter, StackReport};
use crate::run::{Operation, Run};
use crate::site::plain;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_drift::drift_document;
use trueup_engine::{
    Holding, InputSources, NotOpened, Observer, PlanOptions, Planned, Session, SessionOptions,
};
use trueup_plan::{Plan, Snapshot};
use trueup_store::{Backup, write_private};
use trueup_value::{Name, Value};

/// What came of planning a stack.
pub(crate) struct First {
    pub(crate) report: StackReport,
    pub(crate) kept: Kept,
}

/// What is kept of a plan until it is applied.
pub(crate) enum Kept {
    /// There is nothing to apply.
    Nothing,
    /// The plan as a file has it.
    Plan {
        /// The file's bytes.
        bytes: Vec<u8>,
        /// What it does, so that a new plan can be held against it.
        shown: Foreseen,
    },
    /// It has to be planned anew, since it takes what is not known yet.
    Anew {
        /// What it does as far as could be told; none where nothing could.
        shown: Option<Foreseen>,
    },
}

/// Tells a reporter what the engine does to a stack.
struct Relay {
    stack: Name,
    reporter: Arc<dyn Reporter>,
}

impl Observer for Relay {
    fn event(&self, event: &trueup_engine::Event) {
        self.reporter.event(&self.stack, &Event::Step(event));
    }
}

/// Plans a stack; says besides whether others may go on from it.
pub(crate) async fn plan(run: Arc<Run>, at: usize) -> (First, bool) {
    run.tell(at, &Event::Began);
    let first = match run.first(at).await {
        Ok(first) => first,
        Err(refused) => run.unplanned(at, &refused),
    };
    if matches!(first.report.outcome, Outcome::Changes | Outcome::Deferred) {
        run.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(at);
    }
    run.tell(at, &Event::Ended(&first.report));
    let good = !first.report.is_failure();
    (first, good)
}

impl Run {
    /// Opens the state of a stack; `saved` is the configuration of a plan that was made before.
    pub(crate) async fn open(&self, at: usize, saved: Option<Snapshot>) -> Result<Session, NotOpened> {
        let stack = self.stack(at);
        let site = self.sites.of(stack).await?;
        let inputs = self.board.inputs(stack, &self.sites).await?;
        let relay = Relay { stack: stack.name.clone(), reporter: self.reporter.clone() };
        let world = site.world(&inputs, Arc::new(relay));
        let corrects = self.options.comparing.correcting.is_some();
        let operation = match self.options.operation {
            Operation::Apply => "OperationTypeApply",
            Operation::Drift if corrects => "OperationTypeApply",
            Operation::Plan | Operation::Drift => "OperationTypePlan",
        };
        let options = SessionOptions {
            holding: Holding {
                operation: operation.into(),
                locking: self.options.locking,
                backup: Backup::Beside,
            },
            inputs: InputSources { environment: (*world.environment).clone(), given: world.given.clone() },
            state_path: None,
            state_out: None,
            saved,
            valid: true,
        };
        self.sites.open(&site, &world, options).await
    }

    pub(crate) fn plan_options(&self) -> PlanOptions {
        PlanOptions { parallelism: self.options.calls, ..PlanOptions::default() }
    }

    async fn first(&self, at: usize) -> Result<First, NotOpened> {
        let mut session = self.open(at, None).await?;
        let planned = session.plan(&self.plan_options()).await;
        let mut first = match self.options.operation {
            Operation::Drift => {
                let report = self.compare(at, &mut session, planned).await;
                First { report, kept: Kept::Nothing }
            }
            Operation::Plan | Operation::Apply => self.told(at, &session, planned),
        };
        let (sources, closing) = (session.sources.clone(), session.close().await);
        if closing.has_errors() {
            let steps = first.report.correction.as_ref().map_or(0, |correction| correction.steps);
            if steps == 0 {
                return Err(NotOpened { locked: false, sources, diagnostics: closing });
            }
            self.tell(at, &Event::Found(&closing, &sources));
            first.report.outcome = Outcome::Failed(Failure::Partly);
        }
        Ok(first)
    }

    /// Tells of a plan, and keeps what of it is needed.
    fn told(&self, at: usize, session: &Session, planned: Planned) -> First {
        let Planned { plan, diagnostics } = planned;
        self.tell(at, &Event::Planned { plan: &plan, session, drift: None });
        if diagnostics.has_errors() {
            let sources = session.sources.clone();
            return self.unplanned(at, &NotOpened { locked: false, sources, diagnostics });
        }
        self.tell(at, &Event::Found(&diagnostics, &session.sources));
        self.made(at, session, &plan)
    }

    /// A plan without errors.
    fn made(&self, at: usize, session: &Session, plan: &Plan) -> First {
        self.board.note(self.stack(at), planned(session, plan, Reckoning::Planned));
        let outcome = if plan.has_changes() { Outcome::Changes } else { Outcome::Unchanged };
        let mut report = StackReport {
            counts: Counts::of(plan),
            drift: drift_document(plan, &**session.providers()).drifted().count(),
            ..StackReport::new(&self.stack(at).name, outcome)
        };
        let kept = match self.keep(at, session, plan, &mut report) {
            Ok(kept) => kept,
            Err(problem) => {
                self.tell(at, &Event::Found(&Diagnostics::from(*problem), &session.sources));
                report.outcome = Outcome::Failed(Failure::Error);
                Kept::Nothing
            }
        };
        First { report, kept }
    }

    /// Keeps a plan for what comes next, and saves it where asked to.
    fn keep(
        &self,
        at: usize,
        session: &Session,
        plan: &Plan,
        report: &mut StackReport,
    ) -> Result<Kept, Box<Diagnostic>> {
        let applies = self.options.operation == Operation::Apply;
        // The state takes in what the world changed, as it does in an apply of one stack.
        let matters = plan.has_changes() || !plan.drift.is_empty();
        if !applies && self.options.out.is_none() {
            return Ok(Kept::Nothing);
        }
        if !session.is_wholly_given() {
            report.awaits = self.names(self.pending_before(at));
            let anew = Kept::Anew { shown: Some(Foreseen::of(plan)) };
            return Ok(if applies { anew } else { Kept::Nothing });
        }
        if !matters && self.options.out.is_none() {
            return Ok(Kept::Nothing);
        }
        let written = trueup_plan::file::write(plan, &session.snapshot());
        let bytes = written.map_err(|error| Box::new(error.diagnostic()))?;
        if let Some(out) = &self.options.out {
            let name = plain(&self.stack(at).name).into_os_string();
            let mut path = out.join(name).into_os_string();
            path.push(".tfplan");
            let path = PathBuf::from(path);
            save(&path, &bytes)?;
            report.plan_file = Some(path);
        }
        let keep = applies && matters;
        Ok(if keep { Kept::Plan { bytes, shown: Foreseen::of(plan) } } else { Kept::Nothing })
    }

    /// A stack that could not be planned: because of others that are to be applied before, or for good.
    pub(crate) fn unplanned(&self, at: usize, refused: &NotOpened) -> First {
        let NotOpened { locked, sources, diagnostics } = refused;
        let name = &self.stack(at).name;
        let pending = self.pending_before(at);
        if self.options.operation == Operation::Apply && !pending.is_empty() && !locked && !self.is_stopped()
        {
            self.tell(at, &Event::Deferred(diagnostics, sources));
            self.board.note(self.stack(at), Value::dynamic());
            let mut report = StackReport::new(name, Outcome::Deferred);
            report.awaits = self.names(pending);
            return First { report, kept: Kept::Anew { shown: None } };
        }
        self.tell(at, &Event::Found(diagnostics, sources));
        let failure = if *locked { Failure::Locked } else { Failure::Error };
        First { report: StackReport::new(name, Outcome::Failed(failure)), kept: Kept::Nothing }
    }
}

fn save(path: &PathBuf, bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| write_private(path, bytes)).map_err(|error| {
        let detail = format!("The plan file {} can't be written: {error}.", path.display());
        let failed = Diagnostic::error("Failed to write plan file", detail);
        Box::new(failed.hint("give -out a directory that can be written to"))
    })
}
