//! Bitbucket Cloud, by its REST API of version 2.0 (developer.atlassian.com/cloud/bitbucket/rest).

use crate::api::Api;
use crate::call::{Call, Paging, part, parts};
use crate::error::ForgeError;
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
use std::collections::{BTreeMap, BTreeSet};

const PULLS: &str = "pullrequest:write";
const REPOSITORY: &str = "repository:write";
const ISSUES: &str = "issue:write, and switch the repository's issue tracker on";
const PAGE: &str = "50";
/// How long the key of a status may be at most.
const KEY_CHARS_MAX: usize = 40;

/// A repository at Bitbucket Cloud.
#[derive(Debug)]
pub(crate) struct Bitbucket {
    api: Api,
    /// `/repositories/WORKSPACE/NAME`.
    path: String,
}

impl Bitbucket {
    pub(crate) fn new(place: &Place, token: Token, pace: Pace) -> Result<Bitbucket, ForgeError> {
        let (workspace, name) = place.halves()?;
        let path = format!("/repositories/{}/{}", part(workspace), part(name));
        Ok(Bitbucket { api: Api::new(Kind::Bitbucket, &place.api, token, pace)?, path })
    }

    async fn is_me(&self, person: &Person) -> Result<bool, ForgeError> {
        let me = Call::get("/user", "ask whose the token is", "account");
        Ok(self.api.is_me(person, &[(me, "/uuid")]).await?.unwrap_or(person.is_bot))
    }

    /// A commit's whole name: pull requests only have its beginning.
    async fn commit(&self, start: &str) -> Result<String, ForgeError> {
        let call = Call::get(
            format!("{}/commit/{}", self.path, part(start)),
            format!("find commit {start}"),
            REPOSITORY,
        );
        self.api.read(&call, |json| text(json, "/hash")).await
    }

    async fn completed(&self, (mut pull, repository): (Pull, Option<String>)) -> Result<Pull, ForgeError> {
        // The commit of a fork is found in the fork.
        let path = match repository.filter(|_| pull.head.is_fork) {
            Some(name) => format!("/repositories/{}", parts(&name)),
            None => self.path.clone(),
        };
        let start = &pull.head.commit;
        let call =
            Call::get(format!("{path}/commit/{}", part(start)), format!("find commit {start}"), REPOSITORY);
        pull.head.commit = self.api.read(&call, |json| text(json, "/hash")).await?;
        Ok(pull)
    }

    /// A file in conflict is named so in the list of what the pull request changes.
    async fn mergeable(&self, number: u64) -> Result<Mergeable, ForgeError> {
        let what = format!("ask whether pull request {number} can be merged");
        let call = Call::get(format!("{}/pullrequests/{number}/diffstat", self.path), what, PULLS)
            .query("pagelen", PAGE);
        let conflict =
            |json: &Json| Ok(may_text(json, "/status").filter(|status| status.contains("conflict")));
        let conflicts = self.api.list(call, Paging::Next, conflict).await?;
        Ok(if conflicts.is_empty() { Mergeable::Yes } else { Mergeable::Conflicts })
    }

    fn thread(&self, thread: Thread) -> (String, &'static str) {
        match thread {
            Thread::Pull(number) => (format!("{}/pullrequests/{number}/comments", self.path), PULLS),
            Thread::Issue(number) => (format!("{}/issues/{number}/comments", self.path), ISSUES),
        }
    }
}

#[async_trait]
impl Forge for Bitbucket {
    fn kind(&self) -> Kind {
        Kind::Bitbucket
    }

    fn pace(&self) -> &Pace {
        &self.api.pace
    }

    async fn pull(&self, number: u64) -> Result<Pull, ForgeError> {
        let what = format!("read pull request {number}");
        let call = Call::get(format!("{}/pullrequests/{number}", self.path), what, PULLS);
        let found = self.api.read(&call, |json| Ok((pull(json)?, source(json)))).await?;
        let pull = self.completed(found).await?;
        let mergeable =
            if pull.state == PullState::Open { self.mergeable(number).await? } else { Mergeable::Unknown };
        Ok(Pull { mergeable, ..pull })
    }

    async fn open_pulls(&self) -> Result<Vec<Pull>, ForgeError> {
        let call = Call::get(format!("{}/pullrequests", self.path), "list the open pull requests", PULLS)
            .query("state", "OPEN")
            .query("pagelen", PAGE);
        let mut pulls = Vec::new();
        let found = self.api.list(call, Paging::Next, |json| Ok(Some((pull(json)?, source(json))))).await?;
        for pull in found {
            pulls.push(self.completed(pull).await?);
        }
        Ok(pulls)
    }

    async fn pull_between(&self, branch: &str, base: &str) -> Result<Option<Pull>, ForgeError> {
        let quoted = |text: &str| json!(text).to_string();
        let words = format!(
            "source.branch.name={} AND destination.branch.name={} AND state=\"OPEN\"",
            quoted(branch),
            quoted(base)
        );
        let call = Call::get(format!("{}/pullrequests", self.path), "look for a pull request", PULLS)
            .query("q", words)
            .query("pagelen", PAGE);
        let found = self.api.list(call, Paging::Next, |json| Ok(Some((pull(json)?, source(json))))).await?;
        match found.into_iter().find(|(pull, _)| !pull.head.is_fork) {
            Some(pull) => self.completed(pull).await.map(Some),
            None => Ok(None),
        }
    }

    async fn create_pull(&self, new: &NewPull) -> Result<Pull, ForgeError> {
        let call =
            Call::post(format!("{}/pullrequests", self.path), "open a pull request", PULLS).body(json!({
                "title": new.title, "description": new.body, "draft": new.is_draft,
                "source": { "branch": { "name": new.branch } },
                "destination": { "branch": { "name": new.base } },
            }));
        let found = self.api.read(&call, |json| Ok((pull(json)?, source(json)))).await?;
        self.completed(found).await
    }

    async fn reviews(&self, pull: &Pull) -> Result<Vec<Review>, ForgeError> {
        let what = format!("read the reviews of pull request {}", pull.number);
        let call = Call::get(format!("{}/pullrequests/{}", self.path, pull.number), what, PULLS);
        self.api.read(&call, reviews).await
    }

    async fn contributors(&self, pull: &Pull) -> Result<BTreeSet<String>, ForgeError> {
        let what = format!("read the commits of pull request {}", pull.number);
        let call = Call::get(format!("{}/pullrequests/{}/commits", self.path, pull.number), what, PULLS)
            .query("pagelen", PAGE);
        // Where the address is nobody's there is no user.
        let author = |json: &Json| Ok(may_text(json, "/author/user/uuid"));
        Ok(self.api.list(call, Paging::Next, author).await?.into_iter().collect())
    }

    async fn comments(&self, thread: Thread) -> Result<Vec<Comment>, ForgeError> {
        let (path, needs) = self.thread(thread);
        let what = format!("read the comments on {}", thread.words());
        let call = Call::get(path, what, needs).query("sort", "created_on").query("pagelen", PAGE);
        let there = |json: &Json| if is(json, "/deleted") { Ok(None) } else { comment(json).map(Some) };
        let mut comments = Vec::new();
        for (author, id, body) in self.api.list(call, Paging::Next, there).await? {
            let is_own = self.is_me(&author).await?;
            comments.push(Comment { id, body, author, is_own });
        }
        Ok(comments)
    }

    async fn add_comment(&self, thread: Thread, body: &str) -> Result<Comment, ForgeError> {
        let (path, needs) = self.thread(thread);
        let call = Call::post(path, format!("comment on {}", thread.words()), needs)
            .body(json!({ "content": { "raw": body } }));
        let (author, id, body) = self.api.read(&call, comment).await?;
        Ok(Comment { id, body, author, is_own: true })
    }

    async fn edit_comment(&self, thread: Thread, id: &str, body: &str) -> Result<(), ForgeError> {
        let (path, needs) = self.thread(thread);
        let what = format!("edit a comment on {}", thread.words());
        let call = Call::put(format!("{path}/{}", part(id)), what, needs)
            .body(json!({ "content": { "raw": body } }));
        self.api.send(&call).await.map(drop)
    }

    async fn set_status(&self, commit: &str, status: &Status) -> Result<(), ForgeError> {
        let state = match status.state {
            State::Pending => "INPROGRESS",
            State::Success => "SUCCESSFUL",
            State::Failure => "FAILED",
            State::Error => "STOPPED",
        };
        let url = match &status.url {
            Some(url) => url.clone(),
            None => format!("https://bitbucket.org/{}", self.path.trim_start_matches("/repositories/")),
        };
        let what = format!("set the status \"{}\"", status.name);
        let path = format!("{}/commit/{}/statuses/build", self.path, part(commit));
        let call = Call::post(path, what, REPOSITORY)
            .body(json!({
                "key": key(&status.name), "name": status.name, "state": state, "url": url,
                "description": status.text_for(Kind::Bitbucket),
            }))
            .repeatable();
        self.api.send(&call).await.map(drop)
    }

    async fn own_issues(&self, words: &str) -> Result<Vec<Issue>, ForgeError> {
        let call = Call::get(format!("{}/issues", self.path), "look through the issues", ISSUES)
            .query("q", format!("content.raw ~ {}", json!(words)))
            .query("pagelen", PAGE);
        let of = |json: &Json| Ok(Some((person(json, "/reporter")?, issue(json)?)));
        let mut issues = Vec::new();
        for (author, issue) in self.api.list(call, Paging::Next, of).await? {
            if self.is_me(&author).await? {
                issues.push(issue);
            }
        }
        Ok(issues)
    }

    async fn create_issue(&self, title: &str, body: &str) -> Result<Issue, ForgeError> {
        let call = Call::post(format!("{}/issues", self.path), "open an issue", ISSUES)
            .body(json!({ "title": title, "content": { "raw": body } }));
        self.api.read(&call, issue).await
    }

    async fn set_issue(&self, issue: &Issue) -> Result<(), ForgeError> {
        let state = if issue.is_open { "open" } else { "closed" };
        let what = format!("change issue {}", issue.number);
        let call = Call::put(format!("{}/issues/{}", self.path, issue.number), what, ISSUES)
            .body(json!({ "title": issue.title, "content": { "raw": issue.body }, "state": state }));
        self.api.send(&call).await.map(drop)
    }

    async fn default_branch(&self) -> Result<String, ForgeError> {
        let call = Call::get(self.path.clone(), "ask for the default branch", REPOSITORY);
        self.api.read(&call, |json| text(json, "/mainbranch/name")).await
    }

    async fn tip(&self, branch: &str) -> Result<String, ForgeError> {
        let what = format!("find the branch {branch}");
        let call = Call::get(format!("{}/refs/branches/{}", self.path, part(branch)), what, REPOSITORY);
        let start = self.api.read(&call, |json| text(json, "/target/hash")).await?;
        self.commit(&start).await
    }

    async fn file(&self, path: &str, commit: &str) -> Result<Option<String>, ForgeError> {
        let what = format!("read {path} of commit {commit}");
        let call = Call::get(format!("{}/src/{}/{}", self.path, part(commit), parts(path)), what, REPOSITORY)
            .accept("*/*");
        self.api.text(&call).await
    }
}

/// The name of a status as a key that is short enough and stays the name's own.
fn key(name: &str) -> String {
    if name.chars().count() <= KEY_CHARS_MAX {
        return name.to_owned();
    }
    // FNV-1a: the same for ever, and nobody gains from two names with the same.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let start: String = name.chars().take(KEY_CHARS_MAX - 17).collect();
    format!("{start}-{hash:016x}")
}

fn person(json: &Json, at: &'static str) -> Result<Person, Gap> {
    let Some(user) = json.pointer(at).filter(|user| !user.is_null()) else { return Ok(Person::default()) };
    let name = may_text(user, "/nickname").or(may_text(user, "/display_name")).unwrap_or_default();
    let is_bot = may_text(user, "/type").is_some_and(|kind| kind == "app_user" || kind == "AppUser");
    // Anybody may take any nickname.
    Ok(Person { id: text(user, "/uuid")?, account: may_text(user, "/account_id"), name, is_bot })
}

/// The repository that it comes from.
fn source(json: &Json) -> Option<String> {
    may_text(json, "/source/repository/full_name")
}

fn pull(json: &Json) -> Result<Pull, Gap> {
    let state = match text(json, "/state")?.as_str() {
        "OPEN" => PullState::Open,
        "MERGED" => PullState::Merged,
        _ => PullState::Closed,
    };
    let own = text(json, "/destination/repository/full_name")?;
    let head = Head {
        branch: text(json, "/source/branch/name")?,
        commit: text(json, "/source/commit/hash")?,
        is_fork: source(json).as_ref() != Some(&own),
    };
    Ok(Pull {
        number: number(json, "/id")?,
        title: text(json, "/title")?,
        url: text(json, "/links/html/href")?,
        state,
        is_draft: is(json, "/draft"),
        head,
        base_branch: text(json, "/destination/branch/name")?,
        base_commit: may_text(json, "/destination/commit/hash"),
        author: person(json, "/author")?,
        labels: Vec::new(),
        mergeable: Mergeable::Unknown,
    })
}

/// Who may write is told to administrators only. Reading is enough to approve.
fn reviews(json: &Json) -> Result<Vec<Review>, Gap> {
    let mut reviews = BTreeMap::new();
    for one in items(json, "/participants") {
        let verdict = match (is(one, "/approved"), may_text(one, "/state").as_deref()) {
            (true, _) => Verdict::Approved,
            (false, Some("changes_requested")) => Verdict::ChangesRequested,
            _ => continue,
        };
        let by = person(one, "/user")?;
        reviews.insert(by.id.clone(), Review { by, verdict, commit: None, standing: Standing::Unknown });
    }
    Ok(reviews.into_values().collect())
}

fn comment(json: &Json) -> Result<(Person, String, String), Gap> {
    let body = may_text(json, "/content/raw").unwrap_or_default();
    Ok((person(json, "/user")?, id(json, "/id")?, body))
}

fn issue(json: &Json) -> Result<Issue, Gap> {
    Ok(Issue {
        number: number(json, "/id")?,
        title: text(json, "/title")?,
        body: may_text(json, "/content/raw").unwrap_or_default(),
        is_open: ["new", "open"].contains(&text(json, "/state")?.as_str()),
        url: text(json, "/links/html/href")?,
    })
}
