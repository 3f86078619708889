//! `aws_route_table`: a route table with the routes written inside it.

use crate::account::site::Site;
use crate::ec2::route::{self, Destination, TARGETS, Target};
use crate::ec2::{PAGE_MAX, by_id, filter, mark_filter, marked, tags, unmark, update_tags};
use crate::fault::{Attempt, found};
use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, Route as RouteDescription, RouteOrigin, RouteTable as Description};
use std::collections::BTreeMap;
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning, Readings, Resource, keyed};
use trueup_value::{Type, Value};

/// `aws_route_table`
pub(crate) struct RouteTable;

type Routes = BTreeMap<Destination, Target>;

const DESTINATIONS: [&str; 3] = ["cidr_block", "ipv6_cidr_block", "destination_prefix_list_id"];

#[async_trait]
impl Resource<Site> for RouteTable {
    /// Routes are an attribute written as blocks: unset parts are empty strings.
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(5)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.config.field("route").is_some_and(Value::is_null) {
            return;
        }
        let wanted = normal(planning.planned.field("route"));
        match planning.prior.filter(|prior| normal(prior.field("route")) == wanted) {
            Some(prior) => {
                let routes = prior.field("route").cloned().expect("the schema has routes");
                planning.planned.put("route", routes);
            }
            None => planning.planned.put("route", wanted),
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        by_id(objects, |ids| describe(site, ids), |object, found| fill(site, object, found)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let tags = marked(ResourceType::RouteTable, object, call.token);
        let request = call.site.ec2.create_route_table().set_vpc_id(object.owned("vpc_id"));
        let made = request.set_tag_specifications(tags).send().await.plain()?;
        object.put_text("id", made.route_table().and_then(Description::route_table_id));
        let id = object.id_or_empty().to_owned();
        change_routes(call, &id, &Routes::new(), &routes(object)).await?;
        change_propagation(call.site, &id, &[], &object.texts("propagating_vgws")).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = prior.id_or_empty();
        change_routes(call, id, &routes(prior), &routes(object)).await?;
        let (old, new) = (prior.texts("propagating_vgws"), object.texts("propagating_vgws"));
        change_propagation(call.site, id, &old, &new).await?;
        update_tags(call.site, id, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = object.id_or_empty();
        for (_, table) in describe(call.site, vec![id.to_owned()]).await? {
            let left = table.associations().iter().filter(|association| association.main() != Some(true));
            for association in left.filter_map(|association| association.route_table_association_id()) {
                let request = call.site.ec2.disassociate_route_table().association_id(association);
                let outcome = request.send().await.attempt("taking the route table from what uses it");
                found(outcome)?;
            }
        }
        call.site.ec2.delete_route_table().route_table_id(id).send().await.plain()?;
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let made =
            call.site.ec2.describe_route_tables().filters(mark_filter(call.token)).send().await.plain()?;
        Ok(object.identify(made.route_tables().first().and_then(Description::route_table_id)))
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, object.id_or_empty()).await
    }
}

/// Routes with empty strings for what isn't set, as they are stored.
fn normal(routes: Option<&Value>) -> Value {
    let routes = routes.expect("the schema has routes");
    let Some(items) = routes.as_sequence() else { return routes.clone() };
    let filled = |item: &Value| {
        let Some(fields) = item.as_mapping() else { return item.clone() };
        let part = |value: &Value| if value.is_null() { Value::from("") } else { value.clone() };
        Value::object(fields.iter().map(|(name, value)| (name.clone(), part(value))))
    };
    let element = routes.ty().element().cloned().unwrap_or(Type::Dynamic);
    Value::set(element, items.iter().map(filled))
}

fn routes(object: &Object) -> Routes {
    let route = |item: &Value| Some((Destination::of(item, DESTINATIONS)?, route::target(item)?));
    object.items("route").iter().filter_map(route).collect()
}

async fn change_routes(call: &Call<'_, Site>, table: &str, old: &Routes, new: &Routes) -> Result<(), Fault> {
    for destination in old.keys().filter(|destination| !new.contains_key(destination)) {
        found(route::delete(call, table, destination).await)?;
    }
    for (destination, target) in new {
        match old.get(destination) {
            None if target.1 == "local" => route::replace(call, table, destination, target).await?,
            None => route::create(call, table, destination, target).await?,
            Some(before) if before != target => route::replace(call, table, destination, target).await?,
            Some(_) => {}
        }
    }
    Ok(())
}

async fn change_propagation(site: &Site, table: &str, old: &[String], new: &[String]) -> Result<(), Fault> {
    for gateway in old.iter().filter(|gateway| !new.contains(gateway)) {
        let request = site.ec2.disable_vgw_route_propagation().route_table_id(table).gateway_id(gateway);
        request.send().await.attempt("stopping the propagation of routes")?;
    }
    for gateway in new.iter().filter(|gateway| !old.contains(gateway)) {
        let request = site.ec2.enable_vgw_route_propagation().route_table_id(table).gateway_id(gateway);
        request.send().await.attempt("starting the propagation of routes")?;
    }
    Ok(())
}

/// Describes route tables by their ids.
pub(crate) async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Description)>, Fault> {
    let request = site.ec2.describe_route_tables().filters(filter("route-table-id", ids));
    let pages = request.max_results(PAGE_MAX.min(100)).into_paginator();
    let found: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    Ok(keyed(found, |table| table.route_table_id.clone()))
}

fn fill(site: &Site, object: &mut Object, table: &Description) {
    let owner = table.owner_id().unwrap_or_default();
    let id = table.route_table_id().unwrap_or_default();
    object.put_text("arn", Some(site.arn("ec2", owner, &format!("route-table/{id}"))));
    object.put_text("owner_id", table.owner_id());
    object.put_text("vpc_id", table.vpc_id());
    object.put_texts(
        "propagating_vgws",
        table.propagating_vgws().iter().filter_map(|gateway| gateway.gateway_id()),
    );
    object.put_map("tags_all", &tags(table.tags()));
    let known = routes(object);
    let shown: Vec<Object> = table.routes().iter().filter_map(|route| item(object, &known, route)).collect();
    object.put_items("route", shown);
}

/// A route as it is stored; None for those that the table has of its own accord: the VPC's own ranges unless written,
/// propagated ones, and those of gateway endpoints.
fn item(object: &Object, known: &Routes, route: &RouteDescription) -> Option<Object> {
    let (destination, target) = (Destination::of_route(route)?, route::target_of(route)?);
    let is_local = target.1 == "local" && !known.contains_key(&destination);
    let is_propagated = route.origin() == Some(&RouteOrigin::EnableVgwRoutePropagation);
    let is_endpoint = target.0 == "vpc_endpoint_id" && matches!(destination, Destination::PrefixList(_));
    if is_local || is_propagated || is_endpoint {
        return None;
    }
    let mut item = object.blank_item("route");
    for name in DESTINATIONS.into_iter().chain(TARGETS) {
        item.put(name, Value::from(""));
    }
    let name = match destination {
        Destination::Ipv4(_) => DESTINATIONS[0],
        Destination::Ipv6(_) => DESTINATIONS[1],
        Destination::PrefixList(_) => DESTINATIONS[2],
    };
    item.put_text(name, Some(destination.text()));
    item.put_text(target.0, Some(target.1));
    Some(item)
}
