//! Single values and strings.

use super::{Differ, Sign, align};
use crate::style::{Style, neutral};
use crate::value::quote;
use trueup_value::{Kind, Value};

/// What stands for a value that isn't shown.
pub(super) fn hidden(value: &Value, style: Style) -> Option<&'static str> {
    if value.marks().is_sensitive() && !style.reveal {
        return Some("(sensitive value)");
    }
    if value.marks().is_ephemeral() {
        return Some("(ephemeral value)");
    }
    if matches!(value.kind(), Kind::Unknown(..)) { Some("(known after apply)") } else { None }
}

/// A bool, number or null.
pub(super) fn text(value: &Value) -> String {
    match value.kind() {
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => n.to_string(),
        Kind::String(s) => quote(s),
        _ => "null".into(),
    }
}

impl Differ {
    /// A string on one side: JSON opened up, several lines as a heredoc.
    pub(super) fn string(self, text: &str, sign: Sign, column: usize) -> String {
        let (before, after) = match sign {
            Sign::Add => (None, Some(text)),
            Sign::Remove => (Some(text), None),
            _ => (Some(text), Some(text)),
        };
        if let Some(json) = self.json(before, after, column) {
            return json;
        }
        if !text.trim_end_matches('\n').contains('\n') {
            return quote(text);
        }
        let pad = " ".repeat(column + 6);
        let lines: String =
            text.trim_end_matches('\n').lines().map(|l| format!("{pad}{}\n", neutral(l))).collect();
        format!("<<-EOT\n{lines}{}EOT", " ".repeat(column + 2))
    }

    /// A string that changed.
    pub(super) fn strings(self, before: &str, after: &str, column: usize) -> String {
        if let Some(json) = self.json(Some(before), Some(after), column) {
            return json;
        }
        let several = |text: &str| text.trim_end_matches('\n').contains('\n');
        if !several(before) && !several(after) {
            return format!("{} {} {}", quote(before), self.style.yellow("->"), quote(after));
        }
        let (b, a): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        let mut out = String::from("<<-EOT\n");
        let mut line = |sign: Sign, text: &str| {
            out.push_str(&format!("{}{} {}\n", " ".repeat(column + 4), self.symbol(sign), neutral(text)));
        };
        let (mut i, mut j) = (0, 0);
        for (next_b, next_a) in align::common(&b, &a).into_iter().chain([(b.len(), a.len())]) {
            b[i..next_b].iter().for_each(|text| line(Sign::Remove, text));
            a[j..next_a].iter().for_each(|text| line(Sign::Add, text));
            if let Some(text) = b.get(next_b) {
                line(Sign::Same, text);
            }
            (i, j) = (next_b + 1, next_a + 1);
        }
        out.push_str(&format!("{}EOT", " ".repeat(column + 2)));
        out
    }
}
