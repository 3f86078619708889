//! Looking for what a killed process may have made.

use crate::cases::{permit, trust};
use crate::cloud::{Cloud, token};
use trueup_provider::RecoverAnswer;
use trueup_provider_walk::{Mark, Names, assert_recovers};

/// Type and configuration; whether the API has no token of its own, so that a tag marks the creation.
const CASES: &[(&str, &str, bool)] = &[
    ("aws_vpc", r#"{"cidr_block": "10.5.0.0/16", "tags": {"a": "b"}}"#, true),
    ("aws_subnet", r#"{"vpc_id": "${aws_vpc.id}", "cidr_block": "10.5.1.0/24"}"#, false),
    ("aws_internet_gateway", r#"{"vpc_id": "${aws_vpc.id}"}"#, true),
    ("aws_route_table", r#"{"vpc_id": "${aws_vpc.id}"}"#, true),
    (
        "aws_route",
        r#"{"route_table_id": "${aws_route_table.id}", "destination_cidr_block": "0.0.0.0/0",
            "gateway_id": "${aws_internet_gateway.id}"}"#,
        false,
    ),
    (
        "aws_route_table_association",
        r#"{"route_table_id": "${aws_route_table.id}", "subnet_id": "${aws_subnet.id}"}"#,
        false,
    ),
    ("aws_security_group", r#"{"vpc_id": "${aws_vpc.id}", "name_prefix": "web-"}"#, false),
    (
        "aws_vpc_security_group_ingress_rule",
        r#"{"security_group_id": "${aws_security_group.id}", "ip_protocol": "tcp", "from_port": 1, "to_port": 2,
            "cidr_ipv4": "10.0.0.0/8"}"#,
        false,
    ),
    (
        "aws_security_group_rule",
        r#"{"security_group_id": "${aws_security_group.id}", "type": "egress", "protocol": "udp", "from_port": 53,
            "to_port": 53, "cidr_blocks": ["10.0.0.0/8", "11.0.0.0/8"], "self": true}"#,
        false,
    ),
    (
        "aws_vpc_endpoint",
        r#"{"vpc_id": "${aws_vpc.id}", "service_name": "com.amazonaws.us-east-1.s3"}"#,
        true,
    ),
    (
        "aws_launch_template",
        r#"{"name_prefix": "made-", "image_id": "ami-1", "tags": {"a": "b"},
            "block_device_mappings": [{"device_name": "/dev/sda", "ebs": [{"volume_size": 8}]}]}"#,
        false,
    ),
    ("aws_eip", r#"{"tags": {"a": "b"}}"#, true),
    ("aws_nat_gateway", r#"{"connectivity_type": "private", "subnet_id": "${aws_subnet.id}"}"#, true),
    (
        "aws_key_pair",
        r#"{"key_name_prefix": "made-", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur8+yFwBlsT6izfHcsvbcnwWMJ8KmoubqP3O3DGmeb"}"#,
        false,
    ),
    ("aws_ebs_volume", r#"{"availability_zone": "us-east-1a", "size": 1}"#, true),
    (
        "aws_volume_attachment",
        r#"{"device_name": "/dev/sdh", "instance_id": "${aws_instance.id}", "volume_id": "${aws_ebs_volume.id}"}"#,
        false,
    ),
    (
        "aws_instance",
        r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${aws_subnet.id}"}"#,
        true,
    ),
    ("aws_s3_bucket", r#"{"bucket_prefix": "made-"}"#, false),
    (
        "aws_iam_role",
        concat!(
            r#"{"name_prefix": "made-", "description": "d", "path": "/made/", "tags": {"a": "b"},
                "assume_role_policy": "#,
            trust!("ec2"),
            "}"
        ),
        false,
    ),
    (
        "aws_iam_policy",
        concat!(r#"{"name": "made", "path": "/made/", "policy": "#, permit!("s3:*"), "}"),
        false,
    ),
    (
        "aws_iam_role_policy",
        concat!(r#"{"role": "${aws_iam_role.id}", "policy": "#, permit!("s3:*"), "}"),
        false,
    ),
    (
        "aws_iam_role_policy_attachment",
        r#"{"role": "${aws_iam_role.id}", "policy_arn": "${aws_iam_policy.id}"}"#,
        false,
    ),
    ("aws_iam_instance_profile", r#"{"role": "${aws_iam_role.id}", "tags": {"a": "b"}}"#, false),
    (
        "aws_dynamodb_table",
        r#"{"name": "made", "hash_key": "id", "billing_mode": "PAY_PER_REQUEST", "tags": {"a": "b"},
            "attribute": [{"name": "id", "type": "S"}]}"#,
        false,
    ),
];

#[tokio::test]
async fn what_a_killed_process_made_is_found_and_nothing_else() {
    let cloud = Cloud::start("").await;
    let instance =
        cloud.create("aws_instance", r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro"}"#).await;
    let mut names = Names::default();
    names.put("aws_instance", instance);
    for (kind, template, is_marked) in CASES {
        let mark = if *is_marked { Mark::TakenAway } else { Mark::None };
        let made = assert_recovers(&cloud, kind, &names.filled(template), mark).await;
        names.put(kind, made);
    }
}

#[tokio::test]
async fn what_others_made_under_the_same_name_is_left_to_people() {
    let cloud = Cloud::start("").await;
    cloud.create("aws_s3_bucket", r#"{"bucket": "theirs", "tags": {"owner": "them"}}"#).await;
    let kind = "aws_s3_bucket";
    let wanted = cloud.config(kind, r#"{"bucket": "theirs", "tags": {"owner": "us"}}"#).await;
    let planned = cloud.plan(kind, &cloud.null(kind), &wanted).await.planned;
    let answer = cloud.recover(kind, &planned, &token(kind, "theirs")).await;
    assert!(matches!(answer, RecoverAnswer::Unknown(_)), "{answer:?}");
    let kind = "aws_iam_role";
    let theirs = concat!(r#"{"name": "theirs", "assume_role_policy": "#, trust!("ec2"), "}");
    cloud.create(kind, theirs).await;
    let ours = concat!(r#"{"name": "theirs", "assume_role_policy": "#, trust!("lambda"), "}");
    let planned = cloud.plan(kind, &cloud.null(kind), &cloud.config(kind, ours).await).await.planned;
    let answer = cloud.recover(kind, &planned, &token(kind, "theirs")).await;
    assert!(matches!(answer, RecoverAnswer::Unknown(_)), "{answer:?}");
}
