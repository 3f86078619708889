//! Dropping and cloning of compiled expressions without a recursion along chains: `a + b + c + ...` may have
//! thousands of links.

use crate::expr::{Expr, ExprKind};
use trueup_value::{Type, Value};

/// What is left where a link was taken out.
fn hollow() -> ExprKind {
    ExprKind::Error
}

impl Expr {
    /// What it is, by value.
    pub fn into_kind(mut self) -> ExprKind {
        std::mem::replace(&mut self.kind, hollow())
    }

    /// A constant.
    pub fn literal(value: Value, span: trueup_diag::Span) -> Expr {
        Expr { kind: ExprKind::Literal(value), span }
    }

    /// The constant it is, if it is one.
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Null of no type in particular, as for something that isn't written.
    pub fn null(span: trueup_diag::Span) -> Expr {
        Expr::literal(Value::null(Type::Dynamic), span)
    }
}

impl ExprKind {
    /// The part through which a chain goes on, where there is one.
    fn link(&mut self) -> Option<&mut Expr> {
        match self {
            ExprKind::Binary { left: next, .. }
            | ExprKind::Attribute { on: next, .. }
            | ExprKind::Index { on: next, .. }
            | ExprKind::Splat { on: next, .. }
            | ExprKind::Conditional { otherwise: next, .. } => Some(next),
            _ => None,
        }
    }
}

impl Drop for Expr {
    fn drop(&mut self) {
        let Some(link) = self.kind.link() else { return };
        let mut kind = std::mem::replace(&mut link.kind, hollow());
        // Each round frees one link, whose own link was taken out before.
        while let Some(next) = kind.link().map(|link| std::mem::replace(&mut link.kind, hollow())) {
            kind = next;
        }
    }
}

/// One link cloned, with a hole where the chain goes on.
fn shell(kind: &ExprKind) -> (Option<&Expr>, ExprKind) {
    let hole = |on: &Expr| Box::new(Expr { kind: hollow(), span: on.span });
    match kind {
        ExprKind::Binary { op, left, right } => {
            (Some(left), ExprKind::Binary { op: *op, left: hole(left), right: right.clone() })
        }
        ExprKind::Attribute { on, name, name_span } => {
            (Some(on), ExprKind::Attribute { on: hole(on), name: name.clone(), name_span: *name_span })
        }
        ExprKind::Index { on, key } => (Some(on), ExprKind::Index { on: hole(on), key: key.clone() }),
        ExprKind::Splat { on, slot, each } => {
            (Some(on), ExprKind::Splat { on: hole(on), slot: *slot, each: each.clone() })
        }
        ExprKind::Conditional { condition, then, otherwise } => {
            let (condition, then) = (condition.clone(), then.clone());
            (Some(otherwise), ExprKind::Conditional { condition, then, otherwise: hole(otherwise) })
        }
        ExprKind::Literal(value) => (None, ExprKind::Literal(value.clone())),
        ExprKind::Template(parts) => (None, ExprKind::Template(parts.clone())),
        ExprKind::Reference(reference) => (None, ExprKind::Reference(*reference)),
        ExprKind::Symbol(slot) => (None, ExprKind::Symbol(*slot)),
        ExprKind::Call { function, name, name_span, args, expand_last } => {
            let (name, args) = (name.clone(), args.clone());
            let (function, name_span, expand_last) = (*function, *name_span, *expand_last);
            (None, ExprKind::Call { function, name, name_span, args, expand_last })
        }
        ExprKind::Tuple(items) => (None, ExprKind::Tuple(items.clone())),
        ExprKind::Object(items) => (None, ExprKind::Object(items.clone())),
        ExprKind::For(inner) => (None, ExprKind::For(inner.clone())),
        ExprKind::Unary { op, operand } => (None, ExprKind::Unary { op: *op, operand: operand.clone() }),
        ExprKind::Error => (None, ExprKind::Error),
    }
}

impl Clone for Expr {
    fn clone(&self) -> Expr {
        let mut shells = Vec::new();
        let mut next = Some(self);
        while let Some(expr) = next {
            let (inner, kind) = shell(&expr.kind);
            shells.push(Expr { kind, span: expr.span });
            next = inner;
        }
        let innermost = shells.pop().expect("there is at least the expression itself");
        shells.into_iter().rev().fold(innermost, |inner, mut outer| {
            *outer.kind.link().expect("only the innermost has no link") = inner;
            outer
        })
    }
}
