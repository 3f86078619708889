//! From what the provider plans to an action.

use crate::{Action, Reason};
use trueup_value::{Path, Value};

/// Why an object may be replaced although the provider doesn't ask for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replace {
    /// It is marked as tainted.
    pub tainted: bool,
    /// The command line names it.
    pub requested: bool,
    /// `replace_triggered_by` names something that changes.
    pub triggered: bool,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The action; a replacement destroys first until dependents are known (`create_before_destroy` spreads).
    pub action: Action,
    /// Why.
    pub reason: Option<Reason>,
    /// The attributes that force a replacement: those of the provider's list that really differ.
    pub replace_paths: Vec<Path>,
}

/// Decides what becomes of a managed object that the configuration has. `prior` is null when there is none;
/// `planned` carries the marks it will have, so that a change of marks alone is an update.
pub fn decide(prior: &Value, planned: &Value, requires_replace: &[Path], replace: Replace) -> Decision {
    if prior.is_null() {
        return Decision { action: Action::Create, reason: None, replace_paths: Vec::new() };
    }
    let mut replace_paths: Vec<Path> =
        requires_replace.iter().filter(|path| differs(prior, planned, path)).cloned().collect();
    if replace.tainted {
        // It is replaced whatever differs.
        replace_paths.clear();
    }
    let reason = if replace.tainted {
        Some(Reason::ReplaceBecauseTainted)
    } else if !replace_paths.is_empty() {
        Some(Reason::ReplaceBecauseCannotUpdate)
    } else if replace.requested {
        Some(Reason::ReplaceByRequest)
    } else if replace.triggered {
        Some(Reason::ReplaceByTriggers)
    } else {
        None
    };
    if reason.is_some() {
        return Decision { action: Action::DeleteThenCreate, reason, replace_paths };
    }
    let action = if prior == planned { Action::NoOp } else { Action::Update };
    Decision { action, reason: None, replace_paths }
}

/// Whether the values at a path differ; a path that leads nowhere in both does not.
fn differs(prior: &Value, planned: &Value, path: &Path) -> bool {
    match (prior.at_path(path), planned.at_path(path)) {
        (Some(before), Some(after)) => before.unmark_deep().0 != after.unmark_deep().0,
        (before, after) => before.is_some() != after.is_some(),
    }
}
