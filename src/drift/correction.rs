//! What became of a correction.

use crate::decide::Decision;
use crate::left::{Left, Refused};
use std::collections::BTreeSet;
use trueup_addr::ResourceInstance;

/// What was brought back to what Git says, and what wasn't.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Correction {
    /// What was brought back, by address.
    pub corrected: Vec<ResourceInstance>,
    /// What was left as it is, and why, by address.
    pub left: Vec<(ResourceInstance, Left)>,
    /// Why nothing was corrected at all.
    pub refused: Option<Refused>,
    /// How many steps were done.
    pub steps: usize,
}

impl Correction {
    /// Before anything is done.
    pub fn of(decision: &Decision) -> Correction {
        Correction { left: decision.left.clone(), refused: decision.refused.clone(), ..Correction::default() }
    }

    /// Notes that these are left after all, all for the same reason.
    pub fn leave<'a>(&mut self, addresses: impl IntoIterator<Item = &'a ResourceInstance>, why: &Left) {
        self.left.extend(addresses.into_iter().map(|addr| (addr.clone(), why.clone())));
        self.left.sort_by(|one, other| one.0.cmp(&other.0));
    }

    /// Notes that a part of what was wanted was done, and the rest failed.
    pub fn broke_off(&mut self, wanted: &BTreeSet<ResourceInstance>, finished: &BTreeSet<ResourceInstance>) {
        self.corrected = wanted.intersection(finished).cloned().collect();
        self.leave(wanted.difference(finished), &Left::Failed);
    }
}
