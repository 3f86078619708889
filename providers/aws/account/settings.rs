//! The provider block as far as it is honoured.

use std::collections::BTreeMap;
use std::fmt;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, TagPolicy, Tags};
use trueup_value::{Type, Value};

/// What the provider block says. Secrets stay out of its debug form.
#[expect(clippy::struct_excessive_bools, reason = "the provider block has many switches")]
pub(crate) struct Settings {
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) keys: Option<Keys>,
    pub(crate) roles: Vec<Role>,
    pub(crate) endpoints: Endpoints,
    pub(crate) tags: TagPolicy,
    pub(crate) config_files: Vec<String>,
    pub(crate) credentials_files: Vec<String>,
    pub(crate) allowed_accounts: Vec<String>,
    pub(crate) forbidden_accounts: Vec<String>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) is_adaptive: bool,
    pub(crate) is_path_style: bool,
    pub(crate) is_fips: bool,
    pub(crate) is_dual_stack: bool,
    pub(crate) skips: Skips,
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
#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) session: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) policy: Option<String>,
    pub(crate) policy_arns: Vec<String>,
    pub(crate) duration: Option<String>,
    pub(crate) tags: Tags,
}

/// Where calls go instead of the clouds' own endpoints.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    urls: BTreeMap<&'static str, String>,
    pub(crate) sts_region: Option<String>,
}

/// The services that types here call, as the `endpoints` block names them.
const SERVICES: [&str; 4] = ["ec2", "iam", "s3", "sts"];

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

/// Arguments that the embedded provider doesn't honour: using them is an error, never ignored.
const NOT_HONOURED: [&str; 11] = [
    "assume_role_with_web_identity",
    "custom_ca_bundle",
    "ec2_metadata_service_endpoint",
    "ec2_metadata_service_endpoint_mode",
    "http_proxy",
    "https_proxy",
    "insecure",
    "no_proxy",
    "s3_us_east_1_regional_endpoint",
    "tag_policy_compliance",
    "token_bucket_rate_limiter_capacity",
];

impl Settings {
    /// Reads the provider block; unknown parts read as not set and make it partial.
    pub(crate) fn of(config: &Value) -> Settings {
        let skip_metadata = config.text("skip_metadata_api_check") == Some("true");
        Settings {
            region: config.owned("region"),
            profile: config.owned("profile"),
            keys: keys(config),
            roles: config.items("assume_role").iter().filter_map(role).collect(),
            endpoints: endpoints(config),
            tags: tag_policy(config),
            config_files: config.texts("shared_config_files"),
            credentials_files: config.texts("shared_credentials_files"),
            allowed_accounts: config.texts("allowed_account_ids"),
            forbidden_accounts: config.texts("forbidden_account_ids"),
            max_retries: config.integer("max_retries").and_then(|count| u32::try_from(count).ok()),
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
            is_partial: !config.is_wholly_known(),
            is_region_unknown: config.is_unknown("region"),
        }
    }
}

/// Judges the provider block beyond its schema.
pub(crate) fn validate(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for name in NOT_HONOURED {
        if config.field(name).is_some_and(is_used) {
            diagnostics.push(
                Diagnostic::error(
                    "Unsupported argument",
                    format!("The embedded aws provider does not honour the argument {name:?} of the provider block."),
                )
                .hint("Remove it, or use the provider plugin."),
            );
        }
    }
    for role in config.items("assume_role") {
        for name in ["source_identity", "transitive_tag_keys"] {
            if role.field(name).is_some_and(is_used) {
                let detail =
                    format!("The embedded aws provider does not honour {name:?} in assume_role blocks.");
                diagnostics.push(Diagnostic::error("Unsupported argument", detail));
            }
        }
        if role.field("role_arn").is_some_and(Value::is_null) {
            diagnostics.push(Diagnostic::error(
                "Cannot assume IAM Role",
                "An assume_role block in the provider configuration needs role_arn.",
            ));
        }
    }
    if config.text("retry_mode").is_some_and(|mode| !["standard", "adaptive"].contains(&mode)) {
        let detail = "The argument retry_mode of the provider block must be standard or adaptive.";
        diagnostics.push(Diagnostic::error("Invalid provider configuration", detail));
    }
    let has = |name| config.field(name).is_some_and(|value| !value.is_null());
    if has("access_key") != has("secret_key") {
        let detail = "The provider block sets only one of access_key and secret_key; both are needed.";
        diagnostics.push(Diagnostic::error("Invalid provider configuration", detail));
    }
    diagnostics
}

fn is_used(value: &Value) -> bool {
    match value.as_sequence() {
        Some(items) => !items.is_empty(),
        None => !value.is_null() && value.as_bool() != Some(false),
    }
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
        tags: block.map("tags"),
    })
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
