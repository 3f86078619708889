//! What `describe` says about a directory.

use crate::sandbox::{Sandbox, run_git};
use trueup_source::{GitInfo, describe, link_on_the_way};

fn info(sandbox: &Sandbox, relative: &str) -> GitInfo {
    describe(&sandbox.path(relative)).expect("it can be read").expect("it is a repository")
}

#[test]
fn outside_of_a_repository_there_is_nothing_to_say() {
    let sandbox = Sandbox::new();
    assert_eq!(describe(&sandbox.path("")).unwrap(), None);
    let error = describe(&sandbox.path("missing")).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}

#[test]
fn a_broken_repository_is_an_error_and_not_an_absence() {
    let sandbox = Sandbox::new();
    sandbox.write(".git/HEAD", "nonsense");
    let error = describe(&sandbox.path("")).unwrap_err();
    assert!(error.to_string().contains("open the Git repository"), "{error}");
}

#[test]
fn an_unborn_branch_has_a_name_and_no_commit() {
    let sandbox = Sandbox::new();
    sandbox.init("");
    let found = info(&sandbox, "");
    assert_eq!((found.commit, found.branch.as_deref(), found.dirty), (None, Some("main"), false));
    sandbox.write("main.tf", "");
    assert!(info(&sandbox, "").dirty, "an untracked file");
    sandbox.git("", &["add", "main.tf"]);
    assert!(info(&sandbox, "").dirty, "a staged file");
}

#[test]
fn commit_branch_and_root_are_told_from_a_subdirectory() {
    let sandbox = Sandbox::new();
    let (first, _) = sandbox.module_repository("r");
    let found = info(&sandbox, "r/sub/deep");
    let expected = GitInfo {
        commit: Some(first.clone()),
        branch: Some("main".to_owned()),
        dirty: false,
        root: sandbox.path("r"),
        remote: None,
    };
    assert_eq!(found, expected);
    sandbox.git("r", &["checkout", "--quiet", "--detach"]);
    let found = info(&sandbox, "r");
    assert_eq!((found.commit, found.branch), (Some(first), None));
    sandbox.git("r", &["checkout", "--quiet", "-b", "feat/one"]);
    assert_eq!(info(&sandbox, "r").branch.as_deref(), Some("feat/one"));
}

#[test]
fn every_kind_of_change_is_dirt_and_ignored_files_are_not() {
    type Change = fn(&Sandbox);
    let cases: [(&str, bool, Change); 8] = [
        ("nothing", false, |_| {}),
        ("an edit", true, |s| s.write("r/main.tf", "# edited\n")),
        ("an untracked file", true, |s| s.write("r/new.tf", "")),
        ("an untracked file deep down", true, |s| s.write("r/sub/deep/new/x.tf", "")),
        ("an ignored file", false, |s| s.write("r/x.ignored", "")),
        ("a staged edit", true, |s| {
            s.write("r/main.tf", "# staged\n");
            s.git("r", &["add", "."]);
        }),
        ("a deleted file", true, |s| std::fs::remove_file(s.path("r/main.tf")).unwrap()),
        ("a file rewritten as it was", false, |s| s.write("r/main.tf", "# first\n")),
    ];
    for (name, dirty, change) in cases {
        let sandbox = Sandbox::new();
        sandbox.module_repository("r");
        sandbox.write("r/.gitignore", "*.ignored\n");
        sandbox.commit("r", "ignore");
        change(&sandbox);
        assert_eq!(info(&sandbox, "r").dirty, dirty, "{name}");
        assert_eq!(info(&sandbox, "r/sub").dirty, dirty, "{name}, asked from a subdirectory");
    }
}

#[test]
fn the_remote_is_told_without_credentials() {
    let cases = [
        ("https://user:secret@example.com/a/b.git", "https://example.com/a/b.git"),
        ("https://secret@example.com/a/b.git", "https://example.com/a/b.git"),
        ("ssh://git@example.com/a/b.git", "ssh://git@example.com/a/b.git"),
        ("git@example.com:a/b.git", "git@example.com:a/b.git"),
    ];
    for (configured, expected) in cases {
        let sandbox = Sandbox::new();
        sandbox.module_repository("r");
        sandbox.git("r", &["remote", "add", "origin", configured]);
        assert_eq!(info(&sandbox, "r").remote.as_deref(), Some(expected));
    }
}

#[test]
fn linked_worktrees_and_bare_repositories_are_repositories() {
    let sandbox = Sandbox::new();
    let (first, second) = sandbox.module_repository("r");
    sandbox.git("r", &["worktree", "add", "--quiet", "../linked", "next"]);
    let found = info(&sandbox, "linked");
    assert_eq!((found.commit, found.root, found.dirty), (Some(second), sandbox.path("linked"), false));
    run_git(&sandbox.path(""), &["clone", "--quiet", "--bare", "r", "bare.git"]);
    let found = info(&sandbox, "bare.git");
    assert_eq!((found.commit, found.root, found.dirty), (Some(first), sandbox.path("bare.git"), false));
}

#[cfg(unix)]
#[test]
fn links_of_the_repository_on_the_way_to_a_directory_are_found() {
    let sandbox = Sandbox::new();
    sandbox.init("r");
    sandbox.write("r/live/net/main.tf", "");
    sandbox.write("other/main.tf", "");
    let link = |target: &str, at: &str| {
        std::os::unix::fs::symlink(sandbox.path(target), sandbox.path(at)).unwrap();
    };
    link("r/live", "r/now");
    link("r", "outside");
    let check = |written: &str, expected: Option<&str>| {
        let found = link_on_the_way(&sandbox.path(written)).expect("it can be read");
        assert_eq!(found, expected.map(|at| sandbox.path(at)), "{written}");
    };
    check("r", None);
    check("r/live/net", None);
    check("other", None);
    check("r/now", Some("r/now"));
    check("r/now/net", Some("r/now"));
    check("r/live/../now/net/..", Some("r/live/../now"));
    // Nobody who commits to the repository has made this one.
    check("outside/live", None);
    check("outside/now/net", Some("outside/now"));
    assert!(link_on_the_way(&sandbox.path("r/missing")).is_err());
}
