//! Arguments of the commands for workspaces.

use super::groups::{Locking, Variables};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Workspace {
    /// List the workspaces
    List(Variables),
    /// Show the name of the selected workspace
    Show(Variables),
    /// Make a workspace and select it
    New(WorkspaceNew),
    /// Select a workspace
    Select(WorkspaceSelect),
    /// Delete a workspace with its state
    Delete(WorkspaceDelete),
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
    #[command(flatten)]
    pub(crate) variables: Variables,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct WorkspaceSelect {
    /// Which
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Make it where it isn't there
    #[arg(long = "or-create")]
    pub(crate) or_create: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
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
    #[command(flatten)]
    pub(crate) variables: Variables,
}
