//! Regular expressions in the dialect of configurations (RE2's), written for the `regex` crate.
//!
//! The two mean nearly the same. What differs, after <https://github.com/google/re2/wiki/Syntax>: perl classes and
//! word boundaries are ASCII only; brackets, `&&`, `--` and `~~` are ordinary inside a class; `{` that begins no
//! repetition is itself; `\Q...\E` quotes; octal escapes exist; any escaped punctuation is itself; a repetition
//! can't be repeated; and there are only the flags i, m, s and U.

use std::iter::Peekable;
use std::str::Chars;

/// The same expression for the `regex` crate, or why it isn't one.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut translator = Translator { rest: pattern.chars().peekable(), out: String::new(), repeated: false };
    while let Some(c) = translator.rest.next() {
        translator.item(c)?;
    }
    Ok(translator.out)
}

/// What may stand in `[[:alpha:]]`.
const NAMED_CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// The most that a repetition may ask for.
const REPEATED_MAX: u32 = 1000;

struct Translator<'p> {
    rest: Peekable<Chars<'p>>,
    out: String,
    /// What was written last is a repetition.
    repeated: bool,
}

impl Translator<'_> {
    fn item(&mut self, c: char) -> Result<(), String> {
        let repeated = std::mem::take(&mut self.repeated);
        match c {
            '*' | '+' | '?' => self.repetition(repeated, &c.to_string()),
            '{' => {
                if let Some(bounds) = self.bounds()? {
                    return self.repetition(repeated, &bounds);
                }
                self.out.push_str("\\{");
                Ok(())
            }
            '\\' => self.escape(),
            '[' => self.class(),
            '(' => self.group(),
            '}' | ']' | '#' | '&' | '-' | '~' => {
                self.out.push('\\');
                self.out.push(c);
                Ok(())
            }
            _ => {
                self.out.push(c);
                Ok(())
            }
        }
    }

    fn repetition(&mut self, repeated: bool, operator: &str) -> Result<(), String> {
        if repeated {
            return Err(format!("a repetition can't be repeated by {operator}"));
        }
        self.out.push_str(operator);
        if self.rest.peek() == Some(&'?') {
            self.rest.next();
            self.out.push('?');
        }
        self.repeated = true;
        Ok(())
    }

    /// `{2}`, `{2,}` or `{2,4}` after the opening brace; nothing is consumed if it isn't one.
    fn bounds(&mut self) -> Result<Option<String>, String> {
        let mut ahead = self.rest.clone();
        let inside: String = ahead.by_ref().take_while(|c| *c != '}').collect();
        let (least, most) = inside.split_once(',').unwrap_or((&inside, ""));
        let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        let closed = self.rest.clone().any(|c| c == '}');
        if !closed || least.is_empty() || !digits(least) || !digits(most) {
            return Ok(None);
        }
        self.rest = ahead;
        let too_many = |text: &str| text.parse().map_or(!text.is_empty(), |count: u32| count > REPEATED_MAX);
        if too_many(least) || too_many(most) {
            return Err(format!("{{{inside}}} repeats more than {REPEATED_MAX} times"));
        }
        Ok(Some(format!("{{{inside}}}")))
    }

    fn escape(&mut self) -> Result<(), String> {
        let c = self.rest.next().ok_or("a backslash at the end escapes nothing")?;
        match c {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                self.out.push_str(&format!("(?-i:[{}])", perl_class(c)));
            }
            'b' | 'B' => self.out.push_str(&format!("(?-u:\\{c})")),
            'A' | 'z' => self.out.push_str(&format!("\\{c}")),
            'p' | 'P' => {
                let property = self.property(c)?;
                self.out.push_str(&property);
            }
            'Q' => self.quoted(),
            _ => {
                let literal = self.literal(c)?;
                self.out.push_str(&written(literal));
            }
        }
        Ok(())
    }

    fn quoted(&mut self) {
        while let Some(c) = self.rest.next() {
            if c == '\\' && self.rest.peek() == Some(&'E') {
                self.rest.next();
                return;
            }
            self.out.push_str(&written(c));
        }
    }

    /// `\pL`, `\p{Greek}`, `\p{^Greek}` or `\P...` after the letter.
    fn property(&mut self, letter: char) -> Result<String, String> {
        let missing = || "a class name must follow \\p".to_owned();
        let first = self.rest.next().ok_or_else(missing)?;
        if first != '{' {
            return Ok(format!("\\{letter}{{{first}}}"));
        }
        let name: String = self.rest.by_ref().take_while(|c| *c != '}').collect();
        let negated = (letter == 'P') ^ name.starts_with('^');
        let name = name.trim_start_matches('^');
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(missing());
        }
        Ok(format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' }))
    }

    /// The character that an escape stands for, after the backslash and `c`.
    fn literal(&mut self, c: char) -> Result<char, String> {
        let unknown = || format!("\\{c} means nothing");
        match c {
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{c}'),
            't' => Ok('\t'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            'v' => Ok('\u{b}'),
            'x' => self.hexadecimal(),
            '0' => Ok(self.octal(0)),
            '1'..='7' if self.rest.peek().is_some_and(|next| next.is_digit(8)) => {
                Ok(self.octal(c.to_digit(8).unwrap_or(0)))
            }
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
            _ => Err(unknown()),
        }
    }

    fn octal(&mut self, first: u32) -> char {
        let mut value = first;
        for _ in 0..2 {
            let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(8)) else { break };
            self.rest.next();
            value = value * 8 + digit;
        }
        char::from_u32(value).unwrap_or('\u{fffd}')
    }

    fn hexadecimal(&mut self) -> Result<char, String> {
        let digits: String = if self.rest.peek() == Some(&'{') {
            self.rest.next();
            self.rest.by_ref().take_while(|c| *c != '}').collect()
        } else {
            self.rest.by_ref().take(2).collect()
        };
        let value = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
        value.ok_or_else(|| "\\x must be followed by a character's number in hexadecimal".to_owned())
    }

    fn group(&mut self) -> Result<(), String> {
        self.out.push('(');
        if self.rest.peek() != Some(&'?') {
            return Ok(());
        }
        self.rest.next();
        self.out.push('?');
        match self.rest.peek() {
            Some('P' | '<') => Ok(()),
            _ => self.flags(),
        }
    }

    fn flags(&mut self) -> Result<(), String> {
        for c in self.rest.by_ref() {
            self.out.push(c);
            match c {
                'i' | 'm' | 's' | 'U' | '-' => {}
                ':' | ')' => return Ok(()),
                _ => return Err(format!("a group can't begin with (?{c}")),
            }
        }
        Err("a group isn't closed".into())
    }

    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.rest.peek() == Some(&'^') {
            self.rest.next();
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let c = self.rest.next().ok_or("a class isn't closed by ]")?;
            if c == ']' && !first {
                self.out.push(']');
                return Ok(());
            }
            first = false;
            self.class_item(c)?;
        }
    }

    fn class_item(&mut self, c: char) -> Result<(), String> {
        if c == '[' && self.rest.peek() == Some(&':') {
            let name: String = self.rest.clone().take_while(|c| *c != ']').collect();
            if name.len() > 1 && name.ends_with(':') {
                let class = name.trim_matches(':').trim_start_matches('^');
                if !NAMED_CLASSES.contains(&class) {
                    return Err(format!("there is no class [{name}]"));
                }
                self.rest.nth(name.chars().count());
                self.out.push_str(&format!("[{name}]"));
                return Ok(());
            }
        }
        if c == '\\' {
            match self.rest.peek().copied() {
                Some(letter @ ('d' | 'D' | 's' | 'S' | 'w' | 'W')) => {
                    self.rest.next();
                    self.out.push_str(&format!("[{}]", perl_class(letter)));
                    return Ok(());
                }
                Some(letter @ ('p' | 'P')) => {
                    self.rest.next();
                    let property = self.property(letter)?;
                    self.out.push_str(&property);
                    return Ok(());
                }
                _ => {}
            }
        }
        let low = self.class_character(c)?;
        self.out.push_str(&written(low));
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') || matches!(ahead.next(), Some(']') | None) {
            return Ok(());
        }
        self.rest.next();
        let next = self.rest.next().ok_or("a class isn't closed by ]")?;
        let high = self.class_character(next)?;
        self.out.push('-');
        self.out.push_str(&written(high));
        Ok(())
    }

    fn class_character(&mut self, c: char) -> Result<char, String> {
        if c != '\\' {
            return Ok(c);
        }
        let escaped = self.rest.next().ok_or("a backslash at the end escapes nothing")?;
        self.literal(escaped)
    }
}

/// What stands between the brackets of a perl class, ASCII only.
fn perl_class(letter: char) -> &'static str {
    match letter {
        'd' => "0-9",
        'D' => "^0-9",
        's' => "\\t\\n\\f\\r ",
        'S' => "^\\t\\n\\f\\r ",
        'w' => "0-9A-Za-z_",
        _ => "^0-9A-Za-z_",
    }
}

/// A character as itself, inside a class or outside.
fn written(c: char) -> String {
    if c.is_alphanumeric() { c.to_string() } else { format!("\\x{{{:X}}}", u32::from(c)) }
}
