//! What can go wrong while bytes are fetched, said so that a person knows what to do.

use crate::redact::redact;
use std::path::Path;
use trueup_diag::Diagnostic;

/// Which sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceErrorKind {
    /// The address isn't one.
    Invalid,
    /// The address is good; this program can't fetch it yet.
    Unsupported,
    /// The repository, the reference or the directory isn't there.
    NotFound,
    /// The source couldn't be reached or broke off.
    Unreachable,
    /// What arrived, or the address, tries to lead outside of its directory.
    Unsafe,
    /// No version of a registry's module fits, or the constraint isn't one.
    Version,
    /// A local path that a module calls isn't a directory.
    Unreadable,
    /// A fetched module calls a local path outside of its package.
    Escapes,
    /// A file of ours couldn't be read or written.
    File,
}

/// A failed attempt: what was tried on what, why it failed and what to do now.
///
/// Credentials in addresses are left out of every field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot {verb} {object}: {cause}")]
pub struct SourceError {
    /// The sort of failure.
    pub kind: SourceErrorKind,
    /// What was tried, such as `fetch`.
    pub verb: &'static str,
    /// What it was tried on.
    pub object: String,
    /// Why it failed.
    pub cause: String,
    /// What to do now, where there is something to say.
    pub hint: Option<String>,
}

impl SourceError {
    /// A failure without a hint yet.
    pub(crate) fn new(
        kind: SourceErrorKind,
        verb: &'static str,
        object: impl AsRef<str>,
        cause: impl AsRef<str>,
    ) -> SourceError {
        SourceError { kind, verb, object: redact(object.as_ref()), cause: redact(cause.as_ref()), hint: None }
    }

    /// An address, or the use of one, that is wrong as written.
    pub(crate) fn invalid(
        verb: &'static str,
        object: impl AsRef<str>,
        cause: impl AsRef<str>,
        hint: &str,
    ) -> SourceError {
        SourceError::new(SourceErrorKind::Invalid, verb, object, cause).hint(hint)
    }

    /// A file operation that failed.
    pub(crate) fn io(verb: &'static str, path: &Path, cause: &std::io::Error) -> SourceError {
        SourceError::new(SourceErrorKind::File, verb, path.display().to_string(), cause.to_string())
    }

    /// Says what to do now.
    pub(crate) fn hint(mut self, hint: impl AsRef<str>) -> SourceError {
        self.hint = Some(redact(hint.as_ref()));
        self
    }

    /// The line that sums it up.
    pub fn summary(&self) -> &'static str {
        match self.kind {
            SourceErrorKind::Invalid => "Invalid module source address",
            SourceErrorKind::Unsupported => "Unsupported module source",
            SourceErrorKind::NotFound | SourceErrorKind::Unreachable => "Failed to download module",
            SourceErrorKind::Unsafe => "Unsafe module package",
            SourceErrorKind::Version => "Unresolvable module version constraint",
            SourceErrorKind::Unreadable => "Unreadable module directory",
            SourceErrorKind::Escapes => "Local module path escapes module package",
            SourceErrorKind::File => "Failed to install module",
        }
    }

    /// The same, for a person reading diagnostics; the caller adds the place.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            self.summary(),
            format!("Cannot {} {}: {}.", self.verb, self.object, self.cause),
        );
        match &self.hint {
            Some(hint) => diagnostic.hint(hint.clone()),
            None => diagnostic,
        }
    }
}

/// The whole chain of causes of an error, one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let line = cause.to_string();
        if !line.is_empty() && !text.contains(&line) {
            text.push_str(": ");
            text.push_str(&line);
        }
        next = cause.source();
    }
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
