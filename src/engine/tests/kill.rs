//! A real process with a real `SIGKILL`: this test's own program, run again as the victim.

use crate::stage::{Stage, errors, plan_and_apply, session_options, world};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::watch;
use trueup_engine::{Interrupt, PlanOptions, Session, Unobserved};
use trueup_provider::fake::{Call, Effect, FakeCloud};

const CONFIG: &str = r#"
resource "fake_thing" "a" {
  count = 3
  name  = "a${count.index}"
}
resource "fake_thing" "b" {
  count     = 3
  name      = "b${count.index}"
  parent_id = fake_thing.a[count.index].id
}
"#;

/// Names the directory that the victim works in, and the creation that it hangs in: before or after its effect.
const DIRECTORY: &str = "TRUEUP_TEST_VICTIM";
const CREATION: &str = "TRUEUP_TEST_VICTIM_CREATION";
const AFTER: &str = "TRUEUP_TEST_VICTIM_AFTER";

/// Not a test of its own: what the killed process does.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the victim is told by its environment what to do")]
async fn victim() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let number: u64 = std::env::var(CREATION).expect("told").parse().expect("a number");
    let effect = if std::env::var(AFTER).is_ok() { Effect::HangAfter } else { Effect::Hang };
    let directory = Path::new(&directory);
    let cloud = FakeCloud::open(&directory.join("cloud.json")).expect("a cloud");
    cloud.fail(Call::Create, number, effect);
    let (_sender, interrupt) = watch::channel(Interrupt::None);
    let world =
        world(directory, &cloud, &Arc::new(AtomicU64::new(1_000_000)), (Arc::new(Unobserved), interrupt));
    let opened = Session::open(&world, session_options(true)).await;
    let mut session = opened.unwrap_or_else(|not| panic!("{:?}", not.diagnostics));
    let options = PlanOptions::default();
    let run = plan_and_apply(&mut session, &options);
    let alive = async {
        while cloud.hanging() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // The other steps come to their end, and then the killer is told.
        tokio::time::sleep(Duration::from_millis(100)).await;
        std::fs::write(directory.join("hanging"), "").expect("a file");
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = run => panic!("the run hangs and doesn't end"),
        () = alive => {}
    }
}

#[expect(clippy::disallowed_methods, reason = "the test runs its own program again")]
fn kill_a_victim(directory: &Path, creation: u64, after: bool) {
    let mut command = Command::new(std::env::current_exe().expect("the test's program"));
    command.args(["--exact", "kill::victim"]).env(DIRECTORY, directory).env(CREATION, creation.to_string());
    if after {
        command.env(AFTER, "1");
    }
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the victim starts");
    for _ in 0..1500 {
        if directory.join("hanging").exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(child.try_wait().expect("a status").is_none(), "the victim lives");
    child.kill().expect("SIGKILL");
    child.wait().expect("it is dead");
    std::fs::remove_file(directory.join("hanging")).expect("the victim hung");
}

#[tokio::test]
async fn a_killed_process_leaves_nothing_behind() {
    for creation in 1..=6 {
        for after in [false, true] {
            let told = format!("killed in creation {creation} (after its effect: {after})");
            let mut stage = Stage::new(CONFIG);
            kill_a_victim(stage.path(), creation, after);
            stage.cloud = FakeCloud::open(&stage.path().join("cloud.json")).expect("the cloud outlives it");
            let outcome = stage.try_apply(&PlanOptions::default()).await;
            assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new(), "{told}");
            stage.assert_settled(&told).await;
            let mut names = stage.names();
            names.sort();
            assert_eq!(names, ["a0", "a1", "a2", "b0", "b1", "b2"], "{told}");
        }
    }
}
