//! Which backend holds the state, as the configuration says and `init` has noted.

use crate::session::store_diagnostic;
use crate::world::World;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_evaluate::constant_body;
use trueup_parse::{parse_config, parse_expression};
use trueup_resolve::{NodeId, Program, compile_constant};
use trueup_schema::Block;
use trueup_store::Store;
use trueup_value::{Name, Value, convert, json};

/// What `-backend-config` gave: files of settings or single ones.
#[derive(Clone, Debug, Default)]
pub struct BackendSettings {
    /// `PATH` or `NAME=VALUE`, in order.
    pub given: Vec<String>,
    /// Forget what was noted before.
    pub reconfigure: bool,
}

/// A backend with its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// `local`, `s3`...
    pub kind: String,
    /// Its settings, of its schema's type.
    pub config: Value,
}

/// The note that `init` leaves in the data directory, in the form Terraform leaves its own.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    version: u64,
    #[serde(default)]
    terraform_version: String,
    #[serde(default)]
    backend: Option<NotedBackend>,
}

#[derive(Debug, Serialize, Deserialize)]
struct NotedBackend {
    #[serde(rename = "type")]
    kind: String,
    config: serde_json::Value,
    #[serde(default)]
    hash: u64,
}

fn note_path(world: &World) -> PathBuf {
    world.data_dir.join("terraform.tfstate")
}

/// The backend of the configuration; other than local ones must have been set up by `init`.
pub fn choose_backend(
    world: &World,
    program: &Program,
    state_path: Option<&str>,
) -> Result<Chosen, Box<Diagnostic>> {
    let Some(written) = written(world, program)? else {
        let path = state_path.unwrap_or("terraform.tfstate");
        return Ok(local(path));
    };
    if written.0.kind == "local" {
        return Ok(match state_path {
            Some(path) => local(path),
            None => written.0,
        });
    }
    let (written, span) = written;
    let needed = |why: &str| {
        let detail = format!("{why} The configuration keeps its state in backend \"{}\".", written.kind);
        Box::new(
            Diagnostic::error("Backend initialization required", detail).at(span).hint("run \"trueup init\""),
        )
    };
    let Some(noted) = read_note(world)?.and_then(|note| note.backend) else {
        return Err(needed("The working directory has not been initialized."));
    };
    if noted.kind != written.kind {
        return Err(needed("The backend's type was changed since the last init."));
    }
    let block = schema(&written.kind, span)?;
    let kept = json::decode(&noted.config.to_string(), &block.value_type())
        .map_err(|_| needed("The note that init left can't be read."))?;
    if differs(&written.config, &kept) {
        return Err(needed("The backend's settings were changed since the last init."));
    }
    Ok(Chosen { kind: written.kind, config: kept })
}

fn local(path: &str) -> Chosen {
    let block = trueup_store::schema("local").expect("the local backend is always there");
    let mut attributes: BTreeMap<Name, Value> = block.empty_value().as_mapping().cloned().unwrap_or_default();
    attributes.insert("path".into(), Value::string(path));
    Chosen { kind: "local".into(), config: Value::object(attributes) }
}

/// Whether something that the configuration sets was noted differently.
fn differs(written: &Value, noted: &Value) -> bool {
    let set = written.as_mapping().into_iter().flatten().filter(|(_, value)| !value.is_null());
    set.into_iter().any(|(name, value)| noted.get(name) != Some(value))
}

fn schema(kind: &str, span: trueup_diag::Span) -> Result<Block, Box<Diagnostic>> {
    trueup_store::schema(kind).ok_or_else(|| {
        Box::new(
            Diagnostic::error(
                "Unsupported backend type",
                format!("There is no backend of type \"{kind}\"; local and s3 are supported so far."),
            )
            .at(span),
        )
    })
}

/// The backend block's own settings.
fn written(world: &World, program: &Program) -> Result<Option<(Chosen, trueup_diag::Span)>, Box<Diagnostic>> {
    let Some(backend) = &program.module_at(NodeId::ROOT).settings.backend else { return Ok(None) };
    let mut block = schema(&backend.kind, backend.span)?;
    // What is required may come from -backend-config; the backend itself says what it lacks.
    for attribute in block.attributes.values_mut() {
        attribute.optional |= attribute.required;
        attribute.required = false;
    }
    let (config, diagnostics) = constant_body(&backend.body, &block, world.host(None, false));
    match diagnostics.into_iter().find(Diagnostic::is_error) {
        Some(error) => Err(Box::new(error)),
        None => Ok(Some((Chosen { kind: backend.kind.to_string(), config }, backend.span))),
    }
}

fn read_note(world: &World) -> Result<Option<Note>, Box<Diagnostic>> {
    let path = note_path(world);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&path, &error.to_string())),
    };
    serde_json::from_str(&text).map(Some).map_err(|error| unreadable(&path, &error.to_string()))
}

fn unreadable(path: &std::path::Path, why: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error("Backend note can't be read", format!("{} can't be read: {why}.", path.display()))
            .hint("run \"trueup init -reconfigure\" to write it anew; the state itself is not in it"),
    )
}

/// Sets the backend up: merges what was given, opens the store to see that it answers, and leaves the note.
pub async fn initialize_backend(
    world: &World,
    program: &Program,
    settings: &BackendSettings,
    sources: &mut Sources,
) -> Result<Chosen, Box<Diagnostic>> {
    let Some((written, span)) = written(world, program)? else {
        if settings.given.is_empty() {
            return Ok(local("terraform.tfstate"));
        }
        return Err(Box::new(Diagnostic::error(
            "Missing backend configuration",
            "-backend-config was used, but the configuration has no backend block to complete.",
        )));
    };
    let block = schema(&written.kind, span)?;
    let config = merge(world, &written.config, &block, settings, sources)?;
    let chosen = Chosen { kind: written.kind, config };
    if let (Some(noted), false) = (read_note(world)?.and_then(|note| note.backend), settings.reconfigure) {
        let kept = json::decode(&noted.config.to_string(), &block.value_type()).ok();
        if noted.kind != chosen.kind || kept.as_ref() != Some(&chosen.config) {
            return Err(Box::new(
                Diagnostic::error(
                    "Backend configuration changed",
                    "The backend was set up with other settings before, and the state there would be left behind.",
                )
                .at(span)
                .hint("init -reconfigure uses the new settings as they are; copying state between backends is not supported yet"),
            ));
        }
    }
    let store = open_store(world, &chosen).await?;
    store.read().await.map_err(|error| store_diagnostic(&error))?;
    leave_note(world, &chosen, &block)?;
    Ok(chosen)
}

fn merge(
    world: &World,
    written: &Value,
    block: &Block,
    settings: &BackendSettings,
    sources: &mut Sources,
) -> Result<Value, Box<Diagnostic>> {
    let mut attributes: BTreeMap<Name, Value> = written.as_mapping().cloned().unwrap_or_default();
    for given in &settings.given {
        let pairs = match given.split_once('=') {
            Some((name, text)) => vec![(Name::from(name.trim()), Value::string(text))],
            None => settings_file(world, given, sources)?,
        };
        for (name, value) in pairs {
            let ty = block.attributes.get(&name).map(trueup_schema::Attribute::constraint);
            let nested = block.blocks.get(&name).map(trueup_schema::NestedBlock::value_type);
            let Some(ty) = ty.or(nested) else {
                return Err(Box::new(Diagnostic::error(
                    "Invalid backend configuration argument",
                    format!("The backend has no setting \"{name}\", given with -backend-config."),
                )));
            };
            let value = expression_value(value, &ty, sources);
            let value = convert(&value, &ty).map_err(|error| {
                Box::new(Diagnostic::error(
                    "Invalid backend configuration argument",
                    format!("The value of \"{name}\" given with -backend-config is not suitable: {error}."),
                ))
            })?;
            attributes.insert(name, value);
        }
    }
    Ok(Value::object(attributes))
}

/// Text for a structural setting is an expression.
fn expression_value(value: Value, ty: &trueup_value::Type, sources: &mut Sources) -> Value {
    let Some(text) = value.as_str().filter(|_| !ty.is_primitive()) else { return value };
    let file = sources.add("<value from -backend-config>", text);
    let parsed = parse_expression(file, text);
    if parsed.diagnostics.has_errors() {
        return value;
    }
    let (constant, found) = compile_constant(&parsed.value);
    if found.has_errors() { value } else { constant }
}

fn settings_file(
    world: &World,
    name: &str,
    sources: &mut Sources,
) -> Result<Vec<(Name, Value)>, Box<Diagnostic>> {
    let text = std::fs::read_to_string(world.dir.join(name)).map_err(|error| {
        Box::new(Diagnostic::error(
            "Failed to read backend configuration file",
            format!("The file {name} given with -backend-config can't be read: {error}."),
        ))
    })?;
    let file = sources.add(name, text.as_str());
    let parsed = parse_config(file, &text);
    let mut diagnostics = parsed.diagnostics;
    let mut pairs = Vec::new();
    for attribute in &parsed.value.attributes {
        let (value, found) = compile_constant(&attribute.expr);
        diagnostics.append(found);
        pairs.push((attribute.name.text.clone(), value));
    }
    match first_error(diagnostics) {
        Some(error) => Err(Box::new(error)),
        None => Ok(pairs),
    }
}

fn first_error(diagnostics: Diagnostics) -> Option<Diagnostic> {
    diagnostics.into_iter().find(Diagnostic::is_error)
}

fn leave_note(world: &World, chosen: &Chosen, block: &Block) -> Result<(), Box<Diagnostic>> {
    let path = note_path(world);
    let failed = |error: &dyn std::fmt::Display| {
        Box::new(Diagnostic::error(
            "Backend note can't be written",
            format!("{} can't be written: {error}.", path.display()),
        ))
    };
    let text = json::encode_typed(&chosen.config, &block.value_type()).map_err(|error| failed(&error))?;
    let config = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    let backend = NotedBackend { kind: chosen.kind.clone(), config, hash: 0 };
    let note = Note {
        version: 3,
        terraform_version: trueup_state::TERRAFORM_VERSION.into(),
        backend: Some(backend),
    };
    std::fs::create_dir_all(&world.data_dir).map_err(|error| failed(&error))?;
    let text = serde_json::to_string_pretty(&note).map_err(|error| failed(&error))?;
    std::fs::write(&path, text).map_err(|error| failed(&error))
}

/// Opens the store of a backend in the selected workspace.
pub(crate) async fn open_store(world: &World, chosen: &Chosen) -> Result<Arc<dyn Store>, Box<Diagnostic>> {
    let around = trueup_store::World { directory: world.state_dir.clone(), workspace: world.workspace() };
    let opened = trueup_store::open(&chosen.kind, &chosen.config, &around).await;
    opened.map(Arc::from).map_err(|error| store_diagnostic(&error))
}
