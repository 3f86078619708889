//! What programs are compiled to.

use crate::fixture::{cases, lines, resolved};
use crate::print::{bindings, module};
use trueup_resolve::Program;

fn check(text: &str, print: impl Fn(&Program) -> Vec<String>) {
    let cases = cases(text);
    assert!(cases.len() > 2, "the fixture holds cases");
    let mut wrong = String::new();
    for case in cases {
        let (out, sources) = resolved(&case.files);
        let mut found = print(&out.program);
        let errors = lines(out.diagnostics(), &sources);
        found.extend(errors.into_iter().filter(|line| line.starts_with("error")));
        if found != case.expected {
            wrong.push_str(&format!("### {}\n", case.title));
            for line in &found {
                wrong.push_str(&format!(">>> {line}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "these cases come out differently:\n{wrong}");
}

#[test]
fn modules() {
    check(include_str!("fixtures/programs.txt"), |program| module(&program.modules[0]));
}

#[test]
fn provider_bindings() {
    check(include_str!("fixtures/bindings.txt"), bindings);
}
