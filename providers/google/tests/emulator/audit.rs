//! Who changed what: Cloud Audit Logs.

use crate::fake::World;
use crate::stand::Google;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use trueup_provider::{AuditAnswer, AuditRequest, Audited, Deed};
use trueup_provider_walk::{Cloud, Ills, Mishap, Running, Stand};

async fn start() -> (Arc<Running<World>>, Cloud<Google>, Vec<Audited>) {
    let fake = Running::start().await;
    let more = format!(r#""logging_custom_endpoint": "{}/v2/""#, fake.url);
    let cloud = Cloud::on(Google::of(fake.clone()), &more).await;
    let mut objects = Vec::new();
    let things = [
        ("google_compute_network", r#"{"name": "n", "auto_create_subnetworks": false}"#),
        ("google_storage_bucket", r#"{"name": "b-1", "location": "EU"}"#),
        ("google_service_account", r#"{"account_id": "robot-1"}"#),
    ];
    for (kind, config) in things {
        objects.push(Audited { kind: kind.into(), state: cloud.create(kind, config).await });
    }
    fake.set(Ills::default());
    (fake, cloud, objects)
}

fn entry(name: &str, (time, who): (&str, &str), more: &Json) -> Json {
    let mut entry = json!({
        "logName": "projects/my-project/logs/cloudaudit.googleapis.com%2Factivity", "timestamp": time,
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog", "resourceName": name,
            "methodName": "v1.compute.networks.patch", "authenticationInfo": {"principalEmail": who},
            "requestMetadata": {"callerIp": "203.0.113.7", "callerSuppliedUserAgent": "Mozilla"}, "status": {},
        },
    });
    trueup_provider_walk::merge(&mut entry, more);
    entry
}

async fn asked(cloud: &Cloud<Google>, objects: &[Audited]) -> AuditAnswer {
    let (since, until) = ("2026-11-01T00:00:00Z".into(), "2026-11-21T00:00:00Z".into());
    cloud.provider.audit(AuditRequest { objects: objects.to_vec(), since, until }).await
}

#[tokio::test]
async fn all_objects_are_asked_for_at_once() {
    let (fake, cloud, objects) = start().await;
    let network = "projects/my-project/global/networks/n";
    let number = trueup_provider_walk::text(&objects[2].state, "unique_id").to_owned();
    let nothing = json!({});
    let own =
        json!({"protoPayload": {"requestMetadata": {"callerSuppliedUserAgent": "trueup/0.1.0,gzip(gfe)"}}});
    let day = |day: u32| format!("2026-11-{day:02}T10:00:00.123456Z");
    fake.world().entries = vec![
        entry(network, (&day(9), "own"), &own),
        entry(network, (&day(8), "failed"), &json!({"protoPayload": {"status": {"code": 7}}})),
        entry(network, (&day(7), "end"), &json!({"operation": {"id": "o", "last": true}})),
        entry(network, (&day(6), "eve"), &json!({"operation": {"id": "o", "first": true}})),
        entry("projects/_/buckets/b-1", (&day(5), "ann"), &nothing),
        entry(&format!("projects/-/serviceAccounts/{number}"), (&day(4), "bob"), &nothing),
        entry(network, (&day(3), "dan"), &nothing),
        entry(network, ("2026-10-03T10:00:00Z", "early"), &nothing),
        entry("projects/my-project/global/networks/other", (&day(3), "other"), &nothing),
    ];
    let answer = asked(&cloud, &objects).await;
    assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    let who = |at: usize| answer.deeds[at].iter().map(|deed| deed.who.as_str()).collect::<Vec<_>>();
    assert_eq!((who(0), who(1), who(2)), (vec!["own", "eve", "dan"], vec!["ann"], vec!["bob"]));
    assert_eq!(fake.calls().len(), 4, "7 entries in pages of 2: {:?}", fake.calls());
    let expected = Deed {
        time: day(5),
        who: "ann".into(),
        what: "v1.compute.networks.patch".into(),
        from: Some("203.0.113.7".into()),
        with: Some("Mozilla".into()),
    };
    assert_eq!(answer.deeds[1], [expected]);
}

#[tokio::test]
async fn what_goes_wrong_is_got_over_or_told() {
    let (fake, cloud, objects) = start().await;
    fake.world().entries.push(entry("projects/_/buckets/b-1", ("2026-11-09T10:00:00Z", "ann"), &json!({})));
    for mishap in Mishap::TRANSIENT {
        fake.set(Ills { calls: vec![(0, mishap)], ..Ills::default() });
        let answer = asked(&cloud, &objects).await;
        assert!(answer.diagnostics.is_empty() && answer.deeds[1].len() == 1, "{mishap:?}: {answer:?}");
    }
    fake.world().is_log_closed = true;
    let answer = asked(&cloud, &objects).await;
    assert!(!answer.diagnostics.has_errors() && answer.deeds.iter().all(Vec::is_empty), "{answer:?}");
    let told = format!("{:?}", answer.diagnostics);
    assert!(told.contains("reading Cloud Audit Logs") && told.contains("logging.logEntries.list"), "{told}");
}

/// A thousand names don't fit into one filter.
#[tokio::test]
async fn many_objects_take_as_few_calls_as_filters_have_room_for() {
    let (fake, cloud, objects) = start().await;
    let many: Vec<Audited> = (0..1000).map(|_| objects[0].clone()).collect();
    let answer = asked(&cloud, &many).await;
    assert!(answer.diagnostics.is_empty() && answer.deeds.len() == 1000, "{:?}", answer.diagnostics);
    assert!((2..=4).contains(&fake.calls().len()), "{:?}", fake.calls());
}
