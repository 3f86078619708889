//! What goes on, in one line at the bottom of a terminal.

use super::style::{Style, neutral};
use trueup_document::events::duration;

/// Turns by one with every drawing.
const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// A line that fits the terminal: what is under way with its seconds, in the order given, as much of it as there is
/// room for; empty where nothing is.
pub fn line(turn: usize, ended: usize, going: &[(u64, String)], style: Style) -> String {
    if going.is_empty() {
        return String::new();
    }
    let done = if ended > 0 { format!("{ended} done, ") } else { String::new() };
    let mut text = format!("{} {done}{} under way: ", SPINNER[turn % SPINNER.len()], going.len());
    // The last column stays free: some terminals begin a new line once it is written.
    let width = style.width.saturating_sub(1);
    for (index, (seconds, name)) in going.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let one = format!("{comma}{} ({})", neutral(name).replace(['\n', '\t'], " "), duration(*seconds));
        let is_last = index + 1 == going.len();
        let room = width.saturating_sub(text.chars().count() + if is_last { 0 } else { 3 });
        if one.chars().count() > room {
            text.push_str(if index == 0 { "…" } else { ", …" });
            break;
        }
        text.push_str(&one);
    }
    style.dim(&text.chars().take(width).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::style::Style;

    #[test]
    fn the_line_fits_the_terminal() {
        let check = |width: usize, ended: usize, going: &[(u64, &str)], wanted: &str| {
            let going: Vec<(u64, String)> = going.iter().map(|(s, name)| (*s, (*name).to_owned())).collect();
            let text = line(2, ended, &going, Style { width, ..Style::document(false) });
            assert_eq!(text, wanted);
            assert!(text.chars().count() < width);
        };
        check(80, 0, &[], "");
        check(80, 0, &[(70, "a.b")], "⠹ 1 under way: a.b (1m10s)");
        check(80, 3, &[(9, "a.b"), (0, "a.c")], "⠹ 3 done, 2 under way: a.b (9s), a.c (0s)");
        check(40, 3, &[(9, "a.b"), (8, "a.cc"), (7, "a.d")], "⠹ 3 done, 3 under way: a.b (9s), …");
        check(30, 0, &[(9, "a.very_long_name_indeed")], "⠹ 1 under way: …");
        check(60, 0, &[(1, "a.b[\"\u{1b}[2J\nx\"]")], "⠹ 1 under way: a.b[\"\\u{1b}[2J x\"] (1s)");
    }
}
