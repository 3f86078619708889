//! `google_compute_route`

use crate::account::site::Site;
use crate::codec::Field;
use crate::compute::change::Change;
use crate::compute::{INSTANCES, Kind, NETWORKS};
use crate::links;
use crate::places::{Collection, Place};
use async_trait::async_trait;
use serde_json::Value as Json;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fault, FaultKind, Fields, Object};

/// `google_compute_route`
pub(crate) struct Route;

static ROUTES: Collection = Collection::global("routes");
static GATEWAYS: Collection = Collection::global("gateways");

static FIELDS: &[Field] = &[
    Field::many("as_paths", &[Field::new("as_lists"), Field::new("path_segment_type")]).told(),
    Field::new("creation_timestamp").told(),
    Field::new("description"),
    Field::new("dest_range"),
    Field::new("network").link(&NETWORKS),
    Field::new("next_hop_gateway").link(&GATEWAYS),
    Field::new("next_hop_hub").told(),
    Field::new("next_hop_ilb"),
    Field::new("next_hop_instance"),
    Field::new("next_hop_inter_region_cost").told(),
    Field::new("next_hop_ip"),
    Field::new("next_hop_med").told(),
    Field::new("next_hop_network").told(),
    Field::new("next_hop_origin").told(),
    Field::new("next_hop_peering").told(),
    Field::new("next_hop_vpn_tunnel"),
    Field::one("params", &[Field::new("resource_manager_tags")]).sent(),
    Field::new("priority"),
    Field::new("route_status").told(),
    Field::new("route_type").told(),
    Field::new("tags"),
    Field::many(
        "warnings",
        &[
            Field::new("code"),
            Field::many("data", &[Field::new("key"), Field::new("value")]),
            Field::new("message"),
        ],
    )
    .told(),
];

/// Where a route can lead: to one of these.
const HOPS: [&str; 5] =
    ["next_hop_gateway", "next_hop_ilb", "next_hop_instance", "next_hop_ip", "next_hop_vpn_tunnel"];
const ZONE: &str = "next_hop_instance_zone";

#[async_trait]
impl Kind for Route {
    fn collection(&self) -> &'static Collection {
        &ROUTES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        let given: Vec<&str> = HOPS.into_iter().filter(|name| config.is_set(name)).collect();
        let is_open = HOPS.iter().any(|name| config.is_unknown(name));
        let detail = match given.as_slice() {
            [] if is_open => return out,
            [] => format!("A route needs one of {}.", HOPS.join(", ")),
            [_] => return out,
            several => {
                format!("A route leads to one hop only: {} exclude each other.", several.join(" and "))
            }
        };
        out.push(Diagnostic::error("Invalid combination of arguments", detail));
        out
    }

    async fn body(&self, site: &Site, object: &Object, body: &mut Json) -> Result<(), Fault> {
        let Some(instance) = object.text("next_hop_instance").filter(|link| !link.contains('/')) else {
            return Ok(());
        };
        let own = site.place();
        let zone = object.text(ZONE).map_or(own.zone.as_str(), links::name);
        if zone.is_empty() {
            let message =
                format!("next_hop_instance names {instance:?} alone, which says nothing of its zone");
            return Err(
                Fault::new(FaultKind::Invalid, message).hint("Set next_hop_instance_zone, or give a link.")
            );
        }
        let place = Place { zone: zone.to_owned(), ..Place::of(object) };
        body["nextHopInstance"] = INSTANCES.linked(&place, instance).into();
        Ok(())
    }

    /// Nothing of it can be changed.
    async fn update(&self, _change: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn fill(&self, object: &mut Object, json: &Json) {
        let zone = json["nextHopInstance"].as_str().and_then(|link| links::after(link, "zones"));
        object.put_text(ZONE, zone);
    }
}
