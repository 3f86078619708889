//! `azurerm_client_config`: who the provider is, as the token says that it was given.

use crate::account::site::Site;
use crate::arm::document::Document;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use trueup_provider_kit::{DataSource, Fault, FaultKind, Object};

/// `azurerm_client_config`
pub(crate) struct ClientConfigData;

/// Attributes, and the claims of tokens that hold them (Microsoft identity platform, "Access token claims reference").
const CLAIMS: [(&str, &[&str]); 3] =
    [("client_id", &["/appid", "/azp"]), ("object_id", &["/oid"]), ("tenant_id", &["/tid"])];

#[async_trait]
impl DataSource<Site> for ClientConfigData {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let claims = site.arm.claims().await?;
        for (name, paths) in CLAIMS {
            object.put_text(name, Some(claim(&claims, name, paths)?));
        }
        object.put_text("subscription_id", Some(&site.subscription));
        let text = |name: &str, paths: &[&str]| claim(&claims, name, paths);
        let [(_, client), (_, person), (_, tenant)] = CLAIMS;
        let id = format!(
            "clientConfigs/clientId={};objectId={};subscriptionId={};tenantId={}",
            text("client_id", client)?,
            text("object_id", person)?,
            site.subscription,
            text("tenant_id", tenant)?,
        );
        object.put_text("id", Some(STANDARD.encode(id)));
        Ok(())
    }
}

fn claim<'a>(claims: &'a Json, name: &str, paths: &[&str]) -> Result<&'a str, Fault> {
    paths.iter().find_map(|path| claims.word(path)).ok_or_else(|| {
        let message = format!("the token doesn't tell the {name} of whom it is for");
        Fault::new(FaultKind::Other, message).hint("Sign in to Entra: other tokens don't say whose they are.")
    })
}
