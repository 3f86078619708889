//! Who changed what: the event history of `CloudTrail`.

use crate::cloud::Cloud;
use crate::fake::{Event, Fake};
use crate::moto::Moto;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use trueup_provider::{AuditAnswer, AuditRequest, Audited, Deed};
use trueup_provider_walk::{Ills, Mishap, Stand, merge, text};
use trueup_value::Value;

const ASSUMED: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]}"#;

async fn start() -> (Arc<Fake>, Cloud, Vec<Audited>) {
    let fake = Fake::start().await;
    let cloud = Cloud::on(Moto::of(fake.clone()), "").await;
    let mut objects = Vec::new();
    let mut make = async |kind: &str, config: String| {
        let state: Value = cloud.create(kind, &config).await;
        objects.push(Audited { kind: kind.into(), state: state.clone() });
        state
    };
    let network = make("aws_vpc", r#"{"cidr_block": "10.0.0.0/16", "region": "eu-central-1"}"#.into()).await;
    let group = json!({"name": "g", "vpc_id": text(&network, "id"), "region": "eu-central-1"});
    let group = make("aws_security_group", group.to_string()).await;
    let rule = json!({
        "security_group_id": text(&group, "id"), "cidr_ipv4": "10.0.0.0/8", "ip_protocol": "tcp",
        "from_port": 443, "to_port": 443, "region": "eu-central-1",
    });
    make("aws_vpc_security_group_ingress_rule", rule.to_string()).await;
    make("aws_iam_role", json!({"name": "robot", "assume_role_policy": ASSUMED}).to_string()).await;
    fake.set(Ills::default());
    (fake, cloud, objects)
}

/// Something that somebody did on a day of November.
fn event(region: &'static str, names: &[&str], (day, who): (i64, &str), more: &Json) -> Event {
    let mut record = json!({
        "eventID": format!("{day}-{who}"), "eventName": "ModifyVpcAttribute", "readOnly": false,
        "eventTime": format!("2026-11-{day:02}T10:00:00Z"), "sourceIPAddress": "203.0.113.7",
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::123456789012:user/{who}")},
        "userAgent": "signin.amazonaws.com",
    });
    merge(&mut record, more);
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Event { region, names, seconds: 1_793_440_800 + day * 86_400, record }
}

async fn asked(cloud: &Cloud, objects: &[Audited]) -> AuditAnswer {
    let (since, until) = ("2026-11-01T00:00:00Z".into(), "2026-11-21T00:00:00Z".into());
    cloud.provider.audit(AuditRequest { objects: objects.to_vec(), since, until }).await
}

#[tokio::test]
async fn each_object_is_looked_up_where_its_events_are() {
    let (fake, cloud, objects) = start().await;
    let [network, group, rule] = [0, 1, 2].map(|at: usize| text(&objects[at].state, "id").to_owned());
    let (here, nothing) = ("eu-central-1", json!({}));
    fake.world().trail = vec![
        event(here, &[&network], (9, "own"), &json!({"userAgent": "aws-sdk-rust/1.3 os/linux app/trueup"})),
        event(here, &[&network], (8, "failed"), &json!({"errorCode": "Client.UnauthorizedOperation"})),
        event(here, &[&network], (7, "looked"), &json!({"readOnly": true})),
        event(here, &[&network], (6, "eve"), &nothing),
        event(here, &[&network], (5, "ann"), &nothing),
        event("us-east-1", &[&network], (6, "elsewhere"), &nothing),
        event(here, &[&network], (-40, "early"), &nothing),
        event(here, &[&group], (5, "near"), &json!({"requestParameters": {"id": format!("{rule}0")}})),
        event(here, &[&group], (4, "other"), &json!({"requestParameters": {"securityGroupRuleId": "sgr-x"}})),
        event(here, &[&group], (3, "bob"), &json!({"requestParameters": {"securityGroupRuleId": rule}})),
        event("us-east-1", &["robot"], (2, "carl"), &nothing),
    ];
    let answer = asked(&cloud, &objects).await;
    assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    let who = |at: usize| {
        let names = answer.deeds[at].iter().map(|deed| deed.who.rsplit('/').next().unwrap_or_default());
        names.collect::<Vec<_>>()
    };
    assert_eq!((who(0), who(2), who(3)), (vec!["own", "eve", "ann"], vec!["bob"], vec!["carl"]));
    assert_eq!(who(1), ["near", "other", "bob"]);
    let expected = Deed {
        time: "2026-11-02T10:00:00Z".into(),
        who: "arn:aws:iam::123456789012:user/carl".into(),
        what: "ModifyVpcAttribute".into(),
        from: Some("203.0.113.7".into()),
        with: Some("signin.amazonaws.com".into()),
    };
    assert_eq!(answer.deeds[3], [expected]);
    // 5 events in pages of 2, 3 of the group and for the rule, and a page for the role.
    assert_eq!(fake.calls().iter().filter(|name| *name == "LookupEvents").count(), 8, "{:?}", fake.calls());
}

#[tokio::test]
async fn what_is_not_read_to_its_end_is_told() {
    let (fake, cloud, objects) = start().await;
    let network = text(&objects[0].state, "id").to_owned();
    let look = |day| event("eu-central-1", &[&network], (day, "looked"), &json!({"readOnly": true}));
    fake.world().trail = (2..=7).rev().map(look).collect();
    let answer = asked(&cloud, &objects[..1]).await;
    assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    fake.world().trail.push(event("eu-central-1", &[&network], (1, "eve"), &json!({})));
    let answer = asked(&cloud, &objects[..1]).await;
    let told = format!("{:?}", answer.diagnostics);
    assert!(!answer.diagnostics.has_errors() && told.contains("more events than are read"), "{told}");
}

#[tokio::test]
async fn what_goes_wrong_is_got_over_or_told() {
    let (fake, cloud, objects) = start().await;
    let network = text(&objects[0].state, "id").to_owned();
    fake.world().trail.push(event("eu-central-1", &[&network], (6, "eve"), &json!({})));
    for mishap in Mishap::TRANSIENT {
        fake.set(Ills { calls: vec![(0, mishap)], ..Ills::default() });
        let answer = asked(&cloud, &objects[..1]).await;
        assert!(answer.diagnostics.is_empty() && answer.deeds[0].len() == 1, "{mishap:?}: {answer:?}");
    }
    fake.world().is_trail_closed = true;
    let answer = asked(&cloud, &objects).await;
    assert!(!answer.diagnostics.has_errors() && answer.deeds.iter().all(Vec::is_empty), "{answer:?}");
    assert_eq!(answer.diagnostics.len(), 1, "it is told once: {:?}", answer.diagnostics);
    let told = format!("{:?}", answer.diagnostics);
    assert!(
        told.contains("events of CloudTrail") && told.contains("Grant the caller cloudtrail:LookupEvents"),
        "{told}"
    );
}
