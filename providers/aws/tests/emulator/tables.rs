//! What moto doesn't know of tables, on the fake: one change at a time, busy while one is under way, replicas in other
//! regions.

use crate::cloud::Cloud;
use crate::fake::{Fake, Thing};
use crate::moto::Moto;
use serde_json::json;
use std::sync::Arc;
use trueup_provider_walk::Stand;
use trueup_value::Value;

const KIND: &str = "aws_dynamodb_table";
const HERE: &str = "dynamodb:us-east-1:table";
const THERE: &str = "dynamodb:eu-west-1:table";

/// A change behind the provider's back.
type Tamper = fn(&mut Thing);

async fn cloud() -> (Arc<Fake>, Cloud) {
    let fake = Fake::start().await;
    (fake.clone(), Cloud::on(Moto::of(fake), "").await)
}

/// Plans and applies a configuration, and holds that reading and planning again find no difference.
async fn apply(cloud: &Cloud, prior: &Value, config: &str) -> Value {
    let config = cloud.config(KIND, config).await;
    let plan = cloud.plan(KIND, prior, &config).await;
    assert!(!plan.diagnostics.has_errors(), "{:#?}", plan.diagnostics);
    assert!(plan.requires_replace.is_empty(), "{:?}", plan.requires_replace);
    let answer = cloud.apply(KIND, prior, &plan.planned, &cloud.token()).await;
    assert!(answer.diagnostics.is_empty(), "{:#?}", answer.diagnostics);
    let again = cloud.plan(KIND, &cloud.read(KIND, &answer.state).await, &config).await.planned;
    for (name, value) in answer.state.as_mapping().expect("an object") {
        assert_eq!(again.get(name), Some(value), "{name}");
    }
    answer.state
}

const FULL: &str = r#"{"name": "table", "hash_key": "id", "billing_mode": "PAY_PER_REQUEST",
    "stream_enabled": true, "stream_view_type": "NEW_IMAGE",
    "table_class": "STANDARD_INFREQUENT_ACCESS", "attribute": [{"name": "id", "type": "S"}, {"name": "at", "type": "N"}],
    "on_demand_throughput": [{"max_read_request_units": 10, "max_write_request_units": 20}],
    "server_side_encryption": [{"enabled": true, "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/k"}],
    "point_in_time_recovery": [{"enabled": true, "recovery_period_in_days": 7}],
    "global_secondary_index": [{"name": "by-at", "hash_key": "at", "projection_type": "ALL",
        "on_demand_throughput": [{"max_read_request_units": 5, "max_write_request_units": 6}]}],
    "replica": [{"region_name": "eu-west-1", "point_in_time_recovery": true, "propagate_tags": true}],
    "tags": {"a": "b"}}"#;

const CHANGED: &str = r#"{"name": "table", "hash_key": "id", "billing_mode": "PAY_PER_REQUEST",
    "stream_enabled": true, "stream_view_type": "KEYS_ONLY",
    "attribute": [{"name": "id", "type": "S"}, {"name": "at", "type": "N"}],
    "on_demand_throughput": [{"max_read_request_units": 11, "max_write_request_units": -1}],
    "server_side_encryption": [{"enabled": false}],
    "point_in_time_recovery": [{"enabled": true, "recovery_period_in_days": 9}],
    "global_secondary_index": [{"name": "by-at", "hash_key": "at", "projection_type": "ALL",
        "on_demand_throughput": [{"max_read_request_units": 7, "max_write_request_units": 6}],
        "warm_throughput": [{"read_units_per_second": 13000, "write_units_per_second": 5000}]}],
    "replica": [{"region_name": "ap-south-1", "kms_key_arn": "arn:aws:kms:ap-south-1:123456789012:key/k"},
        {"region_name": "eu-west-1", "propagate_tags": true}],
    "tags": {"a": "c"}}"#;

const STRONG: &str = r#"{"name": "table", "hash_key": "id", "billing_mode": "PAY_PER_REQUEST",
    "attribute": [{"name": "id", "type": "S"}],
    "server_side_encryption": [{"enabled": false}],
    "replica": [{"region_name": "us-east-2", "consistency_mode": "STRONG"}],
    "global_table_witness": [{"region_name": "us-west-2"}]}"#;

#[tokio::test]
async fn tables_are_changed_one_thing_at_a_time() {
    let (fake, cloud) = cloud().await;
    let first = apply(&cloud, &cloud.null(KIND), FULL).await;
    let state = apply(&cloud, &first, CHANGED).await;
    fake.world().meddle(THERE, |replica| {
        assert_eq!(replica.tags, [("a".into(), "c".into())].into(), "tags of the table are the replica's");
        assert!(replica.inner["recovery"].is_null());
    });
    assert_ne!(state.get("stream_label"), first.get("stream_label"), "another view is another stream");
    let tampers: [(&str, Tamper); 4] = [
        ("table_class", |table| {
            table.body["TableClassSummary"] = json!({"TableClass": "STANDARD_INFREQUENT_ACCESS"});
        }),
        ("on_demand_throughput", |table| table.body["OnDemandThroughput"]["MaxReadRequestUnits"] = json!(99)),
        ("server_side_encryption", |table| {
            table.body["SSEDescription"] =
                json!({"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "arn:k"});
        }),
        ("global_secondary_index", |table| {
            table.body["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] = json!({"MaxReadRequestUnits": 1});
        }),
    ];
    for (attribute, tamper) in tampers {
        fake.world().meddle(HERE, tamper);
        let drifted = cloud.read(KIND, &state).await;
        for (name, value) in state.as_mapping().expect("an object") {
            assert_eq!(
                drifted.get(name) == Some(value),
                &**name != attribute,
                "{name}, tampered: {attribute}"
            );
        }
        assert_eq!(apply(&cloud, &drifted, CHANGED).await, state, "{attribute}");
    }
    fake.world().meddle(THERE, |replica| replica.inner["recovery"] = json!(35));
    let drifted = cloud.read(KIND, &state).await;
    assert_ne!(drifted.get("replica"), state.get("replica"));
    let state = apply(&cloud, &drifted, CHANGED).await;
    cloud.delete(KIND, &state).await;
    assert_eq!(fake.things(), Vec::<String>::new(), "replicas go with the table");
}

#[tokio::test]
async fn strong_replicas_come_and_go_with_their_witness() {
    let (fake, cloud) = cloud().await;
    let state = apply(&cloud, &cloud.null(KIND), STRONG).await;
    cloud.delete(KIND, &state).await;
    assert_eq!(fake.things(), Vec::<String>::new(), "replicas go with the table");
}

#[tokio::test]
async fn tables_that_cannot_be_are_refused() {
    let (_, cloud) = cloud().await;
    let configs = [
        (
            r#"{"name": "t", "hash_key": "id", "attribute": [{"name": "id", "type": "S"}, {"name": "x", "type": "S"}]}"#,
            r#"all attributes must be indexed. Unused attributes: ["x"]"#,
        ),
        (
            r#"{"name": "t", "hash_key": "id", "range_key": "at", "attribute": [{"name": "id", "type": "S"}]}"#,
            r#"all indexes must match a defined attribute. Unmatched indexes: ["at"]"#,
        ),
        (r#"{"name": "t", "restore_source_name": "s"}"#, "Missing required argument"),
        (r#"{"name": "t"}"#, "Missing required argument"),
        (
            r#"{"name": "t", "hash_key": "id", "attribute": [{"name": "id", "type": "S"}]}"#,
            r#"read_capacity must be at least 1 when billing_mode is "PROVISIONED""#,
        ),
        (
            r#"{"name": "t", "hash_key": "id", "attribute": [{"name": "id", "type": "S"}], "read_capacity": 1,
                "billing_mode": "PAY_PER_REQUEST"}"#,
            r#"read_capacity can not be set when billing_mode is "PAY_PER_REQUEST""#,
        ),
    ];
    for (config, summary) in configs {
        let wanted = cloud.config(KIND, config).await;
        let mut told = cloud.provider.validate_resource(KIND, &wanted).await;
        if !told.has_errors() {
            told = cloud.plan(KIND, &cloud.null(KIND), &wanted).await.diagnostics;
        }
        assert!(told.iter().any(|told| told.summary == summary), "{config}: {told:#?}");
    }
}
