//! `trueup test` killed in the middle: the next run tells what is left, which can be looked at and destroyed.

use crate::support::sandbox::Sandbox;
use std::time::{Duration, Instant};

const CONFIGURATION: &str = r#"
resource "terraform_data" "made" {
}
resource "terraform_data" "hangs" {
  depends_on = [terraform_data.made]
  provisioner "local-exec" {
    command = "touch hanging && while [ -e hanging ]; do sleep 0.1; done"
  }
}
"#;

/// Longer than any start takes.
const PATIENCE: Duration = Duration::from_mins(1);

#[expect(clippy::disallowed_methods, reason = "the test waits for another process")]
fn wait_for(sandbox: &Sandbox, path: &str) {
    let begun = Instant::now();
    while !sandbox.path(path).exists() {
        assert!(begun.elapsed() < PATIENCE, "the provisioner never ran");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_killed_test_run_leaves_word_of_what_it_made() {
    let sandbox = Sandbox::with(&[("main.tf", CONFIGURATION), ("t.tftest.hcl", "run \"one\" {\n}\n")]);
    let mut running = sandbox.start(&["test"]);
    wait_for(&sandbox, "hanging");
    let meanwhile = sandbox.trueup(&["test", "-filter=none.tftest.hcl"]);
    running.kill().expect("it can be killed");
    running.wait().expect("it ends");
    std::fs::remove_file(sandbox.path("hanging")).expect("the shell ends with it");
    assert!(!meanwhile.stdout.contains("left objects behind"), "it was running then: {}", meanwhile.stdout);

    sandbox.write("main.tf", "resource \"terraform_data\" \"made\" {\n}\n");
    let next = sandbox.trueup(&["test", "-no-color"]).code(0);
    let told = format!("{}{}", next.stdout, next.stderr);
    assert!(told.contains("Warning: A test run left objects behind"), "{told}");
    let file = ".terraform/tests/1/t-1.tfstate";
    assert!(told.contains(file), "{told}");
    let state = format!("-state={file}");
    let listed = sandbox.trueup(&["state", "list", &state]).code(0).stdout;
    assert!(listed.contains("terraform_data.made"), "{listed}");

    sandbox.trueup(&["destroy", "-auto-approve", &state]).code(0);
    let after = sandbox.trueup(&["test", "-no-color"]).code(0);
    assert!(!after.stdout.contains("left objects behind"), "{}", after.stdout);
    assert!(!sandbox.path(".terraform").exists(), "nothing is left of it");
}
