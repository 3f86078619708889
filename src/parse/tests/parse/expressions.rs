//! What expressions mean.

use crate::{FILE, shape, summaries};
use trueup_parse::{parse_config, parse_expression};

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let parsed = parse_expression(FILE, text);
        assert_eq!(summaries(&parsed.diagnostics), Vec::<String>::new(), "{text}");
        assert_eq!(shape::expr(&parsed.value), *expected, "{text}");
        let span = parsed.value.span;
        assert_eq!(&text[span.start as usize..span.end as usize], text.trim(), "the span of {text}");
    }
}

#[test]
fn operators_bind_as_strongly_as_they_should() {
    check(&[
        ("1 + 2 * 3 - 4", "(Subtract (Add 1 (Multiply 2 3)) 4)"),
        ("a || b && c == d < e + f % g", "(Or a (And b (Equal c (Less d (Add e (Modulo f g))))))"),
        ("a % b * c / d", "(Divide (Multiply (Modulo a b) c) d)"),
        ("a < b == c >= d", "(Equal (Less a b) (GreaterOrEqual c d))"),
        ("-a * b", "(Multiply (Negate a) b)"),
        ("!a.b[0] && c", "(And (Not a.b[0]) c)"),
        ("- - 1", "(Negate (Negate 1))"),
        ("a - -1", "(Subtract a (Negate 1))"),
        ("a ? b : c ? d : e", "(? a b (? c d e))"),
        ("a ? b ? c : d : e", "(? a (? b c d) e)"),
        ("a || b ? c + 1 : d", "(? (Or a b) (Add c 1) d)"),
        ("(1 + 2) * 3", "(Multiply paren((Add 1 2)) 3)"),
        ("a-b - c", "(Subtract a-b c)"),
    ]);
}

#[test]
fn steps_follow_terms() {
    check(&[
        ("a.b.c", "a.b.c"),
        ("a[0][\"x\"].b", "a[0][\"x\"].b"),
        ("a.0.b", "a.[0].b"),
        ("a[*].b[0].c", "splat(a, @.b[0].c)"),
        ("a[*][*].b", "splat(a, splat(@, @.b))"),
        ("a.*.b.0.c[1]", "splat(a, @.b.[0].c)[1]"),
        ("a.*", "splat(a, @)"),
        ("a.*[0].*.b", "splat(splat(a, @)[0], @.b)"),
        ("f(1).b[0]", "f(1).b[0]"),
        ("[1, 2][0]", "[1, 2][0]"),
        ("{ a = 1 }.a", "{a: 1}.a"),
        ("\"${a}\".b", "wrap(a).b"),
        ("a . b [ 0 ]", "a.b[0]"),
        ("(a\n.b)", "paren(a.b)"),
        ("a.for.true", "a.for.true"),
        ("a[b ? c : d]", "a[(? b c d)]"),
    ]);
}

#[test]
fn terms() {
    check(&[
        ("null", "null"),
        ("true", "true"),
        ("True", "True"),
        ("1e400", "1e400"),
        ("0.10", "0.10"),
        ("1.e5", "1e5"),
        ("1.5e-3.a", "1.5e-3.a"),
        ("größe_1-x", "größe_1-x"),
        ("f()", "f()"),
        ("f (1, 2,)", "f(1, 2)"),
        ("f(a, b...)", "f(a, b...)"),
        ("provider :: aws::arn_parse(x)", "provider::aws::arn_parse(x)"),
        ("f(\n1\n,\n2\n)", "f(1, 2)"),
    ]);
}

#[test]
fn collections() {
    check(&[
        ("[]", "[]"),
        ("[1, 2,]", "[1, 2]"),
        ("[ # x\n1 # y\n, 2]", "[1, 2]"),
        ("{}", "{}"),
        ("{ a = 1, \"b\" : 2, (c) = 3 }", "{a: 1, <\"b\">: 2, <paren(c)>: 3}"),
        ("{\n a = 1 # x\n\n b = 2,\n c = 3\n}", "{a: 1, b: 2, c: 3}"),
        ("{ true = 1, null = 2, 3 = 4, a-b = 5 }", "{true: 1, null: 2, <3>: 4, a-b: 5}"),
        ("{ a.b = 1, \"${c}\" = 2 }", "{<a.b>: 1, <wrap(c)>: 2}"),
        ("{ a = x ? 1 : 2 }", "{a: (? x 1 2)}"),
        ("{\n a = f(\n1,\n2\n)\n b = (1 +\n2)\n}", "{a: f(1, 2), b: paren((Add 1 2))}"),
        ("[<<EOT\nx\nEOT\n, 1]", "[\"x\\n\", 1]"),
    ]);
}

#[test]
fn for_expressions() {
    check(&[
        ("[for x in y : x]", "for(x in y: x)"),
        ("[for k, v in y : v if k != 1]", "for(k v in y: v if (NotEqual k 1))"),
        ("{for k, v in m : k => v...}", "for(k v in m: k => v...)"),
        ("{ for k in m : k\n => v... if\n x }", "for(k in m: k => v... if x)"),
        ("[for in in y : in]", "for(in in y: in)"),
        ("[for x in a\n ? b : c : x]", "for(x in (? a b c): x)"),
        ("[for x in [for y in z : y] : { a = x }]", "for(x in for(y in z: y): {a: x})"),
        ("[forward]", "[forward]"),
    ]);
}

#[test]
fn bodies() {
    let text = "\u{feff}a = 1\r\n# c\r\nb \"x\\n\" y {\r\n  c = 2 // z\r\n  d {}\r\n  e { f = [\r\n] }\r\n}\r\ng = 3";
    let parsed = parse_config(FILE, text);
    assert_eq!(summaries(&parsed.diagnostics), Vec::<String>::new());
    let expected = r#"a = 1; g = 3; b "x\n" "y" { c = 2; d {  }; e { f = [] } }"#;
    assert_eq!(shape::body(&parsed.value), expected);
    let block = &parsed.value.blocks[0];
    let covered = |span: trueup_diag::Span| &text[span.start as usize..span.end as usize];
    assert_eq!(covered(block.header_span), "b \"x\\n\" y");
    assert_eq!(covered(block.labels[0].span), "\"x\\n\"");
    assert_eq!(covered(block.body.end_span), "}");
    assert_eq!(covered(block.body.attributes[0].span), "c = 2");
    assert!(covered(block.span).ends_with("] }\r\n}"), "{}", covered(block.span));
}
