//! `trueup stacks list`

use super::Context;
use super::plan::complain;
use crate::arguments::{Stacks as Arguments, StacksList};
use std::collections::BTreeMap;
use std::path::Path;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document as document;
use trueup_source::{SourceError, changes_since, describe, text_at};
use trueup_stacks::{Change, Place, Reason, SETTINGS_FILE, Stack, Stacks, find_root, touched};
use trueup_view::style::neutral;

/// Works with the stacks of the repository.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    let Arguments::List(args) = args;
    match list(&context.dir, args) {
        Ok(text) => {
            screen.print(&text);
            0
        }
        Err((found, sources)) => complain(&screen, found, &sources),
    }
}

fn list(dir: &Path, args: &StacksList) -> Result<String, (Diagnostics, Sources)> {
    let refused = |error: &SourceError| (Diagnostics::from(unknown(error)), Sources::default());
    let dir = dir.canonicalize().map_err(|error| {
        let detail = format!("The working directory can't be read: {error}.");
        (Diagnostics::from(Diagnostic::error("Failed to look for stacks", detail)), Sources::default())
    })?;
    let git = describe(&dir).map_err(|error| refused(&error))?;
    let root = find_root(&dir, git.as_ref().map(|git| git.root.as_path()));
    let stacks = Stacks::read(&root)?;
    let reasons = match &args.changed_since {
        None => None,
        Some(reference) => {
            let top = git.as_ref().map_or(root.as_path(), |git| git.root.as_path());
            let change = change(&root, top, reference).map_err(|error| refused(&error))?;
            Some(touched(&stacks, &change))
        }
    };
    let chosen: Vec<(&Stack, Option<&Reason>)> = stacks
        .stacks
        .iter()
        .filter(|stack| args.tag.is_empty() || args.tag.iter().any(|tag| stack.settings.tags.contains(tag)))
        .filter_map(|stack| match &reasons {
            None => Some((stack, None)),
            Some(reasons) => reasons.get(&*stack.name).map(|reason| (stack, Some(reason))),
        })
        .collect();
    Ok(if args.json { document::stacks::document(&chosen) } else { table(&chosen, args) })
}

/// What was done since a commit, with paths relative to the directory of the stacks.
fn change(root: &Path, top: &Path, reference: &str) -> Result<Change, SourceError> {
    let changes = changes_since(root, reference)?;
    let prefix = root.strip_prefix(top).unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let inside = |path: &String| match &*prefix {
        "" => Some(path.clone()),
        prefix => path.strip_prefix(prefix)?.strip_prefix('/').map(str::to_owned),
    };
    let settings = if prefix.is_empty() { SETTINGS_FILE.into() } else { format!("{prefix}/{SETTINGS_FILE}") };
    let settings_before = text_at(root, &changes.base, &settings)?;
    Ok(Change { paths: changes.paths.iter().filter_map(inside).collect(), settings_before })
}

fn unknown(error: &SourceError) -> Diagnostic {
    Diagnostic { summary: "Failed to read the history of Git".into(), ..error.diagnostic() }
}

/// A line for each stack, in columns; those that nobody has anything in are left out.
fn table(stacks: &[(&Stack, Option<&Reason>)], args: &StacksList) -> String {
    if stacks.is_empty() {
        let what = match &args.changed_since {
            Some(reference) => format!("Nothing that was done since {reference} touches a stack.\n"),
            None => "There are no stacks here: no directory with a root module was found.\n".into(),
        };
        return neutral(&what);
    }
    let mut rows = vec![["STACK", "DIRECTORY", "WORKSPACE", "AFTER", "TOUCHED BY"].map(String::from)];
    rows.extend(stacks.iter().map(|(stack, reason)| row(stack, *reason)));
    let widths: BTreeMap<usize, usize> = (0..5)
        .filter(|column| rows.iter().skip(1).any(|row| !row[*column].is_empty()))
        .map(|column| (column, rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()))
        .collect();
    let lines = rows.iter().map(|row| {
        let cells = widths.iter().map(|(column, width)| format!("{:width$}", row[*column]));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    });
    lines.collect()
}

fn row(stack: &Stack, reason: Option<&Reason>) -> [String; 5] {
    let settings = &stack.settings;
    let place = match &settings.place {
        Place::Directory(directory) if **directory == *stack.name || directory.is_empty() => String::new(),
        Place::Directory(directory) => directory.clone(),
        Place::Git(address) => trueup_source::redact(address),
    };
    let after: Vec<&str> = settings.after.keys().map(|name| &**name).collect();
    let why = match reason {
        None => String::new(),
        Some(Reason::File(file)) => file.clone(),
        Some(Reason::Settings) => SETTINGS_FILE.into(),
        Some(Reason::Stack(other)) => format!("the stack {other}"),
    };
    let workspace = settings.workspace.clone().unwrap_or_default();
    [stack.name.to_string(), place, workspace, after.join(", "), why].map(|cell| neutral(&cell))
}
