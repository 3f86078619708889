//! What strings, heredocs and bare templates mean.

use crate::{FILE, shape, summaries};
use trueup_parse::{parse_expression, parse_template};

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let parsed = parse_expression(FILE, text);
        assert_eq!(summaries(&parsed.diagnostics), Vec::<String>::new(), "{text}");
        assert_eq!(shape::expr(&parsed.value), *expected, "{text}");
    }
}

#[test]
fn escapes() {
    check(&[
        (r#""""#, r#""""#),
        (r#""a\n\r\t\"\\b""#, r#""a\n\r\t\"\\b""#),
        (r#""\u00e9\U0001F600""#, r#""é😀""#),
        (r#""$ $$ $a %% %""#, r#""$ $$ $a %% %""#),
        (r#""$${a} %%{b} $$${c} $$$${d}""#, r#""${a} %{b} $${c} $$${d}""#),
        ("<<E\n\\n \"q\" $${a} $$$${b}\nE\n", r#""\\n \"q\" ${a} $$${b}\n""#),
    ]);
}

#[test]
fn sequences() {
    check(&[
        (r#""${a}""#, "wrap(a)"),
        (r#""${ {b = 1}.b }""#, "wrap({b: 1}.b)"),
        (r#""x ${"y ${"z"} w"} v""#, "\"x <\\\"y <\\\\\\\"z\\\\\\\"> w\\\"> v\""),
        (r#""${a}${b}""#, r#""<a><b>""#),
        (r#"" ${~ a ~} ""#, r#""<a>""#),
        (r#""%{ if a }b%{ else }c%{ endif }""#, r#""<if a: b|c>""#),
        (r#""%{ for k, v in m }${k}=${v},%{ endfor }""#, r#""<for k v in m: <k>=<v>,>""#),
        (r#""x%{~ if a ~} y\n %{~ endif ~}\n z""#, r#""x<if a: y|>z""#),
        (r#""%{ if a }%{ for x in y }${x}%{ endfor }%{ endif }""#, r#""<if a: <for x in y: <x>>|>""#),
        ("\"${\n a\n}\"", "wrap(a)"),
    ]);
}

#[test]
fn heredocs() {
    check(&[
        ("<<EOT\n  x\n    y\nEOT\n", r#""  x\n    y\n""#),
        ("<<EOT\r\nx\r\nEOT\r\n", r#""x\r\n""#),
        ("<<-EOT\n  x\n    y\n\n  EOT\n", r#""x\n  y\n\n""#),
        ("<<-EOT\n    a\n  ${b}\n    EOT\n", r#""  a\n<b>\n""#),
        ("<<-EOT\n    a ${b}\n\t\tc\n    EOT\n", r#""  a <b>\nc\n""#),
        ("<<EOT\n${a}EOT\n  EOT \n", r#""<a>EOT\n""#),
        ("<<EOT\nEOT\n", r#""""#),
    ]);
}

/// A heredoc is a row of lines to the trimming: `~}` reaches to the end of its line and no further, and a line whose
/// end is cut off makes the next one no line of its own when indentation is taken off.
#[test]
fn trimming_in_heredocs() {
    check(&[
        ("<<EOT\n a ${~ b ~}  \n   c\nEOT\n", r#"" a<b>   c\n""#),
        (
            "<<-EOT\n      a\n    %{ if b ~}\n      c\n        d\n    %{ endif ~}\n      e\n    EOT\n",
            r#""  a\n<if b:       c\n    d\n|>      e\n""#,
        ),
        ("<<-EOT\n    a\n    ${~ b}\n    EOT\n", r#""    a\n<b>\n""#),
    ]);
}

#[test]
fn bare_templates() {
    for (text, expected) in [
        ("", r#""""#),
        ("${a}", "wrap(a)"),
        ("a \"b\" \\n\n", r#""a \"b\" \\n\n""#),
        ("%{ for x in y ~}\n  ${x}\n%{ endfor ~}\n$${z}", r#""<for x in y:   <x>\n>${z}""#),
    ] {
        let parsed = parse_template(FILE, text);
        assert_eq!(summaries(&parsed.diagnostics), Vec::<String>::new(), "{text}");
        assert_eq!(shape::expr(&parsed.value), expected, "{text}");
    }
}
