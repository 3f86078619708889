//! What `changes_since` finds, beside what was done.

use crate::sandbox::Sandbox;
use trueup_source::{Changes, changes_since, is_in_history, text_at, texts_at};

/// `main` with two files; the branch `work`, one commit ahead, is checked out, and `main` went on.
fn branched() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.init("");
    for path in ["a/main.tf", "b/main.tf", "c/main.tf", "trueup.hcl"] {
        sandbox.write(path, &format!("# {path}\n"));
    }
    let base = sandbox.commit("", "first");
    sandbox.git("", &["checkout", "--quiet", "-b", "work"]);
    sandbox.write("a/main.tf", "# changed\n");
    sandbox.write("trueup.hcl", "# changed\n");
    sandbox.commit("", "work");
    sandbox.git("", &["checkout", "--quiet", "main"]);
    sandbox.write("b/main.tf", "# others\n");
    sandbox.commit("", "others");
    sandbox.git("", &["checkout", "--quiet", "work"]);
    (sandbox, base)
}

fn since(sandbox: &Sandbox, reference: &str) -> Changes {
    changes_since(&sandbox.path("a"), reference).unwrap_or_else(|error| panic!("{reference}: {error}"))
}

fn paths(changes: &Changes) -> Vec<&str> {
    changes.paths.iter().map(String::as_str).collect()
}

#[test]
fn what_the_branch_did_is_found_and_what_others_did_is_not() {
    let (sandbox, base) = branched();
    let changes = since(&sandbox, "main");
    assert_eq!(changes.base, base);
    assert_eq!(paths(&changes), ["a/main.tf", "trueup.hcl"]);
    let before = text_at(&sandbox.path(""), &changes.base, "trueup.hcl").expect("it can be read");
    assert_eq!(before.as_deref(), Some("# trueup.hcl\n"));
    assert_eq!(text_at(&sandbox.path(""), &changes.base, "a/other.tf"), Ok(None));
    assert_eq!(paths(&since(&sandbox, &base)), ["a/main.tf", "trueup.hcl"]);
    assert_eq!(paths(&since(&sandbox, "HEAD")), Vec::<&str>::new());
}

#[test]
fn the_files_of_a_commit_are_read_whatever_is_checked_out() {
    let (sandbox, base) = branched();
    let check = |commit: &str, ending: &str, expected: &[(&str, &str)]| {
        let found = texts_at(&sandbox.path("a"), commit, |path| path.ends_with(ending)).expect("a commit");
        let found: Vec<(&str, &str)> =
            found.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert_eq!(found, expected, "{ending} of {commit}");
    };
    check(&base, "a/main.tf", &[("a/main.tf", "# a/main.tf\n")]);
    check("work", "a/main.tf", &[("a/main.tf", "# changed\n")]);
    let all = [("a/main.tf", "# a/main.tf\n"), ("b/main.tf", "# others\n"), ("c/main.tf", "# c/main.tf\n")];
    check("main", ".tf", &all);
    check("main", ".hcl2", &[]);
    assert!(texts_at(&sandbox.path(""), "nowhere", |_| true).is_err());
}

#[test]
fn a_commit_is_in_a_history_or_not() {
    let (sandbox, base) = branched();
    let check = |commit: &str, reference: &str, expected: bool| {
        let found = is_in_history(&sandbox.path(""), commit, reference);
        assert_eq!(found, Ok(expected), "{commit} in {reference}");
    };
    check(&base, "main", true);
    check(&base, "work", true);
    check("main", "main", true);
    check("main", "work", false);
    check("work", "main", false);
    assert!(is_in_history(&sandbox.path(""), &base, "nowhere").is_err());
}

#[test]
fn what_is_not_committed_counts() {
    let (sandbox, _) = branched();
    sandbox.write("new/deep/main.tf", "");
    sandbox.write("c/main.tf", "# staged\n");
    sandbox.git("", &["add", "c/main.tf"]);
    sandbox.git("", &["mv", "b/main.tf", "b/moved.tf"]);
    sandbox.write(".gitignore", "*.log\n");
    sandbox.write("run.log", "");
    let changes = since(&sandbox, "HEAD");
    assert_eq!(paths(&changes), [".gitignore", "b/main.tf", "b/moved.tf", "c/main.tf", "new/deep/main.tf"]);
}

#[test]
fn a_branch_of_the_remote_is_found_and_a_missing_one_is_told() {
    let (sandbox, _) = branched();
    sandbox.git("", &["clone", "--quiet", "--no-local", ".", "clone"]);
    sandbox.git("clone", &["checkout", "--quiet", "--detach"]);
    let changes = changes_since(&sandbox.path("clone"), "main").expect("origin/main is there");
    assert_eq!(paths(&changes), ["a/main.tf", "trueup.hcl"]);
    let error = changes_since(&sandbox.path("clone"), "nowhere").expect_err("there is none");
    assert!(error.to_string().contains("cannot find nowhere"), "{error}");
    assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("fetch-depth: 0")), "{error:?}");
}

#[test]
fn histories_that_never_met_are_told() {
    let (sandbox, _) = branched();
    sandbox.git("", &["checkout", "--quiet", "--orphan", "apart"]);
    sandbox.commit("", "apart");
    let error = changes_since(&sandbox.path(""), "main").expect_err("nothing in common");
    assert!(error.to_string().contains("no commit in common"), "{error}");
}
