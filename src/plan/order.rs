//! The order of steps.
//!
//! What is made waits for what it reads; what is destroyed waits for the destruction of all that depended on it
//! when the state was written. Junctions keep the number of edges linear in the number of objects.

use crate::graph::{Node, Part, Step, StepGraph};
use crate::model::ResourceChange;
use crate::references::Stored;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{BTreeMap, BTreeSet};
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
        let mut deletes: BTreeMap<ConfigResource, Vec<usize>> = BTreeMap::new();
        let mut forwards: BTreeMap<ConfigResource, Vec<usize>> = BTreeMap::new();
        for (index, change) in self.order.changes.iter().enumerate() {
            if self.parts[index].delete.is_some() {
                deletes.entry(change.addr.config()).or_default().push(index);
            }
            if self.parts[index].forward.is_some() {
                forwards.entry(change.addr.config()).or_default().push(index);
            }
        }
        let dependents = self.dependents(&deletes);
        for (resource, indexes) in &deletes {
            let Some(dependents) = dependents.get(resource) else { continue };
            let befores: Vec<NodeIndex> = dependents
                .iter()
                .filter(|dependent| *dependent != resource)
                .filter_map(|dependent| deletes.get(dependent))
                .flatten()
                .filter_map(|index| self.parts[*index].delete)
                .collect();
            let nodes: Vec<NodeIndex> = indexes.iter().filter_map(|i| self.parts[*i].delete).collect();
            self.all_before_all(&befores, &nodes);
        }
        self.change_over_edges(&deletes, &forwards, &dependents);
    }

    /// Which configured resources referred to each one that goes, when the state was written.
    fn dependents(
        &self,
        deletes: &BTreeMap<ConfigResource, Vec<usize>>,
    ) -> BTreeMap<ConfigResource, BTreeSet<ConfigResource>> {
        let mut dependents: BTreeMap<ConfigResource, BTreeSet<ConfigResource>> = BTreeMap::new();
        if deletes.is_empty() {
            return dependents;
        }
        for (resource, lists) in self.order.stored {
            for target in
                lists.iter().flat_map(|list| list.iter()).filter(|target| deletes.contains_key(target))
            {
                dependents.entry(target.clone()).or_default().insert(resource.clone());
            }
        }
        dependents
    }

    fn change_over_edges(
        &mut self,
        deletes: &BTreeMap<ConfigResource, Vec<usize>>,
        forwards: &BTreeMap<ConfigResource, Vec<usize>>,
        dependents: &BTreeMap<ConfigResource, BTreeSet<ConfigResource>>,
    ) {
        let none = BTreeSet::new();
        let mut pairs = Vec::new();
        for (resource, indexes) in deletes {
            let late: Vec<NodeIndex> = indexes
                .iter()
                .filter(|i| self.order.changes[**i].change.action != Action::DeleteThenCreate)
                .filter_map(|i| self.parts[*i].delete)
                .collect();
            let befores: Vec<NodeIndex> = dependents
                .get(resource)
                .unwrap_or(&none)
                .iter()
                .filter(|dependent| *dependent != resource)
                .filter_map(|dependent| forwards.get(dependent))
                .flatten()
                .filter_map(|index| self.parts[*index].forward)
                .collect();
            pairs.push((befores, late));
        }
        let plain = self.graph.clone();
        for (befores, late) in &pairs {
            self.all_before_all(befores, late);
        }
        if !petgraph::algo::is_cyclic_directed(&self.graph) {
            return;
        }
        // A change-over that would close a circle gives way: the order of destruction is the stronger one.
        self.graph = plain;
        for (befores, late) in &pairs {
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
