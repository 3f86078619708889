//! Drift for people: each attribute with what Git says, what the state saw, and what is there.

use super::diff::Differ;
use super::style::neutral;
use trueup_diff::Action;
use trueup_engine::{AttributeDrift, DriftDocument, DriftKind, ResourceDrift};
use trueup_value::{Kind, Value};

/// The whole comparison.
pub(crate) fn drift(document: &DriftDocument, differ: Differ) -> String {
    let style = differ.style;
    let drifted: Vec<&ResourceDrift> = document.drifted().collect();
    let unapplied: Vec<&ResourceDrift> = document.unapplied().collect();
    let mut out = String::new();
    if drifted.is_empty() {
        let line = format!(
            "No drift: {} compared, and nothing that Git manages was changed behind its back.",
            objects(document.compared)
        );
        out.push_str(&format!("\n{}\n", style.bold(&style.green(&line))));
    } else {
        let line =
            format!("Drift: {} of {} changed outside of Git.", drifted.len(), objects(document.compared));
        out.push_str(&format!("\n{}\n", style.bold(&style.yellow(&line))));
        drifted.iter().for_each(|one| out.push_str(&resource(one, differ)));
    }
    let unmanaged: Vec<&ResourceDrift> = document.unmanaged().collect();
    if !unmanaged.is_empty() {
        out.push_str("\nDifferent only where Git leaves it to the cloud, so there is nothing to correct:\n");
        for one in unmanaged {
            out.push_str(&format!("  {} ({})\n", neutral(&one.addr.to_string()), attribute_names(one)));
        }
    }
    if !unapplied.is_empty() {
        let line =
            format!("Not applied: {} in Git that the cloud doesn't have yet.", changes(unapplied.len()));
        out.push_str(&format!("\n{}\n", style.bold(&line)));
        for one in unapplied {
            out.push_str(&format!("  {} {}\n", symbol(one.action, differ), neutral(&one.addr.to_string())));
        }
    }
    out
}

/// The top-level attributes of a resource that differ, each once.
fn attribute_names(drift: &ResourceDrift) -> String {
    let top = |attribute: &AttributeDrift| {
        let path = path(attribute);
        path.split(['.', '[']).next().unwrap_or_default().to_owned()
    };
    let names: std::collections::BTreeSet<String> = drift.attributes.iter().map(top).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn objects(count: usize) -> String {
    format!("{count} object{}", if count == 1 { "" } else { "s" })
}

fn changes(count: usize) -> String {
    format!("{count} change{}", if count == 1 { "" } else { "s" })
}

fn symbol(action: Action, differ: Differ) -> String {
    super::resource::action_symbol(action, differ).trim_start().to_owned()
}

fn resource(drift: &ResourceDrift, differ: Differ) -> String {
    let style = differ.style;
    let addr = style.bold(&neutral(&drift.addr.to_string()));
    if drift.kind == DriftKind::Vanished {
        let what = if drift.action == Action::Create {
            "correcting creates it again"
        } else {
            "Git doesn't have it either"
        };
        return format!("\n  {addr} is gone\n    ({what})\n");
    }
    let mut out = format!("\n  {addr} was changed\n");
    for attribute in &drift.attributes {
        out.push_str(&format!("    {}\n", style.bold(&path(attribute))));
        for (label, value) in [
            ("Git says    ", &attribute.git),
            ("state saw   ", &attribute.state),
            ("cloud holds ", &attribute.cloud),
        ] {
            out.push_str(&format!("      {label} {}\n", shown(value)));
        }
        if !attribute.correctable {
            out.push_str(&format!(
                "      {}\n",
                style.dim("(Git leaves this to the cloud: nothing to correct)")
            ));
        }
    }
    out
}

fn path(attribute: &AttributeDrift) -> String {
    neutral(attribute.path.to_string().trim_start_matches('.'))
}

fn shown(value: &Value) -> String {
    if value.marks().is_sensitive() {
        return "(sensitive value)".into();
    }
    match value.kind() {
        Kind::Null(_) => "(nothing)".into(),
        Kind::Unknown(..) => "(left to the cloud)".into(),
        _ => super::value::text(value, 6),
    }
}
