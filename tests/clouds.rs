//! The program against a cloud: an emulator of AWS on this machine.

use crate::support::moto::{self, Moto};
use crate::support::project;
use crate::support::sandbox::Sandbox;
use crate::support::skip::skip;
use std::path::Path;

/// `examples/aws/run` is the specification: up, empty second plan, drift found and mended, down.
#[test]
fn the_aws_example_lives_as_it_says() {
    let Some(python) = moto::python("the example for AWS") else { return };
    let mut sandbox = Sandbox::new();
    sandbox.set("TRUEUP_BINARY", env!("CARGO_BIN_EXE_trueup"));
    sandbox.set("EXAMPLE_PYTHON", &python.display().to_string());
    let script = project::root().join("examples/aws/run");
    let outcome = sandbox.run(Path::new("/bin/bash"), &[&script.display().to_string()]);
    outcome.code(0).shows("Everything was as expected");
}

/// `examples/multi-cloud/run` is that of three clouds, two of which are played by the fakes of their providers' tests.
#[test]
fn the_multi_cloud_example_lives_as_it_says() {
    let what = "the example for several clouds";
    let Some(python) = moto::python(what) else { return };
    let stand_ins = Path::new(env!("CARGO_BIN_EXE_trueup")).with_file_name("examples");
    let missing =
        ["azure_stand_in", "google_stand_in"].into_iter().find(|name| !stand_ins.join(name).exists());
    if let Some(missing) = missing {
        return skip(what, &format!("{missing} isn't built: cargo test --workspace builds it"));
    }
    let mut sandbox = Sandbox::new();
    sandbox.set("TRUEUP_BINARY", env!("CARGO_BIN_EXE_trueup"));
    sandbox.set("EXAMPLE_PYTHON", &python.display().to_string());
    sandbox.set("EXAMPLE_STAND_INS", &stand_ins.display().to_string());
    let script = project::root().join("examples/multi-cloud/run");
    let outcome = sandbox.run(Path::new("/bin/bash"), &[&script.display().to_string()]);
    outcome.code(0).shows("Everything was as expected");
}

/// `examples/story/run` is that of a team: pull requests, drift, corrections and issues, with a forge of its own.
#[test]
fn the_story_of_a_team_goes_as_it_says() {
    let Some(python) = moto::python("the story of a team") else { return };
    let mut sandbox = Sandbox::new();
    sandbox.set("TRUEUP_BINARY", env!("CARGO_BIN_EXE_trueup"));
    sandbox.set("EXAMPLE_PYTHON", &python.display().to_string());
    let script = project::root().join("examples/story/run");
    let outcome = sandbox.run(Path::new("/bin/bash"), &[&script.display().to_string()]);
    outcome.code(0).shows("Everything was as expected");
}

const SUBNETS: &str = r#"
variable "endpoint" {}

variable "size" {
  default = 300
}

provider "aws" {
  region                      = "eu-central-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    ec2 = var.endpoint
    sts = var.endpoint
  }
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "each" {
  count      = var.size
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet("10.0.0.0/16", 12, count.index)
}
"#;

fn on_aws(moto: &Moto) -> Sandbox {
    let mut sandbox = Sandbox::with(&[("main.tf", SUBNETS)]);
    sandbox.set("TF_VAR_endpoint", &moto.endpoint);
    sandbox.set("AWS_ACCESS_KEY_ID", "test");
    sandbox.set("AWS_SECRET_ACCESS_KEY", "test");
    sandbox.trueup(&["init", "-no-color"]).code(0);
    sandbox
}

#[test]
fn many_objects_are_read_with_few_calls() {
    let Some(moto) = Moto::start("reading many subnets") else { return };
    let sandbox = on_aws(&moto);
    sandbox.trueup(&["apply", "-no-color", "-auto-approve"]).code(0).shows("301 added");
    let before = moto.calls();
    sandbox.trueup(&["plan", "-no-color", "-detailed-exitcode"]).code(0).shows("No changes.");
    let calls = moto.calls() - before;
    assert!((1..=12).contains(&calls), "301 objects took {calls} calls");
}

#[test]
fn what_was_deleted_behind_its_back_is_made_again() {
    let Some(moto) = Moto::start("subnets deleted by somebody else") else { return };
    let mut sandbox = on_aws(&moto);
    sandbox.set("TF_VAR_size", "3");
    sandbox.trueup(&["apply", "-no-color", "-auto-approve"]).code(0).shows("4 added");
    moto.python("ec2.delete_subnet(SubnetId=ec2.describe_subnets(Filters=[{'Name': 'cidr-block', 'Values': ['10.0.0.16/28']}])['Subnets'][0]['SubnetId'])");
    sandbox.trueup(&["drift", "-no-color"]).code(2).shows("aws_subnet.each[1]");
    sandbox.trueup(&["plan", "-no-color", "-detailed-exitcode"]).code(2).shows("Plan: 1 to add");
    sandbox.trueup(&["apply", "-no-color", "-auto-approve"]).code(0).shows("1 added, 0 changed, 0 destroyed");
    sandbox.trueup(&["plan", "-no-color", "-detailed-exitcode"]).code(0);
    sandbox.trueup(&["drift", "-no-color"]).code(0);
    sandbox.trueup(&["destroy", "-no-color", "-auto-approve"]).code(0).shows("4 destroyed");
}

/// The process is killed in the middle of making many things; the next run knows of each of them.
#[test]
fn a_killed_apply_loses_nothing() {
    let Some(moto) = Moto::start("an apply that is killed") else { return };
    let sandbox = on_aws(&moto);
    let count =
        "print(len([s for s in ec2.describe_subnets()['Subnets'] if s['CidrBlock'].startswith('10.')]))";
    let subnets = || moto.python(count).trim().parse::<usize>().expect("a number");
    let mut apply = sandbox.start(&["apply", "-no-color", "-auto-approve"]);
    while subnets() < 40 {
        assert!(apply.try_wait().expect("it can be asked").is_none(), "the apply ended before it was killed");
    }
    apply.kill().expect("it can be killed");
    apply.wait().expect("it ends");
    assert!((40..300).contains(&subnets()), "it was killed in the middle");
    sandbox.trueup(&["apply", "-no-color", "-auto-approve"]).code(0);
    assert_eq!(subnets(), 300, "each subnet was made once");
    sandbox.trueup(&["plan", "-no-color", "-detailed-exitcode"]).code(0);
    sandbox.trueup(&["destroy", "-no-color", "-auto-approve"]).code(0).shows("301 destroyed");
    assert_eq!(subnets(), 0, "nothing is left behind");
}
