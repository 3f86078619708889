//! Marks: text in a comment or an issue that a reader doesn't see, by which it is found again.

use crate::kind::Kind;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// A mark. It stands in the first line, alone: a comment of HTML, or where HTML is shown as it is, a definition of a link
/// that nothing refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it is of: letters, digits and `-_./:`.
    pub key: String,
    /// What is to be known when it is found.
    pub data: String,
}

impl Mark {
    /// The line.
    pub fn line(&self, kind: Kind) -> String {
        let (open, close) = brackets(kind);
        let key = plain(&self.key);
        let data = if self.data.is_empty() {
            String::new()
        } else {
            format!(" {}", STANDARD_NO_PAD.encode(&self.data))
        };
        format!("{open}trueup:{key}{data}{close}")
    }

    /// The mark of a key in a text, if it is there. What comes after the first line is others' text, which may hold
    /// anything.
    pub fn find(kind: Kind, text: &str, key: &str) -> Option<Mark> {
        let (open, close) = brackets(kind);
        let wanted = plain(key);
        let of_line = |line: &str| {
            let inside = line.trim().strip_prefix(open)?.strip_suffix(close)?.strip_prefix("trueup:")?;
            let (found, data) = inside.split_once(' ').unwrap_or((inside, ""));
            if found != wanted {
                return None;
            }
            let data = String::from_utf8(STANDARD_NO_PAD.decode(data).ok()?).ok()?;
            Some(Mark { key: key.to_owned(), data })
        };
        text.lines().next().and_then(of_line)
    }
}

const fn brackets(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Bitbucket => ("[//]: # (", ")"),
        _ => ("<!-- ", " -->"),
    }
}

/// A key as it can stand in a mark: two dashes would end a comment of HTML.
fn plain(key: &str) -> String {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "_./:".contains(c);
    key.chars().map(|c| if is_fine(c) { c.to_string() } else { format!("~{:x}", u32::from(c)) }).collect()
}
