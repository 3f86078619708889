//! `stacks list -json`: a document of our own, described in `schemas/documents/stacks.json`.

use super::text;
use serde::Serialize;
use std::collections::BTreeSet;
use trueup_stacks::{Place, Reason, Stack};

#[derive(Serialize)]
struct StacksWire<'a> {
    format_version: &'static str,
    stacks: Vec<StackWire<'a>>,
}

#[derive(Serialize)]
struct StackWire<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<&'a str>,
    var_files: &'a [String],
    tags: &'a BTreeSet<String>,
    owners: &'a [String],
    depends_on: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    touched: Option<TouchedWire<'a>>,
}

#[derive(Serialize)]
struct TouchedWire<'a> {
    by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<&'a str>,
}

/// Stacks, each with what touches it where that was asked.
pub fn document(stacks: &[(&Stack, Option<&Reason>)]) -> String {
    let stacks = stacks.iter().map(|(stack, reason)| wire(stack, *reason)).collect();
    text(&StacksWire { format_version: "1.0", stacks })
}

fn wire<'a>(stack: &'a Stack, reason: Option<&'a Reason>) -> StackWire<'a> {
    let settings = &stack.settings;
    let (directory, source) = match &settings.place {
        Place::Directory(directory) if directory.is_empty() => (Some("."), None),
        Place::Directory(directory) => (Some(directory.as_str()), None),
        Place::Git(address) => (None, Some(trueup_source::redact(address))),
    };
    StackWire {
        name: &stack.name,
        directory,
        source,
        workspace: settings.workspace.as_deref(),
        var_files: &settings.var_files,
        tags: &settings.tags,
        owners: &settings.owners,
        depends_on: settings.after.keys().map(|name| &**name).collect(),
        touched: reason.map(|reason| match reason {
            Reason::File(file) => TouchedWire { by: "file", file: Some(file), stack: None },
            Reason::Settings => TouchedWire { by: "settings", file: None, stack: None },
            Reason::Stack(stack) => TouchedWire { by: "stack", file: None, stack: Some(stack) },
        }),
    }
}
