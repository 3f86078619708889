//! Arguments of the commands for pull requests.

#![expect(clippy::doc_markdown, reason = "the comments are help texts, where backticks would be seen")]

use super::groups::{Locking, Reporting, Terminal};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Pr {
    /// Plan the stacks that a pull request touches, and show the plans in one comment on it
    ///
    /// The comment is found again and edited with each push. Beside the commit stands a status for each stack. Forge, repository and number are those of the build; TRUEUP_FORGE, TRUEUP_FORGE_URL and TRUEUP_FORGE_REPOSITORY say them elsewhere, and the token is taken from the forge's usual variable or TRUEUP_FORGE_TOKEN. Exit codes: 0 planned, 1 error, 2 with -detailed-exitcode: changes, 4 a state is locked.
    Plan(PrPlan),
    /// Apply the plans that the comment on a pull request shows, and nothing else
    ///
    /// Everything is planned again, and applied only where it is the same plan, of the same commit, on the same state, with the approvals that the block pulls in trueup.hcl of the base branch asks for. Otherwise nothing is applied, and each reason is told. Exit codes: 0 applied or nothing to do, 1 error, or something else would be applied than was shown, 3 held back by rules alone, 4 a state is locked, 5 applied in part.
    Apply(PrApply),
}

/// Which pull request, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct Pulling {
    /// The pull request; without it that of the build
    #[arg(long, value_name = "NUMBER")]
    pub(crate) number: Option<u64>,
    /// Tells the comments and statuses of several pipelines apart
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How many stacks are worked on at once
    #[arg(long, value_name = "N", default_value = "10", allow_hyphen_values = true)]
    pub(crate) parallelism: i64,
    #[command(flatten)]
    pub(crate) locking: Locking,
    #[command(flatten)]
    pub(crate) terminal: Terminal,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct PrPlan {
    #[command(flatten)]
    pub(crate) pulling: Pulling,
    /// Save the plan of each stack to a file NAME.tfplan in this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<String>,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
    /// Where the whole can be read when the comment is too short for it; without it the build
    #[arg(long, value_name = "URL")]
    pub(crate) link: Option<String>,
    /// Exit with 2 when there are changes
    #[arg(long = "detailed-exitcode")]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct PrApply {
    #[command(flatten)]
    pub(crate) pulling: Pulling,
}
