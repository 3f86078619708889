//! `-from`: the configuration out of a commit, without a checkout in the working directory.
//!
//! The commit's tree is written into a temporary directory, which the command works in as `-chdir` would have it:
//! everything is found where a checkout has it. What the command keeps or saves stays in the directory that it was
//! started in: a local state, and files that it is told to write.

use super::Context;
use super::init::Asked;
use crate::arguments::Origin;
use crate::outside;
use crate::screen::Look;
use std::sync::Arc;
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{
    BackendSettings, LockOptions, Random, Unobserved, initialize_backend, install_modules, load,
};
use trueup_run::Checkout;

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
        let detail = format!("{what}: {error}.");
        Box::new(Diagnostic::error("Failed to take the configuration from Git", detail))
    };
    let working =
        std::path::absolute(&context.dir).map_err(|error| failed("Cannot find the directory", &error))?;
    let random: Random = Arc::new(outside::random);
    let checkout = Checkout::take(address, backend, &working, (&std::env::temp_dir(), &random))?;
    std::env::set_current_dir(&checkout.dir)
        .map_err(|error| failed(&format!("Cannot enter {}", checkout.dir.display()), &error))?;
    let mut entered = context.clone();
    entered.selects_workspace(context.world(Arc::new(Unobserved)).workspace()?);
    entered.working = working;
    entered.checkout = Some(Arc::new(checkout));
    Ok(entered)
}
