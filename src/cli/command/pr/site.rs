//! The pull request, the forge that it is at, what is demanded of it, and what is checked out here.

use super::rules::{self, Rules};
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
use trueup_source::{describe, is_in_history, parents};
use trueup_stacks::Stack;

/// Everything about one pull request.
pub(super) struct Site {
    pub(super) forge: Arc<dyn Forge>,
    pub(super) pull: Pull,
    pub(super) rules: Rules,
    pub(super) checkout: Checkout,
    pub(super) repository: Arc<Repository>,
    pub(super) ci: Ci,
}

/// What a pull request does to stacks.
pub(super) struct Touched {
    /// The names of those that it touches.
    pub(super) stacks: BTreeSet<String>,
    /// Those that it takes away.
    pub(super) gone: Vec<Stack>,
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
        let place = (&*context.dir, &*context.written, &*repository.root);
        let rules = rules::read(&*forge, &pull, place).await?;
        let commit = git.as_ref().and_then(|git| git.commit.clone());
        let parents = match &commit {
            Some(commit) => made_from(&context.dir, commit, &pull)?,
            None => Vec::new(),
        };
        let checkout = Checkout { commit, parents, is_dirty: git.is_some_and(|git| git.dirty) };
        Ok(Site { forge, pull, rules, checkout, repository, ci })
    }

    /// What the pull request does to stacks.
    pub(super) fn touched(&self) -> Result<Touched, Stop> {
        let since = |reference: String| {
            let selection = Selection { changed_since: Some(reference), ..Selection::default() };
            let chosen = self.repository.choose(&selection)?;
            let stacks = chosen.into_iter().map(|(stack, _)| stack.name.to_string()).collect();
            Ok::<_, Diagnostics>(Touched { stacks, gone: self.repository.gone(&selection)? })
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
