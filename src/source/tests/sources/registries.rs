//! Modules from registries and archives, over a network made of a table.

use crate::sandbox::Sandbox;
use std::collections::BTreeMap;
use std::io::Write;
use trueup_source::{
    Answer, Fetched, ModuleInstaller, ModuleSource, Network, Origin, SourceError, SourceErrorKind, Web,
    fetch_version,
};

/// A network that knows these documents; everything else is not found.
#[derive(Clone, Default)]
struct Table {
    answers: BTreeMap<String, Answer>,
}

impl Table {
    fn with(mut self, url: &str, body: impl Into<Vec<u8>>) -> Table {
        let answer = Answer { status: 200, terraform_get: None, body: body.into() };
        self.answers.insert(url.to_owned(), answer);
        self
    }

    fn leading(mut self, url: &str, location: &str) -> Table {
        let answer = Answer { status: 204, terraform_get: Some(location.to_owned()), body: Vec::new() };
        self.answers.insert(url.to_owned(), answer);
        self
    }
}

impl Web for Table {
    fn get(&self, url: &str) -> Result<Answer, SourceError> {
        let missing = Answer { status: 404, ..Answer::default() };
        Ok(self.answers.get(url).cloned().unwrap_or(missing))
    }
}

/// The files of an archive, each a name and its text.
type Files<'a> = &'a [(&'a str, &'a str)];

const MODULE: Files<'static> = &[("main.tf", "# one\n"), ("sub/deep/main.tf", "# deep\n")];

fn tar_gz(files: Files<'_>) -> Vec<u8> {
    let mut archive =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        // Written past the checks of the builder, as a hostile archive would be.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, text.as_bytes()).expect("an entry");
    }
    archive.into_inner().expect("a tar").finish().expect("a gzip")
}

fn zipped(files: Files<'_>) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("an entry");
        archive.write_all(text.as_bytes()).expect("its bytes");
    }
    archive.finish().expect("a zip").into_inner()
}

fn registry() -> Table {
    let versions =
        r#"{"modules":[{"versions":[{"version":"1.0.0"},{"version":"1.2.0"},{"version":"2.0.0-rc1"}]}]}"#;
    let base = "https://registry.terraform.io/v1/modules/a/b/c";
    Table::default()
        .with("https://registry.terraform.io/.well-known/terraform.json", r#"{"modules.v1":"/v1/modules/"}"#)
        .with(&format!("{base}/versions"), versions)
        .leading(&format!("{base}/1.2.0/download"), "https://files.example.com/b.tar.gz//sub?archive=tar.gz")
        .with(&format!("{base}/1.0.0/download"), r#"{"location":"/files/b.zip"}"#)
        .with("https://files.example.com/b.tar.gz", tar_gz(MODULE))
        .with("https://registry.terraform.io/files/b.zip", zipped(MODULE))
}

fn fetch(
    web: &Table,
    source: &str,
    constraint: Option<&str>,
    sandbox: &Sandbox,
) -> Result<Fetched, SourceError> {
    fetch_version(web, &ModuleSource::parse(source)?, constraint, &sandbox.path("m"))
}

#[test]
fn a_registrys_module_comes_in_the_newest_version_that_fits() {
    let cases = [
        ("a/b/c", None, "1.2.0", "sub"),
        ("a/b/c", Some("~> 1.0"), "1.2.0", "sub"),
        ("a/b/c", Some("< 1.2"), "1.0.0", ""),
        ("a/b/c//deep", Some(">= 1.2"), "1.2.0", "sub/deep"),
        ("registry.terraform.io/a/b/c//sub/deep", Some("1.0.0"), "1.0.0", "sub/deep"),
    ];
    for (source, constraint, version, dir) in cases {
        let sandbox = Sandbox::new();
        let fetched =
            fetch(&registry(), source, constraint, &sandbox).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(fetched.version.as_deref(), Some(version), "{source} {constraint:?}");
        assert_eq!(fetched.dir, sandbox.path("m").join(dir), "{source} {constraint:?}");
        assert_eq!(sandbox.read("m/sub/deep/main.tf"), "# deep\n");
    }
}

#[test]
fn what_a_registry_does_not_have_is_said() {
    use SourceErrorKind::{Invalid, NotFound, Unreachable, Unsafe, Unsupported, Version};
    let evil = |location: &str| {
        registry().leading("https://registry.terraform.io/v1/modules/a/b/c/1.2.0/download", location)
    };
    let cases = [
        (registry(), "a/nope/c", None, NotFound, "status 404"),
        (registry(), "other.example.com/a/b/c", None, NotFound, "status 404"),
        (registry(), "a/b/c", Some("> 3"), Version, "none of its 3 versions"),
        (registry(), "a/b/c", Some("x"), Version, "isn't a version constraint"),
        (registry(), "a/b/c//nowhere", None, NotFound, "no directory"),
        (registry(), "git::https://example.com/x", Some("1.0.0"), Invalid, "only a registry's modules"),
        (
            registry().with("https://registry.terraform.io/.well-known/terraform.json", "{"),
            "a/b/c",
            None,
            Unreachable,
            "EOF",
        ),
        (
            registry().with("https://registry.terraform.io/.well-known/terraform.json", "{}"),
            "a/b/c",
            None,
            NotFound,
            "no module registry",
        ),
        (evil("git::file:///srv/secret"), "a/b/c", None, Unsupported, "file:///srv/secret"),
        (evil("/srv/secret"), "a/b/c", None, NotFound, "status 404"),
        (evil("d/e/f"), "a/b/c", None, Unsupported, "d/e/f"),
        (evil("https://files.example.com/page"), "a/b/c", None, NotFound, "status 404"),
        (
            evil("https://files.example.com/page").with(
                "https://files.example.com/page?terraform-get=1",
                "<meta name=\"terraform-get\" content=\"git::file:///x\">",
            ),
            "a/b/c",
            None,
            Unsafe,
            "may not be followed",
        ),
    ];
    for (web, source, constraint, kind, part) in cases {
        let sandbox = Sandbox::new();
        let error = fetch(&web, source, constraint, &sandbox).expect_err(source);
        assert_eq!(error.kind, kind, "{source} {constraint:?}: {error}");
        assert!(error.to_string().contains(part), "{source} {constraint:?}: {error}");
        assert!(!sandbox.path("m").exists(), "{source} leaves nothing behind");
    }
}

#[test]
fn archives_are_unpacked_in_every_format() {
    let sandbox = Sandbox::new();
    let page =
        "<html><head><meta name=\"terraform-get\"\n content='https://h.example/x.zip//sub' /></head></html>";
    let web = Table::default()
        .with("https://h.example/x.zip", zipped(MODULE))
        .with("https://h.example/x.tgz?token=1", tar_gz(MODULE))
        .with("https://h.example/raw", tar_gz(MODULE))
        .with("https://h.example/page?terraform-get=1", page)
        .leading("https://h.example/header?x=1&terraform-get=1", "https://h.example/raw?archive=tgz");
    let cases = [
        ("https://h.example/x.zip", ""),
        ("https://h.example/x.zip//sub", "sub"),
        ("https://h.example/x.tgz//sub/deep?token=1", "sub/deep"),
        ("https://h.example/raw?archive=tar.gz", ""),
        ("https://h.example/page//deep", "sub/deep"),
        ("https://h.example/header?x=1", ""),
    ];
    for (source, dir) in cases {
        let fetched = fetch(&web, source, None, &sandbox).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(fetched.dir, sandbox.path("m").join(dir), "{source}");
        assert_eq!(sandbox.read("m/main.tf"), "# one\n", "{source}");
    }
}

#[test]
fn archives_that_try_to_leave_are_refused() {
    let names = ["../out.tf", "/out.tf", "a/../../out.tf", ".git/config", "x/.GIT/hooks/post-checkout"];
    for name in names {
        for (kind, bytes) in [("tar.gz", tar_gz(&[(name, "x")])), ("zip", zipped(&[(name, "x")]))] {
            let sandbox = Sandbox::new();
            let url = format!("https://h.example/x.{kind}");
            let error = fetch(&Table::default().with(&url, bytes), &url, None, &sandbox).expect_err(name);
            assert_eq!(error.kind, SourceErrorKind::Unsafe, "{kind} {name}: {error}");
            assert!(!sandbox.path("m").exists() && !sandbox.path("out.tf").exists(), "{kind} {name}");
        }
    }
    let sandbox = Sandbox::new();
    let twice = Table::default().with("https://h.example/x.tgz", tar_gz(&[("a", "1"), ("a", "2")]));
    fetch(&twice, "https://h.example/x.tgz", None, &sandbox).expect_err("one name twice");
    let broken = Table::default().with("https://h.example/x.zip", "not a zip");
    fetch(&broken, "https://h.example/x.zip", None, &sandbox).expect_err("not an archive");
}

#[test]
fn pages_that_lead_in_a_circle_are_left() {
    let web = Table::default().leading("https://h.example/a?terraform-get=1", "https://h.example/a");
    let error = fetch(&web, "https://h.example/a", None, &Sandbox::new()).expect_err("a circle");
    assert_eq!(error.kind, SourceErrorKind::Unsafe);
}

#[test]
fn the_manifest_keeps_the_version_and_a_new_constraint_fetches_again() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.path("root")).expect("a directory");
    let rounds = [
        (Some("~> 1.0"), "1.2.0", true),
        (Some(">= 1.1"), "1.2.0", false),
        (Some("1.0.0"), "1.0.0", true),
        (None, "1.0.0", false),
    ];
    for (constraint, version, fetched) in rounds {
        let modules = ModuleInstaller::new(&sandbox.path("root"), ".terraform", false).expect("a manifest");
        let mut modules = modules.over(registry());
        let installed = modules.install_version("", "m", "a/b/c", constraint).expect("it is there");
        assert_eq!(installed.version.as_deref(), Some(version), "{constraint:?}");
        assert_eq!(matches!(installed.origin, Origin::Fetched { .. }), fetched, "{constraint:?}");
        let manifest = modules.finish().expect("it can be written");
        let entry = manifest.get("m").expect("it is listed");
        assert_eq!(
            (entry.source.as_str(), entry.version.as_deref()),
            ("registry.terraform.io/a/b/c", Some(version))
        );
    }
    let mut modules = ModuleInstaller::new(&sandbox.path("root"), ".terraform", false).expect("a manifest");
    modules.install_version("", "l", "./x", Some("1.0")).expect_err("a local path has no version");
}

#[test]
fn a_server_that_is_not_there_is_an_error_with_a_hint() {
    let source = ModuleSource::parse("http://user:S3CRET@127.0.0.1:9/x.zip").expect("an address");
    let sandbox = Sandbox::new();
    let error =
        fetch_version(&Network::default(), &source, None, &sandbox.path("m")).expect_err("nothing is there");
    assert_eq!(error.kind, SourceErrorKind::Unreachable);
    assert!(!format!("{error:?}").contains("S3CRET"), "{error:?}");
}
