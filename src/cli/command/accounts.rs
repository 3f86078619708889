//! What a run over many stacks comes to, as a report for each of them, and files of all of it in other formats.

use super::Context;
use super::telling::Asked;
use crate::arguments::ReportFile;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document::drift::Told;
use trueup_drift::Judged;
use trueup_engine::Session;
use trueup_plan::{Plan, PlanMode};
use trueup_run::{Event, Operation, Outcome, Reporter, Repository};
use trueup_source::within;
use trueup_view::format::{Limits, Section, write};
use trueup_view::report::{Report, Scene, Subject};

/// Keeps a report of each stack's first plan, or of what drifted.
pub(crate) struct Accounts {
    asked: Asked,
    /// Where each stack lies in the repository.
    directories: BTreeMap<String, String>,
    stacks: Mutex<BTreeMap<String, Account>>,
}

#[derive(Default)]
struct Account {
    report: Option<Report>,
    /// It is told to its end; what comes later is what was done.
    is_ended: bool,
}

impl Accounts {
    pub(crate) fn new(repository: &Repository, asked: Asked) -> Accounts {
        let top = within(&repository.root).unwrap_or_default();
        let directory = |directory: &str| match (top.as_str(), directory) {
            ("", directory) => directory.to_owned(),
            (top, "") => top.to_owned(),
            (top, directory) => format!("{top}/{directory}"),
        };
        let stacks = repository.stacks.stacks.iter();
        let directories = stacks
            .map(|stack| (stack.name.to_string(), stack.directory().map(directory).unwrap_or_default()));
        Accounts { asked, directories: directories.collect(), stacks: Mutex::default() }
    }

    /// The reports, by the stacks' names.
    pub(crate) fn reports(&self) -> BTreeMap<String, Report> {
        let stacks = self.stacks();
        stacks.iter().filter_map(|(name, account)| Some((name.clone(), account.report.clone()?))).collect()
    }

    /// Takes in what happens to a stack.
    pub(crate) fn event(&self, stack: &str, event: &Event<'_>) {
        match event {
            Event::Planned { plan, session, drift } => self.planned(stack, session, (plan, *drift)),
            Event::Found(found, sources) | Event::Deferred(found, sources) => {
                self.found(stack, found, sources);
            }
            Event::Ended(report) => {
                if let Some(why) = left_out(&report.outcome) {
                    self.found(stack, &why.into(), &Sources::default());
                }
                self.stacks().entry(stack.to_owned()).or_default().is_ended = true;
            }
            Event::Corrected { correction, .. } => {
                let mut stacks = self.stacks();
                let report = stacks.get_mut(stack).and_then(|account| account.report.as_mut());
                report.into_iter().for_each(|report| report.correct(correction));
            }
            Event::Began | Event::Step(_) | Event::Applied(_) | Event::Correcting { .. } => {}
        }
    }

    fn stacks(&self) -> MutexGuard<'_, BTreeMap<String, Account>> {
        self.stacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn directory(&self, stack: &str) -> &str {
        self.directories.get(stack).map_or("", String::as_str)
    }

    fn subject(&self) -> Subject {
        match self.asked.operation {
            Operation::Drift => Subject::Drift,
            Operation::Plan | Operation::Apply => Subject::Plan(PlanMode::Normal),
        }
    }

    fn planned(&self, stack: &str, session: &Session, (plan, drift): (&Plan, Option<&Judged>)) {
        if self.stacks().get(stack).is_some_and(|account| account.is_ended) {
            return;
        }
        let scene = Scene {
            program: session.program(),
            sources: &session.sources,
            schemas: &**session.providers(),
            directory: self.directory(stack),
        };
        let made = match drift {
            None => Report::of_plan(plan, &scene),
            Some(judged) => {
                let told = Told {
                    document: &judged.document,
                    plan,
                    world_only: self.asked.world_only,
                    correction: None,
                    reported: None,
                };
                Report::of_drift(&told, &scene).map(|mut report| {
                    report.excuse(judged, &scene);
                    report
                })
            }
        };
        let report = made.unwrap_or_else(|problem| {
            let place = (&session.sources, self.directory(stack));
            Report::failed(self.subject(), &Diagnostics::from(*problem), place)
        });
        self.stacks().entry(stack.to_owned()).or_default().report = Some(report);
    }

    fn found(&self, stack: &str, found: &Diagnostics, sources: &Sources) {
        let place = (sources, self.directory(stack));
        let mut stacks = self.stacks();
        let account = stacks.entry(stack.to_owned()).or_default();
        if account.is_ended {
            return;
        }
        match &mut account.report {
            Some(report) => report.diagnose(found, place),
            None if found.has_errors() => {
                account.report = Some(Report::failed(self.subject(), found, place));
            }
            None => {}
        }
    }
}

/// Why a stack was not looked at: a report that is silent on it would say that all is well.
fn left_out(outcome: &Outcome) -> Option<Diagnostic> {
    match outcome {
        Outcome::LeftOut(others) => {
            let names: Vec<&str> = others.iter().map(|name| &**name).collect();
            let detail = format!("It depends on stacks that failed or were skipped: {}.", names.join(", "));
            Some(Diagnostic::error("Stack skipped", detail))
        }
        Outcome::Stopped => {
            Some(Diagnostic::error("Stack skipped", "The run was stopped before it came to it."))
        }
        _ => None,
    }
}

/// A reporter beside which accounts are kept, where somebody wants them.
pub(crate) struct Kept<R> {
    pub(crate) telling: R,
    pub(crate) accounts: Option<Accounts>,
}

impl<R: Reporter> Reporter for Kept<R> {
    fn event(&self, stack: &str, event: &Event<'_>) {
        if let Some(accounts) = &self.accounts {
            accounts.event(stack, event);
        }
        self.telling.event(stack, event);
    }

    fn approve(&self, question: trueup_run::Question<'_>) -> Result<bool, Box<Diagnostic>> {
        self.telling.approve(question)
    }
}

/// Writes the files that `-report` names. What can't be written is told, and the others are written all the same.
pub(crate) fn write_files<'a>(
    context: &Context,
    files: &[ReportFile],
    reports: impl Iterator<Item = (&'a str, &'a Report)>,
) -> Diagnostics {
    let sections: Vec<Section<'_>> = reports.map(|(stack, report)| Section { stack, report }).collect();
    let mut found = Diagnostics::new();
    for file in files {
        let text = write(&sections, file.format, Limits::default());
        let path = context.beside(&file.path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if let Err(error) = made.and_then(|()| std::fs::write(&path, text)) {
            let detail = format!("The report can't be written to {}: {error}.", path.display());
            let problem = Diagnostic::error("Failed to write file", detail);
            found.push(problem.hint("give -report a file that can be written to"));
        }
    }
    found
}
