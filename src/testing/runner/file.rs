//! One test file: its runs in order, those that may at the same time, and the end of what they made.

use super::Setting;
use super::cleanup::Cleaner;
use super::run::{Last, Outcome, Shown, Work};
use crate::file::{Run, TestFile};
use crate::report::{Event, FileStage, RunStage, Status, Totals};
use crate::suite::Suite;
use crate::values::named;
use futures::StreamExt;
use futures::stream;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_store::Store;
use trueup_value::{Name, Value};

/// A state that some runs of a file share.
pub(crate) struct Held {
    pub(crate) store: Arc<dyn Store>,
    /// How it last changed, and when, counted in runs.
    pub(crate) last: Option<(usize, Last)>,
}

/// Runs one file.
pub(crate) struct FileRunner<'a> {
    setting: &'a Setting<'a>,
    suite: &'a Suite,
    file: &'a TestFile,
    /// By key.
    states: BTreeMap<String, Held>,
    outputs: BTreeMap<Name, Value>,
    status: Status,
    count: usize,
}

impl<'a> FileRunner<'a> {
    pub(crate) fn new(setting: &'a Setting<'a>, suite: &'a Suite, file: &'a TestFile) -> FileRunner<'a> {
        let (states, outputs) = (BTreeMap::new(), BTreeMap::new());
        FileRunner { setting, suite, file, states, outputs, status: Status::Pass, count: 0 }
    }

    /// Runs it to its end, counts its runs, and says how it came out.
    pub(crate) async fn run(mut self, totals: &mut Totals) -> Status {
        self.tell(FileStage::Starting);
        let mut runs = &self.file.runs[..];
        while !runs.is_empty() {
            let (together, rest) = runs.split_at(self.together(runs));
            runs = rest;
            if self.status == Status::Error || self.setting.is_interrupted() {
                self.skip(together, totals);
            } else {
                self.several(together, totals).await;
            }
        }
        self.tell(FileStage::Teardown);
        let cleaner = Cleaner { setting: self.setting, file: &self.file.name };
        if !cleaner.clean(std::mem::take(&mut self.states)).await {
            self.status = self.status.max(Status::Error);
        }
        self.tell(FileStage::Complete(self.status));
        self.status
    }

    fn tell(&self, stage: FileStage) {
        self.setting.reporter.event(&Event::File { file: &self.file.name, stage });
    }

    fn tell_run(&self, run: &Run, stage: RunStage) {
        let (file, asserts) = (&*self.file.name, run.asserts.len());
        self.setting.reporter.event(&Event::Run { file, run: &run.name, stage, asserts });
    }

    fn skip(&mut self, runs: &[Run], totals: &mut Totals) {
        for run in runs {
            totals.count(Status::Skip);
            self.tell_run(run, RunStage::Complete(Status::Skip));
        }
        if self.setting.is_interrupted() {
            self.status = self.status.max(Status::Error);
        }
    }

    /// How many of the next runs may go on beside each other: parallel ones that need none of each other, each on a
    /// state of its own.
    fn together(&self, runs: &[Run]) -> usize {
        let mut names: BTreeSet<&Name> = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for (at, run) in runs.iter().enumerate() {
            let alone = !run.parallel
                || !keys.insert(key(run))
                || needs(self.file, run).iter().any(|need| names.contains(need));
            if alone {
                return at.max(1);
            }
            names.insert(&run.name);
        }
        runs.len()
    }

    async fn several(&mut self, runs: &[Run], totals: &mut Totals) {
        let mut works = Vec::new();
        for run in runs {
            let key = key(run);
            let fresh = || Held { store: self.setting.keeping.fresh(&self.file.name), last: None };
            let store = self.states.entry(key).or_insert_with(fresh).store.clone();
            works.push(Work {
                setting: self.setting,
                tested: &self.suite.program,
                file: self.file,
                run,
                in_directory: self.file.name.starts_with(&format!("{}/", self.suite.directory)),
                store,
            });
        }
        let outputs = self.outputs.clone();
        let outputs = &outputs;
        let this = &*self;
        let calls = works.iter().map(|work| async move {
            this.tell_run(work.run, RunStage::Starting);
            work.carry_out(outputs).await
        });
        let at_once = self.setting.options.parallelism.max(1);
        let outcomes: Vec<Outcome> = stream::iter(calls).buffered(at_once).collect().await;
        for (run, outcome) in runs.iter().zip(outcomes) {
            self.take(run, outcome, totals);
        }
    }

    fn take(&mut self, run: &Run, outcome: Outcome, totals: &mut Totals) {
        self.count += 1;
        totals.count(outcome.status);
        self.status = self.status.max(outcome.status);
        self.tell_run(run, RunStage::Complete(outcome.status));
        let (file, name) = (&*self.file.name, &*run.name);
        if let Some(shown) = outcome.shown.as_ref().filter(|_| self.setting.options.verbose) {
            let run = name;
            self.setting.reporter.event(&match shown {
                Shown::Plan(plan, program, providers) => Event::Plan { file, run, plan, program, providers },
                Shown::State(state, providers) => Event::State { file, run, state, providers },
            });
        }
        if !outcome.diagnostics.is_empty() {
            self.setting.reporter.event(&Event::Diagnostics {
                file: Some(file),
                run: Some(name),
                diagnostics: &outcome.diagnostics,
                sources: self.setting.sources,
            });
        }
        self.outputs.extend(outcome.outputs.map(|outputs| (run.name.clone(), outputs)));
        let key = key(run);
        if let (Some(last), Some(held)) = (outcome.last, self.states.get_mut(&key)) {
            held.last = Some((self.count, last));
        }
    }
}

/// Runs with the same key share a state: those of the module that is tested, and those of each other module.
fn key(run: &Run) -> String {
    let module = || run.module.as_ref().map_or_else(String::new, |module| module.source.clone());
    run.state_key.as_ref().map_or_else(module, |key| format!("key {key}"))
}

/// The runs whose outputs a run refers to.
fn needs(file: &TestFile, run: &Run) -> BTreeSet<Name> {
    let values = file.variables.iter().chain(&run.variables).map(|assigned| &assigned.expr);
    let asserts = run.asserts.iter().flat_map(|assert| [&assert.condition, &assert.message]);
    let overrides = run.overrides.iter().chain(&file.overrides).filter_map(|one| one.values.as_ref());
    values.chain(asserts).chain(overrides).flat_map(|expr| named("run", expr)).collect()
}
