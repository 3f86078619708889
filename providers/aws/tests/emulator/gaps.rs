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
    ("aws_internet_gateway", "tamper", "tags"),
    (
        "aws_route",
        "update",
        "\
        carrier_gateway_id core_network_arn egress_only_gateway_id local_gateway_id nat_gateway_id \
        transit_gateway_id vpc_endpoint_id vpc_peering_connection_id",
    ),
    ("aws_route", "replace", "destination_ipv6_cidr_block destination_prefix_list_id route_table_id"),
    (
        "aws_route",
        "tamper",
        "\
        carrier_gateway_id core_network_arn egress_only_gateway_id local_gateway_id nat_gateway_id \
        network_interface_id transit_gateway_id vpc_endpoint_id vpc_peering_connection_id",
    ),
    (
        "aws_route_table",
        "update",
        "\
        propagating_vgws route.carrier_gateway_id route.core_network_arn route.destination_prefix_list_id \
        route.egress_only_gateway_id route.ipv6_cidr_block route.local_gateway_id route.nat_gateway_id \
        route.network_interface_id route.transit_gateway_id route.vpc_endpoint_id route.vpc_peering_connection_id",
    ),
    ("aws_route_table", "tamper", "propagating_vgws tags"),
    ("aws_route_table_association", "replace", "gateway_id"),
    ("aws_route_table_association", "tamper", "route_table_id"),
    (
        "aws_s3_bucket",
        "update",
        "\
        acceleration_status acl cors_rule.allowed_headers cors_rule.allowed_methods cors_rule.allowed_origins \
        cors_rule.expose_headers cors_rule.max_age_seconds grant.permissions grant.type grant.uri \
        lifecycle_rule.abort_incomplete_multipart_upload_days lifecycle_rule.enabled \
        lifecycle_rule.expiration.date lifecycle_rule.expiration.days \
        lifecycle_rule.expiration.expired_object_delete_marker lifecycle_rule.noncurrent_version_expiration.days \
        lifecycle_rule.noncurrent_version_transition.days \
        lifecycle_rule.noncurrent_version_transition.storage_class lifecycle_rule.prefix lifecycle_rule.tags \
        lifecycle_rule.transition.date lifecycle_rule.transition.days lifecycle_rule.transition.storage_class \
        logging.target_bucket logging.target_prefix object_lock_configuration.object_lock_enabled \
        object_lock_configuration.rule.default_retention.days \
        object_lock_configuration.rule.default_retention.mode \
        object_lock_configuration.rule.default_retention.years policy replication_configuration.role \
        replication_configuration.rules.delete_marker_replication_status \
        replication_configuration.rules.destination.access_control_translation.owner \
        replication_configuration.rules.destination.account_id replication_configuration.rules.destination.bucket \
        replication_configuration.rules.destination.metrics.minutes \
        replication_configuration.rules.destination.metrics.status \
        replication_configuration.rules.destination.replica_kms_key_id \
        replication_configuration.rules.destination.replication_time.minutes \
        replication_configuration.rules.destination.replication_time.status \
        replication_configuration.rules.destination.storage_class replication_configuration.rules.filter.prefix \
        replication_configuration.rules.filter.tags replication_configuration.rules.prefix \
        replication_configuration.rules.priority \
        replication_configuration.rules.source_selection_criteria.sse_kms_encrypted_objects.enabled \
        replication_configuration.rules.status request_payer \
        server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.kms_master_key_id \
        server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.sse_algorithm \
        server_side_encryption_configuration.rule.bucket_key_enabled versioning.enabled versioning.mfa_delete \
        website.error_document website.index_document website.redirect_all_requests_to website.routing_rules",
    ),
    ("aws_s3_bucket", "replace", "bucket_prefix object_lock_enabled"),
    (
        "aws_s3_bucket",
        "tamper",
        "\
        acceleration_status acl cors_rule force_destroy grant lifecycle_rule logging object_lock_configuration \
        policy replication_configuration request_payer server_side_encryption_configuration versioning website",
    ),
    (
        "aws_s3_bucket_versioning",
        "update",
        "mfa versioning_configuration.mfa_delete versioning_configuration.status",
    ),
    ("aws_s3_bucket_versioning", "replace", "bucket expected_bucket_owner"),
    ("aws_s3_bucket_versioning", "tamper", "mfa versioning_configuration"),
    (
        "aws_s3_object",
        "update",
        "\
        acl bucket_key_enabled checksum_algorithm content_base64 content_disposition content_encoding \
        content_language etag force_destroy kms_key_id object_lock_legal_hold_status object_lock_mode \
        object_lock_retain_until_date override_provider.default_tags.tags server_side_encryption source \
        source_hash storage_class website_redirect",
    ),
    ("aws_s3_object", "replace", "bucket"),
    (
        "aws_s3_object",
        "tamper",
        "\
        acl bucket_key_enabled cache_control checksum_algorithm content_base64 content_disposition \
        content_encoding content_language content_type etag force_destroy kms_key_id metadata \
        object_lock_legal_hold_status object_lock_mode object_lock_retain_until_date override_provider \
        server_side_encryption source source_hash storage_class website_redirect",
    ),
    (
        "aws_subnet",
        "update",
        "\
        assign_ipv6_address_on_creation customer_owned_ipv4_pool enable_dns64 enable_lni_at_device_index \
        enable_resource_name_dns_a_record_on_launch enable_resource_name_dns_aaaa_record_on_launch ipv6_cidr_block \
        map_customer_owned_ip_on_launch private_dns_hostname_type_on_launch",
    ),
    ("aws_subnet", "replace", "availability_zone_id ipv6_native outpost_arn vpc_id"),
    (
        "aws_subnet",
        "tamper",
        "\
        assign_ipv6_address_on_creation customer_owned_ipv4_pool enable_dns64 enable_lni_at_device_index \
        enable_resource_name_dns_a_record_on_launch enable_resource_name_dns_aaaa_record_on_launch ipv6_cidr_block \
        map_customer_owned_ip_on_launch private_dns_hostname_type_on_launch",
    ),
    (
        "aws_vpc",
        "update",
        "\
        assign_generated_ipv6_cidr_block instance_tenancy ipv6_cidr_block ipv6_cidr_block_network_border_group \
        ipv6_ipam_pool_id ipv6_netmask_length",
    ),
    ("aws_vpc", "replace", "ipv4_ipam_pool_id ipv4_netmask_length"),
    (
        "aws_vpc",
        "tamper",
        "\
        assign_generated_ipv6_cidr_block enable_dns_hostnames enable_network_address_usage_metrics \
        instance_tenancy ipv6_cidr_block ipv6_cidr_block_network_border_group ipv6_ipam_pool_id \
        ipv6_netmask_length",
    ),
    (
        "aws_vpc_security_group_egress_rule",
        "update",
        "\
        cidr_ipv4 cidr_ipv6 description from_port ip_protocol prefix_list_id referenced_security_group_id tags \
        to_port",
    ),
    (
        "aws_vpc_security_group_egress_rule",
        "tamper",
        "\
        cidr_ipv4 cidr_ipv6 description from_port ip_protocol prefix_list_id referenced_security_group_id tags \
        to_port",
    ),
    (
        "aws_vpc_security_group_ingress_rule",
        "update",
        "\
        cidr_ipv4 cidr_ipv6 description from_port ip_protocol prefix_list_id referenced_security_group_id",
    ),
    ("aws_vpc_security_group_ingress_rule", "replace", "security_group_id"),
    (
        "aws_vpc_security_group_ingress_rule",
        "tamper",
        "\
        cidr_ipv4 cidr_ipv6 description from_port ip_protocol prefix_list_id referenced_security_group_id",
    ),
];
