//! One subscription: the client of its API and what the types need to know of it.

use crate::account::settings::Features;
use crate::arm::Arm;
use crate::arm::id::{Id, Kind};
use crate::storage::Accounts;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;

/// The subscription that a provider block works on.
pub(crate) struct Site {
    pub(crate) arm: Arm,
    pub(crate) subscription: String,
    /// What the provider block's features say.
    pub(crate) features: Features,
    /// The storage accounts of the subscription, for what names them by their names.
    pub(crate) accounts: Accounts,
    /// Machines that ran and were switched off here, by their keys: they owe their being off to this run.
    pub(crate) switched_off: Mutex<BTreeSet<String>>,
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
