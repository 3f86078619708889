//! What modules and the backend depend on: values for root variables, read when the first is asked for.

use crate::inputs::{Given, InputSources, answers, read_inputs};
use crate::validate::cwd;
use crate::world::{Wanted, World};
use std::collections::{BTreeMap, BTreeSet};
use trueup_diag::{Diagnostics, Sources};
use trueup_evaluate::{EarlyAround, EarlyValues, Input};
use trueup_plan::Snapshot;
use trueup_resolve::program::Module;
use trueup_resolve::{Early, EarlyQuestion, NodeId};
use trueup_value::{Name, Value};

/// Answers with what is given in the environment, in variable files and on the command line, or with what a saved plan
/// was made with; asks a person for the rest.
pub(crate) struct EarlyInputs<'w> {
    world: &'w World,
    saved: Option<&'w Snapshot>,
    values: Option<EarlyValues>,
    /// What a person said, so that nobody has to be asked again.
    pub(crate) answers: BTreeMap<Name, Input>,
}

impl<'w> EarlyInputs<'w> {
    pub(crate) fn new(world: &'w World, saved: Option<&'w Snapshot>) -> EarlyInputs<'w> {
        EarlyInputs { world, saved, values: None, answers: BTreeMap::new() }
    }

    fn inputs(&self, root: &Module, sources: &mut Sources) -> (BTreeMap<Name, Input>, Diagnostics) {
        let Some(saved) = self.saved else {
            let from = InputSources {
                environment: (*self.world.environment).clone(),
                given: self.world.given.clone(),
            };
            return read_inputs(&self.world.dir, root, &from, sources);
        };
        let input = |(name, input): (&Name, &trueup_plan::SnapshotInput)| {
            let (value, source) = (input.value.clone(), input.source.clone());
            (name.clone(), Input { value, source, span: None })
        };
        (saved.inputs.iter().map(input).collect(), Diagnostics::new())
    }

    fn values(&mut self, root: &Module, sources: &mut Sources) -> Result<&mut EarlyValues, Diagnostics> {
        if self.values.is_none() {
            let (inputs, found) = self.inputs(root, sources);
            if found.has_errors() {
                return Err(found);
            }
            self.values = Some(EarlyValues::new(EarlyAround {
                inputs,
                workspace: self.world.workspace().ok().map(Name::from),
                cwd: cwd(self.world),
                host: self.world.host(None, true),
            }));
        }
        Ok(self.values.as_mut().expect("it was made above"))
    }

    /// Asks a person for the values of these variables; nothing where one of them isn't said.
    fn ask(&self, root: &Module, missing: &BTreeSet<Name>) -> Option<InputSources> {
        if self.saved.is_some() || missing.is_empty() {
            return None;
        }
        let mut asked = InputSources::default();
        for variable in root.variables.iter().filter(|variable| missing.contains(&variable.name)) {
            let wanted = Wanted {
                name: &variable.name,
                description: &variable.description,
                sensitive: variable.sensitive,
            };
            let answer = self.world.observer.ask(&wanted)?;
            asked.given.push(Given::Var(format!("{}={answer}", variable.name)));
        }
        Some(asked)
    }
}

impl Early for EarlyInputs<'_> {
    fn evaluate(&mut self, question: EarlyQuestion<'_>, sources: &mut Sources) -> Result<Value, Diagnostics> {
        let root = question.program.module_at(NodeId::ROOT);
        let values = self.values(root, sources)?;
        let failed = match values.evaluate(question) {
            Ok(value) => return Ok(value),
            Err(failed) => failed,
        };
        let missing = values.missing().clone();
        let Some(asked) = self.ask(root, &missing) else { return Err(failed) };
        let (said, found) = answers(root, &asked, sources);
        if found.has_errors() {
            return Err(found);
        }
        self.answers.extend(said.clone());
        let values = self.values(root, sources)?;
        values.give(said);
        values.evaluate(question)
    }
}
