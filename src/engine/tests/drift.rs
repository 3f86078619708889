//! What was changed behind everyone's back is named with its three values, and brought back.

use crate::stage::{Stage, errors, session_options};
use std::collections::BTreeMap;
use trueup_addr::Target;
use trueup_diff::Action;
use trueup_engine::{
    AttributeDrift, AttributeKind, DriftDocument, DriftKind, PlanOptions, apply, drift_document,
};
use trueup_value::{Type, Value};

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

/// What differs on a stage.
async fn compared(stage: &Stage) -> DriftDocument {
    let mut session = stage.open().await;
    let planned = session.plan(&PlanOptions::default()).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    let document = drift_document(&planned.plan, &**session.providers());
    assert_eq!(errors(&session.close().await), Vec::<String>::new());
    document
}

/// As the command `drift -correct` does it.
async fn correct(stage: &Stage) -> DriftDocument {
    let mut session = stage.open().await;
    let planned = session.plan(&PlanOptions::default()).await;
    let document = drift_document(&planned.plan, &**session.providers());
    let only = document.correctable();
    let targets = only.iter().cloned().map(Target::Instance).collect();
    let options = PlanOptions { targets, only: Some(only.clone()), ..PlanOptions::default() };
    let planned = session.plan(&options).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    let changed = planned.plan.changes.iter().filter(|change| change.change.action.is_change());
    for change in changed {
        assert!(only.contains(&change.addr), "{} is touched", change.addr);
    }
    let outcome = apply(&mut session, &planned.plan, "hash", 10).await;
    assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new());
    assert_eq!(errors(&session.close().await), Vec::<String>::new());
    document
}

fn kinds(document: &DriftDocument) -> Vec<(String, DriftKind, Action, bool)> {
    let one = |one: &trueup_engine::ResourceDrift| {
        (one.addr.to_string(), one.kind, one.action, one.is_correctable())
    };
    document.resources.iter().map(one).collect()
}

#[tokio::test]
async fn each_difference_is_named_with_its_three_values() {
    let stage = drifted().await;
    let document = compared(&stage).await;
    assert_eq!(
        kinds(&document),
        [
            ("fake_thing.changed".into(), DriftKind::Changed, Action::Update, true),
            ("fake_thing.edited".into(), DriftKind::Unapplied, Action::Update, false),
            ("fake_thing.gone".into(), DriftKind::Vanished, Action::Create, true),
        ]
    );
    assert_eq!(document.compared, 4);
    let three = |one: &AttributeDrift| {
        (one.path.to_string(), one.git.clone(), one.state.clone(), one.cloud.clone(), one.kind)
    };
    let found: Vec<_> = document.resources[0].attributes.iter().map(three).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].1, Value::from(1), "{found:?}");
    assert_eq!(
        (&found[0].2, &found[0].3, found[0].4),
        (&Value::from(1), &Value::from(5), AttributeKind::Changed)
    );
    assert!(found[1].0.contains("owner"), "the key, not the whole map: {}", found[1].0);
    assert_eq!((&found[1].1, &found[1].2), (&Value::from("git"), &Value::from("git")));
    assert_eq!((&found[1].3, found[1].4), (&Value::from("hand"), AttributeKind::Changed));
    let edited = &document.resources[1].attributes;
    let edited: Vec<_> = edited.iter().map(three).collect();
    assert_eq!(edited.len(), 1, "what only the cloud sets is not named: {edited:?}");
    assert_eq!(
        (&edited[0].1, &edited[0].2, &edited[0].3),
        (&Value::from(2), &Value::from(1), &Value::from(1))
    );
    assert_eq!(document.resources[2].attributes, [], "Git says the same of what is gone");
}

type ThreeWay =
    (&'static str, &'static str, Option<(&'static str, Value)>, Option<(DriftKind, AttributeKind, bool)>);

/// The configuration before and after, what somebody made of it in the cloud, and what that is.
fn three_way_cases() -> Vec<ThreeWay> {
    vec![
        ("size = 1", "size = 1", None, None),
        (
            "size = 1",
            "size = 1",
            Some(("size", 5.into())),
            Some((DriftKind::Changed, AttributeKind::Changed, true)),
        ),
        ("size = 1", "size = 2", None, Some((DriftKind::Unapplied, AttributeKind::Unapplied, false))),
        (
            "size = 1",
            "size = 2",
            Some(("size", 5.into())),
            Some((DriftKind::Changed, AttributeKind::Conflicting, false)),
        ),
        (
            "size = 1",
            "size = 2",
            Some(("size", 2.into())),
            Some((DriftKind::Unmanaged, AttributeKind::Converged, false)),
        ),
        (
            "size = 1",
            "",
            Some(("size", 5.into())),
            Some((DriftKind::Changed, AttributeKind::Conflicting, false)),
        ),
        (
            "",
            "",
            Some(("label", "by hand".into())),
            Some((DriftKind::Unmanaged, AttributeKind::Unmanaged, false)),
        ),
        ("", "label = \"git\"", None, Some((DriftKind::Unapplied, AttributeKind::Unapplied, false))),
        (
            "label = \"git\"",
            "label = \"git\"",
            Some(("label", "by hand".into())),
            Some((DriftKind::Changed, AttributeKind::Changed, true)),
        ),
        ("", "", Some(("revision", 9.into())), Some((DriftKind::Unmanaged, AttributeKind::Unmanaged, false))),
        (
            "",
            "size = 1",
            Some(("revision", 9.into())),
            Some((DriftKind::Unapplied, AttributeKind::Unapplied, false)),
        ),
        (
            "zone = \"a\"",
            "zone = \"a\"",
            Some(("zone", "b".into())),
            Some((DriftKind::Changed, AttributeKind::Changed, true)),
        ),
        (
            "secret = \"x\"",
            "secret = sensitive(\"x\")",
            Some(("secret", "y".into())),
            Some((DriftKind::Changed, AttributeKind::Changed, true)),
        ),
    ]
}

#[tokio::test]
async fn each_attribute_is_compared_three_ways() {
    for (before, after, meddled, expected) in three_way_cases() {
        let told = format!("{before:?} -> {after:?}, {meddled:?}");
        let config = |line: &str| format!("resource \"fake_thing\" \"a\" {{\n  name = \"a\"\n  {line}\n}}\n");
        let stage = Stage::new(&config(before));
        stage.apply(&PlanOptions::default()).await;
        stage.configure(&config(after));
        if let Some((attribute, value)) = meddled {
            assert!(stage.cloud.set("fake_thing", "thing-a-1", attribute, value), "{told}");
        }
        let document = compared(&stage).await;
        assert_eq!(document.resources.len(), usize::from(expected.is_some()), "{told}: {document:#?}");
        if let (Some((kind, attribute, correctable)), [found]) = (expected, &document.resources[..]) {
            assert_eq!((found.kind, found.is_correctable()), (kind, correctable), "{told}: {document:#?}");
            let kinds: Vec<AttributeKind> = found.attributes.iter().map(|one| one.kind).collect();
            assert!(kinds.contains(&attribute), "{told}: {kinds:?}");
        }
    }
}

/// What drifted is brought back, what was never applied waits.
#[tokio::test]
async fn correcting_brings_back_only_what_drifted() {
    let stage = drifted().await;
    assert_eq!(correct(&stage).await.correctable().len(), 2);
    stage.assert_true("corrected");
    let changed = stage.cloud.object("fake_thing", "thing-changed-1").expect("it is there");
    assert_eq!(changed.get("size"), Some(&Value::from(1)));
    assert!(stage.cloud.object("fake_thing", "thing-gone-2").is_some());
    let edited = stage.cloud.object("fake_thing", "thing-edited-1").expect("it is there");
    assert_eq!(edited.get("size"), Some(&Value::from(1)), "what was never applied waits");
    let after = compared(&stage).await;
    assert_eq!(after.drifted().count(), 0);
    stage.apply(&PlanOptions::default()).await;
    stage.assert_settled("applied").await;
}

/// How many blocks Git wants isn't known while what they depend on is gone too.
#[tokio::test]
async fn what_is_gone_comes_back_with_blocks_that_are_not_known_yet() {
    let stage = Stage::new(
        r#"
resource "fake_thing" "base" {
  name = "base"
}
resource "fake_thing" "top" {
  name = "top"
  dynamic "disk" {
    for_each = toset([fake_thing.base.id])
    content {
      size = 1
    }
  }
}
"#,
    );
    stage.apply(&PlanOptions::default()).await;
    for name in ["base", "top"] {
        assert!(stage.cloud.remove("fake_thing", &format!("thing-{name}-1")));
    }
    let document = correct(&stage).await;
    let gone = |name: &str| (format!("fake_thing.{name}"), DriftKind::Vanished, Action::Create, true);
    assert_eq!(kinds(&document), [gone("base"), gone("top")]);
    assert_eq!(document.resources[1].attributes, [], "there is nothing to compare");
    stage.assert_settled("corrected").await;
}

/// How many blocks Git wants is known only when what they depend on was changed: what somebody did to them is drift.
#[tokio::test]
async fn blocks_that_are_not_known_yet_still_drift() {
    let config = |zone: &str| {
        format!(
            r#"
resource "fake_thing" "base" {{
  name = "base"
  zone = "{zone}"
}}
resource "fake_thing" "top" {{
  name = "top"
  dynamic "disk" {{
    for_each = toset([fake_thing.base.id])
    content {{
      size = 1
    }}
  }}
}}
"#
        )
    };
    let stage = Stage::new(&config("a"));
    stage.apply(&PlanOptions::default()).await;
    stage.configure(&config("b"));
    let disks = stage.cloud.object("fake_thing", "thing-top-1").expect("it is there").get("disk").cloned();
    let none =
        Value::list(disks.expect("disks").ty().element().expect("a list").clone(), Vec::<Value>::new());
    assert!(stage.cloud.set("fake_thing", "thing-top-1", "disk", none));
    let found = compared(&stage).await;
    let top = found.drifted().find(|one| one.addr.to_string() == "fake_thing.top").expect("it drifted");
    assert_eq!((top.kind, top.is_correctable()), (DriftKind::Changed, false));
}

/// What drifted stands among what was edited in Git and never applied: below it, above it, and in itself.
#[tokio::test]
async fn correcting_leaves_alone_what_was_never_applied() {
    let config = |base: &str, top: &str, more: &str| {
        format!(
            r#"
resource "fake_thing" "base" {{
  name = "base"
  {base}
}}
resource "fake_thing" "middle" {{
  name      = "middle"
  size      = 1
  parent_id = fake_thing.base.id
}}
resource "fake_thing" "top" {{
  name      = "top"
  parent_id = fake_thing.middle.id
  {top}
}}
{more}
output "size" {{
  value = fake_thing.middle.size
}}
"#
        )
    };
    let gone = "resource \"fake_thing\" \"dropped\" {\n  name = \"dropped\"\n}";
    let stage = Stage::new(&config("size = 1", "size = 1", gone));
    stage.apply(&PlanOptions::default()).await;
    let new = "resource \"fake_thing\" \"new\" {\n  name = fake_thing.middle.name\n}";
    stage.configure(&config("size = 2", "size = 2", new));
    for name in ["middle", "top", "dropped"] {
        assert!(stage.cloud.set("fake_thing", &format!("thing-{name}-1"), "size", 7), "{name}");
    }
    let document = correct(&stage).await;
    let expected = [
        ("base", DriftKind::Unapplied, Action::Update, false),
        ("dropped", DriftKind::Unapplied, Action::Delete, false),
        ("middle", DriftKind::Changed, Action::Update, true),
        ("new", DriftKind::Unapplied, Action::Create, false),
        ("top", DriftKind::Changed, Action::Update, false),
    ];
    assert_eq!(kinds(&document), expected.map(|(name, a, b, c)| (format!("fake_thing.{name}"), a, b, c)));
    let size = |name: &str| {
        let object = stage.cloud.object("fake_thing", &format!("thing-{name}-1"));
        object.and_then(|object| object.get("size").cloned()).unwrap_or_else(|| Value::null(Type::Number))
    };
    let sizes: BTreeMap<&str, Value> =
        ["base", "middle", "top", "dropped"].map(|name| (name, size(name))).into();
    let wanted = [("base", 1), ("middle", 1), ("top", 7), ("dropped", 7)];
    assert_eq!(sizes, wanted.map(|(name, size)| (name, Value::from(size))).into());
    assert!(stage.cloud.object("fake_thing", "thing-new-1").is_none());
    let after = compared(&stage).await;
    let left: Vec<String> = after.drifted().map(|one| one.addr.to_string()).collect();
    assert_eq!(left, ["fake_thing.top"], "what was left out is still known to have drifted");
    stage.apply(&PlanOptions::default()).await;
    stage.assert_settled("applied").await;
}

#[tokio::test]
async fn a_held_lock_is_told_apart_from_other_failures() {
    let stage = Stage::new(CONFIG);
    let held = stage.open().await;
    let again = trueup_engine::Session::open(&stage.world(), session_options(true)).await;
    assert!(again.err().expect("the lock is held").locked);
    assert_eq!(errors(&held.close().await), Vec::<String>::new());
    stage.configure("nonsense");
    let wrong = trueup_engine::Session::open(&stage.world(), session_options(true)).await;
    assert!(!wrong.err().expect("the configuration is wrong").locked);
}
