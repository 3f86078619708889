//! `google_compute_network`

use crate::account::site::Site;
use crate::codec::Field;
use crate::compute::change::Change;
use crate::compute::{Kind, NETWORKS, operation};
use crate::fault::found;
use crate::links;
use crate::places::Collection;
use async_trait::async_trait;
use reqwest::Method;
use serde_json::Value as Json;
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning};

/// `google_compute_network`
pub(crate) struct Network;

static PROFILES: Collection = Collection::global("networkProfiles");

static FIELDS: &[Field] = &[
    Field::new("auto_create_subnetworks"),
    Field::new("bgp_always_compare_med").at("routingConfig.bgpAlwaysCompareMed"),
    Field::new("bgp_best_path_selection_mode").at("routingConfig.bgpBestPathSelectionMode"),
    Field::new("bgp_inter_region_cost").at("routingConfig.bgpInterRegionCost"),
    Field::new("description"),
    Field::new("enable_ula_internal_ipv6").at("enableUlaInternalIpv6"),
    Field::new("gateway_ipv4").at("gatewayIPv4").told(),
    Field::new("internal_ipv6_range").at("internalIpv6Range"),
    Field::new("mtu"),
    Field::new("network_firewall_policy_enforcement_order"),
    Field::new("network_id").at("id").told(),
    Field::new("network_profile").link(&PROFILES),
    Field::new("numeric_id").at("id").told(),
    Field::one("params", &[Field::new("resource_manager_tags")]).sent(),
    Field::new("routing_mode").at("routingConfig.routingMode"),
];

/// What can be changed in place, in one call.
const CHANGEABLE: [&str; 7] = [
    "bgp_always_compare_med",
    "bgp_best_path_selection_mode",
    "bgp_inter_region_cost",
    "enable_ula_internal_ipv6",
    "mtu",
    "network_firewall_policy_enforcement_order",
    "routing_mode",
];
/// The flag that takes `bgp_always_compare_med` back.
const UNSET_MED: &str = "delete_bgp_always_compare_med";

#[async_trait]
impl Kind for Network {
    fn collection(&self) -> &'static Collection {
        &NETWORKS
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.config.flag(UNSET_MED) == Some(true) {
            planning.planned.put_flag("bgp_always_compare_med", Some(false));
        }
        // The range comes with the switch.
        if planning.changes("enable_ula_internal_ipv6") {
            planning.unsettle(&["internal_ipv6_range"]);
        }
    }

    async fn made(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if object.flag("delete_default_routes_on_create") != Some(true) {
            return Ok(());
        }
        let project = object.text("project").unwrap_or_default();
        let routes = format!("projects/{}/global/routes", links::segment(project));
        let to_all = [("filter", "destRange = \"0.0.0.0/0\"")];
        for route in call.site.compute.list(&routes, &to_all).await? {
            let network = route["network"].as_str().unwrap_or_default();
            if links::path(network) != object.id_or_empty() {
                continue;
            }
            let path = links::path(route["selfLink"].as_str().unwrap_or_default());
            // An attempt before this one may have deleted it.
            if let Some(operation) = found(call.site.compute.put(Method::DELETE, path, None).await)? {
                operation::finish(call, operation).await?;
            }
        }
        Ok(())
    }

    async fn update(&self, change: &Change<'_>) -> Result<(), Fault> {
        let mut body = change.of(&CHANGEABLE);
        if change.has(&[UNSET_MED]) && change.object.flag(UNSET_MED) == Some(true) {
            body.get_or_insert_default()["routingConfig"]["bgpAlwaysCompareMed"] = Json::Null;
        }
        match body {
            Some(body) => change.send(Method::PATCH, "", &body).await,
            None => Ok(()),
        }
    }
}
