//! One step as owned data, so that many can be in flight.

use std::sync::Arc;
use trueup_addr::{ConfigResource, ProviderConfigAddr, ResourceInstance};
use trueup_plan::Part;
use trueup_provider::{Private, Provider};
use trueup_schema::{Schema, sensitive_paths};
use trueup_value::{Marks, Path, Value};

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
    pub(crate) dependencies: Arc<[ConfigResource]>,
    pub(crate) create_before_destroy: bool,
    /// Provisioners run once it is made.
    pub(crate) provisioned: bool,
}

/// What a creation gave; its provisioners are still to run.
pub(crate) struct Made {
    /// As the provider answered it.
    pub(crate) state: Value,
    pub(crate) private: Private,
    pub(crate) diagnostics: trueup_diag::Diagnostics,
}

/// How far a call has come.
pub(crate) enum Stage {
    /// To its end.
    Over(Box<Outcome>),
    /// The object is made.
    Made(Box<Work>, Box<Made>),
}

impl Work {
    /// A value with the marks of the configuration and of the schema.
    pub(crate) fn dressed(&self, value: &Value) -> Value {
        let own = sensitive_paths(&self.schema.block, value);
        let paths = self.marked.iter().cloned().chain(own);
        let marks: Vec<(Path, Marks)> = paths.map(|path| (path, Marks::SENSITIVE)).collect();
        value.mark_paths(&marks)
    }
}

/// What became of it.
pub(crate) struct Outcome {
    pub(crate) node: usize,
    /// The object, marks included; null when it is gone.
    pub(crate) value: Value,
    pub(crate) good: bool,
    pub(crate) diagnostics: trueup_diag::Diagnostics,
    pub(crate) changes: Vec<trueup_state::Change>,
    /// Nobody knows whether it was made: it has no end in the journal.
    pub(crate) open: bool,
}
