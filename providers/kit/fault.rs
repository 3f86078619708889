//! What a cloud answered instead of what was asked.

use std::fmt;
use trueup_diag::Diagnostic;

/// What sort of failure it is, as far as the reaction depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The object isn't there.
    NotFound,
    /// Something else still uses the object; time may help.
    InUse,
    /// Too many requests; the client has already waited and tried again.
    Throttled,
    /// The credentials are missing, wrong or expired.
    Unauthenticated,
    /// The credentials are good, but not for this.
    Denied,
    /// Something of this name or range is there already.
    Exists,
    /// No answer: whether the request was carried out isn't known.
    Unanswered,
    /// The object didn't become ready in time.
    TimedOut,
    /// What the configuration asks for can't be done.
    Invalid,
    /// Anything else.
    Other,
}

/// A failure of a cloud call: what was tried, on what, and what came back. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The sort of failure.
    pub kind: FaultKind,
    /// The cloud's error code, such as `InvalidSubnet.Conflict`; empty when it has none.
    pub code: String,
    /// The cloud's message or ours.
    pub message: String,
    /// The cloud's id of the request, for its support.
    pub request_id: Option<Box<str>>,
    /// What was tried, such as `creating EC2 Subnet`.
    pub attempt: String,
    /// What to do now.
    pub hint: Option<String>,
}

impl Fault {
    /// A failure with a message of ours.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Fault {
        Fault {
            kind,
            code: String::new(),
            message: message.into(),
            request_id: None,
            attempt: String::new(),
            hint: None,
        }
    }

    /// Says what was tried; the innermost says it best and is kept.
    pub fn during(mut self, attempt: impl Into<String>) -> Fault {
        if self.attempt.is_empty() {
            self.attempt = attempt.into();
        }
        self
    }

    /// Says what to do now; the first hint is kept.
    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint.get_or_insert(hint.into());
        self
    }

    /// Whether the object isn't there.
    pub fn is_not_found(&self) -> bool {
        self.kind == FaultKind::NotFound
    }

    /// As an error for people: the summary says what was tried and why it failed.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut detail = String::new();
        if self.code.is_empty() {
            detail.push_str(&self.message);
        } else {
            detail.push_str(&format!("The API answered {}: {}", self.code, self.message));
        }
        if !detail.ends_with('.') {
            detail.push('.');
        }
        if let Some(id) = &self.request_id {
            detail.push_str(&format!(" Request id: {id}."));
        }
        let diagnostic = Diagnostic::error(self.to_string(), detail);
        match self.hint.as_deref().or_else(|| self.kind.hint()) {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}

impl FaultKind {
    fn hint(self) -> Option<&'static str> {
        match self {
            FaultKind::NotFound => Some("Check that what it names exists in this region and account."),
            FaultKind::InUse => {
                Some("Remove what still uses it, or raise the delete timeout in a timeouts block.")
            }
            FaultKind::Throttled => Some("Run again later, or lower -parallelism."),
            FaultKind::Unauthenticated => Some(
                "Check the credentials: the provider block, the environment, the shared files or the role.",
            ),
            FaultKind::Denied => Some("Grant the caller the permission that the message names."),
            FaultKind::Exists => Some("Choose another name or range, or import what is there."),
            FaultKind::Unanswered => Some("Check the network and the endpoint, then run again."),
            FaultKind::TimedOut => Some("Run again, or raise the timeout in a timeouts block."),
            FaultKind::Invalid | FaultKind::Other => None,
        }
    }
}

/// `creating EC2 Subnet: InvalidSubnet.Conflict: The CIDR conflicts with another subnet`
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.attempt, &self.code] {
            if !part.is_empty() {
                write!(f, "{part}: ")?;
            }
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_what_was_tried_and_what_to_do() {
        let mut fault = Fault::new(FaultKind::Exists, "The range is taken").during("creating EC2 Subnet");
        fault.code = "InvalidSubnet.Conflict".into();
        fault.request_id = Some("r-1".into());
        let fault = fault.during("applying");
        assert_eq!(fault.to_string(), "creating EC2 Subnet: InvalidSubnet.Conflict: The range is taken");
        let diagnostic = fault.diagnostic();
        assert_eq!(
            diagnostic.detail,
            "The API answered InvalidSubnet.Conflict: The range is taken. Request id: r-1."
        );
        assert!(diagnostic.hint.is_some());
    }
}
