//! Where an expression begins, as far as a finger would point: at its opening bracket, its first word, its first text.

use crate::ast::{Expr, ExprKind, TemplatePart};
use trueup_diag::{FileId, Span};

/// The place of the beginning of an expression, from the text of the whole expression.
pub fn head(text: &str) -> Span {
    beginning(&crate::parse_expression(FileId(0), text).value, text)
}

fn beginning(expr: &Expr, text: &str) -> Span {
    let mut at = expr;
    loop {
        at = match &at.kind {
            ExprKind::Binary { left, .. } => left,
            ExprKind::Conditional { condition, .. } => condition,
            ExprKind::Template(parts) => match parts.first() {
                Some(TemplatePart::Interpolation(inner)) => inner,
                None => return at.span.at_end(),
                _ => return literal(at.span, text),
            },
            ExprKind::Tuple(_) | ExprKind::Object(_) | ExprKind::For(_) | ExprKind::Unary { .. } => {
                return first(at.span, 1);
            }
            ExprKind::Call { name, .. } => {
                let behind = text.get(name.span.end as usize..).unwrap_or_default();
                let paren = behind.find('(').map_or(0, |found| offset(found + 1));
                return Span { start: at.span.start, end: name.span.end + paren, ..at.span };
            }
            ExprKind::Splat { on, .. } => return marker(on, at, text),
            ExprKind::Index { on, key, .. } if !is_constant(key) => {
                return Span { start: on.span.end, end: on.span.end + 1, ..at.span };
            }
            _ => return at.span,
        };
    }
}

/// The star of a splat with what is around it.
fn marker(on: &Expr, whole: &Expr, text: &str) -> Span {
    let behind = text.get(on.span.end as usize..whole.span.end as usize).unwrap_or_default();
    let closing = if behind.trim_start().starts_with('[') { ']' } else { '*' };
    let length = behind.find(closing).map_or(1, |found| offset(found + 1));
    Span { start: on.span.end, end: on.span.end + length, ..whole.span }
}

fn is_constant(key: &Expr) -> bool {
    match &key.kind {
        ExprKind::Number(_) => true,
        ExprKind::Template(parts) => parts.iter().all(|part| matches!(part, TemplatePart::Literal(_))),
        _ => false,
    }
}

fn first(span: Span, length: u32) -> Span {
    Span { end: (span.start + length).min(span.end), ..span }
}

/// The first text of a template: behind its quote or the line of its marker, up to the next sequence or the end.
fn literal(span: Span, text: &str) -> Span {
    let whole = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let begin = if whole.starts_with('"') { 1 } else { whole.find('\n').map_or(0, |end| end + 1) };
    let inner = &whole[begin..];
    let end = if whole.starts_with('"') {
        inner.strip_suffix('"').map_or(inner.len(), str::len)
    } else {
        inner.trim_end().rfind('\n').map_or(inner.len(), |end| end + 1)
    };
    let end = sequence(&inner[..end]).unwrap_or(end);
    let start = span.start + offset(begin);
    Span { start, end: start + offset(end), ..span }
}

/// Where the first sequence of a template starts.
fn sequence(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let opens = |at: &usize| {
        let doubled = at.checked_sub(1).is_some_and(|before| bytes[before] == bytes[*at]);
        matches!(bytes[*at], b'$' | b'%') && bytes.get(at + 1) == Some(&b'{') && !doubled
    };
    (0..bytes.len()).find(opens)
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
