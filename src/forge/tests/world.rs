//! What exists at a fake forge, and what goes wrong there.

use super::{azure, bitbucket, gitea, github, gitlab};
use crate::{Forge, Kind, Pace, Place, Token, connect};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use trueup_loopback::{Answers, Reply, Request, serve};

pub(super) const SECRET: &str = "s3cr3t-t0ken";
/// One of an app, at GitHub.
pub(super) const APP: &str = "ghs_s3cr3t";
/// No page is longer, however long a page is asked for.
pub(super) const PAGE_MAX: usize = 30;
/// Who the token belongs to, two who may write, and one who may not.
pub(super) const ME: u64 = 1;
pub(super) const ANN: u64 = 2;
pub(super) const BOB: u64 = 3;
pub(super) const MALLORY: u64 = 4;
pub(super) const NAMES: [&str; 5] = ["", "trueup-bot", "ann", "bob", "mallory"];

/// The last commit of the only branch.
pub(super) const MAIN: &str = "0000000000000000000000000000000000000001";

#[derive(Clone, Debug)]
pub(super) struct FakePull {
    pub(super) number: u64,
    pub(super) branch: String,
    pub(super) base: String,
    pub(super) commit: String,
    pub(super) is_fork: bool,
    pub(super) is_draft: bool,
    pub(super) labels: Vec<&'static str>,
    /// None is a conflict.
    pub(super) mergeable: bool,
    /// What GitLab says of its pipeline.
    pub(super) pipeline: Option<&'static str>,
    /// So many looks don't tell whether it can be merged.
    pub(super) looks: u32,
}

#[derive(Clone, Debug)]
pub(super) struct FakeComment {
    pub(super) id: u64,
    pub(super) is_pull: bool,
    pub(super) on: u64,
    pub(super) author: u64,
    pub(super) body: String,
}

#[derive(Clone, Debug)]
pub(super) struct FakeIssue {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) is_open: bool,
    pub(super) author: u64,
    pub(super) tags: String,
}

/// `approved`, `objected`, `commented`, `dismissed`.
#[derive(Clone, Debug)]
pub(super) struct FakeReview {
    pub(super) by: u64,
    pub(super) what: &'static str,
}

/// What goes wrong once, at the first request of a method whose path has a text in it.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) act: Act,
}

#[derive(Clone, Debug)]
pub(super) enum Act {
    /// This instead.
    Say(Reply),
    CutBefore,
    CutAfter,
    FailAfter,
    /// Somebody deletes all comments just before.
    Delete,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) kind: Kind,
    pub(super) pulls: Vec<FakePull>,
    pub(super) comments: Vec<FakeComment>,
    pub(super) issues: Vec<FakeIssue>,
    pub(super) reviews: Vec<FakeReview>,
    /// What Azure DevOps says of its policies: name, status, whether it blocks.
    pub(super) policies: Vec<(&'static str, &'static str, bool)>,
    /// Who authored and who committed what the pull request brings.
    pub(super) commits: Vec<(u64, u64)>,
    pub(super) statuses: BTreeMap<(String, String), (String, String)>,
    pub(super) checks: Vec<Json>,
    pub(super) files: BTreeMap<(String, String), String>,
    pub(super) troubles: Vec<Trouble>,
    pub(super) log: Vec<String>,
    pub(super) next_id: u64,
}

impl World {
    fn new(kind: Kind) -> World {
        World {
            kind,
            pulls: vec![pull(7)],
            comments: Vec::new(),
            issues: Vec::new(),
            reviews: Vec::new(),
            policies: Vec::new(),
            commits: Vec::new(),
            statuses: BTreeMap::new(),
            checks: Vec::new(),
            files: ["trueup.hcl", "live (prod)/trueup.hcl"]
                .into_iter()
                .flat_map(|path| {
                    // There is a tag that is called like the branch.
                    let of_tag = (("main".into(), path.into()), "pulls { approvals = 0 }\n".into());
                    [((MAIN.into(), path.into()), "pulls {}\n".into()), of_tag]
                })
                .collect(),
            troubles: Vec::new(),
            log: Vec::new(),
            next_id: 100,
        }
    }

    pub(super) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(super) fn comment(&mut self, (is_pull, on): (bool, u64), author: u64, body: &str) -> FakeComment {
        let comment = FakeComment { id: self.id(), is_pull, on, author, body: body.to_owned() };
        self.comments.push(comment.clone());
        comment
    }

    pub(super) fn comments_on(&self, is_pull: bool, on: u64) -> Vec<FakeComment> {
        self.comments.iter().filter(|one| one.is_pull == is_pull && one.on == on).cloned().collect()
    }

    pub(super) fn open(&mut self, branch: &str, base: &str, is_draft: bool) -> Result<FakePull, Reply> {
        if self.pulls.iter().any(|pull| pull.branch == branch && pull.base == base) {
            return Err(refused(409, "there is one already"));
        }
        let number = self.id();
        let opened = FakePull { branch: branch.to_owned(), base: base.to_owned(), is_draft, ..pull(number) };
        self.pulls.push(opened.clone());
        Ok(opened)
    }

    pub(super) fn pull(&mut self, number: &str) -> Result<FakePull, Reply> {
        let found = self.pulls.iter_mut().find(|pull| pull.number.to_string() == number);
        let pull = found.ok_or_else(|| refused(404, "Not Found"))?;
        let seen = pull.clone();
        pull.looks = pull.looks.saturating_sub(1);
        Ok(seen)
    }

    pub(super) fn edit(&mut self, id: &str, body: &str) -> Result<FakeComment, Reply> {
        let found = self.comments.iter_mut().find(|one| one.id.to_string() == id);
        let comment = found.ok_or_else(|| refused(404, "Not Found"))?;
        if comment.author != ME {
            return Err(refused(403, "not yours"));
        }
        body.clone_into(&mut comment.body);
        Ok(comment.clone())
    }

    pub(super) fn issue(&mut self, number: &str) -> Result<&mut FakeIssue, Reply> {
        let found = self.issues.iter_mut().find(|one| one.number.to_string() == number);
        found.ok_or_else(|| refused(404, "Not Found"))
    }

    pub(super) fn add_issue(&mut self, title: &str, body: &str, tags: &str) -> FakeIssue {
        let issue = FakeIssue {
            number: self.id(),
            title: title.to_owned(),
            body: body.to_owned(),
            is_open: true,
            author: ME,
            tags: tags.to_owned(),
        };
        self.issues.push(issue.clone());
        issue
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let answer = match self.kind {
            Kind::GitHub => github::answer,
            Kind::GitLab => gitlab::answer,
            Kind::Gitea => gitea::answer,
            Kind::Bitbucket => bitbucket::answer,
            Kind::AzureDevOps => azure::answer,
        };
        answer(self, request).unwrap_or_else(|reply| reply)
    }
}

pub(super) fn pull(number: u64) -> FakePull {
    FakePull {
        number,
        branch: format!("change-{number}"),
        base: "main".into(),
        commit: format!("{number:040x}"),
        is_fork: false,
        is_draft: false,
        labels: Vec::new(),
        mergeable: true,
        pipeline: None,
        looks: 0,
    }
}

/// A fake that listens.
pub(super) struct Server {
    pub(super) url: String,
    world: Mutex<World>,
}

impl Server {
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no holder panics")
    }
}

#[async_trait]
impl Answers for Server {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        let mut world = self.world();
        world.log.push(format!("{} {}?{}", request.method, request.path, request.query));
        let is_hit =
            |one: &Trouble| one.method == request.method && request.path.to_lowercase().contains(one.path);
        let at = world.troubles.iter().position(is_hit);
        match at.map(|at| world.troubles.remove(at).act) {
            Some(Act::Say(reply)) => Some(reply),
            Some(Act::CutBefore) => None,
            Some(Act::CutAfter) => {
                world.answer(request);
                None
            }
            Some(Act::FailAfter) => {
                world.answer(request);
                Some(refused(502, "bad gateway"))
            }
            Some(Act::Delete) => {
                world.comments.clear();
                Some(world.answer(request))
            }
            None => Some(world.answer(request)),
        }
    }
}

/// A forge and its client.
pub(super) struct Stand {
    pub(super) forge: Arc<dyn Forge>,
    pub(super) server: Arc<Server>,
    /// The pauses that were made, in seconds.
    pub(super) pauses: Arc<Mutex<Vec<u64>>>,
}

impl Stand {
    pub(super) async fn start(kind: Kind) -> Stand {
        Stand::with_token(kind, SECRET).await
    }

    pub(super) async fn with_token(kind: Kind, secret: &str) -> Stand {
        let mut started = None;
        serve(|url| {
            let server = Arc::new(Server { url, world: Mutex::new(World::new(kind)) });
            started = Some(server.clone());
            server
        })
        .await;
        let server: Arc<Server> = started.expect("it was started");
        let below = match kind {
            Kind::GitHub => "",
            Kind::GitLab => "/api/v4",
            Kind::Gitea => "/api/v1",
            Kind::Bitbucket => "/2.0",
            Kind::AzureDevOps => "/org",
        };
        let place = Place { kind, api: format!("{}{below}", server.url), repository: "acme/infra".into() };
        let pauses = Arc::new(Mutex::new(Vec::new()));
        let noted = pauses.clone();
        let pace = Pace::new(move |span: Duration| {
            noted.lock().expect("no holder panics").push(span.as_secs());
            Box::pin(async {})
        });
        let forge = connect(&place, Token::new(kind, secret, "A_VARIABLE"), pace).expect("a forge");
        Stand { forge, server, pauses }
    }

    pub(super) fn trouble(&self, method: &'static str, path: &'static str, act: Act) {
        self.server.world().troubles.push(Trouble { method, path, act });
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.server.world()
    }

    pub(super) fn paused(&self) -> Vec<u64> {
        std::mem::take(&mut *self.pauses.lock().expect("no holder panics"))
    }
}

pub(super) type Answer = Result<Reply, Reply>;

pub(super) fn refused(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message }))
}

/// The body; refused where a field is in it that the documentation doesn't have, or one is missing.
pub(super) fn body(request: &Request, needed: &[&str], known: &[&str]) -> Result<Json, Reply> {
    let is_json = request.header("content-type") == Some("application/json");
    let json = request.json().filter(|_| is_json).ok_or_else(|| refused(415, "no JSON"))?;
    let fields = json.as_object().ok_or_else(|| refused(400, "no object"))?;
    if let Some(name) =
        fields.keys().find(|name| !needed.contains(&name.as_str()) && !known.contains(&name.as_str()))
    {
        return Err(refused(422, &format!("unknown field {name}")));
    }
    if let Some(name) = needed.iter().find(|name| fields.get(**name).is_none_or(Json::is_null)) {
        return Err(refused(422, &format!("missing field {name}")));
    }
    Ok(json)
}

pub(super) fn known(request: &Request, names: &[&str]) -> Result<(), Reply> {
    match request.parameters().into_iter().find(|(name, _)| !names.contains(&name.as_str())) {
        Some((name, _)) => Err(refused(400, &format!("unknown parameter {name}"))),
        None => Ok(()),
    }
}

pub(super) fn wants(request: &Request, name: &str, text: &str) -> Result<(), Reply> {
    match request.parameter(name) {
        Some(found) if found == text => Ok(()),
        found => Err(refused(400, &format!("{name} is {found:?} instead of {text}"))),
    }
}

/// A page of a list with the header `Link`, by the parameters `page` and `size`.
pub(super) fn linked(request: &Request, size: &str, all: &[Json]) -> Answer {
    let number = |name: &str, otherwise: usize| {
        request.parameter(name).map_or(Ok(otherwise), |text| text.parse().map_err(|_| refused(400, name)))
    };
    let (page, asked) = (number("page", 1)?, number(size, 30)?);
    if asked > 100 {
        return Err(refused(400, "a page has 100 items at most"));
    }
    let top = asked.min(PAGE_MAX);
    let shown: Vec<&Json> = all.iter().skip((page - 1) * top).take(top).collect();
    let reply = Reply::json(200, &json!(shown));
    if page * top >= all.len() {
        return Ok(reply);
    }
    let others: Vec<String> = request
        .query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("page="))
        .map(str::to_owned)
        .collect();
    // The address names another host, as behind a proxy that isn't set up well.
    let next = format!("http://inside.example{}?{}&page={}", request.path, others.join("&"), page + 1);
    Ok(reply.with("Link", &format!("<{next}>; rel=\"next\", <{next}>; rel=\"last\"")))
}

/// Beginnings of commits in full.
pub(super) fn short(commit: &str) -> String {
    commit.chars().skip(commit.len() - 12).collect()
}
