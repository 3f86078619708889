//! Files by pattern: `*`, `?`, `[a-z]`, `[^a]`, `{one,other}`, `\` before a character that means itself, and `**`
//! for any number of directories.

use super::path_text::join;
use super::{FileKind, World};
use std::collections::BTreeSet;
use std::io;

/// Why a pattern gave no files.
#[derive(Debug)]
pub(super) enum GlobError {
    /// The pattern can't be understood.
    Syntax,
    /// A directory can't be read.
    Read(io::Error),
    /// Looking for it would take too long.
    Endless,
}

/// The regular files that match a clean pattern, as clean paths.
pub(super) fn glob(world: &dyn World, pattern: &str) -> Result<BTreeSet<String>, GlobError> {
    let (start, rest) = match pattern.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", pattern),
    };
    let mut parts = Vec::new();
    for part in rest.split('/').filter(|part| !part.is_empty()) {
        let part: Vec<char> = part.chars().collect();
        check(&part)?;
        parts.push(part);
    }
    let mut walk = Walk { world, found: BTreeSet::new(), steps: 0 };
    walk.enter(start, &parts)?;
    Ok(walk.found)
}

/// Links to directories are followed, but so many on one path must be leading back to where they are.
const LINKS_MAX: usize = 8;

/// So many names are looked at and comparisons made for one pattern: seconds of work. Links that lead to one another,
/// and patterns of many stars, can ask for any number.
pub(super) const STEPS_MAX: u32 = 1 << 24;

struct Walk<'w> {
    world: &'w dyn World,
    found: BTreeSet<String>,
    steps: u32,
}

impl Walk<'_> {
    /// Looks for what is left of a pattern below a path.
    fn enter(&mut self, path: &str, parts: &[Vec<char>]) -> Result<(), GlobError> {
        let Some((part, rest)) = parts.split_first() else {
            return self.keep(path);
        };
        if part[..] == ['*', '*'] {
            return self.any_depth(path, rest, 0);
        }
        if !part.iter().any(|c| "*?[{\\".contains(*c)) {
            let name: String = part.iter().collect();
            return self.enter(&below(path, &name), rest);
        }
        for entry in self.list(path)? {
            let name: Vec<char> = entry.name.chars().collect();
            let usable = rest.is_empty() || entry.kind == FileKind::Directory;
            if usable && matches(part, &name, &mut self.steps).ok_or(GlobError::Endless)? {
                self.enter(&below(path, &entry.name), rest)?;
            }
        }
        Ok(())
    }

    /// After `**`: the rest of the pattern here and in every directory below.
    fn any_depth(&mut self, path: &str, rest: &[Vec<char>], links: usize) -> Result<(), GlobError> {
        if !rest.is_empty() {
            self.enter(path, rest)?;
        }
        for entry in self.list(path)? {
            let inner = below(path, &entry.name);
            let links = links + usize::from(entry.is_link);
            match entry.kind {
                FileKind::Directory if links <= LINKS_MAX => self.any_depth(&inner, rest, links)?,
                FileKind::File if rest.is_empty() => {
                    self.found.insert(inner);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn list(&mut self, path: &str) -> Result<Vec<super::DirectoryEntry>, GlobError> {
        let path = if path.is_empty() { "." } else { path };
        // A look at a directory takes as long as many comparisons.
        self.steps += 256;
        if self.steps > STEPS_MAX {
            return Err(GlobError::Endless);
        }
        match self.world.list_directory(path) {
            Ok(entries) => Ok(entries),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(Vec::new())
            }
            Err(error) => Err(GlobError::Read(error)),
        }
    }

    fn keep(&mut self, path: &str) -> Result<(), GlobError> {
        match self.world.file_kind(path) {
            Ok(FileKind::File) => {
                self.found.insert(path.to_owned());
            }
            Ok(_) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(error) => return Err(GlobError::Read(error)),
        }
        Ok(())
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { join(path, name) }
}

/// Refuses a part of a pattern with a bracket or brace that isn't closed.
fn check(pattern: &[char]) -> Result<(), GlobError> {
    let mut at = 0;
    while at < pattern.len() {
        at = match pattern[at] {
            '\\' if at + 1 >= pattern.len() => return Err(GlobError::Syntax),
            '\\' => at + 2,
            '[' => class_end(pattern, at).ok_or(GlobError::Syntax)? + 1,
            '{' => {
                let end = brace_end(pattern, at).ok_or(GlobError::Syntax)?;
                for alternative in alternatives(&pattern[at + 1..end]) {
                    check(alternative)?;
                }
                end + 1
            }
            _ => at + 1,
        };
    }
    Ok(())
}

/// Where the class that opens at a place is closed; a class holds at least one character.
fn class_end(pattern: &[char], open: usize) -> Option<usize> {
    let mut at = open + 1;
    if pattern.get(at) == Some(&'^') {
        at += 1;
    }
    let first = at;
    while let Some(c) = pattern.get(at) {
        match c {
            ']' if at > first => return Some(at),
            '\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

fn brace_end(pattern: &[char], open: usize) -> Option<usize> {
    let mut depth = 0;
    let mut at = open;
    while let Some(c) = pattern.get(at) {
        match c {
            '\\' => at += 1,
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The parts between the commas of a brace's inside that aren't in a brace of their own.
fn alternatives(inside: &[char]) -> Vec<&[char]> {
    let mut parts = Vec::new();
    let (mut depth, mut from, mut at) = (0, 0, 0);
    while at < inside.len() {
        match inside[at] {
            '\\' => at += 1,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&inside[from..]);
    parts
}

/// Whether a part of a pattern matches the whole of a name; none once too many comparisons were made.
fn matches(pattern: &[char], name: &[char], steps: &mut u32) -> Option<bool> {
    *steps += 1;
    if *steps > STEPS_MAX {
        return None;
    }
    let Some((first, rest)) = pattern.split_first() else { return Some(name.is_empty()) };
    match first {
        '*' => {
            // Stars in a row are one.
            let stars = rest.iter().take_while(|c| **c == '*').count();
            any(0..=name.len(), |skipped| matches(&rest[stars..], &name[skipped..], steps))
        }
        '?' => {
            if name.is_empty() {
                Some(false)
            } else {
                matches(rest, &name[1..], steps)
            }
        }
        '[' => {
            let Some(end) = class_end(pattern, 0) else { return Some(false) };
            if !name.first().is_some_and(|c| in_class(&pattern[1..end], *c)) {
                return Some(false);
            }
            matches(&pattern[end + 1..], &name[1..], steps)
        }
        '{' => {
            let Some(end) = brace_end(pattern, 0) else { return Some(false) };
            any(alternatives(&pattern[1..end]), |alternative| {
                matches(&[alternative, &pattern[end + 1..]].concat(), name, steps)
            })
        }
        '\\' if rest.is_empty() || name.first() != rest.first() => Some(false),
        '\\' => matches(&rest[1..], &name[1..], steps),
        c if name.first() != Some(c) => Some(false),
        _ => matches(rest, &name[1..], steps),
    }
}

/// Whether one of them does; none as soon as that can't be told.
fn any<T>(of: impl IntoIterator<Item = T>, mut test: impl FnMut(T) -> Option<bool>) -> Option<bool> {
    for one in of {
        if test(one)? {
            return Some(true);
        }
    }
    Some(false)
}

fn in_class(class: &[char], c: char) -> bool {
    let (negated, class) = match class.split_first() {
        Some(('^', rest)) => (true, rest),
        _ => (false, class),
    };
    let mut found = false;
    let mut at = 0;
    let take = |at: &mut usize| {
        if class[*at] == '\\' && *at + 1 < class.len() {
            *at += 1;
        }
        *at += 1;
        class[*at - 1]
    };
    while at < class.len() {
        let low = take(&mut at);
        let high = if class.get(at) == Some(&'-') && at + 1 < class.len() {
            at += 1;
            take(&mut at)
        } else {
            low
        };
        found |= (low..=high).contains(&c);
    }
    found != negated
}
