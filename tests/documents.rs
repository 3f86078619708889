//! Every JSON document that the program prints against its JSON Schema in `schemas/documents`; and what Terraform
//! prints, where the document is Terraform's.

use crate::support::project;
use crate::support::sandbox::{Sandbox, find_program};
use crate::support::skip::skip_comparison;
use jsonschema::{Registry, Validator};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

const CONFIG: &str = r#"
terraform {
  required_version = ">= 1.0"
}
variable "word" {
  type        = string
  default     = "hello"
  description = "What is said."
  validation {
    condition     = length(var.word) > 0
    error_message = "Say something."
  }
}
variable "secret" {
  type      = string
  sensitive = true
  default   = "hush"
}
locals {
  words = { a = var.word, b = "b" }
}
module "inner" {
  source = "./inner"
  count  = 2
  word   = var.word
}
resource "terraform_data" "first" {
  input = { word = var.word, list = [1, 2.5, true, null], secret = var.secret }
  lifecycle {
    postcondition {
      condition     = self.id != ""
      error_message = "It has no id."
    }
  }
}
resource "terraform_data" "before" {
}
resource "terraform_data" "each" {
  for_each         = local.words
  input            = each.value
  triggers_replace = [terraform_data.first.id]
  depends_on       = [module.inner]
}
check "words" {
  assert {
    condition     = length(local.words) == 2
    error_message = "There are others."
  }
}
output "words" {
  value       = local.words
  description = "All of them."
}
output "id" {
  value = terraform_data.first.id
}
output "secret" {
  value     = var.secret
  sensitive = true
}
"#;
const INNER: &str = "variable \"word\" {}\nresource \"terraform_data\" \"it\" {\n  input = var.word\n}\noutput \"id\" {\n  value = terraform_data.it.id\n}\n";

const TESTS: &str = r#"
run "planned" {
  command = plan
}
run "applied" {
  assert {
    condition     = output.words.a == "goodbye"
    error_message = "It says something else."
  }
}
run "left" {
}
"#;

/// Schemas of what is sent and not printed; the rooms that send it hold it to them.
const SENT: &[&str] = &["notification.json"];

/// The schemas by the names of their files, each free to refer to the others.
struct Schemas(Vec<(String, Json)>);

impl Schemas {
    fn read() -> Schemas {
        let files = project::files(|path| path.starts_with("schemas/documents/"));
        let named = files.iter().map(|file| {
            let name = file.path.trim_start_matches("schemas/documents/").to_owned();
            (name, serde_json::from_str(&file.text).unwrap_or_else(|cause| panic!("{}: {cause}", file.path)))
        });
        Schemas(named.collect())
    }

    fn registry(&self) -> Registry<'_> {
        let mut registry = Registry::new();
        for (name, schema) in &self.0 {
            registry = registry.add(format!("json-schema:///{name}"), schema).expect("a schema");
        }
        registry.prepare().expect("every reference leads somewhere")
    }
}

fn validator(registry: &Registry<'_>, name: &str) -> Validator {
    let whole = serde_json::json!({ "$ref": format!("json-schema:///{name}.json") });
    let options = jsonschema::options().with_registry(registry).should_validate_formats(true);
    options.build(&whole).unwrap_or_else(|cause| panic!("{name}: {cause}"))
}

/// A document and the schema that it has to fit.
type Document = (&'static str, Json);

struct Scene {
    sandbox: Sandbox,
    program: PathBuf,
    documents: Vec<Document>,
}

impl Scene {
    fn run(&self, line: &str, code: i32) -> String {
        let arguments: Vec<&str> = line.split(' ').collect();
        self.sandbox.run(&self.program, &arguments).code(code).stdout
    }

    /// Keeps what is printed as a document of this schema.
    fn document(&mut self, schema: &'static str, line: &str, code: i32) {
        let text = self.run(line, code);
        let json = serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{line}: {cause} in {text}"));
        self.documents.push((schema, json));
    }

    /// Keeps a file that was written as a document of this schema.
    fn file(&mut self, schema: &'static str, path: &str) {
        let json = self.sandbox.json(path);
        self.documents.push((schema, json));
    }

    /// Makes the directory a repository of one commit.
    fn commit(&self) {
        let git = find_program("git").expect("git is installed");
        for line in ["init --quiet", "add .", "commit --quiet --message all"] {
            let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
            let arguments: Vec<&str> = identity.into_iter().chain(line.split(' ')).collect();
            self.sandbox.run(&git, &arguments).code(0);
        }
    }

    /// Keeps every line that is printed as an event.
    fn events(&mut self, line: &str, code: i32) {
        let text = self.run(line, code);
        for line in text.lines() {
            let json = serde_json::from_str(line).unwrap_or_else(|cause| panic!("{cause} in {line}"));
            self.documents.push(("event", json));
        }
    }
}

/// A life of a configuration, with every document on the way.
fn play(program: &Path, ours: bool) -> Vec<Document> {
    let sandbox = Sandbox::new();
    sandbox.write("main.tf", CONFIG);
    sandbox.write("inner/main.tf", INNER);
    let mut scene = Scene { sandbox, program: program.to_owned(), documents: Vec::new() };
    if ours {
        scene.commit();
    }
    scene.document("state", "show -json", 0);
    scene.run("init -no-color", 0);
    scene.document("version", "version -json", 0);
    scene.document("modules", "modules -json", 0);
    scene.document("functions", "metadata functions -json", 0);
    scene.document("validate", "validate -json", 0);
    scene.document("provider_schemas", "providers schema -json", 0);
    scene.events("plan -json -out=tfplan", 0);
    scene.document("plan", "show -json tfplan", 0);
    scene.events("apply -json tfplan", 0);
    scene.document("state", "show -json", 0);
    scene.document("outputs", "output -json", 0);
    scene.run("plan -no-color -out=tfplan -var=word=bye -replace=terraform_data.first", 0);
    scene.document("plan", "show -json tfplan", 0);
    if ours {
        scene.document("graph", "graph -format=json", 0);
        scene.document("graph", "graph -type=apply -format=json", 0);
        scene.document("graph", "graph -plan=tfplan -format=json", 0);
        scene.document("stacks", "stacks list -json", 0);
        scene.document("run", "run plan -all -json -detailed-exitcode", 0);
        scene.document("run", "run drift -all -json", 0);
        scene.document("run", "run apply -all -json -auto-approve -out=plans", 0);
        scene.document("drift", "drift -json", 0);
        scene.document("drift", "drift -json -var=word=bye", 2);
        scene.run("drift -no-color -var=word=bye -save-baseline=baseline.json", 2);
        scene.file("baseline", "baseline.json");
        scene.document("drift", "drift -json -var=word=bye -baseline=baseline.json", 0);
        scene.file("record", "terraform.tfstate.trueup.json");
        scene.document("drift", "drift -json -correct -auto-approve -var=word=bye", 0);
    }
    scene.sandbox.write("words.tftest.hcl", TESTS);
    scene.events("test -json -verbose", 1);
    let moved = "moved {\n  from = terraform_data.before\n  to   = terraform_data.after\n}\n";
    scene.sandbox.write("main.tf", &CONFIG.replace("\"before\"", "\"after\""));
    scene.sandbox.write("moved.tf", moved);
    scene.events("plan -json -out=tfplan", 0);
    scene.document("plan", "show -json tfplan", 0);
    scene.events("apply -json -auto-approve -var=word=bye", 0);
    scene.events("plan -json -refresh-only", 0);
    scene.events("destroy -json -auto-approve", 0);
    scene.document("outputs", "output -json", 0);
    scene
        .sandbox
        .write("wrong.tf", "resource \"terraform_data\" \"wrong\" {\n  input = [var.nope, upper()]\n}\n");
    scene.document("validate", "validate -json", 1);
    scene.events("plan -json", 1);
    if ours {
        scene.document("run", "run plan -all -json", 1);
    }
    scene.documents
}

fn check(documents: &[Document], told: &str) {
    let schemas = Schemas::read();
    let registry = schemas.registry();
    let mut wrong = Vec::new();
    for (name, _) in &schemas.0 {
        let name = name.trim_end_matches(".json");
        let validator = validator(&registry, name);
        for (_, document) in documents.iter().filter(|(schema, _)| *schema == name) {
            let found = validator.iter_errors(document);
            wrong.extend(found.map(|error| format!("{name} at {}: {error}", error.instance_path())));
        }
    }
    assert!(wrong.is_empty(), "{told}:\n{}", wrong.join("\n"));
}

#[test]
fn what_is_printed_fits_its_schema() {
    let documents = play(Path::new(env!("CARGO_BIN_EXE_trueup")), true);
    check(&documents, "what trueup prints");
    let mut printed: Vec<&str> = documents.iter().map(|(schema, _)| *schema).collect();
    printed.sort_unstable();
    printed.dedup();
    let named = Schemas::read().0.into_iter().map(|(name, _)| name);
    let named: Vec<String> = named.filter(|name| !SENT.contains(&name.as_str())).collect();
    let printed: Vec<String> = printed.iter().map(|name| format!("{name}.json")).collect();
    assert_eq!(printed, named, "every schema has a document");
}

#[test]
fn what_terraform_prints_fits_the_same_schemas() {
    let Some(terraform) = find_program("terraform") else {
        return skip_comparison("documents beside Terraform", "terraform");
    };
    check(&play(&terraform, false), "what Terraform prints");
}

#[test]
fn schemas_are_schemas_and_refuse_what_is_no_document() {
    let schemas = Schemas::read();
    for (name, schema) in &schemas.0 {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{name} is a schema of draft 2020-12");
    }
    let registry = schemas.registry();
    let documents = play(Path::new(env!("CARGO_BIN_EXE_trueup")), true);
    for (name, document) in &documents {
        let validator = validator(&registry, name);
        let Json::Object(members) = document else { panic!("{name} is an object") };
        let mut more = members.clone();
        more.insert("something_else".into(), Json::from(1));
        assert!(!validator.is_valid(&Json::Object(more)), "{name} has members that nobody described");
        let version = members.keys().find(|key| key.ends_with("format_version") || *key == "@module");
        if let Some(version) = version {
            let mut other = members.clone();
            other.insert(version.clone(), Json::from("0.9"));
            assert!(!validator.is_valid(&Json::Object(other)), "{name} of another version");
        }
    }
    let drift = validator(&registry, "drift");
    let (_, whole) = documents.iter().rfind(|(name, _)| *name == "drift").expect("one was printed");
    for pointer in ["/summary/changed", "/unapplied/0/kind", "/unapplied/0/attributes/0/path"] {
        let mut broken = whole.clone();
        *broken.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} in {whole:#}")) = Json::from(-1);
        assert!(!drift.is_valid(&broken), "{pointer}");
    }
}
