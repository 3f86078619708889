//! Answers that are lost, late or elsewhere.

use super::world::{Act, Stand, refused};
use super::{ON, mark};
use crate::{
    ForgeErrorKind, IssueBook, Kept, Kind, NewPull, News, Pace, Place, Token, Written, connect, open_pull,
    write_comment,
};
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use trueup_loopback::{Answers, Reply, Request, serve};

/// Where comments are posted.
const fn comments(kind: Kind) -> &'static str {
    match kind {
        Kind::GitLab => "notes",
        Kind::AzureDevOps => "threads",
        _ => "comments",
    }
}

#[tokio::test]
async fn a_comment_whose_answer_is_lost_stands_there_once() {
    for kind in Kind::ALL {
        for act in [Act::CutBefore, Act::CutAfter, Act::FailAfter, Act::Say(refused(503, "busy"))] {
            let stand = Stand::start(kind).await;
            stand.trouble("POST", comments(kind), act.clone());
            let written = write_comment(&*stand.forge, ON, &mark("a"), "text").await;
            let written = written.unwrap_or_else(|error| panic!("{kind:?} {act:?}: {error}"));
            assert!(matches!(written, Written::Added | Written::Unchanged), "{kind:?} {act:?}");
            assert_eq!(stand.world().comments.len(), 1, "{kind:?} {act:?}");
        }
    }
}

#[tokio::test]
async fn what_is_opened_is_opened_once() {
    for kind in Kind::ALL {
        for act in [Act::CutBefore, Act::CutAfter, Act::FailAfter] {
            let stand = Stand::start(kind).await;
            let path = match kind {
                Kind::GitLab => "merge_requests",
                Kind::Bitbucket | Kind::AzureDevOps => "pullrequests",
                _ => "pulls",
            };
            stand.trouble("POST", path, act.clone());
            let new = NewPull {
                title: "t".into(),
                body: "b".into(),
                branch: "drift".into(),
                base: "main".into(),
                is_draft: false,
            };
            open_pull(&*stand.forge, &new).await.unwrap_or_else(|error| panic!("{kind:?} {act:?}: {error}"));
            assert_eq!(stand.world().pulls.len(), 2, "{kind:?} {act:?}");
            stand.trouble("POST", if kind == Kind::AzureDevOps { "$issue" } else { "issues" }, act.clone());
            let news = News { key: "k", is_open: true, title: "t", body: "b", note: "n", occasion: "1" };
            let kept = IssueBook::new(stand.forge.clone()).keep(&news).await;
            assert!(matches!(kept, Ok(Kept::Opened(_))), "{kind:?} {act:?}: {kept:?}");
            assert_eq!(stand.world().issues.len(), 1, "{kind:?} {act:?}");
        }
    }
}

#[tokio::test]
async fn reads_are_made_again() {
    for kind in Kind::ALL {
        for act in [Act::CutBefore, Act::Say(refused(500, "oops")), Act::Say(refused(502, ""))] {
            let stand = Stand::start(kind).await;
            stand.trouble("GET", "7", act.clone());
            stand.forge.pull(7).await.unwrap_or_else(|error| panic!("{kind:?} {act:?}: {error}"));
        }
        let stand = Stand::start(kind).await;
        for _ in 0..4 {
            stand.trouble("GET", "7", Act::Say(refused(500, "oops")));
        }
        let error = stand.forge.pull(7).await.expect_err("it never answers");
        assert_eq!(error.kind, ForgeErrorKind::Unanswered, "{kind:?}: {error}");
        assert_eq!(stand.paused(), [1, 2, 4], "{kind:?}");
    }
}

#[tokio::test]
async fn limits_of_requests_are_kept() {
    let check = async |kind: Kind, reply: Reply, expected: u64| {
        let stand = Stand::start(kind).await;
        stand.trouble("POST", comments(kind), Act::Say(reply.clone()));
        let written = write_comment(&*stand.forge, ON, &mark(""), "text").await;
        written.unwrap_or_else(|error| panic!("{kind:?} {reply:?}: {error}"));
        assert_eq!(stand.paused(), [expected], "{kind:?} {reply:?}");
        assert_eq!(stand.world().comments.len(), 1, "{kind:?} {reply:?}");
    };
    for kind in Kind::ALL {
        check(kind, refused(429, "too many").with("Retry-After", "7"), 7).await;
        let unnamed = if kind == Kind::GitHub { 60 } else { 2 };
        check(kind, refused(429, "too many"), unnamed).await;
    }
    let secondary = "You have exceeded a secondary rate limit.";
    check(Kind::GitHub, refused(403, secondary).with("Retry-After", "9"), 9).await;
    check(Kind::GitHub, refused(403, secondary), 60).await;
    let used_up = refused(403, "API rate limit exceeded")
        .with("X-RateLimit-Remaining", "0")
        .with("X-RateLimit-Reset", "1655120964")
        .with("Date", "Mon, 13 Jun 2022 11:48:54 GMT");
    check(Kind::GitHub, used_up.clone(), 31).await;
    // An hour is not waited.
    let stand = Stand::start(Kind::GitHub).await;
    stand.trouble("POST", "comments", Act::Say(refused(429, "").with("Retry-After", "3600")));
    let error = write_comment(&*stand.forge, ON, &mark(""), "text").await.expect_err("it is too long");
    assert_eq!(error.kind, ForgeErrorKind::Throttled, "{error}");
    assert!(stand.paused().is_empty());
}

#[tokio::test]
async fn what_is_not_understood_is_told() {
    for kind in Kind::ALL {
        for (reply, part) in [
            (Reply { status: 200, body: b"<html>".to_vec(), ..Reply::default() }, "not JSON"),
            (Reply::json(200, &serde_json::json!({ "hello": 1 })), "lacks"),
        ] {
            let stand = Stand::start(kind).await;
            stand.trouble("GET", "7", Act::Say(reply));
            let error = stand.forge.pull(7).await.expect_err("it can't be understood");
            assert_eq!(error.kind, ForgeErrorKind::Unintelligible, "{kind:?}");
            assert!(error.cause.contains(part), "{kind:?}: {error}");
        }
    }
}

/// Notes every request, and has nothing.
#[derive(Default)]
struct Elsewhere(Mutex<Vec<Request>>);

#[async_trait]
impl Answers for Elsewhere {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        self.0.lock().expect("no holder panics").push(request.clone());
        Some(Reply::empty(204))
    }
}

#[tokio::test]
async fn a_token_is_carried_nowhere_else() {
    for kind in Kind::ALL {
        let elsewhere = Arc::new(Elsewhere::default());
        let mut address = String::new();
        serve(|url| {
            address = url;
            elsewhere.clone()
        })
        .await;
        let stand = Stand::start(kind).await;
        for status in [301, 302, 307, 308] {
            let moved = Reply::empty(status).with("Location", &format!("{address}/x/y"));
            stand.trouble("GET", "7", Act::Say(moved));
            let error = stand.forge.pull(7).await.expect_err("it isn't followed");
            assert_eq!(error.kind, ForgeErrorKind::Refused, "{kind:?} {status}: {error}");
        }
        assert!(elsewhere.0.lock().expect("no holder panics").is_empty(), "{kind:?}");
        // On the same server it is followed.
        let path = match kind {
            Kind::GitHub => "/repos/acme/infra/pulls/7",
            Kind::GitLab => "/api/v4/projects/acme%2Finfra/merge_requests/7",
            Kind::Gitea => "/api/v1/repos/acme/infra/pulls/7",
            Kind::Bitbucket => "/2.0/repositories/acme/infra/pullrequests/7",
            Kind::AzureDevOps => "/org/acme/_apis/git/repositories/infra/pullRequests/7?api-version=7.1",
        };
        stand.trouble("GET", "7", Act::Say(Reply::empty(301).with("Location", path)));
        stand.forge.pull(7).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
}

#[tokio::test]
async fn nobody_listening_is_told() {
    let place = Place { kind: Kind::Gitea, api: "http://127.0.0.1:1".into(), repository: "a/b".into() };
    let forge = connect(&place, Token::new(Kind::Gitea, "x", "X"), Pace::new(|_| Box::pin(async {})));
    let error = forge.expect("a forge").pull(1).await.expect_err("nobody is there");
    assert_eq!(error.kind, ForgeErrorKind::Unanswered, "{error}");
    let place = Place { repository: "a".into(), ..place };
    let error =
        connect(&place, Token::new(Kind::Gitea, "x", "X"), Pace::default()).expect_err("no repository");
    assert_eq!(error.kind, ForgeErrorKind::Unconfigured, "{error}");
}
