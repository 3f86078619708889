//! The state copied from one backend to another, workspace by workspace. What was copied is taken away only where
//! Terraform does so too, and only once everything is there: a local state without a backend block.

use super::{Chosen, DEFAULT_PATH, open_store};
use crate::ledger::{Holding, Ledger, LockOptions, read_state, store_diagnostic};
use crate::world::World;
use std::sync::Arc;
use trueup_diag::Diagnostic;
use trueup_state::State;
use trueup_store::{Backup, DEFAULT_WORKSPACE, LocalPaths, LocalStore, Store, StoreError, Version};

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
    if is_same_place(from, to) {
        return Ok(());
    }
    let holding = Holding { operation: "init-migrate".into(), locking, backup: Backup::Beside };
    let source = open_store(world, from, &Backup::Beside).await?;
    let target = open_store(world, to, &Backup::Beside).await?;
    let names = source.workspaces().await.map_err(|error| store_diagnostic(&error))?;
    let kinds = (from.kind.as_str(), to.kind.as_str());
    let migration = Migration { world, kinds, source, target, holding, approval };
    let copied = if names.len() == 1 { migration.only().await? } else { migration.all(&names).await? };
    if implicit && to.kind != "local" {
        withdraw(world, &copied)?;
    }
    Ok(())
}

/// Whether both are the same files.
fn is_same_place(from: &Chosen, to: &Chosen) -> bool {
    let text = |chosen: &Chosen, name: &str, default: &str| {
        let text = chosen.config.get(name).and_then(trueup_value::Value::as_str);
        std::path::Path::new(text.filter(|text| !text.is_empty()).unwrap_or(default)).components().collect()
    };
    let path = |chosen: &Chosen| -> std::path::PathBuf { text(chosen, "path", DEFAULT_PATH) };
    from == to || (from.kind == "local" && to.kind == "local" && path(from) == path(to))
}

/// A workspace and the document that was copied from it.
type Copied = (String, Version);

impl Migration<'_> {
    /// Only the default workspace is there.
    async fn only(&self) -> Result<Vec<Copied>, Box<Diagnostic>> {
        let source = in_workspace(&*self.source, DEFAULT_WORKSPACE)?;
        let (_, _, replayed) = read_state(&source).await?;
        if replayed.state.is_empty() && replayed.in_flight.is_empty() {
            return Ok(Vec::new());
        }
        let target = in_workspace(&*self.target, DEFAULT_WORKSPACE)?;
        let (there, ..) = read_state(&target).await?;
        if !is_copy(&replayed.state, &there) && !self.approval.approve(&self.question(&there))? {
            return Ok(Vec::new());
        }
        Ok(vec![self.copy(DEFAULT_WORKSPACE).await?])
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

    async fn all(&self, names: &[String]) -> Result<Vec<Copied>, Box<Diagnostic>> {
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
        let mut copied = Vec::new();
        for name in names {
            if !known.contains(name) {
                let empty = State::new(self.world.uuid());
                let made = self.target.create_workspace(name, &empty).await;
                made.map_err(|error| store_diagnostic(&error))?;
            }
            let source = in_workspace(&*self.source, name)?;
            let (_, _, replayed) = read_state(&source).await?;
            if !replayed.state.is_empty() || !replayed.in_flight.is_empty() {
                copied.push(self.copy(name).await?);
            }
        }
        Ok(copied)
    }

    /// Copies one workspace's state with its lineage and serial, both ends locked.
    async fn copy(&self, name: &str) -> Result<Copied, Box<Diagnostic>> {
        let source = in_workspace(&*self.source, name)?;
        let mut source = Ledger::of(self.world, source, &self.holding).await?;
        let outcome = self.copy_from(&mut source, name).await;
        let version = source.version.clone();
        let closed = source.close().await;
        outcome?;
        closed.into_iter().next().map_or(Ok((name.to_owned(), version)), |problem| Err(Box::new(problem)))
    }

    async fn copy_from(&self, source: &mut Ledger, name: &str) -> Result<(), Box<Diagnostic>> {
        source.refuse_in_flight()?;
        source.settle(self.world).await?;
        let target = in_workspace(&*self.target, name)?;
        let mut target = Ledger::of(self.world, target, &self.holding).await?;
        let outcome = if is_copy(&source.document, &target.document) {
            Ok(())
        } else {
            target.replace(self.world, source.document.clone()).await
        };
        let closed = target.close().await;
        outcome?;
        closed.into_iter().next().map_or(Ok(()), |problem| Err(Box::new(problem)))
    }
}

fn is_copy(one: &State, other: &State) -> bool {
    one.lineage == other.lineage && one.serial == other.serial && one.same_content(other)
}

fn in_workspace(store: &dyn Store, name: &str) -> Result<Arc<dyn Store>, Box<Diagnostic>> {
    store.in_workspace(name).map(Arc::from).map_err(|error: StoreError| store_diagnostic(&error))
}

/// Takes local states away that live elsewhere now; their backups stay.
fn withdraw(world: &World, copied: &[Copied]) -> Result<(), Box<Diagnostic>> {
    for (name, version) in copied {
        let paths = LocalPaths::new(&world.state_dir, DEFAULT_PATH.as_ref(), "terraform.tfstate.d".as_ref());
        let store = LocalStore::new(paths, name);
        store.withdraw(version).map_err(|error| store_diagnostic(&error))?;
    }
    Ok(())
}
