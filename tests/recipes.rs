//! What people copy: the commands in documentation and in recipes for build servers are ones that the program takes.

use crate::support::moto::environment;
use crate::support::project::{self, ProjectFile};
use crate::support::sandbox::{Sandbox, find_program};
use crate::support::skip::skip;
use std::collections::BTreeMap;
use std::path::Path;

/// What stands before a command in a line: indentation of Markdown, keys of YAML, a step of Jenkins.
const BEFORE: [&str; 4] = ["- run: ", "run: ", "- ", "sh '"];

/// What the program takes and, as Terraform, tells of in no help.
const UNTOLD: [&str; 2] = ["-install-autocomplete", "-uninstall-autocomplete"];

/// The words of a command in a line, without what a shell takes for itself and what is said about it further right.
fn command(line: &str) -> Option<Vec<String>> {
    let mut line = line.trim();
    for before in BEFORE {
        line = line.strip_prefix(before).unwrap_or(line);
    }
    let said = line.strip_prefix("trueup ")?;
    let said = said.split("  ").next()?.split(['|', '>', '\'', '#']).next()?;
    let words: Vec<String> = said.split_whitespace().map(String::from).collect();
    let names_a_command =
        |word: &String| word.starts_with('-') || word.chars().all(|c| c.is_ascii_lowercase());
    words.first().filter(|word| names_a_command(word))?;
    Some(words)
}

/// The name of an option in a word: `-out` of `-out=plan`.
fn option(word: &str) -> Option<&str> {
    let name = word.split('=').next()?;
    let is_one = name.len() > 1 && name.starts_with('-') && !name.contains('$');
    is_one.then_some(name)
}

/// Whether a help text tells of an option.
fn knows(help: &str, option: &str) -> bool {
    if UNTOLD.contains(&option) {
        return true;
    }
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
    help.split_whitespace().any(|word| word.strip_prefix(option).is_some_and(ends))
}

/// The help of commands, asked for once each.
struct Helps {
    sandbox: Sandbox,
    known: BTreeMap<Vec<String>, Option<String>>,
}

impl Helps {
    /// None where there is no such command.
    fn of(&mut self, command: &[String]) -> Option<String> {
        if !self.known.contains_key(command) {
            let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
            arguments.push("-help");
            let outcome = self.sandbox.trueup(&arguments);
            let is_its_own = command.iter().all(|word| outcome.stdout.contains(word.as_str()));
            let help = (outcome.code == 0 && is_its_own).then_some(outcome.stdout);
            self.known.insert(command.to_vec(), help);
        }
        self.known[command].clone()
    }

    /// What a command says that the program doesn't take.
    fn refused(&mut self, words: &[String]) -> Option<String> {
        let globals = words.iter().take_while(|word| word.starts_with('-')).count();
        let (globals, rest) = words.split_at(globals);
        let name: Vec<String> = rest.iter().take_while(|word| !word.starts_with('-')).cloned().collect();
        let mut help = None;
        for length in (0..=name.len().min(2)).rev() {
            help = self.of(&name[..length]);
            if help.is_some() {
                break;
            }
        }
        let (help, whole) = (help?, self.of(&[])?);
        let unknown = |words: &[String], help: &str| {
            words.iter().filter_map(|word| option(word)).find(|name| !knows(help, name)).map(String::from)
        };
        unknown(globals, &whole).or_else(|| unknown(rest, &help))
    }
}

fn read_by_people(path: &str) -> bool {
    path == "README.md" || path.starts_with("docs/") || path.starts_with("examples/")
}

#[test]
fn commands_that_people_copy_are_taken() {
    let mut helps = Helps { sandbox: Sandbox::new(), known: BTreeMap::new() };
    let (mut wrong, mut count) = (Vec::new(), 0);
    for ProjectFile { path, text } in project::files(read_by_people) {
        for (number, line) in text.lines().enumerate() {
            let Some(words) = command(line) else { continue };
            count += 1;
            if let Some(option) = helps.refused(&words) {
                wrong.push(format!("{path}:{}: {option} in \"{}\"", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 50, "commands are found: {count}");
}

#[test]
fn options_that_there_are_not_are_found() {
    let mut helps = Helps { sandbox: Sandbox::new(), known: BTreeMap::new() };
    let mut check = |line: &str, wanted: Option<&str>| {
        let words = command(line).expect("it is a command");
        assert_eq!(helps.refused(&words).as_deref(), wanted, "{line}");
    };
    check("    trueup plan -out=tfplan   what would change", None);
    check("- run: trueup run drift -all -no-colour", Some("-no-colour"));
    check("sh 'trueup pr plan -auto-approve'", Some("-auto-approve"));
    check("trueup -chdri=a plan", Some("-chdri"));
}

/// A part of each recipe in YAML that names what is done.
const JOBS: [(&str, &[&str]); 8] = [
    ("github/action.yml", &["runs"]),
    ("github/pull-request.yml", &["jobs", "plan"]),
    ("github/drift.yml", &["jobs", "drift"]),
    ("gitlab/.gitlab-ci.yml", &["apply", "script"]),
    ("azure-pipelines/azure-pipelines.yml", &["stages"]),
    ("azure-pipelines/trueup.yml", &["steps"]),
    ("bitbucket/bitbucket-pipelines.yml", &["pipelines", "pull-requests"]),
    ("circleci/config.yml", &["jobs", "apply"]),
];

#[test]
fn recipes_are_yaml() {
    let sandbox = Sandbox::new();
    let folder = project::root().join("examples/ci");
    for (recipe, parts) in JOBS {
        let text = std::fs::read_to_string(folder.join(recipe)).unwrap_or_else(|e| panic!("{recipe}: {e}"));
        sandbox.write("recipe.yml", &text);
        let path: String = parts.iter().map(|part| format!("[\"{part}\"]")).collect();
        let output = format!("output \"part\" {{\n  value = yamldecode(file(\"recipe.yml\")){path}\n}}\n");
        sandbox.write("main.tf", &output);
        sandbox.trueup(&["plan", "-no-color"]).code(0).shows("+ part");
    }
}

/// Every recipe is among those that are looked at.
#[test]
fn every_recipe_is_known() {
    let found: Vec<String> =
        project::paths().into_iter().filter(|path| path.starts_with("examples/ci/")).collect();
    let is_known = |path: &str| {
        let path = path.trim_start_matches("examples/ci/");
        JOBS.iter().any(|(known, _)| *known == path) || ["README.md", "jenkins/Jenkinsfile"].contains(&path)
    };
    let unknown: Vec<&String> = found.iter().filter(|path| !is_known(path)).collect();
    assert!(unknown.is_empty() && found.len() == 10, "{found:?}");
}

/// `examples/story/many` with fewer stacks, whose time is nobody's concern here.
#[test]
fn the_story_of_many_stacks_goes_as_it_says() {
    if find_program("python3").is_none() {
        return skip("the story of many stacks", "python3 isn't installed");
    }
    let mut sandbox = Sandbox::new();
    sandbox.set("TRUEUP_BINARY", env!("CARGO_BIN_EXE_trueup"));
    let script = project::root().join("examples/story/many").display().to_string();
    let outcome = sandbox.run(Path::new("/bin/bash"), &[&script, "20"]);
    outcome.code(0).shows("20 stacks 20 applied 1000").shows("Everything was as expected");
}

/// The build servers' own schemas, as check-jsonschema carries them: the recipes that each holds, and what else to say.
const SCHEMAS: [(&str, &[&str], &[&str]); 6] = [
    ("github-workflows", &["github/pull-request.yml", "github/drift.yml"], &[]),
    ("github-actions", &["github/action.yml"], &[]),
    ("gitlab-ci", &["gitlab/.gitlab-ci.yml"], &["--data-transform", "gitlab-ci"]),
    (
        "azure-pipelines",
        &["azure-pipelines/azure-pipelines.yml", "azure-pipelines/trueup.yml"],
        // Its patterns are none of JavaScript's.
        &["--data-transform", "azure-pipelines", "--regex-variant", "python"],
    ),
    ("bitbucket-pipelines", &["bitbucket/bitbucket-pipelines.yml"], &[]),
    ("circle-ci", &["circleci/config.yml"], &[]),
];

#[test]
fn recipes_have_the_shapes_of_their_build_servers() {
    let package = "check-jsonschema==0.39.*";
    let program = ("check-jsonschema", &["--version"][..]);
    let checker = match environment("check-jsonschema-0.39", package, program) {
        Ok(checker) => checker,
        Err(why) => return skip("the schemas of build servers", &why),
    };
    let check = |schema: &str, more: &[&str], file: &Path| {
        let (schema, file) = (format!("vendor.{schema}"), file.display().to_string());
        let mut arguments = vec!["--builtin-schema", &schema];
        arguments.extend(more);
        arguments.push(&file);
        Sandbox::new().run(&checker, &arguments)
    };
    for (schema, recipes, more) in SCHEMAS {
        for recipe in recipes {
            check(schema, more, &project::root().join("examples/ci").join(recipe)).code(0);
        }
        let wrong = Sandbox::with(&[("wrong.yml", "jobs: 5\nsteps: 5\nplan: 5\npipelines: 5\n")]);
        check(schema, more, &wrong.path("wrong.yml")).code(1).shows("validation errors");
    }
}

/// A name of a version can be moved to other code; a commit can't.
#[test]
fn actions_of_others_are_pinned() {
    let mut count = 0;
    for ProjectFile { path, text } in project::files(|path| path.starts_with("examples/ci/github/")) {
        for line in
            text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "))
        {
            let (action, version) = line.split_once(" # v").unwrap_or((line, ""));
            let commit = action.split_once('@').map_or("", |(_, commit)| commit);
            let is_pinned = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(action.starts_with("./") || (is_pinned && !version.is_empty()), "{path}: {line}");
            count += 1;
        }
    }
    assert!(count > 8, "actions are found: {count}");
}
