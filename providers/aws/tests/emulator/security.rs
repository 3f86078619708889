//! Security group rules in other hands, and broken ones.

use crate::cloud::{Cloud, text, token};
use trueup_value::Value;

const KIND: &str = "aws_security_group_rule";

#[tokio::test]
async fn a_rule_that_lost_a_peer_is_replaced() {
    let cloud = Cloud::start("").await;
    let group = cloud.create("aws_security_group", r#"{"name": "one", "description": "d"}"#).await;
    let group = text(&group, "id");
    let config = format!(
        r#"{{"security_group_id": "{group}", "type": "ingress", "protocol": "tcp", "from_port": 1, "to_port": 2,
            "cidr_blocks": ["10.0.0.0/8", "11.0.0.0/8"], "prefix_list_ids": ["pl-1"]}}"#
    );
    let state = cloud.create(KIND, &config).await;
    let revoke = format!(
        "RevokeSecurityGroupIngress&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=1&\
         IpPermissions.1.ToPort=2&IpPermissions.1.IpRanges.1.CidrIp=11.0.0.0/8"
    );
    cloud.tamper(&revoke).await;
    let drifted = cloud.read(KIND, &state).await;
    let left = drifted.get("cidr_blocks").and_then(Value::as_sequence).expect("one is left");
    assert_eq!(left, [Value::from("10.0.0.0/8")]);
    let plan = cloud.plan(KIND, &drifted, &cloud.config(KIND, &config).await).await;
    assert!(!plan.requires_replace.is_empty());
    cloud.delete(KIND, &drifted).await;
    assert!(cloud.read(KIND, &state).await.is_null(), "what was left of it is deleted");
}

#[tokio::test]
async fn a_rule_that_exists_is_not_taken_over() {
    let cloud = Cloud::start("").await;
    let group = cloud.create("aws_security_group", r#"{"name": "one", "description": "d"}"#).await;
    let config = format!(
        r#"{{"security_group_id": "{}", "type": "ingress", "protocol": "tcp", "from_port": 1, "to_port": 2,
            "cidr_blocks": ["10.0.0.0/8"]}}"#,
        text(&group, "id")
    );
    cloud.create(KIND, &config).await;
    let null = cloud.null(KIND);
    let plan = cloud.plan(KIND, &null, &cloud.config(KIND, &config).await).await;
    let answer = cloud.apply(KIND, &null, &plan.planned, &token(KIND, "again")).await;
    let told = answer.diagnostics.iter().next().expect("it exists");
    assert!(told.summary.contains("InvalidPermission.Duplicate") && told.hint.is_some(), "{told:?}");
    assert!(answer.state.is_null());
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused() {
    let cloud = Cloud::start("").await;
    let cases = [
        (r#""type": "ingress""#, "At least one of cidr_blocks"),
        (
            r#""type": "ingress", "cidr_blocks": ["::/0"], "source_security_group_id": "sg-1""#,
            "exclude each other",
        ),
        (r#""type": "in", "self": true"#, "is ingress or egress"),
    ];
    for (more, word) in cases {
        let config = format!(
            r#"{{"security_group_id": "sg-1", "protocol": "tcp", "from_port": 1, "to_port": 2, {more}}}"#
        );
        let config = cloud.config(KIND, &config).await;
        let told = format!("{:?}", cloud.provider.validate_resource(KIND, &config).await);
        assert!(told.contains(word), "{more}: {told}");
    }
    for id in ["sg-1", "sg-1_ingress_tcp_80", "sg-1_in_tcp_80_80_self", "sg-1_ingress_tcp_x_80_self"] {
        let answer = cloud.provider.import(KIND, id).await;
        assert!(format!("{:?}", answer.diagnostics).contains("SECURITYGROUP_TYPE_PROTOCOL"), "{id}");
    }
}
