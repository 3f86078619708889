//! Which block of a program is about an instance.

use crate::program::{NodeId, Program, Removed, Resource};
use trueup_addr::{ModulePath, Name, ResourceInstance};

impl Program {
    /// The module at the end of a path of calls, where the configuration has it.
    pub fn node_at<'a>(&self, path: impl IntoIterator<Item = &'a Name>) -> Option<NodeId> {
        let root = self.nodes.first().map(|_| NodeId::ROOT);
        path.into_iter().fold(root, |at, name| self.called(at?, name))
    }

    /// The module that a module calls by a name.
    fn called(&self, at: NodeId, name: &Name) -> Option<NodeId> {
        let call = *self.module_at(at).names.calls.get(name)?;
        *self.node(at).children.get(call as usize)?
    }

    /// The block of an instance and its module, where the configuration has one.
    pub fn block_of(&self, addr: &ResourceInstance) -> Option<(NodeId, &Resource)> {
        let node = self.node_at(addr.module.0.iter().map(|step| &step.name))?;
        let module = self.module_at(node);
        let slot = *module.names.resources.get(&addr.resource)?;
        Some((node, &module.resources[slot as usize]))
    }

    /// The `removed` block that an instance falls under, and its module.
    pub fn removed_by(&self, addr: &ResourceInstance) -> Option<(NodeId, &Removed)> {
        let path = addr.module.path();
        let mut at = NodeId::ROOT;
        for depth in 0..=path.0.len() {
            let module = self.module_at(at);
            let whole = |end: usize| (ModulePath(path.0[depth..end].into()), None);
            let exact = (ModulePath(path.0[depth..].into()), Some(addr.resource.clone()));
            let names = (depth + 1..=path.0.len()).map(whole).chain([exact]);
            let first = names.filter_map(|name| module.names.removed.get(&name)).min();
            if let Some(found) = first.and_then(|first| module.removed.get(*first as usize)) {
                return Some((at, found));
            }
            at = self.called(at, path.0.get(depth)?)?;
        }
        None
    }
}
