//! A world in memory.

use super::super::{DirectoryEntry, FileKind, FunctionError, World};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use trueup_value::{Name, Value};

/// Files by path, and whether a plan is being made.
#[derive(Default)]
pub(crate) struct Fake {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) planning: bool,
}

impl Fake {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Fake {
        let files = files.iter().map(|(path, content)| ((*path).to_owned(), content.to_vec())).collect();
        Fake { files, planning: false }
    }

    /// The names directly in a directory, with whether they are directories.
    fn names(&self, directory: &str) -> BTreeSet<(String, bool)> {
        let prefix = if directory == "." { String::new() } else { format!("{directory}/") };
        let inside = self.files.keys().filter_map(|path| path.strip_prefix(&prefix));
        inside
            .map(|path| {
                path.split_once('/').map_or((path.to_owned(), false), |(name, _)| (name.to_owned(), true))
            })
            .collect()
    }
}

impl World for Fake {
    fn read_file(&self, path: &str) -> io::Result<Vec<u8>> {
        match (self.files.get(path), self.file_kind(path)) {
            (Some(content), _) => Ok(content.clone()),
            (None, Ok(FileKind::Directory)) => Err(io::ErrorKind::IsADirectory.into()),
            (None, _) => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn file_kind(&self, path: &str) -> io::Result<FileKind> {
        if self.files.contains_key(path) {
            Ok(FileKind::File)
        } else if path == "." || !self.names(path).is_empty() {
            Ok(FileKind::Directory)
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    fn list_directory(&self, path: &str) -> io::Result<Vec<DirectoryEntry>> {
        let names = self.names(path);
        if names.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let kind = |directory| if directory { FileKind::Directory } else { FileKind::File };
        Ok(names
            .into_iter()
            .map(|(name, directory)| DirectoryEntry { name, kind: kind(directory), is_link: false })
            .collect())
    }

    fn working_directory(&self) -> io::Result<String> {
        Ok("/home".into())
    }

    fn home_directory(&self) -> Option<String> {
        Some("/home/ann".into())
    }

    fn now(&self) -> String {
        "2025-01-31T12:00:00Z".into()
    }

    fn plan_timestamp(&self) -> Option<String> {
        self.planning.then(|| "2025-01-31T11:00:00Z".into())
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }

    fn impure_unknown(&self) -> bool {
        self.planning
    }

    fn render_template(
        &self,
        source: &str,
        _name: &str,
        variables: &BTreeMap<Name, Value>,
    ) -> Result<Value, FunctionError> {
        Ok(Value::string(format!("{source}{}", variables.len())))
    }

    fn decode_variables(&self, source: &str) -> Result<BTreeMap<Name, Value>, FunctionError> {
        Ok(BTreeMap::from([("source".into(), Value::string(source))]))
    }
}
