//! Objects under their module instances: `root_module` with `child_modules`.

use super::Json;
use serde::Serialize;
use std::collections::BTreeMap;
use trueup_addr::{InstanceKey, Mode, ModuleInstance, ModuleStep, Resource};

/// One object of a state or a planned state.
#[derive(Serialize)]
pub(crate) struct ObjectWire {
    pub(crate) address: String,
    pub(crate) mode: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) index: Option<KeyWire>,
    pub(crate) provider_name: String,
    pub(crate) schema_version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) values: Option<Json>,
    pub(crate) sensitive_values: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) depends_on: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) tainted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deposed_key: Option<String>,
}

/// `0` or `"key"`.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum KeyWire {
    Int(u64),
    Text(String),
}

impl KeyWire {
    pub(crate) fn of(key: &InstanceKey) -> Option<KeyWire> {
        match key {
            InstanceKey::None => None,
            InstanceKey::Int(number) => Some(KeyWire::Int(*number)),
            InstanceKey::Text(text) => Some(KeyWire::Text(text.to_string())),
        }
    }
}

impl ObjectWire {
    /// Where an object stands, and its sensitive parts; the rest is for the caller to fill in.
    pub(crate) fn new(
        addr: &trueup_addr::ResourceInstance,
        provider: &trueup_addr::ProviderAddr,
        schema_version: u64,
        sensitive_values: Json,
    ) -> ObjectWire {
        ObjectWire {
            address: addr.to_string(),
            mode: mode(&addr.resource),
            kind: addr.resource.kind.to_string(),
            name: addr.resource.name.to_string(),
            index: KeyWire::of(&addr.key),
            provider_name: provider.to_string(),
            schema_version,
            values: None,
            sensitive_values,
            depends_on: Vec::new(),
            tainted: false,
            deposed_key: None,
        }
    }
}

/// The word for a resource's mode.
pub(crate) fn mode(resource: &Resource) -> &'static str {
    match resource.mode {
        Mode::Managed => "managed",
        Mode::Data => "data",
        Mode::Ephemeral => "ephemeral",
    }
}

/// A module instance with its objects and the instances inside it.
#[derive(Default, Serialize)]
pub(crate) struct ModuleWire {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<ObjectWire>,
    #[serde(skip_serializing_if = "String::is_empty")]
    address: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    child_modules: Vec<ModuleWire>,
}

/// Modules while objects are put into them.
#[derive(Default)]
pub(crate) struct Tree {
    objects: Vec<ObjectWire>,
    children: BTreeMap<ModuleStep, Tree>,
}

impl Tree {
    /// Puts an object into its module.
    pub(crate) fn add(&mut self, module: &ModuleInstance, object: ObjectWire) {
        let inner = module.0.iter().fold(self, |tree, step| tree.children.entry(step.clone()).or_default());
        inner.objects.push(object);
    }

    /// The tree as the document has it.
    pub(crate) fn finish(self) -> ModuleWire {
        self.finish_at(&ModuleInstance::root())
    }

    fn finish_at(self, at: &ModuleInstance) -> ModuleWire {
        let children =
            self.children.into_iter().map(|(step, tree)| tree.finish_at(&at.child(&step.name, step.key)));
        ModuleWire { child_modules: children.collect(), resources: self.objects, address: at.to_string() }
    }
}
