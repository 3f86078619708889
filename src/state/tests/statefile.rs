//! Statefiles: what Terraform wrote is written again byte for byte, and Terraform reads what is written here.

use proptest::prelude::*;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};
use trueup_addr::ResourceInstance;
use trueup_state::wire;
use trueup_state::{Object, State, Status};

/// Files that terraform 1.11.4 wrote, and one that carries what only a real cloud's provider leaves.
const FILES: [(&str, &str); 3] = [
    ("types", include_str!("statefiles/types.tfstate")),
    ("modules", include_str!("statefiles/modules.tfstate")),
    ("cloud", include_str!("statefiles/cloud.tfstate")),
];

fn read(text: &str) -> State {
    wire::read(text.as_bytes()).expect("a statefile")
}

#[test]
fn files_come_back_byte_for_byte() {
    for (name, text) in FILES {
        let written = wire::v4::write(&read(text));
        assert!(written == text, "{name} differs:\n{}", first_difference(text, &written));
    }
}

fn first_difference(a: &str, b: &str) -> String {
    let pair = a.lines().zip(b.lines()).enumerate().find(|(_, (a, b))| a != b);
    pair.map_or_else(|| "in length".into(), |(line, (a, b))| format!("line {}:\n- {a}\n+ {b}", line + 1))
}

#[test]
fn contents_are_found() {
    let state = read(FILES[0].1);
    let failed = object(&state, "terraform_data.fail");
    assert_eq!(failed.status, Status::Tainted);
    assert_eq!(object(&state, "terraform_data.sens").sensitive.len(), 3);
    let dependencies: Vec<String> =
        object(&state, "terraform_data.dep").dependencies.iter().map(ToString::to_string).collect();
    assert_eq!(dependencies, ["module.m.terraform_data.in", "terraform_data.plain", "terraform_data.sens"]);
    assert!(state.outputs["obj"].sensitive && !state.outputs["s"].sensitive);
    let state = read(FILES[1].1);
    assert_eq!(state.objects().filter(|object| object.deposed.is_some()).count(), 4);
    let state = read(FILES[2].1);
    assert_eq!(&*object(&state, "aws_vpc.main[0]").private, b"{\"schema_version\":\"1\"}");
}

fn object<'a>(state: &'a State, address: &str) -> &'a Object {
    let address: ResourceInstance = address.parse().expect("an address");
    state.current(&address).expect("there is an object")
}

#[test]
fn faulty_files_are_named_for_what_they_are() {
    let cases = [
        ("", "ends in the middle at line 1"),
        ("{\"version\":4,\n\"terr", "ends in the middle at line 2"),
        ("{\"version\":4,,}", "syntax error at line 1 column 14"),
        ("[1]", "JSON but not a state"),
        ("{}", "does not have a \"version\""),
        (r#"{"version":5,"terraform_version":"3.0.0"}"#, "format version 5, written by Terraform 3.0.0"),
        (r#"{"version":3,"terraform_version":"0.11.14"}"#, "format version 3, written by Terraform 0.11.14"),
        (r#"{"version":"x"}"#, "The version in the state file is \"x\""),
        (r#"{"version":4,"terraform_version":"zz"}"#, "Terraform \"zz\""),
        (r#"{"version":4,"outputs":{"a":{"value":1}}}"#, "missing field `type`"),
        (r#"{"version":4,"outputs":{"a":{"value":"x","type":"number"}}}"#, "Output \"a\": its value"),
        (
            r#"{"version":4,"resources":[{"mode":"odd","type":"a","name":"b","provider":"p"}]}"#,
            "mode \"odd\"",
        ),
        (
            r#"{"version":4,"resources":[{"mode":"managed","type":"a","name":"b","provider":"p"}]}"#,
            "expected provider",
        ),
        (&instance(r#"{"attributes_flat":{"a":"b"}}"#), "Terraform 0.11"),
        (&instance(r#"{"attributes":{},"status":"odd"}"#), "status \"odd\""),
        (&instance(r#"{"attributes":{},"private":"*"}"#), "not base64"),
        (&instance(r#"{"attributes":{}},{"attributes":{}}"#), "two objects for a.b"),
        (r#"{"encrypted_data":"AAAA","serial":1}"#, "encrypted by OpenTofu"),
    ];
    for (text, wanted) in cases {
        let error = wire::read(text.as_bytes()).expect_err(text).to_string();
        assert!(error.contains(wanted), "{text}\n  said: {error}\n  not:  {wanted}");
    }
    assert!(wire::read(b"\xff{}").expect_err("not text").to_string().contains("offset 0"));
}

fn instance(objects: &str) -> String {
    format!(
        r#"{{"version":4,"resources":[{{"mode":"managed","type":"a","name":"b",
           "provider":"provider[\"registry.terraform.io/hashicorp/a\"]","instances":[{objects}]}}]}}"#
    )
}

#[test]
fn old_and_foreign_forms_are_read() {
    let providers = [
        (
            r#"provider[\"registry.opentofu.org/hashicorp/a\"]"#,
            "provider[\"registry.opentofu.org/hashicorp/a\"]",
        ),
        ("provider.a", "provider[\"registry.terraform.io/hashicorp/a\"]"),
        ("module.m.provider.a.west", "module.m.provider[\"registry.terraform.io/hashicorp/a\"].west"),
        (r#"provider[\"registry.terraform.io/-/a\"]"#, "provider[\"registry.terraform.io/hashicorp/a\"]"),
    ];
    for (stored, wanted) in providers {
        let text = instance(r#"{"attributes":{}}"#)
            .replace(r#"provider[\"registry.terraform.io/hashicorp/a\"]"#, stored);
        let state = read(&text);
        let provider = &state.resources.values().next().expect("a resource").provider;
        assert_eq!(provider.to_string(), wanted);
    }
}

/// Terraform itself, where it is installed.
fn terraform(directory: &Path, arguments: &[&str]) -> Option<Output> {
    #[expect(clippy::disallowed_methods, reason = "the test compares with the real program")]
    let mut command = Command::new("terraform");
    command.current_dir(directory).args(arguments);
    command.env("TF_CLI_CONFIG_FILE", "/dev/null").env("CHECKPOINT_DISABLE", "1").env("TF_CLI_ARGS", "");
    command.output().ok()
}

#[test]
fn terraform_reads_what_is_written() {
    for (name, text) in [FILES[0], FILES[1]] {
        let directory = tempfile::tempdir().expect("a directory");
        let (theirs, ours) = (directory.path().join("theirs.tfstate"), directory.path().join("ours.tfstate"));
        let mut state = read(text);
        state.trueup_version = Some("0.1.0".into());
        std::fs::write(&theirs, text).expect("written");
        std::fs::write(&ours, wire::v4::write(&state)).expect("written");
        let Some(shown) = terraform(directory.path(), &["state", "list", "-state=ours.tfstate"]) else {
            let _ = writeln!(std::io::stderr(), "SKIPPED: terraform is not installed");
            return;
        };
        assert!(shown.status.success(), "{name}: {}", String::from_utf8_lossy(&shown.stderr));
        let instances = state.objects().filter(|object| object.deposed.is_none()).count();
        assert_eq!(String::from_utf8_lossy(&shown.stdout).lines().count(), instances, "{name}");
        let show = |file: &str| {
            let output = terraform(directory.path(), &["show", "-json", file]).expect("it is installed");
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        assert_eq!(show("ours.tfstate"), show("theirs.tfstate"), "{name}");
    }
}

const PIECES: [&str; 14] = [
    "",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "null",
    "-1",
    "1e999",
    "\"\\u0000\"",
    "\u{e9}",
    "99999999999999999999",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

    /// A damaged file is read or refused; what is read can be written and read again.
    #[test]
    fn damaged_files_do_no_harm(
        which in 0..FILES.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0usize..20, 0..PIECES.len()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = FILES[which].1.as_bytes().to_vec();
        for (at, length, piece) in damage {
            let at = at.index(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, PIECES[piece].bytes());
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        if let Ok(state) = wire::read(&bytes) {
            let text = wire::v4::write(&state);
            let again = wire::read(text.as_bytes());
            prop_assert!(again.as_ref() == Ok(&state), "{text} gave {again:?}");
        }
    }
}
