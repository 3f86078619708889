//! Statefile version 4, byte for byte as Terraform writes it.

use super::object::{KeyWire, ObjectWire, Seen};
use super::path::parsed;
use super::{StatefileError, pretty};
use crate::{InstanceState, Output, ResourceState, State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::{
    InstanceKey, Mode, ModuleInstance, Name, ProviderAddr, ProviderConfigAddr, Resource, ResourceNode,
};
use trueup_value::json;

/// The version number that stands in the file.
pub const VERSION: u64 = 4;

#[derive(Debug, Serialize, Deserialize)]
struct FileWire {
    version: u64,
    #[serde(default)]
    terraform_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trueup_version: Option<String>,
    #[serde(default)]
    serial: u64,
    #[serde(default)]
    lineage: String,
    #[serde(default)]
    outputs: Option<BTreeMap<String, OutputWire>>,
    #[serde(default)]
    resources: Option<Vec<ResourceWire>>,
    #[serde(default)]
    check_results: Option<Box<RawValue>>,
}

/// An output of the root module; journal lines have the same.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OutputWire {
    value: Box<RawValue>,
    #[serde(rename = "type")]
    ty: Box<RawValue>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct ResourceWire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    module: Option<String>,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    /// `OpenTofu` leaves it out where the instances say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(default)]
    instances: Option<Vec<ObjectWire>>,
}

/// Reads a file whose version is 4.
pub fn read(text: &str) -> Result<State, StatefileError> {
    let file: FileWire = serde_json::from_str(text).map_err(|error| {
        StatefileError::new(
            "Unsupported state file format",
            format!("The state file is JSON but does not have the shape of version 4: {error}."),
        )
        .hint("Restore the file from its backup, or from the backend's version history.")
    })?;
    check_version(&file.terraform_version)?;
    let mut state = State {
        lineage: file.lineage,
        serial: file.serial,
        terraform_version: file.terraform_version,
        trueup_version: file.trueup_version,
        outputs: BTreeMap::new(),
        resources: BTreeMap::new(),
        checks: file.check_results.map(|json| pretty::compact(json.get()).into()),
    };
    for (name, wire) in file.outputs.unwrap_or_default() {
        let output = read_output(&wire).map_err(|reason| {
            StatefileError::new("Invalid output value in state", format!("Output \"{name}\": {reason}."))
        })?;
        state.outputs.insert(name.into(), output);
    }
    let mut seen = Seen::new();
    for wire in file.resources.unwrap_or_default() {
        let (node, resource) = read_resource(wire, &mut seen)?;
        if let Some(mut earlier) = state.resources.remove(&node) {
            merge(&node, &mut earlier, resource)?;
            state.resources.insert(node, earlier);
        } else {
            state.resources.insert(node, resource);
        }
    }
    Ok(state)
}

fn check_version(text: &str) -> Result<(), StatefileError> {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let good = core.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if text.is_empty() || good {
        return Ok(());
    }
    Err(StatefileError::new(
        "Invalid Terraform version string",
        format!("The state says that Terraform \"{text}\" wrote it, which is not a version."),
    ))
}

pub(crate) fn read_output(wire: &OutputWire) -> Result<Output, String> {
    let ty = json::type_from_json(wire.ty.get()).map_err(|error| format!("its type: {error}"))?;
    let value = json::decode(wire.value.get(), &ty).map_err(|error| format!("its value: {error}"))?;
    Ok(Output { value, sensitive: wire.sensitive })
}

pub(crate) fn write_output(output: &Output) -> OutputWire {
    let value = output.value.without_marks();
    let ty = value.ty();
    let text = json::encode_typed(&value, &ty).expect("outputs in the state are wholly known");
    OutputWire { value: parsed(text), ty: parsed(json::type_to_json(&ty)), sensitive: output.sensitive }
}

fn read_resource(
    wire: ResourceWire,
    seen: &mut Seen,
) -> Result<(ResourceNode, ResourceState), StatefileError> {
    let mode = match wire.mode.as_str() {
        "managed" => Mode::Managed,
        "data" => Mode::Data,
        other => {
            return Err(StatefileError::new(
                "Invalid resource mode in state",
                format!(
                    "The resource \"{}\" \"{}\" has the mode \"{other}\"; there are \"managed\" and \"data\".",
                    wire.kind, wire.name
                ),
            ));
        }
    };
    let resource = Resource { mode, kind: wire.kind.into(), name: wire.name.into() };
    let bad = |what: &dyn std::fmt::Display| {
        StatefileError::new("Invalid resource metadata in state", format!("The resource {resource}: {what}."))
    };
    let module = match wire.module.as_deref() {
        None | Some("") => ModuleInstance::root(),
        Some(text) => text.parse().map_err(|error| bad(&error))?,
    };
    let objects = wire.instances.unwrap_or_default();
    let named = wire.provider.as_deref().or_else(|| objects.iter().find_map(|one| one.provider.as_deref()));
    let named = named.ok_or_else(|| bad(&"nothing says which provider looks after it"))?;
    let provider = read_provider(named).map_err(|error| bad(&error))?.block();
    let node = ResourceNode { module, resource: resource.clone() };
    let mut state = ResourceState { provider, instances: BTreeMap::new() };
    for mut object in objects {
        let key = KeyWire::key(object.index_key.take());
        let deposed = object.deposed.take().filter(|key| !key.is_empty()).map(Name::from);
        let own = object.provider.take().map(|text| read_provider(&text)).transpose();
        let own = own.map_err(|error| bad(&error))?;
        if own.as_ref().is_some_and(|own| own.block() != state.provider) {
            return Err(bad(&"its instances are looked after by different provider configurations"));
        }
        let object = object.read(seen).map_err(|reason| {
            let address = node.instance(key.clone());
            StatefileError::new(
                "Invalid resource instance in state",
                format!("The object of {address}: {reason}."),
            )
        })?;
        let instance = state.instances.entry(key.clone()).or_default();
        instance.provider = own.filter(|own| !own.key.is_none()).map(Arc::new);
        let repeated = match deposed {
            Some(name) => instance.deposed.insert(name, object).is_some(),
            None => instance.current.replace(object).is_some(),
        };
        if repeated {
            return Err(twice(&node, &key));
        }
    }
    Ok((node, state))
}

fn twice(node: &ResourceNode, key: &InstanceKey) -> StatefileError {
    StatefileError::new(
        "Duplicate resource instance in state",
        format!("The state has two objects for {}.", node.instance(key.clone())),
    )
}

/// Joins two entries of one resource, which old versions wrote for resources of several providers.
fn merge(node: &ResourceNode, into: &mut ResourceState, other: ResourceState) -> Result<(), StatefileError> {
    for (key, instance) in other.instances {
        if into.instances.insert(key.clone(), instance).is_some() {
            return Err(twice(node, &key));
        }
    }
    Ok(())
}

/// Today's form, and those of Terraform 0.12 (`provider.aws.alias`) and 0.13's upgrade (`-` for the namespace).
fn read_provider(text: &str) -> Result<ProviderConfigAddr, trueup_addr::ParseError> {
    let modern = text.replace("registry.terraform.io/-/", "registry.terraform.io/hashicorp/");
    let error = match modern.parse() {
        Ok(addr) => return Ok(addr),
        Err(error) => error,
    };
    let words: Vec<&str> = text.split('.').collect();
    let Some(at) = words.iter().rposition(|word| *word == "provider") else { return Err(error) };
    let (kind, alias) = match words[at + 1..] {
        [kind] => (kind, None),
        [kind, alias] => (kind, Some(alias.into())),
        _ => return Err(error),
    };
    let provider = if kind == "terraform" { ProviderAddr::builtin() } else { ProviderAddr::parse(kind)? };
    let module = match &words[..at] {
        [] => ModuleInstance::root(),
        steps => steps.join(".").parse()?,
    };
    Ok(ProviderConfigAddr { module: module.path(), provider, alias, key: InstanceKey::None })
}

/// Writes the file, ending with a line end. The same state gives the same bytes.
pub fn write(state: &State) -> String {
    let outputs = state.outputs.iter().map(|(name, output)| (name.to_string(), write_output(output)));
    let mut resources: Vec<_> = state.resources.iter().map(|(node, r)| write_resource(node, r)).collect();
    resources.sort_by(|a, b| {
        let key = |wire: &ResourceWire| wire.module.clone().unwrap_or_default();
        key(a)
            .cmp(&key(b))
            .then_with(|| a.mode.cmp(&b.mode))
            .then_with(|| a.kind.cmp(&b.kind))
            .then_with(|| a.name.cmp(&b.name))
    });
    let file = FileWire {
        version: VERSION,
        terraform_version: state.terraform_version.clone(),
        trueup_version: state.trueup_version.clone(),
        serial: state.serial,
        lineage: state.lineage.clone(),
        outputs: Some(outputs.collect()),
        resources: Some(resources),
        check_results: state.checks.as_ref().map(|json| parsed(json.to_string())),
    };
    let compact = serde_json::to_string(&file).expect("strings and JSON texts can be serialized");
    let mut text = pretty::indent(&compact);
    text.push('\n');
    text
}

fn write_resource(node: &ResourceNode, resource: &ResourceState) -> ResourceWire {
    let mut instances = Vec::with_capacity(resource.instances.len());
    for (key, instance) in &resource.instances {
        write_instance(key, instance, &mut instances);
    }
    ResourceWire {
        module: (!node.module.is_root()).then(|| node.module.to_string()),
        mode: if node.resource.mode == Mode::Data { "data" } else { "managed" }.into(),
        kind: node.resource.kind.to_string(),
        name: node.resource.name.to_string(),
        provider: Some(resource.provider.to_string()),
        instances: Some(instances),
    }
}

fn write_instance(key: &InstanceKey, instance: &InstanceState, out: &mut Vec<ObjectWire>) {
    let current = instance.current.iter().map(|object| (None, object));
    let deposed = instance.deposed.iter().map(|(name, object)| (Some(name.to_string()), object));
    for (deposed, object) in current.chain(deposed) {
        let mut wire = ObjectWire::write(object);
        wire.index_key = KeyWire::of(key);
        wire.deposed = deposed;
        wire.provider = instance.provider.as_ref().map(ToString::to_string);
        out.push(wire);
    }
}
