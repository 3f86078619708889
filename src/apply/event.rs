//! What whoever watches is told.

use std::sync::Arc;
use trueup_addr::ResourceInstance;
use trueup_plan::Part;

/// Something happened to a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The call is about to be made.
    Started {
        /// The instance.
        addr: ResourceInstance,
        /// The key of a deposed object.
        deposed: Option<String>,
        /// What is done.
        part: Part,
        /// The object's `id`, where it has one.
        id: Option<String>,
    },
    /// The call came back.
    Finished {
        /// The instance.
        addr: ResourceInstance,
        /// The key of a deposed object.
        deposed: Option<String>,
        /// What was done.
        part: Part,
        /// The object's `id`, where it has one.
        id: Option<String>,
    },
    /// The call came back with errors.
    Failed {
        /// The instance.
        addr: ResourceInstance,
        /// What was tried.
        part: Part,
    },
    /// An ephemeral resource is opened or closed, or was.
    Ephemeral {
        /// The instance.
        addr: ResourceInstance,
        /// It is closed, not opened.
        closing: bool,
        /// It is over.
        over: bool,
    },
    /// A provisioner begins.
    Provisioning {
        /// The instance.
        addr: ResourceInstance,
        /// The type of the provisioner.
        kind: Arc<str>,
    },
    /// A provisioner put out a line; what may not be shown is replaced.
    Provisioned {
        /// The instance.
        addr: ResourceInstance,
        /// The type of the provisioner.
        kind: Arc<str>,
        /// The line.
        line: String,
    },
    /// A provisioner came to its end.
    ProvisioningOver {
        /// The instance.
        addr: ResourceInstance,
        /// The type of the provisioner.
        kind: Arc<str>,
        /// It did what it should.
        good: bool,
    },
    /// Something it depends on failed, or the run was interrupted.
    Skipped {
        /// The instance.
        addr: ResourceInstance,
        /// What would have been done.
        part: Part,
    },
}

/// How far a person wants to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interrupt {
    /// Go on.
    #[default]
    None,
    /// Start nothing new, finish what is in flight.
    Graceful,
    /// Stop at once; what is in flight is picked up by the next run.
    Immediate,
}
