//! The provider block as far as it is honoured.

use crate::links;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use trueup_login::google::{External, Login};
use trueup_provider_kit::{Fields, TagPolicy, duration};
use trueup_value::{Type, Value};

/// Attributes that the environment speaks for where the block doesn't, as the Terraform provider has them.
pub(crate) static VARIABLES: &[(&str, &[&str])] = &[
    ("access_token", &["GOOGLE_OAUTH_ACCESS_TOKEN"]),
    ("billing_custom_endpoint", &["GOOGLE_BILLING_CUSTOM_ENDPOINT"]),
    ("billing_project", &["GOOGLE_BILLING_PROJECT"]),
    (
        "cloud_resource_manager_custom_endpoint",
        &["GOOGLE_CLOUD_RESOURCE_MANAGER_CUSTOM_ENDPOINT", "GOOGLE_RESOURCE_MANAGER_CUSTOM_ENDPOINT"],
    ),
    ("compute_custom_endpoint", &["GOOGLE_COMPUTE_CUSTOM_ENDPOINT"]),
    ("credentials", &["GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON"]),
    ("deletion_policy", &["GOOGLE_DELETION_POLICY"]),
    ("iam_custom_endpoint", &["GOOGLE_IAM_CUSTOM_ENDPOINT"]),
    ("impersonate_service_account", &["GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"]),
    ("logging_custom_endpoint", &["GOOGLE_LOGGING_CUSTOM_ENDPOINT"]),
    ("project", &["GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"]),
    ("region", &["GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"]),
    ("request_reason", &["CLOUDSDK_CORE_REQUEST_REASON"]),
    ("storage_custom_endpoint", &["GOOGLE_STORAGE_CUSTOM_ENDPOINT"]),
    ("universe_domain", &["GOOGLE_UNIVERSE_DOMAIN"]),
    ("user_project_override", &["USER_PROJECT_OVERRIDE"]),
    ("zone", &["GOOGLE_ZONE", "GCLOUD_ZONE", "CLOUDSDK_COMPUTE_ZONE"]),
];

/// The label that says that a thing was made from configuration.
pub(crate) const ATTRIBUTION: (&str, &str) = ("goog-terraform-provisioned", "true");
/// How long an answer may take where the provider block doesn't say.
const ANSWER_MAX: Duration = Duration::from_mins(2);
/// Where Google's own endpoints are.
pub(crate) const UNIVERSE: &str = "googleapis.com";
const SCOPES: [&str; 2] =
    ["https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/userinfo.email"];

/// What the provider block says. Secrets stay out of its debug form.
pub(crate) struct Settings {
    pub(crate) project: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) zone: Option<String>,
    pub(crate) login: Login,
    pub(crate) universe: String,
    /// Pays for calls, where the caller's own project doesn't.
    pub(crate) billing_project: Option<String>,
    pub(crate) is_project_overridden: bool,
    pub(crate) request_reason: Option<String>,
    pub(crate) answer_max: Duration,
    pub(crate) labels: TagPolicy,
    pub(crate) attribution: Attribution,
    pub(crate) deletion_policy: Option<String>,
    endpoints: BTreeMap<&'static str, String>,
    /// Something in the block isn't known yet.
    pub(crate) is_partial: bool,
}

/// When things get the label that says where they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribution {
    Never,
    OnCreation,
    Always,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("project", &self.project)
            .field("region", &self.region)
            .field("zone", &self.zone)
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// Reads the provider block; unknown parts read as not set and make it partial.
    pub(crate) fn of(config: &Value) -> Settings {
        let zone = config.text("zone").map(|zone| links::name(zone).to_owned());
        let region = config.text("region").map(|region| links::name(region).to_owned());
        let scopes = config.texts("scopes");
        Settings {
            project: config.owned("project"),
            region: region.or_else(|| zone.as_deref().and_then(links::region_of).map(str::to_owned)),
            zone,
            login: Login {
                access_token: config.owned("access_token"),
                credentials: config.owned("credentials"),
                external: config.item("external_credentials").and_then(external),
                impersonate: config.owned("impersonate_service_account"),
                delegates: config.texts("impersonate_service_account_delegates"),
                scopes: if scopes.is_empty() { SCOPES.map(str::to_owned).to_vec() } else { scopes },
            },
            universe: config.owned("universe_domain").unwrap_or_else(|| UNIVERSE.to_owned()),
            billing_project: config.owned("billing_project"),
            is_project_overridden: config.flag("user_project_override").unwrap_or(false),
            request_reason: config.owned("request_reason"),
            answer_max: config.text("request_timeout").and_then(duration).unwrap_or(ANSWER_MAX),
            labels: labels(config),
            attribution: attribution(config),
            deletion_policy: config.owned("deletion_policy"),
            endpoints: endpoints(config),
            is_partial: is_partial(config),
        }
    }

    /// The project that calls are charged to which name none, where the provider block says so.
    pub(crate) fn payer(&self) -> Option<&str> {
        let payer = self.billing_project.as_deref().or(self.project.as_deref());
        payer.filter(|_| self.is_project_overridden)
    }

    /// Where calls to a service go, without a slash at the end: `https://compute.googleapis.com/compute/v1`.
    pub(crate) fn endpoint(&self, service: &Service) -> String {
        let own = || format!("https://{}.{}/{}", service.host, self.universe, service.version);
        self.endpoints.get(service.argument).cloned().unwrap_or_else(own)
    }
}

/// A service that types here call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    /// The first part of its host.
    pub(crate) host: &'static str,
    /// What its paths begin with.
    pub(crate) version: &'static str,
    /// The provider block's argument for another endpoint.
    pub(crate) argument: &'static str,
}

pub(crate) const BILLING: Service =
    Service { host: "cloudbilling", version: "v1", argument: "billing_custom_endpoint" };
pub(crate) const COMPUTE: Service =
    Service { host: "compute", version: "compute/v1", argument: "compute_custom_endpoint" };
pub(crate) const IAM: Service = Service { host: "iam", version: "v1", argument: "iam_custom_endpoint" };
pub(crate) const LOGGING: Service =
    Service { host: "logging", version: "v2", argument: "logging_custom_endpoint" };
pub(crate) const RESOURCE_MANAGER: Service = Service {
    host: "cloudresourcemanager",
    version: "v1",
    argument: "cloud_resource_manager_custom_endpoint",
};
pub(crate) const STORAGE: Service =
    Service { host: "storage", version: "storage/v1", argument: "storage_custom_endpoint" };
pub(crate) const SERVICES: [Service; 6] = [BILLING, COMPUTE, IAM, LOGGING, RESOURCE_MANAGER, STORAGE];

/// Whether something is unknown that calls take: labels are for plans alone.
fn is_partial(config: &Value) -> bool {
    let Some(fields) = config.as_mapping() else { return !config.is_wholly_known() };
    fields.iter().any(|(name, value)| &**name != "default_labels" && !value.is_wholly_known())
}

fn external(block: &Value) -> Option<External> {
    Some(External {
        audience: block.owned("audience")?,
        identity_token: block.owned("identity_token")?,
        service_account: block.owned("service_account_email")?,
    })
}

/// Endpoints of services that no type here calls have nothing to act on. The arguments hold the version too.
fn endpoints(config: &Value) -> BTreeMap<&'static str, String> {
    let given = |service: &Service| {
        let url = config.text(service.argument)?.trim_end_matches('/');
        // The API of one version is spoken, and this argument has been given with and without it.
        let is_bare = service.version == "v1" && !url.ends_with("/v1");
        Some((service.argument, if is_bare { format!("{url}/v1") } else { url.to_owned() }))
    };
    SERVICES.iter().filter_map(given).collect()
}

fn labels(config: &Value) -> TagPolicy {
    let none = Value::map::<&str>(Type::String, []);
    let labels = config.field("default_labels").filter(|labels| !labels.is_null()).unwrap_or(&none);
    let holder = Value::object([("labels", labels.clone())]);
    TagPolicy { defaults: labels.is_wholly_known().then(|| holder.map("labels")), ..TagPolicy::default() }
}

fn attribution(config: &Value) -> Attribution {
    match (
        config.flag("add_terraform_attribution_label"),
        config.text("terraform_attribution_label_addition_strategy"),
    ) {
        (Some(false), _) => Attribution::Never,
        (_, Some("PROACTIVE")) => Attribution::Always,
        _ => Attribution::OnCreation,
    }
}
