//! What tests need of the engine: sessions on a state that nothing outside holds, and a look at what came of a run.

use crate::early::EarlyInputs;
use crate::files::{DiskLoader, join};
use crate::inputs::{InputSources, read_all};
use crate::ledger::{Holding, Ledger, LockOptions};
use crate::load::start_providers;
use crate::prompt::as_stored;
use crate::providers::StandIns;
use crate::session::Session;
use crate::world::World;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use trueup_addr::ModulePath;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_evaluate::{Ask, Evaluated, FunctionNames, Input, Sheet, value_with};
use trueup_plan::Snapshot;
use trueup_resolve::program::{Module, ModuleCall};
use trueup_resolve::{Expr, Files, Loader, Program, resolve};
use trueup_source::{Manifest, ModuleSource};
use trueup_store::{Backup, Store};
use trueup_value::{Name, Value};

/// What a session keeps of its last plan or apply.
pub(crate) enum Kept {
    /// Nothing, ever.
    Never,
    /// Nothing yet.
    Nothing,
    /// The configuration with what came of it.
    Sheet(Box<Sheet>),
}

/// A run on a state that nothing outside holds.
pub struct Trial {
    /// The configuration.
    pub program: Arc<Program>,
    /// Values of root variables.
    pub inputs: BTreeMap<Name, Input>,
    /// Where the state is.
    pub store: Arc<dyn Store>,
    /// What stands in for providers.
    pub stand_ins: Arc<dyn StandIns>,
}

impl Session {
    /// A session on such a state. It keeps what a plan or an apply came to, for [`Session::examine`].
    pub async fn trial(world: &World, trial: Trial) -> Result<Session, Diagnostics> {
        let locking = LockOptions { lock: false, timeout: Duration::ZERO };
        let holding = Holding { operation: "OperationTypeTest".into(), locking, backup: Backup::None };
        let ledger = Ledger::of(world, trial.store, &holding).await;
        let ledger = ledger.map_err(|refused| Diagnostics::from(*Box::<Diagnostic>::from(refused)))?;
        let (providers, found) =
            start_providers(world, &trial.program, Some(&ledger.state), &ledger.in_flight);
        if found.has_errors() {
            return Err(found);
        }
        Ok(Session {
            world: world.clone(),
            program: trial.program,
            sources: Sources::default(),
            providers: Arc::new(providers.with_stand_ins(trial.stand_ins)),
            ledger,
            looked_into: false,
            inputs: trial.inputs,
            warnings: Diagnostics::new(),
            commit: None,
            snapshot: Snapshot::default(),
            workspace: world.workspace().map_err(|problem| Diagnostics::from(*problem))?.into(),
            kept: Kept::Nothing,
        })
    }

    /// Keeps what a plan or an apply came to, where that is wanted.
    pub(crate) fn keep(&mut self, sheet: Sheet) {
        if !matches!(self.kept, Kept::Never) {
            self.kept = Kept::Sheet(Box::new(sheet));
        }
    }

    /// The value of an expression in the root module after the last plan or apply, with warnings; `symbols` are in
    /// its first slots.
    pub fn examine(&mut self, expr: &Expr, symbols: &[Value]) -> Result<(Value, Diagnostics), Diagnostics> {
        let Kept::Sheet(mut sheet) = std::mem::replace(&mut self.kept, Kept::Nothing) else {
            return Ok((Value::dynamic(), Diagnostics::new()));
        };
        let result = self.examine_on(&mut sheet, expr, symbols);
        self.kept = Kept::Sheet(sheet);
        result
    }

    /// The diagnostic with what the references in an expression that was examined held.
    pub fn told(&self, diagnostic: Diagnostic, expr: &Expr) -> Diagnostic {
        match &self.kept {
            Kept::Sheet(sheet) => sheet.told(diagnostic, expr),
            Kept::Never | Kept::Nothing => diagnostic,
        }
    }

    fn examine_on(
        &self,
        sheet: &mut Sheet,
        expr: &Expr,
        symbols: &[Value],
    ) -> Result<(Value, Diagnostics), Diagnostics> {
        let mut completed = None;
        loop {
            match sheet.evaluate_with(expr, symbols) {
                Evaluated::Value(_, found) if found.has_errors() => return Err(found),
                Evaluated::Value(value, found) => return Ok((value, found)),
                Evaluated::Failed(mut found) => {
                    found.append(sheet.take_diagnostics());
                    return Err(found);
                }
                Evaluated::Waiting => {}
            }
            let asks = sheet.ready();
            if asks.is_empty() && completed == Some(sheet.completed()) {
                return Err(sheet.take_diagnostics());
            }
            completed = Some(sheet.completed());
            // What the run did not reach, as with targets, is as the state has it.
            for ask in asks {
                match ask {
                    Ask::Provider(ask) => sheet.fill(ask.cell, Some(Value::from(true))),
                    Ask::Instance(ask) => {
                        let value = as_stored(self, &ask);
                        sheet.fill(ask.cell, value);
                    }
                }
            }
        }
    }
}

impl World {
    /// The value of an expression that sees nothing but the values in its first symbol slots.
    pub fn value_with(&self, expr: &Expr, symbols: Vec<Value>) -> (Value, Diagnostics) {
        value_with(expr, self.host(None, false), symbols)
    }
}

/// Values given for root variables from outside: also for those that `root` doesn't declare, and from the variable
/// files in `directories`, which are relative to the world's.
pub fn read_globals(
    world: &World,
    root: &Module,
    from: &InputSources,
    directories: &[&str],
    sources: &mut Sources,
) -> (BTreeMap<Name, Input>, Diagnostics) {
    let directories: Vec<&Path> = directories.iter().map(Path::new).collect();
    read_all(&world.dir, &directories, root, from, sources)
}

/// Reads the module in `dir`, relative to the world's directory, and those it calls; without a directory, where
/// `init` put it. `key` is what `init` noted it under: empty for the root module.
pub fn load_module(
    world: &World,
    dir: Option<&str>,
    key: &str,
    sources: &mut Sources,
) -> (Program, Diagnostics) {
    let manifest = match Manifest::load(&world.data_dir.join("modules/modules.json")) {
        Ok(manifest) => manifest,
        Err(error) => {
            let found = Diagnostic::error("Module manifest can't be read", error.to_string());
            return (Program::default(), found.into());
        }
    };
    let noted = || manifest.get(key).map(|entry| entry.dir.clone());
    let Some(dir) = dir.map(String::from).or_else(noted) else {
        let found =
            Diagnostic::error("Module not installed", format!("The module of {key} is not there yet."));
        let hint = "run \"trueup init\" to fetch all modules that the configuration and its tests call";
        return (Program::default(), found.hint(hint).into());
    };
    let disk = DiskLoader::new(&world.dir, Some(manifest));
    let mut loader = OtherRoot { disk, dir, key };
    let mut early = EarlyInputs::new(world, None);
    let resolution = resolve(&mut loader, &FunctionNames::default(), &mut early, sources);
    let mut found = resolution.diagnostics();
    found.append(resolution.planning);
    if !key.is_empty() {
        // Which configurations there are for another module is known once a run gives it some.
        let given = |one: &Diagnostic| one.summary != "Provider configuration not present";
        found = found.into_iter().filter(given).collect();
    }
    (resolution.program, found)
}

/// Starts in another directory, with another name for what `init` noted.
struct OtherRoot<'k> {
    disk: DiskLoader,
    dir: String,
    key: &'k str,
}

impl Loader for OtherRoot<'_> {
    fn root(&mut self) -> Result<Files, Box<Diagnostic>> {
        self.disk.read(&self.dir)
    }

    fn child(
        &mut self,
        path: &ModulePath,
        parent_dir: &str,
        call: &ModuleCall,
    ) -> Result<Files, Box<Diagnostic>> {
        if self.key.is_empty() {
            return self.disk.child(path, parent_dir, call);
        }
        // What is local is read where it stands, and noted nowhere.
        if let Ok(ModuleSource::Local(path)) = ModuleSource::parse(&call.source) {
            let place = |found: Box<Diagnostic>| Box::new(found.at_opt(Some(call.source_span)));
            return self.disk.read(&join(parent_dir, &path)).map_err(place);
        }
        let names = self.key.split('.').map(Name::from).chain(path.0.iter().cloned());
        self.disk.child(&ModulePath(names.collect()), parent_dir, call)
    }
}
