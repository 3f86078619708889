//! What is ephemeral is opened, used, closed and stored nowhere; data sources of checks are read at the end.

use crate::stage::{Stage, errors};
use trueup_engine::{Interrupt, PlanOptions};
use trueup_provider::fake::{Call, Effect};

const SECRETS: &str = r#"
ephemeral "fake_secret" "s" {
  name  = "door"
  lives = true
}
resource "fake_thing" "keeper" {
  name  = "keeper"
  token = ephemeral.fake_secret.s.value
}
provider "fake" {
  region = "main"
}
resource "fake_thing" "after" {
  name       = "after"
  parent_id  = fake_thing.keeper.id
}
"#;

#[tokio::test]
async fn secrets_are_opened_and_closed_and_stored_nowhere() {
    let stage = Stage::new(SECRETS);
    let planned = stage.plan(&PlanOptions::default()).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    assert_eq!((stage.cloud.count(Call::Open), stage.cloud.count(Call::Close)), (1, 1));
    stage.apply(&PlanOptions::default()).await;
    // Once more for the plan of this apply, and once for the apply itself.
    assert_eq!((stage.cloud.count(Call::Open), stage.cloud.count(Call::Close)), (3, 3));
    let state = String::from_utf8(trueup_state::wire::v4::write(&stage.state()).into()).expect("text");
    assert!(!state.contains("secret of door"), "{state}");
    assert!(!state.contains("ephemeral"), "{state}");
    assert!(state.contains("\"token\": null"), "{state}");
    stage.assert_settled("secrets").await;
}

/// Each configuration is refused, and nothing is made.
#[tokio::test]
async fn where_ephemeral_values_may_not_go() {
    let check = async |config: &str, expected: &str| {
        let secret = "ephemeral \"fake_secret\" \"s\" {\n  name = \"n\"\n}\n";
        let stage = Stage::new(&format!("{secret}{config}"));
        let planned = stage.plan(&PlanOptions::default()).await;
        let found = errors(&planned.diagnostics);
        assert!(found.iter().any(|error| error.contains(expected)), "{config}\n{found:?}");
        assert_eq!(stage.cloud.count(Call::Close), stage.cloud.count(Call::Open), "{config}");
    };
    let value = "ephemeral.fake_secret.s.value";
    check(
        &format!("resource \"fake_thing\" \"a\" {{\n  name = {value}\n}}"),
        "Invalid use of ephemeral value",
    )
    .await;
    check(&format!("output \"o\" {{\n  value = {value}\n}}"), "Ephemeral value not allowed").await;
    let root = format!("output \"o\" {{\n  value = {value}\n  ephemeral = true\n}}");
    check(&root, "Ephemeral output not allowed").await;
    let counted =
        "resource \"fake_thing\" \"a\" {\n  name = \"a\"\n  count = length(ephemeral.fake_secret.s.value)\n}";
    check(counted, "Invalid count argument").await;
    check("ephemeral \"fake_nothing\" \"n\" {\n}", "Invalid ephemeral resource").await;
}

#[tokio::test]
async fn a_secret_that_does_not_open_stops_what_needs_it() {
    let stage = Stage::new(SECRETS);
    stage.cloud.fail(Call::Open, 1, Effect::ErrorBefore);
    let planned = stage.plan(&PlanOptions::default()).await;
    assert_eq!(errors(&planned.diagnostics).len(), 1);
    stage.cloud.reset_calls();
    stage.cloud.fail(Call::Close, 2, Effect::ErrorBefore);
    let outcome = stage.try_apply(&PlanOptions::default()).await;
    assert_eq!(errors(&outcome.diagnostics).len(), 1, "that it does not close is told");
    assert_eq!(stage.created().len(), 2, "and everything else is done");
}

const CHECKED: &str = r#"
resource "fake_thing" "a" {
  name = "a"
  size = 3
}
check "there" {
  data "fake_lookup" "found" {
    name = "a"
  }
  assert {
    condition     = data.fake_lookup.found.size == 4
    error_message = "not four but ${data.fake_lookup.found.size}"
  }
}
"#;

#[tokio::test]
async fn data_of_checks_is_read_at_the_end_and_its_errors_are_warnings() {
    let stage = Stage::new(CHECKED);
    let planned = stage.plan(&PlanOptions::default()).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    let checks = planned.plan.checks.expect("there is a check");
    assert!(checks.contains("\"fail\"") && checks.contains("No such thing: "), "{checks}");
    let outcome = stage.try_apply(&PlanOptions::default()).await;
    assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new());
    let told: Vec<&str> = outcome.diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert_eq!(told.last(), Some(&"not four but 3"), "the thing is there when the check looks: {told:?}");
    let checks = stage.state().checks.expect("it is kept");
    assert!(checks.contains("not four but 3"), "{checks}");
}

/// Who interrupts while a secret is being opened gets it closed again, and no renewal goes on.
#[tokio::test(start_paused = true)]
async fn what_opens_while_a_person_interrupts_is_closed() {
    for effect in [Effect::Hang, Effect::HangAfter] {
        let stage = Stage::new(SECRETS);
        stage.cloud.fail(Call::Open, 1, effect);
        let mut session = stage.open().await;
        let hurry = async {
            while stage.cloud.hanging() == 0 {
                tokio::task::yield_now().await;
            }
            stage.interrupt.send_replace(Interrupt::Graceful);
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            stage.cloud.release();
        };
        let options = PlanOptions::default();
        let (planned, ()) = tokio::join!(session.plan(&options), hurry);
        assert!(errors(&planned.diagnostics)[0].contains("Operation canceled"), "{:?}", planned.diagnostics);
        assert_eq!((stage.cloud.count(Call::Open), stage.cloud.count(Call::Close)), (1, 1), "{effect:?}");
        let renewals = stage.cloud.count(Call::Renew);
        tokio::time::sleep(std::time::Duration::from_mins(1)).await;
        assert_eq!(stage.cloud.count(Call::Renew), renewals, "{effect:?}");
        drop(session.close().await);
    }
}

/// Who stops an apply at once waits for nothing; nothing is kept alive then either.
#[tokio::test(start_paused = true)]
async fn nothing_is_kept_alive_after_an_apply_that_was_stopped_at_once() {
    let stage = Stage::new(SECRETS);
    let mut session = stage.open().await;
    let planned = session.plan(&PlanOptions::default()).await;
    stage.cloud.reset_calls();
    stage.cloud.fail(Call::Create, 1, Effect::Hang);
    let hurry = async {
        while stage.cloud.hanging() == 0 {
            tokio::task::yield_now().await;
        }
        stage.interrupt.send_replace(Interrupt::Immediate);
    };
    let (outcome, ()) = tokio::join!(trueup_engine::apply(&mut session, &planned.plan, "hash", 10), hurry);
    assert!(outcome.interrupted);
    assert_eq!((stage.cloud.count(Call::Open), stage.cloud.count(Call::Renew)), (1, 0));
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    assert_eq!(stage.cloud.count(Call::Renew), 0, "its renewal went on");
    drop(session.close().await);
}
