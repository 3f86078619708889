//! What the outside lends to functions, and the language's own part of it: templates and variable files.

use crate::expression::{Evaluator, Scope};
use crate::functions::{DirectoryEntry, FileKind, FunctionError, World};
use crate::special::FunctionNames;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use trueup_diag::{Diagnostics, FileId};
use trueup_parse::{parse_config, parse_template};
use trueup_resolve::{Reference, compile_constant, compile_template};
use trueup_value::{Name, Value};

/// Files, clock and randomness; see [`World`] for each.
pub trait Host: Send + Sync {
    /// The bytes of a file.
    fn read_file(&self, path: &str) -> io::Result<Vec<u8>>;
    /// What is there, symbolic links followed.
    fn file_kind(&self, path: &str) -> io::Result<FileKind>;
    /// The names in a directory.
    fn list_directory(&self, path: &str) -> io::Result<Vec<DirectoryEntry>>;
    /// The absolute path of the working directory.
    fn working_directory(&self) -> io::Result<String>;
    /// The home directory of the user.
    fn home_directory(&self) -> Option<String>;
    /// Now, RFC 3339 in UTC with whole seconds.
    fn now(&self) -> String;
    /// When the plan was made.
    fn plan_timestamp(&self) -> Option<String>;
    /// Fills with unpredictable bytes.
    fn random(&self, bytes: &mut [u8]);
    /// Whether results that differ from call to call are unknown.
    fn impure_unknown(&self) -> bool;
}

/// A [`World`] for functions, on a host.
#[derive(Clone)]
pub struct Language {
    host: Arc<dyn Host>,
    /// Inside a template: no further templates.
    depth: usize,
}

/// Templates that render templates stop here.
const TEMPLATE_DEPTH_MAX: usize = 1024;

impl Language {
    /// The language on this host.
    pub fn new(host: Arc<dyn Host>) -> Language {
        Language { host, depth: 0 }
    }
}

impl World for Language {
    fn read_file(&self, path: &str) -> io::Result<Vec<u8>> {
        self.host.read_file(path)
    }

    fn file_kind(&self, path: &str) -> io::Result<FileKind> {
        self.host.file_kind(path)
    }

    fn list_directory(&self, path: &str) -> io::Result<Vec<DirectoryEntry>> {
        self.host.list_directory(path)
    }

    fn working_directory(&self) -> io::Result<String> {
        self.host.working_directory()
    }

    fn home_directory(&self) -> Option<String> {
        self.host.home_directory()
    }

    fn now(&self) -> String {
        self.host.now()
    }

    fn plan_timestamp(&self) -> Option<String> {
        self.host.plan_timestamp()
    }

    fn random(&self, bytes: &mut [u8]) {
        self.host.random(bytes);
    }

    fn impure_unknown(&self) -> bool {
        self.host.impure_unknown()
    }

    fn render_template(
        &self,
        source: &str,
        name: &str,
        variables: &BTreeMap<Name, Value>,
    ) -> Result<Value, FunctionError> {
        if self.depth >= TEMPLATE_DEPTH_MAX {
            return Err(FunctionError::call(format!(
                "{name}: maximum recursion depth {TEMPLATE_DEPTH_MAX} reached"
            )));
        }
        let parsed = parse_template(FileId(0), source);
        checked(name, source, &parsed.diagnostics)?;
        let names: Vec<Name> = variables.keys().cloned().collect();
        let (expr, diagnostics) = compile_template(&parsed.value, &names, &FunctionNames::default());
        // What the compiler finds is a word that no variable has.
        checked(name, source, &diagnostics).map_err(|error| FunctionError::argument(1, error.message))?;
        let mut scope = TemplateScope { world: Language { host: self.host.clone(), depth: self.depth + 1 } };
        let mut evaluator = Evaluator::with_symbols(&mut scope, variables.values().cloned().collect());
        let value = evaluator.evaluate(&expr);
        checked(name, source, &evaluator.diagnostics)?;
        Ok(value)
    }

    fn decode_variables(&self, source: &str) -> Result<BTreeMap<Name, Value>, FunctionError> {
        let parsed = parse_config(FileId(0), source);
        checked("the variables", source, &parsed.diagnostics)?;
        let mut out = BTreeMap::new();
        for attribute in &parsed.value.attributes {
            let (value, diagnostics) = compile_constant(&attribute.expr);
            checked("the variables", source, &diagnostics)?;
            out.insert(attribute.name.text.clone(), value);
        }
        Ok(out)
    }
}

/// The first error as the function's own, with the line it is on.
fn checked(name: &str, source: &str, diagnostics: &Diagnostics) -> Result<(), FunctionError> {
    let Some(error) = diagnostics.iter().find(|d| d.is_error()) else { return Ok(()) };
    let line = error.subject.map_or(1, |span| {
        let start = (span.start as usize).min(source.len());
        source[..start].matches('\n').count() + 1
    });
    let detail = error.detail.trim_end_matches('.');
    Err(FunctionError::call(format!("{name}, line {line}: {}; {detail}", error.summary)))
}

/// Inside a template there is nothing but its variables, which are symbols.
struct TemplateScope {
    world: Language,
}

impl Scope for TemplateScope {
    fn reference(&mut self, _reference: Reference) -> Value {
        Value::dynamic()
    }

    fn resource_instance(&mut self, _slot: u32, _key: &Value) -> Option<Value> {
        None
    }

    fn module_output(&mut self, _slot: u32, _key: Option<&Value>, _name: &str) -> Option<Value> {
        None
    }

    fn describe(&self, _reference: Reference) -> String {
        String::new()
    }

    fn world(&self) -> &dyn World {
        &self.world
    }
}

/// The value of an expression that sees nothing but the values in its first symbol slots.
pub fn value_with(
    expr: &trueup_resolve::Expr,
    host: Arc<dyn Host>,
    symbols: Vec<Value>,
) -> (Value, Diagnostics) {
    let mut scope = TemplateScope { world: Language::new(host) };
    let mut evaluator = Evaluator::with_symbols(&mut scope, symbols);
    let value = evaluator.evaluate(expr);
    (value, evaluator.diagnostics)
}

/// The value of a body that refers to nothing, such as a backend's settings.
pub fn constant_body(
    body: &trueup_resolve::Body,
    block: &trueup_schema::Block,
    host: Arc<dyn Host>,
) -> (Value, Diagnostics) {
    let mut scope = TemplateScope { world: Language::new(host) };
    let mut evaluator = Evaluator::new(&mut scope);
    let value = evaluator.body(body, block);
    (value, evaluator.diagnostics)
}
