//! Modules from registries and archives, over a network made of a table.

use crate::sandbox::Sandbox;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::Write;
use trueup_source::{
    Answer, Fetched, ModuleInstaller, ModuleSource, Network, Origin, SourceError, SourceErrorKind, Store,
    Web, fetch_version,
};

/// A network that knows these documents; everything else is not found.
#[derive(Clone, Default)]
struct Table {
    answers: BTreeMap<String, Answer>,
}

impl Table {
    fn with(mut self, url: &str, body: impl Into<Vec<u8>>) -> Table {
        let answer = Answer { status: 200, body: body.into(), ..Answer::default() };
        self.answers.insert(url.to_owned(), answer);
        self
    }

    fn leading(mut self, url: &str, location: &str) -> Table {
        let answer = Answer { status: 204, terraform_get: Some(location.to_owned()), ..Answer::default() };
        self.answers.insert(url.to_owned(), answer);
        self
    }
}

impl Web for Table {
    fn get(&self, url: &str) -> Result<Answer, SourceError> {
        let missing = Answer { status: 404, ..Answer::default() };
        Ok(self.answers.get(url).cloned().unwrap_or(missing))
    }

    fn ask(&self, url: &str, _: &[(&'static str, String)]) -> Result<Answer, SourceError> {
        self.get(url)
    }

    fn get_object(&self, _: Store, address: &str) -> Result<Answer, SourceError> {
        self.get(address)
    }
}

/// The files of an archive, each a name and its text.
pub(crate) type Files<'a> = &'a [(&'a str, &'a str)];

const MODULE: Files<'static> = &[("main.tf", "# one\n"), ("sub/deep/main.tf", "# deep\n")];

fn tar_gz(files: Files<'_>) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(&tarred(files)).expect("its bytes");
    writer.finish().expect("a gzip")
}

fn tar_bz2(files: Files<'_>) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    writer.write_all(&tarred(files)).expect("its bytes");
    writer.finish().expect("a bzip2")
}

fn tar_xz(files: Files<'_>) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).expect("a writer");
    writer.write_all(&tarred(files)).expect("its bytes");
    writer.finish().expect("an xz")
}

fn tarred(files: Files<'_>) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        // Written past the checks of the builder, as a hostile archive would be.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, text.as_bytes()).expect("an entry");
    }
    archive.into_inner().expect("a tar")
}

pub(crate) fn zipped(files: Files<'_>) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        let method =
            if text.is_empty() { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        archive.start_file(*name, options).expect("an entry");
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
        .with("https://h.example/x.tar", tarred(MODULE))
        .with("https://h.example/x.tar.bz2", tar_bz2(MODULE))
        .with("https://h.example/x.tbz2", tar_bz2(MODULE))
        .with("https://h.example/x.tar.xz", tar_xz(MODULE))
        .with("https://h.example/xz", tar_xz(MODULE))
        .with("https://s3-eu-west-1.amazonaws.com/b/m.zip", zipped(MODULE))
        .with("https://www.googleapis.com/storage/v1/b/m.tgz", tar_gz(MODULE))
        .with("https://h.example/page?terraform-get=1", page)
        .leading("https://h.example/header?x=1&terraform-get=1", "https://h.example/raw?archive=tgz");
    let cases = [
        ("https://h.example/x.zip", ""),
        ("https://h.example/x.zip//sub", "sub"),
        ("https://h.example/x.tgz//sub/deep?token=1", "sub/deep"),
        ("https://h.example/raw?archive=tar.gz", ""),
        ("https://h.example/x.tar", ""),
        ("https://h.example/x.tar.bz2", ""),
        ("https://h.example/x.tbz2//sub", "sub"),
        ("https://h.example/x.tar.xz", ""),
        ("https://h.example/xz?archive=txz", ""),
        ("s3::https://s3-eu-west-1.amazonaws.com/b/m.zip//sub", "sub"),
        ("s3-eu-west-1.amazonaws.com/b/m.zip", ""),
        ("gcs::https://www.googleapis.com/storage/v1/b/m.tgz", ""),
        ("www.googleapis.com/storage/v1/b/m.tgz//sub/deep", "sub/deep"),
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

#[test]
fn an_archive_is_held_to_its_checksum() {
    use sha2::Digest;
    let bytes = zipped(MODULE);
    let hex = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (short, long) = (hex(&sha1::Sha1::digest(&bytes)), hex(&sha2::Sha256::digest(&bytes)));
    let web = Table::default().with("https://h.example/x.zip?v=1", bytes);
    let wrong = long.replace(|c: char| c.is_ascii_digit(), "0");
    let cases = [
        (format!("sha256:{long}"), None),
        (long.to_uppercase(), None),
        (format!("sha1%3A{short}"), None),
        (format!("sha256:{wrong}"), Some(SourceErrorKind::Unsafe)),
        (format!("sha512:{long}"), Some(SourceErrorKind::Invalid)),
        ("sha256:x".to_owned(), Some(SourceErrorKind::Invalid)),
    ];
    for (checksum, wanted) in cases {
        let sandbox = Sandbox::new();
        let found = fetch(&web, &format!("https://h.example/x.zip?checksum={checksum}&v=1"), None, &sandbox);
        assert_eq!(found.err().map(|error| error.kind), wanted, "{checksum}");
        assert_eq!(sandbox.path("m").exists(), wanted.is_none(), "{checksum}");
    }
}

#[test]
fn archives_of_too_many_files_are_refused() {
    let names: Vec<String> = (0..100_001).map(|at| format!("f{at}")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let web = Table::default().with("https://h.example/x.zip", zipped(&files));
    let sandbox = Sandbox::new();
    let error = fetch(&web, "https://h.example/x.zip", None, &sandbox).expect_err("too many");
    assert!(error.to_string().contains("more files than a module may"), "{error}");
}

/// A server that answers each connection with the next of these and gives what it was asked.
fn server(answers: Vec<String>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    use std::io::Read;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let thread = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a connection");
            let (mut request, mut byte) = (Vec::new(), [0]);
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                request.push(byte[0]);
            }
            asked.push(String::from_utf8_lossy(&request).to_lowercase());
            let body = answer.split_once('|').map_or("", |(_, body)| body);
            let head = answer.split('|').next().unwrap_or_default();
            let text = format!(
                "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(text.as_bytes()).expect("an answer");
        }
        asked
    });
    (address, thread)
}

#[test]
fn the_network_tries_again_and_logs_in() {
    let sandbox = Sandbox::new();
    sandbox.write("netrc", "machine 127.0.0.1 login me password S3CRET\n");
    let netrc = sandbox.path("netrc").display().to_string();
    let environment: BTreeMap<String, String> = [
        ("NETRC", netrc.as_str()),
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "S3CRET"),
        ("AWS_SESSION_TOKEN", "TOKEN"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let network = Network::default().with_logins(&environment, "2026-01-02T03:04:05Z".to_owned());
    let (address, thread) =
        server(vec!["503 Later".into(), "429 Later".into(), "200 OK|body".into(), "403 No|x".into()]);
    let answer = network.get(&format!("http://{address}/x")).expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"body"[..]));
    let url = format!("s3::http://{address}/b/m.zip?region=eu-west-1");
    let source = ModuleSource::parse(&url).expect("an address");
    let error = fetch_version(&network, &source, None, &sandbox.path("m")).expect_err("not allowed");
    assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("AWS_ACCESS_KEY_ID")), "{error:?}");
    assert!(!format!("{error:?} {network:?}").contains("S3CRET"), "{error:?}");
    let asked = thread.join().expect("the server");
    assert!(asked[2].contains("authorization: basic bwu6uzndukvu"), "{}", asked[2]);
    for part in [
        "get /b/m.zip http",
        "credential=akid/20260102/eu-west-1/s3/aws4_request",
        "x-amz-security-token: token",
    ] {
        assert!(asked[3].contains(part), "{part}: {}", asked[3]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(64) / 4, failure_persistence: None, ..ProptestConfig::default() })]

    /// A damaged archive is unpacked or refused, and touches nothing beside its directory.
    #[test]
    fn damaged_archives_do_no_harm(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        for (kind, mut bytes) in [
            ("zip", zipped(MODULE)), ("tar", tarred(MODULE)), ("tgz", tar_gz(MODULE)), ("tbz2", tar_bz2(MODULE)), ("txz", tar_xz(MODULE)),
        ] {
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            let sandbox = Sandbox::new();
            let url = format!("https://h.example/x.{kind}");
            let _ = fetch(&Table::default().with(&url, bytes), &url, None, &sandbox);
            let names: Vec<_> = std::fs::read_dir(sandbox.path("")).unwrap().flatten().map(|entry| entry.file_name()).collect();
            prop_assert!(names.is_empty() || names == ["m"], "{kind}: {names:?}");
        }
    }
}
