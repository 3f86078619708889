//! `configuration` of a plan document.

use super::{OnlyBuiltin, check_same};
use crate::{configuration, text};
use trueup_addr::ModulePath;
use trueup_diag::Sources;
use trueup_evaluate::FunctionNames;
use trueup_plan::Snapshot;
use trueup_resolve::{Files, NothingEarly, Program, resolve};

/// A program of a root module and one child.
pub(super) fn program(main: &str, child: &str) -> Program {
    let mut snapshot = Snapshot::default();
    let files = |dir: &str, name: &str, text: &str| Files {
        dir: dir.into(),
        files: vec![(name.into(), text.into())],
    };
    snapshot.record(&ModulePath::root(), &files(".", "main.tf", main));
    let path = ModulePath::root().child(&"m".into());
    snapshot.record(&path, &files("child", "child/main.tf", child));
    let resolution =
        resolve(&mut snapshot, &FunctionNames::default(), &mut NothingEarly, &mut Sources::default());
    let found = resolution.diagnostics();
    assert!(!found.has_errors(), "{found:?}");
    resolution.program
}

#[test]
fn configuration_is_told_as_terraform_tells_it() {
    let main = include_str!("../testdata/configuration/main.tf");
    let child = include_str!("../testdata/configuration/child.tf");
    let wire = configuration::wire(&program(main, child), &OnlyBuiltin::new()).expect("a configuration");
    let ours = text(&wire);
    check_same(&ours, include_str!("../testdata/configuration/expected.json"));
    assert!(ours.contains("12345678901234567890123"), "no digit is lost");
}

#[test]
fn long_chains_do_not_exhaust_the_stack() {
    let sum = vec!["var.a"; 50_000].join(" + ");
    let main = format!(
        "variable \"a\" {{}}\noutput \"o\" {{\n  value = {sum}\n}}\nmodule \"m\" {{\n  source = \"./child\"\n}}\n"
    );
    let wire = configuration::wire(&program(&main, ""), &OnlyBuiltin::new()).expect("a configuration");
    assert_eq!(text(&wire).matches("\"var.a\"").count(), 50_000);
}
