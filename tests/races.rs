//! Many processes want one state in S3 at the same moment: one works, and the others say who it is. Run against an
//! emulator and against a real server.

use crate::support::moto::Moto;
use crate::support::sandbox::Sandbox;
use crate::support::weed::Weed;
use std::process::Child;
use std::time::Duration;

const RACERS: usize = 16;
const ROUNDS: usize = 3;

/// Whoever holds the lock keeps it until a file says that the others are done.
const CONFIGURATION: &str = r#"
variable "v" {}

terraform {
  backend "s3" {
    bucket       = "states"
    key          = "race/terraform.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

resource "terraform_data" "a" {
  triggers_replace = var.v

  provisioner "local-exec" {
    command = "while [ ! -e go ]; do sleep 0.1; done"
  }
}

output "v" {
  value = var.v
}
"#;

/// A server that speaks S3.
struct Server<'a> {
    endpoint: String,
    moto: &'a Moto,
    /// Whether a conditional put is one step, as it is in S3. The emulator looks first and writes a moment later, so that
    /// two can pass; whose lock was written over then notices before it writes anything else.
    is_atomic: bool,
}

impl Server<'_> {
    /// Runs Python with a client `s3` of the server.
    fn python(&self, script: &str) -> String {
        let client = format!(
            "s3 = boto3.client('s3', endpoint_url='{}', region_name='eu-central-1',\n\
             \x20   aws_access_key_id='test', aws_secret_access_key='test')\n",
            self.endpoint
        );
        self.moto.python(&format!("{client}{script}"))
    }

    fn object(&self, key: &str) -> serde_json::Value {
        let script = format!("print(s3.get_object(Bucket='states', Key='{key}')['Body'].read().decode())");
        serde_json::from_str(&self.python(&script)).expect("JSON")
    }
}

fn race(server: &Server<'_>) {
    server.python(
        "s3.create_bucket(Bucket='states', CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})",
    );
    let mut sandbox = Sandbox::with(&[("main.tf", CONFIGURATION)]);
    sandbox.set("AWS_ACCESS_KEY_ID", "test");
    sandbox.set("AWS_SECRET_ACCESS_KEY", "test");
    let settings = format!(
        "endpoints = {{ s3 = \"{}\" }}\nuse_path_style = true\nskip_credentials_validation = true\n\
         skip_metadata_api_check = true\nskip_requesting_account_id = true\n",
        server.endpoint
    );
    sandbox.write("s3.tfbackend", &settings);
    sandbox.trueup(&["init", "-no-color", "-backend-config=s3.tfbackend"]).code(0);
    for round in 0..ROUNDS {
        run_round(server, &sandbox, round);
    }
}

fn run_round(server: &Server<'_>, sandbox: &Sandbox, round: usize) {
    let value = |racer: usize| format!("{round}-{racer}");
    let start = |racer: usize| {
        let variable = format!("v={}", value(racer));
        sandbox.start_heard(&["apply", "-no-color", "-auto-approve", "-var", &variable])
    };
    let mut racers: Vec<Option<Child>> = (0..RACERS).map(|racer| Some(start(racer))).collect();
    let mut said = Vec::new();
    while said.len() < RACERS - 1 {
        let ended = racers.iter_mut().position(|child| {
            child.as_mut().is_some_and(|child| child.try_wait().expect("it can be asked").is_some())
        });
        match ended.and_then(|racer| racers[racer].take()) {
            Some(child) => said.push(child.wait_with_output().expect("it has ended")),
            None => pause(),
        }
    }
    let holder = server.object("race/terraform.tfstate.tflock")["ID"].as_str().expect("an ID").to_owned();
    for loser in said {
        // Lines break where the words of a holder happen to end.
        let stderr = String::from_utf8_lossy(&loser.stderr);
        let stderr = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(loser.status.code(), Some(1), "round {round}: {stderr}");
        let refused = stderr.contains("Error acquiring the state lock");
        let noticed = !server.is_atomic && stderr.contains("someone broke it");
        let told = (refused || noticed) && stderr.contains(&holder);
        assert!(told, "round {round}: {holder} is not named in {stderr}");
    }
    sandbox.write("go", "");
    let winner = racers.iter().position(Option::is_some).expect("one is at work");
    let child = racers[winner].take().expect("it was found");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "round {round}: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_file(sandbox.path("go")).expect("it was there");
    assert_eq!(server.object("race/terraform.tfstate")["outputs"]["v"]["value"], value(winner));
    let keys = server.python("print([o['Key'] for o in s3.list_objects_v2(Bucket='states')['Contents']])");
    assert_eq!(keys.trim(), "['race/terraform.tfstate']", "neither lock nor journal is left");
}

#[expect(clippy::disallowed_methods, reason = "nothing tells when the first of several processes ends")]
fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}

#[test]
fn one_of_many_processes_gets_the_state_in_an_emulator() {
    let Some(moto) = Moto::start("a race for a state in S3") else { return };
    race(&Server { endpoint: moto.endpoint.clone(), moto: &moto, is_atomic: false });
}

#[test]
fn one_of_many_processes_gets_the_state_in_a_real_server() {
    let what = "a race for a state in SeaweedFS";
    let (Some(moto), Some(weed)) = (Moto::start(what), Weed::start(what)) else { return };
    race(&Server { endpoint: weed.endpoint.clone(), moto: &moto, is_atomic: true });
}
