//! Identities that Azure gives to machines: virtual machines ask their metadata service, App Service and its kin an
//! endpoint that the environment names ("How to use managed identities", "REST endpoint reference").

use super::{Fault, FaultKind, Token, token_in};
use crate::azure::settings::Managed;
use crate::azure::success;
use crate::{Request, Traffic};
use reqwest::{Method, Url};

const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const IMDS_VERSION: &str = "2018-02-01";
const APP_SERVICE_VERSION: &str = "2019-08-01";

/// Where the machine's tokens are.
pub(super) struct Machine {
    url: Url,
    version: String,
    /// What App Service asks for; virtual machines ask for a fixed header.
    secret: Option<String>,
    /// Which of the machine's identities.
    client: Option<String>,
}

impl Machine {
    pub(super) fn of(managed: &Managed, client: Option<String>) -> Result<Machine, Fault> {
        let service = managed.app_service.as_ref().filter(|_| managed.endpoint.is_none());
        let endpoint = match (service, &managed.endpoint) {
            (Some((endpoint, _)), _) => endpoint,
            (None, endpoint) => endpoint.as_deref().unwrap_or(IMDS),
        };
        let url = Url::parse(endpoint).map_err(|_| {
            Fault::new(FaultKind::Invalid, format!("msi_endpoint {endpoint:?} is no address"))
        })?;
        let usual = if service.is_some() { APP_SERVICE_VERSION } else { IMDS_VERSION };
        let version = managed.api_version.clone().unwrap_or_else(|| usual.to_owned());
        Ok(Machine { url, version, secret: service.map(|(_, secret)| secret.clone()), client })
    }

    /// A token for an audience.
    pub(super) async fn token(&self, traffic: &Traffic, audience: &str, now: u64) -> Result<Token, Fault> {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("api-version", &self.version)
            .append_pair("resource", audience)
            .extend_pairs(self.client.iter().map(|client| ("client_id", client)));
        let request = Request::new(Method::GET, url);
        let request = match &self.secret {
            Some(secret) => request.header("x-identity-header", secret)?,
            None => request.header("metadata", "true")?,
        };
        let answer = traffic.send(&request).await.and_then(success).map_err(|fault| {
            let kind = FaultKind::Unauthenticated;
            Fault { kind, ..fault }
                .hint("Check that the machine has an identity, and client_id which one is meant.")
        })?;
        token_in(&answer.json()?, now)
    }
}
