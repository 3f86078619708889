//! The three-way comparison.

use super::PLAIN;
use crate::view::diff::Differ;
use crate::view::drift::drift;
use trueup_diff::Action;
use trueup_engine::{AttributeDrift, DriftDocument, DriftKind, ResourceDrift};
use trueup_value::{Marks, Path, PathStep, Type, Value};

fn attribute(name: &str, [git, state, cloud]: [Value; 3], correctable: bool) -> AttributeDrift {
    let path = Path(name.split('.').map(|step| PathStep::Attribute(step.into())).collect());
    AttributeDrift { path, git, state, cloud, correctable }
}

fn resource(addr: &str, kind: DriftKind, action: Action, attributes: Vec<AttributeDrift>) -> ResourceDrift {
    ResourceDrift { addr: addr.parse().expect("an address"), kind, action, attributes }
}

fn shown(document: &DriftDocument) -> String {
    drift(document, Differ { style: PLAIN, whole: false })
}

#[test]
fn what_git_says_what_the_state_saw_and_what_the_cloud_holds() {
    let three = |a: &str, b: &str, c: &str| [a, b, c].map(Value::from);
    let secret = three("hush", "hush", "hush hush").map(|value| value.mark(Marks::SENSITIVE));
    let attributes = vec![
        attribute("instance_type", three("t3.small", "t3.small", "t3.large"), true),
        attribute(
            "tags.Owner",
            [Value::null(Type::String), Value::null(Type::String), Value::from("x\u{1b}[2J")],
            true,
        ),
        attribute("password", secret, true),
        attribute(
            "ip",
            [Value::unknown(Type::String), Value::from("10.0.0.1"), Value::from("10.0.0.2")],
            false,
        ),
    ];
    let unmanaged = vec![attribute("ip", three("a", "a", "b"), false)];
    let document = DriftDocument {
        resources: vec![
            resource("aws_instance.web[0]", DriftKind::Changed, Action::Update, attributes),
            resource("aws_instance.gone", DriftKind::Vanished, Action::Create, Vec::new()),
            resource("aws_instance.forgotten", DriftKind::Vanished, Action::NoOp, Vec::new()),
            resource("aws_instance.ip", DriftKind::Unmanaged, Action::NoOp, unmanaged),
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
