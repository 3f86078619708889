//! `aws_dynamodb_table`: a table with its indexes, stream, backups and replicas.

mod create;
mod index;
mod plan;
mod read;
mod replica;
mod request;
mod update;

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_table::builders::UpdateTableFluentBuilder as UpdateTable;
use aws_sdk_dynamodb::types::{IndexStatus, SseStatus, TableDescription, TableStatus};
use std::future::Future;
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{
    Call, Deadline, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, each,
};

/// `aws_dynamodb_table`
pub(crate) struct Table;

#[async_trait]
impl Resource<Site> for Table {
    /// Filling a new index takes as long as the table is large.
    fn patience(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        plan::validate(config)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan::plan(planning);
    }

    /// The API tells of one table at a time, in four calls.
    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        each(objects, |object| read::read(site, object)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        create::create(call, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        update::update(call, &update::current(call, prior).await?, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let name = object.id_or_empty();
        replica::remove_all(call, object).await?;
        let request = call.site.dynamodb.delete_table().table_name(name);
        let deleted = busy(call.deadline, || async { request.clone().send().await.plain() }).await;
        if let Err(fault) = deleted {
            let is_protected = object.flag("deletion_protection_enabled") == Some(true);
            let hint = "Set deletion_protection_enabled to false and apply before destroying it.";
            return Err(if is_protected { fault.hint(hint) } else { fault });
        }
        let gone = || async {
            let found = describe(&call.site.dynamodb, name).await?;
            Ok(found.is_none().then_some(()))
        };
        call.deadline.until("the table to be gone", gone).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(id));
        object.put_text("name", Some(id));
        Ok(())
    }

    /// Names are unique in a region; a table of other keys or tags isn't what the creation made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let name = object.owned("name").unwrap_or_default();
        let Some(table) = describe(&call.site.dynamodb, &name).await? else { return Ok(false) };
        let arn = table.table_arn().unwrap_or_default();
        let tags = read::tags(&call.site.dynamodb, arn).await?;
        // The API doesn't tag tables that it restores or imports; that comes later.
        let is_tagged =
            tags == object.map("tags_all") || (tags.is_empty() && create::is_from_elsewhere(object));
        let (hash_key, range_key) = read::keys(table.key_schema());
        let is_keyed = !object.is_set("hash_key")
            || (hash_key == object.text("hash_key") && range_key == object.text("range_key"));
        if !is_tagged || !is_keyed {
            let message =
                format!("the table {name} is there but isn't as planned; it may have been there before");
            return Err(
                Fault::new(FaultKind::Exists, message).hint("Look whose it is, then import or rename it.")
            );
        }
        object.put_text("id", Some(&name));
        Ok(true)
    }
}

/// The table; None where it isn't there.
async fn describe(client: &Client, name: &str) -> Result<Option<TableDescription>, Fault> {
    let answer = found(client.describe_table().table_name(name).send().await.plain())?;
    Ok(answer.and_then(|answer| answer.table))
}

/// Tries while the table is being changed otherwise, or while too many tables are.
async fn busy<T, F>(deadline: Deadline, attempt: impl FnMut() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    let is_busy = |fault: &Fault| fault.kind == FaultKind::InUse || fault.code == "LimitExceededException";
    deadline.retry(is_busy, attempt).await
}

/// Carries out one change of a table and waits until it is through.
async fn change(call: &Call<'_, Site>, request: UpdateTable, what: &str) -> Result<(), Fault> {
    busy(call.deadline, || async { request.clone().send().await.attempt(what) }).await?;
    let name = request.get_table_name().clone().unwrap_or_default();
    wait_active(call.deadline, &call.site.dynamodb, &name).await?;
    Ok(())
}

/// Waits until the table, its indexes and its encryption have settled, and gives the table then.
async fn wait_active(deadline: Deadline, client: &Client, name: &str) -> Result<TableDescription, Fault> {
    let state = || async {
        let Some(table) = describe(client, name).await? else { return Ok(None) };
        if table.table_status() == Some(&TableStatus::InaccessibleEncryptionCredentials) {
            let message = format!("the KMS key of the table {name} can't be used any more");
            return Err(Fault::new(FaultKind::Denied, message).hint("Enable the key, or allow its use."));
        }
        let indexes = table.global_secondary_indexes().iter();
        let has_indexes = indexes.into_iter().all(|index| index.index_status() == Some(&IndexStatus::Active));
        let is_encrypting = table.sse_description().and_then(|sse| sse.status()).is_some_and(|status| {
            matches!(status, SseStatus::Enabling | SseStatus::Disabling | SseStatus::Updating)
        });
        let is_active = table.table_status() == Some(&TableStatus::Active);
        Ok((is_active && has_indexes && !is_encrypting).then_some(table))
    };
    deadline.until("the table to become active", state).await
}
