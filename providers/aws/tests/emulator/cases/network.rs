//! Networks and the instances in them.

use super::{GROUP, IGW, KEY, OTHER, SUBNET, TABLE, VPC};
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_vpc",
        create: r#"{"cidr_block": "10.0.0.0/16", "tags": {"Name": "a"}}"#,
        updates: &[
            r#"{"cidr_block": "10.0.0.0/16", "tags": {"Name": "b", "env": "prod"}, "enable_dns_hostnames": true}"#,
            r#"{"cidr_block": "10.0.0.0/16", "enable_dns_hostnames": false, "enable_dns_support": false}"#,
            r#"{"cidr_block": "10.0.0.0/16", "enable_dns_support": true, "enable_dns_hostnames": false,
                "enable_network_address_usage_metrics": true}"#,
        ],
        replaces: &[
            (r#"{"cidr_block": "10.2.0.0/16"}"#, "cidr_block"),
            (r#"{"cidr_block": "10.0.0.0/16", "instance_tenancy": "dedicated"}"#, "instance_tenancy"),
            (r#"{"cidr_block": "10.0.0.0/16", "region": "eu-west-1"}"#, "region"),
        ],
        tampers: &[
            ("ModifyVpcAttribute&VpcId=${this.id}&EnableDnsSupport.Value=false", "enable_dns_support"),
            ("ModifyVpcAttribute&VpcId=${this.id}&EnableDnsHostnames.Value=true", "enable_dns_hostnames"),
            (
                "ModifyVpcAttribute&VpcId=${this.id}&EnableNetworkAddressUsageMetrics.Value=false",
                "enable_network_address_usage_metrics",
            ),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
            ("DeleteTags&ResourceId.1=${this.id}&Tag.1.Key=team", "tags_all"),
        ],
        lose: &["DeleteVpc&VpcId=${this.id}"],
        excused: &[("instance_tenancy", "others can only change it to default, and nobody back in place")],
        ..CASE
    },
    Case {
        kind: "aws_subnet",
        setup: &[VPC],
        create: r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "availability_zone": "us-east-1b"}"#,
        updates: &[
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "map_public_ip_on_launch": true}"#,
            r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "tags": {"Name": "x"}}"#,
        ],
        replaces: &[
            (
                r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.3.0/24", "availability_zone": "us-east-1b"}"#,
                "cidr_block",
            ),
            (
                r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "availability_zone": "us-east-1c"}"#,
                "availability_zone",
            ),
        ],
        tampers: &[
            (
                "ModifySubnetAttribute&SubnetId=${this.id}&MapPublicIpOnLaunch.Value=true",
                "map_public_ip_on_launch",
            ),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=Name&Tag.1.Value=y", "tags"),
        ],
        lose: &["DeleteSubnet&SubnetId=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_internet_gateway",
        setup: &[VPC, OTHER],
        create: r#"{"vpc_id": "${vpc.id}"}"#,
        updates: &[r#"{"vpc_id": "${vpc.id}", "tags": {"a": "b"}}"#, r#"{"vpc_id": "${other.id}"}"#],
        replaces: &[(r#"{"region": "eu-west-1"}"#, "region")],
        tampers: &[
            ("DetachInternetGateway&InternetGatewayId=${this.id}&VpcId=${other.id}", "vpc_id"),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
        ],
        lose: &[
            "DetachInternetGateway&InternetGatewayId=${this.id}&VpcId=${other.id}",
            "DeleteInternetGateway&InternetGatewayId=${this.id}",
        ],
        ..CASE
    },
    Case {
        kind: "aws_route_table",
        setup: &[VPC, IGW, OTHER],
        create: r#"{"vpc_id": "${vpc.id}", "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "${igw.id}"}]}"#,
        updates: &[
            r#"{"vpc_id": "${vpc.id}", "tags": {"a": "b"}, "route": [
                {"cidr_block": "0.0.0.0/0", "gateway_id": "${igw.id}"},
                {"cidr_block": "192.168.0.0/16", "gateway_id": "${igw.id}"}]}"#,
            r#"{"vpc_id": "${vpc.id}", "route": [{"cidr_block": "192.168.0.0/16", "gateway_id": "${igw.id}"}]}"#,
        ],
        replaces: &[(r#"{"vpc_id": "${other.id}"}"#, "vpc_id")],
        tampers: &[
            (
                "CreateRoute&RouteTableId=${this.id}&DestinationCidrBlock=172.16.0.0/12&GatewayId=${igw.id}",
                "route",
            ),
            ("DeleteRoute&RouteTableId=${this.id}&DestinationCidrBlock=192.168.0.0/16", "route"),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
        ],
        lose: &["DeleteRouteTable&RouteTableId=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_route",
        setup: &[
            VPC,
            IGW,
            TABLE,
            SUBNET,
            (
                "instance",
                "aws_instance",
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}"}"#,
            ),
        ],
        create: r#"{"route_table_id": "${table.id}", "destination_cidr_block": "0.0.0.0/0",
            "gateway_id": "${igw.id}"}"#,
        updates: &[
            r#"{"route_table_id": "${table.id}", "destination_cidr_block": "0.0.0.0/0",
                "network_interface_id": "${instance.primary_network_interface_id}"}"#,
            r#"{"route_table_id": "${table.id}", "destination_cidr_block": "0.0.0.0/0",
                "gateway_id": "${igw.id}"}"#,
        ],
        replaces: &[(
            r#"{"route_table_id": "${table.id}", "destination_cidr_block": "1.0.0.0/8", "gateway_id": "${igw.id}"}"#,
            "destination_cidr_block",
        )],
        tampers: &[(
            "ReplaceRoute&RouteTableId=${table.id}&DestinationCidrBlock=0.0.0.0/0&\
             NetworkInterfaceId=${instance.primary_network_interface_id}",
            "gateway_id",
        )],
        lose: &["DeleteRoute&RouteTableId=${table.id}&DestinationCidrBlock=0.0.0.0/0"],
        import: "${table.id}_0.0.0.0/0",
        follows: &[
            ("gateway_id", "instance_id"),
            ("gateway_id", "instance_owner_id"),
            ("gateway_id", "network_interface_id"),
        ],
        ..CASE
    },
    Case {
        kind: "aws_route_table_association",
        setup: &[
            VPC,
            SUBNET,
            TABLE,
            ("second", "aws_route_table", r#"{"vpc_id": "${vpc.id}", "tags": {"n": "2"}}"#),
            ("beside", "aws_subnet", r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.9.0/24"}"#),
        ],
        create: r#"{"route_table_id": "${table.id}", "subnet_id": "${subnet.id}"}"#,
        updates: &[r#"{"route_table_id": "${second.id}", "subnet_id": "${subnet.id}"}"#],
        replaces: &[(r#"{"route_table_id": "${second.id}", "subnet_id": "${beside.id}"}"#, "subnet_id")],
        lose: &["DisassociateRouteTable&AssociationId=${this.id}"],
        import: "${subnet.id}/${second.id}",
        ..CASE
    },
    Case {
        kind: "aws_security_group",
        setup: &[VPC, GROUP],
        create: r#"{"vpc_id": "${vpc.id}", "name": "web", "ingress": [
            {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["10.0.0.0/8", "192.168.0.0/16"]},
            {"protocol": "tcp", "from_port": 22, "to_port": 22, "security_groups": ["${group.id}"], "self": true}]}"#,
        updates: &[
            r#"{"vpc_id": "${vpc.id}", "name": "web", "tags": {"a": "b"},
                "egress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
                "ingress": [{"protocol": "6", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"],
                    "description": "tls", "ipv6_cidr_blocks": ["::/0"]}]}"#,
            // moto does not take a description away when the request has none, as the API does (EC2 API reference,
            // UpdateSecurityGroupRuleDescriptionsIngress), so that it is only changed here.
            r#"{"vpc_id": "${vpc.id}", "name": "web", "egress": [], "ingress": [{"protocol": "tcp", "from_port": 443,
                "to_port": 443, "cidr_blocks": ["10.0.0.0/8"], "description": "changed"}]}"#,
        ],
        replaces: &[
            (r#"{"vpc_id": "${vpc.id}", "name": "web2"}"#, "name"),
            (r#"{"vpc_id": "${vpc.id}", "name": "web", "description": "other"}"#, "description"),
        ],
        tampers: &[
            (
                "AuthorizeSecurityGroupIngress&GroupId=${this.id}&IpPermissions.1.IpProtocol=udp&\
                 IpPermissions.1.FromPort=53&IpPermissions.1.ToPort=53&IpPermissions.1.IpRanges.1.CidrIp=1.0.0.0/8",
                "ingress",
            ),
            (
                "RevokeSecurityGroupIngress&GroupId=${this.id}&IpPermissions.1.IpProtocol=tcp&\
                 IpPermissions.1.FromPort=443&IpPermissions.1.ToPort=443&\
                 IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0/8",
                "ingress",
            ),
        ],
        lose: &["DeleteSecurityGroup&GroupId=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_vpc_security_group_ingress_rule",
        setup: &[VPC, GROUP],
        create: r#"{"security_group_id": "${group.id}", "ip_protocol": "tcp", "from_port": 80, "to_port": 81,
            "cidr_ipv4": "10.0.0.0/8", "description": "web"}"#,
        updates: &[
            r#"{"security_group_id": "${group.id}", "ip_protocol": "tcp", "from_port": 80, "to_port": 82,
                "cidr_ipv4": "10.0.0.0/8", "description": "web", "tags": {"a": "b"}}"#,
        ],
        replaces: &[(
            r#"{"security_group_id": "${group.id}", "ip_protocol": "tcp", "from_port": 80, "to_port": 82,
                "cidr_ipv6": "::/0"}"#,
            "cidr_ipv4",
        )],
        tampers: &[
            (
                "ModifySecurityGroupRules&GroupId=${group.id}&SecurityGroupRule.1.SecurityGroupRuleId=${this.id}&\
                 SecurityGroupRule.1.SecurityGroupRule.IpProtocol=tcp&\
                 SecurityGroupRule.1.SecurityGroupRule.FromPort=80&SecurityGroupRule.1.SecurityGroupRule.ToPort=99&\
                 SecurityGroupRule.1.SecurityGroupRule.CidrIpv4=10.0.0.0/8&\
                 SecurityGroupRule.1.SecurityGroupRule.Description=web",
                "to_port",
            ),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
        ],
        lose: &["RevokeSecurityGroupIngress&GroupId=${group.id}&SecurityGroupRuleId.1=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_vpc_security_group_egress_rule",
        setup: &[
            VPC,
            GROUP,
            ("beside", "aws_security_group", r#"{"vpc_id": "${vpc.id}", "name": "beside"}"#),
        ],
        create: r#"{"security_group_id": "${group.id}", "ip_protocol": "-1",
            "referenced_security_group_id": "${group.id}"}"#,
        replaces: &[(
            r#"{"security_group_id": "${beside.id}", "ip_protocol": "-1", "cidr_ipv4": "10.0.0.0/8"}"#,
            "security_group_id",
        )],
        lose: &["RevokeSecurityGroupEgress&GroupId=${group.id}&SecurityGroupRuleId.1=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_instance",
        setup: &[VPC, SUBNET, GROUP],
        create: r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
            "vpc_security_group_ids": ["${group.id}"], "user_data": "echo hi", "tags": {"Name": "one"}}"#,
        updates: &[
            // moto takes user data apart twice when it is changed (UserData.Value is base64 once in the EC2 API), so
            // that a change of user data can't be walked through here; and it ignores changes of the shutdown behaviour.
            r#"{"ami": "ami-12c6146b", "instance_type": "t3.small", "subnet_id": "${subnet.id}",
                "vpc_security_group_ids": ["${group.id}"], "user_data": "echo hi", "tags": {"Name": "two"}}"#,
            r#"{"ami": "ami-12c6146b", "instance_type": "t3.small", "subnet_id": "${subnet.id}",
                "vpc_security_group_ids": ["${group.id}"], "user_data": "echo hi", "source_dest_check": false,
                "disable_api_termination": true}"#,
            r#"{"ami": "ami-12c6146b", "instance_type": "t3.small", "subnet_id": "${subnet.id}",
                "vpc_security_group_ids": ["${group.id}"], "user_data": "echo hi"
                , "disable_api_termination": false}"#,
        ],
        replaces: &[
            (r#"{"ami": "ami-other", "instance_type": "t3.small", "subnet_id": "${subnet.id}"}"#, "ami"),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.small", "subnet_id": "${subnet.id}",
                "user_data": "new", "user_data_replace_on_change": true}"#,
                "user_data",
            ),
        ],
        tampers: &[("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags")],
        lose: &["TerminateInstances&InstanceId.1=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_instance",
        setup: &[VPC, SUBNET, KEY],
        create: r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
            "associate_public_ip_address": true, "key_name": "${key.key_name}",
            "root_block_device": [{"volume_size": 20, "volume_type": "gp3", "delete_on_termination": true}],
            "ebs_block_device": [{"device_name": "/dev/sdf", "volume_size": 5, "tags": {"v": "1"}}],
            "metadata_options": [{"http_tokens": "required", "http_put_response_hop_limit": 2}]}"#,
        updates: &[r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "associate_public_ip_address": true, "key_name": "${key.key_name}",
                "root_block_device": [{"volume_size": 20, "volume_type": "gp3", "delete_on_termination": true}],
                "ebs_block_device": [{"device_name": "/dev/sdf", "volume_size": 5, "tags": {"v": "2"}}],
                "metadata_options": [{"http_tokens": "required", "http_put_response_hop_limit": 3}],
                "tags": {"Name": "n"}}"#],
        replaces: &[
            // Once only: moto does not release the addresses of instances that are gone.
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                    "private_ip": "10.1.1.78"}"#,
                "private_ip",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                    "ebs_block_device": [{"device_name": "/dev/sdf", "volume_size": 6}]}"#,
                "ebs_block_device",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                    "root_block_device": [{"encrypted": true, "volume_size": 20}]}"#,
                "root_block_device",
            ),
        ],
        lose: &["TerminateInstances&InstanceId.1=${this.id}"],
        // Tags of volumes are looked at where the configuration gives them.
        unread: &["ebs_block_device", "root_block_device"],
        ..CASE
    },
];
