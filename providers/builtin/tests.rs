//! `terraform_data` as Terraform 1.11.4 plans and applies it; each case was seen in `terraform show -json`.

use crate::{Builtin, SCHEMA, data};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use trueup_addr::ProviderAddr;
use trueup_provider::{
    ApplyRequest, Factory, MoveRequest, PlanAnswer, PlanRequest, Provider, UpgradeRequest,
};
use trueup_schema::{apply_errors, coerce, plan_errors, proposed_new, unknown_paths};
use trueup_value::{Type, Value};

fn provider() -> Builtin {
    let count = AtomicU64::new(0);
    Builtin::new(Arc::new(move || format!("id-{}", count.fetch_add(1, Ordering::Relaxed))))
}

fn object(fields: &[(&str, Value)]) -> Value {
    let block = &SCHEMA.resources[data::KIND].block;
    coerce(block, &Value::object(fields.iter().cloned())).expect("the case fits the schema")
}

fn nothing() -> Value {
    Value::null(SCHEMA.resources[data::KIND].block.value_type())
}

/// Plans `config` over `prior`, then applies it with unknown inputs replaced by `"late"`.
async fn run(prior: &Value, config: &Value) -> (PlanAnswer, Value) {
    let provider = provider();
    let block = &SCHEMA.resources[data::KIND].block;
    let plan = async |config: &Value| {
        let proposed = proposed_new(block, prior, config);
        let request = PlanRequest {
            kind: data::KIND.into(),
            prior: prior.clone(),
            proposed,
            config: config.clone(),
            private: [].into(),
        };
        provider.plan(request).await
    };
    let first = plan(config).await;
    assert_eq!(plan_errors(block, prior, config, &first.planned), []);
    let fields = config.as_mapping().expect("a configuration");
    let late =
        fields.iter().map(|(name, v)| (name.clone(), if v.is_known() { v.clone() } else { "late".into() }));
    let config = Value::object(late);
    let planned = plan(&config).await.planned;
    let request = ApplyRequest {
        kind: data::KIND.into(),
        prior: prior.clone(),
        planned: planned.clone(),
        config,
        private: [].into(),
        token: "t".into(),
    };
    let answer = provider.apply(request).await;
    assert!(answer.diagnostics.is_empty());
    assert_eq!(apply_errors(block, &planned, &answer.state), []);
    assert_eq!(apply_errors(block, &first.planned, &answer.state), []);
    assert!(unknown_paths(&answer.state).is_empty());
    (first, answer.state)
}

/// What is unknown in the plan, whether a trigger replaces, and the attribute `output` after apply.
async fn check(prior: &Value, config: &[(&str, Value)], unknown: &[&str], replaced: bool, output: Value) {
    let (plan, state) = run(prior, &object(config)).await;
    let mut found: Vec<String> = Vec::new();
    for (name, value) in plan.planned.as_mapping().expect("an object") {
        if !value.is_known() {
            found.push(name.to_string());
        }
    }
    assert_eq!(found, unknown, "{config:?} over {prior:?}");
    assert_eq!(!plan.requires_replace.is_empty(), replaced, "{config:?} over {prior:?}");
    assert_eq!(state.get("output"), Some(&output), "{config:?} over {prior:?}");
    let id = if unknown.contains(&"id") { Some(&"id-0".into()).cloned() } else { prior.get("id").cloned() };
    assert_eq!(state.get("id"), id.as_ref());
}

fn null() -> Value {
    Value::null(Type::Dynamic)
}

#[tokio::test]
async fn creation() {
    let prior = nothing();
    check(&prior, &[], &["id"], false, null()).await;
    check(&prior, &[("input", "s".into())], &["id", "output"], false, "s".into()).await;
    check(&prior, &[("input", Value::null(Type::String))], &["id"], false, Value::null(Type::String)).await;
    check(&prior, &[("input", Value::dynamic())], &["id", "input", "output"], false, "late".into()).await;
    check(&prior, &[("triggers_replace", 1.into())], &["id"], false, null()).await;
}

#[tokio::test]
async fn update() {
    let full = |input: Value, trigger: Value| {
        object(&[
            ("id", "i".into()),
            ("input", input.clone()),
            ("output", input),
            ("triggers_replace", trigger),
        ])
    };
    let prior = full("x".into(), "t".into());
    let trigger = || ("triggers_replace", Value::from("t"));
    check(&prior, &[("input", "x".into()), trigger()], &[], false, "x".into()).await;
    check(&prior, &[("input", "y".into()), trigger()], &["output"], false, "y".into()).await;
    check(&prior, &[trigger()], &["output"], false, null()).await;
    check(&prior, &[("input", Value::dynamic()), trigger()], &["input", "output"], false, "late".into())
        .await;
    check(&prior, &[("input", "x".into())], &["id"], true, "x".into()).await;
    let unknown = ("triggers_replace", Value::dynamic());
    check(&prior, &[("input", "x".into()), unknown], &["id", "triggers_replace"], true, "x".into()).await;
    // The type counts: "1" and 1, a list and a tuple, null and a null string are different.
    check(&full("1".into(), null()), &[("input", 1.into())], &["output"], false, 1.into()).await;
    let list = Value::list(Type::String, ["a".into()]);
    let tuple = Value::tuple(["a".into()]);
    check(&full(list, null()), &[("input", tuple.clone())], &["output"], false, tuple).await;
    let typed = Value::null(Type::String);
    check(&full(null(), null()), &[("input", typed.clone())], &["output"], false, typed).await;
}

#[tokio::test]
async fn the_rest() {
    let provider = provider();
    let imported = provider.import("terraform_data", "some id").await.objects;
    assert_eq!(imported[0].state, object(&[("id", "some id".into())]));
    assert!(provider.import("nope", "x").await.diagnostics.has_errors());

    let json = r#"{"id":"i","input":{"value":"s","type":"string"},"output":null,"triggers_replace":null}"#;
    let upgrade = UpgradeRequest { kind: "terraform_data", version: 0, json };
    let state = provider.upgrade(upgrade).await.state;
    assert_eq!(state, Ok(object(&[("id", "i".into()), ("input", "s".into())])));
    let broken = UpgradeRequest { kind: "terraform_data", version: 0, json: "[]" };
    assert!(provider.upgrade(broken).await.state.is_err());

    let destroy = ApplyRequest {
        kind: "terraform_data".into(),
        prior: object(&[("id", "i".into())]),
        planned: nothing(),
        config: nothing(),
        private: [].into(),
        token: "t".into(),
    };
    assert!(provider.apply(destroy).await.state.is_null());
    assert!(provider.start(&ProviderAddr::official("aws")).is_err());
    assert!(provider.start(&ProviderAddr::builtin()).is_ok());
}

#[tokio::test]
async fn a_null_resource_becomes_one() {
    let provider = provider();
    let null = ProviderAddr::official("null");
    let (aws, fork) =
        (ProviderAddr::official("aws"), ProviderAddr { namespace: "other".into(), ..null.clone() });
    let triggers = Value::object([("x", "1".into())]);
    let good = r#"{"id":"123","triggers":{"x":"1"}}"#;
    for (from, kind, to, json, wanted) in [
        (
            &null,
            "null_resource",
            "terraform_data",
            good,
            Some(vec![("id", "123".into()), ("triggers_replace", triggers)]),
        ),
        (
            &null,
            "null_resource",
            "terraform_data",
            r#"{"id":"4","triggers":null}"#,
            Some(vec![("id", "4".into())]),
        ),
        (&null, "null_resource", "terraform_data", "nonsense", None),
        (&null, "null_resource", "other", good, None),
        (&null, "null_data_source", "terraform_data", good, None),
        (&fork, "null_resource", "terraform_data", good, None),
        (&aws, "aws_vpc", "terraform_data", good, None),
    ] {
        let request =
            MoveRequest { kind: to, from_provider: from, from_kind: kind, version: 0, json, private: &[] };
        let moved = provider.move_state(request).await.state.ok().map(|(state, _)| state);
        assert_eq!(moved, wanted.map(|attributes| object(&attributes)), "{kind} of {from} to {to}: {json}");
    }
}

/// The schema is what Terraform prints for it.
#[test]
fn schema() {
    let printed = trueup_schema::wire::write_schema(&data::schema());
    let attribute = |name: &str, ty: &str, flag: &str| {
        format!(r#""{name}":{{"type":"{ty}","description_kind":"plain","{flag}":true}}"#)
    };
    let attributes = [
        attribute("id", "string", "computed"),
        attribute("input", "dynamic", "optional"),
        attribute("output", "dynamic", "computed"),
        attribute("triggers_replace", "dynamic", "optional"),
    ];
    let attributes = attributes.join(",");
    let wanted =
        format!(r#"{{"version":0,"block":{{"attributes":{{{attributes}}},"description_kind":"plain"}}}}"#);
    assert_eq!(printed, wanted);
}
