//! Which block of a program is about an instance.

use crate::program::{NodeId, Program, Removed, Resource};
use trueup_addr::{InstanceKey, ModuleInstance, Name, ResourceInstance, Target};

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
        let mut at = NodeId::ROOT;
        for depth in 0..=addr.module.0.len() {
            let inner =
                ResourceInstance { module: ModuleInstance(addr.module.0[depth..].into()), ..addr.clone() };
            let blocks = &self.module_at(at).removed;
            if let Some(found) =
                blocks.iter().find(|block| block.from.contains(&any_key(&block.from, &inner)))
            {
                return Some((at, found));
            }
            at = self.called(at, &addr.module.0.get(depth)?.name)?;
        }
        None
    }
}

/// `removed` names blocks, not instances: the key doesn't count.
fn any_key(target: &Target, addr: &ResourceInstance) -> ResourceInstance {
    match target {
        Target::Instance(_) => ResourceInstance { key: InstanceKey::None, ..addr.clone() },
        _ => addr.clone(),
    }
}
