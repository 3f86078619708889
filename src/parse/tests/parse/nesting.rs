//! Deep nesting is refused, long chains are not, and neither overflows the stack.

use crate::FILE;
use trueup_parse::parse_config;

/// Parses, clones, prints and drops; gives the first summary.
fn first_error(text: &str) -> Option<String> {
    let parsed = parse_config(FILE, text);
    let copy = parsed.value.clone();
    drop(parsed.value);
    assert_eq!(parsed.tree.syntax().text().to_string(), text);
    drop(copy);
    parsed.diagnostics.iter().next().map(|d| d.summary.to_string())
}

fn nested(open: &str, middle: &str, close: &str, times: usize) -> String {
    format!("a = {}{middle}{}\n", open.repeat(times), close.repeat(times))
}

#[test]
fn long_chains() {
    let times = 10_000;
    for text in [
        format!("a = {}1\n", "b + ".repeat(times)),
        format!("a = {}1\n", "b && c == d * e - ".repeat(times)),
        format!("a = {}1\n", "b ? c : ".repeat(times)),
        format!("a = b{}\n", ".c[0]".repeat(times)),
    ] {
        assert_eq!(first_error(&text), None, "{}", &text[..20]);
    }
}

#[test]
fn nesting_has_a_limit() {
    for (open, middle, close, fits) in [
        ("(", "1", ")", 499),
        ("[", "1", "]", 499),
        ("{ a = ", "1", "}", 499),
        ("f(", "1", ")", 499),
        ("\"${", "1", "}\"", 499),
        ("!", "a", "", 499),
        ("b ? ", "1", " : 2", 499),
        ("[for x in y : ", "1", "]", 249),
    ] {
        assert_eq!(first_error(&nested(open, middle, close, fits)), None, "{open}");
        let error = first_error(&nested(open, middle, close, 20_000));
        assert_eq!(error.as_deref(), Some("Nesting too deep"), "{open}");
    }
    // Directives count, and so does what they stand in.
    let directives =
        |times: usize| format!("a = \"{}x{}\"\n", "%{ if b }".repeat(times), "%{ endif }".repeat(times));
    assert_eq!(first_error(&directives(499)), None);
    assert_eq!(first_error(&directives(20_000)).as_deref(), Some("Nesting too deep"));
    let nested = "%{ if b }".repeat(50) + "${[\"";
    let text =
        format!("a = \"{}x{}\"\n", nested.repeat(11), format!("\"]}}{}", "%{ endif }".repeat(50)).repeat(11));
    assert_eq!(first_error(&text).as_deref(), Some("Nesting too deep"));
    let blocks = |times: usize| format!("{}{}", "a {\n".repeat(times), "}\n".repeat(times));
    assert_eq!(first_error(&blocks(500)), None);
    assert_eq!(first_error(&blocks(20_000)).as_deref(), Some("Nesting too deep"));
}
