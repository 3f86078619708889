//! Who calls: the provider block's token or key first, then what Google's own tools would use.

use crate::account::settings::{External, Login, Settings};
use crate::fault::CREDENTIALS_HINT;
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

/// What calls are signed with. Nothing of it shows in its debug form.
pub(crate) enum Identity {
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
    pub(crate) fn credentials(&self) -> Credentials {
        match self {
            Identity::Token(token) => Credentials::from(Fixed(token.clone())),
            Identity::Renewed(credentials) => credentials.clone(),
        }
    }

    /// The token of the next call.
    pub(crate) async fn token(&self) -> Result<String, Fault> {
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

/// Those that the provider block asks for.
pub(crate) fn identity(settings: &Settings) -> Result<Identity, Fault> {
    let Login { access_token, impersonate, delegates, .. } = &settings.login;
    let Some(account) = impersonate else {
        return match access_token {
            Some(token) => Ok(Identity::Token(token.clone())),
            None => Ok(Identity::Renewed(source(settings)?)),
        };
    };
    let source = match access_token {
        Some(token) => Credentials::from(Fixed(token.clone())),
        None => source(settings)?,
    };
    let builder = impersonated::Builder::from_source_credentials(source)
        .with_target_principal(account)
        .with_delegates(delegates)
        .with_scopes(&settings.scopes);
    Ok(Identity::Renewed(builder.build().map_err(|error| unusable("impersonate_service_account", &error))?))
}

fn source(settings: &Settings) -> Result<Credentials, Fault> {
    if let Some(external) = &settings.login.external {
        return federated(settings, external);
    }
    let Some(given) = &settings.login.credentials else {
        return Builder::default()
            .with_scopes(&settings.scopes)
            .build()
            .map_err(|error| unusable("the application default credentials", &error));
    };
    let json = parsed(given)?;
    let scopes = settings.scopes.iter();
    let built = match json["type"].as_str() {
        Some("service_account") => service_account::Builder::new(json)
            .with_access_specifier(AccessSpecifier::from_scopes(scopes))
            .build(),
        Some("authorized_user") => user_account::Builder::new(json).with_scopes(scopes).build(),
        Some("external_account") => external_account::Builder::new(json).with_scopes(scopes).build(),
        Some("impersonated_service_account") => impersonated::Builder::new(json).with_scopes(scopes).build(),
        _ => {
            let message = "credentials of the provider block hold no \"type\" that is known";
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
                "credentials of the provider block are no JSON (line {}, column {})",
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

fn federated(settings: &Settings, external: &External) -> Result<Credentials, Fault> {
    let provider = Arc::new(Foreign(external.identity_token.clone()));
    ProgrammaticBuilder::new(provider)
        .with_audience(&external.audience)
        .with_subject_token_type(TOKEN_TYPE)
        .with_target_principal(&external.service_account)
        .with_scopes(&settings.scopes)
        .build()
        .map_err(|error| unusable("external_credentials", &error))
}

fn unusable(what: &str, error: &BuildError) -> Fault {
    let message = format!("{what} can't be used: {}", chain(error));
    Fault::new(FaultKind::Unauthenticated, message).hint(CREDENTIALS_HINT)
}

/// The messages of an error and of what caused it, each said once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut messages: Vec<String> = vec![error.to_string()];
    let mut source = error.source();
    while let Some(inner) = source {
        let message = inner.to_string();
        if !messages.iter().any(|said| said.contains(&message)) {
            messages.push(message);
        }
        source = inner.source();
    }
    messages.join(": ")
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
