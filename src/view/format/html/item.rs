//! One object on the page.

use super::{class, escaped};
use crate::diff::Sign;
use crate::report::{Item, Line, Verb};

/// It unfolds; what something is lost by, and what nobody planned, is unfolded.
pub(super) fn item(item: &Item) -> String {
    let (class, symbol, word) = (class(item.verb), item.verb.symbol(), item.verb.word());
    let alarms = item.verb.is_loud() || item.verb == Verb::Changed;
    let open = if alarms && item.excuse.is_none() { " open" } else { "" };
    let mut notes: Vec<String> = item.excuse.iter().chain(&item.notes).cloned().collect();
    if item.corrected {
        notes.push("it was brought back to what Git says".into());
    }
    let place = match &item.place {
        Some(place) => {
            let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
            format!("<p class=\"place\">{}{line}</p>", escaped(&place.file))
        }
        None => String::new(),
    };
    format!(
        "<details class=\"item {class}\" data-verb=\"{class}\" data-address=\"{}\"{open}><summary><span class=\"badge\" title=\"{word}\">{symbol}</span><code>{}</code><span class=\"says\">{}</span></summary>{}{place}</details>\n",
        escaped(&item.address),
        broken(&item.address),
        escaped(&item.says),
        pre(&notes, &item.lines)
    )
}

/// An address that may go on on the next line before a dot or a bracket.
fn broken(address: &str) -> String {
    escaped(address).replace('.', "<wbr>.").replace('[', "<wbr>[")
}

/// A difference, its signs in the first column.
pub(super) fn pre(notes: &[String], lines: &[Line]) -> String {
    let notes = notes.iter().map(|note| format!("<span class=\"note\"># {}</span>", escaped(note)));
    let lines = lines.iter().map(|line| {
        let (class, sign) = match line.sign {
            Sign::Add => ("add", '+'),
            Sign::Remove => ("remove", '-'),
            Sign::Change => ("change", '~'),
            Sign::Same => ("same", ' '),
        };
        format!("<span class=\"{class}\">{sign} {}</span>", escaped(&line.text))
    });
    let inner: String = notes.chain(lines).collect();
    if inner.is_empty() { String::new() } else { format!("<pre><code>{inner}</code></pre>") }
}
