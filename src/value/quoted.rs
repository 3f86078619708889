//! Texts in quotes as Go's `%q` writes them, which is how Terraform has them in output and in hashes.

use std::fmt::Write;

/// A text between double quotes; what can't be printed is escaped.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c if c.is_ascii_control() => write!(out, "\\x{:02x}", u32::from(c)).expect("text can be written"),
            c if !c.is_ascii() && (c.is_control() || c.is_whitespace()) => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("text can be written");
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_in_terraforms_output() {
        let check = |text: &str, wanted: &str| assert_eq!(quoted(text), wanted);
        check("echo", "\"echo\"");
        check("a \"b\" \\ c", r#""a \"b\" \\ c""#);
        check("a\nb\tc\r", r#""a\nb\tc\r""#);
        check("\u{1b}[1m\u{7}", r#""\x1b[1m\a""#);
        check("\u{7f}\u{85}\u{a0}", r#""\x7f\u0085\u00a0""#);
        check("größe ☃", "\"größe ☃\"");
    }
}
