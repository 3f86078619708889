//! Carries a plan out. In: a plan, a sheet that gives the configuration again with what is known by then, and
//! configured providers. Out: journal entries, one before and one after each call.
//!
//! Nothing is decided here: the steps and their order stand in the plan.

mod calls;
mod ephemeral;
mod event;
mod journal;
mod prepare;
mod provision;
mod run;
mod schedule;
mod step;
mod work;

pub use ephemeral::{Opened, open};
pub use event::{Event, Interrupt};
pub use journal::Journal;
pub use provision::Told;
pub use run::{Applied, Apply, Hands};
