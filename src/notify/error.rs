//! What can go wrong on the way to people.

use trueup_diag::Diagnostic;

/// News that weren't delivered. No address and no token is in any field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot tell {channel} about {subject}: {cause}")]
pub struct NotifyError {
    /// Whom: `Slack`.
    pub channel: String,
    /// What about: `drift of network`.
    pub subject: String,
    /// Why not.
    pub cause: String,
    /// What to do now, where there is something to say.
    pub hint: Option<String>,
}

impl NotifyError {
    /// The same, for a person reading diagnostics: a warning, for what was to be told has happened all the same.
    pub fn diagnostic(&self) -> Diagnostic {
        let detail = format!("Cannot tell {} about {}: {}.", self.channel, self.subject, self.cause);
        let problem = Diagnostic::warning("Notification failed", detail);
        match &self.hint {
            Some(hint) => problem.hint(hint.clone()),
            None => problem,
        }
    }
}
