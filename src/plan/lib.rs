//! Changes to a plan. In: changes, what cells of the sheet depend on, and the state. Out: a [`Plan`]: a table of
//! steps with edges between them.

pub mod file;
#[cfg(test)]
mod file_tests;
mod graph;
mod model;
mod order;
mod references;
mod secrets;
mod snapshot;
mod wire;

pub use file::PlanFileError;
pub use graph::{Node, Part, Step, StepGraph};
pub use model::{Importing, OutputChange, Plan, PlanMode, ResourceChange, Summary};
pub use order::{Order, order};
pub use references::{Dependencies, References, Stored};
pub use secrets::Secrets;
pub use snapshot::{Recorder, Snapshot, SnapshotInput, SnapshotOrigin};
