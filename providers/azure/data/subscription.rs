//! `azurerm_subscription`: a subscription, that of the provider block or another.

use crate::account::VERSION;
use crate::account::site::Site;
use crate::arm::document::Document;
use async_trait::async_trait;
use trueup_provider_kit::{DataSource, Fault, FaultKind, Fields, Object};

/// `azurerm_subscription`
pub(crate) struct SubscriptionData;

/// Attributes and where documents have them.
const TEXTS: [(&str, &str); 6] = [
    ("display_name", "/displayName"),
    ("location_placement_id", "/subscriptionPolicies/locationPlacementId"),
    ("quota_id", "/subscriptionPolicies/quotaId"),
    ("spending_limit", "/subscriptionPolicies/spendingLimit"),
    ("state", "/state"),
    ("tenant_id", "/tenantId"),
];

#[async_trait]
impl DataSource<Site> for SubscriptionData {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let name = object.text("subscription_id").unwrap_or(&site.subscription).to_owned();
        let path = format!("/subscriptions/{name}");
        let found = site.arm.get(&path, VERSION).await?.ok_or_else(|| {
            Fault::new(FaultKind::NotFound, format!("there is no subscription {name:?}"))
                .hint("Check subscription_id, and that the identity may read the subscription.")
        })?;
        object.put_text("id", Some(&path));
        object.put_text("subscription_id", Some(&name));
        for (name, path) in TEXTS {
            object.put_text(name, found.word(path));
        }
        object.put_map("tags", &found.tags("/tags"));
        Ok(())
    }
}
