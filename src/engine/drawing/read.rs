//! What an expression reads, told apart as far as the text says it.

use trueup_addr::Name;
use trueup_evaluate::children;
use trueup_resolve::program::{Condition, Repetition};
use trueup_resolve::{Body, Expr, ExprKind, Reference};

/// One thing that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// All of it.
    Whole(Reference),
    /// One output of a module call, by the call's slot.
    Output(u32, Name),
}

/// Everything that an expression reads.
pub(crate) fn expression(expr: &Expr, out: &mut Vec<Read>) {
    let mut stack = vec![expr];
    while let Some(next) = stack.pop() {
        match &next.kind {
            ExprKind::Reference(reference) => out.push(Read::Whole(*reference)),
            ExprKind::Attribute { on, name, .. } if called(on).is_some() => {
                out.extend(called(on).map(|slot| Read::Output(slot, name.clone())));
            }
            _ => stack.extend(children(next)),
        }
    }
}

/// The slot of a module call, where the expression is that call or one instance of it by a constant key.
fn called(expr: &Expr) -> Option<u32> {
    match &expr.kind {
        ExprKind::Reference(Reference::Module(slot)) => Some(*slot),
        ExprKind::Index { on, key } if matches!(key.kind, ExprKind::Literal(_)) => called(on),
        _ => None,
    }
}

/// Everything that a body reads.
pub(crate) fn body(body_read: &Body, out: &mut Vec<Read>) {
    body_read.attributes.iter().for_each(|attribute| expression(&attribute.expr, out));
    for block in &body_read.blocks {
        if let Some(dynamic) = &block.dynamic {
            expression(&dynamic.for_each, out);
            dynamic.labels.iter().for_each(|labels| expression(labels, out));
        }
        body(&block.body, out);
    }
}

/// Everything that `count` or `for_each` reads.
pub(super) fn repetition(repeated: Option<&Repetition>, out: &mut Vec<Read>) {
    if let Some(Repetition::Count(expr) | Repetition::ForEach(expr) | Repetition::Enabled(expr)) = repeated {
        expression(expr, out);
    }
}

/// Everything that conditions and their messages read.
pub(super) fn conditions(all: &[Condition], out: &mut Vec<Read>) {
    for one in all {
        expression(&one.condition, out);
        expression(&one.message, out);
    }
}
