//! The three-way comparison.

use super::PLAIN;
use crate::diff::Differ;
use crate::drift::drift;
use trueup_diff::Action;
use trueup_engine::{AttributeDrift, AttributeKind, DriftDocument, DriftKind, ResourceDrift};
use trueup_value::{Marks, Path, PathStep, Type, Value};

fn attribute(name: &str, [git, state, cloud]: [Value; 3], kind: AttributeKind) -> AttributeDrift {
    let path = Path(name.split('.').map(|step| PathStep::Attribute(step.into())).collect());
    AttributeDrift { path, kind, git, state, cloud }
}

fn resource(addr: &str, kind: DriftKind, action: Action, attributes: Vec<AttributeDrift>) -> ResourceDrift {
    let provider = "provider[\"registry.terraform.io/hashicorp/aws\"]".parse().expect("an address");
    let addr = addr.parse().expect("an address");
    ResourceDrift { addr, provider, kind, action, entangled: false, attributes }
}

fn shown(document: &DriftDocument) -> String {
    drift(document, false, Differ { style: PLAIN, whole: false })
}

#[test]
fn what_git_says_what_the_state_saw_and_what_the_cloud_holds() {
    let three = |a: &str, b: &str, c: &str| [a, b, c].map(Value::from);
    let secret = three("hush", "hush", "hush hush").map(|value| value.mark(Marks::SENSITIVE));
    let attributes = vec![
        attribute("instance_type", three("t3.small", "t3.small", "t3.large"), AttributeKind::Changed),
        attribute(
            "tags.Owner",
            [Value::null(Type::String), Value::null(Type::String), Value::from("x\u{1b}[2J")],
            AttributeKind::Changed,
        ),
        attribute("password", secret, AttributeKind::Changed),
        attribute(
            "ip",
            [Value::unknown(Type::String), Value::from("10.0.0.1"), Value::from("10.0.0.2")],
            AttributeKind::Unmanaged,
        ),
        attribute("ami", three("new", "old", "other"), AttributeKind::Conflicting),
        attribute("name", three("new", "old", "new"), AttributeKind::Converged),
        attribute("size", three("new", "old", "old"), AttributeKind::Unapplied),
    ];
    let later = vec![
        attribute("size", three("new", "old", "old"), AttributeKind::Unapplied),
        attribute(
            "vpc_id",
            [Value::unknown(Type::String), "old".into(), "old".into()],
            AttributeKind::Unapplied,
        ),
    ];
    let unmanaged = vec![attribute("ip", three("b", "a", "b"), AttributeKind::Unmanaged)];
    let document = DriftDocument {
        resources: vec![
            resource("aws_instance.web[0]", DriftKind::Changed, Action::Update, attributes),
            resource("aws_instance.gone", DriftKind::Vanished, Action::Create, Vec::new()),
            resource("aws_instance.forgotten", DriftKind::Vanished, Action::NoOp, Vec::new()),
            resource("aws_instance.ip", DriftKind::Unmanaged, Action::NoOp, unmanaged),
            resource("aws_instance.edited", DriftKind::Unapplied, Action::Update, later),
            resource("aws_instance.new", DriftKind::Unapplied, Action::Create, Vec::new()),
        ],
        compared: 7,
    };
    let text = shown(&document);
    assert!(!text.contains("hush") && !text.contains('\u{1b}'), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn no_drift() {
    insta::assert_snapshot!(shown(&DriftDocument { resources: Vec::new(), compared: 1 }));
}

#[test]
fn what_was_never_applied_can_be_left_out() {
    let new = resource("aws_instance.new", DriftKind::Unapplied, Action::Create, Vec::new());
    let document = DriftDocument { resources: vec![new.clone()], compared: 1 };
    let text = drift(&document, true, Differ { style: PLAIN, whole: false });
    assert!(!text.contains("aws_instance.new") && text.contains("No drift"), "{text}");
    let left = crate::drift::left_out(&[&new]);
    assert!(left.contains("  aws_instance.new\n"), "{left}");
}
