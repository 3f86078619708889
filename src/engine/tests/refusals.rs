//! What can't be done is said with its place or object, and leaves the state as it was; and a store that fails.

use crate::cut::{Cut, Cutting};
use crate::stage::{Stage, errors, plan_and_apply};
use std::sync::Arc;
use trueup_diag::Diagnostics;
use trueup_engine::{PlanOptions, Planned, apply};
use trueup_provider::fake::{Call, Effect};

const GOOD: &str = "resource \"fake_thing\" \"a\" {\n  name = \"a\"\n}\n";

/// Applies in peace, writes the file, and tries again: refused with these words at this line of `main.tf` (0 for none).
async fn check(config: &str, line: usize, words: &[&str]) {
    let stage = Stage::new(GOOD);
    stage.apply(&PlanOptions::default()).await;
    let path = stage.path().join("terraform.tfstate");
    let before = std::fs::read(&path).expect("a state");
    stage.configure(config);
    let found = match stage.try_open(true).await {
        Err(found) => found,
        Ok(mut session) => {
            let outcome = plan_and_apply(&mut session, &PlanOptions::default()).await;
            drop(session.close().await);
            outcome.diagnostics
        }
    };
    let said = told(&found);
    for word in words {
        assert!(said.contains(word), "{config}\n{word}\n{said}");
    }
    if line > 0 {
        let text = std::fs::read_to_string(stage.path().join("main.tf")).expect("a file");
        let starts = found.iter().filter(|d| d.is_error()).filter_map(|d| d.subject);
        let lines: Vec<usize> =
            starts.map(|span| text[..(span.start as usize).min(text.len())].lines().count()).collect();
        // The preamble comes first.
        assert!(lines.iter().any(|at| at.abs_diff(line + 5) <= 1), "{config}\n{lines:?}\n{said}");
    }
    assert_eq!(std::fs::read(&path).expect("a state"), before, "{config}: the state was touched");
    stage.configure(GOOD);
    stage.assert_settled(config).await;
}

/// All that the diagnostics say, hints included.
fn told(found: &Diagnostics) -> String {
    let line = |d: &trueup_diag::Diagnostic| {
        format!("{}: {} {}", d.summary, d.detail, d.hint.clone().unwrap_or_default())
    };
    found.iter().filter(|d| d.is_error()).map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn wrong_configurations_are_refused() {
    check("resource \"fake_thing\" \"a\" {\n  name = [1\n}\n", 2, &[]).await;
    check(
        "variable \"v\" {\n}\noutput \"v\" {\n  value = var.v\n}\n",
        1,
        &["No value for required variable", "\"v\""],
    )
    .await;
    check("resource \"fake_thing\" \"a\" {\n  name = \"a\"\n  size = \"many\"\n}\n", 3, &["number"]).await;
    let cycle = "resource \"fake_thing\" \"a\" {\n  name = fake_thing.b.id\n}\n\
                 resource \"fake_thing\" \"b\" {\n  name = fake_thing.a.id\n}\n";
    check(cycle, 0, &["Cycle", "fake_thing.a", "fake_thing.b"]).await;
    let near = "resource \"fake_thing\" \"network\" {\n  name = \"n\"\n}\noutput \"o\" {\n  value = fake_thing.netwrok.id\n}\n";
    check(near, 5, &["undeclared", "Did you mean", "network"]).await;
    let attribute = "resource \"fake_thing\" \"a\" {\n  name = \"a\"\n  sise = 1\n}\n";
    check(attribute, 3, &["Unsupported argument", "size"]).await;
    let versioned = "module \"m\" {\n  source = \"./m\"\n  version = \"1.0\"\n}\n";
    check(versioned, 2, &["Invalid registry module source address", "./m", "remove the version"]).await;
    let backend =
        "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"k\"\n    region = \"r\"\n  }\n}\n";
    check(backend, 2, &["Backend initialization required", "init"]).await;
}

#[tokio::test]
async fn wrong_states_are_refused_and_left_alone() {
    let cases = [
        ("{\"version\": 4, \"serial\": 1", "terraform.tfstate"),
        (
            "{\"version\": 5, \"serial\": 1, \"lineage\": \"x\", \"terraform_version\": \"9.0.0\", \"outputs\": {}, \"resources\": []}",
            "version",
        ),
    ];
    for (text, word) in cases {
        let stage = Stage::new(GOOD);
        stage.write("terraform.tfstate", text);
        let found = stage.try_open(true).await.err().expect("refused");
        assert!(told(&found).contains(word), "{found:?}");
        let kept = std::fs::read_to_string(stage.path().join("terraform.tfstate")).expect("a state");
        assert_eq!(kept, text);
    }
}

#[tokio::test]
async fn a_held_lock_says_who_since_when_and_what_to_do() {
    let stage = Stage::new(GOOD);
    let first = stage.open().await;
    let found = stage.try_open(true).await.err().expect("refused");
    let said = told(&found);
    for word in ["Error acquiring the state lock", "test@stage", "2026-01-01T00:00:00Z", "OperationTypeApply"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
    drop(first.close().await);
    stage.apply(&PlanOptions::default()).await;
}

/// A store that fails at one of its writes, or from then on: the run says so and the next one ends it.
#[tokio::test(start_paused = true)]
async fn a_store_may_fail_at_any_write() {
    let config = "resource \"fake_thing\" \"a\" {\n  name = \"a\"\n}\n\
                  resource \"fake_thing\" \"b\" {\n  count = 2\n  name = \"b${count.index}\"\n  parent_id = fake_thing.a.id\n}\n";
    let mut failures = 0;
    for for_good in [false, true] {
        for number in 1..=12 {
            let told = format!("write {number} fails (and all after it: {for_good})");
            let stage = Stage::new(config);
            let session = stage.open().await;
            let cut = if for_good { Cut::FailsFrom(number) } else { Cut::Fails(number) };
            let wrap = |inner| Cutting::around(inner, cut, &Arc::default(), &Arc::default());
            let mut session = session.around_store(wrap);
            let outcome = plan_and_apply(&mut session, &PlanOptions::default()).await;
            drop(session.close().await);
            failures += usize::from(!errors(&outcome.diagnostics).is_empty());
            stage.apply(&PlanOptions::default()).await;
            stage.assert_settled(&told).await;
            assert_eq!(stage.created().len(), 3, "{told}: {:?}", stage.created());
        }
    }
    assert!(failures > 12, "{failures}");
}

/// A lock that somebody broke: nothing is begun any more.
#[tokio::test(start_paused = true)]
async fn a_lost_lock_is_noticed_before_a_step_begins() {
    let stage = Stage::new("resource \"fake_thing\" \"a\" {\n  name = \"a\"\n}\n");
    let mut session = stage.open().await;
    let Planned { plan, .. } = session.plan(&PlanOptions::default()).await;
    std::fs::remove_file(stage.path().join(".terraform.tfstate.lock.info"))
        .expect("the lock says whose it is");
    let outcome = apply(&mut session, &plan, "", 1).await;
    let said = errors(&outcome.diagnostics).join("\n");
    assert!(said.contains("keep the lock"), "{said}");
    assert!(stage.created().is_empty(), "{:?}", stage.created());
    assert_eq!(stage.journal(), "", "the journal is another run's by now");
    drop(session.close().await);
}

/// What an interrupted run left is not cleared away by one whose lock somebody broke, also where it changes nothing.
#[tokio::test(start_paused = true)]
async fn a_lost_lock_clears_no_journal() {
    let stage = Stage::new(GOOD);
    stage.apply(&PlanOptions::default()).await;
    stage.configure(&format!("{GOOD}resource \"fake_thing\" \"b\" {{\n  name = \"b\"\n}}\n"));
    stage.cloud.fail(Call::Create, 1, Effect::Hang);
    let mut session = stage.open().await;
    let options = PlanOptions::default();
    let run = plan_and_apply(&mut session, &options);
    assert!(tokio::time::timeout(std::time::Duration::from_mins(1), run).await.is_err(), "it hangs");
    drop(session);
    let left = stage.journal();
    assert!(left.contains("fake_thing.b"), "{left}");
    let mut session = stage.open().await;
    std::fs::remove_file(stage.path().join(".terraform.tfstate.lock.info"))
        .expect("the lock says whose it is");
    let said = errors(&session.plan(&PlanOptions::default()).await.diagnostics).join("\n");
    assert!(said.contains("keep the lock"), "{said}");
    assert_eq!(stage.journal(), left);
    drop(session.close().await);
    stage.apply(&PlanOptions::default()).await;
    stage.assert_settled("after a lost lock").await;
}

/// Which workspace is meant is not guessed: the default one's objects are others.
#[tokio::test]
async fn a_selection_that_can_not_be_read_is_no_selection_of_the_default() {
    let cases: [fn(&std::path::Path); 2] = [
        |note| std::fs::create_dir_all(note).expect("a directory"),
        |note| {
            std::fs::create_dir_all(note.parent().expect("a parent")).expect("a directory");
            std::fs::write(note, [b'p', 0xff]).expect("a file");
        },
    ];
    for spoil in cases {
        let stage = Stage::new(GOOD);
        stage.apply(&PlanOptions::default()).await;
        spoil(&stage.path().join(".terraform/environment"));
        let found = stage.try_open(true).await.err().expect("refused");
        assert!(told(&found).contains("Failed to read the selected workspace"), "{found:?}");
        assert!(trueup_engine::selected(&stage.world()).is_err());
        assert!(trueup_engine::open_state(&stage.world(), None).await.is_err());
    }
}
