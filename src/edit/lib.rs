//! Values in configuration files, changed in place. In: a file's text and tree, a path, a value. Out: [`Edit`]s, and
//! the text with them.
//!
//! Only what is written out is changed: literals, and elements of lists and objects that are written out. What is a
//! reference to a variable or a local value is handed back to be followed; anything else is refused with its place.

mod place;
#[cfg(test)]
mod tests;
mod uses;
mod write;

pub use place::{Outcome, Reference, Refused, in_block, in_expression};
pub use uses::{Use, uses};

use trueup_diag::Span;
use trueup_parse::fmt::format;

/// Other text in place of some of a file's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty where something is put in.
    pub span: Span,
    /// What comes in its place.
    pub text: String,
}

/// A file's text with edits of it, of which no two overlap. What was laid out canonically before is afterwards.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in sorted {
        out.push_str(&text[from..edit.span.start as usize]);
        out.push_str(&edit.text);
        from = edit.span.end as usize;
    }
    out.push_str(&text[from..]);
    if format(text) == text { format(&out) } else { out }
}
