//! Differences as lines with one sign each, from the text that people read in a terminal.

use super::Line;
use crate::diff::Sign;
use crate::style::{REMARK, SYMBOL};

/// The lines of a marked text ([`crate::style::Style::marked`]) whose outermost symbols stand in the first column.
/// What stands below a line that comes or goes, and has no symbol of its own, comes or goes with it.
pub(super) fn lines(marked: &str) -> Vec<Line> {
    let mut open: Vec<(usize, Sign)> = Vec::new();
    let mut out: Vec<Line> = marked.lines().map(|line| read(line, &mut open)).collect();
    let blank = |line: &Line| line.text.is_empty() && line.sign == Sign::Same;
    let end = out.iter().rposition(|line| !blank(line)).map_or(0, |last| last + 1);
    out.truncate(end);
    let start = out.iter().position(|line| !blank(line)).unwrap_or(0);
    out.drain(..start);
    out
}

/// One line; `open` holds the columns and signs of those around it.
fn read(line: &str, open: &mut Vec<(usize, Sign)>) -> Line {
    let text = line.trim_start_matches(' ');
    let column = line.len() - text.len();
    let plain = |text: &str| text.replace([SYMBOL, REMARK], "").trim_end().to_owned();
    if let Some(rest) = text.strip_prefix(SYMBOL) {
        let (sign, rest) = split(rest);
        open.retain(|(other, _)| *other < column);
        open.push((column, sign));
        return Line { sign, text: format!("{}{}", " ".repeat(column), plain(rest)) };
    }
    if text.is_empty() && column == 0 {
        return Line { sign: Sign::Same, text: String::new() };
    }
    let inner = column.saturating_sub(2);
    open.retain(|(other, _)| *other < column);
    let around = open.last().map_or(Sign::Same, |(_, sign)| *sign);
    let sign = if text.starts_with(REMARK) || around == Sign::Change { Sign::Same } else { around };
    Line { sign, text: format!("{}{}", " ".repeat(inner), plain(text)).trim_end().to_owned() }
}

/// The sign that a symbol stands for, and what is behind the symbol and a space.
fn split(text: &str) -> (Sign, &str) {
    let mut rest = text.chars();
    let sign = match rest.next() {
        Some('+') => Sign::Add,
        Some('-') => Sign::Remove,
        Some('~') => Sign::Change,
        _ => Sign::Same,
    };
    let rest = rest.as_str();
    (sign, rest.strip_prefix(' ').unwrap_or(rest))
}

/// A value that is one thing or another, over as many lines as it takes.
pub(super) fn labelled(sign: Sign, label: &str, value: &str) -> Vec<Line> {
    let text = format!("{label}{value}");
    text.lines().map(|line| Line { sign, text: line.trim_end().to_owned() }).collect()
}
