//! Configurations as texts with file headings.

use std::collections::BTreeMap;
use trueup_addr::ModulePath;
use trueup_diag::{Diagnostic, Diagnostics, Sources, Span};
use trueup_resolve::program::ModuleCall;
use trueup_resolve::{Files, Functions, Loader, NothingEarly, Resolution, resolve};

/// One case: a title, files, and the lines that are expected.
pub(crate) struct Case {
    pub(crate) title: String,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) expected: Vec<String>,
}

/// `### title`, text of `main.tf`, `--- name` before the text of each other file, `>>> line` for what is expected.
pub(crate) fn cases(text: &str) -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    let mut file = String::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            out.push(Case { title: title.into(), files: BTreeMap::new(), expected: Vec::new() });
            file = "main.tf".into();
            continue;
        }
        let Some(case) = out.last_mut() else { continue };
        if let Some(name) = line.strip_prefix("--- ") {
            file = name.into();
            case.files.entry(file.clone()).or_default();
        } else if let Some(expected) = line.strip_prefix(">>> ") {
            case.expected.push(expected.into());
        } else {
            let text = case.files.entry(file.clone()).or_default();
            text.push_str(line);
            text.push('\n');
        }
    }
    out
}

/// Files in memory; modules are found by their path.
pub(crate) struct Memory<'f>(pub(crate) &'f BTreeMap<String, String>);

impl Memory<'_> {
    fn directory(&self, dir: &str) -> Files {
        let within = |(path, text): (&String, &String)| {
            let (parent, name) = path.rsplit_once('/').unwrap_or((".", path));
            (parent == dir).then(|| (name.to_owned(), text.clone()))
        };
        Files { dir: dir.into(), files: self.0.iter().filter_map(within).collect() }
    }
}

impl Loader for Memory<'_> {
    fn root(&mut self) -> Result<Files, Box<Diagnostic>> {
        Ok(self.directory("."))
    }

    fn child(&mut self, _: &ModulePath, parent: &str, call: &ModuleCall) -> Result<Files, Box<Diagnostic>> {
        let mut parts: Vec<&str> = parent.split('/').filter(|part| *part != ".").collect();
        for part in call.source.split('/') {
            match part {
                "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let files = self.directory(&parts.join("/"));
        if files.files.is_empty() {
            return Err(Diagnostic::error("Module not installed", "There are no files.").into());
        }
        Ok(files)
    }
}

/// A few functions.
pub(crate) struct Few;

const FUNCTIONS: [&str; 10] =
    ["concat", "element", "file", "length", "lower", "range", "tonumber", "toset", "upper", "templatefile"];

impl Functions for Few {
    fn find(&self, name: &str) -> Option<u32> {
        let name = name.strip_prefix("core::").unwrap_or(name);
        FUNCTIONS.iter().zip(0..).find(|(known, _)| **known == name).map(|(_, slot)| slot)
    }
}

/// Resolves the files of a case.
pub(crate) fn resolved(files: &BTreeMap<String, String>) -> (Resolution, Sources) {
    let mut sources = Sources::default();
    let out = resolve(&mut Memory(files), &Few, &mut NothingEarly, &mut sources);
    (out, sources)
}

/// `error main.tf:1,2-1,5 Summary`, in the order of places.
pub(crate) fn lines(diagnostics: Diagnostics, sources: &Sources) -> Vec<String> {
    let line = |found: &Diagnostic| {
        let place = found.subject.map(|span| {
            let file = sources.file(span.file);
            let span = if found.head_only && !file.name.ends_with(".json") {
                let head = trueup_parse::head(&file.text[span.start as usize..span.end as usize]);
                Span { start: span.start + head.start, end: span.start + head.end, ..span }
            } else {
                span
            };
            let (start, end) = sources.range(span);
            let name = &sources.file(span.file).name;
            format!(" {name}:{},{}-{},{}", start.line, start.column, end.line, end.column)
        });
        let word = if found.is_error() { "error" } else { "warning" };
        format!("{word}{} {}", place.unwrap_or_default(), found.summary)
    };
    diagnostics.sorted().iter().map(line).collect()
}
