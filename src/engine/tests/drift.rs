//! What was changed behind everyone's back is named with its three values, and brought back.

use crate::stage::{Stage, errors};
use std::collections::BTreeSet;
use trueup_addr::Target;
use trueup_diff::Action;
use trueup_engine::{DriftKind, PlanOptions, apply, drift_document};
use trueup_value::Value;

const CONFIG: &str = r#"
resource "fake_thing" "changed" {
  name = "changed"
  size = 1
  tags = { owner = "git", kept = "yes" }
}
resource "fake_thing" "gone" {
  name = "gone"
}
resource "fake_thing" "untouched" {
  name = "untouched"
}
resource "fake_thing" "edited" {
  name = "edited"
  size = 1
}
"#;

async fn drifted() -> Stage {
    let stage = Stage::new(CONFIG);
    stage.apply(&PlanOptions::default()).await;
    let tags =
        Value::map(trueup_value::Type::String, [("owner", Value::from("hand")), ("kept", "yes".into())]);
    assert!(stage.cloud.set("fake_thing", "thing-changed-1", "size", 5));
    assert!(stage.cloud.set("fake_thing", "thing-changed-1", "tags", tags));
    assert!(stage.cloud.remove("fake_thing", "thing-gone-1"));
    stage.configure(&CONFIG.replace("name = \"edited\"\n  size = 1", "name = \"edited\"\n  size = 2"));
    stage
}

#[tokio::test]
async fn each_difference_is_named_with_its_three_values() {
    let stage = drifted().await;
    let planned = stage.plan(&PlanOptions::default()).await;
    let document = drift_document(&planned.plan);
    let kinds: Vec<(String, DriftKind, Action)> =
        document.resources.iter().map(|one| (one.addr.to_string(), one.kind, one.action)).collect();
    assert_eq!(
        kinds,
        [
            ("fake_thing.changed".into(), DriftKind::Changed, Action::Update),
            ("fake_thing.edited".into(), DriftKind::Unapplied, Action::Update),
            ("fake_thing.gone".into(), DriftKind::Vanished, Action::Create),
        ]
    );
    assert_eq!(document.compared, 4);
    let three = |one: &trueup_engine::AttributeDrift| {
        (one.path.to_string(), one.git.clone(), one.state.clone(), one.cloud.clone(), one.correctable)
    };
    let found: Vec<_> = document.resources[0].attributes.iter().map(three).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].1, Value::from(1), "{found:?}");
    assert_eq!((&found[0].2, &found[0].3, found[0].4), (&Value::from(1), &Value::from(5), true));
    assert!(found[1].0.contains("owner"), "the key, not the whole map: {}", found[1].0);
    assert_eq!((&found[1].1, &found[1].2), (&Value::from("git"), &Value::from("git")));
    assert_eq!((&found[1].3, found[1].4), (&Value::from("hand"), true));
    let edited = &document.resources[1].attributes;
    let sizes: Vec<_> =
        edited.iter().filter(|one| one.path.to_string().contains("size")).map(three).collect();
    assert_eq!(sizes.len(), 1);
    assert_eq!((&sizes[0].1, &sizes[0].2, &sizes[0].3), (&Value::from(2), &Value::from(1), &Value::from(1)));
}

/// As the command `drift -correct` does it: what drifted is brought back, what was never applied waits.
#[tokio::test]
async fn correcting_brings_back_only_what_drifted() {
    let stage = drifted().await;
    let mut session = stage.open().await;
    let planned = session.plan(&PlanOptions::default()).await;
    let drifted = drift_document(&planned.plan);
    let targets: BTreeSet<Target> =
        drifted.drifted().map(|resource| Target::Instance(resource.addr.clone())).collect();
    assert_eq!(targets.len(), 2);
    let planned = session.plan(&PlanOptions { targets, ..PlanOptions::default() }).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    let outcome = apply(&mut session, &planned.plan, "hash", 10).await;
    assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new());
    drop(session.close().await);
    stage.assert_true("corrected");
    let changed = stage.cloud.object("fake_thing", "thing-changed-1").expect("it is there");
    assert_eq!(changed.get("size"), Some(&Value::from(1)));
    assert!(stage.cloud.object("fake_thing", "thing-gone-2").is_some());
    let edited = stage.cloud.object("fake_thing", "thing-edited-1").expect("it is there");
    assert_eq!(edited.get("size"), Some(&Value::from(1)), "what was never applied waits");
    let after = stage.plan(&PlanOptions::default()).await;
    assert_eq!(drift_document(&after.plan).drifted().count(), 0);
    stage.apply(&PlanOptions::default()).await;
    stage.assert_settled("applied").await;
}
