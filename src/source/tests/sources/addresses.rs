//! Module source addresses: each way to write one, and each way to get it wrong.

use proptest::prelude::*;
use trueup_source::{ModuleSource, SourceErrorKind};

fn check(cases: &[(&str, &str)]) {
    for (written, expected) in cases {
        let parsed = ModuleSource::parse(written).unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(parsed.address(), *expected, "{written}");
        let again = ModuleSource::parse(expected).unwrap_or_else(|error| panic!("{expected}: {error}"));
        assert_eq!(again, parsed, "{expected} is the same source as {written}");
    }
}

#[test]
fn local_paths_are_cleaned() {
    check(&[
        ("./network", "./network"),
        ("./a//b", "./a/b"),
        ("./a/../b/", "./b"),
        ("../", "./.."),
        ("../x", "../x"),
        ("./../x", "../x"),
        ("../../..", "../../.."),
        ("../../../y/./z", "../../../y/z"),
        ("./", "./."),
        (".\\a\\b", "./a/b"),
    ]);
}

#[test]
fn git_addresses_take_terraforms_form() {
    check(&[
        ("github.com/a/b", "git::https://github.com/a/b.git"),
        ("github.com/a/b.git//c?ref=2", "git::https://github.com/a/b.git//c?ref=2"),
        ("github.com/a/b/c/d?ref=2", "git::https://github.com/a/b.git//c/d?ref=2"),
        ("github.com/a/b//c/d?ref=x/y", "git::https://github.com/a/b.git//c/d?ref=x/y"),
        ("bitbucket.org/a/b", "git::https://bitbucket.org/a/b.git"),
        ("git@github.com:a/b.git", "git::ssh://git@github.com/a/b.git"),
        ("git::git@host:a/b.git//s?ref=1", "git::ssh://git@host/a/b.git//s?ref=1"),
        ("git::user@host:a/b", "git::ssh://user@host/a/b"),
        ("git::ssh://git@host:22/b.git", "git::ssh://git@host:22/b.git"),
        ("git::https://host/x.git?depth=1&ref=v", "git::https://host/x.git?depth=1&ref=v"),
        ("git::http://host/x//y//z", "git::http://host/x//y/z"),
        ("git::/srv/repo//sub?ref=v1", "git::file:///srv/repo//sub?ref=v1"),
        ("git::file:///srv/repo//", "git::file:///srv/repo"),
        ("git::https://u:p@host/x.git?ref=v", "git::https://u:p@host/x.git?ref=v"),
    ]);
}

#[test]
fn every_other_kind_is_known() {
    check(&[
        ("a/b/c", "registry.terraform.io/a/b/c"),
        ("a/b/c//x/y", "registry.terraform.io/a/b/c//x/y"),
        ("app.example.com/a/b/c", "app.example.com/a/b/c"),
        ("/srv/module", "file:///srv/module"),
        ("file:///srv/module//x", "file:///srv/module//x"),
        ("https://example.com/x.zip//sub?archive=zip", "https://example.com/x.zip//sub?archive=zip"),
        ("http://example.com/x", "http://example.com/x"),
        ("hg::http://example.com/a", "hg::http://example.com/a"),
        ("s3::https://s3.amazonaws.com/bucket/x.zip", "s3::https://s3.amazonaws.com/bucket/x.zip"),
        ("bucket.s3.amazonaws.com/x.zip", "s3::https://bucket.s3.amazonaws.com/x.zip"),
        (
            "gcs::https://www.googleapis.com/storage/v1/b/x.zip",
            "gcs::https://www.googleapis.com/storage/v1/b/x.zip",
        ),
        ("www.googleapis.com/storage/v1/b/x", "gcs::https://www.googleapis.com/storage/v1/b/x"),
    ]);
}

#[test]
fn the_parts_of_a_git_address_are_told_apart() {
    let parsed =
        ModuleSource::parse("git::https://host/x.git//sub/dir?ref=feat%2Fone&depth=3&other=1").unwrap();
    let expected = ModuleSource::Git {
        url: "https://host/x.git?other=1".to_owned(),
        reference: Some("feat/one".to_owned()),
        subdir: Some("sub/dir".to_owned()),
        depth: Some(3),
        query: Some("ref=feat%2Fone&depth=3&other=1".to_owned()),
    };
    assert_eq!(parsed, expected);
    assert_eq!(parsed.package(), "git::https://host/x.git?ref=feat%2Fone&depth=3&other=1");
}

#[test]
fn what_is_no_address_is_refused_with_a_hint() {
    use SourceErrorKind::{Invalid, Unsafe, Unsupported};
    let cases = [
        ("", Invalid, "it is empty"),
        ("foo", Invalid, "neither a local path"),
        ("foo/bar", Invalid, "neither a local path"),
        (".", Invalid, "neither a local path"),
        ("..", Invalid, "neither a local path"),
        ("a/b/C", Invalid, "neither a local path"),
        ("A/b-/c", Invalid, "neither a local path"),
        ("a/b/c?ref=1", Invalid, "neither a local path"),
        ("gitlab.com/a/b", Invalid, "neither a local path"),
        ("xx::y", Invalid, "neither a local path"),
        ("git::./repo", Invalid, "neither a local path"),
        ("git::example.com/a/b", Invalid, "neither a local path"),
        ("user@host:a/b", Invalid, "neither a local path"),
        ("github.com/a", Invalid, "names a user and a repository"),
        ("git::ssh://git@host:a/b.git", Invalid, "isn't a port number"),
        ("git::https://host/a//../x", Invalid, "leads outside"),
        ("git::https://host/a//b/../../x", Invalid, "leads outside"),
        ("github.com/a/b/../../x", Invalid, "leads outside"),
        ("git::https://host/a?depth=0", Invalid, "positive whole number"),
        ("git::https://host/a?depth=x", Invalid, "positive whole number"),
        ("git::ssh://-oProxyCommand=x/a", Unsafe, "may not start with"),
        ("git::ssh://-l@host/a", Unsafe, "may not start with"),
        ("git::file:///-x", Unsafe, "may not start with"),
        ("git::https://host/a?ref=--upload-pack=x", Unsafe, "can't name a branch"),
        ("git::https://host/a?sshkey=c2VjcmV0", Unsupported, "not supported"),
        ("git::https://host/a\nb", Invalid, "neither a local path"),
    ];
    for (written, kind, part) in cases {
        let error = ModuleSource::parse(written).expect_err(written);
        assert_eq!(error.kind, kind, "{written}: {error}");
        assert!(error.to_string().contains(part), "{written}: {error}");
        assert!(error.hint.is_some(), "{written}");
        assert!(!error.to_string().contains("c2VjcmV0"), "{error}");
    }
}

#[test]
fn messages_carry_no_credentials() {
    let source = ModuleSource::parse("git::https://user:secret@host/x.git?ref=v").unwrap();
    assert_eq!(source.to_string(), "git::https://host/x.git?ref=v");
    let error = ModuleSource::parse("git::https://user:secret@host/x.git?depth=x").unwrap_err();
    assert!(!format!("{error} {:?} {:?}", error.hint, error.diagnostic()).contains("secret"), "{error}");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,60}") {
        let _ = ModuleSource::parse(&text);
    }

    #[test]
    fn a_printed_address_parses_to_itself(
        start in "(git::https://h.x/|git::git@h:|github.com/u/|./|../|/|https://h.x/|)",
        path in "[a-z./?=&:@%-]{0,24}",
    ) {
        if let Ok(source) = ModuleSource::parse(&format!("{start}{path}")) {
            let again = ModuleSource::parse(&source.address());
            prop_assert_eq!(again.as_ref().map(ModuleSource::address), Ok(source.address()));
        }
    }
}
