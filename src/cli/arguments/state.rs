//! Arguments of the commands that look into the state or mend it.

use super::groups::{Locking, Origin, Variables, Writing};
use clap::{Args, Subcommand};

#[derive(Args, Clone, Debug)]
pub(crate) struct Show {
    /// A saved plan or a state file; without one the current state
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<String>,
    /// The current state, as without any option
    #[arg(long, conflicts_with_all = ["file", "plan"])]
    pub(crate) state: bool,
    /// A saved plan
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub(crate) plan: Option<String>,
    #[command(flatten)]
    pub(crate) origin: Origin,
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) writing: Writing,
    /// Show sensitive values
    #[arg(long = "show-sensitive")]
    pub(crate) reveal: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Output {
    /// Only this output
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    /// The bare value of a string, number or bool
    #[arg(long)]
    pub(crate) raw: bool,
    /// The local state file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    /// Show sensitive values
    #[arg(long = "show-sensitive")]
    pub(crate) reveal: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

#[derive(Debug, Subcommand)]
pub(crate) enum State {
    /// List the resource instances in the state
    List(StateList),
    /// Show one resource instance
    Show(StateShow),
    /// Move resources, instances or modules to other addresses
    Mv(StateMv),
    /// Forget instances: their real objects stay as they are
    Rm(StateRm),
    /// Print the state as JSON
    Pull(Variables),
    /// Put a state file in place of the state
    Push(StatePush),
    /// Give a provider's resources to another provider
    ReplaceProvider(StateReplaceProvider),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct StateList {
    /// Only these resources, instances or modules
    #[arg(value_name = "ADDRESS")]
    pub(crate) addresses: Vec<String>,
    /// Only the object with this id
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// The local state file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct StateShow {
    /// The instance
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    /// The local state file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    /// Show sensitive values
    #[arg(long = "show-sensitive")]
    pub(crate) reveal: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

/// What every command of state surgery takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Operated {
    #[command(flatten)]
    pub(crate) locking: Locking,
    /// A local state file instead of the configuration's backend
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    /// Where the state is kept as it was; by default beside it, named after the time
    #[arg(long, value_name = "FILE")]
    pub(crate) backup: Option<String>,
    /// Accepted for compatibility; every version of a backend is the same
    #[arg(long = "ignore-remote-version")]
    pub(crate) ignore_remote_version: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct StateMv {
    /// The address as it is
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    /// The address as it will be
    #[arg(value_name = "DESTINATION")]
    pub(crate) destination: String,
    /// Only say what would be moved
    #[arg(long = "dry-run")]
    pub(crate) dry_run: bool,
    /// Another local state file to move to
    #[arg(long = "state-out", value_name = "FILE")]
    pub(crate) state_out: Option<String>,
    /// Where that one is kept as it was
    #[arg(long = "backup-out", value_name = "FILE")]
    pub(crate) backup_out: Option<String>,
    #[command(flatten)]
    pub(crate) operated: Operated,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct StateRm {
    /// Resources, instances or modules
    #[arg(value_name = "ADDRESS", required = true)]
    pub(crate) addresses: Vec<String>,
    /// Only say what would be removed
    #[arg(long = "dry-run")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) operated: Operated,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct StateReplaceProvider {
    /// Who looks after the resources
    #[arg(value_name = "FROM_PROVIDER_FQN")]
    pub(crate) from: String,
    /// Who will
    #[arg(value_name = "TO_PROVIDER_FQN")]
    pub(crate) to: String,
    /// Don't ask
    #[arg(long = "auto-approve")]
    pub(crate) auto_approve: bool,
    #[command(flatten)]
    pub(crate) operated: Operated,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct StatePush {
    /// The state file; `-` is standard input
    #[arg(value_name = "PATH")]
    pub(crate) path: String,
    /// Even if it is older than the state that is there, or of another lineage
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) locking: Locking,
    /// Accepted for compatibility; every version of a backend is the same
    #[arg(long = "ignore-remote-version")]
    pub(crate) ignore_remote_version: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Taint {
    /// The instance
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    /// Succeed even if there is no such instance
    #[arg(long = "allow-missing")]
    pub(crate) allow_missing: bool,
    #[command(flatten)]
    pub(crate) operated: Operated,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct ForceUnlock {
    /// The lock's ID
    #[arg(value_name = "LOCK_ID")]
    pub(crate) id: String,
    /// Don't ask
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
}
