//! Arguments of the commands for the stacks of a repository.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Stacks {
    /// List the stacks of the repository, or those that a change touches
    List(StacksList),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct StacksList {
    /// Only those that what was done since a branch, tag or commit touches
    #[arg(long = "changed-since", value_name = "REF")]
    pub(crate) changed_since: Option<String>,
    /// Only those with this tag; any of them where it is given several times
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
