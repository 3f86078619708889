//! The command line. In: arguments and environment. Out: text, JSON and an exit code.
//!
//! Only this room reads the environment and the clock, prints and exits; it chooses the embedded providers.

mod arguments;
mod command;
mod completion;
mod entry;
mod files;
mod help;
mod log;
mod manual;
mod outside;
mod reference;
mod screen;
mod settings;

use arguments::{Command, CommandLine, normalize};
use command::Context;
use screen::{Look, Screen};
use std::collections::BTreeMap;
use std::process::ExitCode;
use trueup_diag::Sources;
use trueup_document::VERSION;
use trueup_engine::Mark;

/// Runs the program with the process's arguments and environment.
pub fn main() -> ExitCode {
    let environment = outside::environment();
    if let Some(words) = completion::asked(&environment) {
        words.iter().for_each(|word| outside::print(&format!("{word}\n")));
        return ExitCode::SUCCESS;
    }
    if let Some(warning) = log::begin(&environment) {
        outside::complain(&warning);
    }
    let mut args = outside::arguments();
    let global = |arg: &&mut String| !arg.contains("chdir");
    if let Some(flag) = args.iter_mut().skip(1).find(global)
        && ["--version", "-version", "-v"].contains(&flag.as_str())
    {
        *flag = "version".into();
    }
    if let Some(answer) = autocomplete(&args, &environment) {
        return ExitCode::from(answer.say());
    }
    let (path, place) = help::named(&args);
    match arguments::extended(args, &path, place, &environment) {
        Ok(args) => run(&normalize(args), environment),
        Err(message) => {
            outside::complain(&message);
            ExitCode::FAILURE
        }
    }
}

/// Installs completion for the shells in use, or takes it out again, where the arguments ask for that.
fn autocomplete(args: &[String], environment: &BTreeMap<String, String>) -> Option<help::Answer> {
    let asked = args.get(1)?.trim_start_matches('-');
    let home = environment.get("HOME").map(std::path::PathBuf::from).unwrap_or_default();
    let (done, said) = match asked {
        _ if !args[1].starts_with('-') => return None,
        "install-autocomplete" => (completion::install::install(&home), "is in"),
        "uninstall-autocomplete" => (completion::install::uninstall(&home), "is no longer in"),
        _ => return None,
    };
    let (text, wrong) = match done {
        Ok(files) if files.is_empty() => {
            ("No start file of bash, zsh or fish was found. \"trueup completion -help\" tells how to do it by hand.\n".into(), true)
        }
        Ok(files) => (files.iter().map(|file| format!("Completion {said} {file}\n")).collect(), false),
        Err(message) => (message, true),
    };
    Some(help::Answer { text, wrong, code: u8::from(wrong) })
}

fn run(args: &[String], environment: BTreeMap<String, String>) -> ExitCode {
    if let Some(answer) = help::asked(args) {
        return ExitCode::from(answer.say());
    }
    let line = match arguments::parse(args) {
        Ok(line) => line,
        Err(error) => return ExitCode::from(help::wrong(args, &error).say()),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return outside::fatal(&format!("the runtime can't be started: {error}")),
    };
    let code = runtime.block_on(dispatch(help::named(args).0.join(" "), line, environment));
    // A second interrupt leaves calls hanging; they are not waited for.
    runtime.shutdown_timeout(std::time::Duration::from_millis(100));
    ExitCode::from(code)
}

async fn dispatch(command: String, line: CommandLine, environment: BTreeMap<String, String>) -> u8 {
    let context = match Context::new(&line, environment) {
        Ok(context) => &context.configured(),
        Err(diagnostic) => {
            Screen::new(Look { no_color: line.no_color, ..Look::default() })
                .diagnostics((*diagnostic).into(), &Sources::default());
            return 1;
        }
    };
    tracing::info!(target: "trueup", version = VERSION, command = %command, "begins");
    match line.command {
        Command::Init(args) => command::init::run(context, args).await,
        Command::Completion(args) => command::completion::run(context, &args),
        Command::Man(args) => command::manual::run(context, &args),
        Command::Login(args) => command::login::login(context, &args),
        Command::Logout(args) => command::login::logout(context, &args),
        Command::Metadata(args) => command::metadata::run(context, &args),
        Command::Modules(args) => command::modules::run(context, &args),
        Command::Validate(args) => command::validate::run(context, args).await,
        Command::Plan(args) => command::plan::run(context, args).await,
        Command::Apply(args) => command::apply::run(context, args, false).await,
        Command::Destroy(args) => command::apply::run(context, args, true).await,
        Command::Drift(args) => command::drift::run(context, args).await,
        Command::Show(args) => command::show::run(context, args).await,
        Command::Output(args) => command::output::run(context, args).await,
        Command::Pr(args) => command::pr::run(context, args).await,
        Command::Run(args) => command::run::run(context, args).await,
        Command::Stacks(args) => command::stacks::run(context, &args),
        Command::State(args) => command::state::run(context, args).await,
        Command::Workspace(args) => command::workspace::run(context, args).await,
        Command::Taint(args) => command::taint::run(context, args, Mark::Taint).await,
        Command::Untaint(args) => command::taint::run(context, args, Mark::Untaint).await,
        Command::Import(args) => command::import::run(context, args).await,
        Command::Refresh(args) => command::refresh::run(context, args).await,
        Command::ForceUnlock(args) => command::force_unlock::run(context, args).await,
        Command::Get(args) => command::get::run(context, &args),
        Command::Providers(args) => command::providers::run(context, args).await,
        Command::Console(args) => command::console::run(context, args).await,
        Command::Graph(args) => command::graph::run(context, &args).await,
        Command::Fmt(args) => command::fmt::run(context, &args),
        Command::Test(args) => command::test::run(context, args).await,
        Command::Version(args) => command::version::run(context, &args),
    }
}
