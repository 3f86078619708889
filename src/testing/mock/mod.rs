//! What stands in for providers in a run: made-up ones, and made-up values for single objects.

mod provider;
mod values;

use crate::file::{Mock, MockDefaults, Override, OverrideKind};
use crate::values::Sight;
use provider::MockProvider;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::{Mode, Name, ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::{Random, StandIns, World};
use trueup_provider::Provider;
use trueup_resolve::NodeId;
use trueup_resolve::program::ProviderBinding;
use trueup_value::{Kind, Value};

/// What is made up of one type or one object, as far as the test says.
#[derive(Clone, Debug)]
pub(crate) struct MadeUp {
    /// An object of some of its attributes.
    pub(crate) values: Value,
    /// Known while planning already.
    pub(crate) during_plan: bool,
}

/// A made-up provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct MadeUpProvider {
    pub(crate) during_plan: bool,
    pub(crate) resources: BTreeMap<Name, MadeUp>,
    pub(crate) data: BTreeMap<Name, MadeUp>,
}

/// Everything that stands in for something in one run.
pub(crate) struct Stage {
    random: Random,
    /// By slot of the configuration in the root module.
    mocks: BTreeMap<u32, Arc<MadeUpProvider>>,
    /// The first that fits counts.
    overrides: Vec<(Target, MadeUp)>,
}

/// Makes a stage, and notes what is wrong with the values in it.
pub(crate) struct StageBuilder<'a> {
    pub(crate) world: &'a World,
    pub(crate) sight: &'a Sight,
    pub(crate) diagnostics: Diagnostics,
    mocks: BTreeMap<u32, Arc<MadeUpProvider>>,
    overrides: Vec<(Target, MadeUp)>,
}

impl<'a> StageBuilder<'a> {
    pub(crate) fn new(world: &'a World, sight: &'a Sight) -> StageBuilder<'a> {
        let (mocks, overrides) = (BTreeMap::new(), Vec::new());
        StageBuilder { world, sight, diagnostics: Diagnostics::new(), mocks, overrides }
    }

    /// Something stands in for the configuration in this slot of the root module.
    pub(crate) fn mock(&mut self, slot: u32, mock: &Mock) {
        let whole = mock.during_plan;
        let resources = mock.resources.iter().filter_map(|one| self.defaults(one, whole)).collect();
        let data = mock.data.iter().filter_map(|one| self.defaults(one, whole)).collect();
        self.mocks.insert(slot, Arc::new(MadeUpProvider { during_plan: whole, resources, data }));
        self.overrides(&mock.overrides, whole);
    }

    fn defaults(&mut self, (kind, given): (&Name, &MockDefaults), whole: bool) -> Option<(Name, MadeUp)> {
        let values = self.object(given.values.as_ref(), "mocked values")?;
        Some((kind.clone(), MadeUp { values, during_plan: given.during_plan.unwrap_or(whole) }))
    }

    /// Overrides of objects; those that were added before count before these.
    pub(crate) fn overrides(&mut self, overrides: &[Override], whole: bool) {
        for one in overrides.iter().filter(|one| one.kind != OverrideKind::Module) {
            if let Some(values) = self.object(one.values.as_ref(), "overrides") {
                let during_plan = one.during_plan.unwrap_or(whole);
                self.overrides.push((one.target.clone(), MadeUp { values, during_plan }));
            }
        }
    }

    /// The value of an object in a test file; empty where there is none.
    pub(crate) fn object(&mut self, expr: Option<&trueup_parse::ast::Expr>, what: &str) -> Option<Value> {
        let Some(expr) = expr else { return Some(Value::object::<Name>([])) };
        let (value, found) = self.sight.value(self.world, expr, what);
        self.diagnostics.append(found);
        let value = value?;
        if matches!(value.kind(), Kind::Object(_) | Kind::Map(..)) {
            return Some(value);
        }
        let detail = format!("The values must be an object, and this is a {}.", value.ty().friendly_name());
        self.diagnostics.push(Diagnostic::error("Invalid values attribute", detail).at(expr.span));
        None
    }

    pub(crate) fn finish(mut self) -> (Stage, Diagnostics) {
        // Who names an instance counts more than who names all of them, however near that is.
        let named = |target: &Target| matches!(target, Target::Instance(one) if !one.key.is_none());
        self.overrides.sort_by_key(|(target, _)| !named(target));
        let random = self.world.random.clone();
        (Stage { random, mocks: self.mocks, overrides: self.overrides }, self.diagnostics)
    }
}

impl Stage {
    fn override_of(&self, addr: &ResourceInstance) -> Option<&MadeUp> {
        let fits = |target: &Target| {
            target.contains(addr)
                || matches!(target, Target::Instance(instance) if instance.key.is_none()
                    && Target::Resource(instance.node()).contains(addr))
        };
        self.overrides.iter().find(|(target, _)| fits(target)).map(|(_, made_up)| made_up)
    }
}

impl StandIns for Stage {
    fn provider(&self, binding: &ProviderBinding, real: Arc<dyn Provider>) -> Arc<dyn Provider> {
        let slot = binding.config.filter(|_| binding.node == NodeId::ROOT);
        match slot.and_then(|slot| self.mocks.get(&slot)) {
            Some(made_up) => Arc::new(MockProvider::new(real, made_up.clone(), self.random.clone())),
            None => real,
        }
    }

    fn replaces(&self, addr: &ResourceInstance) -> bool {
        addr.resource.mode != Mode::Ephemeral && self.override_of(addr).is_some()
    }

    fn instance(&self, addr: &ResourceInstance, configured: &Arc<dyn Provider>) -> Arc<dyn Provider> {
        let Some(made_up) = self.override_of(addr) else { return configured.clone() };
        let one = BTreeMap::from([(addr.resource.kind.clone(), made_up.clone())]);
        let whole = MadeUpProvider { during_plan: made_up.during_plan, resources: one.clone(), data: one };
        Arc::new(MockProvider::new(configured.clone(), Arc::new(whole), self.random.clone()))
    }
}
