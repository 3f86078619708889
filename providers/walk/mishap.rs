//! What goes wrong on the way to the fake and back, at which call.

use crate::{Fake, Reply, Request, Trouble};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
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
    /// The call is taken, and the long operation that it starts fails.
    Doomed,
}

impl Mishap {
    /// Those that a client is to get over by itself.
    pub const TRANSIENT: [Mishap; 5] =
        [Mishap::Throttled, Mishap::FailedBefore, Mishap::FailedAfter, Mishap::CutBefore, Mishap::CutAfter];

    /// Breaks with what comes instead of carrying a request out: an answer, or a cut connection.
    pub(crate) fn beforehand<F: Fake>(self, request: &Request) -> ControlFlow<Option<Reply>> {
        match self {
            Mishap::CutBefore => ControlFlow::Break(None),
            Mishap::FailedBefore => ControlFlow::Break(Some(F::refusal(request, Trouble::Internal))),
            Mishap::Throttled => ControlFlow::Break(Some(F::refusal(request, Trouble::Throttled))),
            Mishap::FailedAfter | Mishap::CutAfter | Mishap::Doomed => ControlFlow::Continue(()),
        }
    }

    /// What comes of the answer to a request that was carried out.
    pub(crate) fn afterwards<F: Fake>(self, request: &Request, reply: Option<Reply>) -> Option<Reply> {
        match self {
            Mishap::CutAfter => None,
            Mishap::FailedAfter => Some(F::refusal(request, Trouble::Internal)),
            _ => reply,
        }
    }
}

/// What goes wrong in a life.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ills {
    /// How many looks don't find a new thing.
    pub lag: u32,
    /// Calls that go wrong, counted from 0.
    pub calls: Vec<(usize, Mishap)>,
    /// What happens to each read, before it is made again.
    pub reads: Option<Mishap>,
}

impl Ills {
    /// Whether something fails for good: a person has to try again.
    pub fn is_doomed(&self) -> bool {
        self.calls.iter().any(|(_, mishap)| *mishap == Mishap::Doomed)
    }
}

/// What goes wrong, and what was called.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    ills: Ills,
    pub(crate) calls: Vec<String>,
    /// Reads that went wrong and weren't made again yet.
    failed: BTreeSet<Vec<u8>>,
}

impl Script {
    pub(crate) fn of(ills: Ills) -> Script {
        Script { ills, ..Script::default() }
    }

    /// Counts a request, and says what happens to it.
    pub(crate) fn of_request<F: Fake>(&mut self, request: &Request) -> Option<Mishap> {
        let name = F::name(request);
        let is_read = F::is_read(&name);
        let asked = [request.path.as_bytes(), b"?", request.query.as_bytes(), b"\n", &request.body].concat();
        self.next((name, is_read), asked)
    }

    /// Counts a call, and says what happens to it. `request` tells it from others of its name.
    fn next(&mut self, (name, is_read): (String, bool), request: Vec<u8>) -> Option<Mishap> {
        let number = self.calls.len();
        self.calls.push(name);
        if let Some(mishap) = self.ills.reads.filter(|_| is_read) {
            let is_again = self.failed.remove(&request) || !self.failed.insert(request);
            return (!is_again).then_some(mishap);
        }
        self.ills.calls.iter().find(|(at, _)| *at == number).map(|(_, mishap)| *mishap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_go_wrong_by_number_and_reads_before_each_repetition() {
        let ills = Ills { calls: vec![(1, Mishap::CutAfter)], ..Ills::default() };
        let mut script = Script::of(ills);
        let write = |script: &mut Script| script.next(("PUT".into(), false), b"a".to_vec());
        assert_eq!(
            [write(&mut script), write(&mut script), write(&mut script)],
            [None, Some(Mishap::CutAfter), None]
        );
        let mut script = Script::of(Ills { reads: Some(Mishap::Throttled), ..Ills::default() });
        let read = |script: &mut Script, of: &[u8]| script.next(("GET".into(), true), of.to_vec());
        let throttled = Some(Mishap::Throttled);
        assert_eq!(read(&mut script, b"a"), throttled);
        assert_eq!(read(&mut script, b"b"), throttled);
        assert_eq!(read(&mut script, b"a"), None, "it is made again");
        assert_eq!(write(&mut script), None);
        assert_eq!(read(&mut script, b"a"), throttled, "it is another read");
        assert_eq!(script.calls.join(" "), "GET GET GET PUT GET");
    }
}
