//! NAT gateways with further addresses and regional ones, on a fake of their own: moto knows neither.

mod gateways;
mod server;

use crate::cases::{CASE, Case};
use crate::cloud::Cloud;
use crate::moto::Moto;
use crate::walk::walk;
use std::sync::Arc;
use trueup_value::Value;

const MORE: &str = r#""skip_credentials_validation": true,
    "default_tags": [{"tags": {"team": "core", "env": "test"}}]"#;

const CASES: &[Case] = &[
    Case {
        kind: "aws_nat_gateway",
        create: r#"{"subnet_id": "subnet-1", "allocation_id": "eipalloc-1", "private_ip": "10.0.0.9"}"#,
        updates: &[
            r#"{"subnet_id": "subnet-1", "allocation_id": "eipalloc-1", "private_ip": "10.0.0.9",
                "secondary_allocation_ids": ["eipalloc-2"]}"#,
            r#"{"subnet_id": "subnet-1", "allocation_id": "eipalloc-1", "private_ip": "10.0.0.9",
                "secondary_allocation_ids": ["eipalloc-3", "eipalloc-4"], "tags": {"a": "b"}}"#,
            r#"{"subnet_id": "subnet-1", "allocation_id": "eipalloc-1", "private_ip": "10.0.0.9",
                "secondary_allocation_ids": ["eipalloc-4"], "secondary_private_ip_addresses": ["10.0.0.44"]}"#,
            r#"{"subnet_id": "subnet-1", "allocation_id": "eipalloc-1", "private_ip": "10.0.0.9",
                "secondary_allocation_ids": []}"#,
            r#"{"subnet_id": "subnet-1", "allocation_id": "eipalloc-1", "private_ip": "10.0.0.9",
                "secondary_allocation_ids": ["eipalloc-4"], "secondary_private_ip_addresses": ["10.0.0.45"]}"#,
        ],
        replaces: &[
            (
                r#"{"subnet_id": "subnet-1", "allocation_id": "eipalloc-1", "private_ip": "10.0.0.8"}"#,
                "private_ip",
            ),
            (
                r#"{"subnet_id": "subnet-1", "connectivity_type": "private", "secondary_private_ip_address_count": 2}"#,
                "connectivity_type",
            ),
            (
                r#"{"subnet_id": "subnet-1", "connectivity_type": "private", "secondary_private_ip_address_count": 3}"#,
                "secondary_private_ip_address_count",
            ),
            (r#"{"availability_mode": "regional", "vpc_id": "vpc-1"}"#, "availability_mode"),
            (r#"{"availability_mode": "regional", "vpc_id": "vpc-2"}"#, "vpc_id"),
        ],
        tampers: &[(
            "AssociateNatGatewayAddress&NatGatewayId=${this.id}&AllocationId.1=eipalloc-5",
            "secondary_allocation_ids",
        )],
        follows: &[
            ("secondary_allocation_ids", "secondary_private_ip_address_count"),
            ("secondary_allocation_ids", "secondary_private_ip_addresses"),
        ],
        lose: &["DeleteNatGateway&NatGatewayId=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_nat_gateway",
        create: r#"{"subnet_id": "subnet-1", "connectivity_type": "private",
            "secondary_private_ip_addresses": ["10.0.0.20", "10.0.0.21"]}"#,
        updates: &[
            r#"{"subnet_id": "subnet-1", "connectivity_type": "private",
                "secondary_private_ip_addresses": ["10.0.0.21", "10.0.0.22", "10.0.0.23"]}"#,
            r#"{"subnet_id": "subnet-1", "connectivity_type": "private",
                "secondary_private_ip_addresses": ["10.0.0.22"]}"#,
        ],
        tampers: &[
            (
                "AssignPrivateNatGatewayAddress&NatGatewayId=${this.id}&PrivateIpAddress.1=10.0.0.30",
                "secondary_private_ip_addresses",
            ),
            (
                "UnassignPrivateNatGatewayAddress&NatGatewayId=${this.id}&PrivateIpAddress.1=10.0.0.22",
                "secondary_private_ip_addresses",
            ),
        ],
        follows: &[("secondary_private_ip_addresses", "secondary_private_ip_address_count")],
        lose: &["DeleteNatGateway&NatGatewayId=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_nat_gateway",
        create: r#"{"availability_mode": "regional", "vpc_id": "vpc-1"}"#,
        updates: &[r#"{"availability_mode": "regional", "vpc_id": "vpc-1", "tags": {"a": "b"}}"#],
        replaces: &[(
            r#"{"availability_mode": "regional", "vpc_id": "vpc-1", "availability_zone_address": [
                {"availability_zone": "us-east-1a", "allocation_ids": ["eipalloc-11"]}]}"#,
            "availability_zone_address",
        )],
        lose: &["DeleteNatGateway&NatGatewayId=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_nat_gateway",
        create: r#"{"availability_mode": "regional", "vpc_id": "vpc-1", "availability_zone_address": [
            {"availability_zone": "us-east-1a", "allocation_ids": ["eipalloc-21"]},
            {"availability_zone_id": "use1-az2", "allocation_ids": ["eipalloc-22", "eipalloc-23"]}]}"#,
        updates: &[
            // One address more, one moves, and a zone is new.
            r#"{"availability_mode": "regional", "vpc_id": "vpc-1", "availability_zone_address": [
                {"availability_zone": "us-east-1a", "allocation_ids": ["eipalloc-21", "eipalloc-23"]},
                {"availability_zone_id": "use1-az2", "allocation_ids": ["eipalloc-22", "eipalloc-24"]},
                {"availability_zone": "us-east-1c", "allocation_ids": ["eipalloc-25"]}]}"#,
            // A zone goes.
            r#"{"availability_mode": "regional", "vpc_id": "vpc-1", "availability_zone_address": [
                {"availability_zone": "us-east-1a", "allocation_ids": ["eipalloc-21"]},
                {"availability_zone": "us-east-1c", "allocation_ids": ["eipalloc-25"]}]}"#,
        ],
        tampers: &[(
            "AssociateNatGatewayAddress&NatGatewayId=${this.id}&AllocationId.1=eipalloc-29&\
             AvailabilityZone=us-east-1d",
            "availability_zone_address",
        )],
        follows: &[("availability_zone_address", "regional_nat_gateway_address")],
        lose: &["DeleteNatGateway&NatGatewayId=${this.id}"],
        // A zone is told by name and by id: which one is written isn't known before the configuration is.
        unread: &["availability_zone_address"],
        ..CASE
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nat_gateways_walk_through_their_lives() {
    for case in CASES {
        // Each has the addresses to itself.
        let cloud = Arc::new(Cloud::on(Moto::at(server::start().await), MORE).await);
        walk(&cloud, std::iter::once(case)).await;
    }
}

#[tokio::test]
async fn a_gateway_that_fails_says_why_and_is_kept_to_be_deleted() {
    let cloud = Cloud::on(Moto::at(server::start().await), MORE).await;
    let kind = "aws_nat_gateway";
    let config = cloud.config(kind, r#"{"subnet_id": "subnet-full", "allocation_id": "eipalloc-1"}"#).await;
    let plan = cloud.plan(kind, &cloud.null(kind), &config).await;
    let answer = cloud.apply(kind, &cloud.null(kind), &plan.planned, "token").await;
    let told = answer.diagnostics.iter().next().expect("it failed");
    assert!(
        told.summary.contains("InsufficientFreeAddressesInSubnet: Subnet has no free addresses"),
        "{told:?}"
    );
    assert!(answer.state.get("id").and_then(Value::as_str).is_some_and(|id| id.starts_with("nat-")));
    cloud.delete(kind, &answer.state).await;
}
