//! Drift as data: what alarms, what is known, what may be corrected.

use crate::decide::strays;
use crate::echo::remove_echoes;
use crate::{
    AttributeDrift, AttributeKind, Baseline, Circumstances, DriftDocument, DriftKind, Guards, Judged,
    ResourceDrift, causes, decide, judge, wire,
};
use jiff::Timestamp;
use std::collections::BTreeSet;
use trueup_diff::Action;
use trueup_stacks::{DriftSettings, Measure, drift_settings};
use trueup_state::{AppliedCommit, Commit, Corrected, Record};
use trueup_value::{Marks, Path, PathStep, Type, Value};

const LINEAGE: &str = "1f0bb7e9-3c9b-4c39-9a5c-000000000001";
const NOW: &str = "2026-11-23T12:00:00Z";

/// `address [!|~|-]attribute ...`: an attribute that was changed, with `=value`; `address gone`, `address new`.
fn drift(text: &str) -> ResourceDrift {
    let mut words = text.split(' ');
    let addr = words.next().expect("an address").parse().expect("an address");
    let provider = "provider[\"registry.terraform.io/hashicorp/x\"]".parse().expect("a provider");
    let mut one = ResourceDrift {
        addr,
        provider,
        kind: DriftKind::Changed,
        action: Action::Update,
        entangled: false,
        of_its_own: false,
        attributes: Vec::new(),
        deeds: Vec::new(),
    };
    for word in words {
        match word {
            "gone" => (one.kind, one.action) = (DriftKind::Vanished, Action::Create),
            "new" => {
                (one.kind, one.action, one.of_its_own) = (DriftKind::Unapplied, Action::Create, true);
            }
            "moved" => (one.entangled, one.of_its_own, one.action) = (true, true, Action::NoOp),
            "replace" => one.action = Action::DeleteThenCreate,
            "entangled" => one.entangled = true,
            word => one.attributes.push(attribute(word)),
        }
    }
    one
}

fn attribute(word: &str) -> AttributeDrift {
    let (name, value) = word.split_once('=').unwrap_or((word, "there"));
    let (kind, name) = match name.split_at(1) {
        ("~", rest) => (AttributeKind::Unmanaged, rest),
        ("+", rest) => (AttributeKind::Unapplied, rest),
        _ => (AttributeKind::Changed, name),
    };
    let mut steps = name.split('.');
    let first = PathStep::Attribute(steps.next().expect("a name").into());
    let more = steps.map(|step| PathStep::Index(Value::string(step)));
    let path = Path(std::iter::once(first).chain(more).collect());
    let cloud = match value.strip_prefix("secret:") {
        Some(value) => Value::string(value).mark(Marks::SENSITIVE),
        None => Value::string(value),
    };
    AttributeDrift { path, kind, git: Value::string("here"), state: Value::string("here"), cloud }
}

fn document(lines: &[&str]) -> DriftDocument {
    DriftDocument { resources: lines.iter().map(|line| drift(line)).collect(), compared: 10 }
}

fn settings(text: &str) -> DriftSettings {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("trueup.hcl"), format!("drift {{\n{text}\n}}\n")).expect("written");
    match drift_settings(directory.path(), "", "default") {
        Ok(settings) => settings,
        Err((found, _)) => panic!("{text}: {found:#?}"),
    }
}

fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

fn judged(lines: &[&str], rules: &str, baseline: Option<&Baseline>) -> Judged {
    judge(document(lines), &settings(rules), baseline, LINEAGE, now())
}

/// Addresses with their attributes.
fn told<'a>(resources: impl IntoIterator<Item = &'a ResourceDrift>) -> Vec<String> {
    let one = |drift: &ResourceDrift| {
        let names: Vec<String> = drift.attributes.iter().map(AttributeDrift::name).collect();
        format!("{} {}", drift.addr, names.join(",")).trim_end().to_owned()
    };
    resources.into_iter().map(one).collect()
}

#[test]
fn a_map_that_follows_another_is_told_once() {
    use trueup_schema::{Attribute, Block};
    let map =
        |optional, computed| Attribute { optional, computed, ..Attribute::new(Type::map(Type::String)) };
    let attributes = [
        ("tags".into(), map(true, false)),
        ("tags_all".into(), map(true, true)),
        ("effective".into(), map(false, true)),
        ("limits".into(), map(true, false)),
        ("name".into(), Attribute { optional: true, ..Attribute::new(Type::String) }),
    ];
    let block = Block { attributes: attributes.into(), ..Block::default() };
    let check = |line: &str, left: &str| {
        let mut found = drift(&format!("x_a.a {line}")).attributes;
        remove_echoes(&mut found, &block);
        let names: Vec<String> = found.iter().map(AttributeDrift::name).collect();
        assert_eq!(names.join(" "), left, "{line}");
    };
    check("tags.a tags_all.a", "tags[\"a\"]");
    check("tags.a ~effective.a name", "tags[\"a\"] name");
    check("tags.a tags_all.a=other", "tags[\"a\"] tags_all[\"a\"]");
    check("tags_all.a", "tags_all[\"a\"]");
    check("~tags.a ~effective.a", "tags[\"a\"] effective[\"a\"]");
    check("tags.a limits.a", "tags[\"a\"] limits[\"a\"]");
    check("tags.a tags_all.b", "tags[\"a\"] tags_all[\"b\"]");
}

#[test]
fn rules_leave_out_what_they_name() {
    let check = |what: &str, lines: &[&str], rules: &str, left: &[&str], ignored: &[&str]| {
        let judged = judged(lines, rules, None);
        assert_eq!(told(&judged.document.resources), left, "{what}");
        assert_eq!(told(judged.ignored.iter().map(|one| &one.drift)), ignored, "{what}: ignored");
    };
    let rule = |inside: &str| format!("ignore {{\n{inside}\nreason = \"so\"\n}}");
    check("none", &["x_a.a name"], "", &["x_a.a name"], &[]);
    check(
        "by type",
        &["x_a.a name", "x_b.b name"],
        &rule("types = [\"x_a\"]"),
        &["x_b.b name"],
        &["x_a.a name"],
    );
    check("what is gone", &["x_a.a gone"], &rule("addresses = [\"x_a.*\"]"), &[], &["x_a.a"]);
    check(
        "an attribute",
        &["x_a.a name size"],
        &rule("attributes = [\"size\"]"),
        &["x_a.a name"],
        &["x_a.a size"],
    );
    check("the only attribute", &["x_a.a size"], &rule("attributes = [\"size\"]"), &[], &["x_a.a size"]);
    check(
        "inside of an attribute, by both ways of writing it",
        &["x_a.a tags.one tags.two name"],
        &rule("attributes = [\"tags.one\", \"tags[\\\"two\\\"]\"]"),
        &["x_a.a name"],
        &["x_a.a tags[\"one\"],tags[\"two\"]"],
    );
    check(
        "an attribute whole",
        &["x_a.a tags.one"],
        &rule("attributes = [\"tags\"]"),
        &[],
        &["x_a.a tags[\"one\"]"],
    );
    check(
        "no move or replacement of its own",
        &["x_a.a size moved"],
        &rule("attributes = [\"size\"]"),
        &["x_a.a"],
        &["x_a.a size"],
    );
    check("no attribute of what is gone", &["x_a.a gone"], &rule("attributes = [\"*\"]"), &["x_a.a"], &[]);
    check(
        "type and attribute together",
        &["x_a.a size", "x_b.b size"],
        &rule("types = [\"x_b\"]\nattributes = [\"size\"]"),
        &["x_a.a size"],
        &["x_b.b size"],
    );
    check(
        "until its last day",
        &["x_a.a size"],
        &rule("types = [\"x_a\"]\nuntil = \"2026-11-23\""),
        &[],
        &["x_a.a size"],
    );
    check(
        "and no longer",
        &["x_a.a size"],
        &rule("types = [\"x_a\"]\nuntil = \"2026-11-22\""),
        &["x_a.a size"],
        &[],
    );
}

#[test]
fn rules_end_and_leave_the_rest() {
    let rule = |inside: &str| format!("ignore {{\n{inside}\nreason = \"so\"\n}}");
    let ended = judged(&["x_a.a size"], &rule("types = [\"x_a\"]\nuntil = \"2026-11-22\""), None);
    assert_eq!(ended.expired.len(), 1);
    let kinds = judged(&["x_a.a size ~note +plan"], &rule("attributes = [\"size\"]"), None);
    assert_eq!(kinds.document.resources[0].kind, DriftKind::Unapplied, "what Git has stays");
    let kinds = judged(&["x_a.a size ~note"], &rule("attributes = [\"size\"]"), None);
    assert_eq!(kinds.document.resources[0].kind, DriftKind::Unmanaged);
}

#[test]
fn a_baseline_knows_values_without_telling_them() {
    let lines =
        ["x_a.a name=one size", "x_b.b gone", "x_c.c new", "x_d.d pass=secret:hunter2", "x_e.e size moved"];
    let saved = Baseline::of(&document(&lines).resources, LINEAGE);
    let text = wire::write(&saved);
    assert!(!text.contains("one\"") && !text.contains("hunter2") && !text.contains(LINEAGE), "{text}");
    assert_eq!(wire::read(&text).as_ref(), Ok(&saved));
    assert!(wire::read(&text.replace("1.0", "2.0")).expect_err("another").contains("format is 2.0"));
    let check = |what: &str, lines: &[&str], left: &[&str], known: &[&str]| {
        let judged = judged(lines, "", Some(&saved));
        assert_eq!(told(&judged.document.resources), left, "{what}");
        assert_eq!(told(&judged.known), known, "{what}: known");
    };
    check("all is known", &lines, &[], &["x_a.a name,size", "x_b.b", "x_c.c", "x_d.d pass", "x_e.e size"]);
    check("a move is new", &["x_a.a size moved"], &["x_a.a"], &["x_a.a size"]);
    check("what comes on top of a move", &["x_e.e size name moved"], &["x_e.e name"], &["x_e.e size"]);
    check("another value is new", &["x_a.a name=two size"], &["x_a.a name"], &["x_a.a size"]);
    check("another secret is new", &["x_d.d pass=secret:hunter3"], &["x_d.d pass"], &[]);
    check("what is gone now was there", &["x_a.a gone"], &["x_a.a"], &[]);
    check(
        "what is left to the cloud doesn't matter",
        &["x_a.a size ~note"],
        &["x_a.a note"],
        &["x_a.a size"],
    );
    let other = judge(document(&lines), &DriftSettings::default(), Some(&saved), "another", now());
    assert_eq!(other.known.len(), 0, "hashes are of one state");
}

fn record(corrections: &[(&str, &str)]) -> Record {
    let one = |(address, time): &(&str, &str)| Corrected {
        address: address.parse().expect("an address"),
        time: (*time).to_owned(),
    };
    Record { corrections: corrections.iter().map(one).collect(), ..Record::default() }
}

/// What is corrected, and what is left and why.
fn decided(lines: &[&str], rules: &str, asked: &[Measure]) -> Vec<String> {
    let judged = judged(lines, rules, None);
    let rules = settings(rules).correct;
    let guards = Guards { rules, asked: asked.iter().copied().collect(), changes_max: None };
    let record = record(&[
        ("x_q.once", "2026-11-23T11:30:00Z"),
        ("x_q.thrice", "2026-11-20T11:30:00Z"),
        ("x_q.thrice", "2026-11-21T11:30:00Z"),
        ("x_q.thrice", "2026-11-22T11:30:00Z"),
        ("x_q.old", "2025-11-22T11:30:00Z"),
        ("x_q.old", "2025-11-22T11:30:01Z"),
        ("x_q.old", "2025-11-22T11:30:02Z"),
    ]);
    let around = Circumstances { now: now(), commit: None, record: Some(&record), serial: 1 };
    let decision = decide(&judged, &guards, around);
    assert_eq!(decision.refused, None, "{lines:?}");
    let correct = decision.correct.iter().map(ToString::to_string);
    let left = decision.left.iter().map(|(addr, why)| format!("{addr} {}", why.code()));
    correct.chain(left).collect()
}

#[test]
fn guards_leave_what_they_must() {
    let check = |what: &str, lines: &[&str], rules: &str, asked: &[Measure], expected: &[&str]| {
        assert_eq!(decided(lines, rules, asked), expected, "{what}");
    };
    let replacing = "x_a.a name replace";
    check("in place", &["x_a.a name"], "", &[], &["x_a.a"]);
    check("what Git changed too stays", &["x_a.a name entangled"], "", &[], &["x_a.a unapplied"]);
    check("what is gone has to be asked for", &["x_a.a gone"], "", &[], &["x_a.a flag"]);
    check("and is made when it is", &["x_a.a gone"], "", &[Measure::Create], &["x_a.a"]);
    check("or where rules say so", &["x_a.a gone"], "correct {\nactions = [\"create\"]\n}", &[], &["x_a.a"]);
    check("rules have the last word", &["x_a.a gone"], "correct {}", &[Measure::Create], &["x_a.a action"]);
    check("replacing needs a flag", &[replacing], "", &[], &["x_a.a flag"]);
    check("replacing with it", &[replacing], "", &[Measure::Replace], &["x_a.a"]);
    check(
        "rules alone don't replace",
        &[replacing],
        "correct {\nallow_replace = true\n}",
        &[],
        &["x_a.a flag"],
    );
    check("both do", &[replacing], "correct {\nallow_replace = true\n}", &[Measure::Replace], &["x_a.a"]);
    check(
        "by type",
        &["x_a.a n", "x_b.b n"],
        "correct {\ntypes = [\"x_b\"]\n}",
        &[],
        &["x_b.b", "x_a.a type"],
    );
    check("by address", &["x_a.a n"], "correct {\naddresses = [\"module.*\"]\n}", &[], &["x_a.a address"]);
    check(
        "by attribute, and what isn't managed doesn't count",
        &["x_a.a tags.x ~note", "x_b.b tags.x size"],
        "correct {\nattributes = [\"tags\"]\n}",
        &[],
        &["x_a.a", "x_b.b attribute"],
    );
    check(
        "so many",
        &["x_a.a n", "x_b.b gone", "x_c.c n", "x_d.d n"],
        "correct {\nmax_changes = 2\n}",
        &[],
        &["x_a.a", "x_c.c", "x_b.b action", "x_d.d max_changes"],
    );
    check(
        "a part that is ignored",
        &["x_a.a name size", "x_b.b name ~size"],
        "ignore {\nattributes = [\"size\"]\nreason = \"so\"\n}",
        &[],
        &["x_b.b", "x_a.a ignored"],
    );
    check("what came back thrice", &["x_q.thrice n"], "", &[], &["x_q.thrice quarantine"]);
    check("what came back once", &["x_q.once n"], "", &[], &["x_q.once"]);
    let waiting = "correct {\nquarantine {\nback_off = \"1h\"\n}\n}";
    check("once, and it is too early", &["x_q.once n"], waiting, &[], &["x_q.once back_off"]);
    check("long ago", &["x_q.old n"], waiting, &[], &["x_q.old"]);
}

#[test]
fn corrections_are_refused_as_a_whole() {
    let commit = |hash: &str, dirty: bool| Commit { hash: hash.into(), branch: None, dirty };
    let applied = |hash: &str, whole: bool| Record {
        serial: 7,
        applied: Some(AppliedCommit { commit: commit(hash, false), time: NOW.into(), whole }),
        ..Record::default()
    };
    let check = |what: &str, rules: &str, here: Option<Commit>, record: Option<Record>, expected: &str| {
        let judged = judged(&["x_a.a name"], rules, None);
        let guards = Guards { rules: settings(rules).correct, ..Guards::default() };
        let around = Circumstances { now: now(), commit: here.as_ref(), record: record.as_ref(), serial: 7 };
        let decision = decide(&judged, &guards, around);
        let why = decision.refused.as_ref().map(ToString::to_string).unwrap_or_default();
        let fits = if expected.is_empty() { why.is_empty() } else { why.contains(expected) };
        assert!(fits, "{what}: {why}");
        assert_eq!(decision.correct.is_empty(), decision.refused.is_some(), "{what}");
    };
    let open = "correct {\nwindow {\ndays = [\"mon\"]\n}\nwindow {\ndays = [\"sun\"]\n}\n}";
    check("a window is open", open, None, None, "");
    check(
        "it is closed",
        "correct {\nwindow {\nhours = \"13:00-14:00\"\n}\n}",
        None,
        None,
        "each day 13:00-14:00 UTC",
    );
    let only = "correct {\nonly_at_applied_commit = true\n}";
    check("the one that was applied", only, Some(commit("aa", false)), Some(applied("aa", true)), "");
    check("no commit", only, None, Some(applied("aa", true)), "of no commit");
    check("changed files", only, Some(commit("aa", true)), Some(applied("aa", true)), "files here differ");
    check("no record", only, Some(commit("aa", false)), None, "nothing beside the state");
    check("another", only, Some(commit("bb", false)), Some(applied("aa", true)), "which is aa; this is bb");
    check("a part", only, Some(commit("aa", false)), Some(applied("aa", false)), "not the whole");
    let earlier = Record { serial: 5, ..applied("aa", true) };
    check("written since", only, Some(commit("aa", false)), Some(earlier), "serial 5");
}

#[test]
fn the_same_in_many_places_has_one_cause() {
    let many = [
        "x_a.a tags.x=1 size=2",
        "x_a.b tags.x=1",
        "x_a.c tags.x=2",
        "x_b.a tags.x=1",
        "x_c.a pass=secret:p",
        "x_c.b pass=secret:p",
        "x_a.d size=2",
        "x_a.e size=2",
    ];
    let told: Vec<String> = causes(&document(&many))
        .iter()
        .map(|cause| {
            let places: BTreeSet<String> = cause.resources.iter().map(ToString::to_string).collect();
            format!("{} {}: {places:?}", cause.kind, cause.attribute)
        })
        .collect();
    assert_eq!(
        told,
        [
            "x_a size: {\"x_a.a\", \"x_a.d\", \"x_a.e\"}".to_owned(),
            "x_a tags[\"x\"]: {\"x_a.a\", \"x_a.b\"}".to_owned(),
        ]
    );
}

#[test]
fn corrections_give_only_values_that_were_compared() {
    let check = |values: [Value; 3], wanted: Option<&str>| {
        let object = |value: Value| Value::object([("a", Value::from("x")), ("b", value)]);
        let [compared, planned, before] = values.map(object);
        let found = strays(&compared, &planned, &before).map(|path| path.to_string());
        assert_eq!(found.as_deref(), wanted, "{compared:?} {planned:?} {before:?}");
    };
    let (one, two, three) = (|| Value::from("one"), || Value::from("two"), || Value::from("three"));
    let unknown = || Value::unknown(Type::String);
    check([one(), one(), two()], None);
    // Git's reference was unknown while what it refers to was to be replaced.
    check([unknown(), one(), two()], Some(".b"));
    check([unknown(), two(), two()], None);
    check([unknown(), unknown(), two()], None);
    check([one(), unknown(), two()], Some(".b"));
    check([one(), three(), two()], Some(".b"));
    check([one(), one().mark(Marks::SENSITIVE), two()], None);
    check([one(), two().mark(Marks::SENSITIVE), three()], Some(".b"));
}
