//! Which nodes of the plan's graph may go now.

use std::collections::BTreeSet;
use trueup_plan::StepGraph;

/// The graph with what is left to do of it.
pub(crate) struct Schedule<'a> {
    graph: &'a StepGraph,
    /// How many nodes each node still waits for.
    waits: Vec<usize>,
    failed: Vec<bool>,
    ready: BTreeSet<usize>,
}

impl<'a> Schedule<'a> {
    pub(crate) fn new(graph: &'a StepGraph) -> Schedule<'a> {
        let waits: Vec<usize> = (0..graph.len()).map(|index| graph.waits_for(index)).collect();
        let ready = waits.iter().enumerate().filter(|(_, n)| **n == 0).map(|(index, _)| index).collect();
        Schedule { graph, failed: vec![false; waits.len()], waits, ready }
    }

    /// Takes the nodes that wait for nothing any more, in order.
    pub(crate) fn take(&mut self) -> BTreeSet<usize> {
        std::mem::take(&mut self.ready)
    }

    /// A node is through; `good` is whether its followers may go.
    pub(crate) fn done(&mut self, index: usize, good: bool) {
        for follower in self.graph.followers(index) {
            self.failed[follower] |= !good;
            self.waits[follower] -= 1;
            if self.waits[follower] == 0 {
                self.ready.insert(follower);
            }
        }
    }

    /// Whether something the node waited for failed.
    pub(crate) fn is_cut_off(&self, index: usize) -> bool {
        self.failed[index]
    }
}
