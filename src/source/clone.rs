//! Brings one commit of a Git repository here and writes its files.

use crate::checkout::{Filters, checkout};
use crate::error::{SourceError, SourceErrorKind, chain};
use crate::submodule;
use gix::bstr::ByteSlice;
use gix::remote::fetch::Shallow;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// What to fetch.
pub(crate) struct Wanted<'a> {
    /// The repository.
    pub(crate) url: &'a str,
    /// A branch, tag or commit; `HEAD` where there is none.
    pub(crate) reference: Option<&'a str>,
    /// How many commits of history to ask for; one where nothing is said, since only files are needed.
    pub(crate) depth: Option<u32>,
    /// How many repositories it is a submodule within.
    pub(crate) within: u32,
}

/// What was fetched.
pub(crate) struct Fetched {
    /// The commit, as hexadecimal digits.
    pub(crate) commit: String,
    /// The branch that the reference names, or that `HEAD` is on where there is no reference.
    pub(crate) branch: Option<String>,
}

/// Writes the wanted files into the empty directory `files` and returns the commit. `scratch` is a path that
/// doesn't exist yet; the caller removes it.
pub(crate) fn fetch(wanted: &Wanted<'_>, scratch: &Path, files: &Path) -> Result<Fetched, SourceError> {
    let (repository, filters) = match wanted.url.strip_prefix("file://") {
        Some(path) => (open(wanted, Path::new(path))?, Filters::None),
        None => (clone(wanted, scratch)?, Filters::OfTheUser),
    };
    let commit = resolve(&repository, wanted, filters)?;
    let wishes = checkout(&repository, commit, files, filters)?;
    submodule::fetch_all(wanted, &wishes.submodules, &wishes.addresses, scratch, files)?;
    Ok(Fetched { commit: commit.to_string(), branch: branch(&repository, wanted, filters) })
}

/// The branch, if it is one: in a clone `HEAD` is on it, in a repository that stands here it is looked up.
fn branch(repository: &gix::Repository, wanted: &Wanted<'_>, filters: Filters) -> Option<String> {
    let here = filters == Filters::None;
    match wanted.reference {
        Some(name) if here => {
            let found = repository.try_find_reference(&format!("refs/heads/{name}")).ok().flatten();
            found.map(|_| name.to_owned())
        }
        Some(name) if is_hexadecimal(name) => None,
        _ => {
            let head = repository.head_name().ok().flatten()?;
            let is_branch = head.category() == Some(gix::reference::Category::LocalBranch);
            is_branch.then(|| head.shorten().to_string())
        }
    }
}

/// A repository of this machine is read where it stands: no copy, and no other program.
fn open(wanted: &Wanted<'_>, path: &Path) -> Result<gix::Repository, SourceError> {
    gix::open(path).map_err(|cause| {
        SourceError::new(SourceErrorKind::NotFound, "open the Git repository", wanted.url, chain(&cause))
            .hint("check that the path is that of a Git repository and that this user may read it")
    })
}

/// Clones as little as the reference allows: one commit if the server can name it, everything otherwise.
fn clone(wanted: &Wanted<'_>, scratch: &Path) -> Result<gix::Repository, SourceError> {
    let narrow = match wanted.reference {
        Some(reference) if is_abbreviated(reference) => None,
        reference => Some(Breadth::Narrow(reference)),
    };
    let Some(narrow) = narrow else {
        return try_clone(wanted, scratch, &Breadth::Whole).map_err(|cause| unreachable(wanted, &cause));
    };
    match try_clone(wanted, scratch, &narrow) {
        Ok(repository) => Ok(repository),
        // Some servers don't hand out a commit by its name alone.
        Err(_) if wanted.reference.is_some_and(is_whole_commit) => {
            try_clone(wanted, scratch, &Breadth::Whole).map_err(|cause| unreachable(wanted, &cause))
        }
        Err(cause) => Err(unreachable(wanted, &cause)),
    }
}

enum Breadth<'a> {
    Narrow(Option<&'a str>),
    Whole,
}

fn try_clone(
    wanted: &Wanted<'_>,
    scratch: &Path,
    breadth: &Breadth<'_>,
) -> Result<gix::Repository, gix::Error> {
    let mut prepared = gix::prepare_clone_bare(wanted.url, scratch)?;
    if let Breadth::Narrow(reference) = breadth {
        let depth = wanted.depth.and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        prepared = prepared.with_shallow(Shallow::DepthAtRemote(depth));
        prepared = match reference {
            Some(commit) if is_whole_commit(commit) => prepared.with_revision(Some(*commit))?,
            reference => prepared.with_ref_name(*reference)?,
        };
    }
    let interrupted = AtomicBool::new(false);
    let (repository, _) = prepared.fetch_only(gix::progress::Discard, &interrupted)?;
    Ok(repository)
}

fn is_hexadecimal(reference: &str) -> bool {
    reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_whole_commit(reference: &str) -> bool {
    reference.len() == 40 && is_hexadecimal(reference)
}

/// Whether it may be the start of a commit's name, which no server resolves.
fn is_abbreviated(reference: &str) -> bool {
    (4..40).contains(&reference.len()) && is_hexadecimal(reference)
}

/// The commit that the reference names in what was fetched or opened.
fn resolve(
    repository: &gix::Repository,
    wanted: &Wanted<'_>,
    filters: Filters,
) -> Result<gix::ObjectId, SourceError> {
    let narrow_name = filters == Filters::OfTheUser && !wanted.reference.is_some_and(is_abbreviated);
    let found = match wanted.reference {
        // A narrow clone has the reference checked out as its HEAD.
        Some(reference) if !narrow_name || is_whole_commit(reference) => find(repository, reference),
        _ => repository.head_commit().map(|commit| commit.id),
    };
    found.map_err(|cause| {
        let reference = wanted.reference.unwrap_or("HEAD");
        let object = format!("\"{reference}\" in {}", wanted.url);
        SourceError::new(SourceErrorKind::NotFound, "find", object, chain(&cause))
            .hint("check that \"?ref=\" names a branch, a tag or a commit that is pushed")
    })
}

fn find(repository: &gix::Repository, reference: &str) -> Result<gix::ObjectId, gix::Error> {
    let object = repository.rev_parse_single(reference.as_bytes().as_bstr())?.object()?;
    Ok(object.peel_to_commit()?.id)
}

fn unreachable(wanted: &Wanted<'_>, cause: &gix::Error) -> SourceError {
    let text = chain(cause);
    let missing = cause.is_not_found() && wanted.reference.is_some() && text.contains("any ref that matched");
    if missing {
        let object = format!("\"{}\" in {}", wanted.reference.unwrap_or("HEAD"), wanted.url);
        return SourceError::new(SourceErrorKind::NotFound, "find", object, text)
            .hint("check that \"?ref=\" names a branch, a tag or a commit that is pushed");
    }
    let hint = if wanted.url.starts_with("ssh://") {
        "check the address, that the program \"ssh\" is installed, and that it can log in without asking"
    } else {
        "check the address, the network, and that Git's credential helper knows this host"
    };
    SourceError::new(SourceErrorKind::Unreachable, "clone", wanted.url, text).hint(hint)
}
