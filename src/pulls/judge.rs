//! Whether a pull request may be applied.

use crate::refusal::Refusal;
use crate::shown::{Shown, ShownStack};
use std::collections::{BTreeMap, BTreeSet};
use trueup_forge::{Mergeable, Pull, PullState, Review, Standing, Verdict};
use trueup_stacks::{Branches, PullRules, Spot};

/// What is checked out here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// The commit.
    pub commit: Option<String>,
    /// Those that it was made from: build servers check out a merge with the base branch.
    pub parents: Vec<Parent>,
    /// Whether files differ from it.
    pub is_dirty: bool,
}

/// A commit that another one was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The commit.
    pub commit: String,
    /// Whether it is in the history of the base branch, as the forge has it.
    pub is_of_base: bool,
}

impl Checkout {
    /// Whether it is a commit, or a merge of it with nothing but the base branch: a commit on top of it holds what nobody
    /// has reviewed.
    pub fn holds(&self, commit: &str) -> bool {
        let is_merge = || {
            let (of_pull, others): (Vec<&Parent>, Vec<&Parent>) =
                self.parents.iter().partition(|parent| parent.commit == commit);
            !of_pull.is_empty() && !others.is_empty() && others.iter().all(|parent| parent.is_of_base)
        };
        self.commit.as_deref() == Some(commit) || is_merge()
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The pull request as it stands now.
    pub pull: &'a Pull,
    /// What reviewers say of it.
    pub reviews: &'a [Review],
    /// Who made commits of it, by their ids, as far as the forge knows.
    pub contributors: &'a BTreeSet<String>,
    /// What the base branch demands, and what the default branch does: all of it has to be fulfilled.
    pub rules: &'a [PullRules],
    /// Which base branches may be applied from.
    pub branches: &'a Branches,
    /// What its comment shows; None where there is no comment of ours.
    pub shown: Option<&'a Shown>,
    /// Where the stacks that are checked out here lie, by their names.
    pub spots: &'a BTreeMap<String, Spot>,
    /// What is checked out here.
    pub checkout: &'a Checkout,
}

/// Everything that stands against applying it; nothing where it may be applied.
pub fn judge(request: &Request<'_>) -> Vec<Refusal> {
    let Request { pull, shown, checkout, .. } = request;
    let mut found = Vec::new();
    match pull.state {
        PullState::Open => {}
        PullState::Merged | PullState::Closed => found.push(Refusal::NotOpen),
    }
    if pull.is_draft {
        found.push(Refusal::Draft);
    }
    if pull.head.is_fork {
        found.push(Refusal::Fork);
    }
    if !request.branches.include(&pull.base_branch) {
        let allowed = request.branches.texts();
        found.push(Refusal::BaseBranch { base: pull.base_branch.clone(), allowed });
    }
    match shown {
        None => found.push(Refusal::NothingShown),
        Some(shown) if shown.commit != pull.head.commit => {
            found.push(Refusal::OtherCommit { shown: shown.commit.clone(), now: pull.head.commit.clone() });
        }
        Some(shown) if shown.base != pull.base_branch => {
            found.push(Refusal::OtherBase { shown: shown.base.clone(), now: pull.base_branch.clone() });
        }
        Some(shown) => {
            let failed = shown.stacks.iter().filter(|(_, stack)| stack.plan.is_none());
            found.extend(failed.map(|(name, _)| Refusal::NotPlanned(name.clone())));
        }
    }
    found.extend(checked_out(checkout, &pull.head.commit));
    found.extend(merging(request));
    for rules in request.rules {
        let told = reviewed(request, rules);
        let is_new = |refusal: &Refusal| !found.contains(refusal);
        let new: Vec<Refusal> = told.into_iter().filter(is_new).collect();
        found.extend(new);
    }
    found
}

/// Whether what was planned now is what was shown.
pub fn judge_plans(shown: &Shown, now: &BTreeMap<String, ShownStack>) -> Vec<Refusal> {
    let mut found = Vec::new();
    for (name, then) in &shown.stacks {
        match now.get(name) {
            None => found.push(Refusal::StackGone(name.clone())),
            Some(now) if now.plan.is_none() => found.push(Refusal::NotPlanned(name.clone())),
            Some(now) if (now.serial, &now.state) != (then.serial, &then.state) => {
                found.push(Refusal::StateMoved { stack: name.clone(), shown: then.serial, now: now.serial });
            }
            Some(now) if now.plan != then.plan => found.push(Refusal::OtherPlan(name.clone())),
            Some(_) => {}
        }
    }
    let unseen = now.iter().filter(|(name, stack)| stack.changes && !shown.stacks.contains_key(*name));
    found.extend(unseen.map(|(name, _)| Refusal::StackNotShown(name.clone())));
    found
}

fn checked_out(checkout: &Checkout, head: &str) -> Vec<Refusal> {
    let mut found = Vec::new();
    if !checkout.holds(head) {
        let here = checkout.commit.clone().unwrap_or_else(|| "nothing".into());
        found.push(Refusal::OtherCheckout { here, wanted: head.to_owned() });
    }
    if checkout.is_dirty {
        found.push(Refusal::DirtyCheckout);
    }
    found
}

fn merging(request: &Request<'_>) -> Option<Refusal> {
    let is_required = request.rules.iter().any(|rules| rules.pulls.require_mergeable);
    if !is_required || request.pull.state != PullState::Open {
        return None;
    }
    match &request.pull.mergeable {
        Mergeable::Yes => None,
        Mergeable::Conflicts => Some(Refusal::Conflicts(request.pull.base_branch.clone())),
        Mergeable::Blocked(why) => Some(Refusal::Blocked(why.clone())),
        Mergeable::Unknown => Some(Refusal::MergeableUnknown),
    }
}

fn reviewed(request: &Request<'_>, rules: &PullRules) -> Vec<Refusal> {
    let Request { reviews, shown, .. } = request;
    let mut found = Vec::new();
    let owners = &rules.pulls.owners;
    // Nobody reviews their own, and an approval of what was there before is none of what is there now.
    let counts = |review: &&Review, among: &[String]| {
        let is_named = among.iter().any(|owner| is(owner, review));
        let is_fresh = review.commit.as_ref().is_none_or(|commit| *commit == request.pull.head.commit);
        let has_weight = match review.standing {
            Standing::Writer => true,
            Standing::Reader => false,
            // Who isn't known to write is trusted where they are named.
            Standing::Unknown => is_named,
        };
        let is_of_others =
            review.by.id != request.pull.author.id && !request.contributors.contains(&review.by.id);
        has_weight && is_fresh && (among.is_empty() || is_named) && is_of_others
    };
    let approved = |among: &[String]| -> BTreeSet<&str> {
        let approving = reviews.iter().filter(|review| review.verdict == Verdict::Approved);
        approving.filter(|review| counts(review, among)).map(|review| review.by.id.as_str()).collect()
    };
    let wants_approval = rules.pulls.approvals > 0 || rules.pulls.require_stack_owners;
    let have = approved(owners).len();
    if have < rules.pulls.approvals {
        found.push(Refusal::Approvals { have, need: rules.pulls.approvals, owners: owners.clone() });
    }
    // As with approvals: who isn't known to write stands in the way where they are named.
    let named: Vec<&String> = owners.iter().chain(rules.all_stack_owners()).collect();
    let has_say = |review: &Review| match review.standing {
        Standing::Writer => true,
        Standing::Reader => false,
        Standing::Unknown => named.iter().any(|owner| is(owner, review)),
    };
    let objecting = reviews
        .iter()
        .filter(|review| review.verdict == Verdict::ChangesRequested && has_say(review) && wants_approval);
    found.extend(objecting.map(|review| Refusal::ChangesRequested(review.by.name.clone())));
    if rules.pulls.require_stack_owners {
        let touched = shown.iter().flat_map(|shown| shown.stacks.iter()).filter(|(_, stack)| stack.changes);
        for (name, _) in touched {
            let lists = rules.owners(name, request.spots.get(name));
            found.extend(
                lists
                    .into_iter()
                    .filter(|owners| approved(owners).is_empty())
                    .map(|owners| Refusal::StackOwners { stack: name.clone(), owners: owners.to_vec() }),
            );
        }
        // Which of the stacks here it has become can't be told, if it is any.
        let gone = rules.gone(request.spots).filter(|(_, owners)| approved(owners).is_empty());
        let refusal = |(stack, owners): (&str, &[String])| Refusal::GoneStackOwners {
            stack: stack.to_owned(),
            owners: owners.to_vec(),
        };
        found.extend(gone.map(refusal));
    }
    found
}

/// Whether an owner, as people write them, is who reviewed. What they are called isn't asked: at some forges anybody may be
/// called anything.
fn is(owner: &str, review: &Review) -> bool {
    let plain = |text: &str| text.trim_matches(['{', '}']).to_ascii_lowercase();
    let owner = plain(owner.trim_start_matches('@'));
    let names = review.by.account.iter().chain([&review.by.id]);
    !owner.is_empty() && names.into_iter().any(|name| plain(name) == owner)
}
