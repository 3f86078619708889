//! Fetches module bytes and tells about Git. In: a module's source address. Out: a directory of files.
//!
//! This room doesn't know what the files mean: it never parses configuration, and whoever calls it walks the
//! module calls and asks for one directory after the other. What it fetches is treated as hostile: nothing
//! from a repository is run, and nothing in a fetched directory leads outside of it.

mod address;
mod archive;
mod bucket;
mod changes;
mod checkout;
mod checksum;
mod clone;
mod commit;
mod container;
mod container_login;
mod directory;
mod error;
mod git;
mod git_address;
mod installer;
mod login;
mod manifest;
mod propose;
mod redact;
mod registry;
mod repository;
mod subdir;
mod submodule;
mod version;
mod web;

use std::path::{Path, PathBuf};

pub use address::ModuleSource;
pub use changes::{Changes, changes_since, is_in_history, parents, text_at, texts_at};
pub use commit::{CommitTree, fetch_commit};
pub use error::{SourceError, SourceErrorKind};
pub use installer::{Installed, ModuleInstaller, Origin};
pub use manifest::{Manifest, ManifestEntry};
pub use propose::{Goal, Proposal, Pushed, goal, propose, withdraw};
pub use redact::redact;
pub use repository::{GitInfo, below, describe, link_on_the_way, within};
pub use web::{Answer, Network, Store, Web};

/// What [`fetch`] put on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The module's own directory: the target directory, or the subdirectory of it that the address names.
    pub dir: PathBuf,
    /// The commit that was checked out, as 40 hexadecimal digits; none where the source isn't Git.
    pub commit: Option<String>,
    /// The version that was chosen, where the source is a registry.
    pub version: Option<String>,
}

/// Fetches a module into the directory `into`, which is replaced if it is there already.
///
/// The bytes arrive in a sibling directory first, so `into` is either what it was or complete. A local source
/// ([`ModuleSource::Local`]) is read where it stands and not fetched: passing one is an error.
pub fn fetch(source: &ModuleSource, into: &Path) -> Result<Fetched, SourceError> {
    fetch_version(&Network::default(), source, None, into)
}

/// Whether a version is one that a constraint such as `~> 1.2, != 1.2.3` allows; false where either can't be read.
pub fn version_fits(version: &str, constraint: &str) -> bool {
    version::fits(Some(version), Some(constraint))
}

/// The same over a network of the caller's; `constraint` is what the call says about the version, such as
/// `~> 1.2`, and only a registry's modules have versions.
pub fn fetch_version(
    web: &dyn Web,
    source: &ModuleSource,
    constraint: Option<&str>,
    into: &Path,
) -> Result<Fetched, SourceError> {
    let staging = staging_directory(into)?;
    remove_directory(&staging)?;
    let files = staging.join("files");
    let outcome = fetch_into(web, source, constraint, &staging).and_then(|arrived| {
        let inside = subdir::resolve(&files, arrived.subdir.as_deref(), source)?;
        remove_directory(into)?;
        std::fs::rename(&files, into)
            .map_err(|cause| SourceError::io("move the fetched module to", into, &cause))?;
        Ok(Fetched { dir: into.join(inside), commit: arrived.commit, version: arrived.version })
    });
    let cleaned = remove_directory(&staging);
    let fetched = outcome?;
    cleaned?;
    Ok(fetched)
}

/// What arrived in the staging directory.
#[derive(Default)]
struct Arrived {
    subdir: Option<String>,
    commit: Option<String>,
    version: Option<String>,
}

fn fetch_into(
    web: &dyn Web,
    source: &ModuleSource,
    constraint: Option<&str>,
    staging: &Path,
) -> Result<Arrived, SourceError> {
    let ModuleSource::Registry { host, namespace, name, provider, subdir } = source else {
        if let Some(constraint) = constraint {
            let cause = format!(
                "the version \"{constraint}\" is asked for, and only a registry's modules have versions"
            );
            return Err(SourceError::invalid(
                "fetch",
                source.to_string(),
                cause,
                "remove the version argument",
            ));
        }
        return fetch_package(web, source, staging, REDIRECTS_MAX);
    };
    let module = registry::Module { host, namespace, name, provider };
    let (version, place) = registry::locate(web, &module, constraint)?;
    let arrived = fetch_package(web, &place, staging, REDIRECTS_MAX)?;
    let subdir = join(arrived.subdir.as_deref(), subdir.as_deref());
    Ok(Arrived { subdir, version: Some(version), ..arrived })
}

/// How often one address may lead to another.
const REDIRECTS_MAX: u32 = 5;

fn fetch_package(
    web: &dyn Web,
    source: &ModuleSource,
    staging: &Path,
    redirects: u32,
) -> Result<Arrived, SourceError> {
    let files = staging.join("files");
    std::fs::create_dir_all(&files).map_err(|cause| SourceError::io("create", &files, &cause))?;
    match source {
        ModuleSource::Git { url, reference, subdir, depth, .. } => {
            let wanted = clone::Wanted { url, reference: reference.as_deref(), depth: *depth, within: 0 };
            let fetched = clone::fetch(&wanted, &staging.join("repository"), &files)?;
            Ok(Arrived { subdir: subdir.clone(), commit: Some(fetched.commit), version: None })
        }
        ModuleSource::Directory { path, subdir } => {
            directory::copy(path, &files)?;
            Ok(Arrived { subdir: subdir.clone(), ..Arrived::default() })
        }
        ModuleSource::Other { getter, url, subdir } if getter == "s3" || getter == "gcs" => {
            let store = if getter == "s3" { Store::S3 } else { Store::Google };
            archive::fetch_object(web, store, url, &files)?;
            Ok(Arrived { subdir: subdir.clone(), ..Arrived::default() })
        }
        ModuleSource::Container { url, subdir } => {
            container::fetch(web, url, &files)?;
            Ok(Arrived { subdir: subdir.clone(), ..Arrived::default() })
        }
        ModuleSource::Archive { url, subdir } => match archive::fetch(web, url, &files)? {
            archive::Led::Unpacked => Ok(Arrived { subdir: subdir.clone(), ..Arrived::default() }),
            archive::Led::Elsewhere(location) => {
                let next = elsewhere(source, &location, redirects)?;
                let arrived = fetch_package(web, &next, staging, redirects - 1)?;
                Ok(Arrived { subdir: join(arrived.subdir.as_deref(), subdir.as_deref()), ..arrived })
            }
        },
        ModuleSource::Local(_) => Err(SourceError::invalid(
            "fetch",
            source.to_string(),
            "a local path is read where it stands",
            "join it to the calling module's directory",
        )),
        ModuleSource::Registry { .. } | ModuleSource::Other { .. } => Err(unsupported(source)),
    }
}

/// The source that a page names; a page of the network can't name a directory of this machine.
fn elsewhere(page: &ModuleSource, location: &str, redirects: u32) -> Result<ModuleSource, SourceError> {
    let next = ModuleSource::parse(location)?;
    let remote = match &next {
        ModuleSource::Git { url, .. } => !url.starts_with("file:"),
        ModuleSource::Archive { .. } => true,
        _ => false,
    };
    if remote && redirects > 0 {
        return Ok(next);
    }
    let cause = format!("it leads to {next}, which may not be followed from there");
    Err(SourceError::new(SourceErrorKind::Unsafe, "fetch", page.to_string(), cause)
        .hint("use the address of the module itself"))
}

fn join(outer: Option<&str>, inner: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = outer.into_iter().chain(inner).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

fn unsupported(source: &ModuleSource) -> SourceError {
    let cause = "modules from Mercurial repositories can't be fetched";
    SourceError::new(SourceErrorKind::Unsupported, "fetch", source.to_string(), cause)
        .hint("use the module's Git repository, such as \"git::https://example.com/module.git?ref=v1.0.0\"")
}

/// The directory beside `into` where bytes arrive; its name can't be a module key.
fn staging_directory(into: &Path) -> Result<PathBuf, SourceError> {
    let name = into.file_name().ok_or_else(|| {
        SourceError::invalid(
            "fetch into",
            into.display().to_string(),
            "the path has no last name",
            "name one",
        )
    })?;
    let mut staging = std::ffi::OsString::from(".trueup-fetch-");
    staging.push(name);
    Ok(into.with_file_name(staging))
}

fn remove_directory(path: &Path) -> Result<(), SourceError> {
    let found = match std::fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(SourceError::io("look at", path, &cause)),
        Ok(found) => found,
    };
    let removed = if found.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    removed.map_err(|cause| SourceError::io("remove", path, &cause))
}
