//! What comes of machines that have to be stopped for a change when calls go wrong on the way.

use crate::fake::World;
use crate::stand::Google;
use std::sync::Arc;
use trueup_provider_walk::{Cloud, Ills, Mishap, Running, Stand, text};
use trueup_value::Value;

const MACHINE: &str = "google_compute_instance";
/// So often a call is made before the API counts as out of reach.
const ATTEMPTS: usize = 5;

fn machine(size: &str) -> String {
    format!(
        r#"{{"name": "m", "machine_type": "{size}", "allow_stopping_for_update": true,
            "boot_disk": [{{"initialize_params": [{{"image": "debian-cloud/debian-12"}}]}}],
            "network_interface": [{{"network": "projects/my-project/global/networks/n"}}]}}"#
    )
}

/// A cloud with a machine.
async fn start() -> (Arc<Running<World>>, Cloud<Google>, Value) {
    let fake = Running::start().await;
    let cloud = Cloud::on(Google::of(fake.clone()), "").await;
    cloud.create("google_compute_network", r#"{"name": "n"}"#).await;
    let made = cloud.create(MACHINE, &machine("e2-medium")).await;
    (fake, cloud, made)
}

/// Gives the machine another size while calls go wrong: what was told, the state that it left, and the calls.
async fn resize(
    (fake, cloud): (&Running<World>, &Cloud<Google>),
    state: &Value,
    calls: Vec<(usize, Mishap)>,
) -> (String, Value, Vec<String>) {
    let wanted = cloud.config(MACHINE, &machine("e2-small")).await;
    let planned = cloud.plan(MACHINE, state, &wanted).await.planned;
    fake.set(Ills { calls, ..Ills::default() });
    let answer = cloud.apply(MACHINE, state, &planned, &cloud.token()).await;
    let calls = fake.calls();
    fake.set(Ills::default());
    let told = answer.diagnostics.into_iter().map(|told| format!("{told:?}")).collect::<Vec<_>>().join("\n");
    (told, cloud.read(MACHINE, &answer.state).await, calls)
}

#[tokio::test]
async fn machines_run_again_when_stopping_them_goes_wrong() {
    let (fake, cloud, state) = start().await;
    let before = fake.snapshot();
    let (told, _, calls) = resize((&fake, &cloud), &state, Vec::new()).await;
    assert_eq!(told, "");
    let mut writes = calls.iter().enumerate().filter(|(_, call)| *call == "POST instances").map(|(at, _)| at);
    let (stop, resized) = (writes.next().expect("it is stopped"), writes.next().expect("it is changed"));
    let unheard = |from: usize| (from..from + ATTEMPTS).map(|at| (at, Mishap::CutBefore)).collect::<Vec<_>>();
    let start = (resized + 1 + ATTEMPTS, Mishap::Doomed);
    let cases = [
        ("nobody hears how stopping it ended", unheard(stop + 1), true, "e2-small"),
        ("the change is out of reach, and it is stopped once more", unheard(resized), true, "e2-small"),
        ("the change fails", vec![(resized, Mishap::Doomed)], true, "e2-medium"),
        (
            "nobody hears how the change ended, and it can't be started",
            [unheard(resized + 1), vec![start]].concat(),
            false,
            "e2-small",
        ),
    ];
    for (about, ills, is_on, size) in cases {
        fake.restore(before.clone());
        let is_doomed = ills.iter().any(|(_, mishap)| *mishap == Mishap::Doomed);
        let (told, left, calls) = resize((&fake, &cloud), &state, ills).await;
        assert_eq!(told.is_empty(), !is_doomed, "{about}: {told} {calls:#?}");
        let status = if is_on { "RUNNING" } else { "TERMINATED" };
        assert_eq!(
            (text(&left, "current_status"), text(&left, "machine_type")),
            (status, size),
            "{about}: {told}"
        );
        assert_eq!(told.contains("start it"), !is_on, "{about}: {told}");
    }
}
