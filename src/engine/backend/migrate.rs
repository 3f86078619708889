//! The state copied from one backend to another, workspace by workspace. What was copied is taken away only where
//! Terraform does so too, and only once everything is there: a local state without a backend block.

use super::{Chosen, DEFAULT_PATH, open_store};
use crate::ledger::{Holding, Ledger, LockOptions, read_state, store_diagnostic};
use crate::world::World;
use std::path::PathBuf;
use std::sync::Arc;
use trueup_diag::Diagnostic;
use trueup_state::State;
use trueup_store::{Backup, DEFAULT_WORKSPACE, LocalPaths, LocalStore, Store, StoreError};

/// Where a local backend without settings keeps the other workspaces' states.
const DEFAULT_DIRECTORY: &str = "terraform.tfstate.d";

/// What a person is asked before state is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// One line.
    pub title: String,
    /// What is there, and what the answers mean; `yes` copies.
    pub text: String,
}

/// Whoever stands before the program while a backend is set up.
pub trait Approval: Send + Sync {
    /// Whether to do it.
    fn approve(&self, question: &Question) -> Result<bool, Box<Diagnostic>>;

    /// Says what is going on.
    fn tell(&self, text: &str);

    /// Shows a warning.
    fn warn(&self, warning: Diagnostic);
}

/// Two backends while state goes from the one to the other.
struct Migration<'a> {
    world: &'a World,
    kinds: (&'a str, &'a str),
    source: Arc<dyn Store>,
    target: Arc<dyn Store>,
    holding: Holding,
    approval: &'a dyn Approval,
}

/// Copies every workspace's state. `from` says whether the source is the local state that needs no backend block,
/// which doesn't stay behind.
pub(super) async fn migrate(
    world: &World,
    (from, implicit): (&Chosen, bool),
    to: &Chosen,
    locking: LockOptions,
    approval: &dyn Approval,
) -> Result<(), Box<Diagnostic>> {
    if from == to {
        return Ok(());
    }
    let holding = Holding { operation: "init-migrate".into(), locking, backup: Backup::Beside };
    let source = open_store(world, from, &Backup::Beside).await?;
    let target = open_store(world, to, &Backup::Beside).await?;
    let names = source.workspaces().await.map_err(|error| store_diagnostic(&error))?;
    let names: Vec<String> =
        names.into_iter().filter(|name| !is_same_file(world, (from, to), name)).collect();
    let kinds = (from.kind.as_str(), to.kind.as_str());
    let migration = Migration { world, kinds, source, target, holding, approval };
    let mut copied = Vec::new();
    let mut outcome = match names.as_slice() {
        [] => Ok(()),
        [name] if name == DEFAULT_WORKSPACE => migration.only(&mut copied).await,
        names => migration.all(names, &mut copied).await,
    };
    if outcome.is_ok() && implicit && to.kind != "local" {
        outcome = withdraw(world, &copied);
    }
    // Until here nobody could write to what is taken away.
    for (_, source) in copied {
        outcome = closed(source, outcome).await;
    }
    outcome
}

/// Whether a workspace's state is the same file here and there.
fn is_same_file(world: &World, (from, to): (&Chosen, &Chosen), workspace: &str) -> bool {
    let (setting, default) = if workspace == DEFAULT_WORKSPACE {
        ("path", DEFAULT_PATH)
    } else {
        ("workspace_dir", DEFAULT_DIRECTORY)
    };
    let place = |chosen: &Chosen| -> PathBuf {
        let text = chosen.config.get(setting).and_then(trueup_value::Value::as_str);
        let path = world.state_dir.join(text.filter(|text| !text.is_empty()).unwrap_or(default));
        path.components().collect()
    };
    from.kind == "local" && to.kind == "local" && place(from) == place(to)
}

/// The workspaces that were copied, with what they were copied from, still held.
type Copied = Vec<(String, Ledger)>;

impl Migration<'_> {
    /// Only the default workspace is there.
    async fn only(&self, copied: &mut Copied) -> Result<(), Box<Diagnostic>> {
        let source = in_workspace(&*self.source, DEFAULT_WORKSPACE)?;
        let (_, _, replayed) = read_state(&source).await?;
        if replayed.state.is_empty() && replayed.in_flight.is_empty() {
            return Ok(());
        }
        self.copy(DEFAULT_WORKSPACE, true, copied).await
    }

    fn question(&self, there: &State) -> Question {
        let (from, to) = self.kinds;
        let text = if there.is_empty() {
            format!(
                "There is a state in the previous backend \"{from}\", and none in the new backend \"{to}\".\n\
                 Enter \"yes\" to copy it and \"no\" to start with an empty state."
            )
        } else {
            format!(
                "There is a state in the previous backend \"{from}\", and another one in the new backend \"{to}\":\n\
                 serial {} of lineage {}, with {} resources.\n\
                 Enter \"yes\" to overwrite that one and \"no\" to go on with it.",
                there.serial,
                there.lineage,
                there.resources.len()
            )
        };
        Question { title: "Do you want to copy existing state to the new backend?".into(), text }
    }

    async fn all(&self, names: &[String], copied: &mut Copied) -> Result<(), Box<Diagnostic>> {
        let (from, to) = self.kinds;
        let question = Question {
            title: format!("Do you want to migrate all workspaces to \"{to}\"?"),
            text: format!(
                "The previous backend \"{from}\" has {} workspaces: {}.\n\
                 All of them are copied under the same names, over what the new backend has under them.\n\
                 Enter \"yes\" to copy them all and \"no\" to leave everything as it is.",
                names.len(),
                names.join(", ")
            ),
        };
        if !self.approval.approve(&question)? {
            return Err(Box::new(
                Diagnostic::error("Migration aborted by user.", "Nothing was copied and nothing was set up.")
                    .hint("single workspaces can be copied with \"trueup state pull\" and \"trueup state push\""),
            ));
        }
        let known = self.target.workspaces().await.map_err(|error| store_diagnostic(&error))?;
        for name in names {
            if !known.contains(name) {
                let empty = State::new(self.world.uuid());
                let made = self.target.create_workspace(name, &empty).await;
                made.map_err(|error| store_diagnostic(&error))?;
            }
            let source = in_workspace(&*self.source, name)?;
            let (_, _, replayed) = read_state(&source).await?;
            if !replayed.state.is_empty() || !replayed.in_flight.is_empty() {
                self.copy(name, false, copied).await?;
            }
        }
        Ok(())
    }

    /// Copies one workspace's state with its lineage and serial, both ends locked from before the question on, so that
    /// what was shown is what is replaced.
    async fn copy(&self, name: &str, asks: bool, copied: &mut Copied) -> Result<(), Box<Diagnostic>> {
        let source = in_workspace(&*self.source, name)?;
        let mut source = Ledger::of(self.world, source, &self.holding).await?;
        match self.copy_from(&mut source, name, asks).await {
            Ok(true) => {
                copied.push((name.to_owned(), source));
                Ok(())
            }
            Ok(false) => closed(source, Ok(())).await,
            Err(problem) => closed(source, Err(problem)).await,
        }
    }

    /// Says whether both are the same now.
    async fn copy_from(&self, source: &mut Ledger, name: &str, asks: bool) -> Result<bool, Box<Diagnostic>> {
        source.refuse_in_flight()?;
        let target = in_workspace(&*self.target, name)?;
        let mut target = Ledger::of(self.world, target, &self.holding).await?;
        let outcome = self.replace(source, &mut target, asks).await;
        let replaced = matches!(outcome, Ok(true));
        closed(target, outcome.map(drop)).await.map(|()| replaced)
    }

    async fn replace(
        &self,
        source: &mut Ledger,
        target: &mut Ledger,
        asks: bool,
    ) -> Result<bool, Box<Diagnostic>> {
        let same = is_copy(&source.state, &target.document);
        if !same {
            target.refuse_in_flight()?;
            if asks && !self.approval.approve(&self.question(&target.state))? {
                return Ok(false);
            }
        }
        source.settle(self.world).await?;
        if !is_copy(&source.document, &target.document) {
            target.replace(self.world, source.document.clone()).await?;
        }
        Ok(true)
    }
}

/// Lets go of a state after what was done with it; the first thing that went wrong is told.
async fn closed(ledger: Ledger, outcome: Result<(), Box<Diagnostic>>) -> Result<(), Box<Diagnostic>> {
    let problem = ledger.close().await.into_iter().next();
    outcome.and(problem.map_or(Ok(()), |problem| Err(Box::new(problem))))
}

fn is_copy(one: &State, other: &State) -> bool {
    one.lineage == other.lineage && one.serial == other.serial && one.same_content(other)
}

fn in_workspace(store: &dyn Store, name: &str) -> Result<Arc<dyn Store>, Box<Diagnostic>> {
    store.in_workspace(name).map(Arc::from).map_err(|error: StoreError| store_diagnostic(&error))
}

/// Takes local states away that live elsewhere now; their backups stay.
fn withdraw(world: &World, copied: &[(String, Ledger)]) -> Result<(), Box<Diagnostic>> {
    for (name, source) in copied {
        let paths = LocalPaths::new(&world.state_dir, DEFAULT_PATH.as_ref(), DEFAULT_DIRECTORY.as_ref());
        let store = LocalStore::new(paths, name);
        store.withdraw(&source.version).map_err(|error| store_diagnostic(&error))?;
    }
    Ok(())
}
