//! `drift -open-pr`: what was changed outside is proposed as a pull request.

use super::Work;
use crate::command::exit::{DIFFERENT, FINE, PARTLY};
use crate::command::plan::complain;
use crate::command::pr::forge_here;
use std::sync::Arc;
use trueup_diag::Diagnostic;
use trueup_drift::{Judged, ResourceDrift};
use trueup_engine::{Adoption, Session, Unobserved, adopt};
use trueup_forge::{
    Ci, Forge, ForgeError, Kind, Mark, NewPull, Place, Pull, Thread, open_pull, write_comment,
};
use trueup_plan::Plan;
use trueup_source::{Proposal, Pushed, SourceError, describe, propose, within};
use trueup_state::wire::hex_digest;
use trueup_view::format::proposal;
use trueup_view::style::neutral;

/// What the names of its branches begin with.
const BRANCH: &str = "trueup/drift/";
/// Long enough to know a directory by.
const NAME_CHARS_MAX: usize = 60;
/// Every forge takes a comment of this length.
const COMMENT_BYTES_MAX: usize = 30_000;

/// What became of a pull request.
struct Proposed {
    pull: Option<Pull>,
    outcome: Pushed,
    branch: String,
}

impl Work<'_> {
    /// Pushes a branch with the files as they would be, and opens a pull request of it, or brings the one up to date that
    /// there is.
    pub(super) async fn open_pull(&self, session: &Session, judged: &Judged, plan: &Plan) -> u8 {
        let drifted: Vec<&ResourceDrift> = judged.document.drifted().collect();
        let adoption = adopt(session, plan, &drifted);
        if adoption.adopted.is_empty() {
            self.say(&super::adopting::left(&adoption, session));
            self.say("\nThere is nothing to propose.\n");
            return DIFFERENT;
        }
        let proposed = match self.proposed(&adoption, session).await {
            Ok(proposed) => proposed,
            Err(problem) => return complain(self.screen, (*problem).into(), &session.sources),
        };
        self.say(&super::adopting::left(&adoption, session));
        let Proposed { pull, outcome, branch } = proposed;
        let url = pull.map(|pull| neutral(&pull.url));
        let line = match (&url, outcome) {
            (Some(url), Pushed::New) => format!("Proposed: {url}"),
            (Some(url), Pushed::Updated) => format!("Proposed anew: {url}"),
            (Some(url), Pushed::Same) => format!("Proposed already: {url}"),
            (url, Pushed::Theirs) | (url @ None, _) => {
                let of = url.as_ref().map(|url| format!(" ({url})")).unwrap_or_default();
                format!(
                    "The branch {branch}{of} has commits of others and is left as it is: merge or delete it."
                )
            }
        };
        self.say(&format!("\n{line}\n"));
        match outcome {
            Pushed::Theirs => DIFFERENT,
            _ if adoption.left.is_empty() => FINE,
            _ => PARTLY,
        }
    }

    /// Talks; where a document goes to standard output, beside it.
    fn say(&self, text: &str) {
        if self.args.is_document() {
            crate::outside::talk(text);
        } else {
            self.screen.print(text);
        }
    }

    async fn proposed(&self, adoption: &Adoption, session: &Session) -> Result<Proposed, Box<Diagnostic>> {
        let context = self.context;
        let at_git = |error: SourceError| unproposed(&error.diagnostic());
        let at_forge = |error: ForgeError| Box::new(error.diagnostic());
        let git = describe(&context.dir).map_err(at_git)?.ok_or_else(no_repository)?;
        let (forge, ci) = forge_here(context)?;
        own(&*forge, &ci, git.remote.as_deref())?;
        let inside = within(&context.dir).map_err(at_git)?;
        let workspace = context.world(Arc::new(Unobserved)).workspace()?;
        let title = title(&inside, &workspace);
        let branch = branch(&inside, &workspace);
        let message = format!("{title}\n\n{}", lines(adoption));
        let files = &adoption.files;
        let proposal = Proposal { branch: &branch, base: ci.branch.as_deref(), message: &message, files };
        let done = propose(&context.dir, &proposal).map_err(at_git)?;
        if done.outcome == Pushed::Theirs {
            let pull = forge.pull_between(&branch, &done.base).await.map_err(at_forge)?;
            return Ok(Proposed { pull, outcome: done.outcome, branch });
        }
        let body = body();
        let new = NewPull { title, body, branch: branch.clone(), base: done.base, is_draft: false };
        let pull = open_pull(&*forge, &new).await.map_err(at_forge)?;
        let mark = Mark { key: "drift".into(), data: String::new() };
        let told = told(adoption, session);
        write_comment(&*forge, Thread::Pull(pull.number), &mark, &told).await.map_err(at_forge)?;
        Ok(Proposed { pull: Some(pull), outcome: done.outcome, branch })
    }
}

/// The branch is pushed to the repository that the pull request is opened at.
fn own(forge: &dyn Forge, ci: &Ci, remote: Option<&str>) -> Result<(), Box<Diagnostic>> {
    let kind: Kind = forge.kind();
    let at = ci.place.as_ref().map(|place| place.repository.to_lowercase());
    let pushed = remote.and_then(|address| Place::of_address(address, Some(kind)));
    let (Some(at), Some(pushed)) = (at, pushed) else { return Ok(()) };
    let path = pushed.repository.to_lowercase();
    // GitLab knows repositories by numbers too; at home it may live below a path.
    let is_number = at.bytes().all(|byte| byte.is_ascii_digit());
    if is_number || path == at || path.ends_with(&format!("/{at}")) {
        return Ok(());
    }
    let detail = format!(
        "Git's remote is {}, and the pull request would be opened at {}: a branch of a fork isn't there.",
        pushed.repository,
        ci.place.as_ref().map(|place| place.repository.as_str()).unwrap_or_default()
    );
    let problem = Diagnostic::error("Failed to propose the changes", detail);
    Err(Box::new(
        problem
            .hint("run it in a clone of the repository itself, or set TRUEUP_FORGE_REPOSITORY to the fork"),
    ))
}

/// One for each directory and workspace. The end of it keeps those apart that look alike.
fn branch(inside: &str, workspace: &str) -> String {
    let tail = &hex_digest(format!("{inside}\n{workspace}").as_bytes())[..8];
    let mut words = plain(inside);
    if workspace != "default" {
        words = format!("{words}-{}", plain(workspace));
    }
    let words: String = words.trim_matches('-').chars().take(NAME_CHARS_MAX).collect();
    if words.is_empty() { format!("{BRANCH}{tail}") } else { format!("{BRANCH}{words}-{tail}") }
}

/// As a part of a branch's name.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

fn title(inside: &str, workspace: &str) -> String {
    let place = if inside.is_empty() { String::new() } else { format!(" in {}", neutral(inside)) };
    let workspace = if workspace == "default" { String::new() } else { format!(" ({workspace})") };
    format!("Take over what was changed outside of Git{place}{workspace}")
}

/// The pull request's text, which is for people to change: what comes and goes stands in a comment.
fn body() -> String {
    "Somebody or something changed objects in the cloud, and nobody changed the configuration. This takes the cloud's \
     values into the configuration; a comment says which. To have the configuration's values instead, close this and \
     apply.\n"
        .into()
}

fn lines(adoption: &Adoption) -> String {
    adoption
        .adopted
        .iter()
        .map(|(addr, name)| format!("- {}\n", neutral(&format!("{addr}: {name}"))))
        .collect()
}

/// The comment.
fn told(adoption: &Adoption, session: &Session) -> String {
    let adopted = adoption.adopted.iter().map(|(addr, name)| (neutral(&addr.to_string()), neutral(name)));
    let left = super::adopting::parts(adoption, session);
    proposal(&adopted.collect::<Vec<_>>(), &left.collect::<Vec<_>>(), COMMENT_BYTES_MAX)
}

fn unproposed(problem: &Diagnostic) -> Box<Diagnostic> {
    Box::new(Diagnostic { summary: "Failed to propose the changes".into(), ..problem.clone() })
}

fn no_repository() -> Box<Diagnostic> {
    let detail = "The configuration lies in no Git repository.";
    Box::new(
        Diagnostic::error("Failed to propose the changes", detail)
            .hint("clone the repository, and run it there"),
    )
}
