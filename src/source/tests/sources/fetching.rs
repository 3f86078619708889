//! Fetching modules: each reference and subdirectory, over HTTP and from this machine, and what is refused.

use crate::git_server;
use crate::sandbox::Sandbox;
use std::path::Path;
use trueup_source::{Fetched, ModuleSource, SourceError, SourceErrorKind, fetch};

fn fetch_address(address: &str, into: &Path) -> Result<Fetched, SourceError> {
    fetch(&ModuleSource::parse(address)?, into)
}

/// One repository, two ways to reach it.
fn bases(sandbox: &Sandbox) -> [String; 2] {
    let server = git_server::serve(&sandbox.path(""));
    [format!("git::{server}/r"), format!("git::{}", sandbox.path("r").display())]
}

#[test]
fn each_reference_brings_its_commit() {
    let sandbox = Sandbox::new();
    let (first, second) = sandbox.module_repository("r");
    let short = second[..9].to_owned();
    let cases = [
        (String::new(), &first, "# first\n"),
        ("?ref=v1".to_owned(), &first, "# first\n"),
        ("?ref=next".to_owned(), &second, "# second\n"),
        (format!("?ref={first}"), &first, "# first\n"),
        (format!("?ref={second}"), &second, "# second\n"),
        (format!("?ref={short}"), &second, "# second\n"),
        ("?ref=next&depth=1".to_owned(), &second, "# second\n"),
        ("?ref=refs/tags/v1".to_owned(), &first, "# first\n"),
    ];
    for base in bases(&sandbox) {
        for (query, commit, text) in &cases {
            let address = format!("{base}{query}");
            let fetched = fetch_address(&address, &sandbox.path("m/one"))
                .unwrap_or_else(|error| panic!("{address}: {error}"));
            assert_eq!(fetched.commit.as_ref(), Some(*commit), "{address}");
            assert_eq!(fetched.dir, sandbox.path("m/one"), "{address}");
            assert_eq!(sandbox.read("m/one/main.tf"), *text, "{address}");
            let names: Vec<_> = std::fs::read_dir(sandbox.path("m")).unwrap().flatten().collect();
            assert_eq!(names.len(), 1, "{address} leaves nothing beside the module: {names:?}");
        }
    }
}

#[test]
fn a_subdirectory_is_the_module_and_the_rest_comes_along() {
    let sandbox = Sandbox::new();
    sandbox.module_repository("r");
    for base in bases(&sandbox) {
        let fetched = fetch_address(&format!("{base}//sub/deep?ref=v1"), &sandbox.path("m/one")).unwrap();
        assert_eq!(fetched.dir, sandbox.path("m/one/sub/deep"));
        assert_eq!(sandbox.read("m/one/sub/deep/main.tf"), "# deep\n");
        assert_eq!(sandbox.read("m/one/main.tf"), "# first\n");
    }
}

#[test]
fn what_is_missing_is_named() {
    let sandbox = Sandbox::new();
    sandbox.module_repository("r");
    for base in bases(&sandbox) {
        let cases = [
            ("?ref=nope", "nope"),
            ("?ref=0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789"),
            ("?ref=abcdef1", "abcdef1"),
            ("//missing", "no directory \"missing\""),
            ("//main.tf", "no directory \"main.tf\""),
        ];
        for (rest, part) in cases {
            let address = format!("{base}{rest}");
            let error = fetch_address(&address, &sandbox.path("m/one")).expect_err(&address);
            assert!(error.to_string().contains(part), "{address}: {error}");
            assert!(error.hint.is_some(), "{address}");
            assert_eq!(error.summary(), "Failed to download module", "{address}: {error}");
            assert!(!sandbox.path("m/one").exists(), "{address} leaves nothing behind");
        }
    }
    let missing = fetch_address(&format!("git::{}", sandbox.path("gone").display()), &sandbox.path("m/one"));
    assert_eq!(missing.unwrap_err().kind, SourceErrorKind::NotFound);
}

#[test]
fn a_server_that_is_not_there_is_an_error_without_credentials() {
    let sandbox = Sandbox::new();
    let address = "git::http://user:S3CRET@127.0.0.1:9/x.git?ref=v1";
    let error = fetch_address(address, &sandbox.path("m")).unwrap_err();
    assert_eq!(error.kind, SourceErrorKind::Unreachable);
    assert!(!format!("{error} {:?}", error.hint).contains("S3CRET"), "{error}");
    assert!(error.to_string().contains("127.0.0.1:9"), "{error}");
}

#[test]
fn an_earlier_module_stays_when_fetching_fails() {
    let sandbox = Sandbox::new();
    sandbox.module_repository("r");
    let base = format!("git::{}", sandbox.path("r").display());
    fetch_address(&base, &sandbox.path("m")).unwrap();
    fetch_address(&format!("{base}?ref=nope"), &sandbox.path("m")).unwrap_err();
    assert_eq!(sandbox.read("m/main.tf"), "# first\n");
    fetch_address(&format!("{base}?ref=next"), &sandbox.path("m")).unwrap();
    assert_eq!(sandbox.read("m/main.tf"), "# second\n");
}

#[test]
fn links_inside_work_and_links_outside_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("secret.tf", "secret");
    let outside = sandbox.path("secret.tf").display().to_string();
    let cases = [
        ("main.tf", true),
        ("sub/deep", true),
        ("../secret.tf", false),
        (outside.as_str(), false),
        ("sub/../../secret.tf", false),
        (".git/config", false),
    ];
    for (target, good) in cases {
        let sandbox_of_case = Sandbox::new();
        sandbox_of_case.module_repository("r");
        std::os::unix::fs::symlink(target, sandbox_of_case.path("r/link")).unwrap();
        sandbox_of_case.commit("r", "a link");
        for base in bases(&sandbox_of_case) {
            let fetched = fetch_address(&base, &sandbox_of_case.path("m"));
            match fetched {
                Ok(_) => assert!(good, "{target} over {base} is taken"),
                Err(error) => {
                    assert!(!good, "{target}: {error}");
                    assert_eq!(error.kind, SourceErrorKind::Unsafe, "{target}: {error}");
                    assert!(error.to_string().contains("link"), "{error}");
                }
            }
        }
    }
}

#[test]
fn a_subdirectory_through_a_link_stays_inside() {
    let sandbox = Sandbox::new();
    sandbox.module_repository("r");
    std::os::unix::fs::symlink("sub/deep", sandbox.path("r/alias")).unwrap();
    sandbox.commit("r", "a link");
    let base = format!("git::{}", sandbox.path("r").display());
    let fetched = fetch_address(&format!("{base}//alias"), &sandbox.path("m")).unwrap();
    assert_eq!(std::fs::read_to_string(fetched.dir.join("main.tf")).unwrap(), "# deep\n");
}

/// Trees that `git add` wouldn't make but a hostile server can send.
#[test]
fn trees_with_names_of_gits_own_are_refused() {
    for name in [".git", ".GIT", "..", "git~1", ".git\u{200c}"] {
        let sandbox = Sandbox::new();
        sandbox.module_repository("r");
        let blob = sandbox.git("r", &["hash-object", "-w", "main.tf"]);
        let inner = hash_tree(&sandbox, "config", &blob, false);
        let tree = hash_tree(&sandbox, name, &inner, true);
        let commit = sandbox.git("r", &["commit-tree", "-m", "hostile", &tree]);
        sandbox.git("r", &["update-ref", "refs/heads/hostile", &commit]);
        for base in bases(&sandbox) {
            let error = fetch_address(&format!("{base}?ref=hostile"), &sandbox.path("m")).expect_err(name);
            assert!(!sandbox.path("m").exists(), "{name}: {error}");
        }
    }
}

/// Writes a tree object with one entry, past the checks that Git's own commands make.
fn hash_tree(sandbox: &Sandbox, name: &str, object: &str, is_tree: bool) -> String {
    let mut bytes = format!("{} {name}\0", if is_tree { "40000" } else { "100644" }).into_bytes();
    bytes.extend(
        (0..40).step_by(2).map(|at| u8::from_str_radix(&object[at..at + 2], 16).expect("hexadecimal")),
    );
    std::fs::write(sandbox.path("tree"), bytes).expect("a file");
    sandbox.git("r", &["hash-object", "-t", "tree", "-w", "--literally", "../tree"])
}

#[test]
fn no_filter_of_a_repository_is_run() {
    let sandbox = Sandbox::new();
    sandbox.module_repository("r");
    sandbox.write("r/.gitattributes", "*.tf filter=evil\n");
    sandbox.commit("r", "attributes");
    let mark = sandbox.path("ran");
    let command = format!("touch {} && cat", mark.display());
    sandbox.git("r", &["config", "filter.evil.smudge", &command]);
    fetch_address(&format!("git::{}", sandbox.path("r").display()), &sandbox.path("m")).unwrap();
    assert!(!mark.exists(), "the repository's own configuration ran a program");
}

#[test]
fn submodules_come_along_at_their_commits() {
    let sandbox = Sandbox::new();
    sandbox.module_repository("innermost");
    sandbox.module_repository("other");
    sandbox.git("other", &["submodule", "--quiet", "add", "../innermost", "deep/inside"]);
    sandbox.commit("other", "a submodule of a submodule");
    sandbox.module_repository("r");
    sandbox.git("r", &["submodule", "--quiet", "add", "../other", "inner"]);
    sandbox.commit("r", "a submodule");
    sandbox.write("other/main.tf", "# newer than what r names\n");
    sandbox.commit("other", "newer");
    let base = crate::git_server::serve(&sandbox.path(""));
    for address in [sandbox.path("r").display().to_string(), format!("{base}/r")] {
        fetch_address(&format!("git::{address}//inner/deep"), &sandbox.path("m"))
            .unwrap_or_else(|error| panic!("{address}: {error}"));
        assert_eq!(sandbox.read("m/main.tf"), "# first\n", "{address}");
        assert_eq!(sandbox.read("m/inner/main.tf"), "# first\n", "{address}");
        assert_eq!(sandbox.read("m/inner/deep/inside/sub/deep/main.tf"), "# deep\n", "{address}");
    }
}

#[test]
fn submodules_that_lead_elsewhere_are_refused() {
    let cases = [
        ("url = file:///srv/secret", SourceErrorKind::Unsafe),
        ("url = --upload-pack=touch x", SourceErrorKind::Invalid),
        ("url = ext::sh -c true", SourceErrorKind::Invalid),
        ("nothing = here", SourceErrorKind::NotFound),
    ];
    for (line, kind) in cases {
        let sandbox = Sandbox::new();
        sandbox.module_repository("other");
        sandbox.module_repository("r");
        sandbox.git("r", &["submodule", "--quiet", "add", "../other", "inner"]);
        sandbox.write("r/.gitmodules", &format!("[submodule \"inner\"]\n\tpath = inner\n\t{line}\n"));
        sandbox.commit("r", "a submodule");
        let base = crate::git_server::serve(&sandbox.path(""));
        let error = fetch_address(&format!("git::{base}/r"), &sandbox.path("m")).unwrap_err();
        assert_eq!(error.kind, kind, "{line}: {error}");
        assert!(!sandbox.path("m").exists(), "{line}");
    }
    // A repository that holds itself.
    let sandbox = Sandbox::new();
    sandbox.module_repository("r");
    sandbox.git("r", &["submodule", "--quiet", "add", "../r", "inner"]);
    let first = sandbox.commit("r", "a circle");
    sandbox.git("r/inner", &["fetch", "--quiet", "../../r"]);
    sandbox.git("r", &["update-index", "--cacheinfo", &format!("160000,{first},inner")]);
    sandbox.git("r", &["commit", "--quiet", "--message", "closer"]);
    fetch_address(&format!("git::{}", sandbox.path("r").display()), &sandbox.path("m")).unwrap();
}

#[test]
fn a_directory_of_this_machine_is_copied() {
    let sandbox = Sandbox::new();
    sandbox.module_repository("r");
    let fetched =
        fetch_address(&format!("{}//sub", sandbox.path("r").display()), &sandbox.path("m")).unwrap();
    assert_eq!((fetched.dir, fetched.commit), (sandbox.path("m/sub"), None));
    assert_eq!(sandbox.read("m/sub/deep/main.tf"), "# deep\n");
    assert!(!sandbox.path("m/.git").exists());
    std::os::unix::fs::symlink("..", sandbox.path("r/up")).unwrap();
    let error = fetch_address(&sandbox.path("r").display().to_string(), &sandbox.path("m")).unwrap_err();
    assert_eq!(error.kind, SourceErrorKind::Unsafe);
    let missing = fetch_address(&sandbox.path("gone").display().to_string(), &sandbox.path("m")).unwrap_err();
    assert_eq!(missing.kind, SourceErrorKind::NotFound);
}

#[test]
fn kinds_that_cannot_be_fetched_say_so() {
    let sandbox = Sandbox::new();
    let cases = [
        ("hg::http://example.com/a", "Mercurial"),
        ("s3::https://example.com/a", "only archives are fetched"),
    ];
    for (address, part) in cases {
        let error = fetch_address(address, &sandbox.path("m")).expect_err(address);
        assert_eq!(error.kind, SourceErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert!(!sandbox.path("m").exists());
    }
}
