//! `drift -correct`: what may be brought back is decided, planned with nothing else in it, and done.

use crate::planning::PlanOptions;
use crate::record::correct;
use crate::session::{Planned, Session};
use std::collections::BTreeSet;
use trueup_addr::{ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_drift::{Circumstances, Correction, Decision, Guards, Judged, astray, decide, forbidden, moment};
use trueup_plan::Plan;
use trueup_value::Path;

/// Decides what of what drifted may be corrected here and now.
///
/// # Errors
/// The record beside the state can't be read, or the clock says no time.
pub async fn decide_correction(
    session: &Session,
    judged: &Judged,
    guards: &Guards,
    compared: &Plan,
) -> Result<Decision, Box<Diagnostic>> {
    let record = session.record().await?;
    let circumstances = Circumstances {
        now: moment(compared)?,
        commit: compared.commit.as_ref(),
        record: record.as_ref(),
        serial: session.serial(),
    };
    Ok(decide(judged, guards, circumstances))
}

/// Plans the correction of what is wanted and of nothing else. There are errors where that can't be done, or where the
/// plan does more than it may; warnings were told by the comparison.
pub async fn plan_correction(
    session: &mut Session,
    options: &PlanOptions,
    (wanted, compared): (&BTreeSet<ResourceInstance>, &Plan),
    guards: &Guards,
) -> Planned {
    let targets = wanted.iter().cloned().map(Target::Instance).collect();
    let options = PlanOptions { targets, only: Some(wanted.clone()), ..options.clone() };
    let Planned { plan, diagnostics } = session.plan(&options).await;
    let mut found: Diagnostics = diagnostics.into_iter().filter(Diagnostic::is_error).collect();
    if !found.has_errors() {
        let measure = forbidden(&plan, guards).map(|(addr, measure)| not_allowed(&addr, measure.word()));
        let beyond = || astray(&plan, compared).map(|(addr, path)| unapplied(&addr, &path));
        found.extend(measure.or_else(beyond));
    }
    Planned { plan, diagnostics: found }
}

/// Carries out the plan of a correction, and notes what became of what was wanted. Gives what was found on the way.
///
/// # Errors
/// Not all of it was done; what was is noted as well.
pub async fn carry_out_correction(
    session: &mut Session,
    plan: &Plan,
    (wanted, parallelism): (&BTreeSet<ResourceInstance>, usize),
    correction: &mut Correction,
) -> Result<Diagnostics, Diagnostics> {
    let hash = trueup_plan::file::hash(plan).map_err(|error| {
        correction.broke_off(wanted, &BTreeSet::new());
        Diagnostics::from(error.diagnostic())
    })?;
    let outcome = correct(session, plan, (&hash, parallelism)).await;
    correction.steps = outcome.done.values().sum();
    if outcome.diagnostics.has_errors() || outcome.interrupted {
        correction.broke_off(wanted, &outcome.finished);
        return Err(outcome.diagnostics);
    }
    correction.corrected = wanted.iter().cloned().collect();
    Ok(outcome.diagnostics)
}

/// The plan of a correction does more than what was decided.
fn not_allowed(addr: &ResourceInstance, word: &str) -> Diagnostic {
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
