//! Many objects with few calls.

use crate::cloud::{Cloud, text};
use futures::stream::{self, StreamExt};
use trueup_provider::{Private, ReadRequest};
use trueup_value::Value;

#[tokio::test]
async fn a_thousand_subnets_are_read_with_one_call() {
    let cloud = Cloud::start("").await;
    let vpc = cloud.create("aws_vpc", r#"{"cidr_block": "10.0.0.0/16"}"#).await;
    let config = format!(r#"{{"vpc_id": "{}", "cidr_block": "10.0.0.0/26"}}"#, text(&vpc, "id"));
    let first = cloud.create("aws_subnet", &config).await;
    let ids = more_subnets(&cloud, text(&vpc, "id"), 1..1000).await;
    let requests: Vec<ReadRequest> =
        ids.iter().map(|id| request("aws_subnet", renamed(&first, id))).collect();
    cloud.server.requests();
    let calls_before = cloud.provider.calls().expect("calls are counted");
    let answers = cloud.provider.read_many(requests.clone()).await;
    assert_eq!(cloud.server.requests(), 1, "calls for 1,000 subnets of one VPC");
    assert_eq!(cloud.provider.calls(), Some(calls_before + 1), "the provider's own count");
    let mut ranges: Vec<&str> = Vec::new();
    for (answer, id) in answers.iter().zip(&ids) {
        assert!(answer.diagnostics.is_empty(), "{:#?}", answer.diagnostics);
        assert_eq!(text(&answer.state, "id"), id);
        ranges.push(text(&answer.state, "cidr_block"));
    }
    ranges.sort_unstable();
    ranges.dedup();
    assert_eq!(ranges.len(), 1000, "each subnet has a range of its own");

    // A network around them. The VPC takes seven: itself, its main table, group and ACL, and three attributes.
    let around = ["aws_route_table", "aws_security_group"].map(|kind| {
        let (cloud, config) = (&cloud, format!(r#"{{"vpc_id": "{}"}}"#, text(&vpc, "id")));
        async move { request(kind, cloud.create(kind, &config).await) }
    });
    let around = futures::future::join_all(around).await.into_iter().chain([request("aws_vpc", vpc.clone())]);
    let all: Vec<ReadRequest> = requests.iter().cloned().chain(around).collect();
    cloud.server.requests();
    let answers = cloud.provider.read_many(all).await;
    let calls = cloud.server.requests();
    assert!(calls <= 10, "{calls} calls for 1,000 subnets and a network");
    assert!(answers.iter().all(|answer| !answer.state.is_null()));

    // Some have vanished: those are asked for by their ids before they count as gone.
    for id in &ids[..3] {
        cloud.tamper(&format!("DeleteSubnet&SubnetId={id}")).await;
    }
    cloud.server.requests();
    let answers = cloud.provider.read_many(requests).await;
    let calls = cloud.server.requests();
    assert!(calls <= 4, "{calls} calls for 1,000 subnets, three of them gone");
    assert!(answers[..3].iter().all(|answer| answer.state.is_null()));
    assert!(answers[3..].iter().all(|answer| !answer.state.is_null()));
}

#[tokio::test]
async fn subnets_of_many_networks_are_read_by_their_ids() {
    let cloud = Cloud::start("").await;
    let vpc = cloud.create("aws_vpc", r#"{"cidr_block": "10.0.0.0/16"}"#).await;
    let config = format!(r#"{{"vpc_id": "{}", "cidr_block": "10.0.0.0/26"}}"#, text(&vpc, "id"));
    let first = cloud.create("aws_subnet", &config).await;
    // Where a network isn't known, as after an import, only the ids are.
    let unknown = renamed(&first, "subnet-gone");
    let fields = unknown.as_mapping().expect("an object").clone().into_iter();
    let blank = |(name, v): (trueup_value::Name, Value)| {
        if &*name == "vpc_id" { (name, Value::null(v.ty())) } else { (name, v) }
    };
    let unknown = Value::object(fields.map(blank));
    let gone = (0..500).map(|n| renamed(&unknown, &format!("subnet-gone{n}")));
    let requests = gone.chain([first.clone()]).map(|state| request("aws_subnet", state)).collect();
    cloud.server.requests();
    let answers = cloud.provider.read_many(requests).await;
    assert_eq!(cloud.server.requests(), 3, "calls for 501 ids");
    assert!(answers[..500].iter().all(|answer| answer.state.is_null()));
    assert_eq!(answers[500].state, first);
}

#[tokio::test]
async fn instances_cost_calls_of_their_own_only_for_what_is_looked_at() {
    let cloud = Cloud::start("").await;
    let kind = "aws_instance";
    cloud.server.requests();
    let (first, noted) = cloud.create_noted(kind, &instance("")).await;
    let calls = cloud.server.requests();
    assert!(calls <= 5, "{calls} calls to make an instance: run, wait, read it and its volumes, unmark it");
    let second = cloud.create_noted(kind, &instance(r#", "user_data": "echo hi""#)).await;
    let gone = (0..998).map(|n| (renamed(&first, &format!("i-gone{n}")), noted.clone()));
    let all = gone.chain([(first.clone(), noted.clone()), second.clone()]);
    let requests: Vec<ReadRequest> =
        all.map(|(state, private)| ReadRequest { kind: kind.into(), state, private }).collect();
    cloud.server.requests();
    let answers = cloud.provider.read_many(requests).await;
    let calls = cloud.server.requests();
    // 200 ids a call, and the volumes of those found.
    assert!(calls <= 7, "{calls} calls for 1,000 instances");
    assert!(answers[..998].iter().all(|answer| answer.state.is_null()));
    assert_eq!((&answers[998].state, &answers[999].state), (&first, &second.0));
    let read = cloud.import(kind, text(&second.0, "id")).await;
    for name in ["user_data", "disable_api_termination", "instance_initiated_shutdown_behavior"] {
        assert_eq!(read.get(name), second.0.get(name), "imported {name}");
    }
}

fn instance(more: &str) -> String {
    format!(r#"{{"ami": "ami-12c6146b", "instance_type": "t3.micro"{more}}}"#)
}

#[tokio::test]
async fn what_instances_are_asked_for_one_by_one_is_seen_where_it_counts() {
    let cloud = Cloud::start("").await;
    let kind = "aws_instance";
    let flags = r#", "disable_api_stop": false, "disable_api_termination": false"#;
    for (name, parameter) in
        [("disable_api_stop", "DisableApiStop"), ("disable_api_termination", "DisableApiTermination")]
    {
        for (more, is_seen) in [(flags, true), ("", false)] {
            let (state, private) = cloud.create_noted(kind, &instance(more)).await;
            assert_eq!(state.get(name), Some(&Value::from(false)), "{more}");
            let id = text(&state, "id");
            let request = format!("ModifyInstanceAttribute&InstanceId={id}&{parameter}.Value=true");
            cloud.tamper(&request).await;
            let request = ReadRequest { kind: kind.into(), state, private };
            let answer = cloud.provider.read(request).await;
            assert_eq!(answer.state.get(name), Some(&Value::from(is_seen)), "{name} {more}");
        }
    }
}

#[tokio::test]
async fn user_data_is_asked_for_once_a_launch() {
    let cloud = Cloud::start("").await;
    let kind = "aws_instance";
    let (state, private) = cloud.create_noted(kind, &instance(r#", "user_data": "echo hi""#)).await;
    let id = text(&state, "id").to_owned();
    let sees_a_change = async |private: &str| {
        let private = private.as_bytes().into();
        let answer =
            cloud.provider.read(ReadRequest { kind: kind.into(), state: state.clone(), private }).await;
        answer.state.get("user_data") != state.get("user_data")
    };
    let private = String::from_utf8(private.to_vec()).expect("JSON is text");
    // moto takes base64 away twice, changes user data of what runs, which the API refuses, and keeps the time of the launch when it starts what
    // was stopped, which the API doesn't.
    cloud.tamper(&format!("ModifyInstanceAttribute&InstanceId={id}&UserData.Value=WldOb2J5Qmk%3D")).await;
    assert!(!sees_a_change(&private).await, "the same launch");
    let earlier = private.replace(r#""user_data_launch":""#, r#""user_data_launch":"1"#);
    assert_ne!(earlier, private);
    assert!(sees_a_change(&earlier).await, "another launch");
    assert!(sees_a_change("").await, "nothing is known of the launch");
    cloud.tamper(&format!("StopInstances&InstanceId.1={id}")).await;
    assert!(sees_a_change(&private).await, "it is stopped");
}

/// Makes further subnets behind the provider's back, the quick way, and gives the ids of all.
async fn more_subnets(cloud: &Cloud, vpc: &str, numbers: std::ops::Range<usize>) -> Vec<String> {
    let make = |n: usize| async move {
        let range = format!("10.0.{}.{}/26", n / 4, n % 4 * 64);
        cloud.tamper(&format!("CreateSubnet&VpcId={vpc}&CidrBlock={range}")).await;
    };
    stream::iter(numbers.map(make)).buffer_unordered(8).collect::<Vec<()>>().await;
    let filter = format!(r#"{{"filter": [{{"name": "vpc-id", "values": ["{vpc}"]}}]}}"#);
    let (found, told) = cloud.data("aws_subnets", &filter).await;
    assert!(told.is_empty(), "{told:#?}");
    let ids = found.get("ids").and_then(Value::as_sequence).expect("a list of ids");
    ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn request(kind: &str, state: Value) -> ReadRequest {
    ReadRequest { kind: kind.into(), state, private: Private::from([]) }
}

/// The same object with another id.
fn renamed(object: &Value, id: &str) -> Value {
    let fields = object.as_mapping().expect("an object").clone().into_iter();
    Value::object(fields.map(|(name, v)| if &*name == "id" { (name, Value::from(id)) } else { (name, v) }))
}
