//! The record beside the state: which commit was applied last, and what was corrected when.

use crate::applying::{ApplyOutcome, Purpose, carry_out};
use crate::ledger::store_diagnostic;
use crate::session::Session;
use trueup_diag::Diagnostic;
use trueup_plan::{Plan, PlanMode};
use trueup_state::{AppliedCommit, Record};

impl Session {
    /// The record of this state; none where nothing was written down, or where what was is of another state.
    ///
    /// # Errors
    /// It can't be read.
    pub async fn record(&self) -> Result<Option<Record>, Box<Diagnostic>> {
        let record = self.ledger.store.read_record().await.map_err(|error| store_diagnostic(&error))?;
        Ok(record.filter(|record| record.lineage == self.ledger.document.lineage))
    }

    /// The lineage of the state; empty where there is none yet.
    pub fn lineage(&self) -> &str {
        &self.ledger.document.lineage
    }

    /// The serial of the state.
    pub fn serial(&self) -> u64 {
        self.ledger.document.serial
    }

    async fn write_record(&self, mut record: Record) -> Option<Diagnostic> {
        record.lineage.clone_from(&self.ledger.document.lineage);
        record.serial = self.ledger.document.serial;
        match self.ledger.store.write_record(&record).await {
            Ok(_) => None,
            Err(error) => Some(unkept(*store_diagnostic(&error))),
        }
    }
}

/// What was done is done: that nothing says so any more is no failure of it.
fn unkept(problem: Diagnostic) -> Diagnostic {
    let detail = format!(
        "{} Which commit was applied and what was corrected is not written down, so later corrections may be refused.",
        problem.detail
    );
    let warning = Diagnostic::warning("Failed to keep the record of the run", detail);
    match problem.hint {
        Some(hint) => warning.hint(hint),
        None => warning,
    }
}

/// Notes the commit of a plan that was carried out. What only read the world leaves the commit as it is.
pub(crate) async fn note_applied(session: &Session, plan: &Plan, succeeded: bool) -> Option<Diagnostic> {
    let commit = plan.commit.as_ref()?;
    let mut record = match session.record().await {
        Ok(record) => record.unwrap_or_default(),
        Err(problem) => return Some(unkept(*problem)),
    };
    if plan.mode == PlanMode::RefreshOnly {
        if record.serial != plan.prior.serial {
            return None;
        }
    } else {
        let (commit, time) = (commit.clone(), (session.world.clock)());
        record.applied = Some(AppliedCommit { commit, time, whole: succeeded && !plan.is_partial() });
    }
    session.write_record(record).await
}

/// Carries out the plan of a correction, and notes what was brought back. The commit that was applied last stays that:
/// nothing of another one was carried out, nor are outputs and moves of the configuration taken up.
pub async fn correct(
    session: &mut Session,
    plan: &Plan,
    (plan_hash, parallelism): (&str, usize),
) -> ApplyOutcome {
    let (before, serial) = (session.record().await, session.serial());
    let mut outcome = carry_out(session, plan, (plan_hash, parallelism), Purpose::Correction).await;
    // What wrote nothing leaves the record true.
    if outcome.finished.is_empty() && session.serial() == serial {
        return outcome;
    }
    let problem = match before {
        Ok(None) if outcome.finished.is_empty() => None,
        Ok(before) => {
            let mut record = before.unwrap_or_default();
            if record.serial != serial {
                record.applied = None;
            }
            record.corrected(outcome.finished.iter().cloned(), &(session.world.clock)());
            session.write_record(record).await
        }
        Err(problem) => Some(unkept(*problem)),
    };
    outcome.diagnostics.extend(problem);
    outcome
}
