//! The commands, one file each: arguments in, exit code out.

mod accounts;
pub(crate) mod apply;
pub(crate) mod completion;
pub(crate) mod console;
pub(crate) mod drift;
mod exit;
pub(crate) mod fmt;
pub(crate) mod force_unlock;
mod from;
pub(crate) mod get;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod login;
pub(crate) mod manual;
pub(crate) mod metadata;
pub(crate) mod modules;
mod notifying;
mod options;
pub(crate) mod output;
pub(crate) mod plan;
pub(crate) mod pr;
mod progress;
pub(crate) mod providers;
pub(crate) mod refresh;
mod report;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod stacks;
pub(crate) mod state;
mod stream;
mod surgery;
pub(crate) mod taint;
mod telling;
pub(crate) mod test;
pub(crate) mod validate;
pub(crate) mod version;
pub(crate) mod workspace;

use crate::arguments::{CommandLine, Terminal};
use crate::outside;
use crate::screen::{Look, Screen};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;
use trueup_diag::Diagnostic;
use trueup_engine::{Deprecations, Given, Interrupt, Observer, Unobserved, World};
use trueup_provider::{Factories, Factory};
use trueup_provider_builtin::{Builtin, RemoteStates};
use trueup_run::{Checkout, FactoryOf, Ground, Lending};
use trueup_schema::Block;
use trueup_store::{Backup, Outside};
use trueup_value::{Name, Value};

/// What switches something off in the environment.
const OFF: [&str; 6] = ["0", "f", "F", "false", "FALSE", "False"];

/// What every command is given.
#[derive(Clone)]
pub(crate) struct Context {
    /// The root module's directory.
    pub(crate) dir: PathBuf,
    /// What files that commands write, and a local state, are relative to.
    working: PathBuf,
    /// Where the program was started, before any `-chdir`.
    started_in: PathBuf,
    /// The directory that was gone into, as it was written.
    pub(crate) written: PathBuf,
    /// The commit whose tree the directory is in.
    checkout: Option<Arc<Checkout>>,
    pub(crate) environment: Arc<BTreeMap<String, String>>,
    /// What the command line gives for root variables.
    given: Vec<Given>,
    deprecations: Deprecations,
    interrupt: watch::Receiver<Interrupt>,
    /// No colours, even on a terminal.
    no_color: bool,
    /// Tokens of hosts that modules come from.
    tokens: Arc<BTreeMap<String, String>>,
    /// Their providers.
    clouds: Arc<dyn Factory>,
}

impl Context {
    /// Goes into the directory `chdir`; a diagnostic says why it can't.
    pub(crate) fn new(
        line: &CommandLine,
        environment: BTreeMap<String, String>,
    ) -> Result<Context, Box<Diagnostic>> {
        let chdir = line.chdir.as_deref();
        let environment = Arc::new(environment);
        let dir = PathBuf::from(chdir.unwrap_or("."));
        let started_in = outside::directory(&environment);
        if let Some(chdir) = chdir {
            std::env::set_current_dir(&dir).map_err(|error| {
                let detail = format!("The directory {chdir} given with -chdir can't be entered: {error}.");
                Box::new(Diagnostic::error("Error handling -chdir option", detail))
            })?;
        }
        let written = started_in.join(chdir.unwrap_or_default());
        let (dir, working) = (PathBuf::from("."), PathBuf::from("."));
        let interrupt = outside::interrupts();
        let refused = environment.get("NO_COLOR").is_some_and(|text| !text.is_empty());
        let no_color = line.no_color || refused;
        let tokens = Arc::default();
        let clouds = clouds(&environment);
        Ok(Context {
            dir,
            working,
            started_in,
            written,
            checkout: None,
            environment,
            given: line.given.clone(),
            deprecations: line.deprecations,
            interrupt,
            no_color,
            tokens,
            clouds,
        })
    }

    /// Reads the settings of the command line itself, and tells what is wrong with them.
    pub(crate) fn configured(mut self) -> Context {
        let read = crate::settings::read(&self.environment);
        let tokens = read.settings.tokens.into_iter().map(|(host, token)| (host.to_string(), token));
        self.tokens = Arc::new(tokens.collect());
        self.screen().aside("There are some problems with the CLI configuration:", read.diagnostics);
        self
    }

    /// A file that the command line names, to be written or to be read as a whole.
    pub(crate) fn beside(&self, path: &str) -> PathBuf {
        if path.is_empty() { PathBuf::new() } else { self.working.join(path) }
    }

    /// The top of the commit's tree that the directory is in.
    pub(crate) fn tree(&self) -> Option<PathBuf> {
        self.checkout.as_ref().map(|checkout| checkout.tree())
    }

    /// Works in this workspace, whatever the directory says.
    fn selects_workspace(&mut self, name: String) {
        Arc::make_mut(&mut self.environment).insert("TF_WORKSPACE".into(), name);
    }

    /// A screen; colours stand down when asked to, without a terminal, or where `NO_COLOR` is set.
    pub(crate) fn screen(&self) -> Screen {
        self.screen_revealing(false)
    }

    /// A screen that shows sensitive values where asked to.
    fn screen_revealing(&self, reveal: bool) -> Screen {
        self.screen_with(Look { consolidated: (true, false), input: true, reveal, ..Look::default() })
    }

    /// A screen for a command that takes options about diagnostics.
    fn screen_for(&self, terminal: &Terminal) -> Screen {
        self.screen_with(look(terminal))
    }

    fn screen_with(&self, look: Look) -> Screen {
        let columns = self.environment.get("COLUMNS").and_then(|text| text.parse().ok());
        let said = |name: &str| self.environment.get(name).is_some_and(|text| !text.is_empty());
        let able = self.environment.get("TERM").is_some_and(|text| text != "dumb");
        let automated = said("TF_IN_AUTOMATION");
        let live = able && !self.no_color && !said("CI") && !automated;
        let refused = self.environment.get("TF_INPUT").is_some_and(|text| OFF.contains(&text.as_str()));
        let input = look.input && !refused;
        Screen::new(Look { no_color: self.no_color, columns, live, automated, input, ..look })
    }

    /// The outside, as a run over many stacks wants it.
    pub(crate) fn ground(&self) -> Ground {
        Ground {
            world: self.world(Arc::new(Unobserved)),
            factory: factories(self.clouds.clone(), &self.environment),
            temporary: std::env::temp_dir(),
            listening: crate::log::listening,
        }
    }

    /// The outside, as the engine wants it.
    pub(crate) fn world(&self, observer: Arc<dyn Observer>) -> World {
        // A commit's tree keeps its own, which goes away with it.
        let given = self.environment.get("TF_DATA_DIR").filter(|dir| !dir.is_empty());
        let data_dir = given.filter(|_| self.checkout.is_none());
        World {
            dir: self.dir.clone(),
            started_in: self.started_in.clone(),
            state_dir: self.working.clone(),
            taken_from: self.checkout.as_ref().map(|checkout| checkout.taken()),
            tree: Arc::default(),
            data_dir: self.dir.join(data_dir.map_or(".terraform", String::as_str)),
            environment: self.environment.clone(),
            given: self.given.clone(),
            deprecations: self.deprecations,
            clock: Arc::new(outside::now),
            seconds: outside::seconds,
            random: Arc::new(outside::random),
            who: outside::who(&self.environment),
            factory: factory(self.working.clone(), self.clouds.clone(), &self.environment),
            observer: crate::log::listening(observer),
            tokens: self.tokens.clone(),
            interrupt: self.interrupt.clone(),
        }
    }
}

fn look(terminal: &Terminal) -> Look {
    Look {
        compact_warnings: terminal.compact_warnings,
        input: terminal.input,
        consolidated: (terminal.consolidate_warnings, terminal.consolidate_errors),
        ..Look::default()
    }
}

/// Reads states of other configurations; paths are relative to where this one keeps its own.
struct OtherStates {
    directory: PathBuf,
    outside: Outside,
}

#[async_trait::async_trait]
impl RemoteStates for OtherStates {
    fn settings(&self, backend: &str) -> Option<Block> {
        trueup_store::schema(backend)
    }

    async fn outputs(
        &self,
        backend: &str,
        settings: &Value,
        workspace: &str,
    ) -> Result<Option<BTreeMap<Name, Value>>, Box<Diagnostic>> {
        let around = trueup_store::World {
            directory: self.directory.clone(),
            workspace: workspace.into(),
            backup: Backup::None,
            outside: self.outside.clone(),
        };
        trueup_engine::remote_outputs(&around, backend, settings).await
    }
}

/// The providers; other states are read from `directory`.
fn factory(
    directory: PathBuf,
    clouds: Arc<dyn Factory>,
    environment: &BTreeMap<String, String>,
) -> Arc<dyn Factory> {
    Arc::new(Factories(vec![builtin(directory, environment), clouds]))
}

/// The providers, for each directory that a state is kept in: those of clouds are shared.
fn factories(clouds: Arc<dyn Factory>, environment: &BTreeMap<String, String>) -> FactoryOf {
    let lent: Arc<dyn Factory> = Arc::new(Lending::new(clouds));
    let environment = environment.clone();
    Arc::new(move |directory| {
        Arc::new(Factories(vec![builtin(directory.to_owned(), &environment), lent.clone()]))
    })
}

/// What needs no cloud; other states are read from `directory`.
fn builtin(directory: PathBuf, environment: &BTreeMap<String, String>) -> Arc<dyn Factory> {
    let outside = Outside { environment: environment.clone(), seconds: outside::seconds };
    let ids = || {
        let mut bytes = [0; 16];
        outside::random(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    };
    Arc::new(Builtin::new(Arc::new(ids)).with_states(Arc::new(OtherStates { directory, outside })))
}

/// The clouds that are compiled in.
fn clouds(environment: &BTreeMap<String, String>) -> Arc<dyn Factory> {
    #[cfg(not(any(feature = "azure", feature = "google")))]
    let _ = environment;
    let all: [Arc<dyn Factory>; _] = [
        #[cfg(feature = "aws")]
        Arc::new(trueup_provider_aws::AwsFactory),
        #[cfg(feature = "azure")]
        Arc::new(trueup_provider_azure::AzureFactory::within(trueup_provider_azure::Outside {
            environment: environment.clone(),
            seconds: outside::seconds,
        })),
        #[cfg(feature = "google")]
        Arc::new(trueup_provider_google::GoogleFactory::within(environment.clone())),
    ];
    Arc::new(Factories(all.into()))
}
