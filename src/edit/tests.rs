//! Edits as data: a block, a path, a value, and what becomes of the text.

use crate::{Outcome, Reference, apply, in_block, uses};
use trueup_diag::Sources;
use trueup_parse::parse_config;
use trueup_value::{PathStep, Type, Value};

/// `tags["Name"]` as `tags:Name`, `list[0]` as `list.0`.
fn path(text: &str) -> Vec<PathStep> {
    let step = |part: &str| {
        if let Ok(number) = part.parse::<i64>() {
            return vec![PathStep::Index(Value::from(number))];
        }
        let mut names = part.split(':');
        let first = PathStep::Attribute(names.next().expect("a name").into());
        std::iter::once(first).chain(names.map(|key| PathStep::Index(Value::string(key)))).collect()
    };
    text.split('.').flat_map(step).collect()
}

fn edited(inside: &str, at: &str, value: &Value) -> String {
    let text = format!("resource \"a\" \"b\" {inside}\n");
    let parsed = parse_config(Sources::default().add("main.tf", &*text), &text);
    assert!(!parsed.diagnostics.has_errors(), "{text}");
    match in_block(&text, &parsed.value.blocks[0], &path(at), value) {
        Ok(Outcome::Edit(edit)) => {
            let new = apply(&text, &[edit]);
            let again = parse_config(Sources::default().add("main.tf", &*new), &new);
            assert!(!again.diagnostics.has_errors(), "{new}\n{:?}", again.diagnostics);
            new.trim_start_matches("resource \"a\" \"b\" ").trim_end().to_owned()
        }
        Ok(Outcome::Follow(reference, rest, _)) => format!("{reference:?} {}", rest.len()),
        Err(refused) => {
            let at = &text[refused.at.start as usize..refused.at.end as usize];
            format!("{}: {at}", refused.why)
        }
    }
}

#[track_caller]
fn check(inside: &str, at: &str, value: impl Into<Value>, expected: &str) {
    assert_eq!(edited(inside, at, &value.into()), expected, "{inside} at {at}");
}

#[test]
fn values_change_in_place() {
    let nothing = || Value::null(Type::String);
    check("{\n  x = \"a\" # why\n}", "x", "b", "{\n  x = \"b\" # why\n}");
    check("{\n  x   =   1\n  yy =2\n}", "x", 7, "{\n  x   =   7\n  yy =2\n}");
    check("{\n  x = -1\n}", "x", true, "{\n  x = true\n}");
    check("{\n  x = \"a\"\n}", "x", "q\"${v}%{if}\n", "{\n  x = \"q\\\"$${v}%%{if}\\n\"\n}");
    check(
        "{\n  t = {\n    A = \"1\" # one\n    B = \"2\"\n  }\n}",
        "t:A",
        "x",
        "{\n  t = {\n    A = \"x\" # one\n    B = \"2\"\n  }\n}",
    );
    check(
        "{\n  t = {\n    A = \"1\"\n  }\n}",
        "t:Long-er",
        "x",
        "{\n  t = {\n    A       = \"1\"\n    Long-er = \"x\"\n  }\n}",
    );
    check(
        "{\n  t = {\n    \"A\" = 1, # one\n  }\n}",
        "t:B c",
        2,
        "{\n  t = {\n    \"A\"   = 1, # one\n    \"B c\" = 2\n  }\n}",
    );
    check("{\n  t = { A = 1 }\n}", "t:B", 2, "{\n  t = { A = 1, B = 2 }\n}");
    check("{\n  t = { A = 1, }\n}", "t:B", 2, "{\n  t = { A = 1, B = 2 }\n}");
    check("{\n  t = {}\n}", "t:B", 2, "{\n  t = { B = 2 }\n}");
    check(
        "{\n  t = {\n    A = 1\n    B = 2 # two\n    C = 3\n  }\n}",
        "t:B",
        nothing(),
        "{\n  t = {\n    A = 1\n    C = 3\n  }\n}",
    );
    check("{\n  t = { A = 1, B = 2, C = 3 }\n}", "t:B", nothing(), "{\n  t = { A = 1, C = 3 }\n}");
    check("{\n  t = { A = 1, B = 2 }\n}", "t:B", nothing(), "{\n  t = { A = 1 }\n}");
    check("{\n  t = { A = 1 }\n}", "t:A", nothing(), "{\n  t = {}\n}");
}

#[test]
fn lists_blocks_and_lines_change_in_place() {
    let list = |items: &[&str]| Value::list(Type::String, items.iter().map(|item| Value::string(*item)));
    let nothing = || Value::null(Type::String);
    check(
        "{\n  l = [\"a\", \"b\"] # two\n}",
        "l",
        list(&["a", "b", "c"]),
        "{\n  l = [\"a\", \"b\", \"c\"] # two\n}",
    );
    check("{\n  l = [\"a\", \"b\"]\n}", "l.1", "z", "{\n  l = [\"a\", \"z\"]\n}");
    check("{\n  x = 1\n\n  n {\n    y = 1\n  }\n}", "n.0.y", 2, "{\n  x = 1\n\n  n {\n    y = 2\n  }\n}");
    check(
        "{\n  n {\n    y = 1\n  }\n  n {\n    y = 1\n  }\n}",
        "n.1.y",
        2,
        "{\n  n {\n    y = 1\n  }\n  n {\n    y = 2\n  }\n}",
    );
    check("{\n  x = 1\n\n  n {\n  }\n}", "z", "new", "{\n  x = 1\n  z = \"new\"\n\n  n {\n  }\n}");
    check("{}", "z", "new", "{\n  z = \"new\"\n}");
    check("{\n}", "z", "new", "{\n  z = \"new\"\n}");
    check("{ x = 1 }", "z", "new", "{\n  x = 1\n  z = \"new\"\n}");
    check("{\n  x = 1\n  z = 2 # gone\n  y = 3\n}", "z", nothing(), "{\n  x = 1\n  y = 3\n}");
    check(
        "{\n  x = <<EOT\nold\nEOT\n  y = 1\n}",
        "x",
        "new ${x}\nmore\n",
        "{\n  x = <<EOT\nnew $${x}\nmore\nEOT\n  y = 1\n}",
    );
}

#[test]
fn references_are_handed_back() {
    let check = |inside: &str, at: &str, expected: &str| {
        assert_eq!(edited(inside, at, &"v".into()), expected, "{inside} at {at}");
    };
    check("{\n  x = var.size\n}", "x", "Variable(\"size\") 0");
    check("{\n  x = \"${local.tags}\"\n}", "x:Name", "Local(\"tags\") 1");
    check("{\n  x = { A = (var.a) }\n}", "x:A", "Variable(\"a\") 0");
}

#[test]
fn what_is_computed_is_refused_with_its_place() {
    let check = |inside: &str, at: &str, expected: &str| {
        assert_eq!(edited(inside, at, &"v".into()), expected, "{inside} at {at}");
    };
    check("{\n  x = upper(\"a\")\n}", "x", "the function upper computes it: upper(\"a\")");
    check("{\n  x = merge(var.t, {})\n}", "x:A", "the function merge computes it: merge(var.t, {})");
    check("{\n  x = \"a-${var.b}\"\n}", "x", "it is a template with values of others: \"a-${var.b}\"");
    check("{\n  x = a.c.id\n}", "x", "it is that of something else: a.c.id");
    check("{\n  x = var.a ? 1 : 2\n}", "x", "a condition chooses it: var.a ? 1 : 2");
    check(
        "{\n  x = [1, # one\n  2]\n}",
        "x",
        "there are comments in it, which would be lost: [1, # one\n  2]",
    );
    check("{\n  x = { (var.k) = 1 }\n}", "x:A", "a key of the object is computed: { (var.k) = 1 }");
    check(
        "{\n  dynamic \"n\" {\n    for_each = []\n    content {}\n  }\n}",
        "n.0.y",
        "a dynamic block makes it: dynamic \"n\"",
    );
    check("{\n  n {\n    y = 1\n  }\n}", "n:k.y", "which of the blocks it is can't be told: n");
    check("{\n  n {\n    y = 1\n  }\n}", "n", "whole blocks are not written or removed: n");
}

#[test]
fn every_reading_is_found() {
    let check = |text: &str, expected: &[&str]| {
        let parsed = parse_config(Sources::default().add("main.tf", text), text);
        assert!(!parsed.diagnostics.has_errors(), "{text}");
        let told = uses(&parsed.value).into_iter().map(|one| {
            let name = match one.reference {
                Reference::Variable(name) => format!("var {name}"),
                Reference::Local(name) => format!("local {name}"),
            };
            let at = &text[one.span.start as usize..one.span.end as usize];
            format!("{name} {} {at}", one.path.join("/"))
        });
        let mut told: Vec<String> = told.collect();
        told.sort();
        assert_eq!(told, expected, "{text}");
    };
    check("a = 1\nb = var\n", &[]);
    check("a = var.b.c[\"d\"].e\n", &["var b c/d/e var.b"]);
    check("a = local.b[var.c].d\n", &["local b  local.b", "var c  var.c"]);
    check("a {\n  b {\n    c = \"x${local.d}y\"\n  }\n}\n", &["local d  local.d"]);
    check(
        "a = { (var.k) = [var.v], \"${var.w}\" = f(var.x...) }\n",
        &["var k  var.k", "var v  var.v", "var w  var.w", "var x  var.x"],
    );
    check(
        "a = [for x in local.l : x.y + var.z if local.c]\n",
        &["local c  local.c", "local l  local.l", "var z  var.z"],
    );
    check(
        "a = local.l[*].x == -var.y ? (local.t).u : !var.f\n",
        &["local l  local.l", "local t u local.t", "var f  var.f", "var y  var.y"],
    );
    check(
        "a = \"%{if var.i}${var.j}%{else}${var.k}%{endif}%{for x in var.l}${local.m}%{endfor}\"\n",
        &["local m  local.m", "var i  var.i", "var j  var.j", "var k  var.k", "var l  var.l"],
    );
}
