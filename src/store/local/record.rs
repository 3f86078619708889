//! The record beside a state file.

use super::file::{hidden_beside, make_directory, read_if_there, sync_directory, write_new};
use crate::StoreError;
use std::fs;
use std::io;
use std::path::Path;
use trueup_state::Record;
use trueup_state::wire::record;

/// `terraform.tfstate.trueup.json`: what ignores state files and their backups in Git ignores it as well.
pub(super) const SUFFIX: &str = ".trueup.json";

pub(super) fn read(path: &Path) -> Result<Option<Record>, StoreError> {
    let shown = described(path);
    let bytes = read_if_there(path).map_err(|error| StoreError::io("read", &shown, &error))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    record::read(&bytes).map(Some).map_err(|cause| StoreError::damaged_record(shown, cause))
}

/// It is the old one or the new one whatever happens.
pub(super) fn write(path: &Path, record: &Record) -> Result<(), StoreError> {
    let replace = || -> io::Result<()> {
        make_directory(path)?;
        let draft = hidden_beside(path, "-draft");
        write_new(&draft, record::write(record).as_bytes())?;
        fs::rename(&draft, path)?;
        sync_directory(path)
    };
    replace().map_err(|error| StoreError::io("write", described(path), &error))
}

fn described(path: &Path) -> String {
    format!("the record {}", path.display())
}
