//! Whole plans: legend, summary, drift, outputs.

use super::{Offered, PLAIN, change, nothing, object};
use crate::plan::{PlanView, commit};
use std::collections::{BTreeMap, BTreeSet};
use trueup_diff::Action;
use trueup_plan::{OutputChange, Plan, PlanMode, ResourceChange, StepGraph};
use trueup_resolve::Program;
use trueup_state::{Commit, State};
use trueup_value::{Type, Value};

pub(super) fn plan(mode: PlanMode, changes: Vec<ResourceChange>) -> Plan {
    Plan {
        mode,
        changes,
        steps: StepGraph::default(),
        outputs: BTreeMap::new(),
        drift: Vec::new(),
        checks: None,
        prior: State::default(),
        variables: BTreeMap::new(),
        targets: BTreeSet::new(),
        excludes: BTreeSet::new(),
        timestamp: "2026-01-01T00:00:00Z".into(),
        commit: None,
        workspace: "default".into(),
        errored: false,
    }
}

fn shown(plan: &Plan) -> String {
    let offered = Offered::new();
    PlanView { plan, schemas: &offered, program: &Program::default() }.text(PLAIN)
}

fn thing(name: &str) -> Value {
    object(&[("id", Value::from("i-1")), ("name", Value::from(name))])
}

fn output(action: Action, before: Value, after: Value, sensitive: bool) -> OutputChange {
    OutputChange { action, before, after, sensitive }
}

#[test]
fn a_plan_with_everything() {
    let mut all = plan(
        PlanMode::Normal,
        vec![
            change("data.test_thing.later", Action::Read, nothing(), thing("x")),
            change("test_thing.a", Action::Create, nothing(), thing("a")),
            change("test_thing.b", Action::Update, thing("b"), thing("c")),
            change("test_thing.c", Action::Delete, thing("c"), nothing()),
            change("test_thing.d", Action::DeleteThenCreate, thing("d"), thing("e")),
            change("test_thing.e", Action::CreateThenDelete, thing("e"), thing("f")),
            change("test_thing.f", Action::Forget, thing("f"), nothing()),
            change("test_thing.g", Action::NoOp, thing("g"), thing("g")),
        ],
    );
    let none = || Value::null(Type::Dynamic);
    all.outputs = BTreeMap::from([
        ("gone".into(), output(Action::Delete, Value::from(1), none(), false)),
        ("long_name".into(), output(Action::Create, none(), Value::tuple([Value::from(1)]), false)),
        ("same".into(), output(Action::NoOp, Value::from(1), Value::from(1), false)),
        ("secret".into(), output(Action::Update, Value::from("hush"), Value::from("hush hush"), true)),
        ("secret_gone".into(), output(Action::Delete, Value::from("hush"), none(), true)),
    ]);
    let text = shown(&all);
    assert!(!text.contains("hush"), "{text}");
    insta::assert_snapshot!(text);
    all.errored = true;
    let text = shown(&all);
    assert!(text.contains("trueup planned the following actions, but then encountered a problem:"));
    assert!(text.contains("Plan:"));
}

#[test]
fn nothing_to_do_and_outputs_alone() {
    let mut outputs = plan(PlanMode::Normal, Vec::new());
    let created = output(Action::Create, Value::null(Type::Dynamic), Value::from("v"), false);
    outputs.outputs = BTreeMap::from([("o".into(), created)]);
    let mut failed = plan(PlanMode::Normal, Vec::new());
    failed.errored = true;
    let all = [
        plan(PlanMode::Normal, vec![change("test_thing.g", Action::NoOp, thing("g"), thing("g"))]),
        plan(PlanMode::Destroy, Vec::new()),
        plan(PlanMode::RefreshOnly, Vec::new()),
        failed,
        outputs,
    ];
    insta::assert_snapshot!(all.iter().map(shown).collect::<Vec<_>>().join("----------\n"));
}

#[test]
fn drift_is_told_where_it_matters() {
    let found = || {
        let mut moved = change("test_thing.moved", Action::NoOp, thing("m"), thing("m"));
        moved.previous = Some("test_thing.old".parse().expect("an address"));
        vec![
            change("test_thing.changed", Action::Update, thing("a"), thing("b")),
            change("test_thing.deleted", Action::Delete, thing("a"), nothing()),
            moved,
        ]
    };
    let mut refresh = plan(PlanMode::RefreshOnly, Vec::new());
    refresh.drift = found();
    insta::assert_snapshot!(shown(&refresh));
    let mut normal =
        plan(PlanMode::Normal, vec![change("test_thing.deleted", Action::Create, nothing(), thing("a"))]);
    normal.drift = found();
    let text = shown(&normal);
    assert!(text.contains("# test_thing.deleted has been deleted"), "{text}");
    assert!(!text.contains("test_thing.changed"), "nothing that is planned has to do with it: {text}");
    normal.changes.clear();
    assert!(!shown(&normal).contains("outside of trueup"));
}

#[test]
fn the_commit_is_one_line() {
    let mut plan = plan(PlanMode::Normal, Vec::new());
    assert_eq!(commit(&plan), "");
    let hash = "0123456789abcdef0123456789abcdef01234567".to_owned();
    plan.commit = Some(Commit { hash: hash.clone(), branch: Some("main".into()), dirty: true });
    assert_eq!(commit(&plan), "\nPlanned from commit 0123456789ab on main, plus uncommitted changes.\n");
    plan.commit = Some(Commit { hash, branch: None, dirty: false });
    assert_eq!(commit(&plan), "\nPlanned from commit 0123456789ab.\n");
}
