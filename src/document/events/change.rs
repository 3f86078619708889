//! Planned changes, drift and outputs.

use super::super::change::ImportingWire;
use super::super::{Failure, Json, encode};
use super::hook::ResourceWire;
use super::line;
use serde::Serialize;
use std::collections::BTreeMap;
use trueup_diff::{Action, Reason};
use trueup_plan::{OutputChange, ResourceChange};
use trueup_state::Output;
use trueup_value::Name;

#[derive(Serialize)]
struct ChangeLineWire {
    change: ChangeWire,
}

#[derive(Serialize)]
struct ChangeWire {
    resource: ResourceWire,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_resource: Option<ResourceWire>,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    importing: Option<ImportingWire>,
}

fn action(change: &ResourceChange) -> &'static str {
    match change.change.action {
        Action::NoOp if change.importing.is_some() => "import",
        Action::NoOp if change.previous.is_some() => "move",
        Action::NoOp => "noop",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::Delete => "delete",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
        Action::Forget => "remove",
    }
}

/// The stream has words of its own for why something is replaced.
fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::ReplaceBecauseTainted => "tainted",
        Reason::ReplaceBecauseCannotUpdate => "cannot_update",
        Reason::ReplaceByRequest => "requested",
        Reason::ReplaceByTriggers => "replace_triggered_by",
        other => other.as_str(),
    }
}

fn change_line(timestamp: &str, kind: &str, message: &str, change: &ResourceChange) -> String {
    let wire = ChangeWire {
        resource: ResourceWire::of(&change.addr),
        previous_resource: change.previous.as_ref().map(ResourceWire::of),
        action: action(change),
        reason: change.change.reason.map(reason),
        importing: ImportingWire::of(change),
    };
    line(timestamp, kind, message, ChangeLineWire { change: wire })
}

/// What becomes of an object; none where nothing does.
pub fn planned(timestamp: &str, change: &ResourceChange) -> Option<String> {
    let action = action(change);
    if action == "noop" {
        return None;
    }
    let message = format!("{}: Plan to {action}", change.addr);
    Some(change_line(timestamp, "planned_change", &message, change))
}

/// An object that the world changed.
pub fn drift(timestamp: &str, change: &ResourceChange) -> String {
    let message = format!("{}: Drift detected ({})", change.addr, action(change));
    change_line(timestamp, "resource_drift", &message, change)
}

#[derive(Serialize)]
struct OutputsLineWire {
    outputs: BTreeMap<String, OutputWire>,
}

#[derive(Serialize)]
struct OutputWire {
    sensitive: bool,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
}

fn outputs_line(timestamp: &str, outputs: BTreeMap<String, OutputWire>) -> String {
    line(timestamp, "outputs", &format!("Outputs: {}", outputs.len()), OutputsLineWire { outputs })
}

/// What becomes of root outputs; none where there are none.
pub fn planned_outputs(timestamp: &str, outputs: &BTreeMap<Name, OutputChange>) -> Option<String> {
    if outputs.is_empty() {
        return None;
    }
    let wire = outputs.iter().map(|(name, output)| {
        let action = match output.action {
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            _ => "noop",
        };
        let wire = OutputWire { sensitive: output.sensitive, ty: None, value: None, action: Some(action) };
        (name.to_string(), wire)
    });
    Some(outputs_line(timestamp, wire.collect()))
}

/// Values of root outputs after an apply; of sensitive ones only the type.
pub fn outputs(timestamp: &str, outputs: &BTreeMap<Name, Output>) -> Result<String, Failure> {
    let wire = outputs.iter().map(|(name, output)| {
        let value = if output.sensitive { None } else { Some(encode::known(&output.value)?) };
        let ty = Some(encode::of_type(&output.value.ty()));
        Ok((name.to_string(), OutputWire { sensitive: output.sensitive, ty, value, action: None }))
    });
    Ok(outputs_line(timestamp, wire.collect::<Result<_, Failure>>()?))
}
