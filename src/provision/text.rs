//! Text: quoting as Terraform's output has it, and lines out of bytes.

/// A text between double quotes, with escapes as in Go's `%q`.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c if u32::from(c) < 0x80 && c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Puts bytes together to lines.
#[derive(Default)]
pub(crate) struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// The lines that are whole with these bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        self.rest.extend_from_slice(bytes);
        let mut lines = Vec::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            lines.push(line_of(&line));
        }
        lines
    }

    /// What is left without a line end.
    pub(crate) fn end(self) -> Option<String> {
        if self.rest.is_empty() { None } else { Some(line_of(&self.rest)) }
    }
}

fn line_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\n', '\r']).to_owned()
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
        check("größe ☃", "\"größe ☃\"");
    }

    #[test]
    fn lines_come_whole() {
        let mut lines = Lines::default();
        assert!(lines.push(b"a").is_empty());
        assert_eq!(lines.push(b"b\r\n\nc"), ["ab", ""]);
        assert_eq!(lines.push(b"\xff"), Vec::<String>::new());
        assert_eq!(lines.end().as_deref(), Some("c\u{fffd}"));
        assert_eq!(Lines::default().end(), None);
    }
}
