//! One issue for each matter: opened, commented on, reopened and closed.

use crate::comment::write_comment;
use crate::error::{ForgeError, ForgeErrorKind};
use crate::forge::{Forge, Issue, Thread};
use crate::kind::Kind;
use crate::mark::Mark;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

const TRIES_MAX: u32 = 4;
/// What the keys of all marks of issues begin with.
const KEYS: &str = "issue/";

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

/// The issues of one's own at a forge, which are read once however many matters there are.
#[derive(Debug)]
pub struct IssueBook {
    forge: Arc<dyn Forge>,
    /// None where they have to be read.
    known: Mutex<Option<Vec<Issue>>>,
}

impl IssueBook {
    /// Those of a repository.
    pub fn new(forge: Arc<dyn Forge>) -> IssueBook {
        IssueBook { forge, known: Mutex::new(None) }
    }

    /// Which forge it is.
    pub fn kind(&self) -> Kind {
        self.forge.kind()
    }

    /// Brings the issue of a matter to how the matter stands.
    ///
    /// # Errors
    /// The forge's failures. The issues are read again after one.
    pub async fn keep(&self, news: &News<'_>) -> Result<Kept, ForgeError> {
        let mut known = self.known.lock().await;
        let mut issues = match known.take() {
            Some(issues) => issues,
            None => own(&*self.forge).await?,
        };
        let kept = keep(&*self.forge, &issues, news).await?;
        if let Some(issue) = kept.issue() {
            issues.retain(|one| one.number != issue.number);
            issues.push(issue.clone());
        }
        *known = Some(issues);
        Ok(kept)
    }
}

impl Kept {
    /// The issue as it stands now, where there is one that was looked at.
    fn issue(&self) -> Option<&Issue> {
        match self {
            Kept::None => None,
            Kept::Opened(issue) | Kept::Reopened(issue) | Kept::Updated(issue) | Kept::Closed(issue) => {
                Some(issue)
            }
        }
    }
}

/// The issues of one's own that have a mark. The beginning of the marks is in the text of all of them.
async fn own(forge: &dyn Forge) -> Result<Vec<Issue>, ForgeError> {
    forge.own_issues(&format!("trueup:{KEYS}")).await
}

async fn keep(forge: &dyn Forge, issues: &[Issue], news: &News<'_>) -> Result<Kept, ForgeError> {
    let mark = Mark { key: format!("{KEYS}{}", news.key), data: String::new() };
    let body = format!("{}\n{}", mark.line(forge.kind()), news.body);
    let found = find(forge.kind(), issues, &mark);
    match (found, news.is_open) {
        (None, true) => open(forge, &mark, (news.title, &body)).await,
        (Some(issue), true) => {
            let anew = Issue { title: news.title.to_owned(), body, is_open: true, ..issue.clone() };
            if anew != *issue {
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
            let anew = Issue { is_open: false, ..issue.clone() };
            forge.set_issue(&anew).await?;
            Ok(Kept::Closed(anew))
        }
        (None | Some(_), false) => Ok(Kept::None),
    }
}

/// The issue with the mark: an open one before closed ones.
fn find<'i>(kind: Kind, issues: &'i [Issue], mark: &Mark) -> Option<&'i Issue> {
    let marked = issues.iter().filter(|issue| Mark::find(kind, &issue.body, &mark.key).is_some());
    marked.min_by_key(|issue| (!issue.is_open, issue.number))
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
        if let Some(issue) = find(forge.kind(), &own(forge).await?, mark) {
            return Ok(Kept::Opened(issue.clone()));
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
