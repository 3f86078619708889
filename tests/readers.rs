//! Tools that read what Terraform prints, or call it by its path, get along with this program: checkov and tftest,
//! each as its authors publish it.

use crate::support::moto::{Moto, environment};
use crate::support::sandbox::Sandbox;
use crate::support::skip::skip;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

const CONFIGURATION: &str = r#"
variable "endpoint" {}

variable "open" {
  default = "0.0.0.0/0"
}

provider "aws" {
  region                      = "eu-central-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true

  endpoints {
    ec2 = var.endpoint
    s3  = var.endpoint
    sts = var.endpoint
  }
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "web" {
  count       = 2
  name        = "web-${count.index}"
  description = "web"
  vpc_id      = aws_vpc.this.id

  ingress {
    description = "ssh"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [count.index == 0 ? var.open : aws_vpc.this.cidr_block]
  }
}

module "guarded" {
  source = "./bucket"
  name   = "guarded"
  guard  = true
}

module "bare" {
  source = "./bucket"
  name   = "bare"
}

output "groups" {
  value = { for group in aws_security_group.web : group.name => length(group.ingress) }
}
"#;

const BUCKET: &str = r#"
variable "name" {}

variable "guard" {
  default = false
}

resource "aws_s3_bucket" "this" {
  bucket = "readers-${var.name}"
}

resource "aws_s3_bucket_public_access_block" "this" {
  count                   = var.guard ? 1 : 0
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
"#;

fn installed(package: &str, program: (&str, &[&str])) -> Option<PathBuf> {
    let name = package.replace("==", "-").replace(".*", "");
    environment(&name, package, program).map_err(|why| skip(package, &why)).ok()
}

fn sandbox(moto: &Moto) -> Sandbox {
    let mut sandbox = Sandbox::with(&[("main.tf", CONFIGURATION), ("bucket/main.tf", BUCKET)]);
    sandbox.set("TF_VAR_endpoint", &moto.endpoint);
    sandbox.set("AWS_ACCESS_KEY_ID", "test");
    sandbox.set("AWS_SECRET_ACCESS_KEY", "test");
    sandbox
}

/// What checkov says of a plan: each check with the resource it passes or fails for.
fn verdicts(report: &Value, kind: &str) -> BTreeSet<(String, String)> {
    let text = |check: &Value, key: &str| check[key].as_str().expect("a text").to_owned();
    let checks = report["results"][kind].as_array().unwrap_or_else(|| panic!("{kind} in {report}"));
    checks.iter().map(|check| (text(check, "check_id"), text(check, "resource"))).collect()
}

/// A policy tool finds in the plan what is wrong with it: values of counted resources, of modules, and which
/// resource of the configuration refers to which.
#[test]
fn checkov_reads_a_plan() {
    let Some(checkov) = installed("checkov==3.3.*", ("checkov", &["--version"])) else { return };
    let Some(moto) = Moto::start("a plan for checkov") else { return };
    let sandbox = sandbox(&moto);
    sandbox.trueup(&["init", "-no-color"]).code(0);
    sandbox.trueup(&["plan", "-no-color", "-out=saved"]).code(0);
    let plan = sandbox.trueup(&["show", "-json", "saved"]).code(0).stdout;
    sandbox.write("plan.json", &plan);
    let arguments = ["-f", "plan.json", "--framework", "terraform_plan", "--skip-download", "-o", "json"];
    let report = sandbox.run(&checkov, &arguments).code(1).stdout;
    let report = serde_json::from_str(&report).unwrap_or_else(|cause| panic!("{cause}: {report}"));
    let (passed, failed) = (verdicts(&report, "passed_checks"), verdicts(&report, "failed_checks"));
    let check = |id: &str, good: &[&str], bad: &[&str]| {
        let of = |all: &BTreeSet<(String, String)>| {
            let found = all.iter().filter(|(check, _)| check == id).map(|(_, resource)| resource.clone());
            found.collect::<BTreeSet<_>>()
        };
        let wanted = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!((of(&passed), of(&failed)), (wanted(good), wanted(bad)), "{id}");
    };
    let [first, second] = ["aws_security_group.web[0]", "aws_security_group.web[1]"];
    // SSH isn't open to the world.
    check("CKV_AWS_24", &[second], &[first]);
    // Every rule of a group has a description.
    check("CKV_AWS_23", &[first, second], &[]);
    // A bucket has a block of public access: known by the reference of one resource to another.
    check("CKV2_AWS_6", &["module.guarded.aws_s3_bucket.this"], &["module.bare.aws_s3_bucket.this"]);
}

const SCRIPT: &str = r#"
import os, sys, tftest

tf = tftest.TerraformTest(os.getcwd(), binary=sys.argv[1])
tf.setup(cleanup_on_exit=False)

plan = tf.plan(output=True)
assert sorted(plan.modules) == ["module.bare", "module.guarded"], plan.modules
assert plan.root_module.resources["aws_vpc.this"]["values"]["cidr_block"] == "10.0.0.0/16"
assert plan.resource_changes["aws_security_group.web[1]"]["change"]["actions"] == ["create"]
assert plan.variables["open"] == "0.0.0.0/0", plan.variables

tf.apply()
assert tf.output()["groups"] == {"web-0": 1, "web-1": 1}, tf.output()
kinds = {resource["type"] for resource in tf.state_pull()["resources"]}
assert "aws_s3_bucket_public_access_block" in kinds, kinds

again = tf.plan(output=True)
actions = {tuple(change["change"]["actions"]) for change in again.resource_changes.values()}
assert actions == {("no-op",)}, actions

changed = tf.plan(output=True, tf_vars={"open": "10.1.0.0/16"})
assert changed.resource_changes["aws_security_group.web[0]"]["change"]["actions"] == ["update"]

tf.destroy()
assert tf.state_pull()["resources"] == []
"#;

/// A wrapper that calls Terraform by its path doesn't notice what it calls.
#[test]
fn tftest_runs_this_binary() {
    let Some(python) = installed("tftest==1.8.*", ("python", &["-c", "import tftest"])) else { return };
    let Some(moto) = Moto::start("a life under tftest") else { return };
    let sandbox = sandbox(&moto);
    sandbox.write("life.py", SCRIPT);
    sandbox.run(&python, &["life.py", env!("CARGO_BIN_EXE_trueup")]).code(0);
}
