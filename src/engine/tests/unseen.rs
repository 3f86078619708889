//! What is judged, and what is said, where there is no schema of what a configuration uses.

use crate::stage::{Stage, session_options};
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::{InputSources, PlanOptions, Session, SessionOptions, World, load, unplannable, validate};
use trueup_provider::fake::FakeFactory;
use trueup_provider::{Factories, Factory, Provider, StartError};

/// The provider of the fake cloud under the name of a large one, most of whose types it lacks.
struct Lacking(FakeFactory);

impl Factory for Lacking {
    fn start(&self, addr: &ProviderAddr) -> Result<Arc<dyn Provider>, StartError> {
        if self.known().contains(addr) {
            self.0.start(&FakeFactory::addr())
        } else {
            Err(StartError::unknown(addr, &self.known()))
        }
    }

    fn known(&self) -> Vec<ProviderAddr> {
        vec![ProviderAddr::official("google")]
    }
}

fn world(stage: &Stage) -> World {
    let world = stage.world();
    let lacking: Arc<dyn Factory> = Arc::new(Lacking(FakeFactory::new(stage.cloud.clone())));
    World { factory: Arc::new(Factories(vec![world.factory.clone(), lacking])), ..world }
}

fn told(found: &Diagnostic) -> String {
    let kind = if found.is_error() { "error" } else { "warning" };
    format!("{kind}: {}\n{}\n{}", found.summary, found.detail, found.hint.as_deref().unwrap_or_default())
}

/// Each diagnostic has the words of one line, parted by `|`, and there are no others.
#[track_caller]
fn assert_told(config: &str, found: Diagnostics, expected: &[&str]) {
    let found: Vec<String> = found.sorted().iter().map(told).collect();
    let missed = expected
        .iter()
        .filter(|line| !found.iter().any(|text| line.split('|').all(|words| text.contains(words.trim()))));
    let missed: Vec<_> = missed.collect();
    assert!(missed.is_empty() && found.len() == expected.len(), "{config}\n{missed:#?}\n{found:#?}");
}

/// A stage whose preamble gives way to requirements of the configuration's own.
fn stage(config: &str) -> Stage {
    let stage = Stage::new(config);
    if config.starts_with("terraform {") {
        stage.write("main.tf", config);
    }
    stage
}

async fn check(config: &str, expected: &[&str]) {
    let stage = stage(config);
    let (_, found) = validate(&world(&stage), &InputSources::default()).await;
    assert_told(config, found, expected);
}

#[tokio::test]
async fn blocks_without_a_schema_are_named_once_for_each_provider() {
    let config = r#"
        resource "random_pet" "a" {
          count  = 2
          length = 3
        }
        resource "null_resource" "a" {
          for_each = { x = random_pet.a[0].id }
          triggers = { pet = each.value, all = join(",", random_pet.a[*].id) }
          connection {
            host = self.triggers.pet
          }
          provisioner "local-exec" {
            command = "echo ${self.id}"
          }
          lifecycle {
            ignore_changes = [triggers["pet"]]
            precondition {
              condition     = random_pet.a[1].id.deep[0] != ""
              error_message = "no pet"
            }
            postcondition {
              condition     = self.id != ""
              error_message = "no id"
            }
          }
        }
        data "random_data" "a" {}
        ephemeral "random_password" "a" {}
        provider "google" {
          region = "here"
        }
        resource "google_sql_user" "a" {
          password_wo = ephemeral.random_password.a.result
          dynamic "policy" {
            for_each = [{ a = 1 }]
            content {
              value = policy.value.a + data.random_data.a.number
            }
          }
        }
        output "a" {
          value = [for r in null_resource.a : upper(r.triggers.pet)]
        }
    "#;
    let lines = [
        "warning: Judged without the schema of hashicorp/random | random_pet: random_pet.a\n | data random_data: data.random_data.a | ephemeral random_password: ephemeral.random_password.a | is not built in",
        "warning: Judged without the schema of hashicorp/null | null_resource: null_resource.a",
        "warning: Judged without the schema of hashicorp/google | embedded in trueup doesn't have these types | google_sql_user: google_sql_user.a",
    ];
    check(config, &lines).await;
}

#[tokio::test]
async fn what_needs_no_schema_is_judged_all_the_same() {
    let config = r#"
        resource "random_pet" "a" {
          length = var.none
        }
        resource "random_pet" "sound" {}
        resource "random_pet" "b" {
          length = upper()
          dynamic "x" {
            for_each = [1]
            content {
              y = x.value.z
            }
          }
          dynamic "x" {
            for_each = random_pet.sound.list
            content {
              y = x.value.z
            }
          }
        }
    "#;
    let random = "warning: Judged without the schema of hashicorp/random";
    let lines = [
        "error: Reference to undeclared input variable",
        "error: Not enough function arguments",
        "error: Unsupported attribute",
        random,
    ];
    check(config, &lines).await;
    check(
        "resource \"random_pet\" \"a\" {\n  provisioner \"local-exec\" {\n  }\n}\n",
        &["error: Missing required argument | command", random],
    )
    .await;
    check(
        "provider \"random\" {\n  a = 1 + \"b\"\n}\nresource \"random_pet\" \"a\" {}\n",
        &["error: Invalid operand", "warning: Judged without the schema of hashicorp/random | 1 block"],
    )
    .await;
}

#[tokio::test]
async fn misspelt_types_of_published_providers_are_errors() {
    let cases: &[(&str, &[&str])] = &[
        (
            "resource \"aws_lambda_functoin\" \"a\" {\n}\n",
            &["error: Invalid resource type | Did you mean \"aws_lambda_function\"?"],
        ),
        (
            "resource \"google_sql_usr\" \"a\" {\n}\n",
            &["error: Invalid resource type | Did you mean \"google_sql_user\"?"],
        ),
        ("data \"azurerm_client_conf\" \"a\" {\n}\n", &["error: Invalid data source | Did you mean"]),
        (
            "resource \"aws_caller_identity\" \"a\" {\n}\n",
            &["error: Invalid resource type | There is a data source of that name"],
        ),
        (
            "data \"aws_lambda_permission\" \"a\" {\n}\n",
            &["error: Invalid data source | There is a resource type of that name"],
        ),
        (
            "ephemeral \"aws_kms_secret\" \"a\" {\n}\n",
            &["error: Invalid ephemeral resource | aws_kms_secrets"],
        ),
        (
            "resource \"awss_vpc\" \"a\" {\n}\n",
            &["warning: Judged without the schema of hashicorp/awss | did you mean a type of hashicorp/aws"],
        ),
        (
            "resource \"fake_thin\" \"a\" {\n}\n",
            &["error: Invalid resource type | Did you mean \"fake_thing\"?"],
        ),
    ];
    for (config, expected) in cases {
        check(config, expected).await;
    }
    // Another release may have what this one has not.
    let old = "terraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n      version = \"~> 2.0\"\n    }\n  }\n}\nresource \"aws_gone\" \"a\" {\n}\n";
    check(old, &["warning: Judged without the schema of hashicorp/aws | aws_gone: aws_gone.a"]).await;
    check(&old.replace("~> 2.0", ">= 2.0"), &["error: Invalid resource type"]).await;
    // What is embedded is one release, by which the blocks of another can't be judged.
    let old = old.replace("aws", "google").replace("google_gone", "fake_thing");
    let other =
        "warning: Judged without the schema of hashicorp/google | another release of hashicorp/google";
    let thing = old.replace("{\n}\n", "{\n  provider = google\n}\n");
    check(&thing, &[other]).await;
    check(&thing.replace("~> 2.0", "~> 7.0"), &["error: Missing required argument | name"]).await;
}

#[tokio::test]
async fn functions_of_providers_that_are_not_there_are_taken_to_be_there() {
    let requirement =
        "terraform {\n  required_providers {\n    assert = { source = \"example/assert\" }\n  }\n}\n";
    let call = "output \"a\" {\n  value = provider::assert::same([provider::assert::cidr(\"x\")])[0].b\n}\n";
    check(
        &format!("{requirement}{call}"),
        &["warning: Judged without the schema of example/assert | functions: provider::assert::cidr, provider::assert::same"],
    )
    .await;
    let unknown = ["provider::assert::same", "provider::assert::cidr"];
    let unknown = unknown.map(|name| format!("error: Unknown provider function | {name}"));
    check(call, &unknown.each_ref().map(String::as_str)).await;
    let wrong = call.replace("\"x\"", "upper()");
    let lines =
        ["error: Not enough function arguments", "warning: Judged without the schema of example/assert"];
    check(&format!("{requirement}{wrong}"), &lines).await;
}

#[tokio::test]
async fn what_can_not_be_planned_is_said_with_its_blocks() {
    let config = "resource \"random_pet\" \"a\" {\n}\nresource \"google_sql_user\" \"a\" {\n}\n";
    let stage = Stage::new(config);
    let world = world(&stage);
    let lines = [
        "error: Provider not available | hashicorp/random is not built in | random_pet: random_pet.a",
        "error: Resource types not available | hashicorp/google | google_sql_user: google_sql_user.a",
    ];
    assert_told(config, unplannable(&world, &load(&world, None).program), &lines);
    // One that is only required is not missed.
    let required = "terraform {\n  required_providers {\n    tls = { source = \"hashicorp/tls\" }\n  }\n}\n";
    let stage = self::stage(required);
    let world = self::world(&stage);
    assert_told(required, unplannable(&world, &load(&world, None).program), &[]);
    assert!(stage.try_open(false).await.is_ok());
}

#[tokio::test]
async fn what_an_unknown_number_of_blocks_holds_is_held_against_the_schema() {
    let config = r#"
        variable "disks" {
          type = list(object({ size = number }))
        }
        resource "fake_thing" "a" {
          name = "a"
          dynamic "disk" {
            for_each = var.disks
            content {
              size = disk.value.nothing
              sise = 1
            }
          }
          dynamic "disk" {
            for_each = var.disks
            content {
              kind = disk.value.nothing
              dynamic "inner" {
                for_each = disk.value
                content {
                }
              }
            }
          }
        }
    "#;
    let lines = [
        "error: Unsupported argument | sise",
        "error: Missing required argument | size",
        "error: Unsupported block type | inner",
    ];
    check(config, &lines).await;
}

#[tokio::test]
async fn what_stands_in_blocks_that_may_never_be_is_not_looked_at() {
    let cases = [
        ("each.value.size", "each.value cannot be used in this context"),
        ("count.index", "Reference to \"count\" in non-counted context"),
        ("self.size", "Invalid \"self\" reference"),
        ("fake_thing.none.size", "Reference to undeclared resource"),
        ("module.none.size", "Reference to undeclared module"),
        ("var.none", "Reference to undeclared input variable"),
        ("local.none", "Reference to undeclared local value"),
        ("path.none", "Invalid \"path\" attribute"),
        ("none(1)", "Call to unknown function"),
        ("none", "Invalid reference"),
        ("upper(1, 2)", "Too many function arguments"),
    ];
    for (expression, summary) in cases {
        for kind in ["fake_thing", "random_thing"] {
            for walked in ["[]", "var.sizes", "[1]"] {
                let config = format!(
                    "variable \"sizes\" {{\n}}\nresource \"{kind}\" \"a\" {{\n  name = \"a\"\n  dynamic \"disk\" {{\n    for_each = {walked}\n    content {{\n      size = {expression}\n    }}\n  }}\n}}\n"
                );
                let error = format!("error: {summary}");
                let unseen = "warning: Judged without the schema of hashicorp/random";
                let mut expected = Vec::new();
                expected.extend((walked == "[1]").then_some(&*error));
                expected.extend((kind == "random_thing").then_some(unseen));
                check(&config, &expected).await;
            }
        }
    }
}

#[tokio::test]
async fn what_import_blocks_say_is_judged() {
    let block = |more: &str| {
        format!(
            "variable \"v\" {{\n}}\nresource \"fake_thing\" \"a\" {{\n  for_each = var.v\n  name = \"a\"\n}}\nimport {{\n  to = fake_thing.a[each.key]\n{more}}}\n"
        )
    };
    let cases = [
        ("  for_each = var.v\n  id = each.value.id\n", None),
        ("  for_each = var.v\n  id = upper(1, 2)\n", Some("error: Too many function arguments")),
        ("  for_each = 1 + \"b\"\n  id = each.key\n", Some("error: Invalid operand")),
        ("  for_each = {}\n  id = { a = 1 }.none\n", Some("error: Unsupported attribute")),
    ];
    for (more, expected) in cases {
        check(&block(more), expected.as_slice()).await;
    }
}

#[tokio::test]
async fn a_plan_names_the_blocks_whose_type_is_missing() {
    let config = "resource \"google_sql_user\" \"a\" {\n  count = 2\n}\n";
    let stage = Stage::new(config);
    for valid in [true, false] {
        let options = SessionOptions { valid, ..session_options(false) };
        let found = match Session::open(&world(&stage), options).await {
            Err(refused) => refused.diagnostics,
            Ok(mut session) => {
                let planned = session.plan(&PlanOptions::default()).await;
                drop(session.close().await);
                planned.diagnostics
            }
        };
        let line = "error: Resource type not available | hashicorp/google has the resource type google_sql_user | provider plugins can't be used yet";
        assert_told(config, found, &[line]);
    }
}
