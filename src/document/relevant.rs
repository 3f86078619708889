//! `relevant_attributes`: attributes of resources that what changes was computed from.

use super::expression::{Found, find, instance_key};
use super::{Failure, Json, encode};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{InstanceKey, ModuleInstance, ResourceNode};
use trueup_plan::Plan;
use trueup_resolve::program::Repetition;
use trueup_resolve::{Body, Expr, NodeId, Program, Reference};
use trueup_value::{Path, PathStep};

/// An attribute of one instance, or of all instances, of a resource.
#[derive(Serialize)]
pub(crate) struct RelevantWire {
    resource: String,
    attribute: Vec<Json>,
}

/// What changed resources, changed root outputs and the outputs of child modules refer to, through locals, inputs
/// and outputs of modules. Each stands once.
pub(crate) fn wire(plan: &Plan, program: &Program) -> Result<Vec<RelevantWire>, Failure> {
    if program.nodes.is_empty() {
        return Ok(Vec::new());
    }
    let mut trace =
        Trace { program, seen: BTreeSet::new(), work: Vec::new(), found: BTreeSet::new(), all: Vec::new() };
    let instances = instances(plan, program);
    trace.seed_resources(plan, &instances);
    trace.seed_outputs(plan, &instances);
    trace.run()?;
    Ok(trace.all)
}

/// The addresses of what changed resources and outputs refer to: resources, instances where a reference names one.
pub fn addresses(plan: &Plan, program: &Program) -> BTreeSet<String> {
    // What can't be written as JSON is left out there; nobody needs to be told so here.
    wire(plan, program).map(|all| all.into_iter().map(|one| one.resource).collect()).unwrap_or_default()
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

/// An expression in one instance of its module.
struct Place<'a> {
    instance: ModuleInstance,
    node: NodeId,
    expr: &'a Expr,
    /// What `each` and `count` in it mean.
    repetition: Option<&'a Expr>,
}

struct Trace<'a> {
    program: &'a Program,
    /// Expressions by their place in memory, with the module instance: each is followed once.
    seen: BTreeSet<(ModuleInstance, usize)>,
    work: Vec<Place<'a>>,
    found: BTreeSet<(String, Vec<String>)>,
    all: Vec<RelevantWire>,
}

impl<'a> Trace<'a> {
    fn add(&mut self, instance: &ModuleInstance, node: NodeId, expr: &'a Expr, repetition: Option<&'a Expr>) {
        if self.seen.insert((instance.clone(), std::ptr::from_ref(expr).addr())) {
            self.work.push(Place { instance: instance.clone(), node, expr, repetition });
        }
    }

    /// The blocks of what changes, once for each instance of their module.
    fn seed_resources(&mut self, plan: &Plan, instances: &BTreeMap<ModuleInstance, NodeId>) {
        let changed = plan.changes.iter().filter(|change| change.change.action.is_change());
        let blocks: BTreeSet<ResourceNode> = changed.map(|change| change.addr.node()).collect();
        for block in blocks {
            let Some(node) = instances.get(&block.module) else { continue };
            let module = self.program.module_at(*node);
            let Some(slot) = module.names.resources.get(&block.resource) else { continue };
            let resource = &module.resources[*slot as usize];
            let mut expressions = Vec::new();
            body(&resource.body, &mut expressions);
            for expr in expressions {
                self.add(&block.module, *node, expr, repetition(resource.repetition.as_ref()));
            }
        }
    }

    fn seed_outputs(&mut self, plan: &Plan, instances: &BTreeMap<ModuleInstance, NodeId>) {
        for (instance, node) in instances {
            for output in &self.program.module_at(*node).outputs {
                let change = plan.outputs.get(&output.name);
                if !instance.is_root() || change.is_some_and(|change| change.action.is_change()) {
                    self.add(instance, *node, &output.expr, None);
                }
            }
        }
    }

    fn run(&mut self) -> Result<(), Failure> {
        while let Some(place) = self.work.pop() {
            for found in find(place.expr) {
                self.follow(&place, &found)?;
            }
        }
        Ok(())
    }

    fn follow(&mut self, place: &Place<'a>, found: &Found) -> Result<(), Failure> {
        let (instance, node) = (&place.instance, place.node);
        let module = self.program.module_at(node);
        match found.root {
            Reference::Resource(slot) => {
                let addr = &module.resources[slot as usize].addr;
                return self.note(&ResourceNode { module: instance.clone(), resource: addr.clone() }, found);
            }
            Reference::Local(slot) => self.add(instance, node, &module.locals[slot as usize].expr, None),
            Reference::Variable(slot) => self.follow_variable(place, &module.variables[slot as usize].name),
            Reference::Module(slot) => self.follow_output(place, slot, found),
            Reference::EachKey | Reference::EachValue | Reference::CountIndex => {
                if let Some(expr) = place.repetition {
                    self.add(instance, node, expr, None);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Where the calling module sets the input.
    fn follow_variable(&mut self, place: &Place<'a>, name: &str) {
        let Some((parent, slot)) = self.program.node(place.node).parent else { return };
        let Some((instance, _)) = place.instance.parent() else { return };
        let call = &self.program.module_at(parent).calls[slot as usize];
        if let Some(input) = call.inputs.attributes.iter().find(|input| &*input.name == name) {
            self.add(&instance, parent, &input.expr, repetition(call.repetition.as_ref()));
        }
    }

    /// The output that is named, or all of them.
    fn follow_output(&mut self, place: &Place<'a>, slot: u32, found: &Found) {
        let call = &self.program.module_at(place.node).calls[slot as usize];
        let child = self.program.node(place.node).children.get(slot as usize).copied().flatten();
        let Some(child) = child else { return };
        let (key, rest) = keyed(found);
        let instance = place.instance.child(&call.name, key);
        for output in &self.program.module_at(child).outputs {
            let named = !matches!(rest.first(), Some(PathStep::Attribute(name)) if *name != output.name);
            if named {
                self.add(&instance, child, &output.expr, None);
            }
        }
    }

    fn note(&mut self, node: &ResourceNode, found: &Found) -> Result<(), Failure> {
        let (key, rest) = keyed(found);
        let resource = node.instance(key).to_string();
        let attribute = encode::path(&Path(rest.to_vec()))?;
        let words = attribute.iter().map(ToString::to_string).collect();
        if self.found.insert((resource.clone(), words)) {
            self.all.push(RelevantWire { resource, attribute });
        }
        Ok(())
    }
}

/// The key of an instance and what follows it.
fn keyed(found: &Found) -> (InstanceKey, &[PathStep]) {
    match found.path.0.split_first() {
        Some((PathStep::Index(key), rest)) => (instance_key(key).unwrap_or_default(), rest),
        _ => (InstanceKey::None, &found.path.0),
    }
}

fn repetition(repetition: Option<&Repetition>) -> Option<&Expr> {
    match repetition? {
        Repetition::Count(expr) | Repetition::ForEach(expr) | Repetition::Enabled(expr) => Some(expr),
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
