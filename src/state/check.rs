//! Results of conditions: what `check_results` in a statefile is made from.

use std::collections::BTreeMap;

/// What kind of object a condition is about; sorted as statefiles are read best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckKind {
    /// A resource, data source or ephemeral resource with pre- and postconditions.
    Resource,
    /// An output with preconditions.
    Output,
    /// A `check` block.
    Check,
    /// A variable with validations.
    Variable,
}

/// How conditions came out; the worst stands for all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckStatus {
    /// All hold.
    #[default]
    Pass,
    /// One can't be told yet.
    Unknown,
    /// One doesn't hold.
    Fail,
    /// One could not be evaluated.
    Error,
}

/// One object's conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckObject {
    /// The worst of them.
    pub status: CheckStatus,
    /// Messages of those that don't hold; none that is made from sensitive values.
    pub messages: Vec<String>,
}

/// The conditions of one block in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// What the block declares.
    pub kind: CheckKind,
    /// Its address without instance keys, such as `module.m.check.healthy`.
    pub config: String,
    /// Its objects by address; `None` where it isn't known which there are.
    pub objects: Option<BTreeMap<String, CheckObject>>,
}

impl CheckResult {
    /// The worst status among the objects.
    pub fn status(&self) -> CheckStatus {
        match &self.objects {
            None => CheckStatus::Unknown,
            Some(objects) => objects.values().map(|object| object.status).max().unwrap_or_default(),
        }
    }
}
