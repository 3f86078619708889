//! The plan as data.

use crate::graph::StepGraph;
use crate::references::Dependencies;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_addr::{Name, ProviderConfigAddr, ResourceInstance, Target};
use trueup_diff::{Action, Change};
use trueup_resolve::program::ProviderBinding;
use trueup_state::{Commit, State};
use trueup_value::{Path, Value};

/// What kind of plan it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlanMode {
    /// Bring the world to the configuration.
    #[default]
    Normal,
    /// Destroy everything.
    Destroy,
    /// Only take the world's changes into the state.
    RefreshOnly,
}

/// A plan: what will be done, in which order, on which state it stands.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Normal, destroy or refresh-only.
    pub mode: PlanMode,
    /// One entry for each object that the configuration or the state has, sorted by address; also those without
    /// a change.
    pub changes: Vec<ResourceChange>,
    /// The steps that carry the changes out and their order.
    pub steps: StepGraph,
    /// Root outputs, by name.
    pub outputs: BTreeMap<Name, OutputChange>,
    /// Objects that the world changed since the state was written, sorted by address.
    pub drift: Vec<ResourceChange>,
    /// How conditions came out, as far as they are known, as compact JSON in the statefile's form.
    pub checks: Option<Arc<str>>,
    /// The state the plan stands on, refreshed and with moves done.
    pub prior: State,
    /// Values of root variables, as given and converted; ephemeral ones are absent.
    pub variables: BTreeMap<Name, Value>,
    /// `-target`, empty for all.
    pub targets: BTreeSet<Target>,
    /// `-exclude`, empty for nothing.
    pub excludes: BTreeSet<Target>,
    /// When it was made, RFC 3339 in UTC; what `plantimestamp()` gives.
    pub timestamp: Arc<str>,
    /// The commit of the configuration.
    pub commit: Option<Commit>,
    /// `terraform.workspace`
    pub workspace: Name,
    /// Whether planning stopped at an error; such a plan can be shown but not applied.
    pub errored: bool,
}

/// One object with what becomes of it.
#[derive(Clone, Debug)]
pub struct ResourceChange {
    /// The instance.
    pub addr: ResourceInstance,
    /// Where it was before a move.
    pub previous: Option<ResourceInstance>,
    /// The key of a deposed object.
    pub deposed: Option<String>,
    /// The provider configuration, as state files name it.
    pub provider: ProviderConfigAddr,
    /// The same, as the program knows it.
    pub binding: ProviderBinding,
    /// Schema version of both values.
    pub schema_version: u64,
    /// Before, after, action, reason.
    pub change: Change,
    /// Sensitive paths that stand in the configuration, not in the schema.
    pub marked: Vec<Path>,
    /// What it refers to, all the way down, for the order of a later destruction.
    pub dependencies: Dependencies,
    /// Whether replacement makes the new object first; spread to what it depends on.
    pub create_before_destroy: bool,
    /// What it is imported with.
    pub importing: Option<Importing>,
    /// The block that was written for it, where it was imported without any.
    pub generated: Option<String>,
}

/// What names the real object that an instance is imported as.
#[derive(Clone, Debug, PartialEq)]
pub enum Importing {
    /// An id.
    Id(String),
    /// An identity, wholly known.
    Identity(Value),
}

impl Importing {
    /// The id, where there is one.
    pub fn id(&self) -> Option<&str> {
        match self {
            Importing::Id(id) => Some(id),
            Importing::Identity(_) => None,
        }
    }
}

impl From<&str> for Importing {
    fn from(id: &str) -> Importing {
        Importing::Id(id.into())
    }
}

impl std::fmt::Display for Importing {
    /// `the id "i-1"`, `the identity account = "1", id = "i-1"`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let identity = match self {
            Importing::Id(id) => return write!(f, "the id \"{id}\""),
            Importing::Identity(identity) => identity,
        };
        let fields = identity.as_mapping().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let texts = fields.map(|(name, value)| match value.as_str() {
            Some(text) => format!("{name} = \"{text}\""),
            None => format!("{name} = {}", trueup_value::json::encode(value).unwrap_or_default()),
        });
        write!(f, "the identity {}", texts.collect::<Vec<_>>().join(", "))
    }
}

/// What becomes of a root output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputChange {
    /// Create, update, delete or no-op.
    pub action: Action,
    /// The value in the state; null when there is none.
    pub before: Value,
    /// The value it will have; null when it goes.
    pub after: Value,
    /// Not shown.
    pub sensitive: bool,
}

/// How many objects are added, changed, destroyed...
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Created, replacements included.
    pub add: usize,
    /// Updated in place.
    pub change: usize,
    /// Destroyed, replacements included.
    pub destroy: usize,
    /// Imported.
    pub import: usize,
    /// No longer managed.
    pub forget: usize,
}

impl Summary {
    /// Counts changes; data sources are not counted.
    pub fn of<'c>(changes: impl IntoIterator<Item = &'c ResourceChange>) -> Summary {
        let mut summary = Summary::default();
        for change in changes.into_iter().filter(|c| c.addr.resource.mode == trueup_addr::Mode::Managed) {
            summary.import += usize::from(change.importing.is_some());
            match change.change.action {
                Action::Create => summary.add += 1,
                Action::Update => summary.change += 1,
                Action::Delete => summary.destroy += 1,
                Action::DeleteThenCreate | Action::CreateThenDelete => {
                    summary.add += 1;
                    summary.destroy += 1;
                }
                Action::Forget => summary.forget += 1,
                Action::NoOp | Action::Read => {}
            }
        }
        summary
    }
}

impl Plan {
    /// Whether it is about a part of the configuration only.
    pub fn is_partial(&self) -> bool {
        !(self.targets.is_empty() && self.excludes.is_empty())
    }

    /// Counts as the summary line has them: data sources are not counted.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.changes)
    }

    /// Whether applying would do anything: to an object, an output, the state's addresses, or by importing.
    pub fn has_changes(&self) -> bool {
        let resources = self
            .changes
            .iter()
            .any(|c| c.change.action.is_change() || c.previous.is_some() || c.importing.is_some());
        resources || self.outputs.values().any(|o| o.action.is_change()) || self.refreshes()
    }

    /// Whether a refresh-only plan has found something to take into the state.
    pub fn refreshes(&self) -> bool {
        self.mode == PlanMode::RefreshOnly && !self.drift.is_empty()
    }
}
