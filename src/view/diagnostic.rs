//! Diagnostics for people: what, where, why, what to do.

use super::style::{Style, neutral, wrap};
use trueup_diag::{CalledFunction, Diagnostic, Diagnostics, Severity, SourceFile, Sources, Span};
use trueup_document::enclosing::enclosing;
use trueup_document::head;

/// More lines of source than this are not shown.
const LINES_MAX: u32 = 5;

/// Of a line that is longer, the part around the place is shown.
const LINE_BYTES_MAX: usize = 1000;

/// One diagnostic as a block of text that ends with a line end.
pub fn human(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let (word, dress): (&str, fn(Style, &str) -> String) = match diagnostic.severity {
        Severity::Error => ("Error: ", Style::red),
        Severity::Warning => ("Warning: ", Style::yellow),
    };
    let width = if style.color { style.width.saturating_sub(2) } else { style.width };
    let mut body =
        format!("{}{}\n", style.bold(&dress(style, word)), style.bold(&neutral(&diagnostic.summary)));
    match place(diagnostic, sources, style) {
        Some(place) => body.push_str(&format!("\n{place}")),
        // Terraform leaves the room of a detail free where there is nothing but the summary.
        None if diagnostic.detail.is_empty() && diagnostic.hint.is_none() => body.push_str("\n\n"),
        None => {}
    }
    if !diagnostic.detail.is_empty() {
        body.push_str(&format!("\n{}\n", wrap(neutral(&diagnostic.detail).trim_end(), width)));
    }
    if let Some(hint) = &diagnostic.hint {
        body.push_str(&format!("\n{}\n", wrap(&format!("Hint: {}", sentence(&neutral(hint))), width)));
    }
    if !style.color {
        return format!("\n{body}");
    }
    let bar = |c: &str| dress(style, c);
    let lines: String = body.lines().map(|line| format!("{} {line}\n", bar("│"))).collect();
    format!("{}\n{lines}{}\n", bar("╷"), bar("╵"))
}

/// Warnings that are about one thing each, however alike.
const EACH: [&str; 2] = ["Check block assertion failed", "Check block assertion known after apply"];

/// One of those with the same summary, which counts the others; for warnings and for errors where asked to.
pub fn consolidated(all: Diagnostics, (warnings, errors): (bool, bool)) -> Diagnostics {
    let mut kept: Vec<(Diagnostic, usize)> = Vec::new();
    for one in all {
        let alike = |known: &Diagnostic| known.severity == one.severity && known.summary == one.summary;
        let wanted = if one.is_error() { errors } else { warnings && !EACH.contains(&&*one.summary) };
        let known = if wanted { kept.iter_mut().find(|(known, _)| alike(known)) } else { None };
        match known {
            Some((_, more)) => *more += 1,
            None => kept.push((one, 0)),
        }
    }
    let mut out = Diagnostics::new();
    for (one, more) in kept {
        let word = if one.is_error() { "error" } else { "warning" };
        let note = match more {
            0 => String::new(),
            1 => format!("\n\n(and one more similar {word} elsewhere)"),
            more => format!("\n\n(and {more} more similar {word}s elsewhere)"),
        };
        out.push(Diagnostic { detail: format!("{}{note}", one.detail), ..one });
    }
    out
}

/// Warnings by their summaries alone, the same ones counted.
pub fn compact(warnings: &Diagnostics) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let mut counted: Vec<(String, usize)> = Vec::new();
    for warning in warnings {
        let summary = neutral(&warning.summary);
        match counted.iter_mut().find(|(known, _)| *known == summary) {
            Some((_, count)) => *count += 1,
            None => counted.push((summary, 1)),
        }
    }
    let mut out = String::from("\nWarnings:\n\n");
    for (summary, count) in counted {
        let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
        out.push_str(&format!("- {summary}{times}\n"));
    }
    out + "\nTo see the full warning notes, run trueup without -compact-warnings.\n"
}

/// With a full stop where nothing else ends it.
fn sentence(text: &str) -> String {
    let ends = text.ends_with(['.', '!', '?', ':', '"', ')']) || text.contains('\n');
    if ends { text.to_owned() } else { format!("{text}.") }
}

fn place(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> Option<String> {
    let mut out = String::new();
    if let Some(address) = &diagnostic.address {
        out.push_str(&format!("  with {},\n", neutral(address)));
    }
    let Some(subject) = head::subject(diagnostic, sources) else {
        return if out.is_empty() { None } else { Some(out) };
    };
    let file = sources.file(subject.file);
    let (start, _) = sources.range(subject);
    out.push_str(&format!("  on {} line {}", neutral(&file.name), start.line));
    if let Some(header) = enclosing(file, subject) {
        out.push_str(&format!(", in {}", neutral(&header)));
    }
    out.push_str(":\n");
    out.push_str(&source(file, subject, sources, style));
    if !diagnostic.values.is_empty() || diagnostic.called.is_some() {
        out.push_str(&format!("    {}\n", style.dim(&format!("├{}", "─".repeat(16)))));
    }
    if let Some(called) = &diagnostic.called {
        let name = style.bold(&neutral(&called.called_as));
        out.push_str(&format!("    {} while calling {name}({})\n", style.dim("│"), parameters(called)));
    }
    for value in &diagnostic.values {
        let told = format!("{} {}", style.bold(&neutral(&value.traversal)), neutral(&value.statement));
        out.push_str(&format!("    {} {told}\n", style.dim("│")));
    }
    Some(out)
}

/// The names of a function's parameters.
fn parameters(called: &CalledFunction) -> String {
    let fixed = called.parameters.iter().map(|parameter| parameter.name.clone());
    let variadic = called.variadic.iter().map(|parameter| format!("{}...", parameter.name));
    fixed.chain(variadic).collect::<Vec<_>>().join(", ")
}

/// The lines of a place with their numbers; on a terminal the place itself is underlined.
fn source(file: &SourceFile, subject: Span, sources: &Sources, style: Style) -> String {
    let (start, end) = sources.range(subject);
    let last = end.line.min(start.line + LINES_MAX - 1).max(start.line);
    let mut out = String::new();
    for line in start.line..=last {
        if line > start.line && end.line == line && end.column == 1 {
            break;
        }
        out.push_str(&format!("{line:4}: {}\n", marked(file, line, subject, style)));
    }
    out
}

fn marked(file: &SourceFile, line: u32, subject: Span, style: Style) -> String {
    let text = file.line(line);
    let begins = file.line_start(line);
    let within = |byte: u32| (byte.saturating_sub(begins) as usize).min(text.len());
    // What only indents a later line is not part of what is pointed at.
    let indent = text.len() - text.trim_start().len();
    let from = if subject.start < begins { indent } else { within(subject.start) };
    let to = within(subject.end).max(from);
    if text.len() > LINE_BYTES_MAX {
        let (text, from, to) = window(text, from, to);
        return dressed(&text, from, to, style);
    }
    dressed(text, from, to, style)
}

/// The part of a very long line around a place, and where the place is in it.
fn window(text: &str, from: usize, to: usize) -> (String, usize, usize) {
    let begin = text.floor_char_boundary(from.saturating_sub(LINE_BYTES_MAX / 4));
    let end = text.floor_char_boundary(begin.saturating_add(LINE_BYTES_MAX).min(text.len()));
    let before = if begin > 0 { "…" } else { "" };
    let after = if end < text.len() { "…" } else { "" };
    let shown = format!("{before}{}{after}", &text[begin..end]);
    let moved = |at: usize| at.clamp(begin, end) - begin + before.len();
    (shown, moved(from), moved(to))
}

fn dressed(text: &str, from: usize, to: usize, style: Style) -> String {
    match (text.get(..from), text.get(from..to), text.get(to..)) {
        (Some(before), Some(place), Some(after)) if style.color && !place.is_empty() => {
            format!("{}{}{}", neutral(before), style.underline(&neutral(place)), neutral(after))
        }
        _ => neutral(text),
    }
}
