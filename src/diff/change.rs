//! What becomes of one object.

use std::sync::Arc;
use trueup_value::{Path, Value};

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is made.
    Create,
    /// A data source is read while applying.
    Read,
    /// It is changed in place.
    Update,
    /// It is destroyed.
    Delete,
    /// It is destroyed, then made anew.
    DeleteThenCreate,
    /// It is made anew, then the old one is destroyed.
    CreateThenDelete,
    /// It is no longer managed and stays as it is.
    Forget,
}

impl Action {
    /// Whether the object is replaced, in either order.
    pub fn is_replace(self) -> bool {
        matches!(self, Action::DeleteThenCreate | Action::CreateThenDelete)
    }

    /// Whether anything is done at all.
    pub fn is_change(self) -> bool {
        self != Action::NoOp
    }
}

/// Why an action was chosen, where it isn't plain from the values. Names as in the plan JSON's `action_reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// `replace_because_tainted`
    ReplaceBecauseTainted,
    /// `replace_because_cannot_update`
    ReplaceBecauseCannotUpdate,
    /// `replace_by_request`
    ReplaceByRequest,
    /// `replace_by_triggers`
    ReplaceByTriggers,
    /// `delete_because_no_resource_config`
    DeleteBecauseNoResourceConfig,
    /// `delete_because_no_module`
    DeleteBecauseNoModule,
    /// `delete_because_wrong_repetition`
    DeleteBecauseWrongRepetition,
    /// `delete_because_count_index`
    DeleteBecauseCountIndex,
    /// `delete_because_each_key`
    DeleteBecauseEachKey,
    /// `delete_because_enabled_false`
    DeleteBecauseEnabledFalse,
    /// `delete_because_no_move_target`
    DeleteBecauseNoMoveTarget,
    /// `read_because_config_unknown`
    ReadBecauseConfigUnknown,
    /// `read_because_dependency_pending`
    ReadBecauseDependencyPending,
    /// `read_because_check_nested`
    ReadBecauseCheckNested,
}

impl Reason {
    /// The word in the plan JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::ReplaceBecauseTainted => "replace_because_tainted",
            Reason::ReplaceBecauseCannotUpdate => "replace_because_cannot_update",
            Reason::ReplaceByRequest => "replace_by_request",
            Reason::ReplaceByTriggers => "replace_by_triggers",
            Reason::DeleteBecauseNoResourceConfig => "delete_because_no_resource_config",
            Reason::DeleteBecauseNoModule => "delete_because_no_module",
            Reason::DeleteBecauseWrongRepetition => "delete_because_wrong_repetition",
            Reason::DeleteBecauseCountIndex => "delete_because_count_index",
            Reason::DeleteBecauseEachKey => "delete_because_each_key",
            Reason::DeleteBecauseEnabledFalse => "delete_because_enabled_false",
            Reason::DeleteBecauseNoMoveTarget => "delete_because_no_move_target",
            Reason::ReadBecauseConfigUnknown => "read_because_config_unknown",
            Reason::ReadBecauseDependencyPending => "read_because_dependency_pending",
            Reason::ReadBecauseCheckNested => "read_because_check_nested",
        }
    }
}

/// What becomes of one object, as values.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// Why, where it isn't plain.
    pub reason: Option<Reason>,
    /// The object as it is, sensitive parts marked; null when there is none.
    pub before: Value,
    /// The object as it will be, sensitive parts marked, unknown where only the apply will tell; null when there
    /// will be none.
    pub after: Value,
    /// The attributes that force a replacement.
    pub replace_paths: Vec<Path>,
    /// What the provider wants back when the change is applied.
    pub private: Arc<[u8]>,
}
