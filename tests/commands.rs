//! Every command from the outside: one run that succeeds and one that fails, in a snapshot each.

use crate::support::sandbox::Sandbox;
use std::collections::BTreeSet;

/// What is run before the command, the command with what makes it succeed, and what makes it fail.
struct Case {
    before: &'static [&'static str],
    good: &'static str,
    bad: &'static str,
}

const APPLY: &str = "apply -auto-approve";

const fn case(before: &'static [&'static str], good: &'static str, bad: &'static str) -> Case {
    Case { before, good, bad }
}

const CASES: &[Case] = &[
    case(&[], "init", "init -reconfigure -migrate-state"),
    case(&[], "validate", "validate -var=nothing=1"),
    case(&[], "plan", "plan -target=.."),
    case(&[], "apply -auto-approve", "apply -input=false"),
    case(&[APPLY], "destroy -auto-approve", "destroy plan.file"),
    case(&[APPLY], "drift", "drift -json -correct"),
    case(&[APPLY], "show -json", "show missing.file"),
    case(&[APPLY], "output", "output -raw"),
    case(&[], "pr plan -help", "pr plan"),
    case(&[], "pr apply -help", "pr apply -number=7"),
    case(&[], "run plan -help", "run plan"),
    case(&[], "run apply -help", "run apply -all -json"),
    case(&[], "run drift -help", "run drift -stack=nothing"),
    case(&[], "stacks list", "stacks list -changed-since=main"),
    case(&[APPLY], "state list", "state list nothing.here"),
    case(&[APPLY], "state show terraform_data.a", "state show terraform_data.b"),
    case(
        &[APPLY],
        "state mv terraform_data.a terraform_data.b",
        "state mv terraform_data.c terraform_data.d",
    ),
    case(&[APPLY], "state rm -dry-run terraform_data.a", "state rm terraform_data.z"),
    case(&[], "state pull", "state pull extra"),
    case(&[APPLY], "state push -force terraform.tfstate", "state push missing.tfstate"),
    case(
        &[APPLY],
        "state replace-provider -auto-approve hashicorp/none example/none",
        "state replace-provider a/b/c/d e",
    ),
    case(&[], "workspace list", "workspace list -nothing"),
    case(&[], "workspace show", "workspace show extra"),
    case(&[], "workspace new other", "workspace new a/b"),
    case(&[], "workspace select default", "workspace select nowhere"),
    case(
        &["workspace new other", "workspace select default"],
        "workspace delete other",
        "workspace delete default",
    ),
    case(&[APPLY], "taint terraform_data.a", "taint terraform_data.z"),
    case(&[APPLY, "taint terraform_data.a"], "untaint terraform_data.a", "untaint terraform_data.z"),
    case(&[], "import -help", "import terraform_data.a"),
    case(&[APPLY], "refresh", "refresh -lock-timeout=soon"),
    case(&[], "force-unlock -help", "force-unlock -force nothing"),
    case(&[], "get", "get extra"),
    case(&[], "providers", "providers nonsense"),
    case(&["plan -out=saved"], "show -format=markdown saved", "show -format=markdown"),
    case(&[], "plan -format=gitlab", "plan -format=junit -format-limit=9000"),
    case(&[], "providers lock", "providers lock -platform=linux"),
    case(&[], "providers mirror plugins", "providers mirror"),
    case(&[], "providers schema -json", "providers schema"),
    case(&[], "modules", "modules extra"),
    case(&[], "metadata functions -json", "metadata functions"),
    case(&[], "login -help", "login a..b"),
    case(&[], "logout example.com", "logout a..b"),
    case(&[], "console -help", "console -var=nothing=1"),
    case(&[], "graph", "graph -plan=missing.file"),
    case(&[], "fmt -check", "fmt missing.tf"),
    case(&[], "test", "test -parallelism=many"),
    case(&[], "version", "version -nothing"),
    case(&[], "completion bash", "completion csh"),
    case(&[], "man workspace select", "man nothing"),
];

const CONFIGURATION: &str = r#"resource "terraform_data" "a" {
  input = "one"
}

output "one" {
  value = "two"
}
"#;

#[test]
fn every_command_succeeds_and_fails_as_before() {
    let mut all = String::new();
    for case in CASES {
        for line in [case.good, case.bad] {
            let mut sandbox = Sandbox::with(&[("main.tf", CONFIGURATION)]);
            let home = sandbox.path("home").display().to_string();
            sandbox.set("HOME", &home);
            for before in case.before {
                let words: Vec<&str> = before.split(' ').collect();
                sandbox.trueup(&words).code(0);
            }
            let words: Vec<&str> = line.split(' ').collect();
            let outcome = sandbox.trueup(&words);
            let wanted = line == case.good;
            assert_eq!(outcome.code == 0, wanted, "{line}\n{}\n{}", outcome.stdout, outcome.stderr);
            let said = steady(&format!("{}{}", outcome.stdout, outcome.stderr), &sandbox);
            all.push_str(&format!("=== {line}\ncode {}\n{said}\n", outcome.code));
        }
    }
    insta::assert_snapshot!(all);
}

/// The text without what differs from run to run, cut where it is long.
fn steady(text: &str, sandbox: &Sandbox) -> String {
    const LINES_MAX: usize = 25;
    const COLUMNS_MAX: usize = 200;
    let directory = sandbox.path("").display().to_string();
    let text = text.replace(directory.trim_end_matches('/'), "DIRECTORY");
    // Which providers are built in is up to the build.
    let text = text.replace(&platform(), "PLATFORM");
    let changing = |line: &str| line.starts_with("+ embedded provider") || line.starts_with("Took ");
    let lines = text.lines().filter(|line| !changing(line));
    let mut lines: Vec<String> = lines.map(|line| line.chars().take(COLUMNS_MAX).collect()).collect();
    if lines.len() > LINES_MAX {
        lines.truncate(LINES_MAX);
        lines.push("...".into());
    }
    lines.iter().map(|line| format!("{}\n", without_ids(line).trim_end())).collect()
}

/// As `version` has it.
fn platform() -> String {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{}_{arch}", std::env::consts::OS)
}

/// Random identifiers, as 36 hexadecimal digits and hyphens, with one in their place.
fn without_ids(line: &str) -> String {
    const LENGTH: usize = 36;
    let is_id = |text: &str| {
        text.len() == LENGTH
            && text
                .chars()
                .enumerate()
                .all(|(at, c)| if [8, 13, 18, 23].contains(&at) { c == '-' } else { c.is_ascii_hexdigit() })
    };
    let mut out = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if rest.get(..LENGTH).is_some_and(is_id) {
            out.push_str("ID");
            rest = &rest[LENGTH..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Commands that the help lists, with those below them.
fn listed(sandbox: &Sandbox, path: &[&str], found: &mut BTreeSet<String>) {
    let help = sandbox.trueup(&[path, &["-help"]].concat()).code(0).stdout;
    let mut inside = false;
    for line in help.lines() {
        if !line.starts_with(' ') && !line.is_empty() {
            inside = line.ends_with("commands:") || line == "Subcommands:";
            continue;
        }
        let name = line.strip_prefix("  ").filter(|name| inside && !name.starts_with(' '));
        if let Some(name) = name.and_then(|name| name.split(' ').next()).filter(|name| !name.is_empty()) {
            let path = [path, &[name]].concat();
            found.insert(path.join(" "));
            listed(sandbox, &path, found);
        }
    }
}

#[test]
fn every_command_is_among_them() {
    let sandbox = Sandbox::new();
    let mut found = BTreeSet::new();
    listed(&sandbox, &[], &mut found);
    assert!(found.contains("state replace-provider"), "{found:?}");
    let is_tried =
        |name: &String| CASES.iter().any(|case| format!("{} ", case.good).starts_with(&format!("{name} ")));
    let missing: Vec<&String> = found.iter().filter(|name| !is_tried(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
