//! Gitea and Forgejo, by the API that both describe under `/swagger` (version 1).

use crate::api::Api;
use crate::call::{Call, Paging, part, parts};
use crate::error::ForgeError;
use crate::fields::{Gap, id, is, may_text, number, text, texts};
use crate::forge::{
    Comment, Forge, Head, Issue, Mergeable, NewPull, Person, Pull, PullState, Review, Standing, State,
    Status, Thread, Verdict,
};
use crate::kind::Kind;
use crate::pace::Pace;
use crate::place::{Place, Token};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

const REPOSITORY: &str = "write:repository";
const ISSUES: &str = "write:issue";
const PAGE: &str = "50";
/// Who a run's own token belongs to.
const RUNS: [&str; 2] = ["gitea-actions", "forgejo-actions"];

/// A repository at Gitea or Forgejo.
#[derive(Debug)]
pub(crate) struct Gitea {
    api: Api,
    /// `/repos/OWNER/NAME`.
    path: String,
}

impl Gitea {
    pub(crate) fn new(place: &Place, token: Token, pace: Pace) -> Result<Gitea, ForgeError> {
        let (owner, name) = place.halves()?;
        let path = format!("/repos/{}/{}", part(owner), part(name));
        Ok(Gitea { api: Api::new(Kind::Gitea, &place.api, token, pace)?, path })
    }

    async fn is_me(&self, person: &Person) -> Result<bool, ForgeError> {
        let me = Call::get("/user", "ask whose the token is", "read:user");
        Ok(self.api.is_me(person, &[(me, "/id")]).await?.unwrap_or(person.is_bot))
    }
}

#[async_trait]
impl Forge for Gitea {
    fn kind(&self) -> Kind {
        Kind::Gitea
    }

    fn pace(&self) -> &Pace {
        &self.api.pace
    }

    async fn pull(&self, number: u64) -> Result<Pull, ForgeError> {
        let what = format!("read pull request {number}");
        self.api.read(&Call::get(format!("{}/pulls/{number}", self.path), what, REPOSITORY), pull).await
    }

    async fn open_pulls(&self) -> Result<Vec<Pull>, ForgeError> {
        let call = Call::get(format!("{}/pulls", self.path), "list the open pull requests", REPOSITORY)
            .query("state", "open")
            .query("limit", PAGE);
        let unasked = |json: &Json| Ok(Some(Pull { mergeable: Mergeable::Unknown, ..pull(json)? }));
        self.api.list(call, Paging::Link, unasked).await
    }

    async fn pull_between(&self, branch: &str, base: &str) -> Result<Option<Pull>, ForgeError> {
        let is_it =
            |pull: &Pull| pull.head.branch == branch && pull.base_branch == base && !pull.head.is_fork;
        Ok(self.open_pulls().await?.into_iter().find(is_it))
    }

    async fn create_pull(&self, new: &NewPull) -> Result<Pull, ForgeError> {
        // It is the title that makes it a draft.
        let title = if new.is_draft { format!("WIP: {}", new.title) } else { new.title.clone() };
        let call = Call::post(format!("{}/pulls", self.path), "open a pull request", REPOSITORY)
            .body(json!({ "title": title, "body": new.body, "head": new.branch, "base": new.base }));
        self.api.read(&call, pull).await
    }

    async fn reviews(&self, pull: &Pull) -> Result<Vec<Review>, ForgeError> {
        let what = format!("read the reviews of pull request {}", pull.number);
        let call = Call::get(format!("{}/pulls/{}/reviews", self.path, pull.number), what, REPOSITORY)
            .query("limit", PAGE);
        let mut last: BTreeMap<String, Option<Review>> = BTreeMap::new();
        for (id, review) in self.api.list(call, Paging::Link, review).await? {
            last.insert(id, review);
        }
        Ok(last.into_values().flatten().collect())
    }

    async fn contributors(&self, pull: &Pull) -> Result<BTreeSet<String>, ForgeError> {
        let what = format!("read the commits of pull request {}", pull.number);
        let call = Call::get(format!("{}/pulls/{}/commits", self.path, pull.number), what, REPOSITORY)
            .query("limit", PAGE);
        let found = self.api.list(call, Paging::Link, |json| Ok(Some(made_by(json)))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn comments(&self, thread: Thread) -> Result<Vec<Comment>, ForgeError> {
        let (Thread::Pull(number) | Thread::Issue(number)) = thread;
        let what = format!("read the comments on {}", thread.words());
        let call = Call::get(format!("{}/issues/{number}/comments", self.path), what, ISSUES);
        let mut comments = Vec::new();
        for (author, id, body) in self.api.list(call, Paging::Link, |json| comment(json).map(Some)).await? {
            let is_own = self.is_me(&author).await?;
            comments.push(Comment { id, body, author, is_own });
        }
        Ok(comments)
    }

    async fn add_comment(&self, thread: Thread, body: &str) -> Result<Comment, ForgeError> {
        let (Thread::Pull(number) | Thread::Issue(number)) = thread;
        let what = format!("comment on {}", thread.words());
        let call = Call::post(format!("{}/issues/{number}/comments", self.path), what, ISSUES)
            .body(json!({ "body": body }));
        let (author, id, body) = self.api.read(&call, comment).await?;
        Ok(Comment { id, body, author, is_own: true })
    }

    async fn edit_comment(&self, thread: Thread, id: &str, body: &str) -> Result<(), ForgeError> {
        let what = format!("edit a comment on {}", thread.words());
        let call = Call::patch(format!("{}/issues/comments/{}", self.path, part(id)), what, ISSUES)
            .body(json!({ "body": body }));
        self.api.send(&call).await.map(drop)
    }

    async fn set_status(&self, commit: &str, status: &Status) -> Result<(), ForgeError> {
        let state = match status.state {
            State::Pending => "pending",
            State::Success => "success",
            State::Failure => "failure",
            State::Error => "error",
        };
        let mut body =
            json!({ "state": state, "context": status.name, "description": status.text_for(Kind::Gitea) });
        if let Some(url) = &status.url {
            body["target_url"] = json!(url);
        }
        let what = format!("set the status \"{}\"", status.name);
        let call = Call::post(format!("{}/statuses/{}", self.path, part(commit)), what, REPOSITORY)
            .body(body)
            .repeatable();
        self.api.send(&call).await.map(drop)
    }

    async fn own_issues(&self, _words: &str) -> Result<Vec<Issue>, ForgeError> {
        let call = Call::get(format!("{}/issues", self.path), "look through the issues", ISSUES)
            .query("state", "all")
            .query("type", "issues")
            .query("limit", PAGE);
        let of = |json: &Json| Ok(Some((person(json, "/user")?, issue(json)?)));
        let mut issues = Vec::new();
        for (author, issue) in self.api.list(call, Paging::Link, of).await? {
            if self.is_me(&author).await? {
                issues.push(issue);
            }
        }
        Ok(issues)
    }

    async fn create_issue(&self, title: &str, body: &str) -> Result<Issue, ForgeError> {
        let call = Call::post(format!("{}/issues", self.path), "open an issue", ISSUES)
            .body(json!({ "title": title, "body": body }));
        self.api.read(&call, issue).await
    }

    async fn set_issue(&self, issue: &Issue) -> Result<(), ForgeError> {
        let state = if issue.is_open { "open" } else { "closed" };
        let what = format!("change issue {}", issue.number);
        let call = Call::patch(format!("{}/issues/{}", self.path, issue.number), what, ISSUES)
            .body(json!({ "title": issue.title, "body": issue.body, "state": state }));
        self.api.send(&call).await.map(drop)
    }

    async fn default_branch(&self) -> Result<String, ForgeError> {
        let call = Call::get(self.path.clone(), "ask for the default branch", REPOSITORY);
        self.api.read(&call, |json| text(json, "/default_branch")).await
    }

    async fn tip(&self, branch: &str) -> Result<String, ForgeError> {
        let what = format!("find the branch {branch}");
        let call = Call::get(format!("{}/branches/{}", self.path, parts(branch)), what, REPOSITORY);
        self.api.read(&call, |json| text(json, "/commit/id")).await
    }

    async fn file(&self, path: &str, commit: &str) -> Result<Option<String>, ForgeError> {
        let what = format!("read {path} of commit {commit}");
        let call = Call::get(format!("{}/raw/{}", self.path, parts(path)), what, REPOSITORY)
            .query("ref", commit)
            .accept("*/*");
        self.api.text(&call).await
    }
}

fn person(json: &Json, at: &'static str) -> Result<Person, Gap> {
    let Some(user) = json.pointer(at).filter(|user| !user.is_null()) else { return Ok(Person::default()) };
    let name = text(user, "/login")?;
    let is_bot = RUNS.contains(&name.as_str());
    Ok(Person { id: id(user, "/id")?, account: Some(name.clone()), name, is_bot })
}

/// Who made a commit, by their ids. An address that is nobody's has no user.
fn made_by(json: &Json) -> BTreeSet<String> {
    ["/author/id", "/committer/id"].into_iter().filter_map(|at| id(json, at).ok()).collect()
}

fn pull(json: &Json) -> Result<Pull, Gap> {
    let state = match (text(json, "/state")?.as_str(), is(json, "/merged")) {
        ("open", _) => PullState::Open,
        (_, true) => PullState::Merged,
        _ => PullState::Closed,
    };
    let own = text(json, "/base/repo/full_name")?;
    let is_fork = may_text(json, "/head/repo/full_name").as_ref() != Some(&own);
    let mergeable = if is(json, "/mergeable") { Mergeable::Yes } else { Mergeable::Conflicts };
    Ok(Pull {
        number: number(json, "/number")?,
        title: text(json, "/title")?,
        url: text(json, "/html_url")?,
        state,
        is_draft: is(json, "/draft"),
        head: Head { branch: text(json, "/head/ref")?, commit: text(json, "/head/sha")?, is_fork },
        base_branch: text(json, "/base/ref")?,
        base_commit: may_text(json, "/base/sha"),
        author: person(json, "/user")?,
        labels: texts(json, "/labels", "/name"),
        mergeable,
    })
}

/// A review by who made it; None where it takes back what they said before. What only comments or asks is left out.
fn review(json: &Json) -> Result<Option<(String, Option<Review>)>, Gap> {
    let verdict = match text(json, "/state")?.as_str() {
        "APPROVED" => Verdict::Approved,
        "REQUEST_CHANGES" => Verdict::ChangesRequested,
        _ => return Ok(None),
    };
    let by = person(json, "/user")?;
    if is(json, "/dismissed") {
        return Ok(Some((by.id, None)));
    }
    // Official are those of people who may write, or whom the branch's protection names.
    let standing = if is(json, "/official") { Standing::Writer } else { Standing::Reader };
    let commit = may_text(json, "/commit_id").filter(|commit| !commit.is_empty());
    Ok(Some((by.id.clone(), Some(Review { by, verdict, commit, standing }))))
}

fn comment(json: &Json) -> Result<(Person, String, String), Gap> {
    Ok((person(json, "/user")?, id(json, "/id")?, text(json, "/body")?))
}

fn issue(json: &Json) -> Result<Issue, Gap> {
    Ok(Issue {
        number: number(json, "/number")?,
        title: text(json, "/title")?,
        body: may_text(json, "/body").unwrap_or_default(),
        is_open: text(json, "/state")? == "open",
        url: text(json, "/html_url")?,
    })
}
