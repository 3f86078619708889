//! Drift for people: each attribute with what Git says, what the state saw, and what is there.

use super::diff::Differ;
use super::style::{Style, neutral, wrap};
use std::collections::BTreeSet;
use trueup_diff::Action;
use trueup_engine::{AttributeDrift, AttributeKind, DriftDocument, DriftKind, ResourceDrift};
use trueup_value::{Kind, Value};

/// The whole comparison; where asked to without what Git has that was never applied.
pub fn drift(document: &DriftDocument, world_only: bool, differ: Differ) -> String {
    let style = differ.style;
    let drifted: Vec<&ResourceDrift> = document.drifted().collect();
    let mut out = String::new();
    if drifted.is_empty() {
        let line = format!(
            "No drift: {} compared, and nothing that Git manages was changed behind its back.",
            objects(document.compared)
        );
        out.push_str(&format!("\n{}\n", style.bold(&style.green(&fitted(&line, style)))));
    } else {
        let line =
            format!("Drift: {} of {} changed outside of Git.", drifted.len(), objects(document.compared));
        out.push_str(&format!("\n{}\n", style.bold(&style.yellow(&fitted(&line, style)))));
        drifted.iter().for_each(|one| out.push_str(&drifted_resource(one, differ)));
    }
    let unmanaged: Vec<&ResourceDrift> = document.of(DriftKind::Unmanaged).collect();
    if !unmanaged.is_empty() {
        let line = "Different only where Git leaves it to the cloud or says the same, so there is nothing to correct:";
        out.push_str(&format!("\n{}\n", fitted(line, style)));
        for one in unmanaged {
            out.push_str(&format!("  {} ({})\n", neutral(&one.addr.to_string()), attribute_names(one)));
        }
    }
    let unapplied: Vec<&ResourceDrift> = document.of(DriftKind::Unapplied).collect();
    if !unapplied.is_empty() && !world_only {
        let line =
            format!("Not applied: {} in Git that the cloud doesn't have yet.", changes(unapplied.len()));
        out.push_str(&format!("\n{}\n", style.bold(&fitted(&line, style))));
        unapplied.iter().for_each(|one| out.push_str(&unapplied_resource(one, differ)));
    }
    out
}

/// A line as wide as the screen at most.
fn fitted(line: &str, style: Style) -> String {
    wrap(line, style.width.saturating_sub(1))
}

/// Why what drifted can't be corrected without more.
pub fn left_out(left: &[&ResourceDrift]) -> String {
    let names: Vec<String> = left.iter().map(|one| format!("  {}", neutral(&one.addr.to_string()))).collect();
    format!(
        "\nLeft as they are, since Git has changes of them that were never applied:\n{}\nA plan shows both together; applying it corrects them too.\n",
        names.join("\n")
    )
}

/// The top-level attributes of a resource that differ, each once.
fn attribute_names(drift: &ResourceDrift) -> String {
    let top = |attribute: &AttributeDrift| {
        let path = path(attribute);
        path.split(['.', '[']).next().unwrap_or_default().to_owned()
    };
    let names: BTreeSet<String> = drift.attributes.iter().map(top).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn objects(count: usize) -> String {
    format!("{count} object{}", if count == 1 { "" } else { "s" })
}

fn changes(count: usize) -> String {
    format!("{count} change{}", if count == 1 { "" } else { "s" })
}

fn drifted_resource(drift: &ResourceDrift, differ: Differ) -> String {
    let style = differ.style;
    let addr = style.bold(&neutral(&drift.addr.to_string()));
    let mut out = if drift.kind == DriftKind::Vanished {
        let what = match drift.action {
            Action::Create => "correcting creates it again",
            _ => "Git doesn't have it either",
        };
        format!("\n  {addr} is gone\n    ({what})\n")
    } else {
        format!("\n  {addr} was changed\n")
    };
    for attribute in &drift.attributes {
        out.push_str(&format!("    {}\n", style.bold(&path(attribute))));
        for (label, value) in [
            ("Git says    ", git(attribute)),
            ("state saw   ", shown(&attribute.state)),
            ("cloud holds ", shown(&attribute.cloud)),
        ] {
            out.push_str(&format!("      {label} {value}\n"));
        }
        if let Some(note) = note(attribute.kind) {
            out.push_str(&format!("      {}\n", style.dim(note)));
        }
    }
    out
}

pub(crate) fn note(kind: AttributeKind) -> Option<&'static str> {
    match kind {
        AttributeKind::Changed => None,
        AttributeKind::Unapplied => {
            Some("(what Git says was never applied; the cloud is as the state saw it)")
        }
        AttributeKind::Conflicting => Some("(changed in Git and outside of it, and not to the same)"),
        AttributeKind::Converged => Some("(the cloud already is as Git says: nothing to correct)"),
        AttributeKind::Unmanaged => Some("(Git leaves this to the cloud: nothing to correct)"),
    }
}

fn unapplied_resource(drift: &ResourceDrift, differ: Differ) -> String {
    let symbol = super::resource::action_symbol(drift.action, differ).trim_start().to_owned();
    let mut out = format!("  {symbol} {}\n", neutral(&drift.addr.to_string()));
    for attribute in drift.attributes.iter().filter(|one| one.kind == AttributeKind::Unapplied) {
        let (cloud, git) = (shown(&attribute.cloud), git(attribute));
        out.push_str(&format!("      {}: {cloud} -> {git}\n", path(attribute)));
    }
    out
}

pub(crate) fn path(attribute: &AttributeDrift) -> String {
    neutral(attribute.path.to_string().trim_start_matches('.'))
}

pub(crate) fn git(attribute: &AttributeDrift) -> String {
    match attribute.git.kind() {
        Kind::Unknown(..) if attribute.kind == AttributeKind::Unmanaged => "(left to the cloud)".into(),
        Kind::Unknown(..) => "(known after apply)".into(),
        _ => shown(&attribute.git),
    }
}

pub(crate) fn shown(value: &Value) -> String {
    if value.marks().is_sensitive() {
        return "(sensitive value)".into();
    }
    match value.kind() {
        Kind::Null(_) => "(nothing)".into(),
        _ => super::value::text(value, 6),
    }
}
