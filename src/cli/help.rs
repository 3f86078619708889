//! Help, and what is said where the command line can't be understood. Exit codes are Terraform's.

use crate::arguments::{is_switch, table as commands};
use crate::outside;
use crate::view::style::wrap;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

/// Columns of help texts.
const WIDTH: usize = 78;
/// Nothing was asked for: what shells give for a command that isn't there.
const NO_COMMAND: u8 = 127;
/// The commands of the usual way of working; they come first.
const MAIN: [&str; 6] = ["init", "validate", "plan", "apply", "destroy", "drift"];

/// What is to be said instead of running a command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// What was asked for goes to standard output, what is wrong to standard error.
    pub(crate) text: String,
    pub(crate) wrong: bool,
    pub(crate) code: u8,
}

impl Answer {
    /// Says it; gives the exit code.
    pub(crate) fn say(&self) -> u8 {
        if self.wrong {
            outside::complain(self.text.trim_end());
        } else {
            outside::print(&self.text);
        }
        self.code
    }
}

/// Help where the arguments ask for it, or say too little; none where a command is to run.
pub(crate) fn asked(args: &[String]) -> Option<Answer> {
    let is_help = |arg: &&String| ["-h", "-help", "--help"].contains(&arg.as_str());
    let before = args.iter().take_while(|arg| *arg != "--");
    let named = path(args);
    let text = help(&named);
    if before.clone().any(|arg| is_help(&arg)) || named.last().is_some_and(|name| name == "help") {
        return Some(Answer { text, wrong: false, code: 0 });
    }
    let lacks = named.is_empty() && words(args).next().is_none();
    let group =
        find(&named).is_subcommand_required_set() && !named.is_empty() && words(args).count() == named.len();
    match (lacks, group) {
        (true, _) => Some(Answer { text, wrong: true, code: NO_COMMAND }),
        (_, true) => Some(Answer { text, wrong: true, code: 1 }),
        _ => None,
    }
}

/// What is wrong with the arguments.
pub(crate) fn wrong(args: &[String], error: &clap::Error) -> Answer {
    let named = path(args);
    let full =
        std::iter::once("trueup".to_owned()).chain(named.iter().cloned()).collect::<Vec<_>>().join(" ");
    if error.kind() == ErrorKind::InvalidSubcommand {
        return Answer { text: unknown_command(args, &named, &full), wrong: true, code: 1 };
    }
    let (summary, detail) = explained(error);
    // As a diagnostic where the reader asked for plain ones, on one line otherwise.
    let plain = args.iter().any(|arg| arg == "--no-color");
    let said = if plain {
        format!("\nError: {summary}\n\n{}", wrap(&detail, WIDTH))
    } else {
        wrap(&format!("{summary}: {detail}"), WIDTH)
    };
    let text = format!("{said}\n\nFor more help on using this command, run:\n  {full} -help\n");
    Answer { text, wrong: true, code: 1 }
}

fn unknown_command(args: &[String], named: &[String], full: &str) -> String {
    let command = find(named);
    let word = words(args).nth(named.len()).map_or("", |(_, word)| word);
    let known = command.get_subcommands().map(Command::get_name);
    let near = trueup_diag::nearest(word, known).map(|name| format!(" Did you mean \"{name}\"?"));
    format!(
        "{full} has no command named \"{word}\".{}\n\nTo see all of its commands, run:\n  {full} -help\n",
        near.unwrap_or_default()
    )
}

fn explained(error: &clap::Error) -> (&'static str, String) {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.replacen("--", "-", 1),
        _ => String::new(),
    };
    let arg = context(ContextKind::InvalidArg);
    let option = arg.split(['=', ' ', '[', '<']).next().unwrap_or_default().to_owned();
    let parse = "Failed to parse command-line flags";
    match error.kind() {
        ErrorKind::UnknownArgument if arg.starts_with('-') => {
            let near = context(ContextKind::SuggestedArg);
            let near = if near.is_empty() { near } else { format!(". Did you mean {near}?") };
            (parse, format!("flag provided but not defined: {arg}{near}"))
        }
        ErrorKind::UnknownArgument => (
            "Too many command line arguments",
            format!("\"{arg}\" is one too many. To work in another directory, use the global -chdir option."),
        ),
        ErrorKind::InvalidValue if context(ContextKind::InvalidValue).is_empty() => {
            (parse, format!("flag needs an argument: {option}"))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = context(ContextKind::InvalidValue);
            (parse, format!("invalid value \"{value}\" for flag {option}"))
        }
        ErrorKind::MissingRequiredArgument => {
            ("Too few command line arguments", "this command needs an argument that was not given.".into())
        }
        _ => (parse, error.to_string().lines().next().unwrap_or_default().to_owned()),
    }
}

/// Arguments that are no options, without the program itself.
fn words(args: &[String]) -> impl Iterator<Item = (usize, &String)> {
    let mut value = false;
    args.iter().enumerate().skip(1).filter(move |(_, arg)| {
        let skip =
            std::mem::replace(&mut value, arg.trim_start_matches('-') == "chdir" && arg.starts_with('-'));
        !skip && !arg.starts_with('-')
    })
}

/// The command that the arguments name, with the commands above it.
fn path(args: &[String]) -> Vec<String> {
    named(args).0
}

/// The command that the arguments name, with the commands above it, and the place after its name.
pub(crate) fn named(args: &[String]) -> (Vec<String>, usize) {
    let mut command = commands();
    let (mut path, mut place) = (Vec::new(), 1);
    for (at, word) in words(args) {
        let Some(next) = command.find_subcommand(word).cloned() else { break };
        path.push(next.get_name().to_owned());
        command = next;
        place = at + 1;
    }
    (path, place)
}

fn find(path: &[String]) -> Command {
    path.iter().fold(commands(), |command, name| {
        command.find_subcommand(name).cloned().expect("the path was found before")
    })
}

/// The help of one command.
pub(crate) fn help(path: &[String]) -> String {
    let command = find(path);
    if path.is_empty() {
        return overview(&command);
    }
    let mut usage = format!("trueup [global options] {}", path.join(" "));
    let options = shown(path, &command).filter(|arg| !arg.is_positional());
    usage.push_str(if command.has_subcommands() { " <subcommand> [options] [args]" } else { " [options]" });
    for arg in shown(path, &command).filter(|arg| arg.is_positional()) {
        let many = if arg.get_num_args().is_some_and(|n| n.max_values() > 1) { "..." } else { "" };
        let name = value_name(arg);
        usage.push_str(&if arg.is_required_set() {
            format!(" {name}{many}")
        } else {
            format!(" [{name}{many}]")
        });
    }
    let purpose = wrap(&about(&command), WIDTH - 2).replace('\n', "\n  ");
    let mut out = format!("Usage: {usage}\n\n  {purpose}.\n");
    if command.has_subcommands() {
        out.push_str(&table(
            "Subcommands",
            command.get_subcommands().map(|c| (c.get_name().to_owned(), about(c))),
        ));
    }
    let positionals =
        shown(path, &command).filter(|arg| arg.is_positional()).map(|arg| (value_name(arg), told(arg)));
    out.push_str(&table("Arguments", positionals));
    let mut rows: Vec<(String, String)> = options.map(|arg| (option(arg), told(arg))).collect();
    if !command.has_subcommands() {
        rows.push(("-no-color".into(), "No colours".into()));
    }
    rows.sort();
    out + &table("Options", rows.into_iter())
}

/// What `destroy` shares with `apply` and has no use for.
const NOT_OF_DESTROY: [&str; 4] = ["plan", "destroy", "refresh_only", "replace"];

/// The arguments that a command's help tells of.
fn shown<'a>(path: &[String], command: &'a Command) -> impl Iterator<Item = &'a Arg> {
    let destroys = path == ["destroy"];
    command.get_arguments().filter(move |arg| {
        let id = arg.get_id().as_str();
        id != "chdir" && !(destroys && NOT_OF_DESTROY.contains(&id))
    })
}

fn overview(command: &Command) -> String {
    let rows = |main: bool| {
        let of = command.get_subcommands().filter(move |c| MAIN.contains(&c.get_name()) == main);
        of.map(|c| (c.get_name().to_owned(), about(c)))
    };
    let mut others: Vec<_> = rows(false).collect();
    others.sort();
    let mut out = format!("Usage: trueup [global options] <subcommand> [args]\n\n{}.\n", about(command));
    out.push_str(&table("Main commands", rows(true)));
    out.push_str(&table("All other commands", others.into_iter()));
    let global = [
        ("-chdir=DIR", "Switch to another working directory before doing anything else"),
        ("-help", "Show this help, or that of the named command"),
        ("-version", "The same as the version command"),
    ];
    out + &table(
        "Global options (before the subcommand)",
        global.map(|(a, b)| (a.into(), b.into())).into_iter(),
    )
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

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

/// Names and what they mean in two columns; long names stand on a line of their own.
fn table(heading: &str, rows: impl Iterator<Item = (String, String)>) -> String {
    const NAME_MAX: usize = 24;
    let rows: Vec<(String, String)> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
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
    use super::*;
    use crate::arguments::{normalize, parse};

    fn args(line: &str) -> Vec<String> {
        normalize(std::iter::once("trueup").chain(line.split_whitespace()).map(String::from))
    }

    #[test]
    fn what_cannot_be_understood_is_said_as_terraform_says_it() {
        let check = |line: &str, code: u8, wanted: &str| {
            let args = args(line);
            let answer = asked(&args).unwrap_or_else(|| {
                let error = parse(&args).expect_err("something is wrong");
                wrong(&args, &error)
            });
            assert_eq!(answer.code, code, "{line}: {}", answer.text);
            assert!(answer.text.contains(wanted), "{line}: {} does not hold {wanted}", answer.text);
        };
        check("", 127, "Main commands:");
        check("-help", 0, "Main commands:");
        check("plan -help", 0, "Usage: trueup [global options] plan [options]");
        check("-chdir x plan -h", 0, "Usage: trueup [global options] plan [options]");
        check("state", 1, "Subcommands:");
        check("state list -help", 0, "[ADDRESS...]");
        check("plam", 1, "trueup has no command named \"plam\". Did you mean \"plan\"?");
        check("state lst", 1, "trueup state has no command named \"lst\". Did you mean \"list\"?");
        check("plan -foo", 1, "Failed to parse command-line flags: flag provided but not defined: -foo");
        check("plan -foo -no-color", 1, "Error: Failed to parse command-line flags\n\nflag provided");
        check("plan a b", 1, "Too many command line arguments: \"a\" is one too many");
        check("plan -refresh=maybe", 1, "invalid value \"maybe\" for flag -refresh");
        check("plan -out", 1, "flag needs an argument: -out");
        check("plan -json=maybe", 1, "invalid value \"maybe\" for flag -json");
        check("state show", 1, "Too few command line arguments");
    }

    #[test]
    fn the_whole_reference() {
        let mut all = help(&[]);
        let mut walk = vec![(Vec::new(), commands())];
        while let Some((path, command)) = walk.pop() {
            for sub in command.get_subcommands() {
                let path: Vec<String> = [&path[..], &[sub.get_name().to_owned()]].concat();
                walk.push((path, sub.clone()));
            }
            if !path.is_empty() {
                all.push_str(&format!("\n----------\n{}", help(&path)));
            }
        }
        insta::assert_snapshot!(all);
    }
}
