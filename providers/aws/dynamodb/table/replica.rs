//! Copies of a table in other regions.

use super::index::by;
use super::read::{alike, is_recoverable, recovery};
use super::update::{change_tags, set_recovery, set_tags};
use super::{change, describe, wait_active};
use crate::account::site::Site;
use crate::fault::{Attempt, built};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Region;
use aws_sdk_dynamodb::types::{
    CreateGlobalTableWitnessGroupMemberAction, CreateReplicationGroupMemberAction,
    DeleteGlobalTableWitnessGroupMemberAction, DeleteReplicationGroupMemberAction,
    GlobalTableWitnessGroupUpdate, MultiRegionConsistency, ReplicaDescription, ReplicaStatus,
    ReplicationGroupUpdate, TableDescription,
};
use trueup_provider_kit::{Call, Fault, Fields, Object, Tags, TagsChange};
use trueup_value::Value;

/// What is known of one replica.
pub(super) struct Found {
    description: ReplicaDescription,
    table: Option<TableDescription>,
    is_recoverable: bool,
}

/// The client of another region.
fn regional(site: &Site, region: &str) -> Client {
    let config = site.dynamodb.config().to_builder().region(Region::new(region.to_owned()));
    Client::from_conf(config.build())
}

/// The ARN of the table's replica in another region.
fn arn_in(arn: &str, region: &str) -> String {
    let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
    if let Some(part) = parts.get_mut(3) {
        *part = region;
    }
    parts.join(":")
}

pub(super) async fn read(site: &Site, table: &TableDescription) -> Result<Vec<Found>, Fault> {
    let name = table.table_name().unwrap_or_default();
    let mut found = Vec::new();
    for description in table.replicas().iter().filter(|replica| is_elsewhere(site, replica)) {
        let client = regional(site, description.region_name().unwrap_or_default());
        let (table, recovery) = futures::try_join!(describe(&client, name), recovery(&client, name))?;
        let is_recoverable = is_recoverable(recovery.as_ref());
        found.push(Found { description: description.clone(), table, is_recoverable });
    }
    Ok(found)
}

/// In the list of replicas the table itself may stand too.
fn is_elsewhere(site: &Site, replica: &ReplicaDescription) -> bool {
    replica.region_name() != Some(site.region.as_str())
        && replica.replica_status() != Some(&ReplicaStatus::Deleting)
}

pub(super) fn fill(object: &mut Object, table: &TableDescription, found: &[Found]) {
    let consistency = table.multi_region_consistency().unwrap_or(&MultiRegionConsistency::Eventual);
    let before = by("region_name", object.items("replica"));
    let block = |found: &Found| {
        let region = found.description.region_name().unwrap_or_default();
        let replica = found.table.as_ref();
        let arn = arn_in(table.table_arn().unwrap_or_default(), region);
        let mut block = object.blank_item("replica");
        block.put_text("arn", found.description.replica_arn().or(Some(&arn)));
        block.put_text("consistency_mode", Some(consistency));
        let is_protected = replica.and_then(TableDescription::deletion_protection_enabled).unwrap_or(false);
        block.put_flag("deletion_protection_enabled", Some(is_protected));
        block.put_text("kms_key_arn", found.description.kms_master_key_id());
        block.put_flag("point_in_time_recovery", Some(found.is_recoverable));
        let propagates = before.get(region).and_then(|before| before.flag("propagate_tags"));
        block.put_flag("propagate_tags", Some(propagates.unwrap_or(false)));
        block.put_text("region_name", Some(region));
        block.put_text("stream_arn", replica.and_then(TableDescription::latest_stream_arn));
        block.put_text("stream_label", replica.and_then(TableDescription::latest_stream_label));
        alike(object.items("replica"), "region_name", block)
    };
    let blocks: Vec<Object> = found.iter().map(block).collect();
    object.put_items("replica", blocks);
    let witness = table.global_table_witnesses().first().map(|witness| {
        let mut block = object.blank_item("global_table_witness");
        block.put_text("region_name", witness.region_name());
        block
    });
    object.put_items("global_table_witness", witness);
}

/// What of a replica can't be changed: it is made anew.
fn is_other(before: &Value, replica: &Value) -> bool {
    let key = |replica: &Value| replica.owned("kms_key_arn");
    (replica.is_set("kms_key_arn") && key(before) != key(replica))
        || before.text("consistency_mode") != replica.text("consistency_mode")
}

/// Brings the replicas from those of `prior` to those of `object`.
pub(super) async fn update(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let (before, wanted) =
        (by("region_name", prior.items("replica")), by("region_name", object.items("replica")));
    let stays = |region: &str| match (before.get(region), wanted.get(region)) {
        (Some(before), Some(replica)) => !is_other(before, replica),
        _ => false,
    };
    let gone: Vec<&str> = before.keys().copied().filter(|region| !stays(region)).collect();
    let added: Vec<&Value> =
        wanted.iter().filter(|(region, _)| !stays(region)).map(|(_, block)| *block).collect();
    remove(call, prior, &gone, witness(prior).filter(|old| witness(object) != Some(old))).await?;
    add(call, object, &added, witness(object).filter(|new| witness(prior) != Some(new))).await?;
    for (region, replica) in &wanted {
        let before = before.get(region).copied().filter(|_| stays(region));
        settle(call, (prior, object), before, replica).await?;
    }
    Ok(())
}

fn witness(object: &Object) -> Option<&str> {
    object.item("global_table_witness")?.text("region_name")
}

fn is_strong(object: &Object) -> bool {
    object.items("replica").iter().any(|replica| replica.text("consistency_mode") == Some("STRONG"))
}

/// Removes all replicas, as a table that is to be deleted needs it.
pub(super) async fn remove_all(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    let regions: Vec<&str> = by("region_name", object.items("replica")).into_keys().collect();
    remove(call, object, &regions, witness(object)).await
}

async fn remove(
    call: &Call<'_, Site>,
    prior: &Object,
    regions: &[&str],
    witness: Option<&str>,
) -> Result<(), Fault> {
    let action = |region: &&str| {
        let action = built(DeleteReplicationGroupMemberAction::builder().region_name(*region).build())?;
        Ok(ReplicationGroupUpdate::builder().delete(action).build())
    };
    let actions = regions.iter().map(action).collect::<Result<Vec<_>, Fault>>()?;
    let witness = match witness {
        None => None,
        Some(region) => {
            let action =
                built(DeleteGlobalTableWitnessGroupMemberAction::builder().region_name(region).build())?;
            Some(GlobalTableWitnessGroupUpdate::builder().delete(action).build())
        }
    };
    send(call, prior, (actions, witness), "removing replicas of the table").await?;
    let is_gone = || async {
        let table = describe(&call.site.dynamodb, prior.id_or_empty()).await?;
        let there = table.as_ref().map(TableDescription::replicas).unwrap_or_default();
        let is_left =
            |replica: &ReplicaDescription| replica.region_name().is_some_and(|name| regions.contains(&name));
        Ok((!there.iter().any(is_left)).then_some(()))
    };
    if regions.is_empty() {
        return Ok(());
    }
    call.deadline.until("the replicas to be gone", is_gone).await
}

async fn add(
    call: &Call<'_, Site>,
    object: &Object,
    replicas: &[&Value],
    witness: Option<&str>,
) -> Result<(), Fault> {
    let action = |replica: &&Value| {
        let action = CreateReplicationGroupMemberAction::builder()
            .set_region_name(replica.owned("region_name"))
            .set_kms_master_key_id(replica.owned("kms_key_arn"));
        Ok(ReplicationGroupUpdate::builder().create(built(action.build())?).build())
    };
    let actions = replicas.iter().map(action).collect::<Result<Vec<_>, Fault>>()?;
    let witness = match witness {
        None => None,
        Some(region) => {
            let action =
                built(CreateGlobalTableWitnessGroupMemberAction::builder().region_name(region).build())?;
            Some(GlobalTableWitnessGroupUpdate::builder().create(action).build())
        }
    };
    send(call, object, (actions, witness), "adding replicas of the table").await?;
    for replica in replicas {
        let region = replica.text("region_name").unwrap_or_default();
        let is_there = || async {
            let table = describe(&call.site.dynamodb, object.id_or_empty()).await?;
            let there = table.as_ref().map(TableDescription::replicas).unwrap_or_default();
            let it = there.iter().find(|replica| replica.region_name() == Some(region));
            let status = it.and_then(ReplicaDescription::replica_status);
            Ok((it.is_some() && status.is_none_or(|status| *status == ReplicaStatus::Active)).then_some(()))
        };
        call.deadline.until(&format!("the replica in {region} to become active"), is_there).await?;
    }
    Ok(())
}

type Actions = (Vec<ReplicationGroupUpdate>, Option<GlobalTableWitnessGroupUpdate>);

/// Replicas of strong consistency are made and removed together with their witness, others one by one.
async fn send(
    call: &Call<'_, Site>,
    object: &Object,
    (actions, witness): Actions,
    what: &str,
) -> Result<(), Fault> {
    let request = || call.site.dynamodb.update_table().table_name(object.id_or_empty());
    if is_strong(object) || witness.is_some() {
        if actions.is_empty() && witness.is_none() {
            return Ok(());
        }
        let is_made = actions.iter().any(|action| action.create().is_some());
        let request = request()
            .set_replica_updates((!actions.is_empty()).then_some(actions))
            .set_global_table_witness_updates(witness.map(|witness| vec![witness]))
            .set_multi_region_consistency(is_made.then_some(MultiRegionConsistency::Strong));
        return change(call, request, what).await;
    }
    for action in actions {
        change(call, request().replica_updates(action), what).await?;
    }
    Ok(())
}

/// Sets what each replica has of its own.
async fn settle(
    call: &Call<'_, Site>,
    (prior, object): (&Object, &Object),
    before: Option<&Value>,
    replica: &Value,
) -> Result<(), Fault> {
    let region = replica.text("region_name").unwrap_or_default();
    let (client, name) = (regional(call.site, region), object.id_or_empty());
    let was = |flag: &str| before.and_then(|before| before.flag(flag)).unwrap_or(false);
    let is_recoverable = replica.flag("point_in_time_recovery") == Some(true);
    set_recovery(call, (&client, name), (was("point_in_time_recovery"), None), (is_recoverable, None))
        .await?;
    let protection = replica.flag("deletion_protection_enabled");
    if let Some(is_protected) = protection.filter(|wanted| *wanted != was("deletion_protection_enabled")) {
        let request = client.update_table().table_name(name).deletion_protection_enabled(is_protected);
        let doing = "changing the deletion protection of a replica";
        super::busy(call.deadline, || async { request.clone().send().await.attempt(doing) }).await?;
        wait_active(call.deadline, &client, name).await?;
    }
    if replica.flag("propagate_tags") == Some(true) {
        let (old, new): (Tags, Tags) = (prior.map("tags_all"), object.map("tags_all"));
        let arn = match prior.text("arn").or(object.text("arn")) {
            Some(arn) => arn.to_owned(),
            None => described_arn(call, name).await?,
        };
        let arn = arn_in(&arn, region);
        if !was("propagate_tags") {
            set_tags(&client, &arn, &new).await?;
        } else if old != new {
            change_tags(&client, &arn, &TagsChange::between(&old, &new)).await?;
        }
    }
    Ok(())
}

async fn described_arn(call: &Call<'_, Site>, name: &str) -> Result<String, Fault> {
    let table = describe(&call.site.dynamodb, name).await?;
    Ok(table.and_then(|table| table.table_arn).unwrap_or_default())
}
