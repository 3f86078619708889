//! Plan files: what is written is read back, and nothing that is read makes it fall over.

use crate::file::{fingerprint, hash, read, write};
use crate::{
    Node, OutputChange, Part, Plan, PlanMode, ResourceChange, Snapshot, SnapshotInput, SnapshotOrigin, Step,
    StepGraph,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};
use trueup_addr::{InstanceKey, ModulePath, ProviderAddr};
use trueup_diff::{Action, Change, Reason};
use trueup_resolve::program::ProviderBinding;
use trueup_resolve::{Files, NodeId};
use trueup_state::{Commit, Output, State};
use trueup_value::{Marks, Number, Path, PathStep, Refinement, Type, Value};

fn change(address: &str, action: Action, before: Value, after: Value) -> ResourceChange {
    ResourceChange {
        addr: address.parse().expect("an address"),
        previous: None,
        deposed: None,
        provider: "provider[\"terraform.io/builtin/terraform\"].west".parse().expect("an address"),
        binding: ProviderBinding {
            provider: ProviderAddr::builtin(),
            node: NodeId::ROOT,
            alias: Some("west".into()),
            config: Some(0),
            key: InstanceKey::None,
        },
        schema_version: 3,
        change: Change { action, reason: None, before, after, replace_paths: Vec::new(), private: [].into() },
        marked: Vec::new(),
        dependencies: crate::Dependencies::default(),
        create_before_destroy: false,
        importing: None,
        generated: None,
    }
}

/// Everything that a value can be.
fn rich() -> Value {
    let set = Value::set(Type::String, [Value::from("a"), Value::unknown(Type::String)]);
    Value::object([
        ("any_null", Value::null(Type::Dynamic)),
        ("any_unknown", Value::dynamic()),
        (
            "bounded",
            Value::refined(Type::Number, Refinement::number(Some(Number::from(1)), Some(Number::from(9)))),
        ),
        (
            "digits",
            Value::from(Number::parse("0.1234567890123456789012345678901234567890").expect("a number")),
        ),
        ("empty", Value::list(Type::Dynamic, [])),
        ("id", Value::refined(Type::String, Refinement::prefix("vpc-"))),
        ("map", Value::map(Type::Bool, [("x.y", Value::from(true).mark(Marks::SENSITIVE))])),
        ("null", Value::null(Type::list(Type::Number))),
        ("secret", Value::from("hush").mark(Marks::SENSITIVE)),
        ("set", set.mark(Marks::SENSITIVE)),
        ("sized", Value::refined(Type::list(Type::String), Refinement::length(1, Some(4)))),
        (
            "tuple",
            Value::tuple([
                Value::from(1),
                Value::from("é\n"),
                Value::null(Type::Bool).mark(Marks::SENSITIVE),
            ]),
        ),
    ])
}

fn null() -> Value {
    Value::null(Type::Dynamic)
}

fn sample_changes() -> Vec<ResourceChange> {
    let mut replaced =
        change("module.m[\"k.1\"].terraform_data.b[2]", Action::CreateThenDelete, rich(), rich());
    replaced.change.after = Value::object([("id", Value::unknown(Type::String))]);
    replaced.change.reason = Some(Reason::ReplaceBecauseCannotUpdate);
    replaced.change.private = [0, 255, 7].into();
    replaced.change.replace_paths = vec![
        Path::root().attribute("tuple").index(1),
        Path::root().attribute("map").index("x.y"),
        Path::root().attribute("set").step(PathStep::Index(Value::object([("a", Value::from(true))]))),
    ];
    replaced.marked = vec![Path::root().attribute("secret"), Path::root()];
    replaced.previous = Some("module.m[0].terraform_data.b".parse().expect("an address"));
    replaced.dependencies =
        vec![change("module.x.terraform_data.y", Action::NoOp, null(), null()).addr.config()].into();
    replaced.create_before_destroy = true;
    replaced.importing = Some("i-123".into());
    replaced.generated = Some("resource {}".into());
    let mut deposed = change("terraform_data.a", Action::Delete, rich(), null());
    deposed.deposed = Some("0badcafe".into());
    vec![
        replaced,
        change("data.terraform_remote_state.r", Action::Read, null(), rich()),
        change("terraform_data.a", Action::NoOp, rich(), rich()),
        deposed,
        change("terraform_data.c[\"$${x}\"]", Action::Update, rich(), null()),
    ]
}

fn sample_steps() -> StepGraph {
    let step = |change, part| Node::Step(Step { change, part, token: format!("{change:032x}").into() });
    let nodes = vec![
        step(0, Part::Create),
        step(0, Part::Delete),
        Node::Junction,
        step(1, Part::Read),
        step(3, Part::Delete),
        step(4, Part::Update),
    ];
    StepGraph::from_parts(nodes, &[(3, 2), (4, 2), (2, 0), (0, 1), (5, 1)]).expect("no cycle")
}

fn sample() -> Plan {
    let mut prior = State::new("e5f6a0b1-0000-4000-8000-000000000000");
    prior.serial = 41;
    prior.outputs.insert("old".into(), Output { value: Value::from("x"), sensitive: true });
    let output =
        OutputChange { action: Action::Update, before: Value::from("x"), after: rich(), sensitive: true };
    Plan {
        mode: PlanMode::Normal,
        changes: sample_changes(),
        steps: sample_steps(),
        outputs: BTreeMap::from([("old".into(), output)]),
        drift: vec![change("terraform_data.a", Action::Update, rich(), Value::from(1))],
        checks: Some("[]".into()),
        prior,
        variables: BTreeMap::from([("v".into(), rich())]),
        targets: ["module.m", "terraform_data.a", "terraform_data.c[\"x\"]"]
            .iter()
            .map(|text| text.parse().expect("an address"))
            .collect::<BTreeSet<_>>(),
        excludes: ["module.n".parse().expect("an address")].into(),
        timestamp: "2026-01-02T03:04:05Z".into(),
        commit: Some(Commit { hash: "abc123".into(), branch: Some("main".into()), dirty: true }),
        workspace: "default".into(),
        errored: true,
    }
}

fn sample_snapshot() -> Snapshot {
    let mut snapshot = Snapshot::default();
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let root = Files { dir: ".".into(), files: vec![file("main.tf", "# é\n"), file("b.tf.json", "{}")] };
    let shared = Files { dir: "modules/a".into(), files: vec![file("modules/a/main.tf", "")] };
    let path = |names: &[&str]| ModulePath(names.iter().map(|name| (*name).into()).collect());
    snapshot.record(&ModulePath::root(), &root);
    snapshot.record(&path(&["m"]), &shared);
    snapshot.record(&path(&["m", "n"]), &shared);
    let input = SnapshotInput { value: rich(), source: "-var".into() };
    snapshot.inputs.insert("v".into(), input);
    let hidden = SnapshotInput { value: Value::from("hush").mark(Marks::EPHEMERAL), source: "-var".into() };
    snapshot.inputs.insert("token".into(), hidden);
    let address = "git::https://example.com/r.git//a?ref=0123".into();
    snapshot.origin = Some(SnapshotOrigin { address, backend: vec!["bucket=b".into()] });
    snapshot
}

fn bytes() -> Vec<u8> {
    write(&sample(), &sample_snapshot()).expect("the sample can be written")
}

/// A plan as text that shows everything in it.
fn shown(plan: &Plan) -> String {
    let nodes: Vec<_> = plan.steps.nodes().collect();
    let mut edges: Vec<_> = plan.steps.edges().collect();
    edges.sort_unstable();
    let rest = Plan { steps: StepGraph::default(), ..plan.clone() };
    format!("{rest:#?}\n{nodes:#?}\n{edges:?}")
}

#[test]
fn what_is_written_is_read_back() {
    let (plan, snapshot) = read(&bytes()).expect("the file can be read");
    assert_eq!(shown(&plan), shown(&sample()));
    let expected = sample_snapshot();
    let files = |snapshot: &Snapshot| {
        snapshot.sources.iter().map(|s| (s.dir.clone(), s.files.clone())).collect::<Vec<_>>()
    };
    assert_eq!(files(&snapshot), files(&expected));
    assert_eq!(snapshot.calls, expected.calls);
    assert_eq!(snapshot.origin, expected.origin);
    assert_eq!(snapshot.inputs.get("v"), expected.inputs.get("v"));
    assert_eq!(snapshot.inputs.len(), 1, "what is ephemeral is stored nowhere");
    assert_eq!(write(&plan, &snapshot).expect("it can be written again"), bytes());
    assert_eq!(hash(&plan).expect("a hash"), hash(&sample()).expect("a hash"));
}

#[test]
fn what_is_ephemeral_is_never_stored() {
    let mut plan = sample();
    plan.variables.insert("token".into(), Value::from("hush").mark(Marks::EPHEMERAL));
    let (read_back, _) = read(&write(&plan, &sample_snapshot()).expect("it is left out")).expect("a plan");
    assert!(!read_back.variables.contains_key("token"));
    plan.changes[2].change.after = Value::object([("a", Value::from("hush").mark(Marks::EPHEMERAL))]);
    let error = write(&plan, &sample_snapshot()).expect_err("a change can't be left out");
    assert!(error.detail.contains("terraform_data.a") && error.detail.contains("ephemeral"), "{error}");
}

#[test]
fn a_plan_made_again_has_the_same_fingerprint() {
    let print = |change: fn(&mut Plan)| {
        let mut plan = sample();
        change(&mut plan);
        fingerprint(&plan, &sample_snapshot()).expect("a fingerprint")
    };
    let first = print(|_| {});
    assert_eq!(print(|plan| plan.timestamp = "2031-01-01T00:00:00Z".into()), first);
    assert_eq!(print(|plan| plan.commit = None), first);
    assert_ne!(print(|plan| plan.prior.serial += 1), first);
    assert_ne!(print(|plan| plan.prior.lineage = "another".into()), first);
    assert_ne!(print(|plan| plan.changes.truncate(1)), first);
    let unwritten = print(|plan| plan.prior.serial = 0);
    let again = |plan: &mut Plan| (plan.prior.serial, plan.prior.lineage) = (0, "another".into());
    assert_eq!(print(again), unwritten);
}

#[test]
fn a_fingerprint_is_of_the_configuration_too() {
    let print = |change: fn(&mut Snapshot)| {
        let mut config = sample_snapshot();
        change(&mut config);
        fingerprint(&sample(), &config).expect("a fingerprint")
    };
    let first = print(|_| {});
    let child =
        |config: &mut Snapshot| config.sources.last_mut().expect("a module").files[0].1.push_str("# more");
    assert_ne!(print(child), first, "another text");
    assert_ne!(print(|config| config.sources[0].files[0].0 = "other.tf".into()), first, "another file");
    assert_ne!(print(|config| drop(config.calls.pop_last())), first, "a call less");
    // Where a module lies, and what was given, is the machine's.
    assert_eq!(print(|config| config.sources[0].dir = "/elsewhere".into()), first);
    assert_eq!(print(|config| config.inputs.clear()), first);
}

#[test]
fn nobody_can_guess_at_secrets_by_a_fingerprint() {
    let print = |serial: u64, secret: &str| {
        let mut plan = sample();
        plan.prior.serial = serial;
        let hidden = || Value::from(secret).mark(Marks::SENSITIVE);
        plan.changes[2].change.after = Value::object([("open", Value::from("x")), ("secret", hidden())]);
        plan.changes[2].change.private = secret.as_bytes().to_vec().into();
        plan.variables.insert("password".into(), Value::from(secret));
        let output = plan.outputs.get_mut("old").expect("an output");
        (output.before, output.after) = (Value::from(secret), Value::from(secret));
        fingerprint(&plan, &sample_snapshot()).expect("a fingerprint")
    };
    assert_eq!(print(0, "hush"), print(0, "hunt"), "nothing but the secrets goes into it");
    assert_ne!(print(1, "hush"), print(1, "hunt"), "the lineage does, which nobody knows");
    let open = |text: &str| {
        let mut plan = sample();
        plan.prior.serial = 0;
        plan.changes[2].change.after = Value::object([("open", Value::from(text))]);
        fingerprint(&plan, &sample_snapshot()).expect("a fingerprint")
    };
    assert_ne!(open("x"), open("y"), "what is shown goes into it");
}

#[test]
fn another_plan_has_another_hash() {
    let mut plan = sample();
    let first = hash(&plan).expect("a hash");
    assert_eq!(first.len(), 64);
    plan.prior.serial += 1;
    assert_ne!(hash(&plan).expect("a hash"), first);
}

/// The sample's archive with the text of one entry changed.
fn with_entry(name: &str, edit: &dyn Fn(String) -> Vec<u8>) -> Vec<u8> {
    let original = bytes();
    let mut archive = zip::ZipArchive::new(Cursor::new(original)).expect("an archive");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        let found = entry.name().expect("a name").into_owned();
        let content = if found == name { edit(text) } else { text.into_bytes() };
        out.start_file(found, zip::write::SimpleFileOptions::default()).expect("an entry");
        out.write_all(&content).expect("an entry");
    }
    out.finish().expect("an archive").into_inner()
}

fn check_refused(bytes: &[u8], words: &str) {
    let error = read(bytes).expect_err(words);
    assert!(error.detail.contains(words), "{words:?} is not in: {error}");
    assert!(!error.hint.is_empty());
}

#[test]
fn broken_plans_are_refused_with_the_reason() {
    let replaced = |from: &'static str, to: &'static str| {
        with_entry("plan.json", &move |text| {
            assert!(text.contains(from), "{from} is in the file");
            text.replacen(from, to, 1).into_bytes()
        })
    };
    check_refused(&replaced("\"trueup_plan_version\":1", "\"trueup_plan_version\":2"), "format version 2");
    check_refused(&replaced("\"change\":4", "\"change\":5"), "there are only 5");
    check_refused(&replaced("\"change\":4", "\"change\":1"), "doesn't fit the change");
    check_refused(&replaced("\"edges\":[", "\"edges\":[[1,2],"), "go round in a circle");
    check_refused(&replaced("\"edges\":[", "\"edges\":[[1,99],"), "lead nowhere");
    check_refused(&replaced("\"edges\":[", "\"edges\":[[-1,2],"), "plan.json");
    check_refused(&replaced("\"before\":{\"type\":1", "\"before\":{\"type\":77"), "no type 77");
    check_refused(&replaced("\"before\":{\"type\":1", "\"before\":{\"type\":0"), "a value");
    check_refused(&replaced("replace_because_cannot_update", "no_reason"), "not a known reason");
    check_refused(&replaced("\"address\":\"terraform_data.a\"", "\"address\":\"x\""), "not a valid address");
    check_refused(&replaced("\"serial\":41", "\"serial\":40"), "not the one that the plan stands on");
    check_refused(&with_entry("state", &|_| b"{}".to_vec()), "Unsupported state file format");
    check_refused(&with_entry("config/1/0-main.tf", &|_| vec![0xff]), "not UTF-8");
    let manifest = |from: &'static str, to: &'static str| {
        with_entry("config/manifest.json", &move |text| text.replacen(from, to, 1).into_bytes())
    };
    check_refused(&manifest("\"source\":1", "\"source\":9"), "isn't there");
    check_refused(&manifest("config/1/0-main.tf", "../../etc/passwd"), "../../etc/passwd");
}

#[test]
fn what_is_no_plan_file_is_refused() {
    check_refused(b"", "isn't a plan file");
    check_refused(b"{\"version\": 4}", "isn't a plan file");
    let whole = bytes();
    check_refused(&whole[..whole.len() / 2], "cut short");
    let mut other = zip::ZipWriter::new(Cursor::new(Vec::new()));
    other.start_file("tfplan", zip::write::SimpleFileOptions::default()).expect("an entry");
    check_refused(&other.finish().expect("an archive").into_inner(), "saved by Terraform");
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let bomb = with_entry("state", &|_| vec![b' '; 64 << 20]);
    assert!(bomb.len() < 1 << 20);
    check_refused(&bomb, "unpacks to more than");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(at in 0.0..1.0f64, byte in any::<u8>(), cut in prop::option::of(0.0..1.0f64)) {
        let mut bytes = bytes();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small file")]
        let place = |part: f64, length: usize| (part * length as f64) as usize;
        let index = place(at, bytes.len());
        bytes[index] = byte;
        if let Some(cut) = cut {
            bytes.truncate(place(cut, bytes.len()));
        }
        let _ = read(&bytes);
    }

    #[test]
    fn damaged_texts_never_panic(
        entry in prop::sample::select(vec!["plan.json", "state", "config/manifest.json"]),
        at in any::<prop::sample::Index>(),
        junk in prop_oneof!["[\\[\\]{}\",:0-9a-z-]{0,4}", "\\[{200}", "-?[0-9]{1,30}"],
        length in 0usize..6,
    ) {
        let bytes = with_entry(entry, &move |text| {
            let mut bytes = text.into_bytes();
            let start = at.index(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, junk.bytes());
            bytes
        });
        let _ = read(&bytes);
    }
}
