//! A directory with a configuration, a fake cloud behind it, and runs on both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use trueup_diag::Diagnostics;
use trueup_diff::Action;
use trueup_engine::{
    ApplyOutcome, Deprecations, Event, Holding, InputSources, Interrupt, LockOptions, Observer, PlanOptions,
    Planned, Session, SessionOptions, World, apply,
};
use trueup_plan::{Plan, PlanMode};
use trueup_provider::fake::{FakeCloud, FakeFactory};
use trueup_provider::{Factories, Factory};
use trueup_provider_builtin::Builtin;
use trueup_state::{State, wire};
use trueup_store::Backup;
use trueup_value::Value;

/// What every configuration of the tests opens with.
const PREAMBLE: &str =
    "terraform {\n  required_providers {\n    fake = { source = \"trueup/fake\" }\n  }\n}\n";

/// Where a test plays.
pub(crate) struct Stage {
    directory: TempDir,
    pub(crate) cloud: FakeCloud,
    /// Counts random numbers, so that no two runs of a stage make the same.
    drawn: Arc<AtomicU64>,
    pub(crate) interrupt: watch::Sender<Interrupt>,
    pub(crate) events: Arc<Mutex<Vec<Event>>>,
}

struct Listening(Arc<Mutex<Vec<Event>>>);

impl Observer for Listening {
    fn event(&self, event: &Event) {
        self.0.lock().expect("no test panics with it").push(event.clone());
    }
}

/// Numbers that look random and are the same in every run (splitmix64).
fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Stage {
    /// A new directory with this `main.tf`, and an empty cloud.
    pub(crate) fn new(config: &str) -> Stage {
        let stage = Stage {
            directory: tempfile::tempdir().expect("a directory"),
            cloud: FakeCloud::new(),
            drawn: Arc::new(AtomicU64::new(1)),
            interrupt: watch::Sender::new(Interrupt::None),
            events: Arc::default(),
        };
        stage.configure(config);
        stage
    }

    /// Writes another `main.tf`.
    pub(crate) fn configure(&self, config: &str) {
        self.write("main.tf", &format!("{PREAMBLE}{config}"));
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn world(&self) -> World {
        let observer = Arc::new(Listening(self.events.clone()));
        world(self.path(), &self.cloud, &self.drawn, (observer, self.interrupt.subscribe()))
    }

    pub(crate) async fn open(&self) -> Session {
        self.try_open(true).await.unwrap_or_else(|found| panic!("the session opens: {found:#?}"))
    }

    pub(crate) async fn try_open(&self, lock: bool) -> Result<Session, Diagnostics> {
        Session::open(&self.world(), session_options(lock)).await.map_err(|not| not.diagnostics)
    }

    /// Plans and gives the lock back.
    pub(crate) async fn plan(&self, options: &PlanOptions) -> Planned {
        let mut session = self.open().await;
        let planned = session.plan(options).await;
        assert_eq!(errors(&session.close().await), Vec::<String>::new());
        planned
    }

    /// Plans, applies, and gives the lock back, whatever comes of it.
    pub(crate) async fn try_apply(&self, options: &PlanOptions) -> ApplyOutcome {
        let mut session = self.open().await;
        let outcome = plan_and_apply(&mut session, options).await;
        assert_eq!(errors(&session.close().await), Vec::<String>::new());
        outcome
    }

    /// Plans and applies, which must go well.
    pub(crate) async fn apply(&self, options: &PlanOptions) {
        let outcome = self.try_apply(options).await;
        assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new());
    }

    /// What is in the state file.
    pub(crate) fn state(&self) -> State {
        match std::fs::read(self.path().join("terraform.tfstate")) {
            Ok(bytes) if !bytes.is_empty() => wire::read(&bytes).expect("the state file is whole"),
            _ => State::default(),
        }
    }

    /// The state has exactly the objects of the cloud, attribute for attribute, and nothing is deposed.
    #[track_caller]
    pub(crate) fn assert_true(&self, told: &str) {
        let state = self.state();
        let marked = self.cloud.objects().into_iter().filter(|object| !object.token.is_empty());
        assert_eq!(marked.count(), 0, "{told}: objects on record still carry the marks of their creations");
        let there = self.cloud.objects().into_iter();
        let there: BTreeMap<(String, String), Value> =
            there.map(|object| ((object.kind.to_string(), object.id.to_string()), object.value)).collect();
        let provider = FakeFactory::new(self.cloud.clone()).start(&FakeFactory::addr()).expect("it starts");
        let mut stored = BTreeMap::new();
        for object in state.objects() {
            assert!(object.deposed.is_none(), "{told}: {} has a deposed object", object.address());
            let kind = object.node.resource.kind.to_string();
            let Some(schema) = provider.schema().resource(false, &kind) else { continue };
            let value = object.object.decode(schema).expect("the object fits its schema").without_marks();
            let id = value.get("id").and_then(|id| id.as_str()).expect("an id").to_owned();
            let twice = stored.insert((kind, id), value);
            assert!(twice.is_none(), "{told}: {} is another's object", object.address());
        }
        assert!(
            stored.keys().eq(there.keys()),
            "{told}: state {:?}, cloud {:?}",
            stored.keys(),
            there.keys()
        );
        for (id, value) in &stored {
            assert!(
                *value == there[id],
                "{told}: {id:?} in the state {value:?}, in the cloud {:?}",
                there[id]
            );
        }
        assert_eq!(self.journal(), "", "{told}: the journal wasn't cleared");
    }

    /// The journal as it is on disk.
    pub(crate) fn journal(&self) -> String {
        let files = std::fs::read_dir(self.path()).expect("the directory is there").flatten();
        let journal =
            files.map(|file| file.path()).find(|path| path.to_string_lossy().ends_with("trueup-journal"));
        journal.map(|path| std::fs::read_to_string(path).expect("it can be read")).unwrap_or_default()
    }

    /// Nothing is to be done: the world, the state and the configuration say the same.
    pub(crate) async fn assert_settled(&self, told: &str) {
        self.assert_true(told);
        let planned = self.plan(&PlanOptions::default()).await;
        assert_eq!(errors(&planned.diagnostics), Vec::<String>::new(), "{told}");
        assert_eq!(actions(&planned.plan), BTreeMap::new(), "{told}: the plan is not empty");
        assert!(!planned.plan.has_changes(), "{told}: the plan is not empty");
    }

    /// Names of what is in the cloud, by kind.
    pub(crate) fn names(&self) -> Vec<String> {
        let name =
            |value: &Value| value.get("name").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
        self.cloud.objects().iter().map(|object| name(&object.value)).collect()
    }

    /// How often objects were made, by kind and name with number.
    pub(crate) fn created(&self) -> Vec<String> {
        let mut made: Vec<String> =
            self.cloud.log().into_iter().filter(|l| l.starts_with("create")).collect();
        made.sort();
        made
    }
}

/// The outside of a run on a directory and a cloud.
pub(crate) fn world(
    directory: &Path,
    cloud: &FakeCloud,
    drawn: &Arc<AtomicU64>,
    (observer, interrupt): (Arc<dyn Observer>, watch::Receiver<Interrupt>),
) -> World {
    let ids = drawn.clone();
    let ids = move || format!("id-{:016x}", scatter(ids.fetch_add(1, Ordering::Relaxed)));
    let fake: Arc<dyn Factory> = Arc::new(FakeFactory::new(cloud.clone()));
    let drawn = drawn.clone();
    World {
        dir: directory.to_owned(),
        started_in: directory.to_owned(),
        state_dir: directory.to_owned(),
        taken_from: None,
        tree: Arc::default(),
        data_dir: directory.join(".terraform"),
        environment: Arc::default(),
        given: Vec::new(),
        deprecations: Deprecations::All,
        clock: Arc::new(|| "2026-01-01T00:00:00Z".into()),
        seconds: || 1_767_225_600,
        random: Arc::new(move |bytes| {
            for byte in bytes.chunks_mut(8) {
                let drawn = scatter(drawn.fetch_add(1, Ordering::Relaxed));
                byte.copy_from_slice(&drawn.to_le_bytes()[..byte.len()]);
            }
        }),
        who: "test@stage".into(),
        factory: Arc::new(Factories(vec![fake, Arc::new(Builtin::new(Arc::new(ids)))])),
        observer,
        tokens: Arc::default(),
        interrupt,
    }
}

pub(crate) fn session_options(lock: bool) -> SessionOptions {
    SessionOptions {
        holding: Holding {
            operation: "OperationTypeApply".into(),
            locking: LockOptions { lock, timeout: Duration::ZERO },
            backup: Backup::Beside,
        },
        inputs: InputSources::default(),
        state_path: None,
        state_out: None,
        saved: None,
        valid: false,
    }
}

/// Plans and applies in one session, as the command `apply` does.
pub(crate) async fn plan_and_apply(session: &mut Session, options: &PlanOptions) -> ApplyOutcome {
    let Planned { plan, mut diagnostics } = session.plan(options).await;
    if diagnostics.has_errors() {
        let (done, outputs) = (BTreeMap::new(), BTreeMap::new());
        let finished = BTreeSet::new();
        return ApplyOutcome { done, finished, outputs, diagnostics, interrupted: false };
    }
    let mut outcome = apply(session, &plan, "hash", options.parallelism).await;
    diagnostics.append(outcome.diagnostics);
    outcome.diagnostics = diagnostics;
    outcome
}

/// What the options of `destroy` are.
pub(crate) fn destroying() -> PlanOptions {
    PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() }
}

/// The errors among diagnostics: address, summary and detail.
pub(crate) fn errors(diagnostics: &Diagnostics) -> Vec<String> {
    let errors = diagnostics.iter().filter(|d| d.is_error());
    errors
        .map(|d| format!("{}: {}: {}", d.address.as_deref().unwrap_or_default(), d.summary, d.detail))
        .collect()
}

/// What a plan does, by address; what stays as it is left out.
pub(crate) fn actions(plan: &Plan) -> BTreeMap<String, Action> {
    let changes = plan.changes.iter().filter(|change| change.change.action != Action::NoOp);
    changes
        .map(|change| {
            let deposed = change.deposed.as_ref().map_or("", |_| " (deposed)");
            (format!("{}{deposed}", change.addr), change.change.action)
        })
        .collect()
}

/// Targets by their addresses.
pub(crate) fn targets(addresses: &[&str]) -> BTreeSet<trueup_addr::Target> {
    addresses.iter().map(|address| address.parse().expect("a target")).collect()
}
