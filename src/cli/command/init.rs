//! `trueup init`

use super::Context;
use super::options::lock_options;
use super::plan::complain;
use super::show::single;
use super::stream;
use crate::arguments::Init as Arguments;
use crate::outside;
use crate::screen::Screen;
use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document::events;
use trueup_engine::{
    Approval, BackendSettings, Initialized, Loaded, ProviderNeed, Question, Unobserved, World,
    has_configuration, initialize_backend, install_modules, load,
};
use trueup_source::ModuleSource;

/// Fetches modules, checks that the providers are there, and sets the backend up.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = match stream::screen_like(context, &args.events, super::look(&args.terminal)) {
        Ok(screen) => screen,
        Err(unopened) => {
            let (screen, diagnostic) = *unopened;
            return complain(&screen, diagnostic.into(), &Sources::default());
        }
    };
    let world = context.world(Arc::new(Unobserved));
    if let Some(source) = &args.from_module {
        tell(&screen, "copying_configuration_message", &format!("Copying configuration from {source:?}..."));
        if let Err(diagnostic) = from_module(&world.dir, source) {
            return complain(&screen, (*diagnostic).into(), &Sources::default());
        }
    }
    if !has_configuration(&world.dir) {
        tell(
            &screen,
            "output_init_empty_message",
            "trueup initialized in an empty directory!\n\nThe directory has no configuration files. Write some, then run init again.",
        );
        return 0;
    }
    if args.reconfigure && args.migrate_state {
        let detail = "The -migrate-state and -reconfigure options are mutually-exclusive: one copies the state, the other leaves it.";
        return complain(&screen, single("Invalid init options", detail), &Sources::default());
    }
    match set_up(&screen, &world, &args).await {
        Ok(()) => {
            let good = screen.style.bold(&screen.style.green("trueup has been successfully initialized!"));
            tell(&screen, "output_init_success_message", &format!("\n{good}"));
            if !screen.is_automated() {
                tell(
                    &screen,
                    "output_init_success_cli_message",
                    "\nYou may now begin working with it: \"trueup plan\" shows what is to be done.\n\nAfter a change of modules, providers or the backend run init again.",
                );
            }
            0
        }
        Err((diagnostics, sources)) => complain(&screen, diagnostics, &sources),
    }
}

/// Says something that Terraform has a code for.
fn tell(screen: &Screen, code: &str, text: &str) {
    if screen.tells_events() {
        screen.event(&events::initializing(&outside::now_exact(), code, plain(text).trim()));
    }
    if !screen.is_events() {
        screen.line(text);
    }
}

/// Text without colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// Says something else.
fn remark(screen: &Screen, text: &str) {
    if screen.tells_events() {
        screen.event(&events::log(&outside::now_exact(), plain(text).trim()));
    }
    if !screen.is_events() {
        screen.line(text);
    }
}

/// Fills an empty directory with a module's files.
fn from_module(dir: &Path, source: &str) -> Result<(), Box<Diagnostic>> {
    let failed = |error: std::io::Error| {
        let detail = format!("The module's files can't be put into the working directory: {error}.");
        Box::new(Diagnostic::error("Failed to copy the module", detail))
    };
    if std::fs::read_dir(dir).map_err(failed)?.next().is_some() {
        let detail = "The working directory is not empty, so it cannot be initialized with the -from-module=... option.";
        let diagnostic = Diagnostic::error("Can't populate non-empty directory", detail);
        return Err(Box::new(diagnostic.hint("go to an empty directory, or leave -from-module out")));
    }
    let wrong = |error: trueup_source::SourceError| Box::new(error.diagnostic());
    let parsed = match ModuleSource::parse(source).map_err(wrong)? {
        ModuleSource::Local(path) => {
            let absolute = std::path::absolute(dir.join(path)).map_err(failed)?;
            ModuleSource::parse(&absolute.to_string_lossy()).map_err(wrong)?
        }
        other => other,
    };
    let beside = dir.join(".trueup-from-module");
    let fetched = trueup_source::fetch(&parsed, &beside).map_err(wrong)?;
    for entry in std::fs::read_dir(&fetched.dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        std::fs::rename(entry.path(), dir.join(entry.file_name())).map_err(failed)?;
    }
    std::fs::remove_dir_all(&beside).map_err(failed)
}

async fn set_up(screen: &Screen, world: &World, args: &Arguments) -> Result<(), (Diagnostics, Sources)> {
    if args.get {
        let tests = trueup_testing::test_modules(world, &args.test_directory)?;
        let installed = install_modules(world, args.upgrade, &tests)?;
        if !installed.is_empty() {
            tell(screen, "initializing_modules_message", "Initializing modules...");
            installed.iter().for_each(|line| remark(screen, &format!("- {line}")));
        }
    }
    let mut loaded = load(world, None);
    if loaded.diagnostics.has_errors() {
        return Err((loaded.diagnostics, loaded.sources));
    }
    if args.backend {
        if loaded.backend.has_errors() {
            return Err((loaded.backend, loaded.sources));
        }
        set_up_backend(screen, world, args, &mut loaded).await?;
    }
    tell(screen, "initializing_provider_plugin_message", "Initializing provider plugins...");
    for (provider, need) in trueup_engine::providers_of(world, &loaded.program) {
        let name = provider.short();
        match need {
            ProviderNeed { known: true, .. } if provider.is_builtin() => {
                remark(screen, &format!("- {provider} is built in to trueup"));
            }
            ProviderNeed { known: true, .. } => {
                remark(screen, &format!("- Using the embedded provider {name}"));
            }
            ProviderNeed { used: false, .. } => {
                remark(screen, &format!("- {name} is not built in, and nothing uses it"));
            }
            // What is missing is said in one go with what it is missing for.
            ProviderNeed { .. } => {}
        }
    }
    let missing = trueup_engine::unplannable(world, &loaded.program);
    if missing.has_errors() {
        return Err((missing, loaded.sources));
    }
    screen.diagnostics(loaded.diagnostics, &loaded.sources);
    Ok(())
}

async fn set_up_backend(
    screen: &Screen,
    world: &World,
    args: &Arguments,
    loaded: &mut Loaded,
) -> Result<(), (Diagnostics, Sources)> {
    tell(screen, "initializing_backend_message", "Initializing the backend...");
    let outcome = match lock_options(&args.locking) {
        Err(diagnostics) => Err(diagnostics),
        Ok(locking) => {
            let settings = BackendSettings {
                given: args.backend_config.clone(),
                reconfigure: args.reconfigure,
                migrate: args.migrate_state || args.force_copy,
                locking,
            };
            let asked = Asked { screen, force: args.force_copy };
            let (program, sources) = (loaded.program.clone(), &mut loaded.sources);
            let done = initialize_backend(world, &program, &settings, sources, &asked).await;
            done.map_err(|diagnostic| Diagnostics::from(*diagnostic))
        }
    };
    let said = match outcome {
        Ok(Initialized::Local | Initialized::Kept(_)) => return Ok(()),
        Ok(Initialized::Configured(kind)) => format!("Successfully configured the backend \"{kind}\"!"),
        Ok(Initialized::Unset(kind)) => {
            format!("Successfully unset the backend \"{kind}\". The state is a local file from now on.")
        }
        Err(diagnostics) => return Err((diagnostics, std::mem::take(&mut loaded.sources))),
    };
    remark(screen, &format!("\n{}", screen.style.green(&said)));
    Ok(())
}

/// A person in front of the screen, or the options that answer for one.
pub(crate) struct Asked<'a> {
    pub(crate) screen: &'a Screen,
    /// Yes to everything.
    pub(crate) force: bool,
}

impl Approval for Asked<'_> {
    fn approve(&self, question: &Question) -> Result<bool, Box<Diagnostic>> {
        if self.force {
            return Ok(true);
        }
        if !self.screen.asks() {
            let detail = format!(
                "{}\n\n{}\n\nNobody can be asked, since -input=false or TF_INPUT=0 says so.",
                question.title, question.text
            );
            return Err(Box::new(
                Diagnostic::error("Error asking for state migration action: input is disabled", detail)
                    .hint("-force-copy says yes, and -reconfigure leaves the state where it is"),
            ));
        }
        self.screen.print(&format!(
            "{}\n  {}\n\n  {} ",
            self.screen.style.bold(&question.title),
            question.text.replace('\n', "\n  "),
            self.screen.style.bold("Enter a value:")
        ));
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        self.screen.line("");
        match (read, answer.trim()) {
            (Ok(1..), "yes") => Ok(true),
            (Ok(1..), _) => Ok(false),
            _ => Err(Box::new(
                Diagnostic::error(
                    "Error asking for confirmation: EOF",
                    "Standard input ended before there was an answer.",
                )
                .hint("-force-copy says yes, and -reconfigure leaves the state where it is"),
            )),
        }
    }

    fn tell(&self, text: &str) {
        remark(self.screen, text);
    }

    fn warn(&self, warning: Diagnostic) {
        self.screen.diagnostics(warning.into(), &Sources::default());
    }
}
