//! Objects as statefiles and journal lines have them.

use super::path::{self, StepWire, parsed};
use super::pretty;
use crate::{Object, Status};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::{ConfigResource, InstanceKey, Target};

/// One object with its place in the resource; the order of the fields is the order in the file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ObjectWire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) index_key: Option<KeyWire>,
    /// With a key, where the resource's provider configuration is several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deposed: Option<String>,
    #[serde(default)]
    schema_version: u64,
    #[serde(default)]
    attributes: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attributes_flat: Option<BTreeMap<String, String>>,
    #[serde(default)]
    sensitive_attributes: Option<Vec<Vec<StepWire>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity_schema_version: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    private: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dependencies: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    create_before_destroy: Option<bool>,
}

/// `0` or `"key"`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum KeyWire {
    Int(u64),
    Text(String),
}

impl KeyWire {
    pub(crate) fn of(key: &InstanceKey) -> Option<KeyWire> {
        match key {
            InstanceKey::None => None,
            InstanceKey::Int(n) => Some(KeyWire::Int(*n)),
            InstanceKey::Text(text) => Some(KeyWire::Text(text.to_string())),
        }
    }

    pub(crate) fn key(this: Option<KeyWire>) -> InstanceKey {
        match this {
            None => InstanceKey::None,
            Some(KeyWire::Int(n)) => InstanceKey::Int(n),
            Some(KeyWire::Text(text)) => InstanceKey::Text(text.into()),
        }
    }
}

/// Dependencies already parsed: the same few are named thousands of times.
pub(crate) type Seen = BTreeMap<String, ConfigResource>;

impl ObjectWire {
    /// The object, or what is wrong with it.
    pub(crate) fn read(self, seen: &mut Seen) -> Result<Object, String> {
        let attributes = match (self.attributes, self.attributes_flat) {
            (Some(json), _) => pretty::compact(json.get()),
            (None, Some(_)) => {
                return Err("its attributes are in the flat form of Terraform 0.11, which needs an upgrade \
                            with Terraform 0.12 to 1.x first (terraform apply -refresh-only)"
                    .into());
            }
            (None, None) => return Err("it has no attributes".into()),
        };
        let status = match self.status.as_deref() {
            None | Some("") => Status::Ready,
            Some("tainted") => Status::Tainted,
            Some(other) => return Err(format!("its status \"{other}\" is not one that is known")),
        };
        let paths = self.sensitive_attributes.unwrap_or_default();
        let sensitive = paths.iter().map(|steps| path::read(steps)).collect::<Result<Arc<[_]>, _>>()?;
        let private = STANDARD
            .decode(self.private.unwrap_or_default())
            .map_err(|_| "its private data are not base64".to_owned())?;
        let names = self.dependencies.unwrap_or_default();
        let dependencies =
            names.into_iter().map(|name| dependency(name, seen)).collect::<Result<Arc<[_]>, _>>()?;
        Ok(Object {
            status,
            schema_version: self.schema_version,
            attributes: attributes.into(),
            sensitive,
            private: private.into(),
            dependencies,
            create_before_destroy: self.create_before_destroy.unwrap_or(false),
            identity: self.identity.map(|json| pretty::compact(json.get()).into()),
            identity_schema_version: self.identity_schema_version,
        })
    }

    /// For an object without its place.
    pub(crate) fn write(object: &Object) -> ObjectWire {
        ObjectWire {
            index_key: None,
            provider: None,
            status: object.is_tainted().then(|| "tainted".into()),
            deposed: None,
            schema_version: object.schema_version,
            attributes: Some(parsed(object.attributes.to_string())),
            attributes_flat: None,
            sensitive_attributes: Some(object.sensitive.iter().map(path::write).collect()),
            identity_schema_version: object.identity_schema_version,
            identity: object.identity.as_ref().map(|json| parsed(json.to_string())),
            private: (!object.private.is_empty()).then(|| STANDARD.encode(&object.private)),
            dependencies: (!object.dependencies.is_empty())
                .then(|| object.dependencies.iter().map(ToString::to_string).collect()),
            create_before_destroy: object.create_before_destroy.then_some(true),
        }
    }
}

pub(super) fn dependency(name: String, seen: &mut Seen) -> Result<ConfigResource, String> {
    if let Some(known) = seen.get(&name) {
        return Ok(known.clone());
    }
    let parsed = match name.parse::<Target>() {
        Ok(Target::Resource(node)) => node.config(),
        Ok(Target::Instance(instance)) => instance.config(),
        Ok(Target::Module(_)) => return Err(format!("its dependency \"{name}\" is not a resource")),
        Err(error) => return Err(format!("a dependency: {error}")),
    };
    seen.insert(name, parsed.clone());
    Ok(parsed)
}
