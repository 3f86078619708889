//! No text is lost, and none makes the parser panic.

use crate::FILE;
use proptest::prelude::*;
use trueup_parse::{Tree, fmt, parse_config, parse_expression, parse_json_config, parse_template};

const TOKENS: &[&str] = &[
    "a",
    "b-c",
    "for",
    "in",
    "if",
    "else",
    "endif",
    "endfor",
    "null",
    "1",
    "1.5e3",
    "1.",
    "\"",
    "\\",
    "\\n",
    "\\u12",
    "${",
    "${~",
    "%{",
    "%{ if a }",
    "%{ endif }",
    "~}",
    "}",
    "$${",
    "$",
    "%",
    "<<E\n",
    "<<-E\n",
    "\nE\n",
    "{",
    "[",
    "]",
    "(",
    ")",
    "=",
    "==",
    "=>",
    ":",
    "::",
    ".",
    "...",
    ",",
    "*",
    "/",
    "+",
    "-",
    "!",
    "?",
    "&&",
    "|",
    "<",
    "<<",
    ">",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "#",
    "//",
    "/*",
    "*/",
    "é",
    "\u{feff}",
    "\u{301}",
    "'",
    ";",
    "\0",
    "true",
];

#[track_caller]
fn same(tree: &Tree, text: &str) {
    assert_eq!(tree.print(), text);
    assert_eq!(tree.syntax().text().to_string(), text);
}

fn all_ways(text: &str) {
    same(&parse_config(FILE, text).tree, text);
    same(&parse_expression(FILE, text).tree, text);
    same(&parse_template(FILE, text).tree, text);
    same(&parse_json_config(FILE, text).tree, text);
    fmt::format(text);
}

fn soup(tokens: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(tokens), 0..60).prop_map(|tokens| tokens.concat())
}

const JSON_TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"a\"",
    "\"${b}\"",
    "\"\\u00",
    "\"\\ud83d\\ude00 ${\\\"x\\\"} %{\"",
    "\"//\"",
    "1",
    "-0.5e3",
    "null",
    "true",
    "tru",
    " ",
    "\n",
    "=",
    "é",
    "\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1000), ..ProptestConfig::default() })]

    #[test]
    fn any_characters(text in any::<String>()) {
        all_ways(&text);
    }

    #[test]
    fn any_tokens(text in soup(TOKENS)) {
        all_ways(&text);
    }

    #[test]
    fn any_json(text in soup(JSON_TOKENS)) {
        all_ways(&text);
    }

    /// Whatever is wrong with a text, what its formatting gives is settled, and says the same.
    #[test]
    fn format_of_anything_is_settled(text in soup(TOKENS)) {
        if parse_config(FILE, &text).diagnostics.is_empty() {
            let once = fmt::format(&text);
            prop_assert!(parse_config(FILE, &once).diagnostics.is_empty(), "{:?} became {:?}", text, once);
            let again = fmt::format(&once);
            prop_assert_eq!(fmt::format(&again), again);
        }
    }

    /// A second formatting changes nothing, and what was right stays right.
    #[test]
    fn format_is_settled_at_once(text in config()) {
        prop_assert_eq!(parse_config(FILE, &text).diagnostics.len(), 0, "{:?}", text);
        let once = fmt::format(&text);
        prop_assert!(parse_config(FILE, &once).diagnostics.is_empty(), "{:?} became {:?}", text, once);
        prop_assert_eq!(fmt::format(&once), once);
    }
}

/// Expressions with every kind of token, where each space may be any number of spaces.
const VALUES: &[&str] = &[
    "1 + 2 * - x [ 0 ] . y",
    "f ( a , b ... )",
    "[ for k , v in { a = 1 , b : 2 } : k => v if ! c ]",
    "a ? [ 1 , # c\n 2 , ] : { b = c\n dd = \"x${ y }%{ if z ~} w %{ else } ${ ~v } %{ endif }\"\n }",
    "\"${ a }\"",
    "<<-EOT\n  a ${ b }\n    c\n  EOT",
    "a :: b ( \"\" ) . * . c [ * ]",
];

fn value() -> impl Strategy<Value = String> {
    let spaces = prop::collection::vec(prop::sample::select(&[" ", "  ", "\t", "    "][..]), 40);
    (prop::sample::select(VALUES), spaces).prop_map(|(value, spaces)| {
        let value = value.replace("k => v", "k").replace("${ ~", "${~ ");
        value.split(' ').zip(spaces).map(|(word, space)| [word, space].concat()).collect()
    })
}

/// Attributes, comments and blocks, in any order and depth.
fn config() -> impl Strategy<Value = String> {
    let attribute = (value(), any::<bool>()).prop_map(|(value, comment)| {
        let heredoc = value.trim_end().ends_with("EOT");
        let comment = if comment && !heredoc { "# c" } else { "" };
        format!("x{}={}{comment}\n", value.len(), value.trim_end())
    });
    let item = prop_oneof![4 => attribute, 1 => Just("  // c\n\n".to_owned()), 1 => Just("x y \"z\" {}\n".to_owned())];
    item.prop_recursive(3, 30, 6, |item| {
        prop::collection::btree_set(item, 0..5).prop_map(|items| {
            let mut names = std::collections::BTreeSet::new();
            let once =
                |text: &&String| text.split_once('=').is_none_or(|(name, _)| names.insert(name.to_owned()));
            let inside: String = items.iter().filter(once).map(String::as_str).collect();
            format!("block \"a\"  b{{ \n{inside} }}\n")
        })
    })
}

#[test]
fn the_tree_has_the_nodes() {
    let tree = parse_config(FILE, "a \"b\" {\n  c = d.e + 1 # x\n}\n").tree;
    let kinds: Vec<String> = tree.syntax().descendants().map(|node| format!("{:?}", node.kind())).collect();
    let expected =
        ["Root", "Block", "Label", "Body", "Attribute", "Operation", "Traversal", "Variable", "Literal"];
    assert_eq!(kinds, expected);
}
