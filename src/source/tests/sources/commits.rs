//! A commit's configuration without a working tree: every way to name it, and what is said where there is none.

use crate::git_server;
use crate::sandbox::Sandbox;
use trueup_source::{CommitTree, SourceError, fetch_commit};

fn take(sandbox: &Sandbox, address: &str) -> Result<CommitTree, SourceError> {
    let into = sandbox.path("taken");
    if into.exists() {
        std::fs::remove_dir_all(&into).expect("it goes");
    }
    fetch_commit(address, &sandbox.path("r/sub"), &into)
}

#[test]
fn each_way_to_name_a_commit_brings_its_tree() {
    let sandbox = Sandbox::new();
    let (first, second) = sandbox.module_repository("r");
    sandbox.write("r/main.tf", "# not committed\n");
    sandbox.git("r", &["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let server = git_server::serve(&sandbox.path(""));
    let path = sandbox.path("r").display().to_string();
    let bare = sandbox.path("bare.git").display().to_string();
    let cases = [
        // (address, directory below the tree, commit, branch, text of the tree's main.tf)
        (format!("{server}/r?ref=next"), "", &second, Some("next")),
        (format!("{server}/r//sub/deep?ref=v1"), "sub/deep", &first, None),
        (format!("git::{server}/r?ref={second}"), "", &second, None),
        (format!("{server}/r"), "", &first, Some("main")),
        (format!("file://{path}//sub?ref=next"), "sub", &second, Some("next")),
        (path.clone(), "", &first, Some("main")),
        (format!("{path}//sub/deep?ref=v1"), "sub/deep", &first, None),
        (format!("{path}/sub?ref=next~1"), "sub", &first, None),
        (".?ref=next".to_owned(), "sub", &second, Some("next")),
        ("?ref=next".to_owned(), "sub", &second, Some("next")),
        (".//deep".to_owned(), "sub/deep", &first, Some("main")),
        ("..//sub?ref=next".to_owned(), "sub", &second, Some("next")),
        (format!("{bare}//sub?ref=next"), "sub", &second, Some("next")),
    ];
    for (address, below, commit, branch) in cases {
        let tree = take(&sandbox, &address).unwrap_or_else(|error| panic!("{address}: {error}"));
        assert_eq!(tree.dir, sandbox.path("taken").join(below), "{address}");
        assert_eq!((&tree.commit, tree.branch.as_deref()), (commit, branch), "{address}");
        let text = if *commit == first { "# first\n" } else { "# second\n" };
        assert_eq!(sandbox.read("taken/main.tf"), text, "{address}");
        assert!(!sandbox.path("taken.repository").exists(), "{address}: the clone is cleaned up");
        let again = take(&sandbox, &tree.pinned).unwrap_or_else(|error| panic!("{}: {error}", tree.pinned));
        assert_eq!((again.dir, again.commit), (tree.dir, tree.commit), "{}", tree.pinned);
    }
}

#[test]
fn what_there_is_not_is_said() {
    let sandbox = Sandbox::new();
    sandbox.module_repository("r");
    sandbox.write("plain/main.tf", "");
    let server = git_server::serve(&sandbox.path(""));
    let plain = sandbox.path("plain").display().to_string();
    let cases = [
        (".?ref=nope".to_owned(), "\"nope\""),
        (format!("{server}/r?ref=nope"), "\"nope\""),
        (".//gone?ref=next".to_owned(), "no directory \"deep"),
        (format!("{server}/r//gone?ref=next"), "no directory \"gone\""),
        ("../gone".to_owned(), "there is no such path"),
        (plain, "it is in no Git repository"),
        (".//../../..".to_owned(), "outside"),
        ("s3::https://s3.amazonaws.com/bucket/x.zip".to_owned(), "://"),
        (String::new(), ""),
    ];
    for (address, part) in cases {
        match take(&sandbox, &address) {
            Err(error) => {
                assert!(!address.is_empty(), "the empty address is where one stands");
                let part = part.replace("deep", "sub/gone");
                assert!(error.to_string().contains(&part), "{address}: {error}");
                assert!(error.hint.is_some(), "{address}: {error}");
            }
            Ok(tree) => assert!(address.is_empty(), "{address}: {tree:?}"),
        }
    }
}
