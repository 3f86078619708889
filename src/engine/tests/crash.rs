//! A run is killed at each of its writes in turn, and while each of its calls hangs: the next one ends with no
//! orphan, no duplicate and the right state.

use crate::cut::{Cut, Cutting};
use crate::stage::{Stage, actions, destroying, errors, plan_and_apply};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use trueup_engine::PlanOptions;
use trueup_provider::fake::{Call, Effect};

/// What a run changes: the configuration before it (applied in peace), the one it applies, and how.
struct Scenario {
    name: &'static str,
    before: &'static str,
    after: &'static str,
    destroy: bool,
}

const TREE: &str = r#"
resource "fake_thing" "root" {
  name = "root"
}
resource "fake_slow" "branch" {
  for_each  = toset(["x", "y"])
  name      = "branch-${each.key}"
  turns     = each.key == "x" ? 3 : 7
  parent_id = fake_thing.root.id
}
resource "fake_thing" "leaf" {
  count     = 3
  name      = "leaf-${count.index}"
  parent_id = fake_slow.branch[count.index == 0 ? "x" : "y"].id
  secret    = "s"
}
resource "terraform_data" "note" {
  input = [for leaf in fake_thing.leaf : leaf.arn]
}
output "leaves" {
  value = terraform_data.note.output
}
"#;

const TREE_CHANGED: &str = r#"
resource "fake_thing" "root" {
  name = "root"
  size = 9
}
resource "fake_slow" "branch" {
  for_each  = toset(["y", "z"])
  name      = "branch-${each.key}"
  turns     = 2
  parent_id = fake_thing.root.id
}
resource "fake_thing" "leaf" {
  count     = 2
  name      = "leaf-${count.index}"
  zone      = "moved"
  parent_id = fake_slow.branch["y"].id
}
resource "fake_thing" "new" {
  name      = "new"
  parent_id = fake_slow.branch["z"].id
}
output "new" {
  value = fake_thing.new.arn
}
"#;

const CHAIN: &str = r#"
resource "fake_thing" "a" {
  name = "a"
  zone = "old"
}
resource "fake_thing" "b" {
  name      = "b"
  zone      = fake_thing.a.id
  parent_id = fake_thing.a.id
}
resource "fake_thing" "c" {
  name      = "c"
  parent_id = fake_thing.b.id
  zone      = fake_thing.b.id
}
"#;

const SCENARIOS: &[Scenario] = &[
    Scenario { name: "create", before: "", after: TREE, destroy: false },
    Scenario { name: "change", before: TREE, after: TREE_CHANGED, destroy: false },
    Scenario { name: "destroy", before: TREE, after: TREE, destroy: true },
    Scenario { name: "replace", before: CHAIN, after: "CHAIN", destroy: false },
    Scenario {
        name: "replace create-first",
        before: "CHAIN FIRST",
        after: "CHAIN FIRST NEW",
        destroy: false,
    },
    Scenario { name: "replace a parent create-first", before: "PARENT", after: "PARENT NEW", destroy: false },
];

/// Configurations that follow from others.
fn text(name: &str) -> String {
    let first = "name      = \"c\"\n  lifecycle {\n    create_before_destroy = true\n  }\n";
    let chain_first = CHAIN.replace("name      = \"c\"\n", first);
    let parent = "resource \"fake_thing\" \"p\" {\n  name = \"p\"\n  zone = \"old\"\n  lifecycle {\n    \
                  create_before_destroy = true\n  }\n}\nresource \"fake_thing\" \"c\" {\n  count = 2\n  \
                  name = \"c${count.index}\"\n  parent_id = fake_thing.p.id\n}\n";
    match name {
        "CHAIN" => CHAIN.replace("old", "new"),
        "CHAIN FIRST" => chain_first,
        "CHAIN FIRST NEW" => chain_first.replace("old", "new"),
        "PARENT" => parent.into(),
        "PARENT NEW" => parent.replace("old", "new"),
        other => other.into(),
    }
}

impl Scenario {
    async fn stage(&self) -> Stage {
        let stage = Stage::new(&text(self.before));
        if !self.before.is_empty() {
            stage.apply(&PlanOptions::default()).await;
        }
        stage.configure(&text(self.after));
        stage
    }

    fn options(&self) -> PlanOptions {
        if self.destroy { destroying() } else { PlanOptions::default() }
    }
}

/// One run that may die; how many writes it made.
async fn run(stage: &Stage, options: &PlanOptions, cut: Cut) -> usize {
    let session = stage.open().await;
    let (writes, dead): (Arc<AtomicUsize>, Arc<Notify>) = Default::default();
    let mut session = session.around_store(|inner| Cutting::around(inner, cut, &writes, &dead));
    tokio::select! {
        outcome = plan_and_apply(&mut session, options) => {
            assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new());
            drop(session.close().await);
        }
        () = dead.notified() => {}
        // With a call that hangs nothing moves any more, and the paused clock jumps here.
        () = tokio::time::sleep(Duration::from_mins(1)) => {}
    }
    writes.load(Ordering::Relaxed)
}

async fn assert_ended(stage: &Stage, scenario: &Scenario, told: &str) {
    if scenario.destroy {
        assert!(stage.cloud.objects().is_empty(), "{told}: {:?}", stage.names());
        assert!(stage.state().resources.is_empty(), "{told}");
        return;
    }
    stage.assert_settled(told).await;
}

/// The run in peace: how many writes it makes and what it creates.
async fn in_peace(scenario: &Scenario) -> (usize, Vec<String>) {
    let stage = scenario.stage().await;
    let writes = run(&stage, &scenario.options(), Cut::Never).await;
    assert_ended(&stage, scenario, scenario.name).await;
    (writes, stage.created())
}

fn cuts(writes: usize) -> impl Iterator<Item = Cut> {
    (1..=writes).flat_map(|number| [Cut::Before(number), Cut::After(number)])
}

#[tokio::test(start_paused = true)]
async fn a_run_killed_at_any_write_is_ended_by_the_next() {
    let mut kills = 0;
    for scenario in SCENARIOS {
        let (writes, created) = in_peace(scenario).await;
        for cut in cuts(writes) {
            let told = format!("{} cut {cut:?} of {writes}", scenario.name);
            let stage = scenario.stage().await;
            run(&stage, &scenario.options(), cut).await;
            let outcome = stage.try_apply(&scenario.options()).await;
            assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new(), "{told}");
            assert_ended(&stage, scenario, &told).await;
            assert_eq!(stage.created(), created, "{told}: something was made twice or needlessly");
            kills += 1;
        }
    }
    assert!(kills > 150, "{kills}");
}

#[tokio::test(start_paused = true)]
async fn a_run_killed_in_any_call_is_ended_by_the_next() {
    let mut kills = 0;
    for scenario in SCENARIOS {
        for (call, effect) in [Call::Create, Call::Update, Call::Delete]
            .into_iter()
            .flat_map(|call| [Effect::Hang, Effect::HangAfter].map(|effect| (call, effect)))
        {
            for number in 1.. {
                let told = format!("{} hangs in {call:?} {number} ({effect:?})", scenario.name);
                let stage = scenario.stage().await;
                stage.cloud.reset_calls();
                stage.cloud.fail(call, number, effect);
                run(&stage, &scenario.options(), Cut::Never).await;
                if stage.cloud.count(call) < number {
                    break;
                }
                let outcome = stage.try_apply(&scenario.options()).await;
                assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new(), "{told}");
                assert_ended(&stage, scenario, &told).await;
                kills += 1;
            }
        }
    }
    assert!(kills > 50, "{kills}");
}

/// The second run dies too, and the third ends it.
#[tokio::test(start_paused = true)]
async fn a_recovery_may_be_killed_as_well() {
    for scenario in [&SCENARIOS[0], &SCENARIOS[4]] {
        let (writes, created) = in_peace(scenario).await;
        for first in cuts(writes).step_by(3) {
            for second in cuts(writes + 3).step_by(2) {
                let told = format!("{} cut {first:?}, then {second:?}", scenario.name);
                let stage = scenario.stage().await;
                run(&stage, &scenario.options(), first).await;
                run(&stage, &scenario.options(), second).await;
                let outcome = stage.try_apply(&scenario.options()).await;
                assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new(), "{told}");
                assert_ended(&stage, scenario, &told).await;
                assert_eq!(stage.created(), created, "{told}");
            }
        }
    }
}

/// Who changes their mind after a crash, and destroys, is left with nothing.
#[tokio::test(start_paused = true)]
async fn what_a_killed_run_made_can_be_destroyed() {
    for scenario in SCENARIOS.iter().filter(|scenario| !scenario.destroy) {
        let (writes, _) = in_peace(scenario).await;
        for cut in cuts(writes) {
            let told = format!("{} cut {cut:?}, then destroyed", scenario.name);
            let stage = scenario.stage().await;
            run(&stage, &scenario.options(), cut).await;
            let outcome = stage.try_apply(&destroying()).await;
            assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new(), "{told}");
            assert!(stage.cloud.objects().is_empty(), "{told}: {:?}", stage.names());
            assert!(stage.state().resources.is_empty(), "{told}");
        }
    }
}

/// The same with an empty configuration that still has the provider.
#[tokio::test(start_paused = true)]
async fn what_a_killed_run_made_goes_with_its_blocks() {
    let scenario = &SCENARIOS[0];
    let (writes, _) = in_peace(scenario).await;
    for cut in cuts(writes) {
        let told = format!("{} cut {cut:?}, then taken from the configuration", scenario.name);
        let stage = scenario.stage().await;
        run(&stage, &scenario.options(), cut).await;
        stage.configure("");
        let outcome = stage.try_apply(&PlanOptions::default()).await;
        assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new(), "{told}");
        assert!(stage.cloud.objects().is_empty(), "{told}: {:?}", stage.names());
        stage.assert_settled(&told).await;
    }
}

/// A plan alone already writes what an interrupted run left, where it holds the lock.
#[tokio::test(start_paused = true)]
async fn a_plan_under_lock_keeps_what_was_recovered() {
    let scenario = &SCENARIOS[0];
    let (writes, _) = in_peace(scenario).await;
    for cut in cuts(writes) {
        let told = format!("cut {cut:?}, then planned");
        let stage = scenario.stage().await;
        run(&stage, &scenario.options(), cut).await;
        let mut unlocked = stage.try_open(false).await.unwrap_or_else(|found| panic!("{told}: {found:?}"));
        let seen = actions(&unlocked.plan(&PlanOptions::default()).await.plan);
        drop(unlocked.close().await);
        let planned = stage.plan(&PlanOptions::default()).await;
        assert_eq!(errors(&planned.diagnostics), Vec::<String>::new(), "{told}");
        assert_eq!(actions(&planned.plan), seen, "{told}: with and without a lock the plan is the same");
        stage.assert_true(&told);
    }
}

/// Applying without a lock after a crash is still safe.
#[tokio::test(start_paused = true)]
async fn without_a_lock_an_apply_recovers_as_well() {
    let scenario = &SCENARIOS[0];
    let (writes, created) = in_peace(scenario).await;
    for cut in cuts(writes) {
        let told = format!("cut {cut:?}, then applied without a lock");
        let stage = scenario.stage().await;
        run(&stage, &scenario.options(), cut).await;
        let mut session = stage.try_open(false).await.unwrap_or_else(|found| panic!("{told}: {found:?}"));
        let outcome = plan_and_apply(&mut session, &scenario.options()).await;
        assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new(), "{told}");
        drop(session.close().await);
        assert_ended(&stage, scenario, &told).await;
        assert_eq!(stage.created(), created, "{told}");
    }
}

/// A saved plan whose apply was killed half-way is not carried out a second time.
#[tokio::test(start_paused = true)]
async fn a_saved_plan_is_stale_after_a_crash() {
    let scenario = &SCENARIOS[0];
    let stage = scenario.stage().await;
    let saved = stage.plan(&PlanOptions::default()).await.plan;
    let session = stage.open().await;
    let cutting = |inner| Cutting::around(inner, Cut::After(4), &Arc::default(), &Arc::default());
    let mut session = session.around_store(cutting);
    let run = trueup_engine::apply(&mut session, &saved, "hash", 10);
    assert!(tokio::time::timeout(Duration::from_mins(1), run).await.is_err(), "it was cut");
    drop(session);
    let made = stage.created();
    assert!(!made.is_empty());
    let mut session = stage.open().await;
    let outcome = trueup_engine::apply(&mut session, &saved, "hash", 10).await;
    assert!(errors(&outcome.diagnostics)[0].contains("Saved plan is stale"), "{:?}", outcome.diagnostics);
    drop(session.close().await);
    assert_eq!(stage.created(), made);
    stage.apply(&PlanOptions::default()).await;
    stage.assert_settled("after the stale plan").await;
}
