//! Workspaces: several states side by side in one backend, one of them selected.

use crate::backend::open_store;
use crate::ledger::{Holding, Ledger, LockOptions, store_diagnostic};
use crate::load::{NotOpened, load_backend};
use crate::world::World;
use std::sync::Arc;
use trueup_diag::Diagnostic;
use trueup_state::{State, wire};
use trueup_store::{Backup, Store, is_workspace_name};

/// The workspace that is selected, whether it is there or not.
pub fn selected(world: &World) -> Result<String, Box<Diagnostic>> {
    let name = world.workspace()?;
    if is_workspace_name(&name) {
        return Ok(name);
    }
    let hint = "names hold letters, digits and -_.~$&+:=@, which stand unescaped in a URL's path";
    let (summary, detail) = if is_overridden(world) {
        (
            "Invalid workspace name set using TF_WORKSPACE",
            format!(
                "The environment variable TF_WORKSPACE selects \"{name}\", which is not a name for a workspace."
            ),
        )
    } else {
        (
            "Invalid workspace name",
            format!("{} selects \"{name}\", which is not a name for a workspace.", note(world).display()),
        )
    };
    Err(Box::new(Diagnostic::error(summary, detail).hint(hint)))
}

/// Whether the environment selects the workspace.
pub fn is_overridden(world: &World) -> bool {
    world.environment.get("TF_WORKSPACE").is_some_and(|name| !name.is_empty())
}

fn note(world: &World) -> std::path::PathBuf {
    world.data_dir.join("environment")
}

/// Selects a workspace for the commands that follow.
pub fn select(world: &World, name: &str) -> Result<(), Box<Diagnostic>> {
    let path = note(world);
    let written = std::fs::create_dir_all(&world.data_dir).and_then(|()| std::fs::write(&path, name));
    written.map_err(|error| {
        let detail = format!("{} can't be written: {error}.", path.display());
        Box::new(Diagnostic::error("Failed to select workspace", detail))
    })
}

/// The workspaces of the configuration's backend.
pub struct Workspaces {
    world: World,
    store: Arc<dyn Store>,
    names: Vec<String>,
}

/// Why a workspace was not deleted.
pub enum Undeleted {
    /// It holds these objects.
    Full(Vec<String>),
    /// Something went wrong.
    Failed(Box<Diagnostic>),
}

impl From<Box<Diagnostic>> for Undeleted {
    fn from(diagnostic: Box<Diagnostic>) -> Undeleted {
        Undeleted::Failed(diagnostic)
    }
}

impl Workspaces {
    /// Looks which there are.
    pub async fn open(world: &World) -> Result<Workspaces, NotOpened> {
        let (_, chosen) = load_backend(world)?;
        let store = open_store(world, &chosen, &Backup::Beside).await?;
        let names = store.workspaces().await.map_err(|error| store_diagnostic(&error))?;
        Ok(Workspaces { world: world.clone(), store, names })
    }

    /// Their names in order, the default one first.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there is one of this name.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Makes one that isn't there; `file` is a state that it starts with.
    pub async fn create(
        &self,
        name: &str,
        file: Option<&str>,
        locking: LockOptions,
    ) -> Result<(), Box<Diagnostic>> {
        let start = file.map(|file| self.state_of(file)).transpose()?;
        let empty = State { serial: 1, ..State::new(self.world.uuid()) };
        self.store.create_workspace(name, &empty).await.map_err(|error| store_diagnostic(&error))?;
        let Some(state) = start else { return Ok(()) };
        let mut ledger = self.hold(name, "workspace-new", locking).await?;
        let outcome = ledger.replace(&self.world, state).await;
        let closed = ledger.close().await;
        outcome?;
        closed.into_iter().next().map_or(Ok(()), |problem| Err(Box::new(problem)))
    }

    fn state_of(&self, file: &str) -> Result<State, Box<Diagnostic>> {
        let failed = |why: String| {
            Box::new(Diagnostic::error(
                "Failed to read the state file",
                format!("{file} can't be read: {why}."),
            ))
        };
        let bytes =
            std::fs::read(self.world.state_dir.join(file)).map_err(|error| failed(error.to_string()))?;
        wire::read(&bytes).map_err(|error| failed(error.to_string()))
    }

    async fn hold(
        &self,
        name: &str,
        operation: &str,
        locking: LockOptions,
    ) -> Result<Ledger, Box<Diagnostic>> {
        let store = self.store.in_workspace(name).map_err(|error| store_diagnostic(&error))?;
        let holding = Holding { operation: operation.into(), locking, backup: Backup::Beside };
        Ok(Ledger::of(&self.world, store.into(), &holding).await?)
    }

    /// Deletes one with its state; not the default one, which stores refuse to delete. With `force` even if that holds objects, or if a run left it half-way.
    pub async fn delete(&self, name: &str, force: bool, locking: LockOptions) -> Result<(), Undeleted> {
        let ledger = self.hold(name, "workspace-delete", locking).await?;
        let outcome = self.delete_held(&ledger, name, force).await;
        let closed = ledger.close().await;
        outcome?;
        closed.into_iter().next().map_or(Ok(()), |problem| Err(Undeleted::Failed(Box::new(problem))))
    }

    async fn delete_held(&self, ledger: &Ledger, name: &str, force: bool) -> Result<(), Undeleted> {
        if !force {
            ledger.refuse_in_flight()?;
            let mut held: Vec<String> =
                ledger.state().objects().map(|object| object.address().to_string()).collect();
            held.dedup();
            if !held.is_empty() {
                return Err(Undeleted::Full(held));
            }
        }
        ledger.check_lock().await?;
        self.store.delete_workspace(name).await.map_err(|error| store_diagnostic(&error))?;
        Ok(())
    }
}
