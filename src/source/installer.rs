//! Installs one module call after the other below `.terraform/modules`, and remembers them in `modules.json`.

use crate::address::ModuleSource;
use crate::error::{SourceError, SourceErrorKind};
use crate::manifest::{Manifest, ManifestEntry};
use crate::subdir;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// How a module came to be where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is a directory of the calling module's package.
    Local,
    /// It was there from an earlier run, from the same source.
    Present,
    /// It was fetched now.
    Fetched {
        /// The commit, where the source is Git.
        commit: Option<String>,
    },
}

/// One installed module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The module's path of call names, such as `network.subnets`.
    pub key: String,
    /// Its directory, relative to the root module's, with forward slashes.
    pub dir: String,
    /// How it came there.
    pub origin: Origin,
}

/// Installs modules one call at a time; the caller walks the calls, parents first.
///
/// [`ModuleInstaller::finish`] writes the manifest: forgetting it leaves the directory as if nothing had been
/// installed.
#[must_use]
pub struct ModuleInstaller {
    root: PathBuf,
    modules: PathBuf,
    modules_dir: String,
    upgrade: bool,
    earlier: Manifest,
    manifest: Manifest,
    /// For each key, the directory its local calls may not leave (relative to the root), if it was fetched.
    packages: BTreeMap<String, Option<String>>,
}

impl ModuleInstaller {
    /// Begins for the root module in `root`. `data_dir` is `.terraform` or what stands for it, relative to
    /// `root` or absolute; with `upgrade`, fetched modules are fetched again.
    pub fn new(root: &Path, data_dir: &str, upgrade: bool) -> Result<ModuleInstaller, SourceError> {
        let modules_dir = format!("{}/modules", data_dir.trim_end_matches('/'));
        let modules = root.join(&modules_dir);
        let earlier = Manifest::load(&modules.join("modules.json"))?;
        let mut manifest = Manifest::default();
        let root_entry =
            ManifestEntry { key: String::new(), source: String::new(), version: None, dir: ".".to_owned() };
        manifest.insert(root_entry);
        let packages = BTreeMap::from([(String::new(), None)]);
        Ok(ModuleInstaller {
            root: root.to_owned(),
            modules,
            modules_dir,
            upgrade,
            earlier,
            manifest,
            packages,
        })
    }

    /// Installs the module that `parent` (a key; empty for the root) calls `name`, from an address as written.
    pub fn install(&mut self, parent: &str, name: &str, source: &str) -> Result<Installed, SourceError> {
        let source = ModuleSource::parse(source)?;
        let key = if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
        let installed = match &source {
            ModuleSource::Local(path) => self.local(parent, key, path)?,
            source => self.remote(key, source)?,
        };
        self.manifest.insert(ManifestEntry {
            key: installed.key.clone(),
            source: source.address(),
            version: None,
            dir: installed.dir.clone(),
        });
        Ok(installed)
    }

    /// The manifest of what was installed so far.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Writes `modules.json` and returns what is in it. Where the configuration calls no module, none is written.
    pub fn finish(self) -> Result<Manifest, SourceError> {
        let path = self.modules.join("modules.json");
        if self.manifest.entries().count() > 1 || self.earlier != Manifest::default() {
            self.manifest.save(&path)?;
        }
        Ok(self.manifest)
    }

    fn local(&mut self, parent: &str, key: String, path: &str) -> Result<Installed, SourceError> {
        let parent_dir = self.manifest.get(parent).map(|entry| entry.dir.clone()).ok_or_else(|| {
            let cause = format!("the calling module \"{parent}\" isn't installed");
            SourceError::invalid("install", &key, cause, "install parents before their children")
        })?;
        let dir = join(&parent_dir, path);
        let package = self.packages.get(parent).cloned().flatten();
        if let Some(package) = &package {
            let below = dir == *package || dir.starts_with(&format!("{package}/"));
            let real = |path: &str| self.root.join(path).canonicalize();
            let really =
                real(&dir).ok().zip(real(package).ok()).is_none_or(|(dir, top)| dir.starts_with(top));
            if !below || !really {
                return Err(escapes(&key, path));
            }
        }
        if !self.root.join(&dir).is_dir() {
            let object = format!("module \"{key}\"");
            let cause = format!("the directory {dir} does not exist or is not a directory");
            return Err(SourceError::new(SourceErrorKind::Unreadable, "read", object, cause)
                .hint("check the path in its source argument"));
        }
        self.packages.insert(key.clone(), package);
        Ok(Installed { key, dir, origin: Origin::Local })
    }

    fn remote(&mut self, key: String, source: &ModuleSource) -> Result<Installed, SourceError> {
        let package = format!("{}/{key}", self.modules_dir);
        self.packages.insert(key.clone(), Some(package.clone()));
        let earlier = self.earlier.get(&key).filter(|entry| entry.source == source.address());
        if let Some(entry) = earlier.filter(|_| !self.upgrade)
            && is_below(&package, &entry.dir)
            && self.root.join(&entry.dir).is_dir()
        {
            return Ok(Installed { key, dir: entry.dir.clone(), origin: Origin::Present });
        }
        std::fs::create_dir_all(&self.modules)
            .map_err(|cause| SourceError::io("create", &self.modules, &cause))?;
        let into = self.modules.join(&key);
        let fetched = crate::fetch(source, &into)?;
        let inside = fetched.dir.strip_prefix(&into).expect("the module's directory is in its package");
        let dir = match inside.to_string_lossy().as_ref() {
            "" => package,
            inside => format!("{package}/{inside}"),
        };
        Ok(Installed { key, dir, origin: Origin::Fetched { commit: fetched.commit } })
    }
}

/// Whether a directory from a manifest, which anyone may have edited, is the package or below it.
fn is_below(package: &str, dir: &str) -> bool {
    let plain = !Path::new(dir).components().any(|part| part == Component::ParentDir);
    plain && (dir == package || dir.starts_with(&format!("{package}/")))
}

/// Joins a cleaned local address to a directory relative to the root; the result may start with `..`.
fn join(parent: &str, path: &str) -> String {
    let joined = format!("{parent}/{path}");
    if joined.starts_with('/') {
        return format!("/{}", subdir::clean(&joined).unwrap_or_default());
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

fn escapes(key: &str, path: &str) -> SourceError {
    let cause = format!("\"{path}\" leads outside of the package that the calling module came with");
    SourceError::new(SourceErrorKind::Escapes, "install", format!("module \"{key}\""), cause)
        .hint("a fetched module can call only modules of its own package by a local path")
}
