//! Creating, changing and deleting, as the types here do it.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::Id;
use crate::arm::mark::exists;
use crate::arm::operation::{Underway, failure};
use crate::arm::{Arm, Condition};
use serde_json::Value as Json;
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use trueup_login::azure::is_passing;
use trueup_provider_kit::{Backoff, Call, Fault, FaultKind, Object};

/// How long what a creation refers to may not be known everywhere.
const EARLY: Duration = Duration::from_secs(10);
/// How often something is read and written anew because others wrote in between.
const ROUNDS_MAX: u32 = 20;

impl Arm {
    /// Waits until nothing else is written here to what the id is part of.
    pub(crate) async fn turn(&self, id: &Id) -> OwnedMutexGuard<()> {
        self.turn_of(id.root()).await
    }

    /// Waits for the turn of something that isn't a resource.
    pub(crate) async fn turn_of(&self, key: String) -> OwnedMutexGuard<()> {
        self.locks.turn(key).await
    }
}

/// Creates what isn't there yet; what is there is refused. The object has its id as soon as the creation is accepted.
pub(crate) async fn create(
    call: &Call<'_, Site>,
    id: &Id,
    object: &mut Object,
    body: &Json,
) -> Result<Json, Fault> {
    let arm = &call.site.arm;
    let _turn = arm.turn(id).await;
    if arm.get(id, id.kind.version).await?.is_some() {
        return Err(exists(id));
    }
    let underway = accepted(call, id, body, Condition::New).await.map_err(|fault| match fault.kind {
        FaultKind::Exists => exists(id),
        _ => fault,
    })?;
    object.put_text("id", Some(id.to_string()));
    underway.settle(arm, (id, id.kind.version), call.deadline).await
}

/// Changes what is there: what `edit` doesn't touch stays as it is, whoever set it. What others write in between isn't
/// lost: it is read and changed anew.
pub(crate) async fn change(
    call: &Call<'_, Site>,
    id: &Id,
    edit: impl Fn(&mut Json) -> Result<(), Fault> + Send + Sync,
) -> Result<Json, Fault> {
    let arm = &call.site.arm;
    let _turn = arm.turn(id).await;
    let mut backoff = Backoff::short();
    for round in 1.. {
        let found = arm.rest((id, id.kind.version), call.deadline).await?.ok_or_else(|| gone(id))?;
        let mut wanted = found.clone();
        edit(&mut wanted)?;
        // What a write without an answer has done, it may have failed to do in the end.
        let has_failed = failure(&found).is_some();
        if wanted == found && !has_failed {
            return Ok(found);
        }
        let etag = found.word("/etag");
        match accepted(call, id, &wanted, Condition::Unchanged(etag)).await {
            Ok(underway) => return underway.settle(arm, (id, id.kind.version), call.deadline).await,
            Err(fault) if fault.kind != FaultKind::Exists || round == ROUNDS_MAX => return Err(fault),
            Err(_) => backoff.pause().await,
        }
    }
    unreachable!("the last round returns")
}

/// Deletes; what isn't there is deleted already. Refusals that pass are waited out by the caller of resources.
pub(crate) async fn delete(call: &Call<'_, Site>, id: &Id) -> Result<(), Fault> {
    let arm = &call.site.arm;
    let _turn = arm.turn(id).await;
    if let Some(underway) = arm.delete((id, id.kind.version)).await? {
        underway.settle(arm, (id, id.kind.version), call.deadline).await?;
    }
    Ok(())
}

/// Sends a write until it is accepted: other writes to what it touches come to an end, and what was made a moment ago
/// becomes known everywhere.
async fn accepted(
    call: &Call<'_, Site>,
    id: &Id,
    body: &Json,
    condition: Condition<'_>,
) -> Result<Underway, Fault> {
    let arm = &call.site.arm;
    let early = call.deadline.within(EARLY);
    let mut has_registered = false;
    let mut backoff = Backoff::short();
    loop {
        let fault = match arm.put((id, id.kind.version), body, condition).await {
            Ok(underway) => return Ok(underway),
            Err(fault) => fault,
        };
        let is_busy = is_passing(&fault) && !call.deadline.is_past();
        let is_early = is_unknown_yet(&fault) && !early.is_past();
        if !is_busy && !is_early {
            let place = (id.subscription.as_str(), id.kind.provider);
            if has_registered || !arm.register_for(&fault, place).await? {
                return Err(fault);
            }
            has_registered = true;
        }
        backoff.pause().await;
    }
}

/// Whether a write was refused because of something that isn't there, or not yet everywhere.
fn is_unknown_yet(fault: &Fault) -> bool {
    fault.is_not_found()
        || ["InvalidResourceReference", "LinkedInvalidPropertyId"].contains(&fault.code.as_str())
}

/// The fault of a change of what is no longer there.
fn gone(id: &Id) -> Fault {
    Fault::new(FaultKind::NotFound, format!("{id} is no longer there"))
        .hint("Run plan again: it will be made anew.")
}

/// How long things may take where the reference gives them half an hour.
pub(crate) const HALF_HOUR: Duration = Duration::from_mins(30);
