//! Suites from files to totals.

mod assertion;
mod cleanup;
mod expectation;
mod file;
mod inputs;
pub(crate) mod modules;
mod run;

use crate::keeping::{Keeping, abandoned};
use crate::report::{Event, Reporter, Status, Totals};
use crate::suite::Suite;
use file::FileRunner;
use modules::Modules;
use std::collections::BTreeMap;
use trueup_diag::{Diagnostics, Sources};
use trueup_engine::{InputSources, Interrupt, World, read_globals};
use trueup_evaluate::Input;
use trueup_resolve::NodeId;
use trueup_value::Name;

/// How a suite is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where values of variables come from.
    pub inputs: InputSources,
    /// Plans and states are reported too.
    pub verbose: bool,
    /// How many calls, and how many runs that may go on beside each other, are in flight at most.
    pub parallelism: usize,
}

/// What all files of a suite share.
pub(crate) struct Setting<'a> {
    pub(crate) world: &'a World,
    pub(crate) reporter: &'a dyn Reporter,
    pub(crate) options: &'a Options,
    pub(crate) sources: &'a Sources,
    /// Values of variables that were given from outside, by whether the file stands in the tests' directory.
    pub(crate) globals: BTreeMap<bool, BTreeMap<Name, Input>>,
    pub(crate) modules: &'a Modules,
    pub(crate) keeping: &'a Keeping,
}

impl Setting<'_> {
    /// A person wants to stop.
    pub(crate) fn is_interrupted(&self) -> bool {
        *self.world.interrupt.borrow() != Interrupt::None
    }
}

/// Runs all files of a suite that was read without errors.
pub async fn run(world: &World, mut suite: Suite, options: &Options, reporter: &dyn Reporter) -> Totals {
    let mut sources = std::mem::take(&mut suite.sources);
    let (globals, mut found) = globals(world, &suite, options, &mut sources);
    let modules = Modules::load(world, &suite.files, &mut sources);
    found.append(abandoned(&world.data_dir).await);
    let keeping = Keeping::begin(&world.data_dir).map_err(|refused| found.push(*refused)).ok();
    if !found.is_empty() {
        let (file, run) = (None, None);
        reporter.event(&Event::Diagnostics { file, run, diagnostics: &found, sources: &sources });
    }
    let mut totals = Totals::default();
    let Some(keeping) = keeping.filter(|_| !found.has_errors()) else {
        totals.status = Status::Error;
        return totals;
    };
    let names = suite.files.iter().map(|file| {
        let runs = file.runs.iter().map(|run| run.name.to_string()).collect();
        (file.name.clone(), runs)
    });
    reporter.event(&Event::Abstract(&names.collect()));
    let setting = Setting {
        world,
        reporter,
        options,
        sources: &sources,
        globals,
        modules: &modules,
        keeping: &keeping,
    };
    totals.status = Status::Pass;
    for file in &suite.files {
        let status = FileRunner::new(&setting, &suite, file).run(&mut totals).await;
        totals.status = totals.status.max(status);
    }
    reporter.event(&Event::Summary(totals));
    totals
}

/// Values given from outside: files in the tests' directory see the variable files there too.
fn globals(
    world: &World,
    suite: &Suite,
    options: &Options,
    sources: &mut Sources,
) -> (BTreeMap<bool, BTreeMap<Name, Input>>, Diagnostics) {
    let root = suite.program.module_at(NodeId::ROOT);
    let (outer, mut found) = read_globals(world, root, &options.inputs, &[""], sources);
    let directories = ["", &*suite.directory];
    let inner = if suite.directory == "." {
        outer.clone()
    } else {
        let (inner, more) = read_globals(world, root, &options.inputs, &directories, sources);
        if !found.has_errors() {
            found = more;
        }
        inner
    };
    (BTreeMap::from([(false, outer), (true, inner)]), found)
}
