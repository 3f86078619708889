//! Comma-separated values, strictly after RFC 4180: a quote only begins a field or stands doubled in a quoted one.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

/// What is wrong with a text of comma-separated values.
#[derive(Debug, PartialEq)]
pub(super) struct CsvError {
    /// Counted from 1.
    line: usize,
    reason: &'static str,
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} isn't CSV: {}", self.line, self.reason)
    }
}

/// The records of a text, all of the same number of fields. Empty lines don't count.
pub(super) fn parse(text: &str) -> Result<Vec<Vec<String>>, CsvError> {
    let mut reader = Reader { rest: text.chars().peekable(), line: 1 };
    let mut records: Vec<Vec<String>> = Vec::new();
    while reader.rest.peek().is_some() {
        let line = reader.line;
        let Some(record) = reader.record()? else { continue };
        if records.first().is_some_and(|first| first.len() != record.len()) {
            return Err(CsvError { line, reason: "it has another number of fields than the first" });
        }
        records.push(record);
    }
    Ok(records)
}

struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
    line: usize,
}

/// What ended a field.
#[derive(PartialEq)]
enum End {
    Comma,
    Line,
}

impl Reader<'_> {
    fn wrong<T>(&self, reason: &'static str) -> Result<T, CsvError> {
        Err(CsvError { line: self.line, reason })
    }

    /// One record, or none for an empty line.
    fn record(&mut self) -> Result<Option<Vec<String>>, CsvError> {
        if self.line_break() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        loop {
            let mut field = String::new();
            let end = if self.rest.next_if_eq(&'"').is_some() {
                self.quoted(&mut field)?
            } else {
                self.plain(&mut field)?
            };
            fields.push(field);
            if end == End::Line {
                return Ok(Some(fields));
            }
        }
    }

    /// Takes a line break, if one is here: `\n`, `\r\n`, or `\r` at the very end.
    fn line_break(&mut self) -> bool {
        let mut ahead = self.rest.clone();
        let first = ahead.next();
        if first == Some('\n') || (first == Some('\r') && matches!(ahead.next(), Some('\n') | None)) {
            self.rest.next();
            if first == Some('\r') {
                self.rest.next();
            }
            self.line += 1;
            return true;
        }
        false
    }

    /// Whether the field ends here, and how.
    fn end(&mut self) -> Option<End> {
        if self.rest.next_if_eq(&',').is_some() {
            return Some(End::Comma);
        }
        (self.rest.peek().is_none() || self.line_break()).then_some(End::Line)
    }

    fn plain(&mut self, field: &mut String) -> Result<End, CsvError> {
        loop {
            if let Some(end) = self.end() {
                return Ok(end);
            }
            match self.rest.next() {
                Some('"') => return self.wrong("there is a quote in a field that isn't quoted"),
                Some(c) => field.push(c),
                None => return Ok(End::Line),
            }
        }
    }

    fn quoted(&mut self, field: &mut String) -> Result<End, CsvError> {
        loop {
            if self.line_break() {
                field.push('\n');
                continue;
            }
            match self.rest.next() {
                Some('"') if self.rest.next_if_eq(&'"').is_some() => field.push('"'),
                Some('"') => {
                    return match self.end() {
                        Some(end) => Ok(end),
                        None => self.wrong("a quoted field goes on after its closing quote"),
                    };
                }
                Some(c) => field.push(c),
                None => return self.wrong("a quoted field isn't closed"),
            }
        }
    }
}
