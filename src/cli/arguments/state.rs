//! Arguments of the commands around the state: workspaces, surgery, locks.

use super::{Locking, Terminal, Variables};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Workspace {
    /// List the workspaces
    List(WorkspaceList),
    /// Show the name of the selected workspace
    Show(WorkspaceShow),
    /// Make a workspace and select it
    New(WorkspaceNew),
    /// Select a workspace
    Select(WorkspaceSelect),
    /// Delete a workspace with its state
    Delete(WorkspaceDelete),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct WorkspaceList {
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct WorkspaceShow {
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct WorkspaceNew {
    /// What it is called
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// A state file that it starts with
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) locking: Locking,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct WorkspaceSelect {
    /// Which
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Make it where it isn't there
    #[arg(long = "or-create", value_name = "BOOL", default_value = "false", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(crate) or_create: bool,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct WorkspaceDelete {
    /// Which
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Delete it even if its state holds objects, which are then forgotten
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) locking: Locking,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
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
    Pull(StatePull),
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
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
    /// The local state file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct StateShow {
    /// The instance
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
    /// The local state file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct StatePull {
    /// Accepted for compatibility; there are none
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
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
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
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
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
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
pub(crate) struct Import {
    /// The instance that the object becomes
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    /// The object's id, as its provider wants it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// The directory of the configuration
    #[arg(long, value_name = "DIR")]
    pub(crate) config: Option<String>,
    #[command(flatten)]
    pub(crate) variables: Variables,
    /// Accepted for compatibility; one object is read
    #[arg(long, value_name = "N", default_value = "10")]
    pub(crate) parallelism: usize,
    /// The local state file, for configurations without a backend block
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    /// Accepted for compatibility; every version of a backend is the same
    #[arg(long = "ignore-remote-version")]
    pub(crate) ignore_remote_version: bool,
    #[command(flatten)]
    pub(crate) locking: Locking,
    #[command(flatten)]
    pub(crate) terminal: Terminal,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Refresh {
    #[command(flatten)]
    pub(crate) variables: Variables,
    /// Only this resource, instance or module and what it needs; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) target: Vec<String>,
    /// How many calls are in flight at once
    #[arg(long, value_name = "N", default_value = "10")]
    pub(crate) parallelism: usize,
    /// The local state file, for configurations without a backend block
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) locking: Locking,
    #[command(flatten)]
    pub(crate) terminal: Terminal,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct ForceUnlock {
    /// The lock's ID
    #[arg(value_name = "LOCK_ID")]
    pub(crate) id: String,
    /// Don't ask
    #[arg(long)]
    pub(crate) force: bool,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Get {
    /// Fetch modules anew
    #[arg(long)]
    pub(crate) update: bool,
    /// Accepted for compatibility; test files call no modules here
    #[arg(long = "test-directory", value_name = "DIR")]
    pub(crate) test_directory: Option<String>,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
}
