//! The stacks of a repository.

use crate::SETTINGS_FILE;
use crate::directories::{Use, modules, modules_of, roots};
use crate::drift::DriftSettings;
use crate::pulls::PullSettings;
use crate::read::read;
use crate::settings::{Place, Settings, Spot, Stack, StackSettings};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use trueup_diag::{Diagnostic, Diagnostics, FileId, Sources, Span, nearest};
use trueup_value::Name;

/// The stacks of a repository, with what it takes to say which of them a change touches.
#[derive(Debug, Default)]
pub struct Stacks {
    /// In order of name.
    pub stacks: Vec<Stack>,
    /// What holds for the drift of all of them.
    pub(crate) drift: DriftSettings,
    pub(crate) modules: BTreeMap<String, Use>,
    /// The text of `trueup.hcl`.
    pub sources: Sources,
}

impl Stacks {
    /// Reads `trueup.hcl` in `root` and looks through the directories below it.
    ///
    /// # Errors
    /// What is wrong with the file, and what can't be read; stacks that are named and not there.
    pub fn read(root: &Path) -> Result<Stacks, (Diagnostics, Sources)> {
        let mut sources = Sources::default();
        let (settings, mut found) = settings(root, &mut sources);
        let modules = match modules(root) {
            Ok(modules) => modules,
            Err(problem) => {
                found.push(*problem);
                return Err((found, sources));
            }
        };
        let stacks = gather(&settings, &modules, &mut found);
        if found.has_errors() {
            return Err((found, sources));
        }
        Ok(Stacks { stacks, drift: settings.drift, modules, sources })
    }

    /// The stacks of another commit: `settings` is the text of its `trueup.hcl`, if it has one, and `files` are the texts of
    /// its configurations by their paths ([`is_configuration`](crate::is_configuration)). What is wrong with them is left
    /// out.
    pub fn of_texts(settings: Option<&str>, files: &BTreeMap<String, String>) -> Stacks {
        let mut sources = Sources::default();
        let settings = settings.map(|text| read(text, &mut sources).0).unwrap_or_default();
        let modules = modules_of(files);
        let stacks = gather(&settings, &modules, &mut Diagnostics::new());
        Stacks { stacks, drift: settings.drift, modules, sources }
    }

    /// Those of others that aren't among these any more, by name or by where they lie.
    pub fn lacks<'o>(&'o self, others: &'o Stacks) -> impl Iterator<Item = &'o Stack> + 'o {
        let is_there = |one: &Stack| {
            self.get(&one.name).is_some() || self.stacks.iter().any(|stack| stack.spot().may_be(&one.spot()))
        };
        others.stacks.iter().filter(move |one| !is_there(one))
    }

    /// The stack of a name.
    pub fn get(&self, name: &str) -> Option<&Stack> {
        let at = self.stacks.binary_search_by(|stack| (*stack.name).cmp(name)).ok()?;
        self.stacks.get(at)
    }

    /// What holds for the drift of a stack.
    pub fn drift(&self, stack: &Stack) -> DriftSettings {
        self.drift.clone().and(stack.settings.drift.clone())
    }
}

/// What `trueup.hcl` in `root` says of the drift of one root module: a directory of the repository with forward
/// slashes, in a workspace. Looks at no other directory.
///
/// # Errors
/// What is wrong with the file, wherever it is.
pub fn drift_settings(
    root: &Path,
    directory: &str,
    workspace: &str,
) -> Result<DriftSettings, (Diagnostics, Sources)> {
    let mut sources = Sources::default();
    let (settings, found) = settings(root, &mut sources);
    if found.has_errors() {
        return Err((found, sources));
    }
    let here: Vec<StackSettings> = settings
        .stacks
        .into_values()
        .filter(|stack| matches!(&stack.place, Place::Directory(place) if place == directory))
        .collect();
    let named = here.iter().find(|stack| stack.workspace.as_deref() == Some(workspace));
    let stack = named.or_else(|| here.iter().find(|stack| stack.workspace.is_none()));
    Ok(settings.drift.and(stack.map(|stack| stack.drift.clone()).unwrap_or_default()))
}

/// What `trueup.hcl` says of pull requests, and who owns which stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullRules {
    /// The `pulls` block.
    pub pulls: PullSettings,
    /// The stacks that have owners, in order of name.
    owned: Vec<Owned>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Owned {
    name: Name,
    spot: Spot,
    owners: Vec<String>,
}

impl PullRules {
    /// The owners of a stack, which a pull request may give another name or another place, but not both: those of the one
    /// that has its name, and those of the ones that lie where it does. Of each of the lists one is asked.
    pub fn owners(&self, name: &str, spot: Option<&Spot>) -> BTreeSet<&[String]> {
        let lies_there = |one: &Owned| spot.is_some_and(|spot| spot.may_be(&one.spot));
        let found = self.owned.iter().filter(|one| *one.name == *name || lies_there(one));
        found.map(|one| one.owners.as_slice()).collect()
    }

    /// Whoever owns a stack.
    pub fn all_stack_owners(&self) -> impl Iterator<Item = &String> {
        self.owned.iter().flat_map(|one| &one.owners)
    }

    /// The stacks with owners that are no more among those of these names and spots, by name or by where they lie, and their
    /// owners: they are gone, or have another name and another place.
    pub fn gone<'r>(
        &'r self,
        spots: &'r BTreeMap<String, Spot>,
    ) -> impl Iterator<Item = (&'r str, &'r [String])> + 'r {
        let is_gone = |one: &&Owned| {
            !spots.contains_key(&*one.name) && !spots.values().any(|spot| spot.may_be(&one.spot))
        };
        self.owned.iter().filter(is_gone).map(|one| (&*one.name, one.owners.as_slice()))
    }
}

/// The rules for pull requests out of the text of `trueup.hcl`, wherever it was taken from.
///
/// # Errors
/// What is wrong with the text.
pub fn pull_rules(text: &str) -> Result<PullRules, (Diagnostics, Sources)> {
    let mut sources = Sources::default();
    let (settings, found) = read(text, &mut sources);
    if found.has_errors() {
        return Err((found, sources));
    }
    let owned = settings.stacks.into_iter().filter(|(_, stack)| !stack.owners.is_empty());
    let owned = owned.map(|(name, stack)| Owned { name, spot: stack.spot(), owners: stack.owners });
    Ok(PullRules { pulls: settings.pulls, owned: owned.collect() })
}

/// The directory that holds `trueup.hcl`: the given one or the nearest above it, up to `top`; otherwise `top` itself.
pub fn find_root(directory: &Path, top: Option<&Path>) -> PathBuf {
    let inside = |at: &&Path| top.is_none_or(|top| at.starts_with(top));
    let named = directory.ancestors().take_while(inside).find(|at| at.join(SETTINGS_FILE).is_file());
    named.or(top).unwrap_or(directory).to_owned()
}

fn settings(root: &Path, sources: &mut Sources) -> (Settings, Diagnostics) {
    match std::fs::read_to_string(root.join(SETTINGS_FILE)) {
        Ok(text) => read(&text, sources),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (Settings::default(), Diagnostics::new()),
        Err(error) => {
            let detail = format!("{SETTINGS_FILE} can't be read: {error}.");
            (Settings::default(), Diagnostic::error("Failed to read file", detail).into())
        }
    }
}

/// Stacks that are named, and directories that hold one besides.
fn gather(settings: &Settings, modules: &BTreeMap<String, Use>, found: &mut Diagnostics) -> Vec<Stack> {
    let mut stacks: BTreeMap<Name, StackSettings> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (name, stack) in &settings.stacks {
        if let Place::Directory(directory) = &stack.place {
            taken.insert(directory.as_str());
            if !modules.contains_key(directory) {
                found.push(no_directory(directory, modules, stack.span));
            }
        }
        stacks.insert(name.clone(), stack.clone());
    }
    let looked_for: BTreeSet<&str> = match (settings.include.is_empty(), settings.stacks.is_empty()) {
        (true, true) => roots(modules),
        (true, false) => BTreeSet::new(),
        (false, _) => {
            let is_in = |directory: &&str| settings.include.iter().any(|glob| glob.matches(directory));
            modules.keys().map(String::as_str).filter(is_in).collect()
        }
    };
    let is_out = |directory: &str| settings.exclude.iter().any(|glob| glob.matches(directory));
    for directory in looked_for.into_iter().filter(|one| !is_out(one) && !taken.contains(one)) {
        let name = if directory.is_empty() { "." } else { directory };
        let place = Place::Directory(directory.to_owned());
        stacks.entry(name.into()).or_insert_with(|| StackSettings::of(place, Span::new(FileId(0), 0, 0)));
    }
    for glob in &settings.include {
        if !modules.keys().any(|directory| glob.matches(directory)) {
            let detail = format!("No directory with a configuration fits the pattern {}.", glob.text());
            found.push(Diagnostic::warning("Pattern without stacks", detail));
        }
    }
    check_after(&stacks, found);
    stacks.into_iter().map(|(name, settings)| Stack { name, settings }).collect()
}

fn no_directory(directory: &str, modules: &BTreeMap<String, Use>, at: Span) -> Diagnostic {
    let detail = format!("There is no configuration in the directory {directory}.");
    let problem = Diagnostic::error("Stack without configuration", detail).at(at);
    match nearest(directory, modules.keys().map(String::as_str)) {
        Some(near) => problem.hint(format!("did you mean \"{near}\"?")),
        None => {
            problem.hint("give the directory relative to the repository: path = \"environments/staging\"")
        }
    }
}

fn check_after(stacks: &BTreeMap<Name, StackSettings>, found: &mut Diagnostics) {
    for (name, stack) in stacks {
        for (after, at) in stack.after.iter().filter(|(after, _)| !stacks.contains_key(*after)) {
            let detail = format!("The stack \"{name}\" depends on \"{after}\", which is none of the stacks.");
            let problem = Diagnostic::error("Reference to undeclared stack", detail).at(*at);
            found.push(match nearest(after, stacks.keys().map(|name| &**name)) {
                Some(near) => problem.hint(format!("did you mean \"{near}\"?")),
                None => problem,
            });
        }
    }
}
