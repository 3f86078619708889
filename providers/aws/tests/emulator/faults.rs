//! The walk on a strict fake of our own, where calls go wrong.

use crate::cases::all;
use crate::cloud::Cloud;
use crate::fake::{Fake, Ills, Mishap, World, is_read};
use crate::moto::Moto;
use crate::walk::{Scene, walk};
use futures::stream::{self, StreamExt};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const DEFAULTS: &str = r#""default_tags": [{"tags": {"team": "core", "env": "test"}}]"#;

#[tokio::test]
async fn every_type_walks_through_its_life_where_nothing_forbidden_passes() {
    let (fake, url) = Fake::start().await;
    let cloud = Arc::new(Cloud::on(Moto::of((fake.clone(), url)), DEFAULTS).await);
    walk(&cloud, all()).await;
    let is_meant = |thing: &String| all().any(|case| case.leaves.contains(&kind(thing)));
    let left: Vec<String> = fake.things().into_iter().filter(|thing| !is_meant(thing)).collect();
    assert_eq!(left, Vec::<String>::new(), "everything was destroyed");
}

/// The kind of a thing as `Fake::things` lists it.
fn kind(thing: &str) -> &str {
    thing.split(' ').next().unwrap_or_default()
}

/// How many lives go on at a time: most of the time they wait before they try again.
const LANES: usize = 64;

/// What a life may take at most; it takes seconds.
const PATIENCE: Duration = Duration::from_mins(5);

/// A fake of its own with a provider that speaks to it.
struct Lane {
    fake: Arc<Fake>,
    cloud: Cloud,
}

impl Lane {
    async fn open() -> Lane {
        let (fake, url) = Fake::start().await;
        Lane { cloud: Cloud::on(Moto::of((fake.clone(), url)), DEFAULTS).await, fake }
    }

    /// Lives a case's life with some calls going wrong.
    async fn live(self: Arc<Lane>, (scene, world): (Scene, World), ills: Ills) {
        self.fake.restore(world);
        let before = self.fake.things();
        self.fake.set(ills);
        let meant = scene.leaves();
        scene.life(&self.cloud).await;
        let after = self.fake.things();
        let new: Vec<&String> = after.iter().filter(|thing| !before.contains(thing)).collect();
        let kinds: Vec<&str> = new.iter().map(|thing| kind(thing)).collect();
        assert_eq!(kinds, meant, "made twice or left behind: {new:?}");
    }
}

/// What goes wrong in one life, and in words.
struct Trial {
    stage: Arc<(Scene, World)>,
    ills: Ills,
    words: String,
}

/// Each call of each case's life going wrong in each way.
async fn trials(lane: &Arc<Lane>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for case in all() {
        lane.fake.restore(World::default());
        let scene = Scene::set(&lane.cloud, case).await;
        let stage = Arc::new((scene, lane.fake.snapshot()));
        lane.clone().live((*stage).clone(), Ills::default()).await;
        let mut add = |ills: Ills, about: &str| {
            let words = format!("{}: {ills:?}: {about}", case.kind);
            trials.push(Trial { stage: stage.clone(), ills, words });
        };
        for lag in 1..=3 {
            add(Ills { lag, ..Ills::default() }, "new things appear late");
        }
        // A read has no effect to come before or after.
        for mishap in [Mishap::Throttled, Mishap::FailedBefore, Mishap::CutBefore] {
            add(Ills { reads: Some(mishap), ..Ills::default() }, "each read has to be made again");
        }
        for (at, call) in lane.fake.calls().into_iter().enumerate().filter(|(_, call)| !is_read(call)) {
            for mishap in Mishap::ALL {
                add(Ills { calls: vec![(at, mishap)], ..Ills::default() }, &call);
            }
            add(Ills { lag: 2, calls: vec![(at, Mishap::CutAfter)], ..Ills::default() }, &call);
        }
    }
    trials
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_lives_through_each_call_going_wrong_once() {
    let lanes: Vec<Arc<Lane>> =
        stream::iter(0..LANES).then(async |_| Arc::new(Lane::open().await)).collect().await;
    let trials = trials(&lanes[0]).await;
    let free = Mutex::new(lanes);
    let take = || free.lock().expect("no holder panics").pop().expect("there are as many lanes as lives");
    let attempts = trials.iter().map(|trial| async {
        let lane = take();
        let life = lane.clone().live((*trial.stage).clone(), trial.ills.clone());
        // Some things may take an hour: one that waits for what never comes isn't waited for.
        let life = tokio::spawn(tokio::time::timeout(PATIENCE, life)).await;
        free.lock().expect("no holder panics").push(lane);
        (!matches!(life, Ok(Ok(())))).then_some(trial.words.as_str())
    });
    let failed: Vec<&str> =
        stream::iter(attempts).buffer_unordered(LANES).filter_map(async |f| f).collect().await;
    assert!(failed.is_empty(), "{} of {} failed:\n{}", failed.len(), trials.len(), failed.join("\n"));
}
