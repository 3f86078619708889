//! Installing the modules of a configuration below `.terraform/modules`.

use crate::sandbox::Sandbox;
use trueup_source::{ModuleInstaller, Origin, SourceErrorKind};

fn installer(sandbox: &Sandbox, upgrade: bool) -> ModuleInstaller {
    ModuleInstaller::new(&sandbox.path("root"), ".terraform", upgrade).expect("the manifest can be read")
}

fn repository(sandbox: &Sandbox) -> String {
    sandbox.module_repository("r");
    sandbox.write("root/local/main.tf", "");
    sandbox.write("root/other/main.tf", "");
    sandbox.path("r").display().to_string()
}

#[test]
fn the_manifest_is_as_terraform_writes_it() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox);
    let mut modules = installer(&sandbox, false);
    let calls = [
        ("", "a", format!("git::{repository}"), ".terraform/modules/a"),
        ("", "b", format!("git::{repository}//sub/deep?ref=v1&depth=1"), ".terraform/modules/b/sub/deep"),
        ("b", "up", "../../".to_owned(), ".terraform/modules/b"),
        ("", "c", "./local".to_owned(), "local"),
        ("c", "d", format!("git::file://{repository}?ref=next"), ".terraform/modules/c.d"),
        ("c", "x", "../other".to_owned(), "other"),
    ];
    for (parent, name, source, dir) in &calls {
        let installed =
            modules.install(parent, name, source).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(installed.dir, *dir, "{source}");
    }
    modules.finish().unwrap();
    let expected = format!(
        concat!(
            r#"{{"Modules":[{{"Key":"","Source":"","Dir":"."}},"#,
            r#"{{"Key":"a","Source":"git::file://{0}","Dir":".terraform/modules/a"}},"#,
            r#"{{"Key":"b","Source":"git::file://{0}//sub/deep?ref=v1\u0026depth=1","Dir":".terraform/modules/b/sub/deep"}},"#,
            r#"{{"Key":"b.up","Source":"../..","Dir":".terraform/modules/b"}},"#,
            r#"{{"Key":"c","Source":"./local","Dir":"local"}},"#,
            r#"{{"Key":"c.d","Source":"git::file://{0}?ref=next","Dir":".terraform/modules/c.d"}},"#,
            r#"{{"Key":"c.x","Source":"../other","Dir":"other"}}]}}"#
        ),
        repository
    );
    assert_eq!(sandbox.read("root/.terraform/modules/modules.json"), expected);
}

#[test]
fn what_is_there_is_used_until_its_source_changes_or_an_upgrade_is_asked_for() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox);
    let plain = format!("git::{repository}");
    let tagged = format!("git::{repository}?ref=v1");
    let rounds =
        [(&plain, false, true), (&plain, false, false), (&tagged, false, true), (&tagged, true, true)];
    for (source, upgrade, fetched) in rounds {
        let mut modules = installer(&sandbox, upgrade);
        let installed = modules.install("", "a", source).unwrap();
        assert_eq!(
            matches!(installed.origin, Origin::Fetched { .. }),
            fetched,
            "{source}, upgrade {upgrade}"
        );
        assert_eq!(installed.origin == Origin::Present, !fetched, "{source}");
        modules.finish().unwrap();
    }
    std::fs::remove_dir_all(sandbox.path("root/.terraform/modules/a")).unwrap();
    let installed = installer(&sandbox, false).install("", "a", &tagged).unwrap();
    assert!(matches!(installed.origin, Origin::Fetched { .. }), "a directory that is gone is fetched again");
}

#[test]
fn a_manifest_that_points_elsewhere_is_not_believed() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox);
    for dir in ["../r", ".terraform/modules/a/../../../local", "local", "/etc"] {
        let text =
            format!(r#"{{"Modules":[{{"Key":"a","Source":"git::file://{repository}","Dir":"{dir}"}}]}}"#);
        sandbox.write("root/.terraform/modules/modules.json", &text);
        let installed = installer(&sandbox, false).install("", "a", &format!("git::{repository}")).unwrap();
        assert_eq!(installed.dir, ".terraform/modules/a", "{dir}");
    }
}

#[test]
fn a_fetched_module_cannot_call_a_path_outside_of_its_package() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox);
    let mut modules = installer(&sandbox, false);
    modules.install("", "m", &format!("git::{repository}//sub")).unwrap();
    modules.install("m", "good", "./deep").unwrap();
    modules.install("m.good", "better", "../../").unwrap();
    for (parent, source) in
        [("m", "../../"), ("m", "../../../../local"), ("m.good", "../../../a"), ("m.good.better", "../")]
    {
        let error = modules.install(parent, "bad", source).expect_err(source);
        assert_eq!(error.kind, SourceErrorKind::Escapes, "{source}: {error}");
        assert_eq!(error.summary(), "Local module path escapes module package");
    }
}

#[test]
fn a_local_directory_must_be_there() {
    let sandbox = Sandbox::new();
    repository(&sandbox);
    let error = installer(&sandbox, false).install("", "m", "./nowhere").unwrap_err();
    assert!(error.to_string().contains("nowhere"), "{error}");
    assert_eq!(error.summary(), "Unreadable module directory");
    let above = installer(&sandbox, false).install("", "m", "../r").unwrap();
    assert_eq!(above.dir, "../r", "the root module's own local paths may lead anywhere");
}

#[test]
fn a_damaged_manifest_says_what_to_do() {
    let sandbox = Sandbox::new();
    sandbox.write("root/.terraform/modules/modules.json", "{");
    let error =
        ModuleInstaller::new(&sandbox.path("root"), ".terraform", false).err().expect("it is damaged");
    assert_eq!(error.hint.as_deref(), Some("delete the file and run init again"));
}

#[test]
fn without_modules_nothing_is_written() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.path("root")).unwrap();
    installer(&sandbox, false).finish().unwrap();
    assert!(!sandbox.path("root/.terraform").exists());
}
