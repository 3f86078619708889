//! The clients of one provider block, and what resources leave to it.

use crate::account::api::Api;
use crate::account::settings::{BILLING, COMPUTE, IAM, LOGGING, RESOURCE_MANAGER, STORAGE, Settings};
use crate::iam::policy::Desk;
use crate::iam::service_account::Newcomers;
use crate::places::Place;
use crate::storage::bucket_object::Uploads;
use reqwest::Client;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use trueup_login::google::Identity;
use trueup_provider_kit::{Fault, SwitchedOff};

/// The clients of one provider block.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) billing: Api,
    pub(crate) compute: Api,
    pub(crate) iam: Api,
    pub(crate) logging: Api,
    pub(crate) resource_manager: Api,
    pub(crate) storage: Api,
    /// Writes what objects of Cloud Storage hold.
    pub(crate) uploads: Uploads,
    /// Changes of policies that wait to be made.
    pub(crate) policies: Desk,
    pub(crate) settings: Arc<Settings>,
    /// Service accounts that were made here, by their ids.
    pub(crate) new_accounts: Newcomers,
    pub(crate) switched_off: SwitchedOff,
    /// Calls of methods so far that may be called several times in one change.
    pub(crate) turns: AtomicU64,
    identity: Arc<Identity>,
    /// Things that several objects are part of, by their paths: one write at a time.
    shared: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Site {
    pub(crate) fn new(client: &Client, identity: Identity, settings: &Arc<Settings>) -> Site {
        let identity = Arc::new(identity);
        let api = |service| Api::new(service, client, &identity, settings);
        Site {
            billing: api(&BILLING),
            compute: api(&COMPUTE),
            iam: api(&IAM),
            logging: api(&LOGGING),
            resource_manager: api(&RESOURCE_MANAGER),
            storage: api(&STORAGE),
            uploads: Uploads::new(settings, identity.credentials()),
            policies: Desk::default(),
            new_accounts: Newcomers::default(),
            settings: settings.clone(),
            switched_off: SwitchedOff::default(),
            turns: AtomicU64::default(),
            identity: identity.clone(),
            shared: Mutex::default(),
        }
    }

    /// How many calls were made to all services.
    pub(crate) fn calls(&self) -> u64 {
        [&self.billing, &self.compute, &self.iam, &self.logging, &self.resource_manager, &self.storage]
            .into_iter()
            .map(Api::calls)
            .sum()
    }

    /// Where things are that don't say it.
    pub(crate) fn place(&self) -> Place {
        let Settings { project, region, zone, .. } = &*self.settings;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Place { project: text(project), region: text(region), zone: text(zone) }
    }

    /// Waits for other writes to something that several objects are part of, and holds further ones back.
    pub(crate) async fn alone(&self, path: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let lock = {
            let mut shared = self.shared.lock().expect("no holder of this lock panics");
            shared.entry(path.to_owned()).or_default().clone()
        };
        lock.lock_owned().await
    }

    /// The token of the caller.
    pub(crate) async fn token(&self) -> Result<String, Fault> {
        self.identity.token().await
    }
}
