//! Targets: what `-target`, `-exclude`, `moved` and `state` commands name.

use crate::{ModuleInstance, ResourceInstance, ResourceNode};
use std::fmt;

/// A set of resource instances named by one address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Everything inside a module instance; where the last step has no key, every instance of the call.
    Module(ModuleInstance),
    /// All instances of a block; where the module's last steps have no key, in every instance of the module.
    Resource(ResourceNode),
    /// One instance.
    Instance(ResourceInstance),
}

impl Target {
    /// Whether `instance` is one of those it names. A module step without a key stands for every instance.
    pub fn contains(&self, instance: &ResourceInstance) -> bool {
        match self {
            Target::Module(module) => module_contains(module, &instance.module, false),
            Target::Resource(node) => {
                module_contains(&node.module, &instance.module, true) && node.resource == instance.resource
            }
            Target::Instance(target) => {
                module_contains(&target.module, &instance.module, true)
                    && target.resource == instance.resource
                    && target.key == instance.key
            }
        }
    }
}

fn module_contains(target: &ModuleInstance, module: &ModuleInstance, exact: bool) -> bool {
    let depth_fits = if exact { target.0.len() == module.0.len() } else { target.0.len() <= module.0.len() };
    let steps_fit = target
        .0
        .iter()
        .zip(module.0.iter())
        .all(|(t, m)| t.name == m.name && (t.key.is_none() || t.key == m.key));
    depth_fits && steps_fit
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Module(module) => module.fmt(f),
            Target::Resource(node) => node.fmt(f),
            Target::Instance(instance) => instance.fmt(f),
        }
    }
}
