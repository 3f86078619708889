//! From a step of the plan to all that its call needs.

use crate::run::Driver;
use crate::work::Work;
use std::collections::BTreeMap;
use trueup_addr::Mode;
use trueup_diff::Action;
use trueup_evaluate::InstanceAsk;
use trueup_plan::{Node, Part, Plan, Step};
use trueup_provider::Private;
use trueup_resolve::Program;
use trueup_value::Value;

/// What there is of a step whose turn has come.
pub(crate) enum Prepared {
    Ready(Box<Work>),
    NotYet,
    Never,
}

/// The keys under which objects that are replaced create-first are put aside: the same in both of their steps.
pub(crate) fn keys_to_put_aside(plan: &Plan) -> BTreeMap<usize, String> {
    let creating = plan.steps.nodes().filter_map(|(_, node)| match node {
        Node::Step(step) if step.part == Part::Create => Some(step),
        _ => None,
    });
    let first = creating.filter(|step| plan.changes[step.change].change.action == Action::CreateThenDelete);
    first.map(|step| (step.change, step.token.chars().take(8).collect())).collect()
}

impl Driver<'_> {
    /// All that one call needs, if it is there already.
    pub(crate) fn prepare(&self, node: usize, step: &Step) -> Prepared {
        let change = &self.plan.changes[step.change];
        let provider = match self.providers.get(&change.binding) {
            None => return Prepared::NotYet,
            Some(None) => return Prepared::Never,
            Some(Some(provider)) => self.hands.stand_in(&change.addr, provider),
        };
        let data = change.addr.resource.mode == Mode::Data;
        let Some(schema) = self.hands.schema(&change.binding, data, &change.addr.resource.kind) else {
            return Prepared::Never;
        };
        let nothing = Value::null(schema.block.value_type());
        let forward = matches!(step.part, Part::Create | Part::Update | Part::Read);
        let config = match (forward, self.asks.get(&change.addr)) {
            (true, None) => return Prepared::NotYet,
            (true, Some(ask)) => ask.config.clone(),
            (false, _) => nothing.clone(),
        };
        let first = change.change.action == Action::CreateThenDelete;
        let put_aside = self.put_aside.get(&step.change).cloned().unwrap_or_default();
        let deposed = match (&change.deposed, first && step.part == Part::Delete) {
            (None, true) => Some(put_aside.clone()),
            (deposed, _) => deposed.clone(),
        };
        let prior =
            if step.part == Part::Create { nothing.clone() } else { change.change.before.without_marks() };
        let stored = self.state.object(&change.addr, deposed.as_deref());
        let ignore = ignored(&self.program, self.asks.get(&change.addr).map(|ask| &**ask));
        Prepared::Ready(Box::new(Work {
            node,
            step: u32::try_from(node).expect("a plan has fewer than 2^32 nodes"),
            part: step.part,
            addr: change.addr.clone(),
            deposed,
            depose: (first && step.part == Part::Create).then_some(put_aside),
            token: step.token.clone(),
            provider,
            provider_addr: change.provider.clone(),
            prior,
            was_tainted: stored.is_some_and(trueup_state::Object::is_tainted),
            prior_private: stored.map_or_else(|| Private::from([]), |o| o.private.clone()),
            planned: if forward { change.change.after.without_marks() } else { nothing },
            planned_private: change.change.private.clone(),
            config,
            replan: matches!(step.part, Part::Create | Part::Update)
                && !change.change.after.is_wholly_known(),
            ignore,
            marked: change.marked.clone(),
            dependencies: change.dependencies.list(),
            create_before_destroy: change.create_before_destroy,
            provisioned: step.part == Part::Create && self.is_provisioned(&change.addr),
            schema,
        }))
    }
}

/// What the block says is to be ignored.
fn ignored(program: &Program, ask: Option<&InstanceAsk>) -> trueup_resolve::program::IgnoreChanges {
    let block = ask.map(|ask| &program.module_at(ask.node).resources[ask.slot as usize]);
    block.map(|block| block.lifecycle.ignore_changes.clone()).unwrap_or_default()
}
