//! The files of a module to parsed bodies.

use crate::loader::Files;
use std::collections::BTreeSet;
use trueup_diag::{Diagnostics, Sources};
use trueup_parse::ast;

/// A parsed file.
pub(crate) struct ReadFile {
    pub(crate) body: ast::Body,
    /// Its blocks change blocks of other files.
    pub(crate) overriding: bool,
}

/// Parses the configuration files among `files`, in the order of their names. What is wrong inside strings of the JSON
/// syntax goes to `templates`.
pub(crate) fn read(
    files: &Files,
    sources: &mut Sources,
    (diagnostics, templates): (&mut Diagnostics, &mut Diagnostics),
) -> Vec<ReadFile> {
    let names: BTreeSet<&str> = files.files.iter().map(|(name, _)| &**name).collect();
    let mut chosen: Vec<(&str, &str, Form)> = files
        .files
        .iter()
        .filter_map(|(name, text)| Some((&**name, &**text, form(name)?)))
        .filter(|(_, _, form)| !form.replaced_by.as_ref().is_some_and(|other| names.contains(&**other)))
        .collect();
    chosen.sort_by_key(|(name, ..)| *name);
    let mut out = Vec::with_capacity(chosen.len());
    for (name, text, form) in chosen {
        let shown = shown(&files.dir, name);
        let id = sources.add(&shown, text);
        let text = sources.file(id).text.clone();
        let parsed = if form.json {
            trueup_parse::parse_json_config(id, &text)
        } else {
            trueup_parse::parse_module(id, &text)
        };
        diagnostics.append(parsed.diagnostics);
        templates.append(parsed.templates);
        out.push(ReadFile { body: parsed.value, overriding: form.overriding });
    }
    out
}

fn shown(dir: &str, name: &str) -> String {
    if dir.is_empty() || dir == "." { name.to_owned() } else { format!("{dir}/{name}") }
}

/// What the name of a file says of it.
struct Form {
    json: bool,
    overriding: bool,
    /// The file that stands in its place if there is one: `.tofu` goes before `.tf`.
    replaced_by: Option<String>,
}

/// `None` for a file that isn't configuration.
fn form(name: &str) -> Option<Form> {
    if name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#')) {
        return None;
    }
    let of = |base: &str, json: bool, other: Option<&str>| Form {
        json,
        overriding: base == "override" || base.ends_with("_override"),
        replaced_by: other.map(|ending| format!("{base}{ending}")),
    };
    if let Some(base) = name.strip_suffix(".tf.json") {
        Some(of(base, true, Some(".tofu.json")))
    } else if let Some(base) = name.strip_suffix(".tofu.json") {
        Some(of(base, true, None))
    } else if let Some(base) = name.strip_suffix(".tf") {
        Some(of(base, false, Some(".tofu")))
    } else {
        name.strip_suffix(".tofu").map(|base| of(base, false, None))
    }
}
