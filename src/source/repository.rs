//! What Git says about a directory: commit, branch, whether it is clean, and where it came from.

use crate::error::{SourceError, SourceErrorKind, chain};
use crate::redact::redact;
use gix::bstr::ByteSlice;
use gix::status::{Submodule, UntrackedFiles};
use std::path::{Path, PathBuf};

/// The state of the Git repository around a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitInfo {
    /// The commit that is checked out, as hexadecimal digits; none before the first commit.
    pub commit: Option<String>,
    /// The branch's short name; none where `HEAD` is detached.
    pub branch: Option<String>,
    /// Whether a tracked file differs from the commit, or a file is neither tracked nor ignored.
    pub dirty: bool,
    /// The directory that holds the working tree, or the repository itself where it has none.
    pub root: PathBuf,
    /// The address the branch is fetched from, without credentials.
    pub remote: Option<String>,
}

/// Describes the repository that `dir` is in; none outside of one.
///
/// Only this repository is looked at: submodules count by their recorded commit. Nothing is written.
pub fn describe(dir: &Path) -> Result<Option<GitInfo>, SourceError> {
    let Some(repository) = open(dir)? else { return Ok(None) };
    let failed = |verb| move |cause: gix::Error| unreadable(verb, dir, &cause);
    let mut head = repository.head().map_err(failed("read the HEAD of the Git repository at"))?;
    let branch = head.referent_name().map(|name| name.shorten().to_string());
    let commit = if head.is_unborn() {
        None
    } else {
        let commit = head.peel_to_commit().map_err(failed("read the commit of the Git repository at"))?;
        Some(commit.id.to_string())
    };
    Ok(Some(GitInfo {
        commit,
        branch,
        dirty: is_dirty(&repository).map_err(failed("read the status of the Git repository at"))?,
        root: repository.workdir().unwrap_or_else(|| repository.git_dir()).to_owned(),
        remote: remote(&repository),
    }))
}

/// The repository at `dir` or the nearest one above it.
pub(crate) fn open(dir: &Path) -> Result<Option<gix::Repository>, SourceError> {
    let real = dir.canonicalize().map_err(|cause| SourceError::io("read", dir, &cause))?;
    match gix::discover(&real) {
        Ok(repository) => Ok(Some(repository)),
        Err(cause) if has_no_git(&real) => {
            drop(cause);
            Ok(None)
        }
        Err(cause) => Err(unreadable("open the Git repository at", dir, &cause)),
    }
}

/// The repository around a directory, and where in its tree the directory lies, with forward slashes.
pub(crate) fn locate(dir: &Path) -> Result<(PathBuf, String), SourceError> {
    let Some(repository) = open(dir)? else {
        let cause = "it is in no Git repository";
        return Err(SourceError::new(SourceErrorKind::NotFound, "read", dir.display().to_string(), cause)
            .hint("name a directory of a Git repository, or the repository's URL"));
    };
    let real = dir.canonicalize().map_err(|cause| SourceError::io("read", dir, &cause))?;
    let Some(root) = repository.workdir() else {
        return Ok((repository.git_dir().to_owned(), String::new()));
    };
    let root = root.canonicalize().map_err(|cause| SourceError::io("read", root, &cause))?;
    let prefix = real.strip_prefix(&root).unwrap_or(Path::new("")).to_string_lossy().into_owned();
    Ok((root, prefix))
}

/// Where in its repository's working tree a directory lies, with forward slashes; empty at its top and outside of one.
///
/// # Errors
/// A repository that is there and can't be read.
pub fn within(dir: &Path) -> Result<String, SourceError> {
    let Some(repository) = open(dir)? else { return Ok(String::new()) };
    repository.workdir().map_or_else(|| Ok(String::new()), |root| below(dir, root))
}

/// The way from a directory down to another one, with forward slashes; empty where it doesn't lie below it.
///
/// # Errors
/// Directories that can't be read.
pub fn below(dir: &Path, root: &Path) -> Result<String, SourceError> {
    let real = |dir: &Path| dir.canonicalize().map_err(|cause| SourceError::io("read", dir, &cause));
    let (root, dir) = (real(root)?, real(dir)?);
    let inside = dir.strip_prefix(&root).unwrap_or(Path::new(""));
    let steps: Vec<_> = inside.iter().map(|step| step.to_string_lossy()).collect();
    Ok(steps.join("/"))
}

/// The first symbolic link that the working tree around a directory has on the way to it, as the way is written: an absolute
/// path. None where there is none, and outside of a repository; links above the working tree are nobody's who commits to it.
///
/// # Errors
/// A repository that is there and can't be read.
pub fn link_on_the_way(written: &Path) -> Result<Option<PathBuf>, SourceError> {
    let unread = |cause: std::io::Error| SourceError::io("read", written, &cause);
    let Some(repository) = open(written)? else { return Ok(None) };
    let Some(top) = repository.workdir() else { return Ok(None) };
    let top = top.canonicalize().map_err(unread)?;
    let mut way = PathBuf::new();
    for step in written.components() {
        let above = way.clone();
        way.push(step);
        let is_link = way.symlink_metadata().map_err(unread)?.is_symlink();
        if is_link && above.canonicalize().map_err(unread)?.starts_with(&top) {
            return Ok(Some(way));
        }
    }
    Ok(None)
}

/// Whether no directory from here up has anything that could be a repository; told apart from one that is
/// there and broken, which a person must hear about.
fn has_no_git(dir: &Path) -> bool {
    dir.ancestors().all(|dir| !dir.join(".git").exists())
}

fn is_dirty(repository: &gix::Repository) -> Result<bool, gix::Error> {
    if repository.workdir().is_none() {
        return Ok(false);
    }
    let mut changes = repository
        .status(gix::progress::Discard)?
        .untracked_files(UntrackedFiles::Collapsed)
        .index_worktree_rewrites(None)
        .tree_index_track_renames(gix::status::tree_index::TrackRenames::Disabled)
        .index_worktree_submodules(Submodule::Given {
            ignore: gix::submodule::config::Ignore::Dirty,
            check_dirty: true,
        })
        .into_iter(Vec::new())?;
    match changes.next() {
        None => Ok(false),
        Some(change) => change.map(|_| true),
    }
}

/// The address as the repository's configuration has it, before rewriting rules that may add credentials.
fn remote(repository: &gix::Repository) -> Option<String> {
    let name = repository.remote_default_name(gix::remote::Direction::Fetch)?;
    let remote = repository.try_find_remote_without_url_rewrite(name.as_bstr())?.ok()?;
    let url = remote.url(gix::remote::Direction::Fetch)?;
    Some(redact(&url.to_bstring().to_string()))
}

fn unreadable(verb: &'static str, dir: &Path, cause: &gix::Error) -> SourceError {
    SourceError::new(SourceErrorKind::File, verb, dir.display().to_string(), chain(cause))
        .hint("run \"git status\" there to see what Git says")
}
