//! `state mv`: what an old and a new address mean on a state.

use super::removals;
use std::collections::BTreeMap;
use trueup_addr::{InstanceKey, Mode, ModuleInstance, ModuleStep, ResourceInstance, ResourceNode, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_state::{Change, State};

/// A move that was worked out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moved {
    /// The old and the new address of each module, resource or instance.
    pub shown: Vec<(String, String)>,
    /// What leaves its old address.
    pub(super) removals: Vec<Change>,
    /// What comes to its new one.
    pub(super) arrivals: Vec<Change>,
}

const SOURCE: &str = "Invalid source address";
const TARGET: &str = "Invalid target address";
const REQUEST: &str = "Invalid state move request";

fn wrong(summary: &'static str, detail: String) -> Diagnostics {
    Diagnostic::error(summary, detail).into()
}

/// Works a move out: `to` is the state that takes it, the same one or another.
pub(super) fn work_out(from: &State, to: &State, source: &str, target: &str) -> Result<Moved, Diagnostics> {
    let parse = |summary, text: &str| -> Result<Target, Diagnostics> {
        text.parse().map_err(|error| wrong(summary, format!("{error}.")))
    };
    let (source, target) = (parse(SOURCE, source)?, parse(TARGET, target)?);
    let unmatched =
        || wrong(SOURCE, format!("Cannot move {source}: does not match anything in the current state."));
    match &source {
        Target::Module(module) => {
            let modules = modules_within(from, module);
            if modules.is_empty() {
                return Err(unmatched());
            }
            let Target::Module(new) = &target else {
                return Err(wrong(
                    TARGET,
                    format!("Cannot move {source} to {target}: the target must also be a module."),
                ));
            };
            move_modules(from, to, &modules, (module, new))
        }
        Target::Resource(node) => {
            let resource = from.resource(node).ok_or_else(unmatched)?;
            if resource.instances.contains_key(&InstanceKey::None) {
                return move_instance(from, to, &node.instance(InstanceKey::None), &target);
            }
            move_resource(from, to, node, &target)
        }
        Target::Instance(instance) => move_instance(from, to, instance, &target),
    }
}

/// Module instances that hold resources, at or below one.
fn modules_within(state: &State, module: &ModuleInstance) -> Vec<ModuleInstance> {
    let mut found: Vec<ModuleInstance> = state.resources.keys().map(|node| node.module.clone()).collect();
    found.retain(|one| one.0.starts_with(&module.0));
    found.dedup();
    found.sort();
    found.dedup();
    found
}

fn move_modules(
    from: &State,
    to: &State,
    modules: &[ModuleInstance],
    (old, new): (&ModuleInstance, &ModuleInstance),
) -> Result<Moved, Diagnostics> {
    let mut moved = Moved::default();
    let renamed = |module: &ModuleInstance| {
        let rest = module.0[old.0.len()..].iter();
        let steps: Vec<ModuleStep> = new.0.iter().chain(rest).cloned().collect();
        ModuleInstance(steps.into())
    };
    let same = std::ptr::eq(from, to);
    for module in modules {
        let target = renamed(module);
        let stays = !same || old == new || !modules.contains(&target);
        if stays && to.resources.keys().any(|node| node.module == target) {
            let detail =
                format!("Cannot move {module} to {target}: there are resources in that module already.");
            return Err(wrong("Error moving state: destination module already exists", detail));
        }
        moved.shown.push((module.to_string(), target.to_string()));
        for node in from.resources.keys().filter(|node| node.module == *module) {
            let target = ResourceNode { module: target.clone(), resource: node.resource.clone() };
            moved.take(from, node, &target);
        }
    }
    Ok(moved)
}

fn move_resource(
    from: &State,
    to: &State,
    node: &ResourceNode,
    target: &Target,
) -> Result<Moved, Diagnostics> {
    let Target::Resource(new) = target else {
        let detail = format!(
            "Cannot move {node} to {target}: the source is a whole resource (not a resource instance) so the target must also be a whole resource."
        );
        return Err(wrong(TARGET, detail));
    };
    check_kinds(node, new)?;
    if to.resource(new).is_some() {
        let detail = format!(
            "Cannot move to {new}: there is already a resource at that address in the current state."
        );
        return Err(wrong(TARGET, detail));
    }
    let mut moved = Moved { shown: vec![(node.to_string(), new.to_string())], ..Moved::default() };
    moved.take(from, node, new);
    Ok(moved)
}

fn move_instance(
    from: &State,
    to: &State,
    old: &ResourceInstance,
    target: &Target,
) -> Result<Moved, Diagnostics> {
    let new = match target {
        Target::Instance(new) => new.clone(),
        Target::Resource(node) => node.instance(InstanceKey::None),
        Target::Module(_) => {
            let detail =
                format!("Cannot move {old} to {target}: the target must also be a resource instance.");
            return Err(wrong(TARGET, detail));
        }
    };
    check_kinds(&old.node(), &new.node())?;
    let mut problems = Diagnostics::new();
    if to.instance(&new).is_some() {
        let detail = format!(
            "Cannot move to {new}: there is already a resource instance at that address in the current state."
        );
        problems.push(Diagnostic::error(TARGET, detail));
    }
    if from.instance(old).is_none() {
        problems.push(Diagnostic::error(SOURCE, format!("The current state does not contain {old}.")));
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let mut moved = Moved { shown: vec![(old.to_string(), new.to_string())], ..Moved::default() };
    moved.take_instance(from, old, &new);
    Ok(moved)
}

fn check_kinds(old: &ResourceNode, new: &ResourceNode) -> Result<(), Diagnostics> {
    let word = |mode: Mode| match mode {
        Mode::Managed => "managed",
        Mode::Data => "data",
        Mode::Ephemeral => "ephemeral",
    };
    if old.resource.mode != new.resource.mode {
        let word = word(old.resource.mode);
        let detail = format!(
            "Cannot move {old} to {new}: a {word} resource can be moved only to another {word} resource address."
        );
        return Err(wrong(REQUEST, detail));
    }
    if old.resource.kind != new.resource.kind {
        return Err(wrong(REQUEST, format!("Cannot move {old} to {new}: resource types don't match.")));
    }
    Ok(())
}

impl Moved {
    fn take(&mut self, from: &State, old: &ResourceNode, new: &ResourceNode) {
        let none = BTreeMap::new();
        let instances = from.resource(old).map_or(&none, |resource| &resource.instances);
        for key in instances.keys() {
            self.take_instance(from, &old.instance(key.clone()), &new.instance(key.clone()));
        }
    }

    fn take_instance(&mut self, from: &State, old: &ResourceInstance, new: &ResourceInstance) {
        let (Some(instance), Some(provider)) = (from.instance(old), from.provider(old)) else { return };
        self.removals.extend(removals(from, old));
        let current = instance.current.iter().map(|object| (None, object));
        let deposed = instance.deposed.iter().map(|(key, object)| (Some(key.clone()), object));
        self.arrivals.extend(current.chain(deposed).map(|(deposed, object)| Change::Set {
            address: new.clone(),
            deposed,
            provider: provider.clone(),
            object: object.clone(),
        }));
    }
}
