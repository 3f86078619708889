//! An issue for each matter at the repository's forge: opened when something is wrong, reopened, and closed when it is fine.

use crate::Channel;
use crate::error::NotifyError;
use crate::news::{Condition, News};
use async_trait::async_trait;
use std::sync::Arc;
use trueup_forge::{Forge, IssueBook, News as IssueNews};

/// The issues of a repository.
#[derive(Debug)]
pub struct Issues {
    book: IssueBook,
}

impl Issues {
    /// Those at a forge.
    pub fn new(forge: Arc<dyn Forge>) -> Issues {
        Issues { book: IssueBook::new(forge) }
    }
}

#[async_trait]
impl Channel for Issues {
    fn name(&self) -> &'static str {
        self.book.kind().name()
    }

    fn key(&self) -> &'static str {
        "issues"
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
        self.book.keep(&told).await.map(drop).map_err(|error| NotifyError {
            channel: self.name().to_owned(),
            subject: news.subject.clone(),
            cause: error.to_string(),
            hint: error.hint,
        })
    }
}
