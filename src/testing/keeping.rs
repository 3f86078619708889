//! Where the states of tests are while they run: in files of the process's own below the data directory, so that a
//! process that is killed leaves word of what it had made.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_store::{DEFAULT_WORKSPACE, LocalPaths, LocalStore, Store, StoreError};

/// The directory below the data directory.
const DIRECTORY: &str = "tests";

/// The file that a process locks for as long as it lives; the kernel lets it go with the process.
const IN_USE: &str = "in-use";

/// A directory for the states of one process.
pub(crate) struct Keeping {
    directory: PathBuf,
    /// Keeps the lock.
    _in_use: File,
    count: AtomicUsize,
    retained: AtomicBool,
}

impl Keeping {
    /// Makes a directory that no other process has.
    pub(crate) fn begin(data_dir: &Path) -> Result<Keeping, Box<Diagnostic>> {
        let parent = data_dir.join(DIRECTORY);
        let refused = |error: io::Error| {
            let detail = format!(
                "The states of the tests can't be kept in {} while they run: {error}.",
                parent.display()
            );
            let hint = "Without them nobody would know what was made, were this process killed. Set TF_DATA_DIR to a \
                        directory that can be written to.";
            Box::new(Diagnostic::error("Failed to keep the states of tests", detail).hint(hint))
        };
        std::fs::create_dir_all(&parent).map_err(refused)?;
        let mut numbers = 1_u64..;
        loop {
            let directory = parent.join(numbers.next().unwrap_or_default().to_string());
            match take(&directory) {
                Ok(Some(in_use)) => {
                    let (count, retained) = (AtomicUsize::new(0), AtomicBool::new(false));
                    return Ok(Keeping { directory, _in_use: in_use, count, retained });
                }
                Ok(None) => {}
                Err(error) => return Err(refused(error)),
            }
        }
    }

    /// A state of a test file that nothing else has. Touches no file yet.
    pub(crate) fn fresh(&self, file: &str) -> Arc<dyn Store> {
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        Arc::new(store(&self.directory.join(format!("{}-{number}.tfstate", plain(file)))))
    }

    /// Leaves the states where they are, and says where.
    pub(crate) fn retain(&self) -> &Path {
        self.retained.store(true, Ordering::Relaxed);
        &self.directory
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        if !self.retained.load(Ordering::Relaxed) {
            // What is left here is empty: the next process takes it away where this one can't.
            let _ = std::fs::remove_dir_all(&self.directory);
            // Nor what was made to hold it, where it holds nothing else.
            for above in self.directory.ancestors().skip(1).take(2) {
                let _ = std::fs::remove_dir(above);
            }
        }
    }
}

/// A directory made and locked; None where there is one of that name, or another process was quicker.
fn take(directory: &Path) -> io::Result<Option<File>> {
    match std::fs::create_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        made => made?,
    }
    let path = directory.join(IN_USE);
    let file = match OpenOptions::new().write(true).create(true).truncate(false).open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    match file.try_lock() {
        // Between the two lines above another process may have taken it for one that is no longer in use.
        Ok(()) if path.exists() => Ok(Some(file)),
        Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// What processes that are gone left, a warning for each state; directories with nothing in them go.
pub(crate) async fn abandoned(data_dir: &Path) -> Diagnostics {
    let mut found = Diagnostics::new();
    for directory in entries(&data_dir.join(DIRECTORY)) {
        let Ok(in_use) = OpenOptions::new().write(true).open(directory.join(IN_USE)) else { continue };
        if in_use.try_lock().is_err() {
            continue;
        }
        let mut is_empty = true;
        for path in states(&directory) {
            if holds_something(&store(&path)).await.unwrap_or(true) {
                is_empty = false;
                found.push(left_behind(&path));
            }
        }
        if is_empty {
            let _ = std::fs::remove_dir_all(&directory);
        }
    }
    found
}

fn left_behind(path: &Path) -> Diagnostic {
    let path = path.display();
    let detail = format!(
        "A test run was killed before it could destroy what it had made: real objects may still be there. Their state \
         is in {path}."
    );
    let hint = format!(
        "see them with `trueup state list -state={path}`, and destroy them with `trueup destroy -state={path}`; this \
         warning ends with them"
    );
    Diagnostic::warning("A test run left objects behind", detail).hint(hint)
}

/// Whether a state or its journal tells of an object.
async fn holds_something(store: &LocalStore) -> Result<bool, StoreError> {
    let state = store.read().await?;
    let has_objects = state.is_some_and(|found| found.state.objects().next().is_some());
    Ok(has_objects || !store.journal().await?.is_empty())
}

fn store(path: &Path) -> LocalStore {
    let paths = LocalPaths { backup: None, ..LocalPaths::new(Path::new(""), path, path) };
    LocalStore::new(paths, DEFAULT_WORKSPACE)
}

/// The states in a directory, also those that only a file beside them tells of, such as a journal.
fn states(directory: &Path) -> BTreeSet<PathBuf> {
    let entries = entries(directory);
    let names = entries.iter().filter_map(|path| path.file_name()?.to_str());
    let stems = names.filter_map(|name| Some(name.trim_start_matches('.').split_once(".tfstate")?.0));
    stems.map(|stem| directory.join(format!("{stem}.tfstate"))).collect()
}

/// What is in a directory, in order; nothing where there is none.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

/// The name of a test file without its ending, with nothing in it that file names mind.
pub(crate) fn plain(name: &str) -> String {
    let name = name.split(".tftest.").next().unwrap_or(name);
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}
