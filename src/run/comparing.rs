//! One stack compared with the world, and what drifted in it brought back.

use crate::outputs::{Reckoning, planned};
use crate::report::{Counts, Event, Failure, Outcome, Question, StackReport};
use crate::run::Run;
use crate::site::plain;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use trueup_addr::ResourceInstance;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_drift::{
    Baseline, Correction, DriftKind, Guards, Judged, Left, drift_document, judge, moment, wire,
};
use trueup_engine::{
    NotOpened, Planned, Session, audit, carry_out_correction, decide_correction, plan_correction,
};
use trueup_plan::Plan;
use trueup_stacks::Measure;

/// How stacks are compared, and what of them is brought back.
#[derive(Clone, Debug, Default)]
pub struct Comparing {
    /// Only what was changed outside counts, not what Git has that was never applied.
    pub world_only: bool,
    /// Audit logs are asked who changed what drifted.
    pub audit: bool,
    /// A directory with a baseline of each stack, `NAME.json`. A stack that has none there knows of nothing.
    pub baselines: Option<PathBuf>,
    /// A directory where baselines are written.
    pub saved: Option<PathBuf>,
    /// What may be brought back besides what is changed in place; nothing is brought back where there is none.
    pub correcting: Option<Correcting>,
}

/// What whoever runs a correction asks for; the rules of each stack come on top.
#[derive(Clone, Debug, Default)]
pub struct Correcting {
    /// What is allowed besides changes in place.
    pub asked: BTreeSet<Measure>,
    /// At most so many objects of each stack.
    pub changes_max: Option<usize>,
}

/// Reads a baseline; none where there is no such file.
///
/// # Errors
/// It can't be read.
pub fn read_baseline(path: &Path) -> Result<Option<Baseline>, Box<Diagnostic>> {
    let failed = |why: String| {
        let detail = format!("The baseline {} can't be read: {why}.", path.display());
        Box::new(Diagnostic::error("Failed to read the baseline", detail).hint("-save-baseline writes one"))
    };
    match std::fs::read_to_string(path) {
        Ok(text) => wire::read(&text).map(Some).map_err(failed),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Writes a baseline.
///
/// # Errors
/// It can't be written.
pub fn write_baseline(path: &Path, baseline: &Baseline) -> Result<(), Box<Diagnostic>> {
    std::fs::write(path, wire::write(baseline)).map_err(|error| {
        let detail = format!("The baseline {} can't be written: {error}.", path.display());
        Box::new(Diagnostic::error("Failed to write the baseline", detail))
    })
}

impl Run {
    /// Tells what differs; where that is asked for, what drifted is brought back.
    pub(crate) async fn compare(&self, at: usize, session: &mut Session, made: Planned) -> StackReport {
        let Planned { plan, mut diagnostics } = made;
        let judged = match self.judge(at, session, &plan).await {
            Ok((judged, found)) => {
                diagnostics.extend(found);
                judged
            }
            Err(problem) => return self.unplanned(at, &problem.into()).report,
        };
        self.tell(at, &Event::Planned { plan: &plan, session, drift: Some(&judged) });
        if diagnostics.has_errors() {
            let sources = session.sources.clone();
            return self.unplanned(at, &NotOpened { locked: false, sources, diagnostics }).report;
        }
        self.found(at, session, &diagnostics);
        self.board.note(self.stack(at), planned(session, &plan, Reckoning::Stored));
        let report = self.differs(at, &plan, &judged);
        if let Err(problem) = self.save(at, session, &judged) {
            self.found(at, session, &(*problem).into());
            return StackReport { outcome: Outcome::Failed(Failure::Error), ..report };
        }
        match &self.options.comparing.correcting {
            Some(correcting) if report.drift > 0 => {
                let guards = Guards {
                    rules: self.repository.stacks.drift(self.stack(at)).correct,
                    asked: correcting.asked.clone(),
                    changes_max: correcting.changes_max,
                };
                self.correct(at, session, (&judged, &plan), (&guards, report)).await
            }
            _ => report,
        }
    }

    fn found(&self, at: usize, session: &Session, found: &Diagnostics) {
        self.tell(at, &Event::Found(found, &session.sources));
    }

    /// What differs, without what rules leave out and a baseline knows; with warnings about what can't be found out of it.
    async fn judge(
        &self,
        at: usize,
        session: &Session,
        plan: &Plan,
    ) -> Result<(Judged, Diagnostics), Box<Diagnostic>> {
        let document = drift_document(plan, &**session.providers());
        let rules = self.repository.stacks.drift(self.stack(at));
        let baseline = match &self.options.comparing.baselines {
            None => None,
            Some(directory) if !directory.is_dir() => {
                let detail = format!("There is no directory {} with baselines.", directory.display());
                let problem = Diagnostic::error("Failed to read the baseline", detail);
                return Err(Box::new(problem.hint("-save-baseline=DIR writes one for each stack")));
            }
            Some(directory) => Some(read_baseline(&self.baseline(at, directory))?.unwrap_or_default()),
        };
        let mut judged = judge(document, &rules, baseline.as_ref(), session.lineage(), moment(plan)?);
        let wanted = self.options.comparing.audit;
        let found = if wanted { audit(session, plan, &mut judged).await? } else { Diagnostics::new() };
        Ok((judged, found))
    }

    fn baseline(&self, at: usize, directory: &Path) -> PathBuf {
        let mut path = directory.join(plain(&self.stack(at).name)).into_os_string();
        path.push(".json");
        PathBuf::from(path)
    }

    /// Writes what is known from now on, where it is asked for.
    fn save(&self, at: usize, session: &Session, judged: &Judged) -> Result<(), Box<Diagnostic>> {
        let Some(directory) = &self.options.comparing.saved else { return Ok(()) };
        let path = self.baseline(at, directory);
        if let Some(Err(error)) = path.parent().map(std::fs::create_dir_all) {
            let detail = format!("The directory of {} can't be made: {error}.", path.display());
            return Err(Box::new(Diagnostic::error("Failed to write the baseline", detail)));
        }
        write_baseline(&path, &judged.baseline(self.options.comparing.world_only, session.lineage()))
    }

    fn differs(&self, at: usize, plan: &Plan, judged: &Judged) -> StackReport {
        let Comparing { world_only, correcting, .. } = &self.options.comparing;
        let drift = judged.document.drifted().count();
        let unapplied = judged.document.of(DriftKind::Unapplied).next().is_some();
        let outcome = if drift > 0 {
            Outcome::Drifted
        } else if unapplied && !world_only && correcting.is_none() {
            Outcome::Changes
        } else {
            Outcome::Unchanged
        };
        StackReport { counts: Counts::of(plan), drift, ..StackReport::new(&self.stack(at).name, outcome) }
    }

    /// Decides, asks, does, and tells what became of it.
    async fn correct(
        &self,
        at: usize,
        session: &mut Session,
        (judged, compared): (&Judged, &Plan),
        (guards, report): (&Guards, StackReport),
    ) -> StackReport {
        let decision = match decide_correction(session, judged, guards, compared).await {
            Ok(decision) => decision,
            Err(problem) => {
                self.found(at, session, &(*problem).into());
                return StackReport { outcome: Outcome::Failed(Failure::Error), ..report };
            }
        };
        let mut correction = Correction::of(&decision);
        let (outcome, counts) = if decision.correct.is_empty() {
            self.tell(at, &Event::Correcting { plan: None, session, correction: &correction });
            let outcome = if decision.is_denied() { Outcome::Denied } else { Outcome::Drifted };
            (outcome, report.counts)
        } else {
            self.bring_back(at, session, (&decision.correct, compared, guards), &mut correction).await
        };
        self.tell(at, &Event::Corrected { correction: &correction, judged, plan: compared });
        StackReport { outcome, counts, correction: Some(correction), ..report }
    }

    async fn bring_back(
        &self,
        at: usize,
        session: &mut Session,
        (wanted, compared, guards): (&BTreeSet<ResourceInstance>, &Plan, &Guards),
        correction: &mut Correction,
    ) -> (Outcome, Counts) {
        let nothing = |outcome| (outcome, Counts::default());
        let options = self.plan_options();
        let Planned { plan, diagnostics } =
            plan_correction(session, &options, (wanted, compared), guards).await;
        self.tell(at, &Event::Correcting { plan: Some(&plan), session, correction });
        if diagnostics.has_errors() {
            correction.leave(wanted, &Left::Failed);
            self.found(at, session, &diagnostics);
            return nothing(Outcome::Failed(Failure::Error));
        }
        if plan.has_changes() && !self.options.approved {
            match self.is_approved(at) {
                Ok(true) => {}
                Ok(false) => {
                    correction.leave(wanted, &Left::Declined);
                    return nothing(Outcome::Drifted);
                }
                Err(problem) => {
                    correction.leave(wanted, &Left::Declined);
                    self.found(at, session, &(*problem).into());
                    return nothing(Outcome::Failed(Failure::Error));
                }
            }
        }
        let done = carry_out_correction(session, &plan, (wanted, options.parallelism), correction).await;
        let corrected: BTreeSet<&ResourceInstance> = correction.corrected.iter().collect();
        let counts = Counts::of_these(&plan, |addr| corrected.contains(addr));
        let (outcome, found) = match done {
            Ok(found) if correction.left.is_empty() => (Outcome::Corrected, found),
            Ok(found) => (Outcome::CorrectedInPart, found),
            Err(found) if correction.steps > 0 => (Outcome::Failed(Failure::Partly), found),
            Err(found) => (Outcome::Failed(Failure::Error), found),
        };
        self.found(at, session, &found);
        (outcome, counts)
    }

    fn is_approved(&self, at: usize) -> Result<bool, Box<Diagnostic>> {
        let _alone = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        self.reporter.approve(Question::Correct(&self.stack(at).name))
    }
}
