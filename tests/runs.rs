//! `run` over the stacks of a repository: in order, with outputs handed on, several at once, and what fails named.

use crate::support::sandbox::{Outcome, Sandbox, find_program};
use serde_json::Value as Json;
use std::time::{Duration, Instant};

const STACKS: &str = r#"
stack "network" {
  path = "live/network"
  tags = ["base"]
}
stack "database" {
  path      = "live/database"
  var_files = ["common.tfvars"]
  inputs    = { network = stack.network.id }
}
stack "app" {
  path   = "live/app"
  inputs = {
    network = stack.network.id
    name    = "${stack.network.name}-app"
    secret  = stack.database.secret
  }
}
stack "beside" {
  path      = "live/beside"
  workspace = "second"
  tags      = ["base"]
}
"#;

const NETWORK: &str = r#"
module "name" {
  source = "../../modules/name"
}
resource "terraform_data" "it" {
  input            = module.name.name
  triggers_replace = "first"
}
output "id" {
  value = terraform_data.it.id
}
output "name" {
  value = module.name.name
}
"#;

const DATABASE: &str = r#"
variable "network" {}
variable "size" {}
resource "terraform_data" "it" {
  input = "${var.network} ${var.size} ${path.cwd}"
}
output "secret" {
  value     = "hush"
  sensitive = true
}
output "seen" {
  value = var.network
}
"#;

const APP: &str = r#"
variable "network" {}
variable "name" {}
variable "secret" {}
resource "terraform_data" "it" {
  input = { network = var.network, name = var.name, secret = var.secret }
}
output "seen" {
  value = var.network
}
"#;

const BESIDE: &str = "output \"workspace\" {\n  value = terraform.workspace\n}\n";

/// A repository with four stacks that share a module.
fn place() -> Sandbox {
    let mut sandbox = Sandbox::with(&[
        ("trueup.hcl", STACKS),
        ("common.tfvars", "size = \"small\"\n"),
        ("modules/name/main.tf", "output \"name\" {\n  value = \"net\"\n}\n"),
        ("live/network/main.tf", NETWORK),
        ("live/database/main.tf", DATABASE),
        ("live/app/main.tf", APP),
        ("live/beside/main.tf", BESIDE),
        (".gitignore", ".terraform\n*.tfstate*\nplans\n"),
    ]);
    sandbox.set("GIT_CONFIG_NOSYSTEM", "1");
    sandbox.set("TMPDIR", &sandbox.path("temporary").display().to_string());
    std::fs::create_dir(sandbox.path("temporary")).expect("a directory");
    git(&sandbox, ".", "init --quiet --initial-branch=main .");
    git(&sandbox, ".", "add .");
    git(&sandbox, ".", "commit --quiet --message first");
    sandbox
}

fn git(sandbox: &Sandbox, directory: &str, line: &str) {
    let git = find_program("git").expect("git is installed");
    let identity = ["-C", directory, "-c", "user.name=T", "-c", "user.email=t@example.com"];
    let arguments: Vec<&str> = identity.into_iter().chain(line.split(' ')).collect();
    sandbox.run(&git, &arguments).code(0);
}

fn run(sandbox: &Sandbox, line: &str) -> Outcome {
    let words: Vec<&str> = ["run"].into_iter().chain(line.split(' ')).collect();
    sandbox.trueup(&words)
}

/// The document of a run, and the outcome of each of its stacks.
fn outcomes(sandbox: &Sandbox, line: &str, code: i32) -> (Json, Vec<String>) {
    let text = run(sandbox, &format!("{line} -json")).code(code).stdout;
    let document: Json = serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{cause}: {text}"));
    let stacks = document["stacks"].as_array().expect("stacks");
    let word = |stack: &Json| {
        let text = |name: &str| stack[name].as_str().expect("a text").to_owned();
        format!("{} {}", text("name"), text("outcome"))
    };
    let words = stacks.iter().map(word).collect();
    (document, words)
}

fn outputs(sandbox: &Sandbox, file: &str) -> Json {
    sandbox.json(file)["outputs"].clone()
}

#[test]
fn outputs_are_handed_on_in_plans_and_applies() {
    let sandbox = place();
    let planned = run(&sandbox, "plan -all -detailed-exitcode -no-color").code(2).hides("hush");
    let at = |text: &str| planned.stdout.find(text).unwrap_or_else(|| panic!("{text} in {}", planned.stdout));
    assert!(at("── network") < at("── database") && at("── database") < at("── app"), "{}", planned.stdout);
    let planned = planned.shows("network = (known after apply)").shows("name    = \"net-app\"");
    planned.shows("4 stacks").shows("4 with changes");
    run(&sandbox, "apply -all -no-color").code(1).shows("error asking for approval");
    assert!(!sandbox.path("live/network/terraform.tfstate").exists(), "nothing is applied unasked");

    let applied = run(&sandbox, "apply -all -auto-approve -no-color").code(0).hides("hush");
    applied.shows("4 applied").shows("[app] terraform_data.it: Creation complete after");
    let id = outputs(&sandbox, "live/network/terraform.tfstate")["id"]["value"].clone();
    assert!(id.is_string());
    assert_eq!(outputs(&sandbox, "live/database/terraform.tfstate")["seen"]["value"], id);
    assert_eq!(outputs(&sandbox, "live/app/terraform.tfstate")["seen"]["value"], id);
    let inside = sandbox.json("live/app/terraform.tfstate")["resources"][0]["instances"][0].clone();
    assert_eq!(inside["attributes"]["input"]["value"]["secret"], "hush");
    let cwd = sandbox.json("live/database/terraform.tfstate")["resources"][0]["instances"][0].to_string();
    assert!(cwd.contains("small") && cwd.contains("/live/database\""), "{cwd}");
    let second = "live/beside/terraform.tfstate.d/second/terraform.tfstate";
    assert_eq!(outputs(&sandbox, second)["workspace"]["value"], "second");

    run(&sandbox, "plan -all -detailed-exitcode").code(0).shows("no changes");
    let (_, all) = outcomes(&sandbox, "drift -all", 0);
    assert_eq!(all, ["app unchanged", "beside unchanged", "database unchanged", "network unchanged"]);
    let (_, some) = outcomes(&sandbox, "plan -tag=base", 0);
    assert_eq!(some, ["beside unchanged", "network unchanged"]);
    let (_, one) = outcomes(&sandbox, "plan -stack=app", 0);
    assert_eq!(one, ["app unchanged"], "outputs of the others come from their states");
}

#[test]
fn drift_of_stacks_is_held_against_what_is_known() {
    let sandbox = place();
    run(&sandbox, "apply -all -auto-approve").code(0);
    sandbox.write("live/network/main.tf", &NETWORK.replace("\"first\"", "\"second\""));
    run(&sandbox, "drift -all").code(2);
    run(&sandbox, "drift -all -world").code(0);
    run(&sandbox, "drift -all -baseline=known").code(1).shows("no directory");
    run(&sandbox, "drift -all -save-baseline=known").code(2);
    let (document, _) = outcomes(&sandbox, "drift -all -baseline=known", 0);
    let known = |at: usize| document["stacks"][at]["comparison"]["known"].as_array().map(Vec::len);
    assert_eq!([known(0), known(3)], [Some(0), Some(1)], "{document:#}");
    sandbox.write("live/network/main.tf", &NETWORK.replace("\"first\"", "\"third\""));
    run(&sandbox, "drift -all -baseline=known").code(2);
    run(&sandbox, "drift -all -correct -json").code(1).shows("Auto-approve required");
    let (_, all) = outcomes(&sandbox, "drift -all -correct -auto-approve", 0);
    assert!(all.iter().all(|one| one.ends_with("unchanged")), "what was never applied is no drift: {all:?}");
}

#[test]
fn what_a_change_touches_is_run_with_what_depends_on_it() {
    let sandbox = place();
    run(&sandbox, "apply -all -auto-approve").code(0);
    let untouched = run(&sandbox, "plan -changed-since=main").code(0);
    untouched.shows("Nothing that was done since main touches a stack");
    sandbox.write("live/database/main.tf", &DATABASE.replace("\"hush\"", "\"quiet\""));
    let (_, touched) = outcomes(&sandbox, "plan -changed-since=main -detailed-exitcode", 2);
    assert_eq!(touched, ["app changes", "database changes"]);
    sandbox.write("modules/name/main.tf", "output \"name\" {\n  value = \"web\"\n}\n");
    let (document, touched) = outcomes(&sandbox, "drift -changed-since=main", 2);
    // Outputs are no objects that could drift.
    assert_eq!(touched, ["app unchanged", "database unchanged", "network changes"]);
    assert_eq!(document["stacks"][2]["comparison"]["summary"]["unapplied"], 1, "{document:#}");

    let saved = outcomes(&sandbox, "plan -changed-since=main -out=plans", 0).0;
    assert!(saved["stacks"][0]["plan_file"].is_string(), "{saved:#}");
    let plan = sandbox.path("plans/network.tfplan").display().to_string();
    sandbox.trueup(&["-chdir=live/network", "apply", &plan]).code(0);
    sandbox.write("live/network/main.tf", &NETWORK.replace("\"first\"", "\"second\""));
    let saved = outcomes(&sandbox, "plan -changed-since=main -out=later", 0).0;
    assert_eq!(saved["stacks"][1]["awaits"], serde_json::json!(["network"]), "{saved:#}");
    assert!(!sandbox.path("later/database.tfplan").exists(), "what it takes is not known yet");
}

#[test]
fn stacks_that_are_gone_are_told() {
    let sandbox = place();
    let (document, _) = outcomes(&sandbox, "plan -changed-since=main", 0);
    assert!(document.get("gone").is_none(), "{document:#}");
    std::fs::remove_dir_all(sandbox.path("live/beside")).expect("it is there");
    let settings = sandbox.read("trueup.hcl");
    let at = settings.find("stack \"beside\"").expect("a block");
    let end = at + settings[at..].find("\n}\n").expect("its end") + 3;
    sandbox.write("trueup.hcl", &format!("{}{}", &settings[..at], &settings[end..]));
    run(&sandbox, "plan -changed-since=main").code(0).shows("The stack beside was there and is not any more");
    let (document, _) = outcomes(&sandbox, "plan -changed-since=main", 0);
    assert_eq!(document["gone"][0]["name"], "beside", "{document:#}");
    let tagged = run(&sandbox, "plan -changed-since=main -tag=none").code(0);
    assert!(!tagged.stdout.contains("was there"), "{}", tagged.stdout);
    let all = run(&sandbox, "plan -all").code(0);
    assert!(!all.stdout.contains("was there"), "{}", all.stdout);
}

#[test]
fn what_depends_on_a_failed_stack_is_skipped_and_named() {
    let sandbox = place();
    sandbox
        .write("live/database/more.tf", "resource \"terraform_data\" \"wrong\" {\n  input = local.no\n}\n");
    let failed = run(&sandbox, "plan -all -no-color").code(1);
    let failed =
        failed.shows("skipped: database").shows("── database ──").shows("declares no local value \"no\"");
    assert!(failed.stdout.contains("── network"), "the others are planned: {}", failed.stdout);
    let (_, all) = outcomes(&sandbox, "apply -all -auto-approve", 5);
    assert_eq!(all, ["app skipped", "beside applied", "database failed", "network applied"]);

    let provisioned = "resource \"terraform_data\" \"wrong\" {\n  depends_on = [terraform_data.it]\n  provisioner \"local-exec\" {\n    command = \"false\"\n  }\n}\n";
    sandbox.write("live/database/more.tf", provisioned);
    let (document, all) = outcomes(&sandbox, "apply -all -auto-approve", 5);
    assert_eq!(all, ["app skipped", "beside unchanged", "database applied_in_part", "network unchanged"]);
    assert_eq!(document["stacks"][0]["skipped_for"], serde_json::json!(["database"]));
    sandbox.write("live/database/more.tf", "");
    let (_, all) = outcomes(&sandbox, "apply -all -auto-approve", 0);
    assert_eq!(all, ["app applied", "beside unchanged", "database applied", "network unchanged"]);
}

#[test]
fn a_stack_that_needs_others_to_exist_is_planned_after_them() {
    let sandbox = Sandbox::with(&[
        ("trueup.hcl", "stack \"a\" {}\nstack \"b\" {\n  depends_on = [\"a\"]\n}\n"),
        (
            "a/main.tf",
            "resource \"terraform_data\" \"a\" {\n  input = \"made\"\n}\noutput \"o\" {\n  value = terraform_data.a.output\n}\n",
        ),
        (
            "b/main.tf",
            "data \"terraform_remote_state\" \"a\" {\n  backend = \"local\"\n  config  = { path = \"../a/terraform.tfstate\" }\n}\noutput \"seen\" {\n  value = data.terraform_remote_state.a.outputs.o\n}\n",
        ),
    ]);
    run(&sandbox, "plan -all").code(1);
    let (_, all) = outcomes(&sandbox, "apply -all -auto-approve", 0);
    assert_eq!(all, ["a applied", "b applied"]);
    assert_eq!(outputs(&sandbox, "b/terraform.tfstate")["seen"]["value"], "made");
}

#[test]
fn a_backend_is_set_up_where_no_state_is_left_behind_by_it() {
    let backend = "terraform {\n  backend \"local\" {\n    path = \"kept/state\"\n  }\n}\n";
    let output = "output \"o\" {\n  value = 1\n}\n";
    let sandbox = Sandbox::with(&[("a/main.tf", &format!("{backend}{output}")), ("b/main.tf", output)]);
    let (_, all) = outcomes(&sandbox, "apply -all -auto-approve", 0);
    assert_eq!(all, ["a applied", "b applied"]);
    assert_eq!(outputs(&sandbox, "a/kept/state")["o"]["value"], 1);
    sandbox.write("b/main.tf", &format!("{backend}{output}"));
    let refused = run(&sandbox, "apply -all -auto-approve -no-color").code(1);
    refused.shows("There is a state in the stack's directory").shows("no changes");
    assert!(!sandbox.path("b/kept/state").exists(), "nothing was copied");
    sandbox.write("a/main.tf", output);
    run(&sandbox, "plan -stack=a -no-color").code(1).shows("Backend configuration changed");
}

#[test]
fn stacks_wait_in_a_circle_for_nobody() {
    let circle = "stack \"a\" {\n  depends_on = [\"b\"]\n}\nstack \"b\" {\n  depends_on = [\"a\"]\n}\n";
    let sandbox = Sandbox::with(&[("trueup.hcl", circle), ("a/main.tf", ""), ("b/main.tf", "")]);
    run(&sandbox, "plan -all")
        .code(1)
        .shows("depend on one another in a circle: \"a\", then \"b\", then \"a\"");
    run(&sandbox, "plan").code(1).shows("Nothing says which stacks are meant");
    run(&sandbox, "plan -stack=c").code(1).shows("There is no stack \"c\"");
}

#[test]
fn a_stack_of_another_repository_is_fetched_at_its_reference() {
    let mut sandbox = Sandbox::with(&[
        (
            "other/prod/main.tf",
            "variable \"word\" {}\nmodule \"m\" {\n  source = \"../m\"\n}\nresource \"terraform_data\" \"it\" {\n  input = \"${var.word} ${module.m.version}\"\n}\noutput \"said\" {\n  value = terraform_data.it.output\n}\n",
        ),
        ("other/m/main.tf", "output \"version\" {\n  value = \"one\"\n}\n"),
        ("repo/here/main.tf", "variable \"said\" {}\noutput \"said\" {\n  value = var.said\n}\n"),
    ]);
    sandbox.set("GIT_CONFIG_NOSYSTEM", "1");
    sandbox.set("TMPDIR", &sandbox.path("temporary").display().to_string());
    std::fs::create_dir(sandbox.path("temporary")).expect("a directory");
    git(&sandbox, "other", "init --quiet --initial-branch=main .");
    git(&sandbox, "other", "add .");
    git(&sandbox, "other", "commit --quiet --message first");
    git(&sandbox, "other", "tag v1");
    sandbox.write("other/m/main.tf", "output \"version\" {\n  value = \"two\"\n}\n");
    git(&sandbox, "other", "commit --quiet --all --message second");
    let address = format!("git::file://{}//prod", sandbox.path("other").display());
    let stacks = |reference: &str| {
        format!(
            "stack \"far\" {{\n  source = \"{address}?ref={reference}\"\n  inputs = {{ word = \"hello\" }}\n}}\nstack \"here\" {{\n  inputs = {{ said = stack.far.said }}\n}}\n"
        )
    };
    sandbox.write("repo/trueup.hcl", &stacks("v1"));
    sandbox.trueup(&["-chdir=repo", "run", "apply", "-all", "-auto-approve"]).code(0);
    assert_eq!(outputs(&sandbox, "repo/far/terraform.tfstate")["said"]["value"], "hello one");
    assert_eq!(outputs(&sandbox, "repo/here/terraform.tfstate")["said"]["value"], "hello one");
    sandbox.write("repo/trueup.hcl", &stacks("main"));
    sandbox.trueup(&["-chdir=repo", "run", "apply", "-all", "-auto-approve"]).code(0);
    assert_eq!(outputs(&sandbox, "repo/here/terraform.tfstate")["said"]["value"], "hello two");
    let left = std::fs::read_dir(sandbox.path("temporary")).expect("a directory").count();
    assert_eq!(left, 0, "no tree of a commit is left");
}

/// Longer than any start takes.
const PATIENCE: Duration = Duration::from_mins(1);

#[expect(clippy::disallowed_methods, reason = "the test waits for another process")]
fn wait_for(sandbox: &Sandbox, path: &str) {
    let begun = Instant::now();
    while !sandbox.path(path).exists() {
        assert!(begun.elapsed() < PATIENCE, "{path} never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

const HANGS: &str = r#"
resource "terraform_data" "before" {
}
resource "terraform_data" "hangs" {
  depends_on = [terraform_data.before]
  provisioner "local-exec" {
    command = "touch hanging; while [ -e hanging ]; do sleep 0.1; done"
  }
}
"#;

#[test]
fn a_lock_that_is_held_has_an_exit_code_and_a_killed_run_loses_nothing() {
    let sandbox = Sandbox::with(&[
        ("trueup.hcl", "stack \"a\" {}\nstack \"b\" {\n  depends_on = [\"a\"]\n}\nstack \"c\" {}\n"),
        ("a/main.tf", HANGS),
        ("b/main.tf", "output \"b\" {\n  value = 1\n}\n"),
        ("c/main.tf", "output \"c\" {\n  value = 1\n}\n"),
    ]);
    let mut running = sandbox.start(&["run", "apply", "-all", "-auto-approve"]);
    wait_for(&sandbox, "a/hanging");
    wait_for(&sandbox, "c/terraform.tfstate");
    let (document, all) = outcomes(&sandbox, "plan -all", 4);
    assert_eq!(all, ["a locked", "b skipped", "c unchanged"]);
    assert_eq!(document["verdict"], "locked");
    assert_eq!(document["stacks"][0]["diagnostics"][0]["summary"], "Error acquiring the state lock");
    running.kill().expect("it can be killed");
    running.wait().expect("it ends");
    std::fs::remove_file(sandbox.path("a/hanging")).expect("the shell ends with it");
    assert!(!sandbox.path("b/terraform.tfstate").exists(), "it was not begun");

    sandbox.write("a/main.tf", "resource \"terraform_data\" \"before\" {\n}\n");
    let (_, all) = outcomes(&sandbox, "apply -all -auto-approve", 0);
    assert_eq!(all, ["a applied", "b applied", "c unchanged"]);
    let kept = sandbox.json("a/terraform.tfstate")["resources"].clone();
    assert_eq!(kept.as_array().map(Vec::len), Some(1), "what was made before the end is known: {kept:#}");
}

/// One file tells of all stacks, and of those that were not looked at.
#[test]
fn reports_tell_of_all_stacks() {
    let sandbox = place();
    let line = "plan -all -no-color -report=junit=all.xml -report=gitlab=all.json -report=html=all.html -report=markdown=all.md -report=sarif=all.sarif -report=codequality=quality.json";
    run(&sandbox, line).code(0).shows("4 with changes");
    let contents = |file: &str, texts: &[&str]| {
        let text = sandbox.read(file);
        assert!(!text.contains("hush"), "{file}: {text}");
        for one in texts {
            assert!(text.contains(one), "{one:?} in {file}: {text}");
        }
    };
    contents(
        "all.xml",
        &[
            "<testsuite name=\"plan of app\"",
            "<testsuite name=\"plan of beside\"",
            "<testsuite name=\"plan of network\"",
        ],
    );
    assert_eq!(sandbox.json("all.json"), serde_json::json!({ "create": 3, "update": 0, "delete": 0 }));
    contents("all.html", &["<!doctype html>", "database", "terraform_data.it"]);
    contents("all.md", &["## 4 stacks: 3 to add", "| `database` | 1 |", "| `network` | 1 |"]);
    contents("all.sarif", &["live/app/main.tf", "live/database/main.tf"]);
    contents("quality.json", &["live/network/main.tf"]);

    run(&sandbox, "apply -all -auto-approve").code(0);
    run(&sandbox, "plan -all -no-color").code(0).shows("4 stacks no changes").hides("──");
    sandbox.write("live/database/main.tf", "output \"secret\" {\n  value = local.no\n}\n");
    run(&sandbox, "drift -all -no-color -report=junit=drift.xml").code(1);
    contents(
        "drift.xml",
        &[
            "failures=\"0\" errors=\"2\"",
            "does not declare that variable",
            "that failed or were skipped: database.",
        ],
    );

    let refused = |line: &str, why: &str| {
        run(&sandbox, line).code(1).shows(why);
    };
    refused("drift -all -report=junti=a.xml", "did you mean \"junit\"?");
    refused("drift -all -report=json=a.json", "there are markdown, html, junit, sarif, gitlab, codequality");
    refused("plan -all -report=junit", "a format and a file are wanted");
    refused("plan -stack=beside -report=junit=all.xml/a.xml", "Failed to write file");
    run(&sandbox, "plan -stack=beside -report=junit=made/for/a.xml").code(0);
    contents("made/for/a.xml", &["plan of beside"]);
}
