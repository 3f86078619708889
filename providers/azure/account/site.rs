//! One subscription: the client of its API and what the types need to know of it.

use crate::account::settings::Features;
use crate::arm::Arm;
use crate::arm::id::{Id, Kind};
use crate::storage::Accounts;
use std::fmt;
use trueup_provider_kit::SwitchedOff;

/// The subscription that a provider block works on.
pub(crate) struct Site {
    pub(crate) arm: Arm,
    pub(crate) subscription: String,
    /// What the provider block's features say.
    pub(crate) features: Features,
    /// The storage accounts of the subscription, for what names them by their names.
    pub(crate) accounts: Accounts,
    pub(crate) switched_off: SwitchedOff,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Site({})", self.subscription)
    }
}

impl Site {
    /// The id of something in the subscription.
    pub(crate) fn id(&self, kind: Kind, group: &str, names: &[&str]) -> Id {
        kind.id(&self.subscription, group, names)
    }
}
