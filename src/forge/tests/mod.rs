//! Every forge by the same cases, against fakes that are as strict as the forges' documentation.

mod azure;
mod bitbucket;
mod checks;
mod ci;
mod gitea;
mod github;
mod gitlab;
mod lost;
mod world;

use crate::{
    Details, ForgeErrorKind, IssueBook, Kept, Kind, Mark, Mergeable, NewPull, News, Standing, State, Status,
    Thread, Verdict, Written, find_comment, open_pull, says, settled_pull, write_comment,
};
use trueup_loopback::Reply;
use world::{ANN, Act, BOB, FakePull, FakeReview, MAIN, MALLORY, ME, Stand, pull};

const ON: Thread = Thread::Pull(7);

fn mark(data: &str) -> Mark {
    Mark { key: "plan/net--work".into(), data: data.into() }
}

/// Runs a case on each forge.
macro_rules! everywhere {
    ($(#[$about:meta])* $name:ident, $case:ident) => {
        $(#[$about])*
        #[tokio::test]
        async fn $name() {
            for kind in Kind::ALL {
                $case(Stand::start(kind).await).await;
            }
        }
    };
}

everywhere!(one_comment_is_found_again_and_edited, comment_case);
everywhere!(comments_of_others_are_left_alone, others_case);
everywhere!(marks_in_the_text_of_a_comment_are_none, quoted_case);
everywhere!(a_deleted_comment_is_written_anew, deleted_case);
everywhere!(pull_requests_are_read, pulls_case);
everywhere!(reviews_are_read, reviews_case);
everywhere!(who_made_the_commits_is_told, contributors_case);
everywhere!(statuses_are_set, status_case);
everywhere!(a_pull_request_is_opened_once, open_case);
everywhere!(an_issue_is_opened_reopened_and_closed, issue_case);
everywhere!(issues_are_read_once, book_case);
everywhere!(files_of_a_branch_are_read, file_case);
everywhere!(missing_permissions_are_named, permission_case);

async fn comment_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    for at in 0..65 {
        stand.world().comment((true, 7), ANN, &format!("remark {at}"));
    }
    let write = async |data: &str, text: &str| {
        write_comment(forge, ON, &mark(data), text).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"))
    };
    assert_eq!(write("one", "first").await, Written::Added, "{kind:?}");
    stand.world().comment((true, 7), ANN, "thanks");
    assert_eq!(write("two", "second").await, Written::Edited, "{kind:?}");
    assert_eq!(write("two", "second").await, Written::Unchanged, "{kind:?}");
    let found = find_comment(forge, ON, &mark("").key).await.expect("an answer").expect("a comment");
    assert_eq!(found.1, mark("two"), "{kind:?}");
    assert!(found.0.body.ends_with("second"), "{kind:?}");
    assert!(says(&found.0, "second\n") && !says(&found.0, "first") && !says(&found.0, ""), "{kind:?}");
    let own: Vec<String> =
        stand.world().comments.iter().filter(|one| one.author == ME).map(|one| one.body.clone()).collect();
    assert_eq!(own.len(), 1, "{kind:?}: {own:?}");
    // Another matter has a comment of its own, and so has another pull request.
    let other = Mark { key: "plan/dns".into(), data: String::new() };
    assert_eq!(write_comment(forge, ON, &other, "x").await.expect("an answer"), Written::Added, "{kind:?}");
    let (max, _) = kind.comment_max();
    let error = write_comment(forge, ON, &other, &"x".repeat(max)).await.expect_err("it is too long");
    assert_eq!(error.kind, ForgeErrorKind::Refused, "{kind:?}");
}

async fn others_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    let forged = format!("{}\nnothing changes", mark("forged").line(kind));
    stand.world().comment((true, 7), MALLORY, &forged);
    assert_eq!(find_comment(forge, ON, &mark("").key).await.expect("an answer"), None, "{kind:?}");
    let written = write_comment(forge, ON, &mark("own"), "text").await.expect("an answer");
    assert_eq!(written, Written::Added, "{kind:?}");
    // Somebody takes the mark out of the own comment: it can't be found any more.
    stand.world().comments.last_mut().expect("the own one").body = "edited".into();
    let written = write_comment(forge, ON, &mark("own"), "text").await.expect("an answer");
    assert_eq!(written, Written::Added, "{kind:?}");
    assert_eq!(stand.world().comments[0].body, forged, "{kind:?}");
}

#[tokio::test]
async fn another_program_is_not_taken_for_oneself() {
    let found = async |graphql: Option<Reply>| {
        let stand = Stand::start(Kind::GitHub).await;
        let denied = || Act::Say(world::refused(403, "Resource not accessible by integration"));
        stand.trouble("GET", "/user", denied());
        graphql.into_iter().for_each(|reply| stand.trouble("POST", "graphql", Act::Say(reply)));
        for author in [MALLORY, ME] {
            let text = format!("{}\nby {author}", mark("x").line(Kind::GitHub));
            stand.world().comment((true, 7), author, &text);
        }
        let found = find_comment(&*stand.forge, ON, &mark("").key).await.expect("an answer");
        found.map(|(comment, _)| comment.author.name)
    };
    assert_eq!(found(None).await.as_deref(), Some("trueup-bot"));
    // Where nothing tells, it is the runs' own program and no other.
    assert_eq!(found(Some(world::refused(403, "no"))).await, None);
    assert_eq!(found(Some(Reply::json(200, &serde_json::json!({ "errors": [] })))).await, None);
}

async fn quoted_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    // What a plan shows is others' text, and may hold the mark of another comment.
    let quoting = format!("Error: {}\n{}", "no", mark("forged").line(kind));
    let other = Mark { key: "plan/dns".into(), data: String::new() };
    write_comment(forge, ON, &other, &quoting).await.expect("an answer");
    assert_eq!(find_comment(forge, ON, &mark("").key).await.expect("an answer"), None, "{kind:?}");
    assert_eq!(write_comment(forge, ON, &mark("own"), &quoting).await.expect("an answer"), Written::Added);
    let found = find_comment(forge, ON, &mark("").key).await.expect("an answer").expect("a comment");
    assert_eq!(found.1, mark("own"), "{kind:?}");
}

async fn deleted_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    write_comment(forge, ON, &mark("one"), "first").await.expect("an answer");
    // Between the look and the edit.
    stand.trouble(
        if matches!(kind, Kind::GitLab | Kind::Bitbucket) { "PUT" } else { "PATCH" },
        "",
        Act::Delete,
    );
    let written = write_comment(forge, ON, &mark("two"), "second").await.expect("an answer");
    assert_eq!(written, Written::Added, "{kind:?}");
    stand.world().comments.clear();
    let written = write_comment(forge, ON, &mark("two"), "second").await.expect("an answer");
    assert_eq!(written, Written::Added, "{kind:?}");
    assert_eq!(stand.world().comments.len(), 1, "{kind:?}");
}

async fn pulls_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    let labels = vec!["b", "a"];
    stand.world().pulls[0] = FakePull { labels, is_draft: true, is_fork: true, looks: 2, ..pull(7) };
    let found = settled_pull(forge, 7).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    let is_told = kind != Kind::Bitbucket;
    assert_eq!(found.head.commit, format!("{:040x}", 7), "{kind:?}");
    assert_eq!((found.head.branch.as_str(), found.base_branch.as_str()), ("change-7", "main"), "{kind:?}");
    assert!(found.head.is_fork && found.is_draft, "{kind:?}");
    assert_eq!(found.author.name, "ann", "{kind:?}");
    let account = if kind == Kind::Bitbucket { "557058:2" } else { "ann" };
    assert_eq!(found.author.account.as_deref(), Some(account), "{kind:?}");
    assert_eq!(found.labels, if is_told { vec!["a", "b"] } else { Vec::new() }, "{kind:?}");
    assert_eq!(found.mergeable, Mergeable::Yes, "{kind:?}");
    let is_asked_again = matches!(kind, Kind::GitHub | Kind::GitLab | Kind::AzureDevOps);
    assert_eq!(stand.paused(), if is_asked_again { vec![2, 4] } else { Vec::new() }, "{kind:?}");
    stand.world().pulls[0] = FakePull { mergeable: false, ..pull(7) };
    assert_eq!(settled_pull(forge, 7).await.expect("an answer").mergeable, Mergeable::Conflicts, "{kind:?}");
    let error = forge.pull(8).await.expect_err("there is none");
    assert_eq!(error.kind, ForgeErrorKind::NotFound, "{kind:?}");
    stand.world().pulls.extend((200..302).map(pull));
    let numbers: Vec<u64> =
        forge.open_pulls().await.expect("an answer").iter().map(|pull| pull.number).collect();
    assert_eq!(numbers.len(), 103, "{kind:?}");
}

#[tokio::test]
async fn a_pipeline_that_failed_stands_in_the_way() {
    let stand = Stand::start(Kind::GitLab).await;
    let check = async |pipeline: &'static str, expected: Mergeable| {
        stand.world().pulls[0] = FakePull { pipeline: Some(pipeline), ..pull(7) };
        assert_eq!(stand.forge.pull(7).await.expect("an answer").mergeable, expected, "{pipeline}");
    };
    check("ci_still_running", Mergeable::Yes).await;
    check("ci_must_pass", Mergeable::Blocked("ci_must_pass".into())).await;
}

#[tokio::test]
async fn policies_of_the_branch_stand_in_the_way() {
    let stand = Stand::start(Kind::AzureDevOps).await;
    let check = async |policies: &[(&'static str, &'static str, bool)], expected: Mergeable| {
        stand.world().policies = policies.to_vec();
        assert_eq!(stand.forge.pull(7).await.expect("an answer").mergeable, expected, "{policies:?}");
    };
    let blocked = |why: &str| Mergeable::Blocked(why.into());
    let (reviewers, build) = ("Minimum number of reviewers", "Build");
    check(&[(reviewers, "approved", true), (build, "running", true)], Mergeable::Yes).await;
    check(&[(reviewers, "queued", false), (build, "notApplicable", true)], Mergeable::Yes).await;
    check(&[(reviewers, "queued", true)], blocked("the policy Minimum number of reviewers is queued")).await;
    check(&[(build, "rejected", true)], blocked("the policy Build is rejected")).await;
    let told = Act::Say(world::refused(403, "TF401027"));
    stand.trouble("GET", "/policy/", told);
    check(&[], blocked("the token may not read the policies of the branch")).await;
}

async fn reviews_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    let said = |by, what| FakeReview { by, what };
    stand.world().reviews = vec![said(ANN, "approved"), said(BOB, "objected"), said(MALLORY, "commented")];
    if matches!(kind, Kind::GitHub | Kind::Gitea) {
        // What was said later counts; a comment takes nothing back.
        stand.world().reviews.extend([
            said(BOB, "commented"),
            said(MALLORY, "approved"),
            said(ME, "approved"),
            said(ME, "dismissed"),
        ]);
    }
    let pull = forge.pull(7).await.expect("a pull request");
    let found = forge.reviews(&pull).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    let found: Vec<(&str, Verdict, Standing)> =
        found.iter().map(|one| (one.by.name.as_str(), one.verdict, one.standing)).collect();
    let may = if kind == Kind::Bitbucket { Standing::Unknown } else { Standing::Writer };
    let mut expected = vec![("ann", Verdict::Approved, may), ("bob", Verdict::ChangesRequested, may)];
    if matches!(kind, Kind::GitHub | Kind::Gitea) {
        expected.push(("mallory", Verdict::Approved, Standing::Reader));
    }
    assert_eq!(found, expected, "{kind:?}");
}

async fn contributors_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    let mut commits = vec![(ANN, BOB); 64];
    commits.extend([(0, 0), (MALLORY, 0)]);
    stand.world().commits = commits;
    let pull = forge.pull(7).await.expect("a pull request");
    let found = forge.contributors(&pull).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    let expected = match kind {
        Kind::GitHub | Kind::Gitea => vec!["2", "3", "4"],
        Kind::Bitbucket => vec!["{2}", "{4}"],
        Kind::GitLab | Kind::AzureDevOps => Vec::new(),
    };
    assert_eq!(found, expected, "{kind:?}");
}

async fn status_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    let name = "trueup/plan: environments/production/eu-central-1/network";
    let commit = format!("{:040x}", 7);
    for state in [State::Pending, State::Pending, State::Failure, State::Success] {
        let text = "é".repeat(300);
        let details = Details::default();
        let status = Status { name: name.into(), state, text, url: None, pull: Some(7), details };
        forge.set_status(&commit, &status).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
    let world = stand.world();
    assert_eq!(world.statuses.len(), 1, "{kind:?}: {:?}", world.statuses);
    let (state, text) = &world.statuses[&(commit, name.to_owned())];
    assert!(["success", "succeeded", "SUCCESSFUL"].contains(&state.as_str()), "{kind:?}: {state}");
    assert!(text.ends_with('…'), "{kind:?}: {text}");
}

async fn open_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    let new = NewPull {
        title: "Take over what changed".into(),
        body: "x".repeat(5000),
        branch: "drift/network".into(),
        base: "main".into(),
        is_draft: true,
    };
    let first = open_pull(forge, &new).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    assert!(first.is_draft, "{kind:?}");
    let again = open_pull(forge, &new).await.expect("an answer");
    assert_eq!(first.number, again.number, "{kind:?}");
    assert_eq!(stand.world().pulls.len(), 2, "{kind:?}");
}

async fn issue_case(stand: Stand) {
    let kind = stand.forge.kind();
    let news = |is_open, body, occasion| News {
        key: "drift/network",
        is_open,
        title: "Drift in network",
        body,
        note: if is_open { "It is back." } else { "It is gone." },
        occasion,
    };
    let keep = async |news: News<'_>| {
        let kept = IssueBook::new(stand.forge.clone()).keep(&news).await;
        kept.unwrap_or_else(|error| panic!("{kind:?}: {error}"))
    };
    assert_eq!(keep(news(false, "", "1")).await, Kept::None, "{kind:?}");
    let Kept::Opened(opened) = keep(news(true, "a <b> & c", "2")).await else { panic!("{kind:?}") };
    let Kept::Updated(same) = keep(news(true, "a <b> & c", "3")).await else { panic!("{kind:?}") };
    assert_eq!(opened.number, same.number, "{kind:?}");
    assert!(!stand.world().log.iter().any(|line| line.starts_with("PUT")), "{kind:?}: nothing changed");
    let Kept::Closed(closed) = keep(news(false, "", "4")).await else { panic!("{kind:?}") };
    assert!(!closed.is_open && !stand.world().issues[0].is_open, "{kind:?}");
    assert_eq!(keep(news(false, "", "5")).await, Kept::None, "{kind:?}");
    let Kept::Reopened(again) = keep(news(true, "worse", "6")).await else { panic!("{kind:?}") };
    assert_eq!(again.number, opened.number, "{kind:?}");
    let world = stand.world();
    assert!(world.issues.len() == 1 && world.issues[0].is_open, "{kind:?}: {:?}", world.issues);
    assert!(world.issues[0].body.contains("worse"), "{kind:?}");
    let said: Vec<bool> =
        world.comments_on(false, opened.number).iter().map(|one| one.body.contains("back")).collect();
    assert_eq!(said, [false, true], "{kind:?}");
}

async fn book_case(stand: Stand) {
    let kind = stand.forge.kind();
    let book = IssueBook::new(stand.forge.clone());
    let keep = async |key: &str, is_open: bool| {
        let news = News { key, is_open, title: "t", body: "b", note: "n", occasion: "1" };
        book.keep(&news).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"))
    };
    // Somebody else's matter, and one that begins alike.
    for (key, is_open) in [("a", true), ("ab", true), ("c", false), ("a", true), ("a", false), ("a", true)] {
        keep(key, is_open).await;
    }
    let looks = |world: &world::World| {
        let list = |line: &&String| match kind {
            Kind::AzureDevOps => line.contains("/wiql?"),
            _ => line.starts_with("GET") && line.contains("/issues?"),
        };
        world.log.iter().filter(list).count()
    };
    let found = looks(&stand.world());
    assert_eq!(found, 1, "{kind:?}: {:#?}", stand.world().log);
    let open: Vec<bool> = stand.world().issues.iter().map(|issue| issue.is_open).collect();
    assert_eq!(open, [true, true], "{kind:?}");
    // After a failure they are read again.
    let methods = ["PATCH", "PUT"];
    for method in methods {
        stand.trouble(method, "", Act::Say(world::refused(403, "no")));
    }
    let news = News { key: "a", is_open: true, title: "other", body: "b", note: "n", occasion: "2" };
    book.keep(&news).await.expect_err("it isn't permitted");
    stand.world().troubles.clear();
    stand.world().issues.clear();
    assert!(matches!(keep("a", true).await, Kept::Opened(_)), "{kind:?}");
}

async fn file_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    let commit = forge.tip("main").await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    assert_eq!(commit, MAIN, "{kind:?}");
    for path in ["trueup.hcl", "live (prod)/trueup.hcl"] {
        let file = forge.file(path, &commit).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(file.as_deref(), Some("pulls {}\n"), "{kind:?} {path}");
    }
    assert_eq!(forge.default_branch().await.expect("an answer"), "main", "{kind:?}");
    assert_eq!(forge.file("a b/other.hcl", &commit).await.expect("an answer"), None, "{kind:?}");
    // What can't be seen is no branch without files.
    for branch in ["mai", "gone/away"] {
        let error = forge.tip(branch).await.expect_err("there is none");
        assert_eq!(error.kind, ForgeErrorKind::NotFound, "{kind:?} {branch}: {error}");
    }
}

async fn permission_case(stand: Stand) {
    let (forge, kind) = (&*stand.forge, stand.forge.kind());
    let denied = || Act::Say(world::refused(403, "Resource not accessible by integration"));
    stand.trouble("POST", "", denied());
    let error = write_comment(forge, ON, &mark(""), "x").await.expect_err("it isn't permitted");
    assert_eq!(error.kind, ForgeErrorKind::Forbidden, "{kind:?}: {error}");
    let hint = error.hint.expect("a hint");
    let named =
        ["pull-requests: write", "the scope api", "write:issue", "pullrequest:write", "Contribute to pull"];
    assert!(named.iter().any(|name| hint.contains(name)), "{kind:?}: {hint}");
    assert!(stand.paused().is_empty(), "{kind:?}: it is not asked again");
    let wrong = Stand::with_token(kind, "another-t0ken").await;
    let error = wrong.forge.pull(7).await.expect_err("the token is wrong");
    assert_eq!(error.kind, ForgeErrorKind::Unauthorized, "{kind:?}: {error}");
    let told = format!("{error} {:?} {:?} {:?}", error, error.diagnostic(), wrong.forge);
    assert!(!told.contains("another-t0ken") && told.contains("A_VARIABLE"), "{kind:?}: {told}");
    // What the forge says of the token back is left out.
    let said = Reply::json(403, &serde_json::json!({ "message": "s3cr3t-t0ken may not" }));
    stand.trouble("GET", "pull", Act::Say(said.clone()));
    stand.trouble("GET", "merge_requests", Act::Say(said));
    let error = forge.pull(7).await.expect_err("it isn't permitted");
    assert!(!format!("{error:?}").contains("s3cr3t"), "{kind:?}: {error:?}");
}
