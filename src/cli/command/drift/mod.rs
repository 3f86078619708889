//! `trueup drift`: what Git says, what the state last saw, what the cloud holds.

mod adopting;
mod correcting;
mod proposing;
mod rules;
#[cfg(test)]
mod tests;

use super::Context;
use super::exit::{DIFFERENT, FAILED, FINE, LOCKED};
use super::from::{self, Needs};
use super::options::{plan_options, session_options};
use super::plan::complain;
use super::progress::Progress;
use super::report::{self, Reading};
use crate::arguments::{Drift as Arguments, Planning, StateFiles};
use crate::screen::Screen;
use rules::Rules;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document::drift::Told;
use trueup_drift::{Correction, DriftKind, Judged, drift_document, judge, moment};
use trueup_engine::{Observer, PlanOptions, Planned, Session, Unobserved, audit};
use trueup_plan::Plan;
use trueup_run::write_baseline;
use trueup_view::diff::Differ;
use trueup_view::report::Subject;

/// Compares; with `-correct` brings what drifted back to what Git says.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = context.screen_for(&args.operating.terminal);
    let screen = Arc::new(if args.is_document() { screen.for_document() } else { screen });
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
        if args.is_document() { Arc::new(Unobserved) } else { Progress::new(screen.clone()) };
    let world = context.world(observer);
    let mut session = match Session::open(&world, session_options).await {
        Ok(session) => session,
        Err(not_opened) => {
            report::not_opened(context, (&screen, &args.writing), Subject::Drift, &not_opened);
            let code = complain(&screen, not_opened.diagnostics, &not_opened.sources);
            return if not_opened.locked { LOCKED } else { code };
        }
    };
    let work = Work { context, screen: &screen, args: &args, rules: &rules };
    let code = work.compare(&mut session, &options).await;
    let sources = std::mem::take(&mut session.sources);
    let closing = session.close().await;
    if closing.has_errors() { complain(&screen, closing, &sources) } else { code }
}

impl Arguments {
    /// Whether a document goes to standard output, and all else to standard error.
    fn is_document(&self) -> bool {
        self.json || self.writing.is_document()
    }
}

fn refused(args: &Arguments) -> Result<(), Diagnostics> {
    args.writing.refused(false)?;
    if args.is_document() && args.correct && !args.auto_approve {
        let option = if args.json { "-json" } else { "-format" };
        let detail = format!("Nobody can be asked for approval when {option} is set.");
        let wrong = Diagnostic::error("Auto-approve required", detail);
        return Err(wrong.hint(format!("add -auto-approve, or leave {option} out and answer")).into());
    }
    Ok(())
}

struct Work<'a> {
    context: &'a Context,
    screen: &'a Screen,
    args: &'a Arguments,
    rules: &'a Rules,
}

impl Work<'_> {
    async fn compare(&self, session: &mut Session, options: &PlanOptions) -> u8 {
        let Planned { plan, mut diagnostics } = session.plan(options).await;
        let wrong = diagnostics.has_errors();
        let judged = match self.judge(session, &plan).await {
            Ok((judged, found)) => {
                diagnostics.extend(found);
                judged
            }
            Err(diagnostic) => return complain(self.screen, (*diagnostic).into(), &session.sources),
        };
        if !self.args.is_document() {
            let differ = Differ { style: self.screen.style, whole: false };
            self.screen.print(&trueup_view::drift::judged(&judged, self.args.world, differ));
        }
        if !wrong && let Err(diagnostic) = self.save(session, &judged) {
            return complain(self.screen, (*diagnostic).into(), &session.sources);
        }
        if self.args.correct && !wrong && judged.document.drifted().next().is_some() {
            self.screen.diagnostics(diagnostics.clone(), &session.sources);
            return self.correct(session, options, (&judged, &plan, diagnostics)).await;
        }
        let takes = self.args.adopt || self.args.open_pr;
        if takes && !wrong && judged.document.drifted().next().is_some() {
            if let Err(diagnostic) = self.tell(session, (&judged, &plan), (None, &diagnostics)) {
                return complain(self.screen, (*diagnostic).into(), &session.sources);
            }
            self.screen.diagnostics(diagnostics, &session.sources);
            return if self.args.open_pr {
                self.open_pull(session, &judged, &plan).await
            } else {
                self.adopt(session, &judged, &plan)
            };
        }
        if let Err(diagnostic) = self.tell(session, (&judged, &plan), (None, &diagnostics)) {
            return complain(self.screen, (*diagnostic).into(), &session.sources);
        }
        self.screen.diagnostics(diagnostics, &session.sources);
        if self.args.open_pr
            && !wrong
            && let Err(diagnostic) = self.withdraw(session).await
        {
            return complain(self.screen, (*diagnostic).into(), &session.sources);
        }
        let unapplied = judged.document.of(DriftKind::Unapplied).next().is_some();
        let counts = judged.document.drifted().next().is_some()
            || (unapplied && !self.args.world && !self.args.correct);
        match (wrong, counts) {
            (true, _) => FAILED,
            (false, true) => DIFFERENT,
            (false, false) => FINE,
        }
    }

    /// Judges what differs; gives warnings about what can't be found out of it.
    async fn judge(&self, session: &Session, plan: &Plan) -> Result<(Judged, Diagnostics), Box<Diagnostic>> {
        let document = drift_document(plan, &**session.providers());
        let Rules { settings, baseline, .. } = self.rules;
        let mut judged = judge(document, settings, baseline.as_ref(), session.lineage(), moment(plan)?);
        let found =
            if self.args.audit { audit(session, plan, &mut judged).await? } else { Diagnostics::new() };
        Ok((judged, found))
    }

    /// Writes what is known from now on, where it is asked for: what alarms, and what the baseline knew already.
    fn save(&self, session: &Session, judged: &Judged) -> Result<(), Box<Diagnostic>> {
        let Some(path) = &self.rules.save else { return Ok(()) };
        let all = judged.baseline(self.args.world, session.lineage());
        write_baseline(path, &all)?;
        if !self.args.is_document() {
            let count = all.known.len();
            let line =
                format!("\nKnown from now on, in {}: {count} difference{}.", path.display(), plural(count));
            self.screen.line(&line);
        }
        Ok(())
    }

    /// The document, where it is asked for, with what was reported on the way.
    fn tell(
        &self,
        session: &Session,
        (judged, plan): (&Judged, &Plan),
        (correction, found): (Option<&Correction>, &Diagnostics),
    ) -> Result<(), Box<Diagnostic>> {
        if !self.args.is_document() {
            return Ok(());
        }
        let reported = Some((found, &session.sources));
        let told =
            Told { document: &judged.document, plan, world_only: self.args.world, correction, reported };
        let schemas = &**session.providers();
        let reading = Reading { program: session.program(), sources: &session.sources, schemas };
        match report::drift(self.context, &self.args.writing, (&told, judged, found), &reading)? {
            Some(text) => self.screen.print(&text),
            None => self.screen.line(&trueup_document::drift::judged(&told, judged)?),
        }
        Ok(())
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
