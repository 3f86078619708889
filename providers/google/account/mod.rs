//! One provider block at work: its clients, where things are by default, and the labels that they get.

mod api;
mod audit;
mod defaults;
pub(crate) mod settings;
pub(crate) mod site;
mod validate;

pub(crate) use api::{Api, Listing, Request};

use crate::account::settings::{Settings, VARIABLES};
use crate::account::site::Site;
use crate::table::catalog;
use async_trait::async_trait;
use reqwest::Client;
use reqwest::redirect::Policy;
use std::sync::Arc;
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_login::google::identity;
use trueup_provider_kit::{
    Audit, Audited, Catalog, Cloud, Fault, FaultKind, Outside, Planning, Span, TagPolicy,
};
use trueup_value::Value;

/// How long a connection may take.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// What calls say of who makes them.
pub(crate) const AGENT: &str = concat!("trueup/", env!("CARGO_PKG_VERSION"));

/// A provider block at work.
#[derive(Debug)]
pub(crate) struct Account {
    settings: Arc<Settings>,
    /// None while the provider block holds unknowns: creations can be planned, nothing can be called.
    site: Option<Arc<Site>>,
}

#[async_trait]
impl Cloud for Account {
    type Site = Site;

    fn catalog() -> &'static Catalog<Site> {
        catalog()
    }

    fn variables() -> &'static [(&'static str, &'static [&'static str])] {
        VARIABLES
    }

    fn validate(config: &Value) -> Diagnostics {
        validate::validate(config)
    }

    async fn connect(config: &Value, _outside: &Outside) -> Result<Account, Diagnostics> {
        let diagnostics = validate::validate(config);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let settings = Arc::new(Settings::of(config));
        if settings.is_partial {
            return Ok(Account { settings, site: None });
        }
        let site = open(&settings).map_err(|fault| fault.diagnostic())?;
        Ok(Account { settings, site: Some(Arc::new(site)) })
    }

    fn tags(&self) -> &TagPolicy {
        &self.settings.labels
    }

    fn region(&self) -> Option<&str> {
        self.settings.region.as_deref()
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        defaults::plan(&self.settings, planning);
    }

    fn is_reachable(&self) -> bool {
        self.site.is_some()
    }

    fn calls(&self) -> u64 {
        self.site.as_ref().map_or(0, |site| site.calls())
    }

    async fn audit(&self, objects: &[Audited], span: &Span) -> Audit {
        match &self.site {
            Some(site) => audit::audit(site, objects, span).await,
            None => Audit::default(),
        }
    }

    fn site(&self, _region: Option<&str>) -> Result<Arc<Site>, Fault> {
        self.site.clone().ok_or_else(|| {
            let message = "the provider block holds values that aren't known yet";
            Fault::new(FaultKind::Invalid, message)
                .hint("Apply what those values come from first, with -target.")
        })
    }
}

fn open(settings: &Arc<Settings>) -> Result<Site, Fault> {
    let identity = identity(&settings.login)?;
    let client = Client::builder()
        .user_agent(AGENT)
        .connect_timeout(CONNECT_MAX)
        .timeout(settings.answer_max)
        // Nothing here is answered by way of another address, and headers with keys must not follow wherever it leads.
        .redirect(Policy::none())
        .build()
        .map_err(|error| Fault::new(FaultKind::Other, format!("no HTTP client can be had: {error}")))?;
    Ok(Site::new(&client, identity, settings))
}
