//! The order in which stacks run.

use crate::settings::Stack;
use std::collections::{BTreeMap, BTreeSet};
use trueup_value::Name;

/// Stacks that wait for one another, in a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(
    /// Each depends on the next, and the last on the first.
    pub Vec<Name>,
);

/// For each stack those of the others that it waits for, itself or through stacks that aren't among them.
///
/// # Errors
/// A circle of dependencies.
pub fn order<'s>(
    all: &'s [Stack],
    chosen: &BTreeSet<&'s str>,
) -> Result<BTreeMap<&'s str, BTreeSet<&'s str>>, Cycle> {
    let direct: BTreeMap<&str, Vec<&str>> = all
        .iter()
        .map(|stack| (&*stack.name, stack.settings.after.keys().map(|name| &**name).collect()))
        .collect();
    if let Some(cycle) = cycle(&direct) {
        return Err(cycle);
    }
    let wait = |name: &&'s str| (*name, nearest_chosen(name, &direct, chosen));
    Ok(chosen.iter().map(wait).collect())
}

/// The first chosen stacks that are met on each way down.
fn nearest_chosen<'s>(
    name: &str,
    direct: &BTreeMap<&'s str, Vec<&'s str>>,
    chosen: &BTreeSet<&'s str>,
) -> BTreeSet<&'s str> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<&str> = direct.get(name).cloned().unwrap_or_default();
    while let Some(next) = waiting.pop() {
        if !seen.insert(next) {
            continue;
        }
        if chosen.contains(next) {
            found.insert(next);
        } else {
            waiting.extend(direct.get(next).into_iter().flatten());
        }
    }
    found
}

/// A circle, if there is one: found by taking away what waits for nothing until no more can go.
fn cycle(direct: &BTreeMap<&str, Vec<&str>>) -> Option<Cycle> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, after) in direct {
        left.insert(name, after.iter().filter(|one| direct.contains_key(*one)).count());
        for one in after {
            dependents.entry(one).or_default().push(name);
        }
    }
    let mut ready: Vec<&str> = left.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    while let Some(name) = ready.pop() {
        left.remove(name);
        for dependent in dependents.get(name).into_iter().flatten() {
            let Some(count) = left.get_mut(dependent) else { continue };
            *count -= 1;
            if *count == 0 {
                ready.push(dependent);
            }
        }
    }
    // From any that is left, going on to what it waits for comes back to where it was.
    let mut path: Vec<&str> = vec![left.keys().next()?];
    loop {
        let next = direct.get(path.last()?)?.iter().find(|one| left.contains_key(*one))?;
        if let Some(at) = path.iter().position(|one| one == next) {
            return Some(Cycle(path[at..].iter().map(|name| Name::from(*name)).collect()));
        }
        path.push(next);
    }
}
