//! Files that hold secrets: plans, notes about backends.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Writes a file that only its owner can read; what was there is replaced whole, or stays where writing fails.
pub fn write_private(path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
    let path = path.as_ref();
    let mut beside = path.as_os_str().to_owned();
    beside.push(".trueup-new");
    // A file that somebody left under this name may be open to others.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_the_owner_reads_what_replaced_a_file_for_all() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("note");
        for left in ["note", "note.trueup-new"] {
            std::fs::write(dir.path().join(left), "for all, and longer than what comes").expect("a file");
        }
        write_private(&path, b"secret").expect("it is written");
        assert_eq!(std::fs::read(&path).expect("it is there"), b"secret");
        let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).expect("a directory").count(), 1);
        assert!(write_private(dir.path().join("no/such"), b"").is_err());
    }
}
