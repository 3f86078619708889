//! Calls that are refused, lost or answered late: what is repeated, what isn't, and how many are under way.

use crate::cloud::Cloud;
use crate::moto::Moto;
use futures::future::join_all;
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider::{Private, ReadRequest};
use trueup_provider_walk::{Act, Proxy, Rule, Stand, text};
use trueup_value::Value;

const GATEWAY: &str = "aws_internet_gateway";
const THROTTLING: Act = Act::Refuse(
    400,
    "",
    "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
);
const SLOW_DOWN: Act =
    Act::Refuse(503, "", "<Error><Code>SlowDown</Code><Message>Reduce your rate</Message></Error>");
const TOO_MANY: Act = Act::Refuse(
    503,
    "",
    "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors>\
     <RequestID>r</RequestID></Response>",
);
const STUMBLE: &str =
    "<Response><Errors><Error><Code>InternalError</Code><Message>oops</Message></Error></Errors></Response>";

/// A provider that reaches moto through a front.
async fn through(rules: &[Rule]) -> (Cloud, Proxy) {
    let moto = Moto::start().await;
    let front = Proxy::start(&moto.url, rules).await;
    let cloud = Cloud::through(moto, &front.url, "").await;
    (cloud, front)
}

async fn create(cloud: &Cloud, kind: &str, config: &str) -> (Value, Diagnostics) {
    let (null, wanted) = (cloud.null(kind), cloud.config(kind, config).await);
    let planned = cloud.plan(kind, &null, &wanted).await.planned;
    let answer = cloud.apply(kind, &null, &planned, &cloud.token()).await;
    (answer.state, answer.diagnostics)
}

#[tokio::test]
async fn what_is_refused_comes_again() {
    let (cloud, front) = through(&[("Action=GetCallerIdentity", 2, THROTTLING)]).await;
    assert_eq!(front.seen("Action=GetCallerIdentity").len(), 3);
    front.add(("Action=CreateInternetGateway", 3, TOO_MANY));
    let (state, told) = create(&cloud, GATEWAY, "{}").await;
    assert!(told.is_empty() && !state.is_null(), "{told:#?}");
    assert_eq!(front.seen("Action=CreateInternetGateway").len(), 4);
    front.add(("PUT /slow", 2, SLOW_DOWN));
    let (state, told) = create(&cloud, "aws_s3_bucket", r#"{"bucket": "slow"}"#).await;
    assert!(told.is_empty() && !state.is_null(), "{told:#?}");
}

#[tokio::test]
async fn a_pause_that_the_cloud_asks_for_is_kept() {
    let (cloud, front) = through(&[]).await;
    let pause = Act::Refuse(503, "Retry-After: 2\r\n", "");
    front.add(("Action=CreateInternetGateway", 1, pause));
    let before = tokio::time::Instant::now();
    let (_, told) = create(&cloud, GATEWAY, "{}").await;
    assert!(told.is_empty(), "{told:#?}");
    assert!(before.elapsed() >= Duration::from_secs(2));
}

/// What becomes of a creation, and how often it is asked for: again where nothing was made.
const LOST: &[(&str, &str, &str, Act, usize)] = &[
    (GATEWAY, "{}", "Action=CreateInternetGateway", Act::Lose, 1),
    (GATEWAY, r#"{"tags": {"a": "b"}}"#, "Action=CreateInternetGateway", Act::Break(500, STUMBLE), 1),
    (GATEWAY, "{}", "Action=CreateInternetGateway", Act::Drop, 2),
    (
        "aws_vpc",
        r#"{"cidr_block": "10.0.0.0/16", "enable_dns_hostnames": true}"#,
        "Action=CreateVpc",
        Act::Lose,
        1,
    ),
    ("aws_s3_bucket", r#"{"bucket": "lost", "tags": {"a": "b"}}"#, "PUT /lost/ HTTP", Act::Lose, 1),
];

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_looked_for_and_not_repeated() {
    for (kind, config, words, act, count) in LOST {
        let (cloud, front) = through(&[]).await;
        front.add((words, 1, *act));
        let (state, told) = create(&cloud, kind, config).await;
        assert_eq!(front.seen(words).len(), *count, "{kind} {act:?}: {told:#?}");
        assert!(told.is_empty() && !state.is_null(), "{kind} {act:?}: {told:#?}");
        assert_eq!(cloud.read(kind, &state).await, state, "{kind}");
        let wanted = cloud.config(kind, config).await;
        assert_eq!(cloud.plan(kind, &state, &wanted).await.planned, state, "{kind}");
    }
}

#[tokio::test]
async fn what_can_come_twice_is_repeated_when_its_answer_is_lost() {
    let (cloud, front) = through(&[]).await;
    let (gateway, told) = create(&cloud, GATEWAY, "{}").await;
    assert!(told.is_empty(), "{told:#?}");
    let seen = front.seen("Action=DescribeInternetGateways").len();
    front.add(("Action=DescribeInternetGateways", 2, Act::Drop));
    assert_eq!(cloud.read(GATEWAY, &gateway).await, gateway);
    assert_eq!(front.seen("Action=DescribeInternetGateways").len(), seen + 3);
    front.add(("Action=DeleteInternetGateway", 1, Act::Lose));
    cloud.delete(GATEWAY, &gateway).await;
    assert_eq!(front.seen("Action=DeleteInternetGateway").len(), 2);
    front.add(("Action=RunInstances", 1, Act::Drop));
    let config = r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro"}"#;
    let (instance, told) = create(&cloud, "aws_instance", config).await;
    assert!(told.is_empty() && !instance.is_null(), "{told:#?}");
    let runs = front.seen("Action=RunInstances");
    assert_eq!((runs.len(), &runs[0]), (2, &runs[1]), "the same token says that it is the same launch");
}

/// An instance that is stopped for a change runs again, whatever becomes of that; and where it can't, that is told. Each call
/// is tried three times here.
#[tokio::test]
async fn instances_run_again_when_what_they_were_stopped_for_goes_wrong() {
    const UNFIT: Act = Act::Refuse(
        400,
        "",
        "<Response><Errors><Error><Code>InvalidParameterCombination</Code><Message>It does not fit.</Message></Error></Errors></Response>",
    );
    const FULL: Act = Act::Refuse(
        400,
        "",
        "<Response><Errors><Error><Code>InsufficientInstanceCapacity</Code><Message>There is none.</Message></Error></Errors></Response>",
    );
    const MODIFY: &str = "Action=ModifyInstanceAttribute";
    let kind = "aws_instance";
    let config = |size: &str| format!(r#"{{"ami": "ami-12c6146b", "instance_type": "{size}"}}"#);
    let cases: [(&[Rule], &str, &str, &str); 4] = [
        (&[(MODIFY, 1, UNFIT)], "running", "t3.micro", "It does not fit."),
        (&[(MODIFY, 3, Act::Lose)], "running", "t3.small", ""),
        (&[("Action=StopInstances", 3, Act::Lose)], "running", "t3.small", ""),
        (&[(MODIFY, 3, Act::Lose), ("Action=StartInstances", 9, FULL)], "stopped", "t3.small", "start it"),
    ];
    for (rules, state, size, words) in cases {
        let moto = Moto::start().await;
        let front = Proxy::start(&moto.url, &[]).await;
        let cloud = Cloud::through(moto, &front.url, r#""max_retries": 2"#).await;
        let (instance, _) = create(&cloud, kind, &config("t3.micro")).await;
        let wanted = cloud.config(kind, &config("t3.small")).await;
        let planned = cloud.plan(kind, &instance, &wanted).await.planned;
        rules.iter().for_each(|rule| front.add(*rule));
        let answer = cloud.apply(kind, &instance, &planned, &cloud.token()).await;
        let told = format!("{:?}", answer.diagnostics);
        let left = cloud.read(kind, &instance).await;
        assert_eq!(
            (text(&left, "instance_state"), text(&left, "instance_type")),
            (state, size),
            "{rules:?}: {told}"
        );
        assert_eq!(answer.diagnostics.has_errors(), !words.is_empty(), "{rules:?}: {told}");
        assert!(told.contains(words), "{rules:?}: {told}");
    }
}

#[tokio::test]
async fn fewer_calls_are_under_way_while_the_cloud_throttles() {
    let (cloud, front) = through(&[]).await;
    let (gateway, _) = create(&cloud, GATEWAY, "{}").await;
    front.narrow(4, TOO_MANY);
    let read = || {
        let request =
            ReadRequest { kind: GATEWAY.into(), state: gateway.clone(), private: Private::from([]) };
        cloud.provider.read(request)
    };
    let answers = join_all((0..200).map(|_| read())).await;
    for answer in answers {
        assert!(answer.diagnostics.is_empty(), "{:#?}", answer.diagnostics);
        assert_eq!(answer.state, gateway);
    }
    // Without a limit nearly all of the two hundred would be refused again and again.
    let refused = front.refused();
    assert!((1..100).contains(&refused), "{refused} of 200 calls were refused");
}
