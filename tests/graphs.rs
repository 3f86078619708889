//! `graph` beside Terraform: the same text for the same configuration.

use crate::support::sandbox::{Sandbox, find_program};
use crate::support::skip::skip_comparison;
use std::path::Path;

const ROOT: &str = r#"
variable "size" {
  default = 2
  validation {
    condition     = var.size > 0
    error_message = "More."
  }
}
variable "unused" { default = 1 }
locals {
  next   = var.size + 1
  unused = 3
}
resource "terraform_data" "each" {
  for_each = toset(["x", "y"])
  input    = local.next
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "after" { input = terraform_data.each["x"].id }
module "inner" {
  source = "./inner"
  count  = 2
  input  = terraform_data.after.id
}
module "late" {
  source     = "./late"
  depends_on = [module.inner]
}
resource "terraform_data" "last" {
  input      = [module.inner[*].out, var.size, module.late.id]
  depends_on = [terraform_data.each]
  provisioner "local-exec" {
    when    = destroy
    command = "true"
  }
}
resource "terraform_data" "lone" {}
output "last" { value = terraform_data.last.output }
output "next" { value = local.next }
check "last" {
  data "terraform_remote_state" "here" {
    backend = "local"
    config  = { path = "${path.module}/nothing.tfstate" }
  }
  assert {
    condition     = terraform_data.last.id != ""
    error_message = "It has no id."
  }
}
"#;
const INNER: &str = r#"
variable "input" {}
variable "given" { default = "v" }
resource "terraform_data" "it" { input = "${var.input} ${var.given}" }
module "deep" {
  source = "./deep"
  value  = terraform_data.it.id
}
output "out" { value = "${terraform_data.it.output} ${module.deep.id}" }
"#;
const DEEP: &str = r#"
variable "value" {}
resource "terraform_data" "it" { input = var.value }
output "id" { value = terraform_data.it.id }
"#;
const LATE: &str = r#"
resource "terraform_data" "it" {}
output "id" { value = terraform_data.it.id }
"#;
const CIRCLE: &str = r#"
resource "terraform_data" "a" { input = terraform_data.b.id }
resource "terraform_data" "b" { input = terraform_data.a.id }
resource "terraform_data" "c" { input = terraform_data.a.id }
"#;
const BEFORE: &str = r#"
resource "terraform_data" "kept" { input = 1 }
resource "terraform_data" "gone" { input = 2 }
resource "terraform_data" "let_go" { count = 2 }
"#;
const AFTER: &str = r#"
resource "terraform_data" "kept" { input = 2 }
resource "terraform_data" "new" {
  count = 2
  input = terraform_data.kept.id
}
resource "terraform_data" "late" { input = terraform_data.new[*].id }
removed {
  from = terraform_data.let_go
  lifecycle { destroy = false }
}
"#;

const LINES: [&str; 6] = [
    "graph",
    "graph -type=plan",
    "graph -type=plan-refresh-only",
    "graph -type=apply",
    "graph -type=plan-destroy -module-depth=1",
    "graph -type=plan -draw-cycles",
];

/// What a program draws of some configurations.
fn play(program: &Path) -> Vec<(String, String)> {
    let sandbox = Sandbox::new();
    let mut drawn = Vec::new();
    let mut draw = |what: &str, lines: &[&str]| {
        for line in lines {
            let arguments: Vec<&str> = line.split(' ').collect();
            drawn.push((format!("{what}: {line}"), sandbox.run(program, &arguments).code(0).stdout));
        }
    };
    let files = [("inner/main.tf", INNER), ("inner/deep/main.tf", DEEP), ("late/main.tf", LATE)];
    files.iter().for_each(|(path, text)| sandbox.write(path, text));
    sandbox.write("main.tf", ROOT);
    sandbox.run(program, &["init"]).code(0);
    draw("all kinds", &LINES);
    sandbox.write("main.tf", BEFORE);
    sandbox.run(program, &["apply", "-auto-approve"]).code(0);
    sandbox.write("main.tf", AFTER);
    draw("with a state", &LINES[..4]);
    sandbox.run(program, &["plan", "-out=tfplan"]).code(0);
    draw(
        "of a plan",
        &["graph -plan=tfplan", "graph -plan=tfplan -type=apply", "graph -plan=tfplan -type=plan"],
    );
    sandbox.write("main.tf", CIRCLE);
    draw("a circle", &["graph -type=plan -draw-cycles"]);
    drawn
}

#[test]
fn graphs_are_those_of_terraform() {
    let Some(terraform) = find_program("terraform") else {
        return skip_comparison("graphs beside Terraform", "terraform");
    };
    let ours = play(Path::new(env!("CARGO_BIN_EXE_trueup")));
    for ((what, ours), (_, theirs)) in ours.iter().zip(play(&terraform)) {
        assert_eq!(*ours, theirs, "{what}");
    }
}

#[test]
fn what_cant_be_drawn_is_refused() {
    let program = Path::new(env!("CARGO_BIN_EXE_trueup"));
    let sandbox = Sandbox::new();
    sandbox.write("main.tf", CIRCLE);
    sandbox.run(program, &["init"]).code(0);
    let check = |line: &str, wanted: &str| {
        let arguments: Vec<&str> = line.split(' ').collect();
        let outcome = sandbox.run(program, &arguments).code(1);
        assert!(outcome.stderr.contains(wanted), "{line}: {}", outcome.stderr);
    };
    check("graph", "Error: Cycle: terraform_data.a, terraform_data.b");
    check("graph -type=plan", "Error: Cycle: terraform_data.a (expand), terraform_data.b (expand)");
    check("graph -type=nonsense", "Error: Unsupported graph type");
    check("graph -format=nonsense", "nonsense");
    sandbox.write("main.tf", "resource \"terraform_data\" \"a\" {\n  input = var.missing\n}\n");
    check("graph", "Error: Reference to undeclared input variable");
}
