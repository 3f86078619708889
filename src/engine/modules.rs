//! `init`'s part: modules fetched to where the loader looks for them, providers looked up.

use crate::early::EarlyInputs;
use crate::files::{join, versioned};
use crate::load::{provider_addrs, used_providers};
use crate::world::World;
use std::collections::BTreeMap;
use trueup_addr::{ModulePath, ProviderAddr};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_evaluate::FunctionNames;
use trueup_resolve::program::ModuleCall;
use trueup_resolve::{Files, Loader, Program, resolve};
use trueup_source::{ModuleInstaller, ModuleSource, Network, Origin, redact};

/// A module that a run of a test names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TestModule {
    /// What it is noted under, such as `test.tests.a.setup`.
    pub key: String,
    /// `source`
    pub source: String,
    /// `version`
    pub version: Option<String>,
}

/// A loader that fetches what it is asked for.
struct InstallingLoader {
    /// Where the calls start that it is asked for; the root module where there is none.
    start: Option<TestModule>,
    installer: ModuleInstaller,
    disk: crate::files::DiskLoader,
    lines: Vec<String>,
}

impl Loader for InstallingLoader {
    fn root(&mut self) -> Result<Files, Box<Diagnostic>> {
        let Some(start) = &self.start else { return self.disk.root() };
        let failed = |error: trueup_source::SourceError| Box::new(error.diagnostic());
        if let ModuleSource::Local(path) = ModuleSource::parse(&start.source).map_err(failed)? {
            return self.disk.read(&join(".", &path));
        }
        let (parent, name) = start.key.rsplit_once('.').unwrap_or(("", &start.key));
        let version = start.version.as_deref();
        let installed =
            self.installer.install_version(parent, name, &start.source, version).map_err(failed)?;
        self.lines.push(format!("{} from {}", installed.key, redact(&start.source)));
        self.disk.read(&installed.dir)
    }

    fn child(
        &mut self,
        path: &ModulePath,
        parent_dir: &str,
        call: &ModuleCall,
    ) -> Result<Files, Box<Diagnostic>> {
        let parent = path.parent().unwrap_or_default();
        let before = self.start.as_ref().map(|start| &*start.key);
        let names: Vec<&str> = before.into_iter().chain(parent.0.iter().map(|name| &**name)).collect();
        let place = |found: Box<Diagnostic>| Box::new(found.at_opt(Some(call.source_span)));
        let source = ModuleSource::parse(&call.source)
            .map_err(|error| Box::new(error.diagnostic().at(call.source_span)))?;
        versioned(&source, call)?;
        if let (Some(_), ModuleSource::Local(path)) = (&self.start, &source) {
            return self.disk.read(&join(parent_dir, path)).map_err(place);
        }
        let installed = self
            .installer
            .install_version(&names.join("."), &call.name, &call.source, call.version.as_deref())
            .map_err(|error| Box::new(error.diagnostic().at(call.source_span)))?;
        let from = match &installed.origin {
            Origin::Local => format!("{} in {}", installed.key, installed.dir),
            _ => format!("{} from {}", installed.key, redact(&call.source)),
        };
        self.lines.push(from);
        self.disk.read(&installed.dir).map_err(place)
    }
}

/// Fetches every module that the configuration and its tests call; gives a line for each.
pub fn install_modules(
    world: &World,
    upgrade: bool,
    tests: &[TestModule],
) -> Result<Vec<String>, (Diagnostics, Sources)> {
    let data_dir = world.data_dir.strip_prefix(&world.dir).unwrap_or(&world.data_dir);
    let installer = ModuleInstaller::new(&world.dir, &data_dir.to_string_lossy(), upgrade)
        .map_err(|error| (not_installed(&error), Sources::default()))?;
    let tokens = world.tokens.iter().map(|(host, token)| (host.clone(), token.clone()));
    let installer =
        installer.over(Network::with_tokens(tokens).with_logins(&world.environment, (world.clock)()));
    let disk = crate::files::DiskLoader::new(&world.dir, None);
    let mut loader = InstallingLoader { start: None, installer, disk, lines: Vec::new() };
    let mut sources = Sources::default();
    for start in std::iter::once(None).chain(tests.iter().cloned().map(Some)) {
        loader.start = start;
        let mut early = EarlyInputs::new(world, None);
        let resolution = resolve(&mut loader, &FunctionNames::default(), &mut early, &mut sources);
        if resolution.load.has_errors() {
            if is_below(&resolution.load, &sources) {
                // The modules are there, and what is wrong in them is for the next command to say again.
                loader.installer.finish().map_err(|error| (not_installed(&error), Sources::default()))?;
            }
            return Err((resolution.load, sources));
        }
    }
    let lines = std::mem::take(&mut loader.lines);
    if !lines.is_empty() {
        loader.installer.finish().map_err(|error| (not_installed(&error), sources))?;
    }
    Ok(lines)
}

fn not_installed(error: &trueup_source::SourceError) -> Diagnostics {
    Diagnostic::error("Modules can't be installed", error.to_string()).into()
}

/// Whether only called modules are wrong, and not the one that calls them.
fn is_below(found: &Diagnostics, sources: &Sources) -> bool {
    let mut wrong = found.iter().filter(|one| one.is_error());
    wrong.all(|one| one.subject.is_some_and(|at| crate::load::is_below(at, sources)))
}

/// What is known of a provider before anything is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderNeed {
    /// It can be started.
    pub known: bool,
    /// A block is of it; otherwise it is only required.
    pub used: bool,
}

/// The providers of a configuration, and whether each can be started and has to be.
pub fn providers_of(world: &World, program: &Program) -> BTreeMap<ProviderAddr, ProviderNeed> {
    let known = world.factory.known();
    let used = used_providers(program, None);
    let need = |addr: &ProviderAddr| ProviderNeed { known: known.contains(addr), used: used.contains(addr) };
    provider_addrs(program, None).into_iter().map(|addr| (addr.clone(), need(&addr))).collect()
}

/// The providers of a configuration, started for their schemas.
pub fn schemas_of(world: &World, program: &Program) -> Result<crate::Providers, Diagnostics> {
    let (providers, diagnostics) = crate::load::start_providers(world, program, None, &[]);
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok(providers) }
}
