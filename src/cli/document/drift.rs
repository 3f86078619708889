//! `drift -json`: what Git says, what the state last saw, what the cloud holds.

use super::{Failure, Json, encode, text};
use serde::Serialize;
use trueup_engine::{AttributeDrift, DriftDocument, DriftKind, ResourceDrift};
use trueup_plan::Plan;
use trueup_value::{Kind, Value};

const FORMAT_VERSION: &str = "1.0";

#[derive(Serialize)]
struct DriftWire {
    trueup_drift_format_version: &'static str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<CommitWire>,
    compared: usize,
    drifted: Vec<ResourceWire>,
    unmanaged: Vec<ResourceWire>,
    unapplied: Vec<ResourceWire>,
}

#[derive(Serialize)]
struct CommitWire {
    hash: String,
    branch: Option<String>,
    dirty: bool,
}

#[derive(Serialize)]
struct ResourceWire {
    address: String,
    kind: &'static str,
    attributes: Vec<AttributeWire>,
}

/// Values that are sensitive are left out; `git` is absent where Git leaves the value to the cloud.
#[derive(Serialize)]
struct AttributeWire {
    path: String,
    sensitive: bool,
    correctable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    git: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud: Option<Json>,
}

/// The document.
pub(crate) fn document(document: &DriftDocument, plan: &Plan) -> Result<String, Failure> {
    let commit = plan.commit.as_ref().map(|commit| CommitWire {
        hash: commit.hash.clone(),
        branch: commit.branch.clone(),
        dirty: commit.dirty,
    });
    Ok(text(&DriftWire {
        trueup_drift_format_version: FORMAT_VERSION,
        timestamp: plan.timestamp.to_string(),
        commit,
        compared: document.compared,
        drifted: document.drifted().map(resource).collect::<Result<_, _>>()?,
        unmanaged: document.unmanaged().map(resource).collect::<Result<_, _>>()?,
        unapplied: document.unapplied().map(resource).collect::<Result<_, _>>()?,
    }))
}

fn resource(drift: &ResourceDrift) -> Result<ResourceWire, Failure> {
    let kind = match drift.kind {
        DriftKind::Changed => "changed",
        DriftKind::Vanished => "vanished",
        DriftKind::Unmanaged => "unmanaged",
        DriftKind::Unapplied => "unapplied",
    };
    let attributes = drift.attributes.iter().map(attribute).collect::<Result<_, _>>()?;
    Ok(ResourceWire { address: drift.addr.to_string(), kind, attributes })
}

fn attribute(drift: &AttributeDrift) -> Result<AttributeWire, Failure> {
    let sensitive =
        [&drift.git, &drift.state, &drift.cloud].into_iter().any(|v| v.deep_marks().is_sensitive());
    let json = |value: &Value| match value.kind() {
        _ if sensitive => Ok(None),
        Kind::Unknown(..) => Ok(None),
        _ if !value.is_wholly_known() => Ok(None),
        _ => encode::known(value).map(Some),
    };
    Ok(AttributeWire {
        path: drift.path.to_string().trim_start_matches('.').to_owned(),
        sensitive,
        correctable: drift.correctable,
        git: json(&drift.git)?,
        state: json(&drift.state)?,
        cloud: json(&drift.cloud)?,
    })
}
