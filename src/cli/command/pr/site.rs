//! The pull request, the forge that it is at, what its base branch demands, and what is checked out here.

use super::{Stop, unplaced};
use crate::arguments::Pulling;
use crate::command::Context;
use crate::command::options::{CALLS, lock_options, parallelism};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_forge::{
    Ci, Details, Forge, ForgeError, Pace, Pull, State, Status, Token, ci, connect, settled_pull,
};
use trueup_pulls::{Checkout, Parent};
use trueup_run::{Comparing, Operation, Options, Repository, Selection};
use trueup_source::{describe, is_in_history, parents, within};
use trueup_stacks::{Branches, PullRules, SETTINGS_FILE, pull_rules};

/// Everything about one pull request.
pub(super) struct Site {
    pub(super) forge: Arc<dyn Forge>,
    pub(super) pull: Pull,
    pub(super) rules: PullRules,
    pub(super) checkout: Checkout,
    pub(super) repository: Arc<Repository>,
    pub(super) ci: Ci,
}

impl Site {
    /// Asks the forge and looks at what is checked out.
    pub(super) async fn open(context: &Context, pulling: &Pulling) -> Result<Site, Stop> {
        let (forge, ci) = forge_here(context)?;
        let git = describe(&context.dir)?;
        let number = pulling.number.or(ci.pull).ok_or_else(|| {
            unplaced("This is no build of a pull request.", "say which one is meant: -number=7")
        })?;
        let pull = settled_pull(&*forge, number).await?;
        let repository = Arc::new(Repository::open(&context.dir)?);
        let rules = rules(&*forge, &pull, (&context.dir, &repository.root)).await?;
        let commit = git.as_ref().and_then(|git| git.commit.clone());
        let parents = match &commit {
            Some(commit) => made_from(&context.dir, commit, &pull)?,
            None => Vec::new(),
        };
        let checkout = Checkout { commit, parents, is_dirty: git.is_some_and(|git| git.dirty) };
        Ok(Site { forge, pull, rules, checkout, repository, ci })
    }

    /// Which base branches may be applied from, as the default branch says: any other may have been made to say anything.
    pub(super) async fn branches(&self, context: &Context) -> Result<Branches, Stop> {
        let default = self.forge.default_branch().await?;
        let named = if default == self.pull.base_branch {
            self.rules.pulls.branches.clone()
        } else {
            let found = settings_of(&*self.forge, &default, &context.dir).await?;
            found.map(|(_, text)| pull_rules(&text)).transpose()?.unwrap_or_default().pulls.branches
        };
        Ok(Branches { default, named })
    }

    /// The names of the stacks that the pull request touches.
    pub(super) fn touched(&self) -> Result<BTreeSet<String>, Stop> {
        let since = |reference: String| {
            let selection = Selection { changed_since: Some(reference), ..Selection::default() };
            let chosen = self.repository.choose(&selection)?;
            Ok::<_, Diagnostics>(chosen.into_iter().map(|(stack, _)| stack.name.to_string()).collect())
        };
        // What the remote has goes before a branch here, which may be an old one.
        let base = &self.pull.base_branch;
        let found = since(format!("refs/remotes/origin/{base}")).or_else(|_| since(base.clone()));
        found.map_err(|found| (found, self.repository.stacks.sources.clone()).into())
    }

    /// Says beside the commit how a stack stands.
    pub(super) async fn status(
        &self,
        (verb, pulling): (&str, &Pulling),
        (stack, state, text): (&str, State, String),
        details: Details,
    ) -> Result<(), Stop> {
        let of = pulling.name.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
        let status = Status {
            name: format!("trueup/{of}{verb}: {stack}"),
            state,
            text,
            url: Some(self.ci.run_url.clone().unwrap_or_else(|| self.pull.url.clone())),
            pull: Some(self.pull.number),
            details,
        };
        Ok(self.forge.set_status(&self.pull.head.commit, &status).await?)
    }
}

/// The commits that a commit was made from. A branch that is only here proves nothing: it may hold what nobody has seen.
fn made_from(dir: &Path, commit: &str, pull: &Pull) -> Result<Vec<Parent>, Stop> {
    let base = [Some(format!("refs/remotes/origin/{}", pull.base_branch)), pull.base_commit.clone()];
    // A base that wasn't fetched has nothing in it.
    let is_of_base =
        |commit: &str| base.iter().flatten().any(|base| is_in_history(dir, commit, base).unwrap_or_default());
    let found = parents(dir, commit)?;
    Ok(found.into_iter().map(|commit| Parent { is_of_base: is_of_base(&commit), commit }).collect())
}

/// How stacks are run.
pub(super) fn options(
    operation: Operation,
    pulling: &Pulling,
    out: Option<std::path::PathBuf>,
) -> Result<Options, Stop> {
    Ok(Options {
        operation,
        at_once: parallelism(pulling.parallelism)?,
        calls: CALLS,
        locking: lock_options(&pulling.locking)?,
        out,
        approved: false,
        comparing: Comparing::default(),
    })
}

/// What `trueup.hcl` in the base branch demands, as the forge has it: what is checked out here is the pull request's, so
/// neither the text nor the place of the file is taken from it. The file is that of the directory that one stands in or
/// the nearest above it.
///
/// # Errors
/// The file lies elsewhere in the base branch than here.
async fn rules(forge: &dyn Forge, pull: &Pull, (dir, root): (&Path, &Path)) -> Result<PullRules, Stop> {
    let root = within(root)?;
    let found = settings_of(forge, &pull.base_branch, dir).await?;
    // Where there is none at all, the whole repository is what it would stand for.
    let in_base = found.as_ref().map_or("", |(at, _)| at.as_str());
    if in_base != root {
        return Err(elsewhere(&pull.base_branch, found.is_some().then_some(in_base), &root).into());
    }
    found.map_or_else(|| Ok(PullRules::default()), |(_, text)| Ok(pull_rules(&text)?))
}

/// The `trueup.hcl` of a branch that holds for a directory: where it lies, and its text.
async fn settings_of(forge: &dyn Forge, branch: &str, dir: &Path) -> Result<Option<(String, String)>, Stop> {
    let here = within(dir)?;
    let mut at = here.as_str();
    loop {
        if let Some(text) = forge.file(&settings_path(at), branch).await? {
            return Ok(Some((at.to_owned(), text)));
        }
        if at.is_empty() {
            return Ok(None);
        }
        at = at.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

fn settings_path(directory: &str) -> String {
    if directory.is_empty() { SETTINGS_FILE.to_owned() } else { format!("{directory}/{SETTINGS_FILE}") }
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

/// The forge that the repository is at, by what the build or the remote of Git says.
///
/// # Errors
/// Nothing says where it is, or there is no token.
pub(crate) fn forge_here(context: &Context) -> Result<(Arc<dyn Forge>, Ci), Box<Diagnostic>> {
    let stop = |error: ForgeError| Box::new(error.diagnostic());
    let git = describe(&context.dir).map_err(|error| Box::new(error.diagnostic()))?;
    let remote = git.as_ref().and_then(|git| git.remote.as_deref());
    let ci = ci(&context.environment, remote).map_err(stop)?;
    let place = ci.place.clone().ok_or_else(|| {
        let detail = "Neither the build nor the remote of Git says at which forge the repository is.";
        Box::new(Diagnostic::error("No forge to speak to", detail).hint(
            "set TRUEUP_FORGE to github, gitlab, gitea, bitbucket or azure-devops, and TRUEUP_FORGE_URL and TRUEUP_FORGE_REPOSITORY",
        ))
    })?;
    let token = Token::find(place.kind, &context.environment).map_err(stop)?;
    Ok((connect(&place, token, Pace::default()).map_err(stop)?, ci))
}
