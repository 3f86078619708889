//! The event stream that `-json` makes of plan, apply, refresh and destroy: one line of JSON each. No sensitive
//! value stands in it.
//!
//! Functions take when it happened (RFC 3339 with microseconds) and give the line without its end.

mod change;
mod hook;
pub mod test;

pub use change::{drift, outputs, planned, planned_outputs};
pub use hook::{Hook, duration};

use super::diagnostic::{DiagnosticWire, severity, wire};
use super::text;
use serde::Serialize;
use serde_json::value::RawValue;
use trueup_diag::{Diagnostic, Sources};
use trueup_plan::Summary;
use trueup_state::TERRAFORM_VERSION;

/// The version of the stream's shape.
const UI_VERSION: &str = "1.2";

/// What every line has; those of tests say which file and run they are about.
#[derive(Serialize)]
struct LineWire<'a, P: Serialize> {
    #[serde(rename = "@level")]
    level: &'a str,
    #[serde(rename = "@message")]
    message: &'a str,
    #[serde(rename = "@module")]
    module: &'a str,
    #[serde(rename = "@testfile", skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(rename = "@testrun", skip_serializing_if = "Option::is_none")]
    run: Option<&'a str>,
    #[serde(rename = "@timestamp")]
    timestamp: &'a str,
    #[serde(flatten)]
    payload: P,
    #[serde(rename = "type")]
    kind: &'a str,
}

fn line<P: Serialize>(timestamp: &str, kind: &str, message: &str, payload: P) -> String {
    line_of("info", timestamp, kind, message, payload)
}

fn line_of<P: Serialize>(level: &str, timestamp: &str, kind: &str, message: &str, payload: P) -> String {
    text(&LineWire {
        level,
        message,
        module: "terraform.ui",
        file: None,
        run: None,
        timestamp,
        payload,
        kind,
    })
}

#[derive(Serialize)]
struct VersionWire {
    terraform: &'static str,
    trueup: &'static str,
    ui: &'static str,
}

/// The first line of every stream.
pub fn version(timestamp: &str) -> String {
    let payload = VersionWire { terraform: TERRAFORM_VERSION, trueup: crate::VERSION, ui: UI_VERSION };
    line(timestamp, "version", &format!("Terraform {TERRAFORM_VERSION}"), payload)
}

#[derive(Serialize)]
struct NothingWire {}

/// A remark that has no kind of its own.
pub fn log(timestamp: &str, message: &str) -> String {
    line(timestamp, "log", message, NothingWire {})
}

#[derive(Serialize)]
struct InitWire<'a> {
    message_code: &'a str,
}

/// A step of `init`, with Terraform's code for it.
pub fn initializing(timestamp: &str, code: &str, message: &str) -> String {
    line(timestamp, "init_output", message, InitWire { message_code: code })
}

#[derive(Serialize)]
struct DiagnosticLineWire {
    diagnostic: DiagnosticWire,
}

/// An error or a warning.
pub fn diagnostic(timestamp: &str, diagnostic: &Diagnostic, sources: &Sources) -> String {
    let (level, word) = if diagnostic.is_error() { ("error", "Error") } else { ("warn", "Warning") };
    debug_assert_eq!(severity(diagnostic.severity), word.to_lowercase());
    let message = format!("{word}: {}", diagnostic.summary);
    line_of(
        level,
        timestamp,
        "diagnostic",
        &message,
        DiagnosticLineWire { diagnostic: wire(diagnostic, sources) },
    )
}

/// What a summary is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A plan was made.
    Plan,
    /// A plan was applied.
    Apply,
    /// Everything was destroyed.
    Destroy,
}

#[derive(Serialize)]
struct SummaryLineWire {
    changes: SummaryWire,
}

#[derive(Serialize)]
struct SummaryWire {
    add: usize,
    change: usize,
    import: usize,
    remove: usize,
    operation: &'static str,
}

/// How many objects are, or were, added, changed and so on.
pub fn summary(timestamp: &str, operation: Operation, counts: &Summary) -> String {
    let Summary { add, change, destroy, import, .. } = *counts;
    let (word, message) = match operation {
        Operation::Plan if import > 0 => (
            "plan",
            format!("Plan: {import} to import, {add} to add, {change} to change, {destroy} to destroy."),
        ),
        Operation::Plan => ("plan", format!("Plan: {add} to add, {change} to change, {destroy} to destroy.")),
        Operation::Apply => {
            let imported = if import > 0 { format!("{import} imported, ") } else { String::new() };
            let done = format!("{imported}{add} added, {change} changed, {destroy} destroyed.");
            ("apply", format!("Apply complete! Resources: {done}"))
        }
        Operation::Destroy => ("destroy", format!("Destroy complete! Resources: {destroy} destroyed.")),
    };
    let changes = SummaryWire { add, change, import, remove: destroy, operation: word };
    line(timestamp, "change_summary", &message, SummaryLineWire { changes })
}

/// `null`, `0` or `"key"`.
fn json_text<T: Serialize>(value: &T) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("keys are numbers and strings")
}
