//! `trueup fmt`

use super::Context;
use super::plan::complain;
use super::show::single;
use crate::arguments::Fmt as Arguments;
use crate::screen::Screen;
use std::io::Read;
use std::path::{Path, PathBuf};
use trueup_diag::{Diagnostics, Sources};
use trueup_parse::{fmt, parse_config};
use trueup_view::style::neutral;

/// Not formatted, under `-check`.
const EXIT_UNFORMATTED: u8 = 3;

struct Formatting<'a> {
    screen: &'a Screen,
    args: &'a Arguments,
    sources: Sources,
    diagnostics: Diagnostics,
    unformatted: bool,
}

/// Rewrites configuration files to the canonical format.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    let mut work = Formatting {
        screen: &screen,
        args,
        sources: Sources::default(),
        diagnostics: Diagnostics::new(),
        unformatted: false,
    };
    if args.targets == ["-"] {
        work.standard_input();
    } else {
        let targets = if args.targets.is_empty() { vec![".".to_owned()] } else { args.targets.clone() };
        targets.iter().for_each(|target| work.target(&context.dir.join(target)));
    }
    let Formatting { sources, diagnostics, unformatted, .. } = work;
    match complain(&screen, diagnostics, &sources) {
        0 if args.check && unformatted => EXIT_UNFORMATTED,
        0 => 0,
        _ => 2,
    }
}

impl Formatting<'_> {
    fn standard_input(&mut self) {
        let mut text = String::new();
        if let Err(error) = std::io::stdin().lock().read_to_string(&mut text) {
            self.diagnostics.append(single("Failed to read standard input", format!("{error}.")));
            return;
        }
        let Some(mut formatted) = self.format("<stdin>", &text) else { return };
        if !formatted.ends_with('\n') {
            formatted.push('\n');
        }
        self.unformatted |= formatted != text && !text.is_empty();
        if !self.args.check {
            self.screen.print(&formatted);
        }
    }

    fn target(&mut self, path: &Path) {
        if path.is_dir() {
            return self.directory(path);
        }
        if is_formattable(path) {
            return self.file(path);
        }
        let detail = format!(
            "{} is neither a directory nor a file with the extension .tf, .tofu, .tfvars or .tftest.hcl.",
            path.display()
        );
        self.diagnostics.append(single("Only configuration files can be formatted", detail));
    }

    fn directory(&mut self, path: &Path) {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        entries.sort();
        for entry in entries {
            let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if hidden {
                continue;
            }
            // Links to directories aren't followed: they could lead back here.
            if entry.symlink_metadata().is_ok_and(|found| found.is_dir()) {
                if self.args.recursive {
                    self.directory(&entry);
                }
            } else if is_formattable(&entry) && entry.is_file() {
                self.file(&entry);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let shown = path.strip_prefix(".").unwrap_or(path).display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                self.diagnostics
                    .append(single("Failed to read file", format!("{shown} can't be read: {error}.")));
                return;
            }
        };
        let Some(formatted) = self.format(&shown, &text) else { return };
        if formatted == text {
            return;
        }
        self.unformatted = true;
        if self.args.list {
            self.screen.line(&neutral(&shown));
        }
        if self.args.diff {
            self.screen.print(&neutral(&trueup_view::text_diff::unified(&shown, &text, &formatted)));
        }
        if self.args.write
            && !self.args.check
            && let Err(error) = std::fs::write(path, formatted)
        {
            self.diagnostics
                .append(single("Failed to write file", format!("{shown} can't be written: {error}.")));
        }
    }

    fn format(&mut self, name: &str, text: &str) -> Option<String> {
        let file = self.sources.add(name, text);
        let parsed = parse_config(file, text);
        if parsed.diagnostics.has_errors() {
            self.diagnostics.append(parsed.diagnostics);
            return None;
        }
        Some(fmt::format(text))
    }
}

fn is_formattable(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    [".tf", ".tofu", ".tfvars", ".tftest.hcl", ".tofutest.hcl", ".tfmock.hcl"]
        .iter()
        .any(|ending| name.ends_with(ending))
}
