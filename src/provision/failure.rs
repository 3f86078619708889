//! Why a provisioner failed.

use std::fmt;

/// Why a provisioner failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One line in Terraform's words.
    pub summary: String,
    /// What was tried and why it failed; may hold what the configuration holds.
    pub detail: String,
    /// The same without anything of the configuration or the output.
    pub discreet: String,
}

impl Failure {
    /// A failure of a type of provisioner.
    pub(crate) fn new(kind: &str, detail: impl Into<String>) -> Failure {
        Failure {
            summary: format!("{kind} provisioner error"),
            detail: detail.into(),
            discreet: "The provisioner failed; why is not shown, since its configuration holds values that must not be shown.".into(),
        }
    }

    /// Says something that can be shown in any case.
    pub(crate) fn discreetly(self, discreet: impl Into<String>) -> Failure {
        Failure { discreet: discreet.into(), ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.summary, self.detail)
    }
}

impl std::error::Error for Failure {}
