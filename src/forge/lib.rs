//! Speaks to forges. In: where a repository lives and a token. Out: pull requests, comments, statuses and issues.
//!
//! Six products behind one trait: GitHub, GitLab, Gitea and Forgejo, Bitbucket Cloud and Azure DevOps. What is alike is
//! done once over the trait: one comment that is found again and edited ([`write_comment`]), an issue that is opened,
//! reopened and closed ([`IssueBook`]), a pull request that is opened once ([`open_pull`]).
//!
//! A call whose answer was lost is made again only where nothing happens a second time; what would be made twice is
//! looked for first. Tokens stand in no error, and a redirect never carries one to another server.

mod api;
mod azure_devops;
mod azure_work;
mod bitbucket;
mod call;
mod check_run;
mod ci;
mod comment;
mod error;
mod fields;
mod forge;
mod gitea;
mod github;
mod gitlab;
mod issue;
mod kind;
mod mark;
mod pace;
mod place;
mod pull;
#[cfg(test)]
mod tests;

pub use api::chain;
pub use ci::{Ci, ci};
pub use comment::{Written, find_comment, says, write_comment};
pub use error::{ForgeError, ForgeErrorKind};
pub use forge::{
    Comment, Details, Forge, Head, Issue, Mergeable, NewPull, Person, Pull, PullState, Review, Standing,
    State, Status, Thread, Verdict,
};
pub use issue::{IssueBook, Kept, News};
pub use kind::{Kind, Unit};
pub use mark::Mark;
pub use pace::Pace;
pub use place::{Place, Token, connect};
pub use pull::{open_pull, settled_pull};
