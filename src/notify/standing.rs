//! How things stood last, as a document of a few lines: `{"format_version": "1.1", "conditions": {"drift/network":
//! "drift"}, "behind": {"teams": {"drift/network": "ok"}}}`.

use crate::news::Condition;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const VERSION: &str = "1.1";
/// Without channels that are behind.
const VERSION_FIRST: &str = "1.0";

/// How things stood, by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    conditions: Conditions,
    behind: BTreeMap<String, Behind>,
}

type Conditions = BTreeMap<String, Condition>;
/// What a channel was told last of matters of which it couldn't be told since; None where it never was.
type Behind = BTreeMap<String, Option<Condition>>;

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
    conditions: Conditions,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    behind: BTreeMap<String, Behind>,
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
        if ![VERSION, VERSION_FIRST].contains(&wire.format_version.as_str()) {
            let why = format!("it is of version {}, and this program reads {VERSION}", wire.format_version);
            return Err(StandingError(why));
        }
        Ok(Standing { conditions: wire.conditions, behind: wire.behind })
    }

    /// Writes it, the same bytes for the same conditions.
    pub fn write(&self) -> String {
        let wire = Wire {
            format_version: VERSION.to_owned(),
            conditions: self.conditions.clone(),
            behind: self.behind.clone(),
        };
        let text = serde_json::to_string_pretty(&wire).expect("names and words make JSON");
        text + "\n"
    }

    /// How something stood when a channel was told of it last, or would have been if there had been news.
    pub(crate) fn told(&self, channel: &str, key: &str) -> Option<Condition> {
        let behind = self.behind.get(channel).and_then(|behind| behind.get(key));
        behind.copied().unwrap_or_else(|| self.conditions.get(key).copied())
    }

    /// Notes that a channel knows how something stands, or what it was told last instead.
    pub(crate) fn note_channel(&mut self, channel: &str, key: &str, is_told: Result<(), Option<Condition>>) {
        match is_told {
            Ok(()) => {
                if let Some(behind) = self.behind.get_mut(channel) {
                    behind.remove(key);
                }
                self.behind.retain(|_, behind| !behind.is_empty());
            }
            Err(before) => {
                self.behind.entry(channel.to_owned()).or_default().insert(key.to_owned(), before);
            }
        }
    }

    /// Notes how something stands, for all channels that aren't behind.
    pub(crate) fn note(&mut self, key: &str, now: Condition) {
        self.conditions.insert(key.to_owned(), now);
    }
}
