//! Module registries: which versions there are, and where the bytes of one are.

use crate::address::ModuleSource;
use crate::error::{SourceError, SourceErrorKind};
use crate::version::{Constraint, newest};
use crate::web::{Answer, Web};
use serde::Deserialize;

/// The coordinates of a module in a registry.
pub(crate) struct Module<'a> {
    pub(crate) host: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) provider: &'a str,
}

#[derive(Deserialize)]
struct Discovery {
    #[serde(rename = "modules.v1")]
    modules: Option<String>,
}

#[derive(Deserialize)]
struct Versions {
    modules: Vec<ModuleVersions>,
}

#[derive(Deserialize)]
struct ModuleVersions {
    versions: Vec<OneVersion>,
}

#[derive(Deserialize)]
struct OneVersion {
    version: String,
}

#[derive(Deserialize)]
struct Download {
    location: String,
}

/// The newest version that the constraint allows, and the source its bytes come from.
pub(crate) fn locate(
    web: &dyn Web,
    module: &Module<'_>,
    constraint: Option<&str>,
) -> Result<(String, ModuleSource), SourceError> {
    let wanted = match constraint {
        None => Constraint::default(),
        Some(text) => Constraint::parse(text).ok_or_else(|| {
            let cause = "it isn't a version constraint";
            SourceError::new(SourceErrorKind::Version, "use the version", format!("\"{text}\""), cause)
                .hint("write something like \"~> 1.2\" or \">= 1.0, < 2.0\"")
        })?,
    };
    let base = format!("{}{}", discover(web, module)?, module.path());
    let url = format!("{base}/versions");
    let listed: Versions = json(&url, &expect(web, module, &url)?)?;
    let versions: Vec<String> =
        listed.modules.into_iter().flat_map(|one| one.versions).map(|one| one.version).collect();
    let version = newest(&versions, &wanted).ok_or_else(|| no_version(module, constraint, &versions))?;
    let url = format!("{base}/{version}/download");
    let answer = expect(web, module, &url)?;
    let location = match &answer.terraform_get {
        Some(location) => location.clone(),
        None => json::<Download>(&url, &answer)?.location,
    };
    let source = ModuleSource::parse(&absolute(&url, &location))?;
    match source {
        ModuleSource::Git { ref url, .. } if !url.starts_with("file:") => Ok((version.to_owned(), source)),
        ModuleSource::Archive { .. } => Ok((version.to_owned(), source)),
        other => {
            let cause = format!("the registry {} says that the module is at {other}", module.host);
            Err(SourceError::new(SourceErrorKind::Unsupported, "fetch", module.to_string(), cause))
        }
    }
}

impl Module<'_> {
    fn path(&self) -> String {
        format!("{}/{}/{}", self.namespace, self.name, self.provider)
    }
}

impl std::fmt::Display for Module<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.host, self.path())
    }
}

/// Where the host's module service is, ending with a slash.
fn discover(web: &dyn Web, module: &Module<'_>) -> Result<String, SourceError> {
    let url = format!("https://{}/.well-known/terraform.json", module.host);
    let found: Discovery = json(&url, &expect(web, module, &url)?)?;
    let service = found.modules.ok_or_else(|| {
        let cause = "the host offers no module registry";
        SourceError::new(SourceErrorKind::NotFound, "find", module.to_string(), cause)
            .hint("check the host name in the source")
    })?;
    let service = absolute(&url, &service);
    Ok(if service.ends_with('/') { service } else { format!("{service}/") })
}

fn expect(web: &dyn Web, module: &Module<'_>, url: &str) -> Result<Answer, SourceError> {
    let answer = web.get(url)?;
    let (kind, hint) = match answer.status {
        200..=299 => return Ok(answer),
        404 => (
            SourceErrorKind::NotFound,
            "check the module's name; the registry may also hide what needs a login",
        ),
        401 | 403 => (SourceErrorKind::Unreachable, "give a token for this host"),
        _ => (SourceErrorKind::Unreachable, "try again later"),
    };
    let cause = format!("{url} answered with status {}", answer.status);
    Err(SourceError::new(kind, "find", module.to_string(), cause).hint(hint))
}

fn json<T: for<'a> Deserialize<'a>>(url: &str, answer: &Answer) -> Result<T, SourceError> {
    serde_json::from_slice(&answer.body)
        .map_err(|cause| SourceError::new(SourceErrorKind::Unreachable, "understand", url, cause.to_string()))
}

fn no_version(module: &Module<'_>, constraint: Option<&str>, versions: &[String]) -> SourceError {
    let cause = match constraint {
        Some(text) => format!("none of its {} versions matches \"{text}\"", versions.len()),
        None => "it has no released version".to_owned(),
    };
    let newest = newest(versions, &Constraint::default());
    let error = SourceError::new(SourceErrorKind::Version, "choose a version of", module.to_string(), cause);
    match newest {
        Some(newest) => error.hint(format!("the newest is {newest}; change the version argument")),
        None => error,
    }
}

/// Resolves a location that may be relative to the document it was found in.
fn absolute(document: &str, location: &str) -> String {
    let scheme_end = document.find("://").map_or(0, |at| at + 3);
    let host_end = document[scheme_end..].find('/').map_or(document.len(), |at| at + scheme_end);
    if location.starts_with('/') {
        return format!("{}{location}", &document[..host_end]);
    }
    if location.starts_with("./") || location.starts_with("../") {
        let mut parts: Vec<&str> = document[host_end..].split('/').collect();
        parts.pop();
        for part in location.split('/') {
            match part {
                "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        return format!("{}/{}", &document[..host_end], parts.join("/").trim_start_matches('/'));
    }
    location.to_owned()
}
