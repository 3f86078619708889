//! NAT gateways with further addresses and regional ones, which moto doesn't know.

use super::{IGW, OTHER, SUBNET, VPC};
use trueup_provider_walk::{CASE, Case};

const OTHER_IGW: (&str, &str, &str) = ("out", "aws_internet_gateway", r#"{"vpc_id": "${other.id}"}"#);
const ONE: (&str, &str, &str) = ("one", "aws_eip", "{}");
const TWO: (&str, &str, &str) = ("two", "aws_eip", "{}");
const THREE: (&str, &str, &str) = ("three", "aws_eip", "{}");
const FOUR: (&str, &str, &str) = ("four", "aws_eip", "{}");
const FIVE: (&str, &str, &str) = ("five", "aws_eip", "{}");
const SIX: (&str, &str, &str) = ("six", "aws_eip", "{}");

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_nat_gateway",
        setup: &[VPC, SUBNET, IGW, OTHER, OTHER_IGW, ONE, TWO, THREE, FOUR, FIVE],
        create: r#"{"subnet_id": "${subnet.id}", "allocation_id": "${one.id}", "private_ip": "10.1.1.9"}"#,
        updates: &[
            r#"{"subnet_id": "${subnet.id}", "allocation_id": "${one.id}", "private_ip": "10.1.1.9",
                "secondary_allocation_ids": ["${two.id}"]}"#,
            r#"{"subnet_id": "${subnet.id}", "allocation_id": "${one.id}", "private_ip": "10.1.1.9",
                "secondary_allocation_ids": ["${three.id}", "${four.id}"], "tags": {"a": "b"}}"#,
            r#"{"subnet_id": "${subnet.id}", "allocation_id": "${one.id}", "private_ip": "10.1.1.9",
                "secondary_allocation_ids": ["${four.id}"], "secondary_private_ip_addresses": ["10.1.1.44"]}"#,
            r#"{"subnet_id": "${subnet.id}", "allocation_id": "${one.id}", "private_ip": "10.1.1.9",
                "secondary_allocation_ids": []}"#,
            r#"{"subnet_id": "${subnet.id}", "allocation_id": "${one.id}", "private_ip": "10.1.1.9",
                "secondary_allocation_ids": ["${four.id}"], "secondary_private_ip_addresses": ["10.1.1.45"]}"#,
        ],
        replaces: &[
            (
                r#"{"subnet_id": "${subnet.id}", "allocation_id": "${one.id}", "private_ip": "10.1.1.8"}"#,
                "private_ip",
            ),
            (
                r#"{"subnet_id": "${subnet.id}", "connectivity_type": "private", "secondary_private_ip_address_count": 2}"#,
                "connectivity_type",
            ),
            (
                r#"{"subnet_id": "${subnet.id}", "connectivity_type": "private", "secondary_private_ip_address_count": 3}"#,
                "secondary_private_ip_address_count",
            ),
            (r#"{"availability_mode": "regional", "vpc_id": "${vpc.id}"}"#, "availability_mode"),
            (r#"{"availability_mode": "regional", "vpc_id": "${other.id}"}"#, "vpc_id"),
        ],
        tampers: &[(
            "AssociateNatGatewayAddress&NatGatewayId=${this.id}&AllocationId.1=${five.id}",
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
        setup: &[VPC, SUBNET],
        create: r#"{"subnet_id": "${subnet.id}", "connectivity_type": "private",
            "secondary_private_ip_addresses": ["10.1.1.20", "10.1.1.21"]}"#,
        updates: &[
            r#"{"subnet_id": "${subnet.id}", "connectivity_type": "private",
                "secondary_private_ip_addresses": ["10.1.1.21", "10.1.1.22", "10.1.1.23"]}"#,
            r#"{"subnet_id": "${subnet.id}", "connectivity_type": "private",
                "secondary_private_ip_addresses": ["10.1.1.22"]}"#,
        ],
        tampers: &[
            (
                "AssignPrivateNatGatewayAddress&NatGatewayId=${this.id}&PrivateIpAddress.1=10.1.1.30",
                "secondary_private_ip_addresses",
            ),
            (
                "UnassignPrivateNatGatewayAddress&NatGatewayId=${this.id}&PrivateIpAddress.1=10.1.1.22",
                "secondary_private_ip_addresses",
            ),
        ],
        follows: &[("secondary_private_ip_addresses", "secondary_private_ip_address_count")],
        lose: &["DeleteNatGateway&NatGatewayId=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_nat_gateway",
        setup: &[VPC, IGW, ONE],
        create: r#"{"availability_mode": "regional", "vpc_id": "${vpc.id}"}"#,
        updates: &[r#"{"availability_mode": "regional", "vpc_id": "${vpc.id}", "tags": {"a": "b"}}"#],
        replaces: &[(
            r#"{"availability_mode": "regional", "vpc_id": "${vpc.id}", "availability_zone_address": [
                {"availability_zone": "us-east-1a", "allocation_ids": ["${one.id}"]}]}"#,
            "availability_zone_address",
        )],
        lose: &["DeleteNatGateway&NatGatewayId=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_nat_gateway",
        setup: &[VPC, IGW, ONE, TWO, THREE, FOUR, FIVE, SIX],
        create: r#"{"availability_mode": "regional", "vpc_id": "${vpc.id}", "availability_zone_address": [
            {"availability_zone": "us-east-1a", "allocation_ids": ["${one.id}"]},
            {"availability_zone_id": "use1-az2", "allocation_ids": ["${two.id}", "${three.id}"]}]}"#,
        updates: &[
            // One address more, one moves, and a zone is new.
            r#"{"availability_mode": "regional", "vpc_id": "${vpc.id}", "availability_zone_address": [
                {"availability_zone": "us-east-1a", "allocation_ids": ["${one.id}", "${three.id}"]},
                {"availability_zone_id": "use1-az2", "allocation_ids": ["${two.id}", "${four.id}"]},
                {"availability_zone": "us-east-1c", "allocation_ids": ["${five.id}"]}]}"#,
            // A zone goes.
            r#"{"availability_mode": "regional", "vpc_id": "${vpc.id}", "availability_zone_address": [
                {"availability_zone": "us-east-1a", "allocation_ids": ["${one.id}"]},
                {"availability_zone": "us-east-1c", "allocation_ids": ["${five.id}"]}]}"#,
        ],
        tampers: &[(
            "AssociateNatGatewayAddress&NatGatewayId=${this.id}&AllocationId.1=${six.id}&\
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
