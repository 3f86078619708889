//! What moto gets wrong, on another emulator (ministack).
//!
//! moto answers `GetBucketVersioning` with an XML root that isn't the API's, which the SDK rejects; it does not know
//! the filter client-token of `DescribeInstances`; and it forgets parts of lifecycle rules.

use crate::cloud::Cloud;
use crate::moto::Moto;
use trueup_value::Value;

#[tokio::test]
async fn versioning_is_switched_and_read() {
    let cloud = Cloud::on(Moto::second_opinion().await, "").await;
    cloud.create("aws_s3_bucket", r#"{"bucket": "versions"}"#).await;
    let kind = "aws_s3_bucket_versioning";
    let config = |status: &str| {
        format!(r#"{{"bucket": "versions", "versioning_configuration": [{{"status": "{status}"}}]}}"#)
    };
    let mut state = cloud.create(kind, &config("Enabled")).await;
    assert_eq!(
        (status(&state), state.get("id").and_then(Value::as_str)),
        (Some("Enabled"), Some("versions"))
    );
    assert_eq!(cloud.read(kind, &state).await, state);
    let wanted = cloud.config(kind, &config("Suspended")).await;
    let plan = cloud.plan(kind, &state, &wanted).await;
    assert!(plan.requires_replace.is_empty());
    state = cloud.apply(kind, &state, &plan.planned, "1").await.state;
    assert_eq!(status(&cloud.read(kind, &state).await), Some("Suspended"));
    assert_eq!(cloud.plan(kind, &state, &wanted).await.planned, state);
    cloud.tamper("PUT /versions?versioning <VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>").await;
    assert_eq!(status(&cloud.read(kind, &state).await), Some("Enabled"));
    let import = cloud.provider.import(kind, "versions").await;
    assert_eq!(status(&cloud.read(kind, &import.objects[0].state).await), Some("Enabled"));
    cloud.delete(kind, &state).await;
    cloud.tamper("DELETE /versions").await;
    assert!(cloud.read(kind, &state).await.is_null());
    cloud.delete(kind, &state).await;
}

fn status(state: &Value) -> Option<&str> {
    let blocks = state.get("versioning_configuration").and_then(Value::as_sequence)?;
    blocks.first()?.get("status")?.as_str()
}

#[tokio::test]
async fn all_of_a_lifecycle_rule_is_written_and_read() {
    let cloud = Cloud::on(Moto::second_opinion().await, "").await;
    cloud.create("aws_s3_bucket", r#"{"bucket": "rules"}"#).await;
    let kind = "aws_s3_bucket_lifecycle_configuration";
    let configs = [
        r#"{"id": "a", "status": "Enabled", "filter": [{"object_size_greater_than": 500}],
            "noncurrent_version_expiration": [{"noncurrent_days": 1, "newer_noncurrent_versions": 2}]}"#,
        r#"{"id": "a", "status": "Enabled", "filter": [{"object_size_less_than": 500}],
            "noncurrent_version_expiration": [{"noncurrent_days": 1}]}"#,
        r#"{"id": "a", "status": "Enabled", "filter": [{"and": [{"object_size_greater_than": 5, "prefix": "a/",
            "object_size_less_than": 500, "tags": {"k": "v", "l": ""}}]}], "expiration": [{"days": 1}]}"#,
        r#"{"id": "a", "status": "Enabled", "transition": [{"days": 0, "storage_class": "INTELLIGENT_TIERING"}]},
           {"id": "b", "status": "Enabled", "filter": [{}], "expiration": [{"expired_object_delete_marker": true}]}"#,
    ];
    let mut state = cloud.null(kind);
    for rules in configs {
        let wanted = cloud.config(kind, &format!(r#"{{"bucket": "rules", "rule": [{rules}]}}"#)).await;
        let plan = cloud.plan(kind, &state, &wanted).await;
        let made = cloud.apply(kind, &state, &plan.planned, "1").await;
        assert!(made.diagnostics.is_empty(), "{rules}: {:#?}", made.diagnostics);
        state = made.state;
        assert_eq!(state.get("rule"), plan.planned.get("rule"), "{rules}");
        assert_eq!(cloud.read(kind, &state).await, state, "{rules}");
        assert_eq!(cloud.plan(kind, &state, &wanted).await.planned, state, "{rules}");
    }
}

#[tokio::test]
async fn what_uploads_may_not_ask_for_is_written_and_read() {
    let cloud = Cloud::on(Moto::second_opinion().await, "").await;
    cloud.create("aws_s3_bucket", r#"{"bucket": "blocked"}"#).await;
    let kind = "aws_s3_bucket_server_side_encryption_configuration";
    let config = |blocked: &str| {
        format!(
            r#"{{"bucket": "blocked", "rule": [{{"blocked_encryption_types": {blocked},
                "apply_server_side_encryption_by_default": [{{"sse_algorithm": "AES256"}}]}}]}}"#
        )
    };
    let mut state = cloud.null(kind);
    for blocked in [r#"["SSE-C"]"#, r#"["NONE"]"#, "null"] {
        let wanted = cloud.config(kind, &config(blocked)).await;
        let plan = cloud.plan(kind, &state, &wanted).await;
        let made = cloud.apply(kind, &state, &plan.planned, "1").await;
        assert!(made.diagnostics.is_empty(), "{blocked}: {:#?}", made.diagnostics);
        state = made.state;
        assert_eq!(state.get("rule"), plan.planned.get("rule"), "{blocked}");
        assert_eq!(cloud.plan(kind, &state, &wanted).await.planned, state, "{blocked}");
    }
}
