//! `drift -json`: what Git says, what the state last saw, what the cloud holds. The document's JSON Schema is
//! `schemas/documents/drift.json`.

use super::{Failure, Json, encode, text};
use crate::diagnostic::{DiagnosticWire, wire as diagnostic};
use serde::Serialize;
use trueup_addr::ResourceInstance;
use trueup_diag::{Diagnostics, Sources};
use trueup_diff::Action;
use trueup_drift::{
    AttributeDrift, AttributeKind, Cause, Correction, Deed, DriftDocument, DriftKind, Ignored, Judged, Left,
    Refused, ResourceDrift, causes,
};
use trueup_plan::Plan;
use trueup_stacks::IgnoreRule;
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
    /// What was reported on the way; none where that is told elsewhere.
    pub reported: Option<(&'a Diagnostics, &'a Sources)>,
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
    causes: Vec<CauseWire>,
    known: Vec<ResourceWire>,
    ignored: Vec<IgnoredWire>,
    expired_rules: Vec<RuleWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correction: Option<CorrectionWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostics: Option<Vec<DiagnosticWire>>,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    writes: Vec<DeedWire>,
}

#[derive(Serialize)]
struct DeedWire {
    time: String,
    who: String,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<String>,
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
    left: Vec<LeftWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<WhyWire>,
    steps: usize,
}

#[derive(Serialize)]
struct LeftWire {
    address: String,
    #[serde(flatten)]
    why: WhyWire,
}

#[derive(Serialize)]
struct WhyWire {
    reason: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct CauseWire {
    #[serde(rename = "type")]
    ty: String,
    path: String,
    state: Json,
    cloud: Json,
    addresses: Vec<String>,
}

#[derive(Serialize)]
struct IgnoredWire {
    rule: RuleWire,
    resource: ResourceWire,
}

#[derive(Serialize)]
struct RuleWire {
    line: u32,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// The document of what was compared and not judged.
pub fn document(told: &Told) -> Result<String, Failure> {
    judged(told, &Judged::default())
}

/// The document, with what stands beside what alarms: what is known, what is ignored, rules that ended.
pub fn judged(told: &Told, judged: &Judged) -> Result<String, Failure> {
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
        causes: causes(document).iter().map(cause).collect::<Result<_, _>>()?,
        known: judged.known.iter().map(resource).collect::<Result<_, _>>()?,
        ignored: judged.ignored.iter().map(ignored).collect::<Result<_, _>>()?,
        expired_rules: judged.expired.iter().map(rule).collect(),
        correction: told.correction.map(correction),
        diagnostics: told.reported.map(reported),
    }))
}

fn reported((found, sources): (&Diagnostics, &Sources)) -> Vec<DiagnosticWire> {
    found.clone().sorted().iter().map(|one| diagnostic(one, sources)).collect()
}

fn correction(correction: &Correction) -> CorrectionWire {
    let names = |all: &mut dyn Iterator<Item = &ResourceInstance>| all.map(ToString::to_string).collect();
    let left = |(addr, why): &(ResourceInstance, Left)| LeftWire {
        address: addr.to_string(),
        why: WhyWire { reason: why.code(), detail: why.to_string() },
    };
    let refused = |why: &Refused| WhyWire { reason: why.code(), detail: why.to_string() };
    CorrectionWire {
        corrected: names(&mut correction.corrected.iter()),
        left_out: names(&mut correction.left.iter().map(|(addr, _)| addr)),
        left: correction.left.iter().map(left).collect(),
        refused: correction.refused.as_ref().map(refused),
        steps: correction.steps,
    }
}

fn cause(cause: &Cause) -> Result<CauseWire, Failure> {
    Ok(CauseWire {
        ty: cause.kind.clone(),
        path: cause.attribute.clone(),
        state: encode::known(&cause.before)?,
        cloud: encode::known(&cause.after)?,
        addresses: cause.resources.iter().map(ToString::to_string).collect(),
    })
}

fn ignored(ignored: &Ignored) -> Result<IgnoredWire, Failure> {
    Ok(IgnoredWire { rule: rule(&ignored.rule), resource: resource(&ignored.drift)? })
}

fn rule(rule: &IgnoreRule) -> RuleWire {
    let until = rule.until.as_ref().map(|until| until.text.clone());
    RuleWire { line: rule.line, reason: rule.reason.clone(), until }
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
        writes: drift.deeds.iter().map(deed).collect(),
    })
}

fn deed(deed: &Deed) -> DeedWire {
    let Deed { time, who, what, from, with } = deed.clone();
    DeedWire { time, who, what, from, with }
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
    let sensitive = drift.is_sensitive();
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
        path: drift.name(),
        kind,
        sensitive,
        correctable: drift.is_correctable(),
        git: json(&drift.git)?,
        state: json(&drift.state)?,
        cloud: json(&drift.cloud)?,
    })
}
