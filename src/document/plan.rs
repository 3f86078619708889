//! `show -json` of a plan, format version 1.2.

use super::change::{self, ChangeWire, ResourceChangeWire};
use super::checks::{CheckWire, read_checks};
use super::configuration::{self, ConfigurationWire};
use super::relevant::{self, RelevantWire};
use super::state::{self, StateWire};
use super::tree::{ModuleWire, ObjectWire, Tree};
use super::{Failure, Json, encode, text};
use serde::Serialize;
use std::collections::BTreeMap;
use trueup_addr::{Mode, Name};
use trueup_diff::Action;
use trueup_evaluate::Schemas;
use trueup_plan::{OutputChange, Plan, PlanMode, ResourceChange};
use trueup_resolve::Program;
use trueup_resolve::program::Variable;
use trueup_state::{Commit, TERRAFORM_VERSION};
use trueup_value::{Type, Value};

/// The version of the document's shape.
const FORMAT_VERSION: &str = "1.2";

/// A whole document; the order of the fields is Terraform's.
#[derive(Serialize)]
struct PlanWire {
    format_version: &'static str,
    terraform_version: &'static str,
    trueup: TrueupWire,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    variables: BTreeMap<String, VariableWire>,
    planned_values: PlannedWire,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_drift: Vec<ResourceChangeWire>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_changes: Vec<ResourceChangeWire>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    output_changes: BTreeMap<String, ChangeWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prior_state: Option<StateWire>,
    configuration: ConfigurationWire,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relevant_attributes: Vec<RelevantWire>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<CheckWire>,
    timestamp: String,
    applyable: bool,
    complete: bool,
    errored: bool,
}

/// What Terraform's document has no place for.
#[derive(Serialize)]
struct TrueupWire {
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<CommitWire>,
}

#[derive(Serialize)]
struct CommitWire {
    hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    dirty: bool,
}

#[derive(Serialize)]
struct VariableWire {
    value: Json,
}

#[derive(Serialize)]
struct PlannedWire {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    outputs: BTreeMap<String, PlannedOutputWire>,
    root_module: ModuleWire,
}

#[derive(Serialize)]
struct PlannedOutputWire {
    sensitive: bool,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Json>,
}

/// The document of a plan, on one line. Sensitive values stand in it.
pub fn document(plan: &Plan, program: &Program, schemas: &dyn Schemas) -> Result<String, Failure> {
    let shown = plan.changes.iter().filter(|change| is_listed(plan, change));
    let outputs = plan.outputs.iter().map(|(name, output)| Ok((name.to_string(), change::output(output)?)));
    let prior = if plan.prior.is_empty() { None } else { Some(state::wire(&plan.prior, schemas)?) };
    let complete = !plan.errored && !plan.is_partial();
    Ok(text(&PlanWire {
        format_version: FORMAT_VERSION,
        terraform_version: TERRAFORM_VERSION,
        trueup: TrueupWire { version: crate::VERSION, commit: plan.commit.as_ref().map(commit) },
        variables: variables(plan, program)?,
        planned_values: planned(plan)?,
        resource_drift: plan.drift.iter().map(change::resource).collect::<Result<_, _>>()?,
        resource_changes: shown.map(change::resource).collect::<Result<_, _>>()?,
        output_changes: outputs.collect::<Result<_, Failure>>()?,
        prior_state: prior,
        configuration: configuration::wire(program, schemas)?,
        relevant_attributes: relevant::wire(plan, program)?,
        checks: read_checks(plan.checks.as_deref())?,
        timestamp: plan.timestamp.to_string(),
        applyable: !plan.errored && plan.has_changes(),
        complete,
        errored: plan.errored,
    }))
}

/// Data sources that were read while planning aren't changes, and a plan that only refreshes has none.
fn is_listed(plan: &Plan, change: &ResourceChange) -> bool {
    let read = change.addr.resource.mode != Mode::Managed && change.change.action == Action::NoOp;
    plan.mode != PlanMode::RefreshOnly && !read
}

fn commit(commit: &Commit) -> CommitWire {
    CommitWire { hash: commit.hash.clone(), branch: commit.branch.clone(), dirty: commit.dirty }
}

/// Values of root variables. Of one that is ephemeral only the default is known here, which stands in the
/// configuration for everyone to see.
fn variables(plan: &Plan, program: &Program) -> Result<BTreeMap<String, VariableWire>, Failure> {
    let declared =
        program.nodes.first().map(|root| &program.module(root.module).variables[..]).unwrap_or_default();
    let default = |variable: &Variable| {
        let value = if variable.ephemeral { variable.default.clone() } else { None };
        value.map(|value| (variable.name.clone(), value))
    };
    let mut values: BTreeMap<Name, Value> = declared.iter().filter_map(default).collect();
    values.extend(plan.variables.iter().map(|(name, value)| (name.clone(), value.clone())));
    let written = values
        .iter()
        .map(|(name, value)| Ok((name.to_string(), VariableWire { value: encode::known(value)? })));
    written.collect()
}

/// The state as it will be, as far as it is known.
fn planned(plan: &Plan) -> Result<PlannedWire, Failure> {
    let outputs = plan.outputs.iter().filter(|(_, output)| output.action != Action::Delete);
    let outputs = outputs.map(|(name, output)| Ok((name.to_string(), planned_output(output)?)));
    let mut tree = Tree::default();
    let remaining = plan.changes.iter().filter(|change| {
        is_listed(plan, change) && change.deposed.is_none() && change.change.action != Action::Delete
    });
    for change in remaining {
        let after = &change.change.after;
        let values = if after.is_null() { None } else { Some(encode::known(after)?) };
        let provider = &change.provider.provider;
        let object = ObjectWire::new(&change.addr, provider, change.schema_version, encode::sensitive(after));
        tree.add(&change.addr.module, ObjectWire { values, ..object });
    }
    Ok(PlannedWire { outputs: outputs.collect::<Result<_, Failure>>()?, root_module: tree.finish() })
}

fn planned_output(output: &OutputChange) -> Result<PlannedOutputWire, Failure> {
    if !output.after.is_wholly_known() {
        return Ok(PlannedOutputWire { sensitive: output.sensitive, ty: None, value: None });
    }
    // A null output has lost its type by then.
    let ty = if output.after.is_null() { Type::Dynamic } else { output.after.ty() };
    Ok(PlannedOutputWire {
        sensitive: output.sensitive,
        ty: Some(encode::of_type(&ty)),
        value: Some(encode::known(&output.after)?),
    })
}
