//! The graphs that a state or a plan has a part in.

use super::config::Extent;
use super::{DrawnKind, Sketch, config};
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{ConfigResource, ModulePath};
use trueup_diff::Action;
use trueup_plan::{Node, Part, Plan, PlanMode, Step};
use trueup_resolve::{NodeId, Program};
use trueup_state::State;

/// Adds the objects of a state that no block stands for.
pub(super) fn orphans(sketch: &mut Sketch, program: &Program, state: &State) {
    let declared = declared(program);
    for object in state.objects() {
        let resource = object.node.config();
        let name = match object.deposed {
            Some(key) => format!("{} (destroy deposed {key})", object.address()),
            None if declared.contains(&resource) => continue,
            None => format!("{} (orphan)", object.address()),
        };
        let index = sketch.resource(&resource, &name);
        sketch.uses(index, object.provider);
    }
}

fn declared(program: &Program) -> BTreeSet<ConfigResource> {
    let all = program.nodes.iter().flat_map(|node| {
        let resources = program.module(node.module).resources.iter();
        resources.map(|one| ConfigResource { module: node.path.clone(), resource: one.addr.clone() })
    });
    all.collect()
}

/// What a destruction walks: the objects of a state, each after those that depended on it.
pub(super) fn destruction(program: &Program, state: &State) -> Sketch {
    let mut sketch = Sketch::default();
    let mut nodes: BTreeMap<ConfigResource, Vec<usize>> = BTreeMap::new();
    for object in state.objects() {
        let what = object.deposed.map_or_else(String::new, |key| format!(" deposed {key}"));
        let resource = object.node.config();
        let index = sketch.resource(&resource, &format!("{} (destroy{what})", object.address()));
        sketch.uses(index, object.provider);
        nodes.entry(resource).or_default().push(index);
    }
    for object in state.objects() {
        let dependents = &nodes[&object.node.config()];
        for dependency in object.object.dependencies.iter() {
            for before in nodes.get(dependency).into_iter().flatten() {
                dependents.iter().for_each(|dependent| sketch.edge(*before, *dependent));
            }
        }
    }
    outputs(&mut sketch, program);
    with_providers(sketch, program)
}

/// The root module's outputs go too.
fn outputs(sketch: &mut Sketch, program: &Program) {
    if program.nodes.is_empty() {
        return;
    }
    for output in &program.module_at(NodeId::ROOT).outputs {
        let name = format!("output.{}", output.name);
        sketch.node(&format!("{name} (expand)"), &name, &ModulePath::root(), DrawnKind::Value);
    }
}

/// Adds what the provider configurations of a sketch are made from.
fn with_providers(mut sketch: Sketch, program: &Program) -> Sketch {
    let config = config::whole(program, Extent::APPLY);
    let targets =
        |index: usize| config.edges.range((index, 0)..=(index, usize::MAX)).map(|(_, before)| *before);
    let used = |node: &&super::DrawnNode| node.kind == DrawnKind::Provider;
    let mut stack: Vec<usize> =
        sketch.nodes.iter().filter(used).filter_map(|node| config.by_name.get(&node.name).copied()).collect();
    let mut seen: BTreeSet<usize> = stack.iter().copied().collect();
    while let Some(index) = stack.pop() {
        let after = copy(&mut sketch, &config, index);
        for before in targets(index) {
            let before_copy = copy(&mut sketch, &config, before);
            sketch.edge(after, before_copy);
            if seen.insert(before) {
                stack.push(before);
            }
        }
    }
    sketch
}

fn copy(sketch: &mut Sketch, from: &Sketch, index: usize) -> usize {
    let node = &from.nodes[index];
    sketch.node(&node.name, &node.address, &node.module, node.kind)
}

/// What applying a plan walks.
pub(super) fn applied(program: &Program, plan: &Plan) -> Sketch {
    let mut sketch = match plan.mode {
        PlanMode::Destroy => Sketch::default(),
        _ => config::whole(program, Extent::APPLY),
    };
    let nodes: BTreeMap<usize, usize> = plan
        .steps
        .nodes()
        .filter_map(|(index, node)| match node {
            Node::Step(step) => Some((index, step_node(&mut sketch, plan, step))),
            Node::Junction => None,
        })
        .collect();
    after_steps(&mut sketch, plan, &nodes);
    for (after, before) in step_edges(plan) {
        if let (Some(after), Some(before)) = (nodes.get(&after), nodes.get(&before)) {
            sketch.edge(*after, *before);
        }
    }
    if plan.mode == PlanMode::Destroy {
        outputs(&mut sketch, program);
        return with_providers(sketch, program);
    }
    sketch
}

fn step_node(sketch: &mut Sketch, plan: &Plan, step: &Step) -> usize {
    let change = &plan.changes[step.change];
    let suffix = match (step.part, &change.deposed) {
        (Part::Delete, Some(key)) => format!(" (destroy deposed {key})"),
        (Part::Delete, None) if change.change.action == Action::CreateThenDelete => {
            " (destroy deposed)".into()
        }
        (Part::Delete, None) => " (destroy)".into(),
        (Part::Forget, _) => " (forget)".into(),
        (Part::Create | Part::Update | Part::Read, _) => String::new(),
    };
    let resource = change.addr.config();
    let name = format!("{}{suffix}", change.addr);
    // An instance without a key has the name of its block, which has a node of its own.
    let kind = DrawnKind::of(resource.resource.mode);
    let index = sketch.node(&name, &resource.to_string(), &resource.module, kind);
    sketch.nodes[index].instances.insert(change.addr.to_string(), change.change.action);
    sketch.uses(index, &change.provider);
    index
}

/// What waited for a block waits for the steps of its instances instead, and these for the block.
fn after_steps(sketch: &mut Sketch, plan: &Plan, nodes: &BTreeMap<usize, usize>) {
    let mut instances: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, node) in plan.steps.nodes() {
        let (Node::Step(step), Some(own)) = (node, nodes.get(&index)) else { continue };
        let block = format!("{} (expand)", plan.changes[step.change].addr.config());
        let makes = matches!(step.part, Part::Create | Part::Update | Part::Read);
        if let (true, Some(block)) = (makes, sketch.by_name.get(&block)) {
            instances.entry(*block).or_default().push(*own);
        }
    }
    let moved: Vec<(usize, usize)> =
        sketch.edges.iter().copied().filter(|(_, before)| instances.contains_key(before)).collect();
    for (after, before) in moved {
        sketch.edges.remove(&(after, before));
        instances[&before].iter().for_each(|instance| sketch.edge(after, *instance));
    }
    for (block, own) in &instances {
        own.iter().for_each(|instance| sketch.edge(*instance, *block));
    }
}

/// The edges between a plan's steps, the later one first, over any junctions between them.
fn step_edges(plan: &Plan) -> BTreeSet<(usize, usize)> {
    let steps: Vec<usize> =
        plan.steps.nodes().filter(|(_, node)| **node != Node::Junction).map(|(index, _)| index).collect();
    let edges = plan.steps.edges().map(|(before, after)| (after, before)).collect();
    let contracted = super::reduce::contracted(plan.steps.len(), &edges, &steps);
    contracted.into_iter().map(|(after, before)| (steps[after], steps[before])).collect()
}
