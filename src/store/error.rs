//! What can go wrong with a store.

use crate::LockInfo;
use std::fmt;
use std::io;
use trueup_diag::Diagnostic;

/// What kind of thing went wrong: what a caller may act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Someone else has the lock; who, where that can be told.
    Locked(Option<Box<LockInfo>>),
    /// The document or the lock is not the one that was expected.
    Conflict,
    /// The bucket, directory or workspace is not there.
    NotFound,
    /// Credentials are missing, wrong, expired or not enough.
    Credentials,
    /// What is stored can't be read.
    Corrupt,
    /// The configuration of the backend is wrong, or asks for what isn't supported.
    Config,
    /// The world failed otherwise.
    Io,
    /// No answer in time.
    Timeout,
}

/// A failure with what was tried, on what, and why it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// What kind.
    pub kind: ErrorKind,
    /// What was tried: `read`, `write`, `lock`.
    pub verb: &'static str,
    /// On what: `the state file terraform.tfstate`.
    pub object: String,
    /// Why it failed, in whole words without the final stop.
    pub cause: String,
    /// What to do.
    pub hint: Option<String>,
}

impl StoreError {
    /// A failure without a hint.
    pub fn new(
        kind: ErrorKind,
        verb: &'static str,
        object: impl Into<String>,
        cause: impl Into<String>,
    ) -> StoreError {
        StoreError { kind, verb, object: object.into(), cause: cause.into(), hint: None }
    }

    /// A record that says nothing to whoever reads it.
    pub(crate) fn damaged_record(object: impl Into<String>, cause: impl Into<String>) -> StoreError {
        StoreError::new(ErrorKind::Corrupt, "read", object, cause).hint(
            "It only says which commit was applied last and what was corrected when: remove it, and the next apply \
             begins another.",
        )
    }

    /// Says what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> StoreError {
        self.hint = Some(hint.into());
        self
    }

    /// A failure of the file system.
    pub(crate) fn io(verb: &'static str, object: impl Into<String>, error: &io::Error) -> StoreError {
        let failure = StoreError::new(ErrorKind::Io, verb, object, error.to_string());
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                failure.hint("Check who owns the file and its directory, and that this user may write there.")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                failure.hint("Free some space and run again: what was stored before is still whole.")
            }
            io::ErrorKind::NotFound => StoreError { kind: ErrorKind::NotFound, ..failure },
            io::ErrorKind::IsADirectory => {
                failure.hint("Name a file, not a directory, as the path of the state.")
            }
            _ => failure,
        }
    }

    /// Someone else has the lock.
    pub(crate) fn locked(object: impl Into<String>, holder: Option<LockInfo>) -> StoreError {
        let cause = match &holder {
            Some(info) => format!("it is held: {info}"),
            None => "another process holds it and doesn't say who it is".into(),
        };
        let hint = match &holder {
            Some(info) => format!(
                "Wait for that run to end, or wait here with -lock-timeout. If its process is gone for certain, \
                 force-unlock {}.",
                info.id
            ),
            None => "Wait for that run to end, or wait here with -lock-timeout.".into(),
        };
        StoreError::new(ErrorKind::Locked(holder.map(Box::new)), "lock", object, cause).hint(hint)
    }

    /// Our lock is no longer there; who has it by now.
    #[cfg(any(feature = "azurerm", feature = "gcs", feature = "s3"))]
    pub(crate) fn lost(object: impl Into<String>, other: Option<LockInfo>) -> StoreError {
        let (kind, cause) = match other {
            Some(info) => {
                let cause = format!("someone broke it, and it is held: {info}");
                (ErrorKind::Locked(Some(Box::new(info))), cause)
            }
            None => (ErrorKind::Conflict, "someone broke it".into()),
        };
        StoreError::new(kind, "keep", object, cause)
            .hint("Nothing was written. Find out who else works on this state before you run again.")
    }

    /// One line in Terraform's words where it has the case.
    pub fn summary(&self) -> &'static str {
        match (&self.kind, self.verb) {
            (ErrorKind::Config, _) => "Invalid backend configuration",
            (_, "lock") => "Error acquiring the state lock",
            (_, "unlock") => "Error releasing the state lock",
            (_, "write") => "Failed to save state",
            (ErrorKind::Corrupt, "read") => "Unsupported state file format",
            (ErrorKind::Corrupt, "replay") | (ErrorKind::NotFound, "read") => "Failed to load state",
            (_, "read") => "Error loading state",
            _ => "Error accessing the state store",
        }
    }

    /// As a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.summary(), format!("{self}."));
        match &self.hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {} {}: {}", self.verb, self.object, self.cause.trim_end_matches('.'))
    }
}

impl std::error::Error for StoreError {}
