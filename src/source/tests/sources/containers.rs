//! Modules in container registries, on a registry that takes nothing which the protocol doesn't allow.

use crate::registries::zipped;
use sha2::Digest;
use std::collections::BTreeMap;
use trueup_source::{Answer, ModuleSource, SourceError, Store, Web, fetch_version};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const MODULE: &str = "application/vnd.opentofu.modulepkg";

/// How the registry wants people to prove who they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Login {
    Nobody,
    Basic,
    Token,
}

struct Registry {
    login: Login,
    /// The password that a person has.
    password: Option<&'static str>,
    manifests: BTreeMap<String, Vec<u8>>,
    blobs: BTreeMap<String, Vec<u8>>,
}

fn digest(bytes: &[u8]) -> String {
    let digits: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

fn said(status: u16, body: &[u8]) -> Answer {
    Answer { status, body: body.to_vec(), ..Answer::default() }
}

impl Registry {
    fn new(login: Login, password: Option<&'static str>) -> Registry {
        let mut registry = Registry { login, password, manifests: BTreeMap::new(), blobs: BTreeMap::new() };
        let archive = zipped(&[("main.tf", "# one\n"), ("sub/deep/main.tf", "# deep\n")]);
        let layer = layer("archive/zip", &digest(&archive), archive.len());
        let module = manifest(MODULE, &[&layer]);
        registry.manifests.insert(digest(&module), module.clone());
        registry.manifests.insert("latest".into(), module.clone());
        registry.manifests.insert("v1.2.0".into(), module);
        registry.manifests.insert("image".into(), manifest("", &[&layer]));
        registry.manifests.insert("two".into(), manifest(MODULE, &[&layer, &layer]));
        registry
            .manifests
            .insert("none".into(), manifest(MODULE, &[&self::layer("text/plain", &digest(b""), 0)]));
        registry.manifests.insert("nonsense".into(), b"nonsense".to_vec());
        let short = self::layer("archive/zip", &digest(&archive), archive.len() - 1);
        registry.manifests.insert("short".into(), manifest(MODULE, &[&short]));
        let changed = digest(b"something else");
        registry.manifests.insert(
            "changed".into(),
            manifest(MODULE, &[&self::layer("archive/zip", &changed, archive.len())]),
        );
        registry.blobs.insert(changed, archive.clone());
        registry.blobs.insert(digest(&archive), archive);
        registry
    }

    fn is_let_in(&self, headers: &[(&'static str, String)]) -> bool {
        let proof =
            headers.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| value.as_str());
        match self.login {
            Login::Nobody => proof.is_none(),
            // u:good
            Login::Basic => proof == Some("Basic dTpnb29k"),
            Login::Token => proof == Some("Bearer leave"),
        }
    }

    fn challenge(&self) -> Answer {
        let challenge = match self.login {
            Login::Basic => "Basic realm=\"registry\"".to_owned(),
            _ => "Bearer realm=\"https://auth.example/token\",service=\"the registry\",scope=\"repository:team/net:pull\"".to_owned(),
        };
        Answer { challenge: Some(challenge), ..said(401, b"") }
    }
}

fn layer(kind: &str, digest: &str, size: usize) -> String {
    format!(r#"{{"mediaType":"{kind}","digest":"{digest}","size":{size}}}"#)
}

fn manifest(kind: &str, layers: &[&String]) -> Vec<u8> {
    let layers = layers.iter().map(|layer| layer.as_str()).collect::<Vec<_>>().join(",");
    format!(r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","artifactType":"{kind}","layers":[{layers}]}}"#)
        .into_bytes()
}

impl Web for Registry {
    fn get(&self, url: &str) -> Result<Answer, SourceError> {
        panic!("a registry is asked with headers, not for {url}");
    }

    fn get_object(&self, _: Store, address: &str) -> Result<Answer, SourceError> {
        panic!("{address} is in no bucket");
    }

    fn ask(&self, url: &str, headers: &[(&'static str, String)]) -> Result<Answer, SourceError> {
        if let Some(query) = url.strip_prefix("https://auth.example/token?") {
            assert_eq!(query, "scope=repository%3Ateam%2Fnet%3Apull&service=the%20registry");
            let good = headers.iter().any(|(_, value)| value == "Basic dTpnb29k");
            return Ok(if good { said(200, br#"{"token":"leave"}"#) } else { said(401, b"") });
        }
        let Some(what) = url.strip_prefix("https://registry.example/v2/team/net/") else {
            return Ok(said(404, b""));
        };
        if !self.is_let_in(headers) {
            return Ok(self.challenge());
        }
        let found = match what.split_once('/') {
            Some(("manifests", reference)) => {
                let accepts = headers.iter().any(|(name, value)| *name == "accept" && value == MANIFEST);
                self.manifests.get(reference).filter(|_| accepts)
            }
            Some(("blobs", digest)) => self.blobs.get(digest),
            _ => None,
        };
        Ok(found.map_or_else(|| said(404, b""), |bytes| said(200, bytes)))
    }

    fn container_login(&self, registry: &str, repository: &str) -> Option<(String, String)> {
        assert_eq!((registry, repository), ("registry.example", "team/net"));
        self.password.map(|password| ("u".to_owned(), password.to_owned()))
    }
}

/// Fetches an address: what `main.tf` of the module says, or the error.
fn fetched(registry: &Registry, address: &str) -> Result<String, String> {
    let directory = tempfile::tempdir().expect("a directory");
    let source = ModuleSource::parse(address).map_err(|error| error.cause)?;
    assert_eq!(source.address(), address, "an address prints as it is written");
    let found =
        fetch_version(registry, &source, None, &directory.path().join("m")).map_err(|error| error.cause)?;
    Ok(std::fs::read_to_string(found.dir.join("main.tf")).expect("a file"))
}

#[test]
fn modules_are_fetched_by_tag_and_digest() {
    let registry = Registry::new(Login::Nobody, None);
    let module =
        registry.manifests.iter().find(|(name, _)| name.starts_with("sha256:")).expect("a digest").0.clone();
    let wrong = format!("sha256:{}", "0".repeat(64));
    let base = "oci://registry.example/team/net";
    for (rest, wanted) in [
        (String::new(), Ok("# one\n")),
        ("//sub/deep".to_owned(), Ok("# deep\n")),
        ("?tag=v1.2.0".to_owned(), Ok("# one\n")),
        ("//sub/deep?tag=v1.2.0".to_owned(), Ok("# deep\n")),
        (format!("?digest={module}"), Ok("# one\n")),
        (format!("?digest={wrong}"), Err("answered with status 404")),
        ("?tag=missing".to_owned(), Err("answered with status 404")),
        ("?tag=image".to_owned(), Err("it is an image and no module")),
        ("?tag=two".to_owned(), Err("it has several zip archives")),
        ("?tag=none".to_owned(), Err("none of its 1 layers is a zip archive")),
        ("?tag=nonsense".to_owned(), Err("its manifest can't be understood")),
        ("?tag=short".to_owned(), Err("and the manifest says")),
        ("?tag=changed".to_owned(), Err("its sha256 checksum is")),
        ("?tag=-x".to_owned(), Err("its tag is not one")),
        ("?digest=sha256:12".to_owned(), Err("its digest is not one")),
        ("?ref=v1".to_owned(), Err("there can be a tag or a digest")),
        (format!("?tag=a&digest={wrong}"), Err("both say which package it is")),
        ("//nowhere".to_owned(), Err("nowhere")),
    ] {
        let found = fetched(&registry, &format!("{base}{rest}"));
        match (&found, wanted) {
            (Ok(text), Ok(wanted)) => assert_eq!(text, wanted, "{rest}"),
            (Err(cause), Err(wanted)) => assert!(cause.contains(wanted), "{rest}: {cause}"),
            _ => panic!("{rest}: {found:?}, not {wanted:?}"),
        }
    }
    for address in [
        "oci://registry.example",
        "oci://registry.example/Team/net",
        "oci://u@registry.example/x",
        "oci://r.example/a//../b",
    ] {
        assert!(fetched(&registry, address).is_err(), "{address}");
    }
}

#[test]
fn registries_may_ask_who_it_is() {
    for (login, password, good) in [
        (Login::Basic, Some("good"), true),
        (Login::Basic, Some("bad"), false),
        (Login::Basic, None, false),
        (Login::Token, Some("good"), true),
        (Login::Token, Some("bad"), false),
        (Login::Token, None, false),
    ] {
        let found = fetched(&Registry::new(login, password), "oci://registry.example/team/net");
        assert_eq!(found.is_ok(), good, "{password:?}: {found:?}");
        let told = found.err().unwrap_or_default();
        assert!(!told.contains("bad") && !told.contains("good"), "{told}");
    }
}
