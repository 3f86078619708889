//! The state in S3, as trueup keeps it and as Terraform keeps it: each test runs with one, then with the other.

use crate::support::moto::Moto;
use crate::support::sandbox::{Outcome, Sandbox, find_program};
use crate::support::skip::skip_comparison;
use std::path::PathBuf;

const BACKEND: &str = r#"
terraform {
  backend "s3" {
    key          = "env/terraform.tfstate"
    use_lockfile = true
  }
}
"#;

const RESOURCE: &str = r#"
variable "v" {
  default = "one"
}

resource "terraform_data" "a" {
  input = var.v
}

output "v" {
  value = terraform_data.a.output
}
"#;

/// A configuration, a bucket for its state, and a program.
struct Place<'a> {
    sandbox: Sandbox,
    moto: &'a Moto,
    program: PathBuf,
}

impl Place<'_> {
    fn run(&self, line: &str) -> Outcome {
        let arguments: Vec<&str> = line.split(' ').collect();
        self.sandbox.run(&self.program, &arguments)
    }

    /// What the bucket holds.
    fn keys(&self) -> Vec<String> {
        let script =
            "print('\\n'.join(o['Key'] for o in s3.list_objects_v2(Bucket='states').get('Contents', [])))";
        self.moto.python(script).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// A state file of the bucket.
    fn state(&self, key: &str) -> serde_json::Value {
        let script = format!("print(s3.get_object(Bucket='states', Key='{key}')['Body'].read().decode())");
        serde_json::from_str(&self.moto.python(&script)).expect("a state is JSON")
    }

    /// Terraform, set up beside trueup in the same directory, sees nothing to do.
    fn terraform_agrees(&mut self) {
        let Some(terraform) = find_program("terraform") else { return };
        self.sandbox.set("TF_DATA_DIR", ".terraform-beside");
        self.sandbox.run(&terraform, &["init", "-no-color", "-backend-config=s3.tfbackend"]).code(0);
        self.sandbox.run(&terraform, &["plan", "-no-color", "-detailed-exitcode"]).code(0);
        self.sandbox.set("TF_DATA_DIR", ".terraform");
    }
}

/// Runs a test in an empty bucket with each program that is there.
fn check(what: &str, test: impl Fn(&mut Place<'_>)) {
    let Some(moto) = Moto::start(what) else { return };
    let terraform = find_program("terraform");
    if terraform.is_none() {
        skip_comparison(what, "terraform");
    }
    for program in terraform.into_iter().chain([PathBuf::from(env!("CARGO_BIN_EXE_trueup"))]) {
        moto.python(
            "urllib.request.urlopen(urllib.request.Request(endpoint + '/moto-api/reset', method='POST'))\n\
             s3.create_bucket(Bucket='states', CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})",
        );
        let mut sandbox = Sandbox::with(&[("backend.tf", BACKEND), ("main.tf", RESOURCE)]);
        sandbox.set("AWS_ACCESS_KEY_ID", "test");
        sandbox.set("AWS_SECRET_ACCESS_KEY", "test");
        let settings = format!(
            "bucket = \"states\"\nregion = \"eu-central-1\"\nendpoints = {{ s3 = \"{}\" }}\nuse_path_style = true\n\
             skip_credentials_validation = true\nskip_metadata_api_check = true\nskip_requesting_account_id = true\n",
            moto.endpoint
        );
        sandbox.write("s3.tfbackend", &settings);
        test(&mut Place { sandbox, moto: &moto, program });
    }
}

#[test]
fn the_state_lives_in_s3() {
    check("a state in S3", |place| {
        place
            .run("init -no-color -backend-config=s3.tfbackend")
            .code(0)
            .shows("Successfully configured the backend");
        place.run("apply -no-color -auto-approve").code(0).shows("Resources: 1 added");
        assert_eq!(place.keys(), ["env/terraform.tfstate"], "the lock is gone");
        assert_eq!(place.state("env/terraform.tfstate")["outputs"]["v"]["value"], "one");
        assert!(!place.sandbox.path("terraform.tfstate").exists(), "nothing is kept on disk");
        place.run("plan -no-color -detailed-exitcode").code(0);
        place.terraform_agrees();
        place.run("apply -no-color -auto-approve -var v=two").code(0);
        let state = place.state("env/terraform.tfstate");
        assert_eq!(state["outputs"]["v"]["value"], "two");
        place.run("destroy -no-color -auto-approve").code(0);
        assert_eq!(place.state("env/terraform.tfstate")["lineage"], state["lineage"]);
        assert_eq!(place.state("env/terraform.tfstate")["resources"], serde_json::json!([]));
    });
}

const LOCK: &str = r#"{"ID":"11111111-2222-3333-4444-555555555555","Operation":"OperationTypeApply","Info":"",
"Who":"somebody@elsewhere","Version":"1.11.4","Created":"2026-01-01T00:00:00Z","Path":"states/env/terraform.tfstate"}"#;

#[test]
fn a_lock_that_somebody_holds_is_respected() {
    check("a lock in S3", |place| {
        place.run("init -no-color -backend-config=s3.tfbackend").code(0);
        place.run("apply -no-color -auto-approve").code(0);
        let put = "s3.put_object(Bucket='states', Key='env/terraform.tfstate.tflock', Body=";
        place.moto.python(&format!("{put}'''{LOCK}''')"));
        let refused = place.run("apply -no-color -auto-approve -var v=two").code(1);
        refused
            .shows("Error acquiring the state lock")
            .shows("somebody@elsewhere")
            .shows("11111111-2222-3333");
        assert_eq!(
            place.state("env/terraform.tfstate")["outputs"]["v"]["value"],
            "one",
            "nothing was changed"
        );
        place.run("plan -no-color -lock=false -detailed-exitcode").code(0);
        place.moto.python("s3.delete_object(Bucket='states', Key='env/terraform.tfstate.tflock')");
        place.run("apply -no-color -auto-approve -var v=two").code(0);
        assert_eq!(place.keys(), ["env/terraform.tfstate"], "the lock is gone");
    });
}

#[test]
fn a_lock_that_was_left_behind_is_taken_away() {
    check("taking a lock in S3 away", |place| {
        place.run("init -no-color -backend-config=s3.tfbackend").code(0);
        let put = "s3.put_object(Bucket='states', Key='env/terraform.tfstate.tflock', Body=";
        place.moto.python(&format!("{put}'''{LOCK}''')"));
        place.run("force-unlock -no-color -force 11111111-2222-3333-4444-555555555555").code(0);
        assert_eq!(place.keys(), Vec::<String>::new());
    });
}

#[test]
fn a_state_moves_between_backends() {
    check("moving a state to S3 and back", |place| {
        std::fs::remove_file(place.sandbox.path("backend.tf")).expect("it was there");
        place.run("init -no-color").code(0);
        place.run("apply -no-color -auto-approve").code(0);
        let resources = place.sandbox.json("terraform.tfstate")["resources"].clone();
        place.sandbox.write("backend.tf", BACKEND);
        place.run("plan -no-color").code(1).shows("Backend initialization required");
        place.run("init -no-color -migrate-state -force-copy -backend-config=s3.tfbackend").code(0);
        assert_eq!(place.state("env/terraform.tfstate")["resources"], resources);
        place.run("plan -no-color -detailed-exitcode").code(0);
        place.terraform_agrees();
        std::fs::remove_file(place.sandbox.path("backend.tf")).expect("it was there");
        place.run("init -no-color -migrate-state -force-copy").code(0);
        assert_eq!(place.sandbox.json("terraform.tfstate")["resources"], resources);
        place.run("plan -no-color -detailed-exitcode").code(0);
    });
}

#[test]
fn workspaces_are_objects_side_by_side() {
    check("workspaces in S3", |place| {
        place.run("init -no-color -backend-config=s3.tfbackend").code(0);
        place.run("workspace new -no-color blue").code(0);
        place.run("apply -no-color -auto-approve -var v=blue").code(0);
        assert!(place.keys().contains(&"env:/blue/env/terraform.tfstate".to_owned()), "{:?}", place.keys());
        place.run("workspace list -no-color").code(0).shows("* blue").shows("default");
        place.run("plan -no-color -detailed-exitcode -var v=blue").code(0);
        place.run("workspace select -no-color default").code(0);
        place.run("plan -no-color -detailed-exitcode").code(2).shows("1 to add");
    });
}
