//! Arguments of the commands around the working directory and its configuration.

use super::groups::{Events, Locking, Terminal, Variables};
use clap::{Args, Subcommand, ValueEnum};

#[derive(Args, Clone, Debug)]
pub(crate) struct Init {
    /// Copy a module's files into the working directory first, which must be empty
    #[arg(long = "from-module", value_name = "SOURCE")]
    pub(crate) from_module: Option<String>,
    /// Set up the backend, or leave it alone
    #[arg(long, alias = "cloud", default_value = "true")]
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
    #[arg(long, default_value = "true")]
    pub(crate) get: bool,
    /// Fetch modules anew
    #[arg(long)]
    pub(crate) upgrade: bool,
    /// How the lock file of providers is treated: readonly. It is never written yet
    #[arg(long, value_name = "MODE")]
    pub(crate) lockfile: Option<String>,
    /// Accepted for compatibility; there are no plugins yet
    #[arg(long = "plugin-dir", value_name = "DIR")]
    pub(crate) plugin_dir: Vec<String>,
    /// Accepted for compatibility; every version of a backend is the same
    #[arg(long = "ignore-remote-version")]
    pub(crate) ignore_remote_version: bool,
    /// Where test files are besides the configuration's directory
    #[arg(long = "test-directory", value_name = "DIR", default_value = "tests")]
    pub(crate) test_directory: String,
    #[command(flatten)]
    pub(crate) events: Events,
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
    /// Leave test files out
    #[arg(long = "no-tests")]
    pub(crate) no_tests: bool,
    /// Where test files are besides the configuration's directory
    #[arg(long = "test-directory", value_name = "DIR", default_value = "tests")]
    pub(crate) test_directory: String,
    #[command(flatten)]
    pub(crate) variables: Variables,
    /// Take the configuration from a commit, without a checkout: a Git address or a path in a repository, with `//DIRECTORY` and `?ref=REFERENCE`
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Get {
    /// Fetch modules anew
    #[arg(long)]
    pub(crate) update: bool,
    /// Where test files are besides the configuration's directory
    #[arg(long = "test-directory", value_name = "DIR", default_value = "tests")]
    pub(crate) test_directory: String,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Login {
    /// The host; app.terraform.io where none is named
    #[arg(value_name = "HOST")]
    pub(crate) host: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Completion {
    /// bash, zsh, fish or powershell
    #[arg(value_name = "SHELL", value_parser = ["bash", "zsh", "fish", "powershell"])]
    pub(crate) shell: String,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Manual {
    /// The command, such as `state mv`; none is the program itself
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<String>,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Metadata {
    /// Print the signatures of the language's functions as JSON
    Functions(OnlyJson),
}

/// For commands that print JSON and have to be told so.
#[derive(Args, Clone, Debug)]
pub(crate) struct OnlyJson {
    /// Machine-readable output; there is no other
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Modules {
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

/// The tree of requirements where no command follows.
#[derive(Args, Clone, Debug)]
pub(crate) struct Providers {
    /// Accepted for compatibility; test files require no providers here
    #[arg(long = "test-directory", value_name = "DIR")]
    pub(crate) test_directory: Option<String>,
    #[command(flatten)]
    pub(crate) variables: Variables,
    #[command(subcommand)]
    pub(crate) command: Option<ProvidersCommand>,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ProvidersCommand {
    /// Write checksums of provider plugins into the lock file
    Lock(ProvidersLock),
    /// Copy provider plugins into a directory
    Mirror(ProvidersMirror),
    /// Print the schemas of the configuration's providers as JSON
    Schema(OnlyJson),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct ProvidersLock {
    /// Only these providers
    #[arg(value_name = "PROVIDER")]
    pub(crate) providers: Vec<String>,
    /// A platform such as `linux_amd64`; may be given several times
    #[arg(long, value_name = "OS_ARCH")]
    pub(crate) platform: Vec<String>,
    /// Accepted for compatibility; there are no plugins yet
    #[arg(long = "fs-mirror", value_name = "DIR")]
    pub(crate) fs_mirror: Option<String>,
    /// Accepted for compatibility; there are no plugins yet
    #[arg(long = "net-mirror", value_name = "URL")]
    pub(crate) net_mirror: Option<String>,
    /// Accepted for compatibility; there are no plugins yet
    #[arg(long = "enable-plugin-cache")]
    pub(crate) enable_plugin_cache: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct ProvidersMirror {
    /// The directory
    #[arg(value_name = "DIRECTORY")]
    pub(crate) directory: String,
    /// A platform such as `linux_amd64`; may be given several times
    #[arg(long, value_name = "OS_ARCH")]
    pub(crate) platform: Vec<String>,
    /// Copy the versions that the lock file names
    #[arg(long = "lock-file", default_value = "true")]
    pub(crate) lock_file: bool,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Console {
    #[command(flatten)]
    pub(crate) variables: Variables,
    /// Make a plan first, so that expressions see planned values
    #[arg(long)]
    pub(crate) plan: bool,
    /// The local state file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) locking: Locking,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Graph {
    /// Draw everything that is walked, not the resources alone: `plan`, `plan-refresh-only`, `plan-destroy` or `apply`
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Draw a saved plan: as dot what applying it walks, else the resources with what becomes of them
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<String>,
    /// Draw circles, in red, instead of refusing them
    #[arg(long = "draw-cycles")]
    pub(crate) draw_cycles: bool,
    /// What is written: `dot`, `mermaid`, `svg`, `html` or `json`
    #[arg(long, value_name = "FORMAT", default_value = "dot")]
    pub(crate) format: GraphFormat,
    /// Accepted for compatibility; it has no effect in Terraform either
    #[arg(long = "module-depth", value_name = "N")]
    pub(crate) module_depth: Option<i64>,
    #[command(flatten)]
    pub(crate) variables: Variables,
}

/// What `graph` writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    #[default]
    Dot,
    Mermaid,
    Svg,
    Html,
    Json,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Fmt {
    /// Files or directories; `-` is standard input
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// List the files that are not formatted
    #[arg(long, default_value = "true")]
    pub(crate) list: bool,
    /// Write the files
    #[arg(long, default_value = "true")]
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
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Version {
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
}
