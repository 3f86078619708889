//! The other modules that runs of a suite name, each read once before anything is run.

use crate::file::{Run, RunModule, TestFile};
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{World, load_module};
use trueup_resolve::Program;

/// Programs by what `init` notes the modules under, or by source for those that stand where they are.
pub(crate) struct Modules {
    loaded: BTreeMap<String, Result<Arc<Program>, Diagnostics>>,
}

impl Modules {
    pub(crate) fn load(world: &World, files: &[TestFile], sources: &mut Sources) -> Modules {
        let mut loaded = BTreeMap::new();
        for file in files {
            for run in &file.runs {
                if let Some(module) = &run.module {
                    let noted = noted(&file.name, &run.name);
                    let key = key(file, run, module);
                    loaded.entry(key).or_insert_with(|| load(world, &noted, module, sources));
                }
            }
        }
        Modules { loaded }
    }

    /// What is wrong with any of them.
    pub(crate) fn problems(self) -> Diagnostics {
        self.loaded.into_values().filter_map(Result::err).flatten().collect()
    }

    /// The program that a run is about; `None` where it is the one that is tested.
    pub(crate) fn of(&self, file: &TestFile, run: &Run) -> Option<&Result<Arc<Program>, Diagnostics>> {
        let module = run.module.as_ref()?;
        self.loaded.get(&key(file, run, module))
    }
}

/// A local module is one wherever it is named.
fn key(file: &TestFile, run: &Run, module: &RunModule) -> String {
    if is_local(&module.source) { module.source.clone() } else { noted(&file.name, &run.name) }
}

pub(crate) fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../")
}

/// What `init` notes the module of a run under: `test.tests.a.setup` for the run `setup` in `tests/a.tftest.hcl`.
pub(crate) fn noted(file: &str, run: &str) -> String {
    let plain = file.split(".tftest.").next().unwrap_or(file);
    let plain = plain.split(".tofutest.").next().unwrap_or(plain);
    format!("test.{}.{run}", plain.replace('/', "."))
}

fn load(
    world: &World,
    noted: &str,
    module: &RunModule,
    sources: &mut Sources,
) -> Result<Arc<Program>, Diagnostics> {
    let local = || {
        let dir = module.source.trim_start_matches("./").trim_end_matches('/');
        if dir.is_empty() { "." } else { dir }
    };
    let dir = is_local(&module.source).then(local);
    let (program, found) = load_module(world, dir, noted, sources);
    if !found.has_errors() {
        return Ok(Arc::new(program));
    }
    let place = |one: Diagnostic| one.at_opt(Some(module.span));
    Err(found.into_iter().map(place).collect())
}
