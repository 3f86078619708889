//! The journal: entries come back as written, torn ends are told from damage, replay finds the same state wherever
//! the process died.

use proptest::prelude::*;
use trueup_addr::{Name, ResourceInstance};
use trueup_state::wire::journal;
use trueup_state::{
    Action, Begun, Change, Checkpoint, Entry, Object, Output, ReplayError, Start, State, replay,
};
use trueup_value::Value;

fn address(text: &str) -> ResourceInstance {
    text.parse().expect("an address")
}

fn object(id: &str) -> Object {
    Object {
        attributes: format!("{{\"id\":\"{id}\"}}").into(),
        private: b"p".as_slice().into(),
        ..Object::default()
    }
}

fn set(to: &str, id: &str) -> Change {
    let provider = "provider[\"registry.terraform.io/hashicorp/aws\"]".parse().expect("a provider");
    Change::Set { address: address(to), deposed: None, provider, object: object(id) }
}

fn begin(step: u32, to: &str) -> Entry {
    Entry::Begin(Begun {
        step,
        address: address(to),
        deposed: None,
        action: Action::Create,
        token: "0123456789abcdef0123456789abcdef".into(),
        provider: "provider[\"registry.terraform.io/hashicorp/aws\"]".parse().expect("a provider"),
        schema_version: 1,
        planned: Some(vec![0xd4, 0, 0].into()),
        prior_present: false,
        dependencies: [address("a.root").config()].into(),
        create_before_destroy: step == 1,
    })
}

fn start(serial: u64) -> Entry {
    Entry::Start(Start {
        run: "r1".into(),
        lineage: "l".into(),
        serial,
        time: "2026-01-01T00:00:00Z".into(),
        ..Start::default()
    })
}

/// A run with everything in it.
fn run() -> Vec<Entry> {
    let key: Name = "0a1b2c3d".into();
    let outputs = [(Name::from("o"), Output { value: Value::from(true), sensitive: true })];
    vec![
        start(0),
        begin(0, "a.b"),
        begin(1, "module.m[\"x\"].a.c[0]"),
        Entry::Done { step: 0, change: Some(set("a.b", "one")) },
        Entry::Failed { step: 1, change: Some(set("module.m[\"x\"].a.c[0]", "half")), message: "no".into() },
        Entry::Changed(Change::Move { from: address("a.b"), to: address("a.b[0]") }),
        Entry::Changed(Change::Depose { address: address("a.b[0]"), key: key.clone() }),
        Entry::Changed(Change::Restore { address: address("a.b[0]"), key: key.clone() }),
        Entry::Changed(Change::Depose { address: address("a.b[0]"), key: key.clone() }),
        Entry::Changed(set("a.b[0]", "two")),
        Entry::Changed(Change::Remove { address: address("a.b[0]"), deposed: Some(key) }),
        Entry::Outputs(outputs.into()),
        Entry::Checks(Some("[]".into())),
        Entry::End { ok: false },
    ]
}

#[test]
fn entries_come_back_as_written() {
    let mut entries = run();
    entries.push(Entry::Checkpoint(Checkpoint { serial: 3, digest: "ab".into() }));
    let text = journal::write(&entries);
    let read = journal::read(text.as_bytes()).expect("a journal");
    assert_eq!(read.entries, entries);
    assert_eq!((read.length, read.torn), (text.len(), false));
}

#[test]
fn every_cut_leaves_a_whole_beginning() {
    let entries = run();
    let text = journal::write(&entries);
    for cut in 0..text.len() {
        let read = journal::read(&text.as_bytes()[..cut]).expect("a torn end is no error");
        let whole = text[..cut].matches('\n').count();
        assert_eq!(read.entries, entries[..whole], "cut at {cut}");
        assert_eq!(read.torn, read.length < cut, "cut at {cut}");
    }
}

#[test]
fn damage_in_the_middle_is_an_error() {
    let text = journal::write(&run());
    let second = text.find('\n').expect("a line") + 1;
    for (byte, with) in [(second, b'x'), (second + 40, b'~'), (second + 40, b'\n')] {
        let mut bytes = text.clone().into_bytes();
        bytes[byte] = with;
        let error = journal::read(&bytes).expect_err("damaged");
        assert_eq!(error.line, 2, "{error}");
    }
    let newer = text.replace("{\"v\":1,", "{\"v\":2,");
    assert!(journal::read(newer.as_bytes()).expect_err("newer").to_string().contains("newer trueup"));
}

#[test]
fn replay_makes_the_state() {
    let replayed = replay(State::default(), run()).expect("it fits");
    let state = replayed.state;
    assert!(replayed.complete && replayed.in_flight.is_empty());
    assert_eq!(state.lineage, "l");
    let found: Vec<String> =
        state.objects().map(|o| format!("{} {}", o.address(), o.object.attributes)).collect();
    assert_eq!(found, ["a.b[0] {\"id\":\"two\"}", "module.m[\"x\"].a.c[0] {\"id\":\"half\"}"]);
    assert!(state.outputs["o"].sensitive);
}

#[test]
fn in_flight_steps_are_found() {
    let entries = vec![start(4), begin(0, "a.b"), begin(1, "a.c"), Entry::Done { step: 0, change: None }];
    let base = State { serial: 4, ..State::new("l") };
    let replayed = replay(base, entries).expect("it fits");
    assert!(!replayed.complete);
    assert_eq!(replayed.in_flight.iter().map(|b| b.step).collect::<Vec<_>>(), [1]);
}

/// Cut after every entry, with the document written at a checkpoint or not: the outcome is that of the whole.
#[test]
fn a_checkpoint_is_never_made_twice() {
    let entries = run();
    for middle in 1..entries.len() {
        let base = State::default();
        let mut written = replay(base.clone(), entries[..middle].iter().cloned()).expect("it fits").state;
        written.finish(&base);
        let mut all = entries.clone();
        all.insert(middle, Entry::Checkpoint(Checkpoint::of(&written)));
        let direct = replay(base, entries.clone()).expect("it fits");
        for document in [State::default(), written] {
            let replayed = replay(document, all.clone()).expect("it fits");
            assert!(replayed.state.same_content(&direct.state), "checkpoint at {middle}");
            assert_eq!(replayed.in_flight, direct.in_flight);
        }
    }
}

#[test]
fn foreign_states_are_refused() {
    let foreign = |state: State| matches!(replay(state, [start(4)]), Err(ReplayError::Foreign { .. }));
    assert!(foreign(State { serial: 5, ..State::new("l") }));
    assert!(foreign(State { serial: 4, ..State::new("other") }));
    assert!(!foreign(State { serial: 4, ..State::new("l") }));
    let no_start = replay(State::default(), [Entry::End { ok: true }]);
    assert!(matches!(no_start, Err(ReplayError::Order { index: 0, .. })));
}

#[test]
fn changes_that_do_not_fit_leave_the_state_alone() {
    let mut state = State::new("l");
    for change in [set("a.b", "1"), set("a.c", "2")] {
        state.apply(&change).expect("it fits");
    }
    let before = state.clone();
    let key: Name = "00000001".into();
    for change in [
        Change::Move { from: address("a.b"), to: address("a.c") },
        Change::Move { from: address("a.x"), to: address("a.y") },
        Change::Depose { address: address("a.x"), key: key.clone() },
        Change::Restore { address: address("a.b"), key: key.clone() },
    ] {
        assert!(state.apply(&change).is_err(), "{change:?}");
        assert_eq!(state, before);
    }
    let mut successor = state.clone();
    assert!(!successor.finish(&before), "nothing changed");
    assert_eq!(successor.serial, before.serial);
    for address in [address("a.b"), address("a.c")] {
        state.apply(&Change::Remove { address, deposed: None }).expect("it fits");
    }
    assert!(state.is_empty() && state.resources.is_empty());
    assert!(state.finish(&before) && state.serial == before.serial + 1);
}

proptest! {
    #[test]
    fn any_text_survives(id in ".*", key in ".*", message in ".*") {
        let attributes = trueup_value::json::encode(&Value::object([("id", Value::string(id))])).expect("a known value");
        let mut set = set("a.b", "");
        if let Change::Set { object, address, .. } = &mut set {
            object.attributes = trueup_state::wire::canonical(&attributes).into();
            address.key = trueup_addr::InstanceKey::Text(key.into());
        }
        let entries = vec![Entry::Failed { step: 1, change: Some(set), message }];
        let text = journal::write(&entries);
        prop_assert_eq!(text.matches('\n').count(), 1);
        let read = journal::read(text.as_bytes()).expect("a journal");
        prop_assert_eq!(read.entries, entries);
    }
}
