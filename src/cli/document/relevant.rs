//! `relevant_attributes`: attributes of resources that something in the configuration refers to.

use super::expression::{Found, find, instance_key};
use super::{Failure, Json, encode};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{InstanceKey, ModuleInstance};
use trueup_plan::Plan;
use trueup_resolve::program::Repetition;
use trueup_resolve::{Body, Expr, Module, NodeId, Program, Reference};
use trueup_value::{Path, PathStep};

/// An attribute of one instance, or of all instances, of a resource.
#[derive(Serialize)]
pub(crate) struct RelevantWire {
    resource: String,
    attribute: Vec<Json>,
}

/// Every reference to a resource, in all instances of modules that the plan knows of. Each stands once.
pub(crate) fn wire(plan: &Plan, program: &Program) -> Result<Vec<RelevantWire>, Failure> {
    if program.nodes.is_empty() {
        return Ok(Vec::new());
    }
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for (instance, node) in instances(plan, program) {
        let module = program.module_at(node);
        for found in expressions(module).into_iter().flat_map(find) {
            let Some((resource, path)) = resource(&found, module, &instance) else { continue };
            let attribute = encode::path(&path)?;
            let words: Vec<String> = attribute.iter().map(ToString::to_string).collect();
            if seen.insert((resource.clone(), words)) {
                all.push(RelevantWire { resource, attribute });
            }
        }
    }
    Ok(all)
}

/// Module instances that hold an object of the plan, and those around them.
fn instances(plan: &Plan, program: &Program) -> BTreeMap<ModuleInstance, NodeId> {
    let mut all = BTreeMap::from([(ModuleInstance::root(), NodeId::ROOT)]);
    for change in &plan.changes {
        let mut instance = ModuleInstance::root();
        let mut node = NodeId::ROOT;
        for step in change.addr.module.0.iter() {
            let slot = program.module_at(node).names.calls.get(&step.name);
            let child =
                slot.and_then(|slot| program.node(node).children.get(*slot as usize).copied().flatten());
            let Some(child) = child else { break };
            instance = instance.child(&step.name, step.key.clone());
            node = child;
            all.entry(instance.clone()).or_insert(node);
        }
    }
    all
}

fn resource(found: &Found, module: &Module, instance: &ModuleInstance) -> Option<(String, Path)> {
    let Reference::Resource(slot) = found.root else { return None };
    let steps = &found.path.0;
    let (key, rest) = match steps.split_first() {
        Some((PathStep::Index(key), rest)) => (instance_key(key)?, rest),
        _ => (InstanceKey::None, &steps[..]),
    };
    let dot = if instance.is_root() { "" } else { "." };
    let addr = &module.resources[slot as usize].addr;
    Some((format!("{instance}{dot}{addr}{key}"), Path(rest.to_vec())))
}

/// What can lead to a resource: locals, resources, calls and outputs.
fn expressions(module: &Module) -> Vec<&Expr> {
    let mut all: Vec<&Expr> = module.locals.iter().map(|local| &local.expr).collect();
    for resource in &module.resources {
        body(&resource.body, &mut all);
        all.extend(repetition(resource.repetition.as_ref()));
    }
    for call in &module.calls {
        body(&call.inputs, &mut all);
        all.extend(repetition(call.repetition.as_ref()));
    }
    all.extend(module.outputs.iter().map(|output| &output.expr));
    all
}

fn repetition(repetition: Option<&Repetition>) -> Option<&Expr> {
    match repetition? {
        Repetition::Count(expr) | Repetition::ForEach(expr) => Some(expr),
    }
}

fn body<'a>(of: &'a Body, out: &mut Vec<&'a Expr>) {
    out.extend(of.attributes.iter().map(|attribute| &attribute.expr));
    for block in &of.blocks {
        if let Some(dynamic) = &block.dynamic {
            out.push(&dynamic.for_each);
            out.extend(&dynamic.labels);
        }
        body(&block.body, out);
    }
}
