//! Single expressions: for the console, templates of functions, and files of values.

use crate::Functions;
use crate::compile::Compiler;
use crate::constant::constant;
use crate::expr::{Body, Expr};
use crate::program::{Module, Repetition};
use crate::scope::{ModuleWorld, Repeats, Scope, World};
use std::collections::BTreeMap;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_parse::ast;
use trueup_value::{Name, Type, Value, convert};

/// Compiles an expression that stands in a module, such as a line for the console.
pub fn compile_expression(
    expr: &ast::Expr,
    module: &Module,
    functions: &dyn Functions,
    scope: Scope,
) -> (Expr, Diagnostics) {
    compile_with(expr, module, functions, (scope, &[]))
}

/// Compiles an expression of a test on a module: it sees the module's outputs, and `names`, which are symbols in the
/// slots from 0 on.
pub fn compile_assertion(
    expr: &ast::Expr,
    module: &Module,
    functions: &dyn Functions,
    names: &[Name],
) -> (Expr, Diagnostics) {
    compile_with(expr, module, functions, (Scope { outputs: true, ..Scope::default() }, names))
}

fn compile_with(
    expr: &ast::Expr,
    module: &Module,
    functions: &dyn Functions,
    (scope, names): (Scope, &[Name]),
) -> (Expr, Diagnostics) {
    let checks = module.checks.iter().zip(0..);
    let scoped: BTreeMap<u32, u32> = checks.filter_map(|(check, slot)| Some((check.data?, slot))).collect();
    let repeats: Vec<Repeats> =
        module.resources.iter().map(|found| repeats(found.repetition.as_ref())).collect();
    let world = ModuleWorld {
        names: &module.names,
        settings: &module.settings,
        functions,
        scoped: &scoped,
        repeats: &repeats,
    };
    let mut compiler = Compiler::new(World::Module(&world), scope);
    compiler.symbols = names.to_vec();
    let compiled = compiler.expression(expr);
    compiler.diagnostics.append(compiler.planning);
    (compiled, compiler.diagnostics)
}

/// Compiles the template of a function call: it can use `names`, which are symbols in the slots from 0 on, and
/// nothing else.
pub fn compile_template(expr: &ast::Expr, names: &[Name], functions: &dyn Functions) -> (Expr, Diagnostics) {
    let mut compiler = Compiler::new(World::Template(functions), Scope::default());
    compiler.symbols = names.to_vec();
    let compiled = compiler.expression(expr);
    (compiled, compiler.diagnostics)
}

/// Compiles a body that can use `names`, as a template can, and nothing else.
pub fn compile_template_body(
    body: &ast::Body,
    names: &[Name],
    functions: &dyn Functions,
) -> (Body, Diagnostics) {
    let mut compiler = Compiler::new(World::Template(functions), Scope::default());
    compiler.symbols = names.to_vec();
    let compiled = compiler.body(body, body.syntax == ast::Syntax::Json);
    (compiled, compiler.diagnostics)
}

/// The value of an expression that can't refer to anything, such as one in a `.tfvars` file; unknown if it has none.
pub fn compile_constant(expr: &ast::Expr) -> (Value, Diagnostics) {
    value_of(constant(expr, None))
}

/// The same of an expression in JSON, such as one in a `.tfvars.json` file: strings are no templates there. The text
/// of its file is in `sources`.
pub fn compile_json_constant(expr: &ast::Expr, sources: &Sources) -> (Value, Diagnostics) {
    value_of(constant(expr, Some(sources)))
}

/// The value of such an expression as one of a type, or null; `None` after the report of what is wrong.
pub fn compile_constant_as(expr: &ast::Expr, ty: &Type, diagnostics: &mut Diagnostics) -> Option<Value> {
    let (value, found) = compile_constant(expr);
    let wrong = found.has_errors();
    diagnostics.append(found);
    if wrong {
        return None;
    }
    let unfit = |error| {
        let detail = format!("The value doesn't fit: {error}.");
        Diagnostic::error("Unsuitable value type", detail).at(expr.span)
    };
    convert(&value, ty).map_err(|error| diagnostics.push(unfit(error))).ok()
}

fn value_of(found: Result<Value, Diagnostics>) -> (Value, Diagnostics) {
    match found {
        Ok(value) => (value, Diagnostics::new()),
        Err(diagnostics) => (Value::dynamic(), diagnostics),
    }
}

fn repeats(repetition: Option<&Repetition>) -> Repeats {
    match repetition {
        None | Some(Repetition::Enabled(_)) => Repeats::No,
        Some(Repetition::Count(_)) => Repeats::Count,
        Some(Repetition::ForEach(_)) => Repeats::ForEach,
    }
}
