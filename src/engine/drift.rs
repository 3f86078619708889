//! The three-way comparison: what Git says, what the state last saw, what the cloud holds.

use std::collections::BTreeMap;
use trueup_addr::{Mode, ResourceInstance};
use trueup_diff::Action;
use trueup_plan::{Plan, ResourceChange};
use trueup_value::{Kind, Path, PathStep, Value};

/// How a resource differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftKind {
    /// The cloud's object was changed behind the state's back.
    Changed,
    /// The cloud's object is gone.
    Vanished,
    /// Only attributes that Git leaves to the cloud are different: nothing to correct. Often the trace of what an
    /// apply did itself, such as the rules in a security group that stand as resources of their own.
    Unmanaged,
    /// Git says something that was never applied; the cloud is as the state saw it.
    Unapplied,
}

/// One attribute with its three values; an absent value is null.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeDrift {
    /// Where, from the resource inwards.
    pub path: Path,
    /// What Git says; unknown where it leaves the value to the cloud.
    pub git: Value,
    /// What the state last saw.
    pub state: Value,
    /// What the cloud holds.
    pub cloud: Value,
    /// Git says something else than the cloud, so correcting changes it.
    pub correctable: bool,
}

/// One resource that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceDrift {
    /// Which.
    pub addr: ResourceInstance,
    /// How.
    pub kind: DriftKind,
    /// What correcting would do.
    pub action: Action,
    /// The attributes that differ, by path.
    pub attributes: Vec<AttributeDrift>,
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
    /// Those that the world changed.
    pub fn drifted(&self) -> impl Iterator<Item = &ResourceDrift> {
        self.resources.iter().filter(|one| matches!(one.kind, DriftKind::Changed | DriftKind::Vanished))
    }

    /// Those that differ only where Git leaves it to the cloud.
    pub fn unmanaged(&self) -> impl Iterator<Item = &ResourceDrift> {
        self.resources.iter().filter(|resource| resource.kind == DriftKind::Unmanaged)
    }

    /// Those that Git has and nobody applied.
    pub fn unapplied(&self) -> impl Iterator<Item = &ResourceDrift> {
        self.resources.iter().filter(|resource| resource.kind == DriftKind::Unapplied)
    }
}

/// Compares, from a plan that was made with a refresh.
pub fn drift_document(plan: &Plan) -> DriftDocument {
    let managed = |c: &&ResourceChange| c.addr.resource.mode == Mode::Managed && c.deposed.is_none();
    let planned: BTreeMap<&ResourceInstance, &ResourceChange> =
        plan.changes.iter().filter(managed).map(|change| (&change.addr, change)).collect();
    let mut found: BTreeMap<&ResourceInstance, ResourceDrift> = BTreeMap::new();
    for seen in plan.drift.iter().filter(managed) {
        let change = planned.get(&seen.addr).copied();
        found.insert(&seen.addr, drifted(seen, change));
    }
    for (addr, change) in &planned {
        let differs = matches!(change.change.action, Action::NoOp | Action::Read);
        if !differs && !found.contains_key(addr) {
            found.insert(addr, unapplied(change));
        }
    }
    DriftDocument { resources: found.into_values().collect(), compared: planned.len() }
}

fn drifted(seen: &ResourceChange, planned: Option<&ResourceChange>) -> ResourceDrift {
    let (state, cloud) = (&seen.change.before, &seen.change.after);
    let null = Value::null(state.ty());
    let git = planned.map_or(&null, |change| &change.change.after);
    let vanished = cloud.is_null();
    let attributes: Vec<AttributeDrift> = if vanished {
        Vec::new()
    } else {
        leaves_that_differ(state, cloud).into_iter().map(|path| attribute(path, git, state, cloud)).collect()
    };
    let correctable = attributes.iter().any(|attribute| attribute.correctable);
    let kind = match (vanished, correctable) {
        (true, _) => DriftKind::Vanished,
        (false, true) => DriftKind::Changed,
        (false, false) => DriftKind::Unmanaged,
    };
    ResourceDrift {
        addr: seen.addr.clone(),
        kind,
        action: planned.map_or(Action::NoOp, |change| change.change.action),
        attributes,
    }
}

fn unapplied(change: &ResourceChange) -> ResourceDrift {
    let (cloud, git) = (&change.change.before, &change.change.after);
    let paths = if cloud.is_null() || git.is_null() { Vec::new() } else { leaves_that_differ(cloud, git) };
    let known = |path: &Path| git.at_path(path).is_none_or(|value| value.is_known());
    let attributes = paths.into_iter().filter(known).map(|path| attribute(path, git, cloud, cloud)).collect();
    ResourceDrift {
        addr: change.addr.clone(),
        kind: DriftKind::Unapplied,
        action: change.change.action,
        attributes,
    }
}

fn attribute(path: Path, git: &Value, state: &Value, cloud: &Value) -> AttributeDrift {
    let at = |value: &Value| value.at_path(&path).unwrap_or_else(|| Value::null(trueup_value::Type::Dynamic));
    let (git, state, cloud) = (at(git), at(state), at(cloud));
    let correctable = git.is_known() && git != cloud;
    AttributeDrift { path, git, state, cloud, correctable }
}

/// The innermost paths at which two values differ: through objects and maps, and through lists of one length.
fn leaves_that_differ(a: &Value, b: &Value) -> Vec<Path> {
    let mut out = Vec::new();
    compare(a, b, &mut Path::default(), &mut out);
    out
}

fn compare(a: &Value, b: &Value, at: &mut Path, out: &mut Vec<Path>) {
    if a == b {
        return;
    }
    let hidden = a.marks().is_sensitive() || b.marks().is_sensitive();
    match (a.kind(), b.kind()) {
        _ if hidden => out.push(at.clone()),
        (Kind::Object(_), Kind::Object(_)) | (Kind::Map(_), Kind::Map(_)) => {
            let object = matches!(a.kind(), Kind::Object(_));
            let names = [a, b].into_iter().filter_map(Value::as_mapping).flat_map(|m| m.keys().cloned());
            let names: std::collections::BTreeSet<_> = names.collect();
            for name in names {
                let null = Value::null(trueup_value::Type::Dynamic);
                let (x, y) = (a.get(&name).unwrap_or(&null), b.get(&name).unwrap_or(&null));
                let step = if object {
                    PathStep::Attribute(name.clone())
                } else {
                    PathStep::Index(Value::string(name.clone()))
                };
                at.0.push(step);
                compare(x, y, at, out);
                at.0.pop();
            }
        }
        (Kind::List(x), Kind::List(y)) if x.items.len() == y.items.len() => {
            for (i, (x, y)) in x.items.iter().zip(&y.items).enumerate() {
                at.0.push(PathStep::Index(Value::from(i64::try_from(i).unwrap_or(i64::MAX))));
                compare(x, y, at, out);
                at.0.pop();
            }
        }
        _ => out.push(at.clone()),
    }
}
