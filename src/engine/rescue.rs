//! The state of a run whose store doesn't take it: kept in a file, with what to do about it.

use crate::ledger::Ledger;
use crate::world::World;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_state::{State, wire};

/// What the file is called, as Terraform calls it.
const NAME: &str = "errored.tfstate";
/// So many files of earlier runs are left alone before one is replaced.
const KEPT_MAX: u32 = 100;

/// Keeps a state that could not be written for the reason `problem`. `journalled` says that the journal beside the
/// state holds all of it.
pub(crate) fn rescue(
    world: &World,
    ledger: &Ledger,
    mut state: State,
    (problem, journalled): (Diagnostic, bool),
) -> Diagnostics {
    let mut diagnostics = Diagnostics::from(problem);
    let changed = state.finish(&ledger.document);
    if !changed {
        let detail = "What could not be written changes nothing: the state in the store is as it should be.";
        diagnostics.push(Diagnostic::warning("Failed to persist state to backend", detail));
        return diagnostics;
    }
    let place = ledger.store.describe();
    let journal = "every step stands in the journal beside the state, so that the next run goes on from there by itself";
    let diagnostic = match keep(&world.state_dir, &state) {
        Ok(file) => {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let detail = format!(
                "The error above keeps the new state from being written to {place}. It was written to the file \"{name}\" in the working directory instead; keep that file until the state is where it belongs."
            );
            let push = format!("\"trueup state push {name}\"");
            let hint = if journalled {
                format!(
                    "when the store answers again, run \"trueup apply\": {journal}; or put the state in its place with {push}"
                )
            } else {
                format!(
                    "when the store answers again, put the state in its place with {push} before anything else is run: the journal beside the state doesn't hold all of it"
                )
            };
            Diagnostic::error("Failed to persist state to backend", detail).hint(hint)
        }
        Err(cause) => {
            let detail = format!(
                "The error above keeps the new state from being written to {place}, and it can't be written to \"{NAME}\" in {} either: {cause}.",
                world.state_dir.display()
            );
            let hint = if journalled {
                format!("nothing is lost: {journal}")
            } else {
                "when the store answers again, run \"trueup plan\": it looks for what was begun, and says what it can't find out".into()
            };
            Diagnostic::error("Failed to persist state to backend", detail).hint(hint)
        }
    };
    diagnostics.push(diagnostic);
    diagnostics
}

/// Writes it where no file of an earlier run is, readable for its owner only.
fn keep(dir: &Path, state: &State) -> std::io::Result<PathBuf> {
    let mut file = dir.join(NAME);
    for number in 2..=KEPT_MAX {
        match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file) {
            Ok(mut opened) => {
                opened.write_all(wire::v4::write(state).as_bytes())?;
                opened.sync_all()?;
                return Ok(file);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                file = dir.join(format!("errored.{number}.tfstate"));
            }
            Err(error) => return Err(error),
        }
    }
    Err(std::io::Error::other(format!("there are {KEPT_MAX} such files already")))
}
