//! What is wrong with configurations, and where. The fixtures were held against Terraform 1.11: summaries and places
//! agree where it reports the case while it reads a configuration and resolves its references.

use crate::fixture::{cases, lines, resolved};

/// Compares every case of a fixture file and shows all that differ.
fn check(text: &str) {
    let cases = cases(text);
    assert!(cases.len() > 5, "the fixture holds cases");
    let mut wrong = String::new();
    for case in cases {
        let (out, sources) = resolved(&case.files);
        let mut found = lines(out.diagnostics(), &sources);
        found.extend(lines(out.planning, &sources).into_iter().map(|line| format!("plan {line}")));
        if found != case.expected {
            wrong.push_str(&format!("### {}\n", case.title));
            for line in &found {
                wrong.push_str(&format!(">>> {line}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "these cases are reported differently:\n{wrong}");
}

#[test]
fn references() {
    check(include_str!("fixtures/references.txt"));
}

#[test]
fn declarations() {
    check(include_str!("fixtures/declarations.txt"));
}

#[test]
fn settings_and_providers() {
    check(include_str!("fixtures/providers.txt"));
}

#[test]
fn resources() {
    check(include_str!("fixtures/resources.txt"));
}

#[test]
fn variables_and_types() {
    check(include_str!("fixtures/variables.txt"));
}

#[test]
fn moved_removed_import_check() {
    check(include_str!("fixtures/refactoring.txt"));
}

#[test]
fn json_and_overrides() {
    check(include_str!("fixtures/json_and_overrides.txt"));
}

/// Every report says in whole sentences what is wrong.
#[test]
fn details_are_sentences() {
    let files = [
        include_str!("fixtures/references.txt"),
        include_str!("fixtures/declarations.txt"),
        include_str!("fixtures/providers.txt"),
        include_str!("fixtures/resources.txt"),
        include_str!("fixtures/variables.txt"),
        include_str!("fixtures/refactoring.txt"),
    ];
    for case in files.into_iter().flat_map(cases) {
        let (out, _) = resolved(&case.files);
        for found in out.load.iter().chain(&out.references).chain(&out.planning) {
            let ends = |text: &str| text.ends_with(['.', '?']);
            assert!(
                ends(&found.detail),
                "{}: {} has the detail {:?}",
                case.title,
                found.summary,
                found.detail
            );
            let hint = found.hint.as_deref().unwrap_or(".");
            assert!(ends(hint), "{}: {} has the hint {hint:?}", case.title, found.summary);
        }
    }
}
