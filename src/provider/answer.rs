//! What a provider answers.

use crate::request::Private;
use trueup_diag::Diagnostics;
use trueup_value::{Name, Path, Value};

/// The object in the newest schema version.
#[derive(Clone, Debug)]
pub struct UpgradeAnswer {
    /// The object, or why it can't be read.
    pub state: Result<Value, Diagnostics>,
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

/// A data source's result.
#[derive(Clone, Debug)]
#[must_use]
pub struct DataAnswer {
    /// The object; null only with errors.
    pub state: Value,
    /// What went wrong.
    pub diagnostics: Diagnostics,
}
