//! Which stacks a change touches, and why.

use crate::SETTINGS_FILE;
use crate::directories::closure;
use crate::read::read;
use crate::settings::{Settings, Stack, StackSettings};
use crate::stacks::Stacks;
use std::collections::{BTreeMap, BTreeSet};
use trueup_diag::Sources;

/// What Git says has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Paths of files that are new, gone, or other than they were, relative to the directory of the stacks.
    pub paths: BTreeSet<String>,
    /// The text of `trueup.hcl` before the change; None where there was none.
    pub settings_before: Option<String>,
}

/// Why a stack is touched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A file of its own, of a module that it uses, or one that it watches.
    File(String),
    /// What `trueup.hcl` says of it.
    Settings,
    /// Another stack that it depends on.
    Stack(String),
}

/// The touched stacks by name, each with the first reason there is.
pub fn touched<'s>(stacks: &'s Stacks, change: &Change) -> BTreeMap<&'s str, Reason> {
    let before = change.paths.contains(SETTINGS_FILE).then(|| {
        let text = change.settings_before.as_deref().unwrap_or_default();
        read(text, &mut Sources::default()).0
    });
    let mut touched: BTreeMap<&str, Reason> = BTreeMap::new();
    for stack in &stacks.stacks {
        let file = file(stacks, stack, change).map(Reason::File);
        let said =
            || before.as_ref().filter(|before| says_otherwise(before, stack)).map(|_| Reason::Settings);
        touched.extend(file.or_else(said).map(|reason| (&*stack.name, reason)));
    }
    spread(stacks, &mut touched);
    touched
}

/// The first changed file that a stack has to do with.
fn file(stacks: &Stacks, stack: &Stack, change: &Change) -> Option<String> {
    let own = stack.directory().map(|directory| closure(&stacks.modules, directory)).unwrap_or_default();
    let others: BTreeSet<&str> = stacks
        .stacks
        .iter()
        .filter_map(Stack::directory)
        .filter(|directory| !own.contains(*directory))
        .collect();
    let concerns = |path: &&String| {
        // A file belongs to the nearest directory above it that is a module or a stack.
        let mut above = parents(path);
        let belongs = above.find(|directory| {
            own.contains(*directory) || others.contains(directory) || stacks.modules.contains_key(*directory)
        });
        belongs.is_some_and(|directory| own.contains(directory))
            || stack.settings.var_files.contains(path)
            || stack.settings.watch.iter().any(|glob| glob.matches(path))
    };
    change.paths.iter().find(concerns).cloned()
}

/// The directories above a file, the nearest first, the repository's own last.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    let above = |path: &str| path.rfind('/');
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let path = rest?;
        let parent = above(path).map_or("", |at| &path[..at]);
        rest = if path.contains('/') { Some(parent) } else { None };
        Some(parent)
    })
}

/// Whether the settings had another plan of a stack.
fn says_otherwise(before: &Settings, stack: &Stack) -> bool {
    let now = &stack.settings;
    match before.stacks.get(&stack.name) {
        Some(then) => !then.plans_as(now),
        None => !StackSettings::of(now.place.clone(), now.span).plans_as(now),
    }
}

/// Stacks that depend on a touched one are touched.
fn spread<'s>(stacks: &'s Stacks, touched: &mut BTreeMap<&'s str, Reason>) {
    let mut dependents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for stack in &stacks.stacks {
        for after in stack.settings.after.keys() {
            dependents.entry(after).or_default().push(&stack.name);
        }
    }
    let mut waiting: Vec<&str> = touched.keys().copied().collect();
    while let Some(name) = waiting.pop() {
        for dependent in dependents.get(name).into_iter().flatten() {
            if !touched.contains_key(dependent) {
                touched.insert(dependent, Reason::Stack(name.to_owned()));
                waiting.push(dependent);
            }
        }
    }
}
