//! Where machines and CI systems get tokens, and where clouds tell their endpoints.

use super::store::{Refusal, refuse};
use serde_json::json;
use trueup_provider_walk::{Reply, Request};

/// Answers what is asked of the metadata services, and of a CI system.
pub(super) fn machine(request: &Request, words: &[&str], token: &str) -> Result<Reply, Refusal> {
    let host = request.header("host").unwrap_or_default();
    let parameter = |name: &str| request.parameter(name).unwrap_or_default();
    match words {
        ["metadata", "endpoints"] => {
            let url = format!("http://{host}/");
            let cloud = json!({"name": "AzureCloud", "resourceManager": url,
                "authentication": {"loginEndpoint": url, "audiences": ["https://management.core.windows.net/"]}});
            Ok(Reply::json(200, &json!([cloud])))
        }
        ["metadata", "identity", "oauth2", "token"] if request.header("metadata") == Some("true") => {
            if parameter("resource").is_empty() || parameter("api-version").is_empty() {
                return Err(refuse(400, "invalid_request", "a parameter is missing"));
            }
            Ok(Reply::json(200, &json!({"access_token": token, "expires_in": "3599"})))
        }
        ["metadata", "app-service"] if request.header("x-identity-header") == Some("knock") => {
            Ok(Reply::json(200, &json!({"access_token": token, "expires_on": "99999"})))
        }
        ["github"] if request.header("authorization") == Some("Bearer runner") => {
            if parameter("audience") != "api://AzureADTokenExchange" {
                return Err(refuse(400, "BadAudience", "the audience is another"));
            }
            Ok(Reply::json(200, &json!({"value": "assertion"})))
        }
        _ => Err(refuse(400, "invalid_request", "Required metadata header not specified")),
    }
}
