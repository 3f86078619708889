//! The events of `test -json`.

use super::super::diagnostic::{DiagnosticWire, wire};
use super::super::{Failure, Json, plan, schemas, state, text};
use super::LineWire;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use trueup_diag::{Diagnostic, Sources};
use trueup_engine::{Providers, Schemas};
use trueup_plan::Plan;
use trueup_resolve::Program;
use trueup_state::State;
use trueup_testing::{Event, FileStage, Left, RunStage, Status, Totals};

/// Where a line belongs.
type Place<'a> = (Option<&'a str>, Option<&'a str>);

fn line<P: Serialize>(
    (level, timestamp, kind): (&str, &str, &str),
    message: &str,
    (file, run): Place<'_>,
    payload: P,
) -> String {
    text(&LineWire { level, message, module: "terraform.ui", file, run, timestamp, payload, kind })
}

#[derive(Serialize)]
struct AbstractWire<'a> {
    test_abstract: &'a BTreeMap<String, Vec<String>>,
}

#[derive(Serialize)]
struct FileLineWire<'a> {
    test_file: FileWire<'a>,
}

#[derive(Serialize)]
struct FileWire<'a> {
    path: &'a str,
    progress: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

#[derive(Serialize)]
struct RunLineWire<'a> {
    test_run: RunWire<'a>,
}

#[derive(Serialize)]
struct RunWire<'a> {
    path: &'a str,
    run: &'a str,
    progress: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

#[derive(Serialize)]
struct DiagnosticLineWire {
    diagnostic: DiagnosticWire,
}

#[derive(Serialize)]
struct CleanupLineWire<'a> {
    test_cleanup: CleanupWire<'a>,
}

#[derive(Serialize)]
struct CleanupWire<'a> {
    failed_resources: Vec<LeftWire<'a>>,
    /// The file that the state of these objects was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    trueup_state_file: Option<&'a str>,
}

#[derive(Serialize)]
struct LeftWire<'a> {
    instance: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposed_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trueup_id: Option<&'a str>,
}

#[derive(Serialize)]
struct SummaryLineWire {
    test_summary: SummaryWire,
}

#[derive(Serialize)]
struct SummaryWire {
    status: &'static str,
    passed: usize,
    failed: usize,
    errored: usize,
    skipped: usize,
}

#[derive(Serialize)]
struct PlanLineWire {
    test_plan: BTreeMap<String, Json>,
}

#[derive(Serialize)]
struct StateLineWire {
    test_state: BTreeMap<String, Json>,
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Skip => "skip",
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::Error => "error",
    }
}

/// An error or a warning, with the file and the run that it was found in.
pub fn diagnostic(timestamp: &str, one: &Diagnostic, sources: &Sources, place: Place<'_>) -> String {
    let (level, word) = if one.is_error() { ("error", "Error") } else { ("warn", "Warning") };
    let message = format!("{word}: {}", one.summary);
    let payload = DiagnosticLineWire { diagnostic: wire(one, sources) };
    line((level, timestamp, "diagnostic"), &message, place, payload)
}

/// The lines of an event; diagnostics have theirs each by [`diagnostic`].
pub fn lines(timestamp: &str, event: &Event<'_>) -> Result<Vec<String>, Failure> {
    Ok(vec![match event {
        Event::Diagnostics { .. } | Event::Cleanup { left: [], .. } => return Ok(Vec::new()),
        Event::Abstract(files) => all(timestamp, files),
        Event::File { file, stage } => of_file(timestamp, file, *stage),
        Event::Run { file, run, stage, .. } => of_run(timestamp, (file, run), *stage),
        Event::Plan { file, run, plan, program, providers } => {
            let message = "-verbose flag enabled, printing plan";
            let payload = PlanLineWire { test_plan: plan_members(plan, program, providers)? };
            line(("info", timestamp, "test_plan"), message, (Some(file), Some(run)), payload)
        }
        Event::State { file, run, state, providers } => {
            let message = "-verbose flag enabled, printing state";
            let payload = StateLineWire { test_state: state_members(state, providers)? };
            line(("info", timestamp, "test_state"), message, (Some(file), Some(run)), payload)
        }
        Event::Cleanup { file, run, left, kept_in, .. } => of_cleanup(timestamp, (file, run), left, *kept_in),
        Event::Summary(totals) => summary(timestamp, totals),
    }])
}

fn all(timestamp: &str, files: &BTreeMap<String, Vec<String>>) -> String {
    let runs: usize = files.values().map(Vec::len).sum();
    let many = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let message = format!("Found {} and {}", many(files.len(), "file"), many(runs, "run block"));
    let payload = AbstractWire { test_abstract: files };
    line(("info", timestamp, "test_abstract"), &message, (None, None), payload)
}

fn of_file(timestamp: &str, path: &str, stage: FileStage) -> String {
    let (shown, progress, outcome) = match stage {
        FileStage::Starting => ("in progress", "starting", None),
        FileStage::Teardown => ("tearing down", "teardown", None),
        FileStage::Complete(outcome) => (word(outcome), "complete", Some(status(outcome))),
    };
    let message = format!("{path}... {shown}");
    let payload = FileLineWire { test_file: FileWire { path, progress, status: outcome } };
    line(("info", timestamp, "test_file"), &message, (Some(path), None), payload)
}

fn of_run(timestamp: &str, (path, run): (&str, &str), stage: RunStage) -> String {
    let (shown, progress, elapsed, outcome) = match stage {
        RunStage::Starting => ("in progress", "starting", Some(0), None),
        RunStage::Teardown => ("tearing down", "teardown", Some(0), None),
        RunStage::Complete(outcome) => (word(outcome), "complete", None, Some(status(outcome))),
    };
    let message = format!("  \"{run}\"... {shown}");
    let payload = RunLineWire { test_run: RunWire { path, run, progress, elapsed, status: outcome } };
    line(("info", timestamp, "test_run"), &message, (Some(path), Some(run)), payload)
}

fn of_cleanup(
    timestamp: &str,
    (file, run): (&str, &str),
    left: &[Left],
    trueup_state_file: Option<&str>,
) -> String {
    let message = format!(
        "trueup left some resources in state after executing {file}/{run}, they need to be cleaned up manually."
    );
    let failed_resources = left
        .iter()
        .map(|one| LeftWire {
            instance: &one.instance,
            deposed_key: one.deposed.as_deref(),
            trueup_id: one.id.as_deref(),
        })
        .collect();
    let payload = CleanupLineWire { test_cleanup: CleanupWire { failed_resources, trueup_state_file } };
    line(("error", timestamp, "test_cleanup"), &message, (Some(file), Some(run)), payload)
}

fn summary(timestamp: &str, totals: &Totals) -> String {
    let bad = matches!(totals.status, Status::Fail | Status::Error);
    let message = format!("{} {}", if bad { "Failure!" } else { "Success!" }, counts(totals));
    let test_summary = SummaryWire {
        status: status(totals.status),
        passed: totals.passed,
        failed: totals.failed,
        errored: totals.errored,
        skipped: totals.skipped,
    };
    line(("info", timestamp, "test_summary"), &message, (None, None), SummaryLineWire { test_summary })
}

type Members = BTreeMap<String, Json>;

fn members(document: &str) -> Members {
    serde_json::from_str(document).expect("documents are objects")
}

fn plan_members(plan: &Plan, program: &Program, providers: &Providers) -> Result<Members, Failure> {
    let mut from = members(&plan::document(plan, program, providers)?);
    let mut out = Members::new();
    let kept = ["resource_changes", "output_changes", "resource_drift", "relevant_attributes"];
    for name in kept {
        out.extend(from.remove(name).map(|value| (name.to_owned(), value)));
    }
    out.extend(from.remove("format_version").map(|value| ("plan_format_version".to_owned(), value)));
    let used = plan.changes.iter().map(|change| change.provider.provider.clone()).collect();
    out.extend(provider_members(&used, providers));
    Ok(out)
}

fn state_members(state: &State, providers: &Providers) -> Result<Members, Failure> {
    let mut from = members(&state::document(state, providers)?);
    let mut out = Members::new();
    if let Some(values) = from.remove("values") {
        out.extend(members(values.get()));
    }
    out.extend(from.remove("format_version").map(|value| ("state_format_version".to_owned(), value)));
    let used = state.resources.values().map(|resource| resource.provider.provider.clone()).collect();
    out.extend(provider_members(&used, providers));
    Ok(out)
}

fn provider_members(used: &BTreeSet<trueup_addr::ProviderAddr>, providers: &dyn Schemas) -> Members {
    let mut from = members(&schemas::document(used, providers));
    let mut out = Members::new();
    out.extend(from.remove("format_version").map(|value| ("provider_format_version".to_owned(), value)));
    out.extend(from.remove("provider_schemas").map(|value| ("provider_schemas".to_owned(), value)));
    out
}

/// The word for how something came out: what could not be carried out has failed too.
pub fn word(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Skip => "skip",
        Status::Pass => "pass",
        Status::Fail | Status::Error => "fail",
    }
}

/// `2 passed, 0 failed.`
pub fn counts(totals: &Totals) -> String {
    let skipped = if totals.skipped > 0 { format!(", {} skipped", totals.skipped) } else { String::new() };
    format!("{} passed, {} failed{skipped}.", totals.passed, totals.failed + totals.errored)
}
