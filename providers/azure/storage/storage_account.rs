//! `azurerm_storage_account`: a storage account, with what holds for all of its blobs.

use crate::account::site::Site;
use crate::arm::bulk::documents;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind};
use crate::arm::mark::{self, marked, unmark};
use crate::arm::place::{edge_zone, plan_location};
use crate::arm::tracked::fill_common;
use crate::arm::write::{change, create, delete};
use crate::storage::{VERSION, access, blobs, encryption, files, identity, network, settings, shares};
use async_trait::async_trait;
use futures::stream::{self, StreamExt};
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning, Readings, Resource};
use trueup_value::Value;

/// `azurerm_storage_account`
pub(crate) struct StorageAccount;

/// Storage accounts.
pub(crate) const ACCOUNT: Kind =
    Kind { provider: "Microsoft.Storage", path: &["storageAccounts"], version: VERSION };

/// What is refused where a configuration sets it.
const REFUSED: [&str; 3] = ["provisioned_billing_model_version", "queue_properties", "static_website"];

/// A service of an account that the API keeps as a thing of its own.
struct Service {
    /// The block.
    name: &'static str,
    /// Where accounts that have it tell its address.
    address: &'static str,
    of: fn(&Id) -> Id,
    edit: fn(&Value, &mut Json),
    fill: fn(&mut Object, &Json),
}

static SERVICES: [Service; 2] = [
    Service {
        name: "blob_properties",
        address: "/properties/primaryEndpoints/blob",
        of: blobs::service,
        edit: blobs::edit,
        fill: blobs::fill,
    },
    Service {
        name: "share_properties",
        address: "/properties/primaryEndpoints/file",
        of: shares::service,
        edit: shares::edit,
        fill: shares::fill,
    },
];

/// How many calls are under way at a time.
const CALLS_MAX: usize = 8;

/// Replications whose copies lie in several zones: between those and the others there is no change in place.
const ZONED: [&str; 3] = ["GZRS", "RAGZRS", "ZRS"];

#[async_trait]
impl Resource<Site> for StorageAccount {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        for name in
            REFUSED.into_iter().filter(|name| !config.items(name).is_empty() || config.text(name).is_some())
        {
            let detail = format!("The embedded provider does not manage {name} of storage accounts.");
            diagnostics.push(
                Diagnostic::error(format!("Argument not supported: {name}"), detail)
                    .hint("Leave it out, or use the provider plugin hashicorp/azurerm."),
            );
        }
        diagnostics.append(encryption::validate(config));
        let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if let Some(name) =
            config.text("name").filter(|n| !(3..=24).contains(&n.len()) || !n.chars().all(is_good))
        {
            let detail =
                format!("The name {name:?} of a storage account is not of 3 to 24 small letters and digits.");
            diagnostics.push(Diagnostic::error("Invalid name", detail));
        }
        diagnostics
    }

    fn costly(&self) -> &'static [&'static str] {
        &["blob_properties", "share_properties"]
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_location(planning);
        identity::plan(planning);
        let Some(prior) = planning.prior else { return };
        let word = |object: &Object, name| object.owned(name).unwrap_or_default();
        let kinds = [word(prior, "account_kind"), word(&planning.planned, "account_kind")];
        if planning.changes("account_kind") && kinds[0] != "Storage" && kinds[1] != "StorageV2" {
            planning.replace("account_kind");
        }
        if planning.changes("account_kind") {
            planning.unsettle(&["access_tier"]);
        }
        let is_zoned = |object| ZONED.contains(&word(object, "account_replication_type").as_str());
        if is_zoned(prior) != is_zoned(&planning.planned) {
            planning.replace("account_replication_type");
        }
        if prior.flag("large_file_share_enabled") == Some(true)
            && planning.planned.flag("large_file_share_enabled") == Some(false)
        {
            planning.replace("large_file_share_enabled");
        }
        if planning.changes_any(&["account_replication_type", "routing"]) {
            let names = access::addresses(&planning.planned);
            planning.unsettle(&names.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let ids: Vec<Option<Id>> = objects.iter().map(|object| ACCOUNT.parse(object.id_or_empty())).collect();
        let found = &documents(site, ACCOUNT, ids.iter().flatten().cloned().collect()).await;
        let reads = objects.into_iter().zip(ids).map(|(object, id)| async move {
            let id = id.map_or_else(|| ACCOUNT.given(object.id_or_empty()), Ok)?;
            let Some(account) = found.get(&id.key()) else { return Ok(None) };
            read(site, object, (&id, account.as_ref().map_err(Clone::clone)?)).await.map(Some)
        });
        stream::iter(reads).buffered(CALLS_MAX).collect().await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(call.site, object);
        let mut body = json!({"tags": marked(object, call.token)});
        body.set("/location", object.text("location"));
        body.set("/extendedLocation", edge_zone(object));
        settings::edit(object, None, &mut body);
        settings::edit_new(object, &mut body);
        encryption::edit(object, None, &mut body);
        files::edit(object, None, &mut body);
        network::edit(object, &tenant(call.site).await?, &mut body);
        identity::edit(object, None, &mut body);
        without_nulls(&mut body);
        create(call, &id, object, &body).await?;
        write_services(call, &id, None, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = ACCOUNT.given(prior.id_or_empty())?;
        let mut body = json!({"tags": object.map("tags")});
        settings::edit(object, Some(prior), &mut body);
        encryption::edit(object, Some(prior), &mut body);
        files::edit(object, Some(prior), &mut body);
        network::edit(object, &tenant(call.site).await?, &mut body);
        identity::edit(object, Some(prior), &mut body);
        let arm = &call.site.arm;
        let path = (&id, VERSION);
        {
            let _turn = arm.turn(&id).await;
            if let Some(body) = files::ending(prior, object) {
                arm.patch(path, &body).await?.settle(arm, path, call.deadline).await?;
            }
            arm.patch(path, &body).await?.settle(arm, path, call.deadline).await?;
        }
        write_services(call, &id, Some(prior), object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = ACCOUNT.given(object.id_or_empty())?;
        delete(call, &id).await?;
        call.site.accounts.forget(id.name()).await;
        Ok(())
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(ACCOUNT.given(id)?.to_string()));
        Ok(())
    }

    /// What has to follow the creation is done once more: it may not have been.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let id = id(call.site, object);
        let is_ours = mark::recover(call, &id, object).await?;
        if is_ours {
            write_services(call, &id, None, object).await?;
        }
        Ok(is_ours)
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, &ACCOUNT.given(object.id_or_empty())?).await
    }
}

fn id(site: &Site, object: &Object) -> Id {
    let name = |name| object.text(name).unwrap_or_default();
    site.id(ACCOUNT, name("resource_group_name"), &[name("name")])
}

/// The tenant that private links are of where rules don't say.
async fn tenant(site: &Site) -> Result<String, Fault> {
    let found =
        site.arm.get(format!("/subscriptions/{}", site.subscription), crate::account::VERSION).await?;
    Ok(found.as_ref().and_then(|found| found.word("/tenantId")).unwrap_or_default().to_owned())
}

/// Writes what holds for all blobs and shares, where the configuration says something of it that isn't so.
async fn write_services(
    call: &Call<'_, Site>,
    id: &Id,
    prior: Option<&Object>,
    object: &Object,
) -> Result<(), Fault> {
    for service in &SERVICES {
        let Some(block) = object.item(service.name) else { continue };
        if prior.is_some_and(|prior| !prior.differs(object, service.name)) {
            continue;
        }
        let edit = |document: &mut Json| {
            (service.edit)(block, document);
            Ok(())
        };
        change(call, &(service.of)(id), edit).await?;
    }
    Ok(())
}

async fn read(site: &Site, mut object: Object, (id, account): (&Id, &Json)) -> Result<Object, Fault> {
    fill_common(&mut object, id, account);
    settings::fill(&mut object, account);
    network::fill(&mut object, account);
    identity::fill(&mut object, account);
    access::fill(&mut object, account);
    encryption::fill(&mut object, account);
    files::fill(&mut object, account);
    if let Some(keys) = access::keys(site, id).await? {
        access::fill_keys(&mut object, &keys);
    }
    for service in &SERVICES {
        let is_known = object.is_left(service.name) && object.is_set(service.name);
        // Not every kind of account has every service.
        if is_known || account.at(service.address).is_none() {
            continue;
        }
        if let Some(document) = site.arm.get((service.of)(id), VERSION).await? {
            (service.fill)(&mut object, &document);
        }
    }
    Ok(object)
}

/// A creation leaves out what a change takes away.
fn without_nulls(tree: &mut Json) {
    if let Json::Object(fields) = tree {
        fields.retain(|_, part| !part.is_null());
        fields.values_mut().for_each(without_nulls);
    }
}
