//! Character encodings by the names that IANA gives them.

use super::charset_table::{EBCDIC, UPPER_HALVES};
use encoding_rs::{EncoderResult, Encoding};

/// A way to write characters as bytes.
pub(super) enum Charset {
    /// One of the encodings of the web.
    Web(&'static Encoding),
    /// The first 256 characters of Unicode, or fewer.
    Latin1 { characters: u32 },
    /// Two bytes a unit.
    Utf16 { little: bool, mark: bool },
    /// One character for each byte, by table.
    Page(Vec<char>),
}

/// The encoding of a name, upper and lower case alike.
pub(super) fn find(name: &str) -> Option<Charset> {
    let lower = name.to_ascii_lowercase();
    let utf16 = |little, mark| Some(Charset::Utf16 { little, mark });
    match lower.as_str() {
        "utf-16" | "csutf16" => utf16(false, true),
        "utf-16be" | "csutf16be" => utf16(false, false),
        "utf-16le" | "csutf16le" => utf16(true, false),
        "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "iso-ir-100" | "latin1" | "l1" | "ibm819"
        | "cp819" | "csisolatin1" => Some(Charset::Latin1 { characters: 0x100 }),
        "us-ascii" | "iso-ir-6" | "ansi_x3.4-1968" | "ansi_x3.4-1986" | "iso_646.irv:1991" | "iso646-us"
        | "us" | "ibm367" | "cp367" | "csascii" => Some(Charset::Latin1 { characters: 0x80 }),
        _ => page(&lower).or_else(|| web(&lower)),
    }
}

/// A code page of IBM's: `IBM437`, `cp437` or `437`.
fn page(lower: &str) -> Option<Charset> {
    let number = ["ibm", "cspc", "cp", ""].iter().find_map(|prefix| lower.strip_prefix(prefix))?;
    let number = number.trim_start_matches('0').trim_start_matches("codepage").trim_end_matches("latinus");
    if matches!(number, "37" | "1140" | "1047") {
        return Some(Charset::Page(ebcdic(number)));
    }
    let (_, upper) = UPPER_HALVES.iter().find(|(name, _)| name[3..] == *number)?;
    Some(Charset::Page((0..0x80u8).map(char::from).chain(upper.chars()).collect()))
}

/// Code page 37 and two that differ from it in few places.
fn ebcdic(number: &str) -> Vec<char> {
    let mut page: Vec<char> = EBCDIC.chars().collect();
    match number {
        "1140" => page[0x9f] = '€',
        "1047" => {
            page.swap(0xad, 0xba);
            page.swap(0xbd, 0xbb);
            page.swap(0x5f, 0xb0);
        }
        _ => {}
    }
    page
}

/// Names of the web's own that IANA doesn't know, or knows for something else.
const NOT_IANA: &[&str] = &[
    "ascii",
    "cp1252",
    "gb2312",
    "iso-10646-ucs-2",
    "replacement",
    "sjis",
    "tis-620",
    "ucs-2",
    "unicode",
    "windows-31j",
];

fn web(lower: &str) -> Option<Charset> {
    if NOT_IANA.contains(&lower) || lower.starts_with("x-") || lower.starts_with("iso-8859-11") {
        return None;
    }
    let lower = if lower == "latin-9" { "iso-8859-15" } else { lower };
    Encoding::for_label_no_replacement(lower.as_bytes()).map(Charset::Web)
}

impl Charset {
    /// The bytes of a text; none if the encoding lacks one of its characters.
    pub(super) fn encode(&self, text: &str) -> Option<Vec<u8>> {
        match self {
            Charset::Web(encoding) => encode_web(encoding, text),
            Charset::Latin1 { characters } => text
                .chars()
                .map(u32::from)
                .map(|c| u8::try_from(c).ok().filter(|_| c < *characters))
                .collect(),
            Charset::Utf16 { little, mark } => {
                let mark = if *mark { "\u{feff}" } else { "" };
                let units = mark.encode_utf16().chain(text.encode_utf16());
                Some(
                    units
                        .flat_map(|unit| if *little { unit.to_le_bytes() } else { unit.to_be_bytes() })
                        .collect(),
                )
            }
            Charset::Page(page) => text
                .chars()
                .map(|c| page.iter().position(|in_page| *in_page == c).and_then(|at| u8::try_from(at).ok()))
                .collect(),
        }
    }

    /// The text of bytes; none if they don't all stand for characters.
    pub(super) fn decode(&self, bytes: &[u8]) -> Option<String> {
        match self {
            Charset::Web(encoding) => {
                let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
                // What the web makes control characters of has no character in the encoding itself.
                let undefined =
                    encoding.is_single_byte() && text.contains(|c| ('\u{80}'..='\u{9f}').contains(&c));
                (!undefined).then(|| text.into_owned())
            }
            Charset::Latin1 { characters } => bytes
                .iter()
                .map(|byte| Some(char::from(*byte)).filter(|c| u32::from(*c) < *characters))
                .collect(),
            Charset::Utf16 { little, mark } => decode_utf16(bytes, *little, *mark),
            Charset::Page(page) => bytes
                .iter()
                .map(|byte| page.get(usize::from(*byte)).copied().filter(|c| *c != '\u{fffd}'))
                .collect(),
        }
    }
}

fn encode_web(encoding: &'static Encoding, text: &str) -> Option<Vec<u8>> {
    let mut encoder = encoding.new_encoder();
    let room = encoder.max_buffer_length_from_utf8_without_replacement(text.len())?;
    let mut bytes = Vec::with_capacity(room);
    let (result, _) = encoder.encode_from_utf8_to_vec_without_replacement(text, &mut bytes, true);
    let undefined = encoding.is_single_byte() && text.contains(|c| ('\u{80}'..='\u{9f}').contains(&c));
    (result == EncoderResult::InputEmpty && !undefined).then_some(bytes)
}

fn decode_utf16(bytes: &[u8], little: bool, mark: bool) -> Option<String> {
    let (little, bytes) = match bytes {
        [0xff, 0xfe, rest @ ..] if mark => (true, rest),
        [0xfe, 0xff, rest @ ..] if mark => (false, rest),
        all => (little, all),
    };
    if bytes.len() % 2 != 0 {
        return None;
    }
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    };
    char::decode_utf16(bytes.chunks_exact(2).map(unit)).collect::<Result<String, _>>().ok()
}
