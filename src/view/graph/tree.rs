//! The modules of a drawing as boxes in boxes.

use std::collections::BTreeMap;
use trueup_addr::ModulePath;
use trueup_engine::Drawing;

/// A module with what stands in it.
#[derive(Debug)]
pub(super) struct Frame {
    /// The module; the root for the whole.
    pub(super) path: ModulePath,
    /// The frame around it.
    pub(super) outer: Option<usize>,
    /// Nodes by their index in the drawing.
    pub(super) nodes: Vec<usize>,
    /// Frames by their index in the tree.
    pub(super) inner: Vec<usize>,
}

/// All frames, each behind the one around it; the whole comes first.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) frames: Vec<Frame>,
    /// The frame of each node.
    pub(super) of_node: Vec<usize>,
}

impl Tree {
    pub(super) fn of(drawing: &Drawing) -> Tree {
        let root = ModulePath::root();
        let mut by_path = BTreeMap::from([(root.clone(), 0)]);
        let mut tree = Tree {
            frames: vec![Frame { path: root, outer: None, nodes: Vec::new(), inner: Vec::new() }],
            of_node: Vec::new(),
        };
        for (index, node) in drawing.nodes.iter().enumerate() {
            let mut frame = 0;
            let mut path = ModulePath::root();
            for name in node.module.0.iter() {
                path = path.child(name);
                let next = *by_path.entry(path.clone()).or_insert(tree.frames.len());
                if next == tree.frames.len() {
                    let path = path.clone();
                    tree.frames.push(Frame {
                        path,
                        outer: Some(frame),
                        nodes: Vec::new(),
                        inner: Vec::new(),
                    });
                    tree.frames[frame].inner.push(next);
                }
                frame = next;
            }
            tree.frames[frame].nodes.push(index);
            tree.of_node.push(frame);
        }
        tree
    }

    /// The frames around a node, the nearest first, the whole last.
    pub(super) fn around(&self, node: usize) -> Vec<usize> {
        let mut all = vec![self.of_node[node]];
        while let Some(outer) = all.last().and_then(|last| self.frames[*last].outer) {
            all.push(outer);
        }
        all
    }

    /// The frames around one end of an edge that the other end is not in, the nearest first; then the first that
    /// both are in.
    pub(super) fn way_out(&self, node: usize, other: usize) -> (Vec<usize>, usize) {
        let others = self.around(other);
        let mut own = self.around(node);
        let shared = own.iter().position(|frame| others.contains(frame)).unwrap_or(own.len() - 1);
        let meeting = own[shared];
        own.truncate(shared);
        (own, meeting)
    }
}
