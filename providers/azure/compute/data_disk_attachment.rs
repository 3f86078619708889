//! `azurerm_virtual_machine_data_disk_attachment`: a disk at a machine, as a thing of its own. Its id is that of the
//! machine with the name of the disk.

use crate::account::site::Site;
use crate::arm::bulk::documents;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind, is_same};
use crate::arm::mark::exists;
use crate::arm::write::{HALF_HOUR, change};
use crate::compute::model::{choice, document, models};
use crate::compute::{CACHING, DISK, MACHINE, TOLD_OF_MACHINES, check_words, kind, sendable};
use async_trait::async_trait;
use models::{DataDisk, ManagedDiskParameters, SubResource};
use serde_json::Value as Json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Readings, Resource};

/// `azurerm_virtual_machine_data_disk_attachment`
pub(crate) struct DataDiskAttachment;

/// Disks at machines.
const ATTACHMENT: Kind = kind(&["virtualMachines", "dataDisks"]);

const DISKS: &str = "/properties/storageProfile/dataDisks";
const WORDS: [(&str, &[&str]); 2] = [CACHING, ("create_option", &["Attach", "Empty"])];

#[async_trait]
impl Resource<Site> for DataDiskAttachment {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        check_words(config, "", &WORDS, &mut out);
        out
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let ids: Vec<Result<Id, Fault>> =
            objects.iter().map(|object| ATTACHMENT.given(object.id_or_empty())).collect();
        let machines = ids.iter().flatten().map(|id| id.parent(MACHINE)).collect();
        let found = documents(site, MACHINE, machines).await;
        let read = |(mut object, id): (Object, Result<Id, Fault>)| {
            let id = id?;
            let machine = id.parent(MACHINE);
            let Some(document) = found.get(&machine.key()) else { return Ok(None) };
            let Some(disk) = at(document.as_ref().map_err(Clone::clone)?, id.name()) else { return Ok(None) };
            object.put_text("id", Some(id.to_string()));
            object.put_text("caching", Some(disk.word("/caching").unwrap_or("None")));
            object.put_text("create_option", disk.word("/createOption"));
            object.put_integer("lun", disk.count("/lun"));
            object.put_text("managed_disk_id", disk.word("/managedDisk/id"));
            object.put_text("virtual_machine_id", Some(machine.to_string()));
            let is_fast = disk.switch("/writeAcceleratorEnabled").unwrap_or(false);
            object.put_flag("write_accelerator_enabled", Some(is_fast));
            Ok(Some(object))
        };
        objects.into_iter().zip(ids).map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let (machine, id) = ids(object)?;
        let wanted = wanted(object, id.name())?;
        let is_again = AtomicBool::new(false);
        let edit = |document: &mut Json| {
            // What is found when the write is made again may be what the first one did.
            let may_be_own = is_again.swap(true, Ordering::Relaxed);
            match at(document, id.name()) {
                Some(there) if may_be_own && is_as(object, there) => return Ok(()),
                Some(_) => return Err(exists(&id)),
                None => {}
            }
            let all = document.array(DISKS).iter().cloned().chain([wanted.clone()]).collect();
            document.set(DISKS, Some(Json::Array(all)));
            sendable(&TOLD_OF_MACHINES, document);
            Ok(())
        };
        let outcome = change(call, &machine, edit).await;
        // An operation that failed may have attached it all the same.
        let is_there = match &outcome {
            Ok(_) => true,
            Err(fault) if fault.kind == FaultKind::Exists => false,
            Err(_) => self.recover(call, &mut object.clone()).await == Ok(true),
        };
        object.put_text("id", is_there.then(|| id.to_string()));
        outcome.map(drop)
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = ATTACHMENT.given(prior.id_or_empty())?;
        let edit = |document: &mut Json| {
            let edited = |disk: &Json| {
                let mut disk = disk.clone();
                if is_it(&disk, id.name()) {
                    disk.set("/caching", object.text("caching"));
                    disk.set("/writeAcceleratorEnabled", object.flag("write_accelerator_enabled"));
                }
                disk
            };
            let all = document.array(DISKS).iter().map(edited).collect();
            document.set(DISKS, Some(Json::Array(all)));
            sendable(&TOLD_OF_MACHINES, document);
            Ok(())
        };
        change(call, &id.parent(MACHINE), edit).await?;
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = ATTACHMENT.given(object.id_or_empty())?;
        let edit = |document: &mut Json| {
            if at(document, id.name()).is_some() {
                let rest = document.array(DISKS).iter().filter(|disk| !is_it(disk, id.name())).cloned();
                let rest = rest.collect();
                document.set(DISKS, Some(Json::Array(rest)));
                sendable(&TOLD_OF_MACHINES, document);
            }
            Ok(())
        };
        change(call, &id.parent(MACHINE), edit).await?;
        Ok(())
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(ATTACHMENT.given(id)?.to_string()));
        Ok(())
    }

    /// A disk that is at the machine as it was planned is one whose attachment was made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let (machine, id) = ids(object)?;
        let document = call.site.arm.get(&machine, MACHINE.version).await?;
        let there = document.as_ref().and_then(|document| at(document, id.name()));
        let is_made = there.is_some_and(|there| is_as(object, there));
        Ok(object.identify(is_made.then(|| id.to_string())))
    }
}

/// The ids of the machine and of the attachment.
fn ids(object: &Object) -> Result<(Id, Id), Fault> {
    let machine = MACHINE.given(object.text("virtual_machine_id").unwrap_or_default())?;
    let disk = DISK.given(object.text("managed_disk_id").unwrap_or_default())?;
    let id = ATTACHMENT.id(&machine.subscription, &machine.group, &[machine.name(), disk.name()]);
    Ok((machine, id))
}

/// The disk of a name at a machine.
fn at<'a>(machine: &'a Json, name: &str) -> Option<&'a Json> {
    machine.array(DISKS).iter().find(|disk| is_it(disk, name))
}

/// Disks are known by their ids: what they are called at a machine is up to whoever attached them.
fn is_it(disk: &Json, name: &str) -> bool {
    let own = disk.word("/managedDisk/id").and_then(|id| DISK.parse(id));
    match own {
        Some(id) => is_same(id.name(), name),
        None => disk.word("/name").is_some_and(|own| is_same(own, name)),
    }
}

/// Whether a disk is at a machine as an object says.
fn is_as(object: &Object, disk: &Json) -> bool {
    let id = object.text("managed_disk_id").unwrap_or_default();
    disk.word("/managedDisk/id").is_some_and(|there| is_same(there, id))
        && disk.count("/lun") == object.integer("lun")
        && disk.word("/caching") == object.text("caching")
}

fn wanted(object: &Object, name: &str) -> Result<Json, Fault> {
    let lun = object.small("lun").unwrap_or_default();
    let option = choice(object.text("create_option").or(Some("Attach")))?.expect("a word is a choice");
    let mut disk = DataDisk::new(lun, option);
    disk.name = Some(name.to_owned());
    disk.caching = choice(object.text("caching"))?;
    disk.write_accelerator_enabled = object.flag("write_accelerator_enabled");
    disk.managed_disk = Some(ManagedDiskParameters {
        sub_resource: SubResource { id: object.owned("managed_disk_id") },
        ..ManagedDiskParameters::default()
    });
    Ok(document(&disk))
}
