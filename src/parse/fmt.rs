//! The canonical layout of configuration text, as `terraform fmt` writes it.

use crate::fmt_layout::layout;
use crate::fmt_rewrite::rewrite;
use crate::syntax::SyntaxKind as K;
use crate::{parse_config, syntax::Tree};
use std::borrow::Cow;
use trueup_diag::FileId;

/// A token on its way to its new place.
#[derive(Clone, Debug)]
pub(crate) struct Piece<'t> {
    pub(crate) kind: K,
    pub(crate) text: Cow<'t, str>,
    /// How many spaces stand before it.
    pub(crate) spaces: usize,
}

impl<'t> Piece<'t> {
    pub(crate) fn new(kind: K, text: impl Into<Cow<'t, str>>) -> Piece<'t> {
        Piece { kind, text: text.into(), spaces: 0 }
    }

    pub(crate) fn ends_line(&self) -> bool {
        matches!(self.kind, K::Newline | K::LineComment)
    }

    /// How many brackets it opens; negative for one that closes.
    pub(crate) fn bracket(&self) -> isize {
        match self.kind {
            K::OpenBrace | K::OpenBracket | K::OpenParen | K::OpenInterpolation | K::OpenDirective => 1,
            K::CloseBrace | K::CloseBracket | K::CloseParen | K::CloseSequence => -1,
            _ => 0,
        }
    }
}

/// `text` in the canonical layout: indentation, spaces, aligned equals signs and comments, quoted labels, and a few
/// forms of old versions of the language in their present form. The meaning stays. Text with errors in it gets as
/// much of a layout as can be seen; who wants to refuse it reads it with [`parse_config`] first.
pub fn format(text: &str) -> String {
    let parsed = parse_config(FileId(0), text);
    let mut pieces = rewrite(pieces(&parsed.tree), &parsed.tree);
    layout(&mut pieces);
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for piece in &pieces {
        out.extend(std::iter::repeat_n(' ', piece.spaces));
        out.push_str(&piece.text);
    }
    // Spaces before the very end stay, as they do in Terraform.
    if let Some((K::Whitespace, space)) = parsed.tree.tokens().last() {
        out.extend(std::iter::repeat_n(' ', space.len()));
    }
    out
}

/// The tokens without spaces, each with its index in the tree.
fn pieces(tree: &Tree) -> Vec<(usize, Piece<'_>)> {
    let mut pieces: Vec<(usize, Piece<'_>)> = Vec::new();
    for (index, (kind, text)) in tree.tokens().enumerate() {
        match kind {
            K::Whitespace | K::ByteOrderMark => {}
            // A comment to the end of the line takes the line end along.
            K::Newline if pieces.last().is_some_and(|(i, p)| *i + 1 == index && p.kind == K::LineComment) => {
                if let Some((_, comment)) = pieces.last_mut() {
                    comment.text.to_mut().push_str(text);
                }
            }
            _ => pieces.push((index, Piece::new(kind, text))),
        }
    }
    pieces
}
