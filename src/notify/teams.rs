//! Microsoft Teams: a workflow that waits for a webhook and posts an adaptive card (version 1.4, adaptivecards.io).

use crate::Channel;
use crate::error::NotifyError;
use crate::news::{Condition, News};
use crate::post::{Letter, Post, Secret};
use async_trait::async_trait;
use serde_json::{Value as Json, json};

/// A message with its card may have 28 KB; the text gets part of it.
const TEXT_CHARS_MAX: usize = 5000;

/// A workflow's address, which is a secret.
#[derive(Clone, Debug)]
pub struct Teams {
    /// How it is sent.
    pub post: Post,
    /// The address.
    pub url: Secret,
}

#[async_trait]
impl Channel for Teams {
    fn name(&self) -> &'static str {
        "Microsoft Teams"
    }

    fn key(&self) -> &'static str {
        "teams"
    }

    async fn tell(&self, news: &News) -> Result<(), NotifyError> {
        let card = json!({ "type": "message", "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card(news),
        }] });
        let letter = Letter {
            channel: self.name(),
            subject: &news.subject,
            url: &self.url,
            headers: Vec::new(),
            body: card.to_string(),
            is_repeatable: false,
        };
        self.post.send(&letter).await.map(drop)
    }
}

fn card(news: &News) -> Json {
    let color = match news.now {
        Condition::Ok => "good",
        Condition::Drift => "warning",
        Condition::Denied | Condition::Failed => "attention",
    };
    let summary: String = news.summary.chars().take(TEXT_CHARS_MAX).collect();
    let facts: Vec<Json> =
        news.facts().into_iter().map(|(name, text)| json!({ "title": name, "value": text })).collect();
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
        "body": [
            { "type": "TextBlock", "text": plain(&news.title()), "weight": "bolder", "size": "large", "color": color, "wrap": true },
            { "type": "TextBlock", "text": plain(&summary), "wrap": true },
            { "type": "FactSet", "facts": facts },
        ],
    });
    if let Some(url) = &news.url {
        card["actions"] = json!([{ "type": "Action.OpenUrl", "title": "Open", "url": url }]);
    }
    card
}

/// Text blocks know some of Markdown: links and emphasis.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\[]()*_`".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
