//! `state push`: a whole state document put in place of another.

use crate::ledger::{Holding, Ledger};
use crate::load::{NotOpened, load_backend};
use crate::world::World;
use trueup_diag::Diagnostic;
use trueup_state::{Action, Begun, State};
use trueup_store::Backup;

/// Why a state was not pushed.
pub enum PushError {
    /// It is not the successor of the one that is there; in Terraform's words.
    Unfit(String),
    /// Something went wrong.
    Failed(NotOpened),
}

impl<Reason: Into<NotOpened>> From<Reason> for PushError {
    fn from(reason: Reason) -> PushError {
        PushError::Failed(reason.into())
    }
}

/// Puts `state` in place of what the configuration's backend holds: with `force` whatever that is.
pub async fn push(
    world: &World,
    state: State,
    force: bool,
    locking: crate::LockOptions,
) -> Result<(), PushError> {
    let (_, chosen) = load_backend(world)?;
    let holding = Holding { operation: "state-push".into(), locking, backup: Backup::Beside };
    let mut ledger = Ledger::open(world, &chosen, &holding).await?;
    let outcome = push_held(world, &mut ledger, state, force).await;
    let closed = ledger.close().await;
    outcome?;
    if closed.has_errors() { Err(PushError::Failed(closed.into())) } else { Ok(()) }
}

async fn push_held(
    world: &World,
    ledger: &mut Ledger,
    mut state: State,
    force: bool,
) -> Result<(), PushError> {
    let there = &ledger.document;
    let same = state.same_content(there) && state.lineage == there.lineage;
    if !force {
        refuse_unsettled(ledger, &state)?;
        if let Some(why) = unfit(there, &state, same) {
            return Err(PushError::Unfit(why));
        }
    }
    if same && state.serial == there.serial && !ledger.unsettled {
        return Ok(());
    }
    // Terraform counts the push itself where it changes something.
    state.serial += u64::from(!state.same_content(there));
    if state.lineage.is_empty() {
        state.lineage = world.uuid();
    }
    Ok(ledger.replace(world, state).await?)
}

/// The state of the run that was interrupted says itself what became of its steps; any other one doesn't.
fn refuse_unsettled(ledger: &Ledger, state: &State) -> Result<(), Box<Diagnostic>> {
    let known = |begun: &Begun| begun.action != Action::Create || state.current(&begun.address).is_some();
    let same_run = state.lineage == ledger.state.lineage || ledger.document.lineage.is_empty();
    if same_run && ledger.in_flight.iter().all(known) { Ok(()) } else { ledger.refuse_in_flight() }
}

fn unfit(there: &State, state: &State, same: bool) -> Option<String> {
    if there.lineage.is_empty() {
        return None;
    }
    if !state.lineage.is_empty() && state.lineage != there.lineage {
        return Some(format!(
            "cannot import state with lineage \"{}\" over unrelated state with lineage \"{}\"",
            state.lineage, there.lineage
        ));
    }
    if state.serial < there.serial {
        return Some(format!(
            "cannot import state with serial {} over newer state with serial {}",
            state.serial, there.serial
        ));
    }
    if state.serial == there.serial && !same {
        return Some(format!(
            "cannot overwrite existing state with serial {} with a different state that has the same serial",
            there.serial
        ));
    }
    None
}
