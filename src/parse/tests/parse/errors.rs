//! What is wrong with texts, and where: the summaries and places are Terraform's.

use crate::{FILE, shape, summaries};
use trueup_diag::Diagnostics;
use trueup_parse::{parse_config, parse_expression, parse_module};

#[track_caller]
fn check(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let parsed = parse_config(FILE, text);
        assert_eq!(summaries(&parsed.diagnostics), *expected, "{text}");
    }
}

#[test]
fn body_errors() {
    check(&[
        ("x = 1\nx = 2\n", &["6..7 Attribute redefined"]),
        ("x = 1 y = 2\n", &["6..7 Missing newline after argument"]),
        ("x {\n y = 1,\n z = 2\n}\n", &["10..11 Unexpected comma after argument"]),
        ("x : 1\n", &["0..1 Argument or block definition required"]),
        ("(x) = 1\n", &["0..1 Argument or block definition required"]),
        ("\"x\" = 1\n", &["0..1 Invalid argument name"]),
        ("x { y = 1, z = 2 }\n", &["9..10 Invalid single-argument block definition"]),
        ("x { y { z = 1 } }\n", &["4..7 Argument definition required"]),
        ("x \"y\" = 1\n", &["6..7 Invalid block definition"]),
        ("x \"y\"\n", &["5..6 Invalid block definition"]),
        ("x \"y\" {\n", &["6..7 Unclosed configuration block"]),
        ("x { } y = 1\n", &["6..7 Missing newline after block definition"]),
        ("x \"${y}\" {\n}\n", &["3..5 Invalid string literal"]),
        ("/* x", &["0..1 Argument or block definition required"]),
    ]);
}

#[test]
fn expression_errors() {
    check(&[
        ("x = \n", &["4..5 Invalid expression"]),
        ("x = [\n", &["6..6 Missing expression"]),
        ("x = [1 2]\n", &["7..8 Missing item separator"]),
        ("x = [1", &["4..5 Unterminated tuple constructor expression"]),
        ("x = {a=1 b=2}\n", &["9..10 Missing attribute separator"]),
        ("x = {a\n= 1}\n", &["6..7 Missing attribute value"]),
        ("x = {a}\n", &["6..7 Missing key/value separator"]),
        ("x = f(a b)\n", &["8..9 Missing argument separator"]),
        ("x = f(1", &["4..6 Unterminated function call"]),
        ("x = f(a...,)\n", &["7..10 Missing closing parenthesis"]),
        ("x = (1 2)\n", &["7..8 Unbalanced parentheses"]),
        ("x = a::b\n", &["8..9 Missing open parenthesis"]),
        ("x = a::\n", &["7..8 Missing function name"]),
        ("x = a ? b\n", &["9..10 Missing false expression in conditional"]),
        ("x = a.\n", &["6..7 Invalid attribute name"]),
        ("x = a.0.1\n", &["6..9 Invalid legacy index syntax"]),
        ("x = a.*.*\n", &["8..9 Nested splat expression not allowed"]),
        ("x = 1.2.3\n", &["4..9 Invalid number literal"]),
        ("x = [for a b : c]\n", &["11..12 Invalid 'for' expression"]),
        ("x = [for a in b : c => d]\n", &["18..19 Invalid 'for' expression"]),
        ("x = {for a in b : c}\n", &["18..19 Invalid 'for' expression"]),
    ]);
}

#[test]
fn template_errors() {
    check(&[
        ("x = \"a\n", &["6..6 Invalid multi-line string", "6..6 Unterminated template string"]),
        ("x = <<E\na\nE", &["11..11 Unterminated template string"]),
        ("x = \"\\d \\u12\"\n", &["5..7 Invalid escape sequence", "8..12 Invalid escape sequence"]),
        ("x = \"${a b}\"\n", &["9..10 Extra characters after interpolation expression"]),
        ("x = \"${a", &["5..7 Unclosed template interpolation sequence"]),
        ("x = \"%{ if a }\"\n", &["14..15 Unexpected end of template"]),
        ("x = \"%{ endif }\"\n", &["5..15 Unexpected endif directive"]),
        ("x = \"%{ iff a }\"\n", &["8..11 Invalid template control keyword"]),
        ("x = \"%{ }\"\n", &["8..9 Invalid template directive"]),
        (
            "x = \"%{ for a b }%{ endfor }\"\n",
            &["14..15 Invalid 'for' directive", "17..28 Unexpected endfor directive"],
        ),
    ]);
}

#[test]
fn invalid_characters() {
    check(&[
        ("x = a | b\n", &["6..7 Missing newline after argument", "6..7 Unsupported operator"]),
        ("x = 'a'\n", &["4..5 Invalid character", "4..5 Invalid expression"]),
        ("x = a; y = b\n", &["5..6 Invalid character", "5..6 Missing newline after argument"]),
    ]);
}

/// What follows a faulty item is read as if nothing had happened, up to what stands outside of all blocks and is no
/// item. Only the first error is told: later ones may be its echo.
#[test]
fn one_bad_item_leaves_the_others() {
    let text = "a = \nb = 1\nc \"x\" {\n  d = [1 2]\n  e = 3\n  f {\n    g = )\n  }\n}\n) = 4\nh = 5\n";
    let parsed = parse_config(FILE, text);
    assert_eq!(summaries(&parsed.diagnostics), ["4..5 Invalid expression"]);
    assert_eq!(shape::body(&parsed.value), "a = ERROR; b = 1; c \"x\" { d = [1]; e = 3; f { g = ERROR } }");
}

/// A bracket or quote that was never closed doesn't take the blocks behind it along.
#[test]
fn an_open_end_stops_at_the_end_of_its_block() {
    for (fault, error) in [
        ("[1, 2", "Missing item separator"),
        ("f(1,", "Missing argument separator"),
        ("{ b = [ }", "Invalid expression"),
        ("(1", "Unbalanced parentheses"),
        ("b[1", "Missing close bracket on index"),
        ("\"b", "Unterminated template string"),
    ] {
        let text = format!("x \"y\" {{\n  a = {fault}\n  c = 3\n}}\n\nz \"w\" {{\n  d = 4\n}}\ne = )\n");
        let parsed = parse_config(FILE, &text);
        let mut found =
            parsed.diagnostics.iter().map(|d| &*d.summary).filter(|s| *s != "Invalid multi-line string");
        assert_eq!(found.next(), Some(error), "{text}");
        assert_eq!(found.next(), None, "{text}");
        let body = shape::body(&parsed.value);
        assert!(body.ends_with("z \"w\" { d = 4 }"), "{body}");
    }
    let text = "x y\" {\n  a = 1\n}\nb = 2\n";
    let parsed = parse_config(FILE, text);
    assert_eq!(
        summaries(&parsed.diagnostics),
        ["6..6 Invalid multi-line string", "6..6 Invalid string literal"]
    );
    assert_eq!(parsed.value.attributes.len(), 1);
}

/// Outside of blocks a module has no arguments: only a block ends the string of one that was never closed there. In
/// other files the next argument does.
#[test]
fn a_misplaced_argument_ends_at_the_next_block() {
    let line_ends = |found: &Diagnostics| {
        summaries(found).iter().filter(|summary| summary.ends_with("Invalid multi-line string")).count()
    };
    for (text, module, other) in [
        ("a = \"x\nb = 1\n", 2, 1),
        ("a = \"x\nb = 1\nc \"d\" {\n}\n", 2, 1),
        ("a = \"x\nb {\n}\n", 1, 1),
        ("a {\n  b = \"x\n  c = 1\n}\n", 1, 1),
        ("a \"b {\n  c = 1\n}\n", 1, 1),
    ] {
        assert_eq!(line_ends(&parse_module(FILE, text).diagnostics), module, "{text}");
        assert_eq!(line_ends(&parse_config(FILE, text).diagnostics), other, "{text}");
    }
}

#[test]
fn an_expression_is_the_whole_text() {
    let parsed = parse_expression(FILE, "1 2");
    assert_eq!(summaries(&parsed.diagnostics), ["2..3 Extra characters after expression"]);
}
