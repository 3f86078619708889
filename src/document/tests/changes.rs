//! Values and changes in plan documents.

use super::configuration::program;
use super::{OnlyBuiltin, check_same, parsed};
use crate::{change, encode, plan, text};
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{InstanceKey, Name, ProviderAddr};
use trueup_diff::{Action, Change, Reason};
use trueup_plan::{OutputChange, Plan, PlanMode, ResourceChange, StepGraph};
use trueup_resolve::NodeId;
use trueup_resolve::program::ProviderBinding;
use trueup_state::{Commit, State};
use trueup_value::{Marks, Number, Path, Type, Value};

pub(super) fn resource(addr: &str, action: Action, before: Value, after: Value) -> ResourceChange {
    ResourceChange {
        addr: addr.parse().expect("an address"),
        previous: None,
        deposed: None,
        provider: "provider[\"terraform.io/builtin/terraform\"]".parse().expect("an address"),
        binding: ProviderBinding {
            provider: ProviderAddr::builtin(),
            node: NodeId::ROOT,
            alias: None,
            config: None,
            key: InstanceKey::None,
        },
        schema_version: 0,
        change: Change { action, reason: None, before, after, replace_paths: Vec::new(), private: [].into() },
        marked: Vec::new(),
        dependencies: trueup_plan::Dependencies::default(),
        create_before_destroy: false,
        importing: None,
        generated: None,
    }
}

pub(super) fn null() -> Value {
    Value::null(Type::Dynamic)
}

fn data(id: Value, input: Value, output: Value) -> Value {
    Value::object([("id", id), ("input", input), ("output", output), ("triggers_replace", null())])
}

fn check_value(value: &Value, known: &str, unknown: &str, sensitive: &str) {
    assert_eq!(encode::known(value).expect("JSON").get(), known);
    assert_eq!(encode::unknown(value).get(), unknown, "unknown parts of {known}");
    assert_eq!(encode::sensitive(value).get(), sensitive, "sensitive parts of {known}");
}

#[test]
fn parts_of_values_are_told_as_terraform_tells_them() {
    let text = || Value::unknown(Type::String);
    let secret = |value: &str| Value::from(value).mark(Marks::SENSITIVE);
    let digits = Value::from(Number::parse("0.1234567890123456789012345").expect("a number"));
    check_value(&null(), "null", "false", "false");
    check_value(&text(), "null", "true", "false");
    check_value(&digits, "0.1234567890123456789012345", "false", "false");
    check_value(&secret("x"), "\"x\"", "false", "true");
    check_value(&Value::unknown(Type::set(Type::Bool)), "null", "true", "[]");
    check_value(&Value::unknown(Type::map(Type::Bool)), "null", "true", "{}");
    check_value(&Value::dynamic().mark(Marks::SENSITIVE), "null", "true", "true");
    let tuple = Value::tuple([text(), Value::from("x"), null(), secret("y")]);
    check_value(&tuple, "[null,\"x\",null,\"y\"]", "[true,false,false,false]", "[false,false,false,true]");
    let object = Value::object([("a", text()), ("b", secret("y")), ("c", Value::tuple([])), ("n", null())]);
    check_value(
        &object,
        "{\"b\":\"y\",\"c\":[],\"n\":null}",
        "{\"a\":true,\"c\":[]}",
        "{\"b\":true,\"c\":[]}",
    );
    check_value(&Value::map(Type::String, [("k", text())]), "{}", "{\"k\":true}", "{}");
    check_value(
        &Value::set(Type::String, [Value::from("x"), text()]),
        "[\"x\",null]",
        "[false,true]",
        "[false,false]",
    );
    let infinite = Value::from(Number::infinity(false));
    assert!(encode::known(&infinite).is_err(), "JSON has no infinity");
}

#[test]
fn changes_of_resources() {
    let old = data(Value::from("i"), Value::tuple([Value::from(1)]), Value::tuple([Value::from(1)]));
    let new = data(Value::unknown(Type::String), Value::tuple([Value::from(2)]), Value::dynamic());
    let mut replaced =
        resource("module.m[\"k\"].terraform_data.a[0]", Action::DeleteThenCreate, old.clone(), new);
    replaced.change.reason = Some(Reason::ReplaceBecauseCannotUpdate);
    replaced.change.replace_paths = vec![Path::root().attribute("input").index(0)];
    replaced.previous = Some("terraform_data.b".parse().expect("an address"));
    check_same(
        &text(&change::resource(&replaced).expect("a change")),
        r#"{"address":"module.m[\"k\"].terraform_data.a[0]","previous_address":"terraform_data.b",
            "module_address":"module.m[\"k\"]","mode":"managed","type":"terraform_data","name":"a","index":0,
            "provider_name":"terraform.io/builtin/terraform","change":{"actions":["delete","create"],
            "before":{"id":"i","input":[1],"output":[1],"triggers_replace":null},
            "after":{"input":[2],"triggers_replace":null},"after_unknown":{"id":true,"input":[false],"output":true},
            "before_sensitive":{"input":[false],"output":[false]},"after_sensitive":{"input":[false]},
            "replace_paths":[["input",0]]},"action_reason":"replace_because_cannot_update"}"#,
    );
    let mut deposed = resource("terraform_data.a", Action::Delete, old, null());
    deposed.deposed = Some("0badcafe".into());
    check_same(
        &text(&change::resource(&deposed).expect("a change")),
        r#"{"address":"terraform_data.a","mode":"managed","type":"terraform_data","name":"a",
            "provider_name":"terraform.io/builtin/terraform","deposed":"0badcafe","change":{"actions":["delete"],
            "before":{"id":"i","input":[1],"output":[1],"triggers_replace":null},"after":null,"after_unknown":{},
            "before_sensitive":{"input":[false],"output":[false]},"after_sensitive":false}}"#,
    );
}

#[test]
fn changes_of_outputs() {
    let check = |after: Value, sensitive: bool, expected: &str| {
        let output = OutputChange { action: Action::Create, before: null(), after, sensitive };
        check_same(&text(&change::output(&output).expect("a change")), expected);
    };
    check(
        Value::dynamic(),
        true,
        r#"{"actions":["create"],"before":null,"after_unknown":true,"before_sensitive":true,"after_sensitive":true}"#,
    );
    check(
        Value::object([("s", Value::from("x")), ("u", Value::unknown(Type::String))]),
        false,
        r#"{"actions":["create"],"before":null,"after":{"s":"x"},"after_unknown":{"u":true},
            "before_sensitive":false,"after_sensitive":false}"#,
    );
    check(
        Value::tuple([Value::from("x")]),
        false,
        r#"{"actions":["create"],"before":null,"after":["x"],"after_unknown":false,"before_sensitive":false,
            "after_sensitive":false}"#,
    );
}

pub(super) fn sample() -> Plan {
    let x = || data(Value::from("i"), Value::from("x"), Value::from("x"));
    let output =
        |action, before: Value, after: Value| OutputChange { action, before, after, sensitive: false };
    Plan {
        mode: PlanMode::Normal,
        changes: vec![
            resource("data.terraform_remote_state.read", Action::NoOp, null(), x()),
            resource("module.m.terraform_data.x", Action::NoOp, x(), x()),
            resource("terraform_data.gone", Action::Delete, x(), null()),
            resource("terraform_data.kept", Action::Forget, x(), null()),
        ],
        steps: StepGraph::default(),
        outputs: BTreeMap::from([
            (Name::from("gone"), output(Action::Delete, Value::from(1), null())),
            (Name::from("there"), output(Action::Update, Value::from(1), Value::from(2))),
            (Name::from("unknown"), output(Action::Create, null(), Value::tuple([Value::dynamic()]))),
        ]),
        drift: vec![resource("terraform_data.gone", Action::Update, x(), x())],
        checks: None,
        prior: State::default(),
        variables: BTreeMap::from([(Name::from("v"), Value::from("x").mark(Marks::SENSITIVE))]),
        targets: BTreeSet::new(),
        excludes: BTreeSet::new(),
        timestamp: "2026-01-02T03:04:05Z".into(),
        commit: Some(Commit { hash: "abc".into(), branch: Some("main".into()), dirty: false }),
        workspace: "default".into(),
        errored: false,
    }
}

const MAIN: &str = "variable \"v\" {}\nvariable \"e\" {\n  ephemeral = true\n  default   = \"d\"\n}\nmodule \"m\" {\n  \
                    source = \"./child\"\n}\noutput \"there\" {\n  value = module.m.o\n}\n";
const CHILD: &str =
    "resource \"terraform_data\" \"x\" {}\noutput \"o\" {\n  value = terraform_data.x.output[0]\n}\n";

#[test]
fn a_plan_is_shown_as_terraform_shows_it() {
    let ours = plan::document(&sample(), &program(MAIN, CHILD), &OnlyBuiltin::new()).expect("a document");
    let ours = parsed(&ours);
    let check = |pointer: &str, expected: &str| {
        let found = ours.pointer(pointer).map_or("null".to_owned(), ToString::to_string);
        check_same(&found, expected);
    };
    check("/format_version", r#""1.2""#);
    check("/variables", r#"{"e":{"value":"d"},"v":{"value":"x"}}"#);
    check(
        "/planned_values",
        r#"{"outputs":{"there":{"sensitive":false,"type":"number","value":2},"unknown":{"sensitive":false}},
            "root_module":{"resources":[{"address":"terraform_data.kept","mode":"managed","type":"terraform_data",
            "name":"kept","provider_name":"terraform.io/builtin/terraform","schema_version":0,
            "sensitive_values":false}],"child_modules":[{"resources":[{"address":"module.m.terraform_data.x",
            "mode":"managed","type":"terraform_data","name":"x","provider_name":"terraform.io/builtin/terraform",
            "schema_version":0,"values":{"id":"i","input":"x","output":"x","triggers_replace":null},
            "sensitive_values":{}}],"address":"module.m"}]}}"#,
    );
    check("/resource_changes/0/address", r#""module.m.terraform_data.x""#);
    check("/resource_changes/2/change/actions", r#"["forget"]"#);
    check("/resource_changes/3", "null");
    check("/resource_drift/0/address", r#""terraform_data.gone""#);
    check("/relevant_attributes", r#"[{"resource":"module.m.terraform_data.x","attribute":["output",0]}]"#);
    check("/trueup/commit", r#"{"hash":"abc","branch":"main","dirty":false}"#);
    check("/prior_state", "null");
    for (flag, expected) in [("applyable", "true"), ("complete", "true"), ("errored", "false")] {
        check(&format!("/{flag}"), expected);
    }
}

#[test]
fn partial_plans_say_so() {
    let check = |edit: &dyn Fn(&mut Plan), expected: [bool; 3]| {
        let mut changed = sample();
        edit(&mut changed);
        let ours = plan::document(&changed, &program(MAIN, CHILD), &OnlyBuiltin::new()).expect("a document");
        let ours = parsed(&ours);
        assert_eq!(["applyable", "complete", "errored"].map(|flag| ours[flag] == true), expected);
    };
    check(&|_| {}, [true, true, false]);
    check(&|plan| plan.errored = true, [false, false, true]);
    let target = || "terraform_data.x".parse().expect("an address");
    check(&|plan| plan.targets = BTreeSet::from([target()]), [true, false, false]);
}
