//! The test files of a configuration.

use crate::file::{RunModule, TestFile};
use crate::read::{MockFiles, read_file};
use crate::runner::modules::{Modules, noted};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources, nearest};
use trueup_engine::{TestModule, World, load_module};
use trueup_resolve::Program;

/// Endings of test files. Of two files that differ in this only, the first counts.
const ENDINGS: [&str; 4] = [".tofutest.hcl", ".tofutest.json", ".tftest.hcl", ".tftest.json"];
/// Endings of files with made-up values.
const MOCK_ENDINGS: [&str; 4] = [".tofumock.hcl", ".tofumock.json", ".tfmock.hcl", ".tfmock.json"];
/// Where test files are besides the configuration's own directory.
const DIRECTORY: &str = "tests";
/// No person writes a larger file.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What is read.
#[derive(Clone, Debug)]
pub struct SuiteOptions {
    /// `-test-directory`
    pub directory: String,
    /// `-filter`: only these files, unless there are none.
    pub filter: Vec<String>,
}

impl Default for SuiteOptions {
    fn default() -> SuiteOptions {
        SuiteOptions { directory: DIRECTORY.into(), filter: Vec::new() }
    }
}

/// A configuration with its test files.
pub struct Suite {
    /// The configuration that is tested.
    pub program: Arc<Program>,
    /// In order of name.
    pub files: Vec<TestFile>,
    /// The directory of tests, as it is called in paths.
    pub directory: String,
    /// The texts of all of them.
    pub sources: Sources,
    /// What is wrong with any of them.
    pub diagnostics: Diagnostics,
}

struct Disk<'w>(&'w Path);

impl MockFiles for Disk<'_> {
    fn mock_files(&self, dir: &str) -> io::Result<Vec<(String, String)>> {
        let mut out = Vec::new();
        for name in names(&self.0.join(dir), &MOCK_ENDINGS)? {
            let shown = joined(dir, &name);
            let text = text(&self.0.join(&shown))?;
            out.push((shown, text));
        }
        Ok(out)
    }
}

/// Reads a configuration and its tests.
pub fn read_suite(world: &World, options: &SuiteOptions) -> Suite {
    let mut sources = Sources::default();
    let (program, mut diagnostics) = load_module(world, Some("."), "", &mut sources);
    let (files, directory, found) = read_files(world, options, &mut sources);
    diagnostics.append(found);
    Suite { program: Arc::new(program), files, directory, sources, diagnostics }
}

/// Judges test files, whose texts are added to `sources`, and the modules that they name.
pub fn validate(world: &World, directory: &str, sources: &mut Sources) -> Diagnostics {
    let options = SuiteOptions { directory: directory.into(), filter: Vec::new() };
    let (files, _, mut found) = read_files(world, &options, sources);
    if !found.has_errors() {
        found.append(Modules::load(world, &files, sources).problems());
    }
    found
}

/// The modules that test files name, for what fetches them; an error where a file can't be read.
pub fn test_modules(world: &World, directory: &str) -> Result<Vec<TestModule>, (Diagnostics, Sources)> {
    let mut sources = Sources::default();
    let options = SuiteOptions { directory: directory.into(), filter: Vec::new() };
    let (files, _, found) = read_files(world, &options, &mut sources);
    if found.has_errors() {
        return Err((found, sources));
    }
    let modules = files.iter().flat_map(|file| {
        file.runs.iter().filter_map(|run| {
            let RunModule { source, version, .. } = run.module.clone()?;
            Some(TestModule { key: noted(&file.name, &run.name), source, version })
        })
    });
    Ok(modules.collect())
}

/// The test files, in order of name, and the directory of tests as it is called in paths.
fn read_files(
    world: &World,
    options: &SuiteOptions,
    sources: &mut Sources,
) -> (Vec<TestFile>, String, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let directory = match test_directory(&options.directory) {
        Ok(directory) => directory,
        Err(problem) => return (Vec::new(), String::new(), (*problem).into()),
    };
    let mut paths = Vec::new();
    for dir in BTreeSet::from([".", &*directory]) {
        match names(&world.dir.join(dir), &ENDINGS) {
            Ok(found) => paths.extend(found.into_iter().map(|name| joined(dir, &name))),
            Err(error) if error.kind() == io::ErrorKind::NotFound && dir == DIRECTORY => {}
            Err(error) => diagnostics.push(no_directory(dir, &error)),
        }
    }
    paths.sort();
    let paths = filtered(paths, &options.filter, &mut diagnostics);
    let mut files = Vec::new();
    for path in paths {
        match text(&world.dir.join(&path)) {
            Ok(text) => {
                let (file, found) = read_file(&path, &text, sources, &Disk(&world.dir));
                diagnostics.append(found);
                files.push(file);
            }
            Err(error) => {
                let detail = format!("The test file {path} can't be read: {error}.");
                diagnostics.push(Diagnostic::error("Failed to read file", detail));
            }
        }
    }
    (files, directory, diagnostics)
}

/// The text of a file that ends.
fn text(path: &Path) -> io::Result<String> {
    let found = std::fs::metadata(path)?;
    if !found.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    if found.len() > FILE_BYTES_MAX {
        return Err(io::Error::other(format!(
            "it has {} bytes, and at most {FILE_BYTES_MAX} are read",
            found.len()
        )));
    }
    std::fs::read_to_string(path)
}

fn no_directory(dir: &str, error: &io::Error) -> Diagnostic {
    if error.kind() == io::ErrorKind::NotFound {
        let detail = format!("There is no directory {dir}, which was asked for with -test-directory.");
        return Diagnostic::warning("Test directory does not exist", detail);
    }
    Diagnostic::error("Unreadable test directory", format!("The directory {dir} can't be read: {error}."))
}

/// Tests stand within the configuration's own directory.
fn test_directory(given: &str) -> Result<String, Box<Diagnostic>> {
    let mut inside = PathBuf::new();
    for component in Path::new(given).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(name) => inside.push(name),
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                let detail = format!(
                    "The directory of tests is a relative path inside of the configuration's directory, which {given} is not."
                );
                return Err(Box::new(Diagnostic::error("Invalid testing directory", detail)));
            }
        }
    }
    let text = inside.to_string_lossy().into_owned();
    Ok(if text.is_empty() { ".".into() } else { text })
}

fn joined(dir: &str, name: &str) -> String {
    if dir == "." { name.to_owned() } else { format!("{dir}/{name}") }
}

/// The names in a directory that end so; of several with the same beginning, the one with the first ending.
fn names(dir: &Path, endings: &[&str]) -> io::Result<Vec<String>> {
    let mut found: BTreeMap<(String, bool), (usize, String)> = BTreeMap::new();
    for entry in std::fs::read_dir(dir)? {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        let rank = endings.iter().position(|ending| name.ends_with(ending));
        let Some(rank) = rank.filter(|_| !name.starts_with('.')) else { continue };
        let json = Path::new(&name).extension().is_some_and(|kind| kind == "json");
        let begin = name[..name.len() - endings[rank].len()].to_owned();
        let best = found.entry((begin, json)).or_insert((rank, name.clone()));
        if rank < best.0 {
            *best = (rank, name);
        }
    }
    Ok(found.into_values().map(|(_, name)| name).collect())
}

/// The files that are asked for; a warning for each that isn't there.
fn filtered(paths: Vec<String>, filter: &[String], diagnostics: &mut Diagnostics) -> Vec<String> {
    if filter.is_empty() {
        return paths;
    }
    let plain = |path: &str| path.strip_prefix("./").unwrap_or(path).to_owned();
    let wanted: BTreeSet<String> = filter.iter().map(|path| plain(path)).collect();
    for one in wanted.iter().filter(|one| !paths.contains(one)) {
        let near = nearest(one, paths.iter().map(String::as_str));
        let hint = near.map_or_else(
            || "give the path as it is shown, relative to the configuration".to_owned(),
            |near| format!("did you mean \"{near}\"?"),
        );
        let detail = format!("There is no test file {one}, which -filter asks for.");
        diagnostics.push(Diagnostic::warning("Unknown test file", detail).hint(hint));
    }
    paths.into_iter().filter(|path| wanted.contains(path)).collect()
}
