//! What has changed since a branch was left: the files that differ from where two histories part.

use crate::error::{SourceError, SourceErrorKind, chain};
use crate::repository::open;
use gix::bstr::{BStr, ByteSlice};
use gix::status::UntrackedFiles;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The files that differ, and from what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The commit that they are compared with: the last one that `HEAD` and the reference have in common.
    pub base: String,
    /// Paths relative to the working tree, with forward slashes: changed, added and deleted files, committed or not; of
    /// a moved file both.
    pub paths: BTreeSet<String>,
}

/// What the repository around `dir` has that `reference` (a branch, tag or commit) hadn't when the two parted.
///
/// A branch that isn't there is looked for among those of the remote `origin`, where build servers leave it.
///
/// # Errors
/// No repository, no such reference, or histories that have no commit in common, as in a shallow clone.
pub fn changes_since(dir: &Path, reference: &str) -> Result<Changes, SourceError> {
    let repository = open_at(dir)?;
    let failed =
        |cause: gix::Error| SourceError::new(SourceErrorKind::File, "compare", reference, chain(&cause));
    let head = repository.head_id().map_err(failed)?.detach();
    let other = commit(&repository, reference)?;
    let base = repository.merge_base(head, other).map_err(failed)?.ok_or_else(|| apart(reference))?;
    let tree = |id: gix::ObjectId| repository.find_object(id).and_then(gix::Object::peel_to_tree);
    let (before, after) = (tree(base.detach()).map_err(failed)?, tree(head).map_err(failed)?);
    let options = gix::diff::Options::default().with_rewrites(None);
    let committed = repository.diff_tree_to_tree(Some(&before), Some(&after), options).map_err(failed)?;
    let mut paths = BTreeSet::new();
    for change in committed.iter().filter(|change| !change.entry_mode().is_tree()) {
        paths.insert(text(change.location()));
    }
    uncommitted(&repository, &mut paths).map_err(failed)?;
    Ok(Changes { base: base.to_string(), paths })
}

/// The text of a file in a commit; None where it isn't in there.
///
/// # Errors
/// No repository, no such commit, or objects that can't be read.
pub fn text_at(dir: &Path, commit_id: &str, path: &str) -> Result<Option<String>, SourceError> {
    let repository = open_at(dir)?;
    let failed = |cause: gix::Error| {
        SourceError::new(
            SourceErrorKind::File,
            "read",
            format!("{path} of commit {commit_id}"),
            chain(&cause),
        )
    };
    let id = commit(&repository, commit_id)?;
    let tree = repository.find_object(id).and_then(gix::Object::peel_to_tree).map_err(failed)?;
    let Some(entry) = tree.lookup_entry_by_path(path).map_err(failed)? else { return Ok(None) };
    let blob = entry.object().map_err(failed)?;
    Ok(Some(blob.data.to_str_lossy().into_owned()))
}

/// The texts of those files of a commit that are wanted, by their paths.
///
/// # Errors
/// No repository, no such commit, or objects that can't be read.
pub fn texts_at(
    dir: &Path,
    commit_id: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, String>, SourceError> {
    let repository = open_at(dir)?;
    let failed =
        |cause: gix::Error| SourceError::new(SourceErrorKind::File, "read", commit_id, chain(&cause));
    let id = commit(&repository, commit_id)?;
    let tree = repository.find_object(id).and_then(gix::Object::peel_to_tree).map_err(failed)?;
    let mut found = BTreeMap::new();
    for entry in tree.traverse().breadthfirst.files().map_err(failed)? {
        let path = text(entry.filepath.as_bstr());
        if entry.mode.is_blob() && is_wanted(&path) {
            let blob = repository.find_object(entry.oid).map_err(failed)?;
            found.insert(path, blob.data.to_str_lossy().into_owned());
        }
    }
    Ok(found)
}

/// The commits that a commit was made from; several where it merges.
///
/// # Errors
/// No repository, no such commit, or objects that can't be read.
pub fn parents(dir: &Path, commit_id: &str) -> Result<Vec<String>, SourceError> {
    let repository = open_at(dir)?;
    let id = commit(&repository, commit_id)?;
    let failed =
        |cause: gix::Error| SourceError::new(SourceErrorKind::File, "read", commit_id, chain(&cause));
    let found = repository.find_object(id).and_then(gix::Object::peel_to_commit).map_err(failed)?;
    Ok(found.parent_ids().map(|parent| parent.to_string()).collect())
}

/// Whether a commit is in the history of a reference, or is what it stands for.
///
/// # Errors
/// No repository, no such commit or reference, or objects that can't be read.
pub fn is_in_history(dir: &Path, commit_id: &str, reference: &str) -> Result<bool, SourceError> {
    let repository = open_at(dir)?;
    let (id, tip) = (commit(&repository, commit_id)?, commit(&repository, reference)?);
    let failed =
        |cause: gix::Error| SourceError::new(SourceErrorKind::File, "compare", reference, chain(&cause));
    let shared = repository.merge_base(id, tip).map_err(failed)?;
    Ok(shared.is_some_and(|shared| shared.detach() == id))
}

fn open_at(dir: &Path) -> Result<gix::Repository, SourceError> {
    open(dir)?.ok_or_else(|| {
        let cause = "it is in no Git repository";
        SourceError::new(SourceErrorKind::NotFound, "compare", dir.display().to_string(), cause)
            .hint("only a checkout has a history to compare with")
    })
}

/// The commit that a name stands for.
fn commit(repository: &gix::Repository, name: &str) -> Result<gix::ObjectId, SourceError> {
    let find = |name: &str| repository.rev_parse_single(name).and_then(|id| id.object()?.peel_to_commit());
    let found = find(name).or_else(|cause| find(&format!("origin/{name}")).map_err(|_| cause));
    found.map(|commit| commit.id).map_err(|cause| {
        SourceError::new(SourceErrorKind::NotFound, "find", name, chain(&cause)).hint(
            "name a branch, tag or commit that is there; build servers often fetch one commit only: have them fetch \
             the whole history (fetch-depth: 0)",
        )
    })
}

fn apart(reference: &str) -> SourceError {
    let cause = "its history has no commit in common with that of HEAD";
    SourceError::new(SourceErrorKind::NotFound, "compare", reference, cause)
        .hint("a shallow clone lacks older commits: fetch the whole history (fetch-depth: 0)")
}

/// Files that differ from `HEAD` in the index or on disk, and those that Git doesn't know or ignore.
fn uncommitted(repository: &gix::Repository, paths: &mut BTreeSet<String>) -> Result<(), gix::Error> {
    if repository.workdir().is_none() {
        return Ok(());
    }
    let status = repository
        .status(gix::progress::Discard)?
        .untracked_files(UntrackedFiles::Files)
        .index_worktree_rewrites(None)
        .tree_index_track_renames(gix::status::tree_index::TrackRenames::Disabled);
    for item in status.into_iter(Vec::new())? {
        paths.insert(text(item?.location()));
    }
    Ok(())
}

fn text(path: &BStr) -> String {
    path.to_str_lossy().into_owned()
}
