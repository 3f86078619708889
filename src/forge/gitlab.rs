//! GitLab, by its REST API of version 4 (docs.gitlab.com/api/rest).

use crate::api::Api;
use crate::call::{Call, Paging, part};
use crate::error::{ForgeError, ForgeErrorKind};
use crate::fields::{Gap, id, is, items, may_text, number, text};
use crate::forge::{
    Comment, Forge, Head, Issue, Mergeable, NewPull, Person, Pull, PullState, Review, Standing, State,
    Status, Thread, Verdict,
};
use crate::kind::Kind;
use crate::pace::Pace;
use crate::place::{Place, Token};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

const NEEDS: &str = "the scope api and the role Developer";
const READS: &str = "the scope read_api and the role Reporter";
const PAGE: &str = "100";

/// A project at GitLab.
#[derive(Debug)]
pub(crate) struct GitLab {
    api: Api,
    /// `/projects/GROUP%2FNAME`.
    path: String,
}

impl GitLab {
    pub(crate) fn new(place: &Place, token: Token, pace: Pace) -> Result<GitLab, ForgeError> {
        let path = format!("/projects/{}", part(place.repository.trim_matches('/')));
        Ok(GitLab { api: Api::new(Kind::GitLab, &place.api, token, pace)?, path })
    }

    fn notes(&self, thread: Thread) -> String {
        match thread {
            Thread::Pull(number) => format!("{}/merge_requests/{number}/notes", self.path),
            Thread::Issue(number) => format!("{}/issues/{number}/notes", self.path),
        }
    }

    async fn is_me(&self, person: &Person) -> Result<bool, ForgeError> {
        // A job's token isn't told, and may write nothing.
        let me = Call::get("/user", "ask whose the token is", READS);
        Ok(self.api.is_me(person, &[(me, "/id")]).await?.unwrap_or(false))
    }
}

#[async_trait]
impl Forge for GitLab {
    fn kind(&self) -> Kind {
        Kind::GitLab
    }

    fn pace(&self) -> &Pace {
        &self.api.pace
    }

    async fn pull(&self, number: u64) -> Result<Pull, ForgeError> {
        let what = format!("read merge request {number}");
        let call = Call::get(format!("{}/merge_requests/{number}", self.path), what, READS);
        self.api.read(&call, pull).await
    }

    async fn open_pulls(&self) -> Result<Vec<Pull>, ForgeError> {
        let call = Call::get(format!("{}/merge_requests", self.path), "list the open merge requests", READS)
            .query("state", "opened")
            .query("per_page", PAGE);
        let unasked = |json: &Json| Ok(Some(Pull { mergeable: Mergeable::Unknown, ..pull(json)? }));
        self.api.list(call, Paging::Link, unasked).await
    }

    async fn pull_between(&self, branch: &str, base: &str) -> Result<Option<Pull>, ForgeError> {
        let call = Call::get(format!("{}/merge_requests", self.path), "look for a merge request", READS)
            .query("state", "opened")
            .query("source_branch", branch)
            .query("target_branch", base)
            .query("per_page", PAGE);
        let found = self.api.list(call, Paging::Link, |json| pull(json).map(Some)).await?;
        Ok(found.into_iter().find(|pull| !pull.head.is_fork))
    }

    async fn create_pull(&self, new: &NewPull) -> Result<Pull, ForgeError> {
        // It is the title that makes it a draft.
        let title = if new.is_draft { format!("Draft: {}", new.title) } else { new.title.clone() };
        let call = Call::post(format!("{}/merge_requests", self.path), "open a merge request", NEEDS).body(
            json!({
                "title": title, "description": new.body, "source_branch": new.branch, "target_branch": new.base,
            }),
        );
        self.api.read(&call, pull).await
    }

    async fn reviews(&self, pull: &Pull) -> Result<Vec<Review>, ForgeError> {
        let what = format!("read the approvals of merge request {}", pull.number);
        let call = Call::get(format!("{}/merge_requests/{}/approvals", self.path, pull.number), what, READS);
        let approved = |json: &Json| -> Result<Vec<Review>, Gap> {
            let review = |item: &Json| {
                // Only who may write can approve; a push takes approvals back where the project says so.
                let by = person(item, "/user")?;
                Ok(Review { by, verdict: Verdict::Approved, commit: None, standing: Standing::Writer })
            };
            items(json, "/approved_by").iter().map(review).collect()
        };
        let mut reviews = self.api.read(&call, approved).await?;
        let what = format!("read the reviewers of merge request {}", pull.number);
        let call = Call::get(format!("{}/merge_requests/{}/reviewers", self.path, pull.number), what, READS);
        let objecting = |json: &Json| match may_text(json, "/state").as_deref() {
            Some("requested_changes") => Ok(Some(Review {
                by: person(json, "/user")?,
                verdict: Verdict::ChangesRequested,
                commit: None,
                standing: Standing::Writer,
            })),
            _ => Ok(None),
        };
        reviews.extend(self.api.list(call, Paging::Link, objecting).await?);
        Ok(reviews)
    }

    async fn contributors(&self, _pull: &Pull) -> Result<BTreeSet<String>, ForgeError> {
        // Commits have mail addresses here, and no people.
        Ok(BTreeSet::new())
    }

    async fn comments(&self, thread: Thread) -> Result<Vec<Comment>, ForgeError> {
        let call = Call::get(self.notes(thread), format!("read the comments on {}", thread.words()), READS)
            .query("sort", "asc")
            .query("order_by", "created_at")
            .query("per_page", PAGE);
        let of_people = |json: &Json| if is(json, "/system") { Ok(None) } else { note(json).map(Some) };
        let mut comments = Vec::new();
        for (author, id, body) in self.api.list(call, Paging::Link, of_people).await? {
            let is_own = self.is_me(&author).await?;
            comments.push(Comment { id, body, author, is_own });
        }
        Ok(comments)
    }

    async fn add_comment(&self, thread: Thread, body: &str) -> Result<Comment, ForgeError> {
        let call = Call::post(self.notes(thread), format!("comment on {}", thread.words()), NEEDS)
            .body(json!({ "body": body }));
        let (author, id, body) = self.api.read(&call, note).await?;
        Ok(Comment { id, body, author, is_own: true })
    }

    async fn edit_comment(&self, thread: Thread, id: &str, body: &str) -> Result<(), ForgeError> {
        let what = format!("edit a comment on {}", thread.words());
        let call = Call::put(format!("{}/{}", self.notes(thread), part(id)), what, NEEDS)
            .body(json!({ "body": body }));
        self.api.send(&call).await.map(drop)
    }

    async fn set_status(&self, commit: &str, status: &Status) -> Result<(), ForgeError> {
        let state = match status.state {
            State::Pending => "running",
            State::Success => "success",
            State::Failure | State::Error => "failed",
        };
        let mut body =
            json!({ "state": state, "name": status.name, "description": status.text_for(Kind::GitLab) });
        if let Some(url) = &status.url {
            body["target_url"] = json!(url);
        }
        let what = format!("set the status \"{}\"", status.name);
        let call = Call::post(format!("{}/statuses/{}", self.path, part(commit)), what, NEEDS)
            .body(body)
            .repeatable();
        match self.api.send(&call).await {
            // What it is already it can't become.
            Err(error)
                if error.kind == ForgeErrorKind::Refused
                    && error.cause.contains("Cannot transition status") =>
            {
                Ok(())
            }
            outcome => outcome.map(drop),
        }
    }

    async fn own_issues(&self, _words: &str) -> Result<Vec<Issue>, ForgeError> {
        let call = Call::get(format!("{}/issues", self.path), "look through the issues", READS)
            .query("scope", "created_by_me")
            .query("state", "all")
            .query("per_page", PAGE);
        self.api.list(call, Paging::Link, |json| issue(json).map(Some)).await
    }

    async fn create_issue(&self, title: &str, body: &str) -> Result<Issue, ForgeError> {
        let call = Call::post(format!("{}/issues", self.path), "open an issue", NEEDS)
            .body(json!({ "title": title, "description": body }));
        self.api.read(&call, issue).await
    }

    async fn set_issue(&self, issue: &Issue) -> Result<(), ForgeError> {
        let event = if issue.is_open { "reopen" } else { "close" };
        let what = format!("change issue {}", issue.number);
        let call = Call::put(format!("{}/issues/{}", self.path, issue.number), what, NEEDS)
            .body(json!({ "title": issue.title, "description": issue.body, "state_event": event }));
        self.api.send(&call).await.map(drop)
    }

    async fn default_branch(&self) -> Result<String, ForgeError> {
        let call = Call::get(self.path.clone(), "ask for the default branch", READS);
        self.api.read(&call, |json| text(json, "/default_branch")).await
    }

    async fn tip(&self, branch: &str) -> Result<String, ForgeError> {
        let what = format!("find the branch {branch}");
        let call = Call::get(format!("{}/repository/branches/{}", self.path, part(branch)), what, READS);
        self.api.read(&call, |json| text(json, "/commit/id")).await
    }

    async fn file(&self, path: &str, commit: &str) -> Result<Option<String>, ForgeError> {
        let what = format!("read {path} of commit {commit}");
        let call = Call::get(format!("{}/repository/files/{}/raw", self.path, part(path)), what, READS)
            .query("ref", commit)
            .accept("*/*");
        self.api.text(&call).await
    }
}

fn person(json: &Json, at: &'static str) -> Result<Person, Gap> {
    let Some(user) = json.pointer(at).filter(|user| !user.is_null()) else { return Ok(Person::default()) };
    let name = text(user, "/username")?;
    Ok(Person { id: id(user, "/id")?, account: Some(name.clone()), name, is_bot: is(user, "/bot") })
}

fn pull(json: &Json) -> Result<Pull, Gap> {
    let state = match text(json, "/state")?.as_str() {
        "merged" => PullState::Merged,
        "closed" => PullState::Closed,
        _ => PullState::Open,
    };
    let is_fork = number(json, "/source_project_id").ok() != Some(number(json, "/target_project_id")?);
    let mut labels: Vec<String> =
        items(json, "/labels").iter().filter_map(Json::as_str).map(str::to_owned).collect();
    labels.sort();
    Ok(Pull {
        number: number(json, "/iid")?,
        title: text(json, "/title")?,
        url: text(json, "/web_url")?,
        state,
        is_draft: is(json, "/draft"),
        head: Head { branch: text(json, "/source_branch")?, commit: text(json, "/sha")?, is_fork },
        base_branch: text(json, "/target_branch")?,
        base_commit: may_text(json, "/diff_refs/base_sha"),
        author: person(json, "/author")?,
        labels,
        mergeable: mergeable(json),
    })
}

/// Of several reasons against it GitLab names one only, and a conflict isn't the first of them.
fn mergeable(json: &Json) -> Mergeable {
    if is(json, "/has_conflicts") {
        return Mergeable::Conflicts;
    }
    match may_text(json, "/detailed_merge_status").as_deref() {
        // The pipeline that hasn't ended is the one that asks. One that failed is `ci_must_pass`.
        Some("mergeable" | "ci_still_running" | "not_open") => Mergeable::Yes,
        Some("conflict" | "broken_status") => Mergeable::Conflicts,
        Some("checking" | "unchecked" | "preparing" | "approvals_syncing") | None => Mergeable::Unknown,
        Some(other) => Mergeable::Blocked(other.to_owned()),
    }
}

fn note(json: &Json) -> Result<(Person, String, String), Gap> {
    Ok((person(json, "/author")?, id(json, "/id")?, text(json, "/body")?))
}

fn issue(json: &Json) -> Result<Issue, Gap> {
    Ok(Issue {
        number: number(json, "/iid")?,
        title: text(json, "/title")?,
        body: may_text(json, "/description").unwrap_or_default(),
        is_open: text(json, "/state")? == "opened",
        url: text(json, "/web_url")?,
    })
}
