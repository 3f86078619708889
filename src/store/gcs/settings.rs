//! The backend block's settings, checked, with what the environment says where the block is silent.

use crate::secret::Secret;
use crate::{ErrorKind, Outside, StoreError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::Duration;
use trueup_login::google::Login;
use trueup_login::{Url, address};
use trueup_provider_kit::{Fault, Fields};
use trueup_value::Value;

/// How long an answer may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where Google's own API is.
const ENDPOINT: &str = "https://storage.googleapis.com/storage/v1/";
/// All that is done with objects of buckets.
const SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_write";

/// What a block `backend "gcs"` says.
#[derive(Debug)]
pub struct GcsSettings {
    /// The bucket.
    pub bucket: String,
    /// What the names of all objects begin with: empty, or with a slash at its end.
    pub prefix: String,
    /// How long an answer may take.
    pub patience: Duration,
    /// Below it is `b/BUCKET`.
    pub(super) endpoint: Url,
    pub(super) login: Login,
    pub(super) customer_key: Option<CustomerKey>,
    pub(super) kms_key: Option<String>,
}

/// A key that the server encrypts with and doesn't keep.
#[derive(Debug)]
pub(super) struct CustomerKey {
    pub(super) base64: Secret,
    pub(super) sha256: String,
}

/// A refusal of the settings.
fn invalid(cause: impl Into<String>) -> StoreError {
    StoreError::new(ErrorKind::Config, "open", "the backend \"gcs\"", cause)
}

/// What is wrong with how one is to sign in.
pub(super) fn unusable(fault: &Fault) -> StoreError {
    let failure = StoreError { kind: ErrorKind::Credentials, ..invalid(fault.to_string()) };
    StoreError { hint: fault.hint.clone(), ..failure }
}

impl GcsSettings {
    /// From the value of the block.
    pub fn from_config(config: &Value, outside: &Outside) -> Result<GcsSettings, StoreError> {
        let text = |name: &str, variables: &[&str]| {
            let variable = || variables.iter().find_map(|name| outside.variable(name));
            config.text(name).or_else(variable).map(str::to_owned)
        };
        let bucket = text("bucket", &[]).ok_or_else(|| {
            invalid("bucket is not set")
                .hint("Set bucket in the backend block or with -backend-config=bucket=...")
        })?;
        let key = text("encryption_key", &["GOOGLE_ENCRYPTION_KEY"]);
        let kms_key = text("kms_encryption_key", &["GOOGLE_KMS_ENCRYPTION_KEY"]);
        if key.is_some() && kms_key.is_some() {
            return Err(invalid("both encryption_key and kms_encryption_key are set").hint(
                "Objects are encrypted with one of them: leave the other out, and its variable unset.",
            ));
        }
        let endpoint = text(
            "storage_custom_endpoint",
            &["GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT", "GOOGLE_STORAGE_CUSTOM_ENDPOINT"],
        );
        let endpoint = endpoint.as_deref().unwrap_or(ENDPOINT);
        let login = Login {
            access_token: text("access_token", &["GOOGLE_OAUTH_ACCESS_TOKEN"]),
            credentials: text("credentials", &["GOOGLE_BACKEND_CREDENTIALS", "GOOGLE_CREDENTIALS"]),
            external: None,
            impersonate: text(
                "impersonate_service_account",
                &["GOOGLE_BACKEND_IMPERSONATE_SERVICE_ACCOUNT", "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"],
            ),
            delegates: config.texts("impersonate_service_account_delegates"),
            scopes: vec![SCOPE.into()],
        };
        Ok(GcsSettings {
            bucket: plain(bucket)?,
            prefix: prefix(config.text("prefix").unwrap_or_default())?,
            patience: PATIENCE,
            endpoint: address(endpoint, "storage_custom_endpoint").map_err(|fault| unusable(&fault))?,
            login,
            customer_key: key.map(|key| CustomerKey::read(&key)).transpose()?,
            kms_key,
        })
    }
}

/// It becomes part of addresses.
fn plain(bucket: String) -> Result<String, StoreError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if bucket.chars().all(plain) && !bucket.starts_with('.') {
        return Ok(bucket);
    }
    Err(invalid(format!("bucket {bucket:?} must be small letters, digits, hyphens, underscores and dots")))
}

/// As Terraform joins it with names: without what is empty between slashes.
fn prefix(text: &str) -> Result<String, StoreError> {
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(invalid("prefix must have no part \"..\""));
    }
    Ok(parts.iter().map(|part| format!("{part}/")).collect())
}

impl CustomerKey {
    /// From the key itself, or the file that holds it.
    fn read(given: &str) -> Result<CustomerKey, StoreError> {
        let given = if Path::new(given).is_file() {
            std::fs::read_to_string(given).map_err(|error| {
                invalid(format!("the file that encryption_key names can't be read: {error}"))
            })?
        } else {
            given.to_owned()
        };
        let base64 = given.trim().to_owned();
        let bytes = STANDARD.decode(&base64).ok().filter(|bytes| bytes.len() == 32);
        let bytes = bytes.ok_or_else(|| {
            invalid("encryption_key must be 32 bytes in base64")
                .hint("Make one with `openssl rand -base64 32`, and keep it: what it encrypts can't be read without.")
        })?;
        Ok(CustomerKey { base64: Secret(base64), sha256: STANDARD.encode(Sha256::digest(bytes)) })
    }
}
