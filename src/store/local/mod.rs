//! State in a local file, laid out as Terraform lays it out.

mod file;
mod held;
mod journal;
mod record;

use crate::config::{Backup, check_workspace};
use crate::store::Version;
use crate::{DEFAULT_WORKSPACE, ErrorKind, Lock, LockInfo, Snapshot, Store, StoreError};
use async_trait::async_trait;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use trueup_state::{Entry, Record, State, wire};

/// Where the files of the local backend lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPaths {
    /// The state of the default workspace, absolute or as the process sees it.
    pub state: PathBuf,
    /// The state of the default workspace as people wrote it, for messages and lock files.
    pub shown: PathBuf,
    /// The directory of the other workspaces' directories.
    pub workspaces: PathBuf,
    /// Where the state as it was before the first write goes; `None` keeps no backup.
    pub backup: Option<PathBuf>,
}

impl LocalPaths {
    /// With the backup beside the state. Relative paths start from `directory`.
    pub fn new(directory: &Path, state: &Path, workspaces: &Path) -> LocalPaths {
        let full = directory.join(state);
        LocalPaths {
            backup: Some(with_suffix(&full, ".backup")),
            state: full,
            shown: state.into(),
            workspaces: directory.join(workspaces),
        }
    }

    fn of_workspace(&self, name: &str) -> LocalPaths {
        if name == DEFAULT_WORKSPACE {
            return self.clone();
        }
        let state = self.workspaces.join(name).join("terraform.tfstate");
        let backup = self.backup.as_ref().map(|_| with_suffix(&state, ".backup"));
        LocalPaths { shown: state.clone(), state, backup, workspaces: self.workspaces.clone() }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// State, lock and journal in files beside each other.
///
/// The state file is written in place, as Terraform does it: a Terraform that waits for the lock already has the file
/// open, and a file renamed over it would let it work on the old one. So that a crash can't leave half a state, the
/// new one is first written whole beside it (`.NAME.trueup-next`), which [`Store::read`] prefers when it must.
pub struct LocalStore {
    base: LocalPaths,
    workspace: String,
    files: file::StateFile,
    journal: journal::JournalFile,
    backed_up: AtomicBool,
}

impl LocalStore {
    /// For one workspace. Touches no file yet.
    pub fn new(paths: LocalPaths, workspace: &str) -> LocalStore {
        let own = paths.of_workspace(workspace);
        LocalStore {
            base: paths,
            workspace: workspace.into(),
            journal: journal::JournalFile::new(&own.state),
            files: file::StateFile::new(own),
            backed_up: AtomicBool::new(false),
        }
    }

    /// With the backup somewhere else. Relative paths start from `directory`.
    #[must_use]
    pub fn backing_up(mut self, backup: &Backup, directory: &Path) -> LocalStore {
        let paths = &mut self.files.paths;
        match backup {
            Backup::Beside => {}
            Backup::Suffix(suffix) => paths.backup = Some(with_suffix(&paths.state, suffix)),
            Backup::File(file) => paths.backup = Some(directory.join(file)),
            Backup::None => paths.backup = None,
        }
        self
    }

    /// Takes the document away, which lives elsewhere now; a backup stays, and an empty file, as Terraform leaves it.
    ///
    /// # Errors
    /// A conflict where the document isn't the expected one.
    pub fn withdraw(&self, expected: &Version) -> Result<(), StoreError> {
        let fail = |error: io::Error| self.fail("take away", &error);
        let before = self.files.current().map_err(fail)?;
        if Version::of_bytes(&before) != *expected {
            let cause = "something else wrote it since it was copied";
            return Err(StoreError::new(ErrorKind::Conflict, "take away", self.describe(), cause)
                .hint("Compare it with the copy: both are states now."));
        }
        self.files.back_up(&before).map_err(fail)?;
        self.files.replace(&before, b"").map_err(fail)
    }

    fn fail(&self, verb: &'static str, error: &io::Error) -> StoreError {
        StoreError::io(verb, self.describe(), error)
    }

    fn record(&self) -> PathBuf {
        with_suffix(&self.files.paths.state, record::SUFFIX)
    }

    fn workspace_directory(&self, verb: &'static str, name: &str) -> Result<PathBuf, StoreError> {
        check_workspace(name)?;
        if name == DEFAULT_WORKSPACE {
            let cause = "the default workspace is always there";
            return Err(StoreError::new(ErrorKind::Config, verb, "the workspace \"default\"", cause));
        }
        Ok(self.base.workspaces.join(name))
    }
}

#[async_trait]
impl Store for LocalStore {
    fn describe(&self) -> String {
        format!("the state file {}", self.files.paths.shown.display())
    }

    fn workspace(&self) -> &str {
        &self.workspace
    }

    async fn read(&self) -> Result<Option<Snapshot>, StoreError> {
        let bytes = self.files.current().map_err(|error| self.fail("read", &error))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let state = wire::read(&bytes).map_err(|error| {
            let failure = StoreError::new(ErrorKind::Corrupt, "read", self.describe(), error.to_string());
            StoreError { hint: error.hint, ..failure }
        })?;
        Ok(Some(Snapshot { state, version: Version::of_bytes(&bytes) }))
    }

    async fn write(&self, state: &State, expected: &Version) -> Result<Version, StoreError> {
        let fail = |error: io::Error| self.fail("write", &error);
        let before = self.files.current().map_err(fail)?;
        if Version::of_bytes(&before) != *expected {
            let cause = "it is not the one that was read: something else wrote it since";
            return Err(StoreError::new(ErrorKind::Conflict, "write", self.describe(), cause)
                .hint("Run again: the plan is made anew from what is there now."));
        }
        let text = wire::v4::write(state);
        if !self.backed_up.load(Ordering::Relaxed) {
            self.files.back_up(&before).map_err(fail)?;
            self.backed_up.store(true, Ordering::Relaxed);
        }
        self.files.replace(&before, text.as_bytes()).map_err(fail)?;
        Ok(Version::of_bytes(text.as_bytes()))
    }

    async fn lock(&self, info: LockInfo) -> Result<Lock, StoreError> {
        held::lock(&self.files.paths, info)
    }

    async fn read_lock(&self) -> Result<Option<LockInfo>, StoreError> {
        held::holder(&self.files.paths).map_err(|error| self.fail("read the lock of", &error))
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StoreError> {
        held::force_unlock(&self.files.paths, id)
    }

    async fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        self.journal.append(entries)
    }

    async fn journal(&self) -> Result<Vec<Entry>, StoreError> {
        Ok(self.journal.read()?.entries)
    }

    async fn clear_journal(&self) -> Result<(), StoreError> {
        self.journal.clear()
    }

    async fn read_record(&self) -> Result<Option<Record>, StoreError> {
        record::read(&self.record())
    }

    async fn write_record(&self, record: &Record) -> Result<bool, StoreError> {
        record::write(&self.record(), record).map(|()| true)
    }

    async fn workspaces(&self) -> Result<Vec<String>, StoreError> {
        let fail = |error: io::Error| {
            StoreError::io("list", format!("the workspaces in {}", self.base.workspaces.display()), &error)
        };
        let mut names = Vec::new();
        match fs::read_dir(&self.base.workspaces) {
            Ok(entries) => {
                for entry in entries {
                    let entry = entry.map_err(fail)?;
                    if entry.file_type().map_err(fail)?.is_dir() {
                        names.push(entry.file_name().to_string_lossy().into_owned());
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(fail(error)),
        }
        names.sort();
        names.insert(0, DEFAULT_WORKSPACE.into());
        Ok(names)
    }

    fn in_workspace(&self, name: &str) -> Result<Box<dyn Store>, StoreError> {
        check_workspace(name)?;
        Ok(Box::new(LocalStore::new(self.base.clone(), name)))
    }

    async fn create_workspace(&self, name: &str, _empty: &State) -> Result<(), StoreError> {
        let directory = self.workspace_directory("create", name)?;
        fs::create_dir_all(&directory)
            .map_err(|error| StoreError::io("create", format!("the workspace \"{name}\""), &error))
    }

    async fn delete_workspace(&self, name: &str) -> Result<(), StoreError> {
        let directory = self.workspace_directory("delete", name)?;
        fs::remove_dir_all(&directory)
            .map_err(|error| StoreError::io("delete", format!("the workspace \"{name}\""), &error))
    }
}
