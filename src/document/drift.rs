//! `drift -json`: what Git says, what the state last saw, what the cloud holds. The document's JSON Schema is
//! `schemas/documents/drift.json`.

use super::{Failure, Json, encode, text};
use serde::Serialize;
use trueup_addr::ResourceInstance;
use trueup_diff::Action;
use trueup_engine::{AttributeDrift, AttributeKind, DriftDocument, DriftKind, ResourceDrift};
use trueup_plan::Plan;
use trueup_value::{Kind, Value};

const FORMAT_VERSION: &str = "1.0";

/// What is told.
pub struct Told<'a> {
    /// What was compared.
    pub document: &'a DriftDocument,
    /// The plan that the comparison was made from.
    pub plan: &'a Plan,
    /// Without what Git has that was never applied.
    pub world_only: bool,
    /// What became of the correction, where one was asked for.
    pub correction: Option<&'a Correction>,
}

/// What became of a correction.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    /// What was brought back.
    pub corrected: Vec<ResourceInstance>,
    /// What was left as it is, since Git has changes of it that were never applied.
    pub left_out: Vec<ResourceInstance>,
    /// How many steps were done.
    pub steps: usize,
}

#[derive(Serialize)]
struct DriftWire {
    trueup_drift_format_version: &'static str,
    trueup_version: &'static str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<CommitWire>,
    workspace: String,
    complete: bool,
    compared: usize,
    summary: SummaryWire,
    drifted: Vec<ResourceWire>,
    unmanaged: Vec<ResourceWire>,
    unapplied: Vec<ResourceWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correction: Option<CorrectionWire>,
}

#[derive(Serialize)]
struct CommitWire {
    hash: String,
    branch: Option<String>,
    dirty: bool,
}

#[derive(Serialize)]
struct SummaryWire {
    changed: usize,
    vanished: usize,
    unapplied: usize,
    unmanaged: usize,
}

#[derive(Serialize)]
struct ResourceWire {
    address: String,
    #[serde(rename = "type")]
    ty: String,
    provider: String,
    kind: &'static str,
    action: &'static str,
    correctable: bool,
    attributes: Vec<AttributeWire>,
}

/// Values that are sensitive are left out; `git` is absent where Git leaves the value to the cloud, or where it will
/// be known after apply.
#[derive(Serialize)]
struct AttributeWire {
    path: String,
    kind: &'static str,
    sensitive: bool,
    correctable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    git: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud: Option<Json>,
}

#[derive(Serialize)]
struct CorrectionWire {
    corrected: Vec<String>,
    left_out: Vec<String>,
    steps: usize,
}

/// The document.
pub fn document(told: &Told) -> Result<String, Failure> {
    let Told { document, plan, .. } = told;
    let commit = plan.commit.as_ref().map(|commit| CommitWire {
        hash: commit.hash.clone(),
        branch: commit.branch.clone(),
        dirty: commit.dirty,
    });
    let wires = |kind: DriftKind| {
        let wanted = kind != DriftKind::Unapplied || !told.world_only;
        document.of(kind).filter(|_| wanted).map(resource).collect::<Result<Vec<_>, _>>()
    };
    let (unmanaged, unapplied) = (wires(DriftKind::Unmanaged)?, wires(DriftKind::Unapplied)?);
    let summary = SummaryWire {
        changed: document.of(DriftKind::Changed).count(),
        vanished: document.of(DriftKind::Vanished).count(),
        unapplied: unapplied.len(),
        unmanaged: unmanaged.len(),
    };
    Ok(text(&DriftWire {
        trueup_drift_format_version: FORMAT_VERSION,
        trueup_version: crate::VERSION,
        timestamp: plan.timestamp.to_string(),
        commit,
        workspace: plan.workspace.to_string(),
        complete: !plan.errored && !plan.is_partial(),
        compared: document.compared,
        summary,
        drifted: document.drifted().map(resource).collect::<Result<_, _>>()?,
        unmanaged,
        unapplied,
        correction: told.correction.map(correction),
    }))
}

fn correction(correction: &Correction) -> CorrectionWire {
    let names = |all: &[ResourceInstance]| all.iter().map(ToString::to_string).collect();
    CorrectionWire {
        corrected: names(&correction.corrected),
        left_out: names(&correction.left_out),
        steps: correction.steps,
    }
}

fn resource(drift: &ResourceDrift) -> Result<ResourceWire, Failure> {
    let kind = match drift.kind {
        DriftKind::Changed => "changed",
        DriftKind::Vanished => "vanished",
        DriftKind::Unmanaged => "unmanaged",
        DriftKind::Unapplied => "unapplied",
    };
    let attributes = drift.attributes.iter().map(attribute).collect::<Result<_, _>>()?;
    Ok(ResourceWire {
        address: drift.addr.to_string(),
        ty: drift.addr.resource.kind.to_string(),
        provider: drift.provider.provider.to_string(),
        kind,
        action: action(drift.action),
        correctable: drift.is_correctable(),
        attributes,
    })
}

fn action(action: Action) -> &'static str {
    match action {
        Action::NoOp => "no-op",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
        Action::Delete => "delete",
        Action::Forget => "forget",
    }
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
    let kind = match drift.kind {
        AttributeKind::Changed => "changed",
        AttributeKind::Unapplied => "unapplied",
        AttributeKind::Conflicting => "conflicting",
        AttributeKind::Converged => "converged",
        AttributeKind::Unmanaged => "unmanaged",
    };
    Ok(AttributeWire {
        path: drift.path.to_string().trim_start_matches('.').to_owned(),
        kind,
        sensitive,
        correctable: drift.is_correctable(),
        git: json(&drift.git)?,
        state: json(&drift.state)?,
        cloud: json(&drift.cloud)?,
    })
}
