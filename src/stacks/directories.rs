//! The directories of a repository that hold modules, and what each is used for.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::LazyLock;
use trueup_diag::{Diagnostic, Sources};
use trueup_parse::ast::{Body, ExprKind, TemplatePart};
use trueup_parse::{BodySchema, parse_config, parse_json_config};

/// What a file of a configuration ends in.
const ENDINGS: [&str; 4] = [".tf", ".tf.json", ".tofu", ".tofu.json"];
/// Directories that hold modules for others, or things to look at, and no environment of their own.
const SIDE: [&str; 5] = ["modules", "examples", "tests", "test", "fixtures"];
/// Directories that programs fill.
const FILLED: [&str; 2] = ["node_modules", "vendor"];
/// How deep directories are followed.
const DEPTH_MAX: usize = 24;
/// No person writes a larger file.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

static TOP: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default().block("terraform", &[]).block("provider", &["name"]).block("module", &["name"])
});
static TERRAFORM: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().block("backend", &["type"]).block("cloud", &[]));
static MODULE: LazyLock<BodySchema> = LazyLock::new(|| BodySchema::default().optional("source"));

/// What a directory's configuration says of its use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Use {
    /// It says where its state is.
    keeps_state: bool,
    /// The directories of this repository that it calls as modules.
    pub(crate) calls: BTreeSet<String>,
}

/// Every directory below `root` that holds a module, by its path with forward slashes.
///
/// Hidden directories are left out, and links are not followed.
pub(crate) fn modules(root: &Path) -> Result<BTreeMap<String, Use>, Box<Diagnostic>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![(String::new(), 0)];
    while let Some((directory, depth)) = waiting.pop() {
        let listed = list(&root.join(&directory)).map_err(|error| unreadable(&directory, &error))?;
        if depth < DEPTH_MAX {
            let below = listed.directories.iter().filter(|name| !FILLED.contains(&name.as_str()));
            waiting.extend(below.filter_map(|name| Some((joined(&directory, name)?, depth + 1))));
        }
        if !listed.configurations.is_empty() {
            let used = look(root, &directory, &listed.configurations)?;
            found.insert(directory, used);
        }
    }
    Ok(found)
}

/// Whether a file of a repository, by its path, belongs to a configuration where stacks are looked for.
pub fn is_configuration(path: &str) -> bool {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut steps = directory.split('/').filter(|step| !step.is_empty());
    let is_looked_at = |step: &str| !step.starts_with('.') && !FILLED.contains(&step);
    is_named_so(name) && steps.clone().count() <= DEPTH_MAX && steps.all(is_looked_at)
}

/// The same as [`modules`], out of the texts of files by their paths.
pub(crate) fn modules_of(files: &BTreeMap<String, String>) -> BTreeMap<String, Use> {
    let mut found: BTreeMap<String, Use> = BTreeMap::new();
    for (path, text) in files.iter().filter(|(path, _)| is_configuration(path)) {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        look_at((path, text), directory, found.entry(directory.to_owned()).or_default());
    }
    found
}

/// Those of the directories that are root modules: they say where their state is, or no other directory calls them and
/// they don't stand aside.
pub(crate) fn roots(modules: &BTreeMap<String, Use>) -> BTreeSet<&str> {
    let called: BTreeSet<&str> = modules.values().flat_map(|one| &one.calls).map(String::as_str).collect();
    let aside = |directory: &str| directory.split('/').any(|name| SIDE.contains(&name));
    let is_root = |(directory, used): &(&String, &Use)| {
        used.keeps_state || (!called.contains(directory.as_str()) && !aside(directory))
    };
    modules.iter().filter(is_root).map(|(directory, _)| directory.as_str()).collect()
}

/// A directory and all those that it calls, directly or through others.
pub(crate) fn closure(modules: &BTreeMap<String, Use>, directory: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::from([directory.to_owned()]);
    let mut waiting = vec![directory.to_owned()];
    while let Some(next) = waiting.pop() {
        for called in modules.get(&next).into_iter().flat_map(|one| &one.calls) {
            if reached.insert(called.clone()) {
                waiting.push(called.clone());
            }
        }
    }
    reached
}

/// A path in a directory, both with forward slashes; None where it leads out of the repository.
pub(crate) fn joined(directory: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[derive(Default)]
struct Listed {
    directories: Vec<String>,
    configurations: Vec<String>,
}

fn list(directory: &Path) -> io::Result<Listed> {
    let mut listed = Listed::default();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            listed.directories.push(name);
        } else if is_named_so(&name) {
            listed.configurations.push(name);
        }
    }
    listed.configurations.sort();
    Ok(listed)
}

/// What is wrong with a file is for its plan to tell: here it says as much as can be read.
fn look(root: &Path, directory: &str, names: &[String]) -> Result<Use, Box<Diagnostic>> {
    let mut used = Use::default();
    for name in names {
        let shown = joined(directory, name).unwrap_or_default();
        let text = text(&root.join(&shown)).map_err(|error| unreadable(&shown, &error))?;
        look_at((&shown, &text), directory, &mut used);
    }
    Ok(used)
}

fn is_named_so(name: &str) -> bool {
    !name.starts_with('.') && ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn look_at((path, text): (&str, &str), directory: &str, used: &mut Use) {
    let file = Sources::default().add(path, text);
    let json = Path::new(path).extension().is_some_and(|kind| kind == "json");
    let body = if json { parse_json_config(file, text) } else { parse_config(file, text) };
    note(&body.value, directory, used);
}

fn note(body: &Body, directory: &str, used: &mut Use) {
    let (content, _, _) = body.partial_content(&TOP);
    for block in content.blocks("terraform") {
        let (inner, _, _) = block.body.partial_content(&TERRAFORM);
        used.keeps_state |= !inner.blocks.is_empty();
    }
    for block in content.blocks("module") {
        let (inner, _, _) = block.body.partial_content(&MODULE);
        let Some(source) = inner.attribute("source") else { continue };
        let ExprKind::Template(parts) = &source.expr.kind else { continue };
        let [TemplatePart::Literal(source)] = &parts[..] else { continue };
        if source.starts_with("./") || source.starts_with("../") {
            used.calls.extend(joined(directory, source));
        }
    }
}

fn text(path: &Path) -> io::Result<String> {
    let found = std::fs::metadata(path)?;
    if !found.is_file() || found.len() > FILE_BYTES_MAX {
        return Ok(String::new());
    }
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}

fn unreadable(path: &str, error: &io::Error) -> Box<Diagnostic> {
    let path = if path.is_empty() { "." } else { path };
    let detail = format!("{path} can't be read while looking for stacks: {error}.");
    Box::new(Diagnostic::error("Failed to look for stacks", detail))
}
