//! Changing a table in place: one thing at a time, since the API takes one at a time.

use super::{change, describe, index, read, replica, request, wait_active};
use crate::account::site::Site;
use crate::fault::{Attempt, built};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    BillingMode, PointInTimeRecoverySpecification, StreamSpecification, TableClass, TimeToLiveSpecification,
    TimeToLiveStatus,
};
use std::time::Duration;
use trueup_provider_kit::{Call, Deadline, Fault, Fields, Object, Tags, TagsChange};

const CAPACITY: [&str; 2] = ["read_capacity", "write_capacity"];
/// How long backups of a new table may be unavailable.
const BACKUPS: Duration = Duration::from_mins(20);

pub(super) async fn update(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let request = || call.site.dynamodb.update_table().table_name(object.id_or_empty());
    let is_protected = |object: &Object| object.flag("deletion_protection_enabled").unwrap_or(false);
    if is_protected(prior) != is_protected(object) {
        let request = request().deletion_protection_enabled(is_protected(object));
        change(call, request, "changing the deletion protection of the table").await?;
    }
    if let Some(class) = object.text("table_class").filter(|_| object.differs(prior, "table_class")) {
        change(call, request().table_class(TableClass::from(class)), "changing the class of the table")
            .await?;
    }
    index::delete_some(call, prior, object).await?;
    resize(call, prior, object).await?;
    index::resize_some(call, prior, object).await?;
    index::create_some(call, prior, object).await?;
    stream(call, prior, object).await?;
    if let Some(encryption) =
        request::encryption(object).filter(|_| is_changed(prior, object, "server_side_encryption"))
    {
        let request = request().sse_specification(encryption);
        change(call, request, "changing the encryption of the table").await?;
    }
    if let Some(warmth) = request::warmth(object).filter(|_| is_changed(prior, object, "warm_throughput")) {
        change(call, request().warm_throughput(warmth), "warming the table").await?;
    }
    expire(call, prior, object).await?;
    if let Some(block) = object.item("point_in_time_recovery").filter(|block| block.is_known()) {
        let days = block.small("recovery_period_in_days");
        let wanted = (block.flag("enabled") == Some(true), days);
        set_recovery(call, (&call.site.dynamodb, object.id_or_empty()), recovery(prior), wanted).await?;
    }
    let change = TagsChange::between(&prior.map("tags_all"), &object.map("tags_all"));
    if let Some(arn) = prior.text("arn").or(object.text("arn")) {
        change_tags(&call.site.dynamodb, arn, &change).await?;
    }
    replica::update(call, prior, object).await
}

/// The table as it is now, and once the change is through that is under way: that may be one of this very update whose
/// answer was lost, and which isn't to be asked for again.
pub(super) async fn current(call: &Call<'_, Site>, prior: &Object) -> Result<Object, Fault> {
    let (client, name) = (&call.site.dynamodb, prior.id_or_empty());
    if describe(client, name).await?.is_none() {
        return Ok(prior.clone());
    }
    let table = wait_active(call.deadline, client, name).await?;
    let mut current = prior.clone();
    read::fill_table(&mut current, &table);
    Ok(current)
}

/// Whether a block that is known differs in what is known of it.
fn is_changed(prior: &Object, object: &Object, name: &str) -> bool {
    let (Some(before), Some(wanted)) = (prior.field(name), object.field(name)) else { return false };
    wanted.is_known() && before != wanted
}

/// Changes how the table is paid for, and its capacity or limits.
async fn resize(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let mode = request::billing(object);
    let has_mode_changed = request::billing(prior) != mode;
    let is_resized = match mode {
        BillingMode::Provisioned => {
            CAPACITY.iter().any(|name| object.is_set(name) && object.differs(prior, name))
        }
        _ => {
            is_changed(prior, object, "on_demand_throughput") && object.item("on_demand_throughput").is_some()
        }
    };
    if !has_mode_changed && !is_resized {
        return Ok(());
    }
    // What the configuration leaves open stays.
    let mut sized = object.clone();
    for name in CAPACITY.into_iter().filter(|name| !object.is_set(name)) {
        sized.put_integer(name, prior.integer(name));
    }
    let mut request = call
        .site
        .dynamodb
        .update_table()
        .table_name(object.id_or_empty())
        .set_provisioned_throughput(request::capacity(&sized, &mode)?)
        .set_on_demand_throughput(request::limits(object, &mode));
    if has_mode_changed {
        if mode == BillingMode::Provisioned {
            let indexes = index::resizes(prior, object)?;
            request = request.set_global_secondary_index_updates((!indexes.is_empty()).then_some(indexes));
        }
        request = request.billing_mode(mode);
    }
    change(call, request, "changing the capacity of the table").await
}

/// A stream tells what it told from the start: another view is another stream.
async fn stream(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let is_on = |object: &Object| object.flag("stream_enabled") == Some(true);
    let is_other_view = is_on(prior) && is_on(object) && object.differs(prior, "stream_view_type");
    if is_on(prior) == is_on(object) && !is_other_view {
        return Ok(());
    }
    let request = |stream: StreamSpecification| {
        call.site.dynamodb.update_table().table_name(object.id_or_empty()).stream_specification(stream)
    };
    if is_on(prior) {
        let off = built(StreamSpecification::builder().stream_enabled(false).build())?;
        change(call, request(off), "disabling the stream of the table").await?;
    }
    if is_on(object) {
        change(call, request(request::stream(object)?), "enabling the stream of the table").await?;
    }
    Ok(())
}

/// Items expire by one attribute at most; another takes its place after it is switched off.
async fn expire(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let attribute = |object: &Object| {
        let block = object.item("ttl").filter(|block| block.flag("enabled") == Some(true))?;
        block.owned("attribute_name")
    };
    let (before, wanted) = (attribute(prior), attribute(object));
    if before == wanted {
        return Ok(());
    }
    let steps = [(before, false), (wanted, true)].into_iter();
    for (attribute, is_enabled) in steps.filter_map(|(attribute, on)| Some((attribute?, on))) {
        // While one change is under way, for up to an hour, there can be no other.
        let name = object.id_or_empty();
        let is_settled = || async {
            let ttl = read::time_to_live(&call.site.dynamodb, name).await?;
            let status = ttl.as_ref().and_then(|ttl| ttl.time_to_live_status());
            let is_changing =
                matches!(status, Some(TimeToLiveStatus::Enabling | TimeToLiveStatus::Disabling));
            Ok((!is_changing).then_some(()))
        };
        call.deadline.until("the last change of when items expire", is_settled).await?;
        let ttl = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(is_enabled).build();
        let request = call.site.dynamodb.update_time_to_live().table_name(object.id_or_empty());
        let outcome = request.time_to_live_specification(built(ttl)?).send().await;
        outcome.attempt("changing when items of the table expire")?;
    }
    Ok(())
}

type Recovery = (bool, Option<i32>);

fn recovery(object: &Object) -> Recovery {
    let block = object.item("point_in_time_recovery");
    let is_enabled = block.and_then(|block| block.flag("enabled")) == Some(true);
    (is_enabled, block.and_then(|block| block.small("recovery_period_in_days")))
}

/// Switches recovery to any moment; the number of days is the cloud's where none is said.
pub(super) async fn set_recovery(
    call: &Call<'_, Site>,
    (client, name): (&Client, &str),
    before: Recovery,
    (is_enabled, days): Recovery,
) -> Result<(), Fault> {
    let days = days.filter(|_| is_enabled);
    if before.0 == is_enabled && (days.is_none() || days == before.1) {
        return Ok(());
    }
    let recovery = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(is_enabled)
        .set_recovery_period_in_days(days);
    let request = client.update_continuous_backups().table_name(name);
    let request = request.point_in_time_recovery_specification(built(recovery.build())?);
    let is_early = |fault: &Fault| fault.code == "ContinuousBackupsUnavailableException";
    let deadline: Deadline = call.deadline.within(BACKUPS);
    let doing = "changing the point-in-time recovery of the table";
    deadline.retry(is_early, || async { request.clone().send().await.attempt(doing) }).await?;
    Ok(())
}

pub(super) async fn change_tags(client: &Client, arn: &str, change: &TagsChange) -> Result<(), Fault> {
    if !change.remove.is_empty() {
        let request = client.untag_resource().resource_arn(arn).set_tag_keys(Some(change.remove.clone()));
        request.send().await.attempt("removing tags")?;
    }
    set_tags(client, arn, &change.set).await
}

pub(super) async fn set_tags(client: &Client, arn: &str, tags: &Tags) -> Result<(), Fault> {
    if let Some(tags) = request::tags(tags)? {
        client.tag_resource().resource_arn(arn).set_tags(Some(tags)).send().await.attempt("setting tags")?;
    }
    Ok(())
}
