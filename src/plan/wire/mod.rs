//! What a plan looks like in a plan file: `plan.json` and the manifest of the configuration, version 1.

mod change;
mod config;
mod plan;
mod types;
mod value;

pub(crate) use config::ConfigWire;
pub(crate) use plan::{PlanWire, VERSION};
