//! What a plan leaves out with `-exclude`: the named instances and what depends on them, and nothing else.

use crate::stage::{Stage, actions, destroying, errors, targets};
use trueup_engine::PlanOptions;
use trueup_plan::PlanMode;

/// `a` <- `b[*]` <- `c`, and through a module, a provider configuration, a count and an output.
const CHAIN: &str = r#"
resource "fake_thing" "a" {
  name = "a"
}
resource "fake_thing" "b" {
  count     = 2
  name      = "b${count.index}"
  parent_id = fake_thing.a.id
}
resource "fake_thing" "c" {
  name = "c"
  tags = { b = fake_thing.b[0].id }
}
resource "fake_thing" "many" {
  count = fake_thing.a.label == "a" ? 2 : 1
  name  = "many${count.index}"
}
module "m" {
  source    = "./m"
  parent_id = fake_thing.b[1].id
}
provider "fake" {
  alias  = "by_c"
  region = fake_thing.c.label
}
resource "fake_thing" "there" {
  provider = fake.by_c
  name     = "there"
}
resource "fake_thing" "free" {
  name = "free"
}
output "c" {
  value = fake_thing.c.label
}
output "free" {
  value = fake_thing.free.label
}
"#;

const MODULE: &str = r#"
terraform {
  required_providers {
    fake = { source = "trueup/fake" }
  }
}
variable "parent_id" {
  type = string
}
resource "fake_thing" "in" {
  name      = "in"
  parent_id = var.parent_id
}
resource "fake_thing" "alone" {
  name = "alone"
}
"#;

fn stage() -> Stage {
    let stage = Stage::new(CHAIN);
    stage.write("m/main.tf", MODULE);
    let listed = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"./m","Dir":"m"}]}"#;
    stage.write(".terraform/modules/modules.json", listed);
    stage
}

fn without(addresses: &[&str], options: PlanOptions) -> PlanOptions {
    PlanOptions { excludes: targets(addresses), ..options }
}

const ALL: [&str; 9] = [
    "fake_thing.a",
    "fake_thing.b[0]",
    "fake_thing.b[1]",
    "fake_thing.c",
    "fake_thing.free",
    "fake_thing.many[0]",
    "fake_thing.many[1]",
    "fake_thing.there",
    "module.m.fake_thing.alone",
];
const IN: &str = "module.m.fake_thing.in";

/// What is left out when these addresses are excluded, besides themselves.
const CASES: &[(&[&str], &[&str])] = &[
    (&["fake_thing.free"], &["fake_thing.free"]),
    (&["fake_thing.there"], &["fake_thing.there"]),
    (&["fake_thing.c"], &["fake_thing.c", "fake_thing.there"]),
    (&["fake_thing.b[0]"], &["fake_thing.b[0]", "fake_thing.c", "fake_thing.there"]),
    (&["fake_thing.b[1]"], &["fake_thing.b[1]", IN]),
    (&["fake_thing.b"], &["fake_thing.b[0]", "fake_thing.b[1]", "fake_thing.c", "fake_thing.there", IN]),
    (&["module.m"], &["module.m.fake_thing.alone", IN]),
    (&["fake_thing.many[1]", "fake_thing.free"], &["fake_thing.free", "fake_thing.many[1]"]),
    (
        &["fake_thing.a"],
        &[
            "fake_thing.a",
            "fake_thing.b[0]",
            "fake_thing.b[1]",
            "fake_thing.c",
            "fake_thing.many[0]",
            "fake_thing.many[1]",
            "fake_thing.there",
            IN,
        ],
    ),
];

#[tokio::test]
async fn what_depends_on_the_excluded_is_left_out_too() {
    for (excluded, left_out) in CASES {
        let stage = stage();
        let options = without(excluded, PlanOptions::default());
        let planned = stage.plan(&options).await;
        assert_eq!(errors(&planned.diagnostics), Vec::<String>::new(), "{excluded:?}");
        let found: Vec<String> = actions(&planned.plan).into_keys().collect();
        let all = ALL.into_iter().chain([IN]);
        let expected: Vec<&str> = all.filter(|addr| !left_out.contains(addr)).collect();
        assert_eq!(found, expected, "{excluded:?}");
        stage.apply(&options).await;
        stage.assert_true("excluded");
        assert_eq!(stage.state().objects().count(), expected.len(), "{excluded:?}");
        let outputs: Vec<String> = stage.state().outputs.keys().map(ToString::to_string).collect();
        let of = |output: &&str| !left_out.contains(&&*format!("fake_thing.{output}"));
        assert_eq!(outputs, ["c", "free"].into_iter().filter(of).collect::<Vec<_>>(), "{excluded:?}");
        stage.apply(&PlanOptions::default()).await;
        stage.assert_settled("what was left out").await;
    }
}

/// What exists stays as it is when it is left out: nothing is destroyed because nobody knows whether it is declared.
#[tokio::test]
async fn what_is_left_out_stays_as_it_is() {
    for (excluded, left_out) in CASES {
        let stage = stage();
        stage.apply(&PlanOptions::default()).await;
        let before = stage.state();
        stage.configure(&CHAIN.replace("name = \"a\"", "name = \"a\"\n  size = 3").replace(
            "resource \"fake_thing\" \"c\" {",
            "resource \"fake_thing\" \"c\" {\n  size = fake_thing.a.size",
        ));
        let options = without(excluded, PlanOptions::default());
        stage.apply(&options).await;
        let after = stage.state();
        for addr in *left_out {
            let addr = addr.parse().expect("an address");
            assert_eq!(after.current(&addr), before.current(&addr), "{excluded:?}: {addr}");
        }
        assert_eq!(after.objects().count(), before.objects().count(), "{excluded:?}");
        stage.apply(&PlanOptions::default()).await;
        stage.assert_settled("the rest").await;
    }
}

/// A destruction spares what is excluded and all that it stands on.
#[tokio::test]
async fn a_destruction_spares_what_the_excluded_depends_on() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["fake_thing.a"], &["fake_thing.a"]),
        (&["fake_thing.free"], &["fake_thing.free"]),
        (&["fake_thing.c"], &["fake_thing.a", "fake_thing.b[0]", "fake_thing.b[1]", "fake_thing.c"]),
        (&[IN], &["fake_thing.a", "fake_thing.b[0]", "fake_thing.b[1]", IN]),
    ];
    for (excluded, kept) in cases {
        let stage = stage();
        stage.apply(&PlanOptions::default()).await;
        stage.apply(&without(excluded, destroying())).await;
        stage.assert_true("a destruction in part");
        let left: Vec<String> = stage.state().objects().map(|object| object.address().to_string()).collect();
        assert_eq!(left, *kept, "{excluded:?}");
        stage.apply(&destroying()).await;
        assert!(stage.cloud.objects().is_empty() && stage.state().is_empty());
    }
}

/// An object without a block goes only if nothing that is left out stands on it.
#[tokio::test]
async fn what_has_no_block_any_more_stays_under_what_is_left_out() {
    let stage = stage();
    stage.apply(&PlanOptions::default()).await;
    stage.configure("resource \"fake_thing\" \"c\" {\n  name = \"c\"\n}\n");
    let planned = stage.plan(&without(&["fake_thing.c"], PlanOptions::default())).await;
    let kept = ["fake_thing.a", "fake_thing.b[0]", "fake_thing.b[1]", "fake_thing.c"];
    let gone: Vec<String> = actions(&planned.plan).into_keys().collect();
    let all = ALL.into_iter().chain([IN]);
    // `there` is gone with the provider configuration that it was made with.
    assert!(errors(&planned.diagnostics)[0].contains("Provider configuration not present"));
    assert_eq!(gone, Vec::<String>::new());
    stage.configure(
        "provider \"fake\" {\n  alias = \"by_c\"\n}\nresource \"fake_thing\" \"c\" {\n  name = \"c\"\n}\n",
    );
    let planned = stage.plan(&without(&["fake_thing.c"], PlanOptions::default())).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    let gone: Vec<String> = actions(&planned.plan).into_keys().collect();
    assert_eq!(gone, all.filter(|addr| !kept.contains(addr)).collect::<Vec<_>>());
}

/// What is left out is not read, and what changed in it is not written down.
#[tokio::test]
async fn what_is_left_out_is_not_read() {
    let stage = stage();
    stage.apply(&PlanOptions::default()).await;
    let id = |name: &str| {
        let named = |object: &&trueup_provider::fake::FakeObject| {
            object.value.get("name").and_then(|value| value.as_str()) == Some(name)
        };
        stage.cloud.objects().iter().find(named).expect("it is there").id.clone()
    };
    for name in ["a", "b0", "c", "free"] {
        assert!(stage.cloud.set("fake_thing", &id(name), "size", 77));
    }
    let refresh = PlanOptions { mode: PlanMode::RefreshOnly, ..PlanOptions::default() };
    let planned = stage.plan(&without(&["fake_thing.b[0]"], refresh)).await;
    let drifted: Vec<String> = planned.plan.drift.iter().map(|change| change.addr.to_string()).collect();
    assert_eq!(drifted, ["fake_thing.a", "fake_thing.free"]);
}
