//! `drift -correct`: what drifted is brought back to what Git says, inside of the guards.

use super::{Work, plural};
use crate::command::apply::ask;
use crate::command::exit::{DENIED, DIFFERENT, FAILED, FINE, PARTLY};
use crate::command::plan::complain;
use std::collections::BTreeSet;
use trueup_addr::ResourceInstance;
use trueup_diag::Diagnostics;
use trueup_diff::Action;
use trueup_drift::{Correction, Judged, Left};
use trueup_engine::{
    PlanOptions, Planned, Session, carry_out_correction, decide_correction, plan_correction,
};
use trueup_plan::Plan;
use trueup_view::diff::Differ;
use trueup_view::drift::{left, refused};

impl Work<'_> {
    /// Decides what may be brought back, plans just that, shows it, asks, applies; what was found by the comparison
    /// stands in the document as well.
    pub(super) async fn correct(
        &self,
        session: &mut Session,
        options: &PlanOptions,
        (judged, compared, mut found): (&Judged, &Plan, Diagnostics),
    ) -> u8 {
        let decision = match decide_correction(session, judged, &self.rules.guards, compared).await {
            Ok(decision) => decision,
            Err(diagnostic) => return complain(self.screen, (*diagnostic).into(), &session.sources),
        };
        let mut correction = Correction::of(&decision);
        if !self.args.is_document() {
            if !decision.left.is_empty() {
                self.screen.print(&left(&decision.left));
            }
            if let Some(why) = &decision.refused {
                self.screen.print(&refused(why, self.screen.style));
            }
        }
        let (code, told) = if decision.is_denied() {
            (DENIED, Diagnostics::new())
        } else if decision.correct.is_empty() {
            (DIFFERENT, Diagnostics::new())
        } else {
            self.bring_back(session, options, (&decision.correct, compared), &mut correction).await
        };
        self.screen.diagnostics(told.clone(), &session.sources);
        found.append(told);
        match self.tell(session, (judged, compared), (Some(&correction), &found)) {
            Ok(()) => code,
            Err(diagnostic) => complain(self.screen, (*diagnostic).into(), &session.sources),
        }
    }

    /// Gives the exit code, and what was found.
    async fn bring_back(
        &self,
        session: &mut Session,
        options: &PlanOptions,
        (wanted, compared): (&BTreeSet<ResourceInstance>, &Plan),
        correction: &mut Correction,
    ) -> (u8, Diagnostics) {
        let Planned { plan, diagnostics } =
            plan_correction(session, options, (wanted, compared), &self.rules.guards).await;
        if !self.args.is_document() {
            let differ = Differ { style: self.screen.style, whole: false };
            self.screen.print(&trueup_view::plan::correction(&plan, &**session.providers(), differ));
        }
        if diagnostics.has_errors() {
            correction.leave(wanted, &Left::Failed);
            return (FAILED, diagnostics);
        }
        if plan.has_changes() && !self.args.auto_approve {
            let note = "Only 'yes' will be accepted to approve.";
            let question = "Do you want to bring these back to what Git says?";
            match ask(self.screen, question, note) {
                Ok(true) => {}
                Ok(false) => {
                    correction.leave(wanted, &Left::Declined);
                    self.screen.line("\nCorrection cancelled.");
                    return (DIFFERENT, Diagnostics::new());
                }
                Err(diagnostic) => {
                    correction.leave(wanted, &Left::Declined);
                    return (FAILED, (*diagnostic).into());
                }
            }
        }
        match carry_out_correction(session, &plan, (wanted, options.parallelism), correction).await {
            Ok(found) => {
                if !self.args.is_document() {
                    self.corrected(&plan, correction.steps);
                }
                (if correction.left.is_empty() { FINE } else { PARTLY }, found)
            }
            Err(found) => (if correction.steps > 0 { PARTLY } else { FAILED }, found),
        }
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
