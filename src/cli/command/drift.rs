//! `trueup drift`: what Git says, what the state last saw, what the cloud holds.

use super::Context;
use super::apply::ask;
use super::from::{self, Needs};
use super::options::{plan_options, session_options};
use super::plan::complain;
use super::progress::Progress;
use crate::arguments::{Drift as Arguments, Planning, StateFiles};
use crate::screen::Screen;
use std::collections::BTreeSet;
use std::sync::Arc;
use trueup_addr::{ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_diff::Action;
use trueup_document::drift::{Correction, Told};
use trueup_engine::{
    DriftDocument, DriftKind, Observer, PlanOptions, Planned, ResourceDrift, Session, Unobserved, apply,
    drift_document,
};
use trueup_plan::Plan;
use trueup_view::diff::Differ;

/// Something differs.
const DIFFERENT: u8 = 2;
/// Somebody else holds the lock on the state.
const LOCKED: u8 = 4;
/// Some of what drifted was corrected, and some was not.
const PARTLY: u8 = 5;

/// Compares; with `-correct` brings what drifted back to what Git says.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = Arc::new(context.screen_for(&args.operating.terminal));
    let planning = Planning::usual(&args.operating);
    let opened = refused(&args).and_then(|()| plan_options(&planning, false)).and_then(|plan| {
        let operation = if args.correct { "OperationTypeApply" } else { "OperationTypePlan" };
        Ok((
            plan,
            session_options(
                context,
                operation,
                &args.operating.variables,
                &args.operating.locking,
                &StateFiles::default(),
            )?,
        ))
    });
    let (options, session_options) = match opened {
        Ok(options) => options,
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    let context = &match from::enter(context, &args.origin, Needs::State).await {
        Ok(entered) => entered,
        Err((diagnostics, sources)) => return complain(&screen, diagnostics, &sources),
    };
    let observer: Arc<dyn Observer> =
        if args.json { Arc::new(Unobserved) } else { Progress::new(screen.clone()) };
    let world = context.world(observer);
    let mut session = match Session::open(&world, session_options).await {
        Ok(session) => session,
        Err(not_opened) => {
            let code = complain(&screen, not_opened.diagnostics, &not_opened.sources);
            return if not_opened.locked { LOCKED } else { code };
        }
    };
    let work = Work { screen: &screen, args: &args };
    let code = work.compare(&mut session, &options).await;
    let sources = std::mem::take(&mut session.sources);
    let closing = session.close().await;
    if closing.has_errors() { complain(&screen, closing, &sources) } else { code }
}

fn refused(args: &Arguments) -> Result<(), Diagnostics> {
    if args.json && args.correct && !args.auto_approve {
        let detail = "Nobody can be asked for approval when -json is set.";
        let wrong = Diagnostic::error("Auto-approve required", detail);
        return Err(wrong.hint("add -auto-approve, or leave -json out and answer").into());
    }
    Ok(())
}

struct Work<'a> {
    screen: &'a Screen,
    args: &'a Arguments,
}

impl Work<'_> {
    async fn compare(&self, session: &mut Session, options: &PlanOptions) -> u8 {
        let Planned { plan, diagnostics } = session.plan(options).await;
        let wrong = diagnostics.has_errors();
        let document = drift_document(&plan, &**session.providers());
        if !self.args.json {
            let differ = Differ { style: self.screen.style, whole: false };
            self.screen.print(&trueup_view::drift::drift(&document, self.args.world, differ));
        }
        if self.args.correct && !wrong && document.drifted().next().is_some() {
            self.screen.diagnostics(diagnostics, &session.sources);
            return self.correct(session, options, (&document, &plan)).await;
        }
        if let Err(diagnostic) = self.tell(&document, &plan, None) {
            return complain(self.screen, (*diagnostic).into(), &session.sources);
        }
        self.screen.diagnostics(diagnostics, &session.sources);
        let unapplied = document.of(DriftKind::Unapplied).next().is_some();
        let counts =
            document.drifted().next().is_some() || (unapplied && !self.args.world && !self.args.correct);
        match (wrong, counts) {
            (true, _) => 1,
            (false, true) => DIFFERENT,
            (false, false) => 0,
        }
    }

    /// The document, where it is asked for.
    fn tell(
        &self,
        document: &DriftDocument,
        plan: &Plan,
        correction: Option<&Correction>,
    ) -> Result<(), Box<Diagnostic>> {
        if self.args.json {
            let told = Told { document, plan, world_only: self.args.world, correction };
            self.screen.line(&trueup_document::drift::document(&told)?);
        }
        Ok(())
    }

    /// Plans just what drifted, shows it, asks, applies.
    async fn correct(
        &self,
        session: &mut Session,
        options: &PlanOptions,
        (document, compared): (&DriftDocument, &Plan),
    ) -> u8 {
        let wanted = document.correctable();
        let left: Vec<&ResourceDrift> = document.drifted().filter(|one| !one.is_correctable()).collect();
        if !left.is_empty() && !self.args.json {
            self.screen.print(&trueup_view::drift::left_out(&left));
        }
        let mut correction = Correction {
            left_out: left.iter().map(|one| one.addr.clone()).collect(),
            ..Correction::default()
        };
        let outcome = if wanted.is_empty() {
            Ok(DIFFERENT)
        } else {
            self.bring_back(session, options, &wanted, &mut correction).await
        };
        let code = match outcome {
            Ok(code) => code,
            Err(diagnostics) => {
                self.screen.diagnostics(diagnostics, &session.sources);
                if correction.steps > 0 { PARTLY } else { 1 }
            }
        };
        match self.tell(document, compared, Some(&correction)) {
            Ok(()) => code,
            Err(diagnostic) => complain(self.screen, (*diagnostic).into(), &session.sources),
        }
    }

    /// Gives the exit code, or what went wrong.
    async fn bring_back(
        &self,
        session: &mut Session,
        options: &PlanOptions,
        wanted: &BTreeSet<ResourceInstance>,
        correction: &mut Correction,
    ) -> Result<u8, Diagnostics> {
        let targets = wanted.iter().cloned().map(Target::Instance).collect();
        let options = PlanOptions { targets, only: Some(wanted.clone()), ..options.clone() };
        let Planned { plan, diagnostics } = session.plan(&options).await;
        if !self.args.json {
            let differ = Differ { style: self.screen.style, whole: false };
            self.screen.print(&trueup_view::plan::correction(&plan, &**session.providers(), differ));
        }
        // That it was planned with targets goes without saying.
        let found: Diagnostics = diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        if found.has_errors() {
            return Err(found);
        }
        if plan.has_changes() && !self.args.auto_approve {
            let note = "Only 'yes' will be accepted to approve.";
            let question = "Do you want to bring these back to what Git says?";
            if !ask(self.screen, question, note).map_err(|diagnostic| Diagnostics::from(*diagnostic))? {
                self.screen.line("\nCorrection cancelled.");
                return Ok(DIFFERENT);
            }
        }
        let hash = trueup_plan::file::hash(&plan).map_err(|error| Diagnostics::from(error.diagnostic()))?;
        let outcome = apply(session, &plan, &hash, options.parallelism).await;
        correction.steps = outcome.done.values().sum();
        if outcome.diagnostics.has_errors() || outcome.interrupted {
            return Err(outcome.diagnostics);
        }
        self.screen.diagnostics(outcome.diagnostics, &session.sources);
        correction.corrected = wanted.iter().cloned().collect();
        if !self.args.json {
            self.corrected(&plan, correction.steps);
        }
        Ok(if correction.left_out.is_empty() { 0 } else { PARTLY })
    }

    fn corrected(&self, plan: &Plan, steps: usize) {
        let line = format!("Drift corrected: {steps} step{} done.", if steps == 1 { "" } else { "s" });
        self.screen.line(&format!("\n{}", self.screen.style.bold(&self.screen.style.green(&line))));
        let anew = |action: Action| action == Action::Create || action.is_replace();
        if plan.changes.iter().any(|change| anew(change.change.action)) {
            self.screen
                .line("What refers to what was made anew may have to follow: \"trueup plan\" shows it.");
        }
    }
}
