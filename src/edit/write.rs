//! Values as they are written in configurations.

use trueup_value::{Kind, Value};

/// A value as an expression, with the indentation of the line that it begins in.
pub(crate) fn expression(value: &Value, indent: usize) -> String {
    match value.kind() {
        Kind::Bool(flag) => flag.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => quoted(text),
        Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => {
            let items: Vec<String> = value
                .as_sequence()
                .unwrap_or_default()
                .iter()
                .map(|item| expression(item, indent + 2))
                .collect();
            sequence(&items, indent)
        }
        Kind::Map(_) | Kind::Object(_) => {
            let all = value.as_mapping().into_iter().flatten();
            let line = |(name, item): (&trueup_value::Name, &Value)| {
                let pad = " ".repeat(indent + 2);
                format!("{pad}{} = {}\n", key(name, false), expression(item, indent + 2))
            };
            let lines: String = all.map(line).collect();
            if lines.is_empty() { "{}".into() } else { format!("{{\n{lines}{}}}", " ".repeat(indent)) }
        }
        Kind::Null(_) | Kind::Unknown(..) => "null".into(),
    }
}

/// On one line where it is short.
fn sequence(items: &[String], indent: usize) -> String {
    const WIDTH_MAX: usize = 80;
    let line = format!("[{}]", items.join(", "));
    if line.len() + indent <= WIDTH_MAX && !line.contains('\n') {
        return line;
    }
    let pad = " ".repeat(indent + 2);
    let lines: String = items.iter().map(|item| format!("{pad}{item},\n")).collect();
    format!("[\n{lines}{}]", " ".repeat(indent))
}

/// A key of an object.
pub(crate) fn key(name: &str, quoting: bool) -> String {
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let bare = begins && letters.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    // These would be values of their own.
    let word = matches!(name, "null" | "true" | "false" | "for");
    if bare && !quoting && !word { name.to_owned() } else { quoted(name) }
}

/// A text in quotes: what would begin a template is said to be text.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text as a heredoc, where it can be one: whole lines, none of which ends it.
pub(crate) fn heredoc(text: &str) -> Option<String> {
    const MARKER: &str = "EOT";
    let fits = text.ends_with('\n') && text.lines().all(|line| line.trim() != MARKER && !line.contains('\r'));
    let plain = text.replace("${", "$${").replace("%{", "%%{");
    fits.then(|| format!("<<{MARKER}\n{plain}{MARKER}"))
}
