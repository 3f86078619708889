//! `trueup init`

use super::Context;
use super::plan::complain;
use crate::arguments::Init as Arguments;
use crate::screen::Screen;
use std::path::Path;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{BackendSettings, Unobserved, World, initialize_backend, install_modules, load};

/// Fetches modules, checks that the providers are there, and sets the backend up.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = context.screen(args.terminal.no_color);
    let world = context.world(Arc::new(Unobserved));
    if !has_configuration(&world.dir) {
        screen.print("trueup initialized in an empty directory!\n\nThe directory has no configuration files. Write some, then run init again.\n");
        return 0;
    }
    match set_up(&screen, &world, &args).await {
        Ok(()) => {
            let good = screen.style.bold(&screen.style.green("trueup has been successfully initialized!"));
            screen.print(&format!(
                "\n{good}\n\nYou may now begin working with it: \"trueup plan\" shows what is to be done.\n\nAfter a change of modules, providers or the backend run init again.\n"
            ));
            0
        }
        Err((diagnostics, sources)) => complain(&screen, diagnostics, &sources),
    }
}

/// Whether a directory has configuration files.
pub(super) fn has_configuration(dir: &Path) -> bool {
    let names =
        std::fs::read_dir(dir).into_iter().flatten().filter_map(|e| e.ok()?.file_name().into_string().ok());
    let known = [".tf", ".tf.json", ".tofu", ".tofu.json"];
    names.into_iter().any(|name| known.iter().any(|ending| name.ends_with(ending)))
}

async fn set_up(screen: &Screen, world: &World, args: &Arguments) -> Result<(), (Diagnostics, Sources)> {
    if args.get {
        let installed = install_modules(world, args.upgrade)?;
        if !installed.is_empty() {
            screen.line("Initializing modules...");
            installed.iter().for_each(|line| screen.line(&format!("- {line}")));
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
        screen.line("Initializing the backend...");
        let settings = BackendSettings { given: args.backend_config.clone(), reconfigure: args.reconfigure };
        let chosen = initialize_backend(world, &loaded.program, &settings, &mut loaded.sources).await;
        match chosen {
            Ok(chosen) if chosen.kind != "local" => {
                let line = format!("Successfully configured the backend \"{}\"!", chosen.kind);
                screen.line(&format!("\n{}", screen.style.green(&line)));
            }
            Ok(_) => {}
            Err(diagnostic) => return Err(((*diagnostic).into(), loaded.sources)),
        }
    }
    screen.line("Initializing provider plugins...");
    let mut missing = Diagnostics::new();
    for (provider, known) in trueup_engine::providers_of(world, &loaded.program) {
        if known && provider.is_builtin() {
            screen.line(&format!("- {provider} is built in to trueup"));
        } else if known {
            screen.line(&format!("- Using the embedded provider {}", provider.short()));
        } else {
            missing.push(
                Diagnostic::error(
                    "Provider not available",
                    format!(
                        "Provider {} is not built in, and providers can't be installed yet.",
                        provider.short()
                    ),
                )
                .hint("see the README for the providers that are built in"),
            );
        }
    }
    if missing.has_errors() {
        return Err((missing, loaded.sources));
    }
    screen.diagnostics(loaded.diagnostics, &loaded.sources);
    Ok(())
}
