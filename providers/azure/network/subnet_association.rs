//! `azurerm_subnet_network_security_group_association` and `azurerm_subnet_route_table_association`: what a subnet
//! refers to, as a thing of its own.

use crate::account::site::Site;
use crate::arm::bulk::parts;
use crate::arm::document::{Document, reference};
use crate::arm::id::{Id, is_same};
use crate::arm::mark::exists;
use crate::arm::write::{HALF_HOUR, change};
use crate::network::subnet::{SUBNET, SUBNETS};
use crate::network::virtual_network::NETWORK;
use async_trait::async_trait;
use serde_json::Value as Json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Readings, Resource};

/// One sort of reference.
pub(crate) struct SubnetAssociation {
    /// The attribute with the id of what the subnet refers to.
    attribute: &'static str,
    /// Where documents have it.
    path: &'static str,
}

/// `azurerm_subnet_network_security_group_association`
pub(crate) const SECURITY: SubnetAssociation =
    SubnetAssociation { attribute: "network_security_group_id", path: "/properties/networkSecurityGroup" };
/// `azurerm_subnet_route_table_association`
pub(crate) const ROUTING: SubnetAssociation =
    SubnetAssociation { attribute: "route_table_id", path: "/properties/routeTable" };

#[async_trait]
impl Resource<Site> for SubnetAssociation {
    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let ids: Vec<Option<Id>> = objects.iter().map(|object| SUBNET.parse(object.id_or_empty())).collect();
        let found = parts(site, (NETWORK, SUBNETS), ids.iter().flatten().cloned().collect()).await;
        let read = |(mut object, id): (Object, Option<Id>)| {
            let id = id.map_or_else(|| SUBNET.given(object.id_or_empty()), Ok)?;
            let Some(subnet) = found.get(&id.key()) else { return Ok(None) };
            let subnet = subnet.as_ref().map_err(Clone::clone)?;
            let Some(other) = self.other(subnet) else { return Ok(None) };
            object.put_text("id", Some(id.to_string()));
            object.put_text("subnet_id", Some(id.to_string()));
            object.put_text(self.attribute, Some(other));
            Ok(Some(object))
        };
        objects.into_iter().zip(ids).map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = SUBNET.given(object.text("subnet_id").unwrap_or_default())?;
        let other = object.text(self.attribute);
        let is_again = AtomicBool::new(false);
        let edit = |subnet: &mut Json| {
            // What is found when the write is made again may be what the first one did.
            let may_be_own = is_again.swap(true, Ordering::Relaxed);
            let there =
                self.other(subnet).filter(|there| !(may_be_own && other.is_some_and(|o| is_same(o, there))));
            if there.is_some() {
                return Err(exists(&id));
            }
            subnet.set(self.path, reference(other));
            Ok(())
        };
        let outcome = change(call, &id, edit).await;
        // An operation that failed may have written the reference all the same.
        let is_there = match &outcome {
            Ok(_) => true,
            Err(fault) if fault.kind == FaultKind::Exists => false,
            Err(_) => self.recover(call, &mut object.clone()).await == Ok(true),
        };
        object.put_text("id", is_there.then(|| id.to_string()));
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
        let id = SUBNET.given(object.id_or_empty())?;
        let edit = |subnet: &mut Json| {
            subnet.set(self.path, None::<Json>);
            Ok(())
        };
        change(call, &id, edit).await?;
        Ok(())
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(SUBNET.given(id)?.to_string()));
        Ok(())
    }

    /// A subnet that refers to what was planned is one whose association was made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let id = SUBNET.given(object.text("subnet_id").unwrap_or_default())?;
        let subnet = call.site.arm.get(&id, SUBNET.version).await?;
        let other = subnet.as_ref().and_then(|subnet| self.other(subnet)).unwrap_or_default();
        let is_made = is_same(other, object.text(self.attribute).unwrap_or_default()) && !other.is_empty();
        Ok(object.identify(is_made.then(|| id.to_string())))
    }
}

impl SubnetAssociation {
    /// The id of what a subnet refers to.
    fn other<'a>(&self, subnet: &'a Json) -> Option<&'a str> {
        subnet.at(self.path)?.word("/id")
    }
}
