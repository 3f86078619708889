//! What a plan showed, held against another one of the same stack that is made later.

use std::collections::BTreeMap;
use trueup_addr::{Mode, Name, ResourceInstance};
use trueup_diff::Action;
use trueup_plan::{Importing, OutputChange, Plan, ResourceChange};
use trueup_schema::becomes;
use trueup_value::Value;

/// What a plan showed: its changes, without those that only read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Foreseen {
    objects: BTreeMap<Key, Step>,
    outputs: BTreeMap<Name, Step>,
}

/// An object, or a deposed one of its instance.
type Key = (ResourceInstance, Option<String>);

/// What was to become of an object or an output.
#[derive(Clone, Debug)]
struct Step {
    action: Action,
    /// Unknown, wholly or in parts, as far as it wasn't known then.
    after: Value,
    previous: Option<ResourceInstance>,
    importing: Option<Importing>,
}

impl Foreseen {
    /// Nothing was to be done.
    pub(crate) const fn nothing() -> Foreseen {
        Foreseen { objects: BTreeMap::new(), outputs: BTreeMap::new() }
    }

    /// What a plan shows.
    pub(crate) fn of(plan: &Plan) -> Foreseen {
        let objects = objects(plan).filter(|(_, step)| step.acts()).collect();
        let outputs = outputs(plan).filter(|(_, step)| step.acts()).collect();
        Foreseen { objects, outputs }
    }

    /// Whether a later plan does what was shown and nothing else: what wasn't known may have become anything, and where it
    /// turned out that less follows from it, less is done.
    pub(crate) fn covers(&self, later: &Plan) -> bool {
        covers(&self.objects, objects(later)) && covers(&self.outputs, outputs(later))
    }
}

fn objects(plan: &Plan) -> impl Iterator<Item = (Key, Step)> {
    let managed = plan.changes.iter().filter(|one| one.addr.resource.mode == Mode::Managed);
    managed.map(|one| ((one.addr.clone(), one.deposed.clone()), Step::from(one)))
}

fn outputs(plan: &Plan) -> impl Iterator<Item = (Name, Step)> {
    plan.outputs.iter().map(|(name, change)| (name.clone(), Step::from(change)))
}

fn covers<K: Ord>(shown: &BTreeMap<K, Step>, later: impl Iterator<Item = (K, Step)>) -> bool {
    let mut found = 0;
    for (key, step) in later {
        match shown.get(&key) {
            Some(shown) if shown.covers(&step) => found += 1,
            None if !step.acts() => {}
            Some(_) | None => return false,
        }
    }
    found == shown.len()
}

impl Step {
    fn acts(&self) -> bool {
        self.action.is_change() || self.previous.is_some() || self.importing.is_some()
    }

    fn covers(&self, later: &Step) -> bool {
        let is_less = match later.action {
            // What was unknown turned out to be what is there already, or what can be changed in place.
            Action::NoOp => self.action == Action::Update || self.action.is_replace(),
            Action::Update => self.action.is_replace(),
            _ => false,
        };
        (self.action == later.action || is_less)
            && self.previous == later.previous
            && self.importing == later.importing
            && becomes(&self.after, &later.after)
    }
}

impl From<&ResourceChange> for Step {
    fn from(change: &ResourceChange) -> Step {
        Step {
            action: change.change.action,
            after: change.change.after.clone(),
            previous: change.previous.clone(),
            importing: change.importing.clone(),
        }
    }
}

impl From<&OutputChange> for Step {
    fn from(change: &OutputChange) -> Step {
        Step { action: change.action, after: change.after.clone(), previous: None, importing: None }
    }
}
