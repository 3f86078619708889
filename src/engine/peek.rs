//! A look at the state without a run: no lock, no refresh.

use crate::backend::{open_store, state_file};
use crate::ledger::{read_state, store_diagnostic};
use crate::load::{Loaded, NotOpened, load, load_backend, start_providers};
use crate::providers::Providers;
use crate::world::World;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_plan::{Plan, Snapshot};
use trueup_resolve::Program;
use trueup_state::{Commit, State, wire};
use trueup_store::{Backup, Store, StoreError, Version};
use trueup_value::{Name, Value};

/// A state and what is needed to read it.
pub struct StateView {
    /// The state, with the journal of an interrupted run replayed.
    pub state: State,
    /// Whether there is a state at all.
    pub exists: bool,
    /// The providers of its objects.
    pub providers: Providers,
    /// The commit that the journal of an interrupted run names.
    pub commit: Option<Commit>,
}

/// Reads the state of the configuration's backend, or a local file.
pub async fn open_state(world: &World, path: Option<&str>) -> Result<StateView, NotOpened> {
    let (program, chosen) = match path {
        Some(path) => (load(world, None).program, state_file(path)),
        None => load_backend(world)?,
    };
    let store = open_store(world, &chosen, &Backup::None).await?;
    let (_, version, replayed) = read_state(&store).await?;
    let commit = replayed.start.and_then(|start| start.commit);
    let exists = version != Version::ABSENT || replayed.pending > 0;
    Ok(view(world, &program, replayed.state, exists, commit))
}

/// Reads a state file as it is.
pub fn read_state_file(world: &World, file: &str) -> Result<StateView, NotOpened> {
    let failed = |why: String| {
        Box::new(Diagnostic::error(
            "Failed to read the given file as a state or plan file",
            format!("The file {file} can't be read: {why}."),
        ))
    };
    let bytes = std::fs::read(world.dir.join(file)).map_err(|error| failed(error.to_string()))?;
    let state = wire::read(&bytes).map_err(|error| failed(error.to_string()))?;
    Ok(view(world, &Program::default(), state, true, None))
}

fn view(world: &World, program: &Program, state: State, exists: bool, commit: Option<Commit>) -> StateView {
    // A provider that isn't there leaves its objects' attributes unread; the views say so.
    let (providers, _) = start_providers(world, program, Some(&state), &[]);
    StateView { state, exists, providers, commit }
}

/// The configuration in a plan file and the providers that its changes need.
pub fn load_saved(
    world: &World,
    snapshot: &Snapshot,
    plan: &Plan,
) -> Result<(Loaded, Providers), (Diagnostics, Sources)> {
    let loaded = load(world, Some(snapshot));
    if loaded.diagnostics.has_errors() {
        return Err((loaded.diagnostics, loaded.sources));
    }
    let (providers, found) = start_providers(world, &loaded.program, Some(&plan.prior), &[]);
    if found.has_errors() {
        return Err((found, loaded.sources));
    }
    Ok((loaded, providers))
}

/// Takes a lock with this id away from the configuration's state.
pub async fn force_unlock(world: &World, id: &str) -> Result<Result<(), StoreError>, NotOpened> {
    let (_, chosen) = load_backend(world)?;
    let store = open_store(world, &chosen, &Backup::None).await?;
    Ok(store.force_unlock(id).await)
}

/// The root outputs of another configuration's state, with what an interrupted run of it left; `None` where there is
/// none.
pub async fn remote_outputs(
    around: &trueup_store::World,
    backend: &str,
    settings: &Value,
) -> Result<Option<BTreeMap<Name, Value>>, Box<Diagnostic>> {
    let opened = trueup_store::open(backend, settings, around).await;
    let store: Arc<dyn Store> = opened.map_err(|error| store_diagnostic(&error))?.into();
    let (_, version, replayed) = read_state(&store).await?;
    if version == Version::ABSENT && replayed.pending == 0 {
        return Ok(None);
    }
    let outputs = replayed.state.outputs.into_iter();
    Ok(Some(outputs.map(|(name, output)| (name, output.value)).collect()))
}
