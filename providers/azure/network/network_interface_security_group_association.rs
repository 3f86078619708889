//! `azurerm_network_interface_security_group_association`: the security group of a network interface, as a thing of its
//! own. Its id is those of both with a bar between them.

use crate::account::site::Site;
use crate::arm::bulk::documents;
use crate::arm::document::{Document, reference};
use crate::arm::id::{Id, is_same};
use crate::arm::mark::exists;
use crate::arm::write::{HALF_HOUR, change};
use crate::network::network_interface::INTERFACE;
use crate::network::network_security_group::SECURITY_GROUP;
use async_trait::async_trait;
use serde_json::Value as Json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Readings, Resource};

/// `azurerm_network_interface_security_group_association`
pub(crate) struct InterfaceSecurity;

const PATH: &str = "/properties/networkSecurityGroup";

#[async_trait]
impl Resource<Site> for InterfaceSecurity {
    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let ids: Vec<Result<Id, Fault>> =
            objects.iter().map(|object| interface(object.id_or_empty())).collect();
        let found = documents(site, INTERFACE, ids.iter().flatten().cloned().collect()).await;
        let read = |(mut object, id): (Object, Result<Id, Fault>)| {
            let id = id?;
            let Some(document) = found.get(&id.key()) else { return Ok(None) };
            let document = document.as_ref().map_err(Clone::clone)?;
            let Some(group) = group(document) else { return Ok(None) };
            object.put_text("id", Some(format!("{id}|{group}")));
            object.put_text("network_interface_id", Some(id.to_string()));
            object.put_text("network_security_group_id", Some(group));
            Ok(Some(object))
        };
        objects.into_iter().zip(ids).map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = INTERFACE.given(object.text("network_interface_id").unwrap_or_default())?;
        let wanted = object.text("network_security_group_id").unwrap_or_default();
        let is_again = AtomicBool::new(false);
        let edit = |document: &mut Json| {
            // What is found when the write is made again may be what the first one did.
            let may_be_own = is_again.swap(true, Ordering::Relaxed);
            if group(document).is_some_and(|there| !(may_be_own && is_same(wanted, there))) {
                return Err(exists(&id));
            }
            document.set(PATH, reference(Some(wanted)));
            Ok(())
        };
        let outcome = change(call, &id, edit).await;
        // An operation that failed may have written the reference all the same.
        let is_there = match &outcome {
            Ok(_) => true,
            Err(fault) if fault.kind == FaultKind::Exists => false,
            Err(_) => self.recover(call, &mut object.clone()).await == Ok(true),
        };
        let both = format!("{id}|{wanted}");
        object.put_text("id", is_there.then_some(both));
        outcome.map(drop)
    }

    /// Nothing of it can be changed in place.
    async fn update(
        &self,
        _call: &Call<'_, Site>,
        _prior: &Object,
        _object: &mut Object,
    ) -> Result<(), Fault> {
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = interface(object.id_or_empty())?;
        let edit = |document: &mut Json| {
            document.set(PATH, None::<Json>);
            Ok(())
        };
        change(call, &id, edit).await?;
        Ok(())
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let (_, group) = id.split_once('|').ok_or_else(|| bad(id))?;
        let both = format!("{}|{}", interface(id)?, SECURITY_GROUP.given(group)?);
        object.put_text("id", Some(both));
        Ok(())
    }

    /// An interface that has the group that was planned is one whose association was made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let id = INTERFACE.given(object.text("network_interface_id").unwrap_or_default())?;
        let document = call.site.arm.get(&id, INTERFACE.version).await?;
        let wanted = object.text("network_security_group_id").unwrap_or_default();
        let found = document.as_ref().and_then(group).filter(|found| is_same(found, wanted));
        let both = found.map(|found| format!("{id}|{found}"));
        Ok(object.identify(both))
    }
}

/// The id of the interface in that of the association.
fn interface(id: &str) -> Result<Id, Fault> {
    let (interface, _) = id.split_once('|').ok_or_else(|| bad(id))?;
    INTERFACE.given(interface)
}

fn bad(id: &str) -> Fault {
    let message =
        format!("{id:?} is not the id of a network interface and that of a security group with | between");
    Fault::new(FaultKind::Invalid, message)
}

fn group(document: &Json) -> Option<&str> {
    document.at(PATH)?.word("/id")
}
