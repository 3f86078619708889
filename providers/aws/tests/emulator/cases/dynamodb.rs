//! Tables.

use trueup_provider_walk::{CASE, Case};

/// What moto doesn't know is walked through in `tables`, on a stand-in that does as the API reference says.
const UNKNOWN: &str = "moto doesn't know it, or forgets changes of it; see tables.rs";

pub(crate) const CASES: &[Case] = &[Case {
    kind: "aws_dynamodb_table",
    create: r#"{"name": "walk", "hash_key": "id", "read_capacity": 5, "write_capacity": 5,
        "attribute": [{"name": "id", "type": "S"}], "tags": {"a": "b"}}"#,
    updates: &[
        r#"{"name": "walk", "hash_key": "id", "read_capacity": 6, "write_capacity": 7,
            "attribute": [{"name": "id", "type": "S"}, {"name": "owner", "type": "S"}],
            "global_secondary_index": [{"name": "by-owner", "hash_key": "owner", "projection_type": "ALL", "on_demand_throughput": [], "warm_throughput": [],
                "read_capacity": 1, "write_capacity": 2}],
            "ttl": [{"enabled": true, "attribute_name": "until"}],
            "point_in_time_recovery": [{"enabled": true}],
            "stream_enabled": true, "stream_view_type": "NEW_IMAGE", "deletion_protection_enabled": true,
            "warm_throughput": [{"read_units_per_second": 13000, "write_units_per_second": 5000}]}"#,
        r#"{"name": "walk", "hash_key": "id", "billing_mode": "PAY_PER_REQUEST",
            "attribute": [{"name": "id", "type": "S"}, {"name": "owner", "type": "N"}, {"name": "at", "type": "N"}],
            "global_secondary_index": [{"name": "by-owner", "hash_key": "owner", "range_key": "at",
                "projection_type": "INCLUDE", "non_key_attributes": ["b", "a"], "on_demand_throughput": [], "warm_throughput": []}],
            "ttl": [{"enabled": false, "attribute_name": "until"}],
            "point_in_time_recovery": [{"enabled": false}],
            "stream_enabled": true, "stream_view_type": "NEW_IMAGE",
            "warm_throughput": [{"read_units_per_second": 14000, "write_units_per_second": 6000}]}"#,
        r#"{"name": "walk", "hash_key": "id", "read_capacity": 3, "write_capacity": 4,
            "attribute": [{"name": "id", "type": "S"}, {"name": "owner", "type": "N"}, {"name": "at", "type": "N"},
                {"name": "kind", "type": "B"}],
            "global_secondary_index": [
                {"name": "by-kind", "hash_key": "kind", "projection_type": "KEYS_ONLY", "on_demand_throughput": [],
                    "warm_throughput": [], "read_capacity": 1,
                    "write_capacity": 1},
                {"name": "by-owner", "hash_key": "owner", "range_key": "at", "projection_type": "INCLUDE",
                    "non_key_attributes": ["b", "a"], "on_demand_throughput": [], "warm_throughput": [],
                    "read_capacity": 2, "write_capacity": 3}],
            "ttl": [{"enabled": true, "attribute_name": "later"}],
            "point_in_time_recovery": [{"enabled": true}],
            "stream_enabled": true, "stream_view_type": "NEW_IMAGE",
            "warm_throughput": [{"read_units_per_second": 14000, "write_units_per_second": 6000}],
            "tags": {"a": "c", "d": "e"}}"#,
    ],
    replaces: &[
        (
            r#"{"name": "walked", "hash_key": "id", "read_capacity": 5, "write_capacity": 5,
                "attribute": [{"name": "id", "type": "S"}]}"#,
            "name",
        ),
        (
            r#"{"name": "walked", "hash_key": "key", "read_capacity": 5, "write_capacity": 5,
                "attribute": [{"name": "key", "type": "S"}]}"#,
            "hash_key",
        ),
        (
            r#"{"name": "walked", "hash_key": "key", "range_key": "at", "read_capacity": 5, "write_capacity": 5,
                "attribute": [{"name": "key", "type": "S"}, {"name": "at", "type": "N"}]}"#,
            "range_key",
        ),
        (
            r#"{"name": "walked", "hash_key": "key", "range_key": "at", "billing_mode": "PAY_PER_REQUEST",
                "attribute": [{"name": "key", "type": "S"}, {"name": "at", "type": "N"}, {"name": "local", "type": "N"}],
                "local_secondary_index": [{"name": "local", "range_key": "local", "projection_type": "INCLUDE",
                    "non_key_attributes": ["b", "a"]}]}"#,
            "local_secondary_index",
        ),
    ],
    tampers: &[
        (r#"dynamodb:UpdateTable {"TableName": "walk", "BillingMode": "PAY_PER_REQUEST"}"#, "billing_mode"),
        (
            r#"dynamodb:UpdateTable {"TableName": "walk",
                "ProvisionedThroughput": {"ReadCapacityUnits": 30, "WriteCapacityUnits": 4}}"#,
            "read_capacity",
        ),
        (
            r#"dynamodb:UpdateTable {"TableName": "walk",
                "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 40}}"#,
            "write_capacity",
        ),
        (
            r#"dynamodb:UpdateTable {"TableName": "walk", "GlobalSecondaryIndexUpdates": [{"Update": {
                "IndexName": "by-kind", "ProvisionedThroughput": {"ReadCapacityUnits": 9, "WriteCapacityUnits": 9}}}]}"#,
            "global_secondary_index",
        ),
        (
            r#"dynamodb:UpdateTable {"TableName": "walk",
                "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by-owner"}}]}"#,
            "global_secondary_index",
        ),
        (
            r#"dynamodb:UpdateTable {"TableName": "walk", "DeletionProtectionEnabled": true}"#,
            "deletion_protection_enabled",
        ),
        (
            r#"dynamodb:UpdateTimeToLive {"TableName": "walk",
                "TimeToLiveSpecification": {"Enabled": false, "AttributeName": "later"}}"#,
            "ttl",
        ),
        (
            r#"dynamodb:UpdateContinuousBackups {"TableName": "walk",
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": false}}"#,
            "point_in_time_recovery",
        ),
        (
            r#"dynamodb:TagResource {"ResourceArn": "${this.arn}", "Tags": [{"Key": "who", "Value": "me"}]}"#,
            "tags",
        ),
        (r#"dynamodb:UntagResource {"ResourceArn": "${this.arn}", "TagKeys": ["team"]}"#, "tags_all"),
    ],
    lose: &[r#"dynamodb:DeleteTable {"TableName": "walk"}"#],
    follows: &[
        ("billing_mode", "read_capacity"),
        ("billing_mode", "write_capacity"),
        ("billing_mode", "global_secondary_index"),
    ],
    excused: &[
        ("attribute", "attributes are keys, and go with indexes"),
        ("global_secondary_index.on_demand_throughput", UNKNOWN),
        ("global_secondary_index.warm_throughput", UNKNOWN),
        ("global_table_witness", UNKNOWN),
        ("import_table", "it says how the table was made; the API doesn't tell it"),
        ("on_demand_throughput", UNKNOWN),
        ("point_in_time_recovery.recovery_period_in_days", UNKNOWN),
        ("replica", UNKNOWN),
        ("restore_date_time", "it says how the table was made; moto restores nothing"),
        ("restore_source_name", "it says how the table was made; moto restores nothing"),
        ("restore_source_table_arn", "it says how the table was made; moto restores nothing"),
        ("restore_to_latest_time", "it says how the table was made; moto restores nothing"),
        ("server_side_encryption", UNKNOWN),
        ("stream_enabled", "moto lets nobody enable a stream a second time; see tables.rs"),
        ("stream_view_type", "moto lets nobody enable a stream a second time; see tables.rs"),
        ("table_class", UNKNOWN),
        ("warm_throughput", "it can only rise, so that nobody can put it back"),
    ],
    ..CASE
}];
