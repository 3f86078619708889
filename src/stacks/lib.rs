//! Stacks of a repository. In: a directory tree and `trueup.hcl`. Out: [`Stacks`], what a change touches, an order.
//!
//! A stack is a directory with a root module, together with a workspace and values of variables. This room reads
//! files and nothing else: what a stack holds, and what Git says has changed, is for others to find out.

mod directories;
mod drift;
mod glob;
mod order;
mod pattern;
mod pulls;
mod read;
mod read_drift;
mod read_pulls;
mod settings;
mod stacks;
#[cfg(test)]
mod tests;
mod touched;

pub use directories::is_configuration;
pub use drift::{CorrectSettings, DriftSettings, IgnoreRule, Measure, Quarantine, Until, Window};
pub use order::{Cycle, order};
pub use pattern::Pattern;
pub use pulls::{Branches, Forks, PullSettings};
pub use settings::{Input, Place, Settings, Spot, Stack, StackSettings};
pub use stacks::{PullRules, Stacks, drift_settings, find_root, pull_rules};
pub use touched::{Change, Reason, touched};

/// The file beside the stacks that names them.
pub const SETTINGS_FILE: &str = "trueup.hcl";
