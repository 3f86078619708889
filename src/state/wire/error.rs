//! What can be wrong with a statefile.

use std::borrow::Cow;
use std::fmt;
use trueup_diag::Diagnostic;

/// Why bytes are not a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatefileError {
    /// One line, in Terraform's words where it has the case.
    pub summary: Cow<'static, str>,
    /// What is wrong, and where.
    pub detail: String,
    /// What to do.
    pub hint: Option<String>,
}

impl StatefileError {
    pub(crate) fn new(summary: &'static str, detail: impl Into<String>) -> StatefileError {
        StatefileError { summary: summary.into(), detail: detail.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: &str) -> StatefileError {
        self.hint = Some(hint.into());
        self
    }

    /// As a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.summary.clone(), self.detail.clone());
        match &self.hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}

impl fmt::Display for StatefileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.summary, self.detail)
    }
}

impl std::error::Error for StatefileError {}
