//! Whether a space stands between two tokens of a line.

use crate::fmt::Piece;
use crate::syntax::SyntaxKind as K;

/// Whether a space stands between `left` and `right`; `before` is what stands before `left` in the same cell.
pub(crate) fn space_between(before: Option<&Piece<'_>>, left: &Piece<'_>, right: &Piece<'_>) -> bool {
    tight_pair(left.kind, right.kind)
        .or_else(|| template_text(left.kind, right.kind).then_some(false))
        .or_else(|| word_before_bracket(before, left, right))
        .or_else(|| operator(before.map(|piece| piece.kind), left.kind))
        .or_else(|| brace(left.kind, right.kind))
        .unwrap_or(left.bracket() <= 0 && right.bracket() >= 0)
}

/// Calls, dots and commas.
fn tight_pair(left: K, right: K) -> Option<bool> {
    match (left, right) {
        (K::Ident, K::OpenParen | K::ColonColon)
        | (K::ColonColon, K::Ident)
        | (K::Dot, _)
        | (_, K::Newline | K::Dot | K::Comma | K::Ellipsis) => Some(false),
        (K::Comma, _) => Some(true),
        _ => None,
    }
}

/// Nothing is added to the text of a template.
fn template_text(left: K, right: K) -> bool {
    matches!(left, K::QuotedText | K::HeredocText | K::OpenQuote | K::OpenHeredoc)
        || matches!(right, K::QuotedText | K::HeredocText | K::CloseQuote | K::CloseHeredoc)
}

/// An index sticks to what it is taken from, but a tuple doesn't stick to the `in` of a `for`.
fn word_before_bracket(before: Option<&Piece<'_>>, left: &Piece<'_>, right: &Piece<'_>) -> Option<bool> {
    if left.kind == K::Ident && left.text == "in" && before.is_some_and(|piece| piece.kind == K::Ident) {
        return Some(true);
    }
    let indexable = matches!(left.kind, K::Ident | K::Number) || left.bracket() < 0;
    (right.kind == K::OpenBracket && indexable).then_some(false)
}

/// A minus negates, and sticks to its operand, where no operand can stand before it.
fn operator(before: Option<K>, left: K) -> Option<bool> {
    match left {
        K::Bang => Some(false),
        K::Minus => Some(!before.is_none_or(expects_operand)),
        _ => None,
    }
}

fn expects_operand(kind: K) -> bool {
    matches!(
        kind,
        K::OpenParen
            | K::OpenBrace
            | K::OpenBracket
            | K::Equal
            | K::Colon
            | K::Comma
            | K::Question
            | K::Plus
            | K::Star
            | K::Slash
            | K::Percent
            | K::Minus
            | K::EqualEqual
            | K::NotEqual
            | K::Greater
            | K::GreaterOrEqual
            | K::Less
            | K::LessOrEqual
            | K::And
            | K::Or
            | K::Bang
    )
}

/// Braces have spaces inside, empty ones don't; template sequences have none but before a brace.
fn brace(left: K, right: K) -> Option<bool> {
    match (left, right) {
        (K::OpenBrace, K::CloseBrace) | (K::CloseSequence, K::OpenInterpolation | K::OpenDirective) => {
            Some(false)
        }
        (K::OpenBrace, _) | (_, K::CloseBrace) => Some(true),
        (K::OpenInterpolation | K::OpenDirective, K::OpenBrace) | (K::CloseBrace, K::CloseSequence) => {
            Some(true)
        }
        _ => None,
    }
}
