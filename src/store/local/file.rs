//! The state file: read, backed up, and replaced so that a crash never leaves half a state.

use super::{LocalPaths, held};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use trueup_state::wire;

/// Inode, length and time of change, of the state file and the next state.
type Signs = [Option<(u64, u64, i64, i64)>; 2];

/// State holds secrets: nobody else may read it.
const MODE: u32 = 0o600;

pub(super) struct StateFile {
    pub(super) paths: LocalPaths,
    /// The next state, whole, while the file itself is being written.
    next: PathBuf,
}

impl StateFile {
    pub(super) fn new(paths: LocalPaths) -> StateFile {
        StateFile { next: hidden_beside(&paths.state, ".trueup-next"), paths }
    }

    /// The bytes of the state; empty where there is none.
    pub(super) fn current(&self) -> io::Result<Vec<u8>> {
        const ATTEMPTS: usize = 20;
        for _ in 1..ATTEMPTS {
            let before = self.signs()?;
            let bytes = self.current_now()?;
            if before == self.signs()? {
                return Ok(bytes);
            }
            // Another process was writing meanwhile: what was read may be half of each.
        }
        self.current_now()
    }

    fn current_now(&self) -> io::Result<Vec<u8>> {
        let next = read_if_there(&self.next)?;
        let main = held::with_file(&self.paths.state, |path| File::open(path), read_through);
        let main = match main {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            outcome => outcome?,
        };
        Ok(if prefers_next(&main, &next) { next } else { main })
    }

    /// What changes when someone writes.
    fn signs(&self) -> io::Result<Signs> {
        let sign = |path: &Path| match fs::metadata(path) {
            Ok(data) => Ok(Some((data.ino(), data.len(), data.mtime(), data.mtime_nsec()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        Ok([sign(&self.paths.state)?, sign(&self.next)?])
    }

    /// Keeps the state as it was before the first write.
    pub(super) fn back_up(&self, before: &[u8]) -> io::Result<()> {
        let Some(backup) = self.paths.backup.as_ref().filter(|_| !before.is_empty()) else { return Ok(()) };
        let new = hidden_beside(backup, ".trueup-new");
        write_new(&new, before)?;
        fs::rename(&new, backup)?;
        sync_directory(backup)
    }

    /// Puts these bytes in place of the state, which is `before` as [`StateFile::current`] gave it.
    pub(super) fn replace(&self, before: &[u8], bytes: &[u8]) -> io::Result<()> {
        make_directory(&self.paths.state)?;
        // By way of a third file: the next state may be the only whole one there is.
        let draft = hidden_beside(&self.paths.state, ".trueup-draft");
        if let Err(error) = write_new(&draft, bytes) {
            drop(fs::remove_file(&draft));
            return Err(error);
        }
        fs::rename(&draft, &self.next)?;
        sync_directory(&self.next)?;
        held::with_file(&self.paths.state, open, |file| {
            let outcome = overwrite(file, bytes);
            if outcome.is_err() && overwrite(file, before).is_ok() {
                // Otherwise the next state stays, and is the one that counts.
                drop(fs::remove_file(&self.next));
            }
            outcome
        })?;
        sync_directory(&self.paths.state)?;
        fs::remove_file(&self.next)?;
        sync_directory(&self.next)
    }
}

/// Whether the next state is the one that counts: a writer died after it was whole and before the file was.
fn prefers_next(main: &[u8], next: &[u8]) -> bool {
    if next.is_empty() {
        return false;
    }
    let Ok(next) = wire::read(next) else { return false };
    match wire::read(main) {
        Ok(main) => main.lineage == next.lineage && main.serial < next.serial,
        Err(_) => true,
    }
}

/// `.NAME` with a suffix in the same directory.
pub(super) fn hidden_beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(suffix);
    path.with_file_name(name)
}

pub(super) fn read_if_there(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        outcome => outcome,
    }
}

fn read_through(file: &File) -> io::Result<Vec<u8>> {
    let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

fn overwrite(file: &File, bytes: &[u8]) -> io::Result<()> {
    file.write_all_at(bytes, 0)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}

/// For reading and writing; made where it isn't there.
pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(MODE).open(path)
}

pub(super) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => fs::create_dir_all(parent),
        None => Ok(()),
    }
}

/// Makes the names in the directory of `path` durable.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}
