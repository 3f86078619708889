//! A commit's configuration without a working tree: from an address such as `https://host/repo.git//path?ref=main`.

use crate::address::ModuleSource;
use crate::error::{SourceError, SourceErrorKind};
use crate::redact::redact;
use crate::{clone, remove_directory, repository, subdir};
use std::path::{Path, PathBuf};

/// The files of one commit, written into a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitTree {
    /// The directory that the address names, below the one that holds the whole tree.
    pub dir: PathBuf,
    /// The commit, as 40 hexadecimal digits.
    pub commit: String,
    /// The branch's short name, where the address names a branch or the repository's `HEAD` is on one.
    pub branch: Option<String>,
    /// The same address with the commit in place of the reference, absolute and without credentials.
    pub pinned: String,
}

/// Writes the whole tree of the commit that an address names into the directory `into`, which must not exist yet.
///
/// An address is one that `git::` takes in a module's source, with or without that prefix; or a path of this
/// machine, relative to `working`, that lies in a Git repository: its subdirectory is found by itself, so that
/// `.?ref=main` is the directory one stands in as it is on the branch main.
pub fn fetch_commit(address: &str, working: &Path, into: &Path) -> Result<CommitTree, SourceError> {
    let source = parse(address, working)?;
    let ModuleSource::Git { url, reference, subdir: inner, depth, .. } = &source else {
        return Err(not_git(address));
    };
    let scratch = into.with_extension("repository");
    std::fs::create_dir_all(into).map_err(|cause| SourceError::io("create", into, &cause))?;
    let wanted = clone::Wanted { url, reference: reference.as_deref(), depth: *depth, within: 0 };
    let fetched = clone::fetch(&wanted, &scratch, into);
    let cleaned = remove_directory(&scratch);
    let fetched = fetched?;
    cleaned?;
    let dir = into.join(subdir::resolve(into, inner.as_deref(), &source)?);
    Ok(CommitTree {
        dir,
        branch: fetched.branch,
        pinned: pinned(&source, &fetched.commit),
        commit: fetched.commit,
    })
}

fn parse(address: &str, working: &Path) -> Result<ModuleSource, SourceError> {
    let address = address.trim();
    if address.starts_with("git::") {
        return ModuleSource::parse(address);
    }
    if address.contains("://") {
        return ModuleSource::parse(&format!("git::{address}"));
    }
    let (package, inner) = subdir::split(address)?;
    let (path, query) = package.split_once('?').map_or((package.as_str(), None), |(p, q)| (p, Some(q)));
    let path = if path.is_empty() { "." } else { path };
    if !working.join(path).exists() {
        let git =
            ModuleSource::parse(address).ok().filter(|source| matches!(source, ModuleSource::Git { .. }));
        return git.ok_or_else(|| {
            let cause = "there is no such path, and it is no address of a Git repository";
            SourceError::new(SourceErrorKind::NotFound, "read", address, cause)
                .hint("write the path of a Git repository, or a URL such as \"https://example.com/repository.git//path?ref=main\"")
        });
    }
    local(&working.join(path), inner.as_deref(), query)
}

/// A directory of this machine: its repository is the one around it, and where it lies in there the subdirectory.
fn local(path: &Path, inner: Option<&str>, query: Option<&str>) -> Result<ModuleSource, SourceError> {
    let (root, prefix) = repository::locate(path)?;
    let below: Vec<&str> =
        [prefix.as_str(), inner.unwrap_or_default()].into_iter().filter(|part| !part.is_empty()).collect();
    // Only the query is read as an address: the path may hold what has a meaning there.
    let mut source = ModuleSource::parse(&format!("git::file:///here?{}", query.unwrap_or_default()))?;
    if let ModuleSource::Git { url, subdir, .. } = &mut source {
        *url = format!("file://{}", root.display());
        *subdir = subdir::checked(&path.display().to_string(), &below.join("/"))?;
    }
    Ok(source)
}

fn not_git(address: &str) -> SourceError {
    SourceError::invalid(
        "take a commit from",
        address,
        "it is not the address of a Git repository",
        "put \"git::\" in front of the URL if it is one",
    )
}

fn pinned(source: &ModuleSource, commit: &str) -> String {
    let ModuleSource::Git { url, subdir, .. } = source else { return source.to_string() };
    let (url, rest) = url.split_once('?').map_or((url.as_str(), None), |(url, rest)| (url, Some(rest)));
    let below = subdir.as_ref().map(|subdir| format!("//{subdir}")).unwrap_or_default();
    let rest = rest.map(|rest| format!("&{rest}")).unwrap_or_default();
    redact(&format!("git::{url}{below}?ref={commit}{rest}"))
}
