//! Which backend holds the state, as the configuration says and `init` has noted.

mod initialize;
mod migrate;
mod note;

pub use initialize::{Initialized, initialize_backend};
pub use migrate::{Approval, Question};

use crate::ledger::{LockOptions, store_diagnostic};
use crate::world::World;
use note::NotedBackend;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources, Span};
use trueup_evaluate::constant_body;
use trueup_parse::{parse_config, parse_expression};
use trueup_resolve::{NodeId, Program, compile_constant};
use trueup_schema::Block;
use trueup_store::{Backup, DEFAULT_WORKSPACE, KINDS, Outside, Store};
use trueup_value::{Name, Value, convert};

/// What `-backend-config` gave: files of settings or single ones.
#[derive(Clone, Debug)]
pub struct BackendSettings {
    /// `PATH` or `NAME=VALUE`, in order.
    pub given: Vec<String>,
    /// Forget what was noted before.
    pub reconfigure: bool,
    /// Copy the state where the backend was changed.
    pub migrate: bool,
    /// How both states are locked meanwhile.
    pub locking: LockOptions,
}

/// The state file of a configuration without a backend block.
const DEFAULT_PATH: &str = "terraform.tfstate";

/// A backend with its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// `local`, `s3`...
    pub kind: String,
    /// Its settings, of its schema's type.
    pub config: Value,
    /// A state file that the command line names: it is of no workspace.
    pub(crate) is_file: bool,
}

impl Chosen {
    fn new(kind: &str, config: Value) -> Chosen {
        Chosen { kind: kind.into(), config, is_file: false }
    }
}

/// The backend of the configuration, as the last `init` set it up.
pub fn choose_backend(
    world: &World,
    program: &Program,
    state_path: Option<&str>,
) -> Result<Chosen, Box<Diagnostic>> {
    let noted = note::read(world)?;
    let (written, noted, span) = match (written(world, program)?, noted) {
        (None, None) => return Ok(state_path.map_or_else(|| local(DEFAULT_PATH), state_file)),
        (None, Some(noted)) => {
            let why =
                format!("The backend \"{}\" was set up, and the configuration no longer has it.", noted.kind);
            return Err(uninitialized(',', why));
        }
        (Some((written, span)), None) => {
            let why =
                format!("The working directory has not been set up for the backend \"{}\".", written.kind);
            return Err(Box::new(uninitialized(',', why).at(span)));
        }
        (Some((written, span)), Some(noted)) => (written, noted, span),
    };
    let Some(kept) = kept(&written, &noted, span)? else {
        let why = if noted.kind == written.kind {
            "The settings of the backend were changed since the last init.".into()
        } else {
            format!(
                "The backend was changed from \"{}\" to \"{}\" since the last init.",
                noted.kind, written.kind
            )
        };
        return Err(Box::new(uninitialized(':', why).at(span)));
    };
    Ok(match state_path {
        Some(path) if kept.kind == "local" => state_file(path),
        _ => kept,
    })
}

/// What was noted, where the configuration still says the same.
fn kept(written: &Chosen, noted: &NotedBackend, span: Span) -> Result<Option<Chosen>, Box<Diagnostic>> {
    if noted.kind != written.kind {
        return Ok(None);
    }
    let settings = noted.settings(&schema(&written.kind, span)?);
    let same = |settings: &Value| noted.hash == note::hash(written) || *settings == written.config;
    Ok(settings.filter(same).map(|config| Chosen::new(&noted.kind, config)))
}

/// `mark` stands where Terraform has a comma or a colon.
fn uninitialized(mark: char, why: String) -> Box<Diagnostic> {
    let summary = format!("Backend initialization required{mark} please run \"terraform init\"");
    Box::new(Diagnostic::error(summary, why).hint(
        "run \"trueup init\": with -migrate-state it copies the state that is there, with -reconfigure it doesn't",
    ))
}

/// A state file, without regard to what the configuration says.
pub(crate) fn state_file(path: &str) -> Chosen {
    Chosen { is_file: true, ..local(path) }
}

/// Options about state files where the state isn't in one.
pub(crate) fn local_only(kind: &str) -> Box<Diagnostic> {
    let detail = format!(
        "Backups and other state files are for states in local files, and this configuration keeps its state in backend \"{kind}\"."
    );
    let diagnostic = Diagnostic::error("Invalid command line options: -backup", detail);
    Box::new(diagnostic.hint("leave the option out, or name a local state file with -state"))
}

fn local(path: &str) -> Chosen {
    let block = trueup_store::schema("local").expect("the local backend is always there");
    let mut attributes: BTreeMap<Name, Value> = block.empty_value().as_mapping().cloned().unwrap_or_default();
    attributes.insert("path".into(), Value::string(path));
    Chosen::new("local", Value::object(attributes))
}

fn schema(kind: &str, span: Span) -> Result<Block, Box<Diagnostic>> {
    trueup_store::schema(kind).ok_or_else(|| {
        Box::new(
            Diagnostic::error(
                "Unsupported backend type",
                format!("There is no backend of type \"{kind}\"; supported so far: {}.", KINDS.join(", ")),
            )
            .at(span),
        )
    })
}

/// The backend block's own settings.
fn written(world: &World, program: &Program) -> Result<Option<(Chosen, Span)>, Box<Diagnostic>> {
    let Some(backend) = &program.module_at(NodeId::ROOT).settings.backend else { return Ok(None) };
    let mut block = schema(&backend.kind, backend.span)?;
    // What is required may come from -backend-config; the backend itself says what it lacks.
    for attribute in block.attributes.values_mut() {
        attribute.optional |= attribute.required;
        attribute.required = false;
    }
    let (config, diagnostics) = constant_body(&backend.body, &block, world.host(None, false));
    let unfit = diagnostics.into_iter().find(Diagnostic::is_error).or_else(|| unfit(&backend.kind, &config));
    match unfit {
        Some(error) => Err(Box::new(error.at_opt(Some(backend.span)))),
        None => Ok(Some((Chosen::new(&backend.kind, config), backend.span))),
    }
}

/// Why settings can't be written down, where one of them depends on values that can't.
fn unfit(kind: &str, config: &Value) -> Option<Diagnostic> {
    let marks = config.deep_marks();
    if marks.is_ephemeral() {
        let detail =
            format!("The settings of backend \"{kind}\" are written down, so none can be ephemeral.");
        return Some(Diagnostic::error("Ephemeral value not allowed", detail));
    }
    if marks.is_sensitive() {
        let detail = "The settings of a backend are written down in the data directory and in saved plans.";
        let hint =
            "give secrets in the environment variables that the backend knows, or with -backend-config";
        return Some(Diagnostic::error("Backend config contains sensitive values", detail).hint(hint));
    }
    if !config.is_wholly_known() {
        let detail =
            format!("Backend \"{kind}\" needs values that are not known before something is applied.");
        return Some(Diagnostic::error("Unable to compute static value", detail));
    }
    None
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

/// Opens the store of a backend in the selected workspace.
pub(crate) async fn open_store(
    world: &World,
    chosen: &Chosen,
    backup: &Backup,
) -> Result<Arc<dyn Store>, Box<Diagnostic>> {
    let selected = || crate::workspaces::selected(world);
    let workspace = if chosen.is_file { DEFAULT_WORKSPACE.into() } else { selected()? };
    let outside = Outside { environment: (*world.environment).clone(), seconds: world.seconds };
    let directory = world.state_dir.clone();
    let around = trueup_store::World { directory, workspace, backup: backup.clone(), outside };
    let opened = trueup_store::open(&chosen.kind, &chosen.config, &around).await;
    opened.map(Arc::from).map_err(|error| store_diagnostic(&error))
}
