//! The place that a diagnostic points at.

use trueup_diag::{Diagnostic, Sources, Span};

/// The subject of a diagnostic, or the beginning of it where that is what is to be pointed at.
pub fn subject(diagnostic: &Diagnostic, sources: &Sources) -> Option<Span> {
    let subject = diagnostic.subject?;
    let file = sources.file(subject.file);
    // In JSON an expression is a string, which is pointed at as a whole.
    if !diagnostic.head_only || file.name.ends_with(".json") {
        return Some(subject);
    }
    let Some(text) = file.text.get(subject.start as usize..subject.end as usize) else {
        return Some(subject);
    };
    let found = trueup_parse::head(text);
    Some(Span { start: subject.start + found.start, end: subject.start + found.end, ..subject })
}
