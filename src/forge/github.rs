//! GitHub, by its REST API of version 2022-11-28 (docs.github.com/rest).

use crate::api::Api;
use crate::call::{Call, Paging, part, parts};
use crate::check_run;
use crate::error::{ForgeError, ForgeErrorKind};
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

const PULLS: &str = "pull-requests: write";
const STATUSES: &str = "statuses: write";
const ISSUES: &str = "issues: write";
const CONTENTS: &str = "contents: read";
/// Who a run's own token belongs to.
const RUNS: &str = "github-actions[bot]";
const PAGE: &str = "100";

/// A repository at GitHub.
#[derive(Debug)]
pub(crate) struct GitHub {
    api: Api,
    owner: String,
    /// `/repos/OWNER/NAME`.
    path: String,
    /// Whether check runs are written instead of statuses, which only apps may.
    has_checks: bool,
}

impl GitHub {
    pub(crate) fn new(place: &Place, token: Token, pace: Pace) -> Result<GitHub, ForgeError> {
        let (owner, name) = place.halves()?;
        let path = format!("/repos/{}/{}", part(owner), part(name));
        let has_checks = token.is_installation();
        let api = Api::new(Kind::GitHub, &place.api, token, pace)?;
        Ok(GitHub { api, owner: owner.to_owned(), path, has_checks })
    }

    async fn is_me(&self, person: &Person) -> Result<bool, ForgeError> {
        let what = "ask whose the token is";
        let user = (Call::get("/user", what, "nothing else"), "/id");
        // An app's token, as a run of Actions has one, is told by GraphQL only, whose address is beside that of REST.
        let viewer = Call::post("/../graphql", what, "nothing else")
            .body(json!({ "query": "query { viewer { databaseId } }" }))
            .repeatable();
        let told = self.api.is_me(person, &[user, (viewer, "/data/viewer/databaseId")]).await?;
        Ok(told.unwrap_or_else(|| person.name == RUNS))
    }

    async fn comment(&self, json: (Person, String, String)) -> Result<Comment, ForgeError> {
        let (author, id, body) = json;
        let is_own = self.is_me(&author).await?;
        Ok(Comment { id, body, author, is_own })
    }

    /// Anybody can approve what is public: whether somebody's word counts is a matter of what they may do.
    async fn standing(&self, person: &Person) -> Result<Standing, ForgeError> {
        let path = format!("{}/collaborators/{}/permission", self.path, part(&person.name));
        let call = Call::get(path, format!("ask what {} may do", person.name), "metadata: read");
        match self.api.read(&call, |json| text(json, "/permission")).await {
            Ok(may) if may == "admin" || may == "write" => Ok(Standing::Writer),
            Ok(_) => Ok(Standing::Reader),
            Err(error) if error.kind == ForgeErrorKind::NotFound => Ok(Standing::Reader),
            Err(error) if error.kind == ForgeErrorKind::Forbidden => Ok(Standing::Unknown),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Forge for GitHub {
    fn kind(&self) -> Kind {
        Kind::GitHub
    }

    fn pace(&self) -> &Pace {
        &self.api.pace
    }

    async fn pull(&self, number: u64) -> Result<Pull, ForgeError> {
        let what = format!("read pull request {number}");
        self.api.read(&Call::get(format!("{}/pulls/{number}", self.path), what, PULLS), pull).await
    }

    async fn open_pulls(&self) -> Result<Vec<Pull>, ForgeError> {
        let call = Call::get(format!("{}/pulls", self.path), "list the open pull requests", PULLS)
            .query("state", "open")
            .query("per_page", PAGE);
        self.api.list(call, Paging::Link, |json| pull(json).map(Some)).await
    }

    async fn pull_between(&self, branch: &str, base: &str) -> Result<Option<Pull>, ForgeError> {
        let call = Call::get(format!("{}/pulls", self.path), "look for a pull request", PULLS)
            .query("state", "open")
            .query("head", format!("{}:{branch}", self.owner))
            .query("base", base)
            .query("per_page", PAGE);
        let found = self.api.list(call, Paging::Link, |json| pull(json).map(Some)).await?;
        Ok(found.into_iter().find(|pull| pull.head.branch == branch && !pull.head.is_fork))
    }

    async fn create_pull(&self, new: &NewPull) -> Result<Pull, ForgeError> {
        let call = Call::post(format!("{}/pulls", self.path), "open a pull request", PULLS).body(json!({
            "title": new.title, "body": new.body, "head": new.branch, "base": new.base, "draft": new.is_draft,
        }));
        self.api.read(&call, pull).await
    }

    async fn reviews(&self, pull: &Pull) -> Result<Vec<Review>, ForgeError> {
        let what = format!("read the reviews of pull request {}", pull.number);
        let call = Call::get(format!("{}/pulls/{}/reviews", self.path, pull.number), what, PULLS)
            .query("per_page", PAGE);
        let all = self.api.list(call, Paging::Link, review).await?;
        // They stand in order of time. A comment takes nothing back.
        let mut last: BTreeMap<String, (Person, Option<Verdict>, Option<String>)> = BTreeMap::new();
        for (by, verdict, commit) in all {
            last.insert(by.id.clone(), (by, verdict, commit));
        }
        let mut reviews = Vec::new();
        for (by, verdict, commit) in last.into_values() {
            if let Some(verdict) = verdict {
                let standing = self.standing(&by).await?;
                reviews.push(Review { by, verdict, commit, standing });
            }
        }
        Ok(reviews)
    }

    async fn contributors(&self, pull: &Pull) -> Result<BTreeSet<String>, ForgeError> {
        let what = format!("read the commits of pull request {}", pull.number);
        let call = Call::get(format!("{}/pulls/{}/commits", self.path, pull.number), what, PULLS)
            .query("per_page", PAGE);
        let found = self.api.list(call, Paging::Link, |json| Ok(Some(made_by(json)))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn comments(&self, thread: Thread) -> Result<Vec<Comment>, ForgeError> {
        let (Thread::Pull(number) | Thread::Issue(number)) = thread;
        let what = format!("read the comments on {}", thread.words());
        let call = Call::get(format!("{}/issues/{number}/comments", self.path), what, needs(thread))
            .query("per_page", PAGE);
        let mut comments = Vec::new();
        for found in self.api.list(call, Paging::Link, |json| comment(json).map(Some)).await? {
            comments.push(self.comment(found).await?);
        }
        Ok(comments)
    }

    async fn add_comment(&self, thread: Thread, body: &str) -> Result<Comment, ForgeError> {
        let (Thread::Pull(number) | Thread::Issue(number)) = thread;
        let what = format!("comment on {}", thread.words());
        let call = Call::post(format!("{}/issues/{number}/comments", self.path), what, needs(thread))
            .body(json!({ "body": body }));
        let (author, id, body) = self.api.read(&call, comment).await?;
        Ok(Comment { id, body, author, is_own: true })
    }

    async fn edit_comment(&self, thread: Thread, id: &str, body: &str) -> Result<(), ForgeError> {
        let what = format!("edit a comment on {}", thread.words());
        let call = Call::patch(format!("{}/issues/comments/{}", self.path, part(id)), what, needs(thread))
            .body(json!({ "body": body }));
        self.api.send(&call).await.map(drop)
    }

    async fn set_status(&self, commit: &str, status: &Status) -> Result<(), ForgeError> {
        if self.has_checks {
            return check_run::set(&self.api, &self.path, commit, status).await;
        }
        let state = match status.state {
            State::Pending => "pending",
            State::Success => "success",
            State::Failure => "failure",
            State::Error => "error",
        };
        let mut body =
            json!({ "state": state, "context": status.name, "description": status.text_for(Kind::GitHub) });
        if let Some(url) = &status.url {
            body["target_url"] = json!(url);
        }
        let what = format!("set the status \"{}\"", status.name);
        let call = Call::post(format!("{}/statuses/{}", self.path, part(commit)), what, STATUSES)
            .body(body)
            .repeatable();
        self.api.send(&call).await.map(drop)
    }

    async fn own_issues(&self, _words: &str) -> Result<Vec<Issue>, ForgeError> {
        let call = Call::get(format!("{}/issues", self.path), "look through the issues", ISSUES)
            .query("state", "all")
            .query("per_page", PAGE);
        let of = |json: &Json| match json.get("pull_request") {
            Some(_) => Ok(None),
            None => Ok(Some((person(json, "/user")?, issue(json)?))),
        };
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
        let call = Call::get(self.path.clone(), "ask for the default branch", "metadata: read");
        self.api.read(&call, |json| text(json, "/default_branch")).await
    }

    async fn tip(&self, branch: &str) -> Result<String, ForgeError> {
        let what = format!("find the branch {branch}");
        let call = Call::get(format!("{}/git/ref/heads/{}", self.path, parts(branch)), what, CONTENTS);
        self.api.read(&call, |json| text(json, "/object/sha")).await
    }

    async fn file(&self, path: &str, commit: &str) -> Result<Option<String>, ForgeError> {
        let what = format!("read {path} of commit {commit}");
        let call = Call::get(format!("{}/contents/{}", self.path, parts(path)), what, CONTENTS)
            .query("ref", commit)
            .accept("application/vnd.github.raw+json");
        self.api.text(&call).await
    }
}

const fn needs(thread: Thread) -> &'static str {
    match thread {
        Thread::Pull(_) => PULLS,
        Thread::Issue(_) => ISSUES,
    }
}

fn person(json: &Json, at: &'static str) -> Result<Person, Gap> {
    // An account that is gone is shown as null.
    let Some(user) = json.pointer(at).filter(|user| !user.is_null()) else { return Ok(Person::default()) };
    let is_bot = may_text(user, "/type").is_some_and(|kind| kind == "Bot");
    let name = text(user, "/login")?;
    Ok(Person { id: id(user, "/id")?, account: Some(name.clone()), name, is_bot })
}

/// Who made a commit, by their ids. An address that is nobody's has no user.
fn made_by(json: &Json) -> BTreeSet<String> {
    ["/author/id", "/committer/id"].into_iter().filter_map(|at| id(json, at).ok()).collect()
}

fn pull(json: &Json) -> Result<Pull, Gap> {
    let state = match (text(json, "/state")?.as_str(), json.pointer("/merged_at")) {
        ("open", _) => PullState::Open,
        (_, Some(Json::String(_))) => PullState::Merged,
        _ => PullState::Closed,
    };
    let own = text(json, "/base/repo/full_name")?;
    // The repository of a fork that is gone is null.
    let is_fork = may_text(json, "/head/repo/full_name").as_ref() != Some(&own);
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
        mergeable: mergeable(json),
    })
}

fn mergeable(json: &Json) -> Mergeable {
    let state = may_text(json, "/mergeable_state").unwrap_or_default();
    match (json.pointer("/mergeable").and_then(Json::as_bool), state.as_str()) {
        (_, "dirty") | (Some(false), _) => Mergeable::Conflicts,
        // A check that hasn't ended well and isn't required makes it unstable.
        (Some(true), "clean" | "unstable" | "has_hooks") => Mergeable::Yes,
        (Some(true), "unknown" | "") | (None, _) => Mergeable::Unknown,
        (Some(true), state) => Mergeable::Blocked(state.to_owned()),
    }
}

type Reviewed = (Person, Option<Verdict>, Option<String>);

/// A review that says something; one that only comments is left out.
fn review(json: &Json) -> Result<Option<Reviewed>, Gap> {
    let verdict = match text(json, "/state")?.as_str() {
        "APPROVED" => Some(Verdict::Approved),
        "CHANGES_REQUESTED" => Some(Verdict::ChangesRequested),
        "DISMISSED" => None,
        _ => return Ok(None),
    };
    Ok(Some((person(json, "/user")?, verdict, may_text(json, "/commit_id"))))
}

fn comment(json: &Json) -> Result<(Person, String, String), Gap> {
    Ok((person(json, "/user")?, id(json, "/id")?, may_text(json, "/body").unwrap_or_default()))
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
