//! `trueup drift`: what Git says, what the state last saw, what the cloud holds.

mod adopting;
mod correcting;
mod rules;

use super::Context;
use super::from::{self, Needs};
use super::options::{plan_options, session_options};
use super::plan::complain;
use super::progress::Progress;
use crate::arguments::{Drift as Arguments, Planning, StateFiles};
use crate::screen::Screen;
use rules::Rules;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document::drift::{Correction, Told};
use trueup_drift::{DriftKind, Judged, drift_document, judge, moment};
use trueup_engine::{Observer, PlanOptions, Planned, Session, Unobserved};
use trueup_plan::Plan;
use trueup_view::diff::Differ;

/// Something differs.
const DIFFERENT: u8 = 2;
/// The rules allow no correction here and now.
const DENIED: u8 = 3;
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
    let rules = match rules::read(context, &args) {
        Ok(rules) => rules,
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
    let work = Work { screen: &screen, args: &args, rules: &rules };
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
    rules: &'a Rules,
}

impl Work<'_> {
    async fn compare(&self, session: &mut Session, options: &PlanOptions) -> u8 {
        let Planned { plan, diagnostics } = session.plan(options).await;
        let wrong = diagnostics.has_errors();
        let judged = match self.judge(session, &plan) {
            Ok(judged) => judged,
            Err(diagnostic) => return complain(self.screen, (*diagnostic).into(), &session.sources),
        };
        if !self.args.json {
            let differ = Differ { style: self.screen.style, whole: false };
            self.screen.print(&trueup_view::drift::judged(&judged, self.args.world, differ));
        }
        if !wrong && let Err(diagnostic) = self.save(session, &judged) {
            return complain(self.screen, (*diagnostic).into(), &session.sources);
        }
        if self.args.correct && !wrong && judged.document.drifted().next().is_some() {
            self.screen.diagnostics(diagnostics, &session.sources);
            return self.correct(session, options, (&judged, &plan)).await;
        }
        if self.args.adopt && !wrong && judged.document.drifted().next().is_some() {
            self.screen.diagnostics(diagnostics, &session.sources);
            return self.adopt(session, &judged, &plan);
        }
        if let Err(diagnostic) = self.tell(&judged, &plan, None) {
            return complain(self.screen, (*diagnostic).into(), &session.sources);
        }
        self.screen.diagnostics(diagnostics, &session.sources);
        let unapplied = judged.document.of(DriftKind::Unapplied).next().is_some();
        let counts = judged.document.drifted().next().is_some()
            || (unapplied && !self.args.world && !self.args.correct);
        match (wrong, counts) {
            (true, _) => 1,
            (false, true) => DIFFERENT,
            (false, false) => 0,
        }
    }

    fn judge(&self, session: &Session, plan: &Plan) -> Result<Judged, Box<Diagnostic>> {
        let document = drift_document(plan, &**session.providers());
        let Rules { settings, baseline, .. } = self.rules;
        Ok(judge(document, settings, baseline.as_ref(), session.lineage(), moment(plan)?))
    }

    /// Writes what is known from now on, where it is asked for: what alarms, and what the baseline knew already.
    fn save(&self, session: &Session, judged: &Judged) -> Result<(), Box<Diagnostic>> {
        let Some(path) = &self.rules.save else { return Ok(()) };
        let all = rules::known(judged, self.args.world, session.lineage());
        rules::save(path, &all)?;
        if !self.args.json {
            let count = all.known.len();
            let line =
                format!("\nKnown from now on, in {}: {count} difference{}.", path.display(), plural(count));
            self.screen.line(&line);
        }
        Ok(())
    }

    /// The document, where it is asked for.
    fn tell(
        &self,
        judged: &Judged,
        plan: &Plan,
        correction: Option<&Correction>,
    ) -> Result<(), Box<Diagnostic>> {
        if self.args.json {
            let told = Told { document: &judged.document, plan, world_only: self.args.world, correction };
            self.screen.line(&trueup_document::drift::judged(&told, judged)?);
        }
        Ok(())
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
