//! Compiled expressions as configuration documents have them: a constant, or the references in them, named back.

use super::{Failure, Json, constant, encode};
use serde::Serialize;
use trueup_resolve::expr::Part;
use trueup_resolve::{Expr, ExprKind, Module, Reference};
use trueup_value::{Kind, Path, PathStep, Value};

/// An expression; neither field where it is a constant that only a function call would tell.
#[derive(Serialize)]
pub(crate) struct ExpressionWire {
    #[serde(skip_serializing_if = "Option::is_none")]
    constant_value: Option<Json>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<String>,
}

/// An expression written in a module.
pub(crate) fn wire(expr: &Expr, module: &Module) -> Result<ExpressionWire, Failure> {
    let mut references = Vec::new();
    for found in find(expr) {
        name(&found, module, &mut references);
    }
    let value = if references.is_empty() { constant::value(expr) } else { None };
    let constant_value = value.map(|value| encode::known(&value)).transpose()?;
    Ok(ExpressionWire { constant_value, references })
}

impl ExpressionWire {
    /// Whether nothing can be said about it.
    pub(crate) fn is_empty(&self) -> bool {
        self.constant_value.is_none() && self.references.is_empty()
    }
}

/// One reference with the constant steps behind it.
pub(crate) struct Found {
    /// What it begins with.
    pub(crate) root: Reference,
    /// Attributes and constant indexes.
    pub(crate) path: Path,
}

/// Every reference in an expression in the order they are written. Chains of operators may be very long: nothing
/// here recurs.
pub(crate) fn find(expr: &Expr) -> Vec<Found> {
    let mut found = Vec::new();
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        if let Some(reference) = straight(expr) {
            found.push(reference);
        } else {
            let at = stack.len();
            push_parts(expr, &mut stack);
            stack[at..].reverse();
        }
    }
    found
}

/// A reference with nothing but constant steps behind it.
fn straight(expr: &Expr) -> Option<Found> {
    let mut steps = Vec::new();
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::Reference(root) => {
                steps.reverse();
                return Some(Found { root: *root, path: Path(steps) });
            }
            ExprKind::Attribute { on, name, .. } => {
                steps.push(PathStep::Attribute(name.clone()));
                at = on;
            }
            ExprKind::Index { on, key } => {
                let ExprKind::Literal(key) = &key.kind else { return None };
                steps.push(PathStep::Index(key.clone()));
                at = on;
            }
            _ => return None,
        }
    }
}

/// The expressions right inside an expression, in order.
pub(crate) fn push_parts<'a>(expr: &'a Expr, out: &mut Vec<&'a Expr>) {
    match &expr.kind {
        ExprKind::Template(parts) => push_template(parts, out),
        ExprKind::Attribute { on, .. } => out.push(on),
        ExprKind::Index { on, key } => out.extend([&**on, &**key]),
        ExprKind::Splat { on, each, .. } => out.extend([&**on, &**each]),
        ExprKind::Call { args, .. } => out.extend(args),
        ExprKind::Tuple(items) => out.extend(items),
        ExprKind::Object(items) => out.extend(items.iter().flat_map(|(key, value)| [key, value])),
        ExprKind::For(inner) => {
            out.push(&inner.collection);
            out.extend(&inner.result_key);
            out.push(&inner.result);
            out.extend(&inner.condition);
        }
        ExprKind::Conditional { condition, then, otherwise } => {
            out.extend([&**condition, &**then, &**otherwise]);
        }
        ExprKind::Binary { left, right, .. } => out.extend([&**left, &**right]),
        ExprKind::Unary { operand, .. } => out.push(operand),
        ExprKind::Literal(_) | ExprKind::Reference(_) | ExprKind::Symbol(_) | ExprKind::Error => {}
    }
}

fn push_template<'a>(parts: &'a [Part], out: &mut Vec<&'a Expr>) {
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Interpolation(expr) => out.push(expr),
            Part::If { condition, then, otherwise } => {
                out.push(condition);
                push_template(then, out);
                push_template(otherwise, out);
            }
            Part::For { collection, body, .. } => {
                out.push(collection);
                push_template(body, out);
            }
        }
    }
}

/// The names of a reference: all of it first, then without its last step, and so on.
fn name(found: &Found, module: &Module, out: &mut Vec<String>) {
    let root = root_name(found.root, module);
    let steps = &found.path.0;
    let by_key = matches!(steps.first(), Some(PathStep::Index(_)));
    let shortest = usize::from(by_key && matches!(found.root, Reference::Module(_)));
    for count in (shortest..=steps.len()).rev() {
        let mut text = root.clone();
        steps[..count].iter().for_each(|step| text.push_str(&step_name(step)));
        out.push(text);
    }
}

fn step_name(step: &PathStep) -> String {
    match step {
        PathStep::Attribute(name) => format!(".{name}"),
        PathStep::Index(key) => match key.kind() {
            Kind::Number(number) => format!("[{number}]"),
            Kind::String(text) => trueup_addr::InstanceKey::Text(text.clone()).to_string(),
            _ => "[...]".to_owned(),
        },
    }
}

/// How a person writes what a reference begins with.
pub(crate) fn root_name(reference: Reference, module: &Module) -> String {
    let at = |slot: u32| slot as usize;
    match reference {
        Reference::Variable(slot) => format!("var.{}", module.variables[at(slot)].name),
        Reference::Local(slot) => format!("local.{}", module.locals[at(slot)].name),
        Reference::Resource(slot) => module.resources[at(slot)].addr.to_string(),
        Reference::Module(slot) => format!("module.{}", module.calls[at(slot)].name),
        Reference::Output(slot) => format!("output.{}", module.outputs[at(slot)].name),
        Reference::PathModule => "path.module".into(),
        Reference::PathRoot => "path.root".into(),
        Reference::PathCwd => "path.cwd".into(),
        Reference::Workspace => "terraform.workspace".into(),
        Reference::Applying => "terraform.applying".into(),
        Reference::CountIndex => "count.index".into(),
        Reference::EachKey => "each.key".into(),
        Reference::EachValue => "each.value".into(),
        Reference::Itself => "self".into(),
    }
}

/// A step that is a key, as part of an address.
pub(crate) fn instance_key(key: &Value) -> Option<trueup_addr::InstanceKey> {
    match key.kind() {
        Kind::Number(number) => number.to_u64().map(trueup_addr::InstanceKey::Int),
        Kind::String(text) => Some(trueup_addr::InstanceKey::Text(text.clone())),
        _ => None,
    }
}
