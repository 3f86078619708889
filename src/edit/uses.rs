//! Where variables and local values are read.

use crate::place::{Reference, root};
use trueup_diag::Span;
use trueup_parse::ast::{Body, Expr, ExprKind, ObjectKey, TemplatePart};

/// One reading of a variable or a local value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// What is read.
    pub reference: Reference,
    /// The names and keys behind it, as far as they are written out: only what is inside of them is read.
    pub path: Vec<String>,
    /// Its place.
    pub span: Span,
}

/// All of them in a body and in the blocks inside of it, in no particular order.
pub fn uses(body: &Body) -> Vec<Use> {
    let mut found = Vec::new();
    let mut bodies = vec![body];
    while let Some(body) = bodies.pop() {
        body.attributes.iter().for_each(|attribute| read(&attribute.expr, &mut found));
        bodies.extend(body.blocks.iter().map(|block| &block.body));
    }
    found
}

/// Expressions may be deep on one side, so there is a list of what is still to be looked at, each with the path that is
/// taken from it, the last step first.
fn read(expr: &Expr, found: &mut Vec<Use>) {
    let mut open: Vec<(&Expr, Vec<String>)> = vec![(expr, Vec::new())];
    while let Some((expr, mut path)) = open.pop() {
        match &expr.kind {
            ExprKind::Attribute { on, name } => {
                if let Some(reference) = root(on, &name.text) {
                    path.reverse();
                    found.push(Use { reference, path, span: expr.span });
                } else {
                    path.push(name.text.to_string());
                    open.push((on, path));
                }
            }
            ExprKind::Index { on, key, .. } => match literal(key) {
                Some(key) => {
                    path.push(key);
                    open.push((on, path));
                }
                None => open.extend([(&**on, Vec::new()), (&**key, Vec::new())]),
            },
            ExprKind::Paren(inner) | ExprKind::TemplateWrap(inner) => open.push((inner, path)),
            kind => open.extend(children(kind).into_iter().map(|child| (child, Vec::new()))),
        }
    }
}

fn literal(key: &Expr) -> Option<String> {
    match &key.kind {
        ExprKind::Number(number) => Some(number.to_string()),
        ExprKind::Template(parts) => match &parts[..] {
            [TemplatePart::Literal(text)] => Some(text.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// What an expression is made of.
fn children(kind: &ExprKind) -> Vec<&Expr> {
    match kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Variable(_)
        | ExprKind::SplatItem
        | ExprKind::Error => Vec::new(),
        ExprKind::Template(parts) => in_template(parts),
        ExprKind::TemplateWrap(inner) | ExprKind::Paren(inner) => vec![inner],
        ExprKind::Attribute { on, .. } => vec![on],
        ExprKind::Index { on, key, .. } => vec![on, key],
        ExprKind::Splat { on, each } => vec![on, each],
        ExprKind::Call { args, .. } => args.iter().collect(),
        ExprKind::Tuple(items) => items.iter().collect(),
        ExprKind::Object(items) => {
            let keys = items.iter().filter_map(|item| match &item.key {
                ObjectKey::Name(_) => None,
                ObjectKey::Expr(expr) => Some(expr),
            });
            keys.chain(items.iter().map(|item| &item.value)).collect()
        }
        ExprKind::For(each) => {
            let more = [&each.result_key, &each.condition];
            [&each.collection, &each.result].into_iter().chain(more.into_iter().flatten()).collect()
        }
        ExprKind::Conditional { condition, then, otherwise } => vec![condition, then, otherwise],
        ExprKind::Binary { left, right, .. } => vec![left, right],
        ExprKind::Unary { operand, .. } => vec![operand],
    }
}

fn in_template(parts: &[TemplatePart]) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut open = vec![parts];
    while let Some(parts) = open.pop() {
        for part in parts {
            match part {
                TemplatePart::Literal(_) => {}
                TemplatePart::Interpolation(expr) => found.push(expr),
                TemplatePart::If { condition, then, otherwise } => {
                    found.push(condition);
                    open.extend([&then[..], otherwise]);
                }
                TemplatePart::For { collection, body, .. } => {
                    found.push(collection);
                    open.push(body);
                }
            }
        }
    }
    found
}
