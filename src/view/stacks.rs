//! The stacks of a repository for people.

use crate::style::neutral;
use std::collections::{BTreeMap, BTreeSet};
use trueup_stacks::{Place, Reason, SETTINGS_FILE, Stack};

/// A line for each stack, in columns; those that nobody has anything in are left out.
pub fn list(stacks: &[(&Stack, Option<&Reason>)], changed_since: Option<&str>) -> String {
    if stacks.is_empty() {
        let what = match changed_since {
            Some(reference) => format!("Nothing that was done since {reference} touches a stack.\n"),
            None => "There are no stacks here: no directory with a root module was found.\n".into(),
        };
        return neutral(&what);
    }
    let mut rows = vec![["STACK", "DIRECTORY", "WORKSPACE", "AFTER", "TOUCHED BY"].map(String::from)];
    rows.extend(stacks.iter().map(|(stack, reason)| row(stack, *reason)));
    columns(&rows)
}

/// Rows in columns, the first row being the heading; columns without a word below it are left out. What stands in a
/// column of numbers stands at its right side.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: BTreeMap<usize, usize> = (0..N)
        .filter(|column| rows.iter().skip(1).any(|row| !row[*column].is_empty()))
        .map(|column| (column, rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()))
        .collect();
    let is_number = |text: &str| text.is_empty() || text.starts_with(|c: char| c.is_ascii_digit());
    let right: BTreeSet<usize> =
        (1..N).filter(|column| rows.iter().skip(1).all(|row| is_number(&row[*column]))).collect();
    let lines = rows.iter().map(|row| {
        let cells = widths.iter().map(|(column, width)| {
            let text = &row[*column];
            if right.contains(column) { format!("{text:>width$}") } else { format!("{text:width$}") }
        });
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
