//! `google_compute_router_nat`: a gateway that is part of a router, by its name there.

use crate::account::Request;
use crate::account::site::Site;
use crate::codec::{self, Field};
use crate::compute::{ROUTERS, SUBNETWORKS, operation, request_id, there};
use crate::deletion::{self, is_left};
use crate::links;
use crate::places::{Collection, Place};
use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Readings, Resource, unread};

/// `google_compute_router_nat`
pub(crate) struct RouterNat;

static ADDRESSES: Collection = Collection::regional("addresses");

static FIELDS: &[Field] = &[
    Field::new("auto_network_tier"),
    Field::new("drain_nat_ips").link(&ADDRESSES),
    Field::new("enable_dynamic_port_allocation"),
    Field::new("enable_endpoint_independent_mapping"),
    Field::new("endpoint_types"),
    Field::new("icmp_idle_timeout_sec"),
    Field::one("log_config", &[Field::new("enable"), Field::new("filter")]),
    Field::new("max_ports_per_vm"),
    Field::new("min_ports_per_vm"),
    Field::new("name"),
    Field::many("nat64_subnetwork", &[Field::new("name").link(&SUBNETWORKS)]).at("nat64Subnetworks"),
    Field::new("nat_ip_allocate_option"),
    Field::new("nat_ips").link(&ADDRESSES),
    Field::many(
        "rules",
        &[
            Field::one(
                "action",
                &[
                    Field::new("source_nat_active_ips").link(&ADDRESSES),
                    Field::new("source_nat_active_ranges").link(&SUBNETWORKS),
                    Field::new("source_nat_drain_ips").link(&ADDRESSES),
                    Field::new("source_nat_drain_ranges").link(&SUBNETWORKS),
                ],
            ),
            Field::new("description"),
            Field::new("match"),
            Field::new("rule_number"),
        ],
    ),
    Field::new("source_subnetwork_ip_ranges_to_nat"),
    Field::new("source_subnetwork_ip_ranges_to_nat64"),
    Field::many(
        "subnetwork",
        &[
            Field::new("name").link(&SUBNETWORKS),
            Field::new("secondary_ip_range_names"),
            Field::new("source_ip_ranges_to_nat"),
        ],
    )
    .at("subnetworks"),
    Field::new("tcp_established_idle_timeout_sec"),
    Field::new("tcp_time_wait_timeout_sec"),
    Field::new("tcp_transitory_idle_timeout_sec"),
    Field::new("type"),
    Field::new("udp_idle_timeout_sec"),
];

#[async_trait]
impl Resource<Site> for RouterNat {
    fn is_legacy(&self) -> bool {
        true
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let routers: Result<BTreeSet<String>, Fault> = objects.iter().map(router).collect();
        let found = match routers {
            Ok(routers) => there(site, routers).await,
            Err(fault) => Err(fault),
        };
        let found = match found {
            Ok(found) => found,
            Err(fault) => return unread(&objects, &fault),
        };
        let read = |mut object: Object| {
            let Some(json) = found.get(&router(&object)?) else { return Ok(None) };
            let gateway = nats(json).iter().find(|nat| nat["name"].as_str() == object.text("name"));
            Ok(gateway.map(|gateway| {
                codec::fill(&mut object, gateway, FIELDS);
                object
            }))
        };
        objects.into_iter().map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let router = router(object)?;
        let _alone = call.site.alone(&router).await;
        let mut all = nats(&call.site.compute.get(&router).await?).to_vec();
        let name = object.text("name").unwrap_or_default();
        if all.iter().any(|nat| nat["name"] == name) {
            let message = format!("the router {router} has a gateway {name} already");
            return Err(Fault::new(FaultKind::Exists, message));
        }
        let mut gateway = codec::body(object, FIELDS, &Place::of(object));
        if gateway.get("natIps").is_none() && !object.items("initial_nat_ips").is_empty() {
            gateway["natIps"] = json!(object.texts("initial_nat_ips"));
        }
        all.push(gateway);
        let id = request_id(call, &id(object));
        let outcome = put(call, &router, &all, Some(&id)).await;
        // What is under way still at the end of its time may come yet.
        if outcome.as_ref().map_or_else(|fault| fault.kind == FaultKind::TimedOut, |()| true) {
            object.put_text("id", Some(self::id(object)));
        }
        outcome
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let (router, place) = (router(prior)?, Place::of(prior));
        let Some(changes) = codec::changes(prior, object, FIELDS, &place) else { return Ok(()) };
        let _alone = call.site.alone(&router).await;
        let mut all = nats(&call.site.compute.get(&router).await?).to_vec();
        let name = prior.text("name").unwrap_or_default();
        let Some(gateway) = all.iter_mut().find(|nat| nat["name"] == name) else {
            let message = format!("the router {router} has no gateway {name} any more");
            return Err(Fault::new(FaultKind::NotFound, message));
        };
        for (part, value) in changes.as_object().into_iter().flatten() {
            gateway[part] = value.clone();
        }
        leave_out(gateway);
        put(call, &router, &all, None).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if is_left(object)? {
            return Ok(());
        }
        let router = router(object)?;
        let _alone = call.site.alone(&router).await;
        let there = call.site.compute.get(&router).await?;
        let is_other = |nat: &&Json| nat["name"].as_str() != object.text("name");
        let others: Vec<Json> = nats(&there).iter().filter(is_other).cloned().collect();
        if others.len() == nats(&there).len() {
            return Ok(());
        }
        put(call, &router, &others, None).await
    }

    /// A path, or what of project, region, router and name the provider block doesn't say, with slashes between.
    async fn import(&self, site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let bad = || {
            let message = format!("the import id {id:?} does not have one of the forms that it may have");
            Fault::new(FaultKind::Invalid, message).hint(
                "Write projects/PROJECT/regions/REGION/routers/ROUTER/NAME, PROJECT/REGION/ROUTER/NAME, REGION/ROUTER/NAME or ROUTER/NAME.",
            )
        };
        let (router, name) = links::path(id).rsplit_once('/').ok_or_else(bad)?;
        let (place, router) = ROUTERS.taken_apart(router, &site.place()).ok_or_else(bad)?;
        object.put_text("project", Some(&place.project));
        object.put_text("region", Some(&place.region));
        object.put_text("router", Some(router));
        object.put_text("name", Some(name));
        deletion::import(&site.settings, object);
        object.put_text("id", Some(self::id(object)));
        Ok(())
    }

    /// The operation of the creation tells whether the gateway is its doing.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let request = request_id(call, &id(object));
        if !operation::settled(call, &Place::of(object), &request).await? {
            return Ok(false);
        }
        object.put_text("id", Some(id(object)));
        Ok(true)
    }
}

/// `p/r/router/nat`
fn id(object: &Object) -> String {
    let Place { project, region, .. } = Place::of(object);
    let text = |name: &str| links::name(object.text(name).unwrap_or_default()).to_owned();
    format!("{project}/{region}/{}/{}", text("router"), text("name"))
}

/// The path of its router.
fn router(object: &Object) -> Result<String, Fault> {
    ROUTERS.path(&Place::of(object), links::name(object.text("router").unwrap_or_default()))
}

fn nats(router: &Json) -> &[Json] {
    router["nats"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Takes out what is to be nothing: gateways are sent whole, and an empty text is none of the words that the API knows.
fn leave_out(json: &mut Json) {
    match json {
        Json::Object(parts) => {
            parts.retain(|_, part| !part.is_null() && *part != "");
            parts.values_mut().for_each(leave_out);
        }
        Json::Array(items) => items.iter_mut().for_each(leave_out),
        _ => {}
    }
}

/// Gives a router these gateways.
async fn put(call: &Call<'_, Site>, router: &str, all: &[Json], id: Option<&str>) -> Result<(), Fault> {
    let body = json!({"nats": all});
    let query: Vec<(&str, &str)> = id.into_iter().map(|id| ("requestId", id)).collect();
    let request = Request { query: &query, body: Some(&body), ..Request::of(Method::PATCH, router) };
    let operation = call.site.compute.send(&request).await?;
    operation::finish(call, operation).await
}
