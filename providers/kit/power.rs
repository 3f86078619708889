//! Machines that are off for a change, and on again after it whatever went wrong on the way.

use crate::{Deadline, Fault, FaultKind};
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// How long switching a machine on may take, whatever is left of the time for what it was off for.
const ON_MAX: Duration = Duration::from_mins(15);

/// Machines that ran and were switched off here, by their ids in small letters: they owe their being off to this run. That
/// outlasts a call: where one is made again after another that was never answered, the machine is off already, and is to be
/// on again all the same.
#[derive(Debug, Default)]
pub struct SwitchedOff(Mutex<BTreeSet<String>>);

impl SwitchedOff {
    /// Switches a machine off, does work on it, and switches it on again where it `runs` now, or ran when it was switched
    /// off here before: whatever came of the work, and of switching it off. `on` is called again where it gets no answer.
    ///
    /// # Errors
    ///
    /// All that failed, told together. That the machine is off in the end is never an end without an answer: a look at the
    /// machine could find all as it was planned, but for that.
    pub async fn during<F>(
        &self,
        (machine, runs): (&str, bool),
        off: impl Future<Output = Result<(), Fault>> + Send,
        work: impl Future<Output = Result<(), Fault>> + Send,
        on: impl Fn(Deadline) -> F + Send + Sync,
    ) -> Result<(), Fault>
    where
        F: Future<Output = Result<(), Fault>> + Send,
    {
        let key = machine.to_lowercase();
        if runs {
            self.all().insert(key.clone());
        }
        let is_owed = self.all().contains(&key);
        let outcome = match off.await {
            Ok(()) => work.await,
            Err(fault) => Err(fault),
        };
        if !is_owed {
            return outcome;
        }
        let deadline = Deadline::after(ON_MAX);
        let switched_on = deadline.retry(is_unanswered, || on(deadline)).await;
        if switched_on.is_ok() {
            self.all().remove(&key);
        }
        both(machine, outcome, switched_on)
    }

    fn all(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

/// What came of the work, and of switching the machine on after it.
fn both(machine: &str, outcome: Result<(), Fault>, on: Result<(), Fault>) -> Result<(), Fault> {
    let Err(still_off) = on else { return outcome };
    let fault = match outcome {
        Ok(()) => still_off,
        Err(fault) => {
            let message = format!("{}; and the machine is off, for {still_off}", fault.message);
            Fault { message, ..fault }
        }
    };
    let kind = if is_unanswered(&fault) { FaultKind::Other } else { fault.kind };
    let hint = format!("The machine was switched off for a change: start it. Its id is {machine}.");
    Err(Fault { kind, hint: Some(hint), ..fault })
}

fn is_unanswered(fault: &Fault) -> bool {
    fault.kind == FaultKind::Unanswered
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    type Outcome = Result<(), FaultKind>;

    /// One change: what comes of switching off, of the work, and of each attempt to switch on.
    async fn change(
        machines: &SwitchedOff,
        runs: bool,
        (off, work): (Outcome, Outcome),
        on: &[Outcome],
    ) -> (Result<(), (FaultKind, String)>, usize) {
        let fault = |what: &str, outcome: Outcome| outcome.map_err(|kind| Fault::new(kind, what));
        let attempts = AtomicUsize::new(0);
        let switch_on = |_| {
            let outcome = on[attempts.fetch_add(1, Ordering::Relaxed)];
            async move { fault("not on", outcome) }
        };
        let came = machines
            .during(
                ("M", runs),
                async { fault("not off", off) },
                async { fault("not done", work) },
                switch_on,
            )
            .await;
        let came =
            came.map_err(|fault| (fault.kind, format!("{fault} {}", fault.hint.clone().unwrap_or_default())));
        (came, attempts.load(Ordering::Relaxed))
    }

    #[tokio::test(start_paused = true)]
    async fn what_ran_is_on_again_whatever_went_wrong() {
        use FaultKind::{Invalid, Other, Unanswered};
        let good = (Ok(()), Ok(()));
        let machines = SwitchedOff::default();
        // One that was off stays off.
        assert_eq!(change(&machines, false, good, &[]).await, (Ok(()), 0));
        assert_eq!(change(&machines, true, good, &[Ok(())]).await, (Ok(()), 1));
        for first in [(Err(Unanswered), Ok(())), (Ok(()), Err(Unanswered)), (Ok(()), Err(Invalid))] {
            let (came, attempts) = change(&machines, true, first, &[Err(Unanswered), Ok(())]).await;
            let kind = first.0.and(first.1).expect_err("something fails");
            assert_eq!((came.map_err(|(kind, _)| kind), attempts), (Err(kind), 2), "{first:?}");
            assert_eq!(change(&machines, false, good, &[]).await, (Ok(()), 0), "nothing is owed");
        }
        // It can't be switched on: that is told, and owed.
        for (work, kind, words) in
            [(Ok(()), Invalid, "not on"), (Err(Unanswered), Other, "not done; and the machine is off")]
        {
            let (came, _) = change(&machines, true, (Ok(()), work), &[Err(Invalid)]).await;
            let (told_kind, told) = came.expect_err("it is off");
            assert!(
                told_kind == kind && told.contains(words) && told.contains("start it"),
                "{told_kind:?} {told}"
            );
            assert_eq!(change(&machines, false, good, &[Ok(())]).await, (Ok(()), 1), "it is owed");
        }
    }
}
