//! Which stacks of a repository a run is about.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trueup_diag::{Diagnostic, Diagnostics, Sources, nearest};
use trueup_source::{SourceError, changes_since, describe, text_at, texts_at};
use trueup_stacks::{Change, Reason, SETTINGS_FILE, Stack, Stacks, find_root, is_configuration, touched};
use trueup_state::Commit;

/// What is wrong, with the texts that it points into.
pub type Refused = (Diagnostics, Sources);

/// The stacks of a repository, and where it is.
#[derive(Debug)]
pub struct Repository {
    /// The directory that `trueup.hcl` is in, absolute.
    pub root: PathBuf,
    /// The top of the working tree of Git around it, or the same.
    top: PathBuf,
    /// The commit that is checked out.
    pub(crate) commit: Option<Commit>,
    /// Its stacks.
    pub stacks: Stacks,
}

/// What stacks are chosen by; each narrows the choice down.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only what was done since this branch, tag or commit touches.
    pub changed_since: Option<String>,
    /// Only these; all where there is none.
    pub names: Vec<String>,
    /// Only those with one of these tags; all where there is none.
    pub tags: Vec<String>,
}

/// Says that a stack is gone, and what that means.
pub fn gone(stack: &Stack) -> Diagnostic {
    let detail = format!(
        "The stack {} was there and is not any more. What it has made stays: nothing destroys it, and nobody looks after it \
         from now on.",
        stack.name
    );
    Diagnostic::warning("Stack gone", detail).hint(
        "bring it back and destroy it first (trueup destroy in its directory); where it only moved, let its new place keep the \
         same state",
    )
}

impl Repository {
    /// Finds the repository around a directory and reads which stacks it has.
    ///
    /// # Errors
    /// What can't be read, and what is wrong with `trueup.hcl`.
    pub fn open(directory: &Path) -> Result<Repository, Box<Refused>> {
        let refused = |found: Diagnostic| Box::new((Diagnostics::from(found), Sources::default()));
        let directory = directory.canonicalize().map_err(|error| {
            let detail = format!("The working directory can't be read: {error}.");
            refused(Diagnostic::error("Failed to look for stacks", detail))
        })?;
        let git = describe(&directory).map_err(|error| refused(unread(&error)))?;
        let root = find_root(&directory, git.as_ref().map(|git| git.root.as_path()));
        let stacks = Stacks::read(&root).map_err(Box::new)?;
        let top = git.as_ref().map_or_else(|| root.clone(), |git| git.root.clone());
        let commit = git.and_then(|git| {
            let (branch, dirty) = (git.branch, git.dirty);
            git.commit.map(|hash| Commit { hash, branch, dirty })
        });
        Ok(Repository { root, top, commit, stacks })
    }

    /// The chosen stacks in order of name, each with what touches it where that was asked.
    ///
    /// # Errors
    /// Names that no stack has, and what Git can't tell.
    pub fn choose<'s>(
        &'s self,
        selection: &Selection,
    ) -> Result<Vec<(&'s Stack, Option<Reason>)>, Diagnostics> {
        let unknown = selection.names.iter().filter(|name| self.stacks.get(name).is_none());
        let unknown: Diagnostics = unknown.map(|name| self.unknown(name)).collect();
        if unknown.has_errors() {
            return Err(unknown);
        }
        let reasons = self.touched(selection.changed_since.as_deref())?;
        let tags = &selection.tags;
        let fits = |stack: &&Stack| {
            (selection.names.is_empty() || selection.names.iter().any(|name| **name == *stack.name))
                && (tags.is_empty() || tags.iter().any(|tag| stack.settings.tags.contains(tag)))
        };
        let with_reason = |stack: &'s Stack| match &reasons {
            None => Some((stack, None)),
            Some(reasons) => Some((stack, Some(reasons.get(&*stack.name)?.clone()))),
        };
        Ok(self.stacks.stacks.iter().filter(fits).filter_map(with_reason).collect())
    }

    fn touched(&self, reference: Option<&str>) -> Result<Option<BTreeMap<&str, Reason>>, Diagnostics> {
        let Some(reference) = reference else { return Ok(None) };
        let (change, _) = self.change(reference).map_err(|error| Diagnostics::from(unread(&error)))?;
        Ok(Some(touched(&self.stacks, &change)))
    }

    /// The stacks that were there before a change and are gone. Nothing destroys what they have made.
    ///
    /// # Errors
    /// What Git can't tell.
    pub fn gone(&self, selection: &Selection) -> Result<Vec<Stack>, Diagnostics> {
        let Some(reference) = &selection.changed_since else { return Ok(Vec::new()) };
        let found = self.gone_since(reference).map_err(|error| Diagnostics::from(unread(&error)))?;
        let Selection { names, tags, .. } = selection;
        let fits = |stack: &Stack| {
            names.is_empty() && (tags.is_empty() || tags.iter().any(|tag| stack.settings.tags.contains(tag)))
        };
        Ok(found.into_iter().filter(fits).collect())
    }

    fn gone_since(&self, reference: &str) -> Result<Vec<Stack>, SourceError> {
        let (change, base) = self.change(reference)?;
        let matters = |path: &String| path == SETTINGS_FILE || is_configuration(path);
        if !change.paths.iter().any(matters) {
            return Ok(Vec::new());
        }
        let is_wanted = |path: &str| self.inside(path).is_some_and(|path| is_configuration(&path));
        let files = texts_at(&self.root, &base, is_wanted)?;
        let files = files.into_iter().filter_map(|(path, text)| Some((self.inside(&path)?, text)));
        let before = Stacks::of_texts(change.settings_before.as_deref(), &files.collect());
        Ok(self.stacks.lacks(&before).cloned().collect())
    }

    /// A path of the repository relative to the directory of the stacks; None where it lies elsewhere.
    fn inside(&self, path: &str) -> Option<String> {
        match &*self.prefix() {
            "" => Some(path.to_owned()),
            prefix => path.strip_prefix(prefix)?.strip_prefix('/').map(str::to_owned),
        }
    }

    /// The directory of the stacks in the repository, with forward slashes.
    fn prefix(&self) -> String {
        let prefix = self.root.strip_prefix(&self.top).unwrap_or(Path::new(""));
        prefix.to_string_lossy().into_owned()
    }

    /// What was done since a commit, and the commit that it is compared with; with paths relative to the directory of the stacks.
    fn change(&self, reference: &str) -> Result<(Change, String), SourceError> {
        let changes = changes_since(&self.root, reference)?;
        let prefix = self.prefix();
        let settings =
            if prefix.is_empty() { SETTINGS_FILE.into() } else { format!("{prefix}/{SETTINGS_FILE}") };
        let settings_before = text_at(&self.root, &changes.base, &settings)?;
        let paths = changes.paths.iter().filter_map(|path| self.inside(path)).collect();
        Ok((Change { paths, settings_before }, changes.base))
    }

    fn unknown(&self, name: &str) -> Diagnostic {
        let detail = format!("There is no stack \"{name}\" in {}.", self.root.display());
        let wrong = Diagnostic::error("No such stack", detail);
        match nearest(name, self.stacks.stacks.iter().map(|stack| &*stack.name)) {
            Some(near) => wrong.hint(format!("did you mean \"{near}\"?")),
            None => wrong.hint("\"trueup stacks list\" names them all"),
        }
    }
}

fn unread(error: &SourceError) -> Diagnostic {
    Diagnostic { summary: "Failed to read the history of Git".into(), ..error.diagnostic() }
}
