//! Where tokens come from: the first source that the provider block and the environment speak of, in the order of the
//! reference: a client's secret, a token of another identity provider, the machine's identity, the Azure CLI.

mod cli;
mod entra;
mod machine;

use crate::account::environment::Environment;
use crate::account::settings::{Settings, from_file};
use crate::account::traffic::Traffic;
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

pub(crate) const HINT: &str = "Sign in with `az login`; or set client_id, client_secret and tenant_id (ARM_CLIENT_ID, \
    ARM_CLIENT_SECRET, ARM_TENANT_ID); or use_oidc with a token of your CI system (ARM_USE_OIDC); or use_msi on a \
    machine with an identity (ARM_USE_MSI).";

/// A token and when it ends.
pub(crate) struct Token {
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

/// Who speaks to the API.
enum Source {
    /// An application with a secret.
    Secret(Client, String),
    /// An application that another identity provider vouches for.
    Federated(Client, Assertion),
    /// The identity of the machine.
    Machine(Machine),
    /// Whoever signed in to the Azure CLI.
    Cli { tenant: Option<String>, subscription: Option<String> },
}

/// The tokens of one provider block, by what they are for.
pub(crate) struct Tokens {
    source: Source,
    traffic: Traffic,
    seconds: fn() -> u64,
    held: Mutex<BTreeMap<String, Token>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens of {}", self.source)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Secret(client, _) => write!(f, "the client {} with its secret", client.id),
            Source::Federated(client, _) => write!(f, "the client {} with a federated token", client.id),
            Source::Machine(_) => write!(f, "the machine's identity"),
            Source::Cli { .. } => write!(f, "the Azure CLI"),
        }
    }
}

impl Tokens {
    /// Chooses the source.
    pub(crate) fn of(
        settings: &Settings,
        environment: &Environment,
        (traffic, seconds): (&Traffic, fn() -> u64),
    ) -> Result<Tokens, Fault> {
        let source = source(settings, environment)?;
        Ok(Tokens { source, traffic: traffic.clone(), seconds, held: Mutex::default() })
    }

    /// A token for an audience, such as `https://management.azure.com`.
    pub(crate) async fn get(&self, audience: &str) -> Result<String, Fault> {
        let mut held = self.held.lock().await;
        if let Some(token) = held.get(audience).filter(|token| Instant::now() + MARGIN < token.until) {
            return Ok(token.secret.clone());
        }
        let made = self.make(audience).await.map_err(|mut fault| {
            if fault.kind == FaultKind::Unauthenticated {
                fault.message = format!("{} (tried: {})", fault.message, self.source);
                fault = fault.hint(HINT);
            }
            fault.during("getting a token for Azure")
        })?;
        let secret = made.secret.clone();
        held.insert(audience.to_owned(), made);
        Ok(secret)
    }

    /// Forgets a token that the API refuses.
    pub(crate) async fn forget(&self, audience: &str) {
        self.held.lock().await.remove(audience);
    }

    async fn make(&self, audience: &str) -> Result<Token, Fault> {
        let scope = format!("{audience}/.default");
        match &self.source {
            Source::Secret(client, secret) => {
                client.token(&self.traffic, &scope, &[("client_secret", secret)]).await
            }
            Source::Federated(client, assertion) => {
                let assertion = assertion.get(&self.traffic).await?;
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let proof = [("client_assertion_type", kind), ("client_assertion", assertion.as_str())];
                client.token(&self.traffic, &scope, &proof).await
            }
            Source::Machine(machine) => machine.token(&self.traffic, audience, (self.seconds)()).await,
            Source::Cli { tenant, subscription } => {
                cli::token(&scope, tenant.as_deref(), subscription.as_deref(), (self.seconds)()).await
            }
        }
    }
}

fn source(settings: &Settings, environment: &Environment) -> Result<Source, Fault> {
    let Settings { tenant, client, secret, oidc, managed, .. } = settings;
    let client_of = |what: &str| {
        let missing = |name: &str, variable: &str| {
            let message = format!("{what} is set and {name} is not");
            let hint = format!("Set {name} in the provider block or {variable} in the environment.");
            Fault::new(FaultKind::Invalid, message).hint(hint)
        };
        let id = client.clone().ok_or_else(|| missing("client_id", "ARM_CLIENT_ID"))?;
        let tenant = tenant.clone().ok_or_else(|| missing("tenant_id", "ARM_TENANT_ID"))?;
        Ok::<_, Fault>(Client { id, tenant, login: environment.login.clone() })
    };
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
    let message = "no credentials are configured: there is no client_secret, use_oidc and use_msi are off, and so is use_cli";
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
    use std::collections::BTreeMap;
    use trueup_provider_kit::Outside;
    use trueup_value::{Type, Value};

    fn check(variables: &[(&str, &str)], expected: &str) {
        let environment: BTreeMap<String, String> =
            variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let outside = Outside { environment, ..Outside::default() };
        let settings = Settings::of(&Value::null(Type::Dynamic), &outside).expect("no file is named");
        let cloud = Environment { login: "l".into(), manager: "m".into(), audience: "m".into() };
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
            "no credentials are configured: there is no client_secret, use_oidc and use_msi are off, and so is use_cli",
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
