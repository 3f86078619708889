//! What the formatter changes besides spaces: labels get quotes, needless `"${...}"` around a whole value goes, and
//! the type constraints of old versions get their present form.

use crate::fmt::Piece;
use crate::syntax::{NodeRange, SyntaxKind as K, Tree};
use std::collections::BTreeMap;

/// A change of the pieces whose tokens are in `start..end`.
#[derive(Clone, Copy)]
enum Change {
    /// Puts quotes around the word.
    Quote,
    /// Drops the comments, between the words of a header.
    DropComments,
    /// Unwraps `"${x}"`.
    Unwrap,
    /// Brings a type constraint into its present form.
    Type,
}

/// The pieces after all changes. Comes with the index of its token for every piece, which is not needed any more
/// after that.
pub(crate) fn rewrite<'t>(pieces: Vec<(usize, Piece<'t>)>, tree: &Tree) -> Vec<Piece<'t>> {
    let changes = changes(&pieces, tree);
    let mut out = Vec::with_capacity(pieces.len() + 2);
    let mut pieces = pieces.into_iter().peekable();
    while let Some((index, piece)) = pieces.next() {
        let Some((end, change)) = changes.get(&index) else {
            out.push(piece);
            continue;
        };
        let mut group = vec![piece];
        while let Some((_, piece)) = pieces.next_if(|(index, _)| index < end) {
            group.push(piece);
        }
        out.extend(apply(*change, group));
    }
    out
}

fn apply(change: Change, mut group: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    match change {
        Change::Quote => {
            group.retain(|piece| piece.kind == K::Ident);
            group.insert(0, Piece::new(K::OpenQuote, "\""));
            group
                .iter_mut()
                .filter(|piece| piece.kind == K::Ident)
                .for_each(|piece| piece.kind = K::QuotedText);
            group.push(Piece::new(K::CloseQuote, "\""));
            group
        }
        Change::DropComments => {
            group.retain(|piece| piece.kind != K::BlockComment);
            group
        }
        Change::Unwrap => unwrap(group),
        Change::Type => present_type(group),
    }
}

/// What changes where: by the first token that is a piece, the token behind the last.
fn changes(pieces: &[(usize, Piece<'_>)], tree: &Tree) -> BTreeMap<usize, (usize, Change)> {
    let mut changes = BTreeMap::new();
    let mut blocks: Vec<&NodeRange> = tree.nodes().iter().filter(|node| node.kind == K::Block).collect();
    blocks.sort_by_key(|node| node.start);
    let at = |token: u32| pieces.partition_point(|(index, _)| *index < token as usize);
    for node in tree.nodes() {
        let first = at(node.start);
        match node.kind {
            K::Label => {
                let comments =
                    pieces[..first].iter().rev().take_while(|(_, piece)| piece.kind == K::BlockComment);
                if let Some((index, _)) = comments.last() {
                    changes.insert(*index, (node.start as usize, Change::DropComments));
                }
                if pieces[first].1.kind == K::Ident {
                    changes.insert(pieces[first].0, (node.end as usize, Change::Quote));
                }
            }
            K::Attribute => {
                let mut value =
                    pieces[first..].iter().skip_while(|(_, piece)| piece.kind != K::Equal).skip(1);
                let Some((value, _)) = value.find(|(_, piece)| piece.kind != K::BlockComment) else {
                    continue;
                };
                let is_type = pieces[first].1.text == "type" && in_variable(pieces, &blocks, node);
                let change = if is_type { Change::Type } else { Change::Unwrap };
                changes.insert(*value, (node.end as usize, change));
            }
            _ => {}
        }
    }
    changes
}

/// Whether the innermost block around is a `variable` at the top.
fn in_variable(pieces: &[(usize, Piece<'_>)], blocks: &[&NodeRange], node: &NodeRange) -> bool {
    let mut around = blocks.iter().filter(|block| block.start < node.start && node.end <= block.end);
    let Some(block) = around.next() else { return false };
    let first = pieces.partition_point(|(index, _)| *index < block.start as usize);
    around.next().is_none() && pieces[first].1.text == "variable"
}

/// `"${x}"` without what is around the x; parentheses go around an x of several lines.
fn unwrap(group: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let kinds: Vec<K> = group.iter().map(|piece| piece.kind).collect();
    let [K::OpenQuote, K::OpenInterpolation, inside @ .., K::CloseSequence, K::CloseQuote] = kinds.as_slice()
    else {
        return group;
    };
    if !is_one_sequence(inside) || inside.is_empty() {
        return group;
    }
    let length = group.len();
    let mut inside: Vec<Piece<'_>> = group.into_iter().skip(2).take(length - 4).collect();
    while inside.pop_if(|piece| piece.kind == K::Newline).is_some() {}
    let blank = inside.iter().take_while(|piece| piece.kind == K::Newline).count();
    inside.drain(..blank);
    if inside.iter().any(|piece| piece.kind == K::Newline) {
        inside.insert(0, Piece::new(K::OpenParen, "("));
        inside.push(Piece::new(K::CloseParen, ")"));
    }
    inside
}

/// Whether no other sequence starts or ends outside of inner quotes, as in `"${a}${b}"`.
fn is_one_sequence(inside: &[K]) -> bool {
    let mut quotes = 0u32;
    for kind in inside {
        match kind {
            K::OpenQuote => quotes += 1,
            K::CloseQuote => quotes = quotes.saturating_sub(1),
            K::OpenInterpolation | K::CloseSequence if quotes == 0 => return false,
            _ => {}
        }
    }
    true
}

/// `"string"`, `"list"`, `"map"` and the bare collections without an element type.
fn present_type(group: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let texts: Vec<&str> = group.iter().map(|piece| &*piece.text).collect();
    let (name, element) = match texts.as_slice() {
        ["\"", "string", "\""] => ("string", None),
        ["\"", "list", "\""] => ("list", Some("string")),
        ["\"", "map", "\""] => ("map", Some("string")),
        ["list"] => ("list", Some("any")),
        ["map"] => ("map", Some("any")),
        ["set"] => ("set", Some("any")),
        _ => return group,
    };
    let mut pieces = vec![Piece::new(K::Ident, name)];
    if let Some(element) = element {
        pieces.push(Piece::new(K::OpenParen, "("));
        pieces.push(Piece::new(K::Ident, element));
        pieces.push(Piece::new(K::CloseParen, ")"));
    }
    pieces
}
