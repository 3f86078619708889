//! Which block of a program is about an instance.

use crate::program::{NodeId, Program, Removed, Resource};
use trueup_addr::{InstanceKey, ModuleInstance, ResourceInstance, Target};

impl Program {
    /// The block of an instance and its module, where the configuration has one.
    pub fn block_of(&self, addr: &ResourceInstance) -> Option<(NodeId, &Resource)> {
        let path = addr.module.path();
        let index = self.nodes.iter().position(|node| node.path == path)?;
        let node = NodeId(u32::try_from(index).ok()?);
        let module = self.module_at(node);
        let slot = *module.names.resources.get(&addr.resource)?;
        Some((node, &module.resources[slot as usize]))
    }

    /// The `removed` block that an instance falls under, and its module.
    pub fn removed_by(&self, addr: &ResourceInstance) -> Option<(NodeId, &Removed)> {
        self.nodes.iter().enumerate().find_map(|(index, node)| {
            let module = self.module(node.module);
            let depth = node.path.0.len();
            let steps = addr.module.0.get(..depth)?;
            let names: Vec<_> = steps.iter().map(|step| step.name.clone()).collect();
            if names[..] != node.path.0[..] {
                return None;
            }
            let inner =
                ResourceInstance { module: ModuleInstance(addr.module.0[depth..].into()), ..addr.clone() };
            let found =
                module.removed.iter().find(|removed| removed.from.contains(&any_key(&removed.from, &inner)));
            Some((NodeId(u32::try_from(index).ok()?), found?))
        })
    }
}

/// `removed` names blocks, not instances: the key doesn't count.
fn any_key(target: &Target, addr: &ResourceInstance) -> ResourceInstance {
    match target {
        Target::Instance(_) => ResourceInstance { key: InstanceKey::None, ..addr.clone() },
        _ => addr.clone(),
    }
}
