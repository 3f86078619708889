//! The text in templates: escapes undone, spaces trimmed, indentation taken off.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// A faulty escape: its range in the text as written and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EscapeError {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) detail: String,
}

/// Undoes the escapes of text in quotes. A faulty one stays as it is.
pub(crate) fn unescape<'t>(text: &'t str, errors: &mut Vec<EscapeError>) -> Cow<'t, str> {
    if !text.contains(['\\', '{']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '$', '%']) {
        out.push_str(&rest[..at]);
        let found = &rest[at..];
        let used = if found.starts_with('\\') {
            let offset = text.len() - found.len();
            backslash(found, offset, &mut out, errors)
        } else {
            marker_run(found, &mut out)
        };
        rest = &found[used..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Undoes the escapes of text in a heredoc or bare template: `$${` and `%%{`, nothing else.
pub(crate) fn unescape_markers(text: &str) -> Cow<'_, str> {
    if !text.contains('{') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '%']) {
        out.push_str(&rest[..at]);
        let used = marker_run(&rest[at..], &mut out);
        rest = &rest[at + used..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A run of `$` or `%`, which loses one before a brace. Gives the length of the run as written.
fn marker_run(text: &str, out: &mut String) -> usize {
    let run = text.bytes().take_while(|b| *b == text.as_bytes()[0]).count();
    let escapes = run > 1 && text.as_bytes().get(run) == Some(&b'{');
    out.push_str(&text[..run - usize::from(escapes)]);
    run
}

/// One escape with a backslash. Gives its length.
fn backslash(text: &str, offset: usize, out: &mut String, errors: &mut Vec<EscapeError>) -> usize {
    let Some(selector) = text[1..].chars().next() else {
        out.push('\\');
        return 1;
    };
    match selector {
        'n' => out.push('\n'),
        'r' => out.push('\r'),
        't' => out.push('\t'),
        '"' => out.push('"'),
        '\\' => out.push('\\'),
        'u' => return unicode(text, offset, 4, out, errors),
        'U' => return unicode(text, offset, 8, out, errors),
        other => {
            let length = 1 + other.len_utf8();
            let detail =
                format!("\"\\{other}\" is not an escape: they are \\n, \\r, \\t, \\\", \\\\, \\u and \\U.");
            errors.push(EscapeError { start: offset, end: offset + length, detail });
            out.push_str(&text[..length]);
            return length;
        }
    }
    2
}

fn unicode(
    text: &str,
    offset: usize,
    digits: usize,
    out: &mut String,
    errors: &mut Vec<EscapeError>,
) -> usize {
    let found = text[2..].bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
    let length = 2 + found;
    let character = u32::from_str_radix(&text[2..length], 16).ok().and_then(char::from_u32);
    match character {
        Some(character) if found == digits => out.push(character),
        _ => {
            let detail = if found < digits {
                format!("{digits} hexadecimal digits must follow \"{}\".", &text[..2])
            } else {
                format!("\"{}\" is not a character of Unicode.", &text[..length])
            };
            errors.push(EscapeError { start: offset, end: offset + length, detail });
            out.push_str(&text[..length]);
        }
    }
    length
}

/// Cuts whitespace off the end.
pub(crate) fn trim_end(text: &mut Cow<'_, str>) {
    let length = text.trim_end().len();
    match text {
        Cow::Borrowed(text) => *text = &text[..length],
        Cow::Owned(text) => text.truncate(length),
    }
}

/// Cuts whitespace off the start.
pub(crate) fn trim_start(text: &mut Cow<'_, str>) {
    let length = text.len() - text.trim_start().len();
    cut(text, length);
}

fn cut(text: &mut Cow<'_, str>, length: usize) {
    match text {
        Cow::Borrowed(text) => *text = &text[length..],
        Cow::Owned(text) => drop(text.drain(..length)),
    }
}

/// How many characters of whitespace a line starts with; `None` for a blank line, which doesn't count.
pub(crate) fn indentation(line: &str) -> Option<usize> {
    let trimmed = line.trim_start();
    if trimmed.is_empty() && line.ends_with('\n') {
        return None;
    }
    Some(line[..line.len() - trimmed.len()].graphemes(true).count())
}

/// Takes `count` characters off the start.
pub(crate) fn dedent(line: &mut Cow<'_, str>, count: usize) {
    let length = line.graphemes(true).take(count).map(str::len).sum();
    cut(line, length);
}
