//! The state: outputs, resources, their instances and objects.

use crate::{Object, TERRAFORM_VERSION, wire};
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::{InstanceKey, Name, ProviderConfigAddr, ResourceInstance, ResourceNode};
use trueup_value::Value;

/// What is known of the world after the last operation.
///
/// Cloning costs a few words per resource: everything large is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Made once with the first state and never changed; tells unrelated states apart. Empty before the first write.
    pub lineage: String,
    /// Rises with every change.
    pub serial: u64,
    /// The Terraform version whose format the state was written in.
    pub terraform_version: String,
    /// The trueup version that wrote it, where one did. Terraform takes no notice of it.
    pub trueup_version: Option<String>,
    /// Outputs of the root module.
    pub outputs: BTreeMap<Name, Output>,
    /// Managed and data resources. None is without instances after [`State::apply`].
    pub resources: BTreeMap<ResourceNode, ResourceState>,
    /// `check_results` as compact JSON; `None` where it is null.
    pub checks: Option<Arc<str>>,
}

/// One output of the root module.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Wholly known, without marks.
    pub value: Value,
    /// Must not be shown.
    pub sensitive: bool,
}

/// A resource with its instances.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceState {
    /// The provider configuration that looks after it: the block, where its instances have one of several each.
    pub provider: ProviderConfigAddr,
    /// Its instances.
    pub instances: BTreeMap<InstanceKey, InstanceState>,
}

/// The objects behind one instance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstanceState {
    /// The provider configuration that looks after it, where that is one of several of the resource's.
    pub provider: Option<Arc<ProviderConfigAddr>>,
    /// The object that the instance stands for.
    pub current: Option<Object>,
    /// Objects that were replaced and still wait for their end, by deposed key (8 hexadecimal digits).
    pub deposed: BTreeMap<Name, Object>,
}

/// One object, current or deposed, and where it stands.
#[derive(Clone, Debug)]
pub struct ObjectRef<'a> {
    /// The resource with all its instances.
    pub node: &'a ResourceNode,
    /// Which instance.
    pub key: &'a InstanceKey,
    /// The deposed key; `None` for the current object.
    pub deposed: Option<&'a Name>,
    /// Who looks after it.
    pub provider: &'a ProviderConfigAddr,
    /// The object.
    pub object: &'a Object,
}

impl ObjectRef<'_> {
    /// The instance's address.
    pub fn address(&self) -> ResourceInstance {
        self.node.instance(self.key.clone())
    }
}

impl Default for State {
    fn default() -> State {
        State {
            lineage: String::new(),
            serial: 0,
            terraform_version: TERRAFORM_VERSION.into(),
            trueup_version: None,
            outputs: BTreeMap::new(),
            resources: BTreeMap::new(),
            checks: None,
        }
    }
}

impl State {
    /// A state with nothing in it. `lineage` is a fresh UUID.
    pub fn new(lineage: impl Into<String>) -> State {
        State { lineage: lineage.into(), ..State::default() }
    }

    /// Whether it holds neither resources nor outputs.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.outputs.is_empty()
    }

    /// Every object in the order of addresses, the current one of an instance before its deposed ones.
    pub fn objects(&self) -> impl Iterator<Item = ObjectRef<'_>> {
        self.resources.iter().flat_map(|(node, resource)| {
            resource.instances.iter().flat_map(move |(key, instance)| {
                let current = instance.current.iter().map(|object| (None, object));
                let deposed = instance.deposed.iter().map(|(name, object)| (Some(name), object));
                current.chain(deposed).map(move |(deposed, object)| ObjectRef {
                    node,
                    key,
                    deposed,
                    provider: instance.provider.as_deref().unwrap_or(&resource.provider),
                    object,
                })
            })
        })
    }

    /// The resource with its instances.
    pub fn resource(&self, node: &ResourceNode) -> Option<&ResourceState> {
        self.resources.get(node)
    }

    /// One instance.
    pub fn instance(&self, address: &ResourceInstance) -> Option<&InstanceState> {
        self.resources.get(&address.node())?.instances.get(&address.key)
    }

    /// The current object of an instance.
    pub fn current(&self, address: &ResourceInstance) -> Option<&Object> {
        self.instance(address)?.current.as_ref()
    }

    /// The current object, or the one deposed under a key.
    pub fn object(&self, address: &ResourceInstance, deposed: Option<&str>) -> Option<&Object> {
        let instance = self.instance(address)?;
        match deposed {
            Some(key) => instance.deposed.get(key),
            None => instance.current.as_ref(),
        }
    }

    /// Who looks after an instance.
    pub fn provider(&self, address: &ResourceInstance) -> Option<&ProviderConfigAddr> {
        let resource = self.resources.get(&address.node())?;
        let own = resource.instances.get(&address.key).and_then(|instance| instance.provider.as_deref());
        Some(own.unwrap_or(&resource.provider))
    }

    /// Whether both say the same of the world: serial, lineage and writing versions aside.
    pub fn same_content(&self, other: &State) -> bool {
        self.outputs == other.outputs && self.resources == other.resources && self.checks == other.checks
    }

    /// Makes this the successor of `previous`: takes over its lineage, and the serial rises by one if the content
    /// differs. Says whether there is something to write.
    pub fn finish(&mut self, previous: &State) -> bool {
        if !previous.lineage.is_empty() {
            self.lineage.clone_from(&previous.lineage);
        }
        let changed = !self.same_content(previous);
        self.serial = previous.serial + u64::from(changed);
        self.terraform_version = TERRAFORM_VERSION.into();
        changed
    }

    /// SHA-256 of the statefile, in hexadecimal: the same for the same state.
    pub fn digest(&self) -> String {
        wire::hex_digest(wire::v4::write(self).as_bytes())
    }
}

impl InstanceState {
    /// Whether no object is left.
    pub fn is_empty(&self) -> bool {
        self.current.is_none() && self.deposed.is_empty()
    }
}
