//! `-from`: the configuration out of a commit, without a checkout in the working directory.
//!
//! The commit's tree is written into a temporary directory, which the command works in as `-chdir` would have it:
//! everything is found where a checkout has it. What the command keeps or saves stays in the directory that it was
//! started in: a local state, and files that it is told to write.

use super::Context;
use super::init::{Asked, has_configuration};
use crate::arguments::Origin;
use crate::outside;
use crate::screen::Look;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{
    BackendSettings, LockOptions, TakenFrom, Unobserved, initialize_backend, install_modules, load,
};
use trueup_plan::SnapshotOrigin;
use trueup_source::{CommitTree, fetch_commit};
use trueup_state::Commit;

/// The tree of a commit, which goes away with the value.
pub(crate) struct Checkout {
    directory: PathBuf,
    taken: TakenFrom,
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // It lies among temporary files: nothing is lost if it stays.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Checkout {
    /// The top of the commit's tree.
    pub(crate) fn tree(&self) -> PathBuf {
        self.directory.join("tree")
    }

    /// What the engine is told of it.
    pub(crate) fn taken(&self) -> TakenFrom {
        self.taken.clone()
    }
}

/// What a command needs of the configuration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Its modules.
    Modules,
    /// Its modules and the backend of the state.
    State,
}

type Failed = (Diagnostics, Sources);

/// The context to work in: the same one where the command line names no commit.
pub(crate) async fn enter(context: &Context, origin: &Origin, needs: Needs) -> Result<Context, Failed> {
    let Some(address) = &origin.from else {
        if origin.backend_config.is_empty() {
            return Ok(context.clone());
        }
        let detail = "The -backend-config option completes the backend of a commit that -from names. In a working directory, init sets the backend up.";
        let wrong = Diagnostic::error("Option -backend-config without -from", detail);
        return Err((wrong.hint("run \"trueup init -backend-config=...\"").into(), Sources::default()));
    };
    let context = take(context, address, &origin.backend_config)
        .map_err(|diagnostic| (Diagnostics::from(*diagnostic), Sources::default()))?;
    let world = context.world(Arc::new(Unobserved));
    install_modules(&world, false, &[])?;
    if needs == Needs::State {
        let mut loaded = load(&world, None);
        // Nothing was noted yet, and a state beside the program is no concern of the commit's backend.
        let settings = BackendSettings {
            given: origin.backend_config.clone(),
            reconfigure: true,
            migrate: false,
            locking: LockOptions { lock: false, timeout: Duration::ZERO },
        };
        if !loaded.diagnostics.has_errors() && !loaded.backend.has_errors() {
            let screen = context.screen_with(Look::default());
            let asked = Asked { screen: &screen, force: false };
            let (program, sources) = (loaded.program.clone(), &mut loaded.sources);
            let done = initialize_backend(&world, &program, &settings, sources, &asked).await;
            done.map_err(|diagnostic| (Diagnostics::from(*diagnostic), loaded.sources))?;
        }
    }
    Ok(context)
}

/// Writes the commit's tree and goes into it.
fn take(context: &Context, address: &str, backend: &[String]) -> Result<Context, Box<Diagnostic>> {
    let failed = |what: &str, error: &std::io::Error| {
        Box::new(
            Diagnostic::error("Failed to take the configuration from Git", format!("{what}: {error}."))
                .hint("TMPDIR names the directory for temporary files"),
        )
    };
    let working =
        std::path::absolute(&context.dir).map_err(|error| failed("Cannot find the directory", &error))?;
    let directory = temporary_directory();
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(&directory)
        .map_err(|error| failed(&format!("Cannot create {}", directory.display()), &error))?;
    let commit = Commit { hash: String::new(), branch: None, dirty: false };
    let origin = SnapshotOrigin { address: String::new(), backend: backend.to_vec() };
    let mut checkout = Checkout { directory, taken: TakenFrom { commit, origin } };
    let tree = fetch_commit(address, &working, &checkout.directory.join("tree"))
        .map_err(|error| unfetched(&error))?;
    if !has_configuration(&tree.dir) {
        return Err(empty(address, &tree));
    }
    std::env::set_current_dir(&tree.dir)
        .map_err(|error| failed(&format!("Cannot enter {}", tree.dir.display()), &error))?;
    let mut entered = context.clone();
    entered.selects_workspace(context.world(Arc::new(Unobserved)).workspace()?);
    checkout.taken.commit.hash = tree.commit;
    checkout.taken.commit.branch = tree.branch;
    checkout.taken.origin.address = tree.pinned;
    entered.working = working;
    entered.checkout = Some(Arc::new(checkout));
    Ok(entered)
}

fn temporary_directory() -> PathBuf {
    let mut bytes = [0; 8];
    outside::random(&mut bytes);
    let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    std::env::temp_dir().join(format!("trueup-{name}"))
}

fn unfetched(error: &trueup_source::SourceError) -> Box<Diagnostic> {
    let diagnostic = error.diagnostic();
    Box::new(Diagnostic { summary: "Failed to take the configuration from Git".into(), ..diagnostic })
}

fn empty(address: &str, tree: &CommitTree) -> Box<Diagnostic> {
    let detail = format!(
        "The directory that {} names has no configuration files in commit {}.",
        trueup_source::redact(address),
        tree.commit
    );
    Box::new(
        Diagnostic::error("No configuration files", detail).hint(
            "name the directory of the root module after \"//\", such as \"//environments/production\"",
        ),
    )
}
