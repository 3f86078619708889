//! The values of variables that a run has: from outside, from its file, and its own, later ones over earlier ones.

use super::Setting;
use crate::file::{Assigned, Run, TestFile};
use crate::values::{Sight, named};
use std::collections::{BTreeMap, BTreeSet};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_evaluate::Input;
use trueup_resolve::NodeId;
use trueup_resolve::Program;
use trueup_value::{Name, Value};

/// What a run is given.
pub(crate) struct Given {
    /// For the variables of the module that is run.
    pub(crate) inputs: BTreeMap<Name, Input>,
    /// What expressions of the run see.
    pub(crate) sight: Sight,
    pub(crate) warnings: Diagnostics,
}

/// Finds the values for a run.
pub(crate) fn given(
    setting: &Setting<'_>,
    (file, run): (&TestFile, &Run),
    in_directory: bool,
    runs: &BTreeMap<Name, Value>,
    program: &Program,
) -> Result<Given, Diagnostics> {
    let mut all = setting.globals.get(&in_directory).cloned().unwrap_or_default();
    let declared = file.runs.iter().map(|run| run.name.clone()).collect();
    let mut sight = Sight { runs: runs.clone(), variables: values(&all), declared, asserting: false };
    let mut found = Diagnostics::new();
    let root = program.module_at(NodeId::ROOT);
    let mut fresh = BTreeMap::new();
    for assigned in &file.variables {
        let (input, more) = evaluated(setting, &sight, (file, assigned), "variables of a test file");
        let wanted = root.names.variables.contains_key(&assigned.name);
        // What can't be told yet, and what this module doesn't ask for, is for a later run.
        if input.is_some() || wanted {
            found.append(more);
        }
        fresh.extend(input.map(|input| (assigned.name.clone(), input)));
    }
    all.extend(fresh);
    sight.variables = values(&all);
    let mut own = BTreeMap::new();
    for assigned in &run.variables {
        let (input, more) = evaluated(setting, &sight, (file, assigned), "variables of a run block");
        found.append(more);
        own.extend(input.map(|input| (assigned.name.clone(), input)));
    }
    all.extend(own);
    found.extend(required(program, &all, run));
    found.extend(unused(program, run));
    if found.has_errors() {
        return Err(found);
    }
    sight.variables = values(&all);
    Ok(Given { inputs: all, sight, warnings: found })
}

fn values(inputs: &BTreeMap<Name, Input>) -> BTreeMap<Name, Value> {
    inputs.iter().map(|(name, input)| (name.clone(), input.value.clone())).collect()
}

fn evaluated(
    setting: &Setting<'_>,
    sight: &Sight,
    (file, assigned): (&TestFile, &Assigned),
    what: &str,
) -> (Option<Input>, Diagnostics) {
    let (value, found) = sight.value(setting.world, &assigned.expr, what);
    let span = Some(assigned.expr.span);
    (value.map(|value| Input { value, source: file.name.clone(), span }), found)
}

/// Values that nothing asks for.
fn unused<'p>(program: &'p Program, run: &'p Run) -> impl Iterator<Item = Diagnostic> + use<'p> {
    let declared = &program.module_at(NodeId::ROOT).names.variables;
    let asserts = run.asserts.iter().flat_map(|assert| [&assert.condition, &assert.message]);
    let overrides = run.overrides.iter().filter_map(|one| one.values.as_ref());
    let asked: BTreeSet<Name> = asserts.chain(overrides).flat_map(|expr| named("var", expr)).collect();
    let unused = run
        .variables
        .iter()
        .filter(move |one| !declared.contains_key(&one.name) && !asked.contains(&one.name));
    unused.map(|one| {
        let detail = format!(
            "The run block gives a value to a variable \"{}\", which the module does not declare and nothing refers to.",
            one.name
        );
        Diagnostic::warning("Value for undeclared variable", detail).at(one.expr.span)
    })
}

/// Variables without a value.
fn required<'p>(
    program: &'p Program,
    given: &'p BTreeMap<Name, Input>,
    run: &'p Run,
) -> impl Iterator<Item = Diagnostic> + use<'p> {
    let variables = &program.module_at(NodeId::ROOT).variables;
    let unset = variables.iter().filter(|v| v.default.is_none() && !given.contains_key(&v.name));
    unset.map(|variable| {
        let detail = format!(
            "The module that run block \"{}\" is about has a required variable \"{}\", which has no value.",
            run.name, variable.name
        );
        let hint = "set it in a variables block of the run or of the file, or with -var or -var-file";
        Diagnostic::error("No value for required variable", detail).at(variable.span).hint(hint)
    })
}
