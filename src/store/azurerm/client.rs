//! Calls to the blobs of one account, signed as "Authorize with Shared Key", "Delegate access with a shared access
//! signature" and "Authorize with Microsoft Entra ID" of the REST reference of Azure Storage have it.

use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;
use trueup_login::azure::Tokens;
use trueup_login::{Answer, Method, Request, Traffic, Url};
use trueup_provider_kit::{Fault, FaultKind};

/// The version of the API.
const VERSION: &str = "2021-12-02";
/// What tokens are made out to, in all clouds.
const AUDIENCE: &str = "https://storage.azure.com";

/// The blobs of one account.
pub(super) struct Client {
    pub(super) traffic: Traffic,
    /// Without a slash at the end; stand-ins have the account as its path.
    pub(super) base: Url,
    pub(super) account: String,
    pub(super) opener: Opener,
    pub(super) seconds: fn() -> u64,
}

/// What calls are signed with.
pub(super) enum Opener {
    Key(Vec<u8>),
    Signature(Secret),
    Tokens(Box<Tokens>),
}

/// A call before it is signed.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Container and blob, with slashes between.
    pub(super) path: String,
    pub(super) query: Vec<(&'a str, &'a str)>,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<Vec<u8>>,
    /// How long the whole answer may take, where that is long.
    pub(super) answer_max: Option<Duration>,
}

impl Call<'_> {
    /// One without anything that goes with it.
    pub(super) fn new(method: Method, path: impl Into<String>) -> Self {
        let (query, headers) = (Vec::new(), BTreeMap::new());
        Call { method, path: path.into(), query, headers, body: None, answer_max: None }
    }

    /// Adds a header.
    pub(super) fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }
}

impl Client {
    /// Makes a call; answers whatever status came in the end.
    pub(super) async fn send(&self, call: &Call<'_>) -> Result<Answer, Fault> {
        let answer = self.traffic.send(&self.signed(call).await?).await?;
        match &self.opener {
            Opener::Tokens(tokens) if answer.status == 401 => {
                tokens.forget(AUDIENCE).await;
                self.traffic.send(&self.signed(call).await?).await
            }
            _ => Ok(answer),
        }
    }

    async fn signed(&self, call: &Call<'_>) -> Result<Request, Fault> {
        let mut headers = call.headers.clone();
        headers.insert("x-ms-version".into(), VERSION.into());
        headers.insert("x-ms-date".into(), self.date()?);
        let mut url = self.url(call);
        match &self.opener {
            Opener::Key(key) => {
                let signature =
                    signature(key, &self.account, &to_sign(&self.account, (call, &headers), &url));
                headers.insert("authorization".into(), signature);
            }
            Opener::Signature(token) => {
                let query = match url.query() {
                    Some(query) => format!("{query}&{}", token.0),
                    None => token.0.clone(),
                };
                url.set_query(Some(&query));
            }
            Opener::Tokens(tokens) => {
                let token = tokens.get(AUDIENCE).await?;
                headers.insert("authorization".into(), format!("Bearer {token}"));
            }
        }
        let mut request = Request::new(call.method.clone(), url);
        for (name, value) in &headers {
            request = request.header(name, value)?;
        }
        Ok(Request { body: call.body.clone(), answer_max: call.answer_max, ..request })
    }

    fn url(&self, call: &Call<'_>) -> Url {
        let mut url = self.base.clone();
        let path = format!("{}/{}", url.path().trim_end_matches('/'), encoded(&call.path));
        url.set_path(&path);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        url
    }

    fn date(&self) -> Result<String, Fault> {
        let bad = |_| Fault::new(FaultKind::Other, "the clock says a time that no call can have");
        let seconds = i64::try_from((self.seconds)()).unwrap_or(i64::MAX);
        let now = Timestamp::from_second(seconds).map_err(bad)?;
        DateTimePrinter::new().timestamp_to_rfc9110_string(&now).map_err(bad)
    }
}

/// A path with what can't stand in one escaped, so that it is sent as it is signed.
fn encoded(path: &str) -> String {
    path.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:@/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a text takes what is written");
        }
        text
    })
}

/// What the signature of a call is made of.
fn to_sign(account: &str, (call, headers): (&Call<'_>, &BTreeMap<String, String>), url: &Url) -> String {
    let header = |name: &str| headers.get(name).map_or("", String::as_str);
    let length = call.body.as_ref().filter(|body| !body.is_empty()).map(Vec::len);
    let length = length.map(|length| length.to_string()).unwrap_or_default();
    let first = [
        call.method.as_str(),
        header("content-encoding"),
        header("content-language"),
        &length,
        header("content-md5"),
        header("content-type"),
        // The date stands in x-ms-date.
        "",
        header("if-modified-since"),
        header("if-match"),
        header("if-none-match"),
        header("if-unmodified-since"),
        header("range"),
    ];
    let mut text = first.join("\n");
    text.push('\n');
    for (name, value) in headers.iter().filter(|(name, _)| name.starts_with("x-ms-")) {
        text.push_str(&format!("{name}:{}\n", value.trim()));
    }
    text.push_str(&format!("/{account}{}", url.path()));
    let mut query = call.query.clone();
    query.sort_unstable();
    for (name, value) in query {
        text.push_str(&format!("\n{name}:{value}"));
    }
    text
}

fn signature(key: &[u8], account: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text.as_bytes());
    format!("SharedKey {account}:{}", STANDARD.encode(mac.finalize().into_bytes()))
}
