//! Import blocks: each is read once, their calls keep to the parallelism, and what can't be stored is said.

use crate::stage::{Stage, actions, errors, targets};
use trueup_engine::PlanOptions;
use trueup_provider::fake::{Call, Effect};
use trueup_value::{Type, Value};

const THINGS: &str = r#"
variable "names" {
  default   = ["a", "b", "c", "d", "e"]
  sensitive = SENSITIVE
}
resource "fake_thing" "t" {
  for_each = toset(["a", "b", "c", "d", "e"])
  name     = each.key
}
import {
  for_each = toset(var.names)
  to       = fake_thing.t[each.key]
  id       = "thing-${each.key}-1"
}
"#;

fn stage(sensitive: &str) -> Stage {
    let stage = Stage::new(&THINGS.replace("SENSITIVE", sensitive));
    for name in ["a", "b", "c", "d", "e"] {
        stage.cloud.insert("fake_thing", [("name", name.into())]);
    }
    stage.cloud.reset_calls();
    stage
}

#[tokio::test]
async fn a_block_is_read_once_for_all_its_instances() {
    let wrong = stage("true").plan(&PlanOptions::default()).await;
    let found = errors(&wrong.diagnostics);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("Invalid for_each argument"), "{found:?}");
    let stage = stage("false");
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(stage.created(), Vec::<String>::new(), "all of them were there");
    stage.assert_settled("imported").await;
}

/// Plans while each of these calls hangs; no more than two at a time do.
async fn check(stage: &Stage, call: Call, options: &PlanOptions) {
    for number in 1..=5 {
        stage.cloud.fail(call, number, Effect::Hang);
    }
    let options = PlanOptions { parallelism: 2, ..options.clone() };
    let mut session = stage.open().await;
    let mut most = 0;
    let planned = {
        let planning = session.plan(&options);
        tokio::pin!(planning);
        loop {
            tokio::select! {
                planned = &mut planning => break planned,
                () = tokio::time::sleep(std::time::Duration::from_secs(1)) => {
                    most = most.max(stage.cloud.hanging());
                    stage.cloud.release();
                }
            }
        }
    };
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    assert_eq!(most, 2, "{call:?}");
    drop(session.close().await);
}

#[tokio::test(start_paused = true)]
async fn calls_while_planning_keep_to_the_parallelism() {
    let stage = stage("false");
    check(&stage, Call::Import, &PlanOptions::default()).await;
    stage.apply(&PlanOptions::default()).await;
    // With targets each object is read when it turns out to be needed.
    let after = "resource \"fake_thing\" \"after\" {\n  name = join(\"\", values(fake_thing.t)[*].name)\n}\n";
    stage.configure(&format!("{}{after}", THINGS.replace("SENSITIVE", "false")));
    let targets = targets(&["fake_thing.after"]);
    check(&stage, Call::ReadMany, &PlanOptions { targets, ..PlanOptions::default() }).await;
}

/// The state would keep the attributes of before while the plan stands on those that were read.
#[tokio::test]
async fn what_was_read_and_can_not_be_stored_is_an_error() {
    let stage = Stage::new("resource \"fake_thing\" \"a\" {\n  name = \"a\"\n}\n");
    stage.apply(&PlanOptions::default()).await;
    let before = stage.state();
    assert!(stage.cloud.set("fake_thing", "thing-a-1", "arn", Value::unknown(Type::String)));
    let planned = stage.plan(&PlanOptions::default()).await;
    let found = errors(&planned.diagnostics);
    assert!(found.iter().any(|error| error.starts_with("fake_thing.a: ")), "{found:?}");
    assert!(planned.plan.errored);
    assert_eq!(stage.state(), before);
}

/// Nothing is planned where the configuration of what is imported can't be written.
#[tokio::test]
async fn a_plan_without_the_configuration_it_needs_is_none() {
    let stage = Stage::new("import {\n  to = fake_thing.a\n  id = \"nowhere\"\n}\n");
    let mut session = stage.open().await;
    let (planned, text) = session.plan_generating(&PlanOptions::default(), "generated.tf").await;
    let found = errors(&planned.diagnostics);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("Cannot import non-existent remote object"), "{found:?}");
    assert!(planned.plan.errored && text.is_none() && actions(&planned.plan).is_empty());
    assert_eq!(stage.cloud.count(Call::Plan), 0);
    drop(session.close().await);
}
