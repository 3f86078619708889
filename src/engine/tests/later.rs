//! Providers that are configured from resources: planned with before that is known, called with what it came to be.

use crate::stage::{Stage, actions, destroying, errors};
use std::collections::BTreeMap;
use trueup_diff::{Action, Reason};
use trueup_engine::PlanOptions;
use trueup_provider::fake::Call;

const LATE: &str = r#"
resource "fake_thing" "base" {
  name = "base"
  zone = "old"
}
provider "fake" {
  alias  = "late"
  region = fake_thing.base.arn
}
resource "fake_thing" "there" {
  provider = fake.late
  name     = "there"
}
data "fake_lookup" "seed" {
  provider = fake.late
  name     = "seed"
}
ephemeral "fake_secret" "key" {
  provider = fake.late
  name     = "key"
}
resource "fake_thing" "sealed" {
  name  = "sealed"
  size  = data.fake_lookup.seed.size
  token = ephemeral.fake_secret.key.value
}
output "there" {
  value = fake_thing.there.arn
}
"#;

fn sown(config: &str) -> Stage {
    let stage = Stage::new(config);
    let seed = [("name", "seed".into()), ("size", 7.into())];
    stage.cloud.insert("fake_thing", seed);
    stage
}

fn made(stage: &Stage, name: &str) -> Option<String> {
    let objects = stage.cloud.objects();
    let named = objects.iter().find(|o| o.value.get("name").and_then(|name| name.as_str()) == Some(name))?;
    named.value.get("arn").and_then(|arn| arn.as_str()).map(String::from)
}

#[tokio::test]
async fn what_is_read_waits_for_a_configuration_that_is_known() {
    let stage = sown(LATE);
    let planned = stage.plan(&PlanOptions::default()).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    let expected = [
        ("data.fake_lookup.seed", Action::Read),
        ("fake_thing.base", Action::Create),
        ("fake_thing.sealed", Action::Create),
        ("fake_thing.there", Action::Create),
    ];
    let expected: BTreeMap<String, Action> = expected.map(|(addr, action)| (addr.to_owned(), action)).into();
    assert_eq!(actions(&planned.plan), expected);
    let read = planned.plan.changes.iter().find(|change| change.change.action == Action::Read);
    assert_eq!(read.and_then(|read| read.change.reason), Some(Reason::ReadBecauseConfigUnknown));
    for call in [Call::ReadData, Call::Open] {
        assert_eq!(stage.cloud.count(call), 0, "{call:?} while its provider's region is not known");
    }
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(made(&stage, "there").as_deref(), Some("arn:fake:arn:fake:main:thing-base-1:thing-there-1"));
    assert_eq!(stage.cloud.count(Call::ReadData), 1);
    // Known now: nothing waits any more.
    let planned = stage.plan(&PlanOptions::default()).await;
    assert_eq!(actions(&planned.plan), BTreeMap::new());
    assert_eq!(stage.cloud.count(Call::ReadData), 2);
}

/// What was made with it before is neither read nor changed while nobody knows where it is.
#[tokio::test]
async fn what_exists_is_taken_as_the_state_has_it_meanwhile() {
    let stage = sown(LATE);
    stage.apply(&PlanOptions::default()).await;
    assert!(stage.cloud.set("fake_thing", "thing-there-1", "size", 77), "drift that nobody can see");
    stage.configure(&LATE.replace("\"old\"", "\"new\""));
    let planned = stage.plan(&PlanOptions::default()).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    let warned = planned.diagnostics.iter().any(|d| d.summary == "Objects of a provider were not read");
    assert!(warned, "{:?}", planned.diagnostics);
    let found = actions(&planned.plan);
    assert_eq!(found.get("fake_thing.base"), Some(&Action::DeleteThenCreate));
    assert_eq!(found.get("data.fake_lookup.seed"), Some(&Action::Read));
    assert_eq!(found.get("fake_thing.there"), None);
    stage.apply(&PlanOptions::default()).await;
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(
        stage.cloud.object("fake_thing", "thing-there-1").and_then(|o| o.get("size").cloned()),
        Some(trueup_value::Value::null(trueup_value::Type::Number)),
        "the drift was seen and corrected by the next plan"
    );
    stage.apply(&destroying()).await;
    assert_eq!(stage.names(), ["seed"]);
}

/// An import needs a provider that can be called.
#[tokio::test]
async fn an_import_can_not_wait() {
    let stage = sown(&format!("{LATE}\nimport {{\n  to = fake_thing.there\n  id = \"x\"\n}}\n"));
    let planned = stage.plan(&PlanOptions::default()).await;
    let found = errors(&planned.diagnostics);
    assert!(found[0].contains("Invalid provider configuration"), "{found:?}");
    assert_eq!(stage.cloud.count(Call::Import), 0);
}

const MODULE: &str = r#"
terraform {
  required_providers {
    fake = {
      source                = "trueup/fake"
      configuration_aliases = [fake.other]
    }
  }
}
variable "name" {
  type = string
}
resource "fake_thing" "plain" {
  name = "${var.name}-plain"
}
resource "fake_thing" "other" {
  provider = fake.other
  name     = "${var.name}-other"
}
"#;

fn with_modules(config: &str, calls: &[&str]) -> Stage {
    let stage = Stage::new(config);
    stage.write("m/main.tf", MODULE);
    let call = |name: &&str| format!(r#",{{"Key":"{name}","Source":"./m","Dir":"m"}}"#);
    let calls: String = calls.iter().map(call).collect();
    let listed = format!(r#"{{"Modules":[{{"Key":"","Source":"","Dir":"."}}{calls}]}}"#);
    stage.write(".terraform/modules/modules.json", &listed);
    stage
}

/// The regions of what is in the cloud, by name.
fn regions(stage: &Stage) -> BTreeMap<String, String> {
    let of = |name: String| {
        let arn = made(stage, &name).expect("it is there");
        (name, arn.split(':').nth(2).unwrap_or_default().to_owned())
    };
    stage.names().into_iter().map(of).collect()
}

const PROVIDERS: &str = r#"
provider "fake" {
  region = "here"
}
provider "fake" {
  alias  = "a"
  region = "in-a"
}
provider "fake" {
  alias  = "b"
  region = "in-b"
}
"#;

/// The lines of a call, what it passes, and where its objects come to be.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

#[tokio::test]
async fn modules_take_the_configurations_that_their_calls_pass() {
    let passing = |call: &str, providers: &str| {
        format!(
            "{PROVIDERS}\nmodule \"m\" {{\n  source = \"./m\"\n{call}\n  providers = {{\n{providers}\n  }}\n}}\n"
        )
    };
    let each = "  for_each = toset([\"x\", \"y\"])\n  name = each.key";
    let count = "  count = 2\n  name = \"n${count.index}\"";
    let cases: &[Case] = &[
        (
            each,
            "    fake.other = fake.a",
            &[("x-other", "in-a"), ("x-plain", "here"), ("y-other", "in-a"), ("y-plain", "here")],
        ),
        (
            each,
            "    fake = fake.b\n    fake.other = fake.a",
            &[("x-other", "in-a"), ("x-plain", "in-b"), ("y-other", "in-a"), ("y-plain", "in-b")],
        ),
        (
            count,
            "    fake = fake.a\n    fake.other = fake",
            &[("n0-other", "here"), ("n0-plain", "in-a"), ("n1-other", "here"), ("n1-plain", "in-a")],
        ),
    ];
    for (call, providers, expected) in cases {
        let stage = with_modules(&passing(call, providers), &["m"]);
        stage.apply(&PlanOptions::default()).await;
        let expected = expected.iter().map(|(name, region)| ((*name).to_owned(), (*region).to_owned()));
        assert_eq!(regions(&stage), expected.collect(), "{call}\n{providers}");
        stage.assert_settled("modules with providers").await;
        // The call goes and its configurations stay: what it made can still be destroyed.
        stage.configure(PROVIDERS);
        stage.apply(&PlanOptions::default()).await;
        assert!(stage.cloud.objects().is_empty());
    }
    let missing = with_modules(
        &format!("{PROVIDERS}\nmodule \"m\" {{\n  source = \"./m\"\n  name = \"n\"\n}}\n"),
        &["m"],
    );
    let found = missing.try_open(true).await.err().expect("refused");
    assert!(errors(&found)[0].contains("fake.other"), "{found:?}");
}

/// A configuration that objects still need is missed by name, and nothing is done.
#[tokio::test]
async fn a_configuration_that_is_still_needed_is_missed() {
    let with_alias = "provider \"fake\" {\n  alias = \"a\"\n}\nresource \"fake_thing\" \"t\" {\n  provider = fake.a\n  name = \"t\"\n}\n";
    for after in ["", "resource \"fake_thing\" \"else\" {\n  name = \"else\"\n}\n"] {
        for options in [PlanOptions::default(), destroying()] {
            let stage = Stage::new(with_alias);
            stage.apply(&PlanOptions::default()).await;
            stage.configure(after);
            let outcome = stage.try_apply(&options).await;
            let found = errors(&outcome.diagnostics);
            assert!(found[0].contains("Provider configuration not present"), "{found:?}");
            assert!(found[0].contains("fake_thing.t") && found[0].contains(".a"), "{found:?}");
            assert_eq!(stage.names(), ["t"]);
            stage.assert_true("the object is still there");
            // Another configuration takes it over: the block says which.
            stage.configure("resource \"fake_thing\" \"t\" {\n  name = \"t\"\n}\n");
            let outcome = stage.try_apply(&PlanOptions::default()).await;
            assert_eq!(errors(&outcome.diagnostics).len(), 1, "Terraform asks for the old one here too");
            stage.configure(&format!("provider \"fake\" {{\n  alias = \"a\"\n}}\n{after}"));
            stage.apply(&options).await;
            assert!(!stage.names().contains(&"t".to_owned()));
        }
    }
}
