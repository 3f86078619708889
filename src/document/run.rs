//! `run -json`: what became of each stack. The document's JSON Schema is `schemas/documents/run.json`.

use crate::diagnostic::{DiagnosticWire, wire};
use crate::{Json, VERSION, text};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::time::Duration;
use trueup_diag::{Diagnostics, Sources};
use trueup_run::{Counts, Failure, Operation, Outcome, Report, StackReport, Verdict};
use trueup_stacks::{Place, Stack};
use trueup_value::Name;

const FORMAT_VERSION: &str = "1.0";

/// What was found about a stack while it ran.
#[derive(Debug, Default)]
pub struct Findings {
    diagnostics: Vec<DiagnosticWire>,
    comparison: Option<Json>,
    /// How long was worked on it.
    pub took: Duration,
}

impl Findings {
    /// Keeps diagnostics.
    pub fn add(&mut self, found: &Diagnostics, sources: &Sources) {
        self.diagnostics.extend(found.clone().sorted().iter().map(|one| wire(one, sources)));
    }

    /// Keeps the document of a comparison, as `drift -json` prints it.
    pub fn compared(&mut self, document: String) {
        self.comparison = RawValue::from_string(document).ok();
    }
}

#[derive(Serialize)]
struct RunWire<'a> {
    trueup_run_format_version: &'static str,
    trueup_version: &'static str,
    operation: &'static str,
    verdict: &'static str,
    summary: SummaryWire,
    stacks: Vec<StackWire<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone: Vec<GoneWire<'a>>,
}

#[derive(Serialize)]
struct GoneWire<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<&'a str>,
}

#[derive(Serialize)]
struct SummaryWire {
    stacks: usize,
    failed: usize,
    changes: CountsWire,
    drift: usize,
}

#[derive(Serialize)]
struct CountsWire {
    add: usize,
    change: usize,
    replace: usize,
    destroy: usize,
    import: usize,
    forget: usize,
}

impl From<Counts> for CountsWire {
    fn from(counts: Counts) -> CountsWire {
        let Counts { add, change, replace, destroy, import, forget } = counts;
        CountsWire { add, change, replace, destroy, import, forget }
    }
}

#[derive(Serialize)]
struct StackWire<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<&'a str>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped_for: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    awaits: Vec<&'a str>,
    changes: CountsWire,
    drift: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_file: Option<String>,
    seconds: f64,
    diagnostics: Vec<DiagnosticWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<Json>,
}

/// The whole run: each stack of the report with what was found about it.
pub fn document(
    operation: Operation,
    report: &Report,
    mut stacks: Vec<(&Stack, Findings)>,
    gone: &[Stack],
) -> String {
    stacks.sort_by(|one, other| one.0.name.cmp(&other.0.name));
    let pairs = report.stacks.iter().zip(stacks);
    let counts = report.stacks.iter().fold(Counts::default(), |all, stack| all.plus(stack.counts));
    text(&RunWire {
        trueup_run_format_version: FORMAT_VERSION,
        trueup_version: VERSION,
        operation: match operation {
            Operation::Plan => "plan",
            Operation::Apply => "apply",
            Operation::Drift => "drift",
        },
        verdict: match report.verdict() {
            Verdict::Nothing => "nothing",
            Verdict::Corrected => "corrected",
            Verdict::Denied => "denied",
            Verdict::Different => "different",
            Verdict::Failed => "failed",
            Verdict::Locked => "locked",
            Verdict::Partly => "partly",
        },
        summary: SummaryWire {
            stacks: report.stacks.len(),
            failed: report.stacks.iter().filter(|stack| stack.is_failure()).count(),
            changes: counts.into(),
            drift: report.stacks.iter().map(|stack| stack.drift).sum(),
        },
        stacks: pairs.map(|(report, (stack, findings))| stack_wire(stack, report, findings)).collect(),
        gone: gone.iter().map(gone_wire).collect(),
    })
}

fn gone_wire(stack: &Stack) -> GoneWire<'_> {
    let (directory, source) = place(stack);
    GoneWire { name: &stack.name, directory, source, workspace: stack.settings.workspace.as_deref() }
}

fn place(stack: &Stack) -> (Option<&str>, Option<String>) {
    match &stack.settings.place {
        Place::Directory(directory) if directory.is_empty() => (Some("."), None),
        Place::Directory(directory) => (Some(directory.as_str()), None),
        Place::Git(address) => (None, Some(trueup_source::redact(address))),
    }
}

fn stack_wire<'a>(stack: &'a Stack, report: &'a StackReport, findings: Findings) -> StackWire<'a> {
    let (directory, source) = place(stack);
    let skipped_for = match &report.outcome {
        Outcome::LeftOut(others) => names(others),
        _ => Vec::new(),
    };
    StackWire {
        name: &stack.name,
        directory,
        source,
        workspace: stack.settings.workspace.as_deref(),
        outcome: outcome(&report.outcome),
        skipped_for,
        awaits: names(&report.awaits),
        changes: report.counts.into(),
        drift: report.drift,
        corrected: report.correction.as_ref().map(|correction| correction.corrected.len()),
        plan_file: report.plan_file.as_ref().map(|path| path.display().to_string()),
        // Milliseconds are as much as anybody can use.
        seconds: (findings.took.as_secs_f64() * 1000.0).round() / 1000.0,
        diagnostics: findings.diagnostics,
        comparison: findings.comparison,
    }
}

fn names(names: &BTreeSet<Name>) -> Vec<&str> {
    names.iter().map(|name| &**name).collect()
}

fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Unchanged => "unchanged",
        Outcome::Changes => "changes",
        Outcome::Drifted => "drift",
        Outcome::Applied => "applied",
        Outcome::Corrected => "corrected",
        Outcome::CorrectedInPart => "corrected_in_part",
        Outcome::Denied => "denied",
        Outcome::Deferred => "deferred",
        Outcome::Failed(Failure::Error) => "failed",
        Outcome::Failed(Failure::Locked) => "locked",
        Outcome::Failed(Failure::Partly) => "applied_in_part",
        Outcome::LeftOut(_) => "skipped",
        Outcome::Stopped => "stopped",
        Outcome::Declined => "declined",
    }
}
