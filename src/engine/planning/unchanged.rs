//! Instances that stay as they are.

use super::{Planner, objects};
use trueup_addr::ResourceInstance;
use trueup_diff::{Action, Change};
use trueup_evaluate::InstanceAsk;
use trueup_plan::PlanMode;
use trueup_schema::unknown_computed;
use trueup_value::Value;

impl Planner<'_> {
    /// Whether an instance may not change.
    pub(super) fn stays(&self, addr: &ResourceInstance) -> bool {
        self.options.only.as_ref().is_some_and(|only| !only.contains(addr))
    }

    /// An instance that stays as it is, as in destroy and refresh-only plans.
    pub(super) fn keep(&mut self, ask: &InstanceAsk, value: Value) {
        if self.options.mode == PlanMode::RefreshOnly && !value.is_null() {
            self.note_unchanged(ask, &value);
        }
        self.sheet.fill(ask.cell, Some(value));
    }

    /// An instance that may not change. What isn't there yet is known as far as the configuration says.
    pub(super) fn hold(&mut self, ask: &InstanceAsk, prior: Option<objects::PriorObject>) {
        let value = match prior {
            Some(prior) => {
                self.note_unchanged(ask, &prior.value);
                Some(prior.value)
            }
            None => self
                .providers
                .resource(&ask.binding.provider, false, &ask.addr.resource.kind)
                .map(|schema| unknown_computed(&schema.block, &ask.config)),
        };
        self.sheet.fill(ask.cell, value);
    }

    fn note_unchanged(&mut self, ask: &InstanceAsk, value: &Value) {
        let change = Change {
            action: Action::NoOp,
            reason: None,
            before: value.clone(),
            after: value.clone(),
            replace_paths: Vec::new(),
            private: trueup_provider::Private::from([]),
        };
        self.note(ask, change);
    }
}
