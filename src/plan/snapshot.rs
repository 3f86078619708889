//! The configuration as it was when the plan was made: carried in the plan file, so that applying needs no checkout.

use std::collections::BTreeMap;
use trueup_addr::{ModulePath, Name};
use trueup_diag::Diagnostic;
use trueup_resolve::program::ModuleCall;
use trueup_resolve::{Files, Loader};
use trueup_value::Value;

/// The texts of all modules, and what was given for root variables.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Every module source once, in the order they were loaded; the root's first.
    pub sources: Vec<Files>,
    /// Which of `sources` each module of the tree of calls is; the root is the empty path.
    pub calls: BTreeMap<ModulePath, usize>,
    /// What was given for root variables. Whoever fills this leaves out variables that are ephemeral.
    pub inputs: BTreeMap<Name, SnapshotInput>,
    /// Where the files came from that aren't configuration, if that isn't the working directory.
    pub origin: Option<SnapshotOrigin>,
}

/// A commit that a plan was made of without a checkout: applying takes it out of Git again, since the configuration
/// may read files that lie beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotOrigin {
    /// The commit's address, without credentials.
    pub address: String,
    /// What `-backend-config` gave.
    pub backend: Vec<String>,
}

/// What was given for one root variable.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotInput {
    /// The value, not yet converted.
    pub value: Value,
    /// Where it came from, for messages: `-var`, a file's name, an environment variable's name.
    pub source: String,
}

impl Snapshot {
    /// Takes in what a loader gave for a module.
    pub fn record(&mut self, path: &ModulePath, files: &Files) {
        let known = self.sources.iter().position(|source| source.dir == files.dir);
        let index = known.unwrap_or_else(|| {
            self.sources.push(files.clone());
            self.sources.len() - 1
        });
        self.calls.insert(path.clone(), index);
    }

    fn files(&self, path: &ModulePath) -> Result<Files, Box<Diagnostic>> {
        let found = self.calls.get(path).and_then(|index| self.sources.get(*index));
        found.cloned().ok_or_else(|| {
            let name = if path.is_root() { "the root module".to_owned() } else { path.to_string() };
            Box::new(
                Diagnostic::error("Module not installed", format!("The plan file has no files of {name}."))
                    .hint("make the plan again"),
            )
        })
    }
}

/// Passes another loader's answers on and remembers them.
pub struct Recorder<'a> {
    loader: &'a mut dyn Loader,
    /// What was loaded so far.
    pub snapshot: Snapshot,
}

impl<'a> Recorder<'a> {
    /// Remembers what this loader gives.
    pub fn new(loader: &'a mut dyn Loader) -> Recorder<'a> {
        Recorder { loader, snapshot: Snapshot::default() }
    }
}

impl Loader for Recorder<'_> {
    fn root(&mut self) -> Result<Files, Box<Diagnostic>> {
        let files = self.loader.root()?;
        self.snapshot.record(&ModulePath::root(), &files);
        Ok(files)
    }

    fn child(
        &mut self,
        path: &ModulePath,
        parent_dir: &str,
        call: &ModuleCall,
    ) -> Result<Files, Box<Diagnostic>> {
        let files = self.loader.child(path, parent_dir, call)?;
        self.snapshot.record(path, &files);
        Ok(files)
    }
}

/// Gives the same files again.
impl Loader for Snapshot {
    fn root(&mut self) -> Result<Files, Box<Diagnostic>> {
        self.files(&ModulePath::root())
    }

    fn child(
        &mut self,
        path: &ModulePath,
        _parent_dir: &str,
        call: &ModuleCall,
    ) -> Result<Files, Box<Diagnostic>> {
        self.files(path).map_err(|diagnostic| Box::new(diagnostic.at(call.source_span)))
    }
}
