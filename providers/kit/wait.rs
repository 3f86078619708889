//! Waiting: deadlines, growing pauses, and trying again.

use crate::{Fault, FaultKind};
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

const SPAN_MAX: Duration = Duration::from_hours(100 * 365 * 24);

/// When to give up.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    at: Instant,
    span: Duration,
}

/// Pauses that double up to a limit.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    next: Duration,
    max: Duration,
}

impl Deadline {
    /// So long from now.
    pub fn after(span: Duration) -> Deadline {
        // Nobody waits for longer than a hundred years, and the clock has an end.
        let span = span.min(SPAN_MAX);
        Deadline { at: Instant::now() + span, span }
    }

    /// Whether it is over.
    pub fn is_past(&self) -> bool {
        Instant::now() >= self.at
    }

    /// The earlier of this and so long from now.
    pub fn within(self, span: Duration) -> Deadline {
        let other = Deadline::after(span);
        if other.at < self.at { other } else { self }
    }

    /// Asks until there is an answer: `check` answers None while there is none. `what` completes "waiting for".
    pub async fn until<T, F>(&self, what: &str, mut check: impl FnMut() -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<Option<T>, Fault>>,
    {
        let mut backoff = Backoff::short();
        loop {
            if let Some(answer) = check().await? {
                return Ok(answer);
            }
            if self.is_past() {
                let message = format!("it didn't happen within {}", words(self.span));
                return Err(Fault::new(FaultKind::TimedOut, message).during(format!("waiting for {what}")));
            }
            backoff.pause().await;
        }
    }

    /// What comes of something that may go on until then and no longer.
    pub async fn bound<T>(&self, doing: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        timeout_at(self.at, doing).await.unwrap_or_else(|_| {
            let message = format!("it was not done within {}", words(self.span));
            Err(Fault::new(FaultKind::TimedOut, message))
        })
    }

    /// Tries until it works or fails for another reason than `retry` names.
    pub async fn retry<T, F>(
        &self,
        retry: impl Fn(&Fault) -> bool,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let mut backoff = Backoff::short();
        loop {
            match attempt().await {
                Err(fault) if retry(&fault) && !self.is_past() => backoff.pause().await,
                outcome => return outcome,
            }
        }
    }
}

impl Backoff {
    /// From 0.1 s to 5 s: for things that take seconds to minutes.
    pub fn short() -> Backoff {
        Backoff { next: Duration::from_millis(100), max: Duration::from_secs(5) }
    }

    /// Sleeps, longer each time.
    pub async fn pause(&mut self) {
        sleep(self.next).await;
        self.next = (self.next * 2).min(self.max);
    }
}

fn words(span: Duration) -> String {
    let seconds = span.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, s) => format!("{s} s"),
        (m, 0) => format!("{m} min"),
        (m, s) => format!("{m} min {s} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_ends_with_the_answer_or_the_deadline() {
        let mut count = 0;
        let deadline = Deadline::after(Duration::from_secs(1));
        let answer = deadline.until("the count", || {
            count += 1;
            let answer = (count == 3).then_some(count);
            async move { Ok(answer) }
        });
        assert_eq!(answer.await, Ok(3));
        let never = deadline.until("nothing", || async { Ok(None::<()>) }).await.expect_err("it never comes");
        assert_eq!(never.to_string(), "waiting for nothing: it didn't happen within 1 s");
        assert_eq!(deadline.bound(async { Ok(3) }).await, Ok(3));
        let late =
            deadline.bound(std::future::pending::<Result<(), Fault>>()).await.expect_err("it never comes");
        assert_eq!(
            (late.kind, late.to_string().as_str()),
            (FaultKind::TimedOut, "it was not done within 1 s")
        );
    }

    #[tokio::test]
    async fn only_the_named_failure_is_tried_again() {
        let deadline = Deadline::after(Duration::from_mins(1));
        let mut faults = vec![FaultKind::Denied, FaultKind::InUse, FaultKind::InUse];
        let outcome: Result<(), Fault> = deadline
            .retry(
                |fault| fault.kind == FaultKind::InUse,
                || {
                    let kind = faults.pop().expect("it stops at the denial");
                    async move { Err(Fault::new(kind, "no")) }
                },
            )
            .await;
        assert_eq!(outcome.map_err(|f| f.kind), Err(FaultKind::Denied));
    }
}
