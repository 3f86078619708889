//! What a provider answers.

use crate::request::{MoveRequest, Private};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_value::{Name, Path, Type, Value};

/// The object in the newest schema version.
#[derive(Clone, Debug)]
pub struct UpgradeAnswer {
    /// The object, or why it can't be read.
    pub state: Result<Value, Diagnostics>,
}

/// An object that has another type now.
#[derive(Clone, Debug)]
pub struct MoveAnswer {
    /// The object in the new type's schema, and what to keep beside it; or why it can't be one.
    pub state: Result<(Value, Private), Diagnostics>,
}

impl MoveAnswer {
    /// Objects of that type can't become ones of this.
    pub fn unsupported(request: &MoveRequest<'_>) -> MoveAnswer {
        let detail = format!(
            "An object of type {} of {} can't become one of type {}.",
            request.from_kind,
            request.from_provider.short(),
            request.kind
        );
        let error = Diagnostic::error("Move Resource State Not Supported", detail);
        let hint = "take the moved block out: the old object is destroyed then, and a new one made; or let go of the old one with a removed block and import it anew";
        MoveAnswer { state: Err(error.hint(hint).into()) }
    }
}

/// An object as it really is.
#[derive(Clone, Debug)]
#[must_use]
pub struct ReadAnswer {
    /// The object; null when it is gone. On errors the object as last known.
    pub state: Value,
    /// What to keep beside it.
    pub private: Private,
    /// What went wrong.
    pub diagnostics: Diagnostics,
}

/// What would become of an object.
#[derive(Clone, Debug)]
#[must_use]
pub struct PlanAnswer {
    /// The object after apply; unknown where only the apply will tell.
    pub planned: Value,
    /// Attributes that differ and can't be changed in place. Empty on create.
    pub requires_replace: Vec<Path>,
    /// What to hand to apply.
    pub private: Private,
    /// What went wrong.
    pub diagnostics: Diagnostics,
    /// The plan may break the protocol's consistency rules without being an error (old provider frameworks).
    pub legacy: bool,
}

/// What became of an object.
#[derive(Clone, Debug)]
#[must_use]
pub struct ApplyAnswer {
    /// The object as it stands now; null when it doesn't exist. With errors: as far as it got.
    pub state: Value,
    /// What to keep beside it.
    pub private: Private,
    /// What went wrong.
    pub diagnostics: Diagnostics,
    /// See [`PlanAnswer::legacy`].
    pub legacy: bool,
    /// A creation may have made something that `state` doesn't show: a call got no answer, and what it made could not
    /// be found, or not yet. It stays open and is looked for ([`crate::Provider::recover`]) before anything is created
    /// in its place. False where the service refused: then nothing that is there is of this creation. Only with
    /// errors and a null `state`.
    pub end_unknown: bool,
}

/// What was found of a creation that was begun and never seen to end.
#[derive(Clone, Debug)]
#[must_use]
pub enum RecoverAnswer {
    /// It was made; this is what is there, possibly unfinished.
    Found(Box<Value>, Private),
    /// It was not made.
    Absent,
    /// The provider can't tell; a person has to look. Why.
    Unknown(Diagnostics),
}

/// One object that an import id names.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The resource type.
    pub kind: Name,
    /// Enough of the object to read the rest.
    pub state: Value,
    /// What to keep beside it.
    pub private: Private,
}

/// The objects that an import id names.
#[derive(Clone, Debug)]
#[must_use]
pub struct ImportAnswer {
    /// The objects; the first is the one asked for.
    pub objects: Vec<Imported>,
    /// What went wrong.
    pub diagnostics: Diagnostics,
}

impl ImportAnswer {
    /// Objects of this type have no identity.
    pub fn without_identity(kind: &str) -> ImportAnswer {
        let detail = format!("The provider doesn't give objects of the type {kind} an identity.");
        let error = Diagnostic::error("Import by identity not supported", detail);
        let hint = "import by id: set id in the import block in place of identity";
        ImportAnswer { objects: Vec::new(), diagnostics: error.hint(hint).into() }
    }
}

/// A data source's result.
#[derive(Clone, Debug)]
#[must_use]
pub struct DataAnswer {
    /// The object; null only with errors.
    pub state: Value,
    /// What went wrong.
    pub diagnostics: Diagnostics,
}

/// An ephemeral resource that was opened.
#[derive(Clone, Debug)]
#[must_use]
pub struct OpenAnswer {
    /// Its value; null only with errors.
    pub result: Value,
    /// What to hand to renewals and to the closing.
    pub private: Private,
    /// It ends unless it is renewed within this time.
    pub renew_after: Option<Duration>,
    /// What went wrong.
    pub diagnostics: Diagnostics,
}

impl OpenAnswer {
    /// The provider has no ephemeral resource of this type.
    pub fn none(kind: &str) -> OpenAnswer {
        let detail = format!("The provider has no ephemeral resource of the type \"{kind}\".");
        OpenAnswer {
            result: Value::null(Type::Dynamic),
            private: [].into(),
            renew_after: None,
            diagnostics: Diagnostic::error("Invalid ephemeral resource", detail).into(),
        }
    }
}

/// An ephemeral resource that was kept alive.
#[derive(Clone, Debug)]
#[must_use]
pub struct RenewAnswer {
    /// What to hand to the next renewal and to the closing.
    pub private: Private,
    /// When to renew it again.
    pub renew_after: Option<Duration>,
    /// What went wrong.
    pub diagnostics: Diagnostics,
}
