//! Public addresses and what leads out through them.

use super::{IGW, INSTANCE, SUBNET, VPC};
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_eip",
        setup: &[
            VPC,
            SUBNET,
            IGW,
            INSTANCE,
            (
                "other",
                "aws_instance",
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}"}"#,
            ),
        ],
        updates: &[
            r#"{"tags": {"Name": "n"}}"#,
            r#"{"instance": "${other.id}"}"#,
            r#"{"network_interface": "${instance.primary_network_interface_id}"}"#,
            r#"{"instance": "${instance.id}", "associate_with_private_ip": "${instance.private_ip}",
                "tags": {"Name": "m"}}"#,
        ],
        replaces: &[
            (r#"{"address": "203.0.113.9"}"#, "address"),
            (r#"{"customer_owned_ipv4_pool": "ipv4pool-coip-1"}"#, "customer_owned_ipv4_pool"),
            (r#"{"domain": "standard"}"#, "domain"),
            (r#"{"ipam_pool_id": "ipam-pool-1"}"#, "ipam_pool_id"),
            (r#"{"network_border_group": "us-east-1-bos-1"}"#, "network_border_group"),
            (r#"{"public_ipv4_pool": "ipv4pool-ec2-1"}"#, "public_ipv4_pool"),
            (r#"{"region": "eu-west-1"}"#, "region"),
        ],
        tampers: &[
            ("DisassociateAddress&AssociationId=${this.association_id}", "instance"),
            (
                "AssociateAddress&AllocationId=${this.id}&InstanceId=${other.id}&AllowReassociation=true",
                "associate_with_private_ip",
            ),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
            ("DeleteTags&ResourceId.1=${this.id}&Tag.1.Key=team", "tags_all"),
        ],
        follows: &[
            ("instance", "associate_with_private_ip"),
            ("instance", "association_id"),
            ("instance", "network_interface"),
            ("instance", "private_dns"),
            ("instance", "private_ip"),
            ("associate_with_private_ip", "association_id"),
            ("associate_with_private_ip", "instance"),
            ("associate_with_private_ip", "network_interface"),
            ("associate_with_private_ip", "private_dns"),
            ("associate_with_private_ip", "private_ip"),
        ],
        lose: &[
            "DisassociateAddress&AssociationId=${this.association_id}",
            "ReleaseAddress&AllocationId=${this.id}",
        ],
        // Any private address of the target does where none is written.
        unread: &["associate_with_private_ip"],
        excused: &[
            ("customer_owned_ipv4_pool", "moto doesn't have pools of customers"),
            ("domain", "moto gives no id to addresses outside of VPCs; AWS has none any more"),
            ("network_border_group", "moto doesn't tell it"),
            ("public_ipv4_pool", "moto doesn't tell it"),
        ],
        ..CASE
    },
    Case {
        kind: "aws_eip",
        setup: &[VPC, SUBNET, IGW, INSTANCE],
        create: r#"{"network_interface": "${instance.primary_network_interface_id}"}"#,
        tampers: &[("DisassociateAddress&AssociationId=${this.association_id}", "network_interface")],
        follows: &[
            ("network_interface", "association_id"),
            ("network_interface", "instance"),
            ("network_interface", "private_dns"),
            ("network_interface", "private_ip"),
        ],
        lose: &[
            "DisassociateAddress&AssociationId=${this.association_id}",
            "ReleaseAddress&AllocationId=${this.id}",
        ],
        ..CASE
    },
    // moto leaves the address of a public gateway associated when that goes: it can't be taken up again.
    Case {
        kind: "aws_nat_gateway",
        setup: &[VPC, SUBNET, IGW, ("eip", "aws_eip", "{}")],
        create: r#"{"allocation_id": "${eip.id}", "subnet_id": "${subnet.id}"}"#,
        updates: &[r#"{"allocation_id": "${eip.id}", "subnet_id": "${subnet.id}", "tags": {"a": "b"}}"#],
        lose: &[
            "DeleteNatGateway&NatGatewayId=${this.id}",
            "moto:DisassociateAddress&AssociationId=${this.association_id}",
        ],
        ..CASE
    },
    Case {
        kind: "aws_nat_gateway",
        setup: &[
            VPC,
            SUBNET,
            ("elsewhere", "aws_subnet", r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24"}"#),
            IGW,
            ("one", "aws_eip", "{}"),
            ("two", "aws_eip", "{}"),
        ],
        create: r#"{"connectivity_type": "private", "subnet_id": "${subnet.id}", "tags": {"a": "b"}}"#,
        updates: &[r#"{"connectivity_type": "private", "subnet_id": "${subnet.id}"}"#],
        replaces: &[
            (r#"{"allocation_id": "${one.id}", "subnet_id": "${subnet.id}"}"#, "connectivity_type"),
            (r#"{"allocation_id": "${two.id}", "subnet_id": "${subnet.id}"}"#, "allocation_id"),
            (r#"{"connectivity_type": "private", "subnet_id": "${elsewhere.id}"}"#, "subnet_id"),
            (
                r#"{"connectivity_type": "private", "subnet_id": "${elsewhere.id}", "private_ip": "10.1.2.9"}"#,
                "private_ip",
            ),
            (
                r#"{"connectivity_type": "private", "subnet_id": "${elsewhere.id}",
                    "secondary_private_ip_address_count": 2}"#,
                "secondary_private_ip_address_count",
            ),
            (r#"{"availability_mode": "regional", "vpc_id": "${vpc.id}"}"#, "availability_mode"),
            (r#"{"availability_mode": "regional", "vpc_id": "vpc-other"}"#, "vpc_id"),
        ],
        tampers: &[
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
            ("DeleteTags&ResourceId.1=${this.id}&Tag.1.Key=team", "tags_all"),
        ],
        lose: &["DeleteNatGateway&NatGatewayId=${this.id}"],
        excused: &[
            ("availability_mode", "moto doesn't have regional gateways; see the cases in nat.rs"),
            ("availability_zone_address", "moto doesn't have regional gateways; see the cases in nat.rs"),
            ("private_ip", "moto gives addresses as it likes"),
            ("secondary_allocation_ids", "moto gives one address; see the cases in nat.rs"),
            ("secondary_private_ip_address_count", "moto gives one address; see the cases in nat.rs"),
            ("secondary_private_ip_addresses", "moto gives one address; see the cases in nat.rs"),
            ("vpc_id", "moto doesn't have regional gateways; see the cases in nat.rs"),
        ],
        ..CASE
    },
];
