//! Lifecycle fixtures: each file below `tests/lifecycle` is a configuration and what happens to it, step by step.
//!
//! The same files are run by Terraform where it is installed, so that they tell the truth about it.

use crate::support::project;
use crate::support::sandbox::find_program;
use crate::support::sandbox::{Outcome, Sandbox};
use crate::support::skip::skip_comparison;

/// One step of a fixture.
enum Step {
    /// `=== PATH` and the file's text.
    File { path: String, text: String },
    /// `=== run ARGUMENTS` and what is expected.
    Run { by: By, arguments: Vec<String>, expectations: Vec<Expectation> },
    /// `=== set NAME VALUE`: a variable of the environment.
    Set { name: String, value: String },
    /// `=== remove PATH`
    Remove { path: String },
}

/// Which program runs a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// `run`: the program that the whole fixture is for.
    Either,
    /// `trueup`: a command that Terraform doesn't have.
    Trueup,
    /// `terraform`: that what trueup left behind is understood.
    Terraform,
}

/// A line below a run.
enum Expectation {
    /// `code N`
    Code(i32),
    /// `shows TEXT`
    Shows(String),
    /// `hides TEXT`
    Hides(String),
    /// `state POINTER = JSON`: a value in the state file, by JSON pointer; `null` where there is none.
    State(String, serde_json::Value),
    /// `stdout POINTER = JSON`: the same in JSON that the program printed.
    Stdout(String, serde_json::Value),
}

fn parse(text: &str) -> Vec<Step> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("=== "), sections.last_mut()) {
            (Some(heading), _) => sections.push((heading.to_owned(), String::new())),
            (None, Some((_, body))) => *body += &format!("{line}\n"),
            (None, None) => {
                assert!(line.starts_with('#') || line.is_empty(), "a fixture opens with a comment: {line}");
            }
        }
    }
    sections.iter().map(|(heading, body)| step(heading, body)).collect()
}

fn step(heading: &str, body: &str) -> Step {
    let mut words = split(heading);
    let first = words.remove(0);
    let by = match first.as_str() {
        "run" => By::Either,
        "trueup" => By::Trueup,
        "terraform" => By::Terraform,
        "set" => return Step::Set { name: words.remove(0), value: words.join(" ") },
        "remove" => return Step::Remove { path: words.remove(0) },
        _ => return Step::File { path: first, text: body.trim_start_matches('\n').to_owned() },
    };
    let expectations = body.lines().filter(|line| !line.trim().is_empty()).map(expectation).collect();
    Step::Run { by, arguments: words, expectations }
}

fn expectation(line: &str) -> Expectation {
    let (word, rest) = line.split_once(' ').unwrap_or_else(|| panic!("an expectation has two parts: {line}"));
    let pointer = || {
        let (pointer, value) = rest.split_once(" = ").unwrap_or_else(|| panic!("POINTER = JSON: {line}"));
        (pointer.to_owned(), serde_json::from_str(value).unwrap_or_else(|cause| panic!("{line}: {cause}")))
    };
    match word {
        "code" => Expectation::Code(rest.parse().expect("a number")),
        "shows" => Expectation::Shows(rest.to_owned()),
        "hides" => Expectation::Hides(rest.to_owned()),
        "state" => Expectation::State(pointer().0, pointer().1),
        "stdout" => Expectation::Stdout(pointer().0, pointer().1),
        other => panic!("no expectation is called {other}: {line}"),
    }
}

/// Splits at spaces; single quotes hold a word together.
fn split(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().expect("one word at least").push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Runs one fixture; `program` stands for `run`.
fn check(text: &str, program: By) {
    let mut sandbox = Sandbox::new();
    for step in parse(text) {
        match step {
            Step::File { path, text } => sandbox.write(&path, &text),
            Step::Set { name, value } => sandbox.set(&name, &value),
            Step::Remove { path } => std::fs::remove_file(sandbox.path(&path)).expect("the file was there"),
            Step::Run { by, arguments, expectations } => {
                let by = if by == By::Either { program } else { by };
                if by == By::Trueup && program == By::Terraform {
                    continue;
                }
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                let outcome = match by {
                    By::Terraform => sandbox.terraform(&arguments),
                    _ => Some(sandbox.trueup(&arguments)),
                };
                if let Some(outcome) = outcome {
                    expect(&sandbox, outcome, expectations);
                }
            }
        }
    }
}

fn expect(sandbox: &Sandbox, mut outcome: Outcome, expectations: Vec<Expectation>) {
    for expectation in expectations {
        outcome = match expectation {
            Expectation::Code(code) => outcome.code(code),
            Expectation::Shows(text) => outcome.shows(&text),
            Expectation::Hides(text) => outcome.hides(&text),
            Expectation::State(pointer, value) => {
                let state = sandbox.json("terraform.tfstate");
                assert_eq!(
                    state.pointer(&pointer).unwrap_or(&serde_json::Value::Null),
                    &value,
                    "{pointer} in {state:#}"
                );
                outcome
            }
            Expectation::Stdout(pointer, value) => {
                let printed: serde_json::Value = serde_json::from_str(&outcome.stdout)
                    .unwrap_or_else(|cause| panic!("{cause} in {}", outcome.stdout));
                assert_eq!(
                    printed.pointer(&pointer).unwrap_or(&serde_json::Value::Null),
                    &value,
                    "{pointer} in {printed:#}"
                );
                outcome
            }
        };
    }
}

/// Fixtures that trueup doesn't live up to yet, and what is missing. One that holds must leave the list.
const NOT_YET: &[(&str, &str)] = &[];

fn is_missing(path: &str) -> bool {
    NOT_YET.iter().any(|(name, _)| path == format!("tests/lifecycle/{name}.txt"))
}

/// Runs every fixture and fails with the names of those that don't do as they should.
fn check_all(program: By) {
    let fixtures = project::files(|path| path.starts_with("tests/lifecycle/"));
    assert!(fixtures.len() > 10, "the fixtures are found");
    let wrong = |fixture: &&project::ProjectFile| {
        let holds = std::panic::catch_unwind(|| check(&fixture.text, program)).is_ok();
        holds == (program == By::Trueup && is_missing(&fixture.path))
    };
    let halves = fixtures.chunks(fixtures.len().div_ceil(2));
    let check_half = |half: &[project::ProjectFile]| {
        half.iter().filter(wrong).map(|fixture| fixture.path.clone()).collect::<Vec<_>>()
    };
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = halves.map(|half| scope.spawn(|| check_half(half))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a thread ends")).collect()
    });
    assert!(
        wrong.is_empty(),
        "these fixtures don't hold, or hold though NOT_YET in tests/fixtures.rs lists them:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn fixtures_hold() {
    check_all(By::Trueup);
}

#[test]
fn fixtures_tell_the_truth_about_terraform() {
    if find_program("terraform").is_none() {
        return skip_comparison("the fixtures beside Terraform", "terraform");
    }
    check_all(By::Terraform);
}

#[test]
fn what_is_missing_is_a_fixture() {
    for (name, missing) in NOT_YET {
        assert!(is_missing(&format!("tests/lifecycle/{name}.txt")) && !missing.is_empty());
        assert!(!project::read(&format!("tests/lifecycle/{name}.txt")).is_empty());
    }
}
