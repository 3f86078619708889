//! Bodies held against schemas, in both syntaxes.

use crate::{FILE, shape, summaries};
use trueup_parse::{BodySchema, parse_config, parse_json_config};

fn schema() -> BodySchema {
    BodySchema::default()
        .required("source")
        .optional("version")
        .block("resource", &["type", "name"])
        .block("locals", &[])
        .block("output", &["name"])
}

/// What a file holds by the schema, and the errors.
fn content(json: bool, text: &str) -> (String, Vec<String>) {
    let parsed = if json { parse_json_config(FILE, text) } else { parse_config(FILE, text) };
    let (content, mut found) = parsed.value.content(&schema());
    let attributes = content.attributes.iter().map(|a| format!("{} = {}", a.name.text, shape::expr(&a.expr)));
    let blocks = content.blocks.iter().map(|b| {
        let labels: Vec<&str> = b.labels.iter().map(|label| &*label.text).collect();
        format!("{} {labels:?} {{ {} }}", b.kind.text, shape::body(&b.body))
    });
    let mut diagnostics = parsed.diagnostics;
    diagnostics.append(std::mem::take(&mut found));
    (attributes.chain(blocks).collect::<Vec<_>>().join("; "), summaries(&diagnostics))
}

#[track_caller]
fn check(json: bool, cases: &[(&str, &str, &[&str])]) {
    for (text, expected, errors) in cases {
        let (found, summaries) = content(json, text);
        assert_eq!(found, *expected, "{text}");
        assert_eq!(summaries, *errors, "{text}");
    }
}

#[test]
fn native() {
    check(
        false,
        &[
            ("source = 1\nlocals {\n a = 2\n}\n", "source = 1; locals [] { a = 2 }", &[]),
            ("source = 1\nresource \"a\" b {\n}\n", "source = 1; resource [\"a\", \"b\"] {  }", &[]),
            ("", "", &["0..0 Missing required argument"]),
            ("source = 1\nversoin = 2\n", "source = 1", &["11..18 Unsupported argument"]),
            ("source = 1\nversion {\n}\n", "source = 1", &["11..18 Unsupported block type"]),
            ("source = 1\nresource \"a\" {\n}\n", "source = 1", &["24..25 Missing name for resource"]),
            ("source = 1\nlocals \"a\" {\n}\n", "source = 1", &["18..21 Extraneous label for locals"]),
        ],
    );
}

#[test]
fn json() {
    check(
        true,
        &[
            (r#"{"source": 1, "//": "${"}"#, "source = 1", &[]),
            (
                r#"{"source": 1, "locals": [{"a": 2}, {"b": 3}], "output": {"x": {"y": "z"}, "w": []}}"#,
                "source = 1; locals [] { a = 2 }; locals [] { b = 3 }; output [\"x\"] { y = \"z\" }",
                &[],
            ),
            (
                r#"[{"source": 1}, {"resource": [{"a": {"b": {}}}, {"a": {"c": [{"d": 1}, {}]}}]}]"#,
                "source = 1; resource [\"a\", \"b\"] {  }; resource [\"a\", \"c\"] { d = 1 }; resource [\"a\", \"c\"] {  }",
                &[],
            ),
            (r#"{"source": 1, "locals": null}"#, "source = 1", &[]),
            (r#"{"source": 1, "source": 2}"#, "source = 1", &["14..22 Duplicate argument"]),
            (
                r#"{"source": {"a": 1, "a": 2}}"#,
                "source = {a: 1, a: 2}",
                &["20..23 Duplicate object attribute"],
            ),
            (r#"{"source": 1, "foo": 2}"#, "source = 1", &["14..19 Extraneous JSON object property"]),
            (r#"{"source": 1, "locals": 2}"#, "source = 1", &["24..25 Incorrect JSON value type"]),
            (r#"{"source": 1, "output": {}}"#, "source = 1", &["24..25 Missing block label"]),
            (
                r#"{"source": 1, "resource": {"a": 1}}"#,
                "source = 1",
                &["32..33 Incorrect JSON value type", "32..33 Missing block label"],
            ),
        ],
    );
}

#[test]
fn a_schema_leaves_the_rest_to_the_next() {
    for (json, text) in
        [(false, "source = 1\nfoo = 2\nbar {\n}\n"), (true, r#"{"source": 1, "foo": 2, "bar": {}}"#)]
    {
        let parsed = if json { parse_json_config(FILE, text) } else { parse_config(FILE, text) };
        let (content, rest, errors) = parsed.value.partial_content(&schema());
        assert!(errors.is_empty(), "{errors:?}");
        assert!(content.attribute("source").is_some());
        let next = BodySchema::default().optional("foo").block("bar", &[]);
        let (content, errors) = rest.content(&next);
        assert!(errors.is_empty(), "{errors:?}");
        assert!(content.attribute("foo").is_some());
        assert_eq!(content.blocks("bar").count(), 1);
    }
}

#[test]
fn hints_name_what_is_near() {
    for (text, hint) in [
        ("source = 1\nversoin = 2\n", "Did you mean \"version\"?"),
        ("source = 1\nlocal {\n}\n", "Did you mean \"locals\"?"),
        ("source = 1\nlocals = {}\n", "\"locals\" is a block: write it without the equals sign."),
        ("source = 1\nversion {\n}\n", "\"version\" is an argument: set it with an equals sign."),
    ] {
        let parsed = parse_config(FILE, text);
        let (_, errors) = parsed.value.content(&schema());
        let hints: Vec<_> = errors.iter().filter_map(|error| error.hint.as_deref()).collect();
        assert_eq!(hints, [hint], "{text}");
    }
}

#[test]
fn only_attributes() {
    let parsed = parse_config(FILE, "a = 1\nb {\n}\n");
    let (attributes, errors) = parsed.value.just_attributes();
    assert_eq!(attributes.len(), 1);
    assert_eq!(summaries(&errors), ["6..7 Unexpected \"b\" block"]);
    let parsed = parse_json_config(FILE, r#"{"a": 1, "//": 2, "a": 3}"#);
    let (attributes, errors) = parsed.value.just_attributes();
    assert_eq!(attributes.len(), 1);
    assert_eq!(summaries(&errors), ["18..21 Duplicate attribute definition"]);
}
