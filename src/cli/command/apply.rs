//! `trueup apply` and `trueup destroy`

use super::Context;
use super::options::{plan_options, session_options};
use super::plan::complain;
use super::progress::Progress;
use crate::arguments::Apply as Arguments;
use crate::screen::Screen;
use crate::view::diff::Differ;
use crate::view::{plan as plan_view, state as state_view};
use std::collections::BTreeMap;
use std::io::BufRead;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{ApplyOutcome, PlanOptions, Planned, Session, SessionOptions, apply};
use trueup_plan::{Part, Plan, PlanMode, Snapshot};

/// Applies a saved plan, or makes one, shows it, asks, and applies it.
pub(crate) async fn run(context: &Context, args: Arguments, destroy: bool) -> u8 {
    let screen = Arc::new(context.screen(args.planning.terminal.no_color));
    let saved = match args.plan.as_deref().map(read_plan).transpose() {
        Ok(saved) => saved,
        Err(diagnostic) => return complain(&screen, (*diagnostic).into(), &Sources::default()),
    };
    let (plan_options, mut session_options) = match options(context, &args, destroy) {
        Ok(options) => options,
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    session_options.saved = saved.as_ref().map(|(_, snapshot)| snapshot.clone());
    let world = context.world(Arc::new(Progress::new(screen.clone())));
    let mut session = match Session::open(&world, session_options).await {
        Ok(session) => session,
        Err(not_opened) => return complain(&screen, not_opened.diagnostics, &not_opened.sources),
    };
    let work = Work { screen: &screen, args: &args, destroy };
    let code = match saved {
        Some((plan, _)) => work.carry_out(&mut session, &plan).await,
        None => work.plan_and_apply(&mut session, &plan_options).await,
    };
    let sources = std::mem::take(&mut session.sources);
    let closing = session.close().await;
    if closing.has_errors() { complain(&screen, closing, &sources) } else { code }
}

fn options(
    context: &Context,
    args: &Arguments,
    destroy: bool,
) -> Result<(PlanOptions, SessionOptions), Diagnostics> {
    let planning = &args.planning;
    let plan = plan_options(planning, destroy)?;
    let variables = &planning.variables;
    let mut found = Diagnostics::new();
    if args.plan.is_some() && (planning.destroy || destroy) {
        let detail = "A saved plan says itself whether it destroys; the destroy option can't be added to it.";
        found.push(Diagnostic::error("Destroy can't be called with a plan file", detail));
    }
    if found.has_errors() {
        return Err(found);
    }
    let session =
        session_options(context, "OperationTypeApply", variables, &planning.locking, args.state.as_ref())?;
    Ok((plan, session))
}

/// A plan file with the configuration in it.
pub(crate) fn read_plan(file: &str) -> Result<(Plan, Snapshot), Box<Diagnostic>> {
    let bytes = std::fs::read(file).map_err(|error| {
        Box::new(Diagnostic::error(
            format!("Failed to load \"{file}\" as a plan file"),
            format!("The plan file {file} can't be read: {error}."),
        ))
    })?;
    trueup_plan::file::read(&bytes).map_err(|error| Box::new(error.diagnostic()))
}

struct Work<'a> {
    screen: &'a Screen,
    args: &'a Arguments,
    destroy: bool,
}

impl Work<'_> {
    async fn plan_and_apply(&self, session: &mut Session, options: &PlanOptions) -> u8 {
        let Planned { plan, diagnostics } = session.plan(options).await;
        let differ = Differ { style: self.screen.style, whole: false };
        self.screen.print(&plan_view::plan(&plan, &**session.providers(), differ));
        if diagnostics.has_errors() {
            return complain(self.screen, diagnostics, &session.sources);
        }
        self.screen.diagnostics(diagnostics, &session.sources);
        if !plan.has_changes() || self.args.auto_approve || self.approved(&plan) {
            return self.carry_out(session, &plan).await;
        }
        let word = if self.destroy { "Destroy" } else { "Apply" };
        self.screen.line(&format!("\n{word} cancelled."));
        1
    }

    fn approved(&self, plan: &Plan) -> bool {
        let (question, note) = match plan.mode {
            PlanMode::Destroy => (
                "Do you really want to destroy all resources?",
                "trueup will destroy all that is shown above. There is no undo. Only 'yes' will be\n  accepted to confirm.",
            ),
            PlanMode::RefreshOnly => (
                "Would you like to update the state to reflect these detected changes?",
                "trueup will write these changes to the state without modifying any real\n  infrastructure. Only 'yes' will be accepted to confirm.",
            ),
            PlanMode::Normal => (
                "Do you want to perform these actions?",
                "trueup will perform the actions described above.\n  Only 'yes' will be accepted to approve.",
            ),
        };
        if !self.args.planning.terminal.input {
            return false;
        }
        self.screen.print(&format!("\n{}\n  {note}\n\n  Enter a value: ", self.screen.style.bold(question)));
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        read.is_ok() && answer.trim() == "yes"
    }

    async fn carry_out(&self, session: &mut Session, plan: &Plan) -> u8 {
        let hash = match trueup_plan::file::hash(plan) {
            Ok(hash) => hash,
            Err(error) => return complain(self.screen, error.diagnostic().into(), &session.sources),
        };
        let outcome = apply(session, plan, &hash, self.args.planning.parallelism).await;
        let ApplyOutcome { done, outputs, diagnostics, interrupted } = outcome;
        let failed = diagnostics.has_errors() || interrupted;
        if failed {
            self.screen.diagnostics(diagnostics, &session.sources);
            let counts = counts(&done, plan.mode);
            self.screen.line(&format!("\nApply did not finish. What was done is in the state: {counts}."));
            return 1;
        }
        self.screen.diagnostics(diagnostics, &session.sources);
        let word = if plan.mode == PlanMode::Destroy && self.destroy { "Destroy" } else { "Apply" };
        let line = format!(
            "{word} complete! Resources: {}.",
            counts(&done, if self.destroy { plan.mode } else { PlanMode::Normal })
        );
        self.screen.line(&format!("\n{}", self.screen.style.bold(&self.screen.style.green(&line))));
        if !outputs.is_empty() && !self.destroy {
            self.screen.print(&format!("\nOutputs:\n\n{}", state_view::outputs(&outputs)));
        }
        0
    }
}

/// `1 added, 0 changed, 0 destroyed`
fn counts(done: &BTreeMap<Part, usize>, mode: PlanMode) -> String {
    let of = |part| done.get(&part).copied().unwrap_or(0);
    if mode == PlanMode::Destroy {
        return format!("{} destroyed", of(Part::Delete));
    }
    let forgotten = match of(Part::Forget) {
        0 => String::new(),
        n => format!(", {n} forgotten"),
    };
    format!(
        "{} added, {} changed, {} destroyed{forgotten}",
        of(Part::Create),
        of(Part::Update),
        of(Part::Delete)
    )
}
