//! What there is to tell.

use serde::{Deserialize, Serialize};

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// Nothing is to be done.
    Ok,
    /// What exists isn't what Git says.
    Drift,
    /// A policy says no.
    Denied,
    /// It couldn't be found out, or an apply failed.
    Failed,
}

/// A change of status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What it is about, for ever: `drift/network`.
    pub key: String,
    /// What people call it: `network`.
    pub subject: String,
    /// How it stands.
    pub now: Condition,
    /// How it stood; None where it is looked at for the first time.
    pub before: Option<Condition>,
    /// A line that says what is the case.
    pub summary: String,
    /// More of it in Markdown, for where there is room; may be empty.
    pub details: String,
    /// Where there is all of it.
    pub url: Option<String>,
    /// The commit that it was compared with.
    pub commit: Option<String>,
    /// When, as RFC 3339 in UTC.
    pub at: String,
}

impl Condition {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Condition::Ok => "ok",
            Condition::Drift => "drift",
            Condition::Denied => "denied",
            Condition::Failed => "failed",
        }
    }
}

impl News {
    /// A headline.
    pub fn title(&self) -> String {
        let subject = &self.subject;
        match (self.now, self.before) {
            (Condition::Ok, Some(Condition::Drift)) => format!("{subject}: no more drift"),
            (Condition::Ok, _) => format!("{subject}: fine again"),
            (Condition::Drift, _) => format!("{subject}: drift"),
            (Condition::Denied, _) => format!("{subject}: denied by policy"),
            (Condition::Failed, _) => format!("{subject}: failed"),
        }
    }

    /// What is told beside it: names and texts.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let before = self.before.map(|before| ("Before", before.word().to_owned()));
        let commit = self.commit.as_ref().map(|commit| ("Commit", commit.chars().take(12).collect()));
        let mut facts = vec![("Status", self.now.word().to_owned())];
        facts.extend(before);
        facts.extend(commit);
        facts.push(("At", self.at.clone()));
        facts
    }
}
