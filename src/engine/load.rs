//! The configuration of a run: files to a program, with the providers it needs started.

use crate::files::DiskLoader;
use crate::providers::Providers;
use crate::world::World;
use std::collections::BTreeSet;
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_evaluate::FunctionNames;
use trueup_plan::{Recorder, Snapshot};
use trueup_resolve::{Loader, Program, resolve};
use trueup_source::Manifest;
use trueup_state::{Begun, State};

/// A configuration that was read.
pub struct Loaded {
    /// What it declares.
    pub program: Arc<Program>,
    /// The texts, for diagnostics.
    pub sources: Sources,
    /// What is wrong with it.
    pub diagnostics: Diagnostics,
    /// What is wrong only when a plan is made of it.
    pub planning: Diagnostics,
    /// The files, for a plan file.
    pub snapshot: Snapshot,
}

/// Reads the configuration in the world's directory and the modules it calls, or that of a saved plan.
pub fn load(world: &World, saved: Option<&Snapshot>) -> Loaded {
    let mut sources = Sources::default();
    let mut diagnostics = Diagnostics::new();
    let path = world.data_dir.join("modules/modules.json");
    let manifest = match Manifest::load(&path) {
        Ok(manifest) => Some(manifest),
        Err(error) => {
            diagnostics.push(Diagnostic::error("Module manifest can't be read", error.to_string()));
            None
        }
    };
    let mut disk = DiskLoader::new(&world.dir, manifest);
    let mut kept = saved.cloned().unwrap_or_default();
    let loader: &mut dyn Loader = if saved.is_some() { &mut kept } else { &mut disk };
    let mut recorder = Recorder::new(loader);
    let mut resolution = resolve(&mut recorder, &FunctionNames::default(), &mut sources);
    let program = Arc::new(std::mem::take(&mut resolution.program));
    let planning = std::mem::take(&mut resolution.planning);
    diagnostics.append(resolution.diagnostics());
    Loaded { program, sources, diagnostics, planning, snapshot: recorder.snapshot }
}

/// Every provider that the program or the state names.
pub(crate) fn provider_addrs(program: &Program, state: Option<&State>) -> BTreeSet<ProviderAddr> {
    let mut addrs = BTreeSet::new();
    for node in &program.nodes {
        let module = program.module(node.module);
        for resource in &module.resources {
            if let Some(binding) = node.providers.get(&resource.provider) {
                addrs.insert(binding.provider.clone());
            }
        }
        addrs.extend(module.provider_configs.iter().map(|config| config.provider.clone()));
        addrs.extend(module.settings.providers.values().map(|requirement| requirement.provider.clone()));
    }
    if let Some(state) = state {
        addrs.extend(state.resources.values().map(|resource| resource.provider.provider.clone()));
    }
    addrs
}

/// Starts the providers of a configuration, a state, and what an interrupted run had in flight.
pub(crate) fn start_providers(
    world: &World,
    program: &Program,
    state: Option<&State>,
    in_flight: &[Begun],
) -> (Providers, Diagnostics) {
    let mut addrs = provider_addrs(program, state);
    addrs.extend(in_flight.iter().map(|begun| begun.provider.provider.clone()));
    Providers::start(world.factory.clone(), &addrs)
}
