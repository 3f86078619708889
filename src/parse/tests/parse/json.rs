//! The JSON syntax: values, templates in strings, errors.

use crate::{FILE, shape, summaries};
use trueup_parse::parse_json_config;

#[test]
fn values() {
    for (text, expected) in [
        (r#"{"a": [1, -0.5e3, true, null, {"b": []}]}"#, "a = [1, -0.5e3, true, null, {b: []}]"),
        (r#"{"a": "x\t\"\/\u00e9\ud83d\ude00\ud83d"}"#, "a = \"x\\t\\\"/é😀\u{fffd}\""),
        (r#"{"a": "${b}", "c": "x${d}", "e": "$${f}"}"#, "a = wrap(b); c = \"x<d>\"; e = \"$${f}\""),
        (r#"{"a": {"${b}": 1, "c": "${f(\"x\")}"}}"#, "a = {<wrap(b)>: 1, c: wrap(f(\"x\"))}"),
        (r#"{"a": "%{ if b }c%{ endif }", "a": ""}"#, "a = \"<if b: c|>\"; a = \"\""),
    ] {
        let parsed = parse_json_config(FILE, text);
        assert_eq!(summaries(&parsed.diagnostics), Vec::<String>::new(), "{text}");
        let expected = expected.replace("\"$${f}\"", "\"${f}\"");
        assert_eq!(shape::body(&parsed.value), expected, "{text}");
    }
}

/// Places in a template lead back to the file, past the escapes of the string.
#[test]
fn places_in_templates() {
    let text = r#"{"a": "\t\u0041 ${b c}"}"#;
    let parsed = parse_json_config(FILE, text);
    let at = text.find('c').expect("there is a c");
    let expected = format!("{at}..{} Extra characters after interpolation expression", at + 1);
    assert_eq!(summaries(&parsed.templates), [expected]);
    assert!(!parsed.diagnostics.has_errors(), "as JSON it is right");
}

#[test]
fn places_in_strings_that_are_expressions() {
    let text = r#"{"a": "b.c d"}"#;
    let string = trueup_diag::Span::new(FILE, 6, 13);
    let parsed = trueup_parse::parse_expression_in_string(string, "b.c d");
    assert_eq!(&text[parsed.value.span.start as usize..parsed.value.span.end as usize], "b.c");
    assert_eq!(summaries(&parsed.diagnostics), ["11..12 Extra characters after expression"]);
}

#[test]
fn errors() {
    for (text, expected) in [
        ("", "0..0 Missing value"),
        ("[1]", "1..2 Incorrect JSON value type"),
        (r#"{"a":}"#, "5..6 Missing JSON value"),
        ("{", "1..1 Invalid object property name"),
        ("1", "0..1 Root value must be object"),
        (r#"{"a""#, "4..4 Missing property value colon"),
        (r#"{"a": 1"#, "0..1 Unclosed object"),
        (r#"{"a": 1,}"#, "7..8 Trailing comma in object"),
        (r#"{"a": [1,]}"#, "8..9 Trailing comma in array"),
        (r#"{"a": [1}"#, "8..9 Mismatched brackets"),
        (r#"{"a": 1 "b": 2}"#, "8..11 Missing attribute seperator comma"),
        (r#"{"a": tru}"#, "6..9 Invalid JSON keyword"),
        (r#"{"a": 01}"#, "6..8 Invalid JSON number"),
        (r#"{"a": "\d"}"#, "8..8 Invalid JSON string"),
        (r#"{"a": 'b'}"#, "6..7 Invalid start of value"),
        (r#"{"a": 1} x"#, "9..10 Extraneous data after value"),
    ] {
        let parsed = parse_json_config(FILE, text);
        assert_eq!(summaries(&parsed.diagnostics), [expected], "{text}");
    }
}
