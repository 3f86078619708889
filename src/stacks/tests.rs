//! Repositories as data: their stacks, what a change touches, the order.

use crate::{Change, DriftSettings, Measure, Pattern, Reason, Stacks, drift_settings, order, touched};
use crate::{Forks, PullSettings, pull_rules};
use std::collections::{BTreeMap, BTreeSet};

/// Files of a repository: `path` or `path: text`, separated by lines of `--`.
fn repository(text: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for file in text.split("\n--\n") {
        let (path, content) = file.split_once(":\n").unwrap_or((file, ""));
        let path = directory.path().join(path.trim());
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, content).expect("a file");
    }
    directory
}

fn read(text: &str) -> Stacks {
    match Stacks::read(repository(text).path()) {
        Ok(stacks) => stacks,
        Err((found, _)) => panic!("{found:#?}"),
    }
}

fn names(stacks: &Stacks) -> Vec<&str> {
    stacks.stacks.iter().map(|stack| &*stack.name).collect()
}

#[test]
fn stacks_are_found_and_named() {
    let check = |what: &str, files: &str, expected: &[&str]| {
        assert_eq!(names(&read(files)), expected, "{what}");
    };
    check("one directory is one stack", "main.tf", &["."]);
    check("nothing is no stack", "README.md", &[]);
    check(
        "what others call is a module",
        "live/a/main.tf:\nmodule \"m\" {\n  source = \"../../parts/net\"\n}\n--\nparts/net/main.tf",
        &["live/a"],
    );
    check(
        "what stands aside is a module",
        "live/a/main.tf\n--\nmodules/x/main.tf\n--\nexamples/y/main.tf",
        &["live/a"],
    );
    check(
        "what says where its state is is a stack wherever it stands",
        "a/main.tf:\nmodule \"m\" {\n  source = \"../modules/x\"\n}\n--\nmodules/x/main.tf:\nterraform {\n  backend \"s3\" {}\n}\n",
        &["a", "modules/x"],
    );
    check("JSON and OpenTofu's files count", "a/main.tf.json:\n{}\n--\nb/main.tofu", &["a", "b"]);
    check(
        "hidden and filled directories don't",
        "a/main.tf\n--\n.terraform/m/main.tf\n--\nnode_modules/p/main.tf",
        &["a"],
    );
    check("a file that can't be parsed is one all the same", "a/main.tf:\nresource {{\n", &["a"]);
    check(
        "patterns choose directories",
        "trueup.hcl:\nstacks {\n  include = [\"live/*\"]\n  exclude = [\"live/old\"]\n}\n--\nlive/a/main.tf\n--\nlive/old/main.tf\n--\nother/main.tf\n--\nlive/a/deep/main.tf",
        &["live/a"],
    );
    check(
        "blocks name them, one directory in several workspaces",
        "trueup.hcl:\nstack \"app-staging\" {\n  path = \"app\"\n  workspace = \"staging\"\n}\nstack \"app-prod\" {\n  path = \"./app/\"\n  workspace = \"prod\"\n}\n--\napp/main.tf\n--\nnet/main.tf",
        &["app-prod", "app-staging"],
    );
    check(
        "blocks and patterns together",
        "trueup.hcl:\nstacks {\n  include = [\"**\"]\n}\nstack \"first\" {\n  path = \"net\"\n}\n--\napp/main.tf\n--\nnet/main.tf",
        &["app", "first"],
    );
    check(
        "other repositories",
        "trueup.hcl:\nstack \"far\" {\n  source = \"https://example.com/r.git//x?ref=v1\"\n}\n",
        &["far"],
    );
}

#[test]
fn what_is_wrong_with_the_file_is_told() {
    let check = |text: &str, expected: &str| {
        let files = format!("trueup.hcl:\n{text}\n--\nnet/main.tf\n--\napp/main.tf");
        let Err((found, _)) = Stacks::read(repository(&files).path()) else { panic!("{text} was taken") };
        let told: Vec<&str> = found.iter().map(|one| &*one.summary).collect();
        assert_eq!(told, [expected], "{text}: {found:#?}");
    };
    check("stack \"net\" {\n  path = \"network\"\n}", "Stack without configuration");
    check("stack \"x\" {\n  path = \"../x\"\n}", "Invalid stack");
    check("stack \"x\" {\n  path = \"net\"\n  source = \"y\"\n}", "Invalid stack");
    check("stack \"net\" {}\nstack \"net\" {}", "Duplicate stack");
    check("stack \"net\" {\n  depends_on = [\"ap\"]\n}", "Reference to undeclared stack");
    check("stack \"net\" {\n  inputs = { a = stack.app.b }\n}", "Reference to undeclared stack");
    check("stack \"net\" {\n  inputs = [1]\n}", "Invalid inputs");
    check("stack \"net\" {\n  watch = [\"a[\"]\n}", "Invalid pattern");
    check("stack \"net\" {\n  var_files = [\"../../x\"]\n}", "Invalid path");
    check("stack \"net\" {\n  tags = 1\n}", "Unsuitable value type");
    check("stack \"net\" {\n  colour = 1\n}", "Unsupported argument");
}

const REPOSITORY: &str = r#"trueup.hcl:
stack "net" {
  var_files = ["values/net.tfvars"]
}
stack "app" {
  inputs = { subnet = stack.net.subnet_id }
}
stack "dns" {
  depends_on = ["app"]
  watch      = ["zones/*.txt"]
}
stack "alone" {}
--
net/main.tf:
module "m" {
  source = "../parts/vpc"
}
--
parts/vpc/main.tf:
module "n" {
  source = "./inner"
}
--
parts/vpc/inner/main.tf
--
app/main.tf
--
dns/main.tf
--
alone/main.tf
"#;

#[test]
fn a_change_touches_what_has_to_do_with_it() {
    let stacks = read(REPOSITORY);
    let settings = REPOSITORY.split("\n--\n").next().expect("a first").trim_start_matches("trueup.hcl:\n");
    let check = |paths: &[&str], before: &str, expected: &[&str]| {
        let change = Change {
            paths: paths.iter().map(ToString::to_string).collect(),
            settings_before: Some(before.to_owned()),
        };
        let found: Vec<String> = touched(&stacks, &change)
            .into_iter()
            .map(|(name, reason)| match reason {
                Reason::File(path) => format!("{name}: {path}"),
                Reason::Settings => format!("{name}: settings"),
                Reason::Stack(other) => format!("{name} after {other}"),
            })
            .collect();
        assert_eq!(found, expected, "{paths:?}");
    };
    check(&["README.md"], settings, &[]);
    check(&["alone/main.tf"], settings, &["alone: alone/main.tf"]);
    check(&["alone/files/config.json"], settings, &["alone: alone/files/config.json"]);
    check(&["dns/main.tf"], settings, &["dns: dns/main.tf"]);
    check(&["zones/a.txt"], settings, &["dns: zones/a.txt"]);
    check(&["zones/deep/a.txt"], settings, &[]);
    check(
        &["parts/vpc/inner/main.tf"],
        settings,
        &["app after net", "dns after app", "net: parts/vpc/inner/main.tf"],
    );
    check(&["values/net.tfvars"], settings, &["app after net", "dns after app", "net: values/net.tfvars"]);
    check(&["trueup.hcl"], settings, &[]);
    let other = settings.replace("subnet_id", "subnet");
    check(&["trueup.hcl"], &other, &["app: settings", "dns after app"]);
    check(&["trueup.hcl"], "", &["app: settings", "dns after app", "net: settings"]);
}

#[test]
fn stacks_that_are_gone_are_found_in_the_texts_of_another_commit() {
    let check = |what: &str, before: &str, now: &str, expected: &[&str]| {
        let mut files: BTreeMap<String, String> = before
            .split("\n--\n")
            .map(|file| file.split_once(":\n").unwrap_or((file, "")))
            .map(|(path, text)| (path.trim().to_owned(), text.to_owned()))
            .collect();
        let settings = files.remove("trueup.hcl");
        let before = Stacks::of_texts(settings.as_deref(), &files);
        let now = read(now);
        let gone: Vec<&str> = now.lacks(&before).map(|stack| &*stack.name).collect();
        assert_eq!(gone, expected, "{what}");
    };
    let both = "a/main.tf\n--\nb/main.tf\n--\nmodules/x/main.tf";
    check("nothing", both, both, &[]);
    check("a directory", both, "b/main.tf", &["a"]);
    check("a directory that moved", both, "b/main.tf\n--\nc/main.tf", &["a"]);
    check("a module is no stack", both, "a/main.tf\n--\nb/main.tf", &[]);
    check(
        "nor is what is hidden or filled",
        ".a/x/main.tf\n--\nvendor/p/main.tf\n--\nb/x.txt",
        "b/main.tf",
        &[],
    );
    let named = |name: &str, path: &str| {
        format!("trueup.hcl:\nstack \"{name}\" {{\n  path = \"{path}\"\n}}\n--\n{path}/main.tf")
    };
    check("the same", &named("net", "a"), &named("net", "a"), &[]);
    check("another name in the same place", &named("net", "a"), &named("web", "a"), &[]);
    check("another place of the same name", &named("net", "a"), &named("net", "b"), &[]);
    check("another name in another place", &named("net", "a"), &named("web", "b"), &["net"]);
    check("named now", "a/main.tf", &named("net", "a"), &[]);
    check("a file that can't be parsed", "a/main.tf:\nresource {{\n", "b/main.tf", &["a"]);
}

#[test]
fn stacks_wait_for_what_they_depend_on() {
    let stacks = read(REPOSITORY);
    let check = |chosen: &[&str], expected: &str| {
        let chosen: BTreeSet<&str> = chosen.iter().copied().collect();
        let found = order(&stacks.stacks, &chosen).map(|order| {
            let lines = order.iter().map(|(name, after)| {
                format!("{name}<{}", after.iter().copied().collect::<Vec<_>>().join(","))
            });
            lines.collect::<Vec<_>>().join(" ")
        });
        assert_eq!(found.as_deref(), Ok(expected), "{chosen:?}");
    };
    check(&["alone", "app", "dns", "net"], "alone< app<net dns<app net<");
    check(&["dns", "net"], "dns<net net<");
    check(&["dns"], "dns<");

    let around = "trueup.hcl:\nstack \"a\" {\n  depends_on = [\"b\"]\n}\nstack \"b\" {\n  depends_on = [\"c\"]\n}\nstack \"c\" {\n  depends_on = [\"b\"]\n}\n--\na/main.tf\n--\nb/main.tf\n--\nc/main.tf";
    let stacks = read(around);
    let cycle = order(&stacks.stacks, &BTreeSet::from(["a"])).expect_err("a circle");
    assert_eq!(cycle.0.iter().map(|name| &**name).collect::<Vec<_>>(), ["b", "c"]);
}

#[test]
fn drift_is_guarded_by_blocks() {
    let both = read(
        "trueup.hcl:\ndrift {\n  ignore {\n    types  = [\"a_*\"]\n    reason = \"one\"\n    until  = \"2027-01-31\"\n  }\n  correct {\n    actions       = [\"update\", \"create\"]\n    allow_replace = true\n    max_changes   = 3\n    window {\n      days      = [\"mon\", \"Fri\"]\n      hours     = \"22:00-02:00\"\n      time_zone = \"Europe/Berlin\"\n    }\n  }\n}\nstack \"a\" {\n  drift {\n    ignore {\n      attributes = [\"tags.*\"]\n      reason     = \"two\"\n    }\n    correct {\n      only_at_applied_commit = true\n      quarantine {\n        corrections = 2\n        within      = \"24h\"\n        back_off    = \"1h\"\n      }\n    }\n  }\n}\nstack \"b\" {}\n--\na/main.tf\n--\nb/main.tf",
    );
    let of = |name: &str| both.drift(both.get(name).expect("a stack"));
    let (a, b) = (of("a"), of("b"));
    let reasons = |settings: &DriftSettings| -> Vec<String> {
        settings.ignore.iter().map(|rule| format!("{} in line {}", rule.reason, rule.line)).collect()
    };
    assert_eq!(reasons(&a), ["one in line 2", "two in line 20"]);
    assert_eq!(reasons(&b), ["one in line 2"]);
    let end = b.ignore[0].until.clone().expect("an end").end;
    assert_eq!(end.to_string(), "2027-02-01T00:00:00Z", "the last day counts");
    let (of_a, of_b) = (a.correct.expect("rules"), b.correct.expect("rules"));
    assert_eq!(of_b.actions, BTreeSet::from([Measure::Update, Measure::Create, Measure::Replace]));
    assert_eq!((of_b.changes_max, of_b.only_at_applied_commit), (Some(3), false));
    assert_eq!(
        of_a.actions,
        BTreeSet::from([Measure::Update]),
        "a stack's block stands instead of the other"
    );
    assert!(of_a.only_at_applied_commit && of_a.windows.is_empty());
    assert_eq!((of_a.quarantine.corrections, of_a.quarantine.back_off.as_secs()), (2, 3600));

    let inside = |time: &str| of_b.windows[0].contains(time.parse().expect("a time"));
    let cases = [
        ("2026-11-23T21:30:00Z", true, "Monday evening in Berlin"),
        ("2026-11-23T20:30:00Z", false, "half an hour before"),
        ("2026-11-24T00:59:59Z", true, "Monday's window past midnight"),
        ("2026-11-24T01:00:00Z", false, "its end"),
        ("2026-11-24T22:00:00Z", false, "Tuesday"),
        ("2026-07-03T20:00:00Z", true, "Friday in summer time"),
    ];
    for (time, expected, what) in cases {
        assert_eq!(inside(time), expected, "{what}");
    }
}

#[test]
fn settings_of_one_directory_need_no_look_at_others() {
    let place = repository(
        "trueup.hcl:\ndrift {\n  ignore {\n    types  = [\"x\"]\n    reason = \"all\"\n  }\n}\nstack \"plain\" {\n  path = \"env\"\n}\nstack \"blue\" {\n  path      = \"env\"\n  workspace = \"blue\"\n  drift {\n    ignore {\n      types  = [\"y\"]\n      reason = \"blue\"\n    }\n  }\n}\nstack \"gone\" {}\n",
    );
    let check = |directory: &str, workspace: &str, expected: usize| {
        let settings = drift_settings(place.path(), directory, workspace).expect("settings");
        assert_eq!(settings.ignore.len(), expected, "{directory} {workspace}");
    };
    check("env", "default", 1);
    check("env", "blue", 2);
    check("elsewhere", "blue", 1);
}

#[test]
fn wrong_drift_blocks_are_reported() {
    let check = |inside: &str, expected: &str| {
        let place = repository(&format!("trueup.hcl:\ndrift {{\n{inside}\n}}\n"));
        let (found, _) = drift_settings(place.path(), "", "default").expect_err(inside);
        let texts: Vec<String> =
            found.iter().map(|one| format!("{}: {} {:?}", one.summary, one.detail, one.hint)).collect();
        assert!(texts.iter().any(|text| text.contains(expected)), "{inside}: {texts:?}");
    };
    check("ignore {\n types = [\"a\"]\n}", "\"reason\" must be set");
    check("ignore {\n reason = \"x\"\n}", "would hide all drift");
    check("ignore {\n types = [\"a\"]\n reason = \" \"\n}", "Rule without a reason");
    check("ignore {\n types = [\"a\"]\n reason = \"x\"\n until = \"soon\"\n}", "Invalid end of a rule");
    check("correct {\n actions = [\"delete\"]\n}", "allow_delete = true");
    check("correct {\n actions = [\"mend\"]\n}", "none of the actions");
    check("correct {\n max_changes = 0\n}", "whole number from 1 on");
    check("correct {\n window {\n  hours = \"8-17\"\n }\n}", "Invalid hours");
    check("correct {\n window {\n  days = [\"monday\"]\n }\n}", "Invalid day");
    check("correct {\n window {\n  time_zone = \"Europe/Berlim\"\n }\n}", "Europe/Berlin");
    check("correct {\n quarantine {\n  within = \"7d\"\n }\n}", "Invalid duration");
    check("correct {}\ncorrect {}", "Duplicate correct block");
}

#[test]
fn patterns_of_addresses() {
    let check = |pattern: &str, text: &str, expected: bool| {
        assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} on {text}");
    };
    check("a.b", "a.b", true);
    check("a.b", "a.bc", false);
    check("*", "", true);
    check("a.*", "a.b[\"x\"]", true);
    check("a.b[\"x\"]", "a.b[\"x\"]", true);
    check("*.b[*]", "module.m[\"k\"].a.b[0]", true);
    check("a*a", "a", false);
    check("a*b*c", "a1b2b3c", true);
    check("a*b*c", "acb", false);
}

#[test]
fn rules_for_pull_requests_are_read() {
    let check = |text: &str, expected: PullSettings| {
        assert_eq!(pull_rules(text).expect("it is fine").pulls, expected, "{text}");
    };
    let usual = PullSettings::default;
    check("", usual());
    check("pulls {}", usual());
    check(
        "pulls {\n  approvals = 2\n  owners = [\"ann\"]\n  require_stack_owners = true\n}",
        PullSettings { approvals: 2, owners: vec!["ann".into()], require_stack_owners: true, ..usual() },
    );
    check(
        "pulls {\n  require_mergeable = false\n  forks = \"planned\"\n}",
        PullSettings { require_mergeable: false, forks: Forks::Planned, ..usual() },
    );
    check(
        "pulls {\n  branches = [\"main\", \"release/*\"]\n}",
        PullSettings { branches: ["main", "release/*"].map(Pattern::new).into(), ..usual() },
    );
    let rules = pull_rules("stack \"a\" {\n  owners = [\"bob\"]\n}\nstack \"b\" {}").expect("it is fine");
    let owners = |name: &str| rules.owners(name, None).into_iter().flatten().cloned().collect::<Vec<_>>();
    assert_eq!((owners("a"), owners("b")), (vec!["bob".to_owned()], Vec::new()));
    let wrong = |text: &str, summary: &str| {
        let (found, _) = pull_rules(text).expect_err(text);
        assert_eq!(found.iter().map(|one| &*one.summary).collect::<Vec<_>>(), [summary], "{text}");
    };
    wrong("pulls {\n  forks = \"plannd\"\n}", "Invalid pulls block");
    wrong("pulls {}\npulls {}", "Duplicate pulls block");
    wrong("pulls {\n  approval = 1\n}", "Unsupported argument");
}
