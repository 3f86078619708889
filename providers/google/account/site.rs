//! The clients of one provider block, and what resources leave to it.

use crate::account::api::Api;
use crate::account::credentials::Identity;
use crate::account::settings::{BILLING, COMPUTE, RESOURCE_MANAGER, Settings};
use crate::places::Place;
use reqwest::Client;
use std::sync::Arc;
use trueup_provider_kit::Fault;

/// The clients of one provider block.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) billing: Api,
    pub(crate) compute: Api,
    pub(crate) resource_manager: Api,
    pub(crate) settings: Arc<Settings>,
    identity: Arc<Identity>,
}

impl Site {
    pub(crate) fn new(client: &Client, identity: Identity, settings: &Arc<Settings>) -> Site {
        let identity = Arc::new(identity);
        let api = |service| Api::new(service, client, &identity, settings);
        Site {
            billing: api(&BILLING),
            compute: api(&COMPUTE),
            resource_manager: api(&RESOURCE_MANAGER),
            settings: settings.clone(),
            identity: identity.clone(),
        }
    }

    /// Where things are that don't say it.
    pub(crate) fn place(&self) -> Place {
        let Settings { project, region, zone, .. } = &*self.settings;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Place { project: text(project), region: text(region), zone: text(zone) }
    }

    /// The token of the caller.
    pub(crate) async fn token(&self) -> Result<String, Fault> {
        self.identity.token().await
    }
}
