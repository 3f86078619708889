//! Resources and their instances.

use crate::{InstanceKey, ModuleInstance, ModulePath, Name};
use std::fmt;

/// What kind of block a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `resource`
    Managed,
    /// `data`
    Data,
    /// `ephemeral`
    Ephemeral,
}

impl Mode {
    /// The word before the type in an address: nothing for managed resources.
    pub fn prefix(self) -> &'static str {
        match self {
            Mode::Managed => "",
            Mode::Data => "data.",
            Mode::Ephemeral => "ephemeral.",
        }
    }
}

/// A block within its module: `aws_vpc.main`, `data.aws_ami.x`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource {
    /// Managed, data or ephemeral.
    pub mode: Mode,
    /// The type, such as `aws_vpc`.
    pub kind: Name,
    /// The name.
    pub name: Name,
}

impl Resource {
    /// A managed resource.
    pub fn managed(kind: impl Into<Name>, name: impl Into<Name>) -> Resource {
        Resource { mode: Mode::Managed, kind: kind.into(), name: name.into() }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}.{}", self.mode.prefix(), self.kind, self.name)
    }
}

/// A block in the configuration: its module without keys, and itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResource {
    /// The module.
    pub module: ModulePath,
    /// The block.
    pub resource: Resource,
}

impl fmt::Display for ConfigResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.module.is_root() { "" } else { "." };
        write!(f, "{}{dot}{}", self.module, self.resource)
    }
}

/// A block in one instance of its module: all instances of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceNode {
    /// The module instance.
    pub module: ModuleInstance,
    /// The block.
    pub resource: Resource,
}

impl ResourceNode {
    /// One instance of it.
    pub fn instance(&self, key: InstanceKey) -> ResourceInstance {
        ResourceInstance { module: self.module.clone(), resource: self.resource.clone(), key }
    }

    /// The block in the configuration.
    pub fn config(&self) -> ConfigResource {
        ConfigResource { module: self.module.path(), resource: self.resource.clone() }
    }
}

impl fmt::Display for ResourceNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.module.is_root() { "" } else { "." };
        write!(f, "{}{dot}{}", self.module, self.resource)
    }
}

/// One instance of a resource: what a real object answers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceInstance {
    /// The module instance.
    pub module: ModuleInstance,
    /// The block.
    pub resource: Resource,
    /// Which of its instances.
    pub key: InstanceKey,
}

impl ResourceInstance {
    /// The block with all of its instances.
    pub fn node(&self) -> ResourceNode {
        ResourceNode { module: self.module.clone(), resource: self.resource.clone() }
    }

    /// The block in the configuration.
    pub fn config(&self) -> ConfigResource {
        ConfigResource { module: self.module.path(), resource: self.resource.clone() }
    }
}

/// `module.a[0].aws_subnet.x["b"]`
impl fmt::Display for ResourceInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.module.is_root() { "" } else { "." };
        write!(f, "{}{dot}{}{}", self.module, self.resource, self.key)
    }
}
