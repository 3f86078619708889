//! How a message is sent: attempts, pauses, errors without secrets.

use crate::error::NotifyError;
use reqwest::{Client, Response};
use std::fmt;
use std::time::Duration;
use trueup_forge::{Pace, chain};

/// How often it is tried again, and how long is waited in all.
const TRIES_MAX: u32 = 5;
const PAUSES_MAX: Duration = Duration::from_mins(5);
const TOLD_CHARS_MAX: usize = 200;

/// What nobody may see: it shows itself nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Sends messages.
#[derive(Clone, Debug)]
pub struct Post {
    client: Client,
    pace: Pace,
}

/// One message.
pub(crate) struct Letter<'a> {
    /// Whom: `Slack`.
    pub(crate) channel: &'a str,
    /// What about.
    pub(crate) subject: &'a str,
    pub(crate) url: &'a Secret,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// Whether the receiver knows a message that comes a second time.
    pub(crate) is_repeatable: bool,
}

/// What became of an attempt.
enum Outcome {
    Done(String),
    /// It wasn't taken; it may be sent again after this pause.
    Later(String, Option<Duration>),
    /// It may have been taken.
    Lost(String),
    Refused(String),
}

impl Post {
    /// One that makes pauses so.
    ///
    /// # Errors
    /// The system's certificates can't be had.
    pub fn new(pace: Pace) -> Result<Post, NotifyError> {
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(20))
            .timeout(Duration::from_mins(1))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("trueup/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| NotifyError {
                channel: "anybody".into(),
                subject: "anything".into(),
                cause: format!("no HTTP client can be had: {}", chain(&error)),
                hint: None,
            })?;
        Ok(Post { client, pace })
    }

    /// Sends it, again where it may be; gives back the answer's body.
    pub(crate) async fn send(&self, letter: &Letter<'_>) -> Result<String, NotifyError> {
        let failed = |cause: String, hint: &str| NotifyError {
            channel: letter.channel.to_owned(),
            subject: letter.subject.to_owned(),
            cause,
            hint: Some(hint.to_owned()).filter(|hint| !hint.is_empty()),
        };
        let (mut tries, mut waited) = (0, Duration::ZERO);
        loop {
            tries += 1;
            let (cause, asked) = match self.attempt(letter).await {
                Outcome::Done(body) => return Ok(body),
                Outcome::Refused(cause) => {
                    return Err(failed(cause, "check the address, the token and what they are permitted"));
                }
                Outcome::Lost(cause) if !letter.is_repeatable => {
                    return Err(failed(cause, "it may have arrived all the same"));
                }
                Outcome::Lost(cause) => (cause, None),
                Outcome::Later(cause, asked) => (cause, asked),
            };
            let pause = asked.unwrap_or(Duration::from_secs(1 << (tries - 1)));
            waited += pause;
            if tries == TRIES_MAX || waited > PAUSES_MAX {
                return Err(failed(cause, "try again later"));
            }
            self.pace.pause(pause).await;
        }
    }

    async fn attempt(&self, letter: &Letter<'_>) -> Outcome {
        let mut request = self.client.post(letter.url.text()).header("content-type", "application/json");
        for (name, text) in &letter.headers {
            request = request.header(*name, text);
        }
        let response = match request.body(letter.body.clone()).send().await {
            Ok(response) => response,
            Err(error) if error.is_builder() => return Outcome::Refused("its address is none".into()),
            Err(error) if error.is_connect() => {
                return Outcome::Later(format!("it can't be reached: {}", chain(&error)), None);
            }
            Err(error) => return Outcome::Lost(format!("it didn't answer: {}", chain(&error))),
        };
        judge(response).await
    }
}

async fn judge(response: Response) -> Outcome {
    let status = response.status().as_u16();
    let header = response.headers().get("retry-after").and_then(|text| text.to_str().ok());
    let asked = header.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    let body = response.text().await.unwrap_or_default();
    match status {
        200..300 => Outcome::Done(body),
        429 => Outcome::Later("it takes no more messages now (429)".into(), asked),
        503 => Outcome::Later("it is busy (503)".into(), asked),
        500.. => Outcome::Lost(format!("it failed ({status})")),
        _ => Outcome::Refused(format!("it refuses the message ({status}{})", told(&body))),
    }
}

/// What an answer says, where it is a word or a line.
fn told(body: &str) -> String {
    let line = body.trim();
    if line.is_empty() || line.contains(['<', '{', '\n']) || line.chars().count() > TOLD_CHARS_MAX {
        return String::new();
    }
    format!(": {line}")
}
