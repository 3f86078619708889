//! Google Cloud: who calls. The block's token or key first, then what Google's own tools would use.

use crate::chain;
use google_cloud_auth::build_errors::Error as BuildError;
use google_cloud_auth::credentials::external_account::ProgrammaticBuilder;
use google_cloud_auth::credentials::service_account::AccessSpecifier;
use google_cloud_auth::credentials::subject_token::{
    Builder as SubjectTokenBuilder, SubjectToken, SubjectTokenProvider,
};
use google_cloud_auth::credentials::{
    Builder, CacheableResource, Credentials, external_account, impersonated, service_account, user_account,
};
use google_cloud_auth::errors::SubjectTokenProviderError;
use serde_json::Value as Json;
use std::fmt;
use std::sync::Arc;
use trueup_provider_kit::{Fault, FaultKind};

/// Where workload identity federation exchanges tokens.
const TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:jwt";

/// What to do about credentials that are missing or refused.
pub const CREDENTIALS_HINT: &str = "Set credentials or access_token in the block, set \
    GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_OAUTH_ACCESS_TOKEN in the environment, sign in with \
    `gcloud auth application-default login`, or run where a service account is attached.";

/// What a block says of who calls. Nothing of it shows in its debug form.
#[derive(Clone, Default)]
pub struct Login {
    /// A token as it is.
    pub access_token: Option<String>,
    /// A file's path or its contents.
    pub credentials: Option<String>,
    /// Another identity provider vouches for who calls.
    pub external: Option<External>,
    /// The service account to call as.
    pub impersonate: Option<String>,
    /// Those that it is reached through.
    pub delegates: Vec<String>,
    /// What tokens are good for.
    pub scopes: Vec<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("impersonate", &self.impersonate).finish_non_exhaustive()
    }
}

/// A token of another identity provider.
#[derive(Clone)]
pub struct External {
    /// Whom it is made out to.
    pub audience: String,
    /// The token.
    pub identity_token: String,
    /// The service account to call as.
    pub service_account: String,
}

/// What calls are signed with. Nothing of it shows in its debug form.
pub enum Identity {
    /// As given; it isn't renewed.
    Token(String),
    /// Renewed before it expires.
    Renewed(Credentials),
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

impl Identity {
    /// The same for clients of Google's crates.
    pub fn credentials(&self) -> Credentials {
        match self {
            Identity::Token(token) => Credentials::from(Fixed(token.clone())),
            Identity::Renewed(credentials) => credentials.clone(),
        }
    }

    /// The token of the next call.
    pub async fn token(&self) -> Result<String, Fault> {
        let credentials = match self {
            Identity::Token(token) => return Ok(token.clone()),
            Identity::Renewed(credentials) => credentials,
        };
        let headers = credentials.headers(http::Extensions::new()).await.map_err(|error| {
            let kind = if error.is_transient() { FaultKind::Unanswered } else { FaultKind::Unauthenticated };
            Fault::new(kind, format!("no access token could be had: {}", chain(&error)))
                .hint(CREDENTIALS_HINT)
        })?;
        let CacheableResource::New { data, .. } = headers else {
            return Err(Fault::new(FaultKind::Unauthenticated, "the credentials gave no access token"));
        };
        let token = data.get("authorization").and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.strip_prefix("Bearer "));
        token.map(str::to_owned).ok_or_else(|| {
            Fault::new(FaultKind::Unauthenticated, "the credentials gave no access token")
                .hint(CREDENTIALS_HINT)
        })
    }
}

/// Those that the block asks for.
pub fn identity(login: &Login) -> Result<Identity, Fault> {
    let Login { access_token, impersonate, delegates, .. } = login;
    let Some(account) = impersonate else {
        return match access_token {
            Some(token) => Ok(Identity::Token(token.clone())),
            None => Ok(Identity::Renewed(source(login)?)),
        };
    };
    let source = match access_token {
        Some(token) => Credentials::from(Fixed(token.clone())),
        None => source(login)?,
    };
    let builder = impersonated::Builder::from_source_credentials(source)
        .with_target_principal(account)
        .with_delegates(delegates)
        .with_scopes(&login.scopes);
    Ok(Identity::Renewed(builder.build().map_err(|error| unusable("impersonate_service_account", &error))?))
}

fn source(login: &Login) -> Result<Credentials, Fault> {
    if let Some(external) = &login.external {
        return federated(login, external);
    }
    let Some(given) = &login.credentials else {
        return Builder::default()
            .with_scopes(&login.scopes)
            .build()
            .map_err(|error| unusable("the application default credentials", &error));
    };
    let json = parsed(given)?;
    let scopes = login.scopes.iter();
    let built = match json["type"].as_str() {
        Some("service_account") => service_account::Builder::new(json)
            .with_access_specifier(AccessSpecifier::from_scopes(scopes))
            .build(),
        Some("authorized_user") => user_account::Builder::new(json).with_scopes(scopes).build(),
        Some("external_account") => external_account::Builder::new(json).with_scopes(scopes).build(),
        Some("impersonated_service_account") => impersonated::Builder::new(json).with_scopes(scopes).build(),
        _ => {
            let message = "credentials of the block hold no \"type\" that is known";
            return Err(Fault::new(FaultKind::Unauthenticated, message).hint(
                "Give a key of the type service_account, authorized_user, external_account or impersonated_service_account.",
            ));
        }
    };
    built.map_err(|error| unusable("credentials", &error))
}

/// A file's contents, or the contents themselves. What they hold stays out of messages.
fn parsed(given: &str) -> Result<Json, Fault> {
    let bad = |message: String| Err(Fault::new(FaultKind::Unauthenticated, message).hint(CREDENTIALS_HINT));
    if given.trim_start().starts_with('{') {
        return match serde_json::from_str(given) {
            Ok(json) => Ok(json),
            Err(error) => bad(format!(
                "credentials of the block are no JSON (line {}, column {})",
                error.line(),
                error.column()
            )),
        };
    }
    let text = match std::fs::read_to_string(given) {
        Ok(text) => text,
        Err(error) => return bad(format!("the file that credentials names can't be read: {error}")),
    };
    match serde_json::from_str(&text) {
        Ok(json) => Ok(json),
        Err(error) => bad(format!(
            "the file that credentials names is no JSON (line {}, column {})",
            error.line(),
            error.column()
        )),
    }
}

fn federated(login: &Login, external: &External) -> Result<Credentials, Fault> {
    let provider = Arc::new(Foreign(external.identity_token.clone()));
    ProgrammaticBuilder::new(provider)
        .with_audience(&external.audience)
        .with_subject_token_type(TOKEN_TYPE)
        .with_target_principal(&external.service_account)
        .with_scopes(&login.scopes)
        .build()
        .map_err(|error| unusable("external_credentials", &error))
}

fn unusable(what: &str, error: &BuildError) -> Fault {
    let message = format!("{what} can't be used: {}", chain(error));
    Fault::new(FaultKind::Unauthenticated, message).hint(CREDENTIALS_HINT)
}

/// A token of another identity provider.
struct Foreign(String);

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Foreign")
    }
}

/// It never fails.
#[derive(Debug)]
struct Never;

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the token is at hand")
    }
}

impl std::error::Error for Never {}

impl SubjectTokenProviderError for Never {
    fn is_transient(&self) -> bool {
        false
    }
}

impl SubjectTokenProvider for Foreign {
    type Error = Never;

    async fn subject_token(&self) -> Result<SubjectToken, Never> {
        Ok(SubjectTokenBuilder::new(&self.0).build())
    }
}

/// A token as it is given.
struct Fixed(String);

impl fmt::Debug for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fixed")
    }
}

impl google_cloud_auth::credentials::CredentialsProvider for Fixed {
    async fn headers(
        &self,
        _extensions: http::Extensions,
    ) -> Result<CacheableResource<http::HeaderMap>, google_cloud_auth::errors::CredentialsError> {
        let refused = |_| {
            google_cloud_auth::errors::CredentialsError::from_msg(
                false,
                "access_token holds letters that no token has",
            )
        };
        let mut data = http::HeaderMap::new();
        let mut value = http::HeaderValue::from_str(&format!("Bearer {}", self.0)).map_err(refused)?;
        value.set_sensitive(true);
        data.insert("authorization", value);
        Ok(CacheableResource::New { entity_tag: google_cloud_auth::credentials::EntityTag::new(), data })
    }

    async fn universe_domain(&self) -> Option<String> {
        None
    }
}
