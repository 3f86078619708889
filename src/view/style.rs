//! Colour and width: both stand down without a terminal.

/// How text is dressed.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// ANSI colours are used.
    pub color: bool,
    /// Columns of the terminal; text is wrapped to it.
    pub width: usize,
    /// Sensitive values are shown: somebody asked for that.
    pub reveal: bool,
    /// Symbols and remarks stand behind marks, for what lays lines out anew: [`SYMBOL`] and [`REMARK`].
    pub marked: bool,
}

/// Before the symbol of a line. No other text has it: control characters are written out in what people read.
pub(crate) const SYMBOL: char = '\u{1}';
/// Before a remark.
pub(crate) const REMARK: char = '\u{2}';

impl Style {
    fn dress(self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Bold text.
    pub fn bold(self, text: &str) -> String {
        self.dress("1", text)
    }

    /// Underlined text.
    pub fn underline(self, text: &str) -> String {
        self.dress("4", text)
    }

    /// For what goes or is wrong.
    pub fn red(self, text: &str) -> String {
        self.dress("31", text)
    }

    /// For what comes or is good.
    pub fn green(self, text: &str) -> String {
        self.dress("32", text)
    }

    /// For what changes.
    pub fn yellow(self, text: &str) -> String {
        self.dress("33", text)
    }

    /// For what is read.
    pub fn cyan(self, text: &str) -> String {
        self.dress("36", text)
    }

    /// For what matters less.
    pub fn dim(self, text: &str) -> String {
        if self.marked {
            return format!("{REMARK}{text}");
        }
        self.dress("90", text)
    }

    /// The style of what goes into documents: nothing of a terminal, and nothing that is sensitive.
    pub(crate) const fn document(marked: bool) -> Style {
        Style { color: false, width: 78, reveal: false, marked }
    }
}

/// Terminal control characters made visible, so that a value can't write over what a person reads.
pub fn neutral(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.extend(c.escape_default()),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                out.extend(c.escape_unicode());
            }
            c => out.push(c),
        }
    }
    out
}

/// Breaks paragraphs into lines of at most `width` columns; lines that start with a space stay as they are.
pub fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        if line.starts_with(' ') || line.chars().count() <= width {
            out.push_str(line);
            continue;
        }
        let mut column = 0;
        for word in line.trim_end().split(' ') {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > width {
                out.push('\n');
                column = 0;
            }
            if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_break_and_indented_ones_stay() {
        assert_eq!(wrap("aa bb cc", 5), "aa bb\ncc");
        assert_eq!(wrap("  aa bb cc", 5), "  aa bb cc");
        assert_eq!(wrap("aaaaaaa", 3), "aaaaaaa");
    }

    #[test]
    fn control_characters_are_shown_not_sent() {
        assert_eq!(neutral("a\u{1b}[31mb\n"), "a\\u{1b}[31mb\n");
    }
}
