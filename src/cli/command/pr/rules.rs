//! The rules that a pull request is judged by: those of its base branch, and those of the repository's default branch.

use super::Stop;
use std::path::Path;
use trueup_diag::Diagnostic;
use trueup_forge::{Forge, Pull};
use trueup_source::{SourceErrorKind, link_on_the_way, texts_at, within};
use trueup_stacks::{Branches, PullRules, SETTINGS_FILE, pull_rules};

/// What a pull request is judged by.
pub(super) struct Rules {
    /// Those of the base branch, and those of the default branch where that is another one. All of them have to be
    /// fulfilled: who may push a branch may write anything into it.
    pub(super) all: Vec<PullRules>,
    /// Which base branches may be applied from, as the default branch says.
    pub(super) branches: Branches,
}

/// What `trueup.hcl` demands in the base branch and in the default branch, as the forge has them: what is checked out here
/// is the pull request's, so neither the text nor the place of the file is taken from it. The file is that of the directory
/// that one stands in or the nearest above it.
///
/// # Errors
/// The file lies elsewhere in the base branch than here, or the directory is reached through a link.
pub(super) async fn read(
    forge: &dyn Forge,
    pull: &Pull,
    (dir, written, root): (&Path, &Path, &Path),
) -> Result<Rules, Stop> {
    if let Some(link) = link_on_the_way(written)? {
        return Err(linked(&link).into());
    }
    let (root, here) = (within(root)?, within(dir)?);
    let base = &pull.base_branch;
    let found = settings_of(forge, base, &here).await?;
    if found.is_none() {
        no_file(dir, pull)?;
    }
    // Where there is none at all, the whole repository is what it would stand for.
    let in_base = found.as_ref().map_or("", |(at, _)| at.as_str());
    if in_base != root {
        return Err(elsewhere(base, found.is_some().then_some(in_base), &root).into());
    }
    let mut all = vec![parsed(found)?];
    let default = forge.default_branch().await?;
    if default != *base {
        all.push(parsed(settings_of(forge, &default, &here).await?)?);
    }
    let named = all.last().map(|rules| rules.pulls.branches.clone()).unwrap_or_default();
    Ok(Rules { all, branches: Branches { default, named } })
}

fn parsed(found: Option<(String, String)>) -> Result<PullRules, Stop> {
    found.map_or_else(|| Ok(PullRules::default()), |(_, text)| Ok(pull_rules(&text)?))
}

/// The `trueup.hcl` of a branch that holds for a directory of the repository: where it lies, and its text.
async fn settings_of(
    forge: &dyn Forge,
    branch: &str,
    directory: &str,
) -> Result<Option<(String, String)>, Stop> {
    let commit = forge.tip(branch).await?;
    let mut at = directory;
    loop {
        if let Some(text) = forge.file(&settings_path(at), &commit).await? {
            return Ok(Some((at.to_owned(), text)));
        }
        if at.is_empty() {
            return Ok(None);
        }
        at = at.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

/// No rules at all are believed only where Git has none either, whatever directory they would be of.
fn no_file(dir: &Path, pull: &Pull) -> Result<(), Stop> {
    let is_one = |path: &str| path == SETTINGS_FILE || path.ends_with(&format!("/{SETTINGS_FILE}"));
    let base = [Some(format!("refs/remotes/origin/{}", pull.base_branch)), pull.base_commit.clone()];
    for reference in base.iter().flatten().filter(|reference| !reference.is_empty()) {
        match texts_at(dir, reference, is_one) {
            Ok(found) => match found.into_keys().next() {
                Some(path) => return Err(missed(&pull.base_branch, &path).into()),
                None => return Ok(()),
            },
            // What wasn't fetched says nothing.
            Err(error) if error.kind == SourceErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn settings_path(directory: &str) -> String {
    if directory.is_empty() { SETTINGS_FILE.to_owned() } else { format!("{directory}/{SETTINGS_FILE}") }
}

fn linked(link: &Path) -> Diagnostic {
    let detail = format!(
        "The working directory is reached through the link {}, which the pull request may have made, so that rules of another \
         directory would hold.",
        link.display()
    );
    Diagnostic::error("Rules of another place", detail).hint("name the directory that the link leads to")
}

fn missed(base: &str, path: &str) -> Diagnostic {
    let detail = format!(
        "The forge has no {SETTINGS_FILE} in the branch {base} that would hold for the working directory, and Git has {path} \
         in it."
    );
    Diagnostic::error("Rules of another place", detail).hint(
        "work in a directory that it holds for, and fetch the branch if it had the file in former times only",
    )
}

fn elsewhere(base: &str, in_base: Option<&str>, here: &str) -> Diagnostic {
    let there = match in_base {
        Some(at) => format!("are in {}", settings_path(at)),
        None => "are in no file".to_owned(),
    };
    let detail = format!(
        "The rules for pull requests {there} of the branch {base}, and the pull request has {} as what holds here. It can't \
         choose its own rules.",
        settings_path(here)
    );
    Diagnostic::error("Rules of another place", detail)
        .hint("bring the change of where trueup.hcl lies into the base branch by itself, or merge or rebase")
}
