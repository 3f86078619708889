//! State surgery: objects moved, forgotten, marked or given to another provider by hand, without any plan.
//!
//! What is to be done is worked out first, as changes on the state at hand; then all of it is recorded, or nothing.

mod marking;
mod moving;
mod pushing;

pub use marking::Mark;
pub use moving::Moved;
pub use pushing::{PushError, push};

use crate::backend::{local_only, state_file};
use crate::ledger::{Holding, Ledger};
use crate::load::{NotOpened, load_backend};
use crate::world::World;
use std::collections::BTreeSet;
use trueup_addr::{ProviderAddr, ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_state::{Change, State};
use trueup_store::Backup;

/// What a command of state surgery works on.
#[derive(Clone, Debug)]
pub struct SurgeryOptions {
    /// How the state is taken in hand.
    pub holding: Holding,
    /// A local state file instead of the configuration's backend.
    pub state: Option<String>,
    /// Another local state file that objects are moved to.
    pub state_out: Option<String>,
    /// Where that one is kept as it was.
    pub backup_out: Backup,
    /// `-backup` or the like was given, which only local states have.
    pub is_local_only: bool,
}

/// A state, and maybe another one that takes objects over, both locked.
pub struct Surgery {
    world: World,
    operation: String,
    from: Ledger,
    to: Option<Ledger>,
}

impl Surgery {
    /// Takes the states in hand.
    pub async fn open(world: &World, options: &SurgeryOptions) -> Result<Surgery, NotOpened> {
        let chosen = match &options.state {
            Some(path) => state_file(path),
            None => load_backend(world)?.1,
        };
        if chosen.kind != "local" && options.is_local_only {
            return Err(local_only(&chosen.kind).into());
        }
        let from = Ledger::open(world, &chosen, &options.holding).await?;
        let to = match &options.state_out {
            Some(path) if Some(path) != options.state.as_ref() => {
                let holding = Holding { backup: options.backup_out.clone(), ..options.holding.clone() };
                match Ledger::open(world, &state_file(path), &holding).await {
                    Ok(ledger) => Some(ledger),
                    Err(refused) => {
                        // Why the other state can't be had is what is told.
                        drop(from.close().await);
                        return Err(refused.into());
                    }
                }
            }
            _ => None,
        };
        Ok(Surgery { world: world.clone(), operation: options.holding.operation.clone(), from, to })
    }

    /// Whether there is a state at all.
    pub fn exists(&self) -> bool {
        self.from.exists()
    }

    /// The state at hand.
    pub fn state(&self) -> &State {
        self.from.state()
    }

    /// Works out what a move is: from an address to another, within the state or over to the other one.
    pub fn moving(&self, source: &str, destination: &str) -> Result<Moved, Diagnostics> {
        let to = self.to.as_ref().map_or(self.state(), Ledger::state);
        moving::work_out(self.state(), to, source, destination)
    }

    /// Carries a move out. The state that takes objects over is written first: whatever happens, nothing is lost.
    pub async fn carry_out(&mut self, moved: Moved) -> Result<(), Box<Diagnostic>> {
        let Moved { removals, arrivals, .. } = moved;
        match &mut self.to {
            None => {
                let changes: Vec<Change> = removals.into_iter().chain(arrivals).collect();
                self.from.record(&self.world, &self.operation, changes.into()).await
            }
            Some(to) => {
                self.from.refuse_in_flight()?;
                to.record(&self.world, &self.operation, arrivals.into()).await?;
                self.from.record(&self.world, &self.operation, removals.into()).await
            }
        }
    }

    /// The instances that addresses name, in order.
    pub fn named(&self, addresses: &[Target]) -> Vec<ResourceInstance> {
        let all: BTreeSet<ResourceInstance> = self.state().objects().map(|object| object.address()).collect();
        all.into_iter().filter(|addr| addresses.iter().any(|target| target.contains(addr))).collect()
    }

    /// Takes instances with all their objects out of the state; the real objects stay as they are.
    pub async fn forget(&mut self, instances: &[ResourceInstance]) -> Result<(), Box<Diagnostic>> {
        let changes: Vec<Change> = instances.iter().flat_map(|addr| removals(self.state(), addr)).collect();
        self.from.record(&self.world, &self.operation, changes.into()).await
    }

    /// Resources that a provider looks after, in order.
    pub fn looked_after_by(&self, provider: &ProviderAddr) -> Vec<String> {
        let resources = self.state().resources.iter();
        resources
            .filter(|(_, r)| r.provider.provider == *provider)
            .map(|(node, _)| node.to_string())
            .collect()
    }

    /// Gives a provider's resources to another.
    pub async fn replace_provider(
        &mut self,
        from: &ProviderAddr,
        to: &ProviderAddr,
    ) -> Result<(), Box<Diagnostic>> {
        let objects = self.state().objects().filter(|object| object.provider.provider == *from);
        let changes: Vec<Change> = objects
            .map(|object| {
                let mut provider = object.provider.clone();
                provider.provider = to.clone();
                let deposed = object.deposed.cloned();
                Change::Set { address: object.address(), deposed, provider, object: object.object.clone() }
            })
            .collect();
        self.from.record(&self.world, &self.operation, changes.into()).await
    }

    /// Gives the locks back.
    pub async fn close(self) -> Diagnostics {
        let mut all = self.from.close().await;
        if let Some(to) = self.to {
            all.append(to.close().await);
        }
        all
    }
}

/// What takes an instance with all its objects out.
fn removals(state: &State, address: &ResourceInstance) -> Vec<Change> {
    let Some(instance) = state.instance(address) else { return Vec::new() };
    let current = instance.current.iter().map(|_| None);
    let all = current.chain(instance.deposed.keys().cloned().map(Some));
    all.map(|deposed| Change::Remove { address: address.clone(), deposed }).collect()
}
