//! Installs one module call after the other below `.terraform/modules`, and remembers them in `modules.json`.

use crate::address::ModuleSource;
use crate::error::{SourceError, SourceErrorKind};
use crate::manifest::{Manifest, ManifestEntry};
use crate::subdir;
use crate::version;
use crate::web::{Network, Web};
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
    /// The version, for a module from a registry.
    pub version: Option<String>,
    /// How it came there.
    pub origin: Origin,
}

/// Installs modules one call at a time; the caller walks the calls, parents first.
///
/// [`ModuleInstaller::finish`] writes the manifest: forgetting it leaves the directory as if nothing had been
/// installed.
#[must_use]
pub struct ModuleInstaller {
    web: Box<dyn Web>,
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
        let web = Box::new(Network::default());
        let root = root.to_owned();
        Ok(ModuleInstaller { web, root, modules, modules_dir, upgrade, earlier, manifest, packages })
    }

    /// Uses this network, which may hold tokens, instead of a plain one.
    pub fn over(mut self, web: impl Web + 'static) -> ModuleInstaller {
        self.web = Box::new(web);
        self
    }

    /// Installs the module that `parent` (a key; empty for the root) calls `name`, from an address as written.
    pub fn install(&mut self, parent: &str, name: &str, source: &str) -> Result<Installed, SourceError> {
        self.install_version(parent, name, source, None)
    }

    /// The same for a call with a `version` argument, such as `~> 1.2`; only a registry's modules take one.
    pub fn install_version(
        &mut self,
        parent: &str,
        name: &str,
        source: &str,
        constraint: Option<&str>,
    ) -> Result<Installed, SourceError> {
        let source = ModuleSource::parse(source)?;
        let key = if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
        let installed = match (&source, constraint) {
            (ModuleSource::Local(path), None) => self.local(parent, key, path)?,
            (ModuleSource::Local(path), Some(_)) => {
                let cause = "a local path has no version";
                return Err(SourceError::invalid("install", path, cause, "remove the version argument"));
            }
            (source, constraint) => self.remote(key, source, constraint)?,
        };
        self.manifest.insert(ManifestEntry {
            key: installed.key.clone(),
            source: source.address(),
            version: installed.version.clone(),
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
        Ok(Installed { key, dir, version: None, origin: Origin::Local })
    }

    fn remote(
        &mut self,
        key: String,
        source: &ModuleSource,
        constraint: Option<&str>,
    ) -> Result<Installed, SourceError> {
        let package = format!("{}/{key}", self.modules_dir);
        self.packages.insert(key.clone(), Some(package.clone()));
        if let Some(entry) = self.present(&key, &package, source, constraint) {
            return Ok(Installed { key, dir: entry.dir, version: entry.version, origin: Origin::Present });
        }
        std::fs::create_dir_all(&self.modules)
            .map_err(|cause| SourceError::io("create", &self.modules, &cause))?;
        let into = self.modules.join(&key);
        let fetched = crate::fetch_version(self.web.as_ref(), source, constraint, &into)?;
        let inside = fetched.dir.strip_prefix(&into).expect("the module's directory is in its package");
        let dir = match inside.to_string_lossy().as_ref() {
            "" => package,
            inside => format!("{package}/{inside}"),
        };
        let origin = Origin::Fetched { commit: fetched.commit };
        Ok(Installed { key, dir, version: fetched.version, origin })
    }

    /// What an earlier run installed, if it is still what is asked for.
    fn present(
        &self,
        key: &str,
        package: &str,
        source: &ModuleSource,
        constraint: Option<&str>,
    ) -> Option<ManifestEntry> {
        let entry = self.earlier.get(key).filter(|_| !self.upgrade)?;
        let same = entry.source == source.address() && version::fits(entry.version.as_deref(), constraint);
        let there = is_below(package, &entry.dir) && self.root.join(&entry.dir).is_dir();
        (same && there).then(|| entry.clone())
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
