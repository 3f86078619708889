//! Pieces of a comment: text around a fence, whole or cut between two lines.

use super::escape::{code, code_element, fence};
use crate::diff::Sign;
use crate::report::{Finding, Item, Level, Line, Verb};

/// Lines of a difference or of a message, with what stands around them.
pub(super) struct Piece {
    /// It is written before those that aren't, where not all can be.
    pub(super) loud: bool,
    /// It is one of the objects that a comment counts.
    pub(super) object: bool,
    head: String,
    language: &'static str,
    lines: Vec<String>,
    tail: &'static str,
}

impl Piece {
    /// An object. What something is lost by, and what nobody planned, is shown at once; the rest unfolds.
    pub(super) fn of_item(item: &Item, folds: bool) -> Piece {
        let loud = item.verb.is_loud();
        let folded = folds && !loud && item.verb != Verb::Changed;
        let notes = item.notes.iter().map(|note| format!("# {note}"));
        let corrected = item.corrected.then(|| "# It was brought back to what Git says.".to_owned());
        let lines = notes.chain(corrected).chain(item.lines.iter().map(signed)).collect();
        let (head, tail) = if folded {
            let address = code_element(&item.address);
            (format!("<details><summary>{address} {}</summary>\n\n", said(item, true)), "\n</details>\n\n")
        } else {
            (format!("{} {}\n\n", code(&item.address), said(item, false)), "\n")
        };
        Piece { loud, object: true, head, language: "diff", lines, tail }
    }

    /// Text that is shown whole or not at all.
    pub(super) fn of_text(text: String) -> Piece {
        Piece { loud: false, object: false, head: text, language: "", lines: Vec::new(), tail: "" }
    }

    /// Changes of outputs.
    pub(super) fn of_outputs(outputs: &[Line]) -> Piece {
        let lines = outputs.iter().map(signed).collect();
        Piece {
            loud: false,
            object: false,
            head: "**Outputs**\n\n".into(),
            language: "diff",
            lines,
            tail: "\n",
        }
    }

    /// Something that is wrong or worth knowing.
    pub(super) fn of_finding(finding: &Finding) -> Piece {
        let word = match finding.level {
            Level::Error => "❌ **Error**",
            Level::Warning => "⚠️ **Warning**",
            Level::Note => "**Note**",
        };
        let about =
            finding.address.as_ref().map(|address| format!(" on {}", code(address))).unwrap_or_default();
        let place = finding.place.as_ref().map(|place| match place.line {
            Some(line) => format!(" at {}", code(&format!("{}:{line}", place.file))),
            None => format!(" in {}", code(&place.file)),
        });
        let head = format!("{word}{about}{}: {}\n\n", place.unwrap_or_default(), code(&finding.title));
        let lines = finding.detail.lines().map(|line| line.trim_end().to_owned()).collect();
        let loud = finding.level == Level::Error;
        Piece { loud, object: false, head, language: "text", lines, tail: "\n" }
    }

    /// The whole.
    pub(super) fn whole(&self) -> String {
        if self.lines.is_empty() {
            return format!("{}{}", self.head, self.tail);
        }
        let fence = fence(self.lines.iter().map(String::as_str));
        let lines: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
        format!("{}{fence}{}\n{lines}{fence}\n{}", self.head, self.language, self.tail)
    }

    /// As many of its first lines as fit in so many bytes; none where it isn't worth it.
    pub(super) fn cut(&self, bytes_max: usize) -> Option<String> {
        let fence = fence(self.lines.iter().map(String::as_str));
        let left = |shown: usize| format!("# … {} more lines\n", self.lines.len() - shown);
        let around = self.head.len() + self.tail.len() + fence.len() * 2 + self.language.len() + 2;
        let mut size = around + left(0).len();
        let mut shown = 0;
        for line in &self.lines {
            size += line.len() + 1;
            if size > bytes_max {
                break;
            }
            shown += 1;
        }
        if shown < 2 {
            return None;
        }
        let lines: String = self.lines[..shown].iter().map(|line| format!("{line}\n")).collect();
        let (head, language, tail) = (&self.head, self.language, self.tail);
        Some(format!("{head}{fence}{language}\n{lines}{}{fence}\n{tail}", left(shown)))
    }
}

/// A line with its sign in the first column. Forges colour `+`, `-` and `!`, and leave `~` alone.
fn signed(line: &Line) -> String {
    let sign = match line.sign {
        Sign::Add => '+',
        Sign::Remove => '-',
        Sign::Change => '!',
        Sign::Same => ' ',
    };
    format!("{sign} {}", line.text).trim_end().to_owned()
}

/// What becomes of an object. Only of one that moves the words name something of the configuration.
fn said(item: &Item, markup: bool) -> String {
    match (item.verb, item.says.strip_prefix("moves here from ")) {
        (Verb::Move, Some(from)) => {
            format!("moves here from {}", if markup { code_element(from) } else { code(from) })
        }
        (verb, _) if verb.is_loud() => format!("**{}**", plain(item)),
        _ => plain(item),
    }
}

/// The words, unless they are not ours alone.
fn plain(item: &Item) -> String {
    let ours = item.says.chars().all(|c| c.is_ascii_alphabetic() || " ,-_".contains(c));
    if ours { item.says.replace('_', "\\_") } else { item.verb.word().to_owned() }
}
