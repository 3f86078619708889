//! What others changed is taken into the files, and nothing is left to do.

use crate::stage::{Stage, errors};
use std::collections::BTreeMap;
use trueup_drift::{ResourceDrift, drift_document};
use trueup_engine::{Adoption, PlanOptions, adopt};
use trueup_value::Value;

const CONFIG: &str = r#"
variable "size" {
  default = 3 # the size of both
}
resource "fake_thing" "plain" {
  name = "plain"
  size = 1 # small
  tags = {
    owner = "git" # who
  }
}
resource "fake_thing" "given" {
  name = "given"
  size = var.size
}
resource "fake_thing" "many" {
  count = 2
  name  = "many-${count.index}"
  size  = 4
}
resource "fake_thing" "computed" {
  name = "computed"
  size = 1 + 1
}
module "inner" {
  source = "./inner"
  size   = 6
}
"#;
const INNER: &str = r#"
terraform {
  required_providers {
    fake = { source = "trueup/fake" }
  }
}
variable "size" {}
resource "fake_thing" "inside" {
  name = "inside"
  size = var.size
}
"#;

const MODULES: &str =
    r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"inner","Source":"./inner","Dir":"inner"}]}"#;

/// Takes the drift over, writes the files, and plans again.
async fn adopted(changes: &[(&str, i64)]) -> (Stage, Adoption) {
    let stage = Stage::new(CONFIG);
    stage.write("inner/main.tf", INNER);
    stage.write(".terraform/modules/modules.json", MODULES);
    stage.apply(&PlanOptions::default()).await;
    for (name, size) in changes {
        let objects = stage.cloud.objects();
        let id = objects.iter().find(|one| one.value.get("name") == Some(&Value::from(*name)));
        assert!(stage.cloud.set("fake_thing", &id.expect(name).id, "size", *size));
    }
    let mut session = stage.open().await;
    let planned = session.plan(&PlanOptions::default()).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    let document = drift_document(&planned.plan, &**session.providers());
    let drifted: Vec<&ResourceDrift> = document.drifted().collect();
    let adoption = adopt(&session, &planned.plan, &drifted);
    assert_eq!(errors(&session.close().await), Vec::<String>::new());
    for (path, text) in &adoption.files {
        std::fs::write(path, text).expect("written");
    }
    (stage, adoption)
}

#[tokio::test]
async fn values_are_taken_over_where_they_are_written() {
    let check = async |changes: &[(&str, i64)], lines: &[&str], left: &[&str]| {
        let (stage, adoption) = adopted(changes).await;
        let texts: BTreeMap<_, _> = adoption.files.iter().collect();
        for line in lines {
            assert!(texts.values().any(|text| text.contains(line)), "{line}: {texts:#?}");
        }
        let found: Vec<String> =
            adoption.left.iter().map(|one| format!("{} {}", one.addr, one.why)).collect();
        assert_eq!(found, left, "{changes:?}");
        if left.is_empty() {
            let planned = stage.plan(&PlanOptions::default()).await;
            assert!(!planned.plan.has_changes(), "{changes:?}: {:#?}", planned.plan.summary());
        }
    };
    check(&[("plain", 5)], &["size = 5 # small"], &[]).await;
    check(&[("given", 7)], &["default = 7 # the size of both"], &[]).await;
    check(&[("inside", 8)], &["size   = 8"], &[]).await;
    check(&[("many-0", 9), ("many-1", 9)], &["size  = 9"], &[]).await;
    check(
        &[("many-0", 9)],
        &[],
        &["fake_thing.many[0] it is written for fake_thing.many[1] as well, which is as Git says"],
    )
    .await;
    check(
        &[("many-0", 9), ("many-1", 8)],
        &[],
        &[
            "fake_thing.many[0] it is written in the same place as that of fake_thing.many[1], which has another value",
            "fake_thing.many[1] it is written in the same place as that of fake_thing.many[0], which has another value",
        ],
    )
    .await;
    check(&[("computed", 9)], &[], &["fake_thing.computed it is computed"]).await;
}
