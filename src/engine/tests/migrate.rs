//! A state that moves to another backend: nobody else changes it meanwhile, and nothing of it is left out.

use crate::stage::{Stage, errors, plan_and_apply};
use std::sync::Mutex;
use std::time::Duration;
use trueup_diag::Diagnostic;
use trueup_engine::{
    Approval, BackendSettings, LockOptions, PlanOptions, Question, initialize_backend, load,
};
use trueup_provider::fake::{Call, Effect};
use trueup_state::State;
use trueup_store::{ErrorKind, LocalPaths, LocalStore, LockInfo, Store};

/// Says yes after it has looked around.
struct Yes<F> {
    asked: Mutex<usize>,
    look: F,
}

impl<F: Fn() + Send + Sync> Approval for Yes<F> {
    fn approve(&self, _question: &Question) -> Result<bool, Box<Diagnostic>> {
        *self.asked.lock().expect("no test panics with it") += 1;
        (self.look)();
        Ok(true)
    }

    fn tell(&self, _text: &str) {}

    fn warn(&self, warning: Diagnostic) {
        panic!("{warning:?}");
    }
}

fn thing(name: &str) -> String {
    format!("resource \"fake_thing\" \"{name}\" {{\n  name = \"{name}\"\n}}\n")
}

fn backend(settings: &str) -> String {
    format!("terraform {{\n  backend \"local\" {{\n    {settings}\n  }}\n}}\n")
}

/// `init -migrate-state`, with yes to what it asks; how often it asked.
async fn initialize(stage: &Stage, look: impl Fn() + Send + Sync) -> Result<usize, String> {
    let world = stage.world();
    let mut loaded = load(&world, None);
    let locking = LockOptions { lock: true, timeout: Duration::ZERO };
    let settings = BackendSettings { given: Vec::new(), reconfigure: false, migrate: true, locking };
    let asked = Yes { asked: Mutex::new(0), look };
    let done = initialize_backend(&world, &loaded.program, &settings, &mut loaded.sources, &asked).await;
    let asked = *asked.asked.lock().expect("no test panics with it");
    done.map(|_| asked).map_err(|diagnostic| format!("{}: {}", diagnostic.summary, diagnostic.detail))
}

fn state(stage: &Stage, path: &str) -> State {
    let bytes = std::fs::read(stage.path().join(path)).expect("a state");
    trueup_state::wire::read(&bytes).expect("the state file is whole")
}

fn names(state: &State) -> Vec<String> {
    state.objects().map(|object| object.address().to_string()).collect()
}

/// What is shown in the question is what is replaced: neither end can be written to while a person thinks.
#[tokio::test]
async fn both_ends_are_locked_while_a_person_is_asked() {
    let stage = Stage::new(&thing("a"));
    stage.apply(&PlanOptions::default()).await;
    stage.configure(&format!("{}{}", backend("path = \"other.tfstate\""), thing("a")));
    let is_locked = |path: &str| {
        let paths = LocalPaths::new(stage.path(), path.as_ref(), "terraform.tfstate.d".as_ref());
        let lock = LocalStore::new(paths, "default");
        let taken = futures::executor::block_on(lock.lock(LockInfo::default()));
        matches!(taken.expect_err("it is locked").kind, ErrorKind::Locked(_))
    };
    let look = || assert!(is_locked("other.tfstate") && is_locked("terraform.tfstate"));
    assert_eq!(initialize(&stage, look).await, Ok(1));
    assert_eq!(names(&state(&stage, "other.tfstate")), ["fake_thing.a"]);
    assert_eq!(state(&stage, "other.tfstate").lineage, state(&stage, "terraform.tfstate").lineage);
    let paths = LocalPaths::new(stage.path(), "other.tfstate".as_ref(), "terraform.tfstate.d".as_ref());
    let lock = LocalStore::new(paths, "default").lock(LockInfo::default()).await.expect("it is free again");
    lock.release().await.expect("it is released");
}

/// What a run on the new backend may have made without its state knowing is not forgotten.
#[tokio::test(start_paused = true)]
async fn an_unsettled_target_is_not_overwritten() {
    let stage = Stage::new(&format!("{}{}", backend("path = \"other.tfstate\""), thing("b")));
    assert_eq!(initialize(&stage, || {}).await, Ok(0));
    stage.cloud.fail(Call::Create, 1, Effect::HangAfter);
    let mut session = stage.open().await;
    let options = PlanOptions::default();
    let run = plan_and_apply(&mut session, &options);
    assert!(tokio::time::timeout(Duration::from_mins(1), run).await.is_err(), "it hangs");
    drop(session);
    let journal = stage.journal();
    assert!(journal.contains("fake_thing.b"), "{journal}");
    // The same directory without that backend, and with it again.
    std::fs::remove_dir_all(stage.path().join(".terraform")).expect("it was set up");
    stage.configure(&thing("a"));
    stage.apply(&PlanOptions::default()).await;
    stage.configure(&format!("{}{}", backend("path = \"other.tfstate\""), thing("a")));
    let refused = initialize(&stage, || {}).await.expect_err("the target is not settled");
    assert!(refused.contains("An interrupted run is not settled yet: "), "{refused}");
    assert!(refused.contains("fake_thing.b"), "{refused}");
    let left = std::fs::read_to_string(stage.path().join(".other.tfstate.trueup-journal"));
    assert_eq!(left.ok().as_ref(), Some(&journal));
}

/// Another directory for workspaces is another place, though the default one's file is the same.
#[tokio::test]
async fn workspaces_go_along_to_another_directory() {
    let stage = Stage::new(&format!("{}{}", backend("workspace_dir = \"one\""), thing("a")));
    assert_eq!(initialize(&stage, || {}).await, Ok(0));
    stage.apply(&PlanOptions::default()).await;
    stage.write(".terraform/environment", "x");
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(names(&state(&stage, "one/x/terraform.tfstate")), ["fake_thing.a"]);
    let default = state(&stage, "terraform.tfstate");
    stage.configure(&format!("{}{}", backend("workspace_dir = \"./two\""), thing("a")));
    assert_eq!(initialize(&stage, || {}).await, Ok(1));
    assert_eq!(state(&stage, "two/x/terraform.tfstate"), state(&stage, "one/x/terraform.tfstate"));
    assert_eq!(state(&stage, "terraform.tfstate"), default);
    let planned = stage.plan(&PlanOptions::default()).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    assert!(!planned.plan.has_changes(), "the objects of the workspace are known in the new place");
    // The same place in other words.
    stage.configure(&format!("{}{}", backend("workspace_dir = \"two/.\""), thing("a")));
    assert_eq!(initialize(&stage, || {}).await, Ok(0));
}
