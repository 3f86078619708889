//! Providers that are lent, and the worlds that stacks get, without a command line.

use crate::lend::Lending;
use crate::site::{Ground, Sites};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use trueup_engine::{Deprecations, Given, Interrupt, Unobserved, World};
use trueup_provider::fake::{FakeCloud, FakeFactory};
use trueup_provider::{Factories, Factory, Provider};
use trueup_stacks::Stacks;
use trueup_value::{Type, Value};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Counts what is started.
struct Counting {
    inner: FakeFactory,
    started: std::sync::atomic::AtomicUsize,
}

impl Factory for Counting {
    fn start(
        &self,
        addr: &trueup_addr::ProviderAddr,
    ) -> Result<Arc<dyn Provider>, trueup_provider::StartError> {
        self.started.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.inner.start(addr)
    }

    fn known(&self) -> Vec<trueup_addr::ProviderAddr> {
        self.inner.known()
    }
}

#[test]
fn the_same_configuration_is_the_same_client() {
    let counting = Arc::new(Counting {
        inner: FakeFactory::new(FakeCloud::new()),
        started: std::sync::atomic::AtomicUsize::new(0),
    });
    let lending = Lending::new(counting.clone());
    let addr = FakeFactory::addr();
    let started = || counting.started.load(std::sync::atomic::Ordering::SeqCst);
    let empty = lending.start(&addr).expect("it is known").schema().provider.block.empty_value();
    let config = |region: Value| {
        let mut attributes = empty.as_mapping().expect("a provider block is an object").clone();
        attributes.insert("region".into(), region);
        Value::object_of(attributes)
    };
    let runtime = runtime();
    let check = |region: Value, more: usize| {
        let before = started();
        let provider = lending.start(&addr).expect("it is known");
        let found = runtime.block_on(provider.configure(&config(region.clone())));
        assert!(!found.has_errors(), "{found:?}");
        assert_eq!(started() - before, more, "{region:?}");
    };
    assert_eq!(started(), 1, "one for the schema");
    check(Value::string("north"), 1);
    check(Value::string("north"), 0);
    check(Value::string("south"), 1);
    check(Value::string("north"), 0);
    check(Value::unknown(Type::String), 1);
    check(Value::unknown(Type::String), 1);
}

/// The outside of a run in a directory, with these variables of the environment.
fn ground(root: &Path, environment: &[(&str, &str)]) -> Ground {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let (_, interrupt) = watch::channel(Interrupt::None);
    let factory: Arc<dyn Factory> = Arc::new(Factories::default());
    Ground {
        world: World {
            dir: root.to_owned(),
            started_in: root.to_owned(),
            state_dir: root.to_owned(),
            taken_from: None,
            tree: Arc::default(),
            data_dir: root.join(".terraform"),
            environment: Arc::new(environment.collect()),
            given: Vec::new(),
            deprecations: Deprecations::All,
            clock: Arc::new(|| "2026-01-01T00:00:00Z".into()),
            random: Arc::new(|bytes| bytes.fill(7)),
            who: "test@stage".into(),
            factory: factory.clone(),
            observer: Arc::new(Unobserved),
            tokens: Arc::default(),
            interrupt,
        },
        factory: Arc::new(move |_| factory.clone()),
        temporary: root.to_owned(),
        listening: |observer| observer,
    }
}

#[test]
fn every_stack_has_a_world_of_its_own() {
    let root = tempfile::tempdir().expect("a directory");
    let settings = "stack \"one\" {\n  path      = \"live/one\"\n  workspace = \"w\"\n  var_files = [\"common.tfvars\", \"live/one/own.tfvars\"]\n}\nstack \"top\" {\n  path = \".\"\n  var_files = [\"common.tfvars\"]\n}\nstack \"sub\" {\n  path = \"sub\"\n}\n";
    for (path, text) in [
        ("trueup.hcl", settings),
        ("main.tf", ""),
        ("live/one/main.tf", ""),
        ("sub/main.tf", ""),
        ("sub/.git", ""),
    ] {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }
    let stacks = Stacks::read(root.path()).unwrap_or_else(|(found, _)| panic!("{found:?}"));
    let elsewhere = root.path().join("data").display().to_string();
    let world = |name: &str, environment: &[(&str, &str)]| {
        let ground = ground(root.path(), environment);
        let tree = ground.world.tree.clone();
        let sites = Sites::new(root.path(), ground);
        let stack = stacks.get(name).expect("a stack");
        let site = runtime().block_on(sites.of(stack)).unwrap_or_else(|problem| panic!("{problem:?}"));
        let inputs = BTreeMap::from([("v".into(), Value::from(true))]);
        let world = site.world(&inputs, Arc::new(Unobserved));
        let is_shared = Arc::ptr_eq(&world.tree, &tree);
        (world, is_shared)
    };
    let value =
        Given::Value { name: "v".into(), value: Value::from(true), source: "the inputs of the stack".into() };
    let file = |path: &str| Given::File(path.into());

    let (one, is_shared) = world("one", &[("TF_WORKSPACE", "other"), ("TF_DATA_DIR", "kept")]);
    let dir = root.path().join("live/one");
    assert_eq!((&one.dir, &one.started_in, &one.state_dir), (&dir, &dir, &dir));
    assert_eq!(one.data_dir, dir.join("kept"));
    assert_eq!(one.workspace().expect("a workspace"), "w");
    assert_eq!(one.given, [file("../../common.tfvars"), file("../../live/one/own.tfvars"), value.clone()]);
    assert!(is_shared, "one repository has one commit");

    let (top, _) = world("top", &[("TF_WORKSPACE", "other"), ("TF_DATA_DIR", &elsewhere)]);
    assert_eq!(top.workspace().expect("a workspace"), "other");
    assert_eq!(top.data_dir, Path::new(&elsewhere).join("top"));
    assert_eq!(top.given, [file("common.tfvars"), value]);

    let (_, is_shared) = world("sub", &[]);
    assert!(!is_shared, "a repository within another one");
}
