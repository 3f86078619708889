//! Module packages in registries of containers, as `OpenTofu` publishes them: one zip archive in an image manifest of
//! its own artifact type (<https://opentofu.org/docs/cli/oci_registries/module-package>), fetched over the OCI
//! Distribution protocol 1.1.

use crate::archive;
use crate::checksum;
use crate::error::{SourceError, SourceErrorKind};
use crate::web::{Answer, Web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::path::Path;

/// What a manifest says that holds a module.
const ARTIFACT_TYPE: &str = "application/vnd.opentofu.modulepkg";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const ARCHIVE_TYPE: &str = "archive/zip";
/// The tag that an address without one means.
const TAG: &str = "latest";
/// Docker's own registry is at another host than its name says.
const DOCKER: (&str, &str) = ("docker.io", "registry-1.docker.io");

#[derive(Deserialize)]
struct Manifest {
    #[serde(default, rename = "artifactType")]
    artifact_type: String,
    #[serde(default)]
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
struct Layer {
    #[serde(default, rename = "mediaType")]
    media_type: String,
    digest: String,
    size: u64,
}

/// What gives leave to read, where a registry hands it out.
#[derive(Deserialize)]
struct Leave {
    token: Option<String>,
    access_token: Option<String>,
}

/// One repository of a registry.
struct Repository<'w> {
    web: &'w dyn Web,
    /// The whole address, for messages.
    url: &'w str,
    registry: &'w str,
    name: &'w str,
    /// The header that the registry asked for.
    proof: Option<String>,
}

/// Gets the package that an `oci://` address names and unpacks it into the empty directory `into`.
pub(crate) fn fetch(web: &dyn Web, url: &str, into: &Path) -> Result<(), SourceError> {
    let (registry, name, wanted) = parse(url)?;
    let mut repository = Repository { web, url, registry, name, proof: None };
    let answer = repository.get(&format!("manifests/{wanted}"), Some(MANIFEST_TYPE))?;
    if wanted.contains(':') {
        checksum::check(url, &wanted, &answer.body)?;
    }
    let layer = repository.layer(&answer.body)?;
    let answer = repository.get(&format!("blobs/{}", layer.digest), None)?;
    if answer.body.len() as u64 != layer.size {
        let cause =
            format!("its archive has {} bytes, and the manifest says {}", answer.body.len(), layer.size);
        return Err(SourceError::new(SourceErrorKind::Unsafe, "use", url, cause));
    }
    checksum::check(url, &layer.digest, &answer.body)?;
    archive::unpack_zip(answer.body, into, url)
}

/// Registry, repository, and the tag or digest.
fn parse(url: &str) -> Result<(&str, &str, String), SourceError> {
    let wrong = |cause: &str| {
        let hint = "write oci://REGISTRY/REPOSITORY, with ?tag=TAG or ?digest=sha256:DIGEST behind it";
        SourceError::invalid("use the module source", url, cause, hint)
    };
    let address = url.strip_prefix("oci://").unwrap_or(url);
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (registry, name) = path.split_once('/').ok_or_else(|| wrong("it names no repository"))?;
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-/".contains(&byte);
    let whole = |part: &str| part.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if !name.bytes().all(good) || !name.split('/').all(whole) {
        return Err(wrong(
            "a repository's name has lower case letters, digits, dots, dashes, underscores and slashes",
        ));
    }
    let host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if registry.is_empty() || !registry.bytes().all(host) {
        return Err(wrong("its registry is not the name of a host"));
    }
    let mut wanted = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = value.replace("%3A", ":").replace("%3a", ":");
        let fits = match key {
            "tag" => is_tag(&value),
            "digest" => is_digest(&value),
            _ => return Err(wrong("behind the question mark there can be a tag or a digest")),
        };
        if !fits {
            return Err(wrong(&format!("its {key} is not one")));
        }
        if wanted.replace(value).is_some() {
            return Err(wrong("a tag and a digest both say which package it is"));
        }
    }
    Ok((registry, name, wanted.unwrap_or_else(|| TAG.to_owned())))
}

fn is_tag(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    first && text.len() <= 128 && text.bytes().all(inner)
}

fn is_digest(text: &str) -> bool {
    let digits = |text: &str, length: usize| {
        text.len() == length
            && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    match text.split_once(':') {
        Some(("sha256", text)) => digits(text, 64),
        Some(("sha512", text)) => digits(text, 128),
        _ => false,
    }
}

impl Repository<'_> {
    /// The one archive that the manifest of a module has.
    fn layer(&self, manifest: &[u8]) -> Result<Layer, SourceError> {
        let wrong = |cause: String| {
            let hint = "publish the module as an artifact of type application/vnd.opentofu.modulepkg with one archive/zip layer";
            SourceError::new(SourceErrorKind::Unsupported, "use", self.url, cause).hint(hint)
        };
        let manifest: Manifest = serde_json::from_slice(manifest)
            .map_err(|cause| wrong(format!("its manifest can't be understood: {cause}")))?;
        if manifest.artifact_type != ARTIFACT_TYPE {
            let kind = if manifest.artifact_type.is_empty() { "an image" } else { &manifest.artifact_type };
            return Err(wrong(format!("it is {kind} and no module")));
        }
        let count = manifest.layers.len();
        let mut archives = manifest.layers.into_iter().filter(|layer| layer.media_type == ARCHIVE_TYPE);
        match (archives.next(), archives.next()) {
            (Some(layer), None) if is_digest(&layer.digest) => Ok(layer),
            (Some(_), None) => Err(wrong("the digest of its archive is none".to_owned())),
            (Some(_), Some(_)) => Err(wrong("it has several zip archives".to_owned())),
            (None, _) => Err(wrong(format!("none of its {count} layers is a zip archive"))),
        }
    }

    /// Gets something of the repository; logs in where the registry asks for that.
    fn get(&mut self, what: &str, accept: Option<&'static str>) -> Result<Answer, SourceError> {
        let host = if self.registry == DOCKER.0 { DOCKER.1 } else { self.registry };
        let url = format!("https://{host}/v2/{}/{what}", self.name);
        let mut answer = self.ask(&url, accept)?;
        if answer.status == 401
            && let Some(challenge) = answer.challenge.take()
        {
            self.proof = self.log_in(&challenge)?;
            answer = self.ask(&url, accept)?;
        }
        let kind = match answer.status {
            200..=299 => return Ok(answer),
            404 => SourceErrorKind::NotFound,
            _ => SourceErrorKind::Unreachable,
        };
        let cause = format!("{url} answered with status {}", answer.status);
        let hint = match answer.status {
            401 | 403 => {
                "log in with \"docker login\" or \"podman login\"; credential helpers are not run, so the credentials must be in the file itself"
            }
            404 => "check the repository and its tag; the registry may also hide what needs a login",
            _ => "try again later",
        };
        Err(SourceError::new(kind, "get", self.url, cause).hint(hint))
    }

    fn ask(&self, url: &str, accept: Option<&'static str>) -> Result<Answer, SourceError> {
        let accept = accept.map(|kind| ("accept", kind.to_owned()));
        let proof = self.proof.as_ref().map(|proof| ("authorization", proof.clone()));
        let headers: Vec<_> = accept.into_iter().chain(proof).collect();
        self.web.ask(url, &headers)
    }

    /// What the registry wants to see, by its challenge: name and password themselves, or what another host gives for
    /// them.
    fn log_in(&self, challenge: &str) -> Result<Option<String>, SourceError> {
        let login = self.web.container_login(self.registry, self.name);
        let basic =
            login.map(|(name, password)| format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))));
        let (scheme, rest) = challenge.split_once(' ').unwrap_or((challenge, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Ok(basic);
        }
        let wrong = |cause: String| {
            SourceError::new(SourceErrorKind::Unreachable, "log in for", self.url, cause)
                .hint("ask whoever runs the registry")
        };
        let named = |name: &str| parameter(rest, name);
        let realm = named("realm").filter(|realm| realm.starts_with("https://"));
        let realm =
            realm.ok_or_else(|| wrong("the registry names no https address to log in at".to_owned()))?;
        let scope = named("scope").unwrap_or_else(|| format!("repository:{}:pull", self.name));
        let mut url =
            format!("{realm}{}scope={}", if realm.contains('?') { '&' } else { '?' }, escaped(&scope));
        if let Some(service) = named("service") {
            url.push_str(&format!("&service={}", escaped(&service)));
        }
        let headers: Vec<_> = basic.map(|basic| ("authorization", basic)).into_iter().collect();
        let answer = self.web.ask(&url, &headers)?;
        if !(200..300).contains(&answer.status) {
            let host = realm.split('/').nth(2).unwrap_or_default();
            return Err(wrong(format!("{host} answered with status {}", answer.status)));
        }
        let leave: Leave = serde_json::from_slice(&answer.body)
            .map_err(|_| wrong("what the registry gave for the login can't be understood".to_owned()))?;
        let token = leave.token.or(leave.access_token).filter(|token| !token.is_empty());
        Ok(Some(format!("Bearer {}", token.ok_or_else(|| wrong("the login gave no token".to_owned()))?)))
    }
}

/// The value of `name="value"` in a challenge.
fn parameter(text: &str, name: &str) -> Option<String> {
    let mut rest = text;
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim_start_matches([',', ' ']).trim();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value.to_owned());
        }
        rest = next;
    }
    None
}

/// As a query needs it.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}
