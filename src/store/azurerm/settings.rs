//! The backend block's settings, checked, with what the environment says where the block is silent.

use crate::secret::Secret;
use crate::{ErrorKind, Outside, StoreError};
use std::time::Duration;
use trueup_login::azure::{Block, SignIn};
use trueup_provider_kit::{Fault, Fields};
use trueup_value::Value;

/// How long an answer may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a block `backend "azurerm"` says.
#[derive(Debug)]
pub struct AzurermSettings {
    /// The storage account.
    pub account: String,
    /// The container.
    pub container: String,
    /// The name of the default workspace's blob.
    pub key: String,
    /// Take a snapshot of a state before another is written over it.
    pub snapshot: bool,
    /// How long an answer may take.
    pub patience: Duration,
    /// The account's blobs are here instead of at the cloud's own place: a stand-in.
    pub(super) endpoint: Option<String>,
    /// Ask the management API where the account's blobs are.
    pub(super) looks_up: bool,
    pub(super) access: Access,
    /// The account's resource group.
    pub(super) group: Option<String>,
    pub(super) sign_in: SignIn,
    pub(super) seconds: fn() -> u64,
}

/// What opens the container.
#[derive(Debug)]
pub(super) enum Access {
    /// A key of the account.
    Key(Secret),
    /// A shared access signature, as the query that it is.
    Signature(Secret),
    /// Tokens of whoever signs in.
    Tokens,
    /// A key of the account that whoever signs in is told.
    Told,
}

/// A refusal of the settings.
pub(super) fn invalid(cause: impl Into<String>) -> StoreError {
    StoreError::new(ErrorKind::Config, "open", "the backend \"azurerm\"", cause)
}

impl AzurermSettings {
    /// From the value of the block.
    pub fn from_config(config: &Value, outside: &Outside) -> Result<AzurermSettings, StoreError> {
        let config = with_endpoint(config);
        let block = Block { config: &config, outside };
        let required = |name: &str| {
            config.text(name).map(str::to_owned).ok_or_else(|| {
                invalid(format!("{name} is not set"))
                    .hint(format!("Set {name} in the backend block or with -backend-config={name}=..."))
            })
        };
        let key = required("key")?;
        if key.split('/').any(|part| part == "." || part == "..") {
            return Err(invalid("key must have no part . or .., which no blob can have"));
        }
        let group = config.text("resource_group_name").map(str::to_owned);
        let access = access(&block, group.is_some())?;
        let looks_up = block.flag("lookup_blob_endpoint", "ARM_LOOKUP_BLOB_ENDPOINT").unwrap_or(false);
        let sign_in = SignIn::of(&block).map_err(unusable)?;
        if looks_up && group.is_none() {
            return Err(invalid("lookup_blob_endpoint is set and resource_group_name is not")
                .hint("Name the account's resource group, or leave lookup_blob_endpoint out."));
        }
        if (looks_up || matches!(access, Access::Told)) && sign_in.subscription.is_none() {
            return Err(invalid("resource_group_name is set and subscription_id is not").hint(
                "Set subscription_id in the backend block or ARM_SUBSCRIPTION_ID; `az account show --query id` tells \
                 that of the Azure CLI.",
            ));
        }
        Ok(AzurermSettings {
            account: account(required("storage_account_name")?)?,
            container: container(required("container_name")?)?,
            key,
            snapshot: block.flag("snapshot", "ARM_SNAPSHOT").unwrap_or(false),
            patience: PATIENCE,
            endpoint: outside.variable("TRUEUP_AZURE_BLOB_ENDPOINT").map(str::to_owned),
            looks_up,
            access,
            group,
            sign_in,
            seconds: outside.seconds,
        })
    }
}

/// Terraform has renamed `endpoint`, and takes it still.
fn with_endpoint(config: &Value) -> Value {
    let mut config = config.clone();
    if config.text("msi_endpoint").is_none()
        && let (Some(endpoint), Some(fields)) = (config.text("endpoint"), config.as_mapping())
    {
        let mut fields = fields.clone();
        fields.insert("msi_endpoint".into(), Value::string(endpoint));
        config = Value::object(fields);
    }
    config
}

/// The first that is there, in Terraform's order.
fn access(block: &Block<'_>, has_group: bool) -> Result<Access, StoreError> {
    if let Some(key) = block.text("access_key", &["ARM_ACCESS_KEY"]) {
        return Ok(Access::Key(Secret(key)));
    }
    if let Some(token) = block.text("sas_token", &["ARM_SAS_TOKEN"]) {
        return Ok(Access::Signature(Secret(token.trim_start_matches('?').to_owned())));
    }
    if block.flag("use_azuread_auth", "ARM_USE_AZUREAD") == Some(true) {
        return Ok(Access::Tokens);
    }
    if has_group {
        return Ok(Access::Told);
    }
    Err(invalid("nothing says how the container is opened").hint(
        "Set one of use_azuread_auth (ARM_USE_AZUREAD), access_key (ARM_ACCESS_KEY), sas_token (ARM_SAS_TOKEN), or \
         resource_group_name with subscription_id, by which the account's key is looked up.",
    ))
}

/// It becomes part of a host's name.
fn account(name: String) -> Result<String, StoreError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if (3..=24).contains(&name.len()) && name.chars().all(plain) {
        return Ok(name);
    }
    Err(invalid(format!("storage_account_name {name:?} must be 3 to 24 small letters and digits")))
}

fn container(name: String) -> Result<String, StoreError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name == "$root" || ((3..=63).contains(&name.len()) && name.chars().all(plain)) {
        return Ok(name);
    }
    Err(invalid(format!("container_name {name:?} must be 3 to 63 small letters, digits and hyphens")))
}

/// What is wrong with how one is to sign in.
pub(super) fn unusable(fault: Fault) -> StoreError {
    let cause = fault.to_string();
    let failure = StoreError { kind: ErrorKind::Credentials, ..invalid(cause) };
    StoreError { hint: fault.hint, ..failure }
}
