//! Text to tokens. Every byte lands in exactly one token; whatever is wrong becomes a token of its own kind.

use crate::syntax::{SyntaxKind, Token};
use SyntaxKind as K;

/// What the text is, as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Configuration or an expression.
    Code,
    /// A file of a module, where no argument can stand outside of blocks.
    Module,
    /// A template without quotes, as in a file for `templatefile`.
    Template,
}

/// Where the lexer stands; the innermost is last on the stack.
enum Mode<'t> {
    /// Code; inside of a template sequence once the stack is deeper, where `braces` are open.
    Code { braces: u32 },
    /// Between quotes. In a module's file outside of all blocks, the value of an argument is `misplaced`.
    Quoted { misplaced: bool },
    /// In a heredoc.
    Heredoc { marker: &'t str, at_line_start: bool },
    /// In a bare template.
    Bare,
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    start: Start,
    at: usize,
    modes: Vec<Mode<'t>>,
    tokens: Vec<Token>,
}

/// The tokens of `text`, with an empty [`SyntaxKind::End`] behind the last.
pub(crate) fn lex(text: &str, start: Start) -> Vec<Token> {
    let mode = match start {
        Start::Code | Start::Module => Mode::Code { braces: 0 },
        Start::Template => Mode::Bare,
    };
    let tokens = Vec::with_capacity(text.len() / 4 + 2);
    let mut lexer = Lexer { text, bytes: text.as_bytes(), start, at: 0, modes: vec![mode], tokens };
    if start != Start::Template && text.starts_with('\u{feff}') {
        lexer.token(K::ByteOrderMark, '\u{feff}'.len_utf8());
    }
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.token(K::End, 0);
    lexer.tokens
}

/// Whether `text` is one identifier: a letter or underscore, then letters, digits, underscores and dashes.
pub fn is_identifier(text: &str) -> bool {
    !text.is_empty() && identifier_length(text) == text.len()
}

/// The length of the identifier at the start of `text`; 0 if there is none.
fn identifier_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    match chars.next() {
        Some((_, c)) if c == '_' || unicode_ident::is_xid_start(c) => {}
        _ => return 0,
    }
    chars.find(|(_, c)| !(*c == '-' || unicode_ident::is_xid_continue(*c))).map_or(text.len(), |(i, _)| i)
}

/// Whether a line opens a block with labels in quotes.
fn is_header(line: &str) -> bool {
    let word = identifier_length(line);
    word > 0
        && line[word..].trim_start().starts_with('"')
        && line.ends_with('{')
        && line.matches('"').count().is_multiple_of(2)
}

/// The length of the number at the start of `bytes`, which starts with a digit: digits, points and exponents in any
/// mixture that doesn't end in a point. Whether the whole is one number is the parser's question.
fn number_length(bytes: &[u8]) -> usize {
    let (mut end, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                at += 1;
                end = at;
            }
            b'.' => at += 1,
            b'e' | b'E' => {
                let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
                if !bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) {
                    break;
                }
                at += 2 + sign;
                end = at;
            }
            _ => break,
        }
    }
    end
}

/// The length of the line end at the start of `bytes`; 0 if there is none.
fn newline_length(bytes: &[u8]) -> usize {
    match bytes {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => 0,
    }
}

impl Lexer<'_> {
    fn token(&mut self, kind: SyntaxKind, length: usize) {
        let start = u32::try_from(self.at).expect("source files are smaller than 4 GiB");
        self.tokens.push(Token { kind, start });
        self.at += length;
    }

    fn step(&mut self) {
        match self.modes.last() {
            Some(Mode::Quoted { misplaced }) => self.quoted(*misplaced),
            Some(Mode::Heredoc { .. } | Mode::Bare) => self.unquoted(),
            Some(Mode::Code { .. }) | None => self.code(),
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn code(&mut self) {
        let rest = &self.bytes[self.at..];
        match rest[0] {
            b' ' | b'\t' => {
                let length = rest.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(rest.len());
                self.token(K::Whitespace, length);
            }
            b'\n' | b'\r' if newline_length(rest) > 0 => self.token(K::Newline, newline_length(rest)),
            b'#' => self.line_comment(),
            b'/' if self.peek(1) == b'/' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'0'..=b'9' => self.token(K::Number, number_length(rest)),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.identifier(),
            b'"' => {
                let misplaced = self.is_misplaced_argument();
                self.token(K::OpenQuote, 1);
                self.modes.push(Mode::Quoted { misplaced });
            }
            b'{' | b'}' | b'~' => self.brace(),
            b'<' if self.peek(1) == b'<' => self.heredoc_start(),
            byte if byte.is_ascii() => self.operator(),
            _ => self.other(),
        }
    }

    fn identifier(&mut self) {
        let rest = &self.bytes[self.at..];
        let ascii = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')));
        let length = match ascii {
            Some(end) if rest[end].is_ascii() => end,
            None => rest.len(),
            Some(_) => identifier_length(&self.text[self.at..]),
        };
        self.token(K::Ident, length);
    }

    fn other(&mut self) {
        match identifier_length(&self.text[self.at..]) {
            0 => {
                let length = self.text[self.at..].chars().next().map_or(1, char::len_utf8);
                self.token(K::Invalid, length);
            }
            length => self.token(K::Ident, length),
        }
    }

    fn line_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        let mut length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        if length < rest.len() && rest[length - 1] == b'\r' {
            length -= 1;
        }
        self.token(K::LineComment, length);
    }

    fn block_comment(&mut self) {
        match self.text[self.at + 2..].find("*/") {
            Some(inside) => self.token(K::BlockComment, inside + 4),
            None => self.token(K::Slash, 1),
        }
    }

    fn brace(&mut self) {
        let nested = self.modes.len() > 1;
        let Some(Mode::Code { braces }) = self.modes.last_mut() else { return };
        let closes = nested && *braces == 0;
        match self.bytes[self.at] {
            b'{' => {
                *braces += 1;
                self.token(K::OpenBrace, 1);
            }
            b'}' if !closes => {
                *braces = braces.saturating_sub(1);
                self.token(K::CloseBrace, 1);
            }
            b'}' => {
                self.token(K::CloseSequence, 1);
                self.modes.pop();
            }
            _ if closes && self.peek(1) == b'}' => {
                self.token(K::CloseSequence, 2);
                self.modes.pop();
            }
            _ => self.token(K::BitNot, 1),
        }
    }

    fn heredoc_start(&mut self) {
        let text = self.text;
        let dash = usize::from(self.peek(2) == b'-');
        let marker_start = self.at + 2 + dash;
        let marker = &text[marker_start..marker_start + identifier_length(&text[marker_start..])];
        let newline = newline_length(&self.bytes[marker_start + marker.len()..]);
        if marker.is_empty() || newline == 0 {
            return self.token(K::Less, 1);
        }
        self.token(K::OpenHeredoc, 2 + dash + marker.len() + newline);
        self.modes.push(Mode::Heredoc { marker, at_line_start: true });
    }

    fn operator(&mut self) {
        let (kind, length) = match (self.peek(0), self.peek(1), self.peek(2)) {
            (b'.', b'.', b'.') => (K::Ellipsis, 3),
            (b'=', b'=', _) => (K::EqualEqual, 2),
            (b'=', b'>', _) => (K::FatArrow, 2),
            (b'!', b'=', _) => (K::NotEqual, 2),
            (b'<', b'=', _) => (K::LessOrEqual, 2),
            (b'>', b'=', _) => (K::GreaterOrEqual, 2),
            (b'&', b'&', _) => (K::And, 2),
            (b'|', b'|', _) => (K::Or, 2),
            (b':', b':', _) => (K::ColonColon, 2),
            (byte, ..) => (single(byte), 1),
        };
        self.token(kind, length);
    }

    /// Whether what starts here is the value of an argument where a module can have none.
    fn is_misplaced_argument(&self) -> bool {
        let outside = self.start == Start::Module && matches!(self.modes[..], [Mode::Code { braces: 0 }]);
        let before = self.tokens.iter().rev().find(|token| token.kind != K::Whitespace);
        outside && before.is_some_and(|token| token.kind == K::Equal)
    }

    fn quoted(&mut self, misplaced: bool) {
        let rest = &self.bytes[self.at..];
        match rest[0] {
            b'"' => {
                self.token(K::CloseQuote, 1);
                self.modes.pop();
            }
            b'\n' | b'\r' if self.config_follows(misplaced) => {
                self.token(K::QuotedNewline, 0);
                self.token(K::CloseQuote, 0);
                self.modes.pop();
            }
            b'\n' | b'\r' => self.token(K::QuotedNewline, newline_length(rest).max(1)),
            b'$' | b'%' if rest.get(1) == Some(&b'{') => self.sequence(),
            _ => self.token(K::QuotedText, quoted_length(rest)),
        }
    }

    /// Whether the next line looks like configuration rather than the next line of a string that was broken up. The
    /// closing quote was forgotten then: an empty one is put here, and what follows is read as what it is. Behind a
    /// `misplaced` argument only a block can be meant.
    fn config_follows(&self, misplaced: bool) -> bool {
        if self.modes.len() > 2 {
            return false;
        }
        let rest = &self.text[self.at..];
        let Some((_, next)) = rest.split_once('\n') else { return false };
        let line = next.lines().next().unwrap_or("").trim();
        let word = identifier_length(line);
        let behind = line[word..].trim_start();
        let block = (word > 0 && behind.starts_with('{')) || is_header(line);
        block || !misplaced && (line.is_empty() || line == "}" || (word > 0 && behind.starts_with('=')))
    }

    /// `${`, `%{` and their trimming forms.
    fn sequence(&mut self) {
        let kind = if self.bytes[self.at] == b'$' { K::OpenInterpolation } else { K::OpenDirective };
        self.token(kind, 2 + usize::from(self.peek(2) == b'~'));
        if let Some(Mode::Heredoc { at_line_start, .. }) = self.modes.last_mut() {
            *at_line_start = false;
        }
        self.modes.push(Mode::Code { braces: 0 });
    }

    /// A heredoc or bare template: one token for the rest of the line or up to the next sequence.
    fn unquoted(&mut self) {
        let rest = &self.bytes[self.at..];
        if matches!(rest[0], b'$' | b'%') && rest.get(1) == Some(&b'{') {
            return self.sequence();
        }
        let length = unquoted_length(rest);
        let line = &self.text[self.at..self.at + length];
        let whole = line.ends_with('\n');
        let Some(Mode::Heredoc { marker, at_line_start }) = self.modes.last_mut() else {
            return self.token(K::HeredocText, length);
        };
        let ends = whole && *at_line_start && line.trim() == *marker;
        *at_line_start = whole;
        if !ends {
            return self.token(K::HeredocText, length);
        }
        self.modes.pop();
        let content = line.trim_end_matches(['\n', '\r']).len();
        self.token(K::CloseHeredoc, content);
    }
}

fn single(byte: u8) -> SyntaxKind {
    match byte {
        b'[' => K::OpenBracket,
        b']' => K::CloseBracket,
        b'(' => K::OpenParen,
        b')' => K::CloseParen,
        b'=' => K::Equal,
        b'<' => K::Less,
        b'>' => K::Greater,
        b'!' => K::Bang,
        b'+' => K::Plus,
        b'-' => K::Minus,
        b'*' => K::Star,
        b'/' => K::Slash,
        b'%' => K::Percent,
        b'?' => K::Question,
        b':' => K::Colon,
        b'.' => K::Dot,
        b',' => K::Comma,
        b'&' => K::BitAnd,
        b'|' => K::BitOr,
        b'^' => K::BitXor,
        b'\'' => K::Apostrophe,
        b'`' => K::Backtick,
        b';' => K::Semicolon,
        _ => K::Invalid,
    }
}

/// The length of the run of `$` or `%` at the start of `bytes` that is text: doubled before a brace it takes the
/// brace along, single before a brace it opens a sequence and isn't counted.
fn marker_run(bytes: &[u8]) -> usize {
    let run = bytes.iter().take_while(|b| **b == bytes[0]).count();
    match bytes.get(run) {
        Some(b'{') if run == 1 => 0,
        Some(b'{') => run + 1,
        _ => run,
    }
}

fn quoted_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' | b'\n' | b'\r' => break,
            b'\\' if matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 1,
            // The byte behind a backslash may start a longer character, whose other bytes are plain text.
            b'\\' => at += 2,
            b'$' | b'%' => match marker_run(&bytes[at..]) {
                0 => break,
                run => at += run,
            },
            _ => at += 1,
        }
    }
    at
}

fn unquoted_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' => return at + 1,
            b'$' | b'%' => match marker_run(&bytes[at..]) {
                0 => break,
                run => at += run,
            },
            _ => at += 1,
        }
    }
    at
}
