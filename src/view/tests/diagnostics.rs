//! Diagnostics: plain, on a terminal, and as a list.

use super::PLAIN;
use crate::diagnostic::{compact, human};
use crate::style::Style;
use trueup_diag::{Diagnostic, Diagnostics, ExpressionValue, Sources, Span};

const TEXT: &str = "resource \"x\" \"y\" {\n  name  = var.name\n  count = [\n    1,\n    2,\n    3,\n    4,\n    5,\n  ]\n}\n\nlocals {\n  a = 1\n}\n";

fn place(sources: &mut Sources, text: &str) -> Span {
    let file = sources.add("main.tf", TEXT);
    let start = u32::try_from(TEXT.find(text).expect("the text")).expect("short");
    Span::new(file, start, start + u32::try_from(text.len()).expect("short"))
}

fn several() -> (Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let name = place(&mut sources, "var.name");
    let list = place(&mut sources, "[\n    1,\n    2,\n    3,\n    4,\n    5,\n  ]");
    let local = place(&mut sources, "1\n}");
    let long = "The provider was asked to make the thing, and it answered that the name is taken already by another thing in the same account. ";
    let all = vec![
        Diagnostic::error("Invalid name", format!("{long}\n\n  an indented line is left as it is, however long it may be, since it may be a command\n"))
            .at(name)
            .on("module.m[0].x.y")
            .hint("choose another name")
            .with_values(vec![
                ExpressionValue { traversal: "var.name".into(), statement: "is \"taken\"".into() },
                ExpressionValue { traversal: "each.key".into(), statement: "is \"a\"".into() },
            ]),
        Diagnostic::warning("Long list", "").at(list),
        Diagnostic::error("Invalid number", "Not this one.").at(local),
        Diagnostic::warning("Without a place", "Whoever \u{1b}[2Jreads it should know.").hint("ask somebody?"),
    ];
    (all, sources)
}

#[test]
fn plain() {
    let (all, sources) = several();
    insta::assert_snapshot!(all.iter().map(|one| human(one, &sources, PLAIN)).collect::<String>());
}

#[test]
fn on_a_terminal() {
    let (all, sources) = several();
    let text: String = all
        .iter()
        .map(|one| human(one, &sources, Style { color: true, width: 60, reveal: false, marked: false }))
        .collect();
    insta::assert_snapshot!(text.replace('\u{1b}', "\\e"));
}

#[test]
fn a_list_of_warnings() {
    let warning = |summary: &'static str| Diagnostic::warning(summary, "Whole sentences.");
    let all: Diagnostics = ["One", "Two", "One"].into_iter().map(warning).collect();
    insta::assert_snapshot!(compact(&all));
    assert_eq!(compact(&Diagnostics::new()), "");
}
