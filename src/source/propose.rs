//! Changed files as a commit on a branch of its own, pushed: the working tree and the index stay as they are.
//!
//! gix doesn't push yet, so this is done by `git`, with the credentials and settings that it has where this runs.

use crate::error::SourceError;
use crate::git::Git;
use crate::redact::redact;
use crate::repository::locate;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What tells a commit of ours that nobody has changed: the name of its tree follows.
const MARK: &str = "Trueup-Proposal: ";

/// What is proposed.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    /// Where it goes.
    pub goal: &'a Goal,
    /// The branch's name. It is the proposal's alone, and stays the same for the same goal: what it held before is
    /// replaced.
    pub branch: &'a str,
    /// The commit's message.
    pub message: &'a str,
    /// The new texts of files that the commit which is checked out has as well.
    pub files: &'a BTreeMap<PathBuf, String>,
}

/// Where a proposal goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The remote that it is pushed to.
    pub remote: String,
    /// The branch there that it is to go into.
    pub base: String,
    /// The addresses that git pushes to for this remote, without credentials; never empty.
    pub addresses: Vec<String>,
}

/// What became of a proposal's branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It is new.
    New,
    /// It was there with another proposal.
    Updated,
    /// It was there with the same changes, which is left.
    Same,
    /// Somebody has put commits of their own there. It is left as it is.
    Theirs,
}

/// Finds out where a proposal of what is checked out in the repository around `dir` goes: to the remote and the branch
/// there that the branch which is checked out belongs to. Where a commit is checked out and no branch, `base` says it.
///
/// # Errors
/// No repository; no branch; a remote without an address.
pub fn goal(dir: &Path, base: Option<&str>) -> Result<Goal, SourceError> {
    let (root, _) = locate(dir)?;
    let git = Git::new(&root)?;
    let (remote, base) = followed(&git, base)?;
    let told =
        git.line("read where to push to in", &["remote", "get-url", "--push", "--all", &remote]).map_err(
            |error| error.hint(format!("git remote -v shows the remotes; there is no address of {remote}")),
        )?;
    let addresses: Vec<String> = told.lines().map(redact).filter(|address| !address.is_empty()).collect();
    if addresses.is_empty() {
        let cause = format!("the remote {remote} has no address");
        return Err(git.fail("push to a remote of", cause).hint("give it one: git remote set-url"));
    }
    Ok(Goal { remote, base, addresses })
}

/// Commits the files onto what is checked out in the repository around `dir`, and pushes that as a branch.
///
/// # Errors
/// No repository; files that differ from the commit; a commit that isn't in the branch that the proposal is to go into;
/// what git says where it fails.
pub fn propose(dir: &Path, proposal: &Proposal<'_>) -> Result<Pushed, SourceError> {
    let (root, _) = locate(dir)?;
    let git = Git::new(&root)?;
    let head = git.line("read the commit of", &["rev-parse", "--verify", "HEAD^{commit}"])?;
    let Goal { remote, base, .. } = proposal.goal;
    let base_name = format!("refs/heads/{base}");
    let name = format!("refs/heads/{}", proposal.branch);
    let listed = git.line("look for branches at the remote of", &["ls-remote", remote, &base_name, &name])?;
    let at = |name: &str| {
        listed.lines().find_map(|line| Some(line.split_once('\t')?).filter(|(_, one)| *one == name))
    };
    let Some((base_tip, _)) = at(&base_name) else {
        let cause = format!("{remote} has no branch {base} that it could go into");
        return Err(git.fail("propose changes of", cause).hint("push the branch first"));
    };
    published(&git, (&head, base_tip), (remote, base))?;
    git.line("read the commit of", &["read-tree", &head])?;
    for (path, text) in proposal.files {
        put(&git, &head, path, text)?;
    }
    let tree = git.line("write the commit in", &["write-tree"])?;
    let there = at(&name).map(|(tip, _)| tip);
    if let Some(tip) = there {
        fetch(&git, remote, &name)?;
        // What was merged is done with.
        let is_open = !is_within(&git, tip, base_tip)?;
        if is_open && !is_ours(&git, tip)? {
            return Ok(Pushed::Theirs);
        }
        let changes = |from: &str, to: &str| git.line("compare commits of", &["diff-tree", "-r", from, to]);
        if is_open
            && changes(&format!("{tip}^"), tip)? == changes(&head, &tree)?
            && brings_itself(&git, tip, (remote, base, base_tip))?
        {
            return Ok(Pushed::Same);
        }
    }
    let commit = commit(&git, (&tree, &head), proposal.message)?;
    push(&git, remote, (&commit, &name), there)?;
    Ok(if there.is_some() { Pushed::Updated } else { Pushed::New })
}

/// Deletes a proposal's branch at the remote, where nobody has put commits of their own there. Whether it is gone.
///
/// # Errors
/// No repository; what git says where it fails.
pub fn withdraw(dir: &Path, goal: &Goal, branch: &str) -> Result<bool, SourceError> {
    let (root, _) = locate(dir)?;
    let git = Git::new(&root)?;
    let name = format!("refs/heads/{branch}");
    let listed = git.line("look for branches at the remote of", &["ls-remote", &goal.remote, &name])?;
    let Some((tip, _)) =
        listed.lines().find_map(|line| line.split_once('\t').filter(|(_, one)| *one == name))
    else {
        return Ok(true);
    };
    fetch(&git, &goal.remote, &name)?;
    if !is_ours(&git, tip)? {
        return Ok(false);
    }
    push(&git, &goal.remote, ("", &name), Some(tip))?;
    Ok(true)
}

/// The remote and its branch that what is checked out belongs to.
fn followed(git: &Git<'_>, base: Option<&str>) -> Result<(String, String), SourceError> {
    let Ok(branch) = git.line("read", &["symbolic-ref", "--short", "--quiet", "HEAD"]) else {
        let base = base.ok_or_else(|| {
            let cause = "no branch is checked out, so there is none that it could go into";
            git.fail("propose changes of", cause).hint("check a branch out: git switch main")
        })?;
        return Ok(("origin".into(), base.to_owned()));
    };
    let said = |key: &str| {
        let found = git.line("read", &["config", "--get", &format!("branch.{branch}.{key}")]).ok();
        found.filter(|text| !text.is_empty())
    };
    let remote = said("remote").filter(|name| name != ".");
    // What a branch follows at a remote may have another name there.
    let merged = remote.as_ref().and_then(|_| said("merge")?.strip_prefix("refs/heads/").map(str::to_owned));
    Ok((remote.unwrap_or_else(|| "origin".into()), merged.unwrap_or(branch)))
}

/// Whether a proposal brings no commits along besides its own: a base that was rewritten has lost what it was made on.
fn brings_itself(
    git: &Git<'_>,
    tip: &str,
    (remote, base, base_tip): (&str, &str, &str),
) -> Result<bool, SourceError> {
    let parent = format!("{tip}^");
    if is_within(git, &parent, base_tip)? {
        return Ok(true);
    }
    // A shallow clone doesn't know what the base's commit comes from; what is missing lies between the two.
    if git.line("read", &["rev-parse", "--is-shallow-repository"])? != "true" {
        return Ok(false);
    }
    let name = format!("refs/heads/{base}");
    let words = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--unshallow", remote, &name];
    git.line("fetch a branch of", &words)?;
    is_within(git, &parent, base_tip)
}

fn fetch(git: &Git<'_>, remote: &str, name: &str) -> Result<(), SourceError> {
    let words =
        ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", remote, name];
    git.line("fetch a branch of", &words).map(drop)
}

/// What is checked out is in the branch already: a proposal brings its own changes and nothing else.
fn published(
    git: &Git<'_>,
    (head, tip): (&str, &str),
    (remote, base): (&str, &str),
) -> Result<(), SourceError> {
    if head == tip {
        return Ok(());
    }
    fetch(git, remote, &format!("refs/heads/{base}"))?;
    if is_within(git, head, tip)? {
        return Ok(());
    }
    let cause = format!("what is checked out is not in {base} of {remote}, and would become a part of it");
    Err(git
        .fail("propose changes of", cause)
        .hint(format!("check out what is in {base}, or push it there first")))
}

fn is_within(git: &Git<'_>, commit: &str, tip: &str) -> Result<bool, SourceError> {
    git.says("compare commits of", &["merge-base", "--is-ancestor", commit, tip])
}

/// Nobody else has changed what was pushed.
fn is_ours(git: &Git<'_>, tip: &str) -> Result<bool, SourceError> {
    let words = ["log", "-1", "--no-show-signature", "--format=%T%n%P%n%B", tip];
    let told = git.line("read a commit of", &words)?;
    let mut lines = told.lines();
    let (tree, parents) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let is_marked = lines.any(|line| line.strip_prefix(MARK) == Some(tree));
    Ok(is_marked && parents.split(' ').filter(|one| !one.is_empty()).count() == 1)
}

fn commit(git: &Git<'_>, (tree, head): (&str, &str), message: &str) -> Result<String, SourceError> {
    let message = format!("{}\n\n{MARK}{tree}", message.trim_end());
    let mut words: Vec<&str> = Vec::new();
    // Who commits, where nobody said who that is.
    if !git.says("read", &["var", "GIT_COMMITTER_IDENT"])? {
        words.extend(["-c", "user.name=trueup", "-c", "user.email=trueup@localhost"]);
    }
    // Not as a word of the command: systems bound the length of those.
    words.extend(["commit-tree", tree, "-p", head, "-F", "-"]);
    // Unlike "git commit" it signs only where it is told to.
    let asked = git.line("read", &["config", "--type=bool", "--get", "commit.gpgSign"]);
    if asked.is_ok_and(|answer| answer == "true") {
        words.push("-S");
    }
    git.run("write the commit in", &words, Some(&message))
}

/// Pushes, if the branch is still what it was; no commit deletes it.
fn push(
    git: &Git<'_>,
    remote: &str,
    (commit, name): (&str, &str),
    there: Option<&str>,
) -> Result<(), SourceError> {
    let lease = format!("--force-with-lease={name}:{}", there.unwrap_or_default());
    let refspec = format!("{commit}:{name}");
    let words = ["push", "--quiet", "--no-follow-tags", "--recurse-submodules=no", &lease, remote, &refspec];
    git.line("push a branch of", &words).map(drop).map_err(|error| {
        let branch = name.trim_start_matches("refs/heads/");
        error.hint(format!(
            "let whoever runs this push {branch}; in GitHub Actions: permissions: contents: write"
        ))
    })
}

/// Puts a file's new text into the index.
fn put(git: &Git<'_>, head: &str, path: &Path, text: &str) -> Result<(), SourceError> {
    let real = path.canonicalize().map_err(|error| SourceError::io("read", path, &error))?;
    let inside = real
        .strip_prefix(git.root)
        .map_err(|_| git.fail("change a file of", format!("{} lies outside of it", path.display())))?;
    let steps: Vec<_> = inside.iter().map(|step| step.to_string_lossy()).collect();
    let inside = steps.join("/");
    let literal = format!(":(top,literal){inside}");
    let listed = git.line("look for a file in", &["ls-files", "--stage", "--", &literal])?;
    let Some(mode) = listed.split_whitespace().next() else {
        let cause = format!("{inside} is not in the commit that is checked out");
        return Err(git.fail("change a file of", cause).hint("commit it first"));
    };
    let changed = git.line("compare a file of", &["diff", "--name-only", head, "--", &literal])?;
    if !changed.is_empty() {
        let cause = format!("{inside} differs from the commit that is checked out");
        return Err(git.fail("change a file of", cause).hint("commit or undo what was changed in it first"));
    }
    let filtered = format!("--path={inside}");
    let blob = git.run("write a file into", &["hash-object", "-w", "--stdin", &filtered], Some(text))?;
    let entry = format!("{mode},{blob},{inside}");
    git.line("write a file into", &["update-index", "--cacheinfo", &entry]).map(drop)
}
