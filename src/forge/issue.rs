//! One issue for each matter: opened, commented on, reopened and closed.

use crate::comment::write_comment;
use crate::error::{ForgeError, ForgeErrorKind};
use crate::forge::{Forge, Issue, Thread};
use crate::mark::Mark;
use std::time::Duration;

const TRIES_MAX: u32 = 4;

/// How a matter stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News<'a> {
    /// What the matter is known by, for ever: `drift/network`.
    pub key: &'a str,
    /// Whether there is something to be seen to.
    pub is_open: bool,
    /// The issue's title.
    pub title: &'a str,
    /// The issue's text.
    pub body: &'a str,
    /// What is said as a comment when it is reopened or closed.
    pub note: &'a str,
    /// What this note is known by, so that it isn't said twice: a commit or a run.
    pub occasion: &'a str,
}

/// What became of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// There is nothing to be seen to, and no issue says otherwise.
    None,
    /// It is new.
    Opened(Issue),
    /// It was closed and is open again.
    Reopened(Issue),
    /// It was open and stays so, with the text of now.
    Updated(Issue),
    /// It was open, and is closed.
    Closed(Issue),
}

/// Brings the issue of a matter to how the matter stands.
///
/// # Errors
/// The forge's failures.
pub async fn keep_issue(forge: &dyn Forge, news: &News<'_>) -> Result<Kept, ForgeError> {
    let mark = Mark { key: format!("issue/{}", news.key), data: String::new() };
    let body = format!("{}\n{}", mark.line(forge.kind()), news.body);
    let found = find(forge, &mark).await?;
    match (found, news.is_open) {
        (None, true) => open(forge, &mark, (news.title, &body)).await,
        (Some(issue), true) => {
            let anew = Issue { title: news.title.to_owned(), body, is_open: true, ..issue.clone() };
            if anew != issue {
                forge.set_issue(&anew).await?;
            }
            if issue.is_open {
                return Ok(Kept::Updated(anew));
            }
            say(forge, issue.number, news).await?;
            Ok(Kept::Reopened(anew))
        }
        (Some(issue), false) if issue.is_open => {
            say(forge, issue.number, news).await?;
            let anew = Issue { is_open: false, ..issue };
            forge.set_issue(&anew).await?;
            Ok(Kept::Closed(anew))
        }
        (None | Some(_), false) => Ok(Kept::None),
    }
}

/// The own issue with the mark: an open one before closed ones.
async fn find(forge: &dyn Forge, mark: &Mark) -> Result<Option<Issue>, ForgeError> {
    let issues = forge.own_issues(&mark.line(forge.kind())).await?;
    let is_marked = |issue: &Issue| Mark::find(forge.kind(), &issue.body, &mark.key).is_some();
    let mut found: Vec<Issue> = issues.into_iter().filter(is_marked).collect();
    found.sort_by_key(|issue| (!issue.is_open, issue.number));
    Ok(found.into_iter().next())
}

async fn open(forge: &dyn Forge, mark: &Mark, (title, body): (&str, &str)) -> Result<Kept, ForgeError> {
    let mut tries = 1;
    loop {
        match forge.create_issue(title, body).await {
            Ok(issue) => return Ok(Kept::Opened(issue)),
            Err(error) if error.kind == ForgeErrorKind::Unanswered && tries < TRIES_MAX => {}
            Err(error) => return Err(error),
        }
        forge.pace().pause(Duration::from_secs(1 << tries)).await;
        tries += 1;
        if let Some(issue) = find(forge, mark).await? {
            return Ok(Kept::Opened(issue));
        }
    }
}

async fn say(forge: &dyn Forge, number: u64, news: &News<'_>) -> Result<(), ForgeError> {
    if news.note.is_empty() {
        return Ok(());
    }
    let state = if news.is_open { "open" } else { "closed" };
    let mark = Mark { key: format!("note/{state}/{}", news.occasion), data: String::new() };
    write_comment(forge, Thread::Issue(number), &mark, news.note).await.map(drop)
}
