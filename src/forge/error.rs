//! What can go wrong at a forge, said so that a person knows what to do.

use crate::kind::Kind;
use trueup_diag::Diagnostic;

/// Which sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgeErrorKind {
    /// It isn't known where the repository lives, or there is no token.
    Unconfigured,
    /// The forge doesn't take the token.
    Unauthorized,
    /// The token may not do this.
    Forbidden,
    /// It isn't there, or the token may not see it.
    NotFound,
    /// The forge says that the request is wrong, or in conflict with how things are.
    Refused,
    /// Too many requests, for longer than is waited.
    Throttled,
    /// No answer came. It may or may not have been done.
    Unanswered,
    /// The answer isn't what the forge's documentation says.
    Unintelligible,
}

/// A failed attempt: what was tried, why it failed and what to do now. No token is in any field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot {what}: {cause}")]
pub struct ForgeError {
    /// The sort of failure.
    pub kind: ForgeErrorKind,
    /// Whose API; None where that isn't known.
    pub forge: Option<Kind>,
    /// What was tried, such as `read pull request 7`.
    pub what: String,
    /// Why it failed.
    pub cause: String,
    /// What to do now, where there is something to say.
    pub hint: Option<String>,
}

impl ForgeError {
    pub(crate) fn new(
        kind: ForgeErrorKind,
        forge: Option<Kind>,
        what: impl Into<String>,
        cause: impl Into<String>,
    ) -> ForgeError {
        ForgeError { kind, forge, what: what.into(), cause: cause.into(), hint: None }
    }

    pub(crate) fn unconfigured(forge: Option<Kind>, what: &str, cause: impl Into<String>) -> ForgeError {
        ForgeError::new(ForgeErrorKind::Unconfigured, forge, what, cause)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> ForgeError {
        self.hint = Some(hint.into());
        self
    }

    /// The same, for a person reading diagnostics.
    pub fn diagnostic(&self) -> Diagnostic {
        let name = self.forge.map_or("the forge", Kind::name);
        let summary = match self.kind {
            ForgeErrorKind::Unconfigured => "No forge to speak to".to_owned(),
            ForgeErrorKind::Unauthorized | ForgeErrorKind::Forbidden => {
                format!("Not permitted by {name}")
            }
            _ => format!("Failed to work with {name}"),
        };
        let problem = Diagnostic::error(summary, format!("Cannot {}: {}.", self.what, self.cause));
        match &self.hint {
            Some(hint) => problem.hint(hint.clone()),
            None => problem,
        }
    }
}
