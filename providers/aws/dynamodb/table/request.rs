//! Parts of requests, from what the configuration says.

use crate::fault::built;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex,
    OnDemandThroughput, Projection, ProjectionType, ProvisionedThroughput, ScalarAttributeType,
    SseSpecification, SseType, StreamSpecification, StreamViewType, Tag, WarmThroughput,
};
use trueup_provider_kit::{Fault, Fields, Object, Tags};
use trueup_value::Value;

/// How the table is paid for.
pub(super) fn billing(object: &Object) -> BillingMode {
    BillingMode::from(object.text("billing_mode").unwrap_or("PROVISIONED"))
}

pub(super) fn definitions(object: &Object) -> Result<Vec<AttributeDefinition>, Fault> {
    let definition = |block: &Value| {
        let kind = block.text("type").map(ScalarAttributeType::from);
        let definition = AttributeDefinition::builder().set_attribute_name(block.owned("name"));
        built(definition.set_attribute_type(kind).build())
    };
    object.items("attribute").iter().map(definition).collect()
}

pub(super) fn keys(hash: Option<&str>, range: Option<&str>) -> Result<Vec<KeySchemaElement>, Fault> {
    let keys = [(hash, KeyType::Hash), (range, KeyType::Range)].into_iter();
    let keys = keys.filter_map(|(name, kind)| Some((name?, kind)));
    keys.map(|(name, kind)| built(KeySchemaElement::builder().attribute_name(name).key_type(kind).build()))
        .collect()
}

/// Capacity of a table or index that is paid for by capacity.
pub(super) fn capacity(of: &impl Fields, mode: &BillingMode) -> Result<Option<ProvisionedThroughput>, Fault> {
    if *mode != BillingMode::Provisioned {
        return Ok(None);
    }
    let units = |name: &str| of.integer(name).unwrap_or(1).max(1);
    let capacity = ProvisionedThroughput::builder()
        .read_capacity_units(units("read_capacity"))
        .write_capacity_units(units("write_capacity"));
    built(capacity.build()).map(Some)
}

/// Limits of a table or index that is paid for by request.
pub(super) fn limits(of: &impl Fields, mode: &BillingMode) -> Option<OnDemandThroughput> {
    let block = of.item("on_demand_throughput").filter(|_| *mode == BillingMode::PayPerRequest)?;
    let limits = OnDemandThroughput::builder()
        .set_max_read_request_units(block.integer("max_read_request_units"))
        .set_max_write_request_units(block.integer("max_write_request_units"));
    Some(limits.build())
}

pub(super) fn warmth(of: &impl Fields) -> Option<WarmThroughput> {
    let block = of.item("warm_throughput").filter(|block| block.is_wholly_known())?;
    let warmth = WarmThroughput::builder()
        .set_read_units_per_second(block.integer("read_units_per_second"))
        .set_write_units_per_second(block.integer("write_units_per_second"));
    Some(warmth.build())
}

fn projection(index: &Value) -> Projection {
    let names = index.texts("non_key_attributes");
    Projection::builder()
        .set_projection_type(index.text("projection_type").map(ProjectionType::from))
        .set_non_key_attributes((!names.is_empty()).then_some(names))
        .build()
}

pub(super) fn global_index(index: &Value, mode: &BillingMode) -> Result<GlobalSecondaryIndex, Fault> {
    let request = GlobalSecondaryIndex::builder()
        .set_index_name(index.owned("name"))
        .set_key_schema(Some(keys(index.text("hash_key"), index.text("range_key"))?))
        .projection(projection(index))
        .set_provisioned_throughput(capacity(index, mode)?)
        .set_on_demand_throughput(limits(index, mode))
        .set_warm_throughput(warmth(index));
    built(request.build())
}

pub(super) fn global_indexes(object: &Object) -> Result<Option<Vec<GlobalSecondaryIndex>>, Fault> {
    let mode = billing(object);
    let indexes = object.items("global_secondary_index").iter().map(|index| global_index(index, &mode));
    let indexes = indexes.collect::<Result<Vec<_>, Fault>>()?;
    Ok((!indexes.is_empty()).then_some(indexes))
}

pub(super) fn local_indexes(object: &Object) -> Result<Option<Vec<LocalSecondaryIndex>>, Fault> {
    let index = |index: &Value| {
        let request = LocalSecondaryIndex::builder()
            .set_index_name(index.owned("name"))
            .set_key_schema(Some(keys(object.text("hash_key"), index.text("range_key"))?))
            .projection(projection(index));
        built(request.build())
    };
    let indexes =
        object.items("local_secondary_index").iter().map(index).collect::<Result<Vec<_>, Fault>>()?;
    Ok((!indexes.is_empty()).then_some(indexes))
}

pub(super) fn stream(object: &Object) -> Result<StreamSpecification, Fault> {
    let is_enabled = object.flag("stream_enabled") == Some(true);
    let view = object.text("stream_view_type").filter(|_| is_enabled).map(StreamViewType::from);
    built(StreamSpecification::builder().stream_enabled(is_enabled).set_stream_view_type(view).build())
}

/// Encryption with a KMS key, or with one that AWS owns where it is switched off.
pub(super) fn encryption(object: &Object) -> Option<SseSpecification> {
    let block = object.item("server_side_encryption")?;
    let request = SseSpecification::builder();
    if block.flag("enabled") != Some(true) {
        return Some(request.enabled(false).build());
    }
    let key = block.owned("kms_key_arn");
    Some(request.enabled(true).sse_type(SseType::Kms).set_kms_master_key_id(key).build())
}

pub(super) fn tags(tags: &Tags) -> Result<Option<Vec<Tag>>, Fault> {
    let tag = |(key, value): (&String, &String)| built(Tag::builder().key(key).value(value).build());
    let tags = tags.iter().map(tag).collect::<Result<Vec<Tag>, Fault>>()?;
    Ok((!tags.is_empty()).then_some(tags))
}
