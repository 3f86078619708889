//! The store takes nothing more: the state is kept in a file that can be pushed, and the journal lets the next run
//! go on without.

use crate::cut::{Cut, Cutting};
use crate::stage::{Stage, destroying, errors, plan_and_apply};
use std::sync::Arc;
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::{LockOptions, PlanOptions, PushError, push};
use trueup_state::{State, wire};

const BEFORE: &str = "resource \"fake_thing\" \"kept\" {\n  name = \"kept\"\n}\n";
const AFTER: &str = r#"
resource "fake_thing" "kept" {
  name = "kept"
  size = 2
}
resource "fake_thing" "a" {
  name = "a"
}
resource "fake_thing" "b" {
  name      = "b"
  parent_id = fake_thing.a.id
}
output "b" {
  value = fake_thing.b.id
}
"#;

/// Applies with a store that fails at one of its writes, or from then on.
async fn failing(stage: &Stage, cut: Cut) -> Diagnostics {
    let session = stage.open().await;
    let mut session =
        session.around_store(|inner| Cutting::around(inner, cut, &Arc::default(), &Arc::default()));
    let outcome = plan_and_apply(&mut session, &PlanOptions::default()).await;
    drop(session.close().await);
    outcome.diagnostics
}

fn kept(stage: &Stage, name: &str) -> Option<State> {
    let bytes = std::fs::read(stage.path().join(name)).ok()?;
    Some(wire::read(&bytes).expect("what is kept is a whole state"))
}

async fn pushed(stage: &Stage, state: State) -> Result<(), String> {
    let locking = LockOptions { lock: true, timeout: Duration::ZERO };
    match push(&stage.world(), state, false, locking).await {
        Ok(()) => Ok(()),
        Err(PushError::Unfit(why)) => Err(why),
        Err(PushError::Failed(not)) => Err(errors(&not.diagnostics).join("\n")),
    }
}

/// Applies while the store fails, puts the state that was kept in place or goes on without; whether one was kept.
async fn check(cut: Cut, push_first: bool) -> bool {
    let told = format!("{cut:?}, pushed: {push_first}");
    let stage = Stage::new(BEFORE);
    stage.apply(&PlanOptions::default()).await;
    stage.configure(AFTER);
    let serial = stage.state().serial;
    let found = failing(&stage, cut).await;
    let said = found.iter().find(|d| d.summary == "Failed to persist state to backend");
    let state = kept(&stage, "errored.tfstate");
    assert_eq!(said.is_some_and(Diagnostic::is_error), state.is_some(), "{told}: {found:?}");
    let rescued = state.is_some();
    if let (Some(said), Some(state)) = (said, state) {
        assert!(said.detail.contains("errored.tfstate"), "{told}: {said:?}");
        let hint = said.hint.clone().unwrap_or_default();
        assert!(hint.contains("state push errored.tfstate"), "{told}: {hint}");
        assert_eq!((state.serial, &state.lineage), (serial + 1, &stage.state().lineage), "{told}");
        assert_eq!(state.objects().count(), stage.cloud.objects().len(), "{told}: nothing is missing");
        go_on(&stage, state, (push_first, &told)).await;
    }
    stage.apply(&PlanOptions::default()).await;
    stage.assert_settled(&told).await;
    assert_eq!(stage.created().len(), 3, "{told}: {:?}", stage.created());
    rescued
}

async fn go_on(stage: &Stage, state: State, (push_first, told): (bool, &str)) {
    if push_first {
        assert_eq!(pushed(stage, state).await, Ok(()), "{told}");
        assert_eq!(stage.state().objects().count(), stage.cloud.objects().len(), "{told}");
        return;
    }
    stage.apply(&PlanOptions::default()).await;
    // What is out of date by now can't be pushed over it any more.
    let there = stage.state();
    let refused = pushed(stage, state).await.is_err();
    assert!(refused || stage.state() == there, "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_state_that_can_not_be_written_is_kept_and_can_be_pushed() {
    let mut rescued = 0;
    for number in 1..=12 {
        for cut in [Cut::Fails(number), Cut::FailsFrom(number)] {
            rescued += usize::from(check(cut, true).await);
            rescued += usize::from(check(cut, false).await);
        }
    }
    assert!(rescued > 8, "{rescued}");
}

/// The file of one run is not lost to the next one's.
#[tokio::test(start_paused = true)]
async fn what_was_kept_before_stays() {
    let stage = Stage::new(BEFORE);
    // The second run writes first what the first one left.
    for (name, cut) in [("errored.tfstate", Cut::FailsFrom(3)), ("errored.2.tfstate", Cut::FailsFrom(6))] {
        assert!(kept(&stage, name).is_none());
        let found = failing(&stage, cut).await;
        stage.configure(AFTER);
        assert!(errors(&found).iter().any(|error| error.contains(name)), "{name} {found:?}");
        assert!(kept(&stage, name).is_some());
    }
    stage.apply(&destroying()).await;
    assert!(stage.cloud.objects().is_empty());
}
