//! Values for people, as the console and `output` print them.

use super::style::neutral;
use trueup_value::{Kind, Value};

/// A value over as many lines as it needs. `indent` is the column of its first line.
pub fn text(value: &Value, indent: usize) -> String {
    let mut out = String::new();
    write(value, indent, &mut out);
    out
}

fn write(value: &Value, indent: usize, out: &mut String) {
    if value.is_known() && value.marks().is_sensitive() {
        out.push_str("(sensitive value)");
        return;
    }
    if value.marks().is_ephemeral() {
        out.push_str("(ephemeral value)");
        return;
    }
    match value.kind() {
        Kind::Null(ty) => out.push_str(&null_text(ty)),
        Kind::Unknown(..) => out.push_str("(known after apply)"),
        Kind::Bool(b) => out.push_str(&b.to_string()),
        Kind::Number(n) => out.push_str(&n.to_string()),
        Kind::String(s) => write_string(s, indent, out),
        Kind::List(elements) if elements.items.is_empty() => {
            out.push_str("tolist([])");
        }
        Kind::List(elements) => write_sequence("tolist([", &elements.items, "])", indent, out),
        Kind::Set(elements) if elements.items.is_empty() => out.push_str("toset([])"),
        Kind::Set(elements) => write_sequence("toset([", &elements.items, "])", indent, out),
        Kind::Tuple(items) if items.is_empty() => out.push_str("[]"),
        Kind::Tuple(items) => write_sequence("[", items, "]", indent, out),
        Kind::Map(map) if map.1.is_empty() => out.push_str("tomap({})"),
        Kind::Map(map) => write_mapping("tomap({", map.1.iter(), "})", indent, out),
        Kind::Object(attributes) if attributes.is_empty() => out.push_str("{}"),
        Kind::Object(attributes) => write_mapping("{", attributes.iter(), "}", indent, out),
    }
}

fn null_text(ty: &trueup_value::Type) -> String {
    use trueup_value::Type;
    match ty {
        Type::Dynamic => "null".into(),
        Type::String => "tostring(null)".into(),
        Type::Number => "tonumber(null)".into(),
        Type::Bool => "tobool(null)".into(),
        Type::List(element) => format!("tolist(null) /* of {} */", element.friendly_name()),
        Type::Set(element) => format!("toset(null) /* of {} */", element.friendly_name()),
        Type::Map(element) => format!("tomap(null) /* of {} */", element.friendly_name()),
        ty => format!("null /* {} */", ty.friendly_name()),
    }
}

fn write_sequence(open: &str, items: &[Value], close: &str, indent: usize, out: &mut String) {
    out.push_str(open);
    out.push('\n');
    for item in items {
        out.push_str(&" ".repeat(indent + 2));
        write(item, indent + 2, out);
        out.push_str(",\n");
    }
    out.push_str(&" ".repeat(indent));
    out.push_str(close);
}

fn write_mapping<'a>(
    open: &str,
    items: impl Iterator<Item = (&'a trueup_value::Name, &'a Value)>,
    close: &str,
    indent: usize,
    out: &mut String,
) {
    out.push_str(open);
    out.push('\n');
    for (key, item) in items {
        out.push_str(&" ".repeat(indent + 2));
        out.push_str(&format!("{} = ", quote(key)));
        write(item, indent + 2, out);
        out.push('\n');
    }
    out.push_str(&" ".repeat(indent));
    out.push_str(close);
}

/// A string: a heredoc where it has line ends, quoted otherwise.
fn write_string(text: &str, indent: usize, out: &mut String) {
    if !text.contains('\n') {
        out.push_str(&quote(text));
        return;
    }
    let marker = if indent == 0 { "<<EOT" } else { "<<-EOT" };
    out.push_str(marker);
    out.push('\n');
    for line in text.split('\n') {
        out.push_str(&" ".repeat(indent));
        out.push_str(&neutral(line));
        out.push('\n');
    }
    out.push_str(&" ".repeat(indent));
    out.push_str("EOT");
}

/// A quoted string with everything unprintable escaped.
pub fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `12,345`
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
