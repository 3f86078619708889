//! Buckets.

use trueup_provider_walk::{CASE, Case};

/// Cases that cloudemu knows all parts of.
pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_storage_bucket",
        create: r#"{"name": "plain-${n}", "location": "us-central1"}"#,
        updates: &[
            r#"{"name": "plain-${n}", "location": "us-central1", "labels": {"a": "1"}, "storage_class": "NEARLINE", "force_destroy": true,
                "versioning": [{"enabled": true}], "requester_pays": true, "default_event_based_hold": true,
                "uniform_bucket_level_access": true, "public_access_prevention": "enforced",
                "website": [{"main_page_suffix": "index.html", "not_found_page": "404.html"}],
                "logging": [{"log_bucket": "logs"}], "soft_delete_policy": [{"retention_duration_seconds": 0}]}"#,
            r#"{"name": "plain-${n}", "location": "US-CENTRAL1", "labels": {"a": "1", "b": "2"}, "storage_class": "COLDLINE",
                "versioning": [{"enabled": false}], "uniform_bucket_level_access": false, "public_access_prevention": "inherited",
                "retention_policy": [{"retention_period": "10"}]}"#,
            r#"{"name": "plain-${n}", "location": "us-central1", "labels": {"a": "2", "b": "3"}, "storage_class": "NEARLINE", "force_destroy": true,
                "versioning": [{"enabled": true}], "requester_pays": true, "default_event_based_hold": true,
                "uniform_bucket_level_access": true, "public_access_prevention": "enforced",
                "website": [{"main_page_suffix": "main.html", "not_found_page": "none.html"}],
                "logging": [{"log_bucket": "other-logs", "log_object_prefix": "log"}],
                "retention_policy": [{"retention_period": "20"}],
                "encryption": [{"default_kms_key_name": "projects/p/locations/l/keyRings/r/cryptoKeys/k",
                    "customer_managed_encryption_enforcement_config": [], "customer_supplied_encryption_enforcement_config": [],
                    "google_managed_encryption_enforcement_config": []}],
                "cors": [{"origin": ["*"], "method": ["GET"], "response_header": ["x-a"], "max_age_seconds": 10}],
                "soft_delete_policy": [{"retention_duration_seconds": 864000}]}"#,
        ],
        replaces: &[
            (r#"{"name": "plain-b-${n}", "location": "us-central1"}"#, "name"),
            (r#"{"name": "plain-b-${n}", "location": "EU"}"#, "location"),
        ],
        tampers: &[
            (r#"PATCH b/${this.name} {"labels": {"b": "4"}}"#, "labels"),
            (r#"PATCH b/${this.name} {"storageClass": "ARCHIVE"}"#, "storage_class"),
            (r#"PATCH b/${this.name} {"versioning": {"enabled": false}}"#, "versioning"),
            (r#"PATCH b/${this.name} {"billing": {"requesterPays": false}}"#, "requester_pays"),
            (r#"PATCH b/${this.name} {"defaultEventBasedHold": false}"#, "default_event_based_hold"),
            (
                r#"PATCH b/${this.name} {"iamConfiguration": {"uniformBucketLevelAccess": {"enabled": false}}}"#,
                "uniform_bucket_level_access",
            ),
            (
                r#"PATCH b/${this.name} {"iamConfiguration": {"publicAccessPrevention": "inherited"}}"#,
                "public_access_prevention",
            ),
            (r#"PATCH b/${this.name} {"website": {"notFoundPage": "x.html"}}"#, "website"),
            (r#"PATCH b/${this.name} {"logging": {"logObjectPrefix": "x"}}"#, "logging"),
            (r#"PATCH b/${this.name} {"retentionPolicy": {"retentionPeriod": "30"}}"#, "retention_policy"),
            (
                r#"PATCH b/${this.name} {"encryption": {"defaultKmsKeyName": "projects/p/locations/l/keyRings/r/cryptoKeys/o"}}"#,
                "encryption",
            ),
            (r#"PATCH b/${this.name} {"cors": [{"origin": ["x"]}]}"#, "cors"),
            (
                r#"PATCH b/${this.name} {"softDeletePolicy": {"retentionDurationSeconds": "700000"}}"#,
                "soft_delete_policy",
            ),
        ],
        lose: &["DELETE b/${this.name}"],
        import: "my-project/plain-${n}",
        unread: &["force_destroy", "labels", "location", "retention_policy", "terraform_labels", "updated"],
        excused: &[
            ("force_destroy", "a wish for the deletion, which nothing tells of"),
            ("enable_object_retention", "it has a case of its own"),
            ("hierarchical_namespace", "it has a case of its own"),
            ("custom_placement_config", "it has a case of its own"),
            ("autoclass", "it has a case of its own"),
            ("ip_filter", "it has a case of its own"),
            ("lifecycle_rule", "it has a case of its own"),
            ("rpo", "it has a case of its own"),
            ("retention_policy.is_locked", "what is locked can't be deleted before its time, or changed"),
            ("encryption.customer_managed_encryption_enforcement_config", "it has a case of its own"),
            ("encryption.customer_supplied_encryption_enforcement_config", "it has a case of its own"),
            ("encryption.google_managed_encryption_enforcement_config", "it has a case of its own"),
        ],
        ..CASE
    },
    Case {
        kind: "google_storage_bucket",
        create: r#"{"name": "rules-${n}", "location": "US", "lifecycle_rule": [
            {"action": [{"type": "Delete"}], "condition": [{"age": 3}]}]}"#,
        updates: &[
            r#"{"name": "rules-${n}", "location": "US", "lifecycle_rule": [
                {"action": [{"type": "SetStorageClass", "storage_class": "NEARLINE"}],
                    "condition": [{"age": 0, "send_age_if_zero": true, "created_before": "2030-01-01", "custom_time_before": "2030-01-02",
                    "days_since_custom_time": 4, "days_since_noncurrent_time": 5, "matches_prefix": ["a"], "matches_storage_class": ["STANDARD"],
                    "matches_suffix": ["z"], "noncurrent_time_before": "2030-01-03", "num_newer_versions": 6, "with_state": "LIVE"}]},
                {"action": [{"type": "AbortIncompleteMultipartUpload"}], "condition": [{"age": 1}]}]}"#,
            r#"{"name": "rules-${n}", "location": "US"}"#,
            r#"{"name": "rules-${n}", "location": "US", "lifecycle_rule": [
                {"action": [{"type": "SetStorageClass", "storage_class": "COLDLINE"}],
                    "condition": [{"age": 9, "created_before": "2031-01-01", "custom_time_before": "2031-01-02",
                    "days_since_custom_time": 0, "send_days_since_custom_time_if_zero": true,
                    "days_since_noncurrent_time": 0, "send_days_since_noncurrent_time_if_zero": true,
                    "matches_prefix": ["b"], "matches_storage_class": ["NEARLINE"], "matches_suffix": ["y"], "noncurrent_time_before": "2031-01-03",
                    "num_newer_versions": 0, "send_num_newer_versions_if_zero": true, "with_state": "ARCHIVED"}]}]}"#,
        ],
        tampers: &[(
            r#"PATCH b/${this.name} {"lifecycle": {"rule": [{"action": {"type": "Delete"}, "condition": {"age": 7}}]}}"#,
            "lifecycle_rule",
        )],
        lose: &["DELETE b/${this.name}"],
        import: "rules-${n}",
        unread: &["lifecycle_rule", "terraform_labels", "updated"],
        ..CASE
    },
];

/// Cases of what cloudemu doesn't do: it refuses a label that is null, which is how the API takes one away, and doesn't merge
/// what is null further inside.
pub(crate) const MORE: &[Case] = &[
    Case {
        kind: "google_storage_bucket",
        create: r#"{"name": "more-${n}", "location": "US", "labels": {"a": "1", "b": "2"}}"#,
        updates: &[
            r#"{"name": "more-${n}", "location": "US", "labels": {"b": "3"}, "rpo": "ASYNC_TURBO", "autoclass": [{"enabled": true}],
                "ip_filter": [{"mode": "Enabled", "allow_all_service_agent_access": true, "allow_cross_org_vpcs": true,
                    "public_network_source": [{"allowed_ip_cidr_ranges": ["10.0.0.0/8"]}],
                    "vpc_network_sources": [{"network": "projects/p/global/networks/n", "allowed_ip_cidr_ranges": ["10.1.0.0/16"]}]}],
                "encryption": [{
                    "customer_managed_encryption_enforcement_config": [{"restriction_mode": "NotRestricted"}],
                    "customer_supplied_encryption_enforcement_config": [{"restriction_mode": "FullyRestricted"}],
                    "google_managed_encryption_enforcement_config": [{"restriction_mode": "NotRestricted"}]}],
                "lifecycle_rule": [{"action": [{"type": "Delete"}], "condition": [{"size_above_bytes": 100, "size_below_bytes": 200}]}]}"#,
            r#"{"name": "more-${n}", "location": "US"}"#,
            r#"{"name": "more-${n}", "location": "US", "rpo": "DEFAULT", "autoclass": [{"enabled": true, "terminal_storage_class": "ARCHIVE"}],
                "ip_filter": [{"mode": "Disabled", "allow_all_service_agent_access": false, "allow_cross_org_vpcs": false,
                    "public_network_source": [{"allowed_ip_cidr_ranges": ["10.2.0.0/16"]}],
                    "vpc_network_sources": [{"network": "projects/p/global/networks/m", "allowed_ip_cidr_ranges": ["10.3.0.0/16"]}]}],
                "encryption": [{
                    "customer_managed_encryption_enforcement_config": [{"restriction_mode": "FullyRestricted"}],
                    "customer_supplied_encryption_enforcement_config": [{"restriction_mode": "NotRestricted"}],
                    "google_managed_encryption_enforcement_config": [{"restriction_mode": "FullyRestricted"}]}],
                "lifecycle_rule": [{"action": [{"type": "Delete"}], "condition": [{"size_above_bytes": 300, "size_below_bytes": 400}]}]}"#,
        ],
        tampers: &[
            (r#"PATCH b/${this.name} {"rpo": "ASYNC_TURBO"}"#, "rpo"),
            (r#"PATCH b/${this.name} {"autoclass": {"terminalStorageClass": "NEARLINE"}}"#, "autoclass"),
            (r#"PATCH b/${this.name} {"ipFilter": {"mode": "Enabled"}}"#, "ip_filter"),
            (
                r#"PATCH b/${this.name} {"encryption": {"googleManagedEncryptionEnforcementConfig": {"restrictionMode": "NotRestricted"}}}"#,
                "encryption",
            ),
        ],
        lose: &["DELETE b/${this.name}"],
        import: "more-${n}",
        unread: &["terraform_labels", "updated"],
        ..CASE
    },
    Case {
        kind: "google_storage_bucket",
        create: r#"{"name": "fixed-${n}", "location": "US"}"#,
        replaces: &[
            (
                r#"{"name": "fixed-${n}", "location": "US", "enable_object_retention": true}"#,
                "enable_object_retention",
            ),
            (
                r#"{"name": "fixed-${n}", "location": "US", "enable_object_retention": true,
                    "custom_placement_config": [{"data_locations": ["US-EAST1", "us-west1"]}]}"#,
                "custom_placement_config",
            ),
            (
                r#"{"name": "fixed-${n}", "location": "US", "uniform_bucket_level_access": true, "hierarchical_namespace": [{"enabled": true}]}"#,
                "hierarchical_namespace",
            ),
        ],
        lose: &["DELETE b/${this.name}"],
        import: "fixed-${n}",
        unread: &["terraform_labels", "updated"],
        ..CASE
    },
];
