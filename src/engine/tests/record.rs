//! The record beside the state: which commit was applied last, and what was brought back when.

use crate::stage::{Stage, errors, session_options};
use trueup_addr::{ResourceInstance, Target};
use trueup_drift::{Circumstances, Guards, drift_document, judge};
use trueup_engine::{PlanOptions, Session, TakenFrom, World, apply, correct};
use trueup_plan::SnapshotOrigin;
use trueup_provider::fake::{Call, Effect};
use trueup_stacks::{CorrectSettings, DriftSettings, Quarantine};
use trueup_state::{Commit, Record};

const CONFIG: &str = r#"
resource "fake_thing" "one" {
  name = "one"
  size = 1
}
resource "fake_thing" "two" {
  name = "two"
}
"#;

fn world(stage: &Stage, hash: &str) -> World {
    let commit = Commit { hash: hash.repeat(20), branch: None, dirty: false };
    let origin = SnapshotOrigin { address: String::new(), backend: Vec::new() };
    World { taken_from: Some(TakenFrom { commit, origin }), ..stage.world() }
}

async fn open(stage: &Stage, hash: &str) -> Session {
    let opened = Session::open(&world(stage, hash), session_options(true)).await;
    opened.unwrap_or_else(|not| panic!("{:#?}", not.diagnostics))
}

async fn applied(stage: &Stage, hash: &str, options: &PlanOptions) {
    let mut session = open(stage, hash).await;
    let planned = session.plan(options).await;
    let outcome = apply(&mut session, &planned.plan, "hash", 10).await;
    assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new());
    assert_eq!(errors(&session.close().await), Vec::<String>::new());
}

async fn record(stage: &Stage) -> Option<Record> {
    let session = stage.open().await;
    let record = session.record().await.expect("readable");
    assert_eq!(errors(&session.close().await), Vec::<String>::new());
    record
}

/// The hash that was applied last, whether all of it was, and whether the record is of the state as it is.
async fn told(stage: &Stage) -> (String, bool, bool) {
    let record = record(stage).await.expect("there is one");
    let applied = record.applied.expect("a commit was applied");
    (applied.commit.hash[..2].into(), applied.whole, record.serial == stage.state().serial)
}

#[tokio::test]
async fn the_commit_that_was_applied_is_kept() {
    let stage = Stage::new(CONFIG);
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(record(&stage).await, None, "what is of no commit leaves no record");
    applied(&stage, "aa", &PlanOptions::default()).await;
    assert_eq!(told(&stage).await, ("aa".into(), true, true), "though nothing changed");
    stage.configure(&CONFIG.replace("size = 1", "size = 2"));
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(told(&stage).await, ("aa".into(), true, false), "the serial tells that it was written since");
    let one: Target = "fake_thing.one".parse().expect("a target");
    applied(&stage, "bb", &PlanOptions { targets: [one].into(), ..PlanOptions::default() }).await;
    assert_eq!(told(&stage).await, ("bb".into(), false, true), "a part");
}

/// Brings `fake_thing.one` back at this commit, and gives why it isn't.
async fn corrected(stage: &Stage, hash: &str) -> Option<String> {
    assert!(stage.cloud.set("fake_thing", "thing-one-1", "size", 5));
    let mut session = open(stage, hash).await;
    let planned = session.plan(&PlanOptions::default()).await;
    let document = drift_document(&planned.plan, &**session.providers());
    let now = planned.plan.timestamp.parse().expect("a time");
    let judged = judge(document, &DriftSettings::default(), None, session.lineage(), now);
    let record = session.record().await.expect("readable");
    let quarantine = Quarantine { corrections: 2, ..Quarantine::default() };
    let rules = CorrectSettings { only_at_applied_commit: true, quarantine, ..CorrectSettings::default() };
    let guards = Guards { rules: Some(rules), ..Guards::default() };
    let around = Circumstances {
        now,
        commit: planned.plan.commit.as_ref(),
        record: record.as_ref(),
        serial: session.serial(),
    };
    let decision = trueup_drift::decide(&judged, &guards, around);
    let why = decision.refused.map(|why| why.code().to_owned());
    let why = why.or_else(|| decision.left.first().map(|(_, why)| why.code().to_owned()));
    if why.is_none() {
        let wanted = decision.correct;
        let targets = wanted.iter().cloned().map(Target::Instance).collect();
        let options = PlanOptions { targets, only: Some(wanted.clone()), ..PlanOptions::default() };
        let planned = session.plan(&options).await;
        let outcome = correct(&mut session, &planned.plan, ("hash", 10)).await;
        assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new());
    }
    assert_eq!(errors(&session.close().await), Vec::<String>::new());
    why
}

#[tokio::test]
async fn corrections_keep_the_commit_and_are_counted() {
    let stage = Stage::new(CONFIG);
    applied(&stage, "aa", &PlanOptions::default()).await;
    assert_eq!(corrected(&stage, "aa").await, None);
    assert_eq!(told(&stage).await, ("aa".into(), true, true), "a correction applies no other commit");
    assert_eq!(corrected(&stage, "bb").await.as_deref(), Some("applied_commit"));
    assert_eq!(corrected(&stage, "aa").await, None);
    let addresses: Vec<String> = record(&stage)
        .await
        .expect("there is one")
        .corrections
        .iter()
        .map(|one| one.address.to_string())
        .collect();
    assert_eq!(addresses, ["fake_thing.one", "fake_thing.one"]);
    assert_eq!(corrected(&stage, "aa").await.as_deref(), Some("quarantine"), "it came back twice");
}

/// Two things drift: what the correction of the first so many updates to fail leaves in the record, and in the state.
#[tokio::test]
async fn corrections_that_fail_are_not_counted_and_keep_the_commit() {
    let check = async |failing: &[u64], counted: &[&str]| {
        let stage = Stage::new(&CONFIG.replace("\"two\"\n}", "\"two\"\n  size = 1\n}"));
        applied(&stage, "aa", &PlanOptions::default()).await;
        for thing in ["thing-one-1", "thing-two-1"] {
            assert!(stage.cloud.set("fake_thing", thing, "size", 5));
        }
        let mut session = open(&stage, "aa").await;
        let wanted = [names("one"), names("two")];
        let targets = wanted.iter().cloned().map(Target::Instance).collect();
        let options = PlanOptions { targets, only: Some(wanted.into()), ..PlanOptions::default() };
        let planned = session.plan(&options).await;
        stage.cloud.reset_calls();
        failing.iter().for_each(|nth| stage.cloud.fail(Call::Update, *nth, Effect::ErrorBefore));
        let outcome = correct(&mut session, &planned.plan, ("hash", 1)).await;
        assert_eq!(errors(&outcome.diagnostics).len(), failing.len());
        assert_eq!(errors(&session.close().await), Vec::<String>::new());
        assert_eq!(told(&stage).await, ("aa".into(), true, true), "{failing:?}");
        let record = record(&stage).await.expect("there is one");
        let found: Vec<String> = record.corrections.iter().map(|one| one.address.to_string()).collect();
        assert_eq!(found, counted, "{failing:?}");
    };
    check(&[], &["fake_thing.one", "fake_thing.two"]).await;
    check(&[1], &["fake_thing.two"]).await;
    check(&[1, 2], &[]).await;
}

fn names(name: &str) -> ResourceInstance {
    format!("fake_thing.{name}").parse().expect("an address")
}

/// What Git has beside what drifted: an output, a move.
#[tokio::test]
async fn corrections_take_up_nothing_of_git() {
    let check = async |more: &str, wanted: Result<(), &str>| {
        let stage = Stage::new(&format!("{CONFIG}output \"o\" {{\n  value = fake_thing.one.name\n}}\n"));
        applied(&stage, "aa", &PlanOptions::default()).await;
        let before = stage.state();
        assert!(stage.cloud.set("fake_thing", "thing-one-1", "size", 5));
        stage.configure(more);
        let mut session = open(&stage, "aa").await;
        let only = [names("one")];
        let targets = only.iter().cloned().map(Target::Instance).collect();
        let options = PlanOptions { targets, only: Some(only.into()), ..PlanOptions::default() };
        let planned = session.plan(&options).await;
        let found: Vec<_> = planned.diagnostics.iter().collect();
        if let Err(wanted) = wanted {
            assert!(found.iter().any(|one| one.detail.contains(wanted)), "{more}: {found:#?}");
        } else {
            assert!(found.is_empty(), "{more}: {found:#?}");
            assert_eq!(planned.plan.outputs.len(), 0, "{more}");
            let outcome = correct(&mut session, &planned.plan, ("hash", 10)).await;
            assert_eq!(outcome.diagnostics.iter().count(), 0, "{more}: {:#?}", outcome.diagnostics);
            assert_eq!(stage.state().outputs, before.outputs, "{more}");
            assert!(stage.state().serial > before.serial);
        }
        assert_eq!(errors(&session.close().await), Vec::<String>::new());
    };
    let output = |value: &str| format!("{CONFIG}output \"o\" {{\n  value = {value}\n}}\n");
    check(&output("fake_thing.one.name"), Ok(())).await;
    check(&output("\"${fake_thing.one.name} again\""), Ok(())).await;
    check(&output("\"new\""), Ok(())).await;
    check(CONFIG, Ok(())).await;
    let moved = CONFIG.replace("\"two\" {", "\"second\" {");
    let moved = format!("{moved}moved {{\n  from = fake_thing.two\n  to   = fake_thing.second\n}}\n");
    check(&moved, Err("fake_thing.two to fake_thing.second")).await;
}
