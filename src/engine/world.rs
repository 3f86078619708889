//! What a run is lent by the outside: directory, clock, randomness, providers, somebody who watches.

use crate::files::read_text;
use crate::inputs::Given;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tokio::sync::watch;
use trueup_addr::ResourceInstance;
use trueup_apply::Interrupt;
use trueup_diag::Diagnostic;
use trueup_evaluate::Host;
use trueup_evaluate::functions::{DirectoryEntry, FileKind};
use trueup_plan::SnapshotOrigin;
use trueup_provider::Factory;
use trueup_state::Commit;

/// Something that happened, for whoever watches.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Objects are about to be read with one provider configuration, in batches where it can.
    Refreshing {
        /// The provider's name, such as `aws`.
        provider: String,
        /// What is read.
        objects: Vec<Refreshed>,
    },
    /// The same objects were read, or could not be.
    Refreshed {
        /// The provider's name.
        provider: String,
        /// What was read.
        objects: Vec<Refreshed>,
    },
    /// An `import` block's object is about to be looked for.
    Importing {
        /// The instance that it becomes.
        addr: ResourceInstance,
        /// Its import id, where that names it.
        id: Option<String>,
    },
    /// The state has it from now on.
    Imported {
        /// The instance.
        addr: ResourceInstance,
        /// Its import id, where that named it.
        id: Option<String>,
    },
    /// A data source is about to be read.
    Reading(ResourceInstance),
    /// A data source was read, or could not be.
    Read {
        /// The data source.
        addr: ResourceInstance,
        /// Its `id`, where it has one that is not sensitive.
        id: Option<String>,
        /// Whether there is an answer.
        good: bool,
    },
    /// A step of an apply.
    Step(trueup_apply::Event),
    /// Somebody else holds the lock; it is tried again.
    Waiting(String),
}

/// An object that is read as it really is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// The instance.
    pub addr: ResourceInstance,
    /// The key of a deposed object.
    pub deposed: Option<String>,
    /// The object's `id`, where it has one that is not sensitive.
    pub id: Option<String>,
}

/// Is told what happens, from many tasks.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn event(&self, event: &Event);

    /// Asks a person for the value of a variable that has none: an answer as `-var` takes it.
    fn ask(&self, _wanted: &Wanted<'_>) -> Option<String> {
        None
    }
}

/// A root variable without a value.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// Nobody should see what is answered.
    pub sensitive: bool,
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn event(&self, _event: &Event) {}
}

/// Which modules are told that they use what is deprecated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deprecations {
    /// All.
    #[default]
    All,
    /// The root module, and those that are called by a path from one that is told.
    Local,
    /// None.
    None,
}

/// Fills with unpredictable bytes.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// A commit whose files were written into a directory.
#[derive(Clone, Debug)]
pub struct TakenFrom {
    /// The commit.
    pub commit: Commit,
    /// How to take it again, for a plan file.
    pub origin: SnapshotOrigin,
}

/// The outside.
#[derive(Clone)]
pub struct World {
    /// The root module's directory.
    pub dir: PathBuf,
    /// Where the program was started, as an absolute path: what `path.cwd` says.
    pub started_in: PathBuf,
    /// What the paths of a local state are relative to.
    pub state_dir: PathBuf,
    /// Says that the directory holds a commit that was taken out of Git, and no working tree.
    pub taken_from: Option<TakenFrom>,
    /// The commit of the working tree, once somebody has looked: worlds of one tree share it.
    pub tree: Arc<OnceLock<Option<Commit>>>,
    /// Where modules and the backend's settings are kept, `.terraform` unless `TF_DATA_DIR` says otherwise.
    pub data_dir: PathBuf,
    /// Environment variables.
    pub environment: Arc<BTreeMap<String, String>>,
    /// What the command line gives for variables: modules and the backend may depend on them.
    pub given: Vec<Given>,
    /// Who is told of deprecated variables and outputs of modules.
    pub deprecations: Deprecations,
    /// Now, RFC 3339 in UTC with whole seconds.
    pub clock: Arc<dyn Fn() -> String + Send + Sync>,
    /// Now, in whole seconds since 1970.
    pub seconds: fn() -> u64,
    /// Fills with unpredictable bytes.
    pub random: Random,
    /// `user@host`
    pub who: String,
    /// Makes providers.
    pub factory: Arc<dyn Factory>,
    /// Is told what happens.
    pub observer: Arc<dyn Observer>,
    /// Tokens by host, for registries and archives that modules come from.
    pub tokens: Arc<BTreeMap<String, String>>,
    /// How far a person wants to stop.
    pub interrupt: watch::Receiver<Interrupt>,
}

impl World {
    /// 32 hexadecimal digits that nobody else has.
    pub fn token(&self) -> Arc<str> {
        let mut bytes = [0; 16];
        (self.random)(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
    }

    /// A random UUID.
    pub fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        (self.random)(&mut bytes);
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// The commit that the configuration is of.
    pub(crate) fn commit(&self) -> Option<Commit> {
        if let Some(taken) = &self.taken_from {
            return Some(taken.commit.clone());
        }
        let look = || {
            let info = trueup_source::describe(&self.dir).ok().flatten()?;
            Some(Commit { hash: info.commit?, branch: info.branch, dirty: info.dirty })
        };
        self.tree.get_or_init(look).clone()
    }

    /// The selected workspace.
    ///
    /// # Errors
    /// When a workspace is selected and nobody can read which: the default one's objects are not those to work on.
    pub fn workspace(&self) -> Result<String, Box<Diagnostic>> {
        if let Some(named) = self.environment.get("TF_WORKSPACE").filter(|name| !name.is_empty()) {
            return Ok(named.clone());
        }
        let note = self.data_dir.join("environment");
        let kept = match read_text(&note) {
            Ok(text) => text.trim().to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                let detail = format!(
                    "{} says which workspace is selected, and it can't be read: {error}.",
                    note.display()
                );
                let diagnostic = Diagnostic::error("Failed to read the selected workspace", detail);
                return Err(Box::new(diagnostic.hint(
                    "make the file readable, or take it away and select the workspace anew: \"trueup workspace select NAME\"",
                )));
            }
        };
        Ok(if kept.is_empty() { "default".into() } else { kept })
    }

    /// What functions may use while planning (`plan_time` is when) or otherwise.
    pub(crate) fn host(&self, plan_time: Option<Arc<str>>, impure_unknown: bool) -> Arc<dyn Host> {
        Arc::new(RunHost { world: self.clone(), plan_time, impure_unknown })
    }
}

struct RunHost {
    world: World,
    plan_time: Option<Arc<str>>,
    impure_unknown: bool,
}

impl RunHost {
    /// Where a path of the configuration leads. A configuration out of a commit lies elsewhere, but says
    /// (`abspath`) that it lies where the run was started; what isn't in the commit is looked for there.
    fn path(&self, path: &str) -> PathBuf {
        let path = Path::new(path);
        if self.world.taken_from.is_some()
            && let Ok(inside) = path.strip_prefix(&self.world.started_in)
        {
            let taken = self.world.dir.join(inside);
            if taken.exists() {
                return taken;
            }
        }
        self.world.dir.join(path)
    }
}

fn kind_of(metadata: &std::fs::Metadata) -> FileKind {
    if metadata.is_file() {
        FileKind::File
    } else if metadata.is_dir() {
        FileKind::Directory
    } else {
        FileKind::Other
    }
}

/// What functions read of one file.
const READ_BYTES_MAX: u64 = 1 << 28;

#[cfg(unix)]
fn is_pipe(kind: std::fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
fn is_pipe(_: std::fs::FileType) -> bool {
    false
}

impl Host for RunHost {
    fn read_file(&self, path: &str) -> io::Result<Vec<u8>> {
        let path = self.path(path);
        let kind = std::fs::metadata(&path)?.file_type();
        // A device such as a terminal or /dev/zero has no end; pipes are what a shell makes of <(command).
        if !(kind.is_file() || kind.is_dir() || is_pipe(kind)) {
            return Err(io::Error::other("it is neither a file nor a pipe"));
        }
        crate::files::read_at_most(&path, READ_BYTES_MAX)
    }

    fn file_kind(&self, path: &str) -> io::Result<FileKind> {
        std::fs::metadata(self.path(path)).map(|metadata| kind_of(&metadata))
    }

    fn list_directory(&self, path: &str) -> io::Result<Vec<DirectoryEntry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(self.path(path))? {
            let entry = entry?;
            let kind = std::fs::metadata(entry.path()).map_or(FileKind::Other, |metadata| kind_of(&metadata));
            let is_link = entry.file_type().is_ok_and(|ty| ty.is_symlink());
            entries.push(DirectoryEntry {
                name: entry.file_name().to_string_lossy().into_owned(),
                kind,
                is_link,
            });
        }
        Ok(entries)
    }

    fn working_directory(&self) -> io::Result<String> {
        let dir = if self.world.taken_from.is_some() { &self.world.started_in } else { &self.world.dir };
        Ok(std::path::absolute(dir)?.to_string_lossy().into_owned())
    }

    fn home_directory(&self) -> Option<String> {
        self.world.environment.get("HOME").cloned()
    }

    fn now(&self) -> String {
        (self.world.clock)()
    }

    fn plan_timestamp(&self) -> Option<String> {
        self.plan_time.as_ref().map(ToString::to_string)
    }

    fn random(&self, bytes: &mut [u8]) {
        (self.world.random)(bytes);
    }

    fn impure_unknown(&self) -> bool {
        self.impure_unknown
    }
}
