//! `azurerm_storage_container`: a container of blobs.
//!
//! The management API serves both ways of naming the account: it needs neither keys nor a way through the account's
//! firewall, and does all that the arguments ask for.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::{Id, is_same};
use crate::arm::mark::METADATA;
use crate::arm::write::{HALF_HOUR, create, delete};
use crate::storage::VERSION;
use crate::storage::container_place::{CONTAINER, Place, parts};
use crate::storage::storage_account::ACCOUNT;
use async_trait::async_trait;
use futures::stream::{self, StreamExt};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource};

/// `azurerm_storage_container`
pub(crate) struct StorageContainer;

/// Who may read without signing in, as attributes and as documents say it.
const ACCESS: [(&str, &str); 3] = [("blob", "Blob"), ("container", "Container"), ("private", "None")];
/// How an account is named.
const ACCOUNTS: [&str; 2] = ["storage_account_id", "storage_account_name"];
/// Names of containers that mean something to Azure.
const SPECIAL: [&str; 2] = ["$root", "$web"];
/// The note of the version that was read.
const ETAG: &str = "etag";
/// How many calls are under way at a time.
const CALLS_MAX: usize = 8;

/// What the list of an account's containers tells, by their keys.
type Listed = Result<BTreeMap<String, Json>, Fault>;

#[async_trait]
impl Resource<Site> for StorageContainer {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        let is_open = ACCOUNTS.iter().any(|name| config.is_unknown(name));
        if !is_open && ACCOUNTS.iter().filter(|name| config.is_set(name)).count() != 1 {
            let [id, name] = ACCOUNTS;
            let detail = format!("A storage container needs either {id} or {name}, and only one of them.");
            out.push(Diagnostic::error("Invalid combination of arguments", detail));
        }
        if let Some(name) = config.text("name").filter(|name| !is_good_name(name)) {
            let detail = format!(
                "The name {name:?} of a storage container is not of 3 to 63 small letters, digits and single hyphens between them."
            );
            out.push(Diagnostic::error("Invalid name", detail));
        }
        let words = ACCESS.map(|(word, _)| word);
        if let Some(word) = config.text("container_access_type").filter(|word| !words.contains(word)) {
            let detail = format!("container_access_type is one of {}, and not {word:?}.", words.join(", "));
            out.push(Diagnostic::error("Invalid container_access_type", detail));
        }
        if config.is_set("encryption_scope_override_enabled")
            && config.field("default_encryption_scope").is_some_and(trueup_value::Value::is_null)
        {
            let detail = "encryption_scope_override_enabled says something of the default_encryption_scope, and there is none.";
            out.push(Diagnostic::error("Missing required argument", detail));
        }
        for key in config.map("metadata").keys().filter(|key| !is_good_key(key)) {
            let detail = format!(
                "The key {key:?} of metadata is not of small letters, digits and underscores, with no digit at its begin."
            );
            out.push(Diagnostic::error("Invalid metadata", detail));
        }
        out
    }

    /// An account that is named by its id instead of its name stays the same; any other means another container.
    fn plan(&self, planning: &mut Planning<'_>) {
        if !planning.changes_any(&ACCOUNTS) {
            return;
        }
        let before = planning.prior.and_then(|prior| prior.text("storage_account_name"));
        let after = planning.planned.text("storage_account_id").and_then(|id| ACCOUNT.parse(id));
        if before.zip(after).is_some_and(|(name, id)| is_same(name, id.name())) {
            planning.unsettle(&["id"]);
            return;
        }
        for name in ACCOUNTS {
            if planning.changes(name) {
                planning.replace(name);
            }
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let mut ids: Vec<Result<Option<Id>, Fault>> = Vec::with_capacity(objects.len());
        for object in &objects {
            ids.push(Place::known(site, object).await);
        }
        let listed = &listed(site, ids.iter().flatten().flatten()).await;
        let reads = objects.into_iter().zip(ids).map(|(object, id)| async move {
            match id? {
                Some(id) => read(site, listed, (object, id)).await,
                None => Ok(None),
            }
        });
        stream::iter(reads).buffered(CALLS_MAX).collect().await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let Place { id, address } = Place::wanted(call.site, object, call.deadline).await?;
        let mut body = json!({"properties": {
            "metadata": METADATA.marked(object.map("metadata"), call.token),
            "publicAccess": access(object),
        }});
        if let Some(scope) = object.text("default_encryption_scope") {
            body["properties"]["defaultEncryptionScope"] = json!(scope);
            let may_differ = object.flag("encryption_scope_override_enabled").unwrap_or(true);
            body["properties"]["denyEncryptionScopeOverride"] = json!(!may_differ);
        }
        create(call, &id, object, &body).await?;
        object.put_text("id", Some(address.unwrap_or_else(|| id.to_string())));
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let Some(id) = Place::known(call.site, prior).await? else {
            let message = format!("the storage account of {} is gone", prior.id_or_empty());
            return Err(Fault::new(FaultKind::NotFound, message).hint("Run plan again."));
        };
        let mut body = json!({});
        if access(prior) != access(object) {
            body.set("/properties/publicAccess", Some(access(object)));
        }
        if prior.differs(object, "metadata") {
            body.set("/properties/metadata", Some(json!(object.map("metadata"))));
        }
        if body != json!({}) {
            let path = (&id, VERSION);
            let _turn = call.site.arm.turn(&id).await;
            let underway = call.site.arm.patch(path, &body).await?;
            underway.settle(&call.site.arm, path, call.deadline).await?;
        }
        let is_by_name = object.text("storage_account_name").is_some();
        let address = prior.owned("id").filter(|_| is_by_name);
        object.put_text("id", Some(address.unwrap_or_else(|| id.to_string())));
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        match Place::known(call.site, object).await? {
            Some(id) => delete(call, &id).await,
            None => Ok(()),
        }
    }

    /// The id of the management API, or the address.
    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let text = match parts(id) {
            Some(_) => id.trim_end_matches('/').to_owned(),
            None => CONTAINER.given(id)?.to_string(),
        };
        object.put_text("id", Some(text));
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let Place { id, address } = match Place::wanted(call.site, object, call.deadline).await {
            // Without its account there is no container.
            Err(fault) if fault.is_not_found() => return Ok(false),
            place => place?,
        };
        let is_ours = METADATA.is_own(call, &id).await?;
        Ok(object.identify(is_ours.then(|| address.unwrap_or_else(|| id.to_string()))))
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        match Place::known(site, object).await? {
            Some(id) => METADATA.unmark(site, &id).await,
            None => Ok(()),
        }
    }
}

/// What documents call the access that attributes give.
fn access(object: &Object) -> &'static str {
    let word = object.text("container_access_type").unwrap_or("private");
    ACCESS.iter().find(|(of, _)| *of == word).map_or("None", |(_, name)| name)
}

/// The containers of accounts of which more than one is asked for; nothing of those where the caller may not list them.
async fn listed(site: &Site, ids: impl Iterator<Item = &Id>) -> BTreeMap<String, Listed> {
    let mut counts: BTreeMap<String, (Id, usize)> = BTreeMap::new();
    for id in ids {
        let account = id.parent(ACCOUNT);
        counts.entry(account.key()).or_insert((account, 0)).1 += 1;
    }
    let several = counts.into_iter().filter(|(_, (_, count))| *count > 1);
    let lists = several.map(|(key, (account, _))| async move {
        let path = format!("{account}/blobServices/default/containers");
        let all = site.arm.list(path, VERSION).await;
        let keyed = |one: Json| Some((CONTAINER.parse(one.word("/id")?)?.key(), one));
        (key, all.map(|all| all.into_iter().filter_map(keyed).collect()))
    });
    let is_told =
        |(_, listed): &(String, Listed)| !matches!(listed, Err(fault) if fault.kind == FaultKind::Denied);
    let lists = stream::iter(lists).buffered(CALLS_MAX);
    lists.filter(|list| std::future::ready(is_told(list))).collect().await
}

/// Reads one. Lists tell no metadata and no encryption, but the version: what was read of the same version still holds.
/// What a list doesn't show may be new; where it shows nothing, there is nothing.
async fn read(
    site: &Site,
    listed: &BTreeMap<String, Listed>,
    (mut object, id): (Object, Id),
) -> Result<Option<Object>, Fault> {
    if let Some(all) = listed.get(&id.parent(ACCOUNT).key()) {
        let all = all.as_ref().map_err(Clone::clone)?;
        if all.is_empty() {
            return Ok(None);
        }
        let is_known = |one: &&Json| one.word("/etag").is_some_and(|etag| object.note(ETAG) == Some(etag));
        if let Some(one) = all.get(&id.key()).filter(is_known) {
            fill_holds(&mut object, one);
            return Ok(Some(object));
        }
    }
    let Some(container) = site.arm.get(&id, VERSION).await? else { return Ok(None) };
    fill(&mut object, &id, &container);
    Ok(Some(object))
}

fn fill(object: &mut Object, id: &Id, container: &Json) {
    let account = id.parent(ACCOUNT);
    if parts(object.id_or_empty()).is_some() {
        object.put_null("storage_account_id");
        object.put_text("storage_account_name", Some(account.name()));
    } else {
        object.put_text("id", Some(id.to_string()));
        object.put_text("storage_account_id", Some(account.to_string()));
        object.put_null("storage_account_name");
    }
    object.put_text("name", Some(container.word("/name").unwrap_or(id.name())));
    object.put_text("resource_manager_id", Some(id.to_string()));
    let access = container.word("/properties/publicAccess").unwrap_or("None");
    let word = ACCESS.iter().find(|(_, name)| is_same(name, access)).map_or(access, |(word, _)| word);
    object.put_text("container_access_type", Some(word));
    object.put_text("default_encryption_scope", container.word("/properties/defaultEncryptionScope"));
    let is_fixed = container.switch("/properties/denyEncryptionScopeOverride").unwrap_or(false);
    object.put_flag("encryption_scope_override_enabled", Some(!is_fixed));
    object.put_map("metadata", &METADATA.texts(container));
    fill_holds(object, container);
    object.put_note(ETAG, container.word("/etag").map(str::to_owned));
}

/// What lists tell too, and what no version tells.
fn fill_holds(object: &mut Object, container: &Json) {
    for (name, path) in [
        ("has_immutability_policy", "/properties/hasImmutabilityPolicy"),
        ("has_legal_hold", "/properties/hasLegalHold"),
    ] {
        object.put_flag(name, Some(container.switch(path).unwrap_or(false)));
    }
}

/// "Naming and referencing containers, blobs, and metadata" of the Blob service.
fn is_good_name(name: &str) -> bool {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let has_good_hyphens = !name.starts_with('-') && !name.ends_with('-') && !name.contains("--");
    SPECIAL.contains(&name)
        || ((3..=63).contains(&name.len()) && name.chars().all(is_good) && has_good_hyphens)
}

fn is_good_key(key: &str) -> bool {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    key.chars().all(is_good) && !key.starts_with(|c: char| c.is_ascii_digit()) && !key.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys_are_judged() {
        for (name, is_good) in [
            ("abc", true),
            ("a-1", true),
            ("$web", true),
            ("$logs", false),
            ("ab", false),
            ("Abc", false),
            ("a--b", false),
            ("-ab", false),
            ("ab-", false),
            ("a_b", false),
        ] {
            assert_eq!(is_good_name(name), is_good, "{name}");
        }
        for (key, is_good) in
            [("a_1", true), ("_a", true), ("1a", false), ("A", false), ("a-b", false), ("", false)]
        {
            assert_eq!(is_good_key(key), is_good, "{key}");
        }
    }
}
