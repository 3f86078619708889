//! Pull requests: opened once, read until the forge knows whether they can be merged.

use crate::error::{ForgeError, ForgeErrorKind};
use crate::forge::{Forge, Mergeable, NewPull, Pull, PullState};
use std::time::Duration;

const TRIES_MAX: u32 = 4;
/// Forges find out whether something can be merged when somebody asks.
const LOOKS_MAX: u32 = 6;

/// Opens a pull request, unless there is one from the branch to the other already, which is given then as it stands.
///
/// # Errors
/// The forge's failures.
pub async fn open_pull(forge: &dyn Forge, new: &NewPull) -> Result<Pull, ForgeError> {
    let mut tries = 1;
    loop {
        if let Some(pull) = forge.pull_between(&new.branch, &new.base).await? {
            return Ok(pull);
        }
        match forge.create_pull(new).await {
            Ok(pull) => return Ok(pull),
            Err(error) if error.kind == ForgeErrorKind::Unanswered && tries < TRIES_MAX => {}
            Err(error) => return Err(error),
        }
        forge.pace().pause(Duration::from_secs(1 << tries)).await;
        tries += 1;
    }
}

/// A pull request, looked at again for a while where the forge hasn't found out yet whether it can be merged.
///
/// # Errors
/// The forge's failures.
pub async fn settled_pull(forge: &dyn Forge, number: u64) -> Result<Pull, ForgeError> {
    let mut looks = 1;
    loop {
        let pull = forge.pull(number).await?;
        let is_settled = pull.mergeable != Mergeable::Unknown || pull.state != PullState::Open;
        if is_settled || looks == LOOKS_MAX {
            return Ok(pull);
        }
        forge.pace().pause(Duration::from_secs(1 << looks.min(4))).await;
        looks += 1;
    }
}
