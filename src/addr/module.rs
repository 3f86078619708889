//! Modules: the path of calls, and one instance of it.

use crate::{InstanceKey, Name};
use std::fmt;
use std::sync::Arc;

/// The names of module calls from the root inwards; the root is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModulePath(pub Arc<[Name]>);

impl ModulePath {
    /// The root module.
    pub fn root() -> ModulePath {
        ModulePath::default()
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The module that call `name` in this one makes.
    pub fn child(&self, name: &Name) -> ModulePath {
        ModulePath(self.0.iter().cloned().chain([name.clone()]).collect())
    }

    /// The module that calls this one.
    pub fn parent(&self) -> Option<ModulePath> {
        let (_, rest) = self.0.split_last()?;
        Some(ModulePath(rest.into()))
    }
}

/// `module.a.module.b`, nothing for the root.
impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            write!(f, "{}module.{name}", if i == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

/// One call with the key of one of its instances.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleStep {
    /// The call.
    pub name: Name,
    /// Its instance.
    pub key: InstanceKey,
}

/// One instance of a module; the root is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleInstance(pub Arc<[ModuleStep]>);

impl ModuleInstance {
    /// The root module.
    pub fn root() -> ModuleInstance {
        ModuleInstance::default()
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Instance `key` of the call `name` in this instance.
    pub fn child(&self, name: &Name, key: InstanceKey) -> ModuleInstance {
        let step = ModuleStep { name: name.clone(), key };
        ModuleInstance(self.0.iter().cloned().chain([step]).collect())
    }

    /// The instance that calls this one, and the last step.
    pub fn parent(&self) -> Option<(ModuleInstance, &ModuleStep)> {
        let (last, rest) = self.0.split_last()?;
        Some((ModuleInstance(rest.into()), last))
    }

    /// The path without keys.
    pub fn path(&self) -> ModulePath {
        ModulePath(self.0.iter().map(|step| step.name.clone()).collect())
    }

    /// Whether this is `other` or inside it.
    pub fn is_within(&self, other: &ModuleInstance) -> bool {
        self.0.starts_with(&other.0)
    }
}

/// `module.a[0].module.b`, nothing for the root.
impl fmt::Display for ModuleInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            write!(f, "{}module.{}{}", if i == 0 { "" } else { "." }, step.name, step.key)?;
        }
        Ok(())
    }
}
