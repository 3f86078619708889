//! `yamlencode`: a value as a YAML document in block style, byte for byte as the reference writes it.

use super::{Call, FunctionError, Outcome};
use trueup_value::{Kind, Name, Value};

/// Quoted text is broken at the first space after so many columns.
const WIDTH: usize = 80;
/// Keys longer than this, or of several lines, are announced by `?`.
const SIMPLE_KEY_MAX_BYTES: usize = 128;

pub(super) fn yamlencode(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    if !value.is_wholly_known() {
        return Ok(call.unknown());
    }
    write(value).map(Value::string).map_err(FunctionError::call)
}

/// The document of a known value.
fn write(value: &Value) -> Result<String, String> {
    let mut writer = Writer { out: String::new() };
    writer.node(value, Place { parent: None, in_mapping: false, inline: true })?;
    let plain = !matches!(value.kind(), Kind::String(_)) && !is_collection(value);
    writer.end_line();
    if plain {
        writer.out.push_str("...\n");
    }
    Ok(writer.out)
}

fn is_collection(value: &Value) -> bool {
    value.as_sequence().is_some() || value.as_mapping().is_some()
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Place {
    /// The indentation of the collection it is in; none for the whole document.
    parent: Option<usize>,
    /// It is the value of a simple key.
    in_mapping: bool,
    /// Its first line goes on with the line that has begun.
    inline: bool,
}

struct Writer {
    out: String,
}

impl Writer {
    fn node(&mut self, value: &Value, place: Place) -> Result<(), String> {
        let deeper = place.parent.map_or(0, |parent| parent + 2);
        match value.kind() {
            Kind::Null(_) => self.word("null"),
            Kind::Bool(truth) => self.word(if *truth { "true" } else { "false" }),
            Kind::Number(number) => self.word(&number.to_string()),
            Kind::String(text) => {
                self.space();
                self.text(text, deeper.max(2), false);
            }
            Kind::List(elements) | Kind::Set(elements) => self.sequence(&elements.items, place)?,
            Kind::Tuple(items) => self.sequence(items, place)?,
            Kind::Map(map) => self.mapping(map.1.iter(), Place { parent: Some(deeper), ..place })?,
            Kind::Object(attributes) => {
                self.mapping(attributes.iter(), Place { parent: Some(deeper), ..place })?;
            }
            Kind::Unknown(..) => return Err("a value that isn't known yet can't be written".into()),
        }
        Ok(())
    }

    fn sequence(&mut self, items: &[Value], place: Place) -> Result<(), String> {
        if items.is_empty() {
            self.word("[]");
            return Ok(());
        }
        // A sequence as the value of a key stands right below the key.
        let indent = match place.parent {
            None => 0,
            Some(parent) if place.in_mapping => parent,
            Some(parent) => parent + 2,
        };
        for (at, item) in items.iter().enumerate() {
            self.begin(indent, at == 0 && place.inline);
            self.out.push('-');
            self.node(item, Place { parent: Some(indent), in_mapping: false, inline: true })?;
        }
        Ok(())
    }

    /// Writes a mapping, whose own indentation is `place.parent`.
    fn mapping<'v>(
        &mut self,
        pairs: impl ExactSizeIterator<Item = (&'v Name, &'v Value)>,
        place: Place,
    ) -> Result<(), String> {
        let indent = place.parent.unwrap_or(0);
        if pairs.len() == 0 {
            self.word("{}");
            return Ok(());
        }
        for (at, (key, value)) in pairs.enumerate() {
            self.begin(indent, at == 0 && place.inline);
            let simple = key.len() <= SIMPLE_KEY_MAX_BYTES && !key.contains(is_break);
            if simple {
                self.text(key, indent + 2, true);
                self.out.push(':');
            } else {
                self.out.push_str("? ");
                self.text(key, indent + 2, false);
                self.begin(indent, false);
                self.out.push(':');
            }
            self.node(value, Place { parent: Some(indent), in_mapping: simple, inline: !simple })?;
        }
        Ok(())
    }

    /// Begins an entry: on its own line, or after the sign that stands before it.
    fn begin(&mut self, indent: usize, inline: bool) {
        if inline {
            self.space();
        } else {
            self.end_line();
            self.out.push_str(&" ".repeat(indent));
        }
    }

    /// A space after the sign or key that stands before, if any does.
    fn space(&mut self) {
        if self.out.ends_with(['-', ':', '?']) {
            self.out.push(' ');
        }
    }

    fn end_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn word(&mut self, word: &str) {
        self.space();
        self.out.push_str(word);
    }

    /// Text in quotes, or as a block of lines if it has several.
    fn text(&mut self, text: &str, indent: usize, simple_key: bool) {
        if text.contains('\n') && !simple_key && block_allowed(text) {
            self.block(text, indent);
        } else {
            self.quoted(text, indent, simple_key);
        }
    }

    fn block(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n']) {
            self.out.push('2');
        }
        let breaks = text.len() - text.trim_end_matches('\n').len();
        match breaks {
            0 => self.out.push('-'),
            1 if text.len() > 1 => {}
            _ => self.out.push('+'),
        }
        self.out.push('\n');
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                self.out.push_str(&" ".repeat(indent));
            }
            self.out.push_str(line);
        }
    }

    fn quoted(&mut self, text: &str, indent: usize, simple_key: bool) {
        let line = self.out.rfind('\n').map_or(0, |at| at + 1);
        let mut column = self.out[line..].chars().count() + 1;
        self.out.push('"');
        let mut after_space = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if c == ' ' && !simple_key && !after_space && column > WIDTH && at > 0 && next.is_some() {
                self.out.push('\n');
                self.out.push_str(&" ".repeat(indent));
                column = indent;
                if next == Some(' ') {
                    self.out.push('\\');
                    column += 1;
                }
            } else {
                let written = escaped(c);
                column += written.chars().count();
                self.out.push_str(&written);
            }
            after_space = c == ' ';
        }
        self.out.push('"');
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether text can stand as lines: nothing in it needs an escape, and no line ends in a space.
fn block_allowed(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || (is_printable(c) && !is_break(c)))
        && !text.contains(" \n")
        && !text.ends_with(' ')
}

/// Printable characters of the basic plane, tabs not among them.
fn is_printable(c: char) -> bool {
    matches!(c, '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && c != '\u{feff}'
}

fn escaped(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ if is_printable(c) => return c.to_string(),
        _ => {
            return match u32::from(c) {
                code @ ..=0xff => format!("\\x{code:02X}"),
                code @ ..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
