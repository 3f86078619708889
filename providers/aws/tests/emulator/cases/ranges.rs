//! Ranges of networks beside their first one, and what subnets do with addresses: moto makes up IPv6 ranges as it
//! likes, has no pools, and knows two attributes of subnets.

use trueup_provider_walk::{CASE, Case};

const DUAL: (&str, &str, &str) = (
    "vpc",
    "aws_vpc",
    r#"{"cidr_block": "10.1.0.0/16", "ipv6_ipam_pool_id": "ipam-pool-1", "ipv6_cidr_block": "2001:db8:1200::/56"}"#,
);
const OTHER: (&str, &str, &str) = ("other", "aws_vpc", r#"{"cidr_block": "10.1.0.0/16"}"#);

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_vpc",
        create: r#"{"cidr_block": "10.0.0.0/16", "instance_tenancy": "dedicated"}"#,
        updates: &[
            r#"{"cidr_block": "10.0.0.0/16", "assign_generated_ipv6_cidr_block": true, "tags": {"a": "b"}}"#,
            r#"{"cidr_block": "10.0.0.0/16", "assign_generated_ipv6_cidr_block": true,
                "ipv6_cidr_block_network_border_group": "us-east-1-lax-1"}"#,
        ],
        tampers: &[
            (
                "DisassociateVpcCidrBlock&AssociationId=${this.ipv6_association_id}",
                "assign_generated_ipv6_cidr_block",
            ),
            (
                "DisassociateVpcCidrBlock&AssociationId=${this.ipv6_association_id}",
                "ipv6_cidr_block_network_border_group",
            ),
        ],
        lose: &["DeleteVpc&VpcId=${this.id}"],
        follows: &[
            ("assign_generated_ipv6_cidr_block", "ipv6_association_id"),
            ("assign_generated_ipv6_cidr_block", "ipv6_cidr_block"),
            ("assign_generated_ipv6_cidr_block", "ipv6_cidr_block_network_border_group"),
            ("ipv6_cidr_block_network_border_group", "assign_generated_ipv6_cidr_block"),
            ("ipv6_cidr_block_network_border_group", "ipv6_association_id"),
            ("ipv6_cidr_block_network_border_group", "ipv6_cidr_block"),
        ],
        ..CASE
    },
    Case {
        kind: "aws_vpc",
        create: r#"{"cidr_block": "10.0.0.0/16", "assign_generated_ipv6_cidr_block": true}"#,
        updates: &[
            r#"{"cidr_block": "10.0.0.0/16", "ipv6_ipam_pool_id": "ipam-pool-1", "ipv6_netmask_length": 56}"#,
            r#"{"cidr_block": "10.0.0.0/16", "ipv6_ipam_pool_id": "ipam-pool-1",
                "ipv6_cidr_block": "2001:db8:100::/56"}"#,
            r#"{"cidr_block": "10.0.0.0/16", "ipv6_ipam_pool_id": "ipam-pool-2",
                "ipv6_cidr_block": "2001:db8:200::/56"}"#,
        ],
        replaces: &[
            (r#"{"ipv4_ipam_pool_id": "ipam-pool-3", "ipv4_netmask_length": 24}"#, "ipv4_netmask_length"),
            (r#"{"cidr_block": "10.0.0.0/16", "ipv4_ipam_pool_id": "ipam-pool-4"}"#, "ipv4_ipam_pool_id"),
        ],
        tampers: &[
            ("DisassociateVpcCidrBlock&AssociationId=${this.ipv6_association_id}", "ipv6_cidr_block"),
            ("DisassociateVpcCidrBlock&AssociationId=${this.ipv6_association_id}", "ipv6_ipam_pool_id"),
        ],
        lose: &["DeleteVpc&VpcId=${this.id}"],
        unread: &["ipv6_netmask_length"],
        excused: &[("ipv6_netmask_length", "the API tells the range that it led to")],
        follows: &[
            ("ipv6_cidr_block", "ipv6_association_id"),
            ("ipv6_cidr_block", "ipv6_cidr_block_network_border_group"),
            ("ipv6_cidr_block", "ipv6_ipam_pool_id"),
            ("ipv6_ipam_pool_id", "ipv6_association_id"),
            ("ipv6_ipam_pool_id", "ipv6_cidr_block"),
            ("ipv6_ipam_pool_id", "ipv6_cidr_block_network_border_group"),
        ],
        ..CASE
    },
    Case {
        kind: "aws_subnet",
        setup: &[DUAL, OTHER],
        create: r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "ipv6_cidr_block": "2001:db8:1200:1::/64",
            "availability_zone": "us-east-1b"}"#,
        updates: &[
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "ipv6_cidr_block": "2001:db8:1200:1::/64",
                "assign_ipv6_address_on_creation": true, "enable_dns64": true,
                "enable_resource_name_dns_a_record_on_launch": true,
                "enable_resource_name_dns_aaaa_record_on_launch": true,
                "private_dns_hostname_type_on_launch": "resource-name"}"#,
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "ipv6_cidr_block": "2001:db8:1200:1::/64",
                "private_dns_hostname_type_on_launch": "ip-name"}"#,
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "ipv6_cidr_block": "2001:db8:1200:2::/64"}"#,
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24"}"#,
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "ipv6_cidr_block": "2001:db8:1200:3::/64",
                "assign_ipv6_address_on_creation": false, "private_dns_hostname_type_on_launch": "ip-name"}"#,
        ],
        replaces: &[
            (
                r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "availability_zone_id": "use1-az3"}"#,
                "availability_zone_id",
            ),
            (
                r#"{"vpc_id": "${vpc.id}", "ipv6_native": true, "ipv6_cidr_block": "2001:db8:1200:4::/64",
                    "assign_ipv6_address_on_creation": true}"#,
                "ipv6_native",
            ),
            (r#"{"vpc_id": "${other.id}", "cidr_block": "10.1.2.0/24"}"#, "vpc_id"),
        ],
        tampers: &[
            (
                "ModifySubnetAttribute&SubnetId=${this.id}&AssignIpv6AddressOnCreation.Value=true",
                "assign_ipv6_address_on_creation",
            ),
            ("ModifySubnetAttribute&SubnetId=${this.id}&EnableDns64.Value=true", "enable_dns64"),
            (
                "ModifySubnetAttribute&SubnetId=${this.id}&EnableResourceNameDnsARecordOnLaunch.Value=true",
                "enable_resource_name_dns_a_record_on_launch",
            ),
            (
                "ModifySubnetAttribute&SubnetId=${this.id}&EnableResourceNameDnsAAAARecordOnLaunch.Value=true",
                "enable_resource_name_dns_aaaa_record_on_launch",
            ),
            (
                "ModifySubnetAttribute&SubnetId=${this.id}&PrivateDnsHostnameTypeOnLaunch=resource-name",
                "private_dns_hostname_type_on_launch",
            ),
            (
                "DisassociateSubnetCidrBlock&AssociationId=${this.ipv6_cidr_block_association_id}",
                "ipv6_cidr_block",
            ),
        ],
        lose: &["DeleteSubnet&SubnetId=${this.id}"],
        follows: &[("ipv6_cidr_block", "ipv6_cidr_block_association_id")],
        ..CASE
    },
    // On a rack at a customer's.
    Case {
        kind: "aws_subnet",
        setup: &[DUAL],
        create: r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24",
            "outpost_arn": "arn:aws:outposts:us-east-1:123456789012:outpost/op-1"}"#,
        updates: &[
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "enable_lni_at_device_index": 2,
                "outpost_arn": "arn:aws:outposts:us-east-1:123456789012:outpost/op-1",
                "map_customer_owned_ip_on_launch": true, "customer_owned_ipv4_pool": "ipv4pool-coip-1"}"#,
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24",
                "outpost_arn": "arn:aws:outposts:us-east-1:123456789012:outpost/op-1",
                "map_customer_owned_ip_on_launch": true, "customer_owned_ipv4_pool": "ipv4pool-coip-2"}"#,
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24",
                "outpost_arn": "arn:aws:outposts:us-east-1:123456789012:outpost/op-1",
                "map_customer_owned_ip_on_launch": false}"#,
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "enable_lni_at_device_index": 1,
                "outpost_arn": "arn:aws:outposts:us-east-1:123456789012:outpost/op-1",
                "map_customer_owned_ip_on_launch": true, "customer_owned_ipv4_pool": "ipv4pool-coip-2"}"#,
        ],
        replaces: &[(r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24"}"#, "outpost_arn")],
        tampers: &[
            (
                "ModifySubnetAttribute&SubnetId=${this.id}&EnableLniAtDeviceIndex=3",
                "enable_lni_at_device_index",
            ),
            (
                "ModifySubnetAttribute&SubnetId=${this.id}&DisableLniAtDeviceIndex.Value=true",
                "enable_lni_at_device_index",
            ),
            (
                "ModifySubnetAttribute&SubnetId=${this.id}&MapCustomerOwnedIpOnLaunch.Value=true&\
                 CustomerOwnedIpv4Pool=ipv4pool-coip-3",
                "customer_owned_ipv4_pool",
            ),
            (
                "ModifySubnetAttribute&SubnetId=${this.id}&MapCustomerOwnedIpOnLaunch.Value=false",
                "map_customer_owned_ip_on_launch",
            ),
        ],
        lose: &["DeleteSubnet&SubnetId=${this.id}"],
        follows: &[("map_customer_owned_ip_on_launch", "customer_owned_ipv4_pool")],
        ..CASE
    },
];
