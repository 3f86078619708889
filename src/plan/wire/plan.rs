//! `plan.json`.

use super::change::{ChangeWire, OutputWire, parse};
use super::types::{TypesIn, TypesOut};
use super::value::ValueWire;
use crate::graph::{Node, Part, Step, StepGraph};
use crate::model::{Plan, PlanMode, ResourceChange};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{Name, Target};
use trueup_diff::Action;
use trueup_state::{Commit, State, TERRAFORM_VERSION};
use trueup_value::Value;

/// The version of the whole file.
pub(crate) const VERSION: u64 = 1;

/// A [`Plan`] without its state, which stands beside it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PlanWire {
    trueup_plan_version: u64,
    terraform_version: String,
    /// Lineage and serial of the state the plan stands on: part of what makes the plan this plan.
    lineage: String,
    serial: u64,
    mode: ModeWire,
    timestamp: String,
    workspace: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit: Option<CommitWire>,
    errored: bool,
    #[serde(default)]
    targets: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    excludes: Vec<String>,
    /// Types of values; values name them by index.
    types: Vec<Box<RawValue>>,
    variables: BTreeMap<String, ValueWire>,
    changes: Vec<ChangeWire>,
    drift: Vec<ChangeWire>,
    outputs: BTreeMap<String, OutputWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checks: Option<Box<RawValue>>,
    nodes: Vec<NodeWire>,
    edges: Vec<(usize, usize)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModeWire {
    Normal,
    Destroy,
    RefreshOnly,
}

#[derive(Debug, Serialize, Deserialize)]
struct CommitWire {
    hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    #[serde(default)]
    dirty: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum NodeWire {
    Step { change: usize, part: PartWire, token: String },
    Junction,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PartWire {
    Create,
    Update,
    Read,
    Delete,
    Forget,
}

impl PlanWire {
    /// The same without what every making of it has of its own: the time, the checkout, the tokens of steps, and the lineage
    /// of a state that nothing was written of.
    pub(crate) fn without_occasion(mut self) -> PlanWire {
        self.timestamp.clear();
        self.commit = None;
        if self.serial == 0 {
            self.lineage.clear();
        }
        for node in &mut self.nodes {
            if let NodeWire::Step { token, .. } = node {
                token.clear();
            }
        }
        self
    }

    /// Writes a plan. The same plan gives the same bytes.
    pub(crate) fn write(plan: &Plan) -> Result<PlanWire, String> {
        let mut types = TypesOut::default();
        let changes =
            plan.changes.iter().map(|c| ChangeWire::write(c, &mut types)).collect::<Result<_, _>>()?;
        let drift = plan.drift.iter().map(|c| ChangeWire::write(c, &mut types)).collect::<Result<_, _>>()?;
        let outputs = plan.outputs.iter().filter(|(_, o)| !o.after.deep_marks().is_ephemeral()).map(
            |(name, output)| {
                let wire = OutputWire::write(output, &mut types);
                Ok((name.to_string(), wire.map_err(|reason| format!("output {name}: {reason}"))?))
            },
        );
        let outputs = outputs.collect::<Result<_, String>>()?;
        let mut edges: Vec<_> = plan.steps.edges().collect();
        edges.sort_unstable();
        Ok(PlanWire {
            trueup_plan_version: VERSION,
            terraform_version: TERRAFORM_VERSION.to_owned(),
            lineage: plan.prior.lineage.clone(),
            serial: plan.prior.serial,
            mode: write_mode(plan.mode),
            timestamp: plan.timestamp.to_string(),
            workspace: plan.workspace.to_string(),
            commit: plan.commit.as_ref().map(write_commit),
            errored: plan.errored,
            targets: plan.targets.iter().map(ToString::to_string).collect(),
            excludes: plan.excludes.iter().map(ToString::to_string).collect(),
            variables: write_variables(&plan.variables, &mut types)?,
            changes,
            drift,
            outputs,
            checks: plan.checks.as_ref().map(|json| raw(json)).transpose()?,
            nodes: plan.steps.nodes().map(|(_, node)| write_node(node)).collect(),
            edges,
            types: types.into_texts(),
        })
    }

    /// Reads a plan that stands on this state.
    pub(crate) fn read(self, prior: State) -> Result<Plan, String> {
        if (&prior.lineage, prior.serial) != (&self.lineage, self.serial) {
            return Err("the state in the file is not the one that the plan stands on".into());
        }
        let types = TypesIn::read(&self.types)?;
        let changes: Vec<ResourceChange> =
            self.changes.into_iter().map(|c| c.read(&types)).collect::<Result<_, _>>()?;
        let nodes = self.nodes.into_iter().map(read_node).collect::<Vec<_>>();
        check_steps(&nodes, &changes)?;
        let steps = StepGraph::from_parts(nodes, &self.edges)
            .ok_or("the edges between the steps lead nowhere or go round in a circle")?;
        let outputs = self.outputs.iter().map(|(name, output)| {
            let read = output.read(&types).map_err(|reason| format!("output {name:?}: {reason}"))?;
            Ok((Name::from(name.as_str()), read))
        });
        Ok(Plan {
            mode: read_mode(&self.mode),
            steps,
            outputs: outputs.collect::<Result<_, String>>()?,
            drift: self.drift.into_iter().map(|c| c.read(&types)).collect::<Result<_, _>>()?,
            checks: self.checks.map(|json| json.get().into()),
            prior,
            variables: read_variables(&self.variables, &types)?,
            targets: self.targets.iter().map(|t| parse(t)).collect::<Result<BTreeSet<Target>, _>>()?,
            excludes: self.excludes.iter().map(|t| parse(t)).collect::<Result<BTreeSet<Target>, _>>()?,
            timestamp: self.timestamp.into(),
            commit: self.commit.map(read_commit),
            workspace: self.workspace.into(),
            errored: self.errored,
            changes,
        })
    }
}

fn raw(json: &str) -> Result<Box<RawValue>, String> {
    RawValue::from_string(json.to_owned()).map_err(|error| format!("check results: {error}"))
}

/// Values of variables; ephemeral ones are left out.
pub(crate) fn write_variables(
    variables: &BTreeMap<Name, Value>,
    types: &mut TypesOut,
) -> Result<BTreeMap<String, ValueWire>, String> {
    let storable = variables.iter().filter(|(_, value)| !value.deep_marks().is_ephemeral());
    let written = storable.map(|(name, value)| {
        let wire = ValueWire::write(value, types).map_err(|reason| format!("variable {name}: {reason}"))?;
        Ok((name.to_string(), wire))
    });
    written.collect()
}

fn read_variables(
    variables: &BTreeMap<String, ValueWire>,
    types: &TypesIn,
) -> Result<BTreeMap<Name, Value>, String> {
    let read = variables.iter().map(|(name, wire)| {
        let value = wire.read(types).map_err(|reason| format!("variable {name:?}: {reason}"))?;
        Ok((Name::from(name.as_str()), value))
    });
    read.collect()
}

/// Every step is of a change that is there and has such a part, and no other step does the same.
fn check_steps(nodes: &[Node], changes: &[ResourceChange]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for node in nodes {
        let Node::Step(step) = node else { continue };
        let change = changes.get(step.change).ok_or_else(|| {
            format!("a step is of change {}, but there are only {}", step.change, changes.len())
        })?;
        let action = change.change.action;
        let fits = match step.part {
            Part::Create => action == Action::Create || action.is_replace(),
            Part::Update => action == Action::Update,
            Part::Read => action == Action::Read,
            Part::Delete => action == Action::Delete || action.is_replace(),
            Part::Forget => action == Action::Forget,
        };
        if !fits || !seen.insert((step.change, step.part)) {
            return Err(format!("a step doesn't fit the change of {}", change.addr));
        }
    }
    Ok(())
}

fn write_mode(mode: PlanMode) -> ModeWire {
    match mode {
        PlanMode::Normal => ModeWire::Normal,
        PlanMode::Destroy => ModeWire::Destroy,
        PlanMode::RefreshOnly => ModeWire::RefreshOnly,
    }
}

fn read_mode(mode: &ModeWire) -> PlanMode {
    match mode {
        ModeWire::Normal => PlanMode::Normal,
        ModeWire::Destroy => PlanMode::Destroy,
        ModeWire::RefreshOnly => PlanMode::RefreshOnly,
    }
}

fn write_commit(commit: &Commit) -> CommitWire {
    CommitWire { hash: commit.hash.clone(), branch: commit.branch.clone(), dirty: commit.dirty }
}

fn read_commit(commit: CommitWire) -> Commit {
    Commit { hash: commit.hash, branch: commit.branch, dirty: commit.dirty }
}

fn write_node(node: &Node) -> NodeWire {
    let Node::Step(step) = node else { return NodeWire::Junction };
    let part = match step.part {
        Part::Create => PartWire::Create,
        Part::Update => PartWire::Update,
        Part::Read => PartWire::Read,
        Part::Delete => PartWire::Delete,
        Part::Forget => PartWire::Forget,
    };
    NodeWire::Step { change: step.change, part, token: step.token.to_string() }
}

fn read_node(node: NodeWire) -> Node {
    let NodeWire::Step { change, part, token } = node else { return Node::Junction };
    let part = match part {
        PartWire::Create => Part::Create,
        PartWire::Update => Part::Update,
        PartWire::Read => Part::Read,
        PartWire::Delete => Part::Delete,
        PartWire::Forget => Part::Forget,
    };
    Node::Step(Step { change, part, token: token.into() })
}
