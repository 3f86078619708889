//! Test files to results. In: `.tftest.hcl` and `.tftest.json` files beside a configuration. Out: events and verdicts.
//!
//! Every run of a test is a plan or an apply by the engine, on a state that only the test holds; what was made is
//! destroyed at the end, and what could not be is told, and its state kept. Nothing is planned or applied here.

pub mod file;
mod keeping;
mod mock;
mod program;
mod read;
mod report;
mod runner;
mod suite;
mod values;

pub use report::{Event, FileStage, Left, Reporter, RunStage, Status, Totals};
pub use runner::{Options, run};
pub use suite::{Suite, SuiteOptions, read_suite, test_modules, validate};
