//! Calls that go wrong on purpose.

use super::cloud::{Call, State};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// An error; nothing was done.
    ErrorBefore,
    /// It was done, but the answer is lost: an error, and the object as it was before.
    ErrorAfter,
    /// No answer, and nothing was done: an error, and the object as it was before.
    Unanswered,
    /// It was done; the answer holds the object as it is now, and an error.
    Partial,
    /// The call hangs before anything is done, until [`super::FakeCloud::release`]; then it goes on as usual.
    Hang,
    /// The call hangs after it was done, until [`super::FakeCloud::release`]; then it answers as usual.
    HangAfter,
}

/// One planned fault: counts down to the call that it befalls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) call: Call,
    /// 1 is the next call of its kind.
    pub(super) left: u64,
    pub(super) effect: Effect,
}

/// The effect on this call, if a fault befalls it; others come one call closer.
pub(super) fn strike(faults: &mut Vec<Fault>, call: Call) -> Option<Effect> {
    let mut struck = None;
    faults.retain_mut(|fault| {
        if fault.call != call {
            return true;
        }
        fault.left -= 1;
        if fault.left == 0 && struck.is_none() {
            struck = Some(fault.effect);
        }
        fault.left > 0
    });
    struck
}

/// Those who wait for a release.
#[derive(Debug, Default)]
pub(super) struct Gate {
    releases: u64,
    wakers: Vec<Waker>,
    /// How many hang at the moment.
    pub(super) hanging: usize,
}

impl Gate {
    /// Lets everyone go who waits now.
    pub(super) fn release(&mut self) {
        self.releases += 1;
        self.wakers.drain(..).for_each(Waker::wake);
    }
}

/// Waits for the next release.
pub(super) struct Held {
    state: Arc<Mutex<State>>,
    /// How many releases there had been when the waiting began.
    since: u64,
}

impl Held {
    pub(super) fn new(state: &Arc<Mutex<State>>) -> Held {
        let mut locked = state.lock().unwrap_or_else(PoisonError::into_inner);
        locked.gate.hanging += 1;
        Held { since: locked.gate.releases, state: state.clone() }
    }
}

impl Future for Held {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.gate.releases > self.since {
            return Poll::Ready(());
        }
        state.gate.wakers.push(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).gate.hanging -= 1;
    }
}

/// Gives the runtime so many chances to do something else.
pub(super) async fn turns(count: u64) {
    let mut left = count;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
