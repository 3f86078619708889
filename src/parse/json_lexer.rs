//! JSON text to tokens of the same kinds as the native syntax has; a string is one token with its quotes.

use crate::syntax::{SyntaxKind as K, Token};

/// The tokens of `text`, with an empty [`K::End`] behind the last.
pub(crate) fn lex(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::with_capacity(text.len() / 4 + 2);
    let mut at = 0;
    while at < bytes.len() {
        let (kind, length) = token(text, at);
        tokens.push(Token { kind, start: offset(at) });
        at += length;
    }
    tokens.push(Token { kind: K::End, start: offset(at) });
    tokens
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("source files are smaller than 4 GiB")
}

fn token(text: &str, at: usize) -> (K, usize) {
    let rest = &text.as_bytes()[at..];
    let run = |matches: fn(&u8) -> bool| rest.iter().position(|b| !matches(b)).unwrap_or(rest.len());
    let single = match rest[0] {
        b' ' | b'\t' | b'\r' | b'\n' => return (K::Whitespace, run(u8::is_ascii_whitespace)),
        b'"' => return (K::QuotedText, string_length(rest)),
        b'-' | b'+' | b'.' | b'0'..=b'9' => return (K::Number, run(|byte| is_number_byte(*byte))),
        byte if byte.is_ascii_alphabetic() => return (K::Ident, run(u8::is_ascii_alphanumeric)),
        0xef if at == 0 && text.starts_with('\u{feff}') => return (K::ByteOrderMark, 3),
        b'{' => K::OpenBrace,
        b'}' => K::CloseBrace,
        b'[' => K::OpenBracket,
        b']' => K::CloseBracket,
        b':' => K::Colon,
        b',' => K::Comma,
        b'=' => K::Equal,
        _ => K::Invalid,
    };
    let length = text[at..].chars().next().map_or(1, char::len_utf8);
    (single, length)
}

fn is_number_byte(byte: u8) -> bool {
    matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
}

/// A string runs to its closing quote, or to the end of its line where there is none.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' => return at,
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) => at += 2,
            _ => at += 1,
        }
    }
    at
}
