//! `drift -correct`: what drifted is brought back to what Git says, inside of the guards.

use super::{DENIED, DIFFERENT, PARTLY, Work, plural};
use crate::command::apply::ask;
use crate::command::plan::complain;
use std::collections::BTreeSet;
use trueup_addr::{ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_diff::Action;
use trueup_document::drift::Correction;
use trueup_drift::{Circumstances, Decision, Judged, astray, decide, forbidden, moment};
use trueup_engine::{PlanOptions, Planned, Session, correct};
use trueup_plan::Plan;
use trueup_stacks::Measure;
use trueup_value::Path;
use trueup_view::diff::Differ;
use trueup_view::drift::{left, refused};

impl Work<'_> {
    /// Decides what may be brought back, plans just that, shows it, asks, applies.
    pub(super) async fn correct(
        &self,
        session: &mut Session,
        options: &PlanOptions,
        (judged, compared): (&Judged, &Plan),
    ) -> u8 {
        let decision = match self.decide(session, judged, compared).await {
            Ok(decision) => decision,
            Err(diagnostic) => return complain(self.screen, (*diagnostic).into(), &session.sources),
        };
        if !self.args.is_document() {
            if !decision.left.is_empty() {
                self.screen.print(&left(&decision.left));
            }
            if let Some(why) = &decision.refused {
                self.screen.print(&refused(why, self.screen.style));
            }
        }
        let denied = decision.refused.is_some();
        let mut correction =
            Correction { left: decision.left, refused: decision.refused, ..Correction::default() };
        let outcome = if denied {
            Ok(DENIED)
        } else if decision.correct.is_empty() {
            Ok(DIFFERENT)
        } else {
            self.bring_back(session, options, (&decision.correct, compared), &mut correction).await
        };
        let code = match outcome {
            Ok(code) => code,
            Err(diagnostics) => {
                self.screen.diagnostics(diagnostics, &session.sources);
                if correction.steps > 0 { PARTLY } else { 1 }
            }
        };
        match self.tell(session, (judged, compared), (Some(&correction), &Diagnostics::new())) {
            Ok(()) => code,
            Err(diagnostic) => complain(self.screen, (*diagnostic).into(), &session.sources),
        }
    }

    async fn decide(
        &self,
        session: &Session,
        judged: &Judged,
        compared: &Plan,
    ) -> Result<Decision, Box<Diagnostic>> {
        let record = session.record().await?;
        let circumstances = Circumstances {
            now: moment(compared)?,
            commit: compared.commit.as_ref(),
            record: record.as_ref(),
            serial: session.serial(),
        };
        Ok(decide(judged, &self.rules.guards, circumstances))
    }

    /// Gives the exit code, or what went wrong.
    async fn bring_back(
        &self,
        session: &mut Session,
        options: &PlanOptions,
        (wanted, compared): (&BTreeSet<ResourceInstance>, &Plan),
        correction: &mut Correction,
    ) -> Result<u8, Diagnostics> {
        let targets = wanted.iter().cloned().map(Target::Instance).collect();
        let options = PlanOptions { targets, only: Some(wanted.clone()), ..options.clone() };
        let Planned { plan, diagnostics } = session.plan(&options).await;
        if !self.args.is_document() {
            let differ = Differ { style: self.screen.style, whole: false };
            self.screen.print(&trueup_view::plan::correction(&plan, &**session.providers(), differ));
        }
        // That it was planned with targets goes without saying.
        let found: Diagnostics = diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        if found.has_errors() {
            return Err(found);
        }
        if let Some((addr, measure)) = forbidden(&plan, &self.rules.guards) {
            return Err(not_allowed(&addr, measure).into());
        }
        if let Some((addr, path)) = astray(&plan, compared) {
            return Err(unapplied(&addr, &path).into());
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
        let outcome = correct(session, &plan, (&hash, options.parallelism), wanted).await;
        correction.steps = outcome.done.values().sum();
        if outcome.diagnostics.has_errors() || outcome.interrupted {
            return Err(outcome.diagnostics);
        }
        self.screen.diagnostics(outcome.diagnostics, &session.sources);
        correction.corrected = wanted.iter().cloned().collect();
        if !self.args.is_document() {
            self.corrected(&plan, correction.steps);
        }
        Ok(if correction.left.is_empty() { 0 } else { PARTLY })
    }

    fn corrected(&self, plan: &Plan, steps: usize) {
        let line = format!("Drift corrected: {steps} step{} done.", plural(steps));
        self.screen.line(&format!("\n{}", self.screen.style.bold(&self.screen.style.green(&line))));
        let anew = |action: Action| action == Action::Create || action.is_replace();
        if plan.changes.iter().any(|change| anew(change.change.action)) {
            self.screen
                .line("What refers to what was made anew may have to follow: \"trueup plan\" shows it.");
        }
    }
}

/// The plan of a correction does more than what was decided.
fn not_allowed(addr: &ResourceInstance, measure: Measure) -> Diagnostic {
    let word = measure.word();
    let detail =
        format!("To bring back what drifted, the plan would also {word} {addr}, which is not allowed.");
    Diagnostic::error("Correction would do more than it may", detail)
        .hint(format!("-allow-{word} lets it, where trueup.hcl doesn't forbid it; or apply a plan instead"))
}

fn unapplied(addr: &ResourceInstance, path: &Path) -> Diagnostic {
    let name = path.to_string();
    let what = match name.trim_start_matches('.') {
        "" => addr.to_string(),
        name => format!("{name} of {addr}"),
    };
    let detail = format!(
        "To bring back what drifted, the plan would also change {what} to a value that Git has and that was never applied."
    );
    Diagnostic::error("Correction would do more than it may", detail)
        .hint("apply what Git has first (trueup plan shows it); what drifts then can be corrected")
}
