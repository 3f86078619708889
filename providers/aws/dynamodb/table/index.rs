//! Global secondary indexes of a table that is there: made, deleted and resized one at a time, as the API wants it.

use super::{change, request};
use crate::account::site::Site;
use crate::fault::built;
use aws_sdk_dynamodb::types::{
    BillingMode, CreateGlobalSecondaryIndexAction, DeleteGlobalSecondaryIndexAction,
    GlobalSecondaryIndexUpdate, UpdateGlobalSecondaryIndexAction,
};
use std::collections::BTreeMap;
use trueup_provider_kit::{Call, Fault, Fields, Object};
use trueup_value::Value;

/// Blocks by the attribute that names them.
pub(super) fn by<'a>(name: &str, blocks: &'a [Value]) -> BTreeMap<&'a str, &'a Value> {
    blocks.iter().filter_map(|block| Some((block.text(name)?, block))).collect()
}

fn indexes(object: &Object) -> BTreeMap<&str, &Value> {
    by("name", object.items("global_secondary_index"))
}

/// The type of a key.
fn kind<'a>(object: &'a Object, key: Option<&str>) -> Option<&'a str> {
    by("name", object.items("attribute")).get(key?).and_then(|attribute| attribute.text("type"))
}

/// Whether an index can't be changed into another, keys and what is copied being fixed.
fn is_other((prior, before): (&Object, &Value), (object, index): (&Object, &Value)) -> bool {
    let mut names = [before, index].map(|index| index.texts("non_key_attributes"));
    names.iter_mut().for_each(|names| names.sort());
    let differs = |name: &str| before.text(name) != index.text(name);
    let is_retyped = |name: &str| kind(prior, before.text(name)) != kind(object, index.text(name));
    ["hash_key", "range_key", "projection_type"].into_iter().any(differs)
        || ["hash_key", "range_key"].into_iter().any(is_retyped)
        || names[0] != names[1]
}

/// Whether the capacity or the limits of an index change.
fn is_resized(before: &Value, index: &Value, mode: &BillingMode) -> bool {
    let names: &[&str] = match mode {
        BillingMode::Provisioned => &["read_capacity", "write_capacity"],
        _ => &["on_demand_throughput"],
    };
    let is_known = |value: &&Value| value.is_wholly_known();
    names.iter().any(|name| {
        let wanted = index.field(name).filter(is_known);
        wanted.is_some_and(|wanted| wanted.as_sequence() != Some(&[]) && Some(wanted) != before.field(name))
    })
}

/// Deletes the indexes that are no longer wanted, or not as they are.
pub(super) async fn delete_some(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let wanted = indexes(object);
    for (name, before) in indexes(prior) {
        if wanted.get(name).is_some_and(|index| !is_other((prior, before), (object, index))) {
            continue;
        }
        let action = built(DeleteGlobalSecondaryIndexAction::builder().index_name(name).build())?;
        let action = GlobalSecondaryIndexUpdate::builder().delete(action).build();
        let request = call.site.dynamodb.update_table().table_name(prior.id_or_empty());
        let request = request.set_attribute_definitions(Some(request::definitions(object)?));
        let doing = format!("deleting the index {name}");
        change(call, request.global_secondary_index_updates(action), &doing).await?;
    }
    Ok(())
}

/// Makes the indexes that are missing.
pub(super) async fn create_some(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let (there, mode) = (indexes(prior), request::billing(object));
    for (name, index) in indexes(object) {
        if there.get(name).is_some_and(|before| !is_other((prior, before), (object, index))) {
            continue;
        }
        let made = request::global_index(index, &mode)?;
        let action = CreateGlobalSecondaryIndexAction::builder()
            .index_name(name)
            .set_key_schema(Some(made.key_schema))
            .set_projection(made.projection)
            .set_provisioned_throughput(made.provisioned_throughput)
            .set_on_demand_throughput(made.on_demand_throughput)
            .set_warm_throughput(made.warm_throughput);
        let action = GlobalSecondaryIndexUpdate::builder().create(built(action.build())?).build();
        let request = call.site.dynamodb.update_table().table_name(object.id_or_empty());
        let request = request
            .set_attribute_definitions(Some(request::definitions(object)?))
            .global_secondary_index_updates(action);
        change(call, request, &format!("creating the index {name}")).await?;
    }
    Ok(())
}

/// New capacities of all indexes that stay, which belong to a change to paying by capacity.
pub(super) fn resizes(prior: &Object, object: &Object) -> Result<Vec<GlobalSecondaryIndexUpdate>, Fault> {
    let (there, mode) = (indexes(prior), request::billing(object));
    let stays = |(name, index): &(&str, &Value)| {
        there.get(name).is_some_and(|before| !is_other((prior, before), (object, index)))
    };
    indexes(object).into_iter().filter(stays).map(|(name, index)| resize(name, index, &mode)).collect()
}

fn resize(name: &str, index: &Value, mode: &BillingMode) -> Result<GlobalSecondaryIndexUpdate, Fault> {
    let action = UpdateGlobalSecondaryIndexAction::builder()
        .index_name(name)
        .set_provisioned_throughput(request::capacity(index, mode)?)
        .set_on_demand_throughput(request::limits(index, mode));
    Ok(GlobalSecondaryIndexUpdate::builder().update(built(action.build())?).build())
}

/// Changes capacity, limits and warmth of the indexes that stay.
pub(super) async fn resize_some(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let (there, mode) = (indexes(prior), request::billing(object));
    let has_mode_changed = request::billing(prior) != mode;
    for (name, index) in indexes(object) {
        let Some(before) = there.get(name).filter(|before| !is_other((prior, before), (object, index)))
        else {
            continue;
        };
        let request = || call.site.dynamodb.update_table().table_name(object.id_or_empty());
        if !has_mode_changed && is_resized(before, index, &mode) {
            let update = request().global_secondary_index_updates(resize(name, index, &mode)?);
            change(call, update, &format!("resizing the index {name}")).await?;
        }
        let is_warmer = before.field("warm_throughput") != index.field("warm_throughput");
        if let Some(warmth) = request::warmth(index).filter(|_| is_warmer) {
            let action = UpdateGlobalSecondaryIndexAction::builder().index_name(name).warm_throughput(warmth);
            let action = GlobalSecondaryIndexUpdate::builder().update(built(action.build())?).build();
            let update = request().global_secondary_index_updates(action);
            change(call, update, &format!("warming the index {name}")).await?;
        }
    }
    Ok(())
}
