//! What the cases don't show yet. This list only shrinks: a test says what can be taken off.

/// Type, task (`update`, `replace`, `tamper`), and the attributes that no case of the type does it to.
pub(crate) const GAPS: &[(&str, &str, &str)] = &[
    (
        "aws_instance",
        "update",
        "\
        capacity_reservation_specification.capacity_reservation_preference \
        capacity_reservation_specification.capacity_reservation_target.capacity_reservation_id \
        capacity_reservation_specification.capacity_reservation_target.capacity_reservation_resource_group_arn \
        credit_specification.cpu_credits get_password_data host_resource_group_arn \
        instance_initiated_shutdown_behavior maintenance_options.auto_recovery \
        monitoring root_block_device.delete_on_termination \
        root_block_device.tags \
        secondary_private_ips user_data user_data_base64 user_data_replace_on_change",
    ),
    (
        "aws_instance",
        "replace",
        "\
        associate_public_ip_address availability_zone cpu_options.amd_sev_snp cpu_options.core_count \
        cpu_options.threads_per_core ebs_block_device.delete_on_termination ebs_block_device.device_name \
        ebs_block_device.encrypted ebs_block_device.iops ebs_block_device.kms_key_id ebs_block_device.snapshot_id \
        ebs_block_device.throughput ebs_block_device.volume_type ebs_optimized enable_primary_ipv6 \
        enclave_options.enabled ephemeral_block_device.device_name ephemeral_block_device.no_device \
        ephemeral_block_device.virtual_name hibernation host_id instance_market_options.market_type \
        instance_market_options.spot_options.instance_interruption_behavior \
        instance_market_options.spot_options.max_price instance_market_options.spot_options.spot_instance_type \
        instance_market_options.spot_options.valid_until ipv6_address_count ipv6_addresses key_name \
        launch_template.name launch_template.version network_interface.delete_on_termination \
        network_interface.device_index network_interface.network_card_index network_interface.network_interface_id \
        placement_group placement_group_id placement_partition_number \
        primary_network_interface.network_interface_id private_dns_name_options.enable_resource_name_dns_a_record \
        private_dns_name_options.enable_resource_name_dns_aaaa_record private_dns_name_options.hostname_type \
        root_block_device.kms_key_id security_groups subnet_id tenancy",
    ),
    (
        "aws_instance",
        "tamper",
        "\
        capacity_reservation_specification credit_specification ebs_block_device force_destroy \
        get_password_data host_resource_group_arn iam_instance_profile instance_initiated_shutdown_behavior \
        instance_type maintenance_options monitoring root_block_device secondary_private_ips \
        source_dest_check user_data user_data_base64 user_data_replace_on_change volume_tags",
    ),
];
