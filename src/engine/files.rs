//! Configuration files of the root module and of the modules it calls, from disk.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use trueup_addr::ModulePath;
use trueup_diag::Diagnostic;
use trueup_resolve::program::ModuleCall;
use trueup_resolve::{Files, Loader};
use trueup_source::{Manifest, ModuleSource, redact};

/// A configuration file larger than this is refused: no person wrote it.
pub(crate) const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Reads modules from disk: local ones where they stand, others where `init` put them.
pub(crate) struct DiskLoader {
    /// The working directory's root module.
    root: PathBuf,
    manifest: Option<Manifest>,
}

impl DiskLoader {
    pub(crate) fn new(root: &Path, manifest: Option<Manifest>) -> DiskLoader {
        DiskLoader { root: root.to_path_buf(), manifest }
    }

    pub(crate) fn read(&self, shown: &str) -> Result<Files, Box<Diagnostic>> {
        let dir = self.root.join(shown);
        let unreadable = |what: &Path, error: &io::Error| {
            Box::new(Diagnostic::error(
                "Unreadable module directory",
                format!("The module directory {} can't be read: {error}.", what.display()),
            ))
        };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&dir).map_err(|error| unreadable(&dir, &error))? {
            let entry = entry.map_err(|error| unreadable(&dir, &error))?;
            if let Some(name) = entry.file_name().to_str().filter(|name| is_configuration(name)) {
                names.push(name.to_owned());
            }
        }
        names.sort();
        let mut files = Vec::with_capacity(names.len());
        for name in names {
            let path = dir.join(&name);
            let bytes = read_regular(&path, FILE_BYTES_MAX).map_err(|error| {
                Box::new(Diagnostic::error(
                    "Failed to read file",
                    format!("The file {} can't be read: {error}.", path.display()),
                ))
            })?;
            let text = String::from_utf8(bytes).map_err(|_| {
                Box::new(Diagnostic::error(
                    "Invalid character encoding",
                    format!("The file {} is not encoded in UTF-8.", path.display()),
                ))
            })?;
            files.push((name, text));
        }
        Ok(Files { dir: shown.into(), files })
    }
}

/// The bytes of a regular file, or of one that a link leads to: not of a pipe, a terminal or another device, which may
/// have no end. An error where it is longer than `bytes_max`.
pub(crate) fn read_regular(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let found = std::fs::metadata(path)?;
    if found.is_file() || found.is_dir() {
        return read_at_most(path, bytes_max);
    }
    Err(io::Error::other("it is not a regular file"))
}

/// The text of a small regular file, such as those that this program keeps for itself.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read_regular(path, FILE_BYTES_MAX)?).map_err(io::Error::other)
}

/// The bytes of a file; an error where there are more than `bytes_max`, whatever its length is said to be.
pub(crate) fn read_at_most(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::Error::other(format!("it has more than {bytes_max} bytes, the most that are read")));
    }
    Ok(bytes)
}

/// Whether there are files of a configuration in a directory.
pub fn has_configuration(dir: &Path) -> bool {
    let entries = std::fs::read_dir(dir).into_iter().flatten();
    let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.any(|name| is_configuration(&name))
}

fn is_configuration(name: &str) -> bool {
    let known = [".tf", ".tf.json", ".tofu", ".tofu.json"];
    known.iter().any(|ending| name.ends_with(ending))
        && !name.starts_with('.')
        && !name.ends_with('~')
        && !name.starts_with('#')
}

impl Loader for DiskLoader {
    fn root(&mut self) -> Result<Files, Box<Diagnostic>> {
        self.read(".")
    }

    fn child(
        &mut self,
        path: &ModulePath,
        parent_dir: &str,
        call: &ModuleCall,
    ) -> Result<Files, Box<Diagnostic>> {
        let source = ModuleSource::parse(&call.source)
            .map_err(|error| Box::new(error.diagnostic().at(call.source_span)))?;
        versioned(&source, call)?;
        let key: Vec<&str> = path.0.iter().map(|name| &**name).collect();
        let found = self.manifest.as_ref().and_then(|manifest| manifest.get(&key.join(".")));
        match found {
            // A local module is read where it stands: what `init` noted of it may be older than the configuration.
            Some(entry)
                if entry.source == source.address()
                    && let ModuleSource::Local(relative) = &source =>
            {
                self.read(&join(parent_dir, relative))
                    .map_err(|diagnostic| Box::new(diagnostic.at_opt(Some(call.source_span))))
            }
            Some(entry) if entry.source == source.address() => self
                .read(&entry.dir)
                .map_err(|diagnostic| Box::new(diagnostic.at_opt(Some(call.source_span)))),
            Some(_) => Err(Box::new(
                Diagnostic::error(
                    "Module source has changed",
                    format!("The source of module \"{}\" was changed since it was fetched.", call.name),
                )
                .at(call.source_span)
                .hint("run \"trueup init\" to fetch it"),
            )),
            None => Err(Box::new(
                Diagnostic::error(
                    "Module not installed",
                    format!("Module \"{}\" is not there yet.", call.name),
                )
                .at(call.source_span)
                .hint("run \"trueup init\" to fetch all modules that the configuration calls"),
            )),
        }
    }
}

/// Refuses a version of what has none: only the modules of a registry do.
pub(crate) fn versioned(source: &ModuleSource, call: &ModuleCall) -> Result<(), Box<Diagnostic>> {
    if call.version.is_none() || matches!(source, ModuleSource::Registry { .. }) {
        return Ok(());
    }
    let detail = format!(
        "The call of module \"{}\" asks for a version, and only modules of a registry have versions: {} is no address of one.",
        call.name,
        redact(&call.source)
    );
    let found = Diagnostic::error("Invalid registry module source address", detail).at(call.source_span);
    Err(Box::new(
        found.hint("remove the version argument, or name the module in a registry: NAMESPACE/NAME/SYSTEM"),
    ))
}

/// A path relative to a module's directory, as `path.module` shows it.
pub(crate) fn join(parent: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in parent.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".into() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn relative_paths_are_joined_without_dots() {
        for (parent, relative, joined) in [
            (".", "./modules/a", "modules/a"),
            ("modules/a", "../b", "modules/b"),
            ("modules/a", "../../../x", "../x"),
            (".", "./", "."),
        ] {
            assert_eq!(join(parent, relative), joined, "{parent} + {relative}");
        }
    }
}
