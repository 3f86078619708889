//! `drift` by the rules of `trueup.hcl`, beside a baseline, and what an apply leaves for it beside the state.

use crate::support::sandbox::{Outcome, Sandbox, find_program};

const MAIN: &str = r#"
resource "terraform_data" "a" {
  input = { one = 1, two = 2 }
}
resource "terraform_data" "b" {
  input = "b"
}
"#;

/// An applied configuration in a repository.
struct Place {
    sandbox: Sandbox,
}

impl Place {
    fn new() -> Place {
        let mut sandbox = Sandbox::with(&[("main.tf", MAIN), (".gitignore", "*.tfstate*\n.terraform*\n")]);
        sandbox.set("GIT_CONFIG_NOSYSTEM", "1");
        let place = Place { sandbox };
        place.git("init --quiet --initial-branch=main .");
        place.commit();
        place.run("init -no-color").code(0);
        place.run("apply -no-color -auto-approve").code(0);
        place
    }

    fn git(&self, line: &str) -> String {
        let git = find_program("git").expect("git is installed");
        let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
        let arguments: Vec<&str> = identity.into_iter().chain(line.split(' ')).collect();
        self.sandbox.run(&git, &arguments).code(0).stdout.trim().to_owned()
    }

    fn commit(&self) {
        self.git("add .");
        self.git("commit --quiet --message all");
    }

    fn run(&self, line: &str) -> Outcome {
        self.sandbox.trueup(&line.split(' ').collect::<Vec<_>>())
    }

    fn edit(&self, from: &str, to: &str) {
        let text = self.sandbox.read("main.tf");
        assert!(text.contains(from), "{from}");
        self.sandbox.write("main.tf", &text.replace(from, to));
    }
}

#[test]
fn an_apply_leaves_a_record_of_its_commit() {
    let place = Place::new();
    let record = || place.sandbox.json("terraform.tfstate.trueup.json");
    assert_eq!(record()["applied"]["commit"], place.git("rev-parse HEAD"));
    assert_eq!(record()["applied"]["dirty"], false);
    assert_eq!(record()["serial"], place.sandbox.json("terraform.tfstate")["serial"]);
    assert_eq!(place.git("status --short"), "", "what ignores the state ignores it as well");
    place.edit("\"b\"\n}", "\"c\"\n}");
    place.commit();
    place.run("apply -no-color -auto-approve").code(0);
    assert_eq!(record()["applied"]["commit"], place.git("rev-parse HEAD"));
    place.run("apply -no-color -auto-approve -refresh-only").code(0);
    assert_eq!(record()["applied"]["commit"], place.git("rev-parse HEAD"));
}

#[test]
fn what_a_baseline_knows_does_not_count() {
    let place = Place::new();
    place.edit("two = 2", "two = 3");
    place.run("drift -no-color -save-baseline=known.json").code(2).shows("1 difference");
    place.run("drift -no-color -baseline=known.json").code(0).shows("Known from the baseline:");
    place.edit("\"b\"\n}", "\"c\"\n}");
    place.run("drift -no-color -baseline=known.json").code(2).shows("input: \"b\" -> \"c\"").hides("two: 2");
    place
        .run("drift -no-color -baseline=known.json -save-baseline=known.json")
        .code(2)
        .shows("2 differences");
    place.run("drift -no-color -baseline=known.json").code(0);
    place.edit("two = 3", "two = 4");
    place.run("drift -no-color -baseline=known.json").code(2).shows("input.two: 2 -> 4");
    place.run("drift -no-color -baseline=nowhere.json").code(1).shows("Failed to read the baseline");
}

#[test]
fn rules_are_those_of_the_nearest_file_in_the_repository() {
    let place = Place::new();
    place.edit("two = 2", "two = 3");
    place.edit("\"b\"\n}", "\"c\"\n}");
    let rule = |inside: &str| {
        let text = format!("drift {{\n  ignore {{\n    {inside}\n    reason = \"so it is\"\n  }}\n}}\n");
        place.sandbox.write("trueup.hcl", &text);
    };
    rule("addresses = [\"*.b\"]");
    place.run("drift -no-color").code(2).shows("terraform_data.b (input): so it is").hides("\"b\" -> \"c\"");
    rule("types = [\"terraform_*\"]");
    place.run("drift -no-color").code(0);
    rule("types = [\"terraform_*\"]\n    until = \"2020-12-31\"");
    place
        .run("drift -no-color")
        .code(2)
        .shows("line 2, ended 2020-12-31: so it is")
        .shows("Not applied: 2 changes");
    rule("typos = [\"x\"]");
    place.run("drift -no-color").code(1).shows("trueup.hcl line 3");
    place.sandbox.write("trueup.hcl", "stack \"here\" {\n  path = \".\"\n  drift {\n    ignore {\n      types = [\"*\"]\n      reason = \"of the stack\"\n    }\n  }\n}\n");
    place.run("drift -no-color").code(0).shows("of the stack");
}
