//! The lock on a state file, shared with Terraform: an operating system's lock on the file, and a file that says who.
//!
//! Terraform takes a POSIX record lock (`fcntl`), so that is taken. A process loses such a lock as soon as it closes
//! any descriptor of the file, and has it to itself only against other processes; a BSD lock (`flock`) beside it has
//! neither weakness and keeps our own processes and tasks apart. Whoever in this process wants to read a locked file
//! does so through the descriptor that holds the lock.

use super::LocalPaths;
use super::file::{hidden_beside, make_directory, open, read_if_there, write_new};
use crate::lock::Held;
use crate::{ErrorKind, Lock, LockInfo, StoreError};
use async_trait::async_trait;
use rustix::fs::{FlockOperation, fcntl_lock, flock};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Device and inode.
type Identity = (u64, u64);

/// The files that this process holds locks on.
static HELD: Mutex<BTreeMap<Identity, Arc<File>>> = Mutex::new(BTreeMap::new());

fn held() -> MutexGuard<'static, BTreeMap<Identity, Arc<File>>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|data| (data.dev(), data.ino()))
}

/// Works with the file through the descriptor that holds a lock of this process, or through `open`'s if there is none.
/// Nobody in this process takes a lock meanwhile: closing the other descriptor would end it.
pub(super) fn with_file<T>(
    path: &Path,
    open: impl FnOnce(&Path) -> io::Result<File>,
    work: impl FnOnce(&File) -> io::Result<T>,
) -> io::Result<T> {
    let held = held();
    match identity(path).and_then(|identity| held.get(&identity)) {
        Some(file) => work(file),
        None => work(&open(path)?),
    }
}

fn info_path(paths: &LocalPaths) -> PathBuf {
    hidden_beside(&paths.state, ".lock.info")
}

fn described(paths: &LocalPaths) -> String {
    format!("the state file {}", paths.shown.display())
}

fn read_info(paths: &LocalPaths) -> Option<LockInfo> {
    LockInfo::from_json(&read_if_there(&info_path(paths)).ok()?)
}

/// Takes the lock.
pub(super) fn lock(paths: &LocalPaths, mut info: LockInfo) -> Result<Lock, StoreError> {
    let fail = |error: io::Error| StoreError::io("lock", described(paths), &error);
    make_directory(&paths.state).map_err(fail)?;
    info.path = paths.shown.display().to_string();
    let was_there = paths.state.exists();
    let Some((identity, file)) = acquire(&paths.state).map_err(fail)? else {
        return Err(StoreError::locked(described(paths), read_info(paths)));
    };
    let held = LocalHeld { paths: paths.clone(), identity, file: Some(file), was_there, id: info.id.clone() };
    write_new(&info_path(paths), info.to_json().as_bytes()).map_err(fail)?;
    Ok(Lock::new(info, Box::new(held)))
}

/// Both locks on the file, or none if someone has either.
fn acquire(path: &Path) -> io::Result<Option<(Identity, Arc<File>)>> {
    let mut held = held();
    // Asked before the file is opened: to close it again would end the lock that this process has.
    if identity(path).is_some_and(|identity| held.contains_key(&identity)) {
        return Ok(None);
    }
    let file = open(path)?;
    if !try_lock(&file)? {
        return Ok(None);
    }
    let data = file.metadata()?;
    let key = (data.dev(), data.ino());
    // Someone may have put another file in its place between the opening and the locking.
    if identity(path) != Some(key) {
        return Ok(None);
    }
    let file = Arc::new(file);
    held.insert(key, file.clone());
    Ok(Some((key, file)))
}

fn try_lock(file: &File) -> io::Result<bool> {
    for outcome in [
        flock(file, FlockOperation::NonBlockingLockExclusive),
        fcntl_lock(file, FlockOperation::NonBlockingLockExclusive),
    ] {
        match outcome {
            Ok(()) => {}
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

/// Who holds the lock. Who is named in a file that a killed process left behind holds nothing.
pub(super) fn holder(paths: &LocalPaths) -> io::Result<Option<LockInfo>> {
    let Some(info) = read_info(paths) else { return Ok(None) };
    let held = held();
    if identity(&paths.state).is_some_and(|identity| held.contains_key(&identity)) {
        return Ok(Some(info));
    }
    match File::options().read(true).write(true).open(&paths.state) {
        Ok(file) => Ok(if try_lock(&file)? { None } else { Some(info) }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes what a killed process left behind. A living one's lock is the operating system's and can't be broken.
pub(super) fn force_unlock(paths: &LocalPaths, id: &str) -> Result<(), StoreError> {
    let fail = |error: io::Error| StoreError::io("unlock", described(paths), &error);
    let refuse = |cause: String| StoreError::new(ErrorKind::Conflict, "unlock", described(paths), cause);
    let Some(info) = read_info(paths) else {
        return Err(refuse("it is not locked".into()));
    };
    if info.id != id {
        return Err(refuse(format!("the lock has the ID {}, not {id}", info.id)));
    }
    if holder(paths).map_err(fail)?.is_some() {
        let refused = refuse(format!("the process that holds it still runs: {info}"));
        return Err(refused.hint("Wait for it, or end it: a local lock ends with its process."));
    }
    fs::remove_file(info_path(paths)).map_err(fail)
}

struct LocalHeld {
    paths: LocalPaths,
    identity: Identity,
    file: Option<Arc<File>>,
    was_there: bool,
    id: String,
}

#[async_trait]
impl Held for LocalHeld {
    async fn check(&self) -> Result<(), StoreError> {
        let lost = |kind: ErrorKind, cause: &str| {
            StoreError::new(kind, "keep the lock of", described(&self.paths), cause)
                .hint("Nothing was written. Find out who else works on this state before you run again.")
        };
        if identity(&self.paths.state) != Some(self.identity) {
            return Err(lost(ErrorKind::Conflict, "another file was put in its place"));
        }
        let file = self.file.as_ref().expect("the file is there until the release");
        if !try_lock(file).map_err(|error| StoreError::io("lock", described(&self.paths), &error))? {
            return Err(lost(ErrorKind::Locked(None), "another process has it now"));
        }
        match read_info(&self.paths) {
            Some(info) if info.id == self.id => Ok(()),
            _ => Err(lost(ErrorKind::Conflict, "the file that says who has it was removed or is another's")),
        }
    }

    async fn release(self: Box<Self>) -> Result<(), StoreError> {
        let fail = |error: io::Error| StoreError::io("unlock", described(&self.paths), &error);
        let mine = read_info(&self.paths).is_some_and(|info| info.id == self.id);
        if mine {
            fs::remove_file(info_path(&self.paths)).map_err(fail)?;
        }
        let empty = self.file.as_ref().is_some_and(|file| file.metadata().is_ok_and(|data| data.len() == 0));
        if !self.was_there && empty {
            // Made for the lock alone.
            drop(fs::remove_file(&self.paths.state));
        }
        Ok(())
    }
}

impl Drop for LocalHeld {
    fn drop(&mut self) {
        // Closing isn't enough: a program that is being started at this moment has a copy of the descriptor until it
        // runs, and with it the lock. What can't be unlocked is unlocked by the end of the process.
        if let Some(file) = self.file.take() {
            let _ = flock(&file, FlockOperation::Unlock);
        }
        held().remove(&self.identity);
    }
}
