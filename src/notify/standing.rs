//! How things stood last, as a document of a few lines: `{"format_version": "1.0", "conditions": {"drift/network":
//! "drift"}}`.

use crate::news::{Condition, News};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const VERSION: &str = "1.0";

/// How things stood, by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    conditions: BTreeMap<String, Condition>,
}

/// A document that isn't one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("how things stood last can't be read: {0}")]
pub struct StandingError(
    /// Why not.
    pub String,
);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    format_version: String,
    conditions: BTreeMap<String, Condition>,
}

impl Standing {
    /// Reads the document. An empty text is one of which nothing is known yet.
    ///
    /// # Errors
    /// It isn't JSON, or of another version.
    pub fn read(text: &str) -> Result<Standing, StandingError> {
        if text.trim().is_empty() {
            return Ok(Standing::default());
        }
        let wire: Wire = serde_json::from_str(text).map_err(|error| StandingError(error.to_string()))?;
        if wire.format_version != VERSION {
            let why = format!("it is of version {}, and this program reads {VERSION}", wire.format_version);
            return Err(StandingError(why));
        }
        Ok(Standing { conditions: wire.conditions })
    }

    /// Writes it, the same bytes for the same conditions.
    pub fn write(&self) -> String {
        let wire = Wire { format_version: VERSION.to_owned(), conditions: self.conditions.clone() };
        let text = serde_json::to_string_pretty(&wire).expect("names and words make JSON");
        text + "\n"
    }

    /// Notes how something stands. Gives back whether people are to be told: it stands otherwise than last, or isn't fine
    /// the first time it is looked at. `news` gets to know how it stood.
    pub fn note(&mut self, news: &mut News) -> bool {
        news.before = self.conditions.insert(news.key.clone(), news.now);
        match news.before {
            Some(before) => before != news.now,
            None => news.now != Condition::Ok,
        }
    }

    /// How something stood last.
    pub fn condition(&self, key: &str) -> Option<Condition> {
        self.conditions.get(key).copied()
    }
}
