//! Writes the files of one commit into a directory, after looking that none of them can do harm.

use crate::error::{SourceError, SourceErrorKind, chain};
use crate::submodule::Submodule;
use gix::bstr::{BStr, ByteSlice};
use gix::index::entry::Mode;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Whose filters (`filter.*` in Git's configuration, which start programs) may run on the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filters {
    /// The user's own, as after `git clone`: large file storage works.
    OfTheUser,
    /// None: the repository was opened where it stands, and its configuration is not the user's.
    None,
}

/// What a tree asks for beside its own files.
#[derive(Default)]
pub(crate) struct Wishes {
    /// Its submodules.
    pub(crate) submodules: Vec<Submodule>,
    /// The text of its `.gitmodules`.
    pub(crate) addresses: String,
}

/// Writes the tree of `commit` into the empty directory `into`.
pub(crate) fn checkout(
    repository: &gix::Repository,
    commit: gix::ObjectId,
    into: &Path,
    filters: Filters,
) -> Result<Wishes, SourceError> {
    let failed = |cause: gix::Error| {
        let object = format!("commit {commit}");
        SourceError::new(SourceErrorKind::Unsafe, "check out", object, chain(&cause))
    };
    let tree = repository.find_object(commit).and_then(gix::Object::peel_to_tree).map_err(failed)?.id;
    let protect = gix::validate::path::component::Options {
        protect_windows: true,
        protect_hfs: true,
        protect_ntfs: true,
    };
    let mut index = gix::index::State::from_tree(&tree, &repository.objects, protect).map_err(failed)?;
    let mut wishes = Wishes::default();
    for entry in index.entries() {
        inspect(repository, entry.mode, entry.id, entry.path(&index), &mut wishes)?;
    }
    let mut options = repository
        .checkout_options(gix::worktree::stack::state::attributes::Source::IdMapping)
        .map_err(failed)?;
    options.destination_is_initially_empty = true;
    options.validate = protect;
    if filters == Filters::None {
        options.filters.options_mut().drivers.clear();
    }
    let objects =
        repository.objects.clone().into_arc().map_err(|cause| SourceError::io("read", into, &cause))?;
    let discard = gix::progress::Discard;
    let interrupted = AtomicBool::new(false);
    let outcome =
        gix::worktree::state::checkout(&mut index, into, objects, &discard, &discard, &interrupted, options)
            .map_err(failed)?;
    match (outcome.collisions.first(), outcome.errors.first()) {
        (Some(collision), _) => {
            Err(refused(collision.path.as_ref(), "two files of the repository have this name"))
        }
        (None, Some(record)) => Err(refused(record.path.as_ref(), &chain(&record.error))),
        (None, None) => Ok(wishes),
    }
}

/// Refuses what would lead outside of the package, and notes submodules.
fn inspect(
    repository: &gix::Repository,
    mode: Mode,
    id: gix::ObjectId,
    path: &BStr,
    wishes: &mut Wishes,
) -> Result<(), SourceError> {
    if mode.contains(Mode::COMMIT) {
        wishes.submodules.push(Submodule { path: path.to_string(), commit: id.to_string() });
        return Ok(());
    }
    let addresses = path == ".gitmodules" && mode.contains(Mode::FILE);
    if mode != Mode::SYMLINK && !addresses {
        return Ok(());
    }
    let blob = repository.find_object(id).map_err(|cause| {
        SourceError::new(SourceErrorKind::Unreachable, "read", path.to_string(), chain(&cause))
    })?;
    if addresses {
        wishes.addresses = blob.data.to_str_lossy().into_owned();
        return Ok(());
    }
    if stays_inside(path, blob.data.as_bstr()) {
        return Ok(());
    }
    Err(refused(path, "the symbolic link leads outside of the repository"))
}

/// Whether a link at `path` with this target stays below the root, whatever the other links are.
///
/// The target may climb only at its start, where every parent is a real directory of the tree; from there it
/// goes down by names, and each link on the way is held to the same rule.
fn stays_inside(path: &BStr, target: &BStr) -> bool {
    let depth = path.split_str("/").count().saturating_sub(1);
    let parts: Vec<&[u8]> =
        target.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".").collect();
    let ups = parts.iter().take_while(|part| **part == b"..").count();
    let rest = &parts[ups..];
    let names_git = rest.iter().any(|part| part.eq_ignore_ascii_case(b".git"));
    !target.starts_with(b"/")
        && !target.contains(&b'\\')
        && !target.contains(&0)
        && ups <= depth
        && !names_git
        && rest.iter().all(|part| *part != b"..")
}

fn refused(path: &BStr, cause: &str) -> SourceError {
    SourceError::new(SourceErrorKind::Unsafe, "check out", path.to_string(), cause)
        .hint("don't use this repository unless you know why it is so")
}

#[cfg(test)]
mod tests {
    use super::stays_inside;

    #[test]
    fn links_that_could_leave_are_found() {
        let cases = [
            ("link", "file", true),
            ("link", "./sub/file", true),
            ("sub/link", "../file", true),
            ("a/b/link", "../../c", true),
            ("link", "", true),
            ("link", "..", false),
            ("sub/link", "../..", false),
            ("link", "/etc/passwd", false),
            ("link", "sub/../../x", false),
            ("link", "sub/../x", false),
            ("link", "..\\x", false),
            ("link", ".git/config", false),
            ("sub/link", "../.GIT/hooks", false),
            ("a/link", ".././../x", false),
        ];
        for (path, target, expected) in cases {
            assert_eq!(stays_inside(path.into(), target.into()), expected, "{path} -> {target}");
        }
    }
}
