//! Lines out of bytes.

/// Puts bytes together to lines.
#[derive(Default)]
pub(crate) struct Lines {
    /// Holds no line end and never more than a line may have.
    rest: Vec<u8>,
}

/// A line that goes on for longer is said in pieces.
const LINE_BYTES_MAX: usize = 64 << 10;

impl Lines {
    /// The lines that are whole with these bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.rest.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.rest.len() >= LINE_BYTES_MAX {
                lines.push(line_of(&std::mem::take(&mut self.rest)));
            }
        }
        lines
    }

    /// What is left without a line end.
    pub(crate) fn end(self) -> Option<String> {
        if self.rest.is_empty() { None } else { Some(line_of(&self.rest)) }
    }
}

fn line_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\n', '\r']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole() {
        let mut lines = Lines::default();
        assert!(lines.push(b"a").is_empty());
        assert_eq!(lines.push(b"b\r\n\nc"), ["ab", ""]);
        assert_eq!(lines.push(b"\xff"), Vec::<String>::new());
        assert_eq!(lines.end().as_deref(), Some("c\u{fffd}"));
        assert_eq!(Lines::default().end(), None);
        let mut endless = Lines::default();
        let pieces: usize = (0..100).map(|_| endless.push(&[b'x'; 4096]).len()).sum();
        assert_eq!(pieces, 6);
    }
}
