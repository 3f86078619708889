//! The record beside the state: which commit was applied last, and what was brought back when.

use crate::stage::{Stage, errors, session_options};
use trueup_addr::Target;
use trueup_drift::{Circumstances, Guards, drift_document, judge};
use trueup_engine::{PlanOptions, Session, TakenFrom, World, apply, correct};
use trueup_plan::SnapshotOrigin;
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
        let outcome = correct(&mut session, &planned.plan, ("hash", 10), &wanted).await;
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
