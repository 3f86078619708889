//! `google_compute_address` and `google_compute_global_address`

use crate::codec::Field;
use crate::compute::change::Change;
use crate::compute::{Kind, NETWORKS, SUBNETWORKS};
use crate::places::Collection;
use async_trait::async_trait;
use trueup_provider_kit::Fault;

/// `google_compute_address`
pub(crate) struct Address;

/// `google_compute_global_address`
pub(crate) struct GlobalAddress;

static ADDRESSES: Collection = Collection::regional("addresses");
static GLOBAL_ADDRESSES: Collection = Collection::global("addresses");
static PREFIXES: Collection = Collection::regional("publicDelegatedPrefixes");

static FIELDS: &[Field] = &[
    Field::new("address"),
    Field::new("address_id").at("id").told(),
    Field::new("address_type"),
    Field::new("creation_timestamp").told(),
    Field::new("description"),
    Field::new("ip_collection").link(&PREFIXES),
    Field::new("ip_version"),
    Field::new("ipv6_endpoint_type"),
    Field::new("label_fingerprint").told(),
    Field::new("network").link(&NETWORKS),
    Field::new("network_tier"),
    Field::new("prefix_length"),
    Field::new("purpose"),
    Field::new("subnetwork").link(&SUBNETWORKS),
    Field::new("users").told(),
];

static GLOBAL_FIELDS: &[Field] = &[
    Field::new("address"),
    Field::new("address_type"),
    Field::new("creation_timestamp").told(),
    Field::new("description"),
    Field::new("ip_version"),
    Field::new("label_fingerprint").told(),
    Field::new("network").link(&NETWORKS),
    Field::new("prefix_length"),
    Field::new("purpose"),
];

#[async_trait]
impl Kind for Address {
    fn collection(&self) -> &'static Collection {
        &ADDRESSES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    /// Only its labels can be changed.
    async fn update(&self, _change: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }
}

#[async_trait]
impl Kind for GlobalAddress {
    fn collection(&self) -> &'static Collection {
        &GLOBAL_ADDRESSES
    }

    fn fields(&self) -> &'static [Field] {
        GLOBAL_FIELDS
    }

    /// Only its labels can be changed.
    async fn update(&self, _change: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }
}
