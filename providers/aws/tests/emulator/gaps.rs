//! What the cases don't show yet. This list only shrinks: a test says what can be taken off.

/// Type, task (`update`, `replace`, `tamper`), and the attributes that no case of the type does it to.
pub(crate) const GAPS: &[(&str, &str, &str)] = &[];
