//! Who changed what: the activity log.

use crate::cloud::{Azure, Cloud};
use crate::fake::World;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use trueup_provider::{AuditAnswer, AuditRequest, Audited, Deed};
use trueup_provider_walk::{Ills, Mishap, Running, Stand};
use trueup_value::Value;

async fn start() -> (Arc<Running<World>>, Cloud, Vec<Audited>) {
    let fake = Running::start().await;
    let cloud = Cloud::on(Azure::of(fake.clone()), "").await;
    let mut objects = Vec::new();
    let mut make = async |kind: &str, config: &str| {
        let state: Value = cloud.create(kind, config).await;
        objects.push(Audited { kind: kind.into(), state });
    };
    make("azurerm_resource_group", r#"{"name": "G", "location": "westeurope"}"#).await;
    make(
        "azurerm_availability_set",
        r#"{"name": "a", "resource_group_name": "G", "location": "westeurope"}"#,
    )
    .await;
    make(
        "azurerm_virtual_network",
        r#"{"name": "v", "resource_group_name": "G", "location": "westeurope", "address_space": ["10.0.0.0/16"]}"#,
    )
    .await;
    fake.set(Ills::default());
    (fake, cloud, objects)
}

/// An event; the id is written as the portal does.
fn event(object: &Audited, (time, who): (&str, &str), (what, status): (&str, &str)) -> Json {
    let id = trueup_provider_walk::text(&object.state, "id").to_uppercase();
    json!({
        "eventTimestamp": time, "caller": who, "operationName": {"value": what, "localizedValue": "x"},
        "status": {"value": status}, "resourceId": id, "resourceGroupName": "g",
        "httpRequest": {"clientIpAddress": "203.0.113.7", "method": "PUT"}, "claims": {"appid": "portal"},
    })
}

async fn asked(cloud: &Cloud, objects: &[Audited]) -> AuditAnswer {
    let (since, until) = ("2026-11-01T00:00:00Z".into(), "2026-11-21T00:00:00Z".into());
    cloud.provider.audit(AuditRequest { objects: objects.to_vec(), since, until }).await
}

#[tokio::test]
async fn a_group_is_asked_for_at_once() {
    let (fake, cloud, objects) = start().await;
    let write = "Microsoft.Network/virtualNetworks/write";
    for (day, who) in ["ann", "bob", "carl"].into_iter().enumerate() {
        let time = format!("2026-11-0{}T10:00:00.1234567Z", day + 2);
        let one = event(&objects[2], (&time, who), (write, "Succeeded"));
        fake.world().events.push(one);
    }
    let others = [
        (("2026-11-09T10:00:00Z", "begun"), (write, "Started")),
        (("2026-11-09T10:00:00Z", "failed"), (write, "Failed")),
        (("2026-10-09T10:00:00Z", "early"), (write, "Succeeded")),
        (
            ("2026-11-09T10:00:00Z", "looked"),
            ("Microsoft.Storage/storageAccounts/listKeys/action", "Succeeded"),
        ),
    ];
    fake.world().events.extend(others.map(|(by, what)| event(&objects[2], by, what)));
    let tagged = (("2026-11-05T10:00:00Z", "dora"), ("Microsoft.Resources/tags/write", "Succeeded"));
    fake.world().events.push(event(&objects[0], tagged.0, tagged.1));
    let answer = asked(&cloud, &objects).await;
    assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    let who = |at: usize| answer.deeds[at].iter().map(|deed| deed.who.as_str()).collect::<Vec<_>>();
    assert_eq!((who(0), who(1), who(2)), (vec!["dora"], vec![], vec!["carl", "bob", "ann"]));
    assert_eq!(fake.calls().len(), 4, "7 events in pages of 2: {:?}", fake.calls());
    let expected = Deed {
        time: "2026-11-05T10:00:00Z".into(),
        who: "dora".into(),
        what: "Microsoft.Resources/tags/write".into(),
        from: Some("203.0.113.7".into()),
        with: Some("application portal".into()),
    };
    assert_eq!(answer.deeds[0], [expected]);
    // One object alone is asked for by its id.
    fake.set(Ills::default());
    let answer = asked(&cloud, &objects[1..2]).await;
    assert_eq!((answer.deeds, fake.calls().len()), (vec![Vec::new()], 1));
}

#[tokio::test]
async fn what_goes_wrong_is_got_over_or_told() {
    let (fake, cloud, objects) = start().await;
    let write = ("Microsoft.Compute/availabilitySets/write", "Succeeded");
    fake.world().events.push(event(&objects[1], ("2026-11-09T10:00:00Z", "ann"), write));
    for mishap in Mishap::TRANSIENT {
        fake.set(Ills { calls: vec![(0, mishap)], ..Ills::default() });
        let answer = asked(&cloud, &objects).await;
        assert!(answer.diagnostics.is_empty() && answer.deeds[1].len() == 1, "{mishap:?}: {answer:?}");
    }
    fake.world().is_log_closed = true;
    let answer = asked(&cloud, &objects).await;
    assert!(!answer.diagnostics.has_errors() && answer.deeds.iter().all(Vec::is_empty), "{answer:?}");
    let told = format!("{:?}", answer.diagnostics);
    assert!(
        told.contains("reading the Azure activity log") && told.contains("eventtypes/values/read"),
        "{told}"
    );
}
