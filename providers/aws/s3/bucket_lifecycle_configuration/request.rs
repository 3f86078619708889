//! Lifecycle rules from the configuration to the API.

use crate::time::parsed;
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleAndOperator, LifecycleRuleFilter, NoncurrentVersionExpiration, NoncurrentVersionTransition,
    Tag, Transition, TransitionStorageClass,
};
use trueup_provider_kit::{Fields, Object};
use trueup_value::Value;

/// All rules, in the order written.
pub(super) fn rules(object: &Object) -> Result<Vec<LifecycleRule>, BuildError> {
    object.items("rule").iter().map(rule).collect()
}

fn rule(block: &Value) -> Result<LifecycleRule, BuildError> {
    let transitions: Vec<Transition> = block.items("transition").iter().map(transition).collect();
    let noncurrent: Vec<_> =
        block.items("noncurrent_version_transition").iter().map(noncurrent_transition).collect();
    let builder = LifecycleRule::builder()
        .set_id(block.owned("id"))
        .set_status(block.text("status").map(ExpirationStatus::from))
        .set_expiration(block.item("expiration").map(expiration))
        .set_transitions(Some(transitions).filter(|all| !all.is_empty()))
        .set_noncurrent_version_transitions(Some(noncurrent).filter(|all| !all.is_empty()))
        .set_noncurrent_version_expiration(block.item("noncurrent_version_expiration").map(|block| {
            NoncurrentVersionExpiration::builder()
                .set_noncurrent_days(block.small("noncurrent_days"))
                .set_newer_noncurrent_versions(positive(block, "newer_noncurrent_versions"))
                .build()
        }))
        .set_abort_incomplete_multipart_upload(block.item("abort_incomplete_multipart_upload").map(
            |block| {
                let days = block.small("days_after_initiation");
                AbortIncompleteMultipartUpload::builder().set_days_after_initiation(days).build()
            },
        ));
    // A rule has a filter or, in the older form, a prefix, if only an empty one.
    match block.item("filter") {
        Some(block) => builder.filter(filter(block)?),
        #[expect(deprecated, reason = "rules without a filter have the older form")]
        None => builder.prefix(block.text("prefix").unwrap_or_default()),
    }
    .build()
}

/// A number that is 0 where it isn't given.
fn positive(block: &Value, name: &str) -> Option<i32> {
    block.small(name).filter(|number| *number > 0)
}

fn size(block: &Value, name: &str) -> Option<i64> {
    block.integer(name).filter(|number| *number > 0)
}

fn filter(block: &Value) -> Result<LifecycleRuleFilter, BuildError> {
    let filter = LifecycleRuleFilter::builder();
    if let Some(and) = block.item("and") {
        let tags = and.map("tags");
        let tags: Vec<Tag> = tags.iter().map(|(key, value)| tag(key, value)).collect::<Result<_, _>>()?;
        let and = LifecycleRuleAndOperator::builder()
            .set_prefix(and.owned("prefix"))
            .set_object_size_greater_than(size(and, "object_size_greater_than"))
            .set_object_size_less_than(size(and, "object_size_less_than"))
            .set_tags(Some(tags).filter(|tags| !tags.is_empty()));
        return Ok(filter.and(and.build()).build());
    }
    if let Some(block) = block.item("tag") {
        let tag = tag(block.text("key").unwrap_or_default(), block.text("value").unwrap_or_default())?;
        return Ok(filter.tag(tag).build());
    }
    let (above, below) = (size(block, "object_size_greater_than"), size(block, "object_size_less_than"));
    Ok(match (block.owned("prefix"), above, below) {
        (None, None, None) => {
            // More than no bytes at all is a filter only where it is written so.
            let above = block.integer("object_size_greater_than").filter(|_| !block.is_set("prefix"));
            let prefix = above.is_none().then(String::new);
            filter.set_object_size_greater_than(above).set_prefix(prefix).build()
        }
        (prefix, above, below) => filter
            .set_prefix(prefix)
            .set_object_size_greater_than(above)
            .set_object_size_less_than(below)
            .build(),
    })
}

fn tag(key: &str, value: &str) -> Result<Tag, BuildError> {
    Tag::builder().key(key).value(value).build()
}

fn expiration(block: &Value) -> LifecycleExpiration {
    let expiration = LifecycleExpiration::builder();
    match (block.text("date").and_then(parsed), positive(block, "days")) {
        (Some(date), _) => expiration.date(date).build(),
        (None, Some(days)) => expiration.days(days).build(),
        (None, None) => {
            let marker = block.flag("expired_object_delete_marker").unwrap_or(false);
            expiration.expired_object_delete_marker(marker).build()
        }
    }
}

/// Objects may move on the day that they are made: 0 days.
fn transition(block: &Value) -> Transition {
    let class = block.text("storage_class").map(TransitionStorageClass::from);
    let transition = Transition::builder().set_storage_class(class);
    match block.text("date").and_then(parsed) {
        Some(date) => transition.date(date).build(),
        None => transition.days(block.small("days").unwrap_or(0)).build(),
    }
}

fn noncurrent_transition(block: &Value) -> NoncurrentVersionTransition {
    NoncurrentVersionTransition::builder()
        .set_noncurrent_days(block.small("noncurrent_days"))
        .set_newer_noncurrent_versions(positive(block, "newer_noncurrent_versions"))
        .set_storage_class(block.text("storage_class").map(TransitionStorageClass::from))
        .build()
}
