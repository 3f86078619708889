//! The state: what is known of the world. In: statefiles and journal entries. Out: [`State`], changed only by replay.
//!
//! This room is pure: it turns bytes into state and state into bytes, and never sees a file, a clock or a
//! provider. Where the bytes live is the business of the store.

mod change;
mod check;
mod journal;
mod object;
mod record;
mod state;
pub mod wire;

pub use change::{Change, ChangeError};
pub use check::{CheckKind, CheckObject, CheckResult, CheckStatus};
pub use journal::{Action, Begun, Checkpoint, Commit, Entry, ReplayError, Replayed, Start, replay};
pub use object::{Object, ObjectError, Status};
pub use record::{AppliedCommit, Corrected, Record};
pub use state::{InstanceState, ObjectRef, Output, ResourceState, State};

/// The Terraform version whose formats are written.
pub const TERRAFORM_VERSION: &str = "1.11.4";
