//! Machines and templates with all that they can have, on the fake alone.

use super::machines::DISK;
use super::{NETWORK, SUBNET, Setup};
use trueup_provider_walk::{CASE, Case};

const SECOND: Setup = (
    "second",
    "google_compute_subnetwork",
    r#"{"name": "second-${n}", "network": "${net.id}", "ip_cidr_range": "10.200.0.0/24"}"#,
);

const MACHINE: Setup = (
    "machine",
    "google_compute_instance",
    r#"{"name": "machine-${n}", "machine_type": "e2-medium", "can_ip_forward": true,
        "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12"}]}],
        "network_interface": [{"subnetwork": "${subnet.self_link}"}]}"#,
);

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_compute_instance_template",
        setup: &[NETWORK, SUBNET, SECOND],
        create: r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
        replaces: &[
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "advanced_machine_features": [{"enable_nested_virtualization": true, "enable_uefi_networking": true, "performance_monitoring_unit": "STANDARD", "threads_per_core": 1, "turbo_mode": "ALL_CORE_MAX", "visible_core_count": 2}]}"#,
                "advanced_machine_features",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "can_ip_forward": true}"#,
                "can_ip_forward",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "confidential_instance_config": [{"enable_confidential_compute": true, "confidential_instance_type": "SEV"}]}"#,
                "confidential_instance_config",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "description": "other"}"#,
                "description",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "instance_description": "other"}"#,
                "instance_description",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "key_revocation_action_type": "STOP"}"#,
                "key_revocation_action_type",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "labels": {"a": "1"}}"#,
                "labels",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "metadata": {"k": "v"}}"#,
                "metadata",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "metadata_startup_script": "echo up"}"#,
                "metadata_startup_script",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "min_cpu_platform": "Intel Skylake"}"#,
                "min_cpu_platform",
            ),
            (
                r#"{"name": "u-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "name",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"architecture": "X86_64", "auto_delete": false, "boot": true, "device_name": "root", "disk_encryption_key": [{"kms_key_self_link": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k", "kms_key_service_account": "kms@my-project.iam.gserviceaccount.com"}], "disk_name": "root-${n}", "disk_size_gb": 30, "disk_type": "pd-ssd", "guest_os_features": ["GVNIC"], "interface": "NVME", "labels": {"a": "1"}, "mode": "READ_ONLY", "provisioned_iops": 3000, "provisioned_throughput": 200, "resource_manager_tags": {"tagKeys/1": "tagValues/2"}, "resource_policies": ["projects/my-project/regions/us-central1/resourcePolicies/daily"], "source_image": "projects/debian-cloud/global/images/family/debian-12", "source_image_encryption_key": [{"kms_key_self_link": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k", "kms_key_service_account": "kms@my-project.iam.gserviceaccount.com", "raw_key": "SGVsbG8gZnJvbSBHb29nbGUgQ2xvdWQgUGxhdGZvcm0=", "rsa_encrypted_key": "ieCx/NcW06PcT7Ep1X6LUTc"}], "source_snapshot_encryption_key": [{"kms_key_self_link": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k", "kms_key_service_account": "kms@my-project.iam.gserviceaccount.com", "raw_key": "SGVsbG8gZnJvbSBHb29nbGUgQ2xvdWQgUGxhdGZvcm0=", "rsa_encrypted_key": "ieCx/NcW06PcT7Ep1X6LUTc"}], "storage_pool": "projects/my-project/zones/us-central1-a/storagePools/pool", "type": "PERSISTENT"}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "disk",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}, {"disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": [], "source": "data", "boot": false}, {"disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": [], "source_snapshot": "projects/my-project/global/snapshots/s", "boot": false}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "disk",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "guest_accelerator": [{"count": 1, "type": "nvidia-tesla-t4"}]}"#,
                "guest_accelerator",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "network": "${net.self_link}", "subnetwork_project": "my-project", "network_ip": "10.0.0.9", "nic_type": "GVNIC", "queue_count": 2, "stack_type": "IPV4_IPV6", "vlan": 7, "igmp_query": "IGMP_QUERY_V2", "internal_ipv6_prefix_length": 96, "ipv6_address": "fd20::1", "network_attachment": "projects/my-project/regions/us-central1/networkAttachments/a", "access_config": [{"nat_ip": "34.1.1.1", "network_tier": "STANDARD"}], "alias_ip_range": [{"ip_cidr_range": "10.0.0.0/28", "subnetwork_range_name": "pods"}], "ipv6_access_config": [{"network_tier": "PREMIUM"}]}]}"#,
                "network_interface",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "network_performance_config": [{"total_egress_bandwidth_tier": "TIER_1"}]}"#,
                "network_performance_config",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "reservation_affinity": [{"type": "SPECIFIC_RESERVATION", "specific_reservation": [{"key": "compute.googleapis.com/reservation-name", "values": ["mine"]}]}]}"#,
                "reservation_affinity",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "resource_manager_tags": {"tagKeys/1": "tagValues/2"}}"#,
                "resource_manager_tags",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "resource_policies": ["projects/my-project/regions/us-central1/resourcePolicies/daily"]}"#,
                "resource_policies",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "scheduling": [{"automatic_restart": false, "availability_domain": 1, "instance_termination_action": "STOP", "min_node_cpus": 4, "on_host_maintenance": "TERMINATE", "termination_time": "2030-01-01T00:00:00Z", "max_run_duration": [{"seconds": 3600, "nanos": 5}], "on_instance_stop_action": [{"discard_local_ssd": true}], "node_affinities": [{"key": "k", "operator": "IN", "values": ["v"]}], "local_ssd_recovery_timeout": [{"seconds": 60, "nanos": 7}], "preemptible": true, "provisioning_model": "SPOT"}]}"#,
                "scheduling",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "service_account": [{"email": "a@my-project.iam.gserviceaccount.com", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}]}"#,
                "service_account",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "shielded_instance_config": [{"enable_integrity_monitoring": false, "enable_secure_boot": true, "enable_vtpm": false}]}"#,
                "shielded_instance_config",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "tags": ["web"]}"#,
                "tags",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "workload_identity_config": [{"identity": "ns/a/sa/b", "identity_certificate_enabled": true}]}"#,
                "workload_identity_config",
            ),
            (
                r#"{"name": "t-${n}", "machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${second.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "network_interface",
            ),
            (
                r#"{"machine_type": "e2-medium", "disk": [{"source_image": "debian-cloud/debian-12", "boot": true, "disk_encryption_key": [], "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "name_prefix": "made-"}"#,
                "name_prefix",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        import: "t-${n}",
        unread: &["terraform_labels", "disk"],
        unsaid: &["key_revocation_action_type"],
        ..CASE
    },
    Case {
        kind: "google_compute_instance",
        setup: &[NETWORK, SUBNET, SECOND, DISK],
        create: r#"{"name": "m-${n}", "machine_type": "e2-medium", "allow_stopping_for_update": true, "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
        updates: &[
            r#"{"name": "m-${n}", "machine_type": "e2-medium", "allow_stopping_for_update": true, "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [{"network_tier": "STANDARD", "public_ptr_domain_name": "a.example.com."}], "alias_ip_range": [{"ip_cidr_range": "10.0.0.0/28", "subnetwork_range_name": "pods"}], "ipv6_access_config": [], "stack_type": "IPV4_IPV6", "igmp_query": "IGMP_QUERY_V2"}], "advanced_machine_features": [{"enable_nested_virtualization": true, "enable_uefi_networking": true, "performance_monitoring_unit": "STANDARD", "threads_per_core": 1, "turbo_mode": "ALL_CORE_MAX", "visible_core_count": 2}], "can_ip_forward": true, "enable_display": true, "key_revocation_action_type": "STOP", "min_cpu_platform": "Intel Skylake", "workload_identity_config": [{"identity": "ns/a/sa/b", "identity_certificate_enabled": true}], "resource_policies": ["projects/my-project/regions/us-central1/resourcePolicies/daily"], "shielded_instance_config": [{"enable_integrity_monitoring": false, "enable_secure_boot": true, "enable_vtpm": false}], "scheduling": [{"automatic_restart": false, "availability_domain": 1, "instance_termination_action": "STOP", "min_node_cpus": 4, "on_host_maintenance": "TERMINATE", "termination_time": "2030-01-01T00:00:00Z", "max_run_duration": [{"seconds": 3600, "nanos": 5}], "on_instance_stop_action": [{"discard_local_ssd": true}], "node_affinities": [{"key": "k", "operator": "IN", "values": ["v"]}], "local_ssd_recovery_timeout": []}], "instance_encryption_key": [{"kms_key_self_link": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k", "kms_key_service_account": "kms@my-project.iam.gserviceaccount.com"}], "deletion_protection": false, "service_account": [{"email": "a@my-project.iam.gserviceaccount.com", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}], "desired_status": "RUNNING", "attached_disk": [{"source": "${disk.self_link}", "device_name": "data", "mode": "READ_ONLY"}]}"#,
            r#"{"name": "m-${n}", "machine_type": "e2-medium", "allow_stopping_for_update": true, "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${second.self_link}", "access_config": [{"network_tier": "STANDARD", "public_ptr_domain_name": "a.example.com."}], "alias_ip_range": [], "ipv6_access_config": [], "stack_type": "IPV4_IPV6", "igmp_query": "IGMP_QUERY_V2", "network": "${net.self_link}"}], "advanced_machine_features": [{"enable_nested_virtualization": true, "enable_uefi_networking": true, "performance_monitoring_unit": "STANDARD", "threads_per_core": 1, "turbo_mode": "ALL_CORE_MAX", "visible_core_count": 2}], "can_ip_forward": true, "enable_display": true, "key_revocation_action_type": "STOP", "min_cpu_platform": "Intel Skylake", "workload_identity_config": [{"identity": "ns/a/sa/b", "identity_certificate_enabled": true}], "resource_policies": [], "shielded_instance_config": [{"enable_integrity_monitoring": false, "enable_secure_boot": true, "enable_vtpm": false}], "scheduling": [{"automatic_restart": false, "availability_domain": 1, "instance_termination_action": "STOP", "min_node_cpus": 4, "on_host_maintenance": "TERMINATE", "termination_time": "2030-01-01T00:00:00Z", "max_run_duration": [{"seconds": 3600, "nanos": 5}], "on_instance_stop_action": [{"discard_local_ssd": true}], "node_affinities": [{"key": "k", "operator": "IN", "values": ["v"]}], "local_ssd_recovery_timeout": []}], "instance_encryption_key": [{"kms_key_self_link": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k", "kms_key_service_account": "kms@my-project.iam.gserviceaccount.com"}], "deletion_protection": false, "service_account": [{"email": "a@my-project.iam.gserviceaccount.com", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}], "desired_status": "RUNNING", "attached_disk": [{"source": "${disk.self_link}", "device_name": "data", "mode": "READ_ONLY"}]}"#,
            r#"{"name": "m-${n}", "machine_type": "e2-medium", "allow_stopping_for_update": true, "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "advanced_machine_features": [{"enable_nested_virtualization": true, "enable_uefi_networking": true, "performance_monitoring_unit": "STANDARD", "threads_per_core": 2, "turbo_mode": "ALL_CORE_MAX", "visible_core_count": 2}], "can_ip_forward": true, "enable_display": true, "key_revocation_action_type": "STOP", "min_cpu_platform": "Intel Skylake", "workload_identity_config": [{"identity": "ns/a/sa/b", "identity_certificate_enabled": true}], "resource_policies": ["projects/my-project/regions/us-central1/resourcePolicies/daily"], "shielded_instance_config": [{"enable_integrity_monitoring": true, "enable_secure_boot": true, "enable_vtpm": true}], "scheduling": [{"automatic_restart": false, "availability_domain": 1, "instance_termination_action": "STOP", "min_node_cpus": 4, "on_host_maintenance": "TERMINATE", "termination_time": "2030-01-01T00:00:00Z", "max_run_duration": [{"seconds": 3600, "nanos": 5}], "on_instance_stop_action": [{"discard_local_ssd": true}], "node_affinities": [{"key": "k", "operator": "IN", "values": ["v"]}], "local_ssd_recovery_timeout": []}], "instance_encryption_key": [{"kms_key_self_link": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k", "kms_key_service_account": "kms@my-project.iam.gserviceaccount.com"}], "deletion_protection": false, "service_account": [{"email": "a@my-project.iam.gserviceaccount.com", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}], "desired_status": "RUNNING", "attached_disk": [{"source": "${disk.self_link}", "device_name": "data", "mode": "READ_ONLY"}]}"#,
        ],
        tampers: &[
            (
                r#"PATCH ${this.id} {"advancedMachineFeatures": {"threadsPerCore": 1}}"#,
                "advanced_machine_features",
            ),
            (r#"PATCH ${this.id} {"canIpForward": false}"#, "can_ip_forward"),
            (r#"PATCH ${this.id} {"deletionProtection": true}"#, "deletion_protection"),
            (r#"PATCH ${this.id} {"status": "TERMINATED"}"#, "desired_status"),
            (r#"PATCH ${this.id} {"displayDevice": {"enableDisplay": false}}"#, "enable_display"),
            (
                r#"PATCH ${this.id} {"instanceEncryptionKey": {"kmsKeyName": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k2"}}"#,
                "instance_encryption_key",
            ),
            (r#"PATCH ${this.id} {"keyRevocationActionType": "NONE"}"#, "key_revocation_action_type"),
            (
                r#"PATCH ${this.id} {"machineType": "https://www.googleapis.com/compute/v1/projects/my-project/zones/us-central1-a/machineTypes/e2-small"}"#,
                "machine_type",
            ),
            (r#"PATCH ${this.id} {"minCpuPlatform": "Intel Haswell"}"#, "min_cpu_platform"),
            (r#"PATCH ${this.id} {"resourcePolicies": []}"#, "resource_policies"),
            (r#"PATCH ${this.id} {"scheduling": {"onHostMaintenance": "MIGRATE"}}"#, "scheduling"),
            (r#"PATCH ${this.id} {"serviceAccounts": []}"#, "service_account"),
            (
                r#"PATCH ${this.id} {"shieldedInstanceConfig": {"enableVtpm": false}}"#,
                "shielded_instance_config",
            ),
            (
                r#"PATCH ${this.id} {"workloadIdentityConfig": {"identity": "other"}}"#,
                "workload_identity_config",
            ),
        ],
        lose: &["DELETE ${this.id}", "DELETE projects/my-project/zones/us-central1-a/disks/m-${n}"],
        import: "m-${n}",
        unread: &[
            "terraform_labels",
            "allow_stopping_for_update",
            "desired_status",
            "boot_disk",
            "attached_disk",
        ],
        follows: &[("desired_status", "current_status")],
        excused: &[
            ("allow_stopping_for_update", "it says what may be done, and is never told"),
            (
                "attached_disk.disk_encryption_key_raw",
                "keys of people's own are never told, and no stand-in encrypts",
            ),
            (
                "attached_disk.disk_encryption_key_rsa",
                "keys of people's own are never told, and no stand-in encrypts",
            ),
            (
                "attached_disk.disk_encryption_service_account",
                "keys of people's own are never told, and no stand-in encrypts",
            ),
            (
                "attached_disk.kms_key_self_link",
                "keys of people's own are never told, and no stand-in encrypts",
            ),
            ("attached_disk.force_attach", "it is for disks of regions, which are none of the types here"),
            (
                "attached_disk",
                "a disk that is attached by hand is another one than the configuration names, and stays",
            ),
            (
                "network_interface.ipv6_access_config",
                "IPv6 needs a network with ranges that no stand-in gives",
            ),
            ("network_interface.ipv6_address", "IPv6 needs a network with ranges that no stand-in gives"),
            (
                "network_interface.internal_ipv6_prefix_length",
                "IPv6 needs a network with ranges that no stand-in gives",
            ),
            ("network_interface.network_ip", "another address makes another machine"),
            ("network_interface.subnetwork_project", "the link of the subnetwork says it"),
            (
                "network_interface",
                "an interface is changed by calls that say which state of it they are meant for, and updates show them",
            ),
        ],
        unsaid: &["key_revocation_action_type"],
        ..CASE
    },
    Case {
        kind: "google_compute_instance",
        setup: &[NETWORK, SUBNET],
        create: r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
        replaces: &[
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "device_name": "root"}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "boot_disk",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "mode": "READ_ONLY"}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "boot_disk",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "interface": "NVME"}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "boot_disk",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "guest_os_features": ["GVNIC"]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "boot_disk",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "kms_key_self_link": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k"}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "boot_disk",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "force_attach": true}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "boot_disk",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "disk_encryption_key_raw": "SGVsbG8gZnJvbSBHb29nbGUgQ2xvdWQgUGxhdGZvcm0="}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "boot_disk",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "disk_encryption_key_rsa": "ieCx"}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "boot_disk",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}], "disk_encryption_service_account": "kms@x.iam.gserviceaccount.com"}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "boot_disk",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": [], "size": 30, "type": "pd-ssd", "labels": {"a": "1"}}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}]}"#,
                "boot_disk",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "confidential_instance_config": [{"enable_confidential_compute": true, "confidential_instance_type": "SEV"}]}"#,
                "confidential_instance_config",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "guest_accelerator": [{"count": 1, "type": "projects/my-project/zones/us-central1-a/acceleratorTypes/nvidia-tesla-t4"}]}"#,
                "guest_accelerator",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "hostname": "a.example.com"}"#,
                "hostname",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "metadata_startup_script": "echo up"}"#,
                "metadata_startup_script",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": [], "nic_type": "GVNIC", "queue_count": 2, "vlan": 7}]}"#,
                "network_interface",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "network_performance_config": [{"total_egress_bandwidth_tier": "TIER_1"}]}"#,
                "network_performance_config",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "reservation_affinity": [{"type": "SPECIFIC_RESERVATION", "specific_reservation": [{"key": "compute.googleapis.com/reservation-name", "values": ["mine"]}]}]}"#,
                "reservation_affinity",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "scheduling": [{"preemptible": true, "automatic_restart": false, "provisioning_model": "SPOT", "local_ssd_recovery_timeout": [{"seconds": 60, "nanos": 7}], "max_run_duration": [], "node_affinities": [], "on_instance_stop_action": []}]}"#,
                "scheduling",
            ),
            (
                r#"{"name": "m-${n}", "machine_type": "e2-medium", "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12", "source_image_encryption_key": [], "source_snapshot_encryption_key": []}]}], "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [], "alias_ip_range": [], "ipv6_access_config": []}], "scratch_disk": [{"interface": "NVME", "device_name": "fast", "size": 3000}]}"#,
                "scratch_disk",
            ),
        ],
        lose: &["DELETE ${this.id}", "DELETE projects/my-project/zones/us-central1-a/disks/m-${n}"],
        import: "m-${n}",
        unread: &["terraform_labels", "boot_disk"],
        excused: &[
            ("boot_disk.initialize_params.architecture", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.enable_confidential_compute", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.provisioned_iops", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.provisioned_throughput", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.replica_zones", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.resource_manager_tags", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.resource_policies", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.snapshot", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.source_image_encryption_key", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.source_snapshot_encryption_key", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.storage_pool", "no stand-in makes disks with it"),
            ("boot_disk.initialize_params.image", "an image of another family is shown for disks"),
            (
                "boot_disk.auto_delete",
                "a disk that outlives its machine would be left behind: another case has one of its own",
            ),
            ("boot_disk.source", "machines that start from a disk of their own have a case of their own"),
            ("network_interface.network_attachment", "attachments are none of the types here"),
            (
                "network_interface.internal_ipv6_prefix_length",
                "IPv6 needs a network with ranges that no stand-in gives",
            ),
            (
                "network_interface.ipv6_access_config",
                "IPv6 needs a network with ranges that no stand-in gives",
            ),
            ("network_interface.ipv6_address", "IPv6 needs a network with ranges that no stand-in gives"),
        ],
        unsaid: &["key_revocation_action_type"],
        ..CASE
    },
    Case {
        kind: "google_compute_disk",
        setup: &[DISK],
        create: r#"{"name": "d-${n}", "size": 20, "type": "hyperdisk-balanced", "access_mode": "READ_WRITE_SINGLE", "provisioned_iops": 3000, "provisioned_throughput": 140}"#,
        updates: &[
            r#"{"name": "d-${n}", "size": 20, "type": "hyperdisk-balanced", "access_mode": "READ_WRITE_MANY", "provisioned_iops": 4000, "provisioned_throughput": 150, "create_snapshot_before_destroy": true, "create_snapshot_before_destroy_prefix": "kept"}"#,
            r#"{"name": "d-${n}", "size": 20, "type": "hyperdisk-balanced", "access_mode": "READ_WRITE_MANY", "provisioned_iops": 4000, "provisioned_throughput": 150, "create_snapshot_before_destroy": false, "create_snapshot_before_destroy_prefix": "kept"}"#,
        ],
        replaces: &[
            (r#"{"name": "d-${n}", "size": 20, "architecture": "ARM64"}"#, "architecture"),
            (
                r#"{"name": "d-${n}", "size": 20, "async_primary_disk": [{"disk": "${disk.self_link}"}]}"#,
                "async_primary_disk",
            ),
            (
                r#"{"name": "d-${n}", "size": 20, "disk_encryption_key": [{"kms_key_self_link": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k", "kms_key_service_account": "kms@my-project.iam.gserviceaccount.com", "raw_key": "SGVsbG8gZnJvbSBHb29nbGUgQ2xvdWQgUGxhdGZvcm0=", "rsa_encrypted_key": "ieCx/NcW06PcT7Ep1X6LUTc"}]}"#,
                "disk_encryption_key",
            ),
            (
                r#"{"name": "d-${n}", "size": 20, "enable_confidential_compute": true}"#,
                "enable_confidential_compute",
            ),
            (
                r#"{"name": "d-${n}", "size": 20, "licenses": ["https://www.googleapis.com/compute/v1/projects/p/global/licenses/l"]}"#,
                "licenses",
            ),
            (
                r#"{"name": "d-${n}", "size": 20, "snapshot": "projects/my-project/global/snapshots/s"}"#,
                "snapshot",
            ),
            (r#"{"name": "d-${n}", "size": 20, "source_disk": "${disk.self_link}"}"#, "source_disk"),
            (
                r#"{"name": "d-${n}", "size": 20, "image": "projects/debian-cloud/global/images/family/debian-12", "source_image_encryption_key": [{"kms_key_self_link": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k", "kms_key_service_account": "kms@my-project.iam.gserviceaccount.com", "raw_key": "SGVsbG8gZnJvbSBHb29nbGUgQ2xvdWQgUGxhdGZvcm0="}]}"#,
                "source_image_encryption_key",
            ),
            (
                r#"{"name": "d-${n}", "size": 20, "snapshot": "projects/my-project/global/snapshots/s", "source_snapshot_encryption_key": [{"kms_key_self_link": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k", "kms_key_service_account": "kms@my-project.iam.gserviceaccount.com", "raw_key": "SGVsbG8gZnJvbSBHb29nbGUgQ2xvdWQgUGxhdGZvcm0="}]}"#,
                "source_snapshot_encryption_key",
            ),
            (
                r#"{"name": "d-${n}", "size": 20, "source_instant_snapshot": "projects/my-project/zones/us-central1-a/instantSnapshots/s"}"#,
                "source_instant_snapshot",
            ),
            (
                r#"{"name": "d-${n}", "size": 20, "source_storage_object": "https://storage.googleapis.com/b/o.tar.gz"}"#,
                "source_storage_object",
            ),
            (
                r#"{"name": "d-${n}", "size": 20, "storage_pool": "projects/my-project/zones/us-central1-a/storagePools/p"}"#,
                "storage_pool",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"accessMode": "READ_WRITE_SINGLE"}"#, "access_mode"),
            (r#"PATCH ${this.id} {"provisionedIops": "3500"}"#, "provisioned_iops"),
            (r#"PATCH ${this.id} {"provisionedThroughput": "141"}"#, "provisioned_throughput"),
            (r#"PATCH ${this.id} {"sizeGb": "5"}"#, "size"),
        ],
        lose: &["DELETE ${this.id}"],
        import: "d-${n}",
        unread: &["terraform_labels", "create_snapshot_before_destroy_prefix"],
        excused: &[
            ("create_snapshot_before_destroy", "it says what deleting does, and is never told"),
            ("create_snapshot_before_destroy_prefix", "it says what deleting does, and is never told"),
        ],
        unsaid: &["architecture"],
        ..CASE
    },
    Case {
        kind: "google_compute_address",
        setup: &[NETWORK, SUBNET],
        create: r#"{"name": "a-${n}"}"#,
        replaces: &[
            (
                r#"{"name": "a-${n}", "ip_version": "IPV6", "ipv6_endpoint_type": "NETLB", "subnetwork": "${subnet.self_link}"}"#,
                "ip_version",
            ),
            (
                r#"{"name": "a-${n}", "ip_version": "IPV6", "ipv6_endpoint_type": "VM", "subnetwork": "${subnet.self_link}"}"#,
                "ipv6_endpoint_type",
            ),
            (
                r#"{"name": "a-${n}", "address_type": "INTERNAL", "purpose": "IPSEC_INTERCONNECT", "network": "${net.self_link}", "prefix_length": 29, "address": "10.9.0.0"}"#,
                "network",
            ),
            (
                r#"{"name": "a-${n}", "address_type": "INTERNAL", "purpose": "IPSEC_INTERCONNECT", "network": "${net.self_link}", "prefix_length": 28, "address": "10.9.0.0"}"#,
                "prefix_length",
            ),
            (
                r#"{"name": "a-${n}", "address_type": "INTERNAL", "subnetwork": "${subnet.self_link}"}"#,
                "subnetwork",
            ),
            (
                r#"{"name": "a-${n}", "ip_collection": "projects/my-project/regions/us-central1/publicDelegatedPrefixes/p"}"#,
                "ip_collection",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        import: "a-${n}",
        unread: &["terraform_labels"],
        unsaid: &["ip_version"],
        ..CASE
    },
    Case {
        kind: "google_compute_global_address",
        setup: &[NETWORK],
        create: r#"{"name": "g-${n}"}"#,
        replaces: &[
            (r#"{"name": "g-${n}", "ip_version": "IPV6"}"#, "ip_version"),
            (
                r#"{"name": "g-${n}", "address_type": "INTERNAL", "purpose": "PRIVATE_SERVICE_CONNECT", "network": "${net.self_link}", "address": "10.3.0.5"}"#,
                "purpose",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        import: "g-${n}",
        unread: &["terraform_labels"],
        unsaid: &["ip_version"],
        ..CASE
    },
    Case {
        kind: "google_compute_route",
        setup: &[NETWORK, SUBNET, MACHINE],
        create: r#"{"name": "r-${n}", "network": "${net.self_link}", "dest_range": "15.0.0.0/24", "next_hop_gateway": "https://www.googleapis.com/compute/v1/projects/my-project/global/gateways/default-internet-gateway"}"#,
        replaces: &[
            (
                r#"{"name": "r-${n}", "network": "${net.self_link}", "dest_range": "15.0.0.0/24", "next_hop_ip": "10.0.0.5"}"#,
                "next_hop_gateway",
            ),
            (
                r#"{"name": "r-${n}", "network": "${net.self_link}", "dest_range": "15.0.0.0/24", "next_hop_ip": "10.0.0.6"}"#,
                "next_hop_ip",
            ),
            (
                r#"{"name": "r-${n}", "network": "${net.self_link}", "dest_range": "15.0.0.0/24", "next_hop_instance": "${machine.self_link}"}"#,
                "next_hop_instance",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        import: "r-${n}",
        excused: &[("next_hop_instance_zone", "the link of the machine says it")],
        ..CASE
    },
];
