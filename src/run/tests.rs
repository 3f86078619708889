//! Providers that are lent, and the worlds that stacks get, without a command line.

use crate::choose::Repository;
use crate::comparing::{Comparing, Correcting};
use crate::lend::Lending;
use crate::report::Outcome::{Corrected, CorrectedInPart, Denied, Drifted, Unchanged};
use crate::report::{Counts, Event, Failure, Outcome, Question, Report, Reporter, Verdict};
use crate::run::{Operation, Options, run};
use crate::site::{Ground, Sites};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use trueup_diag::Diagnostic;
use trueup_engine::{Deprecations, Given, Interrupt, LockOptions, Unobserved, World};
use trueup_provider::fake::{Call, Effect, FakeCloud, FakeFactory};
use trueup_provider::{Factories, Factory, Provider};
use trueup_stacks::{Measure, Stacks};
use trueup_value::{Type, Value};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Counts what is started.
struct Counting {
    inner: FakeFactory,
    started: AtomicUsize,
}

impl Factory for Counting {
    fn start(
        &self,
        addr: &trueup_addr::ProviderAddr,
    ) -> Result<Arc<dyn Provider>, trueup_provider::StartError> {
        self.started.fetch_add(1, Ordering::SeqCst);
        self.inner.start(addr)
    }

    fn known(&self) -> Vec<trueup_addr::ProviderAddr> {
        self.inner.known()
    }
}

#[test]
fn the_same_configuration_is_the_same_client() {
    let counting =
        Arc::new(Counting { inner: FakeFactory::new(FakeCloud::new()), started: AtomicUsize::new(0) });
    let lending = Lending::new(counting.clone());
    let addr = FakeFactory::addr();
    let started = || counting.started.load(Ordering::SeqCst);
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
            seconds: || 1_767_225_600,
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

/// Says yes or no in turn, and notes what it was asked.
struct Answers {
    given: Mutex<Vec<bool>>,
    asked: Mutex<Vec<String>>,
    /// Where the configuration of the second stack is, and what it becomes once the first one is applied.
    then: Option<(PathBuf, String)>,
}

impl Reporter for Answers {
    fn event(&self, stack: &str, event: &Event<'_>) {
        if let (("a", Event::Applied(_)), Some((path, text))) = ((stack, event), &self.then) {
            std::fs::write(path, text).expect("a file");
        }
    }

    fn approve(&self, question: Question<'_>) -> Result<bool, Box<Diagnostic>> {
        let asked = match question {
            Question::All(reports) => format!("all {}", reports.len()),
            Question::Anew(stack) => format!("anew {stack}"),
            Question::Correct(stack) => format!("correct {stack}"),
        };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        Ok(self.given.lock().unwrap_or_else(PoisonError::into_inner).remove(0))
    }
}

/// A repository of two stacks on a fake cloud, the second of which takes an id from the first.
struct Stage {
    root: tempfile::TempDir,
    cloud: FakeCloud,
    /// The configuration of the second stack once the first one is applied, where it becomes another one.
    then: Option<String>,
}

const HEAD: &str = "terraform {\n  required_providers {\n    fake = { source = \"trueup/fake\" }\n  }\n}\nprovider \"fake\" {\n  region = \"north\"\n}\n";
const FIRST: &str = "resource \"fake_thing\" \"a\" {\n  name = \"a\"\n  size = 1\n}\noutput \"id\" {\n  value = fake_thing.a.id\n}\n";
const SECOND: &str = "variable \"id\" {}\nresource \"fake_thing\" \"b\" {\n  count = length(var.id) > 3 ? 1 : 0\n  name  = \"b\"\n}\n";
const INPUTS: &str = "stack \"a\" {}\nstack \"b\" {\n  inputs = { id = stack.a.id }\n}\n";

impl Stage {
    fn new() -> Stage {
        let root = tempfile::tempdir().expect("a directory");
        let stage = Stage { root, cloud: FakeCloud::new(), then: None };
        stage.write("trueup.hcl", INPUTS);
        stage.write("a/main.tf", &format!("{HEAD}{FIRST}"));
        stage.write("b/main.tf", &format!("{HEAD}{SECOND}"));
        stage
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    /// Runs both stacks; gives what became of them, and what was asked.
    fn run(&self, operation: Operation, answers: &[bool], comparing: Comparing) -> (Report, Vec<String>) {
        let repository = Repository::open(self.root.path()).unwrap_or_else(|found| panic!("{found:?}"));
        let lent: Arc<dyn Factory> = Arc::new(Lending::new(Arc::new(FakeFactory::new(self.cloud.clone()))));
        let ground = Ground { factory: Arc::new(move |_| lent.clone()), ..ground(&repository.root, &[]) };
        let chosen = ["a", "b"].map(String::from).into();
        let then = self.then.clone().map(|text| (self.root.path().join("b/main.tf"), text));
        let given = Mutex::new(answers.to_vec());
        let reporter = Arc::new(Answers { given, asked: Mutex::default(), then });
        let options = Options {
            operation,
            at_once: 2,
            calls: 2,
            locking: LockOptions { lock: true, timeout: Duration::ZERO },
            out: None,
            approved: false,
            comparing,
        };
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let ran = runtime.block_on(run(Arc::new(repository), &chosen, ground, options, reporter.clone()));
        let asked = reporter.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (ran.unwrap_or_else(|found| panic!("{found:?}")), asked)
    }

    fn check(&self, operation: Operation, answers: &[bool], expected: (&[Outcome], &[&str])) -> Report {
        self.compare(operation, answers, Comparing::default(), expected)
    }

    fn compare(
        &self,
        operation: Operation,
        answers: &[bool],
        comparing: Comparing,
        expected: (&[Outcome], &[&str]),
    ) -> Report {
        let (report, asked) = self.run(operation, answers, comparing);
        let outcomes: Vec<Outcome> = report.stacks.iter().map(|stack| stack.outcome.clone()).collect();
        assert_eq!((&outcomes[..], &asked.iter().map(String::as_str).collect::<Vec<_>>()[..]), expected);
        report
    }
}

#[test]
fn what_nobody_saw_is_asked_for_before_it_is_applied() {
    let stage = Stage::new();
    let changes = || Outcome::Changes;
    stage.check(Operation::Apply, &[false], (&[Outcome::Declined, Outcome::Declined], &["all 2"]));
    assert!(stage.cloud.objects().is_empty());
    let report = stage.check(
        Operation::Apply,
        &[true, false],
        (&[Outcome::Applied, Outcome::Declined], &["all 2", "anew b"]),
    );
    assert_eq!(report.verdict(), Verdict::Partly);
    assert_eq!(stage.cloud.objects().len(), 1, "only the first was approved of");
    stage.check(Operation::Plan, &[], (&[Outcome::Unchanged, changes()], &[]));
    stage.check(Operation::Apply, &[true], (&[Outcome::Unchanged, Outcome::Applied], &["all 2"]));
    let report = stage.check(Operation::Apply, &[], (&[Outcome::Unchanged, Outcome::Unchanged], &[]));
    assert_eq!(report.verdict(), Verdict::Nothing);

    // Its id stays, so that what the second one will be is known.
    stage.write("a/main.tf", &format!("{HEAD}{}", FIRST.replace("size = 1", "size = 2")));
    let report =
        stage.check(Operation::Apply, &[true], (&[Outcome::Applied, Outcome::Unchanged], &["all 2"]));
    assert_eq!(report.stacks[0].counts, Counts { change: 1, ..Counts::default() });
}

const TAKES: &str = "variable \"id\" {}\nresource \"fake_thing\" \"b\" {\n  name      = \"b\"\n  size      = 1\n  parent_id = var.id\n}\noutput \"parent\" {\n  value = fake_thing.b.parent_id\n}\n";

#[test]
fn a_plan_that_is_made_anew_does_what_was_shown_or_is_asked_for() {
    let takes = |text: &str| format!("{HEAD}{text}");
    let fresh = |then: &str| {
        let stage = Stage { then: Some(takes(then)), ..Stage::new() };
        stage.write("b/main.tf", &takes(TAKES));
        stage
    };
    let applied = || Outcome::Applied;
    fresh(TAKES).check(Operation::Apply, &[true], (&[applied(), applied()], &["all 2"]));
    let more = "resource \"fake_thing\" \"c\" {\n  name = \"c\"\n}\n";
    for then in [
        TAKES.replace("size      = 1", "size      = 2"),
        TAKES.replace("parent_id = var.id\n", "parent_id = var.id\n  zone = \"z\"\n"),
        format!("{TAKES}{more}"),
        format!("variable \"id\" {{}}\n{more}"),
        TAKES.replace("\"parent\"", "\"other\""),
    ] {
        let asked = (&[applied(), Outcome::Declined][..], &["all 2", "anew b"][..]);
        fresh(&then).check(Operation::Apply, &[true, false], asked);
        let agreed = (&[applied(), applied()][..], &["all 2", "anew b"][..]);
        fresh(&then).check(Operation::Apply, &[true, true], agreed);
    }

    // Nothing was to be done to it, and something would be.
    let mut stage = fresh(TAKES);
    stage.run(Operation::Apply, &[true], Comparing::default());
    stage.then = Some(takes(&TAKES.replace("size      = 1", "size      = 2")));
    stage.write("a/main.tf", &takes(&FIRST.replace("size = 1", "size = 2")));
    stage.check(Operation::Apply, &[true, false], (&[applied(), Outcome::Declined], &["all 2", "anew b"]));
    // What was shown to change does so no more.
    stage.write("b/main.tf", &takes(&TAKES.replace("size      = 1", "size      = 3")));
    stage.write("a/main.tf", &takes(&FIRST.replace("size = 1", "size = 3")));
    stage.then = Some(takes(TAKES));
    stage.check(Operation::Apply, &[true], (&[applied(), Outcome::Unchanged], &["all 2"]));
}

#[test]
fn no_state_is_written_where_nothing_is_to_be_applied() {
    let stage = Stage::new();
    let left = FIRST.replace("size = 1", "size = 1\n  lifecycle {\n    ignore_changes = [size]\n  }");
    stage.write("a/main.tf", &format!("{HEAD}{left}"));
    stage.run(Operation::Apply, &[true, true], Comparing::default());
    let path = stage.root.path().join("a/terraform.tfstate");
    let state = || std::fs::read_to_string(&path).expect("a state");
    let before = state();
    assert!(stage.cloud.set("fake_thing", "thing-a-1", "size", 7));
    let unchanged = || Outcome::Unchanged;
    stage.check(Operation::Apply, &[], (&[unchanged(), unchanged()], &[]));
    assert_eq!(state(), before, "nobody was asked");
    // Along with what somebody has agreed to, it is.
    stage.write("b/main.tf", &format!("{HEAD}{SECOND}output \"more\" {{\n  value = 1\n}}\n"));
    stage.check(Operation::Apply, &[false], (&[unchanged(), Outcome::Declined], &["all 2"]));
    assert_eq!(state(), before, "nobody has agreed");
    stage.check(Operation::Apply, &[true], (&[unchanged(), Outcome::Applied], &["all 2"]));
    assert!(state().contains("\"size\": 7"), "{}", state());
}

#[test]
fn drift_is_judged_by_the_repositorys_rules() {
    let stage = Stage::new();
    stage.run(Operation::Apply, &[true, true], Comparing::default());
    stage.check(Operation::Drift, &[], (&[Outcome::Unchanged, Outcome::Unchanged], &[]));
    assert!(stage.cloud.set("fake_thing", "thing-a-1", "size", 7));
    let report = stage.check(Operation::Drift, &[], (&[Outcome::Drifted, Outcome::Unchanged], &[]));
    assert_eq!((report.stacks[0].drift, report.stacks[0].counts.change), (1, 1));
    let rule = "drift {\n  ignore {\n    types      = [\"fake_thing\"]\n    attributes = [\"size\"]\n    reason     = \"it grows\"\n  }\n}\n";
    stage.write("trueup.hcl", &format!("{INPUTS}{rule}"));
    let report = stage.check(Operation::Drift, &[], (&[Outcome::Unchanged, Outcome::Unchanged], &[]));
    assert_eq!(report.verdict(), Verdict::Nothing);
}

/// What drifts in one stack or in both, and what becomes of it.
struct Drifting {
    stage: Stage,
}

const THING: &str = "resource \"fake_thing\" \"b\" {\n  name = \"b\"\n  size = 1\n}\n";

impl Drifting {
    /// Both stacks are applied, and these things are changed; what begins with a minus is gone.
    fn new(rules: &str, drifts: &[&str]) -> Drifting {
        let stage = Stage::new();
        stage.write("trueup.hcl", &format!("stack \"a\" {{}}\nstack \"b\" {{}}\n{rules}"));
        stage.write("b/main.tf", &format!("{HEAD}{THING}"));
        stage.check(Operation::Apply, &[true], (&[Outcome::Applied, Outcome::Applied], &["all 2"]));
        for name in drifts {
            let id = format!("thing-{}-1", name.trim_start_matches('-'));
            let is_there = if name.starts_with('-') {
                stage.cloud.remove("fake_thing", &id)
            } else {
                stage.cloud.set("fake_thing", &id, "size", 5)
            };
            assert!(is_there, "{name}");
        }
        Drifting { stage }
    }

    /// Corrects; gives what was left and why.
    #[track_caller]
    fn check(
        &self,
        (asked, answers): (&[Measure], &[bool]),
        expected: (&[Outcome], &[&str]),
        (verdict, left): (Verdict, &[&str]),
    ) -> Report {
        let correcting = Correcting { asked: asked.iter().copied().collect(), changes_max: None };
        let comparing = Comparing { correcting: Some(correcting), ..Comparing::default() };
        let report = self.stage.compare(Operation::Drift, answers, comparing, expected);
        let found = report.stacks.iter().filter_map(|stack| stack.correction.as_ref());
        let found: Vec<String> = found
            .flat_map(|one| {
                let refused = one.refused.iter().map(|why| why.code().to_owned());
                refused.chain(one.left.iter().map(|(addr, why)| format!("{addr} {}", why.code())))
            })
            .collect();
        assert_eq!((report.verdict(), found), (verdict, left.iter().map(|one| (*one).to_owned()).collect()));
        report
    }

    fn size(&self, name: &str) -> Option<Value> {
        self.stage.cloud.object("fake_thing", &format!("thing-{name}-1"))?.get("size").cloned()
    }
}

#[test]
fn what_drifted_is_brought_back_once_somebody_says_yes() {
    let drifting = Drifting::new("", &["a"]);
    let asked = &["correct a"];
    let left = &["fake_thing.a declined"];
    drifting.check((&[], &[false]), (&[Drifted, Unchanged], asked), (Verdict::Different, left));
    assert_eq!(drifting.size("a"), Some(Value::from(5)));
    let report = drifting.check((&[], &[true]), (&[Corrected, Unchanged], asked), (Verdict::Corrected, &[]));
    assert_eq!(report.stacks[0].counts, Counts { change: 1, ..Counts::default() });
    assert_eq!(drifting.size("a"), Some(Value::from(1)));
    drifting.check((&[], &[]), (&[Unchanged, Unchanged], &[]), (Verdict::Nothing, &[]));
}

#[test]
fn corrections_of_stacks_stay_inside_of_their_guards() {
    let drifting = Drifting::new("", &["a", "-b"]);
    let left = &["fake_thing.b flag"];
    let outcomes = (&[Corrected, Drifted][..], &["correct a"][..]);
    drifting.check((&[], &[true]), outcomes, (Verdict::Partly, left));
    let outcomes = (&[Unchanged, Corrected][..], &["correct b"][..]);
    drifting.check((&[Measure::Create], &[true]), outcomes, (Verdict::Corrected, &[]));

    let rules = |inside: &str| format!("drift {{\n  correct {{\n    {inside}\n  }}\n}}\n");
    let drifting = Drifting::new(&rules("addresses = [\"*.b\"]"), &["a", "b"]);
    let outcomes = (&[Denied, Corrected][..], &["correct b"][..]);
    drifting.check((&[], &[true]), outcomes, (Verdict::Partly, &["fake_thing.a address"]));
    let drifting = Drifting::new(&rules("only_at_applied_commit = true"), &["a"]);
    let outcomes = (&[Denied, Unchanged][..], &[][..]);
    drifting.check((&[], &[]), outcomes, (Verdict::Denied, &["applied_commit"]));
    assert_eq!(drifting.size("a"), Some(Value::from(5)));

    let drifting = Drifting::new("", &["a"]);
    drifting.stage.write("a/main.tf", &format!("{HEAD}{}{MORE}", FIRST.replace("size = 1", "size = 2")));
    let left = &["fake_thing.a unapplied"];
    drifting.check((&[], &[]), (&[Drifted, Unchanged], &[]), (Verdict::Different, left));
}

const MORE: &str = "resource \"fake_thing\" \"c\" {\n  name = \"c\"\n  size = 1\n}\n";

/// One stack has two things, one of which is left, or fails.
#[test]
fn corrections_of_a_part_are_told_as_that() {
    let drifting = || {
        let drifting = Drifting::new("", &[]);
        drifting.stage.write("a/main.tf", &format!("{HEAD}{FIRST}{MORE}"));
        let expected = (&[Outcome::Applied, Unchanged][..], &["all 2"][..]);
        drifting.stage.check(Operation::Apply, &[true], expected);
        assert!(drifting.stage.cloud.set("fake_thing", "thing-a-1", "size", 5));
        drifting
    };
    let left = drifting();
    assert!(left.stage.cloud.remove("fake_thing", "thing-c-1"));
    let outcomes = (&[CorrectedInPart, Unchanged][..], &["correct a"][..]);
    left.check((&[], &[true]), outcomes, (Verdict::Partly, &["fake_thing.c flag"]));
    let broken = drifting();
    assert!(broken.stage.cloud.set("fake_thing", "thing-c-1", "size", 5));
    broken.stage.cloud.fail(Call::Update, 1, Effect::ErrorBefore);
    let (report, _) = {
        let correcting = Some(Correcting::default());
        broken.stage.run(Operation::Drift, &[true], Comparing { correcting, ..Comparing::default() })
    };
    assert_eq!(report.stacks[0].outcome, Outcome::Failed(Failure::Partly));
    let correction = report.stacks[0].correction.as_ref().expect("a correction");
    assert_eq!((correction.corrected.len(), correction.left.len(), correction.steps), (1, 1, 1));
    assert_eq!(correction.left[0].1.code(), "failed");
    assert_eq!(report.verdict(), Verdict::Partly);
}

#[test]
fn each_stack_has_a_baseline_of_its_own() {
    let drifting = Drifting::new("", &["a"]);
    let directory = drifting.stage.root.path().join("known");
    let check = |baselines: bool, saved: bool, outcomes: &[Outcome]| {
        let given = |is: bool| is.then(|| directory.clone());
        let comparing =
            Comparing { baselines: given(baselines), saved: given(saved), ..Comparing::default() };
        drifting.stage.compare(Operation::Drift, &[], comparing, (outcomes, &[]));
    };
    let failed = || Outcome::Failed(Failure::Error);
    check(true, false, &[failed(), failed()]);
    check(false, true, &[Drifted, Unchanged]);
    check(true, false, &[Unchanged, Unchanged]);
    assert!(drifting.stage.cloud.set("fake_thing", "thing-b-1", "size", 7));
    check(true, false, &[Unchanged, Drifted]);
    std::fs::remove_file(directory.join("b.json")).expect("it is there");
    check(true, true, &[Unchanged, Drifted]);
    check(true, false, &[Unchanged, Unchanged]);
    let comparing = Comparing { world_only: true, ..Comparing::default() };
    drifting.stage.write("a/main.tf", &format!("{HEAD}{FIRST}{MORE}"));
    drifting.stage.write("b/main.tf", &format!("{HEAD}{}", THING.replace('1', "7")));
    drifting.stage.compare(Operation::Drift, &[], comparing, (&[Drifted, Unchanged], &[]));
}
