//! Options that several commands have.

use clap::{ArgMatches, Args, FromArgMatches, ValueEnum};
use trueup_engine::Given;
use trueup_view::format::Format;

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
    #[arg(long, default_value = "true")]
    pub(crate) lock: bool,
    /// How long to try again for a lock that somebody else holds
    #[arg(long = "lock-timeout", value_name = "DURATION", default_value = "0s")]
    pub(crate) lock_timeout: String,
}

impl Default for Locking {
    fn default() -> Locking {
        Locking { lock: true, lock_timeout: "0s".into() }
    }
}

/// Prompts and warnings.
#[derive(Args, Clone, Debug)]
pub(crate) struct Terminal {
    /// Ask for missing values
    #[arg(long, default_value = "true")]
    pub(crate) input: bool,
    /// List warnings by their summaries alone
    #[arg(long = "compact-warnings")]
    pub(crate) compact_warnings: bool,
    /// Show one of several warnings that are alike, and count the others
    #[arg(long = "consolidate-warnings", default_value = "true")]
    pub(crate) consolidate_warnings: bool,
    /// The same for errors
    #[arg(long = "consolidate-errors")]
    pub(crate) consolidate_errors: bool,
    /// Whose use of deprecated variables and outputs of modules is told: module:all, module:local, which is those called by a path, or module:none
    #[arg(long, value_name = "WHICH", value_parser = ["module:all", "module:local", "module:none"], default_value = "module:all")]
    pub(crate) deprecation: String,
}

/// What a plan, or what drifted, is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum WrittenFormat {
    #[default]
    Human,
    Json,
    Markdown,
    Html,
    Junit,
    Sarif,
    Gitlab,
    #[value(name = "codequality")]
    CodeQuality,
}

impl WrittenFormat {
    /// The format of a report; none where people or JSON are meant.
    pub(crate) fn report(self) -> Option<Format> {
        Some(match self {
            WrittenFormat::Human | WrittenFormat::Json => return None,
            WrittenFormat::Markdown => Format::Markdown,
            WrittenFormat::Html => Format::Html,
            WrittenFormat::Junit => Format::Junit,
            WrittenFormat::Sarif => Format::Sarif,
            WrittenFormat::Gitlab => Format::Gitlab,
            WrittenFormat::CodeQuality => Format::CodeQuality,
        })
    }
}

/// How a plan, or what drifted, is written to standard output.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Writing {
    /// Text for people, JSON, Markdown for a comment, a page, test results, SARIF, or one of GitLab's reports; nothing but that goes to standard output
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "human", conflicts_with = "json")]
    pub(crate) format: WrittenFormat,
    /// The most bytes that Markdown may have: it is cut between lines, what is destroyed last
    #[arg(long = "format-limit", value_name = "BYTES")]
    pub(crate) format_limit: Option<usize>,
    /// Where Markdown that was cut says that the whole can be read
    #[arg(long = "format-link", value_name = "URL")]
    pub(crate) format_link: Option<String>,
}

/// A file that a report goes to.
#[derive(Clone, Debug)]
pub(crate) struct ReportFile {
    pub(crate) format: Format,
    pub(crate) path: String,
}

/// Reads `html=drift.html`.
fn report_file(text: &str) -> Result<ReportFile, String> {
    let (word, path) = text.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or(
        "a format and a file are wanted, with an equals sign between them, such as html=report.html",
    )?;
    let format = WrittenFormat::from_str(word, false).ok().and_then(WrittenFormat::report);
    let format = format.ok_or_else(|| {
        let all = WrittenFormat::value_variants().iter().filter(|format| format.report().is_some());
        let names: Vec<String> =
            all.filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned())).collect();
        match trueup_diag::nearest(word, names.iter().map(String::as_str)) {
            Some(near) => format!("\"{word}\" is no format of a report; did you mean \"{near}\"?"),
            None => format!("\"{word}\" is no format of a report; there are {}", names.join(", ")),
        }
    })?;
    Ok(ReportFile { format, path: path.to_owned() })
}

/// Files that tell of all stacks of a run.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Reporting {
    /// Write a report on all stacks to a file besides, such as html=report.html; formats are markdown, html, junit, sarif, gitlab and codequality. May be given several times
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report_file)]
    pub(crate) report: Vec<ReportFile>,
}

/// Where events go.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Events {
    /// Machine-readable output, one event a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the machine-readable output to a file, besides what people read
    #[arg(long = "json-into", value_name = "FILE")]
    pub(crate) json_into: Option<String>,
}

/// How a command that takes long tells what happens.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Telling {
    #[command(flatten)]
    pub(crate) events: Events,
    /// Show sensitive values to people, too
    #[arg(long = "show-sensitive")]
    pub(crate) show_sensitive: bool,
    /// Leave out what is said while work goes on
    #[arg(long)]
    pub(crate) concise: bool,
}

/// Where a local state is, where it goes, and where it is kept as it was; for configurations without another backend.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct StateFiles {
    /// The local state file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    /// Where the new state is written instead; the old one stays
    #[arg(long = "state-out", value_name = "FILE")]
    pub(crate) state_out: Option<String>,
    /// Where the state is kept as it was, instead of beside it; `-` is nowhere
    #[arg(long, value_name = "FILE")]
    pub(crate) backup: Option<String>,
}

/// What every command takes that reads the real objects.
#[derive(Args, Clone, Debug)]
pub(crate) struct Operating {
    #[command(flatten)]
    pub(crate) variables: Variables,
    /// Only this resource, instance or module and what it needs; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) target: Vec<String>,
    /// Leave this resource, instance or module out, and all that depends on it; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) exclude: Vec<String>,
    /// A file with an address to target on each line; `#` begins a comment. May be given several times
    #[arg(long = "target-file", value_name = "FILE")]
    pub(crate) target_file: Vec<String>,
    /// A file with an address to leave out on each line; `#` begins a comment. May be given several times
    #[arg(long = "exclude-file", value_name = "FILE")]
    pub(crate) exclude_file: Vec<String>,
    /// How many calls are in flight at once
    #[arg(long, value_name = "N", default_value = "10", allow_hyphen_values = true)]
    pub(crate) parallelism: i64,
    #[command(flatten)]
    pub(crate) locking: Locking,
    #[command(flatten)]
    pub(crate) terminal: Terminal,
}
