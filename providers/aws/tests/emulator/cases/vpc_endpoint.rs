//! VPC endpoints.

use super::{GROUP, OTHER, SUBNET, TABLE, VPC};
use trueup_provider_walk::{CASE, Case};

/// Private names need a VPC with names.
const NAMED: (&str, &str, &str) =
    ("vpc", "aws_vpc", r#"{"cidr_block": "10.1.0.0/16", "enable_dns_hostnames": true}"#);
/// An endpoint is in one subnet of a zone.
const SECOND: (&str, &str, &str) = (
    "second",
    "aws_subnet",
    r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "availability_zone": "us-east-1b"}"#,
);
const ASK: &str = "what is done about an endpoint that waits for acceptance, which the API doesn't keep";
const ELSEWHERE: &str = "the service is asked for in another region, which is not here";
const TABLE_LESS: &str = "shown with a gateway endpoint in the other case";
const NETWORK: &str = "moto knows services alone, no service networks and resource configurations";

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_vpc_endpoint",
        setup: &[
            VPC,
            OTHER,
            TABLE,
            ("more", "aws_route_table", r#"{"vpc_id": "${vpc.id}", "tags": {"n": "2"}}"#),
        ],
        create: r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.s3",
            "route_table_ids": ["${table.id}"]}"#,
        updates: &[
            r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.s3", "tags": {"a": "b"},
                "route_table_ids": ["${more.id}"],
                "policy": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": [\"s3:GetObject\"]}]}"}"#,
            r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.s3"}"#,
            // moto deletes endpoints of no other tables than those that they were made with.
            r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.s3",
                "route_table_ids": ["${table.id}"]}"#,
        ],
        replaces: &[
            (
                r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.dynamodb"}"#,
                "service_name",
            ),
            (r#"{"vpc_id": "${other.id}", "service_name": "com.amazonaws.us-east-1.dynamodb"}"#, "vpc_id"),
            (
                r#"{"vpc_id": "${other.id}", "service_name": "com.amazonaws.us-east-1.ec2",
                    "vpc_endpoint_type": "Interface"}"#,
                "vpc_endpoint_type",
            ),
        ],
        tampers: &[("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags")],
        lose: &["DeleteVpcEndpoints&VpcEndpointId.1=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_vpc_endpoint",
        setup: &[NAMED, SUBNET, SECOND, GROUP],
        create: r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.ec2",
            "vpc_endpoint_type": "Interface", "subnet_ids": ["${subnet.id}"], "security_group_ids": ["${group.id}"],
            "private_dns_enabled": true,
                "policy": "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"ec2:*\"}]}"}"#,
        updates: &[
            r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.ec2", "auto_accept": true,
                "vpc_endpoint_type": "Interface", "subnet_ids": ["${second.id}"],
                "security_group_ids": ["${group.id}", "${vpc.default_security_group_id}"], "tags": {"a": "b"},
                "private_dns_enabled": true,
                "policy": "{\"Statement\": [{\"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"ec2:*\"}]}"}"#,
            r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.ec2",
                "vpc_endpoint_type": "Interface", "subnet_ids": ["${subnet.id}"],
                "security_group_ids": ["${group.id}"], "private_dns_enabled": true,
                "policy": "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"ec2:*\"}]}"}"#,
        ],
        tampers: &[
            ("ModifyVpcEndpoint&VpcEndpointId=${this.id}&AddSubnetId.1=${second.id}", "subnet_ids"),
            (
                "ModifyVpcEndpoint&VpcEndpointId=${this.id}&AddSecurityGroupId.1=${vpc.default_security_group_id}",
                "security_group_ids",
            ),
            (
                "ModifyVpcEndpoint&VpcEndpointId=${this.id}&PolicyDocument=%7B%22Statement%22%3A%5B%5D%7D",
                "policy",
            ),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=a&Tag.1.Value=c", "tags"),
        ],
        // moto gives an endpoint interfaces once.
        follows: &[("subnet_ids", "network_interface_ids"), ("subnet_ids", "subnet_configuration")],
        lose: &["DeleteVpcEndpoints&VpcEndpointId.1=${this.id}"],
        unread: &["auto_accept"],
        excused: &[
            ("auto_accept", ASK),
            ("resource_configuration_arn", NETWORK),
            ("route_table_ids", TABLE_LESS),
            ("service_network_arn", NETWORK),
        ],
        ..CASE
    },
];

/// What moto neither keeps nor tells.
pub(crate) const FURTHER: &[Case] = &[Case {
    kind: "aws_vpc_endpoint",
    setup: &[
        NAMED,
        SUBNET,
        (
            "gateway",
            "aws_vpc_endpoint",
            r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.s3"}"#,
        ),
    ],
    create: r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.s3",
        "vpc_endpoint_type": "Interface", "subnet_ids": ["${subnet.id}"]}"#,
    updates: &[
        r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.s3",
            "vpc_endpoint_type": "Interface", "subnet_ids": ["${subnet.id}"], "private_dns_enabled": false,
            "subnet_configuration": [{"subnet_id": "${subnet.id}", "ipv4": "10.1.1.77"}]}"#,
        r#"{"vpc_id": "${vpc.id}", "service_name": "com.amazonaws.us-east-1.s3",
            "vpc_endpoint_type": "Interface", "subnet_ids": ["${subnet.id}"], "private_dns_enabled": true,
            "subnet_configuration": [{"subnet_id": "${subnet.id}", "ipv4": "10.1.1.78"}],
            "dns_options": [{"dns_record_ip_type": "service-defined",
                "private_dns_only_for_inbound_resolver_endpoint": true}]}"#,
    ],
    tampers: &[
        ("ModifyVpcEndpoint&VpcEndpointId=${this.id}&PrivateDnsEnabled=false", "private_dns_enabled"),
        ("ModifyVpcEndpoint&VpcEndpointId=${this.id}&DnsOptions.DnsRecordIpType=ipv4", "dns_options"),
        (
            "ModifyVpcEndpoint&VpcEndpointId=${this.id}&SubnetConfiguration.1.SubnetId=${subnet.id}&\
             SubnetConfiguration.1.Ipv4=10.1.1.79",
            "subnet_configuration",
        ),
    ],
    follows: &[("private_dns_enabled", "dns_entry"), ("subnet_configuration", "network_interface_ids")],
    lose: &["DeleteVpcEndpoints&VpcEndpointId.1=${this.id}"],
    excused: &[
        ("ip_address_type", "it needs a subnet with an IPv6 range, which AWS alone chooses"),
        ("service_region", ELSEWHERE),
        ("subnet_configuration.ipv6", "it needs a subnet with an IPv6 range, which AWS alone chooses"),
    ],
    ..CASE
}];
