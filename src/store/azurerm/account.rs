//! The storage account: where its blobs are, and what opens them.

use super::AzurermSettings;
use super::client::{Client, Opener};
use super::failure::{self, HINT_OF_LOOKUP};
use super::settings::{Access, invalid, unusable};
use crate::StoreError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use std::time::Duration;
use trueup_login::azure::{Environment, Tokens, success};
use trueup_login::{Method, Patience, Request, Traffic, Url, address};
use trueup_provider_kit::Fault;

const AGENT: &str = concat!("trueup/", env!("CARGO_PKG_VERSION"));
const CONNECT_MAX: Duration = Duration::from_secs(5);
const ATTEMPTS_MAX: u32 = 6;
/// The version of the management API of storage accounts.
const VERSION: &str = "2023-05-01";

/// What is spoken with on the way to the account.
struct Cloud<'a> {
    settings: &'a AzurermSettings,
    traffic: Traffic,
    environment: Environment,
}

/// Finds out where the blobs are, and what calls are signed with.
pub(super) async fn reach(settings: &AzurermSettings) -> Result<Client, StoreError> {
    let patience = Patience {
        connect_max: CONNECT_MAX.min(settings.patience),
        answer_max: settings.patience,
        call_max: settings.patience * 2,
        attempts_max: ATTEMPTS_MAX,
    };
    let traffic = Traffic::patient(AGENT, patience).map_err(unusable)?;
    let environment = Environment::of(&settings.sign_in, &traffic).await.map_err(unusable)?;
    let cloud = Cloud { settings, traffic, environment };
    let tokens = match settings.access {
        Access::Key(_) | Access::Signature(_) if !settings.looks_up => None,
        _ => Some(cloud.tokens()?),
    };
    let base = cloud.base(tokens.as_ref()).await?;
    let opener = cloud.opener(tokens).await?;
    let Cloud { traffic, .. } = cloud;
    Ok(Client { traffic, base, account: settings.account.clone(), opener, seconds: settings.seconds })
}

impl Cloud<'_> {
    fn tokens(&self) -> Result<Tokens, StoreError> {
        let clock = (&self.traffic, self.settings.seconds);
        Tokens::of(&self.settings.sign_in, &self.environment, clock).map_err(unusable)
    }

    /// Where the account's blobs are.
    async fn base(&self, tokens: Option<&Tokens>) -> Result<Url, StoreError> {
        let bad = |fault: Fault| unusable(fault);
        if let Some(endpoint) = &self.settings.endpoint {
            return address(endpoint, "TRUEUP_AZURE_BLOB_ENDPOINT").map_err(bad);
        }
        if let (Some(tokens), true) = (tokens, self.settings.looks_up) {
            let found = self.ask(tokens, (Method::GET, "")).await?;
            let place = found.pointer("/properties/primaryEndpoints/blob").and_then(Json::as_str);
            let place = place.ok_or_else(|| invalid("the account says nothing of where its blobs are"))?;
            return address(place, "the account's endpoint").map_err(bad);
        }
        if self.environment.storage.is_empty() {
            return Err(invalid("the cloud of metadata_host doesn't say what its storage is called")
                .hint("Set lookup_blob_endpoint, resource_group_name and subscription_id."));
        }
        let host = format!("https://{}.blob.{}", self.settings.account, self.environment.storage);
        address(&host, "storage_account_name").map_err(bad)
    }

    async fn opener(&self, tokens: Option<Tokens>) -> Result<Opener, StoreError> {
        let decoded = |key: &str| {
            STANDARD.decode(key.trim()).map_err(|_| {
                invalid("the key of the account is no base64").hint(
                    "Copy access_key (ARM_ACCESS_KEY) whole, as `az storage account keys list` shows it.",
                )
            })
        };
        match (&self.settings.access, tokens) {
            (Access::Key(key), _) => Ok(Opener::Key(decoded(&key.0)?)),
            (Access::Signature(token), _) => Ok(Opener::Signature(token.clone())),
            (Access::Tokens, Some(tokens)) => Ok(Opener::Tokens(Box::new(tokens))),
            (Access::Told, Some(tokens)) => {
                let found = self.ask(&tokens, (Method::POST, "/listKeys")).await?;
                let key = found.pointer("/keys/0/value").and_then(Json::as_str);
                let key = key.ok_or_else(|| invalid("the account has no key").hint(HINT_OF_LOOKUP))?;
                Ok(Opener::Key(decoded(key)?))
            }
            (Access::Tokens | Access::Told, None) => {
                unreachable!("whoever needs tokens has had them made before")
            }
        }
    }

    /// Asks the management API about the account.
    async fn ask(&self, tokens: &Tokens, (method, what): (Method, &str)) -> Result<Json, StoreError> {
        let AzurermSettings { account, group, sign_in, .. } = self.settings;
        let group = group.as_deref().unwrap_or_default();
        let subscription = sign_in.subscription.as_deref().unwrap_or_default();
        let mut url = address(&self.environment.manager, "metadata_host").map_err(unusable)?;
        // Part by part, so that a name with a slash or a question mark can't lead elsewhere.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty()
                .extend(["subscriptions", subscription, "resourceGroups", group, "providers"])
                .extend(["Microsoft.Storage", "storageAccounts", account])
                .extend(what.split('/').filter(|part| !part.is_empty()));
        }
        url.query_pairs_mut().append_pair("api-version", VERSION);
        let object = format!("the storage account {account} in the resource group {group}");
        let failed = |fault: Fault| failure::of_account(object.clone(), &fault);
        let token = tokens.get(&self.environment.audience).await.map_err(failed)?;
        let request = Request::new(method, url).header("authorization", &format!("Bearer {token}"));
        // Being told a key twice does no harm.
        let request = Request { is_repeatable: true, ..request.map_err(failed)? };
        let answer = self.traffic.send(&request).await.and_then(success).map_err(failed)?;
        answer.json().map_err(failed)
    }
}
