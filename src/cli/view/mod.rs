//! What people read: text made from the engine's answers.

pub(crate) mod branches;
pub(crate) mod diagnostic;
pub(crate) mod diff;
pub(crate) mod drift;
pub(crate) mod graph;
pub(crate) mod live;
pub(crate) mod plan;
pub(crate) mod resource;
pub(crate) mod state;
pub(crate) mod style;
pub(crate) mod test;
#[cfg(test)]
mod tests;
pub(crate) mod text_diff;
pub(crate) mod value;

use trueup_state::Commit;

/// A commit for people: hash, branch, and whether the files differ from it.
pub(crate) fn commit(commit: &Commit) -> String {
    let hash: String = commit.hash.chars().take(12).collect();
    let branch = commit.branch.as_ref().map(|branch| format!(" on {branch}")).unwrap_or_default();
    let dirty = if commit.dirty { ", plus uncommitted changes" } else { "" };
    format!("commit {hash}{branch}{dirty}")
}
