//! The command line as data: one type a command, doc comments are the help.
//!
//! Long options take one dash as in Terraform, or two.

mod state;

pub(crate) use state::{
    ForceUnlock, Get, Import, Operated, Refresh, State, StateList, StateMv, StatePush, StateReplaceProvider,
    StateRm, StateShow, Taint, Workspace, WorkspaceDelete, WorkspaceNew, WorkspaceSelect,
};

use clap::{ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand};
use trueup_engine::Given;

/// Brings real infrastructure true to what Git says.
#[derive(Debug, Parser)]
#[command(
    name = "trueup",
    disable_version_flag = true,
    disable_help_subcommand = true,
    disable_help_flag = true
)]
pub(crate) struct CommandLine {
    /// Switch to another working directory before doing anything else
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) chdir: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prepare a working directory: fetch modules, check providers, set up the backend
    Init(Init),
    /// Check whether the configuration is valid
    Validate(Validate),
    /// Show what would be changed to bring the infrastructure true to the configuration
    Plan(Plan),
    /// Make the changes of a plan
    Apply(Apply),
    /// Destroy everything that the state holds
    Destroy(Apply),
    /// Show what differs between Git, the state and the world, attribute by attribute. Exit codes: 0 nothing differs, 1 error, 2 something differs, 4 the state is locked, 5 corrected in part
    Drift(Drift),
    /// Show the state or a saved plan
    Show(Show),
    /// Show output values from the state
    Output(Output),
    /// Look into the state, and mend it by hand
    #[command(subcommand)]
    State(State),
    /// List, select, make and delete workspaces
    #[command(subcommand)]
    Workspace(Workspace),
    /// Mark an instance, so that the next plan replaces it
    Taint(Taint),
    /// Take the mark off an instance again
    Untaint(Taint),
    /// Take an object that exists into the state
    Import(Import),
    /// Take the world's changes into the state
    Refresh(Refresh),
    /// Take a lock away that a process left behind
    ForceUnlock(ForceUnlock),
    /// Fetch the modules that the configuration calls
    Get(Get),
    /// Look at the providers of the configuration
    #[command(subcommand)]
    Providers(Providers),
    /// Try expressions at an interactive prompt
    Console(Console),
    /// Print the dependency graph in the DOT language
    Graph(Graph),
    /// Rewrite configuration files to the canonical format
    Fmt(Fmt),
    /// Show the version
    Version(Version),
}

/// Values for root variables.
#[derive(Args, Clone, Debug, Default)]
struct VariableOptions {
    /// Set a root variable; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE", allow_hyphen_values = true)]
    var: Vec<String>,
    /// Read root variables from a file; may be given several times
    #[arg(long = "var-file", value_name = "FILE")]
    var_file: Vec<String>,
}

/// Values for root variables in the order of the command line: later ones win.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    pub(crate) given: Vec<Given>,
}

impl FromArgMatches for Variables {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Variables, clap::Error> {
        let VariableOptions { var, var_file } = VariableOptions::from_arg_matches(matches)?;
        let places = |id: &str| matches.indices_of(id).into_iter().flatten().collect::<Vec<usize>>();
        let single = places("var").into_iter().zip(var.into_iter().map(Given::Var));
        let files = places("var_file").into_iter().zip(var_file.into_iter().map(Given::File));
        let mut given: Vec<(usize, Given)> = single.chain(files).collect();
        given.sort_by_key(|(place, _)| *place);
        Ok(Variables { given: given.into_iter().map(|(_, given)| given).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Variables::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Variables {
    fn augment_args(command: clap::Command) -> clap::Command {
        VariableOptions::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        VariableOptions::augment_args_for_update(command)
    }
}

/// Which commit the configuration is taken from.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Origin {
    /// Take the configuration from a commit, without a checkout: a Git address or a path in a repository, with `//DIRECTORY` and `?ref=REFERENCE`
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: Option<String>,
    /// With -from, a setting of the backend or a file of them; may be given several times
    #[arg(long = "backend-config", value_name = "PATH|NAME=VALUE")]
    pub(crate) backend_config: Vec<String>,
}

/// How the state is locked.
#[derive(Args, Clone, Debug)]
pub(crate) struct Locking {
    /// Hold a lock on the state; without one others might change it at the same time
    #[arg(long = "lock", value_name = "BOOL", default_value = "true", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) lock: bool,
    /// How long to try again for a lock that somebody else holds
    #[arg(long = "lock-timeout", value_name = "DURATION", default_value = "0s")]
    pub(crate) lock_timeout: String,
}

/// Colours and prompts.
#[derive(Args, Clone, Debug)]
pub(crate) struct Terminal {
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
    /// Ask for missing values
    #[arg(long, value_name = "BOOL", default_value = "true", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) input: bool,
    /// List warnings by their summaries alone
    #[arg(long = "compact-warnings")]
    pub(crate) compact_warnings: bool,
}

/// What is planned.
#[derive(Args, Clone, Debug)]
pub(crate) struct Planning {
    #[command(flatten)]
    pub(crate) variables: Variables,
    /// Plan to destroy everything
    #[arg(long)]
    pub(crate) destroy: bool,
    /// Only take the world's changes into the state
    #[arg(long = "refresh-only")]
    pub(crate) refresh_only: bool,
    /// Read the real objects before planning
    #[arg(long, value_name = "BOOL", default_value = "true", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) refresh: bool,
    /// Only this resource, instance or module and what it needs; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) target: Vec<String>,
    /// Replace this instance even if nothing asks for it; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) replace: Vec<String>,
    /// How many calls are in flight at once
    #[arg(long, value_name = "N", default_value = "10")]
    pub(crate) parallelism: usize,
    #[command(flatten)]
    pub(crate) locking: Locking,
    #[command(flatten)]
    pub(crate) terminal: Terminal,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Init {
    /// Set up the backend, or leave it alone
    #[arg(long, value_name = "BOOL", default_value = "true", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) backend: bool,
    /// A setting of the backend, or a file of them; may be given several times
    #[arg(long = "backend-config", value_name = "PATH|NAME=VALUE")]
    pub(crate) backend_config: Vec<String>,
    /// Forget the backend that was set up before
    #[arg(long)]
    pub(crate) reconfigure: bool,
    /// Copy the state to a backend that changed
    #[arg(long = "migrate-state")]
    pub(crate) migrate_state: bool,
    /// Answer yes to questions about copying state
    #[arg(long = "force-copy")]
    pub(crate) force_copy: bool,
    /// Fetch modules
    #[arg(long, value_name = "BOOL", default_value = "true", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) get: bool,
    /// Fetch modules anew
    #[arg(long)]
    pub(crate) upgrade: bool,
    /// How the lock file of providers is treated
    #[arg(long, value_name = "MODE")]
    pub(crate) lockfile: Option<String>,
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
    #[command(flatten)]
    pub(crate) locking: Locking,
    #[command(flatten)]
    pub(crate) terminal: Terminal,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Validate {
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
    /// Accepted for compatibility; test files are not validated yet
    #[arg(long = "no-tests")]
    pub(crate) no_tests: bool,
    /// Take the configuration from a commit, without a checkout: a Git address or a path in a repository, with `//DIRECTORY` and `?ref=REFERENCE`
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Plan {
    /// Save the plan to a file
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<String>,
    /// Exit with 2 when there are changes
    #[arg(long = "detailed-exitcode")]
    pub(crate) detailed_exitcode: bool,
    /// Write configuration for what is imported without any to a new file
    #[arg(long = "generate-config-out", value_name = "FILE")]
    pub(crate) generate_config_out: Option<String>,
    /// Machine-readable output, one event a line
    #[arg(long)]
    pub(crate) json: bool,
    /// The local state file, for configurations without a backend block
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) origin: Origin,
    #[command(flatten)]
    pub(crate) planning: Planning,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Apply {
    /// A saved plan; without one a new plan is made and shown
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<String>,
    /// Don't ask before applying
    #[arg(long = "auto-approve")]
    pub(crate) auto_approve: bool,
    /// Machine-readable output, one event a line
    #[arg(long)]
    pub(crate) json: bool,
    /// The local state file, for configurations without a backend block
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    /// Where the new state is written instead
    #[arg(long = "state-out", value_name = "FILE")]
    pub(crate) state_out: Option<String>,
    /// Where the old state is kept
    #[arg(long, value_name = "FILE")]
    pub(crate) backup: Option<String>,
    #[command(flatten)]
    pub(crate) planning: Planning,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Drift {
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    /// Bring what drifted back to what Git says, and touch nothing else
    #[arg(long)]
    pub(crate) correct: bool,
    /// Only what was changed outside: what Git has that was never applied is neither told nor counted
    #[arg(long)]
    pub(crate) world: bool,
    /// Accepted for compatibility: exit codes are always detailed
    #[arg(long = "detailed-exitcode", alias = "detailed")]
    pub(crate) detailed_exitcode: bool,
    /// Don't ask before correcting
    #[arg(long = "auto-approve")]
    pub(crate) auto_approve: bool,
    #[command(flatten)]
    pub(crate) origin: Origin,
    #[command(flatten)]
    pub(crate) variables: Variables,
    /// Only this resource, instance or module; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) target: Vec<String>,
    /// How many calls are in flight at once
    #[arg(long, value_name = "N", default_value = "10")]
    pub(crate) parallelism: usize,
    #[command(flatten)]
    pub(crate) locking: Locking,
    #[command(flatten)]
    pub(crate) terminal: Terminal,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Show {
    /// A saved plan or a state file; without one the current state
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<String>,
    #[command(flatten)]
    pub(crate) origin: Origin,
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Output {
    /// Only this output
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    /// The bare value of a string, number or bool
    #[arg(long)]
    pub(crate) raw: bool,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
    /// The local state file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Providers {
    /// Print the schemas of the configuration's providers as JSON
    Schema(ProvidersSchema),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct ProvidersSchema {
    /// Machine-readable output; there is no other
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Console {
    #[command(flatten)]
    pub(crate) variables: Variables,
    /// Make a plan first, so that expressions see planned values
    #[arg(long)]
    pub(crate) plan: bool,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
    /// The local state file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) locking: Locking,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Graph {
    /// Kind of graph: plan, apply, plan-destroy...
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Draw the steps of a saved plan
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<String>,
    /// Accepted for compatibility
    #[arg(long = "draw-cycles")]
    pub(crate) draw_cycles: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Fmt {
    /// Files or directories; `-` is standard input
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// List the files that are not formatted
    #[arg(long, value_name = "BOOL", default_value = "true", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) list: bool,
    /// Write the files
    #[arg(long, value_name = "BOOL", default_value = "true", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) write: bool,
    /// Show the differences
    #[arg(long)]
    pub(crate) diff: bool,
    /// Write nothing; exit with 3 when something is not formatted
    #[arg(long)]
    pub(crate) check: bool,
    /// Go into subdirectories
    #[arg(long)]
    pub(crate) recursive: bool,
    /// No colours
    #[arg(long = "no-color")]
    pub(crate) no_color: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Version {
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
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
            let all = ["trueup", "plan"].iter().chain(args).map(|arg| (*arg).to_owned());
            let line = CommandLine::try_parse_from(normalize(all)).expect("good arguments");
            let Command::Plan(plan) = line.command else { panic!("a plan") };
            let given = plan.planning.variables.given.iter().map(|given| match given {
                Given::Var(text) => format!("var {text}"),
                Given::File(file) => format!("file {file}"),
            });
            assert_eq!(given.collect::<Vec<_>>(), wanted);
        };
        check(&[], &[]);
        check(&["-var", "a=1", "-var-file=f", "-var=b=-2"], &["var a=1", "file f", "var b=-2"]);
        check(&["-var-file", "f", "-out=p", "-var-file", "g"], &["file f", "file g"]);
    }

    #[test]
    fn the_table_is_well_formed() {
        use clap::CommandFactory;
        CommandLine::command().debug_assert();
    }
}
