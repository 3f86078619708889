//! What functions may ask of the world.

use super::FunctionError;
use std::collections::BTreeMap;
use std::io;
use trueup_value::{Name, Value};

/// What a path leads to, symbolic links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A device, socket or the like.
    Other,
}

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The last part of the path.
    pub name: String,
    /// What it is, symbolic links followed; a link that leads nowhere is [`FileKind::Other`].
    pub kind: FileKind,
    /// It is a symbolic link.
    pub is_link: bool,
}

/// The world as functions see it: files, clock, randomness and templates. Paths are as the configuration has
/// them, `~` already replaced; relative ones are relative to the working directory of the run.
pub trait World {
    /// The bytes of a file.
    fn read_file(&self, path: &str) -> io::Result<Vec<u8>>;

    /// What is there, symbolic links followed; [`io::ErrorKind::NotFound`] if there is nothing.
    fn file_kind(&self, path: &str) -> io::Result<FileKind>;

    /// The names in a directory, in any order, without `.` and `..`.
    fn list_directory(&self, path: &str) -> io::Result<Vec<DirectoryEntry>>;

    /// The absolute path of the working directory.
    fn working_directory(&self) -> io::Result<String>;

    /// The home directory of the user, if there is one.
    fn home_directory(&self) -> Option<String>;

    /// Now, as RFC 3339 in UTC with whole seconds: `2025-01-31T12:00:00Z`.
    fn now(&self) -> String;

    /// When the plan was made, in the form of [`World::now`]; none where there is no plan, as in the console.
    fn plan_timestamp(&self) -> Option<String>;

    /// Fills with unpredictable bytes.
    fn random(&self, bytes: &mut [u8]);

    /// Whether results that differ from call to call (`timestamp`, `uuid`, `bcrypt`) are unknown, as they are
    /// while planning.
    fn impure_unknown(&self) -> bool;

    /// The value of a template with these variables. `name` is for messages: the file's path or a place.
    fn render_template(
        &self,
        source: &str,
        name: &str,
        variables: &BTreeMap<Name, Value>,
    ) -> Result<Value, FunctionError>;

    /// The attributes of a file of variables (`.tfvars`), which may only be constants.
    fn decode_variables(&self, source: &str) -> Result<BTreeMap<Name, Value>, FunctionError>;
}
