//! The fake keeps its promises: what drives it can be tested against it.

use super::schema::SCHEMA;
use super::{Call, Effect, FakeCloud, FakeFactory};
use crate::{ApplyAnswer, ApplyRequest, DataRequest, Factories, Factory, PlanRequest, Provider, ReadRequest};
use crate::{RecoverAnswer, RecoverRequest};
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_schema::{Block, apply_errors, coerce, plan_errors, proposed_new};
use trueup_value::{Name, Type, Value};

type Fields<'a> = &'a [(&'a str, Value)];

fn block(kind: &str) -> &'static Block {
    &SCHEMA.resources[kind].block
}

fn config(kind: &str, fields: Fields) -> Value {
    coerce(block(kind), &Value::object(fields.iter().cloned())).expect("the case fits the schema")
}

fn nothing(kind: &str) -> Value {
    Value::null(block(kind).value_type())
}

async fn provider(cloud: &FakeCloud) -> Arc<dyn Provider> {
    let factories = Factories(vec![Arc::new(FakeFactory::new(cloud.clone()))]);
    let provider = factories.start(&FakeFactory::addr()).expect("the fake provider starts");
    let config =
        coerce(&provider.schema().provider.block, &Value::object::<Name>([])).expect("an empty block");
    assert!(!provider.configure(&config).await.has_errors());
    provider
}

async fn request(
    provider: &dyn Provider,
    kind: &str,
    prior: Value,
    config: Value,
    token: &str,
) -> ApplyRequest {
    let proposed = proposed_new(block(kind), &prior, &config);
    let plan = PlanRequest {
        kind: kind.into(),
        prior: prior.clone(),
        proposed,
        config: config.clone(),
        private: [].into(),
    };
    let answer = provider.plan(plan).await;
    assert!(!answer.diagnostics.has_errors());
    if !config.is_null() {
        assert_eq!(plan_errors(block(kind), &prior, &config, &answer.planned), []);
    }
    let planned = answer.planned;
    ApplyRequest { kind: kind.into(), prior, planned, config, private: answer.private, token: token.into() }
}

async fn create(provider: &dyn Provider, kind: &str, fields: Fields<'_>, token: &str) -> ApplyAnswer {
    let request = request(provider, kind, nothing(kind), config(kind, fields), token).await;
    let planned = request.planned.clone();
    let answer = provider.apply(request).await;
    if !answer.diagnostics.has_errors() {
        assert_eq!(apply_errors(block(kind), &planned, &answer.state), []);
        assert!(answer.state.is_wholly_known());
    }
    answer
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[tokio::test]
async fn things_live_and_die() {
    let cloud = FakeCloud::new();
    let provider = provider(&cloud).await;
    let disk = Value::object([("size", Value::from(5))]);
    let fields = [("name", "a".into()), ("disk", Value::tuple([disk.clone()]))];
    let made = create(&*provider, "fake_thing", &fields, "t1").await.state;
    assert_eq!(text(&made, "id"), "thing-a-1");
    assert_eq!(text(&made, "label"), "a");
    assert_eq!(
        text(&made.get("disk").and_then(Value::as_sequence).expect("disks")[0], "id"),
        "thing-a-1-disk-0"
    );

    let read = ReadRequest { kind: "fake_thing".into(), state: made.clone(), private: [].into() };
    assert_eq!(provider.read(read.clone()).await.state, made);

    let wanted =
        config("fake_thing", &[("name", "a".into()), ("size", 7.into()), ("disk", Value::tuple([disk]))]);
    let update = request(&*provider, "fake_thing", made.clone(), wanted.clone(), "t2").await;
    let updated = provider.apply(update).await.state;
    assert_eq!(updated.get("revision"), Some(&2.into()));
    let again = request(&*provider, "fake_thing", updated.clone(), wanted, "t3").await;
    assert_eq!(again.planned, updated, "a second plan is empty");

    let delete = request(&*provider, "fake_thing", updated, nothing("fake_thing"), "t4").await;
    assert!(provider.apply(delete).await.state.is_null());
    assert!(provider.read(read).await.state.is_null());
    assert_eq!(
        cloud.log(),
        ["create fake_thing thing-a-1", "update fake_thing thing-a-1", "delete fake_thing thing-a-1"]
    );
    let counts =
        [Call::Create, Call::Update, Call::Delete, Call::Read, Call::Plan].map(|call| cloud.count(call));
    assert_eq!(counts, [1, 1, 1, 2, 4]);
}

#[tokio::test]
async fn zone_replaces() {
    let cloud = FakeCloud::new();
    let provider = provider(&cloud).await;
    let made =
        create(&*provider, "fake_thing", &[("name", "a".into()), ("zone", "x".into())], "t").await.state;
    for (zone, replaces) in [(Value::from("x"), 0), ("y".into(), 1), (Value::unknown(Type::String), 1)] {
        let wanted = config("fake_thing", &[("name", "a".into()), ("zone", zone.clone())]);
        let proposed = proposed_new(block("fake_thing"), &made, &wanted);
        let kind = "fake_thing".into();
        let plan = PlanRequest { kind, prior: made.clone(), proposed, config: wanted, private: [].into() };
        assert_eq!(provider.plan(plan).await.requires_replace.len(), replaces, "{zone:?}");
    }
}

#[tokio::test]
async fn references_are_checked() {
    let cloud = FakeCloud::new();
    let provider = provider(&cloud).await;
    let orphan =
        create(&*provider, "fake_thing", &[("name", "b".into()), ("parent_id", "nope".into())], "t1").await;
    assert!(orphan.diagnostics.has_errors() && orphan.state.is_null());
    let parent =
        create(&*provider, "fake_slow", &[("name", "p".into()), ("turns", 3.into())], "t2").await.state;
    let fields = [("name", "b".into()), ("parent_id", text(&parent, "id").into())];
    assert!(!create(&*provider, "fake_thing", &fields, "t3").await.diagnostics.has_errors());
    let delete = request(&*provider, "fake_slow", parent.clone(), nothing("fake_slow"), "t4").await;
    let refused = provider.apply(delete.clone()).await;
    assert!(refused.diagnostics.has_errors());
    assert_eq!(refused.state, parent);
    assert!(cloud.remove("fake_thing", "thing-b-1"));
    assert!(provider.apply(delete).await.state.is_null());
}

#[tokio::test]
async fn misuse_is_refused() {
    let cloud = FakeCloud::new();
    let unconfigured = FakeFactory::new(cloud.clone()).start(&FakeFactory::addr()).expect("it starts");
    assert!(unconfigured.import("fake_thing", "x").await.diagnostics.has_errors());
    let provider = provider(&cloud).await;
    let good = async || {
        let wanted = config("fake_thing", &[("name", "a".into())]);
        request(&*provider, "fake_thing", nothing("fake_thing"), wanted, "t").await
    };
    let unknown = config("fake_thing", &[("name", Value::unknown(Type::String))]);
    let other = config("fake_thing", &[("name", "b".into())]);
    let broken = [
        ApplyRequest { config: unknown, ..good().await },
        ApplyRequest { config: other, ..good().await },
        ApplyRequest { token: "".into(), ..good().await },
    ];
    for request in broken {
        assert!(provider.apply(request.clone()).await.diagnostics.has_errors(), "{request:?}");
    }
    assert!(cloud.objects().is_empty());
    assert!(FakeFactory::new(cloud).start(&ProviderAddr::official("fake")).is_err());
}

#[tokio::test]
async fn faults_strike_the_nth_call() {
    let cloud = FakeCloud::new();
    let provider = provider(&cloud).await;
    for (effect, exists, answered, open) in [
        (Effect::ErrorBefore, false, false, false),
        (Effect::ErrorAfter, true, false, true),
        (Effect::Unanswered, false, false, true),
        (Effect::Partial, true, true, false),
    ] {
        cloud.fail(Call::Create, 2, effect);
        let name = format!("{effect:?}");
        let calm = create(&*provider, "fake_thing", &[("name", "calm".into())], "t0").await;
        assert!(!calm.diagnostics.has_errors());
        let struck = create(&*provider, "fake_thing", &[("name", name.as_str().into())], &name).await;
        assert!(struck.diagnostics.has_errors());
        assert_eq!(!struck.state.is_null(), answered, "{effect:?}");
        assert_eq!(struck.end_unknown, open, "{effect:?}");
        let there = cloud.objects().iter().any(|object| text(&object.value, "name") == name);
        assert_eq!(there, exists, "{effect:?}");
        let token = name.as_str().into();
        let request = RecoverRequest { kind: "fake_thing".into(), planned: nothing("fake_thing"), token };
        let found = matches!(provider.recover(request).await, RecoverAnswer::Found(..));
        assert_eq!(found, exists, "{effect:?}");
    }
    cloud.fail(Call::ReadMany, 1, Effect::ErrorBefore);
    let state = nothing("fake_thing");
    let read = ReadRequest { kind: "fake_thing".into(), state, private: [].into() };
    assert!(provider.read_many(vec![read.clone()]).await[0].diagnostics.has_errors());
    assert!(!provider.read_many(vec![read.clone(), read]).await[1].diagnostics.has_errors());
    assert_eq!(cloud.count(Call::ReadMany), 2);
}

#[tokio::test]
async fn hanging_calls_wait_for_release() {
    for (effect, early) in [(Effect::Hang, 0), (Effect::HangAfter, 1)] {
        let cloud = FakeCloud::new();
        let provider = provider(&cloud).await;
        cloud.fail(Call::Create, 1, effect);
        let held = provider.clone();
        let task =
            tokio::spawn(async move { create(&*held, "fake_thing", &[("name", "a".into())], "t").await });
        while cloud.hanging() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(cloud.objects().len(), early, "{effect:?}");
        cloud.release();
        assert!(!task.await.expect("the call ends").diagnostics.has_errors());
        assert_eq!((cloud.objects().len(), cloud.hanging()), (1, 0));
    }
}

#[tokio::test]
async fn objects_change_behind_everyones_back() {
    let cloud = FakeCloud::new();
    let provider = provider(&cloud).await;
    let id = cloud.insert("fake_thing", [("name", "a".into()), ("size", 3.into())]);
    assert!(cloud.set("fake_thing", &id, "size", 4) && !cloud.set("fake_thing", "nope", "size", 4));
    let imported = provider.import("fake_thing", &id).await.objects;
    assert_eq!(imported[0].state.get("size"), Some(&4.into()));
    assert!(provider.import("fake_thing", "nope").await.diagnostics.has_errors());
    let lookup = async |name: &str| {
        let schema = &provider.schema().data_sources["fake_lookup"].block;
        let config = coerce(schema, &Value::object([("name", Value::from(name))])).expect("it fits");
        provider.read_data(DataRequest { kind: "fake_lookup".into(), config }).await
    };
    assert_eq!(text(&lookup("a").await.state, "id"), &*id);
    assert!(lookup("b").await.diagnostics.has_errors());
}

#[tokio::test]
async fn a_cloud_outlives_its_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cloud.json");
    let cloud = FakeCloud::open(&path).expect("a new cloud");
    let provider = provider(&cloud).await;
    let rule = Value::object([("port", Value::from(80))]);
    let tags = Value::object([("k", Value::from("v"))]);
    let fields =
        [("name", "a".into()), ("tags", tags), ("rule", Value::tuple([rule])), ("secret", "s".into())];
    assert!(!create(&*provider, "fake_thing", &fields, "t").await.diagnostics.has_errors());
    cloud.insert("fake_slow", [("name", "b".into())]);
    let reopened = FakeCloud::open(&path).expect("the same cloud");
    assert_eq!(reopened.objects(), cloud.objects());
    assert_eq!(&*reopened.insert("fake_slow", [("name", "b".into())]), "slow-b-2");
    std::fs::write(&path, "{").expect("the file is there");
    assert!(FakeCloud::open(&path).is_err());
}
