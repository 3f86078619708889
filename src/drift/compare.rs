//! The three-way comparison: what Git says, what the state last saw, what the cloud holds.

use crate::document::{AttributeDrift, AttributeKind, DriftDocument, DriftKind, ResourceDrift};
use crate::echo::remove_echoes;
use crate::leaves::leaves_that_differ;
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{Mode, ResourceInstance};
use trueup_diff::{Action, Reason};
use trueup_evaluate::Schemas;
use trueup_plan::{Plan, ResourceChange};
use trueup_schema::{Schema, attribute_at};
use trueup_value::{Path, Type, Value};

/// Compares, from a plan that was made with a refresh.
pub fn drift_document(plan: &Plan, schemas: &dyn Schemas) -> DriftDocument {
    let managed = |c: &&ResourceChange| c.addr.resource.mode == Mode::Managed && c.deposed.is_none();
    let planned: BTreeMap<&ResourceInstance, &ResourceChange> =
        plan.changes.iter().filter(managed).map(|change| (&change.addr, change)).collect();
    let seen: BTreeMap<&ResourceInstance, &ResourceChange> =
        plan.drift.iter().filter(managed).map(|change| (&change.addr, change)).collect();
    let all: BTreeSet<&ResourceInstance> = planned.keys().chain(seen.keys()).copied().collect();
    let compare = |addr: &&ResourceInstance| {
        let (planned, seen) = (planned.get(*addr).copied(), seen.get(*addr).copied());
        let any = planned.or(seen)?;
        let provider = schemas.schema(&any.provider.provider);
        let schema = provider.and_then(|p| p.resource(false, &addr.resource.kind)).map(|schema| &**schema);
        Three::of(planned, seen)?.compare(any, schema)
    };
    DriftDocument { resources: all.iter().filter_map(compare).collect(), compared: all.len() }
}

/// A resource as Git, the state and the cloud have it.
struct Three<'a> {
    /// What is planned; none where planning didn't come to it, or where neither Git nor the cloud have it.
    planned: Option<&'a ResourceChange>,
    git: Value,
    state: &'a Value,
    cloud: &'a Value,
}

impl<'a> Three<'a> {
    fn of(planned: Option<&'a ResourceChange>, seen: Option<&'a ResourceChange>) -> Option<Three<'a>> {
        let (state, cloud) = match (seen, planned) {
            (Some(seen), _) => (&seen.change.before, &seen.change.after),
            (None, Some(planned)) => (&planned.change.before, &planned.change.before),
            (None, None) => return None,
        };
        let git = planned.map_or_else(|| Value::unknown(state.ty()), |change| change.change.after.clone());
        Some(Three { planned, git, state, cloud })
    }

    fn compare(&self, any: &ResourceChange, schema: Option<&Schema>) -> Option<ResourceDrift> {
        let action = self.planned.map_or(Action::NoOp, |change| change.change.action);
        let leaves = matches!(action, Action::Delete | Action::Forget);
        let mut attributes = self.attributes(schema, leaves);
        if let Some(schema) = schema {
            remove_echoes(&mut attributes, &schema.block);
        }
        attributes.sort_by_key(|attribute| attribute.path.to_string());
        let any_is = |kinds: &[AttributeKind]| attributes.iter().any(|one| kinds.contains(&one.kind));
        let of_its_own = leaves || self.is_forced() || self.planned.is_some_and(is_rearranged);
        let asked = any_is(&[AttributeKind::Unapplied, AttributeKind::Conflicting]) || of_its_own;
        let kind = if self.cloud.is_null() && !self.state.is_null() {
            DriftKind::Vanished
        } else if any_is(&[AttributeKind::Changed, AttributeKind::Conflicting]) {
            DriftKind::Changed
        } else if asked || action.is_change() {
            DriftKind::Unapplied
        } else if attributes.is_empty() {
            return None;
        } else {
            DriftKind::Unmanaged
        };
        let of_its_own = of_its_own || action == Action::Create || !self.is_explained(&attributes);
        let (addr, provider) = (any.addr.clone(), any.provider.clone());
        let deeds = Vec::new();
        Some(ResourceDrift { addr, provider, kind, action, entangled: asked, of_its_own, attributes, deeds })
    }

    /// What is planned comes of attributes that are told.
    fn is_explained(&self, attributes: &[AttributeDrift]) -> bool {
        let Some(planned) = self.planned.filter(|change| change.change.action.is_change()) else {
            return true;
        };
        let acts = |one: &&AttributeDrift| {
            matches!(one.kind, AttributeKind::Changed | AttributeKind::Unapplied | AttributeKind::Conflicting)
        };
        let acting: Vec<&AttributeDrift> = attributes.iter().filter(acts).collect();
        let near = |path: &Path, other: &Path| path.0.iter().zip(&other.0).all(|(one, other)| one == other);
        let forces = planned.change.replace_paths.iter();
        !acting.is_empty() && forces.into_iter().all(|path| acting.iter().any(|one| near(path, &one.path)))
    }

    /// It is replaced for a reason that has nothing to do with its attributes.
    fn is_forced(&self) -> bool {
        let reason = self.planned.and_then(|change| change.change.reason);
        matches!(reason, Some(Reason::ReplaceBecauseTainted | Reason::ReplaceByTriggers))
    }

    fn attributes(&self, schema: Option<&Schema>, leaves: bool) -> Vec<AttributeDrift> {
        // What is new has no attributes to compare, and of what goes only what others changed is told.
        let mut paths = if self.state.is_null() { Vec::new() } else { self.moved() };
        if !self.state.is_null() && !leaves && self.planned.is_some() && !self.git.is_null() {
            let known: BTreeSet<String> = paths.iter().map(ToString::to_string).collect();
            let base = if self.cloud.is_null() { self.state } else { self.cloud };
            let more = leaves_that_differ(base, &self.git);
            paths.extend(more.into_iter().filter(|path| !known.contains(&path.to_string())));
        }
        paths.into_iter().filter_map(|path| self.attribute(path, schema, leaves)).collect()
    }

    /// What others changed.
    fn moved(&self) -> Vec<Path> {
        if self.cloud.is_null() { Vec::new() } else { leaves_that_differ(self.state, self.cloud) }
    }

    fn attribute(&self, path: Path, schema: Option<&Schema>, leaves: bool) -> Option<AttributeDrift> {
        let null = || Value::null(Type::Dynamic);
        let at = |value: &Value| value.at_path(&path).unwrap_or_else(null);
        let (state, cloud) = (at(self.state), at(self.cloud));
        let git = match self.planned {
            None => Value::dynamic(),
            Some(_) => at(&self.git),
        };
        let attribute = schema.and_then(|schema| attribute_at(&schema.block, &path));
        let chosen_by_cloud = attribute.is_some_and(|attribute| attribute.computed);
        // Blocks that the provider fills in itself, or whose number is known later.
        let is_open = schema.is_some() && attribute.is_none() && !git.is_known();
        let same = |a: &Value, b: &Value| a.without_marks() == b.without_marks();
        let moved = !self.cloud.is_null() && !same(&state, &cloud);
        let kind = match (moved, git.is_wholly_known()) {
            _ if attribute.is_some_and(trueup_schema::Attribute::is_read_only) => {
                moved.then_some(AttributeKind::Unmanaged)?
            }
            (true, _) if leaves => AttributeKind::Unmanaged,
            (true, _) if self.planned.is_none() => AttributeKind::Changed,
            (false, false) if chosen_by_cloud || is_open => return None,
            (true, false) if chosen_by_cloud => AttributeKind::Unmanaged,
            (true, true) if same(&git, &cloud) && chosen_by_cloud => AttributeKind::Unmanaged,
            (true, true) if same(&git, &cloud) => AttributeKind::Converged,
            (true, true) if same(&git, &state) => AttributeKind::Changed,
            (true, _) => AttributeKind::Conflicting,
            (false, true) if same(&git, &state) => return None,
            (false, _) => AttributeKind::Unapplied,
        };
        Some(AttributeDrift { path, kind, git, state, cloud })
    }
}

/// Nothing of the object changes, but where it stands in the state, or that it comes to stand there.
fn is_rearranged(change: &ResourceChange) -> bool {
    change.importing.is_some() || change.previous.as_ref().is_some_and(|previous| *previous != change.addr)
}
