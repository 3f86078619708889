//! Each call of a run fails in turn, before its effect, after it, or half-way: no panic, what depends on it is
//! left out, what doesn't is done, the state stays true, and the next run ends it.

use crate::stage::{Stage, destroying, errors};
use std::collections::BTreeSet;
use trueup_engine::{ApplyOutcome, PlanOptions};
use trueup_provider::fake::{Call, Effect};

const BEFORE: &str = r#"
resource "fake_thing" "base" {
  name = "base"
}
resource "fake_thing" "old" {
  name      = "old"
  parent_id = fake_thing.base.id
}
resource "fake_thing" "turned" {
  name = "turned"
  zone = "old"
}
"#;

/// Two lines that don't depend on one another, a replacement, a removal, and a data source read late.
const AFTER: &str = r#"
resource "fake_thing" "base" {
  name = "base"
  size = 2
}
resource "fake_thing" "middle" {
  name      = "middle"
  parent_id = fake_thing.base.id
  tags      = { revision = fake_thing.base.revision }
}
resource "fake_thing" "top" {
  name      = "top"
  parent_id = fake_thing.middle.id
}
resource "fake_thing" "other" {
  name = "other"
}
data "fake_lookup" "other" {
  name       = fake_thing.other.name
  depends_on = [fake_thing.other]
}
resource "fake_slow" "found" {
  name      = "found"
  turns     = 2
  parent_id = data.fake_lookup.other.id
}
resource "fake_thing" "turned" {
  name = "turned"
  zone = "new"
}
output "top" {
  value = fake_thing.top.arn
}
"#;

const CALLS: &[Call] = &[
    Call::ValidateConfig,
    Call::ValidateResource,
    Call::ValidateData,
    Call::Configure,
    Call::Upgrade,
    Call::Read,
    Call::ReadMany,
    Call::Plan,
    Call::Create,
    Call::Update,
    Call::Delete,
    Call::Recover,
    Call::ReadData,
];

/// Every object of the cloud is in the state, or its creation stands open in the journal: nothing was lost sight of.
async fn assert_no_orphan(stage: &Stage, told: &str) {
    let state = stage.state();
    let ids: BTreeSet<String> = state
        .objects()
        .filter_map(|object| {
            let json: serde_json::Value = serde_json::from_str(&object.object.attributes).ok()?;
            Some(json["id"].as_str()?.to_owned())
        })
        .collect();
    let open = open_creations(stage).await;
    for object in stage.cloud.objects() {
        if open.iter().any(|(token, _)| *token == *object.token) {
            continue;
        }
        assert!(ids.contains(&*object.id), "{told}: {} is an orphan", object.id);
    }
}

/// Tokens and addresses of creations that the next run has to look for.
async fn open_creations(stage: &Stage) -> Vec<(String, String)> {
    let session = stage.try_open(false).await.expect("the session opens");
    let creations = session.in_flight().iter().filter(|begun| begun.action == trueup_state::Action::Create);
    let open = creations.map(|begun| (begun.token.to_string(), begun.address.to_string())).collect();
    drop(session.close().await);
    open
}

async fn check(options: &PlanOptions, call: Call, effect: Effect, number: u64) -> bool {
    if effect == Effect::Unanswered && call != Call::Create {
        // To everything else a lost request and a refused one are the same.
        return false;
    }
    let told = format!("{:?}: {call:?} {number} fails ({effect:?})", options.mode);
    let stage = Stage::new(BEFORE);
    stage.apply(&PlanOptions::default()).await;
    stage.configure(AFTER);
    stage.cloud.reset_calls();
    stage.cloud.fail(call, number, effect);
    let outcome = stage.try_apply(options).await;
    if stage.cloud.count(call) < number {
        return false;
    }
    assert!(!errors(&outcome.diagnostics).is_empty(), "{told}: the failure is reported");
    assert_no_orphan(&stage, &told).await;
    let unanswered = call == Call::Create && matches!(effect, Effect::ErrorAfter | Effect::Unanswered);
    assert_eq!(open_creations(&stage).await.len(), usize::from(unanswered), "{told}");
    if options.mode == trueup_plan::PlanMode::Normal {
        assert_independent(&stage, &outcome, call, &told);
    }
    stage.apply(options).await;
    if unanswered {
        // The next run goes on with what it finds: nothing is made twice, nor made anew in its place.
        let names = stage.names();
        assert_eq!(names.len(), stage.created().len() + 1, "{told}: {:?}", stage.created());
    }
    if options.mode == trueup_plan::PlanMode::Normal {
        stage.assert_settled(&told).await;
    } else {
        assert!(stage.cloud.objects().is_empty(), "{told}");
        assert!(stage.state().is_empty(), "{told}");
    }
    true
}

/// A failed change of an object doesn't keep those from being done that have nothing to do with it.
fn assert_independent(stage: &Stage, outcome: &ApplyOutcome, call: Call, told: &str) {
    if !matches!(call, Call::Create | Call::Update | Call::Delete) {
        return;
    }
    let names = stage.names();
    let has = |name: &str| names.iter().any(|n| n == name);
    let failed = errors(&outcome.diagnostics).join("\n");
    assert!(has("other") || failed.contains("fake_thing.other:"), "{told}: {names:?}\n{failed}");
    let line = ["fake_thing.base:", "fake_thing.middle:", "fake_thing.top:"];
    assert!(has("top") || line.iter().any(|name| failed.contains(name)), "{told}: {names:?}\n{failed}");
    // Nothing stands on what failed.
    assert!(!(has("top") && failed.contains("fake_thing.middle:")), "{told}: {names:?}");
    assert!(!(has("found") && failed.contains("fake_thing.other:")), "{told}: {names:?}");
}

#[tokio::test(start_paused = true)]
async fn any_call_may_fail() {
    let mut faults = 0;
    for options in [PlanOptions::default(), destroying()] {
        for call in CALLS {
            for effect in [Effect::ErrorBefore, Effect::ErrorAfter, Effect::Unanswered, Effect::Partial] {
                let mut number = 1;
                while check(&options, *call, effect, number).await {
                    number += 1;
                    faults += 1;
                }
            }
        }
    }
    assert!(faults > 100, "{faults}");
}

/// A store that can't be written to: the run says so, and nothing that was made is lost.
#[tokio::test(start_paused = true)]
async fn two_failures_at_once_are_both_told() {
    let stage = Stage::new(AFTER);
    stage.cloud.fail(Call::Create, 1, Effect::ErrorBefore);
    stage.cloud.fail(Call::Create, 2, Effect::Partial);
    let outcome = stage.try_apply(&PlanOptions::default()).await;
    assert_eq!(errors(&outcome.diagnostics).len(), 2, "{:?}", errors(&outcome.diagnostics));
    assert_no_orphan(&stage, "two failures").await;
    stage.apply(&PlanOptions::default()).await;
    stage.assert_settled("two failures").await;
}

const ONE_FIRST: &str = r#"
resource "fake_thing" "a" {
  name = "a"
  zone = "old"
  lifecycle {
    create_before_destroy = true
  }
}
"#;

/// What was refused was not made: whatever is there is somebody else's, and nobody looks for it.
#[tokio::test(start_paused = true)]
async fn a_refused_creation_is_not_looked_for() {
    let stage = Stage::new(ONE_FIRST);
    stage.cloud.fail(Call::Create, 1, Effect::ErrorBefore);
    let outcome = stage.try_apply(&PlanOptions::default()).await;
    assert_eq!(errors(&outcome.diagnostics).len(), 1, "{:?}", outcome.diagnostics);
    assert_eq!(stage.cloud.count(Call::Recover), 0, "a refusal was taken for a lost answer");
    assert!(stage.state().is_empty());
    stage.assert_true("refused");
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(stage.cloud.count(Call::Recover), 0);
    stage.assert_settled("refused").await;
}

/// The journal stays until a run has found out, also where that takes several; until then the state is not touched.
#[tokio::test(start_paused = true)]
async fn a_creation_without_an_answer_is_looked_for_until_it_is_found() {
    for (effect, replaces) in
        [Effect::ErrorAfter, Effect::Unanswered].map(|e| [(e, false), (e, true)]).concat()
    {
        let told = format!("{effect:?}, in place of another: {replaces}");
        let stage = Stage::new(ONE_FIRST);
        if replaces {
            stage.apply(&PlanOptions::default()).await;
            stage.configure(&ONE_FIRST.replace("old", "new"));
        }
        stage.cloud.fail(Call::Create, 1, effect);
        assert!(!errors(&stage.try_apply(&PlanOptions::default()).await.diagnostics).is_empty(), "{told}");
        assert_no_orphan(&stage, &told).await;
        for _ in 0..2 {
            stage.cloud.fail(Call::Recover, 1, Effect::ErrorBefore);
            let outcome = stage.try_apply(&PlanOptions::default()).await;
            assert_eq!(errors(&outcome.diagnostics).len(), 1, "{told}: {:?}", outcome.diagnostics);
            assert_eq!(open_creations(&stage).await.len(), 1, "{told}");
        }
        stage.apply(&PlanOptions::default()).await;
        stage.assert_settled(&told).await;
        assert_eq!(stage.created().len(), 1 + usize::from(replaces), "{told}: {:?}", stage.created());
    }
}
