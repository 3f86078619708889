//! What a proposal makes of a repository: a branch at the remote, and nothing else.

use crate::sandbox::{Sandbox, run_git};
use std::collections::BTreeMap;
use std::path::PathBuf;
use trueup_source::{Goal, Proposal, Pushed, SourceError, goal, propose};

const BRANCH: &str = "trueup/drift/env";

/// A repository with a remote, and a file that is neither tracked nor ignored.
fn cloned() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.init("work");
    sandbox.write("work/env/main.tf", "size = 1\n");
    sandbox.write("work/env/näh, \"x\".tf", "size = 1\n");
    sandbox.write("work/other.tf", "# other\n");
    sandbox.commit("work", "first");
    sandbox.write("work/notes.txt", "mine\n");
    sandbox.git("work", &["clone", "--quiet", "--bare", ".", "../remote.git"]);
    sandbox.git("work", &["remote", "add", "origin", "../remote.git"]);
    sandbox.git("work", &["config", "user.name", "T"]);
    sandbox.git("work", &["config", "user.email", "t@example.com"]);
    sandbox
}

type Proposed = (Goal, Pushed);

fn proposed(sandbox: &Sandbox, path: &str, text: &str) -> Result<Proposed, SourceError> {
    proposed_into(sandbox, None, (path, text))
}

fn proposed_into(
    sandbox: &Sandbox,
    base: Option<&str>,
    (path, text): (&str, &str),
) -> Result<Proposed, SourceError> {
    let files: BTreeMap<PathBuf, String> = [(sandbox.path(path), text.to_owned())].into();
    let goal = goal(&sandbox.path("work/env"), base)?;
    // No system takes a word of this length.
    let message = format!("Take over\n\n{}", "- something.somewhere: an attribute\n".repeat(10_000));
    let proposal = Proposal { branch: BRANCH, goal: &goal, message: &message, files: &files };
    let pushed = propose(&sandbox.path("work/env"), &proposal)?;
    Ok((goal, pushed))
}

#[track_caller]
fn outcome(found: Result<Proposed, SourceError>) -> Pushed {
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((found.0.remote.as_str(), found.0.base.as_str()), ("origin", "main"));
    found.1
}

#[track_caller]
fn refused(found: Result<Proposed, SourceError>, expected: &str) {
    let error = found.expect_err(expected);
    assert!(error.to_string().contains(expected), "{expected}: {error}");
}

#[test]
fn a_proposal_is_a_branch_at_the_remote() {
    let sandbox = cloned();
    let before = sandbox.git("work", &["status", "--short"]);
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "size = 2\n")), Pushed::New);
    let at = |words: &[&str]| run_git(&sandbox.path("remote.git"), words);
    let of = |name: &str| at(&["show", &format!("{BRANCH}:{name}")]);
    assert_eq!((of("env/main.tf"), of("other.tf")), ("size = 2".into(), "# other".into()));
    let head = sandbox.git("work", &["rev-parse", "HEAD"]);
    assert_eq!(at(&["log", "-1", "--format=%s|%P", BRANCH]), format!("Take over|{head}"));
    assert_eq!(at(&["diff", "--name-only", "main", BRANCH]), "env/main.tf");
    assert_eq!(sandbox.git("work", &["status", "--short"]), before, "here nothing changed");
    assert_eq!(sandbox.git("work", &["branch", "--format=%(refname:short)"]), "main");
    assert_eq!(sandbox.read("work/env/main.tf"), "size = 1\n");
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "size = 2\n")), Pushed::Same);
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "size = 3\n")), Pushed::Updated);
    assert_eq!(of("env/main.tf"), "size = 3");
    let odd = "env/näh, \"x\".tf";
    assert_eq!(outcome(proposed(&sandbox, &format!("work/{odd}"), "size = 4\n")), Pushed::Updated);
    assert_eq!(
        (of(odd), of("env/main.tf")),
        ("size = 4".into(), "size = 1".into()),
        "nothing of the one before"
    );
}

#[test]
fn a_base_that_moved_moves_a_proposal_where_its_files_did() {
    let sandbox = cloned();
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "size = 2\n")), Pushed::New);
    let tip = || run_git(&sandbox.path("remote.git"), &["rev-parse", BRANCH]);
    let first = tip();
    sandbox.write("work/other.tf", "# moved\n");
    sandbox.commit("work", "second");
    refused(proposed(&sandbox, "work/env/main.tf", "size = 2\n"), "is not in main of origin");
    sandbox.git("work", &["push", "--quiet", "origin", "main"]);
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "size = 2\n")), Pushed::Same);
    assert_eq!(tip(), first);
    sandbox.write("work/env/main.tf", "# more\nsize = 1\n");
    sandbox.commit("work", "third");
    sandbox.git("work", &["push", "--quiet", "origin", "main"]);
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "# more\nsize = 2\n")), Pushed::Updated);
    // Behind the remote is fine: what is checked out is in it.
    sandbox.git("work", &["reset", "--quiet", "--hard", "HEAD~1"]);
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "size = 2\n")), Pushed::Updated);
    // Once merged, the branch is free.
    sandbox.git("remote.git", &["update-ref", "refs/heads/main", &format!("refs/heads/{BRANCH}")]);
    sandbox.git("work", &["pull", "--quiet", "origin", "main"]);
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "size = 5\n")), Pushed::Updated);
}

#[test]
fn commits_that_a_base_has_lost_are_not_proposed() {
    let sandbox = cloned();
    sandbox.write("work/other.tf", "# lost\n");
    sandbox.commit("work", "second");
    sandbox.git("work", &["push", "--quiet", "origin", "main"]);
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "size = 2\n")), Pushed::New);
    sandbox.git("work", &["reset", "--quiet", "--hard", "HEAD~1"]);
    sandbox.git("work", &["push", "--quiet", "--force", "origin", "main"]);
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "size = 2\n")), Pushed::Updated);
    let brought = run_git(&sandbox.path("remote.git"), &["diff", "--name-only", &format!("main...{BRANCH}")]);
    assert_eq!(brought, "env/main.tf");
}

#[test]
fn a_goal_is_where_git_pushes_to() {
    let sandbox = cloned();
    sandbox.git("work", &["remote", "add", "fork", "https://me:hush@h/me/infra.git"]);
    let found = |sandbox: &Sandbox| goal(&sandbox.path("work/env"), None);
    let addresses = |sandbox: &Sandbox| found(sandbox).map(|goal| (goal.remote, goal.addresses));
    assert_eq!(addresses(&sandbox), Ok(("origin".into(), vec!["../remote.git".into()])));
    sandbox.git("work", &["config", "branch.main.remote", "fork"]);
    let without = vec!["https://h/me/infra.git".to_owned()];
    assert_eq!(addresses(&sandbox), Ok(("fork".into(), without)), "nobody is told the password");
    for url in ["git@h:a/infra.git", "git@h:b/infra.git"] {
        sandbox.git("work", &["remote", "set-url", "--add", "--push", "fork", url]);
    }
    let both = vec!["git@h:a/infra.git".to_owned(), "git@h:b/infra.git".to_owned()];
    assert_eq!(addresses(&sandbox), Ok(("fork".into(), both)));
    sandbox.git("work", &["config", "branch.main.remote", "nowhere"]);
    assert!(found(&sandbox).is_err());
}

#[test]
fn commits_of_others_are_left() {
    let sandbox = cloned();
    outcome(proposed(&sandbox, "work/env/main.tf", "size = 2\n"));
    sandbox.git("work", &["fetch", "--quiet", "origin", BRANCH]);
    sandbox.git("work", &["checkout", "--quiet", "-b", "theirs", "FETCH_HEAD"]);
    sandbox.commit("work", "mine");
    sandbox.git("work", &["push", "--quiet", "origin", &format!("theirs:{BRANCH}")]);
    let tip = || run_git(&sandbox.path("remote.git"), &["rev-parse", BRANCH]);
    let theirs = tip();
    sandbox.git("work", &["checkout", "--quiet", "main"]);
    assert_eq!(outcome(proposed(&sandbox, "work/env/main.tf", "size = 3\n")), Pushed::Theirs);
    assert_eq!(tip(), theirs);
}

#[test]
fn a_shallow_clone_without_a_branch_is_enough() {
    let sandbox = cloned();
    sandbox.write("work/other.tf", "# second\n");
    sandbox.commit("work", "second");
    sandbox.git("work", &["push", "--quiet", "origin", "main"]);
    std::fs::rename(sandbox.path("work"), sandbox.path("first")).expect("moved");
    let from = format!("file://{}", sandbox.path("remote.git").display());
    sandbox.git("", &["clone", "--quiet", "--depth=1", &from, "work"]);
    sandbox.git("work", &["checkout", "--quiet", "--detach"]);
    refused(proposed(&sandbox, "work/env/main.tf", "size = 2\n"), "no branch is checked out");
    let into_main = |text: &str| proposed_into(&sandbox, Some("main"), ("work/env/main.tf", text));
    assert_eq!(outcome(into_main("size = 2\n")), Pushed::New);
    assert_eq!(outcome(into_main("size = 2\n")), Pushed::Same);
    assert_eq!(outcome(into_main("size = 3\n")), Pushed::Updated);
    // The base moves on, and a build server clones anew.
    sandbox.write("first/other.tf", "# third\n");
    sandbox.commit("first", "third");
    sandbox.git("first", &["push", "--quiet", "origin", "main"]);
    std::fs::rename(sandbox.path("work"), sandbox.path("second")).expect("moved");
    sandbox.git("", &["clone", "--quiet", "--depth=1", &from, "work"]);
    sandbox.git("work", &["checkout", "--quiet", "--detach"]);
    assert_eq!(outcome(into_main("size = 3\n")), Pushed::Same);
    refused(proposed_into(&sandbox, Some("gone"), ("work/env/main.tf", "x\n")), "has no branch gone");
}

#[test]
fn what_can_not_be_proposed_is_told() {
    let sandbox = cloned();
    let check = |path: &str, expected: &str| refused(proposed(&sandbox, path, "x\n"), expected);
    check("work/notes.txt", "is not in the commit");
    sandbox.write("work/env/main.tf", "size = 5\n");
    check("work/env/main.tf", "differs from the commit");
    sandbox.write("elsewhere.tf", "");
    check("elsewhere.tf", "lies outside of it");
    sandbox.write("remote.git/hooks/pre-receive", "#!/bin/sh\necho no entry >&2\nexit 1\n");
    let hook = sandbox.path("remote.git/hooks/pre-receive");
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(&hook, mode).expect("it is ours");
    check("work/other.tf", "no entry");
    sandbox.git("work", &["remote", "set-url", "origin", "https://me:hush@localhost:1/x.git"]);
    let error = proposed(&sandbox, "work/other.tf", "x\n").expect_err("nobody is there");
    assert!(!format!("{error:?}").contains("hush"), "{error:?}");
    sandbox.git("work", &["remote", "remove", "origin"]);
    check("work/other.tf", "origin");
}
