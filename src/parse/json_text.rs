//! JSON strings and numbers: escapes undone, with the place of every byte remembered.

/// A string without its quotes and escapes.
pub(crate) struct Decoded {
    pub(crate) text: String,
    /// Where in the source each byte of `text` and its end stand, from the start of the token; empty where nothing
    /// was escaped, so that every byte stands one behind the quote.
    pub(crate) places: Vec<u32>,
}

/// Undoes the escapes of a string token. The error is where in the token the fault is.
pub(crate) fn decode(token: &str) -> Result<Decoded, usize> {
    let inner = token.strip_prefix('"').and_then(|t| t.strip_suffix('"')).filter(|_| token.len() > 1);
    let inner = inner.ok_or(token.len())?;
    if let Some(at) = inner.bytes().position(|b| b < b' ') {
        return Err(at + 1);
    }
    if !inner.contains('\\') {
        return Ok(Decoded { text: inner.to_owned(), places: Vec::new() });
    }
    let mut decoded = Decoded { text: String::with_capacity(inner.len()), places: Vec::new() };
    let mut at = 0;
    while let Some(character) = inner[at..].chars().next() {
        let (character, length) = match character {
            '\\' => escape(&inner[at..]).map_err(|offset| at + offset + 1)?,
            plain => (plain, plain.len_utf8()),
        };
        let place = u32::try_from(at + 1).expect("source files are smaller than 4 GiB");
        decoded.places.extend(std::iter::repeat_n(place, character.len_utf8()));
        decoded.text.push(character);
        at += length;
    }
    decoded.places.push(u32::try_from(at + 1).expect("source files are smaller than 4 GiB"));
    Ok(decoded)
}

/// One escape, which `text` starts with: what it means and its length. The error is its faulty byte.
fn escape(text: &str) -> Result<(char, usize), usize> {
    let character = match text.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text),
        _ => return Err(1),
    };
    Ok((character, 2))
}

fn code_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// `\uXXXX`, twice for a pair of surrogates; half a pair becomes the replacement character.
fn unicode(text: &str) -> Result<(char, usize), usize> {
    let first = code_unit(text).ok_or(2usize)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, 6));
    }
    let pair = code_unit(&text[6..]).filter(|second| first < 0xdc00 && (0xdc00..0xe000).contains(second));
    let character =
        pair.and_then(|second| char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
    Ok(character.map_or((char::REPLACEMENT_CHARACTER, 6), |character| (character, 12)))
}

/// Whether `text` is a number by JSON's grammar.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}
