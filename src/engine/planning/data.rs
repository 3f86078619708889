//! Data sources: read while planning where that can be, while applying otherwise.

use super::instance::dress;
use super::{Answer, Planner};
use crate::Event;
use futures::future::BoxFuture;
use std::collections::BTreeSet;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_diff::{Action, Change, Reason};
use trueup_evaluate::{CellId, InstanceAsk};
use trueup_provider::{DataRequest, Private, Provider};
use trueup_schema::{Schema, unknown_computed};
use trueup_value::Value;

/// What becomes of a data source.
pub(crate) struct DataPlan {
    pub(crate) action: Action,
    pub(crate) reason: Option<Reason>,
    pub(crate) after: Value,
}

impl DataPlan {
    pub(crate) fn change(self) -> Change {
        let before =
            if self.action == Action::NoOp { self.after.clone() } else { Value::null(self.after.ty()) };
        Change {
            action: self.action,
            reason: self.reason,
            before,
            after: self.after,
            replace_paths: Vec::new(),
            private: Private::from([]),
        }
    }
}

impl<'a> Planner<'a> {
    pub(super) fn start_data(&mut self, ask: Box<InstanceAsk>) -> Option<BoxFuture<'a, Answer>> {
        let schema = self.providers.resource(&ask.binding.provider, true, &ask.addr.resource.kind);
        let schema = schema.expect("the sheet asks only for types that have a schema");
        let provider = self.providers.configured_for(&ask.binding, &ask.addr);
        let unreachable = provider.as_ref().is_some_and(|provider| !provider.is_reachable());
        let wait = if unreachable || !ask.config.is_wholly_known() {
            Some(Reason::ReadBecauseConfigUnknown)
        } else if self.is_pending(&ask) {
            Some(Reason::ReadBecauseDependencyPending)
        } else {
            None
        };
        if let Some(reason) = wait {
            let after = deferred(&schema, &ask.config);
            self.note(
                &ask,
                DataPlan { action: Action::Read, reason: Some(reason), after: after.clone() }.change(),
            );
            self.changing.insert(ask.cell);
            self.sheet.fill(ask.cell, Some(after));
            return None;
        }
        let Some(provider) = provider else {
            self.sheet.fill(ask.cell, None);
            return None;
        };
        let permits = self.permits.clone();
        let observer = self.observer;
        observer.event(&Event::Reading(ask.addr.clone()));
        Some(Box::pin(async move {
            let _permit = permits.acquire().await;
            let (value, diagnostics) = read_data(&*provider, &schema, &ask).await;
            let id = value.as_ref().and_then(|value| value.get("id")).filter(|id| !id.marks().is_sensitive());
            let id = id.and_then(Value::as_str).map(String::from);
            observer.event(&Event::Read { addr: ask.addr.clone(), id, good: value.is_some() });
            Answer::Read(ask, value, diagnostics)
        }))
    }

    /// Whether something that the data source's `depends_on` names is about to change.
    pub(super) fn is_pending(&mut self, ask: &InstanceAsk) -> bool {
        ask.waits.iter().any(|cell| self.cell_is_pending(*cell))
    }

    fn cell_is_pending(&mut self, start: CellId) -> bool {
        let mut stack = vec![start];
        let mut seen = BTreeSet::new();
        while let Some(cell) = stack.pop() {
            match self.pending.get(&cell) {
                Some(true) => return true,
                Some(false) => continue,
                None => {}
            }
            if self.changing.contains(&cell) {
                self.pending.insert(start, true);
                return true;
            }
            if seen.insert(cell) {
                stack.extend_from_slice(self.sheet.depends(cell));
            }
        }
        self.pending.extend(seen.into_iter().map(|cell| (cell, false)));
        false
    }

    /// Takes what a data source gave, or what went wrong.
    pub(super) fn take_read(&mut self, ask: &InstanceAsk, value: Option<Value>, diagnostics: Diagnostics) {
        let scoped = self.sheet.is_in_check(ask.cell);
        let located = Self::located(ask, diagnostics);
        let schema = self.providers.resource(&ask.binding.provider, true, &ask.addr.resource.kind);
        let schema = schema.expect("the sheet asks only for types that have a schema");
        if let Some(value) = &value {
            self.objects.set_data(&self.program, ask, value, &schema);
        }
        if !scoped {
            self.sheet.report(located);
            if let Some(after) = value.clone() {
                self.note(ask, DataPlan { action: Action::NoOp, reason: None, after }.change());
            }
            self.sheet.fill(ask.cell, value);
            return;
        }
        // It is read again when the plan is applied, so that the check says how things are at the end.
        self.sheet.report_unread(ask.cell, located);
        let after = value.unwrap_or_else(|| deferred(&schema, &ask.config));
        let reason = Some(Reason::ReadBecauseCheckNested);
        self.note(ask, DataPlan { action: Action::Read, reason, after: after.clone() }.change());
        self.changing.insert(ask.cell);
        self.sheet.fill(ask.cell, Some(after));
    }
}

/// What is known of a data source that will be read while applying.
pub(crate) fn deferred(schema: &Schema, config: &Value) -> Value {
    let (bare, marks) = config.unmark_deep();
    dress(schema, &unknown_computed(&schema.block, &bare), &marks)
}

/// Reads it now.
pub(crate) async fn read_data(
    provider: &dyn Provider,
    schema: &Schema,
    ask: &InstanceAsk,
) -> (Option<Value>, Diagnostics) {
    let kind = ask.addr.resource.kind.clone();
    let (config, marks) = ask.config.unmark_deep();
    let mut diagnostics = provider.validate_data(&kind, &config).await;
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let answer = provider.read_data(DataRequest { kind, config }).await;
    let failed = answer.diagnostics.has_errors();
    diagnostics.append(answer.diagnostics);
    if failed {
        return (None, diagnostics);
    }
    if answer.state.is_null() || !answer.state.is_wholly_known() {
        let detail = "The provider's answer for this data source is null, or holds something unknown.";
        diagnostics.push(
            Diagnostic::error("Provider produced invalid object", detail)
                .hint("this is a defect of the provider: report it there"),
        );
        return (None, diagnostics);
    }
    (Some(dress(schema, &answer.state, &marks)), diagnostics)
}
