//! The exit codes of the commands that only we have: `drift`, `run`, `pr`. Those that Terraform has, too, end as they do
//! there.

use trueup_run::Verdict;

/// Done, or there was nothing to do; nothing differs.
pub(crate) const FINE: u8 = 0;
/// Something is wrong, and nothing was changed.
pub(crate) const FAILED: u8 = 1;
/// There are changes, where it is asked whether there are, or drift.
pub(crate) const DIFFERENT: u8 = 2;
/// Rules hold it back, and that is all that is wrong: those for pull requests, or those for corrections.
pub(crate) const DENIED: u8 = 3;
/// Somebody else holds the lock on a state, and that is all that is wrong.
pub(crate) const LOCKED: u8 = 4;
/// Some of it was done, and some failed or was held back.
pub(crate) const PARTLY: u8 = 5;

/// The code of a run over stacks. `is_detailed` says whether it is asked for changes.
pub(crate) fn of(verdict: Verdict, is_detailed: bool) -> u8 {
    match verdict {
        Verdict::Different if is_detailed => DIFFERENT,
        Verdict::Nothing | Verdict::Different | Verdict::Corrected => FINE,
        Verdict::Failed => FAILED,
        Verdict::Denied => DENIED,
        Verdict::Locked => LOCKED,
        Verdict::Partly => PARTLY,
    }
}
