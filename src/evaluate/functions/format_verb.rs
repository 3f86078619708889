//! Format strings: literal text and verbs with their flags.

/// A part of a format string.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part<'f> {
    /// Text that stands for itself.
    Literal(&'f str),
    /// A place for an argument.
    Verb(Verb<'f>),
}

/// A verb: how to write which argument.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "five independent flags of a format string")]
pub(super) struct Verb<'f> {
    /// As it stands in the format string.
    pub(super) text: &'f str,
    /// Where that is, in bytes from the start.
    pub(super) offset: usize,
    /// The letter.
    pub(super) mode: char,
    /// `+`: always a sign.
    pub(super) plus: bool,
    /// `-`: spaces on the right.
    pub(super) minus: bool,
    /// A space: room for a sign.
    pub(super) space: bool,
    /// `#`: the other form.
    pub(super) sharp: bool,
    /// `0`: zeros rather than spaces on the left.
    pub(super) zero: bool,
    /// At least so many characters.
    pub(super) width: Option<usize>,
    /// So many digits or characters.
    pub(super) precision: Option<usize>,
    /// The argument it wants, counted from 1; the next one if not given.
    pub(super) argument: Option<usize>,
}

/// No number in a verb may be greater.
const NUMBER_MAX: usize = 1 << 20;

/// Takes a format string apart.
pub(super) fn parse(format: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut literal = 0;
    let mut at = 0;
    while let Some(found) = format[at..].find('%').map(|found| at + found) {
        if format[found..].starts_with("%%") {
            parts.push(Part::Literal(&format[literal..=found]));
            at = found + 2;
        } else {
            parts.push(Part::Literal(&format[literal..found]));
            let verb = verb(format, found)?;
            at = found + verb.text.len();
            parts.push(Part::Verb(verb));
        }
        literal = at;
    }
    parts.push(Part::Literal(&format[literal..]));
    Ok(parts)
}

fn verb(format: &str, offset: usize) -> Result<Verb<'_>, String> {
    let mut verb = Verb { offset, ..Verb::default() };
    let mut at = offset + 1;
    while let Some(flag) = format[at..].chars().next() {
        match flag {
            '+' => verb.plus = true,
            '-' => verb.minus = true,
            ' ' => verb.space = true,
            '#' => verb.sharp = true,
            '0' => verb.zero = true,
            _ => break,
        }
        at += 1;
    }
    verb.width = number(format, &mut at)?;
    if format[at..].starts_with('.') {
        at += 1;
        verb.precision = Some(number(format, &mut at)?.unwrap_or(0));
    }
    if format[at..].starts_with('[') {
        at += 1;
        let first = format[at..].chars().next();
        if !matches!(first, Some('1'..='9')) {
            return Err(unrecognized(format, at));
        }
        verb.argument = number(format, &mut at)?;
        if !format[at..].starts_with(']') {
            return Err(unrecognized(format, at));
        }
        at += 1;
    }
    match format[at..].chars().next() {
        Some(mode) if mode.is_ascii_alphabetic() => {
            verb.mode = mode;
            verb.text = &format[offset..=at];
            Ok(verb)
        }
        _ => Err(unrecognized(format, at)),
    }
}

fn number(format: &str, at: &mut usize) -> Result<Option<usize>, String> {
    let digits: &str = &format[*at..];
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return Ok(None);
    }
    let number = digits[..length].parse().ok().filter(|number| *number <= NUMBER_MAX);
    let number = number.ok_or_else(|| format!("the number at offset {at} is greater than {NUMBER_MAX}"))?;
    *at += length;
    Ok(Some(number))
}

fn unrecognized(format: &str, at: usize) -> String {
    match format[at..].chars().next() {
        Some(c) => format!("character {c:?} at offset {at} of the format string means nothing there"),
        None => format!("the verb at the end of the format string is incomplete, at offset {at}"),
    }
}
