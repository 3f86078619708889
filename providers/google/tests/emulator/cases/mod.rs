//! The cases that every type walks through, as data: one file for each family of types.

mod addresses;
mod buckets;
mod defaults;
mod disks;
mod identity;
mod machines;
mod network;
mod objects;
mod options;
mod routers;
mod rules;

use trueup_provider_walk::Case;

/// Something that a case needs: name, type and configuration.
type Setup = (&'static str, &'static str, &'static str);

const NETWORK: Setup =
    ("net", "google_compute_network", r#"{"name": "net-${n}", "auto_create_subnetworks": false}"#);
const OTHER: Setup =
    ("other", "google_compute_network", r#"{"name": "other-${n}", "auto_create_subnetworks": false}"#);
const SUBNET: Setup = (
    "subnet",
    "google_compute_subnetwork",
    r#"{"name": "subnet-${n}", "network": "${net.self_link}", "ip_cidr_range": "10.${n}.0.0/24"}"#,
);
/// Why tags of the resource manager aren't shown.
const TAGS: (&str, &str) = ("params", "the API takes these when a thing is made and never tells them");

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    emulated()
        .chain(buckets::MORE)
        .chain(defaults::CASES)
        .chain(objects::MORE)
        .chain(options::CASES)
        .chain(routers::CASES)
}

/// Those of types that cloudemu knows.
pub(crate) fn emulated() -> impl Iterator<Item = &'static Case> {
    [
        addresses::CASES,
        buckets::CASES,
        disks::CASES,
        identity::CASES,
        machines::CASES,
        network::CASES,
        objects::CASES,
        rules::CASES,
    ]
    .into_iter()
    .flatten()
}
