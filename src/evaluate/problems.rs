//! What is wrong with the references of a program. In: what resolving them found. Out: the same by place, so that
//! whatever evaluates an expression reports it, and nothing that depends on the expression is judged.

use trueup_diag::{Diagnostic, Diagnostics, Span};

/// Problems in order of their places.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    items: Vec<Diagnostic>,
}

impl Problems {
    /// What was found, by place; what has no place is left out.
    pub fn new(found: Diagnostics) -> Problems {
        let mut items: Vec<Diagnostic> = found.into_iter().filter(|one| one.subject.is_some()).collect();
        items.sort_by_key(|one| one.subject);
        Problems { items }
    }

    /// All that lie within a place.
    pub(crate) fn within(&self, place: Span) -> impl Iterator<Item = &Diagnostic> {
        let key = |one: &Diagnostic| one.subject.map(|subject| (subject.file, subject.start));
        let first = self.items.partition_point(|one| key(one) < Some((place.file, place.start)));
        let inside = self.items[first..].iter();
        let inside = inside.take_while(move |one| key(one) <= Some((place.file, place.end)));
        inside.filter(move |one| one.subject.is_some_and(|subject| subject.end <= place.end))
    }
}
