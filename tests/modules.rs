//! Modules from Git through `init`: each test runs with Terraform where it is installed, then with trueup.

use crate::support::sandbox::{Outcome, Sandbox, find_program};
use crate::support::skip::skip_comparison;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A configuration beside a repository of modules, and a program.
struct Place {
    sandbox: Sandbox,
    program: PathBuf,
}

const MODULE: &str = "variable \"word\" {}\n\noutput \"said\" {\n  value = \"VERSION ${var.word}\"\n}\n";

impl Place {
    fn run(&self, line: &str) -> Outcome {
        let arguments: Vec<&str> = line.split(' ').collect();
        self.sandbox.run(&self.program, &arguments)
    }

    fn git(&self, line: &str) -> String {
        let git = find_program("git").expect("git is installed");
        let identity = ["-C", "modules", "-c", "user.name=T", "-c", "user.email=t@example.com"];
        let arguments: Vec<&str> = identity.into_iter().chain(line.split(' ')).collect();
        self.sandbox.run(&git, &arguments).code(0).stdout.trim().to_owned()
    }

    /// Makes the only configuration a call of the module at `source`.
    fn calls(&self, source: &str) {
        let text = format!(
            "module \"m\" {{\n  source = \"{source}\"\n  word   = \"hello\"\n}}\n\noutput \"o\" {{\n  value = module.m.said\n}}\n"
        );
        self.sandbox.write("main.tf", &text);
    }
}

/// Runs a test with each program that is there, in a fresh directory.
fn check(what: &str, test: impl Fn(&mut Place)) {
    let terraform = find_program("terraform");
    if terraform.is_none() {
        skip_comparison(what, "terraform");
    }
    for program in terraform.into_iter().chain([PathBuf::from(env!("CARGO_BIN_EXE_trueup"))]) {
        let mut place = Place { sandbox: Sandbox::new(), program };
        place.sandbox.set("GIT_CONFIG_NOSYSTEM", "1");
        place.sandbox.write("modules/say/main.tf", &MODULE.replace("VERSION", "one"));
        place.git("init --quiet --initial-branch=main .");
        place.git("add .");
        place.git("commit --quiet --message first");
        place.git("tag v1");
        place.sandbox.write("modules/say/main.tf", &MODULE.replace("VERSION", "two"));
        place.git("commit --quiet --all --message second");
        test(&mut place);
    }
}

#[test]
fn each_reference_is_what_init_installs() {
    check("modules from Git", |place| {
        let repository = place.sandbox.path("modules").display().to_string();
        let first = place.git("rev-parse v1");
        let cases = [
            (format!("git::{repository}//say"), "two hello"),
            (format!("git::file://{repository}//say?ref=v1"), "one hello"),
            (format!("git::{repository}//say?ref={first}"), "one hello"),
            (format!("git::{repository}//say?ref=main"), "two hello"),
        ];
        for (source, said) in cases {
            place.calls(&source);
            place.run("plan -no-color").code(1).shows("Error: Module");
            place.run("init -no-color").code(0).shows(&repository);
            place.run("apply -no-color -auto-approve").code(0).shows(said);
            let manifest = place.sandbox.read(".terraform/modules/modules.json");
            assert!(manifest.contains(r#""Dir":".terraform/modules/m/say""#), "{manifest}");
        }
        if let Some(outcome) = place.sandbox.terraform(&["plan", "-no-color", "-detailed-exitcode"]) {
            outcome.code(0);
        }
    });
}

#[test]
fn a_repository_behind_ssh_is_reached_with_the_users_ssh() {
    check("modules over SSH", |place| {
        // Options and the host go; what is left is the command for the other side, which is this one.
        let script = "#!/bin/sh\necho \"$@\" >>\"$HOME/ssh.log\"\n\
            until [ \"$1\" != \"${1#*@}\" ]; do shift; done\nshift\nexec sh -c \"$*\"\n";
        place.sandbox.write("ssh", script);
        let ssh = place.sandbox.path("ssh");
        std::fs::set_permissions(&ssh, std::fs::Permissions::from_mode(0o755))
            .expect("it can be made executable");
        place.sandbox.set("GIT_SSH_COMMAND", &ssh.display().to_string());
        place.sandbox.set("GIT_SSH_VARIANT", "ssh");
        let repository = place.sandbox.path("modules").display().to_string();
        place.calls(&format!("git::ssh://git@example.com{repository}//say?ref=v1"));
        place.run("init -no-color").code(0);
        place.run("apply -no-color -auto-approve").code(0).shows("one hello");
        assert!(
            place.sandbox.read("ssh.log").contains("git@example.com"),
            "the program was called with the host"
        );
    });
}

#[test]
fn what_cannot_be_fetched_is_said() {
    check("modules that can't be fetched", |place| {
        let repository = place.sandbox.path("modules").display().to_string();
        let cases = [
            (format!("git::{repository}//say?ref=nope"), "nope"),
            (format!("git::{repository}-gone//say"), "modules-gone"),
            (format!("git::{repository}//nowhere"), "nowhere"),
            ("nonsense".to_owned(), "Invalid module source address"),
            ("./gone".to_owned(), "Unreadable module directory"),
        ];
        for (source, part) in cases {
            place.calls(&source);
            place.run("init -no-color").code(1).shows(part).shows("Error: ");
        }
    });
}
