//! Applications that sign in to Entra: by a secret, or by a token of an identity provider that Entra trusts
//! (Microsoft identity platform, "OAuth 2.0 client credentials flow").

use super::{Fault, FaultKind, Token, from_file, token_in};
use crate::azure::settings::Oidc;
use crate::azure::success;
use crate::{Request, Traffic};
use reqwest::{Method, Url};

/// An application and where it signs in.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) tenant: String,
    pub(super) login: String,
}

impl Client {
    /// The same in another tenant, where one is named.
    pub(super) fn within(&self, tenant: Option<&str>) -> Client {
        let tenant = tenant.unwrap_or(&self.tenant).to_owned();
        Client { tenant, ..self.clone() }
    }

    /// Where it asks for tokens.
    pub(super) fn url(&self) -> Result<Url, Fault> {
        let Client { tenant, login, .. } = self;
        let url = format!("{login}/{tenant}/oauth2/v2.0/token");
        Url::parse(&url).map_err(|_| bad(&format!("tenant_id {tenant:?} can't be part of an address")))
    }

    /// A token for a scope against what proves who it is.
    pub(super) async fn token(
        &self,
        traffic: &Traffic,
        scope: &str,
        proof: &[(&str, &str)],
    ) -> Result<Token, Fault> {
        let url = self.url()?;
        let mut fields =
            vec![("grant_type", "client_credentials"), ("client_id", self.id.as_str()), ("scope", scope)];
        fields.extend(proof);
        // Asking for a token twice does no harm.
        let request = Request { is_repeatable: true, ..Request::new(Method::POST, url).form(&fields) };
        let answer = success(traffic.send(&request).await?).map_err(|fault| match fault.kind {
            FaultKind::Invalid | FaultKind::Denied | FaultKind::Other => {
                Fault { kind: FaultKind::Unauthenticated, ..fault }
            }
            _ => fault,
        })?;
        token_in(&answer.json()?, 0)
    }
}

/// Where the token of the other identity provider comes from. Those in files and from services are read anew each
/// time, for they are short-lived.
pub(super) enum Assertion {
    Text(String),
    File(String),
    /// GitHub Actions, or an Azure DevOps pipeline when it has a service connection.
    Service {
        url: Url,
        token: String,
        is_pipeline: bool,
    },
}

impl Assertion {
    pub(super) fn of(oidc: &Oidc) -> Result<Assertion, Fault> {
        let Oidc { token, token_file, request_url, request_token, connection, .. } = oidc;
        if let Some(token) = token {
            return Ok(Assertion::Text(token.clone()));
        }
        if let Some(path) = token_file {
            return Ok(Assertion::File(path.clone()));
        }
        let (Some(url), Some(token)) = (request_url, request_token) else {
            let message = "use_oidc is set, but there is no token: neither oidc_token nor oidc_token_file_path, nor \
                oidc_request_url with oidc_request_token";
            return Err(Fault::new(FaultKind::Unauthenticated, message).hint(
                "In GitHub Actions give the job the permission `id-token: write`; elsewhere set ARM_OIDC_TOKEN or \
                 ARM_OIDC_TOKEN_FILE_PATH.",
            ));
        };
        let mut url = Url::parse(url).map_err(|_| bad("oidc_request_url is no address"))?;
        match connection {
            Some(connection) => {
                url.query_pairs_mut()
                    .append_pair("api-version", "7.1")
                    .append_pair("serviceConnectionId", connection);
            }
            None => drop(url.query_pairs_mut().append_pair("audience", "api://AzureADTokenExchange")),
        }
        Ok(Assertion::Service { url, token: token.clone(), is_pipeline: connection.is_some() })
    }

    /// The token.
    pub(super) async fn get(&self, traffic: &Traffic) -> Result<String, Fault> {
        let (url, token, is_pipeline) = match self {
            Assertion::Text(token) => return Ok(token.clone()),
            Assertion::File(path) => return from_file(path, "oidc_token_file_path"),
            Assertion::Service { url, token, is_pipeline } => (url, token, *is_pipeline),
        };
        let method = if is_pipeline { Method::POST } else { Method::GET };
        let mut request = Request::new(method, url.clone())
            .header("authorization", &format!("Bearer {token}"))?
            .header("accept", "application/json")?;
        if is_pipeline {
            request = request.json(&serde_json::Value::Null);
            request.body = Some(Vec::new());
            request.is_repeatable = true;
        }
        let doing = "asking the CI system for a token (oidc_request_url)";
        let answer = traffic.send(&request).await.and_then(success).map_err(|fault| fault.during(doing))?;
        let json = answer.json().map_err(|fault| fault.during(doing))?;
        let found = json["value"].as_str().or_else(|| json["oidcToken"].as_str()).map(str::to_owned);
        found.ok_or_else(|| Fault::new(FaultKind::Unauthenticated, "the answer holds no token").during(doing))
    }
}

fn bad(message: &str) -> Fault {
    Fault::new(FaultKind::Invalid, message)
}
