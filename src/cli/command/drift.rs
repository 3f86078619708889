//! `trueup drift`: what Git says, what the state last saw, what the cloud holds.

use super::Context;
use super::apply::ask;
use super::from::{self, Needs};
use super::options::{plan_options, session_options};
use super::plan::complain;
use super::progress::Progress;
use crate::arguments::{Drift as Arguments, Planning};
use crate::screen::Screen;
use crate::view::diff::Differ;
use std::collections::BTreeSet;
use std::sync::Arc;
use trueup_addr::Target;
use trueup_diag::{Diagnostics, Sources};
use trueup_engine::{
    DriftDocument, Observer, PlanOptions, Planned, Session, Unobserved, apply, drift_document,
};

/// Compares; with `-correct` brings what drifted back to what Git says. 0: none, 2: drift, 1: error.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = Arc::new(context.screen(args.terminal.no_color));
    let planning = planning(&args);
    let opened = plan_options(&planning, false).and_then(|plan| {
        let operation = if args.correct { "OperationTypeApply" } else { "OperationTypePlan" };
        Ok((plan, session_options(context, operation, &args.variables, &args.locking, None)?))
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
        Err(not_opened) => return complain(&screen, not_opened.diagnostics, &not_opened.sources),
    };
    let work = Work { screen: &screen, args: &args };
    let code = work.compare(&mut session, &options).await;
    let sources = std::mem::take(&mut session.sources);
    let closing = session.close().await;
    if closing.has_errors() { complain(&screen, closing, &sources) } else { code }
}

fn planning(args: &Arguments) -> Planning {
    Planning {
        variables: args.variables.clone(),
        destroy: false,
        refresh_only: false,
        refresh: true,
        target: args.target.clone(),
        replace: Vec::new(),
        parallelism: args.parallelism,
        locking: args.locking.clone(),
        terminal: args.terminal.clone(),
    }
}

struct Work<'a> {
    screen: &'a Screen,
    args: &'a Arguments,
}

impl Work<'_> {
    async fn compare(&self, session: &mut Session, options: &PlanOptions) -> u8 {
        let Planned { plan, diagnostics } = session.plan(options).await;
        let wrong = diagnostics.has_errors();
        let document = drift_document(&plan);
        let found = document.drifted().next().is_some();
        if self.args.json && !self.args.correct {
            match crate::document::drift::document(&document, &plan) {
                Ok(text) => self.screen.line(&text),
                Err(diagnostic) => return complain(self.screen, (*diagnostic).into(), &session.sources),
            }
        } else {
            let differ = Differ { style: self.screen.style, whole: false };
            self.screen.print(&crate::view::drift::drift(&document, differ));
        }
        self.screen.diagnostics(diagnostics, &session.sources);
        if wrong {
            return 1;
        }
        match (found, self.args.correct) {
            (true, true) => self.correct(session, options, &document).await,
            (true, false) => 2,
            (false, _) => 0,
        }
    }

    /// Plans just what drifted, shows it, asks, applies.
    async fn correct(&self, session: &mut Session, options: &PlanOptions, document: &DriftDocument) -> u8 {
        let targets: BTreeSet<Target> =
            document.drifted().map(|resource| Target::Instance(resource.addr.clone())).collect();
        let options = PlanOptions { targets, ..options.clone() };
        let Planned { plan, diagnostics } = session.plan(&options).await;
        let differ = Differ { style: self.screen.style, whole: false };
        self.screen.print(&crate::view::plan::correction(&plan, &**session.providers(), differ));
        let expected: Diagnostics =
            diagnostics.into_iter().filter(trueup_diag::Diagnostic::is_error).collect();
        if expected.has_errors() {
            return complain(self.screen, expected, &session.sources);
        }
        if plan.has_changes() && !self.args.auto_approve {
            let (input, note) = (self.args.terminal.input, "Only 'yes' will be accepted to approve.");
            match ask(self.screen, input, "Do you want to bring these back to what Git says?", note) {
                Ok(true) => {}
                Ok(false) => {
                    self.screen.line("\nCorrection cancelled.");
                    return 2;
                }
                Err(diagnostic) => return complain(self.screen, (*diagnostic).into(), &session.sources),
            }
        }
        let hash = match trueup_plan::file::hash(&plan) {
            Ok(hash) => hash,
            Err(error) => return complain(self.screen, error.diagnostic().into(), &session.sources),
        };
        let outcome = apply(session, &plan, &hash, self.args.parallelism).await;
        let failed = outcome.diagnostics.has_errors() || outcome.interrupted;
        self.screen.diagnostics(outcome.diagnostics, &session.sources);
        if failed {
            return 1;
        }
        let done: usize = outcome.done.values().sum();
        let line = format!("Drift corrected: {done} step{} done.", if done == 1 { "" } else { "s" });
        self.screen.line(&format!("\n{}", self.screen.style.bold(&self.screen.style.green(&line))));
        0
    }
}
