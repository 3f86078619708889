//! HTTP, as far as registries and archives need it.

use crate::error::{SourceError, SourceErrorKind, chain};
use std::io::Read;

/// What a server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header `X-Terraform-Get`, where there is one.
    pub terraform_get: Option<String>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Fetches documents. The real one is [`Network`]; tests bring their own.
pub trait Web {
    /// Gets a URL, following redirects. An answer of any status is an answer; an error is that there was none.
    fn get(&self, url: &str) -> Result<Answer, SourceError>;
}

/// The network. Tokens for registries are given by host.
#[derive(Clone, Debug, Default)]
pub struct Network {
    tokens: Vec<(String, String)>,
}

/// More than any module has; what is larger is refused.
const BODY_BYTES_MAX: u64 = 256 << 20;

impl Network {
    /// A network that sends these tokens, each to its host alone.
    pub fn with_tokens(tokens: impl IntoIterator<Item = (String, String)>) -> Network {
        Network { tokens: tokens.into_iter().collect() }
    }

    fn token(&self, url: &str) -> Option<&str> {
        let authority = url.strip_prefix("https://")?.split(['/', '?']).next()?;
        self.tokens.iter().find(|(host, _)| host == authority).map(|(_, token)| token.as_str())
    }
}

impl Web for Network {
    fn get(&self, url: &str) -> Result<Answer, SourceError> {
        let (url, token) = (url.to_owned(), self.token(url).map(str::to_owned));
        // The client blocks, which it may not do on a thread of an asynchronous runtime.
        let asked = std::thread::spawn(move || ask(&url, token.as_deref())).join();
        asked.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn ask(url: &str, token: Option<&str>) -> Result<Answer, SourceError> {
    let failed = |cause: reqwest::Error| {
        SourceError::new(SourceErrorKind::Unreachable, "get", url, chain(&cause.without_url()))
            .hint("check the address and the network")
    };
    let client = reqwest::blocking::Client::builder()
        .timeout(std::time::Duration::from_mins(5))
        .connect_timeout(std::time::Duration::from_secs(20))
        .user_agent(concat!("trueup/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(failed)?;
    let mut request = client.get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().map_err(failed)?;
    let status = response.status().as_u16();
    let header = response.headers().get("x-terraform-get").and_then(|value| value.to_str().ok());
    let terraform_get = header.map(str::to_owned);
    let mut body = Vec::new();
    let read = response.take(BODY_BYTES_MAX + 1).read_to_end(&mut body);
    read.map_err(|cause| SourceError::new(SourceErrorKind::Unreachable, "read", url, cause.to_string()))?;
    if body.len() as u64 > BODY_BYTES_MAX {
        let cause = format!("it is larger than {} MiB", BODY_BYTES_MAX >> 20);
        return Err(SourceError::new(SourceErrorKind::Unsafe, "read", url, cause));
    }
    Ok(Answer { status, terraform_get, body })
}
