//! Why a pull request isn't applied, in words.

use trueup_diag::Diagnostic;

/// A reason against applying a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is merged or closed.
    NotOpen,
    /// It isn't ready.
    Draft,
    /// It comes out of another repository.
    Fork,
    /// What goes into its base branch isn't applied.
    BaseBranch {
        /// That branch.
        base: String,
        /// Those that may be applied from.
        allowed: Vec<String>,
    },
    /// No comment of ours shows a plan.
    NothingShown,
    /// The plan that was shown is of another commit.
    OtherCommit {
        /// That commit.
        shown: String,
        /// The last one of now.
        now: String,
    },
    /// It goes into another branch than when it was planned.
    OtherBase {
        /// The branch of then.
        shown: String,
        /// That of now.
        now: String,
    },
    /// Something else is checked out here.
    OtherCheckout {
        /// This commit.
        here: String,
        /// The pull request's.
        wanted: String,
    },
    /// Files differ from the commit.
    DirtyCheckout,
    /// It contradicts the base branch.
    Conflicts(
        /// The base branch.
        String,
    ),
    /// The forge wouldn't let it be merged, in its own words.
    Blocked(
        /// Those.
        String,
    ),
    /// The forge doesn't say whether it can be merged.
    MergeableUnknown,
    /// Too few people approve.
    Approvals {
        /// So many do.
        have: usize,
        /// So many are needed.
        need: usize,
        /// Whose approvals count; anybody's where there are none.
        owners: Vec<String>,
    },
    /// Somebody wants it changed.
    ChangesRequested(
        /// Their name.
        String,
    ),
    /// None of a stack's owners approves.
    StackOwners {
        /// The stack.
        stack: String,
        /// Its owners.
        owners: Vec<String>,
    },
    /// A stack of the base branch isn't there any more, and none of its owners approves.
    GoneStackOwners {
        /// The stack.
        stack: String,
        /// Its owners.
        owners: Vec<String>,
    },
    /// A stack could not be planned.
    NotPlanned(
        /// The stack.
        String,
    ),
    /// A stack that was shown isn't there any more.
    StackGone(
        /// The stack.
        String,
    ),
    /// A stack would be applied that wasn't shown.
    StackNotShown(
        /// The stack.
        String,
    ),
    /// Planned again after others were applied, a stack would become something else than was shown.
    OtherAfterOthers(
        /// The stack.
        String,
    ),
    /// The comment says something else than what is planned.
    OtherText,
    /// A state was written since.
    StateMoved {
        /// Whose.
        stack: String,
        /// The serial that was shown.
        shown: u64,
        /// That of now.
        now: u64,
    },
    /// The plan of a stack comes out otherwise than it was shown.
    OtherPlan(
        /// The stack.
        String,
    ),
}

const AGAIN: &str = "plan again with \"trueup pr plan\", and have that approved";

impl Refusal {
    /// The reason as a sentence.
    pub fn reason(&self) -> String {
        let short = |commit: &String| commit.chars().take(12).collect::<String>();
        match self {
            Refusal::NotOpen => "The pull request isn't open any more.".into(),
            Refusal::Draft => "The pull request is a draft.".into(),
            Refusal::Fork => "The pull request comes out of a fork.".into(),
            Refusal::BaseBranch { base, allowed } => {
                format!("What goes into {base} isn't applied, but what goes into {}.", allowed.join(", "))
            }
            Refusal::NothingShown => {
                "No comment on the pull request shows a plan that could be applied.".into()
            }
            Refusal::OtherCommit { shown, now } => {
                format!(
                    "The plan that was shown is of commit {}, and the last one is {}.",
                    short(shown),
                    short(now)
                )
            }
            Refusal::OtherBase { shown, now } => {
                format!("It was planned to go into {shown}, and goes into {now} now.")
            }
            Refusal::OtherCheckout { here, wanted } => {
                format!(
                    "Commit {} is checked out here, and not {} of the pull request.",
                    short(here),
                    short(wanted)
                )
            }
            Refusal::DirtyCheckout => "Files here differ from the commit that is checked out.".into(),
            Refusal::Conflicts(base) => format!("It is in conflict with {base}."),
            Refusal::Blocked(why) => format!("The forge wouldn't let it be merged: {why}."),
            Refusal::MergeableUnknown => "The forge doesn't say whether it can be merged.".into(),
            Refusal::Approvals { have, need, owners } => too_few(*have, *need, owners),
            Refusal::ChangesRequested(name) => format!("{name} requests changes."),
            Refusal::StackOwners { stack, owners } => {
                format!("None of the owners of the stack {stack} approves: {}.", owners.join(", "))
            }
            Refusal::GoneStackOwners { stack, owners } => format!(
                "The stack {stack} of the base branch is not there any more by its name or in its place, and none of its \
                 owners approves: {}.",
                owners.join(", ")
            ),
            Refusal::NotPlanned(stack) => format!("The stack {stack} could not be planned."),
            Refusal::StackGone(stack) => {
                format!("The stack {stack}, whose plan was shown, isn't planned any more.")
            }
            Refusal::StackNotShown(stack) => format!("The stack {stack} has changes that were not shown."),
            Refusal::OtherAfterOthers(stack) => {
                format!(
                    "Now that others are applied, the plan of the stack {stack} does other things than were shown."
                )
            }
            Refusal::OtherText => {
                "The text of the comment isn't what is planned: somebody has edited it, or another version wrote it.".into()
            }
            Refusal::StateMoved { stack, shown, now } if shown == now => {
                format!("The stack {stack} has another state than when its plan was shown.")
            }
            Refusal::StateMoved { stack, shown, now } => {
                format!(
                    "The state of the stack {stack} moved from serial {shown} to {now} since its plan was shown."
                )
            }
            Refusal::OtherPlan(stack) => {
                format!("The plan of the stack {stack} comes out otherwise than it was shown, or its configuration is another one.")
            }
        }
    }

    /// Whether rules hold it back, those of the base branch or of the forge: as soon as they are fulfilled it may be applied as
    /// it was shown.
    pub fn is_of_rules(&self) -> bool {
        match self {
            Refusal::Draft
            | Refusal::Fork
            | Refusal::BaseBranch { .. }
            | Refusal::Conflicts(_)
            | Refusal::Blocked(_)
            | Refusal::MergeableUnknown
            | Refusal::Approvals { .. }
            | Refusal::ChangesRequested(_)
            | Refusal::StackOwners { .. }
            | Refusal::GoneStackOwners { .. } => true,
            Refusal::NotOpen
            | Refusal::NothingShown
            | Refusal::OtherCommit { .. }
            | Refusal::OtherBase { .. }
            | Refusal::OtherCheckout { .. }
            | Refusal::DirtyCheckout
            | Refusal::NotPlanned(_)
            | Refusal::StackGone(_)
            | Refusal::StackNotShown(_)
            | Refusal::OtherAfterOthers(_)
            | Refusal::StateMoved { .. }
            | Refusal::OtherText
            | Refusal::OtherPlan(_) => false,
        }
    }

    /// What to do now.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Refusal::NotOpen | Refusal::ChangesRequested(_) => None,
            Refusal::Draft => Some("mark it as ready for review"),
            Refusal::Fork => Some("push the branch to this repository and open a pull request from there"),
            Refusal::BaseBranch { .. } => Some(
                "name it in branches = [...] in the block pulls of trueup.hcl in the default branch, or choose another base branch",
            ),
            Refusal::NothingShown => Some("run \"trueup pr plan\" first, with a token of the same user"),
            Refusal::OtherCheckout { .. } => Some(
                "check out the last commit of the pull request, or the forge's merge of it with the base branch fetched",
            ),
            Refusal::DirtyCheckout => {
                Some("apply from a fresh checkout; what builds leave belongs in .gitignore")
            }
            Refusal::Conflicts(_) => Some("merge or rebase, and plan again"),
            Refusal::Blocked(_) => {
                Some("fulfil the rules of the branch, or say require_mergeable = false in trueup.hcl")
            }
            Refusal::MergeableUnknown => Some("try again in a moment"),
            Refusal::Approvals { owners, .. }
            | Refusal::StackOwners { owners, .. }
            | Refusal::GoneStackOwners { owners, .. }
                if owners.iter().any(|owner| owner.contains('/')) =>
            {
                Some("name people: who is in a team isn't looked up")
            }
            Refusal::Approvals { .. } | Refusal::StackOwners { .. } => Some(
                "approvals of earlier commits, of the author, of who made its commits and of people who may not write don't count",
            ),
            Refusal::GoneStackOwners { .. } => Some(
                "have one of them approve; where it only came into the base branch later, merge that or rebase",
            ),
            Refusal::OtherCommit { .. }
            | Refusal::OtherBase { .. }
            | Refusal::NotPlanned(_)
            | Refusal::StackGone(_)
            | Refusal::StackNotShown(_)
            | Refusal::OtherAfterOthers(_)
            | Refusal::StateMoved { .. }
            | Refusal::OtherText
            | Refusal::OtherPlan(_) => Some(AGAIN),
        }
    }

    /// The same, for a person reading diagnostics.
    pub fn diagnostic(&self) -> Diagnostic {
        let problem = Diagnostic::error("Pull request not applied", self.reason());
        match self.hint() {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}

fn too_few(have: usize, need: usize, owners: &[String]) -> String {
    let whom = if owners.is_empty() { String::new() } else { format!(" out of {}", owners.join(", ")) };
    let (noun, verb) = if need == 1 { ("approval", "is") } else { ("approvals", "are") };
    format!("{need} {noun}{whom} {verb} needed of the last commit, and there {}.", are(have))
}

fn are(count: usize) -> String {
    match count {
        0 => "is none".into(),
        1 => "is one".into(),
        count => format!("are {count}"),
    }
}
