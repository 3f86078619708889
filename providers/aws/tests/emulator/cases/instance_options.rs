//! Options of instances, changed in place and by replacement: moto describes few of them.

use super::{KEY, SUBNET, VPC};
use trueup_provider_walk::{CASE, Case};

const IN_STATE: &str = "the state alone has it";
const NO_INTERFACE: &str = "no type here makes the interface that it needs";
const DUAL: (&str, &str, &str) = (
    "vpc",
    "aws_vpc",
    r#"{"cidr_block": "10.1.0.0/16", "ipv6_ipam_pool_id": "ipam-pool-1", "ipv6_cidr_block": "2001:db8:1200::/56"}"#,
);
const DUAL_SUBNET: (&str, &str, &str) = (
    "dual",
    "aws_subnet",
    r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.2.0/24", "ipv6_cidr_block": "2001:db8:1200:2::/64",
        "availability_zone": "us-east-1b"}"#,
);
const TEMPLATE: (&str, &str, &str) = (
    "template",
    "aws_launch_template",
    r#"{"name": "options", "image_id": "ami-12c6146b", "instance_type": "t3.micro"}"#,
);
const SECOND: (&str, &str, &str) = (
    "second",
    "aws_launch_template",
    r#"{"name": "options-2", "image_id": "ami-12c6146b", "instance_type": "t3.micro"}"#,
);

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_instance",
        setup: &[VPC, SUBNET],
        create: r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "user_data": "echo hi"}"#,
        updates: &[
            r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "credit_specification": [{"cpu_credits": "standard"}],
                "instance_initiated_shutdown_behavior": "terminate",
                "maintenance_options": [{"auto_recovery": "disabled"}], "monitoring": true,
                "secondary_private_ips": ["10.1.1.50", "10.1.1.51"],
                "root_block_device": [{"delete_on_termination": false, "tags": {"r": "1"}}],
                "capacity_reservation_specification": [{"capacity_reservation_preference": "none"}],
                "user_data": "echo ho", "get_password_data": true, "force_destroy": true}"#,
            r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "credit_specification": [{"cpu_credits": "unlimited"}],
                "instance_initiated_shutdown_behavior": "stop",
                "maintenance_options": [{"auto_recovery": "default"}], "monitoring": false,
                "secondary_private_ips": ["10.1.1.51", "10.1.1.52"],
                "root_block_device": [{"delete_on_termination": true, "tags": {"r": "2"}}],
                "capacity_reservation_specification": [{"capacity_reservation_target": [{"capacity_reservation_id": "cr-1"}]}],
                "user_data_base64": "ZWNobyBobw=="}"#,
            r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "credit_specification": [{"cpu_credits": "standard"}],
                "instance_initiated_shutdown_behavior": "terminate",
                "maintenance_options": [{"auto_recovery": "disabled"}], "monitoring": true,
                "secondary_private_ips": ["10.1.1.51"],
                "root_block_device": [{"delete_on_termination": true, "tags": {"r": "2"}}],
                "capacity_reservation_specification": [{"capacity_reservation_target": [{"capacity_reservation_resource_group_arn": "arn:aws:resource-groups:us-east-1:123456789012:group/g"}]}],
                "user_data": "echo last"}"#,
            r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "credit_specification": [{"cpu_credits": "standard"}],
                "instance_initiated_shutdown_behavior": "terminate",
                "maintenance_options": [{"auto_recovery": "disabled"}], "monitoring": true,
                "secondary_private_ips": ["10.1.1.51"],
                "root_block_device": [{"delete_on_termination": true, "tags": {"r": "2"}}],
                "capacity_reservation_specification": [{"capacity_reservation_preference": "open",
                "capacity_reservation_target": []}], "user_data": "echo last",
                "user_data_replace_on_change": true}"#,
        ],
        tampers: &[
            (
                "StopInstances&InstanceId.1=${this.id} then \
                 DescribeInstances&InstanceId.1=${this.id} then \
                 ModifyInstanceCapacityReservationAttributes&InstanceId=${this.id}&\
                 CapacityReservationSpecification.CapacityReservationPreference=none then \
                 StartInstances&InstanceId.1=${this.id} then \
                 DescribeInstances&InstanceId.1=${this.id}",
                "capacity_reservation_specification",
            ),
            (
                "ModifyInstanceCreditSpecification&InstanceCreditSpecification.1.InstanceId=${this.id}&\
                 InstanceCreditSpecification.1.CpuCredits=unlimited",
                "credit_specification",
            ),
            (
                "ModifyInstanceMaintenanceOptions&InstanceId=${this.id}&AutoRecovery=default",
                "maintenance_options",
            ),
            ("UnmonitorInstances&InstanceId.1=${this.id}", "monitoring"),
            (
                "ModifyInstanceAttribute&InstanceId=${this.id}&InstanceInitiatedShutdownBehavior.Value=stop",
                "instance_initiated_shutdown_behavior",
            ),
            (
                "ModifyInstanceAttribute&InstanceId=${this.id}&SourceDestCheck.Value=false",
                "source_dest_check",
            ),
            (
                "UnassignPrivateIpAddresses&NetworkInterfaceId=${this.primary_network_interface_id}&\
                 PrivateIpAddress.1=10.1.1.51",
                "secondary_private_ips",
            ),
            (
                "StopInstances&InstanceId.1=${this.id} then \
                 DescribeInstances&InstanceId.1=${this.id} then \
                 ModifyInstanceAttribute&InstanceId=${this.id}&InstanceType.Value=t3.small then \
                 StartInstances&InstanceId.1=${this.id} then \
                 DescribeInstances&InstanceId.1=${this.id}",
                "instance_type",
            ),
            (
                "ModifyInstanceAttribute&InstanceId=${this.id}&BlockDeviceMapping.1.DeviceName=/dev/xvda&\
                 BlockDeviceMapping.1.Ebs.DeleteOnTermination=false",
                "root_block_device",
            ),
            (
                "CreateTags&ResourceId.1=${this.root_block_device.0.volume_id}&Tag.1.Key=r&Tag.1.Value=3",
                "root_block_device",
            ),
        ],
        lose: &["TerminateInstances&InstanceId.1=${this.id}"],
        unread: &["credit_specification", "root_block_device", "user_data_replace_on_change"],
        excused: &[
            ("force_destroy", IN_STATE),
            ("get_password_data", IN_STATE),
            ("iam_instance_profile", "no attribute holds the association that a request names"),
            ("user_data_replace_on_change", IN_STATE),
        ],
        ..CASE
    },
    Case {
        kind: "aws_instance",
        setup: &[VPC, SUBNET],
        create: r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "user_data_base64": "ZWNobyBobw=="}"#,
        updates: &[r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "user_data_base64": "ZWNobyBoaQ=="}"#],
        tampers: &[(
            "StopInstances&InstanceId.1=${this.id} then \
                 DescribeInstances&InstanceId.1=${this.id} then \
                 ModifyInstanceAttribute&InstanceId=${this.id}&UserData.Value=ZWNobyBobw%3D%3D then \
                 StartInstances&InstanceId.1=${this.id} then \
                 DescribeInstances&InstanceId.1=${this.id}",
            "user_data_base64",
        )],
        lose: &["TerminateInstances&InstanceId.1=${this.id}"],
        unread: &["user_data", "user_data_base64"],
        ..CASE
    },
    Case {
        kind: "aws_instance",
        setup: &[VPC, SUBNET],
        create: r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "user_data": "echo hi"}"#,
        tampers: &[(
            "StopInstances&InstanceId.1=${this.id} then \
                 DescribeInstances&InstanceId.1=${this.id} then \
                 ModifyInstanceAttribute&InstanceId=${this.id}&UserData.Value=ZWNobyBobw%3D%3D then \
                 StartInstances&InstanceId.1=${this.id} then \
                 DescribeInstances&InstanceId.1=${this.id}",
            "user_data",
        )],
        lose: &["TerminateInstances&InstanceId.1=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_instance",
        setup: &[VPC, SUBNET],
        create: r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "tenancy": "host",
                "host_resource_group_arn": "arn:aws:resource-groups:us-east-1:123456789012:group/a"}"#,
        updates: &[r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "tenancy": "host",
                "host_resource_group_arn": "arn:aws:resource-groups:us-east-1:123456789012:group/b"}"#],
        replaces: &[(
            r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "tenancy": "host", "host_id": "h-1"}"#,
            "host_id",
        )],
        tampers: &[(
            "StopInstances&InstanceId.1=${this.id} then \
                 DescribeInstances&InstanceId.1=${this.id} then \
                 ModifyInstancePlacement&InstanceId=${this.id}&HostResourceGroupArn=arn:aws:resource-groups:us-east-1:123456789012:group/c then \
                 StartInstances&InstanceId.1=${this.id} then \
                 DescribeInstances&InstanceId.1=${this.id}",
            "host_resource_group_arn",
        )],
        lose: &["TerminateInstances&InstanceId.1=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_instance",
        setup: &[VPC, SUBNET],
        create: r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "volume_tags": {"v": "1"}, "ebs_block_device": [{"device_name": "/dev/sdf",
                "volume_size": 5}]}"#,
        updates: &[r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "volume_tags": {"v": "2"}, "ebs_block_device": [{"device_name": "/dev/sdf",
                "volume_size": 5}]}"#],
        tampers: &[(
            "CreateTags&ResourceId.1=${this.root_block_device.0.volume_id}&Tag.1.Key=v&Tag.1.Value=3",
            "volume_tags",
        )],
        lose: &["TerminateInstances&InstanceId.1=${this.id}"],
        unread: &["ebs_block_device", "volume_tags"],
        ..CASE
    },
    Case {
        kind: "aws_instance",
        setup: &[VPC, SUBNET],
        create: r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "ebs_block_device": [{"device_name": "/dev/sdf", "volume_size": 5, "tags": {"v": "1"}}]}"#,
        replaces: &[
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "ebs_block_device": [{"device_name": "/dev/sdg", "volume_size": 5, "volume_type": "io1",
                "iops": 100, "encrypted": true,
                "kms_key_id": "arn:aws:kms:us-east-1:123456789012:key/1"}]}"#,
                "ebs_block_device",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "ebs_block_device": [{"device_name": "/dev/sdg", "volume_size": 5, "volume_type": "gp3",
                "throughput": 200}]}"#,
                "ebs_block_device",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "root_block_device": [{"encrypted": true,
                "kms_key_id": "arn:aws:kms:us-east-1:123456789012:key/1"}]}"#,
                "root_block_device",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "ephemeral_block_device": [{"device_name": "/dev/sdb", "virtual_name": "ephemeral0"},
                {"device_name": "/dev/sdc", "no_device": true}]}"#,
                "ephemeral_block_device",
            ),
        ],
        tampers: &[(
            "CreateTags&ResourceId.1=${this.ebs_block_device.0.volume_id}&Tag.1.Key=v&Tag.1.Value=3",
            "ebs_block_device",
        )],
        lose: &["TerminateInstances&InstanceId.1=${this.id}"],
        unread: &["ebs_block_device"],
        excused: &[
            ("ebs_block_device.delete_on_termination", "the volume that it keeps would stay"),
            ("ebs_block_device.snapshot_id", "no type here makes the snapshot that it needs"),
        ],
        ..CASE
    },
    Case {
        kind: "aws_instance",
        setup: &[DUAL, SUBNET, DUAL_SUBNET, KEY, TEMPLATE, SECOND],
        create: r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}"}"#,
        replaces: &[
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${dual.id}"}"#,
                "subnet_id",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "associate_public_ip_address": true}"#,
                "associate_public_ip_address",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${dual.id}",
                "availability_zone": "us-east-1b"}"#,
                "availability_zone",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "cpu_options": [{"amd_sev_snp": "enabled", "core_count": 2, "threads_per_core": 1}]}"#,
                "cpu_options",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "ebs_optimized": true}"#,
                "ebs_optimized",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${dual.id}",
                "ipv6_address_count": 2}"#,
                "ipv6_address_count",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${dual.id}",
                "ipv6_addresses": ["2001:db8:1200:2::b"], "enable_primary_ipv6": true}"#,
                "ipv6_addresses",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${dual.id}",
                "ipv6_addresses": ["2001:db8:1200:2::b"], "enable_primary_ipv6": false}"#,
                "enable_primary_ipv6",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "enclave_options": [{"enabled": true}]}"#,
                "enclave_options",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "hibernation": true}"#,
                "hibernation",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "instance_market_options": [{"market_type": "spot",
                "spot_options": [{"instance_interruption_behavior": "stop", "max_price": "0.1",
                "spot_instance_type": "persistent", "valid_until": "2099-01-01T00:00:00Z"}]}]}"#,
                "instance_market_options",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "key_name": "${key.key_name}"}"#,
                "key_name",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "launch_template": [{"name": "${template.name}"}]}"#,
                "launch_template",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "launch_template": [{"id": "${second.id}", "version": "1"}]}"#,
                "launch_template",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "placement_group": "g", "placement_partition_number": 2}"#,
                "placement_group",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "placement_group": "g", "placement_partition_number": 3}"#,
                "placement_partition_number",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "placement_group_id": "pg-h"}"#,
                "placement_group_id",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "private_dns_name_options": [{"hostname_type": "resource-name",
                "enable_resource_name_dns_a_record": true, "enable_resource_name_dns_aaaa_record": true}]}"#,
                "private_dns_name_options",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "tenancy": "dedicated"}"#,
                "tenancy",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "security_groups": ["other"]}"#,
                "security_groups",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro",
                "network_interface": [{"network_interface_id": "eni-1", "device_index": 0,
                "network_card_index": 1, "delete_on_termination": true}]}"#,
                "network_interface",
            ),
            (
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro",
                "primary_network_interface": [{"network_interface_id": "eni-1"}]}"#,
                "primary_network_interface",
            ),
        ],
        lose: &["TerminateInstances&InstanceId.1=${this.id}"],
        excused: &[
            ("network_interface", NO_INTERFACE),
            ("primary_network_interface", NO_INTERFACE),
            ("security_groups", "only default networks know groups by name"),
        ],
        ..CASE
    },
];
