//! HTTP, as far as registries and archives need it.

use crate::bucket;
use crate::container_login;
use crate::error::{SourceError, SourceErrorKind, chain};
use crate::login::Logins;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

/// What a server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header `X-Terraform-Get`, where there is one.
    pub terraform_get: Option<String>,
    /// The header `WWW-Authenticate`, where there is one.
    pub challenge: Option<String>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Fetches documents. The real one is [`Network`]; tests bring their own.
pub trait Web {
    /// Gets a URL, following redirects. An answer of any status is an answer; an error is that there was none.
    fn get(&self, url: &str) -> Result<Answer, SourceError>;

    /// The same with these headers, and no others that say who asks.
    fn ask(&self, url: &str, headers: &[(&'static str, String)]) -> Result<Answer, SourceError>;

    /// Name and password for a repository of a container registry.
    fn container_login(&self, _registry: &str, _repository: &str) -> Option<(String, String)> {
        None
    }

    /// Gets an object out of a bucket, by the address that stands behind `s3::` or `gcs::`.
    fn get_object(&self, store: Store, address: &str) -> Result<Answer, SourceError>;
}

/// Whose buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// Amazon S3, and what speaks its protocol.
    S3,
    /// Google Cloud Storage.
    Google,
}

/// The network. Tokens for registries are given by host.
#[derive(Clone, Debug, Default)]
pub struct Network {
    tokens: Vec<(String, String)>,
    logins: Logins,
    /// RFC 3339 in UTC, for signatures.
    now: String,
}

/// More than any module has; what is larger is refused.
const BODY_BYTES_MAX: u64 = 256 << 20;

impl Network {
    /// A network that sends these tokens, each to its host alone.
    pub fn with_tokens(tokens: impl IntoIterator<Item = (String, String)>) -> Network {
        Network { tokens: tokens.into_iter().collect(), ..Network::default() }
    }

    /// With what these variables say about logging in: `.netrc` (or the file that `NETRC` names) for any host, the
    /// `AWS_` variables or the profile in `~/.aws/credentials` for S3, and `GOOGLE_OAUTH_ACCESS_TOKEN` for Google's
    /// buckets. `now` is RFC 3339 in UTC.
    pub fn with_logins(self, environment: &BTreeMap<String, String>, now: String) -> Network {
        Network { logins: Logins::of(environment), now, ..self }
    }

    /// The headers that prove who asks: a token for the host, or else name and password out of `.netrc`, unless the
    /// address brings its own.
    fn proof(&self, url: &str) -> Vec<(&'static str, String)> {
        if let Some(token) = self.token(url) {
            return vec![("authorization", format!("Bearer {token}"))];
        }
        let authority =
            url.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?']).next().unwrap_or_default();
        let host = authority.split(':').next().unwrap_or_default();
        let login = self.logins.for_host(host).filter(|_| !authority.contains('@'));
        login
            .map(|(name, password)| {
                ("authorization", format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
            })
            .into_iter()
            .collect()
    }

    fn token(&self, url: &str) -> Option<&str> {
        let authority = url.strip_prefix("https://")?.split(['/', '?']).next()?;
        self.tokens.iter().find(|(host, _)| host == authority).map(|(_, token)| token.as_str())
    }
}

impl Web for Network {
    fn get(&self, url: &str) -> Result<Answer, SourceError> {
        ask_aside(url, self.proof(url))
    }

    fn ask(&self, url: &str, headers: &[(&'static str, String)]) -> Result<Answer, SourceError> {
        ask_aside(url, headers.to_vec())
    }

    fn container_login(&self, registry: &str, repository: &str) -> Option<(String, String)> {
        container_login::find(&self.logins.containers, registry, repository)
    }

    fn get_object(&self, store: Store, address: &str) -> Result<Answer, SourceError> {
        if store == Store::Google {
            let token = self.logins.google.iter().map(|token| ("authorization", format!("Bearer {token}")));
            return ask_aside(&bucket::google_url(address)?, token.collect());
        }
        let object = bucket::s3_object(address);
        let keys = object.keys.as_ref().or(self.logins.keys.as_ref());
        let headers = keys.map(|keys| bucket::sign(&object, keys, &self.now)).unwrap_or_default();
        ask_aside(&object.url, headers)
    }
}

/// Asks on a thread of its own: the client blocks, which it may not do on one of an asynchronous runtime.
fn ask_aside(url: &str, headers: Vec<(&'static str, String)>) -> Result<Answer, SourceError> {
    let url = url.to_owned();
    let asked = std::thread::spawn(move || ask_again(&url, &headers)).join();
    asked.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// How often a request is made at most, and how long is waited before the second one.
const ATTEMPTS_MAX: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Asks again where the network failed or the server says that it can't answer now.
fn ask_again(url: &str, headers: &[(&'static str, String)]) -> Result<Answer, SourceError> {
    let mut attempt = 1;
    loop {
        let answer = ask(url, headers);
        let later = match &answer {
            Ok(answer) => matches!(answer.status, 429 | 500 | 502..=504),
            Err(error) => error.kind == SourceErrorKind::Unreachable && !error.cause.contains("dns error"),
        };
        if !later || attempt == ATTEMPTS_MAX {
            return answer;
        }
        // This thread has nothing else to do, and nobody wakes it.
        std::thread::park_timeout(FIRST_PAUSE * attempt * attempt);
        attempt += 1;
    }
}

fn ask(url: &str, headers: &[(&'static str, String)]) -> Result<Answer, SourceError> {
    let failed = |cause: reqwest::Error| {
        SourceError::new(SourceErrorKind::Unreachable, "get", url, chain(&cause.without_url()))
            .hint("check the address and the network")
    };
    let client = reqwest::blocking::Client::builder()
        .timeout(Duration::from_mins(5))
        .connect_timeout(Duration::from_secs(20))
        .user_agent(concat!("trueup/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(failed)?;
    let mut request = client.get(url);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let response = request.send().map_err(failed)?;
    let status = response.status().as_u16();
    let header = response.headers().get("x-terraform-get").and_then(|value| value.to_str().ok());
    let terraform_get = header.map(str::to_owned);
    let challenge = response.headers().get("www-authenticate").and_then(|value| value.to_str().ok());
    let challenge = challenge.map(str::to_owned);
    let mut body = Vec::new();
    let read = response.take(BODY_BYTES_MAX + 1).read_to_end(&mut body);
    read.map_err(|cause| SourceError::new(SourceErrorKind::Unreachable, "read", url, cause.to_string()))?;
    if body.len() as u64 > BODY_BYTES_MAX {
        let cause = format!("it is larger than {} MiB", BODY_BYTES_MAX >> 20);
        return Err(SourceError::new(SourceErrorKind::Unsafe, "read", url, cause));
    }
    Ok(Answer { status, terraform_get, challenge, body })
}
