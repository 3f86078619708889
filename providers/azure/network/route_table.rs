//! `azurerm_route_table`: a route table, and the routes that are written inside it.

use crate::arm::document::Document;
use crate::arm::id::{Kind, is_same};
use crate::arm::tracked::Tracked;
use crate::element::normal;
use crate::network::{kind, plan_elements, route};
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fault, Fields, Object, Planning};
use trueup_value::Value;

/// `azurerm_route_table`
pub(crate) struct RouteTable;

/// Route tables.
pub(crate) const TABLE: Kind = kind(&["routeTables"]);
/// Where they have their routes.
pub(crate) const ROUTES: &str = "/properties/routes";

impl Tracked for RouteTable {
    fn kind(&self) -> Kind {
        TABLE
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_elements(planning, "route");
    }

    fn body(&self, object: &Object) -> Result<Json, Fault> {
        let mut body = json!({"properties": {}});
        edit(object, &mut body);
        edit_routes(object.items("route"), &mut body);
        Ok(body)
    }

    fn edit(&self, prior: &Object, object: &Object, table: &mut Json) {
        edit(object, table);
        if object.is_set("route") && object.differs(prior, "route") {
            edit_routes(object.items("route"), table);
        }
    }

    fn fill(&self, object: &mut Object, table: &Json) {
        let is_off = table.switch("/properties/disableBgpRoutePropagation").unwrap_or(false);
        object.put_flag("bgp_route_propagation_enabled", Some(!is_off));
        object.put_texts("subnets", table.words_in("/properties/subnets", "/id"));
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
