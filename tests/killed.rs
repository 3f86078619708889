//! The program killed in the middle of its work on a cloud: nothing is lost, and nothing is made twice.
//!
//! State and journal are in S3 and the cloud is EC2 and S3, all of it behind one proxy that kills the program at each
//! request that changes something in turn: before the request arrives, and after it took effect.

use crate::support::killer::{Killer, Moment};
use crate::support::moto::Moto;
use crate::support::sandbox::Sandbox;

const CONFIGURATION: &str = r#"
terraform {
  backend "s3" {
    bucket                      = "states"
    key                         = "terraform.tfstate"
    region                      = "eu-central-1"
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_requesting_account_id  = true
  }
}

variable "endpoint" {}

provider "aws" {
  region                      = "eu-central-1"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    ec2 = var.endpoint
    s3  = var.endpoint
    sts = var.endpoint
  }
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_instance" "this" {
  ami           = "ami-12c6146b"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.this.id
}

resource "aws_ebs_volume" "this" {
  availability_zone = aws_subnet.this.availability_zone
  size              = 8
}

resource "aws_eip" "this" {
  instance = aws_instance.this.id
}

resource "aws_s3_bucket" "this" {
  bucket = "things"
}
"#;

/// What there is of each kind, without what the emulator starts with.
const COUNT: &str = r"
vpc = [v['VpcId'] for v in ec2.describe_vpcs()['Vpcs'] if v['CidrBlock'] == '10.0.0.0/16']
subnets = [s for s in ec2.describe_subnets()['Subnets'] if s['CidrBlock'] == '10.0.1.0/24']
instances = [i for r in ec2.describe_instances()['Reservations'] for i in r['Instances']
             if i['State']['Name'] not in ('terminated', 'shutting-down')]
roots = [m['Ebs']['VolumeId'] for i in instances for m in i['BlockDeviceMappings']]
volumes = [v for v in ec2.describe_volumes()['Volumes'] if v['VolumeId'] not in roots]
addresses = ec2.describe_addresses()['Addresses']
buckets = [b for b in s3.list_buckets()['Buckets'] if b['Name'] != 'states']
print(len(vpc), len(subnets), len(instances), len(volumes), len(addresses), len(buckets))
";

const ALL: &str = "1 1 1 1 1 1";
const NONE: &str = "0 0 0 0 0 0";

/// A cloud to kill on.
struct Cloud {
    moto: Moto,
    killer: Killer,
}

impl Cloud {
    fn start() -> Option<Cloud> {
        let moto = Moto::start("a program that is killed at each request")?;
        let killer = Killer::start(moto.port());
        Some(Cloud { moto, killer })
    }

    /// An empty cloud and a program set up on it.
    fn empty(&self) -> Sandbox {
        self.killer.arm(Moment::Never);
        self.moto.python(
            "urllib.request.urlopen(urllib.request.Request(endpoint + '/moto-api/reset', method='POST'))\n\
             s3.create_bucket(Bucket='states', CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})",
        );
        let mut sandbox = Sandbox::with(&[("main.tf", CONFIGURATION)]);
        sandbox.set("AWS_ACCESS_KEY_ID", "test");
        sandbox.set("AWS_SECRET_ACCESS_KEY", "test");
        sandbox.set("TF_VAR_endpoint", &self.killer.endpoint);
        sandbox.set("AWS_ENDPOINT_URL_S3", &self.killer.endpoint);
        sandbox.trueup(&["init", "-no-color"]).code(0);
        sandbox
    }

    fn count(&self) -> String {
        self.moto.python(COUNT).trim().to_owned()
    }

    /// Runs a command that dies at a moment, says whether it did.
    fn killed(&self, sandbox: &Sandbox, command: &str, moment: Moment) -> bool {
        self.killer.arm(moment);
        self.killer.aim(sandbox.start(&[command, "-no-color", "-auto-approve"]));
        let killed = self.killer.wait();
        self.killer.arm(Moment::Never);
        killed
    }

    /// Runs a command to its end; how many requests of it changed something.
    fn rehearsed(&self, sandbox: &Sandbox, command: &str) -> usize {
        self.killer.arm(Moment::Never);
        sandbox.trueup(&[command, "-no-color", "-auto-approve"]).code(0);
        self.killer.changes().len()
    }

    /// Takes the lock of the dead away, as a person would.
    fn unlock(&self, sandbox: &Sandbox) {
        let key = "terraform.tfstate.tflock";
        let script = format!(
            "keys = [o['Key'] for o in s3.list_objects_v2(Bucket='states').get('Contents', [])]\n\
             if '{key}' in keys:\n\
             \x20   print(json.load(s3.get_object(Bucket='states', Key='{key}')['Body'])['ID'])"
        );
        let id = self.moto.python(&script);
        if !id.trim().is_empty() {
            sandbox.trueup(&["force-unlock", "-no-color", "-force", id.trim()]).code(0);
        }
    }
}

/// One moment in so many is tried, unless the variable `TRUEUP_TEST_EVERY_KILL` asks for all of them (which takes ten
/// minutes on two cores).
const APART: usize = 8;

/// This test's share of the moments worth dying at: each change, before and after it took effect. Even parts die before
/// changes, odd ones after.
#[expect(clippy::disallowed_methods, reason = "the tests are asked for more")]
fn moments(changes: usize, part: usize) -> impl Iterator<Item = Moment> {
    let all = std::env::var("TRUEUP_TEST_EVERY_KILL").is_ok();
    let (first, apart) = if all { (part % 2, 2) } else { (part, APART) };
    (0..changes).flat_map(|number| [Moment::Before(number), Moment::After(number)]).skip(first).step_by(apart)
}

fn dies_while_making(part: usize) {
    let Some(cloud) = Cloud::start() else { return };
    let sandbox = cloud.empty();
    let changes = cloud.rehearsed(&sandbox, "apply");
    assert_eq!(cloud.count(), ALL);
    for moment in moments(changes, part) {
        let sandbox = cloud.empty();
        let died = cloud.killed(&sandbox, "apply", moment);
        cloud.unlock(&sandbox);
        sandbox.trueup(&["apply", "-no-color", "-auto-approve"]).code(0);
        assert_eq!(cloud.count(), ALL, "killed: {died}, {moment:?}");
        sandbox.trueup(&["plan", "-no-color", "-detailed-exitcode"]).code(0).shows("No changes.");
        sandbox.trueup(&["destroy", "-no-color", "-auto-approve"]).code(0);
        assert_eq!(cloud.count(), NONE, "killed: {died}, {moment:?}");
    }
}

fn dies_while_destroying(part: usize) {
    let Some(cloud) = Cloud::start() else { return };
    let sandbox = cloud.empty();
    sandbox.trueup(&["apply", "-no-color", "-auto-approve"]).code(0);
    let changes = cloud.rehearsed(&sandbox, "destroy");
    assert_eq!(cloud.count(), NONE);
    for moment in moments(changes, part) {
        let sandbox = cloud.empty();
        sandbox.trueup(&["apply", "-no-color", "-auto-approve"]).code(0);
        let died = cloud.killed(&sandbox, "destroy", moment);
        cloud.unlock(&sandbox);
        sandbox.trueup(&["destroy", "-no-color", "-auto-approve"]).code(0);
        assert_eq!(cloud.count(), NONE, "killed: {died}, {moment:?}");
        sandbox.trueup(&["state", "list"]).code(0).hides("aws_");
    }
}

#[test]
fn dying_before_a_change_is_no_loss_while_making() {
    dies_while_making(0);
}

#[test]
fn dying_after_a_change_is_no_loss_while_making() {
    dies_while_making(3);
}

#[test]
fn dying_before_a_change_is_no_loss_while_destroying() {
    dies_while_destroying(4);
}

#[test]
fn dying_after_a_change_is_no_loss_while_destroying() {
    dies_while_destroying(7);
}
