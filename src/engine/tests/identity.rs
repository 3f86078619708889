//! `import` blocks: by id and by identity, one and many, into modules, and with what is known too late.

use crate::stage::{Stage, actions, errors};
use trueup_engine::PlanOptions;
use trueup_provider::fake::Call;

const THING: &str = "resource \"fake_thing\" \"a\" {\n  name = \"a\"\n}\n";

fn importing(to: &str, lines: &str) -> String {
    format!("import {{\n  to = {to}\n{lines}\n}}\n")
}

/// A cloud with `thing-a-1`, `thing-b-1` and `thing-in-1`, which nobody manages.
fn sown(config: &str) -> Stage {
    let stage = Stage::new(config);
    for name in ["a", "b", "in"] {
        stage.cloud.insert("fake_thing", [("name", name.into())]);
    }
    stage.write(
        "m/main.tf",
        &format!(
            "terraform {{\n  required_providers {{\n    fake = {{ source = \"trueup/fake\" }}\n  }}\n}}\n{}",
            THING.replace("\"a\"", "\"in\"")
        ),
    );
    let listed = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"./m","Dir":"m"}]}"#;
    stage.write(".terraform/modules/modules.json", listed);
    stage
}

async fn imports(config: &str, expected: &[&str]) {
    let stage = sown(config);
    let planned = stage.plan(&PlanOptions::default()).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new(), "{config}");
    assert_eq!(actions(&planned.plan).len(), 0, "{config}: only imports");
    let imported = planned.plan.changes.iter().filter(|change| change.importing.is_some());
    let imported: Vec<String> = imported.map(|change| change.addr.to_string()).collect();
    assert_eq!(imported, expected, "{config}");
    // A saved plan imports the same.
    let mut session = stage.open().await;
    let bytes = trueup_plan::file::write(&planned.plan, &session.snapshot()).expect("it can be saved");
    let (saved, _) = trueup_plan::file::read(&bytes).expect("it can be read");
    let named =
        |plan: &trueup_plan::Plan| plan.changes.iter().map(|c| c.importing.clone()).collect::<Vec<_>>();
    assert_eq!(named(&saved), named(&planned.plan), "{config}");
    let outcome = trueup_engine::apply(&mut session, &saved, "hash", 10).await;
    assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new(), "{config}");
    drop(session.close().await);
    let addresses: Vec<String> = stage.state().objects().map(|object| object.address().to_string()).collect();
    assert_eq!(addresses, expected, "{config}");
    let again = stage.plan(&PlanOptions::default()).await.plan;
    assert!(!again.has_changes(), "{config}: imported once");
}

async fn refuses(config: &str, words: &[&str]) {
    let stage = sown(config);
    let found = match stage.try_open(true).await {
        Err(found) => found,
        Ok(mut session) => {
            let found = session.plan(&PlanOptions::default()).await.diagnostics;
            drop(session.close().await);
            found
        }
    };
    let said = errors(&found).join("\n");
    for word in words {
        assert!(said.contains(word), "{config}\n{word}\n{said}");
    }
}

#[tokio::test]
async fn objects_are_imported_by_id_and_by_identity() {
    let by_id = importing("fake_thing.a", "  id = \"thing-a-1\"");
    let by_identity = importing("fake_thing.a", "  identity = {\n    id = \"thing-a-1\"\n  }");
    let with_region =
        importing("fake_thing.a", "  identity = {\n    id = \"thing-a-1\"\n    region = \"main\"\n  }");
    for import in [by_id, by_identity, with_region] {
        imports(&format!("{THING}{import}"), &["fake_thing.a"]).await;
    }
    let each = "resource \"fake_thing\" \"e\" {\n  for_each = toset([\"a\", \"b\"])\n  name = each.key\n}\n";
    let ids = "  for_each = toset([\"a\", \"b\"])\n  id = \"thing-${each.key}-1\"";
    let identities =
        "  for_each = { a = \"thing-a-1\", b = \"thing-b-1\" }\n  identity = { id = each.value }";
    for lines in [ids, identities] {
        let import = importing("fake_thing.e[each.key]", lines);
        imports(&format!("{each}{import}"), &["fake_thing.e[\"a\"]", "fake_thing.e[\"b\"]"]).await;
    }
    let module = "module \"m\" {\n  source = \"./m\"\n  count = 1\n}\n";
    let import = importing("module.m[0].fake_thing.in", "  identity = { id = \"thing-in-1\" }");
    imports(&format!("{module}{import}"), &["module.m[0].fake_thing.in"]).await;
}

#[tokio::test]
async fn imports_that_name_nothing_are_refused() {
    let cases: &[(&str, &[&str])] = &[
        ("  id = \"thing-a-1\"\n  identity = { id = \"thing-a-1\" }", &["Invalid import block"]),
        ("", &["Missing required argument"]),
        ("  id = \"\"", &["Invalid import id argument"]),
        ("  id = null", &["Invalid import id argument"]),
        ("  id = fake_thing.late.arn", &["Invalid import id argument", "known"]),
        ("  id = \"thing-x-1\"", &["Cannot import non-existent remote object"]),
        (
            "  identity = { idd = \"x\" }",
            &["Invalid import identity argument", "did you mean \"id\"", "\"id\" must be set"],
        ),
        ("  identity = \"x\"", &["Invalid import identity argument", "must be an object"]),
        ("  identity = { id = fake_thing.late.arn }", &["Invalid import identity argument", "known"]),
        (
            "  identity = { id = \"thing-a-1\", region = \"elsewhere\" }",
            &["Cannot import non-existent remote object", "region = \"elsewhere\""],
        ),
    ];
    let late = "resource \"fake_thing\" \"late\" {\n  name = \"late\"\n  tags = { arn = terraform_data.l.id }\n}\nresource \"terraform_data\" \"l\" {}\n";
    for (lines, words) in cases {
        refuses(&format!("{THING}{late}{}", importing("fake_thing.a", lines)), words).await;
    }
    let slow = "resource \"fake_slow\" \"s\" {\n  name = \"s\"\n}\n";
    let import = importing("fake_slow.s", "  identity = { id = \"slow-s-1\" }");
    refuses(&format!("{slow}{import}"), &["Import by identity not supported", "fake_slow"]).await;
    let each = importing("fake_thing.a", "  for_each = toset([terraform_data.l.id])\n  id = each.key");
    refuses(&format!("{THING}{late}{each}"), &["Invalid for_each argument", "known"]).await;
}

/// An identity is for objects that the state doesn't have; one that has come under management is left alone.
#[tokio::test]
async fn what_is_managed_is_not_imported_again() {
    let stage = sown(&format!("{THING}{}", importing("fake_thing.a", "  identity = { id = \"thing-a-1\" }")));
    stage.apply(&PlanOptions::default()).await;
    let before = stage.cloud.count(Call::Import);
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(stage.cloud.count(Call::Import), before);
}
