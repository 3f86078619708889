//! `azurerm_route_table`: a route table, and the routes that are written inside it.

use crate::account::site::Site;
use crate::arm::bulk::read_many;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind, is_same};
use crate::arm::mark::{self, marked, tags, unmark};
use crate::arm::write::{HALF_HOUR, change, create, delete};
use crate::element::normal;
use crate::network::{fill_names, kind, plan_elements, plan_location, route};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning, Readings, Resource};
use trueup_value::Value;

/// `azurerm_route_table`
pub(crate) struct RouteTable;

/// Route tables.
pub(crate) const TABLE: Kind = kind(&["routeTables"]);
/// Where they have their routes.
pub(crate) const ROUTES: &str = "/properties/routes";

#[async_trait]
impl Resource<Site> for RouteTable {
    /// Routes are an attribute written as blocks: unset parts are empty.
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_location(planning);
        plan_elements(planning, "route");
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read_many(site, TABLE, objects, fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(call.site, object);
        let mut body = json!({"properties": {}, "tags": marked(object, call.token)});
        body.set("/location", object.text("location"));
        edit(object, &mut body);
        edit_routes(object.items("route"), &mut body);
        create(call, &id, object, &body).await?;
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = TABLE.given(prior.id_or_empty())?;
        let has_other_routes = object.is_set("route") && object.differs(prior, "route");
        let edit = |table: &mut Json| {
            table.set("/tags", Some(json!(object.map("tags"))));
            edit(object, table);
            if has_other_routes {
                edit_routes(object.items("route"), table);
            }
            Ok(())
        };
        change(call, &id, edit).await?;
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        delete(call, &TABLE.given(object.id_or_empty())?).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(TABLE.given(id)?.to_string()));
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        mark::recover(call, &id(call.site, object), object).await
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, &TABLE.given(object.id_or_empty())?).await
    }
}

fn id(site: &Site, object: &Object) -> Id {
    let name = |name| object.text(name).unwrap_or_default();
    site.id(TABLE, name("resource_group_name"), &[name("name")])
}

fn edit(object: &Object, table: &mut Json) {
    let propagates = object.flag("bgp_route_propagation_enabled").unwrap_or(true);
    table.set("/properties/disableBgpRoutePropagation", Some(!propagates));
}

/// Brings the routes of a document to those that are written, keeping what Git doesn't say of those that stay.
fn edit_routes(items: &[Value], table: &mut Json) {
    let there: Vec<Json> = table.array(ROUTES).to_vec();
    let edited = |item: &Value| {
        let name = item.text("name").unwrap_or_default();
        let is_it = |route: &&Json| route.word("/name").is_some_and(|of| is_same(of, name));
        let new = || json!({"name": name, "properties": {}});
        let mut document = there.iter().find(is_it).cloned().unwrap_or_else(new);
        route::edit(item, &mut document);
        document
    };
    let all: Json = items.iter().map(edited).collect();
    table.set(ROUTES, Some(all));
}

fn fill(object: &mut Object, id: &Id, table: &Json) {
    fill_names(object, id, table);
    let is_off = table.switch("/properties/disableBgpRoutePropagation").unwrap_or(false);
    object.put_flag("bgp_route_propagation_enabled", Some(!is_off));
    object.put_text("location", table.word("/location"));
    object.put_texts("subnets", table.words_in("/properties/subnets", "/id"));
    object.put_map("tags", &tags(table));
    let element = |document: &Json| {
        let mut item = object.blank_item("route");
        item.put_text("name", document.word("/name"));
        route::fill_target(&mut item, document);
        item
    };
    let items: Vec<Object> = table.array(ROUTES).iter().map(element).collect();
    object.put_items("route", items);
    let found = normal(object.field("route").expect("the schema has routes"), &[]);
    object.put("route", found);
}
