//! Repositories as data: their stacks, what a change touches, the order.

use crate::{Change, Reason, Stacks, order, touched};
use std::collections::BTreeSet;

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
