//! What people read: text made from the engine's answers.

pub mod branches;
pub mod diagnostic;
pub mod diff;
pub mod drift;
pub mod format;
pub mod graph;
pub mod junit;
pub mod live;
pub mod plan;
pub mod report;
mod resource;
pub mod run;
pub mod stacks;
pub mod state;
pub mod style;
pub mod test;
#[cfg(test)]
mod tests;
pub mod text_diff;
pub mod value;

use trueup_state::Commit;

/// A commit for people: hash, branch, and whether the files differ from it.
pub fn commit(commit: &Commit) -> String {
    let hash: String = commit.hash.chars().take(12).collect();
    let branch = commit.branch.as_ref().map(|branch| format!(" on {branch}")).unwrap_or_default();
    let dirty = if commit.dirty { ", plus uncommitted changes" } else { "" };
    format!("commit {hash}{branch}{dirty}")
}
