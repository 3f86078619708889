//! A person stops a run: once, and what is in flight ends; twice, and the next run finds out what became of it.

use crate::stage::{Stage, errors, plan_and_apply};
use trueup_engine::{ApplyOutcome, Interrupt, PlanOptions};
use trueup_provider::fake::{Call, Effect};

const CONFIG: &str = r#"
resource "fake_thing" "a" {
  name = "a"
}
resource "fake_thing" "b" {
  name      = "b"
  parent_id = fake_thing.a.id
}
resource "fake_thing" "c" {
  name      = "c"
  parent_id = fake_thing.b.id
}
output "c" {
  value = fake_thing.c.id
}
"#;

/// Interrupts an apply while its second creation hangs; then lets the call go on where that was a polite request.
async fn interrupted(effect: Effect, wishes: &[Interrupt]) -> (Stage, ApplyOutcome) {
    let stage = Stage::new(CONFIG);
    stage.cloud.fail(Call::Create, 2, effect);
    let mut session = stage.open().await;
    let hurry = async {
        while stage.cloud.hanging() == 0 {
            tokio::task::yield_now().await;
        }
        for wish in wishes {
            stage.interrupt.send_replace(*wish);
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
        }
        if wishes.last() == Some(&Interrupt::Graceful) {
            stage.cloud.release();
        }
    };
    let options = PlanOptions::default();
    let (outcome, ()) = tokio::join!(plan_and_apply(&mut session, &options), hurry);
    drop(session.close().await);
    stage.interrupt.send_replace(Interrupt::None);
    (stage, outcome)
}

#[tokio::test(start_paused = true)]
async fn the_first_interrupt_finishes_what_is_in_flight() {
    for effect in [Effect::Hang, Effect::HangAfter] {
        let (stage, outcome) = interrupted(effect, &[Interrupt::Graceful]).await;
        assert!(outcome.interrupted);
        assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new());
        assert_eq!(
            stage.names(),
            ["a", "b"],
            "{effect:?}: what was in flight ended, and nothing new was begun"
        );
        stage.assert_true("interrupted once");
        stage.apply(&PlanOptions::default()).await;
        stage.assert_settled("after the interrupt").await;
        assert_eq!(stage.created().len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_interrupt_stops_at_once_and_the_next_run_recovers() {
    for effect in [Effect::Hang, Effect::HangAfter] {
        let (stage, outcome) = interrupted(effect, &[Interrupt::Graceful, Interrupt::Immediate]).await;
        assert!(outcome.interrupted);
        let state = stage.state();
        assert_eq!(state.objects().count(), 1, "{effect:?}: the document has what was done");
        stage.apply(&PlanOptions::default()).await;
        stage.assert_settled("after the second interrupt").await;
        assert_eq!(stage.created().len(), 3, "{effect:?}: {:?}", stage.created());
    }
}

/// Who interrupts while a plan is made gets no plan, and nothing is begun.
#[tokio::test(start_paused = true)]
async fn an_interrupt_stops_planning() {
    let stage = Stage::new(CONFIG);
    stage.interrupt.send_replace(Interrupt::Graceful);
    let outcome = stage.try_apply(&PlanOptions::default()).await;
    assert!(errors(&outcome.diagnostics)[0].contains("Operation canceled"), "{:?}", outcome.diagnostics);
    assert!(stage.names().is_empty());
    // The same between plan and apply.
    stage.interrupt.send_replace(Interrupt::None);
    let mut session = stage.open().await;
    let planned = session.plan(&PlanOptions::default()).await;
    stage.interrupt.send_replace(Interrupt::Graceful);
    let outcome = trueup_engine::apply(&mut session, &planned.plan, "hash", 10).await;
    drop(session.close().await);
    assert!(outcome.interrupted && stage.names().is_empty(), "{:?}", stage.names());
}

/// Outputs that could not be evaluated any more keep what they were.
#[tokio::test(start_paused = true)]
async fn outputs_outlive_an_interrupt() {
    let stage = Stage::new(CONFIG);
    stage.apply(&PlanOptions::default()).await;
    let before = stage.state().outputs;
    assert_eq!(before.len(), 1);
    stage.configure(&CONFIG.replace("name = \"a\"", "name = \"a\"\n  size = 3"));
    stage.cloud.fail(Call::Update, 1, Effect::Hang);
    let mut session = stage.open().await;
    let hurry = async {
        while stage.cloud.hanging() == 0 {
            tokio::task::yield_now().await;
        }
        stage.interrupt.send_replace(Interrupt::Immediate);
    };
    let options = PlanOptions::default();
    let (outcome, ()) = tokio::join!(plan_and_apply(&mut session, &options), hurry);
    drop(session.close().await);
    assert!(outcome.interrupted);
    assert_eq!(stage.state().outputs, before);
}
