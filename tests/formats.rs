//! What `-format` writes, against the shapes that those who read it publish, and from end to end: what is on standard
//! output, where findings lead, which exit code there is.

use crate::support::project;
use crate::support::sandbox::{Outcome, Sandbox, find_program};
use serde_json::Value as Json;

const MAIN: &str = r#"
variable "word" {
  default = "one"
}
variable "token" {
  default   = "hush"
  sensitive = true
}
resource "terraform_data" "said" {
  input            = { word = var.word, token = var.token }
  triggers_replace = [var.word]
}
resource "terraform_data" "each" {
  for_each = toset(["a", "<b> & ]]> \"c\"", var.word])
  input    = "first\n${each.value}\n"
}
module "inner" {
  source = "../../modules/inner"
}
check "word" {
  assert {
    condition     = var.word == "one"
    error_message = "It is another word."
  }
}
"#;
const INNER: &str = "\nresource \"terraform_data\" \"it\" {\n  input = \"of a module\"\n}\n";

/// A stack in a repository, applied, with a plan for another word in `saved`.
struct Place {
    sandbox: Sandbox,
}

impl Place {
    fn new() -> Place {
        let sandbox = Sandbox::new();
        sandbox.write("stacks/web/main.tf", MAIN);
        sandbox.write("modules/inner/main.tf", INNER);
        let git = find_program("git").expect("git is installed");
        sandbox.run(&git, &["init", "--quiet", "."]).code(0);
        let place = Place { sandbox };
        place.run("init").code(0);
        place.run("apply -auto-approve").code(0);
        let module = INNER.replace("of a module", "of another");
        place.sandbox.write("modules/inner/main.tf", &module);
        place.run("plan -var=word=two -out=saved").code(0);
        place
    }

    fn run(&self, line: &str) -> Outcome {
        let arguments: Vec<&str> = ["-chdir=stacks/web"].into_iter().chain(line.split(' ')).collect();
        self.sandbox.trueup(&arguments)
    }

    /// The plan in a format, as it was saved and as it is made.
    fn written(&self, format: &str) -> [String; 2] {
        let saved = self.run(&format!("show -format={format} saved")).code(0);
        let made = self.run(&format!("plan -var=word=two -detailed-exitcode -format={format}")).code(2);
        [saved, made].map(|outcome| {
            let hidden = format == "json" || !outcome.stdout.contains("hush");
            assert!(hidden, "{format}: {}", outcome.stdout);
            outcome.stdout
        })
    }
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|cause| panic!("{cause} in {text}"))
}

fn check_schema(name: &str, document: &Json) {
    let path = format!("schemas/reports/{name}.json");
    let files = project::files(|file| file == path);
    let schema = json(&files.first().expect("the schema is there").text);
    assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name} is a schema of draft 2020-12");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let wrong: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{name} at {}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn findings_have_the_shapes_of_their_readers() {
    let place = Place::new();
    for text in place.written("gitlab") {
        let counts = json(&text);
        check_schema("gitlab", &counts);
        assert_eq!(counts, serde_json::json!({"create": 2, "update": 1, "delete": 2}));
    }
    for text in place.written("sarif") {
        let log = json(&text);
        check_schema("sarif", &log);
        let found = |address: &str| {
            let results = log.pointer("/runs/0/results").and_then(Json::as_array).expect("results");
            let about = |one: &&Json| {
                one.pointer("/locations/0/logicalLocations/0/fullyQualifiedName") == Some(&address.into())
            };
            let place = results.iter().find(about).unwrap_or_else(|| panic!("{address} in {text}"));
            let place = &place["locations"][0]["physicalLocation"];
            let line = place["region"]["startLine"].as_u64().expect("a line");
            (place["artifactLocation"]["uri"].as_str().expect("a path").to_owned(), line)
        };
        assert_eq!(found("terraform_data.said"), ("stacks/web/main.tf".into(), 9));
        assert_eq!(found("module.inner.terraform_data.it"), ("modules/inner/main.tf".into(), 2));
        assert_eq!(found("check.word"), ("stacks/web/main.tf".into(), 20));
    }
    for text in place.written("codequality") {
        check_schema("codequality", &json(&text));
    }
    let [saved, made] = place.written("json").map(|text| json(&text));
    assert_eq!(saved, json(&place.run("show -json saved").code(0).stdout), "the document of show -json");
    assert_eq!(saved["resource_changes"], made["resource_changes"]);
}

/// The elements of the format, with their attributes and what is in them; those with an asterisk have to be there. As
/// Jenkins reads it: `junit-10.xsd` of its xunit plugin.
const ELEMENTS: [(&str, &[&str], &[&str]); 7] = [
    ("testsuites", &["name", "tests", "failures", "errors"], &["testsuite"]),
    ("testsuite", &["name*", "tests*", "failures*", "errors*", "skipped", "timestamp"], &["testcase"]),
    ("testcase", &["name*", "classname*"], &["failure", "error", "skipped", "system-out"]),
    ("failure", &["message*", "type*"], &[]),
    ("error", &["message*", "type*"], &[]),
    ("skipped", &["message*"], &[]),
    ("system-out", &[], &[]),
];

/// Fails where XML isn't well-formed or isn't of the format; gives how many elements there are of each name.
fn check_results(text: &str) -> std::collections::BTreeMap<String, usize> {
    use quick_xml::events::{BytesStart, Event};
    let mut counts = std::collections::BTreeMap::new();
    let mut open: Vec<String> = Vec::new();
    let mut begin = |start: &BytesStart<'_>, open: &[String]| -> String {
        let name = start.name().as_ref().to_owned();
        let (_, known, _) = ELEMENTS.iter().find(|one| one.0 == name).unwrap_or_else(|| panic!("{name}"));
        let has: Vec<String> =
            start.attributes().map(|one| one.expect("an attribute").key.as_ref().to_owned()).collect();
        for attribute in &has {
            assert!(known.iter().any(|one| one.trim_end_matches('*') == attribute), "{attribute} of {name}");
        }
        for wanted in known.iter().filter_map(|one| one.strip_suffix('*')) {
            assert!(has.iter().any(|one| one == wanted), "{wanted} of {name}");
        }
        match open.last() {
            None => assert_eq!(name, "testsuites"),
            Some(outer) => {
                let (.., inner) = ELEMENTS.iter().find(|one| one.0 == outer).expect("it was begun");
                assert!(inner.contains(&&*name), "{name} in {outer}");
            }
        }
        *counts.entry(name.clone()).or_default() += 1;
        name
    };
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event().unwrap_or_else(|cause| panic!("{cause} in {text}")) {
            Event::Start(start) => {
                let name = begin(&start, &open);
                open.push(name);
            }
            Event::Empty(start) => drop(begin(&start, &open)),
            Event::End(_) => drop(open.pop()),
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?} in {text}");
    counts
}

#[test]
fn results_of_tests_are_those_that_build_servers_read() {
    let place = Place::new();
    for text in place.written("junit") {
        let counts = check_results(&text);
        assert_eq!((counts["testsuite"], counts["testcase"]), (1, 7), "{text}");
        assert_eq!(counts.get("failure"), Some(&1), "the check fails: {text}");
    }
    place
        .sandbox
        .write("stacks/web/wrong.tf", "resource \"terraform_data\" \"wrong\" {\n  input = var.nope\n}\n");
    let failed = place.run("plan -format=junit").code(1);
    assert!(check_results(&failed.stdout)["error"] > 0, "{}", failed.stdout);
    assert!(failed.stderr.contains("Reference to undeclared input variable"), "{}", failed.stderr);
    let failed = place.run("plan -format=markdown").code(1);
    assert!(failed.stdout.starts_with("## Planning failed\n"), "{}", failed.stdout);
    assert!(failed.stdout.contains("`stacks/web/wrong.tf:2`"), "{}", failed.stdout);
}

#[test]
fn drift_is_told_in_the_same_formats() {
    let place = Place::new();
    let written = |format: &str| {
        let told = place.run(&format!("drift -var=word=two -format={format}")).code(2).stdout;
        assert!(!told.contains("hush"), "{format}: {told}");
        told
    };
    check_schema("sarif", &json(&written("sarif")));
    check_schema("codequality", &json(&written("codequality")));
    check_schema("gitlab", &json(&written("gitlab")));
    let counts = check_results(&written("junit"));
    assert_eq!(counts.get("failure"), Some(&5), "what was never applied, and the check: {counts:?}");
    let markdown = written("markdown");
    assert!(markdown.starts_with("## No drift: 6 objects compared, 4 not applied yet\n"), "{markdown}");
    assert!(written("html").starts_with("<!doctype html>"));
    let asked = place.run("drift -format=html -correct").code(1);
    assert!(
        asked.stderr.contains("Nobody can be asked for approval when -format is set."),
        "{}",
        asked.stderr
    );
    let none = place.run("drift -world -format=codequality").code(0);
    assert_eq!(none.stdout, "[]\n");
}

#[test]
fn a_document_is_alone_on_standard_output() {
    let place = Place::new();
    for text in place.written("markdown") {
        assert!(text.starts_with("## Plan: 2 to add, 1 to change, 2 to destroy\n"), "{text}");
    }
    for text in place.written("html") {
        assert!(text.starts_with("<!doctype html>") && text.ends_with("</html>\n"), "{text}");
        assert!(text.contains("Content-Security-Policy"), "{text}");
        for fetching in [" src=", " href=", "@import", "url(h", "fetch(", "XMLHttp"] {
            assert!(!text.contains(fetching), "{fetching} in {text}");
        }
    }
    let warned = place.run("plan -format=gitlab -var=word=two").code(0);
    assert!(warned.stderr.contains("Check block assertion failed"), "{}", warned.stderr);
    let cut =
        place.run("show -format=markdown -format-limit=1000 -format-link=https://x.example/1 saved").code(0);
    assert!(cut.stdout.len() <= 1000 && cut.stdout.contains("(<https://x.example/1>)"), "{}", cut.stdout);
    for (line, why) in [
        ("show -format=sarif", "No report of a state"),
        ("show -format=html -json saved", "-format can't be used together with"),
        ("show -format=html -show-sensitive saved", "Option -show-sensitive with -format"),
        ("show -format=html -format-limit=2000 saved", "without Markdown"),
        ("show -format=markdown -format-limit=10 saved", "Invalid value for -format-limit"),
        ("plan -format=pdf", "invalid value \"pdf\" for flag -format"),
    ] {
        let refused = place.run(line).code(1);
        assert!(refused.stderr.contains(why) && refused.stdout.is_empty(), "{line}: {}", refused.stderr);
    }
}

#[test]
fn findings_of_a_commit_lead_into_its_tree() {
    let place = Place::new();
    let git = find_program("git").expect("git is installed");
    let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
    for line in ["add .", "commit --quiet --message first"] {
        let arguments: Vec<&str> = identity.into_iter().chain(line.split(' ')).collect();
        place.sandbox.run(&git, &arguments).code(0);
    }
    place.sandbox.write("elsewhere/.keep", "");
    let line = "-chdir=elsewhere plan -from=../stacks/web?ref=HEAD -format=sarif";
    let planned = place.sandbox.trueup(&line.split(' ').collect::<Vec<_>>()).code(0);
    let paths: std::collections::BTreeSet<String> = json(&planned.stdout)["runs"][0]["results"]
        .as_array()
        .expect("results")
        .iter()
        .filter_map(|one| one.pointer("/locations/0/physicalLocation/artifactLocation/uri"))
        .filter_map(|path| path.as_str().map(str::to_owned))
        .collect();
    let wanted = ["modules/inner/main.tf", "stacks/web/main.tf"];
    assert!(paths.iter().eq(wanted), "{paths:?} in {}", planned.stdout);
}
