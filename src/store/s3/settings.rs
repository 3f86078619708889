//! The backend block's settings, checked.

use crate::secret::Secret;
use crate::{ErrorKind, StoreError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use std::time::Duration;
use trueup_value::Value;

/// How long an operation may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(30);
const RETRIES: u32 = 5;

/// What a block `backend "s3"` says.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags of the backend block")]
pub struct S3Settings {
    /// The bucket.
    pub bucket: String,
    /// The key of the default workspace's state.
    pub key: String,
    /// What the keys of other workspaces start with.
    pub workspace_key_prefix: String,
    /// The bucket's region; else what the AWS tools' files and environment say.
    pub region: Option<String>,
    /// Another server than Amazon's.
    pub endpoint: Option<String>,
    /// The bucket in the path of URLs instead of the host name.
    pub use_path_style: bool,
    /// Keep a lock object beside the state.
    pub use_lockfile: bool,
    /// Have the server encrypt.
    pub encrypt: bool,
    /// The key that the server encrypts with.
    pub kms_key_id: Option<String>,
    /// A canned access control list.
    pub acl: Option<String>,
    /// Leave out checksums that aren't required.
    pub skip_s3_checksum: bool,
    /// How often a failed request is sent again.
    pub max_retries: u32,
    /// How long an operation may take.
    pub patience: Duration,
    pub(super) profile: Option<String>,
    pub(super) access_key: Option<String>,
    pub(super) secret_key: Option<Secret>,
    pub(super) token: Option<Secret>,
    pub(super) shared_config_files: Vec<String>,
    pub(super) shared_credentials_files: Vec<String>,
    pub(super) customer_key: Option<CustomerKey>,
    pub(super) assume_role: Option<AssumeRole>,
}

/// A key that the server encrypts with and doesn't keep.
#[derive(Clone, Debug)]
pub(super) struct CustomerKey {
    pub(super) base64: Secret,
    pub(super) md5: String,
}

/// A role to take on first.
#[derive(Clone, Debug)]
pub(super) struct AssumeRole {
    pub(super) arn: String,
    pub(super) session_name: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) policy: Option<String>,
}

/// Settings that are known and not carried out: using them is an error, never a silence.
const UNSUPPORTED: [(&str, &str); 11] = [
    ("assume_role_with_web_identity", "Set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE in the environment."),
    ("dynamodb_table", "Use use_lockfile = true, which keeps the lock in the bucket itself."),
    ("dynamodb_endpoint", "Use use_lockfile = true, which keeps the lock in the bucket itself."),
    ("custom_ca_bundle", "Add the certificate to those of the system."),
    ("http_proxy", "Set HTTP_PROXY in the environment."),
    ("https_proxy", "Set HTTPS_PROXY in the environment."),
    ("no_proxy", "Set NO_PROXY in the environment."),
    ("allowed_account_ids", "Leave it out."),
    ("forbidden_account_ids", "Leave it out."),
    ("use_fips_endpoint", "Set AWS_USE_FIPS_ENDPOINT in the environment."),
    ("use_dualstack_endpoint", "Set AWS_USE_DUALSTACK_ENDPOINT in the environment."),
];

/// The same within `assume_role`.
const UNSUPPORTED_OF_ROLES: [&str; 5] =
    ["duration", "policy_arns", "source_identity", "tags", "transitive_tag_keys"];

fn is_set(config: &Value, name: &str) -> bool {
    config.get(name).is_some_and(|value| !value.is_null() && value.as_bool() != Some(false))
}

fn invalid(cause: impl Into<String>) -> StoreError {
    StoreError::new(ErrorKind::Config, "open", "the backend \"s3\"", cause)
}

impl S3Settings {
    /// From the value of the block.
    pub fn from_config(config: &Value) -> Result<S3Settings, StoreError> {
        for (name, instead) in UNSUPPORTED {
            if is_set(config, name) {
                return Err(invalid(format!("{name} is not supported")).hint(instead));
            }
        }
        let required = |name: &str| {
            text(config, name).ok_or_else(|| {
                invalid(format!("{name} is not set"))
                    .hint(format!("Set {name} in the backend block or with -backend-config={name}=..."))
            })
        };
        let key = required("key")?;
        if key.starts_with('/') || key.ends_with('/') {
            return Err(invalid("key must not start or end with a slash"));
        }
        let endpoints = config.get("endpoints");
        let endpoint =
            endpoints.and_then(|endpoints| text(endpoints, "s3")).or_else(|| text(config, "endpoint"));
        let role = config.get("assume_role").filter(|role| !role.is_null());
        if let Some(name) = role.and_then(|role| UNSUPPORTED_OF_ROLES.iter().find(|name| is_set(role, name)))
        {
            return Err(invalid(format!("{name} in assume_role is not supported")).hint("Leave it out."));
        }
        let role = role.and_then(|role| text(role, "role_arn").map(|arn| AssumeRole::of(role, arn)));
        let prefix = config.get("workspace_key_prefix").and_then(Value::as_str);
        Ok(S3Settings {
            bucket: required("bucket")?,
            key,
            workspace_key_prefix: prefix.unwrap_or("env:").trim_matches('/').into(),
            region: text(config, "region"),
            endpoint: endpoint.map(with_scheme),
            use_path_style: flag(config, "use_path_style") || flag(config, "force_path_style"),
            use_lockfile: flag(config, "use_lockfile"),
            encrypt: flag(config, "encrypt"),
            kms_key_id: text(config, "kms_key_id"),
            acl: text(config, "acl"),
            skip_s3_checksum: flag(config, "skip_s3_checksum"),
            max_retries: number(config, "max_retries").unwrap_or(RETRIES),
            patience: PATIENCE,
            profile: text(config, "profile"),
            access_key: text(config, "access_key"),
            secret_key: text(config, "secret_key").map(Secret),
            token: text(config, "token").map(Secret),
            shared_config_files: texts(config, "shared_config_files"),
            shared_credentials_files: credentials_files(config),
            customer_key: text(config, "sse_customer_key").map(CustomerKey::read).transpose()?,
            assume_role: role,
        })
    }

    /// Where requests go, for messages.
    pub(super) fn place(&self) -> String {
        match (&self.endpoint, &self.region) {
            (Some(endpoint), _) => endpoint.clone(),
            (None, Some(region)) => format!("S3 in {region}"),
            (None, None) => "S3".into(),
        }
    }
}

impl AssumeRole {
    fn of(config: &Value, arn: String) -> AssumeRole {
        AssumeRole {
            arn,
            session_name: text(config, "session_name"),
            external_id: text(config, "external_id"),
            policy: text(config, "policy"),
        }
    }
}

impl CustomerKey {
    fn read(base64: String) -> Result<CustomerKey, StoreError> {
        let bytes = STANDARD.decode(&base64).ok().filter(|bytes| bytes.len() == 32);
        let bytes = bytes.ok_or_else(|| invalid("sse_customer_key must be 32 bytes in base64"))?;
        let md5 = STANDARD.encode(Md5::digest(&bytes));
        Ok(CustomerKey { base64: Secret(base64), md5 })
    }
}

/// Terraform takes endpoints without a scheme.
fn with_scheme(endpoint: String) -> String {
    if endpoint.contains("://") { endpoint } else { format!("https://{endpoint}") }
}

fn text(config: &Value, name: &str) -> Option<String> {
    config.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(Into::into)
}

fn flag(config: &Value, name: &str) -> bool {
    config.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn number(config: &Value, name: &str) -> Option<u32> {
    config.get(name).and_then(Value::as_number)?.to_u64()?.try_into().ok()
}

fn texts(config: &Value, name: &str) -> Vec<String> {
    let items = config.get(name).and_then(Value::as_sequence).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(Into::into).collect()
}

fn credentials_files(config: &Value) -> Vec<String> {
    let mut files = texts(config, "shared_credentials_files");
    files.extend(text(config, "shared_credentials_file"));
    files
}
