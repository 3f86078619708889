//! What is asked of every forge.

use crate::error::ForgeError;
use crate::kind::Kind;
use crate::pace::Pace;
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::fmt::Debug;

/// A repository at a forge.
#[async_trait]
pub trait Forge: Debug + Send + Sync {
    /// Which forge.
    fn kind(&self) -> Kind;

    /// How pauses are made.
    fn pace(&self) -> &Pace;

    /// A pull request. Whether it can be merged may not be known yet: see [`settled_pull`](crate::settled_pull).
    async fn pull(&self, number: u64) -> Result<Pull, ForgeError>;

    /// The open pull requests, newest first. Whether they can be merged is left [`Mergeable::Unknown`].
    async fn open_pulls(&self) -> Result<Vec<Pull>, ForgeError>;

    /// The open pull request from a branch of this repository to another.
    async fn pull_between(&self, branch: &str, base: &str) -> Result<Option<Pull>, ForgeError>;

    /// Opens one. Made twice it fails or opens two: see [`open_pull`](crate::open_pull).
    async fn create_pull(&self, new: &NewPull) -> Result<Pull, ForgeError>;

    /// What reviewers last said, one for each; nothing of those who took it back or only commented.
    async fn reviews(&self, pull: &Pull) -> Result<Vec<Review>, ForgeError>;

    /// Who authored or committed what a pull request brings, by their ids. GitHub, Gitea and Bitbucket tell, Bitbucket
    /// only the authors; of the others nobody is known. Who writes a commit chooses under which address, so somebody may be missing.
    async fn contributors(&self, pull: &Pull) -> Result<BTreeSet<String>, ForgeError>;

    /// All comments, oldest first, without those that are deleted.
    async fn comments(&self, thread: Thread) -> Result<Vec<Comment>, ForgeError>;

    /// Adds a comment. Made twice it stands there twice: see [`write_comment`](crate::write_comment).
    async fn add_comment(&self, thread: Thread, body: &str) -> Result<Comment, ForgeError>;

    /// Gives a comment another text.
    async fn edit_comment(&self, thread: Thread, id: &str, body: &str) -> Result<(), ForgeError>;

    /// Says beside a commit (or its pull request, where the forge has statuses there) how something stands.
    async fn set_status(&self, commit: &str, status: &Status) -> Result<(), ForgeError>;

    /// The issues of one's own, open or not, in whose text the words may be; others may be among them.
    async fn own_issues(&self, words: &str) -> Result<Vec<Issue>, ForgeError>;

    /// Opens an issue. Made twice there are two: see [`IssueBook`](crate::IssueBook).
    async fn create_issue(&self, title: &str, body: &str) -> Result<Issue, ForgeError>;

    /// Gives an issue another title and text, and opens or closes it.
    async fn set_issue(&self, issue: &Issue) -> Result<(), ForgeError>;

    /// The branch that pull requests go into unless somebody chooses another.
    async fn default_branch(&self) -> Result<String, ForgeError>;

    /// The last commit of a branch, in full: of the branch itself, whatever else has its name. One that isn't there, or that
    /// the token doesn't see, is a failure.
    async fn tip(&self, branch: &str) -> Result<String, ForgeError>;

    /// The text of a file in a commit; None where it isn't in there.
    async fn file(&self, path: &str, commit: &str) -> Result<Option<String>, ForgeError>;
}

/// Somebody at the forge.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// What the forge knows them by for good.
    pub id: String,
    /// What people call them: the login, where the forge has one.
    pub name: String,
    /// What they may be named by in rules, since nobody else has it: the login; the mail address at Azure DevOps, the
    /// account id at Bitbucket. None where the forge tells none.
    pub account: Option<String>,
    /// Whether it is a program.
    pub is_bot: bool,
}

/// A pull request; a merge request at GitLab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// Its number in the repository.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Where people look at it.
    pub url: String,
    /// Whether it is still open.
    pub state: PullState,
    /// Not ready yet.
    pub is_draft: bool,
    /// From where.
    pub head: Head,
    /// The branch that it is to go into.
    pub base_branch: String,
    /// The commit that the forge compares with, where it says so.
    pub base_commit: Option<String>,
    /// Who opened it.
    pub author: Person,
    /// Its labels, sorted; Bitbucket has none.
    pub labels: Vec<String>,
    /// Whether it can be merged.
    pub mergeable: Mergeable,
}

/// What a pull request brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The branch.
    pub branch: String,
    /// Its last commit, in full.
    pub commit: String,
    /// Whether it comes out of another repository than the one it is to go into.
    pub is_fork: bool,
}

/// How a pull request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullState {
    /// It can still be merged.
    Open,
    /// It has been.
    Merged,
    /// It has been closed without.
    Closed,
}

/// Whether a pull request can be merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mergeable {
    /// Nothing stands against it, but perhaps pipelines that haven't ended.
    Yes,
    /// It contradicts what has come into the base branch.
    Conflicts,
    /// A rule of the forge isn't fulfilled: in the forge's own words.
    Blocked(String),
    /// The forge hasn't found out, or wasn't asked.
    Unknown,
}

/// What a reviewer said last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Who.
    pub by: Person,
    /// What.
    pub verdict: Verdict,
    /// Of which commit, where the forge says so.
    pub commit: Option<String>,
    /// Whether their word counts.
    pub standing: Standing,
}

/// What a review says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Fine.
    Approved,
    /// Not like this.
    ChangesRequested,
}

/// Whether somebody may write to the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They may.
    Writer,
    /// They may not: anybody can review what is public.
    Reader,
    /// The forge doesn't tell.
    Unknown,
}

/// What is commented on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thread {
    /// A pull request.
    Pull(u64),
    /// An issue.
    Issue(u64),
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// What the forge knows it by.
    pub id: String,
    /// Its text.
    pub body: String,
    /// Who wrote it.
    pub author: Person,
    /// Whether that is who the token belongs to.
    pub is_own: bool,
}

/// What is said beside a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What it is about: `trueup/plan: network`. A later one of the same name takes its place.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// A line; cut where the forge takes less.
    pub text: String,
    /// Where there is more to see. Bitbucket demands one.
    pub url: Option<String>,
    /// The pull request, for forges that have statuses there.
    pub pull: Option<u64>,
    /// More of it, where there is room.
    pub details: Details,
}

/// What is said beside a status by forges that have room for it, which are GitHub's check runs. In Markdown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// What it is about, in a few lines.
    pub summary: String,
    /// All of it; may be empty. What has more than 65,535 characters is cut.
    pub text: String,
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It goes on.
    Pending,
    /// It ended well.
    Success,
    /// It ended, and shows that something is wrong.
    Failure,
    /// It couldn't be done.
    Error,
}

/// An issue; a work item at Azure DevOps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// Whether it is open.
    pub is_open: bool,
    /// Where people look at it.
    pub url: String,
}

/// A pull request to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPull {
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// From this branch of the repository.
    pub branch: String,
    /// Into this one.
    pub base: String,
    /// Not ready yet.
    pub is_draft: bool,
}

impl Thread {
    pub(crate) fn words(self) -> String {
        match self {
            Thread::Pull(number) => format!("pull request {number}"),
            Thread::Issue(number) => format!("issue {number}"),
        }
    }
}

impl Status {
    /// The line, as long as a forge takes it.
    pub(crate) fn text_for(&self, kind: Kind) -> String {
        let max = kind.status_text_max();
        if self.text.chars().count() <= max {
            return self.text.clone();
        }
        let kept: String = self.text.chars().take(max - 1).collect();
        format!("{}…", kept.trim_end())
    }
}
