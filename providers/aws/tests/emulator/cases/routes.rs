//! Routes to everything that a route can lead to. What no type here makes stands in the fake as it is: gateways of
//! carriers, of Outposts, of IPv6 and of other networks; moto has none of them.

use super::{IGW, INSTANCE, SUBNET, TABLE, VPC};
use trueup_provider_walk::{CASE, Case};

const NAT: (&str, &str, &str) =
    ("nat", "aws_nat_gateway", r#"{"subnet_id": "${subnet.id}", "connectivity_type": "private"}"#);

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_route",
        setup: &[VPC, IGW, TABLE, ("second", "aws_route_table", r#"{"vpc_id": "${vpc.id}"}"#)],
        create: r#"{"route_table_id": "${table.id}", "destination_cidr_block": "10.8.0.0/16",
            "gateway_id": "${igw.id}"}"#,
        updates: &[
            r#"{"route_table_id": "${table.id}", "destination_cidr_block": "10.8.0.0/16",
                "carrier_gateway_id": "cagw-1"}"#,
            r#"{"route_table_id": "${table.id}", "destination_cidr_block": "10.8.0.0/16",
                "core_network_arn": "arn:aws:networkmanager::123456789012:core-network/core-network-1"}"#,
            r#"{"route_table_id": "${table.id}", "destination_cidr_block": "10.8.0.0/16",
                "local_gateway_id": "lgw-1"}"#,
            r#"{"route_table_id": "${table.id}", "destination_cidr_block": "10.8.0.0/16",
                "vpc_endpoint_id": "vpce-1"}"#,
            r#"{"route_table_id": "${table.id}", "destination_cidr_block": "10.8.0.0/16",
                "vpc_peering_connection_id": "pcx-1"}"#,
            r#"{"route_table_id": "${table.id}", "destination_cidr_block": "10.8.0.0/16",
                "transit_gateway_id": "tgw-1"}"#,
        ],
        replaces: &[
            (
                r#"{"route_table_id": "${second.id}", "destination_cidr_block": "10.8.0.0/16",
                    "transit_gateway_id": "tgw-1"}"#,
                "route_table_id",
            ),
            (
                r#"{"route_table_id": "${table.id}", "destination_ipv6_cidr_block": "::/0",
                    "gateway_id": "${igw.id}"}"#,
                "destination_ipv6_cidr_block",
            ),
            (
                r#"{"route_table_id": "${table.id}", "destination_prefix_list_id": "pl-1",
                    "transit_gateway_id": "tgw-1"}"#,
                "destination_prefix_list_id",
            ),
        ],
        tampers: &[
            (
                "ReplaceRoute&RouteTableId=${table.id}&DestinationCidrBlock=10.8.0.0/16&TransitGatewayId=tgw-2",
                "transit_gateway_id",
            ),
            (
                "ReplaceRoute&RouteTableId=${table.id}&DestinationCidrBlock=10.8.0.0/16&CarrierGatewayId=cagw-1",
                "carrier_gateway_id",
            ),
            (
                "ReplaceRoute&RouteTableId=${table.id}&DestinationCidrBlock=10.8.0.0/16&\
                 CoreNetworkArn=arn:aws:networkmanager::123456789012:core-network/core-network-1",
                "core_network_arn",
            ),
            (
                "ReplaceRoute&RouteTableId=${table.id}&DestinationCidrBlock=10.8.0.0/16&LocalGatewayId=lgw-1",
                "local_gateway_id",
            ),
            (
                "ReplaceRoute&RouteTableId=${table.id}&DestinationCidrBlock=10.8.0.0/16&VpcEndpointId=vpce-1",
                "vpc_endpoint_id",
            ),
            (
                "ReplaceRoute&RouteTableId=${table.id}&DestinationCidrBlock=10.8.0.0/16&VpcPeeringConnectionId=pcx-1",
                "vpc_peering_connection_id",
            ),
        ],
        lose: &["DeleteRoute&RouteTableId=${table.id}&DestinationCidrBlock=10.8.0.0/16"],
        import: "${table.id}_10.8.0.0/16",
        follows: &[
            ("carrier_gateway_id", "transit_gateway_id"),
            ("core_network_arn", "transit_gateway_id"),
            ("local_gateway_id", "transit_gateway_id"),
            ("vpc_endpoint_id", "transit_gateway_id"),
            ("vpc_peering_connection_id", "transit_gateway_id"),
        ],
        ..CASE
    },
    Case {
        kind: "aws_route",
        setup: &[VPC, IGW, TABLE],
        create: r#"{"route_table_id": "${table.id}", "destination_ipv6_cidr_block": "::/0",
            "gateway_id": "${igw.id}"}"#,
        updates: &[r#"{"route_table_id": "${table.id}", "destination_ipv6_cidr_block": "::/0",
                "egress_only_gateway_id": "eigw-1"}"#],
        tampers: &[(
            "ReplaceRoute&RouteTableId=${table.id}&DestinationIpv6CidrBlock=::/0&EgressOnlyInternetGatewayId=eigw-2",
            "egress_only_gateway_id",
        )],
        lose: &["DeleteRoute&RouteTableId=${table.id}&DestinationIpv6CidrBlock=::/0"],
        import: "${table.id}_::/0",
        ..CASE
    },
    Case {
        kind: "aws_route",
        setup: &[VPC, IGW, TABLE, SUBNET, INSTANCE, NAT],
        create: r#"{"route_table_id": "${table.id}", "destination_cidr_block": "0.0.0.0/0",
            "gateway_id": "${igw.id}"}"#,
        updates: &[r#"{"route_table_id": "${table.id}", "destination_cidr_block": "0.0.0.0/0",
                "nat_gateway_id": "${nat.id}"}"#],
        tampers: &[
            (
                "ReplaceRoute&RouteTableId=${table.id}&DestinationCidrBlock=0.0.0.0/0&GatewayId=${igw.id}",
                "nat_gateway_id",
            ),
            (
                "ReplaceRoute&RouteTableId=${table.id}&DestinationCidrBlock=0.0.0.0/0&\
                 NetworkInterfaceId=${instance.primary_network_interface_id}",
                "network_interface_id",
            ),
        ],
        lose: &["DeleteRoute&RouteTableId=${table.id}&DestinationCidrBlock=0.0.0.0/0"],
        import: "${table.id}_0.0.0.0/0",
        follows: &[
            ("nat_gateway_id", "gateway_id"),
            ("network_interface_id", "instance_id"),
            ("network_interface_id", "instance_owner_id"),
            ("network_interface_id", "nat_gateway_id"),
        ],
        ..CASE
    },
    Case {
        kind: "aws_route_table",
        setup: &[VPC, IGW, SUBNET, INSTANCE, NAT],
        create: r#"{"vpc_id": "${vpc.id}"}"#,
        updates: &[
            r#"{"vpc_id": "${vpc.id}", "propagating_vgws": ["vgw-1"], "route": [
                {"cidr_block": "10.2.0.0/16", "carrier_gateway_id": "cagw-1"},
                {"cidr_block": "10.3.0.0/16",
                    "core_network_arn": "arn:aws:networkmanager::123456789012:core-network/core-network-1"},
                {"ipv6_cidr_block": "::/0", "egress_only_gateway_id": "eigw-1"},
                {"destination_prefix_list_id": "pl-1", "local_gateway_id": "lgw-1"},
                {"cidr_block": "10.4.0.0/16", "nat_gateway_id": "${nat.id}"},
                {"cidr_block": "10.5.0.0/16",
                    "network_interface_id": "${instance.primary_network_interface_id}"},
                {"cidr_block": "10.6.0.0/16", "transit_gateway_id": "tgw-1"},
                {"cidr_block": "10.7.0.0/16", "vpc_endpoint_id": "vpce-1"},
                {"cidr_block": "10.8.0.0/16", "vpc_peering_connection_id": "pcx-1"}]}"#,
            r#"{"vpc_id": "${vpc.id}", "propagating_vgws": ["vgw-2"], "tags": {"a": "b"}, "route": [
                {"cidr_block": "10.2.0.0/16", "transit_gateway_id": "tgw-1"},
                {"ipv6_cidr_block": "::/0", "gateway_id": "${igw.id}"},
                {"destination_prefix_list_id": "pl-1", "transit_gateway_id": "tgw-1"}]}"#,
        ],
        tampers: &[
            ("DisableVgwRoutePropagation&RouteTableId=${this.id}&GatewayId=vgw-2", "propagating_vgws"),
            ("EnableVgwRoutePropagation&RouteTableId=${this.id}&GatewayId=vgw-1", "propagating_vgws"),
            (
                "ReplaceRoute&RouteTableId=${this.id}&DestinationPrefixListId=pl-1&LocalGatewayId=lgw-1",
                "route",
            ),
        ],
        lose: &["DeleteRouteTable&RouteTableId=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_route_table_association",
        setup: &[VPC, IGW, SUBNET, TABLE],
        create: r#"{"route_table_id": "${table.id}", "subnet_id": "${subnet.id}"}"#,
        replaces: &[(r#"{"route_table_id": "${table.id}", "gateway_id": "${igw.id}"}"#, "gateway_id")],
        lose: &["DisassociateRouteTable&AssociationId=${this.id}"],
        import: "${subnet.id}/${table.id}",
        excused: &[("route_table_id", "an association with another table is another association")],
        ..CASE
    },
];
