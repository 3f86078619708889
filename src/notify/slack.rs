//! Slack: incoming webhooks, and `chat.postMessage` with a bot's token (docs.slack.dev).

use crate::Channel;
use crate::error::NotifyError;
use crate::news::{Condition, News};
use crate::post::{Letter, Post, Secret};
use async_trait::async_trait;
use serde_json::{Value as Json, json};

/// How long a block's text and a headline may be at most, in characters.
const TEXT_CHARS_MAX: usize = 3000;
const TITLE_CHARS_MAX: usize = 150;

/// An incoming webhook: an address that is a secret.
#[derive(Clone, Debug)]
pub struct SlackWebhook {
    /// How it is sent.
    pub post: Post,
    /// The address.
    pub url: Secret,
}

/// A channel that a bot with the scope `chat:write` writes to.
#[derive(Clone, Debug)]
pub struct SlackChannel {
    /// How it is sent.
    pub post: Post,
    /// Where the API is: `https://slack.com/api`.
    pub api: String,
    /// The bot's token.
    pub token: Secret,
    /// The channel's id, or its name.
    pub channel: String,
}

#[async_trait]
impl Channel for SlackWebhook {
    fn name(&self) -> &'static str {
        "Slack"
    }

    fn key(&self) -> &'static str {
        "slack-webhook"
    }

    async fn tell(&self, news: &News) -> Result<(), NotifyError> {
        let letter = Letter {
            channel: self.name(),
            subject: &news.subject,
            url: &self.url,
            headers: Vec::new(),
            body: message(news).to_string(),
            is_repeatable: false,
        };
        self.post.send(&letter).await.map(drop)
    }
}

#[async_trait]
impl Channel for SlackChannel {
    fn name(&self) -> &'static str {
        "Slack"
    }

    fn key(&self) -> &'static str {
        "slack-channel"
    }

    async fn tell(&self, news: &News) -> Result<(), NotifyError> {
        let mut body = message(news);
        body["channel"] = json!(self.channel);
        let url = Secret::new(format!("{}/chat.postMessage", self.api.trim_end_matches('/')));
        let letter = Letter {
            channel: self.name(),
            subject: &news.subject,
            url: &url,
            headers: vec![("authorization", format!("Bearer {}", self.token.text()))],
            body: body.to_string(),
            is_repeatable: false,
        };
        let answer = self.post.send(&letter).await?;
        // A failure is an answer with status 200.
        let answer: Json = serde_json::from_str(&answer).unwrap_or_default();
        if answer["ok"] == json!(true) {
            return Ok(());
        }
        let why = answer["error"].as_str().unwrap_or("its answer can't be understood");
        Err(NotifyError {
            channel: self.name().to_owned(),
            subject: news.subject.clone(),
            cause: format!("it refuses the message: {why}"),
            hint: Some(
                match why {
                    "not_in_channel" | "channel_not_found" => "invite the bot to the channel",
                    "missing_scope" => "grant the bot the scope chat:write",
                    _ => "check the bot's token and the channel",
                }
                .to_owned(),
            ),
        })
    }
}

/// The message with its text, for where blocks aren't shown.
fn message(news: &News) -> Json {
    let sign = match news.now {
        Condition::Ok => ":white_check_mark:",
        Condition::Drift => ":warning:",
        Condition::Denied => ":no_entry:",
        Condition::Failed => ":x:",
    };
    let title = cut(&format!("{sign} {}", news.title()), TITLE_CHARS_MAX);
    let mut blocks = vec![
        json!({ "type": "header", "text": { "type": "plain_text", "text": title, "emoji": true } }),
        json!({ "type": "section", "text": { "type": "mrkdwn", "text": cut(&escaped(&news.summary), TEXT_CHARS_MAX) } }),
    ];
    let facts: Vec<Json> = news
        .facts()
        .into_iter()
        .map(|(name, text)| json!({ "type": "mrkdwn", "text": format!("*{name}:* {}", escaped(&text)) }))
        .collect();
    blocks.push(json!({ "type": "context", "elements": facts }));
    if let Some(url) = &news.url {
        blocks.push(json!({ "type": "actions", "elements": [
            { "type": "button", "text": { "type": "plain_text", "text": "Open" }, "url": url },
        ] }));
    }
    json!({ "text": escaped(&format!("{}: {}", news.title(), news.summary)), "blocks": blocks })
}

/// Text in which nothing calls people or links.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    text.chars().take(max - 1).chain(std::iter::once('…')).collect()
}
