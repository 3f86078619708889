//! Changes: the only way a state becomes another.

use crate::{InstanceState, Object, ResourceState, State};
use std::fmt;
use std::sync::Arc;
use trueup_addr::{Name, ProviderConfigAddr, ResourceInstance};

/// One change of the objects in a state.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// An object is there, new or changed.
    Set {
        /// The instance.
        address: ResourceInstance,
        /// The deposed key; `None` for the current object.
        deposed: Option<Name>,
        /// Who looks after it; becomes the whole resource's, but for its key.
        provider: ProviderConfigAddr,
        /// The object.
        object: Object,
    },
    /// An object is gone, or forgotten. Nothing happens where there is none.
    Remove {
        /// The instance.
        address: ResourceInstance,
        /// The deposed key; `None` for the current object.
        deposed: Option<Name>,
    },
    /// The current object steps aside for its replacement.
    Depose {
        /// The instance.
        address: ResourceInstance,
        /// The key it is put under, 8 hexadecimal digits, new to the instance.
        key: Name,
    },
    /// A deposed object is current again: its replacement could not be made.
    Restore {
        /// The instance.
        address: ResourceInstance,
        /// The key it was put under.
        key: Name,
    },
    /// An instance with all its objects has a new address.
    Move {
        /// Where it was.
        from: ResourceInstance,
        /// Where it is now; nothing may be there before.
        to: ResourceInstance,
    },
}

/// A change that doesn't fit the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeError {
    /// The instance.
    pub address: ResourceInstance,
    /// Why it doesn't fit.
    pub reason: String,
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the state of {} can't be changed: {}", self.address, self.reason)
    }
}

impl std::error::Error for ChangeError {}

impl Change {
    /// The instance it is about; of a move the new address.
    pub fn address(&self) -> &ResourceInstance {
        match self {
            Change::Set { address, .. }
            | Change::Remove { address, .. }
            | Change::Depose { address, .. }
            | Change::Restore { address, .. } => address,
            Change::Move { to, .. } => to,
        }
    }
}

impl State {
    /// Makes one change. A change that doesn't fit leaves the state as it was.
    pub fn apply(&mut self, change: &Change) -> Result<(), ChangeError> {
        match change {
            Change::Set { address, deposed, provider, object } => {
                let resource = self.resources.entry(address.node()).or_insert_with(|| ResourceState {
                    provider: provider.block(),
                    instances: std::collections::BTreeMap::new(),
                });
                let instance = resource.instances.entry(address.key.clone()).or_default();
                if provider.key.is_none() {
                    resource.provider.clone_from(provider);
                    instance.provider = None;
                } else {
                    resource.provider = provider.block();
                    instance.provider = Some(Arc::new(provider.clone()));
                }
                match deposed {
                    Some(key) => drop(instance.deposed.insert(key.clone(), object.clone())),
                    None => instance.current = Some(object.clone()),
                }
                Ok(())
            }
            Change::Remove { address, deposed } => {
                if let Some(instance) = self.instance_mut(address) {
                    match deposed {
                        Some(key) => drop(instance.deposed.remove(key)),
                        None => instance.current = None,
                    }
                }
                self.prune(address);
                Ok(())
            }
            Change::Depose { address, key } => self.depose(address, key),
            Change::Restore { address, key } => self.restore(address, key),
            Change::Move { from, to } => self.relocate(from, to),
        }
    }

    fn instance_mut(&mut self, address: &ResourceInstance) -> Option<&mut InstanceState> {
        self.resources.get_mut(&address.node())?.instances.get_mut(&address.key)
    }

    /// Drops the instance if no object is left, and the resource if no instance is.
    fn prune(&mut self, address: &ResourceInstance) {
        let node = address.node();
        let Some(resource) = self.resources.get_mut(&node) else { return };
        if resource.instances.get(&address.key).is_some_and(InstanceState::is_empty) {
            resource.instances.remove(&address.key);
        }
        if resource.instances.is_empty() {
            self.resources.remove(&node);
        }
    }

    fn depose(&mut self, address: &ResourceInstance, key: &Name) -> Result<(), ChangeError> {
        let misfit = |reason: &str| ChangeError { address: address.clone(), reason: reason.into() };
        let Some(instance) = self.instance_mut(address) else {
            return Err(misfit("there is no object to depose"));
        };
        if instance.deposed.contains_key(key) {
            return Err(misfit("the deposed key is taken"));
        }
        let object = instance.current.take().ok_or_else(|| misfit("there is no object to depose"))?;
        instance.deposed.insert(key.clone(), object);
        Ok(())
    }

    fn restore(&mut self, address: &ResourceInstance, key: &Name) -> Result<(), ChangeError> {
        let misfit = |reason: &str| ChangeError { address: address.clone(), reason: reason.into() };
        let Some(instance) = self.instance_mut(address) else {
            return Err(misfit("there is no deposed object to restore"));
        };
        if instance.current.is_some() {
            return Err(misfit("a replacement of the deposed object is already there"));
        }
        let object =
            instance.deposed.remove(key).ok_or_else(|| misfit("no object is deposed under this key"))?;
        instance.current = Some(object);
        Ok(())
    }

    fn relocate(&mut self, from: &ResourceInstance, to: &ResourceInstance) -> Result<(), ChangeError> {
        let misfit = |address: &ResourceInstance, reason: &str| ChangeError {
            address: address.clone(),
            reason: reason.into(),
        };
        if from == to {
            return Ok(());
        }
        if self.instance(to).is_some() {
            return Err(misfit(to, "something is already there to move onto"));
        }
        let Some(source) = self.resources.get_mut(&from.node()) else {
            return Err(misfit(from, "there is nothing to move"));
        };
        let provider = source.provider.clone();
        let Some(instance) = source.instances.remove(&from.key) else {
            return Err(misfit(from, "there is nothing to move"));
        };
        self.prune(from);
        let target = self
            .resources
            .entry(to.node())
            .or_insert_with(|| ResourceState { provider, instances: std::collections::BTreeMap::new() });
        target.instances.insert(to.key.clone(), instance);
        Ok(())
    }
}
