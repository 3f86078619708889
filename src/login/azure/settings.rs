//! What a block says of who signs in, with what the environment says where it is silent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use trueup_provider_kit::{Fault, FaultKind, Fields, Outside};
use trueup_value::Value;

/// Who signs in, and to which cloud. Secrets stay out of its debug form.
pub struct SignIn {
    /// The subscription that is worked in.
    pub subscription: Option<String>,
    /// The tenant of whoever signs in.
    pub tenant: Option<String>,
    /// The application, or which of a machine's identities.
    pub client: Option<String>,
    pub(crate) certificate: Option<Bundle>,
    pub(crate) secret: Option<String>,
    pub(crate) oidc: Oidc,
    pub(crate) managed: Managed,
    pub(crate) is_cli: bool,
    /// The cloud's name.
    pub environment: String,
    pub(crate) metadata_host: Option<String>,
    /// Where the management API is instead of the cloud's own place: a stand-in.
    pub(crate) endpoint: Option<String>,
    /// Where to sign in instead of the cloud's own place.
    pub(crate) authority: Option<String>,
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

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("subscription", &self.subscription)
            .field("tenant", &self.tenant)
            .field("client", &self.client)
            .field("has_certificate", &self.certificate.is_some())
            .field("has_secret", &self.secret.is_some())
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// A block before the environment.
pub struct Block<'a> {
    /// Its arguments.
    pub config: &'a Value,
    /// What speaks where they are silent.
    pub outside: &'a Outside,
}

impl Block<'_> {
    /// An argument, or else the first of the variables that is set.
    pub fn text(&self, name: &str, variables: &[&str]) -> Option<String> {
        let variable = || variables.iter().find_map(|name| self.outside.variable(name));
        self.config.text(name).or_else(variable).map(str::to_owned)
    }

    /// An argument, or else what the variable says.
    pub fn flag(&self, name: &str, variable: &str) -> Option<bool> {
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

impl SignIn {
    /// Reads the block's arguments; unknown ones read as not set.
    pub fn of(block: &Block<'_>) -> Result<SignIn, Fault> {
        let is_aks = block.flag("use_aks_workload_identity", "ARM_USE_AKS_WORKLOAD_IDENTITY") == Some(true);
        let (clients, tenants): (&[&str], &[&str]) = if is_aks {
            (&["ARM_CLIENT_ID", "AZURE_CLIENT_ID"], &["ARM_TENANT_ID", "AZURE_TENANT_ID"])
        } else {
            (&["ARM_CLIENT_ID"], &["ARM_TENANT_ID"])
        };
        let client_file = ("client_id_file_path", &["ARM_CLIENT_ID_FILE_PATH"][..]);
        let secret_file = ("client_secret_file_path", &["ARM_CLIENT_SECRET_FILE_PATH"][..]);
        let variable = |name: &str| block.outside.variable(name).map(str::to_owned);
        Ok(SignIn {
            subscription: block.text("subscription_id", &["ARM_SUBSCRIPTION_ID"]),
            tenant: block.text("tenant_id", tenants),
            client: block.text_or_file(("client_id", clients), client_file)?,
            certificate: certificate(block)?,
            secret: block.text_or_file(("client_secret", &["ARM_CLIENT_SECRET"]), secret_file)?,
            oidc: oidc(block, is_aks),
            managed: managed(block),
            is_cli: block.flag("use_cli", "ARM_USE_CLI").unwrap_or(true),
            environment: block.text("environment", &["ARM_ENVIRONMENT"]).unwrap_or_else(|| "public".into()),
            metadata_host: block.text("metadata_host", &["ARM_METADATA_HOSTNAME", "ARM_METADATA_HOST"]),
            endpoint: variable("TRUEUP_AZURE_ENDPOINT"),
            authority: variable("AZURE_AUTHORITY_HOST"),
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
