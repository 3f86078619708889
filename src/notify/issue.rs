//! An issue for each matter at the repository's forge: opened when something is wrong, reopened, and closed when it is fine.

use crate::Channel;
use crate::error::NotifyError;
use crate::news::{Condition, News};
use async_trait::async_trait;
use std::sync::Arc;
use trueup_forge::{Forge, News as IssueNews, keep_issue};

/// The issues of a repository.
#[derive(Clone, Debug)]
pub struct Issues {
    /// Where.
    pub forge: Arc<dyn Forge>,
}

#[async_trait]
impl Channel for Issues {
    fn name(&self) -> &'static str {
        self.forge.kind().name()
    }

    async fn tell(&self, news: &News) -> Result<(), NotifyError> {
        let title = match news.now {
            // The title of what is closed stays.
            Condition::Ok => format!("{}: drift", news.subject),
            _ => news.title(),
        };
        // The details say it all over again, and more of it.
        let mut body = if news.details.is_empty() { news.summary.clone() } else { news.details.clone() };
        let facts = news.facts();
        let facts: Vec<String> = facts.iter().map(|(name, text)| format!("{name}: {text}")).collect();
        body.push_str(&format!("\n\n{}", facts.join(" · ")));
        if let Some(url) = &news.url {
            body.push_str(&format!("\n\n{url}"));
        }
        let note = match news.now {
            Condition::Ok => format!("Fine again at {}.", news.at),
            _ => format!("It is back since {}: {}", news.at, news.summary),
        };
        let occasion =
            news.commit.as_deref().map_or_else(|| news.at.clone(), |commit| format!("{commit}/{}", news.at));
        let told = IssueNews {
            key: &news.key,
            is_open: news.now != Condition::Ok,
            title: &title,
            body: &body,
            note: &note,
            occasion: &occasion,
        };
        keep_issue(&*self.forge, &told).await.map(drop).map_err(|error| NotifyError {
            channel: self.name().to_owned(),
            subject: news.subject.clone(),
            cause: error.to_string(),
            hint: error.hint,
        })
    }
}
