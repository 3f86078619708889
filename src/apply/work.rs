//! One step as owned data, so that many can be in flight.

use std::sync::Arc;
use trueup_addr::{ConfigResource, ProviderConfigAddr, ResourceInstance};
use trueup_plan::Part;
use trueup_provider::{Private, Provider};
use trueup_schema::Schema;
use trueup_value::{Path, Value};

/// Everything one call needs.
pub(crate) struct Work {
    pub(crate) node: usize,
    pub(crate) step: u32,
    pub(crate) part: Part,
    pub(crate) addr: ResourceInstance,
    /// The deposed object that is destroyed.
    pub(crate) deposed: Option<String>,
    /// The key under which the current object is put aside before its replacement is made.
    pub(crate) depose: Option<String>,
    pub(crate) token: Arc<str>,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) provider_addr: ProviderConfigAddr,
    pub(crate) schema: Arc<Schema>,
    /// The object as it is; null to create.
    pub(crate) prior: Value,
    pub(crate) prior_private: Private,
    /// The object as it is waits for its replacement.
    pub(crate) was_tainted: bool,
    /// As planned, no marks; null to destroy.
    pub(crate) planned: Value,
    pub(crate) planned_private: Private,
    /// The configuration now, marks included; null to destroy.
    pub(crate) config: Value,
    /// The configuration was not wholly known when it was planned.
    pub(crate) replan: bool,
    pub(crate) ignore: trueup_resolve::program::IgnoreChanges,
    pub(crate) marked: Vec<Path>,
    pub(crate) dependencies: Vec<ConfigResource>,
    pub(crate) create_before_destroy: bool,
}

/// What became of it.
pub(crate) struct Outcome {
    pub(crate) node: usize,
    /// The object, marks included; null when it is gone.
    pub(crate) value: Value,
    pub(crate) good: bool,
    pub(crate) diagnostics: trueup_diag::Diagnostics,
    pub(crate) changes: Vec<trueup_state::Change>,
}
