//! `checks`: the results of conditions, from the form that state files keep them in.

use super::Failure;
use super::tree::KeyWire;
use serde::{Deserialize, Serialize};
use trueup_addr::{InstanceKey, ModuleInstance, ResourceInstance};
use trueup_diag::Diagnostic;

/// The results of one block.
#[derive(Debug, Serialize)]
pub(crate) struct CheckWire {
    address: CheckAddressWire,
    status: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    instances: Vec<CheckInstanceWire>,
}

#[derive(Debug, Serialize)]
struct CheckAddressWire {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<String>,
    name: String,
    to_display: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<String>,
}

#[derive(Debug, Serialize)]
struct CheckInstanceWire {
    address: InstanceAddressWire,
    status: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ProblemWire>,
}

#[derive(Debug, Serialize)]
struct InstanceAddressWire {
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_key: Option<KeyWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<String>,
    to_display: String,
}

#[derive(Debug, Serialize)]
struct ProblemWire {
    message: String,
}

/// One entry of `check_results` in a state file.
#[derive(Deserialize)]
struct StoredCheck {
    object_kind: String,
    config_addr: String,
    status: String,
    #[serde(default)]
    objects: Option<Vec<StoredObject>>,
}

#[derive(Deserialize)]
struct StoredObject {
    object_addr: String,
    status: String,
    #[serde(default)]
    failure_messages: Option<Vec<String>>,
}

/// A condition that doesn't hold, or that can't be told for an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The object that it is a condition of.
    pub address: String,
    /// What its author has to say; empty where evaluating it went wrong.
    pub message: String,
}

/// The conditions that don't hold, sorted by address; `stored` is the checks of a plan.
///
/// # Errors
/// Checks that can't be read.
pub fn failed(stored: Option<&str>) -> Result<Vec<Failed>, Failure> {
    let mut out = Vec::new();
    for check in read_checks(stored)? {
        for instance in check.instances.into_iter().filter(|one| ["fail", "error"].contains(&&*one.status)) {
            let address = instance.address.to_display;
            let mut messages: Vec<String> = instance.problems.into_iter().map(|one| one.message).collect();
            if messages.is_empty() {
                messages.push(String::new());
            }
            out.extend(messages.into_iter().map(|message| Failed { address: address.clone(), message }));
        }
    }
    Ok(out)
}

/// The checks of a state, sorted by address; `stored` is its `check_results`.
pub(crate) fn read_checks(stored: Option<&str>) -> Result<Vec<CheckWire>, Failure> {
    let Some(stored) = stored else { return Ok(Vec::new()) };
    let checks: Option<Vec<StoredCheck>> =
        serde_json::from_str(stored).map_err(|error| unreadable(&error.to_string()))?;
    let checks = checks.unwrap_or_default().into_iter().map(check);
    let mut checks = checks.collect::<Result<Vec<_>, Failure>>()?;
    checks.sort_by(|a, b| a.address.to_display.cmp(&b.address.to_display));
    Ok(checks)
}

fn unreadable(reason: &str) -> Failure {
    let detail = format!("The check results in the state can't be read: {reason}.");
    Box::new(
        Diagnostic::error("Failed to marshal check results", detail)
            .hint("they are written anew by the next plan and apply"),
    )
}

fn check(stored: StoredCheck) -> Result<CheckWire, Failure> {
    let kind = match stored.object_kind.as_str() {
        "resource" => "resource",
        "output" => "output_value",
        "check" => "check",
        "var" => "var",
        other => return Err(unreadable(&format!("{other:?} is not a kind of object"))),
    };
    let mut instances = Vec::new();
    for object in stored.objects.unwrap_or_default() {
        let problems = object.failure_messages.unwrap_or_default();
        instances.push(CheckInstanceWire {
            address: instance_address(kind, object.object_addr)?,
            status: object.status,
            problems: problems.into_iter().map(|message| ProblemWire { message }).collect(),
        });
    }
    instances.sort_by(|a, b| a.address.to_display.cmp(&b.address.to_display));
    Ok(CheckWire { address: address(kind, stored.config_addr)?, status: stored.status, instances })
}

fn resource(text: &str) -> Result<ResourceInstance, Failure> {
    text.parse().map_err(|error: trueup_addr::ParseError| unreadable(&error.to_string()))
}

fn shown(module: &ModuleInstance) -> Option<String> {
    if module.is_root() { None } else { Some(module.to_string()) }
}

fn address(kind: &'static str, text: String) -> Result<CheckAddressWire, Failure> {
    if kind != "resource" {
        let (module, name) = split(&text);
        return Ok(CheckAddressWire { kind, mode: None, module, name, to_display: text, ty: None });
    }
    let addr = resource(&text)?;
    Ok(CheckAddressWire {
        kind,
        mode: Some(super::tree::mode(&addr.resource)),
        module: shown(&addr.module),
        name: addr.resource.name.to_string(),
        to_display: text,
        ty: Some(addr.resource.kind.to_string()),
    })
}

fn instance_address(kind: &str, text: String) -> Result<InstanceAddressWire, Failure> {
    if kind != "resource" {
        let (module, _) = split(&text);
        return Ok(InstanceAddressWire { instance_key: None, module, to_display: text });
    }
    let ResourceInstance { module, key, .. } = resource(&text)?;
    let instance_key = if key == InstanceKey::None { None } else { KeyWire::of(&key) };
    Ok(InstanceAddressWire { instance_key, module: shown(&module), to_display: text })
}

/// Module and name of `module.a.output.x`, `var.x`, `check.x`.
fn split(text: &str) -> (Option<String>, String) {
    let (rest, name) = text.rsplit_once('.').unwrap_or(("", text));
    let module = rest.rsplit_once('.').map(|(module, _)| module.to_owned());
    (module, name.to_owned())
}
