//! Lifecycle rules from the API to the state.

use crate::time::written;
use aws_sdk_s3::types::{
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionTransition, Transition,
};
use trueup_provider_kit::{Fields, Object, Tags};
use trueup_value::Value;

/// The rules, in the order that the object has them by their ids; others follow.
pub(super) fn items(object: &Object, rules: &[LifecycleRule]) -> Vec<Object> {
    let before = object.items("rule");
    let place = |rule: &&LifecycleRule| before.iter().position(|block| block.text("id") == rule.id());
    let mut rules: Vec<&LifecycleRule> = rules.iter().collect();
    rules.sort_by_key(|rule| place(rule).unwrap_or(usize::MAX));
    let item = |rule: &&LifecycleRule| item(object, rule, place(rule).map(|place| &before[place]));
    rules.iter().map(item).collect()
}

fn item(object: &Object, rule: &LifecycleRule, before: Option<&Value>) -> Object {
    let mut item = object.blank_item("rule");
    item.put_text("id", rule.id());
    item.put_text("status", Some(rule.status().as_str()));
    #[expect(deprecated, reason = "rules without a filter have the older form")]
    item.put_text("prefix", rule.prefix());
    let abort = rule.abort_incomplete_multipart_upload().map(|abort| {
        let mut block = item.blank_item("abort_incomplete_multipart_upload");
        block.put_integer("days_after_initiation", abort.days_after_initiation());
        block
    });
    item.put_items("abort_incomplete_multipart_upload", abort);
    let block = rule.expiration().map(|found| expiration(&item, found));
    item.put_items("expiration", block);
    // A filter that lets everything through is what a rule without one comes back with.
    let is_written = before.is_none_or(|before| before.item("filter").is_some());
    let block = rule.filter().filter(|found| is_written || !is_open(found));
    let block = block.map(|found| filter(&item, found));
    item.put_items("filter", block);
    let block = rule.noncurrent_version_expiration().map(|found| {
        let mut block = item.blank_item("noncurrent_version_expiration");
        block.put_integer("newer_noncurrent_versions", found.newer_noncurrent_versions());
        block.put_integer("noncurrent_days", found.noncurrent_days());
        block
    });
    item.put_items("noncurrent_version_expiration", block);
    let blocks = rule.noncurrent_version_transitions().iter();
    let blocks: Vec<Object> = blocks.map(|found| noncurrent_transition(&item, found)).collect();
    item.put_items("noncurrent_version_transition", blocks);
    let blocks: Vec<Object> = rule.transitions().iter().map(|found| transition(&item, found)).collect();
    item.put_items("transition", blocks);
    item
}

fn expiration(item: &Object, found: &LifecycleExpiration) -> Object {
    let mut block = item.blank_item("expiration");
    block.put_text("date", found.date().and_then(written));
    block.put_integer("days", found.days());
    block.put_flag(
        "expired_object_delete_marker",
        found.expired_object_delete_marker().filter(|is_on| *is_on),
    );
    block
}

fn is_open(filter: &LifecycleRuleFilter) -> bool {
    let has_sizes = filter.object_size_greater_than().is_some() || filter.object_size_less_than().is_some();
    let is_prefixed = filter.prefix().is_some_and(|prefix| !prefix.is_empty());
    !has_sizes && !is_prefixed && filter.tag().is_none() && filter.and().is_none()
}

fn filter(item: &Object, found: &LifecycleRuleFilter) -> Object {
    let mut block = item.blank_item("filter");
    block.put_integer("object_size_greater_than", found.object_size_greater_than());
    block.put_integer("object_size_less_than", found.object_size_less_than());
    block.put_text("prefix", found.prefix());
    let and = found.and().map(|found| {
        let mut and = block.blank_item("and");
        and.put_integer("object_size_greater_than", found.object_size_greater_than());
        and.put_integer("object_size_less_than", found.object_size_less_than());
        and.put_text("prefix", found.prefix());
        let tags: Tags =
            found.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
        and.put_map("tags", &tags);
        and
    });
    block.put_items("and", and);
    let tag = found.tag().map(|found| {
        let mut tag = block.blank_item("tag");
        tag.put_text("key", Some(found.key()));
        tag.put("value", Value::from(found.value()));
        tag
    });
    block.put_items("tag", tag);
    block
}

fn transition(item: &Object, found: &Transition) -> Object {
    let mut block = item.blank_item("transition");
    block.put_text("date", found.date().and_then(written));
    block.put_integer("days", found.days());
    block.put_text("storage_class", found.storage_class());
    block
}

fn noncurrent_transition(item: &Object, found: &NoncurrentVersionTransition) -> Object {
    let mut block = item.blank_item("noncurrent_version_transition");
    block.put_integer("newer_noncurrent_versions", found.newer_noncurrent_versions());
    block.put_integer("noncurrent_days", found.noncurrent_days());
    block.put_text("storage_class", found.storage_class());
    block
}
