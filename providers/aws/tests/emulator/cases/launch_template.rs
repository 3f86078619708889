//! Launch templates.

use trueup_provider_walk::{CASE, Case};

const OURS: &str = "says how updates choose the default version, which the cloud doesn't keep";

pub(crate) const CASES: &[Case] = &[Case {
    kind: "aws_launch_template",
    create: r#"{"name": "walk", "image_id": "ami-0"}"#,
    updates: &[
        r#"{"name": "walk", "description": "one", "image_id": "ami-1", "disable_api_stop": true, "disable_api_termination":
                true, "ebs_optimized": "true", "instance_initiated_shutdown_behavior": "terminate",
                "instance_type": "t3.micro", "kernel_id": "aki-1", "key_name": "k1", "ram_disk_id": "ari-1",
                "user_data": "ZWNobyBoaQ==", "vpc_security_group_ids": ["sg-1"], "update_default_version": true,
                "block_device_mappings": [{"device_name": "/dev/sda", "ebs": [{"delete_on_termination": "true",
                "encrypted": "true", "iops": 3000, "kms_key_id": "arn:aws:kms:us-east-1:123456789012:key/k1",
                "snapshot_id": "snap-1", "throughput": 125, "volume_initialization_rate": 100, "volume_size": 8,
                "volume_type": "gp3"}]}, {"device_name": "/dev/sdb", "virtual_name": "ephemeral0"}],
                "capacity_reservation_specification": [{"capacity_reservation_target":
                [{"capacity_reservation_id": "cr-1"}]}], "cpu_options": [{"amd_sev_snp": "enabled",
                "core_count": 2, "threads_per_core": 1}], "credit_specification": [{"cpu_credits": "standard"}],
                "enclave_options": [{"enabled": true}], "hibernation_options": [{"configured": true}],
                "iam_instance_profile": [{"name": "p1"}], "instance_market_options": [{"market_type": "spot",
                "spot_options": [{"block_duration_minutes": 60, "instance_interruption_behavior": "stop",
                "max_price": "0.1", "spot_instance_type": "persistent", "valid_until":
                "2030-01-02T03:04:05Z"}]}], "license_specification": [{"license_configuration_arn":
                "arn:aws:license-manager:us-east-1:123456789012:license-configuration:lic-1"}],
                "maintenance_options": [{"auto_recovery": "disabled"}], "metadata_options": [{"http_endpoint":
                "enabled", "http_protocol_ipv6": "enabled", "http_put_response_hop_limit": 2, "http_tokens":
                "required", "instance_metadata_tags": "enabled"}], "monitoring": [{"enabled": true}],
                "network_interfaces": [{"associate_carrier_ip_address": "true", "associate_public_ip_address":
                "true", "delete_on_termination": "true", "description": "first", "device_index": 1,
                "interface_type": "efa", "ipv4_address_count": 2, "ipv4_prefix_count": 1, "ipv6_address_count":
                2, "ipv6_prefix_count": 1, "network_card_index": 1, "network_interface_id": "eni-1",
                "primary_ipv6": "true", "private_ip_address": "10.0.0.5", "security_groups": ["sg-1"],
                "subnet_id": "subnet-1", "connection_tracking_specification": [{"tcp_established_timeout": 60,
                "udp_stream_timeout": 60, "udp_timeout": 30}], "ena_srd_specification": [{"ena_srd_enabled":
                true, "ena_srd_udp_specification": [{"ena_srd_udp_enabled": true}]}]}, {"device_index": 2,
                "ipv4_addresses": ["10.0.0.6", "10.0.0.7"], "ipv4_prefixes": ["10.0.1.0/28"], "ipv6_addresses":
                ["fc00::1"], "ipv6_prefixes": ["fc00::/80"]}], "placement": [{"affinity": "host",
                "availability_zone": "us-east-1a", "group_name": "g1", "host_id": "h-1", "partition_number": 1,
                "spread_domain": "d", "tenancy": "host"}], "private_dns_name_options":
                [{"enable_resource_name_dns_a_record": true, "enable_resource_name_dns_aaaa_record": true,
                "hostname_type": "resource-name"}], "tag_specifications": [{"resource_type": "instance", "tags":
                {"x": "y"}}, {"resource_type": "volume", "tags": {"x": "y"}}]}"#,
        r#"{"name": "walk", "description": "two", "image_id": "ami-2", "ebs_optimized": "false", "security_group_names":
                ["one"], "default_version": 1, "block_device_mappings": [{"device_name": "/dev/sdc",
                "no_device": "true"}], "capacity_reservation_specification":
                [{"capacity_reservation_preference": "open", "capacity_reservation_target":
                [{"capacity_reservation_resource_group_arn":
                "arn:aws:resource-groups:us-east-1:123456789012:group/g"}]}], "iam_instance_profile": [{"arn":
                "arn:aws:iam::123456789012:instance-profile/p"}], "placement": [{"group_id": "pg-1",
                "host_resource_group_arn": "arn:aws:resource-groups:us-east-1:123456789012:group/h"}],
                "instance_requirements": [{"accelerator_manufacturers": ["nvidia"], "accelerator_names":
                ["a100"], "accelerator_types": ["gpu"], "allowed_instance_types": ["p4*"], "bare_metal":
                "excluded", "burstable_performance": "excluded", "cpu_manufacturers": ["intel"],
                "instance_generations": ["current"], "local_storage": "required", "local_storage_types":
                ["ssd"], "max_spot_price_as_percentage_of_optimal_on_demand_price": 50,
                "on_demand_max_price_percentage_over_lowest_price": 20, "require_hibernate_support": true,
                "accelerator_count": [{"min": 1, "max": 8}], "accelerator_total_memory_mib": [{"min": 1024,
                "max": 2048}], "baseline_ebs_bandwidth_mbps": [{"min": 100, "max": 200}], "memory_gib_per_vcpu":
                [{"min": 0.5, "max": 8}], "memory_mib": [{"min": 1024, "max": 2048}], "network_bandwidth_gbps":
                [{"min": 0.1, "max": 10}], "network_interface_count": [{"min": 1, "max": 2}],
                "total_local_storage_gb": [{"min": 10.5, "max": 20}], "vcpu_count": [{"min": 1, "max": 4}]}]}"#,
        r#"{"name": "walk", "description": "three", "image_id": "ami-3", "instance_requirements":
                [{"excluded_instance_types": ["t2*"], "spot_max_price_percentage_over_lowest_price": 10,
                "memory_mib": [{"min": 512}], "vcpu_count": [{"min": 2}]}]}"#,
        r#"{"name": "walk", "image_id": "ami-1", "default_version": 1}"#,
    ],
    replaces: &[
        (r#"{"name": "walked", "image_id": "ami-1"}"#, "name"),
        (r#"{"name_prefix": "walk-", "image_id": "ami-1"}"#, "name_prefix"),
    ],
    // Each makes another version, which says what the one before said and one thing more.
    tampers: &[
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&VersionDescription=x",
            "description",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.DisableApiStop=true",
            "disable_api_stop",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.DisableApiTermination=true",
            "disable_api_termination",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.EbsOptimized=true",
            "ebs_optimized",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.InstanceInitiatedShutdownBehavior=stop",
            "instance_initiated_shutdown_behavior",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.InstanceType=t3.nano",
            "instance_type",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.KernelId=aki-9",
            "kernel_id",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.KeyName=k",
            "key_name",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.RamDiskId=ari-9",
            "ram_disk_id",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.UserData=aGk%3D",
            "user_data",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.SecurityGroup.1=x",
            "security_group_names",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.SecurityGroupId.1=sg-9",
            "vpc_security_group_ids",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.BlockDeviceMapping.1.DeviceName=/dev/sdz",
            "block_device_mappings",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.CapacityReservationSpecification.CapacityReservationPreference=none",
            "capacity_reservation_specification",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.CpuOptions.CoreCount=4",
            "cpu_options",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.CreditSpecification.CpuCredits=unlimited",
            "credit_specification",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.EnclaveOptions.Enabled=true",
            "enclave_options",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.HibernationOptions.Configured=true",
            "hibernation_options",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.IamInstanceProfile.Name=p9",
            "iam_instance_profile",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.InstanceMarketOptions.MarketType=spot",
            "instance_market_options",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.InstanceRequirements.VCpuCount.Min=1&LaunchTemplateData.InstanceRequirements.MemoryMiB.Min=1",
            "instance_requirements",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.LicenseSpecification.1.LicenseConfigurationArn=arn:l",
            "license_specification",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.MaintenanceOptions.AutoRecovery=default",
            "maintenance_options",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.MetadataOptions.HttpTokens=required",
            "metadata_options",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.Monitoring.Enabled=true",
            "monitoring",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.NetworkInterface.1.DeviceIndex=0",
            "network_interfaces",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.Placement.Tenancy=dedicated",
            "placement",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.PrivateDnsNameOptions.HostnameType=ip-name",
            "private_dns_name_options",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.TagSpecification.1.ResourceType=volume&LaunchTemplateData.TagSpecification.1.Tag.1.Key=a&LaunchTemplateData.TagSpecification.1.Tag.1.Value=b",
            "tag_specifications",
        ),
        (
            "CreateLaunchTemplateVersion&LaunchTemplateId=${this.id}&LaunchTemplateData.ImageId=ami-9",
            "image_id",
        ),
        ("ModifyLaunchTemplate&LaunchTemplateId=${this.id}&SetDefaultVersion=2", "default_version"),
    ],
    lose: &["DeleteLaunchTemplate&LaunchTemplateId=${this.id}"],
    follows: &[
        ("description", "latest_version"),
        ("disable_api_stop", "latest_version"),
        ("disable_api_termination", "latest_version"),
        ("ebs_optimized", "latest_version"),
        ("instance_initiated_shutdown_behavior", "latest_version"),
        ("instance_type", "latest_version"),
        ("kernel_id", "latest_version"),
        ("key_name", "latest_version"),
        ("ram_disk_id", "latest_version"),
        ("user_data", "latest_version"),
        ("security_group_names", "latest_version"),
        ("vpc_security_group_ids", "latest_version"),
        ("block_device_mappings", "latest_version"),
        ("capacity_reservation_specification", "latest_version"),
        ("cpu_options", "latest_version"),
        ("credit_specification", "latest_version"),
        ("enclave_options", "latest_version"),
        ("hibernation_options", "latest_version"),
        ("iam_instance_profile", "latest_version"),
        ("instance_market_options", "latest_version"),
        ("instance_requirements", "latest_version"),
        ("license_specification", "latest_version"),
        ("maintenance_options", "latest_version"),
        ("metadata_options", "latest_version"),
        ("monitoring", "latest_version"),
        ("network_interfaces", "latest_version"),
        ("placement", "latest_version"),
        ("private_dns_name_options", "latest_version"),
        ("tag_specifications", "latest_version"),
        ("image_id", "latest_version"),
    ],
    excused: &[("update_default_version", OURS)],
    ..CASE
}];

/// Tags, which moto tells as they were at first for ever.
pub(crate) const FURTHER: &[Case] = &[Case {
    kind: "aws_launch_template",
    create: r#"{"name": "walk-tags", "image_id": "ami-0", "tags": {"a": "b"}}"#,
    updates: &[
        r#"{"name": "walk-tags", "image_id": "ami-0", "tags": {"a": "c", "d": "e"}}"#,
        r#"{"name": "walk-tags", "image_id": "ami-0"}"#,
    ],
    tampers: &[
        ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
        ("DeleteTags&ResourceId.1=${this.id}&Tag.1.Key=team", "tags_all"),
    ],
    lose: &["DeleteLaunchTemplate&LaunchTemplateId=${this.id}"],
    excused: &[("update_default_version", OURS)],
    ..CASE
}];
