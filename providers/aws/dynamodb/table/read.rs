//! Reading a table: what it is, when items expire, how it can be restored, its tags and its replicas.

use super::{describe, replica};
use crate::account::site::Site;
use crate::fault::{Attempt, found};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    BillingMode, GlobalSecondaryIndexDescription, KeySchemaElement, KeyType, LocalSecondaryIndexDescription,
    OnDemandThroughput, PointInTimeRecoveryDescription, PointInTimeRecoveryStatus, Projection,
    ProvisionedThroughputDescription as Capacity, SseStatus, TableDescription, TimeToLiveDescription,
    TimeToLiveStatus,
};
use trueup_provider_kit::{Fault, Fields, Object, Tags};
use trueup_value::{Kind, Value};

pub(super) async fn read(site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
    let (client, name) = (&site.dynamodb, object.id_or_empty().to_owned());
    let Some(table) = describe(client, &name).await? else { return Ok(None) };
    let arn = table.table_arn().unwrap_or_default();
    let (ttl, recovery, tags, replicas) = futures::try_join!(
        time_to_live(client, &name),
        recovery(client, &name),
        tags(client, arn),
        replica::read(site, &table)
    )?;
    fill_table(&mut object, &table);
    fill_time_to_live(&mut object, ttl.as_ref());
    fill_recovery(&mut object, recovery.as_ref());
    replica::fill(&mut object, &table, &replicas);
    object.put_map("tags_all", &tags);
    Ok(Some(object))
}

pub(super) async fn time_to_live(
    client: &Client,
    name: &str,
) -> Result<Option<TimeToLiveDescription>, Fault> {
    let request = client.describe_time_to_live().table_name(name);
    let answer = found(request.send().await.attempt("reading when items of the table expire"))?;
    Ok(answer.and_then(|answer| answer.time_to_live_description))
}

/// How a table can be restored; None where it has just been deleted.
pub(super) async fn recovery(
    client: &Client,
    name: &str,
) -> Result<Option<PointInTimeRecoveryDescription>, Fault> {
    let request = client.describe_continuous_backups().table_name(name);
    let answer = found(request.send().await.attempt("reading the backups of the table"))?;
    let backups = answer.and_then(|answer| answer.continuous_backups_description);
    Ok(backups.and_then(|backups| backups.point_in_time_recovery_description))
}

pub(super) fn is_recoverable(recovery: Option<&PointInTimeRecoveryDescription>) -> bool {
    recovery.and_then(|recovery| recovery.point_in_time_recovery_status())
        == Some(&PointInTimeRecoveryStatus::Enabled)
}

pub(super) async fn tags(client: &Client, arn: &str) -> Result<Tags, Fault> {
    let (mut tags, mut next) = (Tags::new(), None);
    loop {
        let request = client.list_tags_of_resource().resource_arn(arn).set_next_token(next);
        let page = found(request.send().await.attempt("reading the tags of the table"))?;
        let Some(page) = page else { return Ok(tags) };
        tags.extend(page.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
        next = page.next_token;
        if next.is_none() {
            return Ok(tags);
        }
    }
}

/// The names of the hash key and the range key.
pub(super) fn keys(schema: &[KeySchemaElement]) -> (Option<&str>, Option<&str>) {
    let key = |kind: KeyType| {
        schema.iter().find(|key| *key.key_type() == kind).map(KeySchemaElement::attribute_name)
    };
    (key(KeyType::Hash), key(KeyType::Range))
}

/// Fills in what the description of a table says.
pub(super) fn fill_table(object: &mut Object, table: &TableDescription) {
    fill(object, table);
    fill_indexes(object, table);
}

fn fill(object: &mut Object, table: &TableDescription) {
    let (hash_key, range_key) = keys(table.key_schema());
    let mode = table.billing_mode_summary().and_then(|billing| billing.billing_mode());
    let is_provisioned = mode.is_none_or(|mode| *mode == BillingMode::Provisioned);
    let capacity = table.provisioned_throughput().filter(|_| is_provisioned);
    let stream = table.stream_specification().filter(|stream| stream.stream_enabled());
    let class = table.table_class_summary().and_then(|class| class.table_class());
    object.put_text("arn", table.table_arn());
    let attributes = table.attribute_definitions().iter().map(|attribute| {
        let mut block = object.blank_item("attribute");
        block.put_text("name", Some(attribute.attribute_name()));
        block.put_text("type", Some(attribute.attribute_type()));
        block
    });
    let attributes: Vec<Object> = attributes.collect();
    object.put_items("attribute", attributes);
    object.put_text("billing_mode", Some(mode.map_or("PROVISIONED", |mode| mode.as_str())));
    object
        .put_flag("deletion_protection_enabled", Some(table.deletion_protection_enabled().unwrap_or(false)));
    object.put_text("hash_key", hash_key);
    object.put_text("name", table.table_name());
    object.put_text("range_key", range_key);
    object.put_integer("read_capacity", Some(capacity.and_then(Capacity::read_capacity_units).unwrap_or(0)));
    object
        .put_integer("write_capacity", Some(capacity.and_then(Capacity::write_capacity_units).unwrap_or(0)));
    object.put_text("stream_arn", table.latest_stream_arn());
    object.put_text("stream_label", table.latest_stream_label());
    // Without a stream its view means nothing; it stays as configured.
    if stream.is_some() || object.flag("stream_enabled") == Some(true) {
        object.put_text("stream_view_type", stream.and_then(|stream| stream.stream_view_type()));
    }
    object.put_flag("stream_enabled", Some(stream.is_some()));
    object.put_text("table_class", Some(class.map_or("STANDARD", |class| class.as_str())));
    fill_encryption(object, table);
    fill_throughput(object, table);
}

/// The key that AWS owns is no encryption of the table's own.
fn fill_encryption(object: &mut Object, table: &TableDescription) {
    let sse = table.sse_description().filter(|sse| {
        sse.status().is_some_and(|status| {
            matches!(status, SseStatus::Enabled | SseStatus::Enabling | SseStatus::Updating)
        })
    });
    let is_written = object.item("server_side_encryption").is_some_and(Value::is_known);
    if sse.is_none() && !is_written {
        object.put_items("server_side_encryption", []);
        return;
    }
    let mut block = object.blank_item("server_side_encryption");
    block.put_flag("enabled", Some(sse.is_some()));
    block.put_text("kms_key_arn", sse.and_then(|sse| sse.kms_master_key_arn()));
    object.put_items("server_side_encryption", [block]);
}

fn fill_throughput(object: &mut Object, table: &TableDescription) {
    let limits = limits(object, table.on_demand_throughput(), object.item("on_demand_throughput"));
    object.put_items("on_demand_throughput", limits);
    let warm = table.warm_throughput().map(|warm| {
        let mut block = object.blank_item("warm_throughput");
        block.put_integer("read_units_per_second", warm.read_units_per_second());
        block.put_integer("write_units_per_second", warm.write_units_per_second());
        block
    });
    if warm.is_some() || !object.is_set("warm_throughput") {
        object.put_items("warm_throughput", warm);
    }
}

/// No limit and a limit of -1 are the same; the block is there when one is written or a limit holds.
fn limits(of: &Object, told: Option<&OnDemandThroughput>, written: Option<&Value>) -> Option<Object> {
    let units =
        told.map_or([None, None], |told| [told.max_read_request_units(), told.max_write_request_units()]);
    let units = units.map(|units| units.unwrap_or(-1));
    if written.is_none() && units == [-1, -1] {
        return None;
    }
    let mut block = of.blank_item("on_demand_throughput");
    block.put_integer("max_read_request_units", Some(units[0]));
    block.put_integer("max_write_request_units", Some(units[1]));
    Some(block)
}

fn fill_indexes(object: &mut Object, table: &TableDescription) {
    let global = "global_secondary_index";
    let blank = object.blank_item(global);
    let blocks = table.global_secondary_indexes().iter();
    let blocks = blocks.map(|index| alike(object.items(global), "name", global_index(&blank, object, index)));
    let blocks: Vec<Object> = blocks.collect();
    object.put_items(global, blocks);
    let local = "local_secondary_index";
    let blank = object.blank_item(local);
    let blocks = table.local_secondary_indexes().iter();
    let blocks = blocks.map(|index| alike(object.items(local), "name", local_index(&blank, index)));
    let blocks: Vec<Object> = blocks.collect();
    object.put_items(local, blocks);
}

fn global_index(blank: &Object, table: &Object, index: &GlobalSecondaryIndexDescription) -> Object {
    let mut block = blank.clone();
    let (hash_key, range_key) = keys(index.key_schema());
    let is_provisioned = table.text("billing_mode") == Some("PROVISIONED");
    let capacity = index.provisioned_throughput().filter(|_| is_provisioned);
    block.put_text("hash_key", hash_key);
    block.put_text("name", index.index_name());
    block.put_text("range_key", range_key);
    fill_projection(&mut block, index.projection());
    block.put_integer("read_capacity", Some(capacity.and_then(Capacity::read_capacity_units).unwrap_or(0)));
    block.put_integer("write_capacity", Some(capacity.and_then(Capacity::write_capacity_units).unwrap_or(0)));
    let before = super::index::by("name", table.items("global_secondary_index"));
    let before = index.index_name().and_then(|name| before.get(name).copied());
    let written = before.and_then(|before| before.item("on_demand_throughput"));
    let limits = limits(&block, index.on_demand_throughput(), written);
    block.put_items("on_demand_throughput", limits);
    let warm = index.warm_throughput().map(|warm| {
        let mut inner = block.blank_item("warm_throughput");
        inner.put_integer("read_units_per_second", warm.read_units_per_second());
        inner.put_integer("write_units_per_second", warm.write_units_per_second());
        inner
    });
    block.put_items("warm_throughput", warm);
    block
}

fn local_index(blank: &Object, index: &LocalSecondaryIndexDescription) -> Object {
    let mut block = blank.clone();
    block.put_text("name", index.index_name());
    block.put_text("range_key", keys(index.key_schema()).1);
    fill_projection(&mut block, index.projection());
    block
}

fn fill_projection(block: &mut Object, projection: Option<&Projection>) {
    block.put_text("projection_type", projection.and_then(|projection| projection.projection_type()));
    let names = projection.map(Projection::non_key_attributes).unwrap_or_default();
    if !names.is_empty() {
        block.put_texts("non_key_attributes", names);
    }
}

/// A block read, with nothing written as the block of the same name had it: null or empty. The order of names that
/// the API keeps no order of is the one that was written.
pub(super) fn alike(before: &[Value], key: &str, mut block: Object) -> Object {
    let Some(before) = before.iter().find(|before| before.text(key) == block.text(key)) else { return block };
    let names: Vec<_> = block.names().cloned().collect();
    for name in names {
        let (Some(old), Some(new)) = (before.field(&name), block.field(&name)) else { continue };
        let are_nothing = old.is_known() && is_nothing(old) && is_nothing(new);
        if are_nothing || is_reordered(old, new) {
            block.put(&name, old.clone());
        }
    }
    block
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("") || value.as_sequence() == Some(&[])
}

fn is_reordered(old: &Value, new: &Value) -> bool {
    let sorted = |value: &Value| {
        let Kind::List(_) = value.kind() else { return None };
        let mut texts: Vec<&str> = value.as_sequence()?.iter().map(Value::as_str).collect::<Option<_>>()?;
        texts.sort_unstable();
        Some(texts.join("\n"))
    };
    sorted(old).is_some_and(|old| Some(old) == sorted(new))
}

/// Items that don't expire need no block; one that is written stays.
fn fill_time_to_live(object: &mut Object, ttl: Option<&TimeToLiveDescription>) {
    let is_on = |ttl: &&TimeToLiveDescription| {
        let status = ttl.time_to_live_status();
        status.is_some_and(|status| matches!(status, TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling))
    };
    let ttl = ttl.filter(is_on);
    let mut block = object.blank_item("ttl");
    block.put_flag("enabled", Some(ttl.is_some()));
    match (ttl, object.item("ttl")) {
        (None, None) => return object.put_items("ttl", []),
        (None, Some(written)) => block.put_text("attribute_name", written.text("attribute_name")),
        (Some(ttl), _) => block.put_text("attribute_name", ttl.attribute_name()),
    }
    let empty = object.item("ttl").and_then(|written| written.field("attribute_name")).cloned();
    if let Some(empty) = empty.filter(|empty| is_nothing(empty) && !block.is_set("attribute_name")) {
        block.put("attribute_name", empty);
    }
    object.put_items("ttl", [block]);
}

fn fill_recovery(object: &mut Object, recovery: Option<&PointInTimeRecoveryDescription>) {
    let mut block = object.blank_item("point_in_time_recovery");
    let days = recovery.and_then(PointInTimeRecoveryDescription::recovery_period_in_days);
    block.put_flag("enabled", Some(is_recoverable(recovery)));
    block.put_integer("recovery_period_in_days", Some(days.unwrap_or(0)));
    object.put_items("point_in_time_recovery", [block]);
}
