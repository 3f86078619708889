//! The command line as data: one type a command, doc comments are the help.
//!
//! Long options take one dash as in Terraform, or two. An option without a value is a switch: it takes `=true` and
//! `=false` as well, and of an option given twice the later one counts, so that `TF_CLI_ARGS` can be overridden.

mod command;
mod configuration;
mod environment;
mod groups;
mod plans;
mod pr;
mod run;
mod stacks;
mod state;
mod testing;
mod workspace;

pub(crate) use command::Command;
pub(crate) use configuration::{
    Completion, Console, Fmt, Get, Graph, GraphFormat, Init, Login, Manual, Metadata, Modules, Providers,
    ProvidersCommand, ProvidersLock, ProvidersMirror, Validate, Version,
};
pub(crate) use environment::extended;
pub(crate) use groups::{
    Events, Locking, Origin, ReportFile, StateFiles, Telling, Terminal, Variables, Writing, WrittenFormat,
};
pub(crate) use plans::{Apply, Drift, Import, Plan, Planning, Refresh};
pub(crate) use pr::{Pr, PrApply, PrPlan, Pulling};
pub(crate) use run::{Notifying, Run, RunDrift, Running};
pub(crate) use stacks::{Stacks, StacksList};
pub(crate) use state::{
    ForceUnlock, Operated, Output, Show, State, StateList, StateMv, StatePush, StateReplaceProvider, StateRm,
    StateShow, Taint,
};
pub(crate) use testing::Test;
pub(crate) use workspace::{Workspace, WorkspaceDelete, WorkspaceNew, WorkspaceSelect};

use clap::{Arg, ArgAction, ArgMatches, CommandFactory, FromArgMatches, Parser};
use trueup_engine::{Deprecations, Given};

/// Brings real infrastructure true to what Git says.
#[derive(Debug, Parser)]
#[command(
    name = "trueup",
    disable_version_flag = true,
    disable_help_subcommand = true,
    disable_help_flag = true,
    args_override_self = true
)]
pub(crate) struct CommandLine {
    /// Switch to another working directory before doing anything else
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) chdir: Option<String>,
    /// No colours
    #[arg(long = "no-color", global = true)]
    pub(crate) no_color: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
    /// What the command is given for root variables, whether it evaluates anything or only reads where modules and the
    /// state are.
    #[arg(skip)]
    pub(crate) given: Vec<Given>,
    /// Whose use of what is deprecated is told.
    #[arg(skip)]
    pub(crate) deprecations: Deprecations,
}

/// The table of all commands and options.
pub(crate) fn table() -> clap::Command {
    with_switches(CommandLine::command())
}

/// What the arguments ask for; the first one is the program's name.
pub(crate) fn parse(args: &[String]) -> Result<CommandLine, clap::Error> {
    let matches = table().try_get_matches_from(args)?;
    let mut line = CommandLine::from_arg_matches(&matches)?;
    let mut innermost = &matches;
    while let Some((_, matches)) = innermost.subcommand() {
        innermost = matches;
    }
    line.given = given(innermost)?;
    line.deprecations = deprecations(innermost);
    Ok(line)
}

/// The values for root variables that a command is given.
fn given(matches: &ArgMatches) -> Result<Vec<Given>, clap::Error> {
    // Commands without a configuration, such as fmt, don't know the option.
    if matches.try_contains_id("var").is_err() {
        return Ok(Vec::new());
    }
    Ok(Variables::from_arg_matches(matches)?.given)
}

/// Whose use of what is deprecated a command tells; those without the option tell all.
fn deprecations(matches: &ArgMatches) -> Deprecations {
    let word = matches.try_get_one::<String>("deprecation").ok().flatten();
    match word.map(String::as_str) {
        Some("module:local") => Deprecations::Local,
        Some("module:none") => Deprecations::None,
        _ => Deprecations::All,
    }
}

/// Whether an option is on or off.
pub(crate) fn is_switch(arg: &Arg) -> bool {
    arg.get_value_names().is_some_and(|names| names == ["BOOL"])
}

fn with_switches(command: clap::Command) -> clap::Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let command = command.mut_args(switch);
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, with_switches))
}

/// `-x`, `-x=true` and `-x=false`, for a field of type bool.
fn switch(arg: Arg) -> Arg {
    if !matches!(arg.get_action(), ArgAction::SetTrue) {
        return arg;
    }
    let arg = if arg.get_default_values().is_empty() { arg.default_value("false") } else { arg };
    arg.action(ArgAction::Set)
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("true")
        .value_name("BOOL")
        .value_parser(truth)
}

/// The words for on and off that Terraform knows.
fn truth(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("neither true nor false".into()),
    }
}

/// One dash for long options becomes two, as clap wants it; what comes after `--` stays.
pub(crate) fn normalize(args: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut literal = false;
    let mut out = Vec::new();
    for arg in args {
        literal |= arg == "--";
        let long =
            arg.len() > 2 && arg.strip_prefix('-').is_some_and(|rest| rest.starts_with(char::is_alphabetic));
        out.push(if long && !literal { format!("-{arg}") } else { arg });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(args: &[&str]) -> CommandLine {
        let all = std::iter::once("trueup").chain(args.iter().copied()).map(str::to_owned);
        parse(&normalize(all)).expect("good arguments")
    }

    #[test]
    fn single_dashes_are_long_options() {
        let check = |given: &[&str], wanted: &[&str]| {
            assert_eq!(normalize(given.iter().map(|s| (*s).to_owned())), wanted);
        };
        check(&["plan", "-out=p", "-var", "a=-b", "-"], &["plan", "--out=p", "--var", "a=-b", "-"]);
        check(&["--", "-x-y"], &["--", "-x-y"]);
        check(&["-h", "--json", ""], &["-h", "--json", ""]);
    }

    #[test]
    fn variables_keep_the_order_of_the_command_line() {
        let check = |args: &[&str], wanted: &[&str]| {
            let Command::Plan(plan) = line(&[&["plan"], args].concat()).command else { panic!("a plan") };
            let given = plan.planning.operating.variables.given.iter().map(|given| match given {
                Given::Var(text) => format!("var {text}"),
                Given::File(file) => format!("file {file}"),
                Given::Value { name, .. } => panic!("{name} comes from no command line"),
            });
            assert_eq!(given.collect::<Vec<_>>(), wanted);
        };
        check(&[], &[]);
        check(&["-var", "a=1", "-var-file=f", "-var=b=-2"], &["var a=1", "file f", "var b=-2"]);
        check(&["-var-file", "f", "-out=p", "-var-file", "g"], &["file f", "file g"]);
    }

    #[test]
    fn switches_are_set_as_in_terraform() {
        let check = |args: &[&str], json: bool, lock: bool| {
            let Command::Plan(plan) = line(&[&["plan"], args].concat()).command else { panic!("a plan") };
            assert_eq!(
                (plan.telling.events.json, plan.planning.operating.locking.lock),
                (json, lock),
                "{args:?}"
            );
        };
        check(&[], false, true);
        check(&["-json", "-lock"], true, true);
        check(&["-json=false", "-lock=false"], false, false);
        check(&["-json=T", "-lock=0"], true, false);
        check(&["-json", "-lock=0", "--json=FALSE", "-lock=1"], false, true);
        assert!(line(&["version", "-no-color"]).no_color);
    }

    #[test]
    fn the_later_of_two_counts() {
        let Command::Plan(plan) = line(&["plan", "-out=a", "-out", "b"]).command else { panic!("a plan") };
        assert_eq!(plan.out.as_deref(), Some("b"));
    }

    #[test]
    fn the_table_is_well_formed() {
        table().debug_assert();
    }
}
