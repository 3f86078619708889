//! Writing what objects hold, by google-cloud-storage (its client `Storage`, which speaks the JSON API): with checksums, and
//! what is large in parts that go on where a lost connection left off. Both are much to get right, and are got right there.
//!
//! The crate costs: 79 s of CPU time for itself and the 27 crates that it brings beyond google-cloud-auth, tonic and
//! OpenTelemetry among them, for the part of it that is used here is compiled with its gRPC half.
//!
//! Its own retries serve uploads in parts alone. What goes in one request is sent once: an answer that was lost is found out
//! about by looking, since the same write again would be refused for an object that is its own.

use crate::account::settings::{STORAGE, Settings};
use crate::account::{AGENT, Api};
use crate::fault::answered;
use crate::storage::bucket_object::content::{Digests, Held, unreadable};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use google_cloud_auth::credentials::{CacheableResource, Credentials, CredentialsProvider};
use google_cloud_auth::errors::CredentialsError;
use google_cloud_gax::error::Error;
use google_cloud_gax::retry_policy::NeverRetry;
use google_cloud_storage::builder::storage::WriteObject;
use google_cloud_storage::client::Storage;
use google_cloud_storage::model_ext::KeyAes256;
use google_cloud_storage::streaming_source::StreamingSource;
use http::{HeaderMap, HeaderValue};
use reqwest::StatusCode;
use serde_json::json;
use std::fmt;
use std::sync::Arc;
use tokio::sync::OnceCell;
use trueup_login::chain;
use trueup_login::google::CREDENTIALS_HINT;
use trueup_provider_kit::{Backoff, Deadline, Fault, FaultKind, Fields, Object};

/// From how many bytes on an object is written in parts.
const PARTS_MIN: u64 = 16 << 20;
/// The API's word for a condition that doesn't hold.
pub(super) const UNMET: &str = "conditionNotMet";
/// How often a write that is refused because there are too many is tried again.
const REFUSALS_MAX: u32 = 12;

/// The client that writes, made when it is first needed.
pub(crate) struct Uploads {
    settings: Arc<Settings>,
    credentials: Credentials,
    client: OnceCell<Storage>,
}

impl fmt::Debug for Uploads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Uploads")
    }
}

impl Uploads {
    pub(crate) fn new(settings: &Arc<Settings>, credentials: Credentials) -> Uploads {
        Uploads { settings: settings.clone(), credentials, client: OnceCell::new() }
    }

    async fn client(&self) -> Result<&Storage, Fault> {
        self.client.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<Storage, Fault> {
        // The crate knows the API's version by itself.
        let endpoint = self.settings.endpoint(&STORAGE);
        let endpoint = endpoint.strip_suffix(STORAGE.version).unwrap_or(&endpoint).trim_end_matches('/');
        let credentials = match host(endpoint) {
            Some(host) => Credentials::from(AtHost { credentials: self.credentials.clone(), host }),
            None => self.credentials.clone(),
        };
        let built = Storage::builder().with_endpoint(endpoint).with_credentials(credentials).build().await;
        built.map_err(|error| {
            Fault::new(FaultKind::Other, format!("no client for uploads can be had: {}", chain(&error)))
        })
    }

    /// Writes an object in place of the generation named, 0 for none.
    pub(super) async fn write(
        &self,
        api: &Api,
        object: &Object,
        (generation, deadline): (i64, Deadline),
    ) -> Result<(), Fault> {
        let held = Held::of(object);
        let digests = held.digests().await?;
        let mut backoff = Backoff::short();
        let mut refusals = 0;
        loop {
            let passage = api.passage().await;
            if deadline.is_past() {
                return deadline.bound(std::future::pending()).await;
            }
            let attempt = Box::pin(self.attempt((object, generation), &held, &digests));
            let fault = match deadline.bound(attempt).await {
                Ok(()) => {
                    passage.answered();
                    return Ok(());
                }
                Err(fault) => unheard(fault),
            };
            if fault.kind != FaultKind::Throttled {
                passage.answered();
                return Err(fault);
            }
            passage.throttled(None);
            refusals += 1;
            if refusals > REFUSALS_MAX || deadline.is_past() {
                return Err(fault);
            }
            backoff.pause().await;
        }
    }

    async fn attempt(
        &self,
        (object, generation): (&Object, i64),
        held: &Held,
        digests: &Digests,
    ) -> Result<(), Fault> {
        let client = self.client().await?;
        let bucket = format!("projects/_/buckets/{}", object.text("bucket").unwrap_or_default());
        let name = object.text("name").unwrap_or_default();
        let sent = match held {
            Held::Content(text) => {
                let is_large = text.len() as u64 >= PARTS_MIN;
                let write = client.write_object(bucket, name, text.clone());
                let write = self.described(write, (object, digests), (generation, is_large))?;
                write.send_buffered().await
            }
            Held::Source(path) => {
                let opened = async {
                    let file = tokio::fs::File::open(path).await?;
                    let size = file.metadata().await?.len();
                    Ok((file, size))
                };
                let (file, size) = opened.await.map_err(|error| unreadable(path, &error))?;
                let write = client.write_object(bucket, name, file);
                let write = self.described(write, (object, digests), (generation, size >= PARTS_MIN))?;
                write.send_unbuffered().await
            }
        };
        sent.map(drop).map_err(|error| failed(&error))
    }

    /// A write with everything that is said of the object.
    fn described<T>(
        &self,
        write: WriteObject<T>,
        (object, digests): (&Object, &Digests),
        (generation, is_large): (i64, bool),
    ) -> Result<WriteObject<T>, Fault>
    where
        T: StreamingSource + Send + Sync + 'static,
        T::Error: std::error::Error + Send + Sync + 'static,
    {
        let text = |name: &str| object.owned(name).unwrap_or_default();
        let content_type = object.owned("content_type").unwrap_or_else(|| digests.content_type.to_owned());
        let md5 = BASE64_STANDARD.decode(&digests.md5).unwrap_or_default();
        let mut write = write
            .set_if_generation_match(generation)
            .set_cache_control(text("cache_control"))
            .set_content_disposition(text("content_disposition"))
            .set_content_encoding(text("content_encoding"))
            .set_content_language(text("content_language"))
            .set_content_type(content_type)
            .set_metadata(object.map("metadata"))
            .set_storage_class(text("storage_class"))
            .set_event_based_hold(object.flag("event_based_hold").unwrap_or(false))
            .set_temporary_hold(object.flag("temporary_hold").unwrap_or(false))
            .with_resumable_upload_threshold(usize::try_from(PARTS_MIN).unwrap_or(usize::MAX))
            .with_known_md5_hash(md5)
            .with_user_agent(AGENT);
        if !is_large {
            write = write.with_retry_policy(NeverRetry);
        }
        if let Some(key) = object.text("kms_key_name") {
            write = write.set_kms_key(key);
        }
        if let Some(key) = super::key(object) {
            write = write.set_key(secret(key)?);
        }
        if let Some(project) = self.settings.payer() {
            write = write.with_quota_project(project);
        }
        Ok(write)
    }
}

/// The host of an address that names a port.
fn host(endpoint: &str) -> Option<HeaderValue> {
    let url = reqwest::Url::parse(endpoint).ok()?;
    HeaderValue::from_str(&format!("{}:{}", url.host_str()?, url.port()?)).ok()
}

/// Credentials that say with which host they are used. The crate's own header Host leaves out the port, and servers make from
/// it the address that parts of an upload are to go to; what credentials say is put in its place.
#[derive(Debug)]
struct AtHost {
    credentials: Credentials,
    host: HeaderValue,
}

impl CredentialsProvider for AtHost {
    async fn headers(
        &self,
        extensions: http::Extensions,
    ) -> Result<CacheableResource<HeaderMap>, CredentialsError> {
        let mut headers = self.credentials.headers(extensions).await?;
        if let CacheableResource::New { data, .. } = &mut headers {
            data.insert(http::header::HOST, self.host.clone());
        }
        Ok(headers)
    }

    async fn universe_domain(&self) -> Option<String> {
        self.credentials.universe_domain().await
    }
}

/// A key of the caller's; what it is stays out of messages.
fn secret(key: &str) -> Result<KeyAes256, Fault> {
    let bytes = BASE64_STANDARD.decode(key).unwrap_or_default();
    KeyAes256::new(&bytes).map_err(|_| {
        Fault::new(
            FaultKind::Invalid,
            "encryption_key of customer_encryption is not a key of 32 bytes, written as Base64",
        )
    })
}

/// An attempt that the end of its time came upon: what it sent may have been taken.
fn unheard(fault: Fault) -> Fault {
    if fault.kind != FaultKind::TimedOut {
        return fault;
    }
    Fault { kind: FaultKind::Unanswered, ..fault }
        .hint("Run again, or raise the timeout in a timeouts block.")
}

/// What the crate tells of a failure, as a fault.
fn failed(error: &Error) -> Fault {
    if let Some(code) = error.http_status_code().and_then(|code| StatusCode::from_u16(code).ok()) {
        // The crate takes the answer apart, and leaves out the reason.
        let payload = error.http_payload().and_then(|payload| serde_json::from_slice(payload).ok());
        let told = |message: &str| json!({"error": {"message": message}});
        let body = payload.or_else(|| error.status().map(|status| told(&status.message)));
        let fault = answered(code, &body.unwrap_or_default());
        let is_unmet = code == StatusCode::PRECONDITION_FAILED;
        return if is_unmet { Fault { code: UNMET.to_owned(), ..fault } } else { fault };
    }
    let message = format!("the object can't be written: {}", chain(error));
    if error.is_authentication() {
        return Fault::new(FaultKind::Unauthenticated, message).hint(CREDENTIALS_HINT);
    }
    let is_silent = error.is_io() || error.is_timeout() || error.is_connect() || error.is_transport();
    // An answer that can't be read is none, and attempts are used up by those that had none.
    let is_lost = is_silent || error.is_deserialization() || error.is_exhausted();
    Fault::new(if is_lost { FaultKind::Unanswered } else { FaultKind::Other }, message)
}
