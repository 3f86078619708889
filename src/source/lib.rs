//! Fetches module bytes and tells about Git. In: a module's source address. Out: a directory of files.
//!
//! This room doesn't know what the files mean: it never parses configuration, and whoever calls it walks the
//! module calls and asks for one directory after the other. What it fetches is treated as hostile: nothing
//! from a repository is run, and nothing in a fetched directory leads outside of it.

mod address;
mod checkout;
mod clone;
mod directory;
mod error;
mod git_address;
mod installer;
mod manifest;
mod redact;
mod repository;
mod subdir;

use std::path::{Path, PathBuf};

pub use address::ModuleSource;
pub use error::{SourceError, SourceErrorKind};
pub use installer::{Installed, ModuleInstaller, Origin};
pub use manifest::{Manifest, ManifestEntry};
pub use redact::redact;
pub use repository::{GitInfo, describe};

/// What [`fetch`] put on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The module's own directory: the target directory, or the subdirectory of it that the address names.
    pub dir: PathBuf,
    /// The commit that was checked out, as 40 hexadecimal digits; none where the source isn't Git.
    pub commit: Option<String>,
}

/// Fetches a module into the directory `into`, which is replaced if it is there already.
///
/// The bytes arrive in a sibling directory first, so `into` is either what it was or complete. A local source
/// ([`ModuleSource::Local`]) is read where it stands and not fetched: passing one is an error.
pub fn fetch(source: &ModuleSource, into: &Path) -> Result<Fetched, SourceError> {
    let staging = staging_directory(into)?;
    remove_directory(&staging)?;
    let files = staging.join("files");
    let outcome = fetch_into(source, &staging, &files).and_then(|(subdir, commit)| {
        let inside = subdir::resolve(&files, subdir.as_deref(), source)?;
        remove_directory(into)?;
        std::fs::rename(&files, into)
            .map_err(|cause| SourceError::io("move the fetched module to", into, &cause))?;
        Ok(Fetched { dir: into.join(inside), commit })
    });
    let cleaned = remove_directory(&staging);
    let fetched = outcome?;
    cleaned?;
    Ok(fetched)
}

type Arrived = (Option<String>, Option<String>);

fn fetch_into(source: &ModuleSource, staging: &Path, files: &Path) -> Result<Arrived, SourceError> {
    std::fs::create_dir_all(files).map_err(|cause| SourceError::io("create", files, &cause))?;
    match source {
        ModuleSource::Git { url, reference, subdir, depth, .. } => {
            let wanted = clone::Wanted { url, reference: reference.as_deref(), depth: *depth };
            let commit = clone::fetch(&wanted, &staging.join("repository"), files)?;
            Ok((subdir.clone(), Some(commit)))
        }
        ModuleSource::Directory { path, subdir } => {
            directory::copy(path, files)?;
            Ok((subdir.clone(), None))
        }
        ModuleSource::Local(_) => Err(SourceError::invalid(
            "fetch",
            source.to_string(),
            "a local path is read where it stands",
            "join it to the calling module's directory",
        )),
        ModuleSource::Registry { .. } | ModuleSource::Archive { .. } | ModuleSource::Other { .. } => {
            Err(unsupported(source))
        }
    }
}

fn unsupported(source: &ModuleSource) -> SourceError {
    let what = match source {
        ModuleSource::Registry { .. } => "module registries are not supported yet",
        ModuleSource::Archive { .. } => "archives over HTTP are not supported yet",
        _ => "this way of fetching a module is not supported yet",
    };
    SourceError::new(SourceErrorKind::Unsupported, "fetch", source.to_string(), what)
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
