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
use trueup_source::{Goal, Proposal, Pushed, SourceError, describe, goal, propose, withdraw, within};
use trueup_state::wire::hex_digest;
use trueup_view::format::proposal;
use trueup_view::style::neutral;

/// What the names of its branches begin with.
const BRANCH: &str = "trueup/drift/";
/// Long enough to know a directory by.
const NAME_CHARS_MAX: usize = 60;
/// Every forge takes a comment of this length.
const COMMENT_BYTES_MAX: usize = 30_000;

/// What a pull request's comment says once its drift is gone.
const NOTHING_LEFT: &str =
    "Nothing is left to take over here: what differed is as Git says, or isn't reported any more.\n";

/// Where a state's proposals go.
struct Site {
    forge: Arc<dyn Forge>,
    goal: Goal,
    branch: String,
    title: String,
}

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
            return match self.withdraw(session).await {
                Ok(()) => DIFFERENT,
                Err(problem) => complain(self.screen, (*problem).into(), &session.sources),
            };
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

    /// Takes back what was proposed before, where nothing of it is left: its comment says so, and its branch goes, unless
    /// others have gone on with it.
    pub(super) async fn withdraw(&self, session: &Session) -> Result<(), Box<Diagnostic>> {
        let at_forge = |error: ForgeError| Box::new(error.diagnostic());
        let Site { forge, goal, branch, .. } = self.site(session)?;
        let Some(pull) = forge.pull_between(&branch, &goal.base).await.map_err(at_forge)? else {
            return Ok(());
        };
        let url = neutral(&pull.url);
        write_comment(&*forge, Thread::Pull(pull.number), &mark(), NOTHING_LEFT).await.map_err(at_forge)?;
        let gone =
            withdraw(&self.context.dir, &goal, &branch).map_err(|error| unproposed(&error.diagnostic()))?;
        let line = if gone {
            format!("Withdrawn: {url}")
        } else {
            format!(
                "Nothing of {url} is left to take over; its branch has commits of others: merge or close it."
            )
        };
        self.say(&format!("\n{line}\n"));
        Ok(())
    }

    fn site(&self, session: &Session) -> Result<Site, Box<Diagnostic>> {
        let context = self.context;
        let at_git = |error: SourceError| unproposed(&error.diagnostic());
        describe(&context.dir).map_err(at_git)?.ok_or_else(no_repository)?;
        let (forge, ci) = forge_here(context)?;
        let goal = goal(&context.dir, ci.branch.as_deref()).map_err(at_git)?;
        own(&*forge, &ci, &goal)?;
        let inside = within(&context.dir).map_err(at_git)?;
        let workspace = context.world(Arc::new(Unobserved)).workspace()?;
        let title = title(&inside, &workspace);
        let branch = branch((&inside, &workspace), (&goal.base, session.lineage()));
        Ok(Site { forge, goal, branch, title })
    }

    async fn proposed(&self, adoption: &Adoption, session: &Session) -> Result<Proposed, Box<Diagnostic>> {
        let context = self.context;
        let at_git = |error: SourceError| unproposed(&error.diagnostic());
        let at_forge = |error: ForgeError| Box::new(error.diagnostic());
        let Site { forge, goal, branch, title } = self.site(session)?;
        let message = message(&title, adoption);
        let proposal = Proposal { goal: &goal, branch: &branch, message: &message, files: &adoption.files };
        let outcome = propose(&context.dir, &proposal).map_err(at_git)?;
        if outcome == Pushed::Theirs {
            let pull = forge.pull_between(&branch, &goal.base).await.map_err(at_forge)?;
            return Ok(Proposed { pull, outcome, branch });
        }
        let body = body();
        let new = NewPull { title, body, branch: branch.clone(), base: goal.base, is_draft: false };
        let pull = open_pull(&*forge, &new).await.map_err(at_forge)?;
        let told = told(adoption, session);
        write_comment(&*forge, Thread::Pull(pull.number), &mark(), &told).await.map_err(at_forge)?;
        Ok(Proposed { pull: Some(pull), outcome, branch })
    }
}

/// What its comment is found again by.
fn mark() -> Mark {
    Mark { key: "drift".into(), data: String::new() }
}

/// The branch is pushed to the repository that the pull request is opened at, and to no other.
fn own(forge: &dyn Forge, ci: &Ci, goal: &Goal) -> Result<(), Box<Diagnostic>> {
    let kind: Kind = forge.kind();
    let at = ci.place.as_ref().map(|place| place.repository.as_str()).unwrap_or_default();
    let wanted = at.to_lowercase();
    // GitLab knows repositories by numbers too.
    let is_number = kind == Kind::GitLab && wanted.bytes().all(|byte| byte.is_ascii_digit());
    for address in &goal.addresses {
        let Some(pushed) = Place::of_address(address, Some(kind)) else {
            let detail = format!(
                "Git pushes to {} at {address}, which names no repository of {}; the pull request would be opened at {at}.",
                goal.remote,
                kind.name()
            );
            return Err(Box::new(
                Diagnostic::error("Failed to propose the changes", detail)
                    .hint("give the remote the repository's address at the forge: git remote set-url"),
            ));
        };
        let path = pushed.repository.to_lowercase();
        // GitLab and others at home may live below a path.
        if !is_number && path != wanted && !path.ends_with(&format!("/{wanted}")) {
            return Err(foreign(&goal.remote, &pushed.repository, at));
        }
    }
    Ok(())
}

fn foreign(remote: &str, pushed: &str, at: &str) -> Box<Diagnostic> {
    let detail = format!(
        "Git pushes to {pushed} as {remote}, and the pull request would be opened at {at}: a branch of a fork isn't there."
    );
    let problem = Diagnostic::error("Failed to propose the changes", detail);
    Box::new(
        problem
            .hint("run it in a clone of the repository itself, or set TRUEUP_FORGE_REPOSITORY to the fork"),
    )
}

/// One for each directory, workspace, branch that it goes into, and state. The end of it keeps those apart that look
/// alike: one directory may be planned with several backends, and on several branches.
fn branch((inside, workspace): (&str, &str), (base, lineage): (&str, &str)) -> String {
    let tail = &hex_digest(format!("{inside}\n{workspace}\n{base}\n{lineage}").as_bytes())[..8];
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

/// The commit's, which is bounded as the comment is: a forge shows it whole.
fn message(title: &str, adoption: &Adoption) -> String {
    let mut out = format!("{title}\n\n");
    for (told, (addr, name)) in adoption.adopted.iter().enumerate() {
        let line = format!("- {}\n", neutral(&format!("{addr}: {name}")));
        if out.len() + line.len() > COMMENT_BYTES_MAX {
            out.push_str(&format!("and {} more\n", adoption.adopted.len() - told));
            break;
        }
        out.push_str(&line);
    }
    out
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

#[cfg(test)]
mod tests {
    use super::{BRANCH, COMMENT_BYTES_MAX, branch, message};
    use std::collections::BTreeSet;
    use trueup_engine::Adoption;

    #[test]
    fn what_must_not_meet_has_branches_of_its_own() {
        let name = |inside, workspace, base, lineage| branch((inside, workspace), (base, lineage));
        let all = [
            name("env", "default", "main", "a"),
            name("env", "default", "release", "a"),
            name("env", "default", "main", "b"),
            name("env", "prod", "main", "a"),
            name("env-prod", "default", "main", "a"),
            name("", "default", "main", "a"),
        ];
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
        assert!(all.iter().all(|name| name.starts_with(BRANCH)), "{all:?}");
        assert_eq!(name("env", "default", "main", "a"), all[0]);
    }

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let addr: trueup_addr::ResourceInstance = "fake_thing.a".parse().expect("an address");
        let adoption =
            |count| Adoption { adopted: vec![(addr.clone(), "size".into()); count], ..Adoption::default() };
        assert_eq!(message("T", &adoption(1)), "T\n\n- fake_thing.a: size\n");
        let long = message("T", &adoption(5000));
        assert!(long.len() < COMMENT_BYTES_MAX + 50, "{}", long.len());
        let told = long.lines().filter(|line| line.starts_with("- ")).count();
        assert!(long.ends_with(&format!("\nand {} more\n", 5000 - told)), "{told}");
    }
}
