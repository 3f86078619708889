//! Diagnostics for people: what, where, why, what to do.

use super::style::{Style, neutral, wrap};
use trueup_diag::{Diagnostic, Severity, Sources, Span};

/// One diagnostic as a block of text that ends with a line end.
pub(crate) fn human(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let (word, dress): (&str, fn(Style, &str) -> String) = match diagnostic.severity {
        Severity::Error => ("Error: ", Style::red),
        Severity::Warning => ("Warning: ", Style::yellow),
    };
    let mut body =
        format!("{}{}\n", style.bold(&dress(style, word)), style.bold(&neutral(&diagnostic.summary)));
    if let Some(place) = place(diagnostic, sources) {
        body.push_str(&format!("\n{place}"));
    }
    if !diagnostic.detail.is_empty() {
        body.push_str(&format!("\n{}\n", wrap(&neutral(&diagnostic.detail), style.width.saturating_sub(2))));
    }
    if let Some(hint) = &diagnostic.hint {
        body.push_str(&format!(
            "\n{}\n",
            wrap(&format!("Hint: {}", neutral(hint)), style.width.saturating_sub(2))
        ));
    }
    if !style.color {
        return format!("\n{body}");
    }
    let bar = |c: &str| dress(style, c);
    let lines: String = body.lines().map(|line| format!("{} {line}\n", bar("│"))).collect();
    format!("{}\n{lines}{}\n", bar("╷"), bar("╵"))
}

fn place(diagnostic: &Diagnostic, sources: &Sources) -> Option<String> {
    let mut out = String::new();
    if let Some(address) = &diagnostic.address {
        out.push_str(&format!("  with {},\n", neutral(address)));
    }
    let Some(subject) = diagnostic.subject else {
        return if out.is_empty() { None } else { Some(out) };
    };
    let file = sources.file(subject.file);
    let (start, end) = sources.range(subject);
    out.push_str(&format!("  on {} line {}", neutral(&file.name), start.line));
    if let Some(header) = enclosing(sources, subject) {
        out.push_str(&format!(", in {}", neutral(&header)));
    }
    out.push_str(":\n");
    let last = end.line.min(start.line + 4).max(start.line);
    for line in start.line..=last {
        if line > start.line && end.line == line && end.column == 1 {
            break;
        }
        out.push_str(&format!("{line:4}: {}\n", neutral(file.line(line))));
    }
    for value in &diagnostic.values {
        out.push_str(&format!("    ├ {} {}\n", value.traversal, neutral(&value.statement)));
    }
    Some(out)
}

/// The header of the top-level block around a place, such as `resource "aws_vpc" "main"`.
pub(crate) fn enclosing(sources: &Sources, span: Span) -> Option<String> {
    let file = sources.file(span.file);
    let (start, _) = sources.range(span);
    for line in (1..=start.line).rev() {
        let text = file.line(line);
        let opens = text.trim_end().ends_with('{') || text.contains("{ ");
        if text.starts_with(|c: char| c.is_alphabetic()) && opens {
            let header = text.split('{').next().unwrap_or_default().trim();
            return if header.contains('=') { None } else { Some(header.to_owned()) };
        }
        if line < start.line && text.starts_with('}') {
            return None;
        }
    }
    None
}
