//! What stacks hand on to others: their outputs, as far as they are known, and the inputs made of them.

use crate::choose::Repository;
use crate::site::Sites;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_diff::Action;
use trueup_engine::{NotOpened, Session, Unobserved, open_state};
use trueup_plan::Plan;
use trueup_stacks::Stack;
use trueup_state::State;
use trueup_value::{Marks, Name, Value};

/// Which values a stack hands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reckoning {
    /// Those that its plan makes of them.
    Planned,
    /// Those in its state; of what was never applied those of its plan.
    Stored,
}

/// The outputs in a state.
pub(crate) fn stored(state: &State) -> BTreeMap<Name, Value> {
    let value = |output: &trueup_state::Output| {
        if output.sensitive { output.value.clone().mark(Marks::SENSITIVE) } else { output.value.clone() }
    };
    state.outputs.iter().map(|(name, output)| (name.clone(), value(output))).collect()
}

/// The outputs that a plan leaves; what it doesn't know yet is unknown.
pub(crate) fn planned(session: &Session, plan: &Plan, reckoning: Reckoning) -> Value {
    let mut values = stored(session.state());
    for (name, change) in &plan.outputs {
        if reckoning == Reckoning::Stored && values.contains_key(name) {
            continue;
        }
        if change.action == Action::Delete {
            values.remove(name);
        } else {
            values.insert(name.clone(), change.after.clone());
        }
    }
    Value::object(values)
}

/// The outputs of other stacks.
pub(crate) struct Board {
    repository: Arc<Repository>,
    known: Mutex<BTreeMap<Name, Value>>,
    /// Those of stacks that are not in the run, read when they are asked for first.
    beside: Mutex<BTreeMap<Name, Arc<tokio::sync::OnceCell<Value>>>>,
}

impl Board {
    pub(crate) fn new(repository: Arc<Repository>) -> Board {
        Board { repository, known: Mutex::default(), beside: Mutex::default() }
    }

    /// Notes what a stack hands on.
    pub(crate) fn note(&self, stack: &Stack, outputs: Value) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(stack.name.clone(), outputs);
    }

    /// The values of a stack's inputs.
    pub(crate) async fn inputs(
        &self,
        stack: &Stack,
        sites: &Sites,
    ) -> Result<BTreeMap<Name, Value>, NotOpened> {
        let inputs = &stack.settings.inputs;
        let named: BTreeSet<&Name> = inputs.iter().flat_map(|input| &input.stacks).collect();
        let mut handed = BTreeMap::new();
        for name in named {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
            let outputs = match known {
                Some(outputs) => outputs,
                None => self.beside(stack, name, sites).await?,
            };
            handed.insert(name.clone(), outputs);
        }
        let symbol = Value::object(handed);
        let mut values = BTreeMap::new();
        let mut found = Diagnostics::new();
        for input in inputs {
            let (value, problems) = sites.world().value_with(&input.expr, vec![symbol.clone()]);
            found.append(problems);
            values.insert(input.name.clone(), value);
        }
        if found.has_errors() {
            return Err(NotOpened {
                locked: false,
                diagnostics: found,
                sources: self.repository.stacks.sources.clone(),
            });
        }
        Ok(values)
    }

    /// The outputs in the state of a stack that is not in the run.
    async fn beside(&self, of: &Stack, name: &Name, sites: &Sites) -> Result<Value, NotOpened> {
        let cell = {
            let mut beside = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
            beside.entry(name.clone()).or_default().clone()
        };
        cell.get_or_try_init(|| self.read(of, name, sites)).await.cloned()
    }

    async fn read(&self, of: &Stack, name: &Name, sites: &Sites) -> Result<Value, NotOpened> {
        let stack = self.repository.stacks.get(name).expect("stacks that others refer to are there");
        let site = sites.of(stack).await?;
        let world = site.world(&BTreeMap::new(), Arc::new(Unobserved));
        let opened = match open_state(&world, None).await {
            Err(refused) if refused.asks_for_init() => {
                sites.set_up(&site, &world).await?;
                open_state(&world, None).await
            }
            opened => opened,
        };
        let view = opened.map_err(|refused| told(name, refused))?;
        if !view.exists {
            let detail = format!(
                "The inputs of the stack \"{}\" refer to outputs of the stack \"{name}\", which has no state yet.",
                of.name
            );
            let hint = format!(
                "apply it first, or together with this one: \"trueup run apply -stack={name} -stack={}\"",
                of.name
            );
            return Err(Box::new(Diagnostic::error("Stack was never applied", detail).hint(hint)).into());
        }
        Ok(Value::object(stored(&view.state)))
    }
}

/// Says whose outputs could not be read.
fn told(name: &Name, refused: NotOpened) -> NotOpened {
    let NotOpened { locked, sources, diagnostics } = refused;
    let say = |one: Diagnostic| {
        let detail = format!("The outputs of the stack \"{name}\" can't be read. {}", one.detail);
        if one.is_error() { Diagnostic { detail, ..one } } else { one }
    };
    NotOpened { locked, diagnostics: diagnostics.into_iter().map(say).collect(), sources }
}
