//! Files that commands write to bit by bit.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A new, empty file that only its owner can read.
pub(crate) fn create_private(path: impl AsRef<Path>) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// A file that only its owner can read, to write at its end.
pub(crate) fn append_private(path: impl AsRef<Path>) -> std::io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}
