//! What differs, as data.

use std::collections::BTreeSet;
use trueup_addr::{ProviderConfigAddr, ResourceInstance};
use trueup_diff::Action;
use trueup_provider::Deed;
use trueup_value::{Path, Value};

/// How a resource differs, by what matters most about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftKind {
    /// The cloud's object was changed behind the state's back.
    Changed,
    /// The cloud's object is gone.
    Vanished,
    /// Only attributes that Git leaves to the cloud are different, or the cloud already is as Git says: nothing to
    /// correct. Often the trace of what an apply did itself, such as the rules in a security group that stand as
    /// resources of their own.
    Unmanaged,
    /// Git says something that was never applied; the cloud is as the state saw it.
    Unapplied,
}

/// How an attribute differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttributeKind {
    /// The cloud was changed, and Git still says what the state saw.
    Changed,
    /// Git says something new, and the cloud is as the state saw it.
    Unapplied,
    /// Both were changed, and they don't say the same.
    Conflicting,
    /// Both were changed, and they say the same: only the state is behind.
    Converged,
    /// The cloud was changed where Git leaves the value to it.
    Unmanaged,
}

/// One attribute with its three values; an absent value is null.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeDrift {
    /// Where, from the resource inwards.
    pub path: Path,
    /// How it differs.
    pub kind: AttributeKind,
    /// What Git says; unknown where it leaves the value to the cloud, or where the value will be known after apply.
    pub git: Value,
    /// What the state last saw.
    pub state: Value,
    /// What the cloud holds.
    pub cloud: Value,
}

impl AttributeDrift {
    /// Its path as people write it: `tags["Name"]`.
    pub fn name(&self) -> String {
        self.path.to_string().trim_start_matches('.').to_owned()
    }

    /// One of its values is sensitive.
    pub fn is_sensitive(&self) -> bool {
        [&self.git, &self.state, &self.cloud].into_iter().any(|value| value.deep_marks().is_sensitive())
    }

    /// The cloud was changed, and correcting changes it back.
    pub fn is_correctable(&self) -> bool {
        matches!(self.kind, AttributeKind::Changed | AttributeKind::Conflicting) && self.git.is_known()
    }
}

/// One resource that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceDrift {
    /// Which.
    pub addr: ResourceInstance,
    /// Whose it is.
    pub provider: ProviderConfigAddr,
    /// How.
    pub kind: DriftKind,
    /// What an apply would do.
    pub action: Action,
    /// An apply would also carry out what Git has that was never applied, so correcting the drift leaves it alone.
    pub entangled: bool,
    /// Whatever becomes of the attributes that are told, an apply would do something with it: make or remove it, replace
    /// it for another reason, move or import it.
    pub of_its_own: bool,
    /// The attributes that differ, by path.
    pub attributes: Vec<AttributeDrift>,
    /// Who wrote to it lately, the latest first, where somebody has asked.
    pub deeds: Vec<Deed>,
}

impl ResourceDrift {
    /// It is something that the world did, not something that Git has and nobody applied.
    pub fn is_drift(&self) -> bool {
        matches!(self.kind, DriftKind::Changed | DriftKind::Vanished)
    }

    /// Bringing it back to what Git says changes nothing but what was changed outside.
    pub fn is_correctable(&self) -> bool {
        matches!(self.kind, DriftKind::Changed | DriftKind::Vanished) && !self.entangled
    }
}

/// All that differs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DriftDocument {
    /// The resources, sorted by address.
    pub resources: Vec<ResourceDrift>,
    /// How many were compared.
    pub compared: usize,
}

impl DriftDocument {
    /// Those of one kind.
    pub fn of(&self, kind: DriftKind) -> impl Iterator<Item = &ResourceDrift> {
        self.resources.iter().filter(move |resource| resource.kind == kind)
    }

    /// Those that the world changed.
    pub fn drifted(&self) -> impl Iterator<Item = &ResourceDrift> {
        self.resources.iter().filter(|one| one.is_drift())
    }

    /// Those of them that can be brought back without applying anything else.
    pub fn correctable(&self) -> BTreeSet<ResourceInstance> {
        self.drifted().filter(|one| one.is_correctable()).map(|one| one.addr.clone()).collect()
    }
}
