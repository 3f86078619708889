//! Steps and the edges between them.

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use std::sync::Arc;

/// What one step does to the object of its change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Makes it; under create-before-destroy the old object is deposed first.
    Create,
    /// Changes it in place.
    Update,
    /// Reads a data source.
    Read,
    /// Destroys it; under create-before-destroy the deposed one.
    Delete,
    /// Takes it out of the state.
    Forget,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Index in [`crate::Plan::changes`].
    pub change: usize,
    /// Which part of it.
    pub part: Part,
    /// 32 hexadecimal digits that no other step has: the client token where the API has them.
    pub token: Arc<str>,
}

/// A node: a step, or a place where many edges meet so that there are not as many as pairs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A step.
    Step(Step),
    /// Nothing to do; what follows waits for all that comes before.
    Junction,
}

/// Steps in their order: an edge leads from what must be done first.
#[derive(Clone, Debug, Default)]
pub struct StepGraph {
    pub(crate) graph: DiGraph<Node, ()>,
}

impl StepGraph {
    /// Every node with its index.
    pub fn nodes(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.graph.node_indices().map(|index| (index.index(), &self.graph[index]))
    }

    /// A node.
    pub fn node(&self, index: usize) -> &Node {
        &self.graph[NodeIndex::new(index)]
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.graph.node_count() == 0
    }

    /// How many nodes a node waits for.
    pub fn waits_for(&self, index: usize) -> usize {
        self.graph.neighbors_directed(NodeIndex::new(index), Direction::Incoming).count()
    }

    /// The nodes that wait for a node, in order.
    pub fn followers(&self, index: usize) -> Vec<usize> {
        let mut all: Vec<usize> = self
            .graph
            .neighbors_directed(NodeIndex::new(index), Direction::Outgoing)
            .map(NodeIndex::index)
            .collect();
        all.sort_unstable();
        all
    }

    /// Every edge as indexes, for files and drawings.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.graph
            .edge_indices()
            .filter_map(|edge| self.graph.edge_endpoints(edge))
            .map(|(a, b)| (a.index(), b.index()))
    }

    /// A graph from nodes and edges as a plan file has them; `None` when an edge leads nowhere or there is a cycle.
    pub fn from_parts(nodes: Vec<Node>, edges: &[(usize, usize)]) -> Option<StepGraph> {
        let mut graph = DiGraph::with_capacity(nodes.len(), edges.len());
        let count = nodes.len();
        for node in nodes {
            graph.add_node(node);
        }
        for (from, to) in edges {
            if *from >= count || *to >= count {
                return None;
            }
            graph.add_edge(NodeIndex::new(*from), NodeIndex::new(*to), ());
        }
        if petgraph::algo::is_cyclic_directed(&graph) { None } else { Some(StepGraph { graph }) }
    }
}
