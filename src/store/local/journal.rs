//! The journal beside a state file.

use super::file::{hidden_beside, make_directory, read_if_there, sync_directory};
use crate::{ErrorKind, StoreError};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use trueup_state::Entry;
use trueup_state::wire::journal::{self, Journal};

pub(super) struct JournalFile {
    path: PathBuf,
    /// The length in bytes of what is whole, once known. It is also what one append at a time is made sure with.
    length: Mutex<Option<u64>>,
}

impl JournalFile {
    pub(super) fn new(state: &Path) -> JournalFile {
        JournalFile { path: hidden_beside(state, ".trueup-journal"), length: Mutex::new(None) }
    }

    fn fail(&self, verb: &'static str, error: &io::Error) -> StoreError {
        StoreError::io(verb, self.described(), error)
    }

    fn described(&self) -> String {
        format!("the journal {}", self.path.display())
    }

    pub(super) fn read(&self) -> Result<Journal, StoreError> {
        let bytes = read_if_there(&self.path).map_err(|error| self.fail("read", &error))?;
        journal::read(&bytes).map_err(|error| {
            StoreError::new(ErrorKind::Corrupt, "replay", self.described(), error.to_string()).hint(
                "The journal says what the last run did and is damaged, not just cut short. Keep a copy; if you \
                 remove it, the next plan finds what it can by reading the real objects.",
            )
        })
    }

    pub(super) fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let mut length = self.length.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = match *length {
            Some(length) => length,
            // A torn end has to go, or it would stand in the middle.
            None => self.read()?.length as u64,
        };
        *length = None;
        let text = journal::write(entries);
        self.extend(whole, text.as_bytes()).map_err(|error| self.fail("write", &error))?;
        *length = Some(whole + text.len() as u64);
        Ok(())
    }

    fn extend(&self, whole: u64, bytes: &[u8]) -> io::Result<()> {
        make_directory(&self.path)?;
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
        if file.metadata()?.len() != whole {
            file.set_len(whole)?;
        }
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            // Nothing or all: what was begun is taken back, and if that fails too it is a torn end.
            drop(file.set_len(whole));
            return Err(error);
        }
        if whole == 0 { sync_directory(&self.path) } else { Ok(()) }
    }

    pub(super) fn clear(&self) -> Result<(), StoreError> {
        let mut length = self.length.lock().unwrap_or_else(PoisonError::into_inner);
        *length = None;
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.fail("clear", &error)),
            Ok(()) => sync_directory(&self.path).map_err(|error| self.fail("clear", &error)),
        }
    }
}
