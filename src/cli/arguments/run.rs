//! Arguments of the commands for many stacks at once.

use super::groups::{Locking, ReportFile, Reporting, Terminal};
use super::plans::Guarding;
use clap::{Args, Subcommand};
use trueup_run::{Operation, Selection};

#[derive(Debug, Subcommand)]
pub(crate) enum Run {
    /// Plan stacks, each with what those before it will hand on
    ///
    /// Values that a stack takes from others and that are not known before these are applied stay unknown in its plan. Exit codes: 0 planned, 1 error, 2 with -detailed-exitcode: changes, 4 a state is locked.
    Plan(RunPlan),
    /// Plan stacks, and apply them once somebody has said yes to all of it
    ///
    /// A stack is applied by the plan that was shown; where one that it depends on was applied before, it is planned anew, and somebody is asked again if the new plan does other things than were shown, but for values that were not known then. Exit codes: 0 applied or nothing to do, 1 error, 4 a state is locked, 5 applied in part.
    Apply(RunApply),
    /// Show what differs between Git, the states and the world, and bring back what drifted
    ///
    /// Exit codes: 0 nothing differs or all is corrected, 1 error, 2 something differs, 3 the rules allow no correction now, 4 a state is locked, 5 corrected in part.
    Drift(Box<RunDrift>),
}

/// Which stacks are run, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct Running {
    /// All stacks of the repository
    #[arg(long)]
    pub(crate) all: bool,
    /// Only those that what was done since a branch, tag or commit touches
    #[arg(long = "changed-since", value_name = "REF")]
    pub(crate) changed_since: Option<String>,
    /// This stack; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) stack: Vec<String>,
    /// Only those with this tag; any of them where it is given several times
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// How many stacks are worked on at once
    #[arg(long, value_name = "N", default_value = "10", allow_hyphen_values = true)]
    pub(crate) parallelism: i64,
    /// Print one JSON document at the end, and nothing else
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) locking: Locking,
    #[command(flatten)]
    pub(crate) terminal: Terminal,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct RunPlan {
    #[command(flatten)]
    pub(crate) running: Running,
    /// Save the plan of each stack to a file NAME.tfplan in this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<String>,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
    /// Exit with 2 when there are changes
    #[arg(long = "detailed-exitcode")]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct RunApply {
    #[command(flatten)]
    pub(crate) running: Running,
    /// Save the plan of each stack to a file NAME.tfplan in this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<String>,
    /// Don't ask before applying
    #[arg(long = "auto-approve")]
    pub(crate) auto_approve: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct RunDrift {
    #[command(flatten)]
    pub(crate) running: Running,
    /// Accepted for compatibility: exit codes are always detailed
    #[arg(long = "detailed-exitcode", alias = "detailed")]
    pub(crate) detailed_exitcode: bool,
    /// Look up in the audit logs of the clouds who changed what drifted, and when
    #[arg(long)]
    pub(crate) audit: bool,
    /// Bring what drifted back to what Git says, and touch nothing else
    #[arg(long)]
    pub(crate) correct: bool,
    /// Only what was changed outside: what Git has that was never applied is neither told nor counted
    #[arg(long)]
    pub(crate) world: bool,
    /// Don't ask before correcting
    #[arg(long = "auto-approve")]
    pub(crate) auto_approve: bool,
    #[command(flatten)]
    pub(crate) guarding: Guarding,
    /// Drift that is known, as -save-baseline wrote it: a file NAME.json for each stack that has some
    #[arg(long, value_name = "DIR")]
    pub(crate) baseline: Option<String>,
    /// Write what differs in each stack into a file NAME.json for -baseline, without its values
    #[arg(long = "save-baseline", value_name = "DIR")]
    pub(crate) save_baseline: Option<String>,
    #[command(flatten)]
    pub(crate) notifying: Notifying,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// Who is told of what changed since the last look.
#[derive(Args, Clone, Debug)]
pub(crate) struct Notifying {
    /// Tell chats and webhooks of stacks whose status has changed since the last run with this file, which keeps it
    #[arg(long, value_name = "FILE")]
    pub(crate) notify: Option<String>,
    /// Keep an issue for each stack besides: opened when it drifts, closed when it is fine
    #[arg(long, requires = "notify")]
    pub(crate) issues: bool,
}

impl Run {
    /// Who is told; nobody but of drift.
    pub(crate) fn notifying(&self) -> Option<&Notifying> {
        self.drift().map(|args| &args.notifying)
    }

    /// Where reports go; there are none of what is applied.
    pub(crate) fn reports(&self) -> &[ReportFile] {
        match self {
            Run::Plan(args) => &args.reporting.report,
            Run::Drift(args) => &args.reporting.report,
            Run::Apply(_) => &[],
        }
    }

    /// What is done, to which stacks and how, and where plans are saved.
    pub(crate) fn parts(&self) -> (Operation, &Running, Option<&str>) {
        match self {
            Run::Plan(args) => (Operation::Plan, &args.running, args.out.as_deref()),
            Run::Apply(args) => (Operation::Apply, &args.running, args.out.as_deref()),
            Run::Drift(args) => (Operation::Drift, &args.running, None),
        }
    }

    /// Whether nobody is asked.
    pub(crate) fn is_approved(&self) -> bool {
        match self {
            Run::Plan(_) => false,
            Run::Apply(args) => args.auto_approve,
            Run::Drift(args) => args.auto_approve,
        }
    }

    /// Whether something is changed once that is approved of.
    pub(crate) fn changes(&self) -> bool {
        match self {
            Run::Plan(_) => false,
            Run::Apply(_) => true,
            Run::Drift(args) => args.correct,
        }
    }

    /// What is asked of a comparison.
    pub(crate) fn drift(&self) -> Option<&RunDrift> {
        match self {
            Run::Drift(args) => Some(args),
            Run::Plan(_) | Run::Apply(_) => None,
        }
    }

    /// Whether changes or drift have an exit code of their own.
    pub(crate) fn is_detailed(&self) -> bool {
        match self {
            Run::Plan(args) => args.detailed_exitcode,
            Run::Apply(_) => false,
            Run::Drift(_) => true,
        }
    }
}

impl Running {
    /// What stacks are chosen by.
    pub(crate) fn selection(&self) -> Selection {
        Selection {
            changed_since: self.changed_since.clone(),
            names: self.stack.clone(),
            tags: self.tag.clone(),
        }
    }

    /// Whether it was said which stacks are meant.
    pub(crate) fn is_chosen(&self) -> bool {
        self.all || self.changed_since.is_some() || !self.stack.is_empty() || !self.tag.is_empty()
    }
}
