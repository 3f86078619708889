//! The end of planning: everything noted becomes a plan.

use super::Planner;
use super::dependencies::{note_configured, stored};
use crate::selection::half_named;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_addr::{ConfigResource, Mode, Name};
use trueup_diag::Diagnostics;
use trueup_diff::{Action, Change, moved_still_declared};
use trueup_evaluate::Sheet;
use trueup_plan::{
    Dependencies, Order, OutputChange, Plan, PlanMode, References, ResourceChange, Stored, order,
};
use trueup_provider::Private;
use trueup_state::{Change as StateChange, Commit, Output, State};
use trueup_value::{Marks, Value};

/// What of the run the plan notes.
pub(crate) struct Circumstances {
    pub(crate) timestamp: Arc<str>,
    pub(crate) commit: Option<Commit>,
    pub(crate) workspace: Name,
    pub(crate) variables: BTreeMap<Name, Value>,
    pub(crate) token: Arc<dyn Fn() -> Arc<str> + Send + Sync>,
}

/// A plan and what was found on the way.
pub(crate) struct Finished {
    pub(crate) plan: Plan,
    /// What was found of an interrupted run, to be written before anything else.
    pub(crate) recovered: Vec<StateChange>,
    pub(crate) diagnostics: Diagnostics,
    /// The configuration with what is planned.
    pub(crate) sheet: Sheet,
}

impl Planner<'_> {
    pub(crate) fn finish(mut self, previous: &State, around: Circumstances) -> Finished {
        self.report_homeless_imports();
        self.sheet.report(std::mem::take(&mut self.objects.unstorable));
        self.sheet.report(moved_still_declared(&self.program, &self.cells));
        self.sheet.report(half_named(&self.options.replace, &self.cells));
        let errored = self.sheet.has_errors();
        if !errored && self.options.mode != PlanMode::RefreshOnly {
            self.note_destruction();
        }
        self.forget_stale_data();
        self.changes.sort_by(|a, b| (&a.addr, &a.deposed).cmp(&(&b.addr, &b.deposed)));
        let mut references = References::new(self.with_recovered(stored(previous)));
        note_configured(&mut references, &self.sheet, &self.cells);
        let references = Arc::new(references);
        let first = self.create_before_destroy(&references);
        self.settle_order(&references, &first);
        let steps = order(&Order {
            changes: &self.changes,
            sheet: if self.options.mode == PlanMode::Destroy { None } else { Some(&self.sheet) },
            cells: &self.cells,
            stored: references.stored(),
            token: &*around.token,
        });
        let drift = self.drift();
        let mode = self.options.mode;
        let partial = errored || self.options.is_partial();
        let checks = trueup_state::wire::check::write(&self.sheet.check_results());
        let closed = self.sheet.conclude();
        // Where only some objects may change, outputs stay as well.
        let outputs = match self.options.only {
            Some(_) => BTreeMap::new(),
            None => output_changes(&self.objects.state, &closed.outputs, mode, partial),
        };
        let errored = errored || closed.diagnostics.has_errors();
        let plan = Plan {
            mode,
            changes: self.changes,
            steps,
            outputs,
            drift,
            checks,
            prior: self.objects.state,
            variables: around.variables,
            targets: self.options.targets,
            excludes: self.options.excludes,
            timestamp: around.timestamp,
            commit: around.commit,
            workspace: around.workspace,
            errored,
        };
        let (recovered, sheet) = (self.recovered, self.sheet);
        Finished { plan, recovered, diagnostics: closed.diagnostics, sheet }
    }

    /// What an interrupted run made depends on what its journal says.
    fn with_recovered(&self, mut stored: Stored) -> Stored {
        for change in &self.recovered {
            if let StateChange::Set { address, object, .. } = change {
                stored.entry(address.config()).or_default().push(object.dependencies.clone());
            }
        }
        stored
    }

    /// Data sources that the configuration no longer has leave the state without a word, and all do in a destruction.
    fn forget_stale_data(&mut self) {
        let destroys = self.options.mode == PlanMode::Destroy;
        if (destroys || self.options.mode == PlanMode::Normal)
            && !self.options.is_partial()
            && !self.sheet.has_errors()
        {
            let stale: Vec<_> = self
                .objects
                .state
                .objects()
                .filter(|o| o.node.resource.mode == Mode::Data)
                .filter(|o| destroys || !self.cells.contains_key(&o.address()))
                .map(|o| o.address())
                .collect();
            for address in stale {
                let change = StateChange::Remove { address, deposed: None };
                self.objects.state.apply(&change).expect("removing always fits");
            }
        }
    }

    /// Resources that are replaced create-first: those that say so, and all that they refer to.
    fn create_before_destroy(&self, references: &References) -> BTreeSet<ConfigResource> {
        let says = |change: &&ResourceChange| match self.program.block_of(&change.addr) {
            Some((_, block)) => block.lifecycle.create_before_destroy,
            None => change.create_before_destroy,
        };
        let first = self.changes.iter().filter(says).map(|change| change.addr.config()).collect();
        references.with_all_behind(&first)
    }

    fn settle_order(&mut self, references: &Arc<References>, first: &BTreeSet<ConfigResource>) {
        for change in &mut self.changes {
            let resource = change.addr.config();
            change.create_before_destroy = first.contains(&resource);
            if change.change.action == Action::DeleteThenCreate && change.create_before_destroy {
                change.change.action = Action::CreateThenDelete;
            }
            if !matches!(change.change.action, Action::Delete | Action::Forget) {
                change.dependencies = references.of(&resource);
            }
        }
    }

    fn drift(&self) -> Vec<ResourceChange> {
        let mut drift: Vec<ResourceChange> = self
            .objects
            .drifted
            .iter()
            .filter_map(|drifted| {
                let provider = self.objects.state.provider(&drifted.id.addr).cloned();
                let noted = self.cells.get(&drifted.id.addr).and_then(|cell| self.noted.get(cell));
                let noted = noted.and_then(|index| self.changes.get(*index));
                let provider = provider.or_else(|| noted.map(|c| c.provider.clone()))?;
                let binding = self.objects.binding(&provider)?.clone();
                let action = if drifted.after.is_null() { Action::Delete } else { Action::Update };
                Some(ResourceChange {
                    addr: drifted.id.addr.clone(),
                    previous: None,
                    deposed: drifted.id.deposed.clone(),
                    schema_version: self
                        .providers
                        .resource(&provider.provider, false, &drifted.id.addr.resource.kind)
                        .map_or(0, |s| s.version),
                    provider,
                    binding,
                    change: Change {
                        action,
                        reason: None,
                        before: drifted.before.clone(),
                        after: drifted.after.clone(),
                        replace_paths: Vec::new(),
                        private: Private::from([]),
                    },
                    marked: Vec::new(),
                    dependencies: Dependencies::default(),
                    create_before_destroy: false,
                    importing: None,
                    generated: None,
                })
            })
            .collect();
        drift.sort_by(|a, b| (&a.addr, &a.deposed).cmp(&(&b.addr, &b.deposed)));
        drift
    }
}

/// What becomes of the root outputs. A partial plan says nothing of those that it has no value for.
fn output_changes(
    state: &State,
    after: &BTreeMap<Name, Value>,
    mode: PlanMode,
    partial: bool,
) -> BTreeMap<Name, OutputChange> {
    let none = BTreeMap::new();
    let after = if mode == PlanMode::Destroy { &none } else { after };
    let mut changes = BTreeMap::new();
    let names: BTreeSet<&Name> = state.outputs.keys().chain(after.keys()).collect();
    for name in names {
        let before = state.outputs.get(name);
        let after = after.get(name).filter(|value| !value.marks().is_ephemeral());
        if after.is_none() && partial {
            continue;
        }
        changes.insert(name.clone(), output_change(before, after));
    }
    changes
}

fn output_change(before: Option<&Output>, after: Option<&Value>) -> OutputChange {
    let null = || Value::null(trueup_value::Type::Dynamic);
    let marked = |output: &Output| {
        if output.sensitive { output.value.clone().mark(Marks::SENSITIVE) } else { output.value.clone() }
    };
    let old = before.map(marked);
    let sensitive = before.is_some_and(|b| b.sensitive) || after.is_some_and(|a| a.marks().is_sensitive());
    let bare = after.map(|value| {
        if value.marks().is_sensitive() {
            value.without_marks().mark(Marks::SENSITIVE)
        } else {
            value.without_marks()
        }
    });
    let action = match (&old, &bare) {
        (None, None) => Action::NoOp,
        (None, Some(new)) if new.is_null() => Action::NoOp,
        (None, Some(_)) => Action::Create,
        (Some(_), None) => Action::Delete,
        (Some(old), Some(new)) if old == new => Action::NoOp,
        (Some(_), Some(_)) => Action::Update,
    };
    OutputChange { action, before: old.unwrap_or_else(null), after: bare.unwrap_or_else(null), sensitive }
}
