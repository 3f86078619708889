//! One resource of a plan: every action, every kind of value.

use super::{PLAIN, change, inner, nothing, object, rule, rules, schema};
use crate::diff::Differ;
use crate::resource::{Told, resource};
use trueup_diff::{Action, Reason};
use trueup_plan::ResourceChange;
use trueup_value::{Marks, Path, PathStep, Type, Value};

fn shown(change: &ResourceChange) -> String {
    resource(change, &schema(), Told::Plan(&[]), Differ { style: PLAIN, whole: false })
}

fn check(changes: &[ResourceChange]) -> String {
    changes.iter().map(shown).collect()
}

fn full() -> Value {
    let strings = |items: &[&str]| Value::list(Type::String, items.iter().map(|s| Value::from(*s)));
    object(&[
        ("id", Value::from("i-1")),
        ("name", Value::from("web")),
        ("count_wanted", Value::from(3)),
        ("policy", Value::from(r#"{"Version":"2012","Statement":[{"Effect":"Allow","Action":["a","b"]}]}"#)),
        ("script", Value::from("first\nsecond\nthird\n")),
        ("zones", strings(&["a", "b", "c", "d", "e"])),
        ("ports", Value::set(Type::Number, [Value::from(80), Value::from(443)])),
        ("tags", Value::map(Type::String, [("Name", Value::from("web")), ("with space", Value::from("x"))])),
        ("password", Value::from("hush")),
        ("rule", rules(&[rule(22, Some("ssh")), rule(80, None)])),
        ("volume", Value::set(inner().value_type(), [rule(1, None)])),
        ("timeouts", rule(10, None)),
        ("listener", Value::map(inner().value_type(), [("http", rule(80, None))])),
    ])
}

fn changed() -> Value {
    let strings = |items: &[&str]| Value::list(Type::String, items.iter().map(|s| Value::from(*s)));
    object(&[
        ("id", Value::from("i-1")),
        ("name", Value::from("web").mark(Marks::SENSITIVE)),
        ("count_wanted", Value::from(4)),
        ("policy", Value::from(r#"{"Version":"2012","Statement":[{"Effect":"Deny","Action":["a"]}]}"#)),
        ("script", Value::from("first\n2nd\nthird\n")),
        ("zones", strings(&["a", "b", "d", "e", "f"])),
        ("ports", Value::set(Type::Number, [Value::from(80), Value::from(8080)])),
        (
            "tags",
            Value::map(Type::String, [("Name", Value::from("web")), ("Env", Value::unknown(Type::String))]),
        ),
        ("password", Value::from("hush hush")),
        ("rule", rules(&[rule(22, Some("ssh")), rule(81, None), rule(443, None)])),
        ("volume", Value::set(inner().value_type(), [rule(2, None)])),
        (
            "listener",
            Value::map(inner().value_type(), [("http", rule(80, None)), ("https", rule(443, None))]),
        ),
    ])
}

fn with_reason(mut change: ResourceChange, reason: Reason) -> ResourceChange {
    change.change.reason = Some(reason);
    change
}

#[test]
fn creation_and_destruction() {
    let unknown = |name: &'static str, ty| (name, Value::unknown(ty));
    let planned = object(&[
        unknown("id", Type::String),
        ("name", Value::from("web")),
        unknown("tags", Type::map(Type::String)),
        ("password", Value::from("hush").mark(Marks::SENSITIVE)),
        ("any", Value::object([("a", Value::tuple([Value::from(true), Value::null(Type::Dynamic)]))])),
        ("rule", rules(&[rule(22, None)])),
    ]);
    insta::assert_snapshot!(check(&[
        change("test_thing.new", Action::Create, nothing(), planned),
        change("test_thing.full", Action::Create, nothing(), full()),
        with_reason(
            change("test_thing.gone[2]", Action::Delete, full(), nothing()),
            Reason::DeleteBecauseCountIndex
        ),
    ]));
}

#[test]
fn changes_in_place() {
    insta::assert_snapshot!(check(&[change(
        "module.m[\"k\"].test_thing.web",
        Action::Update,
        full(),
        changed()
    )]));
}

#[test]
fn replacements_say_why() {
    let before =
        object(&[("id", Value::from("i-1")), ("name", Value::from("a")), ("rule", rules(&[rule(1, None)]))]);
    let after = object(&[
        ("id", Value::unknown(Type::String)),
        ("name", Value::from("b")),
        ("rule", rules(&[rule(2, None)])),
    ]);
    let replace = |action, reason| {
        let mut one = change("test_thing.web", action, before.clone(), after.clone());
        one.change.reason = Some(reason);
        if reason == Reason::ReplaceBecauseCannotUpdate {
            let port = [
                PathStep::Attribute("rule".into()),
                PathStep::Index(Value::from(0)),
                PathStep::Attribute("port".into()),
            ];
            one.change.replace_paths =
                vec![Path(vec![PathStep::Attribute("name".into())]), Path(port.to_vec())];
        }
        one
    };
    let mut deposed = change("test_thing.web", Action::Delete, before.clone(), nothing());
    deposed.deposed = Some("0a1b2c3d".into());
    insta::assert_snapshot!(check(&[
        replace(Action::DeleteThenCreate, Reason::ReplaceBecauseCannotUpdate),
        replace(Action::CreateThenDelete, Reason::ReplaceBecauseTainted),
        replace(Action::DeleteThenCreate, Reason::ReplaceByRequest),
        replace(Action::DeleteThenCreate, Reason::ReplaceByTriggers),
        deposed,
    ]));
}

#[test]
fn reads_moves_imports_and_what_is_let_go() {
    let same = || {
        object(&[("id", Value::from("i-1")), ("name", Value::from("a")), ("count_wanted", Value::from(1))])
    };
    let config = object(&[("id", Value::unknown(Type::String)), ("name", Value::unknown(Type::String))]);
    let mut moved = change("test_thing.new", Action::NoOp, same(), same());
    moved.previous = Some("test_thing.old".parse().expect("an address"));
    let mut moved_on = change("test_thing.new", Action::Update, same(), changed());
    moved_on.previous.clone_from(&moved.previous);
    let mut imported = change("test_thing.found", Action::NoOp, same(), same());
    imported.importing = Some("i-1\u{1b}[2J".into());
    insta::assert_snapshot!(check(&[
        with_reason(
            change("data.test_thing.later", Action::Read, nothing(), config),
            Reason::ReadBecauseConfigUnknown
        ),
        moved,
        imported,
        change("test_thing.let_go", Action::Forget, same(), nothing()),
    ]));
    assert!(shown(&moved_on).contains("# (moved from test_thing.old)"));
}

#[test]
fn what_a_value_holds_can_not_steer_the_terminal() {
    let nasty = "a\u{1b}[31mb\u{202e}c\u{9b}2Jd\rE";
    let value = object(&[
        ("name", Value::from(nasty)),
        ("script", Value::from(format!("{nasty}\n{nasty}"))),
        ("policy", Value::from(format!("{{\"{}\":1}}", "k\\u001b[2J"))),
        ("tags", Value::map(Type::String, [(nasty, Value::from(nasty))])),
        ("zones", Value::list(Type::String, [Value::from(nasty)])),
    ]);
    for (action, before, after) in [
        (Action::Create, nothing(), value.clone()),
        (Action::Update, value.clone(), object(&[])),
        (Action::Delete, value, nothing()),
    ] {
        let text = shown(&change("test_thing.a", action, before, after));
        let bad =
            text.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
        assert_eq!(bad, None, "{action:?}: {text:?}");
    }
}

#[test]
fn sensitive_values_are_never_shown() {
    let secret = Value::from("hush").mark(Marks::SENSITIVE);
    let value = |name: &str| {
        object(&[
            ("name", Value::from(name)),
            ("password", Value::from(format!("hush {name}"))),
            ("script", Value::from(format!("hush\n{name}")).mark(Marks::SENSITIVE)),
            ("tags", Value::map(Type::String, [("a", secret.clone()), ("b", Value::from(name))])),
            ("any", Value::object([("deep", Value::tuple([secret.clone(), Value::from(name)]))])),
            (
                "rule",
                Value::list(
                    inner().value_type(),
                    [Value::object([("port", Value::from(1)), ("note", secret.clone())])],
                ),
            ),
        ])
    };
    for (action, before, after) in [
        (Action::Create, nothing(), value("x")),
        (Action::Update, value("x"), value("y")),
        (Action::Update, value("x"), object(&[])),
        (Action::DeleteThenCreate, value("x"), value("y")),
        (Action::Delete, value("x"), nothing()),
    ] {
        for told in [Told::Plan(&[]), Told::Drift] {
            for whole in [true, false] {
                let one = change("test_thing.a", action, before.clone(), after.clone());
                let text = resource(&one, &schema(), told, Differ { style: PLAIN, whole });
                assert!(!text.contains("hush"), "{action:?}: {text}");
            }
        }
    }
}

#[test]
fn what_gives_way_to_the_unknown_is_counted_where_it_is_long() {
    let many = |count: i32| Value::list(Type::String, (0..count).map(|n| Value::from(format!("item {n}"))));
    let differ = Differ { style: PLAIN, whole: false };
    let check = |before: Value, wanted: &str| {
        let after = Value::unknown(before.ty());
        assert_eq!(differ.value(Some(&before), Some(&after), 4, false), wanted);
    };
    check(many(2), "[\n        - \"item 0\",\n        - \"item 1\",\n      ] -> (known after apply)");
    check(many(60), "[\n          # (60 elements hidden)\n      ] -> (known after apply)");
}
