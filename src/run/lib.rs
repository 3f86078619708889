//! Many stacks in one run. In: a repository, a choice of its stacks, and the outside. Out: events, and what became of each.
//!
//! Stacks run in the order of their dependencies, several at a time, each with a directory, a workspace and values of
//! its own: the process's directory and environment stay as they are. How one stack is planned or applied is the
//! engine's; flags and terminals are for others.

mod applying;
mod checkout;
mod choose;
mod comparing;
mod foreseen;
mod lend;
mod order;
mod outputs;
mod planning;
mod report;
mod run;
mod site;
#[cfg(test)]
mod tests;

pub use checkout::Checkout;
pub use choose::{Refused, Repository, Selection, gone};
pub use comparing::{Comparing, Correcting, read_baseline, write_baseline};
pub use lend::Lending;
pub use report::{Counts, Event, Failure, Outcome, Question, Report, Reporter, StackReport, Verdict};
pub use run::{Operation, Options, run};
pub use site::{FactoryOf, Ground};
