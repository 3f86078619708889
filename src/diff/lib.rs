//! Desired and observed objects to changes. In: configuration, prior object and what the provider plans. Out: a
//! [`Change`]. Moves of the state before that.
//!
//! Nothing here does IO or knows a provider.

mod change;
mod decide;
mod ignore;
mod moves;
mod removed;

pub use change::{Action, Change, Reason};
pub use decide::{Decision, Replace, decide};
pub use ignore::ignore_changes;
pub use moves::{Move, apply_moves, moved_still_declared};
pub use removed::removed_still_declared;
