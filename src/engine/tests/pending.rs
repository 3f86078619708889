//! A journal of a killed run is there: whatever writes the state by hand says so and leaves everything alone, and a
//! plan, a refresh or an apply finds out and goes on.

use crate::stage::{Stage, destroying, errors, plan_and_apply};
use std::collections::BTreeMap;
use std::time::Duration;
use trueup_engine::{
    Holding, LockOptions, Mark, PlanOptions, PushError, Surgery, SurgeryOptions, Undeleted, Workspaces, push,
    select,
};
use trueup_plan::PlanMode;
use trueup_provider::fake::{Call, Effect};
use trueup_store::Backup;

const CONFIG: &str = "resource \"fake_thing\" \"a\" {\n  name = \"a\"\n}\nresource \"fake_thing\" \"b\" {\n  name      = \"b\"\n  parent_id = fake_thing.a.id\n}\n";

const LOCKING: LockOptions = LockOptions { lock: true, timeout: Duration::ZERO };

/// Killed while `b` is made; the object is there.
async fn killed() -> Stage {
    let stage = Stage::new(CONFIG);
    kill(&stage).await;
    stage
}

async fn kill(stage: &Stage) {
    stage.cloud.fail(Call::Create, 2, Effect::HangAfter);
    let mut session = stage.open().await;
    let options = PlanOptions::default();
    let run = plan_and_apply(&mut session, &options);
    assert!(tokio::time::timeout(Duration::from_mins(1), run).await.is_err(), "it hangs");
}

/// Every file in the directory but the note of who holds the lock, with what is in it.
fn files(stage: &Stage) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(stage.path()).expect("the directory is there").flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    let files = files.filter(|entry| !entry.file_name().to_string_lossy().ends_with(".lock.info"));
    files
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).expect("it can be read");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

async fn surgery(stage: &Stage, operation: &str) -> Surgery {
    let holding = Holding { operation: operation.into(), locking: LOCKING, backup: Backup::Beside };
    let options = SurgeryOptions {
        holding,
        state: None,
        state_out: None,
        backup_out: Backup::Beside,
        is_local_only: false,
    };
    Surgery::open(&stage.world(), &options).await.unwrap_or_else(|not| panic!("{:?}", not.diagnostics))
}

/// What each command that changes the state by hand answers.
async fn by_hand(stage: &Stage) -> Vec<(&'static str, String)> {
    let a = "fake_thing.a".parse().expect("an address");
    let mut said = Vec::new();
    let mut note = |what, answer: Result<(), String>| said.push((what, answer.err().unwrap_or_default()));
    let text = |d: Box<trueup_diag::Diagnostic>| format!("{}: {}", d.summary, d.hint.unwrap_or_default());
    let mut held = surgery(stage, "state-rm").await;
    note("state rm", held.forget(&[a]).await.map_err(text));
    drop(held.close().await);
    let mut held = surgery(stage, "state-mv").await;
    let moved = held.moving("fake_thing.a", "fake_thing.z").unwrap_or_else(|found| panic!("{found:?}"));
    note("state mv", held.carry_out(moved).await.map_err(text));
    drop(held.close().await);
    let a = "fake_thing.a".parse().expect("an address");
    let mut held = surgery(stage, "taint").await;
    note("taint", held.mark(&a, Mark::Taint).await.map(drop).map_err(text));
    drop(held.close().await);
    let mut session = stage.open().await;
    let other = "fake_thing.b".parse().expect("an address");
    let imported = session.import(&other, "thing-b-1").await;
    note("import", imported.map(drop).map_err(|found| errors(&found).join("\n")));
    drop(session.close().await);
    let mut state = stage.state();
    state.serial += 5;
    let pushed = push(&stage.world(), state, false, LOCKING).await;
    note(
        "state push",
        pushed.map_err(|error| match error {
            PushError::Unfit(why) => why,
            PushError::Failed(not) => errors(&not.diagnostics).join("\n"),
        }),
    );
    said
}

#[tokio::test(start_paused = true)]
async fn nothing_is_changed_by_hand_before_a_plan_has_looked() {
    let stage = killed().await;
    let before = files(&stage);
    for (command, said) in by_hand(&stage).await {
        assert!(said.contains("An interrupted run is not settled yet"), "{command}: {said}");
        assert_eq!(files(&stage), before, "{command} left everything alone");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_looks_at_the_world_settles_it() {
    let refresh = PlanOptions { mode: PlanMode::RefreshOnly, ..PlanOptions::default() };
    for options in [PlanOptions::default(), refresh, destroying()] {
        let told = format!("{:?}", options.mode);
        let stage = killed().await;
        let planned = stage.plan(&options).await;
        assert_eq!(errors(&planned.diagnostics), Vec::<String>::new(), "{told}");
        stage.assert_true(&told);
        assert_eq!(stage.state().objects().count(), 2, "{told}: what was made is on record");
        let mut held = surgery(&stage, "state-rm").await;
        let b = "fake_thing.b".parse().expect("an address");
        assert!(held.forget(&[b]).await.is_ok(), "{told}: the state can be changed by hand again");
        drop(held.close().await);
    }
}

/// The same for another workspace, whose deletion would lose what nobody knows of.
#[tokio::test(start_paused = true)]
async fn a_workspace_with_a_killed_run_is_not_deleted() {
    let stage = Stage::new(CONFIG);
    let world = stage.world();
    let opened =
        async || Workspaces::open(&world).await.unwrap_or_else(|not| panic!("{:?}", not.diagnostics));
    opened().await.create("other", None, LOCKING).await.expect("it is made");
    select(&world, "other").expect("it is selected");
    kill(&stage).await;
    select(&world, "default").expect("it is selected");
    let refused = opened().await.delete("other", false, LOCKING).await;
    match refused {
        Err(Undeleted::Failed(said)) => assert_eq!(said.summary, "An interrupted run is not settled yet"),
        _ => panic!("the workspace was deleted"),
    }
    select(&world, "other").expect("it is selected");
    stage.apply(&PlanOptions::default()).await;
    stage.apply(&destroying()).await;
    select(&world, "default").expect("it is selected");
    assert!(opened().await.delete("other", false, LOCKING).await.is_ok());
    assert!(stage.cloud.objects().is_empty());
}
