//! `google_compute_subnetwork`

use crate::account::site::Site;
use crate::codec::Field;
use crate::compute::change::Change;
use crate::compute::{Kind, NETWORKS, SUBNETWORKS};
use crate::places::Collection;
use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::net::Ipv4Addr;
use trueup_provider_kit::{Fault, Fields, Object, Planning};

/// `google_compute_subnetwork`
pub(crate) struct Subnetwork;

static RANGES: Collection = Collection::global("internalRanges");
static PREFIXES: Collection = Collection::regional("publicDelegatedPrefixes");

static FIELDS: &[Field] = &[
    Field::new("allow_subnet_cidr_routes_overlap"),
    Field::new("creation_timestamp").told(),
    Field::new("description"),
    Field::new("external_ipv6_prefix"),
    Field::new("fingerprint").told(),
    Field::new("gateway_address").told(),
    Field::new("internal_ipv6_prefix"),
    Field::new("ip_cidr_range"),
    Field::new("ip_collection").link(&PREFIXES),
    Field::new("ipv6_access_type"),
    Field::new("ipv6_cidr_range").told(),
    Field::new("ipv6_gce_endpoint").told(),
    Field::one(
        "log_config",
        &[
            Field::new("aggregation_interval"),
            Field::new("filter_expr"),
            Field::new("flow_sampling"),
            Field::new("metadata"),
            Field::new("metadata_fields"),
        ],
    ),
    Field::new("network").link(&NETWORKS),
    Field::one("params", &[Field::new("resource_manager_tags")]).sent(),
    Field::new("private_ip_google_access"),
    Field::new("private_ipv6_google_access"),
    Field::new("purpose"),
    Field::new("reserved_internal_range").link(&RANGES),
    Field::new("resolve_subnet_mask"),
    Field::new("role"),
    Field::many(
        "secondary_ip_range",
        &[
            Field::new("ip_cidr_range"),
            Field::new("range_name"),
            Field::new("reserved_internal_range").link(&RANGES),
        ],
    )
    .at("secondaryIpRanges"),
    Field::new("stack_type"),
    Field::new("state").told(),
    Field::new("subnetwork_id").at("id").told(),
];

/// What is changed with one call, which says which state of the subnetwork it is meant for.
const PATCHED: [&str; 9] = [
    "allow_subnet_cidr_routes_overlap",
    "ipv6_access_type",
    "log_config",
    "private_ipv6_google_access",
    "resolve_subnet_mask",
    "role",
    "secondary_ip_range",
    "stack_type",
    "external_ipv6_prefix",
];
const EMPTIES: &str = "send_secondary_ip_range_if_empty";

#[async_trait]
impl Kind for Subnetwork {
    fn collection(&self) -> &'static Collection {
        &SUBNETWORKS
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        // A range can grow in place, and nothing else.
        let range = |object: &Object| object.owned("ip_cidr_range");
        let (old, new) = (planning.prior.and_then(range), range(&planning.planned));
        if let (Some(old), Some(new)) = (old, new)
            && old != new
            && !contains(&new, &old)
        {
            planning.replace("ip_cidr_range");
        }
        if planning.changes("ip_cidr_range") {
            planning.unsettle(&["gateway_address"]);
        }
        if planning.config.flag(EMPTIES) == Some(true)
            && planning.config.items("secondary_ip_range").is_empty()
        {
            planning.planned.put_items("secondary_ip_range", []);
        }
        if planning.changes_any(&["stack_type", "ipv6_access_type"]) {
            planning.unsettle(&[
                "external_ipv6_prefix",
                "internal_ipv6_prefix",
                "ipv6_cidr_range",
                "ipv6_gce_endpoint",
            ]);
        }
        if planning.changes_any(&PATCHED)
            || planning.changes_any(&["ip_cidr_range", "private_ip_google_access"])
        {
            planning.unsettle(&["fingerprint"]);
        }
    }

    async fn body(&self, _site: &Site, _object: &Object, body: &mut Json) -> Result<(), Fault> {
        if body.get("logConfig").is_some() {
            body["logConfig"]["enable"] = Json::Bool(true);
        }
        Ok(())
    }

    async fn update(&self, change: &Change<'_>) -> Result<(), Fault> {
        if let Some(body) = change.of(&["ip_cidr_range"]) {
            change.post("expandIpCidrRange", &body).await?;
        }
        if change.has(&["private_ip_google_access"]) {
            let on = change.object.flag("private_ip_google_access").unwrap_or(false);
            change.post("setPrivateIpGoogleAccess", &json!({"privateIpGoogleAccess": on})).await?;
        }
        let Some(mut body) = change.of(&PATCHED) else { return Ok(()) };
        if let Some(log) = body.get_mut("logConfig") {
            if log.is_null() {
                *log = json!({"enable": false});
            } else {
                log["enable"] = Json::Bool(true);
            }
        }
        change.marked(Method::PATCH, "", ("fingerprint", body)).await
    }

    fn fill(&self, object: &mut Object, json: &Json) {
        if json["logConfig"]["enable"] != true {
            object.put_items("log_config", []);
        }
    }
}

/// Whether an IPv4 range holds all of another.
fn contains(wide: &str, narrow: &str) -> bool {
    let parse = |text: &str| {
        let (address, length) = text.split_once('/')?;
        let length: u32 = length.parse().ok().filter(|length| *length <= 32)?;
        Some((u32::from(address.parse::<Ipv4Addr>().ok()?), length))
    };
    let (Some((wide, short)), Some((narrow, long))) = (parse(wide), parse(narrow)) else { return false };
    short <= long && (short == 0 || (wide ^ narrow) >> (32 - short) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_one_another() {
        let cases = [
            ("10.0.0.0/16", "10.0.1.0/24", true),
            ("10.0.0.0/24", "10.0.0.0/24", true),
            ("10.0.0.0/24", "10.0.0.0/16", false),
            ("10.1.0.0/16", "10.0.1.0/24", false),
            ("0.0.0.0/0", "10.0.1.0/24", true),
            ("x", "10.0.1.0/24", false),
        ];
        for (wide, narrow, expected) in cases {
            assert_eq!(contains(wide, narrow), expected, "{wide} {narrow}");
        }
    }
}
