//! How many calls may be under way at a time: fewer when the cloud throttles, more again while it doesn't.
//!
//! The limit rises by one for each round of answered calls and falls to half when one of a round is refused (additive
//! increase, multiplicative decrease): calls settle near the rate that the cloud takes, whoever else uses it up.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

/// Bounds the calls under way of one service with one provider configuration.
pub struct Limiter {
    state: Mutex<State>,
}

/// A call under way. Dropped without a word on how it went it leaves the limit as it is.
#[must_use = "the call counts as under way for as long as this lives"]
pub struct Passage {
    limiter: Arc<Limiter>,
    /// Calls that started before the last fall of the limit don't make it fall again.
    round: u64,
}

struct State {
    /// In thousandths of a call.
    limit: u32,
    ceiling: u32,
    under_way: u32,
    /// How many calls were let through.
    entered: u64,
    round: u64,
    /// The cloud wants no calls before.
    resumes: Option<Instant>,
    /// First come, first served.
    waiting: VecDeque<oneshot::Sender<Passage>>,
}

/// The longest pause that a cloud is granted, whatever it asks for.
const PAUSE_MAX: Duration = Duration::from_mins(15);

/// One call in the unit of limits.
const CALL: u32 = 1000;

impl Limiter {
    /// Starts with `start` calls at a time and never lets more than `ceiling` through; at least one always.
    pub fn new(start: u16, ceiling: u16) -> Arc<Limiter> {
        let ceiling = u32::from(ceiling.max(1)) * CALL;
        let state = State {
            limit: (u32::from(start.max(1)) * CALL).min(ceiling),
            ceiling,
            under_way: 0,
            entered: 0,
            round: 0,
            resumes: None,
            waiting: VecDeque::new(),
        };
        Arc::new(Limiter { state: Mutex::new(state) })
    }

    /// Waits for a place, and for the end of a pause that the cloud has asked for.
    pub async fn enter(self: &Arc<Self>) -> Passage {
        let (turn, place) = oneshot::channel();
        self.state().waiting.push_back(turn);
        self.admit();
        let passage = place.await.expect("who waits is let in before the queue goes");
        while let Some(until) = self.pause() {
            sleep_until(until).await;
        }
        self.state().entered += 1;
        passage
    }

    /// How many calls may be under way now.
    pub fn limit(&self) -> usize {
        self.state().places() as usize
    }

    /// How many calls were made so far.
    pub fn calls(&self) -> u64 {
        self.state().entered
    }

    /// Gives free places to those who wait.
    fn admit(self: &Arc<Self>) {
        loop {
            let mut state = self.state();
            if state.under_way >= state.places() {
                return;
            }
            let Some(turn) = state.waiting.pop_front() else { return };
            state.under_way += 1;
            let passage = Passage { limiter: self.clone(), round: state.round };
            drop(state);
            // Where nobody waits any more the passage is dropped, which frees the place.
            drop(turn.send(passage));
        }
    }

    fn pause(&self) -> Option<Instant> {
        self.state().resumes.filter(|until| Instant::now() < *until)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

impl State {
    fn places(&self) -> u32 {
        self.limit / CALL
    }
}

impl Passage {
    /// The cloud has answered: there is room for more.
    pub fn answered(self) {
        let mut state = self.limiter.state();
        state.limit = (state.limit + CALL * CALL / state.limit).min(state.ceiling);
        drop(state);
    }

    /// The cloud refused the call because there were too many, and wants none before `pause` is over.
    pub fn throttled(self, pause: Option<Duration>) {
        let mut state = self.limiter.state();
        if state.round == self.round {
            state.limit = (state.limit / 2).max(CALL);
            state.round += 1;
        }
        let until = pause.map(|pause| Instant::now() + pause.min(PAUSE_MAX));
        state.resumes = state.resumes.max(until);
        drop(state);
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        self.limiter.state().under_way -= 1;
        self.limiter.admit();
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        write!(f, "Limiter({} of {} under way)", state.under_way, state.places())
    }
}

impl fmt::Debug for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Passage({})", self.round)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    async fn enter_all(limiter: &Arc<Limiter>) -> Vec<Passage> {
        let mut all = Vec::new();
        for _ in 0..limiter.limit() {
            all.push(limiter.enter().await);
        }
        all
    }

    #[tokio::test]
    async fn the_limit_falls_once_a_round_and_rises_one_by_one() {
        let limiter = Limiter::new(16, 18);
        for passage in enter_all(&limiter).await {
            passage.throttled(None);
        }
        assert_eq!(limiter.limit(), 8);
        let mut limits = Vec::new();
        for _ in 0..5 {
            limiter.enter().await.throttled(None);
            limits.push(limiter.limit());
        }
        assert_eq!(limits, [4, 2, 1, 1, 1]);
        for expected in 2..=18 {
            for _ in 0..=limiter.limit() {
                limiter.enter().await.answered();
            }
            assert!(limiter.limit() <= expected && limiter.limit() >= expected - 1, "{expected}");
        }
        for _ in 0..100 {
            limiter.enter().await.answered();
        }
        assert_eq!(limiter.limit(), 18);
    }

    #[tokio::test]
    async fn no_more_enter_than_there_are_places() {
        let limiter = Limiter::new(2, 2);
        let (first, second) = (limiter.enter().await, limiter.enter().await);
        let mut gone = Box::pin(limiter.enter());
        let mut third = Box::pin(limiter.enter());
        let mut fourth = Box::pin(limiter.enter());
        assert!((&mut gone).now_or_never().is_none());
        assert!((&mut third).now_or_never().is_none());
        assert!((&mut fourth).now_or_never().is_none());
        drop(gone);
        drop(first);
        let third = (&mut third).now_or_never().expect("its turn has come");
        assert!((&mut fourth).now_or_never().is_none(), "the place of who has gone went to the third");
        second.throttled(None);
        assert!((&mut fourth).now_or_never().is_none(), "there is one place now");
        drop(third);
        assert!((&mut fourth).now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_place_given_to_someone_who_left_is_free_again() {
        let limiter = Limiter::new(1, 1);
        let first = limiter.enter().await;
        let mut second = Box::pin(limiter.enter());
        assert!((&mut second).now_or_never().is_none());
        drop(first);
        drop(second);
        assert!(limiter.enter().now_or_never().is_some());
        assert_eq!(limiter.calls(), 2, "who left made none");
    }

    #[tokio::test]
    async fn a_pause_holds_all_calls_back() {
        let limiter = Limiter::new(4, 4);
        limiter.enter().await.throttled(Some(Duration::ZERO));
        assert!(limiter.enter().now_or_never().is_some());
        limiter.enter().await.throttled(Some(Duration::from_mins(1)));
        limiter.enter().now_or_never().ok_or(()).expect_err("the minute isn't over");
    }
}
