//! The parser, from outside: what texts mean, what is wrong with them, how they are laid out.

mod content;
mod errors;
mod expressions;
mod format;
mod json;
mod lossless;
mod nesting;
mod shape;
mod templates;

use trueup_diag::{Diagnostics, FileId};

/// The only file of every test.
const FILE: FileId = FileId(0);

/// `start..end summary` of every diagnostic, by place.
fn summaries(diagnostics: &Diagnostics) -> Vec<String> {
    let mut found: Vec<_> = diagnostics
        .iter()
        .map(|d| {
            let span = d.subject.expect("the parser always knows the place");
            (span.start, format!("{}..{} {}", span.start, span.end, d.summary))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, text)| text).collect()
}
