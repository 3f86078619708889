//! Judges pull requests. In: what a comment showed, what the forge says, the rules of the base branch. Out: why it is not
//! to be applied, or nothing.
//!
//! What was shown is kept in the mark of the comment ([`Shown`]); a plan is applied only where it is the same as the one
//! that was shown, on the same state, of the same commit. The room calls nobody: whoever does hands everything in.

mod judge;
mod refusal;
mod shown;
#[cfg(test)]
mod tests;

pub use judge::{Checkout, Parent, Request, judge, judge_plans};
pub use refusal::Refusal;
pub use shown::{Shown, ShownError, ShownStack};

use trueup_forge::Mark;

/// The key of the mark of a comment with plans; `name` tells the comments of several pipelines apart.
pub fn plan_key(name: Option<&str>) -> String {
    key("plan", name)
}

/// The key of the mark of a comment on what was applied.
pub fn apply_key(name: Option<&str>) -> String {
    key("apply", name)
}

fn key(kind: &str, name: Option<&str>) -> String {
    name.map_or_else(|| kind.to_owned(), |name| format!("{kind}/{name}"))
}

/// How many bytes a comment's text may have beside its mark, where the forge takes so many characters.
pub fn room_beside(mark: &Mark, kind: trueup_forge::Kind) -> usize {
    let (max, _) = kind.comment_max();
    max.saturating_sub(mark.line(kind).len() + 1)
}
