//! Large and deep configurations.

use crate::fixture::resolved;
use std::collections::BTreeMap;
use std::fmt::Write;
use trueup_resolve::{Expr, ExprKind};

fn root(text: String) -> BTreeMap<String, String> {
    BTreeMap::from([("main.tf".to_owned(), text)])
}

/// The stack of a test thread is 2 MiB: a recursion along these chains would not fit.
#[test]
fn chains_have_no_bound() {
    let steps = 20_000;
    let sum = vec!["var.a"; steps].join(" + ");
    let path = ".b".repeat(steps);
    let constant = vec!["1"; steps].join(" - ");
    let mut choice = String::new();
    for i in 0..steps {
        write!(choice, "var.a == {i} ? {i} : ").expect("strings take everything");
    }
    let text = format!(
        "variable \"a\" {{}}\nvariable \"d\" {{ default = {constant} }}\n\
         locals {{\n sum = {sum}\n path = var.a{path}\n choice = {choice} 0\n }}\n"
    );
    let (out, _) = resolved(&root(text));
    assert!(out.diagnostics().is_empty(), "{:?}", out.diagnostics().iter().next());
    let copy = out.program.clone();
    let length = |expr: &Expr| {
        let mut at = expr;
        let mut links = 0;
        while let ExprKind::Binary { left: next, .. }
        | ExprKind::Attribute { on: next, .. }
        | ExprKind::Conditional { otherwise: next, .. } = &at.kind
        {
            at = next;
            links += 1;
        }
        links
    };
    let lengths: Vec<usize> = copy.modules[0].locals.iter().map(|local| length(&local.expr)).collect();
    assert_eq!(lengths, [steps - 1, steps, steps]);
    let folded = copy.modules[0].variables[1].default.as_ref().and_then(|value| value.as_number()?.to_i64());
    assert_eq!(folded, Some(2 - i64::try_from(steps).expect("small")));
}

#[test]
fn ten_thousand_resources_are_resolved() {
    let count = 10_000;
    let mut text = String::new();
    for i in 0..count {
        let before = if i == 0 { "0".to_owned() } else { format!("aws_instance.r{}.id", i - 1) };
        write!(text, "resource \"aws_instance\" \"r{i}\" {{\n name = \"n-${{{before}}}\"\n}}\n")
            .expect("strings take everything");
    }
    let (out, _) = resolved(&root(text));
    assert!(out.diagnostics().is_empty());
    assert_eq!(out.program.modules[0].resources.len(), count);
}

/// A source that is called many times is compiled once.
#[test]
fn a_source_is_compiled_once() {
    let calls =
        (0..200).map(|i| format!("module \"m{i}\" {{ source = \"./m\" }}\n")).collect::<Vec<_>>().concat();
    let files = BTreeMap::from([
        ("main.tf".to_owned(), calls),
        ("m/main.tf".to_owned(), "resource \"aws_vpc\" \"x\" {}\n".to_owned()),
    ]);
    let (out, sources) = resolved(&files);
    assert!(out.diagnostics().is_empty());
    assert_eq!((out.program.modules.len(), out.program.nodes.len()), (2, 201));
    assert_eq!(sources.files().count(), 2);
}
