//! Objects that the configuration doesn't have, and destruction of everything.

use super::Planner;
use crate::selection::names;
use std::collections::BTreeSet;
use trueup_addr::{ConfigResource, InstanceKey, Mode, ModuleInstance, ResourceInstance, Target};
use trueup_diag::Diagnostic;
use trueup_diff::{Action, Change, Reason};
use trueup_evaluate::Evaluated;
use trueup_plan::{PlanMode, ResourceChange};
use trueup_provider::Private;
use trueup_refresh::ObjectId;
use trueup_resolve::Program;
use trueup_resolve::program::{Guard, Repetition};
use trueup_state::State;
use trueup_value::{Type, Value};

impl Planner<'_> {
    /// Notes the end of every object that goes: those without a block, deposed ones, or all.
    pub(super) fn note_destruction(&mut self) {
        let all = self.options.mode == PlanMode::Destroy;
        let kept = self.kept();
        let ids: Vec<ObjectId> = self
            .objects
            .state
            .objects()
            .filter(|object| object.node.resource.mode == Mode::Managed)
            .map(|object| ObjectId {
                addr: object.address(),
                deposed: object.deposed.map(ToString::to_string),
            })
            .filter(|id| all || id.deposed.is_some() || !self.cells.contains_key(&id.addr))
            .filter(|id| self.options.is_about(&id.addr) && !kept.contains(&id.addr.config()))
            .filter(|id| !self.is_left_out(&id.addr))
            .collect();
        let modules: BTreeSet<ModuleInstance> = self.sheet.module_instances().cloned().collect();
        for id in ids {
            self.objects.include(&id);
            self.note_end(id, all, &modules);
        }
    }

    /// Whether `-exclude` leaves an instance out; a destruction spares just what is named, and what that stands on.
    fn is_left_out(&self, addr: &ResourceInstance) -> bool {
        let all = self.options.mode == PlanMode::Destroy;
        names(&self.options.excludes, addr)
            || (!all && !self.options.excludes.is_empty() && self.sheet.is_left_out(addr))
    }

    /// What objects that are left out depend on, which must not go while they are there.
    fn kept(&self) -> BTreeSet<ConfigResource> {
        if self.options.excludes.is_empty() {
            return BTreeSet::new();
        }
        let objects = self.objects.state.objects();
        let left_out = objects.filter(|object| self.is_left_out(&object.address()));
        left_out.flat_map(|object| object.object.dependencies.iter().cloned()).collect()
    }

    /// Why an instance can't be destroyed, where its `prevent_destroy` says so, or doesn't say yet.
    pub(super) fn prevents(&mut self, guard: &Guard, addr: &ResourceInstance) -> Option<Diagnostic> {
        let expr = match guard {
            Guard::Always(place) => return Some(prevented(addr).at(*place)),
            Guard::When(expr) => expr,
        };
        let unclear = |why: &str| {
            let detail = format!("{addr} would be destroyed, and its prevent_destroy {why}.");
            let found = Diagnostic::error("Invalid prevent_destroy value", detail).at(expr.span);
            Some(found.on(addr.to_string()).hint("make it of variables, and of local values made of these"))
        };
        let value = match self.sheet.evaluate_in(&addr.module, expr) {
            Evaluated::Value(value, found) if !found.has_errors() => value.unmark().0,
            Evaluated::Value(_, found) | Evaluated::Failed(found) => {
                self.sheet.report(found);
                return unclear("can't be told");
            }
            Evaluated::Waiting => return unclear("depends on what is not known now"),
        };
        if !value.is_known() {
            return unclear("depends on what is not known before an apply");
        }
        if value.is_null() {
            return None;
        }
        match trueup_value::convert(&value, &Type::Bool).ok().and_then(|value| value.as_bool()) {
            Some(true) => Some(prevented(addr).at(expr.span)),
            Some(false) => None,
            None => unclear("is neither true nor false"),
        }
    }

    fn note_end(&mut self, id: ObjectId, all: bool, modules: &BTreeSet<ModuleInstance>) {
        let Some(provider) = self.objects.state.provider(&id.addr).cloned() else { return };
        let Some(binding) = self.objects.binding(&provider).cloned() else { return };
        let Some(schema) = self.providers.resource(&provider.provider, false, &id.addr.resource.kind) else {
            return;
        };
        let Some(known) = self.objects.known(&id).cloned() else { return };
        let guard = self.program.block_of(&id.addr);
        let guard = guard.and_then(|(_, block)| block.lifecycle.prevent_destroy.clone());
        let guard = guard.filter(|_| id.deposed.is_none());
        if let Some(found) = guard.and_then(|guard| self.prevents(&guard, &id.addr)) {
            self.sheet.report([found]);
            return;
        }
        let removed = self.program.removed_by(&id.addr).filter(|_| !all && id.deposed.is_none());
        let action =
            if removed.is_some_and(|(_, block)| !block.destroy) { Action::Forget } else { Action::Delete };
        let said = all || id.deposed.is_some();
        let reason = if said { None } else { Some(why_gone(&self.program, &id.addr, modules)) };
        let stored = self.objects.state.object(&id.addr, id.deposed.as_deref());
        self.changes.push(ResourceChange {
            previous: self.objects.moved_from.get(&id.addr).cloned().filter(|_| id.deposed.is_none()),
            provider,
            binding,
            schema_version: schema.version,
            change: Change {
                action,
                reason,
                before: known.value,
                after: Value::null(schema.block.value_type()),
                replace_paths: Vec::new(),
                private: Private::from([]),
            },
            marked: Vec::new(),
            dependencies: stored.map(|o| o.dependencies.clone().into()).unwrap_or_default(),
            create_before_destroy: stored.is_some_and(|o| o.create_before_destroy),
            importing: None,
            generated: None,
            addr: id.addr,
            deposed: id.deposed,
        });
    }
}

/// What a destruction with targets reaches: also all that depends on them, as the state has it.
pub(crate) fn reached(state: &State, targets: &BTreeSet<Target>) -> BTreeSet<Target> {
    let objects = || state.objects();
    let hit: BTreeSet<ConfigResource> = objects()
        .filter(|object| targets.iter().any(|target| target.contains(&object.address())))
        .map(|object| object.address().config())
        .collect();
    let dependents =
        objects().filter(|object| object.object.dependencies.iter().any(|needed| hit.contains(needed)));
    let dependents = dependents.map(|object| Target::Instance(object.address()));
    targets.iter().cloned().chain(dependents).collect()
}

/// Why an object goes; `modules` are the module instances that the configuration has.
fn why_gone(program: &Program, addr: &ResourceInstance, modules: &BTreeSet<ModuleInstance>) -> Reason {
    let Some((_, block)) = program.block_of(addr) else { return Reason::DeleteBecauseNoResourceConfig };
    if !modules.contains(&addr.module) {
        return Reason::DeleteBecauseNoModule;
    }
    match (&block.repetition, &addr.key) {
        (Some(Repetition::Count(_)), InstanceKey::Int(_)) => Reason::DeleteBecauseCountIndex,
        (Some(Repetition::ForEach(_)), InstanceKey::Text(_)) => Reason::DeleteBecauseEachKey,
        (Some(Repetition::Enabled(_)), InstanceKey::None) => Reason::DeleteBecauseEnabledFalse,
        _ => Reason::DeleteBecauseWrongRepetition,
    }
}

/// An instance that must not be destroyed would be.
fn prevented(addr: &ResourceInstance) -> Diagnostic {
    Diagnostic::error(
        "Instance cannot be destroyed",
        format!("Resource {addr} has lifecycle.prevent_destroy set, but the plan calls for this resource to be destroyed."),
    )
    .on(addr.to_string())
    .hint("take the block's prevent_destroy off if the destruction is meant, or leave the resource out with -target")
}
