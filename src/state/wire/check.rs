//! `check_results` as statefiles have it.

use crate::check::{CheckKind, CheckObject, CheckResult, CheckStatus};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct ResultWire<'a> {
    object_kind: &'static str,
    config_addr: &'a str,
    status: &'static str,
    objects: Option<Vec<ObjectWire<'a>>>,
}

#[derive(Serialize)]
struct ObjectWire<'a> {
    object_addr: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    failure_messages: &'a [String],
}

/// The results as compact JSON; `None` where the configuration has no condition at all, which is null in a statefile.
pub fn write(results: &[CheckResult]) -> Option<Arc<str>> {
    if results.is_empty() {
        return None;
    }
    let wires: Vec<ResultWire<'_>> = results.iter().map(result).collect();
    Some(serde_json::to_string(&wires).expect("strings can be serialized").into())
}

fn result(result: &CheckResult) -> ResultWire<'_> {
    let objects = result.objects.iter().flatten().map(object).collect::<Vec<_>>();
    ResultWire {
        object_kind: kind(result.kind),
        config_addr: &result.config,
        status: status(result.status()),
        objects: if objects.is_empty() { None } else { Some(objects) },
    }
}

fn object<'a>((addr, object): (&'a String, &'a CheckObject)) -> ObjectWire<'a> {
    ObjectWire { object_addr: addr, status: status(object.status), failure_messages: &object.messages }
}

fn kind(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Resource => "resource",
        CheckKind::Output => "output",
        CheckKind::Check => "check",
        CheckKind::Variable => "var",
    }
}

fn status(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Pass => "pass",
        CheckStatus::Unknown => "unknown",
        CheckStatus::Fail => "fail",
        CheckStatus::Error => "error",
    }
}
