//! Lines of the event stream.

use super::changes::{null, resource};
use super::{check_same, parsed};
use crate::events::{self, Hook, Operation};
use std::collections::BTreeMap;
use trueup_addr::{Name, ResourceInstance};
use trueup_diff::{Action, Reason};
use trueup_plan::{OutputChange, Part, Summary};
use trueup_state::Output;
use trueup_value::Value;

const NOW: &str = "2026-11-21T05:08:37.237659Z";

/// A line with Terraform's envelope around what is expected of it.
#[track_caller]
fn check(line: &str, message: &str, kind: &str, payload: &str) {
    let inner = payload.trim().trim_start_matches('{').trim_end_matches('}');
    let closing = "}".repeat(payload.matches('}').count() - 1 - inner.matches('}').count());
    let message = serde_json::to_string(message).expect("JSON");
    check_same(
        line,
        &format!(
            r#"{{"@level":"info","@message":{message},"@module":"terraform.ui","@timestamp":"{NOW}",
                {inner}{closing},"type":"{kind}"}}"#
        ),
    );
    assert!(!line.contains('\n'), "one line");
}

const ADDR: &str = r#"{"addr":"module.m[0].terraform_data.a[\"k\"]","module":"module.m[0]",
    "resource":"terraform_data.a[\"k\"]","implied_provider":"terraform","resource_type":"terraform_data",
    "resource_name":"a","resource_key":"k"}"#;

fn addr() -> ResourceInstance {
    "module.m[0].terraform_data.a[\"k\"]".parse().expect("an address")
}

#[test]
fn what_happens_to_an_object() {
    let addr = addr();
    let hook = Hook { timestamp: NOW, addr: &addr, id: Some("i-1") };
    let shown = |message: &str| format!("{addr}: {message}");
    let payload = |rest: &str| format!("{{\"hook\":{{\"resource\":{ADDR},{rest}}}}}");
    let id = r#""id_key":"id","id_value":"i-1""#;
    check(&hook.refresh_start(), &shown("Refreshing state... [id=i-1]"), "refresh_start", &payload(id));
    check(&hook.refresh_complete(), &shown("Refresh complete [id=i-1]"), "refresh_complete", &payload(id));
    let line = hook.apply_start(Part::Update).expect("a line");
    check(
        &line,
        &shown("Modifying... [id=i-1]"),
        "apply_start",
        &payload(&format!(r#""action":"update",{id}"#)),
    );
    let line = hook.apply_progress(Part::Delete, 70).expect("a line");
    let rest = r#""action":"delete","elapsed_seconds":70"#;
    check(&line, &shown("Still destroying... [1m10s elapsed]"), "apply_progress", &payload(rest));
    let line = hook.apply_complete(Part::Create, 0).expect("a line");
    let rest = format!(r#""action":"create",{id},"elapsed_seconds":0"#);
    check(&line, &shown("Creation complete after 0s [id=i-1]"), "apply_complete", &payload(&rest));
    let line = hook.apply_complete(Part::Delete, 3).expect("a line");
    let rest = r#""action":"delete","elapsed_seconds":3"#;
    check(&line, &shown("Destruction complete after 3s"), "apply_complete", &payload(rest));
    let line = hook.apply_errored(Part::Create, 3605).expect("a line");
    let rest = r#""action":"create","elapsed_seconds":3605"#;
    check(&line, &shown("Creation errored after 1h0m5s"), "apply_errored", &payload(rest));
    assert_eq!(hook.apply_start(Part::Forget), None);
}

#[test]
fn planned_changes() {
    let actions = [
        (Action::Create, None, "create", ""),
        (
            Action::Read,
            Some(Reason::ReadBecauseConfigUnknown),
            "read",
            r#","reason":"read_because_config_unknown""#,
        ),
        (Action::CreateThenDelete, Some(Reason::ReplaceByRequest), "replace", r#","reason":"requested""#),
        (
            Action::DeleteThenCreate,
            Some(Reason::ReplaceByTriggers),
            "replace",
            r#","reason":"replace_triggered_by""#,
        ),
        (Action::Forget, None, "remove", ""),
    ];
    for (action, reason, word, rest) in actions {
        let mut change = resource(&addr().to_string(), action, null(), null());
        change.change.reason = reason;
        let payload = format!("{{\"change\":{{\"resource\":{ADDR},\"action\":\"{word}\"{rest}}}}}");
        let line = events::planned(NOW, &change).expect("a line");
        check(&line, &format!("{}: Plan to {word}", addr()), "planned_change", &payload);
    }
    let mut change = resource(&addr().to_string(), Action::NoOp, null(), null());
    assert_eq!(events::planned(NOW, &change), None);
    change.previous = Some(addr());
    let payload =
        format!("{{\"change\":{{\"resource\":{ADDR},\"previous_resource\":{ADDR},\"action\":\"move\"}}}}");
    let line = events::planned(NOW, &change).expect("a line");
    check(&line, &format!("{}: Plan to move", addr()), "planned_change", &payload);
    change.previous = None;
    change.importing = Some("ii".into());
    let line = events::planned(NOW, &change).expect("a line");
    let payload = format!(
        "{{\"change\":{{\"resource\":{ADDR},\"action\":\"import\",\"importing\":{{\"id\":\"ii\"}}}}}}"
    );
    check(&line, &format!("{}: Plan to import", addr()), "planned_change", &payload);
    change.change.action = Action::Update;
    assert_eq!(
        parsed(&events::drift(NOW, &change))["@message"],
        format!("{}: Drift detected (update)", addr())
    );
}

#[test]
fn summaries() {
    let counts = Summary { add: 1, change: 2, destroy: 3, import: 0, forget: 9 };
    let import = Summary { import: 4, ..counts };
    for (operation, counts, message, numbers) in [
        (
            Operation::Plan,
            counts,
            "Plan: 1 to add, 2 to change, 3 to destroy.",
            r#""import":0,"operation":"plan""#,
        ),
        (
            Operation::Plan,
            import,
            "Plan: 4 to import, 1 to add, 2 to change, 3 to destroy.",
            r#""import":4,"operation":"plan""#,
        ),
        (
            Operation::Apply,
            import,
            "Apply complete! Resources: 4 imported, 1 added, 2 changed, 3 destroyed.",
            r#""import":4,"operation":"apply""#,
        ),
        (
            Operation::Destroy,
            counts,
            "Destroy complete! Resources: 3 destroyed.",
            r#""import":0,"operation":"destroy""#,
        ),
    ] {
        let payload = format!(r#"{{"changes":{{"add":1,"change":2,"remove":3,{numbers}}}}}"#);
        check(&events::summary(NOW, operation, &counts), message, "change_summary", &payload);
    }
}

#[test]
fn outputs_never_show_what_is_sensitive() {
    let output = |sensitive| Output { value: Value::from("hush"), sensitive };
    let outputs = BTreeMap::from([(Name::from("open"), output(false)), (Name::from("secret"), output(true))]);
    let line = events::outputs(NOW, &outputs).expect("a line");
    let payload = r#"{"outputs":{"open":{"sensitive":false,"type":"string","value":"hush"},
        "secret":{"sensitive":true,"type":"string"}}}"#;
    check(&line, "Outputs: 2", "outputs", payload);
    let planned =
        |action, sensitive| OutputChange { action, before: null(), after: Value::from("hush"), sensitive };
    let outputs = BTreeMap::from([
        (Name::from("new"), planned(Action::Create, true)),
        (Name::from("same"), planned(Action::NoOp, false)),
    ]);
    let line = events::planned_outputs(NOW, &outputs).expect("a line");
    let payload = r#"{"outputs":{"new":{"sensitive":true,"action":"create"},"same":{"sensitive":false,"action":"noop"}}}"#;
    check(&line, "Outputs: 2", "outputs", payload);
    assert_eq!(events::planned_outputs(NOW, &BTreeMap::new()), None);
}

#[test]
fn the_stream_names_its_version() {
    let line = parsed(&events::version(NOW));
    assert_eq!(line["terraform"], "1.11.4");
    assert_eq!(line["ui"], "1.2");
    assert_eq!(line["trueup"], crate::VERSION);
    assert_eq!(parsed(&events::log(NOW, "hi"))["@message"], "hi");
}
