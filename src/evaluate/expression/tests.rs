//! Expressions that ask for too much are refused, and none brings the program down.

use crate::functions::{DirectoryEntry, FileKind, World};
use crate::host::{Host, Language};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use trueup_value::{Name, Value};

/// A host with nothing in it.
struct Nothing;

impl Host for Nothing {
    fn read_file(&self, _path: &str) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }
    fn file_kind(&self, _path: &str) -> io::Result<FileKind> {
        Err(io::ErrorKind::NotFound.into())
    }
    /// Every directory leads back into itself, twice.
    fn list_directory(&self, _path: &str) -> io::Result<Vec<DirectoryEntry>> {
        let entry =
            |name: &str| DirectoryEntry { name: name.into(), kind: FileKind::Directory, is_link: true };
        Ok(["a", "b", "c", "d", "e", "f", "g", "h"].map(entry).into())
    }
    fn working_directory(&self) -> io::Result<String> {
        Ok("/".into())
    }
    fn home_directory(&self) -> Option<String> {
        None
    }
    fn now(&self) -> String {
        "2026-01-02T03:04:05Z".into()
    }
    fn plan_timestamp(&self) -> Option<String> {
        None
    }
    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
    fn impure_unknown(&self) -> bool {
        true
    }
}

/// The value of an expression of the language, in which `big` has 40 elements, or why it has none.
fn evaluate(expression: &str) -> Result<Value, String> {
    let big = Value::tuple((0..40).map(Value::from));
    let symbols = BTreeMap::from([(Name::from("big"), big), (Name::from("unknown"), Value::dynamic())]);
    let language = Language::new(Arc::new(Nothing));
    language.render_template(&format!("${{{expression}}}"), "t", &symbols).map_err(|error| error.message)
}

fn nested_for(levels: usize, inner: &str) -> String {
    let mut text = inner.to_owned();
    for level in 0..levels {
        text = format!("[for v{level} in big : {text}]");
    }
    text
}

#[test]
fn what_is_too_much_is_refused() {
    let cases = [
        (
            "Value too large",
            format!("[for a in big : {}]", nested_for(3, &format!("\"{}\"", "x".repeat(2_000)))),
        ),
        ("more than 16777216 combinations", "setproduct(big, big, big, big, big)".into()),
        (
            "the most a text can have",
            format!("join(\"{}\", flatten({}))", "x".repeat(200_000), nested_for(2, "\"\"")),
        ),
        (
            "the most a text can have",
            format!("replace(\"{}\", \"a\", \"{}\")", "a".repeat(30_000), "b".repeat(30_000)),
        ),
        (
            "the most a text can have",
            format!("replace(\"{}\", \"/a/\", \"{}\")", "a".repeat(30_000), "b".repeat(30_000)),
        ),
        ("the most a text can have", format!("indent(100000, \"{}\")", "\\n".repeat(30_000))),
        ("the most a text can have", format!("format(\"{}\", 1)", "%1000000[1]d".repeat(300))),
        (
            "Text too long",
            format!(
                "\"{}\"",
                "%{ for a in big }%{ for b in big }%{ for c in big }%{ for d in big }".to_owned()
                    + &"x".repeat(200)
                    + &"%{ endfor }".repeat(4)
            ),
        ),
        ("is greater than 1048576", "format(\"%999999999d\", 1)".into()),
        ("more than 1024 numbers", "range(0, 1000000000)".into()),
        ("takes more than 16777216 steps", "fileset(\".\", \"**/*x\")".into()),
        ("longer than 4096 bytes", format!("fileset(\".\", \"{}\")", "{".repeat(5000))),
        ("is nested more than 500", format!("{}1{}", "[".repeat(600), "]".repeat(600))),
    ];
    for (wanted, expression) in cases {
        let shown: String = expression.chars().take(60).collect();
        match evaluate(&expression) {
            Ok(value) => panic!("{shown} gave {} parts", value.weight()),
            Err(message) => assert!(message.contains(wanted), "{shown}: {message}"),
        }
    }
}

#[test]
fn what_is_only_long_is_worked_out() {
    let cases = [
        (format!("{}1", "true ? 1 : ".repeat(9_000)), 1),
        (format!("{}1", "1 + ".repeat(9_000)), 9_001),
        (format!("try({}1)", "0 + ".repeat(9_000)), 1),
        (format!("length({})", nested_for(3, "1")), 40),
        (format!("parseint(\"{}1\", 10)", "0".repeat(70_000)), 1),
        (format!("length(tostring(parseint(\"{}\", 10)))", "9".repeat(70_000)), 70_000),
    ];
    for (expression, wanted) in cases {
        let shown: String = expression.chars().take(60).collect();
        assert_eq!(evaluate(&expression), Ok(Value::from(wanted)), "{shown}");
    }
}

#[test]
fn a_loop_of_failures_ends() {
    let message = evaluate("[for a in big : [for b in big : [for c in big : c.nothing]]]").unwrap_err();
    assert!(message.contains("Can't access attributes"), "{message}");
}

/// Expressions of every form, with names of functions among them, most of them wrong in some way.
fn expressions() -> impl Strategy<Value = String> {
    let names: Vec<&'static str> = crate::functions::table().iter().map(|function| function.name).collect();
    let leaf = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        "-?[0-9]{1,3}(\\.[0-9]{1,3})?(e[0-9]{1,2})?".prop_map(|n| n),
        Just("big".to_owned()),
        Just("unknown".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        "[a-z0-9:/%,.*+()\\[{}~ -]{0,8}".prop_map(|text| format!("\"{}\"", text.replace("%{", "%%{"))),
    ];
    leaf.prop_recursive(4, 40, 4, move |inner| {
        let name = proptest::sample::select(names.clone());
        let operator =
            proptest::sample::select(vec!["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"]);
        prop_oneof![
            (name, proptest::collection::vec(inner.clone(), 0..4), any::<bool>()).prop_map(
                |(name, args, expand)| {
                    let dots = if expand && !args.is_empty() { "..." } else { "" };
                    format!("{name}({}{dots})", args.join(", "))
                }
            ),
            (inner.clone(), operator, inner.clone())
                .prop_map(|(a, operator, b)| format!("({a} {operator} {b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            proptest::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{ ({a}) = {b}, k = {b} }}")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("{{ for k, v in {a} : k => [v, {b}] if {c} == v }}")),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("[for v in {a} : {{ v = v, b = {b} }}]")),
            inner.clone().prop_map(|a| format!("{a}[*].v")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
            inner.prop_map(|a| format!("\"a${{{a}}}b%{{ for x in {a} }}${{x}}%{{ endfor }}\"")),
        ]
    })
}

proptest! {
    #[test]
    fn no_expression_brings_it_down(expression in expressions()) {
        let value = evaluate(&expression);
        if let Ok(value) = &value {
            prop_assert!(value.weight() <= super::bounds::WEIGHT_MAX);
        }
        prop_assert_eq!(value, evaluate(&expression), "it has one answer");
    }
}
