//! Each call of each type's life going wrong once, in each way.

use crate::ground::Ground;
use crate::scene::Scene;
use crate::walk::walk;
use crate::{Case, Cloud, Emulated, Emulator, Fake, Ills, Mishap, Running, Stand};
use futures::stream::{self, StreamExt};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How many lives go on at a time: most of the time they wait before they try again.
const LANES: usize = 64;

/// The same where each lane is a process of its own.
const PROCESSES: usize = 4;

/// What a life may take at most; it takes seconds.
const PATIENCE: Duration = Duration::from_mins(5);

/// Walks all cases on the strict fake, and panics where something is left that no case leaves on purpose. `more` are
/// further members of the provider block.
pub async fn walk_strictly<S: Stand>(more: &str, cases: &[&'static Case]) {
    let fake = Running::start().await;
    let cloud = Arc::new(Cloud::on(S::of(fake.clone()), more).await);
    walk(&cloud, cases.iter().copied()).await;
    let is_meant = |thing: &String| cases.iter().any(|case| case.leaves.contains(&kind(thing)));
    let left: Vec<String> = Running::things(&fake).into_iter().filter(|thing| !is_meant(thing)).collect();
    assert_eq!(left, Vec::<String>::new(), "everything was destroyed");
}

/// Walks all cases on cloudemu, where this machine has it. `folder` is the build directory (`CARGO_TARGET_TMPDIR`).
pub async fn walk_on_cloudemu<S: Emulated>((folder, more): (&str, &str), cases: &[&'static Case]) {
    let Some(emulator) = Emulator::start(folder, S::ARGUMENTS).await else { return };
    let cloud = Arc::new(Cloud::<S>::on(S::on(emulator), more).await);
    walk(&cloud, cases.iter().copied()).await;
}

/// The kind of a thing as [`Fake::things`] lists it.
fn kind(thing: &str) -> &str {
    thing.split(' ').next().unwrap_or_default()
}

/// A server of its own with a provider that speaks to it.
struct Lane<S, G> {
    ground: G,
    cloud: Cloud<S>,
}

impl<S: Stand, G: Ground> Lane<S, G> {
    /// Lives a case's life with some calls going wrong.
    async fn live(self: Arc<Self>, (scene, memory): (Scene, G::Memory), ills: Ills) {
        self.ground.go_back(memory).await;
        let before = self.ground.things().await;
        let is_doomed = ills.is_doomed();
        self.ground.set(ills).await;
        let meant = scene.leaves();
        if is_doomed {
            let failures = self.ground.failures();
            let is_told = scene.stubborn_life(&self.cloud).await;
            assert!(is_told || self.ground.failures() == failures, "a failed operation goes unnoticed");
        } else {
            scene.life(&self.cloud).await;
        }
        let after = self.ground.things().await;
        let new: Vec<&String> = after.iter().filter(|thing| !before.contains(thing)).collect();
        let kinds: Vec<&str> = new.iter().map(|thing| kind(thing)).collect();
        assert!(G::is_meant(&kinds, meant), "made twice or left behind: {new:?}, where {meant:?} is meant");
    }
}

/// What goes wrong in one life, and in words.
struct Trial<M> {
    stage: (Scene, M),
    ills: Ills,
    words: String,
}

/// Each call of each case's life going wrong in each way.
async fn trials<S: Stand, G: Ground>(
    lane: &Arc<Lane<S, G>>,
    cases: &[&'static Case],
) -> Vec<Trial<G::Memory>> {
    let mut trials = Vec::new();
    for case in cases {
        lane.ground.clear().await;
        lane.ground.set(Ills::default()).await;
        let scene = Scene::set(&lane.cloud, case).await;
        let stage = (scene, lane.ground.remember().await);
        lane.clone().live(stage.clone(), Ills::default()).await;
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
        let calls = lane.ground.calls().into_iter().enumerate();
        for (at, call) in calls.filter(|(_, call)| !S::Fake::is_read(call)) {
            for mishap in Mishap::TRANSIENT {
                add(Ills { calls: vec![(at, mishap)], ..Ills::default() }, &call);
            }
            add(Ills { lag: 2, calls: vec![(at, Mishap::CutAfter)], ..Ills::default() }, &call);
            if S::Fake::FAILURE.is_some() {
                add(Ills { calls: vec![(at, Mishap::Doomed)], ..Ills::default() }, &call);
            }
        }
    }
    trials
}

/// Lives each case's life on the strict fake once for each thing that can go wrong with one of its calls: throttled,
/// failed or cut before or after it was carried out, its long operation failed, reads that have to be made again, new
/// things that appear late. Panics with all that failed. Needs a runtime with several threads. `more` are further
/// members of the provider block.
pub async fn every_call_goes_wrong_once<S: Stand>(more: &str, cases: &[&'static Case]) {
    let open = async |_| {
        let fake = Running::start().await;
        let cloud = Cloud::<S>::on(S::of(fake.clone()), more).await;
        Arc::new(Lane { cloud, ground: fake })
    };
    live_all(stream::iter(0..LANES).then(open).collect().await, cases).await;
}

/// The same on cloudemu, where this machine has it. `folder` is the build directory (`CARGO_TARGET_TMPDIR`).
pub async fn every_call_goes_wrong_once_on_cloudemu<S: Emulated>(
    (folder, more): (&str, &str),
    cases: &[&'static Case],
) {
    let mut lanes = Vec::new();
    for _ in 0..PROCESSES {
        let Some(emulator) = Emulator::start(folder, S::ARGUMENTS).await else { return };
        let cloud = Cloud::<S>::on(S::on(emulator.clone()), more).await;
        lanes.push(Arc::new(Lane { cloud, ground: emulator }));
    }
    live_all(lanes, cases).await;
}

/// Lives all trials, as many at a time as there are lanes.
async fn live_all<S: Stand, G: Ground>(lanes: Vec<Arc<Lane<S, G>>>, cases: &[&'static Case]) {
    let trials = trials(&lanes[0], cases).await;
    let count = lanes.len();
    let free = Mutex::new(lanes);
    let take = || free.lock().expect("no holder panics").pop().expect("there are as many lanes as lives");
    let attempts = trials.iter().map(|trial| async {
        let lane = take();
        let life = lane.clone().live(trial.stage.clone(), trial.ills.clone());
        // Some things may take an hour: one that waits for what never comes isn't waited for.
        let life = tokio::spawn(tokio::time::timeout(PATIENCE, life)).await;
        free.lock().expect("no holder panics").push(lane);
        (!matches!(life, Ok(Ok(())))).then_some(trial.words.as_str())
    });
    let failed: Vec<&str> =
        stream::iter(attempts).buffer_unordered(count).filter_map(async |f| f).collect().await;
    assert!(failed.is_empty(), "{} of {} failed:\n{}", failed.len(), trials.len(), failed.join("\n"));
}
