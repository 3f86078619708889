//! `azurerm_linux_virtual_machine`: a machine with Linux and a managed disk.

mod body;
mod change;
mod fill;
mod judge;
mod network;
mod os_disk;
mod plan;
mod profile;
mod read;
mod remove;

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::Id;
use crate::arm::mark::{self, marked, unmark};
use crate::arm::write::create;
use crate::compute::{DISK, MACHINE};
use async_trait::async_trait;
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning, Readings, Resource};

/// `azurerm_linux_virtual_machine`
pub(crate) struct LinuxVirtualMachine;

#[async_trait]
impl Resource<Site> for LinuxVirtualMachine {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(45)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        judge::validate(config)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan::plan(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read::read_many(site, objects).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(call.site, object);
        let mut body = body::document(object)?;
        body.set("/tags", Some(marked(object, call.token)));
        create(call, &id, object, &body).await?;
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        change::update(call, &MACHINE.given(prior.id_or_empty())?, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        remove::delete(call, &MACHINE.given(object.id_or_empty())?, object).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(MACHINE.given(id)?.to_string()));
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        mark::recover(call, &id(call.site, object), object).await
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, &MACHINE.given(object.id_or_empty())?).await?;
        // A disk that is made with a machine has its tags from the start.
        match object.item("os_disk").and_then(|disk| DISK.parse(disk.text("id")?)) {
            Some(disk) => unmark(site, &disk).await,
            None => Ok(()),
        }
    }
}

fn id(site: &Site, object: &Object) -> Id {
    let name = |name| object.text(name).unwrap_or_default();
    site.id(MACHINE, name("resource_group_name"), &[name("name")])
}
