//! The provider block as far as it is honoured.

use std::collections::BTreeMap;
use std::fmt;
use trueup_provider_kit::{Fault, FaultKind, Fields, TagPolicy, Tags};
use trueup_value::{Type, Value};

/// What the provider block says. Secrets stay out of its debug form.
#[expect(clippy::struct_excessive_bools, reason = "the provider block has many switches")]
pub(crate) struct Settings {
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) keys: Option<Keys>,
    pub(crate) roles: Vec<Role>,
    pub(crate) web_identity: Option<WebIdentity>,
    pub(crate) endpoints: Endpoints,
    pub(crate) tags: TagPolicy,
    pub(crate) config_files: Vec<String>,
    pub(crate) credentials_files: Vec<String>,
    pub(crate) allowed_accounts: Vec<String>,
    pub(crate) forbidden_accounts: Vec<String>,
    pub(crate) max_retries: Option<u32>,
    /// How many retries all calls together may have saved up.
    pub(crate) retry_tokens: Option<usize>,
    pub(crate) is_adaptive: bool,
    pub(crate) is_path_style: bool,
    pub(crate) is_fips: bool,
    pub(crate) is_dual_stack: bool,
    pub(crate) skips: Skips,
    pub(crate) ca_bundle: Option<String>,
    pub(crate) http_proxy: Option<String>,
    pub(crate) https_proxy: Option<String>,
    pub(crate) no_proxy: Option<String>,
    pub(crate) metadata_endpoint: Option<String>,
    pub(crate) metadata_mode: Option<String>,
    /// Something in the block isn't known yet.
    pub(crate) is_partial: bool,
    /// The region isn't known yet.
    pub(crate) is_region_unknown: bool,
}

/// Static credentials.
pub(crate) struct Keys {
    pub(crate) access: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// A role to assume.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) session: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) policy: Option<String>,
    pub(crate) policy_arns: Vec<String>,
    pub(crate) duration: Option<String>,
    pub(crate) source_identity: Option<String>,
    pub(crate) tags: Tags,
    pub(crate) transitive_tags: Vec<String>,
}

/// A role to assume with a token of an identity provider.
#[derive(Clone)]
pub(crate) struct WebIdentity {
    pub(crate) role: Role,
    token: Option<String>,
    token_file: Option<String>,
}

impl WebIdentity {
    /// The token; one in a file is read anew each time, for what runs beside us keeps it fresh.
    pub(crate) fn token(&self) -> Result<String, Fault> {
        match (&self.token, &self.token_file) {
            (Some(token), _) => Ok(token.clone()),
            (None, Some(path)) => {
                let read = std::fs::read_to_string(path).map_err(|e| {
                    let message = format!("web_identity_token_file {path} can't be read: {e}");
                    Fault::new(FaultKind::Unauthenticated, message)
                })?;
                Ok(read.trim().to_owned())
            }
            (None, None) => {
                let message = "neither web_identity_token nor web_identity_token_file is set";
                Err(Fault::new(FaultKind::Unauthenticated, message))
            }
        }
    }
}

impl fmt::Debug for WebIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WebIdentity { role, token_file, .. } = self;
        f.debug_struct("WebIdentity").field("role", role).field("file", token_file).finish_non_exhaustive()
    }
}

/// Where calls go instead of the clouds' own endpoints.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    urls: BTreeMap<&'static str, String>,
    pub(crate) sts_region: Option<String>,
}

/// The services that types here call, as the `endpoints` block names them.
pub(crate) const SERVICES: [&str; 6] = ["cloudtrail", "dynamodb", "ec2", "iam", "s3", "sts"];

impl Endpoints {
    /// Where calls to a service go; None for the cloud's own endpoint.
    pub(crate) fn of(&self, service: &str) -> Option<&String> {
        self.urls.get(service)
    }
}

/// What not to check at the start.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the provider block has many switches")]
pub(crate) struct Skips {
    pub(crate) credentials: bool,
    pub(crate) account: bool,
    pub(crate) region: bool,
    pub(crate) metadata: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("has_keys", &self.keys.is_some())
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// Reads the provider block; unknown parts read as not set and make it partial.
    pub(crate) fn of(config: &Value) -> Settings {
        let skip_metadata = config.text("skip_metadata_api_check") == Some("true");
        Settings {
            region: config.owned("region"),
            profile: config.owned("profile"),
            keys: keys(config),
            roles: config.items("assume_role").iter().filter_map(role).collect(),
            web_identity: config.item("assume_role_with_web_identity").and_then(web_identity),
            endpoints: endpoints(config),
            tags: tag_policy(config),
            config_files: config.texts("shared_config_files"),
            credentials_files: config.texts("shared_credentials_files"),
            allowed_accounts: config.texts("allowed_account_ids"),
            forbidden_accounts: config.texts("forbidden_account_ids"),
            max_retries: config.integer("max_retries").and_then(|count| u32::try_from(count).ok()),
            retry_tokens: config
                .integer("token_bucket_rate_limiter_capacity")
                .and_then(|count| usize::try_from(count).ok()),
            is_adaptive: config.text("retry_mode") == Some("adaptive"),
            is_path_style: config.flag("s3_use_path_style").unwrap_or(false),
            is_fips: config.flag("use_fips_endpoint").unwrap_or(false),
            is_dual_stack: config.flag("use_dualstack_endpoint").unwrap_or(false),
            skips: Skips {
                credentials: config.flag("skip_credentials_validation").unwrap_or(false),
                account: config.flag("skip_requesting_account_id").unwrap_or(false),
                region: config.flag("skip_region_validation").unwrap_or(false),
                metadata: skip_metadata,
            },
            ca_bundle: config.owned("custom_ca_bundle"),
            http_proxy: config.owned("http_proxy"),
            https_proxy: config.owned("https_proxy"),
            no_proxy: config.owned("no_proxy"),
            metadata_endpoint: config.owned("ec2_metadata_service_endpoint"),
            metadata_mode: config.owned("ec2_metadata_service_endpoint_mode"),
            is_partial: is_partial(config),
            is_region_unknown: config.is_unknown("region"),
        }
    }
}

/// Whether something is unknown that calls take: tags are for plans alone.
fn is_partial(config: &Value) -> bool {
    let Some(fields) = config.as_mapping() else { return !config.is_wholly_known() };
    fields.iter().any(|(name, value)| &**name != "default_tags" && !value.is_wholly_known())
}

fn keys(config: &Value) -> Option<Keys> {
    let (access, secret) = (config.owned("access_key")?, config.owned("secret_key")?);
    Some(Keys { access, secret, token: config.owned("token") })
}

fn role(block: &Value) -> Option<Role> {
    Some(Role {
        arn: block.owned("role_arn")?,
        session: block.owned("session_name"),
        external_id: block.owned("external_id"),
        policy: block.owned("policy"),
        policy_arns: block.texts("policy_arns"),
        duration: block.owned("duration"),
        source_identity: block.owned("source_identity"),
        tags: block.map("tags"),
        transitive_tags: block.texts("transitive_tag_keys"),
    })
}

fn web_identity(block: &Value) -> Option<WebIdentity> {
    let (token, token_file) = (block.owned("web_identity_token"), block.owned("web_identity_token_file"));
    Some(WebIdentity { role: role(block)?, token, token_file })
}

/// Endpoints of services that no type here calls have nothing to act on.
fn endpoints(config: &Value) -> Endpoints {
    let given = |name| config.items("endpoints").iter().find_map(|block| block.owned(name));
    let urls = SERVICES.iter().filter_map(|name| Some((*name, given(name)?)));
    Endpoints { urls: urls.collect(), sts_region: config.owned("sts_region") }
}

fn tag_policy(config: &Value) -> TagPolicy {
    let none = Value::map::<&str>(Type::String, []);
    let block = config.field("default_tags");
    let tags = block.and_then(Value::as_sequence).and_then(|items| items.first());
    let tags = tags.and_then(|block| block.field("tags")).filter(|tags| !tags.is_null()).unwrap_or(&none);
    let is_known = block.is_none_or(Value::is_known) && tags.is_wholly_known();
    let ignored = config.item("ignore_tags");
    let mut ignored_prefixes = ignored.map(|block| block.texts("key_prefixes")).unwrap_or_default();
    ignored_prefixes.extend(["aws:".to_owned(), crate::ec2::STEP_TAG.to_owned()]);
    let holder = Value::object([("tags", tags.clone())]);
    TagPolicy {
        defaults: is_known.then(|| holder.map("tags")),
        ignored_keys: ignored.map(|block| block.texts("keys")).unwrap_or_default(),
        ignored_prefixes,
    }
}
