//! `-from`: a commit is planned, validated, compared and applied without a checkout, and nothing is left behind.

use crate::support::sandbox::{Outcome, Sandbox, find_program};

const MAIN: &str = r#"
variable "word" {}
module "say" {
  source = "../../modules/say"
  word   = var.word
}
resource "terraform_data" "said" {
  input = "${module.say.said}, ${file("${path.module}/note.txt")}, ${trimsuffix(path.root, "/")}"
}
output "started_in" {
  value = basename(path.cwd)
}
"#;
const SAY: &str = "variable \"word\" {}\noutput \"said\" {\n  value = \"${var.word} of VERSION\"\n}\n";

/// A repository with an environment and a module, in two versions, and a directory to work in beside it.
struct Place {
    sandbox: Sandbox,
}

impl Place {
    fn new() -> Place {
        let mut sandbox = Sandbox::new();
        sandbox.set("GIT_CONFIG_NOSYSTEM", "1");
        sandbox.set("TMPDIR", &sandbox.path("temporary").display().to_string());
        sandbox.write("temporary/.keep", "");
        sandbox.write("work/.keep", "");
        sandbox.write("repo/environments/one/main.tf", MAIN);
        sandbox.write("repo/environments/one/note.txt", "noted");
        sandbox.write("repo/environments/one/terraform.tfvars", "word = \"hello\"\n");
        sandbox.write("repo/modules/say/main.tf", &SAY.replace("VERSION", "first"));
        let place = Place { sandbox };
        place.git("init --quiet --initial-branch=main .");
        place.git("add .");
        place.git("commit --quiet --message first");
        place.git("tag v1");
        place.sandbox.write("repo/modules/say/main.tf", &SAY.replace("VERSION", "second"));
        place.git("commit --quiet --all --message second");
        place
    }

    fn git(&self, line: &str) -> String {
        let git = find_program("git").expect("git is installed");
        let identity = ["-C", "repo", "-c", "user.name=T", "-c", "user.email=t@example.com"];
        let arguments: Vec<&str> = identity.into_iter().chain(line.split(' ')).collect();
        self.sandbox.run(&git, &arguments).code(0).stdout.trim().to_owned()
    }

    /// Runs in the directory `work`.
    fn run(&self, line: &str) -> Outcome {
        let arguments: Vec<&str> = ["-chdir=work"].into_iter().chain(line.split(' ')).collect();
        self.sandbox.trueup(&arguments)
    }

    fn names(&self, directory: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.sandbox.path(directory)).expect("a directory").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Nothing was written but what is named, neither here nor in the repository nor among temporary files.
    #[track_caller]
    fn left(&self, work: &[&str]) {
        assert_eq!(self.names("work"), [&[".keep"], work].concat());
        assert_eq!(self.names("repo/environments/one"), ["main.tf", "note.txt", "terraform.tfvars"]);
        assert_eq!(self.names("temporary"), [".keep"]);
    }
}

#[test]
fn a_commit_is_planned_without_a_checkout() {
    let place = Place::new();
    let (first, second) = (place.git("rev-parse v1"), place.git("rev-parse main"));
    place.sandbox.write("repo/modules/say/main.tf", "not committed, and no configuration");
    let outside = place.sandbox.path("repo").display().to_string();
    let cases = [
        ("../repo//environments/one".to_owned(), "hello of second, noted, .", &second, " on main"),
        ("../repo//environments/one?ref=v1".to_owned(), "hello of first, noted, .", &first, ""),
        ("../repo/environments/one?ref=main".to_owned(), "hello of second, noted, .", &second, " on main"),
        (format!("file://{outside}//environments/one?ref={first}"), "hello of first, noted, .", &first, ""),
    ];
    for (from, said, commit, branch) in cases {
        let planned = place.run(&format!("plan -no-color -from={from}")).code(0).shows(said);
        planned.shows(&format!("Planned from commit {}{branch}.", &commit[..12]));
        place.left(&[]);
        place.run(&format!("validate -from={from}")).code(0).shows("Success!");
        place.left(&[]);
    }
    place.run("plan -no-color -var=word=bye -from=../repo//environments/one").code(0).shows("bye of second");
    place.run("plan -no-color -detailed-exitcode -from=../repo//environments/one").code(2);
    place.left(&[]);
}

#[test]
fn a_saved_plan_of_a_commit_is_applied_as_that_commit_is() {
    let place = Place::new();
    place
        .run("plan -no-color -from=../repo//environments/one?ref=v1 -out=tfplan")
        .code(0)
        .shows("trueup apply");
    place.left(&["tfplan"]);
    let first = place.git("rev-parse v1");
    let shown = place.run("show -json tfplan").code(0).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["trueup"]["commit"]["hash"], first);
    assert_eq!(
        shown["planned_values"]["outputs"]["started_in"]["value"].as_str(),
        place.sandbox.path("").file_name().and_then(|name| name.to_str())
    );
    // What the repository has by then doesn't matter; neither does what lies in it uncommitted.
    place.sandbox.write("repo/environments/one/note.txt", "changed");
    place.git("commit --quiet --all --message third");
    place.run("apply -no-color tfplan").code(0).shows("1 added");
    place.left(&["terraform.tfstate", "terraform.tfstate.trueup.json", "tfplan"]);
    place.run("show -no-color -from=../repo//environments/one").code(0).shows("hello of first, noted");
    place.run("drift -no-color -from=../repo//environments/one?ref=v1").code(0).shows("No drift");
    place.run("plan -no-color -from=../repo//environments/one?ref=v1").code(0).shows("No changes.");
    place.run("plan -no-color -from=../repo//environments/one").code(0).shows("hello of second, changed");
    place.left(&["terraform.tfstate", "terraform.tfstate.trueup.json", "tfplan"]);
}

#[test]
fn what_cannot_be_taken_from_git_is_said() {
    let place = Place::new();
    let failed = "Error: Failed to take the configuration from Git";
    let cases = [
        ("../repo//environments/one?ref=nope", failed, "\"nope\""),
        ("../repo//environments/two", failed, "no directory \"environments/two\""),
        ("../gone", failed, "no such path"),
        ("../work", failed, "in no Git repository"),
        ("../repo//environments", "Error: No configuration files", "environments/production"),
        ("../repo//../..", failed, "outside"),
    ];
    for (from, summary, part) in cases {
        for command in ["plan", "validate", "drift", "show"] {
            place.run(&format!("{command} -no-color -from={from}")).code(1).shows(summary).shows(part);
            place.left(&[]);
        }
    }
    place.run("validate -json -from=../gone").code(1).shows("\"valid\":").shows("Failed to take");
    place.run("plan -no-color -backend-config=a=b").code(1).shows("-backend-config without -from");
    place.run("show -no-color -from=../repo tfplan").code(1).shows("-from with a file");
}

#[test]
fn the_directory_that_the_program_was_started_in_is_known() {
    let place = Place::new();
    place.sandbox.write(
        "work/main.tf",
        "output \"o\" {\n  value = [basename(path.cwd), basename(abspath(path.root))]\n}\n",
    );
    let plan = place.run("plan -no-color").code(0);
    let here = place.sandbox.path("").file_name().map(|name| name.to_string_lossy().into_owned());
    plan.shows(&format!("+ \"{}\",", here.expect("a name"))).shows("+ \"work\",");
}

/// A branch changes a module and the settings: the stacks that it touches are listed with the reason, and no others.
#[test]
fn what_a_branch_touches_is_listed() {
    let place = Place::new();
    let settings = "stack \"one\" {\n  path = \"environments/one\"\n}\nstack \"two\" {\n  path       = \"environments/two\"\n  depends_on = [\"one\"]\n}\nstack \"three\" {\n  path = \"environments/three\"\n}\n";
    place.sandbox.write("repo/trueup.hcl", settings);
    for name in ["two", "three"] {
        place.sandbox.write(&format!("repo/environments/{name}/main.tf"), "");
    }
    place.git("add .");
    place.git("commit --quiet --message stacks");
    place.git("checkout --quiet -b change");
    place.sandbox.write("repo/modules/say/main.tf", &SAY.replace("VERSION", "third"));
    place.git("commit --quiet --all --message third");
    let run = |line: &str| {
        let arguments: Vec<&str> = ["-chdir=repo/environments"].into_iter().chain(line.split(' ')).collect();
        place.sandbox.trueup(&arguments).code(0).stdout
    };
    assert_eq!(
        run("stacks list"),
        "STACK  DIRECTORY           AFTER\none    environments/one\nthree  environments/three\ntwo    environments/two    one\n"
    );
    assert_eq!(
        run("stacks list -changed-since=main"),
        "STACK  DIRECTORY         AFTER  TOUCHED BY\none    environments/one         modules/say/main.tf\ntwo    environments/two  one    the stack one\n"
    );
    place.git("checkout --quiet main");
    assert_eq!(run("stacks list -changed-since=main"), "Nothing that was done since main touches a stack.\n");
    let other = settings.replace("environments/three\"", "environments/three\"\n  workspace = \"blue\"");
    place.sandbox.write("repo/trueup.hcl", &other);
    assert_eq!(
        run("stacks list -changed-since=main"),
        "STACK  DIRECTORY           WORKSPACE  TOUCHED BY\nthree  environments/three  blue       trueup.hcl\n"
    );
}
