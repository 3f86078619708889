//! `google_compute_router`

use crate::codec::Field;
use crate::compute::change::Change;
use crate::compute::{Kind, NETWORKS, ROUTERS};
use crate::places::Collection;
use async_trait::async_trait;
use reqwest::Method;
use trueup_provider_kit::Fault;

/// `google_compute_router`
pub(crate) struct Router;

static FIELDS: &[Field] = &[
    Field::one(
        "bgp",
        &[
            Field::new("advertise_mode"),
            Field::new("advertised_groups"),
            Field::many("advertised_ip_ranges", &[Field::new("description"), Field::new("range")]),
            Field::new("asn"),
            Field::new("identifier_range"),
            Field::new("keepalive_interval"),
        ],
    ),
    Field::new("creation_timestamp").told(),
    Field::new("description"),
    Field::new("encrypted_interconnect_router"),
    Field::many("md5_authentication_keys", &[Field::new("key").sent(), Field::new("name")])
        .at("md5AuthenticationKeys"),
    Field::new("network").link(&NETWORKS),
    Field::one("params", &[Field::new("resource_manager_tags")]).sent(),
];

#[async_trait]
impl Kind for Router {
    fn collection(&self) -> &'static Collection {
        &ROUTERS
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn update(&self, change: &Change<'_>) -> Result<(), Fault> {
        // Gateways and peers of the router may be changed at the same time.
        let _alone = change.call.site.alone(change.path()).await;
        match change.of(&["bgp", "description", "md5_authentication_keys"]) {
            Some(body) => change.send(Method::PATCH, "", &body).await,
            None => Ok(()),
        }
    }
}
