//! Where tokens come from: the first source that the block and the environment speak of, in the order of the
//! reference: a client's certificate or secret, a token of another identity provider, the machine's identity, the Azure CLI.

mod certificate;
mod cli;
mod entra;
mod machine;

use super::environment::Environment;
use super::settings::{SignIn, from_file};
use crate::Traffic;
use certificate::Certificate;
use entra::{Assertion, Client};
use machine::Machine;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;
use trueup_provider_kit::{Fault, FaultKind};

/// Tokens are made anew so long before they end.
const MARGIN: Duration = Duration::from_mins(5);
/// How long a token is taken to be good whose source doesn't say.
const LIFE: Duration = Duration::from_mins(10);

const HINT: &str = "Sign in with `az login`; or set client_id, client_secret and tenant_id (ARM_CLIENT_ID, \
    ARM_CLIENT_SECRET, ARM_TENANT_ID), or client_certificate_path instead of the secret; or use_oidc with a token of your CI system (ARM_USE_OIDC); or use_msi on a \
    machine with an identity (ARM_USE_MSI).";

/// A token and when it ends.
struct Token {
    secret: String,
    until: Instant,
}

impl Token {
    /// Good for so many seconds.
    fn lasting(secret: &str, seconds: Option<u64>) -> Token {
        let life = seconds.map_or(LIFE, Duration::from_secs);
        Token { secret: secret.to_owned(), until: Instant::now() + life }
    }
}

/// How tokens of another identity provider, and those that clients sign themselves, are called.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Who speaks to the API.
enum Source {
    /// An application with a certificate.
    Certificate(Client, Certificate),
    /// An application with a secret.
    Secret(Client, String),
    /// An application that another identity provider vouches for.
    Federated(Client, Assertion),
    /// The identity of the machine.
    Machine(Machine),
    /// Whoever signed in to the Azure CLI.
    Cli { tenant: Option<String>, subscription: Option<String> },
}

/// What a token is for, and the tenant that it is of where that isn't the client's own.
type Key = (String, Option<String>);

/// The tokens of one block, by what they are for.
pub struct Tokens {
    source: Source,
    traffic: Traffic,
    seconds: fn() -> u64,
    /// By audience and tenant.
    held: Mutex<BTreeMap<Key, Token>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens of {}", self.source)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Certificate(client, _) => write!(f, "the client {} with its certificate", client.id),
            Source::Secret(client, _) => write!(f, "the client {} with its secret", client.id),
            Source::Federated(client, _) => write!(f, "the client {} with a federated token", client.id),
            Source::Machine(_) => write!(f, "the machine's identity"),
            Source::Cli { .. } => write!(f, "the Azure CLI"),
        }
    }
}

impl Tokens {
    /// Chooses the source.
    pub fn of(
        settings: &SignIn,
        environment: &Environment,
        (traffic, seconds): (&Traffic, fn() -> u64),
    ) -> Result<Tokens, Fault> {
        let source = source(settings, environment)?;
        Ok(Tokens { source, traffic: traffic.clone(), seconds, held: Mutex::default() })
    }

    /// A token for an audience, such as `https://management.azure.com`.
    pub async fn get(&self, audience: &str) -> Result<String, Fault> {
        self.of_tenant(audience, None).await
    }

    /// A token for an audience of another tenant.
    pub async fn of_tenant(&self, audience: &str, tenant: Option<&str>) -> Result<String, Fault> {
        let key = (audience.to_owned(), tenant.map(str::to_owned));
        let mut held = self.held.lock().await;
        if let Some(token) = held.get(&key).filter(|token| Instant::now() + MARGIN < token.until) {
            return Ok(token.secret.clone());
        }
        let made = self.make(audience, tenant).await.map_err(|mut fault| {
            if fault.kind == FaultKind::Unauthenticated {
                fault.message = format!("{} (tried: {})", fault.message, self.source);
                fault = fault.hint(HINT);
            }
            match tenant {
                Some(tenant) => fault.during(format!("getting a token of the tenant {tenant} for Azure")),
                None => fault.during("getting a token for Azure"),
            }
        })?;
        let secret = made.secret.clone();
        held.insert(key, made);
        Ok(secret)
    }

    /// Forgets tokens that the API refuses.
    pub async fn forget(&self, audience: &str) {
        self.held.lock().await.retain(|(of, _), _| of != audience);
    }

    async fn make(&self, audience: &str, tenant: Option<&str>) -> Result<Token, Fault> {
        let scope = format!("{audience}/.default");
        match &self.source {
            Source::Certificate(client, certificate) => {
                let client = client.within(tenant);
                let assertion = certificate.assertion(&client, (self.seconds)())?;
                let proof = [("client_assertion_type", ASSERTION), ("client_assertion", assertion.as_str())];
                client.token(&self.traffic, &scope, &proof).await
            }
            Source::Secret(client, secret) => {
                let client = client.within(tenant);
                client.token(&self.traffic, &scope, &[("client_secret", secret)]).await
            }
            Source::Federated(client, assertion) => {
                let assertion = assertion.get(&self.traffic).await?;
                let proof = [("client_assertion_type", ASSERTION), ("client_assertion", assertion.as_str())];
                client.within(tenant).token(&self.traffic, &scope, &proof).await
            }
            Source::Machine(_) if tenant.is_some() => {
                let message = "the machine's identity has no tokens of other tenants";
                Err(Fault::new(FaultKind::Invalid, message)
                    .hint("Leave auxiliary_tenant_ids out, or sign in as an application."))
            }
            Source::Machine(machine) => machine.token(&self.traffic, audience, (self.seconds)()).await,
            Source::Cli { tenant: own, subscription } => {
                cli::token(&scope, tenant.or(own.as_deref()), subscription.as_deref(), (self.seconds)()).await
            }
        }
    }
}

fn source(settings: &SignIn, environment: &Environment) -> Result<Source, Fault> {
    let SignIn { tenant, client, certificate, secret, oidc, managed, .. } = settings;
    let client_of = |what: &str| {
        let missing = |name: &str, variable: &str| {
            let message = format!("{what} is set and {name} is not");
            let hint = format!("Set {name} in the block, or {variable} in the environment.");
            Fault::new(FaultKind::Invalid, message).hint(hint)
        };
        let id = client.clone().ok_or_else(|| missing("client_id", "ARM_CLIENT_ID"))?;
        let tenant = tenant.clone().ok_or_else(|| missing("tenant_id", "ARM_TENANT_ID"))?;
        Ok::<_, Fault>(Client { id, tenant, login: environment.login.clone() })
    };
    if let Some(bundle) = certificate {
        return Ok(Source::Certificate(client_of("a client certificate")?, Certificate::of(bundle)?));
    }
    if let Some(secret) = secret {
        return Ok(Source::Secret(client_of("client_secret")?, secret.clone()));
    }
    if oidc.is_on {
        let client = client_of("use_oidc")?;
        return Ok(Source::Federated(client, Assertion::of(oidc)?));
    }
    if managed.is_on {
        return Ok(Source::Machine(Machine::of(managed, client.clone())?));
    }
    if settings.is_cli {
        let subscription = settings.subscription.clone();
        return Ok(Source::Cli { tenant: tenant.clone(), subscription });
    }
    let message = "no credentials are configured: there is no client_secret and no client_certificate, use_oidc and use_msi are off, and so is use_cli";
    Err(Fault::new(FaultKind::Unauthenticated, message).hint(HINT))
}

/// The token in an answer, `access_token` with `expires_in` or `expires_on` beside it; numbers may be texts.
fn token_in(json: &Json, now: u64) -> Result<Token, Fault> {
    let number = |name: &str| json[name].as_u64().or_else(|| json[name].as_str()?.parse().ok());
    let Some(secret) = json["access_token"].as_str() else {
        return Err(Fault::new(FaultKind::Unauthenticated, "the answer holds no token"));
    };
    let left = number("expires_in").or_else(|| Some(number("expires_on")?.saturating_sub(now)));
    Ok(Token::lasting(secret, left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::Block;
    use std::collections::BTreeMap;
    use trueup_provider_kit::Outside;
    use trueup_value::{Type, Value};

    fn check(variables: &[(&str, &str)], expected: &str) {
        let environment: BTreeMap<String, String> =
            variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let outside = Outside { environment, ..Outside::default() };
        let config = Value::null(Type::Dynamic);
        let settings = SignIn::of(&Block { config: &config, outside: &outside }).expect("no file is named");
        let cloud =
            Environment { login: "l".into(), manager: "m".into(), audience: "m".into(), storage: "s".into() };
        let found = source(&settings, &cloud).map_or_else(|fault| fault.message, |source| source.to_string());
        assert_eq!(found, expected, "{variables:?}");
    }

    #[test]
    fn the_source_is_the_first_that_is_spoken_of() {
        let client = [("ARM_CLIENT_ID", "c"), ("ARM_TENANT_ID", "t")];
        let with = |more: &[(&'static str, &'static str)]| [&client[..], more].concat();
        check(&[], "the Azure CLI");
        check(&with(&[]), "the Azure CLI");
        check(&with(&[("ARM_CLIENT_SECRET", "s"), ("ARM_USE_MSI", "true")]), "the client c with its secret");
        check(&[("ARM_CLIENT_SECRET", "s")], "client_secret is set and client_id is not");
        check(
            &with(&[("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN", "x")]),
            "the client c with a federated token",
        );
        check(
            &with(&[
                ("ARM_USE_OIDC", "1"),
                ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://x"),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "y"),
            ]),
            "the client c with a federated token",
        );
        check(
            &[
                ("ARM_USE_AKS_WORKLOAD_IDENTITY", "true"),
                ("AZURE_CLIENT_ID", "p"),
                ("AZURE_TENANT_ID", "t"),
                ("AZURE_FEDERATED_TOKEN_FILE", "/f"),
            ],
            "the client p with a federated token",
        );
        check(&[("ARM_USE_MSI", "true")], "the machine's identity");
        check(
            &[("ARM_USE_CLI", "false")],
            "no credentials are configured: there is no client_secret and no client_certificate, use_oidc and use_msi are off, and so is use_cli",
        );
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificate/client.p12");
        check(
            &with(&[
                ("ARM_CLIENT_CERTIFICATE_PATH", path),
                ("ARM_CLIENT_CERTIFICATE_PASSWORD", "secret-word"),
                ("ARM_CLIENT_SECRET", "s"),
            ]),
            "the client c with its certificate",
        );
    }

    #[test]
    fn answers_give_tokens_with_their_ends() {
        let lasts = |text: &str| {
            let json = serde_json::from_str(text).expect("JSON");
            token_in(&json, 1000)
                .map(|token| token.until.duration_since(Instant::now()).as_secs_f64().round())
        };
        assert_eq!(lasts(r#"{"access_token": "x", "expires_in": 3600}"#), Ok(3600.0));
        assert_eq!(lasts(r#"{"access_token": "x", "expires_in": "60"}"#), Ok(60.0));
        assert_eq!(lasts(r#"{"access_token": "x", "expires_on": "1500"}"#), Ok(500.0));
        assert_eq!(lasts(r#"{"access_token": "x"}"#), Ok(600.0));
        assert!(lasts("{}").is_err());
    }
}
