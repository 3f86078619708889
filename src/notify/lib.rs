//! Tells people that a status has changed. In: how things stand and how they stood. Out: messages in chats, signed calls of
//! webhooks, issues.
//!
//! What stood last is a small document ([`Standing`]) that the caller keeps wherever it likes and gives back; news are only
//! what differs from it. Addresses of webhooks and tokens are secrets and stand in no message.

mod error;
mod issue;
mod news;
mod post;
mod slack;
mod standing;
mod teams;
#[cfg(test)]
mod tests;
mod webhook;

pub use error::NotifyError;
pub use issue::Issues;
pub use news::{Condition, News};
pub use post::{Post, Secret};
pub use slack::{SlackChannel, SlackWebhook};
pub use standing::{Standing, StandingError};
pub use teams::Teams;
pub use webhook::{SIGNATURE_HEADER, Webhook, signature};

use async_trait::async_trait;

/// A way to tell people.
#[async_trait]
pub trait Channel: std::fmt::Debug + Send + Sync {
    /// What it is called in messages; no secret.
    fn name(&self) -> &str;

    /// What it is known by in [`Standing`], for ever.
    fn key(&self) -> &str;

    /// Tells one piece of news.
    ///
    /// # Errors
    /// It couldn't be delivered, or it isn't known whether it was.
    async fn tell(&self, news: &News) -> Result<(), NotifyError>;
}

/// Tells each channel what has changed since it was told last, and notes that. One that fails keeps the others from nothing,
/// and is told another time, when it alone is. What failed is given back.
pub async fn tell_change(
    channels: &[Box<dyn Channel>],
    standing: &mut Standing,
    news: &News,
) -> Vec<NotifyError> {
    let mut failed = Vec::new();
    for channel in channels {
        let before = standing.told(channel.key(), &news.key);
        let is_new = before.map_or(news.now != Condition::Ok, |before| before != news.now);
        let told = if is_new { channel.tell(&News { before, ..news.clone() }).await } else { Ok(()) };
        standing.note_channel(channel.key(), &news.key, told.is_ok().then_some(()).ok_or(before));
        failed.extend(told.err());
    }
    standing.note(&news.key, news.now);
    failed
}
