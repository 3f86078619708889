//! The configuration of a run: files to a program, with the providers it needs started.

use crate::backend::{Chosen, choose_backend};
use crate::early::EarlyInputs;
use crate::files::DiskLoader;
use crate::ledger::NotHeld;
use crate::offers::Offers;
use crate::providers::Providers;
use crate::world::{Deprecations, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_diag::{Diagnostic, Diagnostics, Sources, Span};
use trueup_evaluate::{FunctionNames, Input};
use trueup_plan::{Recorder, Snapshot};
use trueup_resolve::{Loader, Program, deprecated_outputs, resolve};
use trueup_source::{Manifest, version_fits};
use trueup_state::{Begun, State, TERRAFORM_VERSION};
use trueup_value::Name;

/// A configuration that was read.
pub struct Loaded {
    /// What it declares.
    pub program: Arc<Program>,
    /// The texts, for diagnostics.
    pub sources: Sources,
    /// What is wrong with its declarations; `init` reports these.
    pub diagnostics: Diagnostics,
    /// What is wrong with the arguments of module calls. Empty while declarations are wrong.
    pub calls: Diagnostics,
    /// What is wrong with the references in it; `validate` reports these too. Empty while declarations are wrong.
    pub references: Diagnostics,
    /// What is wrong with its backend: reported by what opens it.
    pub backend: Diagnostics,
    /// What is wrong only when a plan is made of it.
    pub planning: Diagnostics,
    /// What a person said of variables that modules or the backend depend on.
    pub answers: BTreeMap<Name, Input>,
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
    let mut early = EarlyInputs::new(world, saved);
    let mut resolution = resolve(&mut recorder, &FunctionNames::default(), &mut early, &mut sources);
    let answers = early.answers;
    hush(&mut resolution.program, world.deprecations);
    resolution.references.append(deprecated_outputs(&resolution.program));
    let program = Arc::new(std::mem::take(&mut resolution.program));
    let planning = std::mem::take(&mut resolution.planning);
    let mut references = std::mem::take(&mut resolution.references);
    let mut calls = std::mem::take(&mut resolution.calls);
    diagnostics.append(resolution.load);
    let unfit = unfit_versions(&program);
    if unfit.has_errors() {
        // What is written for another version may well look wrong to this one.
        diagnostics = unfit;
    }
    if diagnostics.has_errors() {
        references = Diagnostics::new();
        calls = Diagnostics::new();
    }
    let backend = backend_problems(&program);
    Loaded {
        program,
        sources,
        diagnostics,
        calls,
        references,
        backend,
        planning,
        answers,
        snapshot: recorder.snapshot,
    }
}

/// Marks the modules that are not told of what is deprecated.
fn hush(program: &mut Program, told: Deprecations) {
    for at in 0..program.nodes.len() {
        let node = &program.nodes[at];
        let around = node.parent.is_some_and(|(parent, _)| program.node(parent).quiet);
        let quiet = match told {
            Deprecations::All => false,
            Deprecations::Local => around || (node.parent.is_some() && !node.called.source.starts_with('.')),
            Deprecations::None => true,
        };
        program.nodes[at].quiet = quiet;
    }
}

/// What is said where `init` would help, and without anything that is there being left behind.
const ASK_FOR_INIT: [&str; 3] = [
    "Module not installed",
    "Module source has changed",
    "Backend initialization required, please run \"terraform init\"",
];

/// Why a configuration or its state could not be opened.
pub struct NotOpened {
    /// Somebody else holds the lock on the state.
    pub locked: bool,
    /// The texts, for diagnostics.
    pub sources: Sources,
    /// Why.
    pub diagnostics: Diagnostics,
}

impl NotOpened {
    /// Whether it is only that nobody has run `init` yet: modules are not there, or a backend was never set up.
    pub fn asks_for_init(&self) -> bool {
        let mut errors = self.diagnostics.iter().filter(|one| one.is_error()).peekable();
        errors.peek().is_some() && errors.all(|one| ASK_FOR_INIT.contains(&&*one.summary))
    }
}

impl From<Box<Diagnostic>> for NotOpened {
    fn from(diagnostic: Box<Diagnostic>) -> NotOpened {
        Diagnostics::from(*diagnostic).into()
    }
}

impl From<Diagnostics> for NotOpened {
    fn from(diagnostics: Diagnostics) -> NotOpened {
        NotOpened { locked: false, sources: Sources::default(), diagnostics }
    }
}

impl From<NotHeld> for NotOpened {
    fn from(refused: NotHeld) -> NotOpened {
        NotOpened { locked: refused.locked, ..refused.diagnostic.into() }
    }
}

/// The program in the world's directory, as far as it can be read, and the backend that it keeps its state in.
pub(crate) fn load_backend(world: &World) -> Result<(Arc<Program>, Chosen), NotOpened> {
    let Loaded { program, sources, mut diagnostics, backend, .. } = load(world, None);
    // Modules that are not there say nothing of the backend; a file that can't be read might.
    let elsewhere = ["Module not installed", "Module source has changed"];
    diagnostics.append(backend);
    let below = |one: &Diagnostic| one.subject.is_some_and(|at| is_below(at, &sources));
    let counts = |one: &&Diagnostic| one.is_error() && !elsewhere.contains(&&*one.summary) && !below(one);
    if diagnostics.iter().any(|one| counts(&one)) {
        return Err(NotOpened { locked: false, sources, diagnostics });
    }
    match choose_backend(world, &program, None) {
        Ok(chosen) => Ok((program, chosen)),
        Err(diagnostic) => Err(NotOpened { locked: false, sources, diagnostics: (*diagnostic).into() }),
    }
}

/// Whether a place is in a called module, and not in the root module.
pub(crate) fn is_below(at: Span, sources: &Sources) -> bool {
    sources.file(at.file).name.contains('/')
}

/// Modules that are written for other versions of the language.
fn unfit_versions(program: &Program) -> Diagnostics {
    let modules = program.modules.iter().flat_map(|module| &module.settings.required_versions);
    let unfit = modules.filter(|(constraint, _)| !version_fits(TERRAFORM_VERSION, constraint));
    unfit
        .map(|(constraint, span)| {
            let detail = format!("The module asks for Terraform {constraint}, and trueup does what Terraform {TERRAFORM_VERSION} does.");
            Diagnostic::error("Unsupported Terraform Core version", detail)
                .at(*span)
                .hint("widen required_version if the module works with this version too")
        })
        .collect()
}

fn backend_problems(program: &Program) -> Diagnostics {
    let Some(root) = program.nodes.first().map(|node| program.module(node.module)) else {
        return Diagnostics::new();
    };
    let mut found =
        root.settings.backend.as_ref().map(|backend| backend.problems.clone()).unwrap_or_default();
    for (_, span) in root.settings.unsupported.iter().filter(|(name, _)| &**name == "cloud") {
        let detail = "HCP Terraform keeps the state and runs plans itself, which trueup does not work with.";
        found.push(
            Diagnostic::error("Cloud configuration not supported", detail)
                .at(*span)
                .hint("write a backend block in its place, and move the state there"),
        );
    }
    found
}

/// Every provider that the program or the state names.
pub(crate) fn provider_addrs(program: &Program, state: Option<&State>) -> BTreeSet<ProviderAddr> {
    let mut addrs = used_providers(program, state);
    let modules = program.nodes.iter().map(|node| program.module(node.module));
    let required = modules.flat_map(|module| module.settings.providers.values());
    addrs.extend(required.map(|requirement| requirement.provider.clone()));
    addrs
}

/// Those of them that a block or an object of the state is of.
pub(crate) fn used_providers(program: &Program, state: Option<&State>) -> BTreeSet<ProviderAddr> {
    let mut addrs = BTreeSet::new();
    for node in &program.nodes {
        let module = program.module(node.module);
        for resource in &module.resources {
            if let Some(binding) = node.providers.get(&resource.provider) {
                addrs.insert(binding.provider.clone());
            }
        }
        addrs.extend(module.provider_configs.iter().map(|config| config.provider.clone()));
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
    let known = world.factory.known();
    let mut addrs = used_providers(program, state);
    // One that is only required is not missed where it can't be started.
    addrs.extend(provider_addrs(program, None).into_iter().filter(|addr| known.contains(addr)));
    addrs.extend(in_flight.iter().map(|begun| begun.provider.provider.clone()));
    Providers::start(world.factory.clone(), &addrs, Offers::of(program))
}

/// Starts those providers of a configuration that can be; blocks of the others are judged without a schema. Unless
/// `any_release` will do, those of which another release is asked for than the one that is known are among the others.
pub(crate) fn providers_to_judge(
    world: &World,
    program: &Program,
    any_release: bool,
) -> (Providers, Diagnostics) {
    let known: BTreeSet<ProviderAddr> = world.factory.known().into_iter().collect();
    let offers = Offers::lenient(program);
    let mut addrs = provider_addrs(program, None);
    addrs.retain(|addr| known.contains(addr) && (any_release || !offers.is_other_release(addr)));
    Providers::start(world.factory.clone(), &addrs, offers)
}
