//! Upper, lower and title case, one character to one character: lengths in characters never change, and no rule
//! depends on the neighbours of a character (so a final sigma is like any other).

/// In upper case.
pub(super) fn upper(text: &str) -> String {
    text.chars().map(upper_char).collect()
}

/// In lower case.
pub(super) fn lower(text: &str) -> String {
    text.chars().map(lower_char).collect()
}

/// With the first letter of each word in title case. A word starts after anything that isn't a letter, digit,
/// underscore, or a character outside ASCII other than white space.
pub(super) fn title(text: &str) -> String {
    let mut previous = ' ';
    text.chars()
        .map(|c| {
            let starts = separates(previous);
            previous = c;
            if starts { title_char(c) } else { c }
        })
        .collect()
}

fn separates(c: char) -> bool {
    if c.is_ascii() { !(c.is_ascii_alphanumeric() || c == '_') } else { c.is_whitespace() }
}

fn upper_char(c: char) -> char {
    let mut full = c.to_uppercase();
    match (full.next(), full.next()) {
        (Some(single), None) => single,
        _ => greek_with_iota(c).unwrap_or(c),
    }
}

fn lower_char(c: char) -> char {
    // The dotted capital I is the only character whose lower case is more than one.
    if c == '\u{130}' { 'i' } else { c.to_lowercase().next().unwrap_or(c) }
}

/// Where title case differs from upper case: the digraphs of the Latin alphabet, and Georgian, which has none.
fn title_char(c: char) -> char {
    match c {
        '\u{1C4}'..='\u{1C6}' => '\u{1C5}',
        '\u{1C7}'..='\u{1C9}' => '\u{1C8}',
        '\u{1CA}'..='\u{1CC}' => '\u{1CB}',
        '\u{1F1}'..='\u{1F3}' => '\u{1F2}',
        '\u{10D0}'..='\u{10FF}' => c,
        _ => upper_char(c),
    }
}

/// The Greek letters with iota below: their simple upper case is one character, the full one is two.
fn greek_with_iota(c: char) -> Option<char> {
    let shift = match c {
        '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}' => 8,
        '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => 9,
        _ => return None,
    };
    char::from_u32(u32::from(c) + shift)
}
