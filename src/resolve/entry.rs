//! Single expressions: for the console, templates of functions, and files of values.

use crate::Functions;
use crate::compile::Compiler;
use crate::expr::Expr;
use crate::program::Module;
use crate::scope::{ModuleWorld, Scope, World};
use std::collections::BTreeMap;
use trueup_diag::Diagnostics;
use trueup_parse::ast;
use trueup_value::Name;

/// Compiles an expression that stands in a module, such as a line for the console.
pub fn compile_expression(
    expr: &ast::Expr,
    module: &Module,
    functions: &dyn Functions,
    scope: Scope,
) -> (Expr, Diagnostics) {
    let checks = module.checks.iter().zip(0..);
    let scoped: BTreeMap<u32, u32> = checks.filter_map(|(check, slot)| Some((check.data?, slot))).collect();
    let world = ModuleWorld { names: &module.names, settings: &module.settings, functions, scoped: &scoped };
    let mut compiler = Compiler::new(World::Module(&world), scope);
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

/// Compiles an expression that can't refer to anything, such as a value in a `.tfvars` file.
pub fn compile_constant(expr: &ast::Expr) -> (Expr, Diagnostics) {
    let mut compiler = Compiler::new(World::Constant, Scope::default());
    let compiled = compiler.expression(expr);
    (compiled, compiler.diagnostics)
}
