//! What is kept beside a state: the commit that was applied last, and what was corrected when.

use crate::Commit;
use std::collections::BTreeMap;
use trueup_addr::ResourceInstance;

/// A small document beside the state. It may be missing, and then nothing is known; it may be of an earlier state, and
/// then it says so by its serial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The lineage of the state; one of another lineage is of another state.
    pub lineage: String,
    /// The serial of the state after the run that wrote this.
    pub serial: u64,
    /// What was applied last.
    pub applied: Option<AppliedCommit>,
    /// What was brought back to what Git says, the oldest first.
    pub corrections: Vec<Corrected>,
}

/// The commit that was applied last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppliedCommit {
    /// The commit.
    pub commit: Commit,
    /// When, in RFC 3339.
    pub time: String,
    /// All of it was: no targets, and no error.
    pub whole: bool,
}

/// One correction of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    /// The instance.
    pub address: ResourceInstance,
    /// When, in RFC 3339.
    pub time: String,
}

impl Record {
    /// So many corrections of one object are kept, the latest.
    pub const CORRECTIONS_MAX: usize = 100;

    /// Adds corrections; of an object that has too many the oldest are dropped.
    pub fn corrected(&mut self, addresses: impl IntoIterator<Item = ResourceInstance>, time: &str) {
        let more = addresses.into_iter().map(|address| Corrected { address, time: time.to_owned() });
        self.corrections.extend(more);
        let mut over: BTreeMap<ResourceInstance, usize> = BTreeMap::new();
        for one in &self.corrections {
            *over.entry(one.address.clone()).or_default() += 1;
        }
        over.retain(|_, count| {
            *count = count.saturating_sub(Record::CORRECTIONS_MAX);
            *count > 0
        });
        self.corrections.retain(|one| match over.get_mut(&one.address).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                false
            }
            None => true,
        });
    }
}
