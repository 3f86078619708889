//! `show -json` of a state, format version 1.0.

use super::checks::{CheckWire, read_checks};
use super::encode;
use super::output::stored_outputs;
use super::tree::{ModuleWire, ObjectWire, Tree};
use super::{Failure, Json, text};
use serde::Serialize;
use std::collections::BTreeMap;
use trueup_addr::Mode;
use trueup_diag::Diagnostic;
use trueup_evaluate::Schemas;
use trueup_schema::sensitive_paths;
use trueup_state::{ObjectRef, State, TERRAFORM_VERSION};
use trueup_value::Marks;

/// The version of the document's shape.
const FORMAT_VERSION: &str = "1.0";

/// A whole document.
#[derive(Serialize)]
pub(crate) struct StateWire {
    format_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    terraform_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<ValuesWire>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<CheckWire>,
}

/// Outputs and objects.
#[derive(Serialize)]
struct ValuesWire {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    outputs: BTreeMap<String, OutputWire>,
    root_module: ModuleWire,
}

/// An output of the root module.
#[derive(Serialize)]
pub(crate) struct OutputWire {
    pub(crate) sensitive: bool,
    pub(crate) value: Json,
    #[serde(rename = "type")]
    pub(crate) ty: Json,
}

/// The document of a state, on one line. Sensitive values stand in it.
pub fn document(state: &State, schemas: &dyn Schemas) -> Result<String, Failure> {
    Ok(text(&wire(state, schemas)?))
}

/// The document of a state, to stand in another one.
pub(crate) fn wire(state: &State, schemas: &dyn Schemas) -> Result<StateWire, Failure> {
    if state.is_empty() {
        return Ok(StateWire {
            format_version: FORMAT_VERSION,
            terraform_version: None,
            values: None,
            checks: Vec::new(),
        });
    }
    let checks = read_checks(state.checks.as_deref())?;
    let mut tree = Tree::default();
    for object in state.objects().filter(|object| object.node.resource.mode != Mode::Ephemeral) {
        tree.add(&object.node.module, object_wire(&object, schemas)?);
    }
    Ok(StateWire {
        format_version: FORMAT_VERSION,
        terraform_version: Some(TERRAFORM_VERSION.to_owned()),
        values: Some(ValuesWire { outputs: stored_outputs(&state.outputs)?, root_module: tree.finish() }),
        checks,
    })
}

fn object_wire(found: &ObjectRef<'_>, schemas: &dyn Schemas) -> Result<ObjectWire, Failure> {
    let addr = found.address();
    let provider = &found.provider.provider;
    let data = addr.resource.mode == Mode::Data;
    let schema = schemas.schema(provider).and_then(|all| all.resource(data, &addr.resource.kind));
    let schema = schema.ok_or_else(|| missing_schema(&addr.to_string(), &provider.to_string()))?;
    let value = found.object.decode(schema).map_err(|error| {
        Diagnostic::error("Failed to marshal state to json", format!("{addr} can't be shown: {error}.")).hint(
            "plan and apply once with the provider version that is in use, which upgrades what is stored",
        )
    })?;
    let marks = sensitive_paths(&schema.block, &value);
    let value = value.mark_paths(&marks.into_iter().map(|path| (path, Marks::SENSITIVE)).collect::<Vec<_>>());
    let mut depends_on: Vec<String> = found.object.dependencies.iter().map(ToString::to_string).collect();
    depends_on.sort();
    let version = found.object.schema_version;
    Ok(ObjectWire {
        values: Some(encode::known(&value)?),
        depends_on,
        tainted: found.object.is_tainted(),
        deposed_key: found.deposed.map(ToString::to_string),
        ..ObjectWire::new(&addr, provider, version, encode::sensitive(&value))
    })
}

/// An object whose provider doesn't say what it looks like.
pub(crate) fn missing_schema(addr: &str, provider: &str) -> Failure {
    let detail = format!("{addr} can't be shown: the provider {provider} has no schema for it.");
    Box::new(
        Diagnostic::error("Failed to load plugin schemas", detail)
            .hint("run \"trueup init\", or use a version of the provider that has this type"),
    )
}
