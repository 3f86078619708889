//! The order of steps.
//!
//! What is made waits for what it reads; what is destroyed waits for the destruction of all that depended on it
//! when the state was written. Junctions keep the number of edges linear in the number of objects.

use crate::graph::{Node, Part, Step, StepGraph};
use crate::model::ResourceChange;
use crate::references::Stored;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use trueup_addr::{ConfigResource, ResourceInstance};
use trueup_diff::Action;
use trueup_evaluate::{CellId, Sheet};

/// What the order is made from.
pub struct Order<'a> {
    /// The changes, sorted by address.
    pub changes: &'a [ResourceChange],
    /// The cells that were computed; absent for a destroy plan, where only the state's dependencies count.
    pub sheet: Option<&'a Sheet>,
    /// The cell of each instance that the configuration has.
    pub cells: &'a BTreeMap<ResourceInstance, CellId>,
    /// What each configured resource referred to when the state was written.
    pub stored: &'a Stored,
    /// Makes the token of a step.
    pub token: &'a dyn Fn() -> Arc<str>,
}

/// Steps of one change.
#[derive(Clone, Copy, Default)]
struct Parts {
    forward: Option<NodeIndex>,
    delete: Option<NodeIndex>,
}

struct Builder<'a> {
    order: &'a Order<'a>,
    graph: DiGraph<Node, ()>,
    parts: Vec<Parts>,
    by_instance: BTreeMap<&'a ResourceInstance, usize>,
    by_cell: BTreeMap<CellId, Option<NodeIndex>>,
}

/// Orders the steps of all changes.
pub fn order(order: &Order<'_>) -> StepGraph {
    let mut builder = Builder {
        order,
        graph: DiGraph::new(),
        parts: Vec::new(),
        by_instance: BTreeMap::new(),
        by_cell: BTreeMap::new(),
    };
    builder.add_steps();
    builder.forward_edges();
    builder.check_edges();
    builder.backward_edges();
    StepGraph { graph: builder.graph }
}

impl Builder<'_> {
    fn add_steps(&mut self) {
        for (index, change) in self.order.changes.iter().enumerate() {
            let mut parts = Parts::default();
            match change.change.action {
                Action::NoOp => {}
                Action::Create => parts.forward = Some(self.step(index, Part::Create)),
                Action::Read => parts.forward = Some(self.step(index, Part::Read)),
                Action::Update => parts.forward = Some(self.step(index, Part::Update)),
                Action::Delete => parts.delete = Some(self.step(index, Part::Delete)),
                Action::Forget => parts.delete = Some(self.step(index, Part::Forget)),
                Action::DeleteThenCreate => {
                    let delete = self.step(index, Part::Delete);
                    let create = self.step(index, Part::Create);
                    self.graph.add_edge(delete, create, ());
                    parts = Parts { forward: Some(create), delete: Some(delete) };
                }
                Action::CreateThenDelete => {
                    let create = self.step(index, Part::Create);
                    let delete = self.step(index, Part::Delete);
                    self.graph.add_edge(create, delete, ());
                    parts = Parts { forward: Some(create), delete: Some(delete) };
                }
            }
            self.parts.push(parts);
            if change.deposed.is_none() {
                self.by_instance.insert(&change.addr, index);
            }
        }
    }

    fn step(&mut self, change: usize, part: Part) -> NodeIndex {
        self.graph.add_node(Node::Step(Step { change, part, token: (self.order.token)() }))
    }

    /// What is made or changed waits for the steps behind every cell it read.
    fn forward_edges(&mut self) {
        let Some(sheet) = self.order.sheet else { return };
        for (index, change) in self.order.changes.iter().enumerate() {
            let Some(step) = self.parts[index].forward else { continue };
            let Some(cell) = self.order.cells.get(&change.addr) else { continue };
            for dependency in sheet.depends(*cell).to_vec() {
                if let Some(before) = self.node_behind(sheet, dependency) {
                    self.graph.add_edge(before, step, ());
                }
            }
        }
    }

    /// The data sources of check blocks are read when everything else is done: a check is about how things are then.
    fn check_edges(&mut self) {
        let Some(sheet) = self.order.sheet else { return };
        let in_check = |change: &ResourceChange| {
            self.order.cells.get(&change.addr).is_some_and(|cell| sheet.is_in_check(*cell))
        };
        let mut others = Vec::new();
        let mut scoped = Vec::new();
        for (change, parts) in self.order.changes.iter().zip(&self.parts) {
            let list = if in_check(change) { &mut scoped } else { &mut others };
            list.extend(parts.forward.into_iter().chain(parts.delete));
        }
        self.all_before_all(&others, &scoped);
    }

    /// The node that stands for a cell being there: its step, a junction of the steps it came from, or none.
    fn node_behind(&mut self, sheet: &Sheet, start: CellId) -> Option<NodeIndex> {
        let mut stack = vec![(start, 0)];
        while let Some((cell, next)) = stack.last().copied() {
            if self.by_cell.contains_key(&cell) {
                stack.pop();
                continue;
            }
            if let Some(step) = self.own_step(sheet, cell) {
                self.by_cell.insert(cell, Some(step));
                stack.pop();
                continue;
            }
            let Some(dependency) = sheet.depends(cell).get(next).copied() else {
                let node = self.junction_of(sheet.depends(cell));
                self.by_cell.insert(cell, node);
                stack.pop();
                continue;
            };
            let top = stack.len() - 1;
            stack[top].1 += 1;
            if !self.by_cell.contains_key(&dependency) {
                stack.push((dependency, 0));
            }
        }
        self.by_cell.get(&start).copied().flatten()
    }

    fn own_step(&self, sheet: &Sheet, cell: CellId) -> Option<NodeIndex> {
        let addr = sheet.instance_of(cell)?;
        let index = self.by_instance.get(&addr)?;
        self.parts[*index].forward
    }

    fn junction_of(&mut self, cells: &[CellId]) -> Option<NodeIndex> {
        let nodes: BTreeSet<NodeIndex> =
            cells.iter().filter_map(|c| self.by_cell.get(c).copied().flatten()).collect();
        if nodes.len() < 2 {
            return nodes.first().copied();
        }
        let junction = self.graph.add_node(Node::Junction);
        for node in nodes {
            self.graph.add_edge(node, junction, ());
        }
        Some(junction)
    }

    /// What is destroyed waits for the destruction of its dependents; one that goes after its replacement was
    /// made also waits until its dependents have been changed over.
    fn backward_edges(&mut self) {
        let ends = self.ends();
        let dependents = self.dependents(&ends);
        let mut covered = vec![usize::MAX; ends.len()];
        for (index, end) in ends.iter().enumerate() {
            let nearest = nearest(index, &dependents, &ends, &mut covered);
            let befores: Vec<NodeIndex> = nearest.iter().flat_map(|i| ends[*i].deletes.clone()).collect();
            self.all_before_all(&befores, &end.deletes);
        }
        let pairs = ends.iter().zip(&dependents).map(|(end, dependents)| {
            let forwards = dependents.iter().flat_map(|i| ends[*i].forwards.clone());
            (if end.late.is_empty() { Vec::new() } else { forwards.collect() }, end.late.clone())
        });
        self.change_over_edges(&pairs.collect::<Vec<_>>());
    }

    /// The steps of each configured resource that has any, by what order they need.
    fn ends(&self) -> Vec<Ends> {
        let mut ends: BTreeMap<ConfigResource, Ends> = BTreeMap::new();
        for (change, parts) in self.order.changes.iter().zip(&self.parts) {
            if parts.delete.is_none() && parts.forward.is_none() {
                continue;
            }
            let resource = change.addr.config();
            let end = ends.entry(resource.clone()).or_insert_with(|| Ends::of(resource));
            end.deletes.extend(parts.delete);
            end.forwards.extend(parts.forward);
            if change.change.action != Action::DeleteThenCreate {
                end.late.extend(parts.delete);
            }
        }
        ends.into_values().collect()
    }

    /// Which of the resources referred to each one that goes, when the state was written.
    fn dependents(&self, ends: &[Ends]) -> Vec<Vec<usize>> {
        let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); ends.len()];
        if ends.iter().all(|end| end.deletes.is_empty()) {
            return dependents;
        }
        let index: HashMap<&ConfigResource, usize> =
            ends.iter().enumerate().map(|(index, end)| (&end.resource, index)).collect();
        for (resource, lists) in self.order.stored {
            let Some(from) = index.get(resource) else { continue };
            for target in lists.iter().flat_map(|list| list.iter()).filter_map(|target| index.get(target)) {
                if target != from && !ends[*target].deletes.is_empty() {
                    dependents[*target].push(*from);
                }
            }
        }
        for list in &mut dependents {
            list.sort_unstable();
            list.dedup();
        }
        dependents
    }

    fn change_over_edges(&mut self, pairs: &[(Vec<NodeIndex>, Vec<NodeIndex>)]) {
        let plain = self.graph.clone();
        for (befores, late) in pairs {
            self.all_before_all(befores, late);
        }
        if !petgraph::algo::is_cyclic_directed(&self.graph) {
            return;
        }
        // A change-over that would close a circle gives way: the order of destruction is the stronger one.
        self.graph = plain;
        for (befores, late) in pairs.iter().filter(|(befores, late)| !befores.is_empty() && !late.is_empty())
        {
            let before = self.graph.clone();
            self.all_before_all(befores, late);
            if petgraph::algo::is_cyclic_directed(&self.graph) {
                self.graph = before;
            }
        }
    }

    /// Edges from all to all, over a junction when both are many.
    fn all_before_all(&mut self, befores: &[NodeIndex], afters: &[NodeIndex]) {
        if befores.is_empty() || afters.is_empty() {
            return;
        }
        if befores.len() == 1 || afters.len() == 1 {
            for before in befores {
                for after in afters {
                    self.graph.add_edge(*before, *after, ());
                }
            }
            return;
        }
        let junction = self.graph.add_node(Node::Junction);
        for before in befores {
            self.graph.add_edge(*before, junction, ());
        }
        for after in afters {
            self.graph.add_edge(junction, *after, ());
        }
    }
}

/// The steps of one configured resource.
struct Ends {
    resource: ConfigResource,
    deletes: Vec<NodeIndex>,
    forwards: Vec<NodeIndex>,
    /// The deletions that don't come before a creation.
    late: Vec<NodeIndex>,
}

impl Ends {
    fn of(resource: ConfigResource) -> Ends {
        Ends { resource, deletes: Vec::new(), forwards: Vec::new(), late: Vec::new() }
    }
}

/// The dependents that a resource's destruction must wait for itself: what goes before one of them is waited for by
/// that one. States list dependencies all the way down, so without this a chain had an edge for every pair.
/// `covered` is room for notes, as long as there are resources.
fn nearest(of: usize, dependents: &[Vec<usize>], ends: &[Ends], covered: &mut [usize]) -> Vec<usize> {
    let goes = |index: &usize| !ends[*index].deletes.is_empty();
    let mut candidates: Vec<usize> = dependents[of].iter().copied().filter(goes).collect();
    candidates.sort_by_key(|index| std::cmp::Reverse(dependents[*index].len()));
    candidates.retain(|index| {
        if covered[*index] == of {
            return false;
        }
        for beyond in &dependents[*index] {
            covered[*beyond] = of;
        }
        true
    });
    candidates
}
