//! Values for root variables, from the environment, files and the command line, later ones over earlier ones.

use crate::files::{FILE_BYTES_MAX, read_at_most, read_regular};
use std::collections::BTreeMap;
use std::path::Path;
use trueup_diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use trueup_evaluate::Input;
use trueup_parse::ast::Expr;
use trueup_parse::{parse_config, parse_expression, parse_json_config};
use trueup_resolve::compile_constant;
use trueup_resolve::program::{Module, Variable};
use trueup_value::{Name, Value};

/// What is said of variables from outside, in the order of the command line.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// `-var NAME=VALUE`
    Var(String),
    /// `-var-file FILE`
    File(String),
    /// A value as it is, which may be unknown or sensitive, and where it comes from.
    Value {
        /// The variable.
        name: Name,
        /// Its value.
        value: Value,
        /// Such as `the inputs of the stack`.
        source: String,
    },
}

/// Where a value comes from that `-var` gave, as inputs name it.
pub(crate) const VAR_OPTION: &str = "the -var option";

/// Where values of variables come from.
#[derive(Clone, Debug, Default)]
pub struct InputSources {
    /// The environment; only names that start with `TF_VAR_` count.
    pub environment: BTreeMap<String, String>,
    /// The command line.
    pub given: Vec<Given>,
}

struct Reader<'a> {
    dir: &'a Path,
    /// Values of variables that the module doesn't declare count too.
    any: bool,
    root: &'a Module,
    sources: &'a mut Sources,
    inputs: BTreeMap<Name, Input>,
    diagnostics: Diagnostics,
    /// So many values in files are for variables that the module doesn't declare.
    strangers: usize,
}

/// So many of them are told one by one.
const STRANGERS_TOLD_MAX: usize = 2;

/// Reads all values given for the root module's variables.
pub(crate) fn read_inputs(
    dir: &Path,
    root: &Module,
    from: &InputSources,
    sources: &mut Sources,
) -> (BTreeMap<Name, Input>, Diagnostics) {
    let reader = Reader {
        dir,
        any: false,
        root,
        sources,
        inputs: BTreeMap::new(),
        diagnostics: Diagnostics::new(),
        strangers: 0,
    };
    reader.read(from, &[Path::new("")])
}

/// The same where values count that the module doesn't declare, and further directories have variable files.
pub(crate) fn read_all(
    dir: &Path,
    directories: &[&Path],
    root: &Module,
    from: &InputSources,
    sources: &mut Sources,
) -> (BTreeMap<Name, Input>, Diagnostics) {
    let reader = Reader {
        dir,
        any: true,
        root,
        sources,
        inputs: BTreeMap::new(),
        diagnostics: Diagnostics::new(),
        strangers: 0,
    };
    reader.read(from, directories)
}

/// Values that a person was asked for.
pub(crate) fn answers(
    root: &Module,
    asked: &InputSources,
    sources: &mut Sources,
) -> (BTreeMap<Name, Input>, Diagnostics) {
    let dir = Path::new(".");
    let mut reader = Reader {
        dir,
        root,
        sources,
        inputs: BTreeMap::new(),
        diagnostics: Diagnostics::new(),
        any: false,
        strangers: 0,
    };
    for given in &asked.given {
        if let Given::Var(text) = given {
            reader.var(text);
        }
    }
    (reader.inputs, reader.diagnostics)
}

/// `terraform.tfvars`, `terraform.tfvars.json`, then `*.auto.tfvars` and `*.auto.tfvars.json` by name.
fn automatic_files(dir: &Path) -> Vec<String> {
    let mut auto: Vec<String> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"))
        .collect();
    auto.sort();
    let fixed = ["terraform.tfvars", "terraform.tfvars.json"].map(String::from);
    fixed.into_iter().filter(|name| dir.join(name).is_file()).chain(auto).collect()
}

impl Reader<'_> {
    fn read(mut self, from: &InputSources, directories: &[&Path]) -> (BTreeMap<Name, Input>, Diagnostics) {
        self.environment(&from.environment);
        for directory in directories {
            for file in automatic_files(&self.dir.join(directory)) {
                self.file(&directory.join(file).to_string_lossy(), true);
            }
        }
        for given in &from.given {
            match given {
                Given::Var(text) => self.var(text),
                Given::File(file) => self.file(file, false),
                Given::Value { name, value, source } => self.value(name, value, source),
            }
        }
        let more = self.strangers.saturating_sub(STRANGERS_TOLD_MAX);
        if more > 0 {
            let detail = format!(
                "Besides those shown, {more} more values are for variables that the root module does not declare."
            );
            self.diagnostics.push(Diagnostic::warning("Values for undeclared variables", detail).hint(
                "give values that many configurations share as TF_VAR_... variables of the environment",
            ));
        }
        (self.inputs, self.diagnostics)
    }

    fn variable(&self, name: &str) -> Option<&Variable> {
        let slot = *self.root.names.variables.get(name)?;
        self.root.variables.get(slot as usize)
    }

    fn environment(&mut self, environment: &BTreeMap<String, String>) {
        for (key, text) in environment {
            let Some(name) = key.strip_prefix("TF_VAR_") else { continue };
            if self.any || self.variable(name).is_some() {
                self.text(name, text, &format!("the environment variable {key}"));
            }
        }
    }

    fn var(&mut self, given: &str) {
        let Some((name, text)) = given.split_once('=') else {
            let detail =
                format!("The -var option \"{given}\" has no equals sign: it is written -var 'name=value'.");
            self.diagnostics.push(Diagnostic::error("Invalid -var option", detail));
            return;
        };
        if name != name.trim_end() {
            let meant = name.trim_end();
            let detail = format!(
                "There is a space between the name \"{meant}\" and the equals sign of the -var option."
            );
            let hint = format!("write it without: -var '{meant}=VALUE'");
            self.diagnostics.push(Diagnostic::error("Invalid -var option", detail).hint(hint));
            return;
        }
        if !self.any && self.variable(name).is_none() {
            self.diagnostics.push(self.undeclared(name, "on the command line"));
            return;
        }
        self.text(name, text, VAR_OPTION);
    }

    fn value(&mut self, name: &Name, value: &Value, source: &str) {
        if !self.any && self.variable(name).is_none() {
            return self.diagnostics.push(self.undeclared(name, &format!("in {source}")));
        }
        let input = Input { value: value.clone(), source: source.into(), span: None };
        self.inputs.insert(name.clone(), input);
    }

    fn undeclared(&self, name: &str, place: &str) -> Diagnostic {
        let known = self.root.names.variables.keys().map(|n| &**n);
        let near =
            trueup_diag::nearest(name, known).map(|n| format!(" Did you mean \"{n}\"?")).unwrap_or_default();
        Diagnostic::error(
            "Value for undeclared variable",
            format!("A value for \"{name}\" was given {place}, but the root module does not declare that variable.{near}"),
        )
        .hint(format!("declare it with a variable \"{name}\" block, or leave the value out"))
    }

    /// A value as text: an expression where the variable's type asks for more than a primitive.
    fn text(&mut self, name: &str, text: &str, source: &str) {
        let parsed = match self.variable(name) {
            // Text for a variable of a collection or structural type, or of `any`, is an expression.
            Some(variable) if variable.typed && !variable.ty.is_primitive() => self.expression(text, source),
            Some(_) => Some(Value::string(text)),
            None => Some(implied(text)),
        };
        let Some(value) = parsed else { return };
        self.inputs.insert(name.into(), Input { value, source: source.into(), span: None });
    }

    fn expression(&mut self, text: &str, source: &str) -> Option<Value> {
        let file = self.sources.add(&format!("<value from {source}>"), text);
        let parsed = parse_expression(file, text);
        if parsed.diagnostics.has_errors() {
            self.diagnostics.append(parsed.diagnostics);
            return None;
        }
        self.constant(&parsed.value)
    }

    fn constant(&mut self, expr: &Expr) -> Option<Value> {
        let (value, diagnostics) = compile_constant(expr);
        let failed = diagnostics.has_errors();
        self.diagnostics.append(diagnostics);
        if failed { None } else { Some(value) }
    }

    fn file(&mut self, name: &str, automatic: bool) {
        let path = self.dir.join(name);
        // What a person names may be a pipe, as a shell makes of <(command).
        let bytes =
            if automatic { read_regular(&path, FILE_BYTES_MAX) } else { read_at_most(&path, FILE_BYTES_MAX) };
        let text = match bytes.and_then(|bytes| String::from_utf8(bytes).map_err(std::io::Error::other)) {
            Ok(text) => text,
            Err(error) => {
                let detail = format!("The variables file {name} can't be read: {error}.");
                self.diagnostics.push(
                    Diagnostic::error("Failed to read variables file", detail)
                        .hint("check the path given with -var-file"),
                );
                return;
            }
        };
        let json = name.to_lowercase().ends_with(".json");
        let file = self.sources.add(name, text.as_str());
        let parsed = if json { parse_json_config(file, &text) } else { parse_config(file, &text) };
        let failed = parsed.diagnostics.has_errors() || parsed.templates.has_errors();
        self.diagnostics.append(parsed.diagnostics);
        self.diagnostics.append(parsed.templates);
        for block in &parsed.value.blocks {
            let detail = "A variables file holds only assignments, such as name = \"value\"; blocks belong into .tf files.";
            self.diagnostics.push(Diagnostic::error("Unexpected block", detail).at(block.header_span));
        }
        if failed {
            return;
        }
        for attribute in &parsed.value.attributes {
            self.assignment(&attribute.name.text, &attribute.expr, (name, attribute.name.span));
        }
    }

    fn assignment(&mut self, name: &Name, expr: &Expr, place: (&str, Span)) {
        let value = self.constant(expr);
        if !self.any && self.variable(name).is_none() {
            self.strangers += 1;
            if self.strangers > STRANGERS_TOLD_MAX {
                return;
            }
            let mut diagnostic = self.undeclared(name, &format!("in {}", place.0)).at(place.1);
            diagnostic.severity = trueup_diag::Severity::Warning;
            self.diagnostics.push(diagnostic);
            return;
        }
        if let Some(value) = value {
            let input = Input { value, source: place.0.into(), span: Some(expr.span) };
            self.inputs.insert(name.clone(), input);
        }
    }
}

/// The value of a text that no variable says the type of: that of an expression, where it is a constant one.
fn implied(text: &str) -> Value {
    let parsed = parse_expression(FileId(0), text);
    if parsed.diagnostics.has_errors() {
        return Value::string(text);
    }
    let (value, found) = compile_constant(&parsed.value);
    if found.has_errors() { Value::string(text) } else { value }
}
