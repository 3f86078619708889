//! Help, and what is said where the command line can't be understood. Exit codes are Terraform's.

use crate::arguments::table as commands;
use crate::outside;
use crate::reference::{find, help};
use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use trueup_view::style::wrap;

/// Columns of help texts.
const WIDTH: usize = 78;
/// Nothing was asked for: what shells give for a command that isn't there.
const NO_COMMAND: u8 = 127;

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
        found(&named).is_subcommand_required_set() && !named.is_empty() && words(args).count() == named.len();
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
    let command = found(named);
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
        ErrorKind::InvalidValue if !arg.starts_with('-') => {
            let value = context(ContextKind::InvalidValue);
            ("Invalid argument", format!("\"{value}\" is none of these: {}.", known(error).join(", ")))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = context(ContextKind::InvalidValue);
            let why = match (std::error::Error::source(error), known(error)) {
                (Some(why), _) => format!(": {why}"),
                (None, known) if !known.is_empty() => format!(": there are {}", known.join(", ")),
                (None, _) => String::new(),
            };
            (parse, format!("invalid value \"{value}\" for flag {option}{why}"))
        }
        ErrorKind::ArgumentConflict => {
            let prior = context(ContextKind::PriorArg);
            (parse, format!("{option} can't be used together with {prior}"))
        }
        ErrorKind::MissingRequiredArgument => {
            ("Too few command line arguments", "this command needs an argument that was not given.".into())
        }
        _ => (parse, error.to_string().lines().next().unwrap_or_default().to_owned()),
    }
}

/// What an argument may be, where it is one of a few words.
fn known(error: &clap::Error) -> &[String] {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(all)) => all,
        _ => &[],
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

fn found(path: &[String]) -> Command {
    find(path).expect("the path was found before")
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
        check("drift -format=xml", 1, "\nthere are human, json, markdown, html, junit, sarif");
        check(
            "run drift -all -report=pdf=a",
            1,
            "there are markdown, html, junit, sarif,\ngitlab, codequality",
        );
        check("plan -out", 1, "flag needs an argument: -out");
        check("plan -json=maybe", 1, "invalid value \"maybe\" for flag -json");
        check("state show", 1, "Too few command line arguments");
        check("show -plan=a b", 1, "-plan can't be used together with [FILE]");
        check(
            "completion csh",
            1,
            "Invalid argument: \"csh\" is none of these: bash, zsh, fish, powershell.",
        );
    }
}
