//! What every command does and takes, as data out of the table: for `-help` and for manual pages.

use crate::arguments::{is_switch, table};
use clap::{Arg, Command};
use trueup_view::style::wrap;

/// Columns of help texts.
const WIDTH: usize = 78;
/// The commands of the usual way of working; they come first.
const MAIN: [&str; 6] = ["init", "validate", "plan", "apply", "destroy", "drift"];
/// What `destroy` shares with `apply` and has no use for.
const NOT_OF_DESTROY: [&str; 4] = ["plan", "destroy", "refresh_only", "replace"];

/// A heading, and names with what they mean.
pub(crate) type Section = (&'static str, Vec<(String, String)>);

/// What there is to say of a command.
#[derive(Debug)]
pub(crate) struct Reference {
    /// `trueup [global options] plan [options]`
    pub(crate) usage: String,
    /// Paragraphs, with empty lines between them; the first is one sentence.
    pub(crate) about: String,
    /// Arguments, options, subcommands.
    pub(crate) sections: Vec<Section>,
}

/// The command at a path; none where there is none.
pub(crate) fn find(path: &[String]) -> Option<Command> {
    path.iter().try_fold(table(), |command, name| command.find_subcommand(name).cloned())
}

/// The paths of all commands, the program's own first.
pub(crate) fn all() -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut walk = vec![(Vec::new(), table())];
    while let Some((path, command)) = walk.pop() {
        let mut subs: Vec<&Command> = command.get_subcommands().collect();
        subs.sort_by_key(|sub| std::cmp::Reverse(sub.get_name().to_owned()));
        for sub in subs {
            walk.push(([&path[..], &[sub.get_name().to_owned()]].concat(), sub.clone()));
        }
        found.push(path);
    }
    found
}

/// What there is to say of the command at a path.
pub(crate) fn reference(path: &[String]) -> Reference {
    let command = find(path).expect("the path is one of the table's");
    if path.is_empty() { overview(&command) } else { of_command(path, &command) }
}

/// The help of one command.
pub(crate) fn help(path: &[String]) -> String {
    let Reference { usage, about, sections } = reference(path);
    let indent = if path.is_empty() { "" } else { "  " };
    let about = wrap(&about, WIDTH - indent.len());
    let about: Vec<String> = about
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") })
        .collect();
    let tables: String = sections.into_iter().map(|(heading, rows)| columns(heading, rows)).collect();
    format!("Usage: {usage}\n\n{}\n{tables}", about.join("\n"))
}

fn overview(command: &Command) -> Reference {
    let rows = |main: bool| -> Vec<(String, String)> {
        let of = command.get_subcommands().filter(move |sub| MAIN.contains(&sub.get_name()) == main);
        of.map(|sub| (sub.get_name().to_owned(), short(sub))).collect()
    };
    let mut others = rows(false);
    others.sort();
    let global = [
        ("-chdir=DIR", "Switch to another working directory before doing anything else"),
        ("-help", "Show this help, or that of the named command"),
        ("-version", "The same as the version command"),
    ];
    let global = global.map(|(name, text)| (name.to_owned(), text.to_owned()));
    Reference {
        usage: "trueup [global options] <subcommand> [args]".into(),
        about: about(command),
        sections: vec![
            ("Main commands", rows(true)),
            ("All other commands", others),
            ("Global options (before the subcommand)", global.into()),
        ],
    }
}

fn of_command(path: &[String], command: &Command) -> Reference {
    let mut usage = format!("trueup [global options] {}", path.join(" "));
    let positionals: Vec<&Arg> = shown(path, command).filter(|arg| arg.is_positional()).collect();
    usage.push_str(if command.has_subcommands() { " <subcommand> [options] [args]" } else { " [options]" });
    for arg in &positionals {
        let many = if arg.get_num_args().is_some_and(|n| n.max_values() > 1) { "..." } else { "" };
        let name = value_name(arg);
        usage.push_str(&if arg.is_required_set() {
            format!(" {name}{many}")
        } else {
            format!(" [{name}{many}]")
        });
    }
    let subs = command.get_subcommands().map(|sub| (sub.get_name().to_owned(), short(sub))).collect();
    let arguments = positionals.iter().map(|arg| (value_name(arg), told(arg))).collect();
    let options = shown(path, command).filter(|arg| !arg.is_positional());
    let mut options: Vec<(String, String)> = options.map(|arg| (option(arg), told(arg))).collect();
    if !command.is_subcommand_required_set() {
        options.push(("-no-color".into(), "No colours".into()));
    }
    options.sort();
    let sections = vec![("Subcommands", subs), ("Arguments", arguments), ("Options", options)];
    let sections = sections.into_iter().filter(|(_, rows): &Section| !rows.is_empty()).collect();
    Reference { usage, about: about(command), sections }
}

/// The arguments that a command's help tells of.
fn shown<'a>(path: &[String], command: &'a Command) -> impl Iterator<Item = &'a Arg> {
    let destroys = path == ["destroy"];
    command.get_arguments().filter(move |arg| {
        let id = arg.get_id().as_str();
        id != "chdir" && !(destroys && NOT_OF_DESTROY.contains(&id))
    })
}

fn value_name(arg: &Arg) -> String {
    arg.get_value_names()
        .and_then(|names| names.first())
        .map_or_else(|| arg.get_id().to_string(), ToString::to_string)
}

/// `-out=FILE`, `-lock=false`, `-json`
fn option(arg: &Arg) -> String {
    let name = arg.get_long().unwrap_or_default();
    match (is_switch(arg), default(arg).as_deref()) {
        (true, Some("true")) => format!("-{name}=false"),
        (true, _) => format!("-{name}"),
        _ => format!("-{name}={}", value_name(arg)),
    }
}

fn default(arg: &Arg) -> Option<String> {
    arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned())
}

fn told(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    match default(arg).filter(|default| default != "false") {
        Some(default) => format!("{help} (default {default})"),
        None => help,
    }
}

fn short(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

/// The whole description; its first paragraph ends in a full stop as the others do.
fn about(command: &Command) -> String {
    let long = command.get_long_about().map_or_else(|| short(command), ToString::to_string);
    let (first, rest) = long.split_once("\n\n").unwrap_or((&long, ""));
    let rest = if rest.is_empty() { String::new() } else { format!("\n\n{rest}") };
    format!("{}.{rest}", first.trim_end_matches('.'))
}

/// Names and what they mean in two columns; long names stand on a line of their own.
fn columns(heading: &str, rows: Vec<(String, String)>) -> String {
    const NAME_MAX: usize = 24;
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0).min(NAME_MAX);
    let mut out = format!("\n{heading}:\n");
    for (name, text) in rows {
        let pad = " ".repeat(width + 4);
        let text = wrap(&text, WIDTH - pad.len()).replace('\n', &format!("\n{pad}"));
        if name.len() > width {
            out.push_str(&format!("  {name}\n{pad}{text}\n"));
        } else {
            out.push_str(&format!("  {name:width$}  {text}\n"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{all, help};

    #[test]
    fn the_whole_reference() {
        let pages: Vec<String> = all().iter().map(|path| help(path)).collect();
        insta::assert_snapshot!(pages.join("\n----------\n"));
    }

    #[test]
    fn every_command_and_option_is_told_of() {
        for path in all() {
            let command = super::find(&path).expect("a command");
            let name = path.join(" ");
            assert!(!super::short(&command).is_empty(), "{name} has no description");
            for arg in command.get_arguments() {
                let said = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(!said.is_empty() && !said.ends_with('.'), "{name} {}: {said:?}", arg.get_id());
            }
        }
    }
}
