//! The value of an expression that needs nothing from outside.

use std::collections::BTreeMap;
use std::io;
use trueup_evaluate::functions::{DirectoryEntry, FileKind, FunctionError, World};
use trueup_evaluate::{Evaluator, Scope};
use trueup_resolve::{Expr, ExprKind, Reference};
use trueup_value::{Name, Value};

/// The value; none where the expression calls a function, refers to something or is wrong.
pub(crate) fn value(expr: &Expr) -> Option<Value> {
    if !super::expression::find(expr).is_empty() || calls(expr) {
        return None;
    }
    let mut nothing = Nothing;
    let mut evaluator = Evaluator::new(&mut nothing);
    let value = evaluator.evaluate(expr);
    let good = !evaluator.diagnostics.has_errors() && value.is_wholly_known();
    if good { Some(value) } else { None }
}

/// Whether a function is called somewhere inside, or something could not be compiled.
fn calls(expr: &Expr) -> bool {
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        if matches!(expr.kind, ExprKind::Call { .. } | ExprKind::Error) {
            return true;
        }
        super::expression::push_parts(expr, &mut stack);
    }
    false
}

/// Expressions without references and calls never ask for anything.
struct Nothing;

const UNASKED: &str = "a constant asks for nothing";

impl Scope for Nothing {
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
        self
    }
}

fn unasked<T>() -> io::Result<T> {
    Err(io::Error::other(UNASKED))
}

impl World for Nothing {
    fn read_file(&self, _path: &str) -> io::Result<Vec<u8>> {
        unasked()
    }

    fn file_kind(&self, _path: &str) -> io::Result<FileKind> {
        unasked()
    }

    fn list_directory(&self, _path: &str) -> io::Result<Vec<DirectoryEntry>> {
        unasked()
    }

    fn working_directory(&self) -> io::Result<String> {
        unasked()
    }

    fn home_directory(&self) -> Option<String> {
        None
    }

    fn now(&self) -> String {
        String::new()
    }

    fn plan_timestamp(&self) -> Option<String> {
        None
    }

    fn random(&self, _bytes: &mut [u8]) {}

    fn impure_unknown(&self) -> bool {
        true
    }

    fn render_template(
        &self,
        _source: &str,
        _name: &str,
        _variables: &BTreeMap<Name, Value>,
    ) -> Result<Value, FunctionError> {
        Err(FunctionError::call(UNASKED.to_owned()))
    }

    fn decode_variables(&self, _source: &str) -> Result<BTreeMap<Name, Value>, FunctionError> {
        Err(FunctionError::call(UNASKED.to_owned()))
    }
}
