//! One after the other where one waits for another, side by side where not.

use std::collections::BTreeSet;
use std::future::Future;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Turn<T> {
    /// It was done; others may still have to be left out for it.
    Done(T),
    /// It waits for these, which failed or were left out themselves.
    LeftOut(BTreeSet<usize>),
    /// It had not begun when everything was to stop.
    Stopped,
}

/// More threads than this are of no use, and the runtime needs some for itself.
const AT_ONCE_MAX: usize = 128;

/// Does jobs, `at_once` at a time, each on a thread of its own; each begins as soon as those that it waits for have
/// ended. `work` says besides whether others may go on from it.
pub(crate) async fn in_order<T, W, F>(
    waits: &[BTreeSet<usize>],
    at_once: usize,
    is_stopped: impl Fn() -> bool,
    work: W,
) -> Vec<Turn<T>>
where
    T: Send + 'static,
    W: Fn(usize) -> F + Clone + Send + 'static,
    F: Future<Output = (T, bool)>,
{
    let mut turns: Vec<Option<Turn<T>>> = waits.iter().map(|_| None).collect();
    let mut good: BTreeSet<usize> = BTreeSet::new();
    let mut left: Vec<BTreeSet<usize>> = waits.to_vec();
    let mut ready: BTreeSet<usize> = (0..waits.len()).filter(|at| left[*at].is_empty()).collect();
    let mut running = JoinSet::new();
    let runtime = Handle::current();
    loop {
        while running.len() < at_once.clamp(1, AT_ONCE_MAX) && !is_stopped() {
            let Some(next) = ready.pop_first() else { break };
            let (work, runtime) = (work.clone(), runtime.clone());
            running.spawn_blocking(move || (next, runtime.block_on(work(next))));
        }
        let Some(ended) = running.join_next().await else { break };
        let (at, (value, is_good)) = match ended {
            Ok(ended) => ended,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        turns[at] = Some(Turn::Done(value));
        if is_good {
            good.insert(at);
        }
        settle(at, (waits, &mut left), &good, (&mut ready, &mut turns));
    }
    turns.into_iter().map(|turn| turn.unwrap_or(Turn::Stopped)).collect()
}

/// Lets go of what waited for a job that has ended; what waited for a failed one is left out, and what waited for that.
fn settle<T>(
    ended: usize,
    (waits, left): (&[BTreeSet<usize>], &mut [BTreeSet<usize>]),
    good: &BTreeSet<usize>,
    (ready, turns): (&mut BTreeSet<usize>, &mut [Option<Turn<T>>]),
) {
    let mut ends = vec![ended];
    while let Some(end) = ends.pop() {
        for at in 0..waits.len() {
            if !left[at].remove(&end) || !left[at].is_empty() {
                continue;
            }
            let failed: BTreeSet<usize> = waits[at].difference(good).copied().collect();
            if failed.is_empty() {
                ready.insert(at);
            } else {
                turns[at] = Some(Turn::LeftOut(failed));
                ends.push(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Turn, in_order};
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex, PoisonError};
    use tokio::runtime::Builder;

    /// Runs jobs that wait for others; gives what came of each and the order of beginnings and ends.
    fn check(waits: &[&[usize]], at_once: usize, bad: &[usize]) -> (Vec<Turn<usize>>, Vec<String>) {
        let waits: Vec<BTreeSet<usize>> = waits.iter().map(|all| all.iter().copied().collect()).collect();
        let told = Arc::new(Mutex::new(Vec::new()));
        let bad: BTreeSet<usize> = bad.iter().copied().collect();
        let say = {
            let told = told.clone();
            move |text: String| told.lock().unwrap_or_else(PoisonError::into_inner).push(text)
        };
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let turns = runtime.block_on(in_order(
            &waits,
            at_once,
            || false,
            move |at| {
                let (say, good) = (say.clone(), !bad.contains(&at));
                async move {
                    say(format!("+{at}"));
                    tokio::task::yield_now().await;
                    say(format!("-{at}"));
                    (at, good)
                }
            },
        ));
        let told = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (turns, told)
    }

    #[test]
    fn jobs_wait_for_others_and_are_left_out_with_them() {
        let out = |all: &[usize]| Turn::LeftOut(all.iter().copied().collect());
        let (turns, told) = check(&[&[], &[0], &[1]], 4, &[]);
        assert_eq!(turns, [0, 1, 2].map(Turn::Done));
        assert_eq!(told, ["+0", "-0", "+1", "-1", "+2", "-2"]);
        let (turns, told) = check(&[&[], &[], &[]], 1, &[]);
        assert_eq!(turns, [0, 1, 2].map(Turn::Done));
        assert_eq!(told, ["+0", "-0", "+1", "-1", "+2", "-2"], "one at a time");
        let (turns, _) = check(&[&[], &[0], &[1], &[], &[3, 2]], 4, &[0]);
        assert_eq!(turns, [Turn::Done(0), out(&[0]), out(&[1]), Turn::Done(3), out(&[2])]);
        let (turns, _) = check(&[&[2], &[2], &[]], 1, &[2]);
        assert_eq!(turns, [out(&[2]), out(&[2]), Turn::Done(2)]);
    }

    #[test]
    fn several_are_done_at_once() {
        let together = Arc::new(std::sync::Barrier::new(3));
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let waits = vec![BTreeSet::new(); 3];
        let turns = runtime.block_on(in_order(
            &waits,
            3,
            || false,
            move |at| {
                let together = together.clone();
                async move {
                    // None of them goes on before all of them have begun.
                    together.wait();
                    (at, true)
                }
            },
        ));
        assert_eq!(turns, [0, 1, 2].map(Turn::Done));
    }

    #[test]
    fn nothing_begins_once_all_is_to_stop() {
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let waits = vec![BTreeSet::new(), BTreeSet::from([0])];
        let turns = runtime.block_on(in_order(&waits, 1, || true, |at| async move { (at, true) }));
        assert_eq!(turns, [Turn::Stopped, Turn::Stopped]);
    }
}
