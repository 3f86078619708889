//! Source files and places in them.

use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

/// A file registered with [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in a source file; `end` is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Span {
        Span { file, start, end }
    }

    /// The smallest span that holds both; `other` must be in the same file.
    pub fn to(self, other: Span) -> Span {
        debug_assert_eq!(self.file, other.file, "a span stays within one file");
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span at the start of this one.
    pub fn at_start(self) -> Span {
        Span { end: self.start, ..self }
    }

    /// The empty span at the end of this one.
    pub fn at_end(self) -> Span {
        Span { start: self.end, ..self }
    }
}

/// A place as people count: line and column start at 1, columns count grapheme clusters, `byte` counts from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in grapheme clusters, from 1.
    pub column: u32,
    /// Offset in bytes, from 0.
    pub byte: u32,
}

/// One registered file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The name shown to people: the path as it was given, relative where it was relative.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

impl SourceFile {
    fn new(name: &str, text: Arc<str>) -> SourceFile {
        let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| offset(i + 1));
        let line_starts = std::iter::once(0).chain(ends).collect();
        SourceFile { name: name.into(), text, line_starts }
    }

    /// The text of line `line` (from 1) without its line end; empty past the last line.
    pub fn line(&self, line: u32) -> &str {
        let index = line.saturating_sub(1) as usize;
        let Some(&start) = self.line_starts.get(index) else { return "" };
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |e| *e as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }

    /// The offset of the first byte of line `line` (from 1).
    pub fn line_start(&self, line: u32) -> u32 {
        let index = (line.saturating_sub(1) as usize).min(self.line_starts.len() - 1);
        self.line_starts[index]
    }

    /// Where the byte at `byte` stands.
    pub fn position(&self, byte: u32) -> Position {
        let byte = byte.min(offset(self.text.len()));
        let line = self.line_starts.partition_point(|start| *start <= byte).max(1);
        let start = self.line_starts[line - 1] as usize;
        let mut end = byte as usize;
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[start..end];
        // A line may have a megabyte, and many places on it.
        let clusters = if before.is_ascii() { before.len() } else { before.graphemes(true).count() };
        let column = offset(clusters) + 1;
        Position { line: offset(line), column, byte }
    }
}

/// Every source file of a run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Registers a file and gives its id.
    pub fn add(&mut self, name: &str, text: impl Into<Arc<str>>) -> FileId {
        self.files.push(SourceFile::new(name, text.into()));
        FileId(offset(self.files.len() - 1))
    }

    /// The file behind `id`.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files in the order they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(offset(i)), f))
    }

    /// The text a span covers.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.start as usize..span.end as usize]
    }

    /// Where a span starts and ends.
    pub fn range(&self, span: Span) -> (Position, Position) {
        let file = self.file(span.file);
        (file.position(span.start), file.position(span.end))
    }
}

/// Offsets are 32 bits: a source file over 4 GiB is refused before it is registered.
fn offset(n: usize) -> u32 {
    u32::try_from(n).expect("source files are smaller than 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_graphemes() {
        let mut sources = Sources::default();
        let id = sources.add("a.tf", "x = 1\r\ny = \"e\u{301}z\"\n");
        let file = sources.file(id);
        let z = u32::try_from(file.text.find('z').expect("there is a z")).expect("small");
        assert_eq!(file.position(z), Position { line: 2, column: 7, byte: z });
        assert_eq!(file.line(1), "x = 1");
        assert_eq!(file.line(9), "");
    }
}
