//! Azure DevOps Services and Server, by the REST API of version 7.1 (learn.microsoft.com/rest/api/azure/devops).

use crate::api::Api;
use crate::azure_work as work;
use crate::call::{Call, Paging, part};
use crate::error::{ForgeError, ForgeErrorKind};
use crate::fields::{Gap, id, is, items, may_text, number, text, texts};
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

const CODE: &str = "Code (read and write), or Contribute to pull requests for the build service";
const STATUS: &str = "Code (status), or Contribute to pull requests for the build service";
const VERSION: &str = "7.1";
const PAGE: usize = 100;
/// A description is cut to this by nobody but us: more is refused.
const DESCRIPTION_UNITS_MAX: usize = 4000;

/// A repository at Azure DevOps.
#[derive(Debug)]
pub(crate) struct AzureDevOps {
    pub(crate) api: Api,
    /// `/PROJECT/_apis/git/repositories/NAME`.
    path: String,
    /// `/PROJECT`.
    pub(crate) project: String,
    /// Where people look at a repository.
    web: String,
}

impl AzureDevOps {
    pub(crate) fn new(place: &Place, token: Token, pace: Pace) -> Result<AzureDevOps, ForgeError> {
        let (project, name) = place.halves()?;
        let path = format!("/{}/_apis/git/repositories/{}", part(project), part(name));
        let web = format!("{}/{}/_git/{}", place.api.trim_end_matches('/'), part(project), part(name));
        let api = Api::new(Kind::AzureDevOps, &place.api, token, pace)?;
        Ok(AzureDevOps { api, path, project: format!("/{}", part(project)), web })
    }

    fn get(&self, below: &str, what: impl Into<String>) -> Call {
        Call::get(format!("{}{below}", self.path), what, CODE).query("api-version", VERSION)
    }

    pub(crate) async fn is_me(&self, person: &Person) -> Result<bool, ForgeError> {
        let me = Call::get("/_apis/connectionData", "ask whose the token is", "nothing else")
            .query("api-version", "7.1-preview.1");
        Ok(self.api.is_me(person, &[(me, "/authenticatedUser/id")]).await?.unwrap_or(person.is_bot))
    }

    fn read_pull(&self, json: &Json) -> Result<Pull, Gap> {
        pull(json, &self.web)
    }

    /// What the policies of the base branch say: whether a pull request has conflicts is told without them.
    async fn policies(&self, number: u64, project: &str) -> Result<Mergeable, ForgeError> {
        let what = format!("ask what policies say of pull request {number}");
        let call = Call::get(format!("{}/_apis/policy/evaluations", self.project), what, CODE)
            .query("api-version", "7.1-preview.1")
            .query("artifactId", format!("vstfs:///CodeReview/CodeReviewId/{project}/{number}"))
            .query("$top", PAGE.to_string());
        let in_the_way = |json: &Json| {
            let status = text(json, "/status")?;
            // A build that hasn't ended is the one that asks.
            let is_fine = ["approved", "notApplicable", "running"].contains(&status.as_str());
            let name =
                may_text(json, "/configuration/type/displayName").unwrap_or_else(|| "without a name".into());
            let blocks = is(json, "/configuration/isBlocking") && !is_fine;
            Ok(blocks.then(|| format!("the policy {name} is {status}")))
        };
        match self.api.list(call, Paging::Skip(PAGE), in_the_way).await {
            Ok(found) if found.is_empty() => Ok(Mergeable::Yes),
            Ok(found) => Ok(Mergeable::Blocked(found.join(", "))),
            Err(error) if matches!(error.kind, ForgeErrorKind::Forbidden | ForgeErrorKind::NotFound) => {
                Ok(Mergeable::Blocked("the token may not read the policies of the branch".into()))
            }
            Err(error) => Err(error),
        }
    }

    async fn thread_comments(&self, number: u64) -> Result<Vec<Comment>, ForgeError> {
        let what = format!("read the comments on pull request {number}");
        let call = self.get(&format!("/pullRequests/{number}/threads"), what);
        let of = |thread: &Json| {
            if is(thread, "/isDeleted") {
                return Ok(None);
            }
            let name = id(thread, "/id")?;
            let there = |one: &&Json| {
                !is(one, "/isDeleted") && may_text(one, "/commentType").as_deref() != Some("system")
            };
            let comments = items(thread, "/comments").iter().filter(there).map(|one| {
                let body = may_text(one, "/content").unwrap_or_default();
                Ok((person(one, "/author")?, format!("{name}/{}", id(one, "/id")?), body))
            });
            comments.collect::<Result<Vec<_>, Gap>>().map(Some)
        };
        let mut comments = Vec::new();
        for (author, id, body) in self.api.list(call, Paging::Once, of).await?.into_iter().flatten() {
            let is_own = self.is_me(&author).await?;
            comments.push(Comment { id, body, author, is_own });
        }
        Ok(comments)
    }
}

#[async_trait]
impl Forge for AzureDevOps {
    fn kind(&self) -> Kind {
        Kind::AzureDevOps
    }

    fn pace(&self) -> &Pace {
        &self.api.pace
    }

    async fn pull(&self, number: u64) -> Result<Pull, ForgeError> {
        let call = self.get(&format!("/pullRequests/{number}"), format!("read pull request {number}"));
        let read = |json: &Json| Ok((self.read_pull(json)?, text(json, "/repository/project/id")?));
        let (pull, project) = self.api.read(&call, read).await?;
        if pull.state != PullState::Open || pull.mergeable != Mergeable::Yes {
            return Ok(pull);
        }
        Ok(Pull { mergeable: self.policies(number, &project).await?, ..pull })
    }

    async fn open_pulls(&self) -> Result<Vec<Pull>, ForgeError> {
        let call = self
            .get("/pullRequests", "list the open pull requests")
            .query("searchCriteria.status", "active")
            .query("$top", PAGE.to_string());
        self.api.list(call, Paging::Skip(PAGE), |json| self.read_pull(json).map(Some)).await
    }

    async fn pull_between(&self, branch: &str, base: &str) -> Result<Option<Pull>, ForgeError> {
        let call = self
            .get("/pullRequests", "look for a pull request")
            .query("searchCriteria.status", "active")
            .query("searchCriteria.sourceRefName", format!("refs/heads/{branch}"))
            .query("searchCriteria.targetRefName", format!("refs/heads/{base}"))
            .query("$top", PAGE.to_string());
        let found = self.api.list(call, Paging::Skip(PAGE), |json| self.read_pull(json).map(Some)).await?;
        Ok(found.into_iter().find(|pull| !pull.head.is_fork))
    }

    async fn create_pull(&self, new: &NewPull) -> Result<Pull, ForgeError> {
        let call = Call::post(format!("{}/pullRequests", self.path), "open a pull request", CODE)
            .query("api-version", VERSION)
            .body(json!({
                "title": new.title, "description": cut(&new.body), "isDraft": new.is_draft,
                "sourceRefName": format!("refs/heads/{}", new.branch),
                "targetRefName": format!("refs/heads/{}", new.base),
            }));
        self.api.read(&call, |json| self.read_pull(json)).await
    }

    async fn reviews(&self, pull: &Pull) -> Result<Vec<Review>, ForgeError> {
        let what = format!("read the reviews of pull request {}", pull.number);
        let call = self.get(&format!("/pullRequests/{}/reviewers", pull.number), what);
        self.api.list(call, Paging::Once, review).await
    }

    async fn contributors(&self, _pull: &Pull) -> Result<BTreeSet<String>, ForgeError> {
        // Commits have mail addresses here, and no people.
        Ok(BTreeSet::new())
    }

    async fn comments(&self, thread: Thread) -> Result<Vec<Comment>, ForgeError> {
        match thread {
            Thread::Pull(number) => self.thread_comments(number).await,
            Thread::Issue(number) => work::comments(self, number).await,
        }
    }

    async fn add_comment(&self, thread: Thread, body: &str) -> Result<Comment, ForgeError> {
        let Thread::Pull(number) = thread else { return work::add_comment(self, thread, body).await };
        let what = format!("comment on {}", thread.words());
        // What is closed keeps nobody from completing the pull request.
        let call = Call::post(format!("{}/pullRequests/{number}/threads", self.path), what, CODE)
            .query("api-version", VERSION)
            .body(json!({
                "comments": [{ "parentCommentId": 0, "content": body, "commentType": "text" }],
                "status": "closed",
            }));
        let (id, author) = self
            .api
            .read(&call, |json| {
                let id = format!("{}/{}", id(json, "/id")?, id(json, "/comments/0/id")?);
                Ok((id, person(json, "/comments/0/author")?))
            })
            .await?;
        Ok(Comment { id, body: body.to_owned(), author, is_own: true })
    }

    async fn edit_comment(&self, thread: Thread, id: &str, body: &str) -> Result<(), ForgeError> {
        let Thread::Pull(number) = thread else { return work::edit_comment(self, thread, id, body).await };
        let (name, comment) = id.split_once('/').unwrap_or((id, "1"));
        let path =
            format!("{}/pullRequests/{number}/threads/{}/comments/{}", self.path, part(name), part(comment));
        let call = Call::patch(path, format!("edit a comment on {}", thread.words()), CODE)
            .query("api-version", VERSION)
            .body(json!({ "content": body }));
        self.api.send(&call).await.map(drop)
    }

    async fn set_status(&self, commit: &str, status: &Status) -> Result<(), ForgeError> {
        let state = match status.state {
            State::Pending => "pending",
            State::Success => "succeeded",
            State::Failure => "failed",
            State::Error => "error",
        };
        let (genre, name) = status.name.split_once('/').unwrap_or(("trueup", &status.name));
        let mut body = json!({
            "state": state, "description": status.text_for(Kind::AzureDevOps),
            "context": { "genre": genre, "name": name },
        });
        if let Some(url) = &status.url {
            body["targetUrl"] = json!(url);
        }
        let path = match status.pull {
            Some(number) => format!("{}/pullRequests/{number}/statuses", self.path),
            None => format!("{}/commits/{}/statuses", self.path, part(commit)),
        };
        let call = Call::post(path, format!("set the status \"{}\"", status.name), STATUS)
            .query("api-version", VERSION)
            .body(body)
            .repeatable();
        self.api.send(&call).await.map(drop)
    }

    async fn own_issues(&self, _words: &str) -> Result<Vec<Issue>, ForgeError> {
        work::own(self).await
    }

    async fn create_issue(&self, title: &str, body: &str) -> Result<Issue, ForgeError> {
        work::create(self, title, body).await
    }

    async fn set_issue(&self, issue: &Issue) -> Result<(), ForgeError> {
        work::set(self, issue).await
    }

    async fn default_branch(&self) -> Result<String, ForgeError> {
        let call = self.get("", "ask for the default branch");
        self.api.read(&call, |json| branch(json, "/defaultBranch")).await
    }

    async fn tip(&self, branch: &str) -> Result<String, ForgeError> {
        let call =
            self.get("/refs", format!("find the branch {branch}")).query("filter", format!("heads/{branch}"));
        // What only begins like it is among them.
        let whole = format!("refs/heads/{branch}");
        let of = |json: &Json| {
            let is_it = text(json, "/name")? == whole;
            if is_it { text(json, "/objectId").map(Some) } else { Ok(None) }
        };
        let found = self.api.list(call, Paging::Once, of).await?;
        found.into_iter().next().ok_or_else(|| {
            let cause = "Azure DevOps has no such branch, or the token doesn't see it";
            let what = format!("find the branch {branch}");
            ForgeError::new(ForgeErrorKind::NotFound, Some(Kind::AzureDevOps), &what, cause)
                .hint(format!("check the branch, and grant the token: {CODE}"))
        })
    }

    async fn file(&self, path: &str, commit: &str) -> Result<Option<String>, ForgeError> {
        let call = self
            .get("/items", format!("read {path} of commit {commit}"))
            .query("path", format!("/{path}"))
            .query("versionDescriptor.version", commit)
            .query("versionDescriptor.versionType", "commit")
            .query("$format", "octetStream")
            .accept("application/octet-stream");
        self.api.text(&call).await
    }
}

/// The name of a branch out of that of its reference.
fn branch(json: &Json, at: &'static str) -> Result<String, Gap> {
    let name = text(json, at)?;
    Ok(name.strip_prefix("refs/heads/").map_or_else(|| name.clone(), str::to_owned))
}

fn cut(text: &str) -> String {
    let mut length = 0;
    let fits = |c: &char| {
        length += c.len_utf16();
        length <= DESCRIPTION_UNITS_MAX
    };
    text.chars().take_while(fits).collect()
}

pub(crate) fn person(json: &Json, at: &'static str) -> Result<Person, Gap> {
    let Some(user) = json.pointer(at).filter(|user| !user.is_null()) else { return Ok(Person::default()) };
    let account = may_text(user, "/uniqueName");
    let name = account.clone().or(may_text(user, "/displayName")).unwrap_or_default();
    Ok(Person { id: text(user, "/id")?, account, name, is_bot: is(user, "/isContainer") })
}

fn pull(json: &Json, web: &str) -> Result<Pull, Gap> {
    let state = match text(json, "/status")?.as_str() {
        "completed" => PullState::Merged,
        "abandoned" => PullState::Closed,
        _ => PullState::Open,
    };
    let number = number(json, "/pullRequestId")?;
    let mergeable = match may_text(json, "/mergeStatus").as_deref() {
        Some("succeeded") => Mergeable::Yes,
        Some("conflicts") => Mergeable::Conflicts,
        Some(reason @ ("rejectedByPolicy" | "failure")) => Mergeable::Blocked(reason.to_owned()),
        _ => Mergeable::Unknown,
    };
    let head = Head {
        branch: branch(json, "/sourceRefName")?,
        commit: text(json, "/lastMergeSourceCommit/commitId")?,
        is_fork: json.pointer("/forkSource").is_some_and(|fork| !fork.is_null()),
    };
    Ok(Pull {
        number,
        title: text(json, "/title")?,
        url: format!("{web}/pullrequest/{number}"),
        state,
        is_draft: is(json, "/isDraft"),
        head,
        base_branch: branch(json, "/targetRefName")?,
        base_commit: may_text(json, "/lastMergeTargetCommit/commitId"),
        author: person(json, "/createdBy")?,
        labels: texts(json, "/labels", "/name"),
        mergeable,
    })
}

/// 10 is approved, 5 approved with suggestions, -5 waiting for the author, -10 rejected. A group's vote only says that one
/// of its members has voted.
fn review(json: &Json) -> Result<Option<Review>, Gap> {
    let verdict = match json.pointer("/vote").and_then(Json::as_i64) {
        Some(5 | 10) => Verdict::Approved,
        Some(-5 | -10) => Verdict::ChangesRequested,
        _ => return Ok(None),
    };
    if is(json, "/isContainer") {
        return Ok(None);
    }
    let by = person(json, "")?;
    Ok(Some(Review { by, verdict, commit: None, standing: Standing::Writer }))
}
