//! Patterns of paths: `*` within a name, `**` across directories, `{a,b}`, `[abc]`.

use globset::{GlobBuilder, GlobMatcher};

/// A pattern of paths relative to the repository, with forward slashes.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    text: String,
    matcher: GlobMatcher,
}

impl Glob {
    /// Reads a pattern; the error says what is wrong with it.
    pub(crate) fn new(text: &str) -> Result<Glob, String> {
        let plain = text.trim_start_matches("./").trim_end_matches('/');
        let built = GlobBuilder::new(plain).literal_separator(true).backslash_escape(true).build();
        let glob = built.map_err(|error| error.kind().to_string())?;
        Ok(Glob { text: text.to_owned(), matcher: glob.compile_matcher() })
    }

    /// The pattern as it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it takes in a path.
    pub(crate) fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }
}
