//! Calls to the JSON API of Cloud Storage.

use super::GcsSettings;
use super::settings::unusable;
use crate::StoreError;
use std::time::Duration;
use trueup_login::google::{Identity, identity};
use trueup_login::{Answer, Method, Patience, Request, Traffic, Url};
use trueup_provider_kit::Fault;

const AGENT: &str = concat!("trueup/", env!("CARGO_PKG_VERSION"));
const CONNECT_MAX: Duration = Duration::from_secs(5);
const ATTEMPTS_MAX: u32 = 6;

/// The API, as whoever signs in.
pub(super) struct Client {
    traffic: Traffic,
    endpoint: Url,
    identity: Identity,
}

/// A call before it is signed.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Below the endpoint, or with a slash before it below its host; encoded.
    pub(super) path: String,
    pub(super) query: Vec<(&'a str, &'a str)>,
    pub(super) headers: Vec<(&'a str, &'a str)>,
    pub(super) body: Option<Vec<u8>>,
    /// How long the whole answer may take, where that is long.
    pub(super) answer_max: Option<Duration>,
}

impl Call<'_> {
    /// One without anything that goes with it.
    pub(super) fn new(method: Method, path: String) -> Self {
        Call { method, path, query: Vec::new(), headers: Vec::new(), body: None, answer_max: None }
    }
}

impl Client {
    pub(super) fn make(settings: &GcsSettings) -> Result<Client, StoreError> {
        let patience = Patience {
            connect_max: CONNECT_MAX.min(settings.patience),
            answer_max: settings.patience,
            call_max: settings.patience * 2,
            attempts_max: ATTEMPTS_MAX,
        };
        let traffic = Traffic::patient(AGENT, patience).map_err(|fault| unusable(&fault))?;
        let identity = identity(&settings.login).map_err(|fault| unusable(&fault))?;
        Ok(Client { traffic, endpoint: settings.endpoint.clone(), identity })
    }

    /// Makes a call, which does no harm when it comes twice; answers whatever status came in the end.
    pub(super) async fn send(&self, call: &Call<'_>) -> Result<Answer, Fault> {
        let bad = |_| {
            let message = "storage_custom_endpoint can't be the beginning of an address";
            Fault::new(trueup_provider_kit::FaultKind::Invalid, message)
        };
        let mut url = self.endpoint.join(&call.path).map_err(bad)?;
        url.query_pairs_mut().extend_pairs(&call.query);
        let token = self.identity.token().await?;
        let mut request =
            Request::new(call.method.clone(), url).header("authorization", &format!("Bearer {token}"))?;
        for (name, value) in &call.headers {
            request = request.header(name, value)?;
        }
        let (body, answer_max) = (call.body.clone(), call.answer_max);
        self.traffic.send(&Request { body, answer_max, is_repeatable: true, ..request }).await
    }
}
