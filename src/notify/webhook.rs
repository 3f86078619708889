//! Any webhook: a JSON document (schemas/documents/notification.json), signed so that the receiver knows where it comes
//! from and that it isn't an old one.

use crate::Channel;
use crate::error::NotifyError;
use crate::news::{Condition, News};
use crate::post::{Letter, Post, Secret};
use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// `sha256=` and in hexadecimal digits the HMAC-SHA256, with the secret that both sides know, of the timestamp, a full stop
/// and the body.
pub const SIGNATURE_HEADER: &str = "x-trueup-signature";
/// When it was sent, in seconds since 1970. A receiver refuses what is older than some minutes.
const TIMESTAMP_HEADER: &str = "x-trueup-timestamp";
/// The same for each attempt to deliver one message: a receiver takes the second for the first.
const DELIVERY_HEADER: &str = "x-trueup-delivery";

/// A webhook.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// How it is sent.
    pub post: Post,
    /// The address, which may hold a secret.
    pub url: Secret,
    /// What messages are signed with; they go unsigned without.
    pub secret: Option<Secret>,
    /// The time that messages are sent at, in seconds since 1970.
    pub now: u64,
}

#[derive(Serialize)]
struct Wire<'a> {
    format_version: &'static str,
    key: &'a str,
    subject: &'a str,
    status: Condition,
    previous_status: Option<Condition>,
    title: String,
    summary: &'a str,
    details: &'a str,
    url: Option<&'a str>,
    commit: Option<&'a str>,
    at: &'a str,
}

#[async_trait]
impl Channel for Webhook {
    fn name(&self) -> &'static str {
        "the webhook"
    }

    fn key(&self) -> &'static str {
        "webhook"
    }

    async fn tell(&self, news: &News) -> Result<(), NotifyError> {
        let body = document(news);
        let time = self.now.to_string();
        let mut headers = vec![
            (TIMESTAMP_HEADER, time.clone()),
            (DELIVERY_HEADER, hex(&Sha256::digest(format!("{time}.{body}"))[..16])),
        ];
        if let Some(secret) = &self.secret {
            headers.push((SIGNATURE_HEADER, signature(secret, &time, &body)));
        }
        let letter = Letter {
            channel: self.name(),
            subject: &news.subject,
            url: &self.url,
            headers,
            body,
            is_repeatable: true,
        };
        self.post.send(&letter).await.map(drop)
    }
}

/// The document.
pub(crate) fn document(news: &News) -> String {
    let wire = Wire {
        format_version: "1.0",
        key: &news.key,
        subject: &news.subject,
        status: news.now,
        previous_status: news.before,
        title: news.title(),
        summary: &news.summary,
        details: &news.details,
        url: news.url.as_deref(),
        commit: news.commit.as_deref(),
        at: &news.at,
    };
    serde_json::to_string(&wire).expect("texts make JSON")
}

/// What the header [`SIGNATURE_HEADER`] holds.
pub fn signature(secret: &Secret, timestamp: &str, body: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.text().as_bytes()).expect("keys of any length will do");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    format!("sha256={}", hex(&mac.finalize().into_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
