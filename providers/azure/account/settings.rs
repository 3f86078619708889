//! The provider block as far as it is honoured, with what the environment says where it is silent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use trueup_provider_kit::{Fault, FaultKind, Fields, Outside};
use trueup_value::Value;

/// How many further tenants calls may have tokens of (ARM reference, "Authenticate requests across tenants").
const AUXILIARY_MAX: usize = 3;

/// What the provider block says. Secrets stay out of its debug form.
pub(crate) struct Settings {
    pub(crate) subscription: Option<String>,
    pub(crate) tenant: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) certificate: Option<Bundle>,
    pub(crate) secret: Option<String>,
    /// Further tenants whose tokens go with calls.
    pub(crate) auxiliary: Vec<String>,
    pub(crate) oidc: Oidc,
    pub(crate) managed: Managed,
    pub(crate) is_cli: bool,
    pub(crate) environment: String,
    pub(crate) metadata_host: Option<String>,
    /// Where the management API is instead of the cloud's own place: a stand-in.
    pub(crate) endpoint: Option<String>,
    /// Where to sign in instead of the cloud's own place.
    pub(crate) authority: Option<String>,
    pub(crate) registrations: Registrations,
    pub(crate) is_correlated: bool,
    pub(crate) partner: Option<String>,
    pub(crate) features: Features,
    /// Something in the block isn't known yet.
    pub(crate) is_partial: bool,
}

/// A certificate that the client signs in with, in a file with its key.
pub(crate) struct Bundle {
    /// The file, in the form of PKCS #12.
    pub(crate) bytes: Vec<u8>,
    /// Empty where it has none.
    pub(crate) password: String,
}

/// Tokens of other identity providers that Entra takes.
#[derive(Default)]
pub(crate) struct Oidc {
    pub(crate) is_on: bool,
    pub(crate) token: Option<String>,
    pub(crate) token_file: Option<String>,
    pub(crate) request_url: Option<String>,
    pub(crate) request_token: Option<String>,
    /// The service connection of an Azure DevOps pipeline.
    pub(crate) connection: Option<String>,
}

/// Identities that Azure gives to machines.
#[derive(Default)]
pub(crate) struct Managed {
    pub(crate) is_on: bool,
    pub(crate) endpoint: Option<String>,
    pub(crate) api_version: Option<String>,
    /// The endpoint of App Service and its kin, and the secret that it asks for.
    pub(crate) app_service: Option<(String, String)>,
}

/// Which resource providers may be registered with the subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registrations {
    /// A named set: `none`, `core`, `extended`, `all` or `legacy`.
    pub(crate) set: String,
    /// Registered before anything else.
    pub(crate) named: Vec<String>,
}

/// What the block `features` says for the types here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Features {
    /// A resource group that holds something isn't deleted.
    pub(crate) keeps_full_groups: bool,
    /// Disks grow while machines have them, where Azure can do it.
    pub(crate) grows_disks_online: bool,
    /// With a machine goes the disk that its operating system is on.
    pub(crate) deletes_os_disks: bool,
    /// Machines are deleted by force, without being stopped before.
    pub(crate) deletes_by_force: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("subscription", &self.subscription)
            .field("tenant", &self.tenant)
            .field("client", &self.client)
            .field("has_certificate", &self.certificate.is_some())
            .field("has_secret", &self.secret.is_some())
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// The provider block before the environment.
struct Block<'a> {
    config: &'a Value,
    outside: &'a Outside,
}

impl Block<'_> {
    /// An argument, or else the first of the variables that is set.
    fn text(&self, name: &str, variables: &[&str]) -> Option<String> {
        let variable = || variables.iter().find_map(|name| self.outside.variable(name));
        self.config.text(name).or_else(variable).map(str::to_owned)
    }

    fn flag(&self, name: &str, variable: &str) -> Option<bool> {
        let from = || match self.outside.variable(variable)?.to_ascii_lowercase().as_str() {
            "1" | "t" | "true" => Some(true),
            "0" | "f" | "false" => Some(false),
            _ => None,
        };
        self.config.flag(name).or_else(from)
    }

    /// An argument or variable, or what stands in the file that another names.
    fn text_or_file(
        &self,
        (name, variables): (&str, &[&str]),
        (file, file_variables): (&str, &[&str]),
    ) -> Result<Option<String>, Fault> {
        if let Some(text) = self.text(name, variables) {
            return Ok(Some(text));
        }
        self.text(file, file_variables).map(|path| from_file(&path, file)).transpose()
    }
}

/// What stands in a file that an argument names, without the space around it.
pub(crate) fn from_file(path: &str, name: &str) -> Result<String, Fault> {
    let read = std::fs::read_to_string(path).map_err(|error| {
        Fault::new(FaultKind::Unauthenticated, format!("{name} {path} can't be read: {error}"))
    })?;
    Ok(read.trim().to_owned())
}

impl Settings {
    /// Reads the provider block; unknown parts read as not set and make it partial.
    pub(crate) fn of(config: &Value, outside: &Outside) -> Result<Settings, Fault> {
        let block = Block { config, outside };
        let is_aks = block.flag("use_aks_workload_identity", "ARM_USE_AKS_WORKLOAD_IDENTITY") == Some(true);
        let (clients, tenants): (&[&str], &[&str]) = if is_aks {
            (&["ARM_CLIENT_ID", "AZURE_CLIENT_ID"], &["ARM_TENANT_ID", "AZURE_TENANT_ID"])
        } else {
            (&["ARM_CLIENT_ID"], &["ARM_TENANT_ID"])
        };
        let client_file = ("client_id_file_path", &["ARM_CLIENT_ID_FILE_PATH"][..]);
        let secret_file = ("client_secret_file_path", &["ARM_CLIENT_SECRET_FILE_PATH"][..]);
        Ok(Settings {
            subscription: block.text("subscription_id", &["ARM_SUBSCRIPTION_ID"]),
            tenant: block.text("tenant_id", tenants),
            client: block.text_or_file(("client_id", clients), client_file)?,
            certificate: certificate(&block)?,
            auxiliary: auxiliary(&block)?,
            secret: block.text_or_file(("client_secret", &["ARM_CLIENT_SECRET"]), secret_file)?,
            oidc: oidc(&block, is_aks),
            managed: managed(&block),
            is_cli: block.flag("use_cli", "ARM_USE_CLI").unwrap_or(true),
            environment: block.text("environment", &["ARM_ENVIRONMENT"]).unwrap_or_else(|| "public".into()),
            metadata_host: block.text("metadata_host", &["ARM_METADATA_HOSTNAME", "ARM_METADATA_HOST"]),
            endpoint: outside.variable("TRUEUP_AZURE_ENDPOINT").map(str::to_owned),
            authority: outside.variable("AZURE_AUTHORITY_HOST").map(str::to_owned),
            registrations: registrations(&block),
            is_correlated: block.flag("disable_correlation_request_id", "ARM_DISABLE_CORRELATION_REQUEST_ID")
                != Some(true),
            partner: block.text("partner_id", &["ARM_PARTNER_ID"]),
            features: features(config),
            is_partial: !config.is_wholly_known(),
        })
    }
}

/// The certificate that the client signs in with: in base64, or in a file.
fn certificate(block: &Block<'_>) -> Result<Option<Bundle>, Fault> {
    let text = block.text("client_certificate", &["ARM_CLIENT_CERTIFICATE"]);
    let path = block.text("client_certificate_path", &["ARM_CLIENT_CERTIFICATE_PATH"]);
    let bytes = match (text, path) {
        (Some(text), _) => {
            let text: String = text.split_ascii_whitespace().collect();
            STANDARD.decode(text).map_err(|error| {
                Fault::new(FaultKind::Invalid, format!("client_certificate is no base64: {error}"))
                    .hint("Encode the file whole, as `base64 client.pfx` does, or name it: client_certificate_path.")
            })?
        }
        (None, Some(path)) => std::fs::read(&path).map_err(|error| {
            let message = format!("client_certificate_path {path} can't be read: {error}");
            Fault::new(FaultKind::Unauthenticated, message)
        })?,
        (None, None) => return Ok(None),
    };
    let password = block.text("client_certificate_password", &["ARM_CLIENT_CERTIFICATE_PASSWORD"]);
    Ok(Some(Bundle { bytes, password: password.unwrap_or_default() }))
}

/// Further tenants; in the environment they stand with semicolons between.
fn auxiliary(block: &Block<'_>) -> Result<Vec<String>, Fault> {
    let mut all = block.config.texts("auxiliary_tenant_ids");
    if all.is_empty() {
        let variable = block.outside.variable("ARM_AUXILIARY_TENANT_IDS").unwrap_or_default();
        all = variable.split(';').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    }
    if all.len() > AUXILIARY_MAX {
        let message =
            format!("auxiliary_tenant_ids names {} tenants; Azure takes {AUXILIARY_MAX}", all.len());
        return Err(Fault::new(FaultKind::Invalid, message)
            .hint("Keep those that the configuration refers to things of."));
    }
    Ok(all)
}

fn oidc(block: &Block<'_>, is_aks: bool) -> Oidc {
    let file = block.text("oidc_token_file_path", &["ARM_OIDC_TOKEN_FILE_PATH"]);
    let projected = block.outside.variable("AZURE_FEDERATED_TOKEN_FILE").filter(|_| is_aks);
    Oidc {
        is_on: is_aks || block.flag("use_oidc", "ARM_USE_OIDC") == Some(true),
        token: block.text("oidc_token", &["ARM_OIDC_TOKEN"]),
        token_file: file.or_else(|| projected.map(str::to_owned)),
        request_url: block.text(
            "oidc_request_url",
            &["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"],
        ),
        request_token: block.text(
            "oidc_request_token",
            &["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"],
        ),
        connection: block.text(
            "ado_pipeline_service_connection_id",
            &["ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"],
        ),
    }
}

fn managed(block: &Block<'_>) -> Managed {
    let variable = |name: &str| block.outside.variable(name).map(str::to_owned);
    Managed {
        is_on: block.flag("use_msi", "ARM_USE_MSI") == Some(true),
        endpoint: block.text("msi_endpoint", &["ARM_MSI_ENDPOINT"]),
        api_version: block.text("msi_api_version", &["ARM_MSI_API_VERSION"]),
        app_service: variable("IDENTITY_ENDPOINT").zip(variable("IDENTITY_HEADER")),
    }
}

fn registrations(block: &Block<'_>) -> Registrations {
    let set = block.text("resource_provider_registrations", &["ARM_RESOURCE_PROVIDER_REGISTRATIONS"]);
    let is_skipped = block.flag("skip_provider_registration", "ARM_SKIP_PROVIDER_REGISTRATION") == Some(true);
    let set = match set {
        Some(set) => set,
        None if is_skipped => "none".into(),
        None => "legacy".into(),
    };
    Registrations { set, named: block.config.texts("resource_providers_to_register") }
}

fn features(config: &Value) -> Features {
    let features = config.item("features");
    let flag = |block: &str, name: &str| features?.item(block)?.flag(name);
    Features {
        keeps_full_groups: flag("resource_group", "prevent_deletion_if_contains_resources").unwrap_or(true),
        grows_disks_online: flag("managed_disk", "expand_without_downtime").unwrap_or(true),
        deletes_os_disks: flag("virtual_machine", "delete_os_disk_on_deletion").unwrap_or(true),
        deletes_by_force: flag("virtual_machine", "skip_shutdown_and_force_delete").unwrap_or(false),
    }
}
