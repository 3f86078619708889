//! What others changed is taken into the files, and nothing is left to do.

use crate::stage::{Stage, errors};
use std::collections::BTreeMap;
use trueup_drift::{ResourceDrift, drift_document};
use trueup_engine::{Adoption, PlanOptions, adopt};
use trueup_value::{Type, Value};

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
        meddle(&stage, name, "size", (*size).into());
    }
    let adoption = adopt_on(&stage).await;
    (stage, adoption)
}

fn meddle(stage: &Stage, name: &str, attribute: &str, value: Value) {
    let objects = stage.cloud.objects();
    let id = objects.iter().find(|one| one.value.get("name") == Some(&Value::from(name)));
    assert!(stage.cloud.set("fake_thing", &id.expect(name).id, attribute, value));
}

async fn adopt_on(stage: &Stage) -> Adoption {
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
    adoption
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

/// What was changed on things of these names, and what comes of it: lines that stand in the files, and what is left.
async fn check(config: &str, changes: &[(&str, &str, Value)], lines: &[&str], left: &[&str]) {
    let stage = Stage::new(config);
    stage.apply(&PlanOptions::default()).await;
    for (name, attribute, value) in changes {
        meddle(&stage, name, attribute, value.clone());
    }
    let adoption = adopt_on(&stage).await;
    let found: Vec<String> = adoption.left.iter().map(|one| format!("{} {}", one.addr, one.why)).collect();
    assert_eq!(found, left, "{config}");
    let text = adoption.files.values().cloned().collect::<String>();
    for line in lines {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(adoption.files.is_empty(), lines.is_empty(), "{config}: {text}");
    if left.is_empty() {
        let planned = stage.plan(&PlanOptions::default()).await;
        assert!(!planned.plan.has_changes(), "{text}: {:#?}", planned.plan.summary());
    }
}

fn thing(name: &str, inside: &str) -> String {
    format!("resource \"fake_thing\" \"{name}\" {{\n  name = \"{name}\"\n  {inside}\n}}\n")
}

/// Two things with the same local values, one of which changes.
#[tokio::test]
async fn what_others_read_as_well_is_left() {
    let size = |value: i64| ("a", "size", Value::from(value));
    let both = |value: i64| [size(value), ("b", "size", value.into())];
    let local = "locals {\n  size = 1\n}\n";
    let two = |one: &str, other: &str| format!("{}{}", thing("a", one), thing("b", other));
    let used = format!("{local}{}", two("size = local.size", "size = local.size"));
    let left = ["fake_thing.a local.size is read elsewhere as well"];
    check(&used, &[size(5)], &[], &left).await;
    check(&used, &both(5), &["size = 5"], &[]).await;
    let other = |text: &str| format!("{local}{}{text}", thing("a", "size = local.size"));
    check(&other("output \"o\" {\n  value = \"${local.size} GB\"\n}\n"), &[size(5)], &[], &left).await;
    check(&other(&thing("b", "count = local.size > 0 ? 1 : 0")), &[size(5)], &[], &left).await;
    check(&other(""), &[size(5)], &["size = 5"], &[]).await;
    let parts = "locals {\n  cfg = { a = { owner = \"x\" }, b = 2 }\n}\n";
    let tags = |value: &str| Value::map(Type::String, [("owner", Value::from(value))]);
    let variable = "variable \"size\" {\n  default = 1\n  validation {\n    condition     = var.size > 0\n    error_message = \"No.\"\n  }\n}\n";
    check(&format!("{variable}{}", thing("a", "size = var.size")), &[size(5)], &["default = 5"], &[]).await;
    let through = format!("{parts}{}", two("tags = local.cfg.a", "size = local.cfg.b"));
    let left = ["fake_thing.a it is that of something else"];
    check(&through, &[("a", "tags", tags("y"))], &[], &left).await;
    let tagged = "locals {\n  tags = { owner = \"x\" }\n}\n";
    let apart = format!("{tagged}{}", two("tags = local.tags", "label = local.tags.owner"));
    let left = ["fake_thing.a local.tags is read elsewhere as well"];
    check(&apart, &[("a", "tags", tags("y"))], &[], &left).await;
    let more = Value::map(Type::String, [("owner", Value::from("x")), ("more", "z".into())]);
    check(&apart, &[("a", "tags", more)], &["more"], &[]).await;
}

/// The same inside of a module: what else reads its variable reads what its call says.
#[tokio::test]
async fn what_others_read_in_a_module_is_left() {
    let check = async |more: &str, left: &[&str]| {
        let stage = Stage::new("module \"inner\" {\n  source = \"./inner\"\n  size   = 6\n}\n");
        stage.write("inner/main.tf", &format!("{INNER}{more}"));
        stage.write(".terraform/modules/modules.json", MODULES);
        stage.apply(&PlanOptions::default()).await;
        meddle(&stage, "inside", "size", 8.into());
        let adoption = adopt_on(&stage).await;
        let found: Vec<String> = adoption.left.iter().map(|one| one.why.clone()).collect();
        assert_eq!(found, left, "{more}");
        assert_eq!(adoption.files.is_empty(), !left.is_empty(), "{more}");
    };
    check("", &[]).await;
    check(&thing("other", "size = var.size"), &["var.size is read elsewhere as well"]).await;
}

/// What is put in by several is the same, or is left; whatever else is written is written at once.
#[tokio::test]
async fn one_place_takes_one_value() {
    let tags = |pairs: &[(&str, &str)]| {
        Value::map(Type::String, pairs.iter().map(|(key, value)| (*key, Value::from(*value))))
    };
    let many = "resource \"fake_thing\" \"m\" {\n  count = 2\n  name  = \"m${count.index}\"\n  tags = {\n    a = \"1\"\n  }\n}\n";
    let of =
        |zero: &[(&str, &str)], one: &[(&str, &str)]| [("m0", "tags", tags(zero)), ("m1", "tags", tags(one))];
    let same = "it is written in the same place as that of fake_thing.m";
    let left = [
        &format!("fake_thing.m[0] {same}[1], which has another value")[..],
        &format!("fake_thing.m[1] {same}[0], which has another value"),
    ];
    check(many, &of(&[("a", "1"), ("new", "x")], &[("a", "1"), ("new", "y")]), &[], &left).await;
    check(many, &of(&[("a", "1"), ("new", "x")], &[("a", "1"), ("new", "x")]), &["new = \"x\""], &[]).await;
    let three = &[("a", "1"), ("b", "2"), ("c", "3")][..];
    check(many, &of(three, three), &["b = \"2\"\n", "c = \"3\"\n"], &[]).await;
    let inline = many.replace("{\n    a = \"1\"\n  }", "{ a = \"1\" }");
    check(&inline, &of(three, three), &["{ a = \"1\", b = \"2\", c = \"3\" }"], &[]).await;
    let empty = many.replace("{\n    a = \"1\"\n  }", "{}");
    check(&empty, &of(three, three), &["{ a = \"1\", b = \"2\", c = \"3\" }"], &[]).await;
}
