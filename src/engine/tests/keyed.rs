//! Provider blocks with `for_each`: each instance is made, read and destroyed with the configuration that it names.

use crate::stage::{Stage, errors};
use std::collections::BTreeMap;
use trueup_engine::PlanOptions;

const REGIONS: &str = r#"
variable "all" {
  type    = map(string)
  default = ALL
}
variable "used" {
  type    = set(string)
  default = USED
}
provider "fake" {
  alias    = "by_region"
  for_each = var.all
  region   = "${each.key}-${each.value}"
}
"#;

const THINGS: &str = r#"
resource "fake_thing" "t" {
  for_each = var.used
  provider = fake.by_region[each.key]
  name     = each.key
}
"#;

const MODULES: &str = r#"
module "m" {
  source    = "./m"
  for_each  = var.used
  providers = { fake = fake.by_region[each.key] }
  name      = each.key
}
"#;

const INNER: &str = r#"
terraform {
  required_providers {
    fake = { source = "trueup/fake" }
  }
}
variable "name" {}
module "n" {
  source = "./n"
  name   = var.name
}
"#;

const INNERMOST: &str = r#"
terraform {
  required_providers {
    fake = { source = "trueup/fake" }
  }
}
variable "name" {}
resource "fake_thing" "t" {
  name = var.name
}
"#;

fn regions(all: &str, used: &str) -> String {
    let map = all.split(' ').map(|name| format!("{name} = \"1\"")).collect::<Vec<_>>().join(", ");
    let set = used.split(' ').filter(|name| !name.is_empty()).map(|name| format!("\"{name}\""));
    let set = set.collect::<Vec<_>>().join(", ");
    REGIONS.replace("ALL", &format!("{{ {map} }}")).replace("USED", &format!("[{set}]"))
}

/// The region of each thing in the cloud, by its name.
fn made(stage: &Stage) -> BTreeMap<String, String> {
    let text = |value: &trueup_value::Value, name: &str| {
        value.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    };
    let region = |arn: String| arn.split(':').nth(2).unwrap_or_default().to_owned();
    let objects = stage.cloud.objects();
    objects.iter().map(|one| (text(&one.value, "name"), region(text(&one.value, "arn")))).collect()
}

fn pairs(wanted: &[(&str, &str)]) -> BTreeMap<String, String> {
    wanted.iter().map(|(name, region)| ((*name).to_owned(), (*region).to_owned())).collect()
}

async fn check(form: &str) {
    let stage = Stage::new("");
    let configure = |all: &str, used: &str| {
        stage.configure(&format!("{}{form}", regions(all, used)));
        stage.write("m/main.tf", INNER);
        stage.write("m/n/main.tf", INNERMOST);
    };
    configure("eu us", "eu us");
    let manifest = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"./m","Dir":"m"},{"Key":"m.n","Source":"./n","Dir":"m/n"}]}"#;
    stage.write(".terraform/modules/modules.json", manifest);
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(made(&stage), pairs(&[("eu", "eu-1"), ("us", "us-1")]), "{form}");
    stage.assert_settled(form).await;
    // The element and the object go at once: nobody could destroy it.
    configure("us", "us");
    let found = stage.plan(&PlanOptions::default()).await.diagnostics;
    let found = errors(&found);
    assert!(found.iter().any(|one| one.contains("Provider instance not present")), "{form}: {found:?}");
    // First the object, then the element.
    configure("eu us", "us");
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(made(&stage), pairs(&[("us", "us-1")]), "{form}");
    configure("us", "us");
    stage.assert_settled(form).await;
    configure("us", "");
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(made(&stage), pairs(&[]), "{form}");
}

#[tokio::test]
async fn resources_choose_their_configuration() {
    check(THINGS).await;
}

#[tokio::test]
async fn calls_choose_the_configuration_of_all_within() {
    check(MODULES).await;
}

#[tokio::test]
async fn an_import_reads_with_the_configuration_of_the_instance() {
    let stage = Stage::new(&format!("{}{THINGS}", regions("eu us", "eu us")));
    stage.cloud.insert("fake_thing", [("name", "eu".into())]);
    let mut session = stage.open().await;
    let addr = "fake_thing.t[\"eu\"]".parse().expect("an address");
    let imported = session.import(&addr, "thing-eu-1").await;
    assert!(imported.is_ok(), "{imported:?}");
    let provider = session.state().provider(&addr).map(ToString::to_string);
    assert!(provider.is_some_and(|name| name.ends_with(".by_region[\"eu\"]")));
    drop(session.close().await);
}
