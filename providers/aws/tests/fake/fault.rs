//! What goes wrong on the way to the fake and back, at which call.

use std::collections::BTreeSet;

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// Refused: too many requests.
    Throttled,
    /// An internal error, and nothing was done.
    FailedBefore,
    /// An internal error, and it was done all the same.
    FailedAfter,
    /// The connection is cut before the call is taken.
    CutBefore,
    /// The connection is cut instead of the answer.
    CutAfter,
}

impl Mishap {
    pub(crate) const ALL: [Mishap; 5] =
        [Mishap::Throttled, Mishap::FailedBefore, Mishap::FailedAfter, Mishap::CutBefore, Mishap::CutAfter];
}

/// What goes wrong in a life.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ills {
    /// How many looks don't find a new thing.
    pub(crate) lag: u32,
    /// Calls that go wrong, counted from 0.
    pub(crate) calls: Vec<(usize, Mishap)>,
    /// What happens to each read, before it is made again.
    pub(crate) reads: Option<Mishap>,
}

/// What goes wrong, and what was called.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub(crate) ills: Ills,
    pub(crate) calls: Vec<String>,
    /// Reads that went wrong and weren't made again yet.
    failed: BTreeSet<Vec<u8>>,
}

impl Script {
    pub(crate) fn of(ills: Ills) -> Script {
        Script { ills, ..Script::default() }
    }

    /// Counts a call, and says what happens to it. `request` tells it from others of its name.
    pub(crate) fn next(&mut self, name: &str, request: Vec<u8>) -> Option<Mishap> {
        let number = self.calls.len();
        self.calls.push(name.to_owned());
        if let Some(mishap) = self.ills.reads.filter(|_| is_read(name)) {
            let is_again = self.failed.remove(&request) || !self.failed.insert(request);
            return (!is_again).then_some(mishap);
        }
        self.ills.calls.iter().find(|(at, _)| *at == number).map(|(_, mishap)| *mishap)
    }
}

/// Whether a call changes nothing.
pub(crate) fn is_read(name: &str) -> bool {
    ["Describe", "Get", "List", "HEAD", "GET"].iter().any(|verb| name.starts_with(verb))
}
