//! Arguments of the commands that compare the configuration with the world.

use super::groups::{Locking, Operating, Origin, StateFiles, Telling, Terminal, Variables, Writing};
use clap::Args;
use std::collections::BTreeSet;
use trueup_stacks::Measure;

/// What is planned.
#[derive(Args, Clone, Debug)]
pub(crate) struct Planning {
    /// Plan to destroy everything
    #[arg(long)]
    pub(crate) destroy: bool,
    /// Only take the world's changes into the state
    #[arg(long = "refresh-only")]
    pub(crate) refresh_only: bool,
    /// Read the real objects before planning
    #[arg(long, default_value = "true")]
    pub(crate) refresh: bool,
    /// Replace this instance even if nothing asks for it; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) replace: Vec<String>,
    #[command(flatten)]
    pub(crate) operating: Operating,
}

impl Planning {
    /// A plan that brings the infrastructure true to the configuration, with nothing particular about it.
    pub(crate) fn usual(operating: &Operating) -> Planning {
        Planning {
            destroy: false,
            refresh_only: false,
            refresh: true,
            replace: Vec::new(),
            operating: operating.clone(),
        }
    }
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Plan {
    /// Save the plan to a file
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<String>,
    /// Exit with 2 when there are changes
    #[arg(long = "detailed-exitcode")]
    pub(crate) detailed_exitcode: bool,
    /// Write configuration for what is imported without any to a new file
    #[arg(long = "generate-config-out", value_name = "FILE")]
    pub(crate) generate_config_out: Option<String>,
    #[command(flatten)]
    pub(crate) telling: Telling,
    #[command(flatten)]
    pub(crate) writing: Writing,
    /// The local state file, for configurations without a backend block
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) origin: Origin,
    #[command(flatten)]
    pub(crate) planning: Planning,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Apply {
    /// A saved plan; without one a new plan is made and shown
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<String>,
    /// Don't ask before applying
    #[arg(long = "auto-approve")]
    pub(crate) auto_approve: bool,
    #[command(flatten)]
    pub(crate) telling: Telling,
    #[command(flatten)]
    pub(crate) files: StateFiles,
    #[command(flatten)]
    pub(crate) planning: Planning,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Drift {
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) writing: Writing,
    /// Bring what drifted back to what Git says, and touch nothing else
    #[arg(long)]
    pub(crate) correct: bool,
    /// Only what was changed outside: what Git has that was never applied is neither told nor counted
    #[arg(long)]
    pub(crate) world: bool,
    /// Accepted for compatibility: exit codes are always detailed
    #[arg(long = "detailed-exitcode", alias = "detailed")]
    pub(crate) detailed_exitcode: bool,
    /// Don't ask before correcting
    #[arg(long = "auto-approve")]
    pub(crate) auto_approve: bool,
    #[command(flatten)]
    pub(crate) guarding: Guarding,
    /// Take what was changed outside into the configuration's files, where it is written out there
    #[arg(long, conflicts_with_all = ["correct", "json", "format", "from"])]
    pub(crate) adopt: bool,
    /// Propose the same as a pull request, from a branch that is pushed; the files here stay as they are
    #[arg(long = "open-pr", conflicts_with_all = ["correct", "from", "adopt"])]
    pub(crate) open_pr: bool,
    /// Look up in the audit logs of the clouds who changed what drifted, and when
    #[arg(long)]
    pub(crate) audit: bool,
    /// Drift that is known, as -save-baseline wrote it: it is told apart and doesn't count
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<String>,
    /// Write what differs into a file for -baseline, without its values
    #[arg(long = "save-baseline", value_name = "FILE")]
    pub(crate) save_baseline: Option<String>,
    #[command(flatten)]
    pub(crate) origin: Origin,
    #[command(flatten)]
    pub(crate) operating: Operating,
}

/// What a correction may do besides changing objects in place.
#[derive(Args, Clone, Debug)]
pub(crate) struct Guarding {
    /// Let -correct make again what is gone
    #[arg(long = "allow-create")]
    pub(crate) allow_create: bool,
    /// Let -correct delete what a replacement left over
    #[arg(long = "allow-delete")]
    pub(crate) allow_delete: bool,
    /// Let -correct replace what can't be changed in place
    #[arg(long = "allow-replace")]
    pub(crate) allow_replace: bool,
    /// Let -correct touch at most so many objects
    #[arg(long = "max-changes", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_changes: Option<u32>,
}

impl Guarding {
    /// What may be done besides changes in place.
    pub(crate) fn asked(&self) -> BTreeSet<Measure> {
        let flags = [
            (self.allow_create, Measure::Create),
            (self.allow_delete, Measure::Delete),
            (self.allow_replace, Measure::Replace),
        ];
        flags.into_iter().filter(|(set, _)| *set).map(|(_, measure)| measure).collect()
    }

    /// At most so many objects.
    pub(crate) fn changes_max(&self) -> Option<usize> {
        self.max_changes.and_then(|max| usize::try_from(max).ok())
    }
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Refresh {
    #[command(flatten)]
    pub(crate) telling: Telling,
    #[command(flatten)]
    pub(crate) files: StateFiles,
    #[command(flatten)]
    pub(crate) operating: Operating,
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
    /// Accepted for compatibility; a configuration has to be written first
    #[arg(long = "allow-missing-config")]
    pub(crate) allow_missing_config: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
    /// Accepted for compatibility; one object is read
    #[arg(long, value_name = "N", default_value = "10")]
    pub(crate) parallelism: usize,
    #[command(flatten)]
    pub(crate) files: StateFiles,
    /// Accepted for compatibility; every version of a backend is the same
    #[arg(long = "ignore-remote-version")]
    pub(crate) ignore_remote_version: bool,
    #[command(flatten)]
    pub(crate) locking: Locking,
    #[command(flatten)]
    pub(crate) terminal: Terminal,
}
