//! Where clients, machines and CI systems get tokens, and where clouds tell their endpoints.

use super::store::{Refusal, refuse};
use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde_json::{Value as Json, json};
use trueup_provider_walk::{Reply, Request};

/// The public key of the certificate that the application `c` may sign in with, and by what it is known.
const KEY: &[u8] = include_bytes!("../../../../src/login/tests/certificate/public.der");
const THUMBPRINT: &str = "_E63UlAa5M5DwfUfsKKTPTo1PUYD_3ZiIbNe9rtgj6A";

/// A token against a secret, a federated token or one that a certificate's key has signed.
pub(super) fn token(request: &Request, token: &str) -> Result<Reply, Refusal> {
    let form = format!("http://form?{}", request.text().unwrap_or_default());
    let form = Url::parse(&form).map_err(|_| refuse(400, "invalid_request", "no form"))?;
    let field = |name: &str| form.query_pairs().find(|(of, _)| of == name).map(|(_, text)| text.into_owned());
    let is_good = match (field("client_secret").as_deref(), field("client_assertion").as_deref()) {
        (Some(secret), None) => secret.starts_with('s'),
        (None, Some(assertion)) => {
            let place = format!("http://{}{}", request.header("host").unwrap_or_default(), request.path);
            !assertion.contains('.') || is_signed(assertion, &place) == Some(true)
        }
        _ => false,
    };
    if field("grant_type").as_deref() != Some("client_credentials") || !is_good {
        let body = json!({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."});
        return Err(Refusal(Reply::json(401, &body)));
    }
    let body: Json = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": token});
    Ok(Reply::json(200, &body))
}

/// Whether the application `c` has signed this for this place.
fn is_signed(assertion: &str, place: &str) -> Option<bool> {
    let (signed, signature) = assertion.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let read = |part: &str| serde_json::from_slice::<Json>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let (header, claims) = (read(header)?, read(claims)?);
    let key = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, KEY);
    let life = claims["exp"].as_u64()?.checked_sub(claims["nbf"].as_u64()?)?;
    Some(
        header == json!({"alg": "PS256", "typ": "JWT", "x5t#S256": THUMBPRINT})
            && claims["aud"] == place
            && claims["iss"] == "c"
            && claims["sub"] == "c"
            && claims["jti"].as_str().is_some_and(|id| id.len() == 36)
            && life <= 900
            && key.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?).is_ok(),
    )
}

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
