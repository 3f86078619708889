//! `azurerm_route`: one route of a route table.

use crate::account::site::Site;
use crate::arm::bulk::read_parts;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind};
use crate::arm::mark::resembles;
use crate::arm::place::fill_names;
use crate::arm::write::{HALF_HOUR, change, create, delete};
use crate::network::kind;
use crate::network::route_table::{ROUTES, TABLE};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, Fields, Object, Readings, Resource};

/// `azurerm_route`
pub(crate) struct Route;

/// Routes of route tables.
const ROUTE: Kind = kind(&["routeTables", "routes"]);

/// Attributes and where documents have them.
const TEXTS: [(&str, &str); 3] = [
    ("address_prefix", "/properties/addressPrefix"),
    ("next_hop_in_ip_address", "/properties/nextHopIpAddress"),
    ("next_hop_type", "/properties/nextHopType"),
];

#[async_trait]
impl Resource<Site> for Route {
    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read_parts(site, (ROUTE, TABLE, ROUTES), objects, fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(call.site, object);
        let mut body = json!({"name": id.name(), "properties": {}});
        edit(object, &mut body);
        create(call, &id, object, &body).await?;
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = ROUTE.given(prior.id_or_empty())?;
        let edit = |route: &mut Json| {
            edit(object, route);
            Ok(())
        };
        change(call, &id, edit).await?;
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        delete(call, &ROUTE.given(object.id_or_empty())?).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(ROUTE.given(id)?.to_string()));
        Ok(())
    }

    /// A route has no tags: one that is just as planned is taken for the one that was made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let id = id(call.site, object);
        let found = call.site.arm.rest((&id, ROUTE.version), call.deadline).await?;
        let Some(route) = found else { return Ok(false) };
        let mut found = object.clone();
        fill(&mut found, &id, &route);
        Ok(object.identify(resembles(object, &found).then(|| id.to_string())))
    }
}

fn id(site: &Site, object: &Object) -> Id {
    let name = |name| object.text(name).unwrap_or_default();
    site.id(ROUTE, name("resource_group_name"), &[name("route_table_name"), name("name")])
}

/// Brings a document to what the attributes say.
pub(crate) fn edit(fields: &impl Fields, route: &mut Json) {
    for (name, path) in TEXTS {
        route.set(path, fields.text(name));
    }
}

fn fill(object: &mut Object, id: &Id, route: &Json) {
    fill_names(object, id, route);
    object.put_text("route_table_name", Some(id.parent_name()));
    fill_target(object, route);
}

/// Fills in where a route leads from and to.
pub(crate) fn fill_target(object: &mut Object, route: &Json) {
    for (name, path) in TEXTS {
        object.put_text(name, route.word(path));
    }
}
