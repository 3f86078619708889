//! What deleting means: an object's `deletion_policy`.

use crate::account::settings::Settings;
use trueup_provider_kit::{Fault, FaultKind, Fields, Object};

const POLICY: &str = "deletion_policy";

/// Whether deleting leaves the object as it is; a fault where it is not to be deleted.
pub(crate) fn is_left(object: &Object) -> Result<bool, Fault> {
    match object.text(POLICY) {
        Some("PREVENT") => {
            let message = format!("deletion_policy of {} is PREVENT", object.id_or_empty());
            let hint = "Set deletion_policy to DELETE and apply that first.";
            Err(Fault::new(FaultKind::Invalid, message).hint(hint))
        }
        policy => Ok(policy == Some("ABANDON")),
    }
}

/// What it is for an imported object: the provider block's.
pub(crate) fn import(settings: &Settings, object: &mut Object) {
    object.put_text(POLICY, Some(settings.deletion_policy.as_deref().unwrap_or("DELETE")));
}
