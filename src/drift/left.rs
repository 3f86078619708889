//! Why something is not corrected, for people and programs.

use jiff::Timestamp;
use std::fmt;
use trueup_stacks::Measure;

/// Why one object is left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// Git has changes of it that were never applied, which correcting it would carry out as well.
    Entangled,
    /// Correcting it would also change a part that a rule leaves out, for this reason.
    Ignored(String),
    /// Correcting it would also change a part that the baseline knows.
    Known,
    /// The rules don't allow what it takes.
    Forbidden(Measure),
    /// What it takes has to be asked for with a flag.
    Unasked(Measure),
    /// The rules allow other types alone.
    Type,
    /// The rules allow other addresses alone.
    Address,
    /// The rules allow other attributes alone; this is one that isn't among them.
    Attribute(String),
    /// As many as are allowed in one run come before it.
    TooMany(usize),
    /// It was corrected a short while ago; it may be again from then on.
    BackedOff(Timestamp),
    /// It was corrected this often and came back each time.
    Quarantined {
        /// How often, within the time that the rules name.
        corrections: usize,
        /// When it was first.
        since: Timestamp,
    },
    /// Correcting it was begun or planned, and failed.
    Failed,
    /// Nobody approved of it.
    Declined,
}

impl Left {
    /// Whether it is a rule of `trueup.hcl` that holds it back, or the number of changes that a run may make.
    pub fn is_of_rules(&self) -> bool {
        match self {
            Left::Forbidden(_)
            | Left::Type
            | Left::Address
            | Left::Attribute(_)
            | Left::TooMany(_)
            | Left::BackedOff(_)
            | Left::Quarantined { .. } => true,
            Left::Entangled
            | Left::Ignored(_)
            | Left::Known
            | Left::Unasked(_)
            | Left::Failed
            | Left::Declined => false,
        }
    }

    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Left::Entangled => "unapplied",
            Left::Ignored(_) => "ignored",
            Left::Known => "known",
            Left::Forbidden(_) => "action",
            Left::Unasked(_) => "flag",
            Left::Type => "type",
            Left::Address => "address",
            Left::Attribute(_) => "attribute",
            Left::TooMany(_) => "max_changes",
            Left::BackedOff(_) => "back_off",
            Left::Quarantined { .. } => "quarantine",
            Left::Failed => "failed",
            Left::Declined => "declined",
        }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Left::Entangled => f.write_str("Git has changes of it that were never applied"),
            Left::Ignored(reason) => write!(f, "a part of it is ignored: {reason}"),
            Left::Known => f.write_str("the baseline knows a part of it"),
            Left::Forbidden(measure) => {
                write!(f, "{} it is not allowed by trueup.hcl", doing(*measure))
            }
            Left::Unasked(measure) => {
                write!(f, "{} it has to be asked for with -allow-{}", doing(*measure), measure.word())
            }
            Left::Type => f.write_str("its type is not among those that trueup.hcl allows"),
            Left::Address => f.write_str("its address is not among those that trueup.hcl allows"),
            Left::Attribute(name) => write!(f, "{name} is not among the attributes that trueup.hcl allows"),
            Left::TooMany(max) => write!(f, "a run corrects {max} at most"),
            Left::BackedOff(until) => {
                write!(f, "it was corrected before and came back: not again until {until}")
            }
            Left::Failed => f.write_str("correcting it failed"),
            Left::Declined => f.write_str("nobody approved of correcting it"),
            Left::Quarantined { corrections, since } => {
                write!(f, "in quarantine: it was corrected {corrections} times since {since} and came back")
            }
        }
    }
}

fn doing(measure: Measure) -> &'static str {
    match measure {
        Measure::Update => "changing",
        Measure::Create => "creating",
        Measure::Replace => "replacing",
        Measure::Delete => "deleting",
    }
}

/// Why nothing at all is corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is none of the times that the rules name.
    OutsideWindow(Vec<String>),
    /// The configuration lies in no Git repository.
    NoCommit,
    /// Files differ from the commit.
    Dirty(String),
    /// Nothing says which commit was applied last.
    NothingApplied,
    /// The state was written since by something that doesn't say of which commit.
    WrittenSince {
        /// The serial that was written down.
        recorded: u64,
        /// The serial of the state.
        found: u64,
    },
    /// What was applied last was a part of a commit, or files that differed from it.
    AppliedInPart(String),
    /// Another commit was applied last.
    OtherCommit {
        /// That commit.
        applied: String,
        /// The one that is checked out.
        here: String,
    },
}

impl Refused {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::OutsideWindow(_) => "window",
            _ => "applied_commit",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
        match self {
            Refused::OutsideWindow(windows) => {
                write!(f, "trueup.hcl allows corrections only within: {}.", windows.join("; "))
            }
            Refused::NoCommit => f.write_str(
                "trueup.hcl allows corrections only of the commit that was applied last, and this configuration is of \
                 no commit.",
            ),
            Refused::Dirty(hash) => write!(
                f,
                "trueup.hcl allows corrections only of the commit that was applied last, and files here differ from \
                 the commit {}.",
                short(hash)
            ),
            Refused::NothingApplied => f.write_str(
                "trueup.hcl allows corrections only of the commit that was applied last, and nothing beside the state \
                 says which one that is.",
            ),
            Refused::WrittenSince { recorded, found } => write!(
                f,
                "trueup.hcl allows corrections only of the commit that was applied last. That was written down for \
                 serial {recorded} of the state, which is at serial {found}: something else wrote it since.",
            ),
            Refused::AppliedInPart(hash) => write!(
                f,
                "trueup.hcl allows corrections only of the commit that was applied last, and what was applied last \
                 was not the whole of the commit {} and nothing else.",
                short(hash)
            ),
            Refused::OtherCommit { applied, here } => write!(
                f,
                "trueup.hcl allows corrections only of the commit that was applied last, which is {}; this is {}.",
                short(applied),
                short(here)
            ),
        }
    }
}
