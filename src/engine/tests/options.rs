//! What the options and the lifecycle rules make of a change: configurations before and after, and the actions.

use crate::stage::{Stage, actions, destroying, errors, targets};
use trueup_engine::PlanOptions;
use trueup_plan::PlanMode;

const CHAIN: &str = r#"
resource "fake_thing" "a" {
  name = "a"
  zone = "old"
}
resource "fake_thing" "b" {
  count     = 2
  name      = "b${count.index}"
  parent_id = fake_thing.a.id
}
resource "fake_thing" "c" {
  name = "c"
  tags = { b = fake_thing.b[0].label }
}
resource "fake_thing" "free" {
  name = "free"
}
"#;

/// A thing `x` with a zone, and lines in its lifecycle block; and a `y` with a line of its own.
fn pair(zone: &str, lifecycle: &str, y: &str) -> String {
    format!(
        "resource \"fake_thing\" \"x\" {{\n  name = \"x\"\n  zone = \"{zone}\"\n  lifecycle {{\n{lifecycle}\n  }}\n}}\n\
         resource \"fake_thing\" \"y\" {{\n  name = \"y\"\n{y}\n}}\n"
    )
}

/// Applies `before` in peace (nothing where it is empty), then plans `after`. The plan is written as
/// `address action` lines, sorted.
async fn check(before: &str, after: &str, options: PlanOptions, expected: &[&str]) -> Stage {
    let stage = Stage::new(before);
    if !before.is_empty() {
        stage.apply(&PlanOptions::default()).await;
    }
    stage.configure(after);
    let planned = stage.plan(&options).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new(), "{after}\n{options:?}");
    let found = actions(&planned.plan);
    let found: Vec<String> = found.iter().map(|(address, action)| format!("{address} {action:?}")).collect();
    assert_eq!(found, expected, "{after}\n{options:?}");
    stage
}

/// The plan is refused with this error.
async fn refuses(before: &str, after: &str, options: PlanOptions, expected: &str) {
    let stage = Stage::new(before);
    stage.apply(&PlanOptions::default()).await;
    stage.configure(after);
    let made = stage.created();
    let outcome = stage.try_apply(&options).await;
    let found = errors(&outcome.diagnostics);
    assert!(found.iter().any(|error| error.contains(expected)), "{after}\n{found:?}");
    assert_eq!(stage.created(), made, "nothing was done");
    stage.assert_true("a refused plan");
}

fn targeting(addresses: &[&str]) -> PlanOptions {
    PlanOptions { targets: targets(addresses), ..PlanOptions::default() }
}

fn destroying_only(addresses: &[&str]) -> PlanOptions {
    PlanOptions { targets: targets(addresses), ..destroying() }
}

fn replacing(address: &str) -> PlanOptions {
    PlanOptions { replace: [address.parse().expect("an address")].into(), ..PlanOptions::default() }
}

#[tokio::test]
async fn targets_choose() {
    let all =
        ["fake_thing.a Create", "fake_thing.b[0] Create", "fake_thing.b[1] Create", "fake_thing.c Create"];
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("", &["fake_thing.a"], &all[..1]),
        ("", &["fake_thing.b"], &all[..3]),
        ("", &["fake_thing.b[1]"], &["fake_thing.a Create", "fake_thing.b[1] Create"]),
        ("", &["fake_thing.c"], &all),
        ("", &["fake_thing.free"], &["fake_thing.free Create"]),
        ("", &["fake_thing.a", "fake_thing.free"], &["fake_thing.a Create", "fake_thing.free Create"]),
        (CHAIN, &["fake_thing.free"], &[]),
    ];
    for (before, addresses, expected) in cases {
        let stage = check(before, CHAIN, targeting(addresses), expected).await;
        stage.apply(&targeting(addresses)).await;
        stage.assert_true("targets");
        stage.apply(&PlanOptions::default()).await;
        stage.assert_settled("what the targets left out").await;
    }
}

#[tokio::test]
async fn destruction_takes_what_depends_on_it() {
    let delete =
        |names: &[&str]| names.iter().map(|name| format!("fake_thing.{name} Delete")).collect::<Vec<_>>();
    let cases: &[(&[&str], &[&str])] = &[
        (&[], &["a", "b[0]", "b[1]", "c", "free"]),
        (&["fake_thing.a"], &["a", "b[0]", "b[1]", "c"]),
        (&["fake_thing.b"], &["b[0]", "b[1]", "c"]),
        (&["fake_thing.c"], &["c"]),
        (&["fake_thing.free"], &["free"]),
    ];
    for (addresses, expected) in cases {
        let expected = delete(expected);
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        let stage = check(CHAIN, CHAIN, destroying_only(addresses), &expected).await;
        stage.apply(&destroying_only(addresses)).await;
        stage.assert_true("a targeted destruction");
        assert_eq!(stage.cloud.objects().len(), 5 - expected.len());
        stage.apply(&destroying()).await;
        assert!(stage.cloud.objects().is_empty() && stage.state().is_empty());
    }
}

#[tokio::test]
async fn replacements_are_asked_for_triggered_and_ordered() {
    let first = "    create_before_destroy = true";
    let triggered = |what: &str| {
        pair("z", "", &format!("  lifecycle {{\n    replace_triggered_by = [{what}]\n  }}"))
            .replace("zone = \"z\"", "zone = \"new\"")
    };
    let old = pair("old", "", "");
    let by_x = "  parent_id = fake_thing.x.id";
    let cases: &[(String, String, PlanOptions, &[&str])] = &[
        (old.clone(), old.clone(), replacing("fake_thing.x"), &["fake_thing.x DeleteThenCreate"]),
        (old.clone(), pair("new", "", ""), PlanOptions::default(), &["fake_thing.x DeleteThenCreate"]),
        (old.clone(), pair("new", first, ""), PlanOptions::default(), &["fake_thing.x CreateThenDelete"]),
        (
            old.clone(),
            triggered("fake_thing.x"),
            PlanOptions::default(),
            &["fake_thing.x DeleteThenCreate", "fake_thing.y DeleteThenCreate"],
        ),
        (
            old.clone(),
            triggered("fake_thing.x.size"),
            PlanOptions::default(),
            &["fake_thing.x DeleteThenCreate"],
        ),
        // Create-first spreads to what it depends on.
        (
            pair("old", "", by_x),
            pair("new", "", &format!("{by_x}\n  zone = fake_thing.x.id\n  lifecycle {{\n{first}\n  }}")),
            PlanOptions::default(),
            &["fake_thing.x CreateThenDelete", "fake_thing.y CreateThenDelete"],
        ),
    ];
    for (before, after, options, expected) in cases {
        let stage = check(before, after, options.clone(), expected).await;
        stage.apply(options).await;
        stage.assert_settled(after).await;
    }
}

#[tokio::test]
async fn lifecycle_rules_and_moves() {
    let old = pair("old", "", "");
    let ignoring = |what: &str| pair("new", &format!("    ignore_changes = {what}"), "");
    let moved = "resource \"fake_thing\" \"z\" {\n  name = \"x\"\n  zone = \"old\"\n}\nresource \"fake_thing\" \"y\" {\n  \
                 name = \"y\"\n}\nmoved {\n  from = fake_thing.x\n  to   = fake_thing.z\n}\n";
    check(&old, &ignoring("[zone]"), PlanOptions::default(), &[]).await;
    check(&old, &ignoring("all"), PlanOptions::default(), &[]).await;
    check(&old, &ignoring("[size]"), PlanOptions::default(), &["fake_thing.x DeleteThenCreate"]).await;
    let stage = check(&old, moved, PlanOptions::default(), &[]).await;
    stage.apply(&PlanOptions::default()).await;
    stage.assert_settled("moved").await;
    let addresses: Vec<String> = stage.state().objects().map(|object| object.address().to_string()).collect();
    assert_eq!(addresses, ["fake_thing.y", "fake_thing.z"]);
    let guarded = pair("new", "    prevent_destroy = true", "");
    let kept = pair("old", "    prevent_destroy = true", "");
    let refusal = "Instance cannot be destroyed";
    refuses(&old, &guarded, PlanOptions::default(), refusal).await;
    refuses(&kept, &kept, destroying(), refusal).await;
    refuses(&kept, &kept, replacing("fake_thing.x"), refusal).await;
    refuses(&kept, &kept, destroying_only(&["fake_thing.x"]), refusal).await;
    check(&kept, &kept, destroying_only(&["fake_thing.y"]), &["fake_thing.y Delete"]).await;
}

#[tokio::test]
async fn refresh_only_takes_the_world_as_it_is() {
    let stage = Stage::new(CHAIN);
    stage.apply(&PlanOptions::default()).await;
    let id = stage.cloud.objects()[0].id.clone();
    assert!(
        stage.cloud.set("fake_thing", &id, "size", 77) && stage.cloud.remove("fake_thing", "thing-free-1")
    );
    let serial = stage.state().serial;
    let refresh = PlanOptions { mode: PlanMode::RefreshOnly, ..PlanOptions::default() };
    let planned = stage.plan(&refresh).await;
    assert!(planned.plan.has_changes() && actions(&planned.plan).is_empty());
    assert_eq!(stage.state().serial, serial, "a plan alone writes nothing");
    let made = stage.cloud.log();
    stage.apply(&refresh).await;
    stage.assert_true("refreshed");
    assert_eq!(stage.cloud.log(), made, "the cloud was left alone");
    assert_eq!(stage.state().serial, serial + 1);
}
