//! Values that are needed before there is anything to plan: where modules come from and where the state is kept.
//!
//! They may be made of variables, local values and functions. What these mean is the caller's business, as the texts
//! of modules are: this room only asks.

use crate::compile::Compiler;
use crate::expr::{Body, BodyBlock, Expr, ExprKind, Part};
use crate::program::{Called, EarlyCall, ModuleCall, NodeId, Program};
use crate::requirement::constraint_problem;
use crate::scope::{Scope, World};
use crate::unit::Unit;
use trueup_diag::{Diagnostic, Diagnostics, Sources, Span};
use trueup_parse::ast;
use trueup_value::{Type, Value, convert};

/// What is to be known early.
#[derive(Clone, Copy, Debug)]
pub struct EarlyQuestion<'q> {
    /// What was read so far: the module with the expression, and those that call it.
    pub program: &'q Program,
    /// Where the module stands in the tree of calls.
    pub node: NodeId,
    /// The expression.
    pub expr: &'q Expr,
    /// What needs its value, for messages: `module.network.source`.
    pub what: &'q str,
}

/// Gives values that are known before anything is planned.
pub trait Early {
    /// The value of an expression, with its marks; it may be unknown. Texts that are read for it are registered with
    /// `sources`. Otherwise what is wrong, with places.
    fn evaluate(&mut self, question: EarlyQuestion<'_>, sources: &mut Sources) -> Result<Value, Diagnostics>;
}

/// Knows no value at all: for texts of which no run is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingEarly;

impl Early for NothingEarly {
    fn evaluate(&mut self, question: EarlyQuestion<'_>, _: &mut Sources) -> Result<Value, Diagnostics> {
        let detail = format!("{} needs a value, and none is known here.", question.what);
        Err(Diagnostic::error("Unable to compute static value", detail).at(question.expr.span).into())
    }
}

impl Unit<'_, '_> {
    /// The compiled form of an argument that must be known early; nothing for a constant, which needs nobody to know it.
    pub(crate) fn early_expression(&mut self, expr: &ast::Expr, scope: Scope) -> Option<Expr> {
        let mut compiler = Compiler::new(World::Module(self.world), scope);
        let compiled = compiler.expression(expr);
        if compiler.seen.is_empty() && !compiler.calls {
            return None;
        }
        let broken = compiler.diagnostics.has_errors();
        self.report.load.append(compiler.diagnostics);
        Some(if broken { Expr { kind: ExprKind::Error, span: compiled.span } } else { compiled })
    }

    /// The compiled form of an argument that must be known early, a constant or not.
    pub(crate) fn known_early(&mut self, expr: &ast::Expr, scope: Scope) -> Expr {
        let mut compiler = Compiler::new(World::Module(self.world), scope);
        let compiled = compiler.expression(expr);
        let broken = compiler.diagnostics.has_errors();
        self.report.load.append(compiler.diagnostics);
        if broken { Expr { kind: ExprKind::Error, span: compiled.span } } else { compiled }
    }

    /// A body that must be known early, and what is wrong in it.
    pub(crate) fn early_body(&mut self, body: &ast::Body, json: bool) -> (Body, Diagnostics) {
        let mut compiler = Compiler::new(World::Module(self.world), Scope::default());
        let out = compiler.body(body, json);
        (out, compiler.diagnostics)
    }
}

/// The source and version that a call has at one place in the tree of calls.
pub(crate) fn called(
    early: &mut dyn Early,
    (program, node, call): (&Program, NodeId, &ModuleCall),
    sources: &mut Sources,
) -> Result<Called, Diagnostics> {
    let mut out = Called { source: call.source.clone(), version: call.version.clone() };
    let Some(found) = &call.early else { return Ok(out) };
    let EarlyCall { source, version } = &**found;
    let path = program.node(node).path.child(&call.name);
    let mut text = |expr: &Expr, name: &str| {
        if matches!(expr.kind, ExprKind::Error) {
            // What is wrong with it was reported when it was compiled.
            return Err(Diagnostics::new());
        }
        let what = format!("{path}.{name}");
        let value = early.evaluate(EarlyQuestion { program, node, expr, what: &what }, sources)?;
        plain_text(&value, &what, expr.span).map_err(|problem| Diagnostics::from(*problem))
    };
    if let Some(expr) = source {
        out.source = text(expr, "source")?;
    }
    if let Some(expr) = version {
        let constraint = text(expr, "version")?;
        if let Some(problem) = constraint_problem(&constraint, expr.span) {
            return Err(problem.into());
        }
        out.version = Some(constraint);
    }
    Ok(out)
}

/// A text that anybody may see, now.
fn plain_text(value: &Value, what: &str, at: Span) -> Result<String, Box<Diagnostic>> {
    let wrong = |summary: &'static str, why: &str| {
        Box::new(Diagnostic::error(summary, format!("{what} {why}.")).at(at))
    };
    if value.marks().is_ephemeral() {
        return Err(wrong("Ephemeral value not allowed", "is written down, so it can't be ephemeral"));
    }
    if value.marks().is_sensitive() {
        return Err(wrong(
            "Sensitive value not allowed",
            "is shown and written down, so it can't be sensitive",
        ));
    }
    if !value.is_known() {
        return Err(wrong("Unable to compute static value", "is not known before something is applied"));
    }
    if value.is_null() {
        return Err(wrong("Unsuitable value type", "can't be null"));
    }
    let text = convert(value, &Type::String).ok();
    let text = text.as_ref().and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| {
        wrong("Unsuitable value type", &format!("is a string, and this is {}", value.ty().friendly_name()))
    })
}

/// Puts values in the place of what the settings of the root module's backend refer to.
pub(crate) fn settle_backend(program: &mut Program, early: &mut dyn Early, sources: &mut Sources) {
    let root = program.node(NodeId::ROOT).module.0 as usize;
    let Some(mut backend) = program.modules[root].settings.backend.take() else { return };
    let what = format!("backend.{}", backend.kind);
    let mut problems = Diagnostics::new();
    each_expression(&mut backend.body, &mut |expr| {
        if !matches!(expr.kind, ExprKind::Reference(_)) {
            return;
        }
        let question = EarlyQuestion { program, node: NodeId::ROOT, expr, what: &what };
        expr.kind = match early.evaluate(question, sources) {
            Ok(value) => ExprKind::Literal(value),
            Err(found) => {
                problems.append(found);
                ExprKind::Error
            }
        };
    });
    backend.problems.append(problems);
    program.modules[root].settings.backend = Some(backend);
}

/// Every expression in a body.
fn each_expression(body: &mut Body, work: &mut dyn FnMut(&mut Expr)) {
    for attribute in &mut body.attributes {
        each_within(&mut attribute.expr, work);
    }
    for BodyBlock { body, dynamic, .. } in &mut body.blocks {
        if let Some(dynamic) = dynamic {
            each_within(&mut dynamic.for_each, work);
            if let Some(labels) = &mut dynamic.labels {
                each_within(labels, work);
            }
        }
        each_expression(body, work);
    }
}

/// An expression and all within it: chains may have thousands of links, so they are walked and not recursed into.
fn each_within(expr: &mut Expr, work: &mut dyn FnMut(&mut Expr)) {
    let mut open = vec![expr];
    while let Some(next) = open.pop() {
        work(next);
        match &mut next.kind {
            ExprKind::Literal(_) | ExprKind::Reference(_) | ExprKind::Symbol(_) | ExprKind::Error => {}
            ExprKind::Template(parts) => parts_within(parts, &mut open),
            ExprKind::Attribute { on, .. } => open.push(on),
            ExprKind::Index { on, key } => open.extend([&mut **on, &mut **key]),
            ExprKind::Splat { on, each, .. } => open.extend([&mut **on, &mut **each]),
            ExprKind::Call { args, .. } => open.extend(args),
            ExprKind::Tuple(items) => open.extend(items),
            ExprKind::Object(items) => open.extend(items.iter_mut().flat_map(|(key, value)| [key, value])),
            ExprKind::For(inner) => {
                open.extend([&mut inner.collection, &mut inner.result]);
                open.extend(inner.result_key.as_mut());
                open.extend(inner.condition.as_mut());
            }
            ExprKind::Conditional { condition, then, otherwise } => {
                open.extend([&mut **condition, &mut **then, &mut **otherwise]);
            }
            ExprKind::Binary { left, right, .. } => open.extend([&mut **left, &mut **right]),
            ExprKind::Unary { operand, .. } => open.push(operand),
        }
    }
}

fn parts_within<'e>(parts: &'e mut [Part], open: &mut Vec<&'e mut Expr>) {
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Interpolation(expr) => open.push(expr),
            Part::If { condition, then, otherwise } => {
                open.push(condition);
                parts_within(then, open);
                parts_within(otherwise, open);
            }
            Part::For { collection, body, .. } => {
                open.push(collection);
                parts_within(body, open);
            }
        }
    }
}
