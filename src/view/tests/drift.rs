//! The three-way comparison.

use super::PLAIN;
use crate::diff::Differ;
use crate::drift::drift;
use trueup_diff::Action;
use trueup_drift::{
    AttributeDrift, AttributeKind, Deed, DriftDocument, DriftKind, Ignored, Judged, Left, ResourceDrift,
};
use trueup_stacks::{IgnoreRule, Until};
use trueup_value::{Marks, Path, PathStep, Type, Value};

fn attribute(name: &str, [git, state, cloud]: [Value; 3], kind: AttributeKind) -> AttributeDrift {
    let path = Path(name.split('.').map(|step| PathStep::Attribute(step.into())).collect());
    AttributeDrift { path, kind, git, state, cloud }
}

fn resource(addr: &str, kind: DriftKind, action: Action, attributes: Vec<AttributeDrift>) -> ResourceDrift {
    let provider = "provider[\"registry.terraform.io/hashicorp/aws\"]".parse().expect("an address");
    let addr = addr.parse().expect("an address");
    ResourceDrift {
        addr,
        provider,
        kind,
        action,
        entangled: false,
        of_its_own: false,
        attributes,
        deeds: Vec::new(),
    }
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
fn who_changed_it_is_told_without_what_would_take_over_a_terminal() {
    let deed = Deed {
        time: "2026-11-21T10:00:00Z".into(),
        who: "eve\u{1b}[2J".into(),
        what: "ModifyVpcAttribute".into(),
        ..Deed::default()
    };
    let from = Deed { from: Some("203.0.113.7".into()), ..deed.clone() };
    let gone = resource("aws_vpc.gone", DriftKind::Vanished, Action::Create, Vec::new());
    let with = Deed { with: Some(format!("trueup/{}", "9".repeat(70))), ..from.clone() };
    let resources = vec![ResourceDrift { deeds: vec![with, from, deed], ..gone }];
    let text = shown(&DriftDocument { resources, compared: 1 });
    assert!(text.contains("2026-11-21T10:00:00Z by eve") && !text.contains('\u{1b}'), "{text}");
    assert!(
        text.contains(&format!(", from 203.0.113.7, with trueup/{}…\n", "9".repeat(53)))
            && text.contains(": ModifyVpcAttribute, from 203.0.113.7\n")
            && text.contains(": ModifyVpcAttribute\n")
    );
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
    let left = crate::drift::left(&[(new.addr, Left::Entangled)]);
    assert!(left.contains("  aws_instance.new: Git has changes of it"), "{left}");
}

#[test]
fn long_values_are_folded_to_what_differs() {
    let lines = |last: &str| Value::from((0..30).map(|n| format!("line {n}\n")).collect::<String>() + last);
    let list = |items: i64| Value::list(Type::Number, (0..items).map(Value::from));
    let json =
        |size: u32| Value::from(format!("{{\"Action\":[\"a\",\"b\",\"c\",\"d\",\"e\"],\"Size\":{size}}}"));
    let attributes = vec![
        attribute("policy", [json(1), json(1), json(2)], AttributeKind::Changed),
        attribute("user_data", [lines("a"), lines("a"), lines("b")], AttributeKind::Changed),
        attribute("list", [list(12), list(12), list(13)], AttributeKind::Changed),
        attribute("both", [json(3), json(1), json(2)], AttributeKind::Conflicting),
        attribute("same", [json(2), json(1), json(2)], AttributeKind::Converged),
    ];
    let unapplied = vec![attribute("policy", [json(2), json(1), json(1)], AttributeKind::Unapplied)];
    let resources = vec![
        resource("aws_instance.web", DriftKind::Changed, Action::Update, attributes),
        resource("aws_instance.git", DriftKind::Unapplied, Action::Update, unapplied),
    ];
    insta::assert_snapshot!(shown(&DriftDocument { resources, compared: 2 }));
}

#[test]
fn what_stands_beside_what_alarms() {
    let changed = |addr: &str| {
        let values = ["small", "small", "large"].map(Value::from);
        let attributes = vec![attribute("size", values, AttributeKind::Changed)];
        resource(addr, DriftKind::Changed, Action::Update, attributes)
    };
    let mut renamed = changed("x_y.also");
    renamed.attributes.push(attribute("name", ["n", "n", "m"].map(Value::from), AttributeKind::Changed));
    let until = |text: &str| Until { text: text.into(), end: jiff::Timestamp::UNIX_EPOCH };
    let rule = |reason: &str, until| IgnoreRule {
        addresses: Vec::new(),
        types: Vec::new(),
        attributes: Vec::new(),
        reason: reason.into(),
        until,
        line: 3,
    };
    let judged = Judged {
        document: DriftDocument { resources: vec![changed("x_y.a"), renamed, changed("x_y.b")], compared: 9 },
        known: vec![resource("x_y.gone", DriftKind::Vanished, Action::Create, Vec::new())],
        ignored: vec![
            Ignored { drift: changed("x_y.c"), rule: rule("the autoscaler does it", None) },
            Ignored { drift: changed("x_y.d"), rule: rule("for now", Some(until("2027-01-31"))) },
        ],
        expired: vec![rule("was for now", Some(until("2026-01-31")))],
        ..Judged::default()
    };
    insta::assert_snapshot!(crate::drift::judged(&judged, false, Differ { style: PLAIN, whole: false }));
}

#[test]
fn a_secret_is_one_on_every_side() {
    let sides = || {
        let [git, state] = ["hush", "hush before"].map(Value::from);
        [git, state, Value::from("hush after").mark(Marks::SENSITIVE)]
    };
    let all = |kind| vec![attribute("password", sides(), kind)];
    let document = DriftDocument {
        resources: vec![
            resource("a.b", DriftKind::Changed, Action::Update, all(AttributeKind::Changed)),
            resource("a.c", DriftKind::Unapplied, Action::Update, all(AttributeKind::Unapplied)),
        ],
        compared: 2,
    };
    let text = shown(&document);
    assert!(!text.contains("hush") && text.contains("(sensitive value) -> (sensitive value)"), "{text}");
}
