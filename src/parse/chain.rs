//! Dropping and cloning of expressions without a recursion along chains.

use crate::ast::{Expr, ExprKind};

impl Expr {
    /// What it is, by value; nothing is left behind to drop.
    pub fn into_kind(mut self) -> ExprKind {
        std::mem::replace(&mut self.kind, ExprKind::Error)
    }
}

impl ExprKind {
    fn link_ref(&self) -> Option<&Expr> {
        match self {
            ExprKind::Binary { left: next, .. }
            | ExprKind::Attribute { on: next, .. }
            | ExprKind::Index { on: next, .. }
            | ExprKind::Splat { on: next, .. }
            | ExprKind::Conditional { otherwise: next, .. } => Some(next),
            _ => None,
        }
    }

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
        let take = |expr: &mut Expr| Some(std::mem::replace(&mut expr.link_mut()?.kind, ExprKind::Error));
        let Some(mut kind) = take(self) else { return };
        // Each round frees one link, whose own link was taken out before.
        while let Some(next) = kind.link().map(|link| std::mem::replace(&mut link.kind, ExprKind::Error)) {
            kind = next;
        }
    }
}

impl Expr {
    fn link_mut(&mut self) -> Option<&mut Expr> {
        self.kind.link()
    }
}

/// What is built around a cloned link.
type Wrap = Box<dyn FnOnce(Box<Expr>) -> ExprKind>;

/// The next link of a chain and how the clone of this one is put around the clone of that.
fn unwrap(kind: &ExprKind) -> Result<(&Expr, Wrap), ExprKind> {
    Ok(match kind {
        ExprKind::Binary { op, left, right } => {
            let (op, right) = (*op, right.clone());
            (left, Box::new(move |left| ExprKind::Binary { op, left, right }))
        }
        ExprKind::Attribute { on, name } => {
            let name = name.clone();
            (on, Box::new(move |on| ExprKind::Attribute { on, name }))
        }
        ExprKind::Index { on, key, legacy } => {
            let (key, legacy) = (key.clone(), *legacy);
            (on, Box::new(move |on| ExprKind::Index { on, key, legacy }))
        }
        ExprKind::Splat { on, each } => {
            let each = each.clone();
            (on, Box::new(move |on| ExprKind::Splat { on, each }))
        }
        ExprKind::Conditional { condition, then, otherwise } => {
            let (condition, then) = (condition.clone(), then.clone());
            (otherwise, Box::new(move |otherwise| ExprKind::Conditional { condition, then, otherwise }))
        }
        plain => return Err(plain.clone()),
    })
}

/// Chains shorter than this are cloned by recursion, which is quicker.
const SHORT: usize = 32;

impl Clone for Expr {
    fn clone(&self) -> Expr {
        if std::iter::successors(Some(self), |expr| expr.kind.link_ref()).take(SHORT).count() < SHORT {
            return Expr { kind: self.kind.clone(), span: self.span };
        }
        let mut around = Vec::new();
        let mut at = self;
        let mut kind = loop {
            match unwrap(&at.kind) {
                Ok((next, wrap)) => {
                    around.push((at.span, wrap));
                    at = next;
                }
                Err(kind) => break kind,
            }
        };
        let mut span = at.span;
        while let Some((outer, wrap)) = around.pop() {
            kind = wrap(Box::new(Expr { kind, span }));
            span = outer;
        }
        Expr { kind, span }
    }
}
